//! Claims about stamps: zones, clocks that are off or are changed, and whatever else stands in `created_at`.

use proptest::prelude::*;

use super::*;

/// 2026-11-21 08:00:00 UTC: when the lead was first sent.
fn first() -> Timestamp {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

/// How a platform writes the time, whose clock is `ahead` of ours.
#[derive(Debug, Clone, Copy)]
enum Writes {
    Plain,
    Iso,
    WithOffset,
}

impl Writes {
    fn stamp(self, time: Timestamp, ahead: SignedDuration) -> String {
        let time = time + ahead;
        match self {
            Self::Plain => time.strftime("%Y-%m-%d %H:%M:%S").to_string(),
            Self::Iso => time.strftime("%Y-%m-%dT%H:%M:%S.%6fZ").to_string(),
            Self::WithOffset => format!("{}+05:30", (time + seconds(19_800)).strftime("%Y-%m-%dT%H:%M:%S")),
        }
    }
}

/// What two quick answers, at this time, say of the offset.
fn measured(writes: Writes, ahead: SignedDuration, at: Timestamp) -> Option<StampOffset> {
    let learn = |known, at: Timestamp| StampOffset::learn(known, &writes.stamp(at, ahead), at, at + seconds(1));
    learn(learn(None, at), at + seconds(5))
}

/// What is said of a lead that is created `after` its first sending, an attempt that was a minute ago.
fn origin(writes: Writes, ahead: SignedDuration, after: i64) -> Origin {
    let offset = measured(writes, ahead, first() + seconds(20)).unwrap();
    let sent = Sent { first: first(), over: first() + seconds(60) };
    offset.origin(&writes.stamp(first() + seconds(after), ahead), sent)
}

#[test]
fn in_every_form_and_zone_and_with_every_skew_it_is_told_who_was_there_before() {
    for writes in [Writes::Plain, Writes::Iso, Writes::WithOffset] {
        for skew in [0, 3, -3, 59, -59, 3600, -3600, 7200, 19_800, -28_800, 50_400, -50_000] {
            let said = |after| origin(writes, seconds(skew), after);
            for (after, expected) in [
                (-86_400 * 30, Origin::Older),
                (-7300, Origin::Older),
                (-62, Origin::Older),
                (-59, Origin::Unclear),
                (-4, Origin::Unclear),
                (0, Origin::Ours),
                (1, Origin::Ours),
                (59, Origin::Ours),
                (65, Origin::Unclear),
                (86_400, Origin::Unclear),
            ] {
                assert_eq!(said(after), expected, "{writes:?}, {skew} s ahead, {after} s after");
            }
        }
    }
}

#[test]
fn a_stamp_without_a_zone_that_an_hours_shift_would_make_ours_is_not_said_to_be_older() {
    for (after, expected) in [(-3600 + 30, Origin::Unclear), (-3600 - 30, Origin::Older), (-1800, Origin::Older)] {
        assert_eq!(origin(Writes::Plain, seconds(3600), after), expected, "{after}");
    }
    assert_eq!(origin(Writes::Iso, seconds(3600), -3600 + 30), Origin::Older);
}

#[test]
fn a_stamp_without_a_zone_of_an_attempt_long_past_is_ours_only_beyond_an_hours_shift_on_either_side() {
    let later = first() + SignedDuration::from_hours(24 * 30);
    let sent = Sent { first: first(), over: later + seconds(60) };
    for (writes, after, expected) in [
        (Writes::Plain, 30, Origin::Unclear),
        (Writes::Plain, 3500, Origin::Unclear),
        (Writes::Plain, 3700, Origin::Ours),
        (Writes::Plain, 30 * 86_400 - 3500, Origin::Unclear),
        (Writes::Iso, 30, Origin::Ours),
    ] {
        let offset = measured(writes, seconds(7200), later).unwrap();
        let stamp = writes.stamp(first() + seconds(after), seconds(7200));
        assert_eq!(offset.origin(&stamp, sent), expected, "{writes:?} {after}");
    }
}

#[test]
fn what_was_created_after_the_last_attempt_was_over_is_not_said_to_be_ours() {
    let offset = measured(Writes::Iso, seconds(7200), first() + seconds(86_400)).unwrap();
    let sent = Sent { first: first(), over: first() + seconds(60) };
    for (after, expected) in [(59, Origin::Ours), (63, Origin::Unclear), (80_000, Origin::Unclear)] {
        let stamp = Writes::Iso.stamp(first() + seconds(after), seconds(7200));
        assert_eq!(offset.origin(&stamp, sent), expected, "{after}");
    }
}

/// An answer that came three seconds after the request left, from a server whose clock is `ahead` of ours.
fn told(ahead: i64) -> Told {
    let answered = first() + seconds(3);
    Told { asked: first(), answered, date: Some(answered + seconds(ahead)) }
}

#[test]
fn a_lead_that_was_created_by_the_answer_is_ours_in_every_zone_and_where_a_clock_is_wrong_from_the_first_one_on() {
    for writes in [Writes::Plain, Writes::Iso, Writes::WithOffset] {
        for zone in [0, 3600, -3600, 19_800, 20_700, -28_800, 50_400] {
            for wrong in [0, 2, -2, 200, -7000] {
                let stamp = writes.stamp(first() + seconds(2), seconds(zone + wrong));
                let first = Some(first() - seconds(1));
                assert_eq!(told(wrong).origin(None, &stamp, first), Origin::Ours, "{writes:?} {zone} {wrong}");
            }
        }
    }
}

#[test]
fn without_the_servers_own_time_ours_counts() {
    let told = Told { date: None, ..told(0) };
    let at = |ahead| Writes::Plain.stamp(first() + seconds(1), seconds(ahead));
    assert_eq!(told.origin(None, &at(7200), Some(first())), Origin::Ours);
    assert_eq!(told.origin(None, &at(200), Some(first())), Origin::Unclear);
}

#[test]
fn an_answer_may_show_a_lead_that_was_there() {
    let offset = measured(Writes::Plain, seconds(7200), first() - seconds(100));
    for (before, unmeasured, compared) in [
        (20, Origin::Unclear, Origin::Unclear),
        (500, Origin::Unclear, Origin::Older),
        (10 * 3600 + 400, Origin::Unclear, Origin::Older),
        // By chance it fits, where nothing is known of the stamps.
        (10 * 3600, Origin::Ours, Origin::Older),
        (24 * 3600, Origin::Older, Origin::Older),
    ] {
        let stamp = Writes::Plain.stamp(first() - seconds(before), seconds(7200));
        assert_eq!(told(0).origin(None, &stamp, Some(first())), unmeasured, "{before}");
        assert_eq!(told(0).origin(offset, &stamp, Some(first())), compared, "{before}");
    }
}

#[test]
fn an_answer_without_a_time_that_can_be_read_speaks_against_nobody() {
    for stamp in ["", "now", "1732176000", "2020-01-01"] {
        assert_eq!(told(0).origin(None, stamp, Some(first())), Origin::Ours, "{stamp}");
    }
}

#[test]
fn where_clocks_are_changed_during_a_run_new_leads_stay_ours() {
    let offset = measured(Writes::Plain, seconds(7200), first() - seconds(100));
    for hour in [3600, -3600] {
        let stamp = Writes::Plain.stamp(first() + seconds(1), seconds(7200 + hour));
        assert_eq!(told(0).origin(offset, &stamp, Some(first())), Origin::Ours, "{hour}");
    }
}

#[test]
fn stamps_of_another_form_are_not_compared() {
    let offset = measured(Writes::Plain, SignedDuration::ZERO, first()).unwrap();
    let sent = Sent { first: first(), over: first() + seconds(60) };
    for stamp in ["2020-01-01T08:00:00Z", "2020-01-01 08:00:00.0", "2020-01-01T08:00:00+00:00"] {
        assert_eq!(offset.origin(stamp, sent), Origin::Unclear, "{stamp}");
    }
    assert_eq!(offset.origin("2020-01-01T08:00:00", sent), Origin::Older);
}

#[test]
fn garbage_says_nothing() {
    let offset = measured(Writes::Plain, SignedDuration::ZERO, first()).unwrap();
    let sent = Sent { first: first(), over: first() + seconds(60) };
    for stamp in [
        "",
        " ",
        "now",
        "yesterday",
        "1732176000",
        "2020-01-01",
        "2020-13-01 08:00:00",
        "2020-02-30 08:00:00",
        "01.01.2020 08:00:00",
        "2020-01-01 8:00:00",
        "2020-01-01 08:00",
        "2020-01-01 08:00:00.",
        "2020-01-01 08:00:00 CET",
        "2020-01-01 25:00:00",
        "0000-00-00 00:00:00",
        "-9999-01-01 00:00:00",
        "2020-01-01T08:00:00+99:00",
        "٢٠٢٠-٠١-٠١ ٠٨:٠٠:٠٠",
    ] {
        assert_eq!(offset.origin(stamp, sent), Origin::Unclear, "{stamp}");
        assert_eq!(StampOffset::learn(None, stamp, first(), first()), None, "{stamp}");
    }
}

#[test]
fn one_answer_alone_measures_nothing() {
    let one = StampOffset::learn(None, &Writes::Plain.stamp(first(), SignedDuration::ZERO), first(), first()).unwrap();
    let sent = Sent { first: first(), over: first() + seconds(60) };
    assert_eq!(one.origin("2020-01-01 08:00:00", sent), Origin::Unclear);
}

#[test]
fn an_answer_that_shows_an_older_lead_measures_nothing() {
    let zero = SignedDuration::ZERO;
    let older = Writes::Plain.stamp(first() - seconds(7000), zero);
    // First, between, and last: what the new leads say counts.
    let new = |known, after: i64| {
        let at = first() + seconds(after);
        StampOffset::learn(known, &Writes::Plain.stamp(at, zero), at, at + seconds(1))
    };
    let stale = |known| StampOffset::learn(known, &older, first(), first() + seconds(1));
    let sent = Sent { first: first(), over: first() + seconds(60) };
    for offset in [new(new(stale(None), 1), 9), new(stale(new(None, 1)), 9), stale(new(new(None, 1), 9))] {
        assert_eq!(offset.unwrap().origin(&older, sent), Origin::Older);
        assert_eq!(offset.unwrap().origin(&Writes::Plain.stamp(first(), zero), sent), Origin::Ours);
    }
}

#[test]
fn a_slow_answer_and_a_clock_that_is_days_off_measure_nothing() {
    let stamp = Writes::Plain.stamp(first(), SignedDuration::ZERO);
    assert_eq!(StampOffset::learn(None, &stamp, first(), first() + seconds(11)), None);
    assert_eq!(StampOffset::learn(None, "2020-01-01 08:00:00", first(), first()), None);
}

proptest! {
    #[test]
    fn whatever_stands_there_is_read_or_not_without_harm(text in "\\PC{0,40}", digits in "[0-9T:. +-]{0,30}") {
        let offset = measured(Writes::Iso, SignedDuration::ZERO, first()).unwrap();
        let sent = Sent { first: first(), over: first() + seconds(60) };
        for stamp in [text, digits] {
            let _ = offset.origin(&stamp, sent);
            let _ = StampOffset::learn(Some(offset), &stamp, first(), first());
        }
    }

    #[test]
    fn nobody_who_was_there_before_is_ever_said_to_be_ours(
        ahead in -54_000_i64..54_000,
        before in 3_i64..10_000_000,
        took in 0_i64..10,
        iso: bool,
    ) {
        let writes = if iso { Writes::Iso } else { Writes::Plain };
        let ahead = seconds(ahead.clamp(-53_980, 53_980));
        let learn = |known, at: Timestamp| {
            StampOffset::learn(known, &writes.stamp(at, ahead), at, at + seconds(took))
        };
        let offset = learn(learn(None, first()), first() + seconds(15)).unwrap();
        let sent = Sent { first: first(), over: first() + seconds(60) };
        let stamp = writes.stamp(first() - seconds(before), ahead);
        prop_assert_ne!(offset.origin(&stamp, sent), Origin::Ours);
    }
}
