//! What is known of every key: one table for what results files say and for what was seen in this input.

use jiff::Timestamp;
use rustc_hash::FxHashMap;

use crate::lead::{Fingerprint, LeadKey, Status};
use crate::target::Target;

use super::ResultsError;
use super::entry::{Entry, Holder};
use super::format::{FORGOTTEN, Line};
use super::ids::{IdMark, Ids, KnownId};
use super::state::{Attempt, Event, NotAllowed, Sendable, State, after};
use super::table::Table;

mod fact;
mod open;

use fact::Change;
use open::Open;

pub(super) use fact::{Fact, LeadFact};
pub use open::{Doubt, OpenDeletion};

/// What is known of every key. 48 bytes for each at most, 12 for each id that the platform gave, and 18 for each group of
/// rows.
#[derive(Debug)]
pub struct Ledger {
    entries: Table<Entry>,
    groups: Table<Holder>,
    ids: Ids,
    /// The attempts and deletions without an outcome: few, so the whole line is kept. Each lead passes through while a file is
    /// opened, and keys are hashes already: so a hasher that costs next to nothing.
    open: FxHashMap<LeadKey, Open>,
    /// When a key was first sent whose attempt was given up as absent: it may still turn up.
    given_up: FxHashMap<LeadKey, Timestamp>,
    /// Texts of closed attempts, to be used again.
    spare: Vec<String>,
    /// Stands for "no request known": no request is empty.
    no_request: Fingerprint,
    order: u64,
    pass: u8,
    last_at: Option<Timestamp>,
    /// Whether the last run has no `end` line.
    run_is_open: bool,
    /// Whether anything was ever learnt of any lead.
    knows_somebody: bool,
    /// Which numbers of each input the last import called.
    calls: Vec<String>,
}

/// What is known of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// Its state.
    pub state: State,
    /// The request that led to it (in doubt: the one whose answer is missing), where it was recorded.
    pub request: Option<Fingerprint>,
}

/// Where a key was seen in the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct SeenAt {
    /// The number of the file (or sheet) among the inputs.
    pub file: u16,
    /// The row's number as a spreadsheet shows it.
    pub row: u32,
}

/// Whether a key was seen before in this pass over the input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sight {
    /// It was not.
    First,
    /// It was: there.
    Again(SeenAt),
}

/// A line may not be written, or a file contradicts itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("lead {key}: {why}")]
pub struct Refused {
    /// The lead.
    pub key: LeadKey,
    /// What cannot follow what.
    pub why: NotAllowed,
}

impl Default for Ledger {
    fn default() -> Self {
        Self::new()
    }
}

impl Ledger {
    /// A ledger that knows nothing.
    #[must_use]
    pub fn new() -> Self {
        Self {
            entries: Table::new(),
            groups: Table::new(),
            ids: Ids::new(),
            open: FxHashMap::default(),
            given_up: FxHashMap::default(),
            spare: Vec::new(),
            no_request: Fingerprint::of(b""),
            order: 0,
            pass: 1,
            last_at: None,
            run_is_open: false,
            knows_somebody: false,
            calls: Vec::new(),
        }
    }

    /// Which numbers of each input the last import on file called, in the words of its `run` line.
    #[must_use]
    pub fn calls(&self) -> &[String] {
        &self.calls
    }

    /// True where no line says anything of any lead, as in a first run.
    #[must_use]
    pub fn knows_nobody(&self) -> bool {
        !self.knows_somebody
    }

    /// What is known of `key`; `None` where nothing is.
    #[must_use]
    pub fn known(&self, key: LeadKey) -> Option<Known> {
        let entry = self.entries.get(key.bits())?;
        let state = entry.state()?;
        let request = match state {
            State::Sending(_) | State::InDoubt(_) => self.open.get(&key).and_then(|open| open.request),
            _ => Some(entry.request).filter(|request| *request != self.no_request),
        };
        Some(Known { state, request })
    }

    /// Whether `key` may be sent: nothing says that it is there or may be there.
    #[must_use]
    pub fn sendable(&self, key: LeadKey) -> Sendable {
        self.known(key).map_or(Sendable::Yes, |known| known.state.sendable())
    }

    /// Whether the group of rows with this fingerprint was settled: a lead of it is created, exists or is in doubt,
    /// whoever its primary contact was.
    #[must_use]
    pub fn group_settled(&self, group: Fingerprint) -> bool {
        self.groups.get(group.bits()).is_some_and(|holder| holder.by != 0)
    }

    /// What is known of a platform's id at `target`.
    #[must_use]
    pub fn known_id(&self, target: &Target, id: &str) -> KnownId {
        self.ids.known(IdMark::new(&target.canonical(), id))
    }

    /// Begins a pass over the input: no key has been seen in it.
    pub fn begin_pass(&mut self) {
        self.pass = self.pass.wrapping_add(1);
        if self.pass == 0 {
            self.pass = 1;
            self.entries.iter_mut().for_each(|entry| entry.pass = 0);
        }
    }

