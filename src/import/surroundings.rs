//! What an import needs of the world besides its plan.

use std::sync::Arc;

use crate::clock::Clock;
use crate::report::Reporter;
use crate::upload::Stop;

/// What an import needs of the world.
#[derive(Clone)]
pub struct Surroundings {
    /// The time.
    pub clock: Clock,
    /// Stops the run; whoever hears Ctrl-C turns it.
    pub stop: Stop,
    /// Shows what happens.
    pub reporter: Arc<Reporter>,
    /// Asks the person at the terminal; `None` where there is nobody.
    pub ask: Option<fn(&str) -> bool>,
}
