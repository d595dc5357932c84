//! The library's door: what a program needs that imports leads itself, and nothing else. The command goes through it, too.
//!
//! Responsible for [`Import`] and its builder, which is the one way from settings to a plan, for the checks that settings go
//! together, for running on a thread or in a runtime, and for what a program is told on the way and at the end. It must not
//! know the command line, nor the insides of any room.

mod builder;
mod destination;
mod error;
mod import;
mod limits;
mod outcome;
mod progress;
mod settings;

pub use builder::ImportBuilder;
pub(crate) use builder::{Scattered, folder_of};
pub use destination::Destination;
pub(crate) use destination::leads_path;
pub use error::BuildError;
pub use import::{Import, StopHandle};
pub(crate) use limits::duration;
pub use outcome::{Outcome, Rehearsal};
pub(crate) use outcome::{ending_of, ending_of_rehearsal, unsent};
pub use progress::Progress;