    /// Notes that `key` stands at `at` in the input, and says whether it was seen before in this pass.
    pub fn sight(&mut self, key: LeadKey, at: SeenAt) -> Sight {
        let pass = self.pass;
        let Some(entry) = self.entries.entry(Entry::new(key, self.no_request)) else { return Sight::First };
        if entry.pass == pass {
            return Sight::Again(SeenAt { file: entry.file, row: entry.row });
        }
        (entry.pass, entry.file, entry.row) = (pass, at.file, at.row);
        Sight::First
    }

    /// Where `key` was seen before in this pass, if it was.
    #[must_use]
    pub fn seen(&self, key: LeadKey) -> Option<SeenAt> {
        let entry = self.entries.get(key.bits()).filter(|entry| entry.pass == self.pass)?;
        Some(SeenAt { file: entry.file, row: entry.row })
    }

    /// Notes at which byte of the results file the line stands that says what became of `key`: in the place of where it
    /// was seen in an input, so that it costs nothing.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a file of 2^48 bytes is none of ours; the rest is cut on purpose"
    )]
    pub(super) fn set_place(&mut self, key: LeadKey, offset: u64) {
        let pass = self.pass;
        if let Some(entry) = self.entries.entry(Entry::new(key, self.no_request)) {
            (entry.pass, entry.file, entry.row) = (pass, (offset >> 32) as u16, offset as u32);
        }
    }

    /// The bytes that were noted, of all keys, in no order.
    pub(super) fn places(&self) -> impl Iterator<Item = u64> + '_ {
        let noted = self.entries.iter().filter(|entry| entry.pass == self.pass);
        noted.map(|entry| u64::from(entry.file) << 32 | u64::from(entry.row))
    }

    /// Whether somebody was forgotten ([`FORGOTTEN`]): neither sent nor changed, whatever the input says.
    #[must_use]
    pub fn is_forgotten(&self, key: LeadKey) -> bool {
        self.entries.get(key.bits()).is_some_and(Entry::is_forgotten)
    }

    /// Whether `key` was sent, its answer was lost, and look-ups did not find it: sent again, it may turn out to exist.
    #[must_use]
    pub fn was_absent(&self, key: LeadKey) -> bool {
        self.given_up.contains_key(&key)
    }

    /// The newest `at` of any line: the pace counts from it.
    #[must_use]
    pub fn last_at(&self) -> Option<Timestamp> {
        self.last_at
    }

    /// Whether the last run has no `end` line. Where its process is gone it was killed, and may have sent requests after
    /// its last line: look-ups, and leads that were written down before they had their turn.
    #[must_use]
    pub fn is_run_open(&self) -> bool {
        self.run_is_open
    }

    /// The keys in doubt, in the order in which they were sent. Those under way in this run are not among them.
    ///
    /// # Errors
    /// [`ResultsError::Unreadable`] where a `sending` line lacks what a look-up needs; files are checked for that when
    /// they are opened.
    pub fn doubts(&self) -> Result<Vec<Doubt>, ResultsError> {
        let mut doubts = Vec::new();
        for open in self.open_in_order(|state| matches!(state, State::InDoubt(_))) {
            doubts.push(open.doubt()?);
        }
        Ok(doubts)
    }

    /// The deletions whose outcome is not known, in the order in which they were begun.
    ///
    /// # Errors
    /// As for [`Ledger::doubts`].
    pub fn open_deletions(&self) -> Result<Vec<OpenDeletion>, ResultsError> {
        let mut deletions = Vec::new();
        for open in self.open_in_order(|state| matches!(state, State::Deleting(_))) {
            deletions.push(open.deletion()?);
        }
        Ok(deletions)
    }

    /// How many there are of them. Looks at every key.
    #[must_use]
    pub fn count_open_deletions(&self) -> u64 {
        let all = self.entries.iter().filter_map(Entry::state);
        all.map(|state| u64::from(matches!(state, State::Deleting(_)))).sum()
    }

    /// How many keys have this status; those under way count as in doubt. Looks at every key.
    #[must_use]
    pub fn count(&self, status: Status) -> u64 {
        let all = self.entries.iter().filter_map(Entry::state);
        all.map(|state| u64::from(state.status() == status)).sum()
    }

    /// Learns what `line` says. Whoever writes lines uses [`super::Recorder`], which asks this first.
    ///
    /// # Errors
    /// [`Refused`] where the line may not follow what is known; the ledger is then as before.
    pub fn apply(&mut self, line: &Line<'_>) -> Result<(), Refused> {
        let text = line.encode().unwrap_or_default();
        self.apply_encoded(line, &text)
    }

    /// The same, where the line's text is at hand.
    pub(super) fn apply_encoded(&mut self, line: &Line<'_>, text: &str) -> Result<(), Refused> {
        let (fact, at) = Fact::of(line);
        self.learn(&fact, at, text)
    }

    /// The run that made the open attempts is over: their answers will not come.
    pub(super) fn run_over(&mut self) {
        for key in self.open.keys() {
            if let Some(entry) = self.entries.get_mut(key.bits())
                && let Ok(next) = after(entry.state(), Event::RunOver)
            {
                entry.set_state(next);
            }
        }
    }

    pub(super) fn learn(&mut self, fact: &Fact<'_>, at: Timestamp, text: &str) -> Result<(), Refused> {
        match fact {
            Fact::Run { calls } => {
                if !calls.is_empty() {
                    self.calls = calls.to_vec();
                }
                self.run_over();
                self.run_is_open = true;
            }
            Fact::End => self.run_is_open = false,
            Fact::Sending { key, run, request, group } => {
                let next = self.next(*key, Event::Sending)?;
                let first_sent_at = self.given_up.remove(key).unwrap_or(at);
                self.open(*key, Open::new(run, Some(*request), *group, first_sent_at, at), text);
                self.change(*key, &Change { event: Event::Sending, next, request: None, group: *group });
            }
            Fact::Deleting { key, run } => {
                let next = self.next(*key, Event::Deleting)?;
                self.open(*key, Open::new(run, None, None, at, at), text);
                self.change(*key, &Change { event: Event::Deleting, next, request: None, group: None });
            }
            Fact::Lead(lead) => self.learn_lead(lead)?,
        }
        self.last_at = self.last_at.max(Some(at));
        Ok(())
    }

    fn learn_lead(&mut self, lead: &LeadFact<'_>) -> Result<(), Refused> {
        let Some(key) = lead.key else { return Ok(()) };
        let event = Event::of_lead(lead.status, lead.certain, lead.settled_by, lead.reason, self.whose(key, lead.run));
        let next = self.next(key, event)?;
        let mut change = Change { event, next, request: lead.request, group: lead.group };
        if !matches!(next, Some(State::Sending(_) | State::InDoubt(_) | State::Deleting(_)))
            && let Some(open) = self.open.remove(&key)
        {
            if !matches!(event, Event::Exists(..)) {
                // What was sent is not what a lead holds that was there already: only its own line may say that it does.
                change.request = change.request.or(open.request);
            }
            change.group = change.group.or(open.group);
            self.close(key, event, open);
        }
        self.change(key, &change);
        if lead.reason == Some(FORGOTTEN)
            && let Some(entry) = self.entries.get_mut(key.bits())
        {
            entry.forget();
        }
        if let Some(id) = lead.id {
            match lead.status {
                Status::Created | Status::Exists => self.ids.hold(id),
                Status::Undone => self.ids.undo(id),
                _ => {}
            }
        }
        Ok(())
    }

    fn whose(&self, key: LeadKey, run: &str) -> Attempt {
        match self.open.get(&key) {
            Some(open) if open.run != Fingerprint::of(run.as_bytes()) => Attempt::Other,
            _ => Attempt::Own,
        }
    }

    fn next(&self, key: LeadKey, event: Event) -> Result<Option<State>, Refused> {
        let known = self.entries.get(key.bits()).and_then(Entry::state);
        after(known, event).map_err(|why| Refused { key, why })
    }

    fn open(&mut self, key: LeadKey, mut open: Open, text: &str) {
        self.order += 1;
        open.order = self.order;
        open.text = self.spare.pop().unwrap_or_default();
        open.text.push_str(text);
        self.open.insert(key, open);
    }

    /// Remembers of an ended attempt what still matters: an attempt given up as absent may turn up on the platform later.
    fn close(&mut self, key: LeadKey, event: Event, open: Open) {
        let given_up_before = open.first_sent_at < open.sent_at;
        if event == Event::Absent || (matches!(event, Event::Unsent(_)) && given_up_before) {
            self.given_up.insert(key, open.first_sent_at);
        }
        let mut text = open.text;
        if self.spare.len() < 64 {
            text.clear();
            self.spare.push(text);
        }
    }

    fn change(&mut self, key: LeadKey, change: &Change) {
        self.knows_somebody = true;
        if change.next.is_some() || self.entries.get(key.bits()).is_some() {
            let no_request = self.no_request;
            if let Some(entry) = self.entries.entry(Entry::new(key, no_request)) {
                let repeats = entry.state().map(State::status) == change.next.map(State::status);
                entry.set_state(change.next);
                if change.speaks_of_its_request() && (change.request.is_some() || !repeats) {
                    entry.request = change.request.unwrap_or(no_request);
                }
            }
        }
        if change.event != Event::Aside
            && let Some(group) = change.group
        {
            self.hold(group, key, change.next);
        }
    }

    /// A group is held by the key of its lead, and let go only by that key.
    fn hold(&mut self, group: Fingerprint, key: LeadKey, state: Option<State>) {
        let new = Holder::new(group.bits(), key);
        let by = new.by;
        if state.is_some_and(|state| state.sendable() == Sendable::No) {
            if let Some(holder) = self.groups.entry(new)
                && holder.by == 0
            {
                holder.by = by;
            }
        } else if let Some(holder) = self.groups.get_mut(group.bits())
            && holder.by == by
        {
            holder.by = 0;
        }
    }

    fn open_in_order(&self, wanted: fn(State) -> bool) -> Vec<&Open> {
        let mut found: Vec<_> = self
            .open
            .iter()
            .filter(|(key, _)| self.known(**key).is_some_and(|known| wanted(known.state)))
            .map(|(_, open)| open)
            .collect();
        found.sort_by_key(|open| open.order);
        found
    }
}
