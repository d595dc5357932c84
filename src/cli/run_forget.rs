//! `leadload forget`, from the command line to the exit code.

use anyhow::{Result, bail};
use serde_json::{Map, Value, json};

use super::command::quoted;
use super::history_args::ForgetArgs;
use super::person;
use super::run::ask;
use super::run_recorded::Unusable;
use crate::clock::Clock;
use crate::forget::{ForgetError, Forgotten, Found, forget, preview};
use crate::lead::Identity;
use crate::report::{Console, Volume, counted, print_json};

/// Shows what the file has of the person, asks, and takes it out.
///
/// # Errors
/// The command is wrong, nobody said yes, or the file cannot be used.
pub(super) fn run_forget(args: &ForgetArgs) -> Result<u8> {
    let person = person::named(&args.person, args.region.as_deref(), &args.results)?;
    let screen = Screen { console: Console::stderr(volume(args)), args, named: written(&person) };
    let found = preview(&args.results, &person).map_err(refused)?;
    if found.is_nothing() {
        return screen.nothing(&found);
    }
    screen.console.note(&format!("{} in {}:\n{}", screen.named, args.results.display(), found.text()));
    if args.dry_run {
        return screen.only_looked(&found);
    }
    screen.ask_consent()?;
    let forgotten = forget(&args.results, &person, &Clock::system()).map_err(refused)?;
    screen.done(&forgotten)
}

fn volume(args: &ForgetArgs) -> Volume {
    if args.quiet { Volume::Quiet } else { Volume::Normal }
}

fn written(person: &Identity) -> String {
    match person {
        Identity::Phone(phone) => phone.to_string(),
        Identity::Email(email) => crate::report::plain(email).into_owned(),
    }
}

fn refused(error: ForgetError) -> anyhow::Error {
    match error {
        ForgetError::Results(error) => Unusable(error).into(),
        ForgetError::Deleting { .. } => error.into(),
    }
}

struct Screen<'a> {
    console: Console,
    args: &'a ForgetArgs,
    /// Who was typed, as the file writes it.
    named: String,
}

impl Screen<'_> {
    fn ask_consent(&self) -> Result<()> {
        if self.args.yes {
            return Ok(());
        }
        let Some(ask) = ask() else {
            bail!("nothing was changed: add --yes to say that this is meant (--dry-run only looks)");
        };
        if ask("Take this out of the file for good?") { Ok(()) } else { bail!("nothing was changed") }
    }

    fn nothing(&self, found: &Found) -> Result<u8> {
        let results = self.args.results.display();
        if found.leads.is_empty() {
            self.console.line(&format!("{results} has nothing of {}: nothing was changed.", self.named));
        } else {
            self.console.line(&format!("{results} has nothing of {} any more: it was forgotten before.", self.named));
        }
        self.print("nothing", found, Map::new())
    }

    fn only_looked(&self, found: &Found) -> Result<u8> {
        self.console.line("Nothing was changed (--dry-run).");
        self.print("preview", found, Map::new())
    }

    fn done(&self, forgotten: &Forgotten) -> Result<u8> {
        let Forgotten { run, found, done, other_names } = forgotten;
        let results = self.args.results.display().to_string();
        self.console.line(&format!(
            "Taken out of {results}: {} and {}; {} otherwise now.",
            counted(done.numbers, "number or address", "numbers or addresses"),
            counted(done.texts, "text", "texts"),
            counted(done.lines, "line reads", "lines read")
        ));
        if !found.leads.is_empty() {
            self.console.line("What became of the lead stays, under a key that names nobody: it is never sent again.");
        }
        if *other_names > 0 {
            self.console.line(&format!(
                "note: the file has further names (hard links: {other_names}); under these the old version stays"
            ));
        }
        self.console.line("Not touched, and for you to do:");
        for to_do in found.to_do(&quoted(&results)) {
            self.console.line(&format!("  - {to_do}"));
        }
        let mut more = Map::new();
        more.insert("run".to_owned(), json!(run));
        more.insert("taken_out".to_owned(), serde_json::to_value(done)?);
        self.print("forgotten", found, more)
    }

    /// `schema` 1, `outcome` (`forgotten`, `preview` or `nothing`), `exit_code`, `results`, `lines`, `leads`, `secondary_of`,
    /// `to_do`; where something was taken out, `run` and `taken_out`.
    fn print(&self, outcome: &str, found: &Found, more: Map<String, Value>) -> Result<u8> {
        if !self.args.json {
            return Ok(0);
        }
        let results = self.args.results.display().to_string();
        let leads = found.leads.iter().map(|lead| {
            json!({
                "key": lead.key, "status": lead.state.map(crate::results::State::status), "id": lead.id,
                "target": lead.target.as_ref().map(ToString::to_string), "forgotten_before": lead.before,
            })
        });
        let mut json = Map::new();
        json.insert("schema".to_owned(), 1.into());
        json.insert("outcome".to_owned(), outcome.into());
        json.insert("exit_code".to_owned(), 0.into());
        json.insert("results".to_owned(), results.as_str().into());
        json.insert("lines".to_owned(), found.lines.into());
        json.insert("leads".to_owned(), leads.collect());
        json.insert("secondary_of".to_owned(), found.secondary_of.len().into());
        json.insert("to_do".to_owned(), found.to_do(&results).into());
        json.extend(more);
        print_json(&json)?;
        Ok(0)
    }
}
