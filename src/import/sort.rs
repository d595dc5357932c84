//! Leads are sorted: to send, known from an earlier run, the same as an earlier row, or not to be sent at all.

use std::collections::HashSet;
use std::sync::Arc;

use super::before::Before;
use super::plan::{Purpose, Rejected};
use crate::grouping::{Assembled, AssembledLead, FLAGGED, ON_LIST, Refused};
use crate::lead::{Fingerprint, Identity, Lead, LeadKey, Reason, SourceRow, Status};
use crate::platform::{Ability, Content, Duplicates, Platform};
use crate::results::{Certainty, Doubt, Known, Ledger, SeenAt, Sendable};
use crate::source::Position;
use crate::target::Family;
use crate::upload::{Attempt, CountsAs, Outcome, Unsendable};

/// What becomes of a lead.
#[derive(Debug)]
pub(super) enum Sorted {
    /// It is sent.
    Send(Box<Lead>, Attempt),
    /// It is on the platform, and is changed there.
    Change(Box<Lead>, Held),
    /// An earlier run settled it (or has it in doubt).
    Known(Box<KnownLead>),
    /// It is on the platform, or may be, by another file or by the platform's own list.
    There(Box<ThereLead>),
    /// It is not sent.
    NotSent(Box<Unsendable>),
    /// A remark on the lead that comes next and is sent: a secondary contact with a bad number is left out of it.
    Remark(Box<Remark>),
}

impl Sorted {
    /// Whether the person is called, was called or may have been: further rows with the same number add nothing.
    fn is_called(&self) -> bool {
        match self {
            Self::Send(..) | Self::Change(..) | Self::There(_) => true,
            Self::Known(known) => known.status != Status::Rejected,
            Self::NotSent(_) | Self::Remark(_) => false,
        }
    }

    /// How many leads it counts as.
    pub(super) fn leads(&self) -> u64 {
        match self {
            Self::Send(..) | Self::Change(..) | Self::Known(_) | Self::There(_) => 1,
            Self::NotSent(unsendable) => u64::from(unsendable.counts_as == CountsAs::Lead),
            Self::Remark(_) => 0,
        }
    }

    /// How many rows it is made of.
    pub(super) fn rows(&self) -> u64 {
        let rows = match self {
            Self::Send(lead, _) | Self::Change(lead, _) => lead.rows.len(),
            Self::Known(known) => known.rows.len(),
            Self::There(there) => there.lead.rows.len(),
            Self::NotSent(unsendable) => unsendable.rows.len(),
            Self::Remark(_) => 0,
        };
        rows as u64
    }
}

/// What a person should know of a lead that is sent. It has no row of its own.
#[derive(Debug)]
pub(super) struct Remark {
    /// The lead's first row.
    pub(super) position: Position,
    pub(super) reason: Reason,
}

/// A lead that an earlier run settled, or has in doubt.
#[derive(Debug)]
pub(super) struct KnownLead {
    pub(super) key: LeadKey,
    pub(super) status: Status,
    /// Whether its request has changed since.
    pub(super) changed: Changed,
    /// Whether its number is on a do-not-call list: too late for this program.
    pub(super) call: Call,
    /// Why an update leaves it as it is, although it was edited.
    pub(super) left: Option<Reason>,
    pub(super) rows: Vec<SourceRow>,
}

/// A lead of which others know that it is there, or may be.
#[derive(Debug)]
pub(super) struct ThereLead {
    pub(super) lead: Lead,
    pub(super) outcome: Outcome,
    pub(super) call: Call,
}

/// Whether a person may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Call {
    Allowed,
    /// The number is on a do-not-call list.
    Barred,
}

/// What an earlier run said of a lead's row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing, or that it was to be corrected.
    Own,
    /// That it was a duplicate: it stands in our rejects file. What the lead is, the row says that was sent.
    Duplicate,
}

/// How a lead is held that an update changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) status: Status,
    pub(super) certainty: Certainty,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Changed {
    No,
    Yes,
}

/// The rules by which leads are sorted.
pub(super) struct Sorter<'a> {
    pub(super) platform: &'a dyn Platform,
    pub(super) duplicates: Duplicates,
    pub(super) purpose: Purpose,
    pub(super) rejected: Rejected,
    pub(super) in_doubt: InDoubt,
    pub(super) before: &'a Before,
}

