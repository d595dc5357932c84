//! What a results file says of leads, for whoever asks: a table of the last state of each, or the whole story of one.
//!
//! Responsible for choosing ([`Filter`], [`Whom`]), for the rows of the table ([`LeadRow`]) and the files it is written to
//! ([`Export`]), and for telling what happened to one person over all runs, in plain words ([`Story`]). It only reads, takes no
//! lock, and keeps nothing of a lead in memory that it need not: see [`LastStates`](crate::results::LastStates). It must not
//! know how lines are checked or what a run does.
//!
//! What is printed has its numbers masked, as everything has that this program prints: screens are shared and logs are
//! kept. A file that somebody asks for is theirs, as the results file is, and has them in full ([`Numbers`]).

mod export;
mod filter;
mod row;
mod screen;
mod spreadsheet;
mod story;
mod table;
mod told;
mod whom;
mod words;

pub use export::{Export, ExportError};
pub use filter::Filter;
pub use row::LeadRow;
pub use screen::Screen;
pub use story::{Stories, Story, Told, stories};
pub use table::{Counts, LeadTable, TableError};
pub use told::{Saying, StoryTold};
pub use whom::Whom;

/// Whether numbers and addresses are written in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numbers {
    /// The start and the end of them.
    Masked,
    /// All of them.
    InFull,
}
