//! A described platform whose address was changed: the address is part of who a lead is, so everybody would be new.

use std::path::Path;

use super::plan::{Plan, Purpose};
use crate::results::{Line, Reader};
use crate::run::{RunError, Server};
use crate::target::{Family, Host, Target};

/// Platforms that are known by name do not move. What a file describes does when somebody edits it, and then the same results
/// file would have everybody created a second time.
///
/// # Errors
/// The results file has leads of this platform, all of them at another address.
pub(super) fn refuse_moved(plan: &Plan, results: &Path) -> Result<(), RunError> {
    let (Family::Custom(_), Server::Platform { base_url, .. }) = (plan.endpoint.family, &plan.endpoint.server) else {
        return Ok(());
    };
    if plan.purpose != Purpose::Create {
        return Ok(());
    }
    let here = Host::Url(base_url.as_str().to_owned());
    let mut elsewhere = None;
    let mut reader = Reader::open(results)?;
    // The first line with a lead tells, unless the platform has moved.
    while let Some(line) = reader.next_line()? {
        let Some(target) = target_of(&line).filter(|target| target.family == plan.endpoint.family) else { continue };
        if target.host == here {
            return Ok(());
        }
        elsewhere.get_or_insert_with(|| target.host.clone());
    }
    let Some(Host::Url(before)) = elsewhere else { return Ok(()) };
    Err(RunError::Usage(format!(
        "{}: its leads are at {before}, and none is at {base_url}: everybody would be created again\nwhat to do: where it is the same \
         platform, leave base_url as it was, or name it by --base-url; where it has moved, or is another one, name another results file by \
         --results, and add --skip-existing",
        results.display()
    )))
}

fn target_of<'a>(line: &'a Line<'_>) -> Option<&'a Target> {
    match line {
        Line::Sending(line) => Some(&line.target),
        Line::Lead(line) => line.target.as_deref(),
        _ => None,
    }
}