/// Who may be on the platform already, without our knowing.
#[derive(Debug, Default)]
pub(super) struct InDoubt {
    /// The plain keys of all that is in doubt, also of what was sent as one of several identical leads.
    pub(super) keys: HashSet<LeadKey>,
    pub(super) groups: HashSet<Fingerprint>,
}

impl InDoubt {
    pub(super) fn of(doubts: &[Doubt]) -> Self {
        Self {
            keys: doubts.iter().map(|doubt| LeadKey::new(&doubt.target, &doubt.identity)).collect(),
            groups: doubts.iter().filter_map(|doubt| doubt.group).collect(),
        }
    }
}

impl Sorter<'_> {
    /// Sorts what grouping made; rows that were dropped from a lead come before it.
    pub(super) fn sort(&self, assembled: Assembled, ledger: &mut Ledger, names: &mut FileNames) -> Vec<Sorted> {
        match assembled {
            Assembled::Refused(refused) => vec![Sorted::NotSent(Box::new(invalid(refused)))],
            Assembled::Lead(mut lead) => {
                let dropped = std::mem::take(&mut lead.dropped);
                let remarks = remarks(&mut lead);
                let mut sorted: Vec<_> =
                    dropped.into_iter().map(|row| Sorted::NotSent(Box::new(dropped_row(row)))).collect();
                let lead = self.sort_lead(*lead, ledger, names);
                if matches!(lead, Sorted::Send(..)) {
                    sorted.extend(remarks);
                }
                sorted.push(lead);
                sorted
            }
        }
    }

    fn sort_lead(&self, assembled: AssembledLead, ledger: &mut Ledger, names: &mut FileNames) -> Sorted {
        let on_list = || assembled.primary.and_then(|phone| self.before.do_not_call.reason(phone));
        let barred = assembled.barred.clone().or_else(on_list);
        let standing = if assembled.was_duplicate { Standing::Duplicate } else { Standing::Own };
        let mut lead = match self.lead(assembled) {
            Ok(lead) => lead,
            Err(unsendable) => return Sorted::NotSent(Box::new(unsendable)),
        };
        let plain_key = lead.key;
        match self.duplicates {
            Duplicates::Allowed => number_occurrence(&mut lead, ledger),
            Duplicates::Forbidden => {
                if let Some(earlier) = ledger.seen(lead.key) {
                    return Sorted::NotSent(Box::new(duplicate(lead, &names.describe(earlier))));
                }
            }
        }
        let (key, seen_at) = (lead.key, names.seen_at(lead.rows.first()));
        let call = if barred.is_some() { Call::Barred } else { Call::Allowed };
        let otherwise = known_otherwise(&lead, plain_key, self.duplicates, ledger, &self.in_doubt);
        let sorted = match (otherwise, self.purpose) {
            (Some(status), _) => known_lead(lead, status, Changed::No, call),
            (None, Purpose::Create) => self.compare_with_known(lead, standing, plain_key, barred, ledger),
            (None, Purpose::Update(reach)) => self.compare_for_update(lead, standing, reach, call, ledger),
        };
        if sorted.is_called() {
            // Rows below are the same lead. A lead that is only remembered as refused hides no corrected row.
            ledger.sight(key, seen_at);
        }
        sorted
    }

    /// What is known already comes first, whoever knows it; then who must not be called; what is left is sent.
    fn compare_with_known(
        &self,
        lead: Lead,
        standing: Standing,
        plain_key: LeadKey,
        barred: Option<Reason>,
        ledger: &Ledger,
    ) -> Sorted {
        let call = if barred.is_some() { Call::Barred } else { Call::Allowed };
        let known = ledger.known(lead.key);
        let request = known.and_then(|known| known.request).filter(|_| !ledger.is_forgotten(lead.key));
        let differs = request.is_some_and(|request| request != lead.request);
        let changed = if differs && standing == Standing::Own { Changed::Yes } else { Changed::No };
        if let Some(known) = known.filter(|known| known.state.sendable() == Sendable::No) {
            return known_lead(lead, known.state.status(), changed, call);
        }
        if let Some(outcome) = self.before.outcome(&lead, plain_key, self.duplicates) {
            return Sorted::There(Box::new(ThereLead { lead, outcome, call }));
        }
        let is_refused = known.is_some_and(|known| known.state.status() == Status::Rejected);
        let stays_refused = is_refused && self.rejected == Rejected::StayRejected && changed == Changed::No;
        match (self.group_status(&lead, ledger), barred) {
            (Some(status), _) if !stays_refused => known_lead(lead, status, Changed::Yes, call),
            (_, Some(reason)) => Sorted::NotSent(Box::new(suppressed(lead, &reason))),
            _ if stays_refused => known_lead(lead, Status::Rejected, changed, call),
            _ => {
                let attempt = if ledger.was_absent(lead.key) { Attempt::Resend } else { Attempt::First };
                Sorted::Send(Box::new(lead), attempt)
            }
        }
    }

    /// A group that was settled under another primary contact has changed: its people are not called a second time.
    pub(super) fn group_status(&self, lead: &Lead, ledger: &Ledger) -> Option<Status> {
        let group = Fingerprint::at(&lead.target, lead.group.as_deref()?);
        let is_settled = ledger.group_settled(group);
        is_settled.then(|| if self.in_doubt.groups.contains(&group) { Status::InDoubt } else { Status::Created })
    }

    /// Gives a lead its body, its fingerprint and its key.
    fn lead(&self, assembled: AssembledLead) -> Result<Lead, Unsendable> {
        let AssembledLead { primary, variables, person, target, secondaries, group, rows, repairs, .. } = assembled;
        let identity = match (target.family, primary) {
            (Family::Autocalls | Family::Custom(_), Some(phone)) => Identity::Phone(phone),
            (Family::Pollybot, _) => Identity::email(&person.email),
            (Family::Autocalls | Family::Custom(_), None) => {
                let reason = Reason::new("phone_empty", "the row has no number");
                return Err(not_sent(Status::Invalid, rows, &reason));
            }
        };
        if !secondaries.is_empty() && !self.platform.can(Ability::Secondaries) {
            return Err(not_sent(Status::Invalid, rows, &no_secondaries()));
        }
        let content =
            Content { target: &target, primary, person: &person, variables: &variables, secondaries: &secondaries };
        let body = self.platform.body(&content);
        let request = Fingerprint::of(body.as_bytes());
        Ok(Lead {
            key: LeadKey::new(&target, &identity),
            request,
            identity,
            body,
            secondaries: secondaries.iter().map(|contact| contact.phone).collect(),
            contacts: Fingerprint::of_contacts(&secondaries),
            sent_status: person.status.filter(|_| target.family == Family::Pollybot),
            group,
            rows,
            repairs,
            target,
        })
    }
}

