//! `leadload` creates the leads of a spreadsheet on an AI calling platform, each exactly once.
//!
//! The modules below stand in the order in which the data passes them; `docs/ARCHITECTURE.md` is the map and says why
//! the walls are where they are. A lead created twice is a person called twice, so the rule that outranks all others is:
//! *what cannot be known is recorded as in doubt and looked up, never sent again blindly*.

// The words that every room shares.
pub mod clock;
pub mod lead;
pub mod target;

// The rooms, in the order of the data's way.
pub mod source;
pub mod mapping;
pub mod phone;
pub mod grouping;
pub mod platform;
pub mod upload;
pub mod results;
pub mod report;
pub mod sandbox;

// The wiring: the only files that know several rooms.
pub mod run;
pub mod import;
pub mod reconcile;
pub mod undo;
pub mod doctor;
pub mod cli;
