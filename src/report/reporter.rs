//! The observer of a run: counts what happens, shows it, and collects what was refused.

use std::collections::{BTreeMap, HashMap};
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::columns::ColumnNote;
use super::console::Console;
use super::figures::{about, counted};
use super::listener::Listener;
use super::live::{Live, Undoing};
use super::progress::{Frame, Progress, Shown};
use super::progress_line::Stamp;
use super::reason_table::{ReasonCount, RemarkCount, UpdateCount};
use super::rejects::{Rejects, Written};
use super::repair_table::RepairCount;
use super::run_id::run_id;
use super::tally::Expected;
use super::totals::{Totals, Unbalanced};
use super::wording::{masked, plain};
use crate::clock::Clock;
use crate::lead::{LeadKey, Reason, Repaired, SourceRow, Status};
use crate::mapping::ColumnUse;
use crate::source::Position;
use crate::upload::{Event, Observer, StopReason};

/// See the module's documentation. It is shared by the flow of the import and the crew.
#[derive(Debug)]
pub struct Reporter {
    console: Console,
    run: String,
    live: Arc<Live>,
    rejects: Mutex<RejectsFiles>,
    listener: Option<Listener>,
}

/// The rejects files by input. A failure does not stop an upload: it is told at the end.
#[derive(Debug, Default)]
struct RejectsFiles {
    by_input: BTreeMap<Arc<str>, Rejects>,
    failed: Option<io::Error>,
}

/// What there is to tell at the end.
#[derive(Debug)]
pub struct Finished {
    /// The totals.
    pub totals: Totals,
    /// Why they cannot be trusted, where they do not balance.
    pub unbalanced: Option<Unbalanced>,
    /// The reasons, in the order of states and the most frequent first.
    pub reasons: Vec<ReasonCount>,
    /// The remarks on leads that are sent, the most frequent first.
    pub remarks: Vec<RemarkCount>,
    /// Numbers that were repaired, by their rules; the examples hold them in full.
    pub repairs: Vec<RepairCount>,
    /// Leads that were edited since an earlier run sent them: how many, and the first rows.
    pub edited: Vec<RemarkCount>,
    /// How changes of leads that are there went.
    pub updates: Vec<UpdateCount>,
    /// What columns are used as, where that was recognised.
    pub columns: Vec<ColumnNote>,
    /// Things worth a line that were noted on the way.
    pub notes: Vec<String>,
    /// What the platform shows otherwise than it was sent.
    pub mismatches: Vec<String>,
    /// How many leads they are about.
    pub mismatched: u64,
    /// How many create requests were made, retries included.
    pub requests: u64,
    /// How many leads that were to be sent have ended in this run.
    pub sent: u64,
    /// The rejects files that were written.
    pub rejects: Vec<PathBuf>,
    /// Why rejects files are missing or incomplete.
    pub rejects_failed: Option<io::Error>,
}

impl Finished {
    /// Why nobody of an input that has rows can be called: its phone column is empty, or none of its values is a number.
    #[must_use]
    pub fn nobody_to_call(&self) -> Option<String> {
        if self.unbalanced.is_none() && self.totals.rows == 0 {
            return Some("there is no row below the header: nobody can be called".to_owned());
        }
        let invalid = self.totals.rows_in(Status::Invalid);
        if self.unbalanced.is_some() || invalid == 0 || invalid != self.totals.rows {
            return None;
        }
        let all = |fits: fn(&str) -> bool| self.reasons.iter().all(|reason| fits(&reason.code));
        let rows = counted(invalid, "row", "rows");
        if all(|code| code == "phone_empty") {
            return Some(format!(
                "the phone column has no value in any of the {rows}: nobody can be called. --phone-column names another one"
            ));
        }
        let hint =
            if all(|code| code == "phone_no_country") { "; --region says which country they are of" } else { "" };
        let numbers = |code: &str| code.starts_with("phone_") || code == "region_unknown";
        all(numbers).then(|| format!("there are values in the phone column, but none of {rows} can be dialled{hint}"))
    }
}

impl Reporter {
    /// A reporter on `console`.
    #[must_use]
    pub fn new(console: Console, clock: Clock) -> Self {
        let run = run_id(&clock);
        let live = Arc::new(Live::new(clock));
        Self { console, run, live, rejects: Mutex::default(), listener: None }
    }

    /// The same; `listener` is told what becomes of each lead.
    #[must_use]
    pub(crate) fn heard_by(mut self, listener: Option<Listener>) -> Self {
        self.listener = listener;
        self
    }

    /// Whether a program is told of each lead.
    #[must_use]
    pub fn is_heard(&self) -> bool {
        self.listener.is_some()
    }

