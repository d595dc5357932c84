//! The same for a terminal: 80 columns.

use std::fmt::Write as _;

use super::figures::{Failure, History, Latency, NumberCount, RunFigures};
use super::page::{busiest, duration_of, rate_of};
use super::runs::{ending, purpose};
use super::story::{in_short, input_names, milliseconds_in_words, not_on_file, rows_without_lead};
use super::time::LocalTime;
use crate::lead::Status;
use crate::report::figures::{count, counted, duration};
use crate::report::layout::wrapped;
use crate::report::wording::meaning;

/// So many runs, countries and types are named; `--json` and the page have more.
const MOST_RUNS: usize = 10;
const MOST_NAMED: usize = 8;

impl History {
    /// The text for people, without a line break at its end.
    #[must_use]
    pub fn text(&self, time: &LocalTime) -> String {
        let mut out = String::new();
        self.write_head(&mut out, time);
        self.write_states(&mut out);
        self.write_times(&mut out, time);
        self.write_failures(&mut out);
        write_numbers(&mut out, "Countries", &self.countries);
        write_numbers(&mut out, "Types of numbers", &self.number_types);
        self.write_repairs(&mut out);
        self.write_runs(&mut out, time);
        if self.lines > 0 {
            out.push_str("\nNot on file\n");
            for sentence in not_on_file(self) {
                wrapped(&mut out, 2, sentence);
            }
        }
        out.truncate(out.trim_end().len());
        out
    }

    fn write_head(&self, out: &mut String, time: &LocalTime) {
        let _ = match input_names(self) {
            Some(names) => writeln!(out, "{names} ({})", self.file),
            None => writeln!(out, "{}", self.file),
        };
        if let (Some(from), Some(to)) = (self.from, self.to) {
            let (from, to) = (time.to_the_minute(from), time.to_the_minute(to));
            let runs = counted(self.runs.len() as u64 + self.earlier_runs, "run", "runs");
            let _ = writeln!(out, "{from} to {to} ({}), {runs}", self.time_zone);
        }
        for target in self.targets.iter().take(3) {
            wrapped(out, 0, &format!("→ {} ({})", target.target, counted(target.leads, "lead", "leads")));
        }
        out.push('\n');
        for sentence in in_short(self) {
            wrapped(out, 0, &sentence);
        }
    }

    fn write_states(&self, out: &mut String) {
        if self.leads.total() > 0 {
            self.write_leads(out);
        }
        let rows = rows_without_lead(self);
        if !rows.is_empty() {
            let _ = writeln!(out, "\n  {:<36} {:>9}", "of the last import, and no leads:", "rows");
        }
        for (status, rows) in rows {
            let _ = writeln!(out, "  {:<10}  {:<24} {:>9}", status.name(), meaning(status), count(rows));
        }
    }

    fn write_leads(&self, out: &mut String) {
        let _ = writeln!(out, "\n  {:<36} {:>9}", "", "leads");
        for (status, leads) in self.leads.nonzero() {
            let _ = writeln!(out, "  {:<10}  {:<24} {:>9}", status.name(), meaning(status), count(leads));
        }
        let _ = writeln!(out, "  {:<36} {:>9}", "total", count(self.leads.total()));
    }

    fn write_times(&self, out: &mut String, time: &LocalTime) {
        let run = self.runs.iter().rev().find(|run| Some(&run.run) == self.last_run.as_ref());
        if let (Some(run), Some(over)) = (run, &self.last_run_over_time) {
            let _ = writeln!(out, "\nThe last run that sent leads ({})", time.to_the_second(run.began));
            let rate = rate_of(run).map(|rate| format!(", {rate}")).unwrap_or_default();
            let answered = counted(run.answered, "lead", "leads");
            wrapped(out, 2, &format!("{answered} answered in {}{rate}", duration_of(run)));
            if let Some(sentence) = busiest(over) {
                wrapped(out, 2, &sentence);
            }
        }
        if let Some(answers) = &self.answers {
            write_latency(out, "the platform answered", answers);
        }
        if let Some(under_way) = &self.under_way {
            write_latency(out, "under way, with the wait for a turn", under_way);
        }
        if self.retried_leads > 0 {
            let leads = counted(self.retried_leads, "lead", "leads");
            wrapped(
                out,
                2,
                &format!("{leads} needed more than one request, {} were repeated", count(self.repeated_requests)),
            );
        }
        self.write_pauses(out, time);
        for http in self.http.iter().filter(|http| !(200..300).contains(&http.status)) {
            wrapped(out, 2, &format!("HTTP {}: {}", http.status, counted(http.leads, "lead", "leads")));
        }
    }

