//! Claims about the whole room: rows in, leads out.

use std::sync::Arc;

use proptest::prelude::*;

use crate::lead::{Contact, Reason, SourceRow};
use crate::mapping::Person;
use crate::phone::Phone;
use crate::source::{Position, Record};
use crate::target::{Family, Host, Target};

use super::*;

fn target(campaign: u8) -> Arc<Target> {
    Arc::new(Target { family: Family::Autocalls, host: Host::Sandbox, place: campaign.to_string() })
}

fn source_row(row: u64) -> SourceRow {
    let position = Position { file: "leads.csv".into(), sheet: None, row, line: row };
    SourceRow { position, record: Record::Cells(Box::default()) }
}

fn phone(number: u16) -> Phone {
    Phone::from_e164(&format!("+4930231{number:05}")).unwrap()
}

fn variables(number: u16) -> String {
    format!("{{\"n\":\"{number}\"}}")
}

fn contact(number: u16) -> Contact {
    Contact { phone: phone(number), variables: variables(number) }
}

fn member(row: u64, group: &str, number: u16) -> Member {
    Member {
        stand_ins: Vec::new(),
        phone: Some(phone(number)),
        variables: variables(number),
        person: Person::default(),
        secondaries: Vec::new(),
        target: target(7),
        group: Some(group.to_owned()).filter(|group| !group.is_empty()),
        is_primary: false,
        was_duplicate: false,
        row: source_row(row),
        repairs: Vec::new(),
        remarks: Vec::new(),
        barred: None,
    }
}

fn fault(row: u64, group: &str) -> Fault {
    Fault {
        row: source_row(row),
        target: Some(target(7)),
        group: Some(group.to_owned()).filter(|group| !group.is_empty()),
        is_primary: false,
        reason: Reason::new("phone_too_short", "too short for Germany: 4 digits"),
    }
}

fn wide(column: &str, contact: Result<Contact, Reason>) -> Secondary {
    Secondary { column: column.into(), contact }
}

fn run_with(options: GroupingOptions, items: Vec<Item>) -> Vec<Assembled> {
    let (mut grouper, mut out) = (Grouper::new(options), Vec::new());
    for item in items {
        grouper.push(item, &mut out);
    }
    grouper.finish(&mut out);
    out
}

fn run(items: Vec<Item>) -> Vec<Assembled> {
    run_with(GroupingOptions::default(), items)
}

fn strictly(items: Vec<Item>) -> Vec<Assembled> {
    run_with(GroupingOptions { strictness: Strictness::Strict, ..GroupingOptions::default() }, items)
}

fn numbers(contacts: &[Contact]) -> Vec<u64> {
    contacts.iter().map(|contact| contact.phone.digits() % 100_000).collect()
}

fn row_numbers(rows: &[SourceRow]) -> Vec<u64> {
    rows.iter().map(|row| row.position.row).collect()
}

fn codes(rows: &[(SourceRow, Reason)]) -> Vec<(u64, &str)> {
    rows.iter().map(|(row, reason)| (row.position.row, reason.code.as_str())).collect()
}

/// The only lead.
fn lead(out: &[Assembled]) -> &AssembledLead {
    let [Assembled::Lead(lead)] = out else { panic!("{out:#?}") };
    lead
}

/// The rows and codes of the only refusal.
fn refused(out: &[Assembled]) -> Vec<(u64, &str)> {
    let [Assembled::Refused(refused)] = out else { panic!("{out:#?}") };
    codes(&refused.rows)
}

use Item::{Fault as F, Member as M};

#[test]
fn a_row_without_a_group_is_a_lead_of_its_own_at_once() {
    let (mut grouper, mut out) = (Grouper::new(GroupingOptions::default()), Vec::new());
    grouper.push(M(member(2, "", 1)), &mut out);
    assert_eq!(row_numbers(&lead(&out).rows), [2]);
    grouper.push(F(fault(3, "")), &mut out);
    assert_eq!(refused(&out[1..]), [(3, "phone_too_short")]);
}

