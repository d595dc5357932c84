//! From the file to its figures.

use std::path::Path;

use super::People;
use super::figures::History;
use super::fold::Fold;
use super::time::LocalTime;
use crate::report::wording::plain;
use crate::results::{Reader, ResultsError, read};

/// The figures of the results file at `path`, with times as `time` has them. It takes no lock and changes nothing: what a run
/// writes meanwhile is left out.
///
/// # Errors
/// The file is not there, cannot be read, or is no results file that this version knows.
pub fn read_history(path: &Path, time: &LocalTime, people: People) -> Result<History, ResultsError> {
    let mut reader = Reader::open(path)?;
    let (mut ledger, recovery) = read(path)?;
    let doubts = ledger.doubts()?;
    let mut fold = Fold::new(&mut ledger, time, people);
    for _ in 0..recovery.lines {
        let Some(line) = reader.next_line()? else { break };
        fold.line(&line);
    }
    fold.open_doubts(&doubts);
    let file = plain(&path.display().to_string()).into_owned();
    Ok(fold.finish(file, recovery.lines, recovery.cut.map_or(0, |cut| cut.bytes)))
}
