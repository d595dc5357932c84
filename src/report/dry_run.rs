//! What would be sent: the summary of a dry run, as text and as JSON.

use std::fmt::Write as _;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::value::RawValue;

use super::columns::ColumnNote;
use super::console::USUAL_WIDTH;
use super::figures::{about, count, counted};
use super::layout::{Layout, from};
use super::reason_table::{ReasonCount, RemarkCount, UpdateCount};
use super::repair_table::RepairCount;
use super::reporter::Finished;
use super::target_name::target_name;
use super::totals::Totals;
use super::wording::plain;
use crate::lead::Status;

/// What a dry run found out: as a summary, but that `unsent` is what would be sent.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DryRun {
    schema: u32,
    document: &'static str,
    /// Always `dry_run`.
    outcome: &'static str,
    /// The code that the program ends with.
    exit_code: u8,
    /// Where leads would be created, in words.
    target: String,
    /// The inputs, as they were named.
    inputs: Vec<String>,
    /// The totals. Of an update, `unsent` leads are those that an import would create.
    totals: Totals,
    /// Sentences, none if all is well: totals that do not balance.
    problems: Vec<String>,
    /// Why rows would not be sent.
    reasons: Vec<ReasonCount>,
    /// What there is to know of leads that would be sent.
    remarks: Vec<RemarkCount>,
    /// Numbers that were not simply read; the examples hold them in full.
    repairs: Vec<RepairCount>,
    /// Sentences.
    notes: Vec<String>,
    /// The bodies of the first requests, in full: to see them is the purpose.
    #[schemars(with = "Vec<serde_json::Value>")]
    requests: Vec<Box<RawValue>>,
    /// The rate that was asked for, in words; null where there is none.
    rate: Option<String>,
    /// How long sending takes at that rate.
    seconds: Option<u64>,
    /// Which leads an update would change.
    updates: Vec<UpdateCount>,
    /// What columns were recognised as.
    columns: Vec<ColumnNote>,
    #[serde(skip)]
    is_update: bool,
}

impl DryRun {
    /// The summary of a dry run of `inputs` for `target`.
    #[must_use]
    pub fn new(target: String, inputs: Vec<String>, exit_code: u8, finished: Finished) -> Self {
        let problems = finished.unbalanced.iter().map(ToString::to_string).collect();
        Self {
            schema: 1,
            document: "dry_run",
            outcome: "dry_run",
            exit_code,
            target,
            inputs,
            totals: finished.totals,
            problems,
            reasons: finished.reasons,
            remarks: finished.remarks,
            repairs: finished.repairs,
            notes: finished.notes,
            requests: Vec::new(),
            rate: None,
            seconds: None,
            updates: finished.updates,
            columns: finished.columns,
            is_update: false,
        }
    }

    /// The same, of an update: leads are changed and none is created.
    #[must_use]
    pub fn of_update(self) -> Self {
        Self { is_update: true, ..self }
    }

    /// The same with the body of one more request to show. What is no JSON is shown as a string.
    #[must_use]
    pub fn with_request(mut self, body: &str) -> Self {
        let raw = RawValue::from_string(body.to_owned()).or_else(|_| serde_json::value::to_raw_value(body));
        self.requests.extend(raw);
        self
    }

    /// The same with how long sending would take at `rate`, as the user gave it (`60/min`).
    #[must_use]
    pub fn at_rate(mut self, rate: String, takes: Duration) -> Self {
        self.rate = Some(rate);
        self.seconds = Some(takes.as_secs() + u64::from(takes.subsec_nanos() > 0));
        self
    }

    /// The text for people, without a line break at its end.
    #[must_use]
    pub fn text(&self) -> String {
        self.text_within(USUAL_WIDTH)
    }

