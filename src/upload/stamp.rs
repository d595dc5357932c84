//! When a lead was created, by the platform's own stamps: before it was first sent from here, or by that.
//!
//! A stamp may have no zone, and the platform's clock is not ours. So stamps are only compared with stamps of the same
//! form, by how far they were from our clock when leads were created in this run ([`StampOffset`]). A time is never a sign
//! that a lead is not there; it only tells, of one that a look-up found, whether it can be another program's.
//!
//! | it was created, by our clock | then |
//! |---|---|
//! | more than a minute before the first sending | it was there before |
//! | from two seconds before the first sending until the last attempt was over | it is ours |
//! | else, or where the stamps cannot be compared | nobody knows |
//!
//! Stamps without a zone move by an hour when the clocks are changed. Where such a move would make the lead ours, it is not
//! said to have been there before; and of an attempt that is long past, where a move would make it older or later, not to
//! be ours.
//!
//! An answer that says that a lead was created may show one that was there ([`Told::origin`]). There the same rules hold,
//! and two more: what is older by more than zones and clocks can differ was there before, whatever is known of the stamps;
//! and where nothing is known of them, a stamp fits that is the time of the answer but for whole quarter hours, by which
//! zones differ.

use jiff::civil::DateTime;
use jiff::{SignedDuration, Timestamp};

/// What a stamp says of a lead that was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Origin {
    /// It was there before it was first sent from here.
    Older,
    /// It was created while it was sent from here.
    Ours,
    /// The stamp does not tell.
    Unclear,
}

/// When a lead was sent from here, by our clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sent {
    /// The first `sending` line since anything was known of it.
    pub(super) first: Timestamp,
    /// When the last attempt was over, an attempt whose answer was lost included: nothing came about through it later.
    pub(super) over: Timestamp,
}

/// An answer that says that a lead was created.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Told {
    /// When the request left, by our clock.
    pub(super) asked: Timestamp,
    /// When the answer was there.
    pub(super) answered: Timestamp,
    /// When the server answered, by its own clock.
    pub(super) date: Option<Timestamp>,
}

/// A stamp's time, read as UTC where it has no zone, and the form in which it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    time: Timestamp,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Form {
    zone: Zone,
    /// How many digits the seconds have behind the point.
    digits: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    Written,
    Missing,
}

/// How far the platform's stamps are ahead of our clock. It counts when two answers agree: one alone may show a lead that
/// was there before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StampOffset {
    form: Form,
    ahead: SignedDuration,
    /// When it was seen last, by our clock.
    seen: Timestamp,
    is_confirmed: bool,
}

/// A request that took longer says too little about when in it the lead was created.
const QUICK: SignedDuration = SignedDuration::from_secs(10);

/// Two answers agree when their offsets are as close as this: a second is lost to stamps without fractions, and each
/// request takes its time.
const AGREEING: SignedDuration = SignedDuration::from_secs(3);

/// No zone is further from UTC, and no clock that is worth comparing is further off.
const FURTHEST: SignedDuration = SignedDuration::from_hours(15);

/// A lead may be stamped this long before we believe to have sent it.
const EARLY: SignedDuration = SignedDuration::from_secs(2);

/// What is older by this was certainly there before.
const CLEARLY: SignedDuration = SignedDuration::from_mins(1);

/// The steps in which zones differ from each other.
const ZONES_DIFFER: SignedDuration = SignedDuration::from_mins(15);

/// A stamp fits an answer that was given as long before or after: clocks of one server agree so far, and mostly ours.
const FITTING: SignedDuration = SignedDuration::from_secs(5);

/// By how much clocks are changed in summer and winter.
const SHIFT: SignedDuration = SignedDuration::from_hours(1);

impl StampOffset {
    /// What is known of the offset after a lead was created: the request left at `sent`, was answered at `answered`, and the
    /// platform says that it created the lead at `created_at`.
    #[must_use]
    pub(super) fn learn(known: Option<Self>, created_at: &str, sent: Timestamp, answered: Timestamp) -> Option<Self> {
        let Some(stamp) = Stamp::read(created_at) else { return known };
        // From when the request left: a lead then seems too old rather than ours.
        let ahead = stamp.time.duration_since(sent);
        if answered.duration_since(sent) > QUICK || ahead.abs() > FURTHEST {
            return known;
        }
        let new = Self { form: stamp.form, ahead, seen: answered, is_confirmed: false };
        match known {
            None => Some(new),
            Some(known) if known.form != new.form => Some(known),
            Some(known) => {
                let later = new.ahead - known.ahead;
                if later.abs() <= AGREEING {
                    Some(Self { seen: answered, is_confirmed: true, ..known })
                } else if later.is_positive() {
                    // The earlier answer showed a lead that was there before, or the platform's clock was set.
                    Some(new)
                } else {
                    Some(known)
                }
            }
        }
    }