/// What is known of a lead that is not known under its own key. With and without `--allow-duplicates` keys differ, but
/// the person is the same: in doubt under any key, held back; the same request created under the other one, done.
pub(super) fn known_otherwise(
    lead: &Lead,
    plain_key: LeadKey,
    duplicates: Duplicates,
    ledger: &Ledger,
    in_doubt: &InDoubt,
) -> Option<Status> {
    if ledger.known(lead.key).is_some() {
        return None;
    }
    if in_doubt.keys.contains(&plain_key) {
        return Some(Status::InDoubt);
    }
    if ledger.knows_nobody() {
        return None;
    }
    if ledger.is_forgotten(plain_key) {
        return Some(Status::Exists);
    }
    let first = LeadKey::of_occurrence(&lead.target, &lead.identity, lead.request, 0);
    let other = match duplicates {
        Duplicates::Forbidden => first,
        Duplicates::Allowed if lead.key == first => plain_key,
        // Another identical row: asked for by the flag.
        Duplicates::Allowed => return None,
    };
    // Of a lead that was there before no content is known: it may be the same.
    let may_be_same = |known: &Known| known.request.is_none_or(|request| request == lead.request);
    let known = ledger.known(other).filter(may_be_same)?;
    (known.state.sendable() == Sendable::No).then(|| known.state.status())
}

pub(super) fn known_lead(lead: Lead, status: Status, changed: Changed, call: Call) -> Sorted {
    Sorted::Known(Box::new(as_known(lead, status, changed, call)))
}

pub(super) fn as_known(lead: Lead, status: Status, changed: Changed, call: Call) -> KnownLead {
    KnownLead { key: lead.key, status, changed, call, left: None, rows: lead.rows }
}

/// A person who would be left out silently.
fn no_secondaries() -> Reason {
    let message = "the row has secondary contacts, and the platform file has no place for them ({secondaries}): describe one, or \
                   leave their columns out (--exclude)";
    Reason::new("secondaries_not_taken", message)
}

