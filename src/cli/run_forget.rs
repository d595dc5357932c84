//! `leadload forget`, from the command line to the exit code.

use std::path::Path;

use anyhow::{Result, bail};
use schemars::JsonSchema;
use serde::Serialize;

use super::command::quoted;
use super::file_show::{FileShow, Form};
use super::history_args::ForgetArgs;
use super::person;
use super::run::ask;
use super::run_recorded::Unusable;
use crate::clock::Clock;
use crate::forget::{Before, Done, ForgetError, Forgotten, Found, forget, preview};
use crate::lead::{Identity, LeadKey, Status};
use crate::report::{Console, counted, print_json};

/// Shows what the file has of the person, asks, and takes it out.
///
/// # Errors
/// The command is wrong, nobody said yes, or the file cannot be used.
pub(super) fn run_forget(args: &ForgetArgs, show: &FileShow) -> Result<u8> {
    if is_the_other_way_round(args) {
        bail!(
            "{:?} is no number, but a file\nwhat to do: the number comes first: leadload forget {} {}",
            args.person,
            quoted(&args.results.display().to_string()),
            quoted(&args.person)
        );
    }
    let person = person::named(&args.person, args.region.as_deref(), &args.results)?;
    let screen = Screen { console: &show.console, form: show.form, args, named: written(&person) };
    let found = preview(&args.results, &person).map_err(refused)?;
    if found.is_nothing() {
        return screen.nothing(&found);
    }
    screen.console.note(&format!("{} in {}:\n{}", screen.named, args.results.display(), found.text()));
    // Whoever says so in the environment means it here, too.
    if show.settings.is_on("dry_run")? {
        return screen.only_looked(&found);
    }
    screen.ask_consent()?;
    let forgotten = forget(&args.results, &person, &Clock::system()).map_err(refused)?;
    screen.done(&forgotten)
}

/// Whether the file stands where the number belongs.
fn is_the_other_way_round(args: &ForgetArgs) -> bool {
    let (first, second) = (Path::new(&args.person), &args.results);
    let is_results = |path: &Path| path.extension().is_some_and(|end| end == "jsonl");
    !second.exists() && !is_results(second) && (first.is_file() || is_results(first))
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
    console: &'a Console,
    form: Form,
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
            bail!(
                "nothing was changed: nobody is there to be asked\nwhat to do: add --yes to say that this is meant (--dry-run only looks)"
            );
        };
        if ask("Take this out of the file for good?") { Ok(()) } else { bail!("nothing was changed") }
    }

    fn nothing(&self, found: &Found) -> Result<u8> {
        let results = self.args.results.display();
        let was_before = found.was_forgotten_before();
        if was_before {
            self.console.line(&format!("{results} has nothing of {} any more: it was forgotten before.", self.named));
        } else {
            self.console.line(&format!(
                "{results} has nothing of {}: nothing was changed. Is it this number, and this file?",
                self.named
            ));
        }
        // A script must not take a number that was mistyped for one that is forgotten.
        self.print("nothing", u8::from(!was_before), found, None, None)
    }

    fn only_looked(&self, found: &Found) -> Result<u8> {
        self.console.line("Nothing was changed (--dry-run).");
        self.print("preview", 0, found, None, None)
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
        self.print("forgotten", 0, found, run.clone(), Some(*done))
    }

    fn print(
        &self,
        outcome: &'static str,
        exit_code: u8,
        found: &Found,
        run: Option<String>,
        taken_out: Option<Done>,
    ) -> Result<u8> {
        if self.form == Form::Text {
            return Ok(exit_code);
        }
        let results = self.args.results.display().to_string();
        let leads = found.leads.iter().map(|lead| ForgottenLead {
            key: lead.key,
            status: lead.state.map(crate::results::State::status),
            id: lead.id.clone(),
            target: lead.target.as_ref().map(ToString::to_string),
            contacts: lead.contacts.len(),
            forgotten_before: lead.before,
        });
        print_json(&ForgetDone {
            schema: 1,
            document: "forget",
            outcome,
            exit_code,
            lines: found.lines,
            leads: leads.collect(),
            secondary_of: found.secondary_of.len(),
            to_do: found.to_do(&results),
            results,
            run,
            taken_out,
        })?;
        Ok(exit_code)
    }
}

/// What `--json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ForgetDone {
    schema: u32,
    document: &'static str,
    /// `forgotten`, `preview` or `nothing`.
    outcome: &'static str,
    /// The code that the program ends with.
    exit_code: u8,
    /// The results file.
    results: String,
    /// How many lines name the person, or hold texts of it.
    lines: u64,
    /// The leads whose primary contact it is: one for each target.
    leads: Vec<ForgottenLead>,
    /// In how many leads of others it is a secondary contact.
    secondary_of: usize,
    /// What is left for a person to do: sentences.
    to_do: Vec<String>,
    /// The run's id, where something was taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<String>,
    /// What was taken out.
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_out: Option<Done>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ForgottenLead {
    /// Who it is: what stays.
    #[schemars(with = "String")]
    key: LeadKey,
    /// How it stands.
    status: Option<Status>,
    /// The platform's id.
    id: Option<String>,
    /// Where it is, or was to be.
    target: Option<String>,
    /// How many secondary contacts it has, whose numbers stay.
    contacts: usize,
    /// Whether an earlier `leadload forget` took it out.
    forgotten_before: Before,
}
