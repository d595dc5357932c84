//! What is to be looked at.

use std::path::PathBuf;

use crate::import::ResultsFile;
use crate::run::{Endpoint, Sending};

/// What is to be looked at.
#[derive(Debug)]
pub struct Plan {
    /// Where leads go; `None` where nobody said.
    pub endpoint: Option<Endpoint>,
    /// How fast and how patiently.
    pub sending: Sending,
    /// Where results are written.
    pub results: ResultsFile,
    /// The folder of the results file, where that has no name yet.
    pub folder: PathBuf,
    /// How each row's campaign is known.
    pub campaign: CampaignOf,
}

/// How the campaign of a row is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CampaignOf {
    /// It is the one of the run, if there is one.
    TheRun,
    /// A column names it.
    EachRow,
}
