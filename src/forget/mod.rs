//! Takes a person out of a results file: the right to erasure.
//!
//! Responsible for finding every line that names the number or the address, for saying what will be taken out, and for the
//! new version of the file. Names, numbers and texts go; the key stays, which is a hash, and with it what must never
//! happen: the same person is not created again from the next export. It must not know how a file is replaced without a
//! moment in which there is none, nor what stands in the file beside the lines.

mod find;
mod flow;
mod take_out;
mod words;

pub use find::{Before, Found, OwnLead};
pub use flow::{Forgotten, forget, preview};
pub use take_out::Done;

use crate::lead::Identity;
use crate::results::ResultsError;

/// Why nobody was forgotten. The file is as it was.
#[derive(Debug, thiserror::Error)]
pub enum ForgetError {
    /// The results file cannot be used.
    #[error(transparent)]
    Results(#[from] ResultsError),
    /// An undo began to delete the lead, and nobody knows whether it is gone.
    #[error(
        "an undo of this lead is not finished, and needs its number to finish: run leadload undo first (the run that \
         created it: --run {run}), then this command again"
    )]
    Deleting {
        /// The run that created it.
        run: String,
    },
}

/// Who is forgotten, as text: `+` and digits, or the address.
fn written(person: &Identity) -> String {
    match person {
        Identity::Phone(phone) => phone.to_string(),
        Identity::Email(email) => email.clone(),
    }
}