    /// The id of the run that it observes: unique, and sorted by time.
    #[must_use]
    pub fn run(&self) -> &str {
        &self.run
    }

    /// So many requests a second are allowed; `None` where there is no limit.
    pub fn allow(&self, per_second: Option<f64>) {
        self.live.lock().allowed = per_second;
    }

    /// How far it is at this moment.
    #[must_use]
    pub fn now(&self) -> Frame {
        self.live.frame()
    }

    /// The console that it writes to.
    #[must_use]
    pub fn console(&self) -> &Console {
        &self.console
    }

    /// Says what the columns of `input` are used as, before anything is sent.
    pub fn columns(&self, input: &str, uses: &[ColumnUse]) {
        let note = |used: &ColumnUse| ColumnNote { file: input.to_owned(), used: used.clone() };
        let notes: Vec<ColumnNote> = uses.iter().map(note).collect();
        for line in notes.iter().filter_map(ColumnNote::line) {
            self.console.note(&plain(&line));
        }
        self.live.lock().columns.extend(notes);
    }

    /// Shows progress until the returned guard is stopped or dropped.
    #[must_use]
    pub fn show_progress(&self, shown: Shown) -> Progress {
        let live = Arc::clone(&self.live);
        let stamp = Stamp { run: self.run.clone(), clock: self.live.clock.clone() };
        Progress::start(&self.console, shown, stamp, move || live.frame())
    }

    /// Rows that end as rejects and come from `input` (as positions name it) go to `rejects`.
    pub fn collect_rejects(&self, input: Arc<str>, rejects: Rejects) {
        lock(&self.rejects).by_input.insert(input, rejects);
    }

    /// The first pass has read `rows` rows so far.
    pub fn rows_read(&self, rows: u64) {
        let mut state = self.live.lock();
        (state.rows_read, state.listing) = (rows, None);
    }

    /// So many leads that earlier runs left in doubt are looked up from now on, until the sending begins; that can take
    /// `patience`.
    pub fn begin_looking_up(&self, leads: u64, patience: Duration) {
        self.live.lock().looking_up = Some(leads);
        let leads = counted(leads, "lead", "leads");
        self.console
            .note(&format!("looking up {leads} that an earlier run left in doubt; this can take {}", about(patience)));
    }

    /// So many leads are looked at on the platform from now on, to see which of them are to be deleted.
    pub fn begin_looking_at(&self, leads: u64) {
        self.live.lock().undoing = Some(Undoing::LookingAt { leads });
    }

    /// So many leads are to be deleted, from now on.
    pub fn begin_deleting(&self, all: u64) {
        let now = self.live.clock.now();
        let mut state = self.live.lock();
        state.undoing = Some(Undoing::Deleting { done: 0, all });
        state.meter.tell(now, 0);
    }

    /// Of so many of these it is known by now what became of them.
    pub fn deleted_so_far(&self, number: u64) {
        if let Some(Undoing::Deleting { done, .. }) = &mut self.live.lock().undoing {
            *done = number;
        }
    }

    /// The input holds so much, as far as a first pass told; from now on leads are sent.
    pub fn begin_sending(&self, expected: Option<Expected>) {
        let now = self.live.clock.now();
        let mut state = self.live.lock();
        state.sending = true;
        state.meter.tell(now, 0);
        if let Some(expected) = expected {
            state.tally.expect(expected);
        }
    }

    /// What the input held, once a run without a first pass has read all of it.
    pub fn expect(&self, expected: Expected) {
        self.live.lock().tally.expect(expected);
    }

    /// These leads of the input are in doubt, each made of so many rows.
    pub fn expect_in_doubt(&self, leads: HashMap<LeadKey, u64>) {
        self.live.lock().tally.expect_in_doubt(leads);
    }

    /// The lead of `rows` rows that was just told as known is in doubt under `key`.
    pub fn known_in_doubt(&self, key: LeadKey, rows: u64) {
        self.live.lock().tally.known_in_doubt(key, rows);
    }

    /// A lead was left in `status` by an earlier run and is skipped now. Its rows go to the rejects file again where it
    /// was refused, so that a second run leaves the same file; `reason` is what is known of why.
    pub fn known(&self, status: Status, rows: &[SourceRow], reason: &Reason) {
        self.known_as(status, rows, reason, None);
    }

    /// The same of a lead with this id on the platform.
    pub fn known_as(&self, status: Status, rows: &[SourceRow], reason: &Reason, id: Option<&str>) {
        let count = rows.len() as u64;
        let mut state = self.live.lock();
        state.tally.known(status, count);
        if let Some(first) = rows.first() {
            state.tally.explain_known(status, reason, count, &first.position);
        }
        drop(state);
        if let Some(listener) = &self.listener {
            listener.known(status, rows, reason, id);
        }
        if status == Status::Rejected {
            self.reject(rows.iter().map(|row| (row, reason)), status);
        }
    }