#[test]
fn rows_of_one_group_are_one_lead_with_the_first_row_as_its_primary_contact() {
    let out = run(vec![M(member(2, "A", 1)), M(member(3, "A", 2)), M(member(4, "A", 3)), M(member(5, "B", 4))]);
    let a = lead(&out[..1]);
    assert_eq!(
        (a.primary, a.variables.as_str(), &*a.secondaries),
        (Some(phone(1)), &*variables(1), &[contact(2), contact(3)][..])
    );
    assert_eq!(a.secondaries[0].variables, contact(2).variables, "each keeps its own variables");
    assert_eq!(row_numbers(&a.rows), [2, 3, 4]);
    assert_eq!(row_numbers(&lead(&out[1..]).rows), [5]);
}

#[test]
fn the_row_that_is_marked_is_the_primary_contact_wherever_it_stands() {
    let marked = Member {
        is_primary: true,
        person: Person { name: "Ada".to_owned(), ..Person::default() },
        ..member(4, "A", 3)
    };
    let out = run(vec![M(member(2, "A", 1)), M(member(3, "A", 2)), M(marked)]);
    assert_eq!((lead(&out).primary, &*lead(&out).variables), (Some(phone(3)), &*variables(3)));
    assert_eq!(lead(&out).person.name, "Ada");
    assert_eq!(numbers(&lead(&out).secondaries), [1, 2]);
    assert_eq!(row_numbers(&lead(&out).rows), [4, 2, 3]);
    assert!(lead(&out).notes.is_empty());
}

#[test]
fn of_two_marked_rows_the_first_is_primary_and_that_is_noted() {
    let marked = |row, number| M(Member { is_primary: true, ..member(row, "A", number) });
    let items = vec![M(member(2, "A", 1)), marked(3, 2), marked(4, 3)];
    let out = run(items.clone());
    assert_eq!((lead(&out).primary, numbers(&lead(&out).secondaries)), (Some(phone(2)), vec![1, 3]));
    assert_eq!(lead(&out).notes[0].code, "group_two_primaries");
    assert!(lead(&out).notes[0].message.contains("leads.csv › row 3"));
    assert_eq!(refused(&strictly(items)), [(3, "strict"), (2, "strict"), (4, "strict")]);
}

#[test]
fn a_group_whose_primary_contact_cannot_be_called_is_refused_whole() {
    let out = run(vec![F(fault(2, "A")), M(member(3, "A", 1)), F(fault(4, "A"))]);
    assert_eq!(refused(&out), [(2, "phone_too_short"), (3, "group_primary_invalid"), (4, "phone_too_short")]);
    let marked = Fault { is_primary: true, ..fault(3, "A") };
    let out = run(vec![M(member(2, "A", 1)), F(marked)]);
    assert_eq!(refused(&out), [(2, "group_primary_invalid"), (3, "phone_too_short")]);
}

#[test]
fn a_secondary_contact_that_cannot_be_called_is_dropped_and_the_lead_goes() {
    let items = vec![M(member(2, "A", 1)), F(fault(3, "A")), M(member(4, "A", 2))];
    let out = run(items.clone());
    assert_eq!(numbers(&lead(&out).secondaries), [2]);
    assert_eq!(codes(&lead(&out).dropped), [(3, "phone_too_short")]);
    assert_eq!(row_numbers(&lead(&out).rows), [2, 4]);
    let out = strictly(items);
    assert_eq!(refused(&out), [(2, "strict"), (4, "strict"), (3, "phone_too_short")]);
    let [Assembled::Refused(all)] = out.as_slice() else { unreachable!() };
    assert!(all.rows[0].1.message.contains("leads.csv › row 3: too short for Germany"), "{}", all.rows[0].1.message);
}

#[test]
fn a_number_goes_once_into_a_lead() {
    let items = vec![M(member(2, "A", 1)), M(member(3, "A", 1)), M(member(4, "A", 2)), M(member(5, "A", 2))];
    let out = run(items.clone());
    assert_eq!(numbers(&lead(&out).secondaries), [2]);
    assert_eq!(codes(&lead(&out).dropped), [(3, "secondary_is_primary"), (5, "secondary_repeated")]);
    assert_eq!(refused(&strictly(items))[0], (2, "strict"));
}

#[test]
fn ten_secondary_contacts_go_and_the_rest_are_dropped() {
    let out = run((0..13).map(|number| M(member(2 + u64::from(number), "A", number))).collect());
    assert_eq!(numbers(&lead(&out).secondaries), (1..=10).collect::<Vec<_>>());
    assert_eq!(codes(&lead(&out).dropped), [(13, "too_many_secondaries"), (14, "too_many_secondaries")]);
}

