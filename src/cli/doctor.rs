//! `leadload doctor`: what was typed and configured is looked at here, all else by [`crate::doctor`].

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Error, Result};
use schemars::JsonSchema;
use serde::Serialize;

use super::args::ImportArgs;
use super::doctor_args::DoctorArgs;
use super::place::{self, Asks, Chosen};
use super::resolve::{self, Said};
use super::run::block_on;
use super::settings::{Layer, Settings};
use super::show::Show;
use super::typed::flags;
use super::{config_file, log, temp, token, unheard};
use crate::clock::Clock;
use crate::doctor::{CampaignOf, Examined, Plan, examine};
use crate::import::{Mode, ResultsFile};
use crate::library::folder_of;
use crate::mapping::{Mapping, MappingConfig};
use crate::platform::{Campaign, Custom};
use crate::report::{Condition, Console, Finding, Reporter, Volume, counted, print_for_people, print_json};
use crate::run::{Endpoint, Server, Surroundings, weightiest};
use crate::target::Family;
use crate::upload::Stop;

/// The exit code of an import whose command or configuration is wrong.
const USAGE: u8 = 2;

/// Looks at everything, and says what is wrong.
///
/// # Errors
/// Standard output cannot be written.
pub(super) fn run_doctor(args: &DoctorArgs) -> Result<u8> {
    let show = Show::whatever_files_say(&args.import.output.show, &args.import.target.server);
    let told = Told { console: Console::stderr(show.volume), json: show.json, quiet: show.volume == Volume::Quiet };
    let clock = Clock::system();
    let reporter = Arc::new(Reporter::new(told.console.clone(), clock.clone()));
    let mut said = Findings { told: &told, all: Vec::new() };
    let plan = look_at_settings(&args.import, (&show, reporter.run()), &mut said);
    let around = Surroundings { clock, stop: Stop::default(), reporter, ask: None, disk: None };
    let mut findings = said.all;
    let tell = |finding: &Finding| told.finding(finding);
    let examined = block_on(around.stop.clone(), told.console.clone(), examine(&plan, &around, &tell))?;
    let code = weightiest(findings.iter().map(|finding| finding.exit_code).chain([examined.exit_code()]));
    let Examined { findings: further, campaigns, interrupted } = examined;
    findings.extend(further);
    told.end(&findings, &campaigns, interrupted, code)?;
    Ok(code)
}

/// Where findings are shown, one by one as they are made.
struct Told {
    console: Console,
    json: bool,
    quiet: bool,
}

impl Told {
    fn finding(&self, finding: &Finding) {
        if !self.quiet || finding.condition != Condition::Ok {
            self.line(&finding.text());
        }
    }

    /// Standard output is for the JSON, where that is asked for. Whoever reads no further misses nothing.
    fn line(&self, text: &str) {
        if self.json {
            self.console.line(text);
        } else {
            let _ = print_for_people(text);
        }
    }

    fn end(&self, findings: &[Finding], campaigns: &[Campaign], interrupted: bool, exit_code: u8) -> Result<()> {
        let in_condition = |condition| findings.iter().filter(|it| it.condition == condition).count() as u64;
        let (problems, notes) = (in_condition(Condition::Problem), in_condition(Condition::Note));
        let (problems, notes) = (counted(problems, "problem", "problems"), counted(notes, "note", "notes"));
        let ending = if interrupted { "Interrupted: " } else { "" };
        self.line(&format!("\n{ending}{problems}, {notes}."));
        if self.json {
            let outcome = if interrupted { "interrupted" } else { "finished" };
            let campaigns = campaigns.iter().map(ListedCampaign::of).collect();
            print_json(&Examination { schema: 1, document: "doctor", outcome, exit_code, findings, campaigns })?;
        }
        Ok(())
    }
}

/// What `--json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Examination<'a> {
    schema: u32,
    document: &'static str,
    /// `finished` or `interrupted`.
    outcome: &'static str,
    exit_code: u8,
    findings: &'a [Finding],
    /// All of the platform's campaigns, where they could be listed.
    campaigns: Vec<ListedCampaign<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
struct ListedCampaign<'a> {
    id: &'a str,
    name: &'a str,
    status: &'a str,
    /// Whether leads are called as soon as they are created.
    live: bool,
}

impl<'a> ListedCampaign<'a> {
    fn of(campaign: &'a Campaign) -> Self {
        Self { id: &campaign.id, name: &campaign.name, status: &campaign.status, live: campaign.is_live() }
    }
}

/// What was found so far.
struct Findings<'a> {
    told: &'a Told,
    all: Vec<Finding>,
}

impl Findings<'_> {
    fn add(&mut self, finding: Finding) {
        self.told.finding(&finding);
        self.all.push(finding);
    }

    /// What `done` gives; else it is a problem with the settings.
    fn or_problem<T>(&mut self, check: &'static str, done: Result<T>) -> Option<T> {
        done.map_err(|error| self.add(wrong(check, &error))).ok()
    }
}