    /// The same for a terminal that has so many columns.
    #[must_use]
    pub fn text_within(&self, columns: usize) -> String {
        let layout = Layout::of_width(columns);
        let mut out = String::new();
        layout.wrapped(&mut out, 0, &self.headline());
        let _ = writeln!(out, "{} → {}\n", plain(&from(&self.inputs)), plain(&target_name(&self.target)));
        let unsent = if self.is_update { "import creates it" } else { "would be sent" };
        let notes: Vec<&str> = self.notes.iter().map(String::as_str).collect();
        let figures = self.figures_with(layout, unsent, (&self.reasons, &self.remarks, &self.repairs), &notes);
        out.push_str(&figures);
        self.write_requests(&mut out);
        out.truncate(out.trim_end().len());
        out
    }

    /// How many leads would be sent, and how long that takes.
    pub(super) fn sentence(&self) -> String {
        let (leads, all) = (self.totals.leads_in(Status::Unsent), counted(self.totals.leads, "lead", "leads"));
        format!("{} of {all} would be sent to {}{}.", count(leads), plain(&target_name(&self.target)), self.time())
    }

    /// The states, the reasons and the repairs, where the only input was just named.
    pub(super) fn figures_within(&self, file: &str) -> String {
        let reasons: Vec<ReasonCount> = self.reasons.iter().cloned().map(|it| it.within(file)).collect();
        let remarks: Vec<RemarkCount> = self.remarks.iter().cloned().map(|it| it.within(file)).collect();
        let of_file = format!("{file}: ");
        let notes: Vec<&str> = self.notes.iter().map(|note| note.strip_prefix(&of_file).unwrap_or(note)).collect();
        let repairs: Vec<RepairCount> = self.repairs.iter().cloned().map(|it| it.within(file)).collect();
        self.figures_with(Layout::USUAL, "would be sent", (&reasons, &remarks, &repairs), &notes)
    }

    fn figures_with(
        &self,
        layout: Layout,
        unsent: &str,
        (because, remarked, repairs): (&[ReasonCount], &[RemarkCount], &[RepairCount]),
        notes: &[&str],
    ) -> String {
        let mut out = layout.table(&self.totals.all(), &self.totals.earlier, unsent);
        let mut text = layout.updates(&self.updates);
        text.push_str(&layout.reasons(because));
        text.push_str(&layout.remarks(remarked));
        text.push_str(&layout.repaired_in_full(repairs));
        for note in notes {
            layout.wrapped(&mut text, 2, &format!("note: {note}"));
        }
        if !text.is_empty() {
            let _ = write!(out, "\n{text}");
        }
        for problem in &self.problems {
            layout.wrapped(&mut out, 0, &format!("PROBLEM: {problem}"));
        }
        out
    }

    /// The requests, each on a line of its own and to the byte as it would be sent.
    pub(super) fn requests_by_line(&self) -> String {
        let mut out = String::new();
        match self.requests.len() {
            0 => return out,
            1 => out.push_str("\nThe first request\n"),
            shown => {
                let _ = writeln!(out, "\nThe first {shown} requests");
            }
        }
        for request in &self.requests {
            let _ = writeln!(out, "  {}", plain(request.get()));
        }
        out
    }

    fn time(&self) -> String {
        match (&self.rate, self.seconds) {
            (Some(rate), Some(seconds)) if seconds > 0 => {
                format!(": about {} at {rate}", about(Duration::from_secs(seconds)))
            }
            _ => String::new(),
        }
    }

    fn headline(&self) -> String {
        let time = self.time();
        if self.is_update {
            let changed = count(self.updates.iter().map(|update| update.leads).sum());
            let all = counted(self.totals.leads, "lead", "leads");
            return format!("Dry run, nothing was changed. {changed} of {all} would be changed{time}.");
        }
        let (leads, all) = (self.totals.leads_in(Status::Unsent), counted(self.totals.leads, "lead", "leads"));
        format!("Dry run, nothing was sent. {} of {all} would be sent{time}.", count(leads))
    }

    fn write_requests(&self, out: &mut String) {
        match self.requests.len() {
            0 => return,
            1 => out.push_str("\nThe first request:\n"),
            shown => {
                let _ = writeln!(out, "\nThe first {shown} requests:");
            }
        }
        for request in &self.requests {
            indented(out, request.get());
            out.push('\n');
        }
    }
}

