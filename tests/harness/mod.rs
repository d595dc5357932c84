//! The one harness: a folder, a sandbox server, the command, and an import in this process on a simulated clock.

pub(crate) mod api;
pub(crate) mod command;
pub(crate) mod crm;
pub(crate) mod dice;
pub(crate) mod failing_disk;
pub(crate) mod help;
pub(crate) mod in_process;
pub(crate) mod killable;
pub(crate) mod odd_api;
pub(crate) mod sheet;
pub(crate) mod recorded;