    fn write_pauses(&self, out: &mut String, time: &LocalTime) {
        if self.pauses.count > 0 {
            let pauses = counted(self.pauses.count, "pause", "pauses");
            wrapped(
                out,
                2,
                &format!(
                    "{pauses} of {} s or longer, in which nothing was written",
                    count(self.pauses.longer_than_seconds)
                ),
            );
        }
        for pause in self.pauses.by_time() {
            let length = duration(std::time::Duration::from_secs(pause.seconds));
            wrapped(out, 4, &format!("{length} from {} on", time.to_the_second(pause.at)));
        }
    }

    fn write_failures(&self, out: &mut String) {
        if self.failures.is_empty() {
            return;
        }
        let of = self.failures_of.as_ref().map(|run| format!(" (last import: {run})")).unwrap_or_default();
        let _ = writeln!(out, "\nWhy leads were not created{of}");
        self.failures.iter().for_each(|failure| write_failure(out, failure));
    }

    fn write_repairs(&self, out: &mut String) {
        if self.repairs.is_empty() {
            return;
        }
        out.push_str("\nNumbers that were repaired\n");
        for repair in &self.repairs {
            wrapped(out, 2, &format!("{}: {}", counted(repair.count, "number", "numbers"), repair.words));
        }
    }

    fn write_runs(&self, out: &mut String, time: &LocalTime) {
        if self.runs.is_empty() {
            return;
        }
        let _ = writeln!(
            out,
            "\n{:<28} {:>9} {:>9} {:>9} {:>9}  rate",
            "Runs, the newest first", "created", "refused", "in doubt", "invalid"
        );
        for run in self.runs.iter().rev().take(MOST_RUNS) {
            write_run(out, run, time);
        }
        let more = self.runs.len().saturating_sub(MOST_RUNS) as u64 + self.earlier_runs;
        if more > 0 {
            wrapped(out, 2, &format!("and {} before", counted(more, "run", "runs")));
        }
    }
}

fn write_latency(out: &mut String, what: &str, latency: &Latency) {
    let said = milliseconds_in_words;
    wrapped(
        out,
        2,
        &format!(
            "{what}: half within {}, 90 of 100 within {}, 95 within {}, 99 within {}, the longest {}",
            said(latency.p50_ms),
            said(latency.p90_ms),
            said(latency.p95_ms),
            said(latency.p99_ms),
            said(latency.max_ms)
        ),
    );
}

fn write_failure(out: &mut String, failure: &Failure) {
    let rows = counted(failure.rows, "row", "rows");
    let all = if failure.rows == failure.rows_of_all_runs {
        String::new()
    } else {
        format!(" (over all runs {})", count(failure.rows_of_all_runs))
    };
    wrapped(out, 2, &format!("{rows} {}: {}{all}", failure.status, failure.words));
    for example in failure.examples.iter().filter(|_| failure.rows > 0) {
        let number = example.number.as_ref().map(|number| format!(", {number}")).unwrap_or_default();
        let message = if example.message == failure.words { String::new() } else { format!(": {}", example.message) };
        wrapped(out, 4, &format!("{}{number}{message}", example.place));
    }
}

fn write_numbers(out: &mut String, title: &str, counts: &[NumberCount]) {
    if counts.is_empty() {
        return;
    }
    let _ = writeln!(out, "\n{title:<28} {:>9} {:>13} {:>9} {:>9}", "leads", "on platform", "refused", "in doubt");
    for NumberCount { name, on_platform, refused, in_doubt, total, .. } in counts.iter().take(MOST_NAMED) {
        let [total, on_platform, refused, in_doubt] =
            [total, on_platform, refused, in_doubt].map(|leads| count(*leads));
        let _ = writeln!(out, "  {name:<26} {total:>9} {on_platform:>13} {refused:>9} {in_doubt:>9}");
    }
    if let Some(others) = counts.get(MOST_NAMED..).filter(|others| !others.is_empty()) {
        let leads: u64 = others.iter().map(|other| other.total).sum();
        let _ = writeln!(out, "  {:<26} {:>9}", format!("{} others", others.len()), count(leads));
    }
}

fn write_run(out: &mut String, run: &RunFigures, time: &LocalTime) {
    let leads = |status| count(run.leads.get(status));
    let began = format!("{} {}", time.to_the_minute(run.began), purpose(run.why));
    let rate = rate_of(run).unwrap_or_else(|| "–".to_owned());
    let _ = writeln!(
        out,
        "  {began:<26} {:>9} {:>9} {:>9} {:>9}  {rate}",
        leads(Status::Created),
        leads(Status::Rejected),
        leads(Status::InDoubt),
        leads(Status::Invalid)
    );
    if run.stopped.as_deref() != Some("finished") {
        wrapped(out, 4, ending(run));
    }
}
