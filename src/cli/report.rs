//! `leadload report`: what a results file tells, as a text, as JSON, or as a page.

use anyhow::{Context, Result};

use super::file_show::{FileShow, Form};
use super::report_args::ReportArgs;
use super::run_recorded::Unusable;
use crate::report::{Earlier, NewFile, People, print_for_people, print_json, read_history};

/// Makes the report. Where neither a page nor JSON is asked for it is printed as a text.
///
/// # Errors
/// The results file cannot be used, or the page or standard output cannot be written.
pub(super) fn run_report(args: &ReportArgs, show: &FileShow) -> Result<u8> {
    let time = show.time()?;
    let people = if args.show_numbers { People::Shown } else { People::Masked };
    let earlier = if args.force { Earlier::IsReplaced } else { Earlier::Stays };
    let page = args.html.as_deref().map(|path| NewFile::at(path, earlier)).transpose()?;
    let history = read_history(&args.results, &time, people).map_err(Unusable)?;
    if let Some(place) = &page {
        let text = history.page(&time, people).context("the page cannot be made, which is a fault of leadload")?;
        place.write(&text)?;
        show.console.note(&format!("Report: {}", place.path().display()));
    }
    match show.form {
        Form::Json => print_json(&history)?,
        Form::Text if page.is_none() => print_for_people(&history.text(&time))?,
        Form::Text => {}
    }
    Ok(0)
}
