//! An import, from its plan to its summary: the wiring of all rooms.
//!
//! Responsible for the order of things: check the input's header, open the results file, ask the platform (token,
//! campaigns), count the whole input, ask for consent, settle what earlier runs left in doubt, send, and say how it ended. It
//! knows several rooms but none of their insides.

mod dry_run;
mod earlier;
mod error;
mod exit;
mod first_pass;
mod flow;
mod inputs;
mod opened;
mod places;
mod plan;
mod prepare;
mod record;
mod rejects;
mod results_file;
mod row;
mod server;
mod sort;
mod surroundings;
mod survey;
mod tell;
mod witness;

pub use dry_run::{Rehearsed, dry_run};
pub use error::ImportError;
pub use exit::Ending;
pub use flow::{Ended, import};
pub use places::PlaceError;
pub use plan::{Consent, Endpoint, Mode, Passes, Plan, Rejected, Sending, Server};
pub use results_file::ResultsFile;
pub use surroundings::Surroundings;
