//! A described platform whose address was changed: the address is part of who a lead is, so everybody would be new.

use std::path::Path;

use super::elsewhere::Elsewhere;
use super::plan::{Plan, Purpose};
use crate::lead::LeadKey;
use crate::results::{Ledger, Line, Reader, ResultsError, Sendable};
use crate::run::{RunError, Server};
use crate::target::{Family, Host, Target};

/// Platforms that are known by name do not move. What a file describes does when somebody edits it, and then the same results
/// file would have everybody created a second time. So would one that `--known` names, and that knows nobody at this address.
///
/// # Errors
/// The results file, or another one that is to be known, has leads of this platform that are not to be sent again, all of them at
/// another address.
pub(super) fn refuse_moved(
    plan: &Plan,
    results: &Path,
    ledger: &Ledger,
    elsewhere: &Elsewhere,
) -> Result<(), RunError> {
    let (Family::Custom(_), Server::Platform { base_url, .. }) = (plan.endpoint.family, &plan.endpoint.server) else {
        return Ok(());
    };
    if plan.purpose != Purpose::Create {
        return Ok(());
    }
    let place = Place { family: plan.endpoint.family, here: Host::Url(base_url.as_str().to_owned()) };
    if let Some(before) = place.left(results, ledger)? {
        return Err(RunError::Usage(format!(
            "{}: its leads are at {before}, and none is at {base_url}: everybody would be created again\nwhat to do: where it is the same \
             platform, leave base_url as it was, or name it by --base-url; where it has moved, or is another one, name another results \
             file by --results, and add --skip-existing. A new file does not know whom leadload forget took out of this one: name their \
             numbers by --suppress",
            results.display()
        )));
    }
    for (path, ledger) in plan.preload.known.iter().zip(elsewhere.ledgers()) {
        if let Some(before) = place.left(path, ledger)? {
            return Err(RunError::Usage(format!(
                "--known {}: its leads are at {before}, and none is at {base_url}: nobody would be spared by it\nwhat to do: where it is \
                 the same platform, leave base_url as it was, or name it by --base-url; where it has moved, or is another one, leave \
                 this --known out and add --skip-existing, and name by --suppress whom nobody may call again",
                path.display()
            )));
        }
    }
    Ok(())
}

/// A described platform, where it is by now.
struct Place {
    family: Family,
    here: Host,
}

impl Place {
    /// The address at which the leads of a results file are, where none is here. Who may be sent again, since the platform refused
    /// or an undo deleted them, is nowhere.
    fn left(&self, results: &Path, ledger: &Ledger) -> Result<Option<String>, ResultsError> {
        let is_there = |key| ledger.sendable(key) == Sendable::No || ledger.is_forgotten(key);
        let mut elsewhere = None;
        if !results.exists() {
            return Ok(None);
        }
        let mut reader = Reader::open(results)?;
        // The first line with such a lead tells, unless the platform has moved.
        while let Some(line) = reader.next_line()? {
            let Some((key, target)) = lead_of(&line).filter(|(_, target)| target.family == self.family) else {
                continue;
            };
            if elsewhere.is_some() && target.host != self.here || !is_there(key) {
                continue;
            }
            match &target.host {
                host if *host == self.here => return Ok(None),
                Host::Url(url) => elsewhere = Some(url.clone()),
                Host::Sandbox => {}
            }
        }
        Ok(elsewhere)
    }
}

fn lead_of<'a>(line: &'a Line<'_>) -> Option<(LeadKey, &'a Target)> {
    match line {
        Line::Sending(line) => Some((line.key, &line.target)),
        Line::Lead(line) => Some((line.key?, line.target.as_deref()?)),
        _ => None,
    }
}
