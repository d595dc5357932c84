//! `leadload` creates the leads of a spreadsheet on an AI calling platform, each exactly once. This is the library that the
//! command is made of.
//!
//! [`Import::builder`] says what is to be imported, where, and how; [`Import::run`] does it; the [`Outcome`] says what became of
//! everybody. A lead is created once, whatever happens: each is written to the results file before it is sent, an answer that
//! got lost is looked up and never blindly sent again, and the same import run again sends only what is left.
//!
//! ```
//! use leadload::{Destination, Import, Status};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let leads = folder.path().join("leads.csv");
//! std::fs::write(&leads, "phone,first_name\n+49 171 3920001,Ada\n0171 3920002,Grace\n")?;
//! let import = || Import::builder().file(&leads).region("DE").to(Destination::sandbox()).build();
//! assert_eq!(import()?.run()?.leads(Status::Created), 2);
//!
//! // Again: the results file knows them, and nothing is sent.
//! let again = import()?.run()?;
//! assert_eq!(again.totals().earlier.leads.get(Status::Created), 2);
//! # Ok(())
//! # }
//! ```
//!
//! Your program's own rows go the same way, without a file: [`Rows`]. Numbers alone are read by [`PhoneReader`]. What becomes of
//! each lead is heard by [`ImportBuilder::on_lead`], how far it is by [`ImportBuilder::on_progress`], and
//! [`Import::stop_handle`] stops it from elsewhere. Platforms that are not known by name are described in a file
//! ([`Destination::platform_file`]). `examples/` has whole programs.
//!
//! # What is stable
//!
//! What this page lists, by the rules of semantic versioning; so are the codes of [`Reason`]s, the results file, and what the
//! names of states mean. The modules that it does not list are the rooms that the command is made of
//! (`docs/ARCHITECTURE.md` is their map). Tests and measurements use them, and they may change at any time.
//!
//! Times, numbers and states come as types; errors are enums ([`BuildError`], [`RunError`]) whose messages say where, what and what
//! to do. Nothing is printed. What is logged goes to `tracing`, with every number masked.

// The words that every room shares.
#[doc(hidden)]
pub mod clock;
#[doc(hidden)]
pub mod lead;
#[doc(hidden)]
pub mod reasons;
#[doc(hidden)]
pub mod target;

// The rooms, in the order of the data's way.
#[doc(hidden)]
pub mod source;
#[doc(hidden)]
pub mod mapping;
#[doc(hidden)]
pub mod phone;
#[doc(hidden)]
pub mod grouping;
#[doc(hidden)]
pub mod platform;
#[doc(hidden)]
pub mod upload;
#[doc(hidden)]
pub mod results;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod sandbox;

// The wiring: the only files that know several rooms.
#[doc(hidden)]
pub mod run;
#[doc(hidden)]
pub mod import;
#[doc(hidden)]
pub mod reconcile;
#[doc(hidden)]
pub mod undo;
#[doc(hidden)]
pub mod doctor;
#[doc(hidden)]
pub mod history;
#[doc(hidden)]
pub mod forget;

// The doors: of the library, and of the command.
mod library;
#[doc(hidden)]
pub mod cli;

pub use lead::{Reason, Status};
pub use library::{BuildError, Destination, Import, ImportBuilder, Outcome, Progress, Rehearsal, StopHandle};
pub use phone::{Phone, PhoneKind, PhoneReader, PhoneReading, Refusal, Region};
pub use report::{Counts, LeadReport, Phase, Settled, Sums, Totals, Waiting};
pub use run::RunError;
pub use source::{Position, Rows};
pub use upload::{StopKind, StopReason, Token};
