//! `leadload report`: what a results file tells, as a text, as JSON, or as a page.

use anyhow::{Context, Result};

use super::report_args::ReportArgs;
use super::run_recorded::Unusable;
use crate::report::{Console, Earlier, LocalTime, People, Volume, print_json, print_text, read_history, write_page};

/// Makes the report. Without `--html` and `--json` it is printed as a text.
///
/// # Errors
/// The results file cannot be used, or the page or standard output cannot be written.
pub(super) fn run_report(args: &ReportArgs) -> Result<u8> {
    let time = LocalTime::system();
    let people = if args.show_numbers { People::Shown } else { People::Masked };
    let history = read_history(&args.results, &time, people).map_err(Unusable)?;
    if let Some(path) = &args.html {
        let page = history.page(&time, people).context("the page cannot be made, which is a fault of leadload")?;
        let earlier = if args.force { Earlier::IsReplaced } else { Earlier::Stays };
        write_page(path, &page, earlier)?;
        let volume = if args.quiet { Volume::Quiet } else { Volume::Normal };
        Console::stderr(volume).note(&format!("Report: {}", path.display()));
    }
    if args.json {
        print_json(&history)?;
    } else if args.html.is_none() {
        print_text(&history.text(&time))?;
    }
    Ok(0)
}