#[test]
fn contacts_in_further_columns_stand_after_their_own_row_and_have_no_row_to_drop() {
    let bad = wide("Tel 3", Err(Reason::new("phone_empty", "no number")));
    let first = Member { secondaries: vec![wide("Tel 2", Ok(contact(11))), bad.clone()], ..member(2, "A", 1) };
    let second = Member { secondaries: vec![wide("Tel 2", Ok(contact(1)))], ..member(3, "A", 2) };
    let out = run(vec![M(first), M(second), M(member(4, "A", 3))]);
    assert_eq!(numbers(&lead(&out).secondaries), [11, 2, 3]);
    let notes: Vec<_> = lead(&out).notes.iter().map(|n| (n.code.as_str(), n.field.as_deref().unwrap())).collect();
    assert_eq!(notes, [("phone_empty", "Tel 3"), ("secondary_is_primary", "Tel 2")]);
    let alone = M(Member { secondaries: vec![bad], ..member(2, "", 1) });
    assert_eq!(refused(&strictly(vec![alone])), [(2, "strict")]);
}

#[test]
fn a_group_that_goes_to_two_campaigns_is_refused() {
    let out = run(vec![M(member(2, "A", 1)), M(Member { target: target(8), ..member(3, "A", 2) })]);
    assert_eq!(refused(&out), [(2, "group_mixed_campaigns"), (3, "group_mixed_campaigns")]);
}

#[test]
fn a_group_that_comes_again_is_refused_with_where_it_first_stood() {
    let out = run(vec![M(member(2, "A", 1)), M(member(3, "B", 2)), M(member(4, "A", 3)), F(fault(5, "A"))]);
    assert_eq!(refused(&out[2..]), [(4, "group_scattered"), (5, "phone_too_short")]);
    let Assembled::Refused(again) = &out[2] else { unreachable!() };
    assert!(again.rows[0].1.message.contains("leads.csv › row 2"), "{}", again.rows[0].1.message);
    assert_eq!(again.group.as_deref(), Some("A"));
}

#[test]
fn rows_without_a_group_end_a_group() {
    let out = run(vec![M(member(2, "A", 1)), M(member(3, "", 2)), M(member(4, "A", 3))]);
    assert_eq!(refused(&out[2..]), [(4, "group_scattered")]);
}

#[test]
fn the_same_name_in_another_campaign_is_another_group() {
    let elsewhere = |row, number| M(Member { target: target(8), ..member(row, "A", number) });
    let out = run(vec![M(member(2, "A", 1)), M(member(3, "B", 2)), elsewhere(4, 3)]);
    assert!(matches!(out.as_slice(), [Assembled::Lead(_), Assembled::Lead(_), Assembled::Lead(_)]));
}

#[test]
fn a_group_of_which_nothing_was_known_but_its_name_is_not_sent_when_it_comes_again() {
    let nowhere = Fault { target: None, ..fault(2, "A") };
    let out = run(vec![F(nowhere), M(member(3, "B", 1)), M(member(4, "A", 2))]);
    assert_eq!(refused(&out[2..]), [(4, "group_scattered")]);
}

#[test]
fn a_group_beyond_what_is_held_in_memory_has_its_further_rows_refused_one_by_one() {
    let options = GroupingOptions { max_group_rows: 2, ..GroupingOptions::default() };
    let (mut grouper, mut out) = (Grouper::new(options), Vec::new());
    for row in 2..=5 {
        grouper.push(M(member(row, "A", u16::try_from(row).unwrap())), &mut out);
    }
    assert_eq!(row_numbers(&lead(&out[..1]).rows), [2, 3]);
    assert_eq!(refused(&out[1..2]), [(4, "group_too_long")]);
    assert_eq!(refused(&out[2..3]), [(5, "group_too_long")]);
    grouper.push(M(member(6, "B", 6)), &mut out);
    grouper.push(M(member(7, "A", 7)), &mut out);
    grouper.finish(&mut out);
    assert_eq!(refused(&out[4..]), [(7, "group_scattered")]);
}

#[test]
fn a_groups_values_are_shown_without_the_separator() {
    let scattered = run(vec![M(member(2, "A\u{1f}Bonn", 1)), M(member(3, "", 2)), M(member(4, "A\u{1f}Bonn", 3))]);
    let Assembled::Refused(again) = &scattered[2] else { unreachable!() };
    assert!(again.rows[0].1.message.contains("\"A / Bonn\""), "{}", again.rows[0].1.message);
}

