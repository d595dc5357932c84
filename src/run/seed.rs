//! The sandbox's leads, from the results file that remembers them.

use std::path::Path;

use crate::lead::Identity;
use crate::phone::Phone;
use crate::results::{LeadLine, ResultsError, There, replay};
use crate::sandbox::{Sandbox, SandboxLead, SandboxSecondary};
use crate::target::{Family, Host};

/// Gives `sandbox` the leads that the results file at `path` says are there. Their variables are not on file.
pub(super) fn restore(sandbox: &Sandbox, path: &Path) -> Result<(), ResultsError> {
    replay(path, |there| match there {
        There::From(line, secondaries) => {
            if let Some(lead) = remembered(line, secondaries) {
                sandbox.restore(&lead);
                if line.phone.is_none() && line.email.is_none() {
                    sandbox.forget(&lead.id);
                }
            }
        }
        There::Gone(target, id) if target.host == Host::Sandbox => sandbox.forget(id),
        There::Gone(..) => {}
    })
}

/// A number that is reserved for fiction.
const NOBODY: &str = "+12025550100";

fn remembered(line: &LeadLine<'_>, secondaries: &[Phone]) -> Option<SandboxLead> {
    let target = line.target.as_deref().filter(|target| target.host == Host::Sandbox)?;
    let mut lead = SandboxLead::untouched(line.id.as_deref()?, &target.place, line.at);
    lead.phone = line.phone.map(|phone| phone.to_string());
    lead.email = line.email.as_deref().map(|email| match Identity::email(email) {
        Identity::Email(email) => email,
        Identity::Phone(phone) => phone.to_string(),
    });
    if line.phone.is_none() && line.email.is_none() {
        // Somebody who was forgotten. Only the id counts: nobody else may get it.
        match target.family {
            Family::Autocalls | Family::Custom(_) => lead.phone = Some(NOBODY.to_owned()),
            Family::Pollybot => lead.email = Some("nobody@example.com".to_owned()),
        }
    }
    let known = line.secondary_ids.iter().zip(secondaries);
    let contact = |(id, phone): (&String, &Phone)| SandboxSecondary {
        id: id.clone(),
        phone: phone.to_string(),
        variables: serde_json::Map::new(),
    };
    lead.secondaries = known.map(contact).collect();
    Some(lead)
}
