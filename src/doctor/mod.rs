//! Looks at all that an import needs, and sends nothing that creates, changes or deletes.
//!
//! Responsible for the order in which things are looked at, and for saying of each how it is and what to do: the results
//! file and its folder, temporary files, the way to the server, the token, the campaigns, the clocks, the rate, the
//! variables. It knows several rooms but none of their insides; how findings are shown is `report`'s affair.

mod campaigns;
mod clocks;
mod files;
mod plan;
mod rates;
mod server;
mod token;
mod way;

pub use plan::{CampaignOf, Plan};

use crate::platform::Campaign;
use crate::report::Finding;
use crate::run::{RunError, Surroundings, weightiest};
use crate::upload::{StopKind, StopReason};

/// What was found.
#[derive(Debug, Default)]
pub struct Examined {
    /// Every finding, in the order in which things were looked at.
    pub findings: Vec<Finding>,
    /// The platform's campaigns, as far as they could be listed.
    pub campaigns: Vec<Campaign>,
    /// Whether somebody stopped it.
    pub interrupted: bool,
}

impl Examined {
    /// The exit code with which an import would end, as far as can be told: 0 where there is no problem.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        weightiest(self.findings.iter().map(|finding| finding.exit_code).chain(self.interrupted.then_some(INTERRUPTED)))
    }
}

const INTERRUPTED: u8 = 130;

/// Takes each finding as it is made.
pub type Tell<'a> = &'a (dyn Fn(&Finding) + Sync);

/// Collects what is found, and tells it at once.
struct Record<'a> {
    examined: Examined,
    tell: Tell<'a>,
}

impl Record<'_> {
    fn add(&mut self, finding: Finding) {
        (self.tell)(&finding);
        self.examined.findings.push(finding);
    }
}

/// Looks at everything that `plan` names. Each finding is told as it is made.
pub async fn examine(plan: &Plan, around: &Surroundings, tell: Tell<'_>) -> Examined {
    let mut record = Record { examined: Examined::default(), tell };
    let results = files::look(plan, around, &mut record);
    if let Some(endpoint) = &plan.endpoint {
        match results {
            files::Results::InUse => record.add(left_alone()),
            files::Results::Free(results) => {
                if server::look(plan, endpoint, &results, around, &mut record).await.is_err() {
                    stopped(around.stop.reason(), &mut record);
                }
            }
        }
    }
    record.examined
}

/// Somebody stopped it; or the platform asked to wait longer than `--give-up` allows.
fn stopped(reason: Option<StopReason>, record: &mut Record<'_>) {
    match reason {
        Some(reason) if reason.kind != StopKind::Interrupted => {
            record.add(problem("host", &RunError::Stopped(reason)).advising("try again later"));
        }
        _ => record.examined.interrupted = true,
    }
}

/// While a run sends, every request of ours would be one too many for the rate.
fn left_alone() -> Finding {
    Finding::note("host", "the platform was not asked: the run that is under way uses the whole rate")
        .advising("look again when it has ended")
}

/// The exit code of an import that fails with `error`.
fn problem(check: &'static str, error: &RunError) -> Finding {
    Finding::problem(check, error.exit_code(), error.to_string())
}
