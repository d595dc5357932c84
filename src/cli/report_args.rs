//! The command line of `report`, as typed.

use std::path::PathBuf;

use clap::Args;

use super::file_show::{FileShowArgs, ZoneArgs};
use super::settings::Layer;

/// Shown below the options of `report --help`.
pub(super) const REPORT_NOTES: &str = "\
Nothing is sent, and the results file is only read; a run may be writing it meanwhile.

Exit codes:
    0  the report was made
    2  the command is wrong, or the page cannot be written
    5  the results file cannot be used";

#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// The results file of an import: it lies beside the spreadsheet, named like famulor-7.results.jsonl
    #[arg(value_name = "RESULTS")]
    pub(super) results: PathBuf,
    /// Write the report as one HTML page that needs no network
    #[arg(long, value_name = "FILE")]
    pub(super) html: Option<PathBuf>,
    /// Write over a page that is there
    #[arg(long, requires = "html")]
    pub(super) force: bool,
    /// Show numbers, addresses and repaired cells in full; else numbers and addresses are masked
    #[arg(long)]
    pub(super) show_numbers: bool,
    #[command(flatten)]
    pub(super) zone: ZoneArgs,
    #[command(flatten)]
    pub(super) show: FileShowArgs,
}

impl ReportArgs {
    /// What was typed of its settings.
    pub(super) fn layer(&self) -> Layer {
        let mut typed = self.show.layer();
        self.zone.set(&mut typed);
        typed
    }
}