/// Identical requests are told apart by which of them this one is.
fn number_occurrence(lead: &mut Lead, ledger: &Ledger) {
    let key = |occurrence| LeadKey::of_occurrence(&lead.target, &lead.identity, lead.request, occurrence);
    let is_seen = |occurrence| ledger.seen(key(occurrence)).is_some();
    // Seen are 0 to some number without gaps, so the first unseen one is found by doubling and halving.
    let mut beyond = 1;
    while is_seen(beyond - 1) && beyond < u32::MAX / 2 {
        beyond *= 2;
    }
    let (mut low, mut high) = (beyond / 2, beyond - 1);
    while low < high {
        let middle = low.midpoint(high);
        if is_seen(middle) { low = middle + 1 } else { high = middle }
    }
    lead.key = key(low);
}

/// What grouping noted of a lead, for people; it is recorded with the lead's repairs as well.
fn remarks(lead: &mut AssembledLead) -> Vec<Sorted> {
    let Some(position) = lead.rows.first().map(|row| row.position.clone()) else { return Vec::new() };
    let mut remarks = Vec::new();
    for mut reason in std::mem::take(&mut lead.notes) {
        if let Some(column) = &reason.field {
            reason.message = format!("{column} left out: {}", reason.message);
        }
        lead.repairs.push(reason.message.clone());
        remarks.push(Sorted::Remark(Box::new(Remark { position: position.clone(), reason })));
    }
    remarks
}

fn invalid(refused: Refused) -> Unsendable {
    Unsendable {
        status: Status::Invalid,
        counts_as: CountsAs::Lead,
        rows: refused.rows,
        key: None,
        target: None,
        identity: None,
    }
}

fn dropped_row(row: (SourceRow, Reason)) -> Unsendable {
    let status = if row.1.code == ON_LIST || row.1.code == FLAGGED { Status::Suppressed } else { Status::Invalid };
    Unsendable { status, counts_as: CountsAs::RowsOnly, rows: vec![row], key: None, target: None, identity: None }
}

fn duplicate(lead: Lead, earlier: &str) -> Unsendable {
    let what = match lead.identity {
        Identity::Phone(_) => "number",
        Identity::Email(_) => "e-mail address",
    };
    let reason = Reason::new("same_lead", format!("the same {what} as {earlier}; it is sent once"));
    let (key, target, identity) = (Some(lead.key), Some(Arc::clone(&lead.target)), Some(lead.identity.clone()));
    Unsendable { key, target, identity, ..not_sent(Status::Duplicate, lead.rows, &reason) }
}

/// Nobody of a lead is called whose primary contact must not be.
fn suppressed(mut lead: Lead, reason: &Reason) -> Unsendable {
    let others = lead.rows.split_off(lead.rows.len().min(1));
    let message = format!("the primary contact of its lead may not be called: {}", reason.message);
    let others = not_sent(Status::Suppressed, others, &Reason { message, ..reason.clone() });
    let (key, target, identity) = (Some(lead.key), Some(Arc::clone(&lead.target)), Some(lead.identity.clone()));
    let first = not_sent(Status::Suppressed, lead.rows, reason);
    let rows = first.rows.into_iter().chain(others.rows).collect();
    Unsendable { rows, key, target, identity, ..not_sent(Status::Suppressed, Vec::new(), reason) }
}

fn not_sent(status: Status, rows: Vec<SourceRow>, reason: &Reason) -> Unsendable {
    let rows = rows.into_iter().map(|row| (row, reason.clone())).collect();
    Unsendable { status, counts_as: CountsAs::Lead, rows, key: None, target: None, identity: None }
}

/// The inputs and their sheets by number, so that where a lead was seen first costs six bytes.
#[derive(Debug, Default)]
pub(super) struct FileNames(Vec<Position>);

impl FileNames {
    fn seen_at(&mut self, row: Option<&SourceRow>) -> SeenAt {
        let Some(row) = row else { return SeenAt { file: 0, row: 0 } };
        let here = &row.position;
        let last = self.0.iter().rposition(|known| known.file == here.file && known.sheet == here.sheet);
        let index = last.unwrap_or_else(|| {
            self.0.push(here.clone());
            self.0.len() - 1
        });
        let file = u16::try_from(index).unwrap_or(u16::MAX);
        SeenAt { file, row: u32::try_from(row.position.row).unwrap_or(u32::MAX) }
    }

    fn describe(&self, seen_at: SeenAt) -> String {
        match self.0.get(usize::from(seen_at.file)) {
            Some(place) => Position { row: u64::from(seen_at.row), ..place.clone() }.to_string(),
            None => "an earlier row".to_owned(),
        }
    }
}
