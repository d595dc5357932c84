//! Every row and every lead is counted once, whatever happens in whatever order.

use proptest::prelude::*;

use super::*;
use crate::report::sample::{lead, outcome, position, unsendable};

fn end(tally: &mut Tally, rows: &[u64], status: Status, before: Option<Status>) {
    tally.event(&Event::Ended { lead: &lead(rows), outcome: &outcome(status), before });
}

fn expecting(leads: u64, rows: u64) -> Tally {
    let mut tally = Tally::new();
    tally.expect(Expected { leads, rows, to_send: leads, ..Expected::default() });
    tally
}

fn interrupted() -> StopReason {
    StopReason::new(StopKind::Interrupted, "interrupted")
}

#[test]
fn every_row_and_every_lead_is_counted_once() {
    let mut tally = expecting(6, 9);
    end(&mut tally, &[2, 3, 4], Status::Created, None);
    end(&mut tally, &[5], Status::Rejected, None);
    tally.known(Status::Created, 2);
    tally.changed(&position(7));
    tally.event(&Event::Unsendable(&unsendable(Status::Invalid, CountsAs::Lead, &[8])));
    tally.event(&Event::Unsendable(&unsendable(Status::Invalid, CountsAs::RowsOnly, &[9])));
    tally.event(&Event::Unsendable(&unsendable(Status::Duplicate, CountsAs::Lead, &[10])));
    tally.known(Status::Exists, 0);
    let totals = tally.finish(None).unwrap();
    assert_eq!((totals.leads_in(Status::Created), totals.rows_in(Status::Created)), (2, 5));
    assert_eq!((totals.leads_in(Status::Invalid), totals.rows_in(Status::Invalid)), (1, 2));
    assert_eq!(totals.earlier.leads.get(Status::Created), 1);
    assert_eq!((totals.changed, tally.sent(), tally.requests()), (1, 2, 2));
}

#[test]
fn a_lead_that_ends_again_moves_instead_of_counting_twice() {
    let mut tally = expecting(1, 2);
    end(&mut tally, &[2, 3], Status::InDoubt, None);
    assert_eq!(tally.reasons().len(), 1);
    end(&mut tally, &[2, 3], Status::Unsent, Some(Status::InDoubt));
    end(&mut tally, &[2, 3], Status::Created, Some(Status::Unsent));
    assert_eq!(tally.reasons(), []);
    let totals = tally.finish(None).unwrap();
    assert_eq!((totals.leads_in(Status::Created), totals.rows_in(Status::Created)), (1, 2));
    assert_eq!(tally.sent(), 1);
}

#[test]
fn what_a_stopped_run_did_not_reach_is_unsent() {
    let mut tally = expecting(100, 120);
    end(&mut tally, &[2, 3], Status::Created, None);
    end(&mut tally, &[4], Status::Unsent, None);
    let totals = tally.finish(Some(&interrupted())).unwrap();
    assert_eq!((totals.leads_in(Status::Unsent), totals.rows_in(Status::Unsent)), (99, 118));
}

#[test]
fn a_finished_run_that_misses_a_lead_is_an_error_with_both_numbers() {
    let mut tally = expecting(2, 2_000);
    end(&mut tally, &[2], Status::Created, None);
    let unbalanced = tally.finish(None).unwrap_err();
    insta::assert_snapshot!(unbalanced, @"the totals do not add up: the input has 2 leads, but 1 were counted; the results file says what became of each lead");
    assert_eq!(unbalanced.totals().leads_in(Status::Created), 1);
    end(&mut tally, &[3], Status::Created, None);
    insta::assert_snapshot!(tally.finish(None).unwrap_err(), @"the totals do not add up: the input has 2,000 rows, but 2 were counted; the results file says what became of each lead");
}

#[test]
fn more_than_the_input_holds_is_an_error_even_when_stopped() {
    let mut tally = expecting(1, 1);
    end(&mut tally, &[2], Status::Created, None);
    end(&mut tally, &[3], Status::Created, None);
    assert!(tally.finish(Some(&interrupted())).is_err());
    let changed = StopReason::new(StopKind::Input, "leads.csv changed while it was read");
    assert_eq!(tally.finish(Some(&changed)).unwrap().leads, 2);
}

#[test]
fn a_lead_that_moves_from_where_it_never_was_is_an_error() {
    let mut tally = expecting(1, 1);
    end(&mut tally, &[2], Status::Created, Some(Status::InDoubt));
    insta::assert_snapshot!(tally.finish(None).unwrap_err(), @"the totals do not add up: a lead was counted as in_doubt that had not been so before; the results file says what became of each lead");
}

#[test]
fn without_a_first_pass_what_was_counted_is_what_there_was() {
    let mut tally = Tally::new();
    end(&mut tally, &[2, 3], Status::Created, None);
    let totals = tally.finish(None).unwrap();
    assert_eq!((totals.leads, totals.rows), (1, 2));
}

#[test]
fn a_doubt_of_an_earlier_run_is_told_apart_from_the_leads_of_the_input() {
    let mut tally = expecting(1, 1);
    tally.event(&Event::DoubtEnded { key: LeadKey::from_bits(1), outcome: &outcome(Status::Created) });
    tally.event(&Event::DoubtEnded { key: LeadKey::from_bits(2), outcome: &outcome(Status::InDoubt) });
    tally.known(Status::Created, 1);
    let totals = tally.finish(None).unwrap();
    assert_eq!(totals.doubts_ended, 1);
    assert_eq!(totals.leads_in(Status::Created), 1);
}

