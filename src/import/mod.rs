//! An import, from its plan to its summary: the wiring of all rooms.
//!
//! Responsible for the order of things: check the input's header, open the results file, ask the platform (token,
//! campaigns), count the whole input, list
//! who is there already where that is asked for, ask for consent, settle what earlier runs left in doubt, send, and say how it ended. It
//! knows several rooms but none of their insides.

mod before;
mod calls;
mod columns;
mod do_not_call;
mod dry_run;
mod earlier;
mod elsewhere;
mod first_pass;
mod flow;
mod gather;
mod hand_over;
mod look;
mod moved;
mod inputs;
mod listed;
mod numbers;
mod plan;
mod prepare;
mod rehearsal;
mod rejects;
mod results_file;
mod row;
mod sort;
mod sort_update;
mod survey;
mod tell;
mod update;
mod variables;

pub use dry_run::{InputUse, Rehearsed, dry_run, rehearse_showing};
pub use flow::{Ended, import};
pub use look::{Looked, LookedColumn, look_through};
pub use plan::{
    CheckVariables, Existing, GroupRows, Mode, Numbers, OtherNumbers, Passes, Plan, Preload, Purpose, Reach, Rejected,
};
pub use results_file::ResultsFile;