fn wrong(check: &'static str, error: &Error) -> Finding {
    Finding::problem(check, USAGE, format!("{error:#}"))
}

/// Everything that needs neither a disk that can be written nor a network. What is wrong is left out of the plan.
fn look_at_settings(args: &ImportArgs, (show, run): (&Show, &str), findings: &mut Findings<'_>) -> Plan {
    let folder = args.inputs.iter().find(|path| path.as_os_str() != "-").map_or_else(|| ".".into(), |it| folder_of(it));
    let (settings, mapping, custom) = configuration(args, &folder, findings);
    findings.or_problem("log", log::start(&settings, show.verbose, &findings.told.console, run));
    findings.or_problem("temporary files", temp::choose_folder(&settings));
    let campaign = place::campaign_of(&mapping);
    let chosen = findings.or_problem("platform", place::platform(&settings, Asks::Everything, custom));
    let in_sandbox = matches!(chosen, Some(Chosen::Sandbox { .. }));
    let endpoint = chosen.as_ref().and_then(|chosen| {
        findings.or_problem("mapping", Mapping::new(mapping, chosen.family()).map_err(Error::from));
        endpoint(chosen, &settings, campaign, findings)
    });
    let sending = findings.or_problem("settings", resolve::sending(&settings, in_sandbox));
    let sending = sending.unwrap_or_default();
    if findings.all.iter().all(|finding| finding.condition != Condition::Problem) {
        // Whatever else is set: as a check of a file would find it.
        let any_file = PathBuf::from("-");
        let input = args.inputs.first().unwrap_or(&any_file);
        findings.or_problem("settings", resolve::check(args, input, Vec::new()));
    }
    let results = results(&settings, chosen.as_ref(), &folder);
    Plan { endpoint, sending, results, folder, campaign }
}

fn results(settings: &Settings, chosen: Option<&Chosen>, folder: &Path) -> ResultsFile {
    match (settings.text("results"), chosen) {
        (Some(path), _) => ResultsFile::At(path.into()),
        (None, Some(chosen)) => ResultsFile::AfterTarget { folder: folder.to_owned(), platform: chosen.label() },
        (None, None) => ResultsFile::Nowhere,
    }
}

/// With the platform that a file describes, if one does.
type Configured = (Settings, MappingConfig, Option<Arc<Custom>>);

/// The settings and the mapping; where a file cannot be used, those of the command line and the environment.
fn configuration(args: &ImportArgs, folder: &Path, findings: &mut Findings<'_>) -> Configured {
    match resolve::said(args, Some(folder)) {
        Ok(Said { settings, mapping, custom, notes, files }) => {
            findings.add(match files.as_slice() {
                [] => Finding::ok("configuration", no_files(folder)),
                files => Finding::ok("configuration", files.join("; ")),
            });
            for note in notes {
                findings.add(Finding::note("configuration", note));
            }
            for sentence in unheard::sentences() {
                findings.add(Finding::note("configuration", sentence).advising("correct its name, or unset it"));
            }
            (settings, mapping, custom)
        }
        Err(error) => {
            findings.add(wrong("configuration", &error).advising("put it right; what follows is without it"));
            (Settings::new(vec![flags(args), Layer::environment()]), MappingConfig::default(), None)
        }
    }
}

fn no_files(folder: &Path) -> String {
    let own = config_file::user_file().map(|path| path.display().to_string());
    let beside = folder.join(config_file::NAME).display().to_string();
    let looked_for: Vec<String> = own.into_iter().chain([beside]).collect();
    format!("no file ({} are not there)", looked_for.join(" and "))
}

/// Where leads go, with the token, if there is one.
fn endpoint(
    chosen: &Chosen,
    settings: &Settings,
    campaign: CampaignOf,
    findings: &mut Findings<'_>,
) -> Option<Endpoint> {
    let is_named = settings.text("campaign").is_some_and(|campaign| !campaign.trim().is_empty());
    // Without a campaign the platform's are listed, which is more help than a refusal.
    let may_be_open = !is_named && matches!(chosen, Chosen::Platform(_));
    let campaign = if may_be_open { CampaignOf::EachRow } else { campaign };
    let placed = place::endpoint(chosen, settings, Mode::DryRun, campaign);
    let mut endpoint = findings.or_problem("platform", placed)?;
    let Server::Platform { base_url, token, .. } = &mut endpoint.server else { return Some(endpoint) };
    let family = match endpoint.family {
        Family::Autocalls => "API of Autocalls and its white labels",
        Family::Pollybot => "API of PollyBot",
        Family::Custom(_) => "described by a platform file",
    };
    findings.add(Finding::ok("platform", format!("{} at {base_url} ({family})", chosen.label())));
    *token = findings.or_problem("token", token::find(settings));
    if token.is_some() {
        let origin = token::origin(settings).unwrap_or_default();
        findings.add(if token::is_open_to_others(settings) {
            Finding::note("token", format!("{origin}: other users of this machine can read it"))
                .advising("chmod 600 that file")
        } else {
            Finding::ok("token", origin)
        });
    }
    Some(endpoint)
}