    /// What `created_at` says of a lead that was sent as `sent` says.
    #[must_use]
    pub(super) fn origin(self, created_at: &str, sent: Sent) -> Origin {
        Stamp::read(created_at).map_or(Origin::Unclear, |stamp| self.origin_of(stamp, sent))
    }

    fn origin_of(self, stamp: Stamp, sent: Sent) -> Origin {
        if !self.is_confirmed || stamp.form != self.form {
            return Origin::Unclear;
        }
        let Ok(created) = stamp.time.checked_sub(self.ahead) else { return Origin::Unclear };
        let age = sent.first.duration_since(created);
        let is_ours = |age: SignedDuration| age <= EARLY && created_by(sent, age) <= sent.over.as_duration() + EARLY;
        let may_have_moved = stamp.form.zone == Zone::Missing;
        if is_ours(age) {
            let is_long_past = self.seen.duration_since(sent.first) > SHIFT;
            let may_not_be_ours = may_have_moved && is_long_past && !(is_ours(age + SHIFT) && is_ours(age - SHIFT));
            return if may_not_be_ours { Origin::Unclear } else { Origin::Ours };
        }
        let may_be_ours = may_have_moved && (is_ours(age - SHIFT) || is_ours(age + SHIFT));
        if age > CLEARLY && !may_be_ours { Origin::Older } else { Origin::Unclear }
    }
}

impl Told {
    /// What `created_at` says of a lead that was first sent at `first`, where that is known, and that this answer says was
    /// created. What cannot be read speaks against nobody.
    #[must_use]
    pub(super) fn origin(self, known: Option<StampOffset>, created_at: &str, first: Option<Timestamp>) -> Origin {
        let Some(stamp) = Stamp::read(created_at) else { return Origin::Ours };
        if let Some(first) = first {
            if first.duration_since(stamp.time) > FURTHEST {
                return Origin::Older;
            }
            let by_offset = known.map(|known| known.origin_of(stamp, Sent { first, over: self.answered }));
            if let Some(origin @ (Origin::Older | Origin::Ours)) = by_offset {
                return origin;
            }
        }
        let took = self.answered.duration_since(self.asked);
        let fits = |answered: Timestamp| {
            let late = answered.duration_since(stamp.time).as_secs() + FITTING.as_secs();
            late.rem_euclid(ZONES_DIFFER.as_secs()) <= took.as_secs() + 2 * FITTING.as_secs()
        };
        if fits(self.answered) || self.date.is_some_and(fits) { Origin::Ours } else { Origin::Unclear }
    }
}

/// The time of a lead that is `age` older than its first sending.
fn created_by(sent: Sent, age: SignedDuration) -> SignedDuration {
    sent.first.as_duration() - age
}

impl Stamp {
    /// `2025-06-30 11:53:20`, `2025-06-30T11:53:20.000000Z`, `2025-06-30T13:53:20+02:00`; nothing else.
    fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let (date, time) = text.split_once(['T', 't', ' '])?;
        let end = time.find(|c: char| !c.is_ascii_digit() && c != ':' && c != '.').unwrap_or(time.len());
        let (time, zone) = time.split_at(end);
        let (seconds, fraction) = time.split_once('.').map_or((time, None), |(whole, rest)| (whole, Some(rest)));
        let digits = fraction.map_or(0, str::len);
        let is_whole =
            date.len() == 10 && seconds.len() == 8 && fraction.is_none_or(|rest| (1..=9).contains(&rest.len()));
        let civil: DateTime = is_whole.then(|| text[..date.len() + 1 + time.len()].parse().ok())??;
        let ahead_of_utc = if zone.is_empty() { SignedDuration::ZERO } else { hours_of(zone)? };
        let time = jiff::tz::Offset::UTC.to_timestamp(civil).ok()?.checked_sub(ahead_of_utc).ok()?;
        let zone = if zone.is_empty() { Zone::Missing } else { Zone::Written };
        Some(Self { time, form: Form { zone, digits } })
    }
}

/// `Z`, `+02`, `+0200` or `+02:00`.
fn hours_of(zone: &str) -> Option<SignedDuration> {
    let zone = zone.trim();
    if zone.eq_ignore_ascii_case("z") || zone.eq_ignore_ascii_case("utc") {
        return Some(SignedDuration::ZERO);
    }
    let (sign, digits) = match zone.strip_prefix('+') {
        Some(digits) => (1, digits),
        None => (-1, zone.strip_prefix('-')?),
    };
    let digits: String = digits.chars().filter(|c| *c != ':').collect();
    if !matches!(digits.len(), 2 | 4) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let hours: i64 = digits[..2].parse().ok()?;
    let minutes: i64 = if digits.len() == 4 { digits[2..].parse().ok()? } else { 0 };
    (hours <= 15 && minutes < 60).then(|| SignedDuration::from_mins(sign * (hours * 60 + minutes)))
}

#[cfg(test)]
#[path = "stamp_tests.rs"]
mod tests;
