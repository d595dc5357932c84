//! What there is to say of a rehearsal that did not send leads, since the results file knows them of an earlier one.

use std::path::Path;

use super::plan::{Plan, Purpose};
use super::results_file::ResultsFile;
use crate::report::{Finished, plain};
use crate::run::Server;

/// How to rehearse anew, where that is most likely what somebody wanted who tries other columns. A file that the user named
/// may hold what happened elsewhere, so that nobody is told to delete it.
pub(super) fn how_to_begin_anew(plan: &Plan, finished: &Finished, results: &Path) -> Option<String> {
    let is_rehearsal = matches!(plan.endpoint.server, Server::Sandbox) && plan.purpose == Purpose::Create;
    let knows_somebody = finished.totals.earlier.leads.total() > 0;
    // With other columns nearly all are edited leads; one that was refused before is sent again all the same.
    let is_most_likely_unmeant = finished.requests == 0 || finished.totals.changed > 0;
    if !is_rehearsal || !knows_somebody || !is_most_likely_unmeant {
        return None;
    }
    let what_to_do = match &plan.results {
        ResultsFile::At(_) => "name another file by --results",
        ResultsFile::AfterTarget { .. } | ResultsFile::Nowhere => "delete that file",
    };
    let name = plain(&results.to_string_lossy()).into_owned();
    Some(format!("{name} remembers leads of an earlier run, which are not sent again; to rehearse anew, {what_to_do}"))
}