/// JSON with a line for each member. Only white space changes: numbers and escapes stay the bytes that would be sent
/// (but that control characters, which JSON strings may hold above U+007E, never reach the terminal).
fn indented(out: &mut String, json: &str) {
    let mut depth = 0;
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => string(out, &mut chars),
            '{' | '[' => {
                out.push(c);
                while chars.next_if(char::is_ascii_whitespace).is_some() {}
                if let Some(end) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(end);
                } else {
                    depth += 1;
                    new_line(out, depth);
                }
            }
            '}' | ']' => {
                depth = usize::saturating_sub(depth, 1);
                new_line(out, depth);
                out.push(c);
            }
            ',' => {
                out.push(c);
                new_line(out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_ascii_whitespace() => {}
            c => out.push(c),
        }
    }
}

/// The rest of a string whose first quote was just read.
fn string(out: &mut String, chars: &mut impl Iterator<Item = char>) {
    out.push('"');
    while let Some(c) = chars.next() {
        out.push_str(&plain(c.encode_utf8(&mut [0; 4])));
        match c {
            '\\' => out.extend(chars.next()),
            '"' => return,
            _ => {}
        }
    }
}

fn new_line(out: &mut String, depth: usize) {
    let _ = write!(out, "\n{:1$}", "", 2 * depth);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clock::Clock;
    use crate::report::console::{Console, Screen, Volume};
    use crate::report::reporter::Reporter;
    use crate::report::sample::unsendable;
    use crate::report::tally::Expected;
    use crate::upload::{CountsAs, Event, Observer};

    fn dry_run() -> DryRun {
        let console = Console::in_memory(Screen::Plain, Volume::Normal);
        let reporter = Reporter::new(console, Clock::simulated(jiff::Timestamp::UNIX_EPOCH));
        for _ in 0..10_000 {
            reporter.would_send(1);
        }
        reporter.event(Event::Unsendable(&unsendable(Status::Invalid, CountsAs::Lead, &[12])));
        reporter.expect(Expected { leads: 10_001, rows: 10_001, to_send: 10_000, ..Expected::default() });
        DryRun::new("famulor, campaign 7".to_owned(), vec!["leads.csv".to_owned()], 1, reporter.finish(None))
            .at_rate("60/min".to_owned(), Duration::from_secs(10_000))
            .with_request(
                r#"{"phone_number":"+493023125555","variables":{"id":12345678901234567890123,"e":1e5,"n":[]}}"#,
            )
    }

    #[test]
    fn a_dry_run_says_what_would_be_sent_and_how_long_it_takes() {
        insta::assert_snapshot!(dry_run().text(), @r#"
        Dry run, nothing was sent. 10,000 of 10,001 leads would be sent: about 2 h 47
          min at 60/min.
        leads.csv → famulor, campaign 7

                                                   leads      rows
          invalid     cannot be called                 1         1
          unsent      would be sent               10,000    10,000
          total                                   10,001    10,001

          1 row invalid: too short for Germany: 4 digits
            leads.csv › row 12 › phone

        The first request:
        {
          "phone_number": "+493023125555",
          "variables": {
            "id": 12345678901234567890123,
            "e": 1e5,
            "n": []
          }
        }
        "#);
    }

    #[test]
    fn requests_stand_in_the_json_as_they_would_be_sent() {
        let json = serde_json::to_string(&dry_run()).unwrap();
        assert!(json.contains(r#""id":12345678901234567890123,"e":1e5"#), "{json}");
        assert!(json.contains(r#""outcome":"dry_run""#) && json.contains(r#""seconds":10000"#), "{json}");
    }

    proptest! {
        #[test]
        fn indenting_changes_no_value(text in "[^\\p{C}\\p{Z}]{0,20}", number in any::<i64>(), deep in 0_usize..4) {
            let mut value = serde_json::json!({"a": text, "b": [number, {}, [], null, {"c\"": "\\"}]});
            for _ in 0..deep {
                value = serde_json::json!([value, 1]);
            }
            let mut shown = String::new();
            indented(&mut shown, &value.to_string());
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap(), value);
        }
    }
}
