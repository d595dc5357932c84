//! Whether results and temporary files can be written, and what the results file knows.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::plan::{CampaignOf, Plan};
use super::{Record, problem};
use crate::import::ResultsFile;
use crate::lead::Status;
use crate::report::{Finding, count, counted};
use crate::results::{Hold, Ledger, Recovery, ResultsError, read};
use crate::run::{RunError, Surroundings, left_trace, only_platform_knows, places_unasked, silent_for};

/// The results file, as far as the requests to the platform are concerned.
pub(super) enum Results {
    /// Somebody sends with it just now.
    InUse,
    /// Nobody does.
    Free(Before),
}

/// What was sent before, by this results file.
#[derive(Default)]
pub(super) struct Before {
    /// Nobody else uses the results file while this lives.
    pub(super) hold: Option<Hold>,
    /// How long ago something was sent.
    pub(super) silent: Option<Duration>,
    /// Whether it is not known which results file it is: a run may have ended just now.
    pub(super) is_unknown: bool,
}

/// Exit codes of an import: the results file cannot be used; there is no room for a temporary file.
const UNUSABLE: u8 = 5;
const NO_ROOM: u8 = 6;

pub(super) fn look(plan: &Plan, around: &Surroundings, record: &mut Record<'_>) -> Results {
    let path = path_of(plan);
    let folder = path.as_deref().map_or(plan.folder.as_path(), folder_of);
    let results = match try_to_write(tempfile::Builder::new().prefix(".leadload-doctor-").tempfile_in(folder)) {
        Ok(()) => look_at_results(path.as_deref(), folder, plan, around, record),
        Err(error) => {
            record.add(not_writable("results", UNUSABLE, &format!("the folder {}", folder.display()), &error));
            Results::Free(Before::default())
        }
    };
    match try_to_write(tempfile::NamedTempFile::new()) {
        Ok(()) => record.add(Finding::ok("temporary files", in_folder(&tempfile::env::temp_dir()))),
        Err(error) => {
            let folder = tempfile::env::temp_dir();
            let finding = not_writable("temporary files", NO_ROOM, &folder.display().to_string(), &error);
            record.add(finding.advising("name another folder by --temp-dir; standard input and --scattered need it"));
        }
    }
    results
}

fn in_folder(folder: &Path) -> String {
    format!("can be written in {}", folder.display())
}

/// The results file; `None` where nobody has said enough, or only the platform knows the campaign's id.
fn path_of(plan: &Plan) -> Option<PathBuf> {
    if let ResultsFile::At(path) = &plan.results {
        return Some(path.clone());
    }
    let endpoint = plan.endpoint.as_ref()?;
    let named_by_row = plan.campaign == CampaignOf::EachRow;
    if !named_by_row && (endpoint.place.is_none() || only_platform_knows(endpoint)) {
        return None;
    }
    let places = places_unasked(endpoint).ok()?;
    Some(plan.results.path(places.fixed().filter(|_| !named_by_row).map(|target| target.place.as_str())))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// As much as a results file grows by at once.
const SAMPLE: [u8; 4096] = [0; 4096];

/// Writes something, has it made durable, and takes it away again.
fn try_to_write(file: io::Result<tempfile::NamedTempFile>) -> io::Result<()> {
    let mut file = file?;
    file.write_all(&SAMPLE)?;
    File::sync_all(file.as_file())?;
    file.close()
}

fn not_writable(check: &'static str, exit_code: u8, what: &str, error: &io::Error) -> Finding {
    let advice = match error.kind() {
        io::ErrorKind::NotFound => "make the folder, or name another one",
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "make room there: a lead takes some 700 bytes",
        _ => "let the user who runs leadload write there, or name another folder",
    };
    Finding::problem(check, exit_code, format!("{what}: nothing can be written: {error}")).advising(advice)
}

fn look_at_results(
    path: Option<&Path>,
    folder: &Path,
    plan: &Plan,
    around: &Surroundings,
    record: &mut Record<'_>,
) -> Results {
    let Some(path) = path else {
        record.add(Finding::ok("results", in_folder(folder)));
        return Results::Free(Before { is_unknown: plan.endpoint.is_some(), ..Before::default() });
    };
    let trace = left_trace(path);
    match read_and_hold(path) {
        Ok((None, _)) => {
            let message = format!("{}: not there yet; it can be written", path.display());
            record.add(Finding::ok("results", message));
            Results::Free(Before::default())
        }
        Ok((hold, (ledger, recovery))) => {
            record.add(what_it_knows(path, &ledger, &recovery));
            let silent = silent_for(&ledger, trace, around.clock.wall());
            Results::Free(Before { hold, silent, is_unknown: false })
        }
        Err(error) => {
            let in_use = matches!(error, ResultsError::Locked { .. });
            record.add(problem("results", &RunError::Results(error)));
            if in_use { Results::InUse } else { Results::Free(Before::default()) }
        }
    }
}

/// The file is read between two locks: some systems let nobody read what is locked, and a run that is under way is to be
/// told as such.
fn read_and_hold(path: &Path) -> Result<(Option<Hold>, (Ledger, Recovery)), ResultsError> {
    drop(Hold::existing(path)?);
    let known = read(path)?;
    Ok((Hold::existing(path)?, known))
}

fn what_it_knows(path: &Path, ledger: &Ledger, recovery: &Recovery) -> Finding {
    let there = ledger.count(Status::Created) + ledger.count(Status::Exists);
    let (in_doubt, open) = (ledger.count(Status::InDoubt), ledger.count_open_deletions());
    let known = counted(there, "lead", "leads");
    let message = format!("{}: can be written; {known} on the platform by it", path.display());
    let mut details = Vec::new();
    if in_doubt > 0 {
        details.push(format!("{} in doubt: the next import looks them up", count(in_doubt)));
    }
    if open > 0 {
        details.push(format!("deletions open: {}; finish them by the same leadload undo", count(open)));
    }
    if recovery.cut.is_some() {
        details.push("the last run ended in the middle of a line; the next one cuts it off".to_owned());
    }
    let finding = if details.is_empty() { Finding::ok("results", message) } else { Finding::note("results", message) };
    finding.with_details(details)
}