#[test]
fn only_a_doubt_that_stands_in_the_input_moves_a_lead_and_with_the_rows_that_it_has_there() {
    let (gone, absent) = (LeadKey::from_bits(1), LeadKey::from_bits(2));
    let mut tally = Tally::new();
    let mut earlier = Sums::default();
    earlier.add(Status::InDoubt, 1, 2);
    tally.expect(Expected { leads: 1, rows: 2, to_send: 0, earlier });
    tally.expect_in_doubt(HashMap::from([(absent, 2)]));
    tally.event(&Event::DoubtEnded { key: gone, outcome: &outcome(Status::Created) });
    tally.known(Status::InDoubt, 2);
    tally.known_in_doubt(absent, 2);
    tally.event(&Event::DoubtEnded { key: absent, outcome: &outcome(Status::Unsent) });
    let totals = tally.finish(None).unwrap();
    assert_eq!((totals.leads_in(Status::Created), totals.leads_in(Status::InDoubt)), (0, 0));
    assert_eq!((totals.leads_in(Status::Unsent), totals.rows_in(Status::Unsent)), (1, 2));
    assert_eq!((totals.doubts_ended, tally.expected().unwrap().to_send), (2, 1));
}

#[test]
fn notes_are_kept_once_masked_and_bounded() {
    let mut tally = Tally::new();
    for i in 0..100 {
        tally.event(&Event::Note("the same"));
        tally.event(&Event::Note(&format!("note {i}")));
    }
    tally.event(&Event::Mismatch(&["phone: sent +493023125555, shown nothing".to_owned()]));
    assert_eq!(tally.notes().len(), MOST_NOTES);
    assert_eq!(tally.notes()[..2], ["the same", "note 0"]);
    assert_eq!(tally.mismatches(), ["phone: sent +493023•••555, shown nothing"]);
}

/// What can happen to one lead, as the crew tells it.
fn history() -> impl Strategy<Value = Vec<Status>> {
    let last = || prop::sample::select(vec![Status::Created, Status::Exists, Status::Rejected, Status::Unsent]);
    prop_oneof![
        last().prop_map(|status| vec![status]),
        Just(vec![Status::InDoubt]),
        Just(vec![Status::InDoubt, Status::Created]),
        last().prop_map(|status| vec![Status::InDoubt, Status::Unsent, status]),
        last().prop_map(|status| vec![Status::InDoubt, Status::Unsent, Status::InDoubt, Status::Unsent, status]),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_in_whatever_order_the_totals_balance(
        histories in prop::collection::vec((history(), 1_u64..4), 0..30),
        missing in 0_u64..5,
        turns in prop::collection::vec(any::<prop::sample::Index>(), 0..200),
    ) {
        let rows: u64 = histories.iter().map(|(_, rows)| rows).sum();
        let leads = histories.len() as u64;
        let mut tally = expecting(leads + missing, rows + missing);
        let mut at = vec![0_usize; histories.len()];
        let step = |tally: &mut Tally, at: &mut Vec<usize>, i: usize| {
            let (history, rows) = &histories[i];
            if let Some(status) = history.get(at[i]) {
                let first = 10 * i as u64;
                let rows: Vec<u64> = (first..first + rows).collect();
                end(tally, &rows, *status, at[i].checked_sub(1).map(|before| history[before]));
                at[i] += 1;
            }
        };
        for turn in turns {
            if !histories.is_empty() {
                step(&mut tally, &mut at, turn.index(histories.len()));
            }
            prop_assert!(tally.finish(Some(&interrupted())).is_ok());
        }
        for i in 0..histories.len() {
            while at[i] < histories[i].0.len() {
                step(&mut tally, &mut at, i);
            }
        }
        let totals = tally.finish(Some(&interrupted())).unwrap();
        let in_doubt = histories.iter().filter(|(history, _)| history.last() == Some(&Status::InDoubt));
        prop_assert_eq!(totals.leads_in(Status::InDoubt), in_doubt.clone().count() as u64);
        let reasons = tally.reasons();
        let reasons = reasons.iter().filter(|reason| reason.status == Status::InDoubt).map(|reason| reason.rows);
        prop_assert_eq!(reasons.sum::<u64>(), in_doubt.map(|(_, rows)| rows).sum::<u64>());
        prop_assert_eq!(tally.finish(None).is_ok(), missing == 0);
    }
}

#[test]
fn what_earlier_runs_settled_is_not_told_as_unsent_when_a_run_is_stopped() {
    let mut tally = Tally::default();
    let mut earlier = Sums::default();
    earlier.add(Status::Created, 5, 6);
    earlier.add(Status::InDoubt, 1, 1);
    tally.expect(Expected { leads: 10, rows: 11, to_send: 4, earlier });
    tally.known(Status::Created, 1);
    let stopped = StopReason::new(StopKind::Interrupted, "interrupted");
    let totals = tally.finish(Some(&stopped)).unwrap();
    let leads = |status| (totals.leads_in(status), totals.rows_in(status));
    assert_eq!(leads(Status::Created), (5, 6));
    assert_eq!(leads(Status::InDoubt), (1, 1));
    assert_eq!(leads(Status::Unsent), (4, 4));
}