    /// A lead that is known, and was counted so, would be another request today; its first row is at `position`.
    pub fn changed(&self, position: &Position) {
        self.live.lock().tally.changed(position);
    }

    /// A person should know this of a lead that is sent, the first row of which is at `position`.
    pub fn remark(&self, reason: &Reason, position: &Position) {
        self.live.lock().tally.remark(reason, position);
    }

    /// Numbers in the row at `position` were repaired.
    pub fn repaired(&self, repairs: &[Repaired], position: &Position) {
        if repairs.is_empty() {
            return;
        }
        let mut state = self.live.lock();
        for repaired in repairs {
            state.tally.repaired(repaired, position);
        }
    }

    /// In a dry run: a lead of `rows` rows that would be sent.
    pub fn would_send(&self, rows: u64) {
        self.live.lock().tally.would_send(rows);
    }

    /// In a dry run: a lead in `status` of these rows that would be changed on the platform.
    pub fn would_update(&self, status: Status, rows: &[SourceRow]) {
        if let Some(first) = rows.first() {
            self.live.lock().tally.would_update(status, rows.len() as u64, &first.position);
        }
    }

    /// Adds everything up and puts the rejects files into place. Called once, after the crew has ended.
    #[must_use]
    pub fn finish(&self, stopped: Option<&StopReason>) -> Finished {
        let (rejects, rejects_failed) = self.finish_rejects();
        let state = self.live.lock();
        let tally = &state.tally;
        let (totals, unbalanced) = match tally.finish(stopped) {
            Ok(totals) => (totals, None),
            Err(unbalanced) => (unbalanced.totals().clone(), Some(unbalanced)),
        };
        Finished {
            totals,
            unbalanced,
            reasons: tally.reasons(),
            remarks: tally.remarks(),
            repairs: tally.repairs(),
            edited: tally.edited(),
            updates: tally.updates(),
            columns: state.columns.clone(),
            notes: tally.notes().to_vec(),
            mismatches: tally.mismatches().to_vec(),
            mismatched: tally.mismatched(),
            requests: tally.requests(),
            sent: tally.sent(),
            rejects,
            rejects_failed,
        }
    }

    fn finish_rejects(&self) -> (Vec<PathBuf>, Option<io::Error>) {
        let RejectsFiles { by_input, mut failed } = std::mem::take(&mut *lock(&self.rejects));
        let mut written = Vec::new();
        for rejects in by_input.into_values() {
            match rejects.finish() {
                Ok(Some(Written { path, note })) => {
                    if let Some(note) = note {
                        self.event(Event::Note(&note));
                    }
                    written.push(path);
                }
                Ok(None) => {}
                Err(error) => failed = failed.or(Some(error)),
            }
        }
        (written, failed)
    }

    fn reject<'a>(&self, rows: impl Iterator<Item = (&'a SourceRow, &'a Reason)>, status: Status) {
        if !Rejects::takes(status) {
            return;
        }
        let mut files = lock(&self.rejects);
        let RejectsFiles { by_input, failed } = &mut *files;
        for (row, reason) in rows {
            if let Some(rejects) = by_input.get_mut(&row.position.file)
                && let Err(error) = rejects.add(row, status, reason)
            {
                failed.get_or_insert(error);
            }
        }
    }

    fn show(&self, event: &Event<'_>) {
        match event {
            Event::Note(note) => self.console.note(&format!("note: {}", masked(&plain(note)))),
            // They are counted, and the summary shows examples: one for each lead would bury everything else.
            Event::Mismatch(found) if self.live.lock().tally.mismatched() <= MOST_SHOWN_AT_ONCE => {
                for difference in *found {
                    self.console.note(&format!("not as it was sent: {}", masked(&plain(difference))));
                }
            }
            _ => {}
        }
    }
}

/// Of so many leads it is said at once that they are not as they were sent.
const MOST_SHOWN_AT_ONCE: u64 = 3;

impl Observer for Reporter {
    fn event(&self, event: Event<'_>) {
        self.live.event(&event);
        if let Some(listener) = &self.listener {
            listener.event(&event);
        }
        match &event {
            Event::Ended { lead, outcome, .. } => {
                if let Some(reason) = &outcome.reason {
                    self.reject(lead.rows.iter().map(|row| (row, reason)), outcome.status);
                }
            }
            Event::Unsendable(unsendable) => {
                self.reject(unsendable.rows.iter().map(|(row, reason)| (row, reason)), unsendable.status);
            }
            _ => self.show(&event),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
