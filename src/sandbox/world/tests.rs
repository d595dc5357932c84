//! What the stand-in for a platform makes of leads.

use proptest::prelude::*;

use super::*;

fn world() -> World {
    World::new(&[SandboxCampaign::new(7, "Spring", "paused")], OpenCampaigns::ListedOnly)
}

fn new_lead(number: &str) -> NewLead {
    NewLead {
        campaign: 7,
        number: Number::parse(number).unwrap(),
        variables: raw(&Map::new()),
        secondaries: Vec::new(),
        duplicates: Duplicates::Forbidden,
    }
}

fn now() -> Timestamp {
    Timestamp::UNIX_EPOCH
}

#[test]
fn a_number_is_taken_once_in_its_campaign_until_it_is_deleted() {
    let mut world = world();
    world.add_campaign(SandboxCampaign::new(8, "Autumn", "paused"));
    let id = world.create(new_lead("+493023125001"), now()).unwrap().id;
    assert_eq!(world.create(new_lead("+493023125001"), now()).unwrap_err(), Refusal::Taken(id));
    assert!(world.create(NewLead { campaign: 8, ..new_lead("+493023125001") }, now()).is_ok());
    world.delete(id).unwrap();
    assert_eq!(world.delete(id), Err(Refusal::LeadNotFound));
    let again = world.create(new_lead("+493023125001"), now()).unwrap().id;
    assert!(again > id, "ids are never used again");
}

#[test]
fn a_deleted_twin_does_not_free_the_number() {
    let mut world = world();
    let first = world.create(new_lead("+493023125001"), now()).unwrap().id;
    let allowed = NewLead { duplicates: Duplicates::Allowed, ..new_lead("+493023125001") };
    let second = world.create(allowed, now()).unwrap().id;
    world.delete(first).unwrap();
    assert_eq!(world.create(new_lead("+493023125001"), now()).unwrap_err(), Refusal::Taken(second));
}

#[test]
fn numbers_that_end_in_0199_are_blocked() {
    assert_eq!(world().create(new_lead("+12125550199"), now()).unwrap_err(), Refusal::Blocked);
    assert!(world().create(new_lead("+12125550198"), now()).is_ok());
}

#[test]
fn any_campaign_exists_in_an_open_world_once_it_is_asked_for() {
    let mut world = World::new(&[], OpenCampaigns::AnyId);
    assert!(world.create(new_lead("+493023125001"), now()).is_ok());
    assert_eq!(world.campaigns().map(|campaign| campaign.id).collect::<Vec<_>>(), [7]);
}

#[test]
fn an_updated_number_frees_the_old_one_and_takes_the_new_one() {
    let mut world = world();
    let id = world.create(new_lead("+493023125001"), now()).unwrap().id;
    let change = Change { number: Number::parse("+493023125002"), ..Change::default() };
    world.update(id, change, now()).unwrap();
    assert!(world.create(new_lead("+493023125001"), now()).is_ok());
    assert_eq!(world.create(new_lead("+493023125002"), now()).unwrap_err(), Refusal::Taken(id));
}

#[test]
fn an_update_merges_variables() {
    let mut world = world();
    let id = world.create(new_lead("+493023125001"), now()).unwrap().id;
    for (name, value) in [("a", "1"), ("b", "2"), ("a", "3")] {
        let variables = Map::from_iter([(name.to_owned(), Value::from(value))]);
        world.update(id, Change { variables: Some(variables), ..Change::default() }, now()).unwrap();
    }
    assert_eq!(world.lead(id).unwrap().variables.get(), r#"{"a":"3","b":"2"}"#);
}

#[test]
fn pages_are_newest_first_and_count_all() {
    let mut world = world();
    for last in 0..5 {
        world.create(new_lead(&format!("+49302312500{last}")), now()).unwrap();
    }
    let page = world.list(&Filter::default(), 2, 2);
    assert_eq!((page.leads.iter().map(|lead| lead.id).collect::<Vec<_>>(), page.total), (vec![1003, 1002], 5));
    assert!(world.list(&Filter::default(), 4, 2).leads.is_empty());
}

#[test]
fn an_e164_number_has_a_plus_and_7_to_15_digits_without_a_leading_zero() {
    for bad in ["", "+", "493023125001", "+0493023125", "+123456", "+1234567890123456", "+49 3023125", "+49302312५"] {
        assert_eq!(Number::parse(bad), None, "{bad}");
    }
    assert_eq!(Number::parse("+1234567").unwrap().to_string(), "+1234567");
    assert_eq!(Number::parse("+123456789012345").unwrap().to_string(), "+123456789012345");
}

proptest! {
    #[test]
    fn a_partial_number_is_found_exactly_where_its_digits_stand(
        number in "[1-9][0-9]{6,14}",
        part in "[0-9]{1,16}",
        start in 0_usize..7,
    ) {
        let stored = Number::parse(&format!("+{number}")).unwrap();
        prop_assert_eq!(PartialNumber::of(&part).is_in(stored), number.contains(&part));
        prop_assert!(PartialNumber::of(&number[start..]).is_in(stored));
    }
}
