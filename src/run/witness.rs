//! A lead that the results file says is at a target: look-ups there must find it, or they prove nothing.

use std::path::Path;

use crate::lead::{Identity, Status};
use crate::results::{LeadLine, Line, Reader};
use crate::target::Target;
use crate::upload::GONE;

/// The last lead that was created at `target` and not undone since. `None` where there is none, or where the file cannot
/// be read: then nobody is known to be there.
pub(crate) fn created_at(results: &Path, target: &Target) -> Option<Identity> {
    let mut reader = Reader::open(results).ok()?;
    let mut last = None;
    while let Ok(Some(line)) = reader.next_line() {
        let Line::Lead(lead) = line else { continue };
        if lead.target.as_deref() != Some(target) {
            continue;
        }
        let is_gone = lead.reason.as_ref().is_some_and(|reason| reason.code == GONE);
        match (lead.status, lead.key, &last) {
            (_, Some(key), Some((created, _))) if is_gone && key == *created => last = None,
            _ if is_gone => {}
            // Who was forgotten cannot be looked up, and takes nobody else's place.
            (Status::Created, Some(key), _) => last = identity(&lead).map(|identity| (key, identity)).or(last),
            (Status::Undone, Some(key), Some((created, _))) if key == *created => last = None,
            _ => {}
        }
    }
    last.map(|(_, identity)| identity)
}

fn identity(line: &LeadLine<'_>) -> Option<Identity> {
    let phone = line.phone.map(Identity::Phone);
    phone.or_else(|| line.email.as_deref().map(Identity::email))
}
