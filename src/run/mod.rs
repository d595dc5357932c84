//! What every kind of run shares: the server it talks to, the results file it holds, and how it begins and ends.
//!
//! Responsible for connecting to a platform or the sandbox, for opening and locking a results file, for the lines with
//! which a run begins and ends, for settling what earlier runs left in doubt, and for the exit code. It must not know what
//! a run is for: that is the affair of `import`, which creates leads, and of its siblings.

mod decide;
mod error;
mod exit;
mod opened;
mod places;
mod plan;
mod recorded;
mod recorder;
mod secondaries;
mod seed;
mod server;
mod session;
mod surroundings;
mod until;
mod watch;
mod witness;

pub use error::RunError;
pub use exit::{Ending, weightiest};
pub use places::PlaceError;
pub use plan::{Consent, Endpoint, LeftInDoubt, Sending, Server};
pub use recorded::RecordedPlan;
pub use surroundings::Surroundings;
pub use until::{Until, UntilError};

pub(crate) use opened::{Opened, left_trace, silent_for};
pub(crate) use places::Places;
pub(crate) use recorded::Ready;
pub(crate) use recorder::written;
pub(crate) use server::{Connected, only_platform_knows, places_unasked, platform_of};
pub(crate) use session::{Closed, Session, Subject, look_up};
pub use watch::LeftDoubt;
pub(crate) use watch::Watch;