#[test]
fn a_chatbots_lead_needs_no_number_and_keeps_its_metadata_without_one() {
    let out = run(vec![M(Member { phone: None, ..member(2, "", 1) })]);
    assert_eq!((lead(&out).primary, &*lead(&out).variables), (None, &*variables(1)));
}

/// Good or a fault, group, number, whether marked as primary, campaign, further columns.
type Drawn = (bool, u8, u16, bool, u8, Vec<Option<u16>>);

fn item() -> impl Strategy<Value = Drawn> {
    let wides = proptest::collection::vec(proptest::option::of(0..6_u16), 0..3);
    (proptest::bool::weighted(0.8), 0..4_u8, 0..6_u16, proptest::bool::weighted(0.2), 7..9_u8, wides)
}

fn items() -> impl Strategy<Value = Vec<Item>> {
    proptest::collection::vec(item(), 0..30).prop_map(|rows| {
        let one = |(row, (good, group, number, is_primary, campaign, wides)): (u64, Drawn)| {
            let group = ["", "A", "B", "C"][usize::from(group)];
            let read = |wide: Option<u16>| wide.map(contact).ok_or_else(|| Reason::new("phone_empty", "no number"));
            let secondaries = wides.into_iter().map(|one| wide("Tel", read(one))).collect();
            if good {
                M(Member { is_primary, secondaries, target: target(campaign), ..member(row, group, number) })
            } else {
                F(Fault { is_primary, target: (campaign == 7).then(|| target(7)), ..fault(row, group) })
            }
        };
        (2..).zip(rows).map(one).collect()
    })
}

fn options() -> impl Strategy<Value = GroupingOptions> {
    (0..4_usize, any::<bool>(), 0..6_usize).prop_map(|(max_secondaries, strict, max_group_rows)| GroupingOptions {
        max_secondaries,
        strictness: if strict { Strictness::Strict } else { Strictness::Lenient },
        max_group_rows,
    })
}

fn all_rows(assembled: &Assembled) -> Vec<u64> {
    match assembled {
        Assembled::Lead(lead) => {
            let dropped = lead.dropped.iter().map(|(row, _)| row.position.row);
            lead.rows.iter().map(|row| row.position.row).chain(dropped).collect()
        }
        Assembled::Refused(refused) => refused.rows.iter().map(|(row, _)| row.position.row).collect(),
    }
}

proptest! {
    #[test]
    fn every_row_comes_out_exactly_once_and_leads_keep_the_order_of_the_input(options in options(), items in items()) {
        let expected: Vec<u64> = items.iter().map(|item| item.row().position.row).collect();
        let out = run_with(options, items);
        let mut seen = Vec::new();
        for assembled in &out {
            let mut rows = all_rows(assembled);
            rows.sort_unstable();
            seen.extend(rows);
        }
        prop_assert_eq!(seen, expected);
    }

    #[test]
    fn a_lead_holds_no_number_twice_no_more_contacts_than_allowed_and_no_group_is_two_leads(
        options in options(),
        items in items(),
    ) {
        let mut groups = std::collections::HashSet::new();
        for assembled in run_with(options, items) {
            let Assembled::Lead(lead) = assembled else { continue };
            let secondaries = lead.secondaries.iter().map(|contact| contact.phone);
            let all: Vec<Phone> = lead.primary.into_iter().chain(secondaries).collect();
            prop_assert_eq!(all.iter().collect::<std::collections::HashSet<_>>().len(), all.len());
            prop_assert!(lead.secondaries.len() <= options.max_secondaries);
            if let Some(group) = lead.group {
                prop_assert!(groups.insert((lead.target, group)));
            }
        }
    }

    #[test]
    fn strict_leads_are_those_of_which_nothing_was_dropped_or_noted(items in items()) {
        let whole = |assembled: &Assembled| matches!(assembled, Assembled::Lead(lead) if lead.dropped.is_empty() && lead.notes.is_empty());
        let lenient: Vec<_> = run(items.clone()).into_iter().filter(whole).collect();
        let strict: Vec<_> = strictly(items).into_iter().filter(|it| matches!(it, Assembled::Lead(_))).collect();
        prop_assert_eq!(strict, lenient);
    }
}
