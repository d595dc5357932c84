//! Claims about the Autocalls API: its requests, and every known form of its answers.

use super::*;
use crate::mapping::Person;
use crate::phone::Phone;
use crate::platform::ListOf;
use crate::target::Host;

fn answer(status: u16, body: &str) -> Answer {
    Autocalls::default().read_answer(status, body.as_bytes())
}

fn target() -> Target {
    Target { family: Family::Autocalls, host: Host::Sandbox, place: "7".to_owned() }
}

fn phone(text: &str) -> Phone {
    Phone::from_e164(text).unwrap()
}

fn body() -> String {
    let contact = |number: &str, variables: &str| Contact { phone: phone(number), variables: variables.to_owned() };
    let secondaries = [contact("+493023125002", "{}"), contact("+493023125003", r#"{"first":"Bo"}"#)];
    let person = Person::default();
    let target = target();
    Autocalls::default().body(&Content {
        target: &target,
        primary: Some(phone("+493023125001")),
        person: &person,
        variables: r#"{"city":"Köln","first":"Ada"}"#,
        secondaries: &secondaries,
    })
}

#[test]
fn the_variables_of_all_assistants_are_read_however_their_list_is_wrapped() {
    let list = r#"[{"id":1,"variables":{"city":"","name":"x"}},{"id":2,"variables":[]},{"id":3,"variables":{"zip":null}},{"id":4}]"#;
    for body in [list.to_owned(), format!(r#"{{"data":{list}}}"#), format!(r#"{{"assistants":{list}}}"#)] {
        let names: Vec<_> = Autocalls::default().read_assistants(body.as_bytes()).unwrap().into_iter().collect();
        assert_eq!(names, ["city", "name", "zip"], "{body}");
    }
    for body in ["", "{}", "<html>", "7", r#"{"message":"not here"}"#] {
        assert!(Autocalls::default().read_assistants(body.as_bytes()).is_err(), "{body}");
    }
}

#[test]
fn a_request_has_the_documented_form() {
    let expected = r#"{"campaign_id":7,"phone_number":"+493023125001","secondary_contacts":[{"phone_number":"+493023125002"},{"phone_number":"+493023125003","variables":{"first":"Bo"}}],"variables":{"city":"Köln","first":"Ada"}}"#;
    assert_eq!(body(), expected);
}

#[test]
fn every_known_form_of_a_created_answer_is_read() {
    for text in [
        r#"{"message":"Lead created","data":{"id":12,"campaign_id":7,"phone_number":"+493023125001"}}"#,
        r#"[{"message":"Angelegt","data":{"id":"12"}}]"#,
        r#"{"data":{"id":12}}"#,
        r#"{"id":12,"status":"created"}"#,
    ] {
        let Answer::Accepted(lead) = answer(201, text) else { panic!("{text}") };
        assert_eq!(lead.id, "12");
    }
}

#[test]
fn a_success_without_an_id_is_unreadable() {
    for text in ["", "{}", "null", "<html></html>", r#"{"data":{}}"#, r#"{"data":{"id":1"#, r#"{"data":[]}"#] {
        assert!(matches!(answer(200, text), Answer::Unreadable(_)), "{text}");
    }
}

#[test]
fn refusals_are_told_apart() {
    let taken = r#"{"message":"The given data was invalid.","errors":{"phone_number":["The phone number has already been taken."]}}"#;
    assert!(matches!(answer(422, taken), Answer::MaybeAlreadyThere(_)));
    let invalid = r#"{"message":"Invalid.","errors":{"phone_number":["The phone number is blocked."]}}"#;
    let expected = Refused {
        message: "Invalid. — The phone number is blocked.".to_owned(),
        field: Some("phone_number".to_owned()),
    };
    assert_eq!(answer(422, invalid), Answer::Refused(expected));
    assert!(matches!(answer(401, r#"{"message":"Unauthenticated."}"#), Answer::BadToken(_)));
    assert!(matches!(answer(402, r#"{"message":"Pay"}"#), Answer::NoBalance(_)));
    assert!(matches!(answer(422, r#"{"message":"Insufficient balance"}"#), Answer::NoBalance(_)));
    assert!(matches!(answer(403, r#"{"message":"This action is unauthorized."}"#), Answer::CampaignClosed(_)));
    assert!(matches!(answer(404, r#"{"message":"Campaign not found"}"#), Answer::CampaignClosed(_)));
    assert!(matches!(
        answer(409, r#"{"message":"Conflict","data":{"id":3}}"#),
        Answer::AlreadyThere { id: Some(_), .. }
    ));
    assert!(matches!(answer(400, "Bad Request"), Answer::Unreadable(_)));
    assert!(matches!(answer(400, r#"{"fault":"gateway"}"#), Answer::Unreadable(_)));
}

#[test]
fn every_known_form_of_a_list_is_read() {
    let page = |text: &str| Autocalls::default().read_page(PageAt::new(ListOf::Everybody, 1), text.as_bytes()).unwrap();
    let laravel = page(
        r#"{"current_page":1,"data":[{"id":1,"phone_number":"493023125001"}],"last_page":3,"per_page":100,"total":201}"#,
    );
    assert_eq!((laravel.leads.len(), laravel.next), (1, Some(2)));
    assert_eq!(laravel.pagination, Pagination::Told);
    let resource = page(r#"{"data":[{"id":1}],"links":{"next":"/x?page=2"},"meta":{"current_page":1,"last_page":2}}"#);
    assert_eq!((resource.next, resource.pagination), (Some(2), Pagination::Told));
    assert_eq!(page(r#"{"data":[{"id":1}],"links":{"next":"/x?page=2"}}"#).next, Some(2));
    assert_eq!(
        page(r#"{"leads":[{"id":"1"}]}"#),
        Page { pagination: Pagination::Untold, ..page(r#"{"leads":[{"id":"1"}]}"#) }
    );
    let first_again = br#"{"current_page":1,"data":[],"last_page":3}"#;
    assert!(
        Autocalls::default().read_page(PageAt::new(ListOf::Everybody, 2), first_again).is_err(),
        "page 1 is no answer to a question for page 2"
    );
    assert_eq!(page("[]").leads.len(), 0);
    assert!(Autocalls::default().read_page(PageAt::new(ListOf::Everybody, 1), b"{\"message\":\"x\"}").is_err());
    assert!(Autocalls::default().read_page(PageAt::new(ListOf::Everybody, 1), b"[{\"phone_number\":\"+1\"}]").is_err());
}

#[test]
fn a_look_up_matches_the_whole_number_and_the_campaign() {
    let lead = |number: &str, campaign: Option<&str>| RemoteLead {
        id: "1".into(),
        campaign: campaign.map(str::to_owned),
        phone: Some(number.into()),
        email: None,
        is_secondary: false,
        variables: None,
        secondaries: None,
        status: None,
        created_at: None,
    };
    let wanted = Identity::Phone(phone("+493023125001"));
    let matches = |number, campaign| Autocalls::default().matches(&target(), &wanted, &lead(number, campaign));
    assert_eq!(matches("+493023125001", Some("7")), Match::Yes);
    assert_eq!(matches("493023125001", Some("7")), Match::Yes);
    assert_eq!(matches("+4930231250010", Some("7")), Match::No);
    assert_eq!(matches("+493023125001", Some("8")), Match::No);
    assert_eq!(matches("+493023125001", None), Match::Unclear);
    assert_eq!(
        Autocalls::default().look_up(&target(), Some(&wanted), PageAt::new(ListOf::One, 1)).path,
        "/user/leads?campaign_id=7&phone_number=493023125001&per_page=100&page=1"
    );
}

fn shown(text: &str) -> RemoteLead {
    let Answer::Accepted(lead) = answer(200, text) else { panic!("{text}") };
    lead
}

#[test]
fn an_echo_that_trims_reformats_or_adds_is_no_difference() {
    let same = shown(
        r#"{"data":{"id":1,"campaign_id":"7","phone_number":"493023125001","variables":{"city":" Köln ","first":"Ada","extra":"x"},"secondary_contacts":[{"id":1},{"id":2}]}}"#,
    );
    assert_eq!(Autocalls::default().differences(&body(), &same), Differences { found: vec![], comparable: true });
    let only_id = shown(r#"{"data":{"id":1}}"#);
    assert_eq!(Autocalls::default().differences(&body(), &only_id), Differences { found: vec![], comparable: false });
}

#[test]
fn an_echo_that_lost_something_says_exactly_what() {
    let lost = shown(r#"{"data":{"id":1,"phone_number":"+493023125002","variables":[],"secondary_contacts":[]}}"#);
    let differences = Autocalls::default().differences(&body(), &lost).found;
    assert_eq!(differences.len(), 4, "{differences:?}");
    assert!(differences[1].contains("city") && differences[1].contains("not there"), "{differences:?}");
}

#[test]
fn an_update_sends_the_variables_alone() {
    let update = Autocalls::default().update(&target(), "12", &body());
    assert_eq!((update.method, update.path.as_str()), (Method::Put, "/user/leads/12"));
    let sent: Value = serde_json::from_str(&update.body.unwrap()).unwrap();
    assert_eq!(sent, json!({ "variables": serde_json::from_str::<Value>(&body()).unwrap()["variables"] }));
    let delete = Autocalls::default().delete(&target(), "12/../13");
    assert_eq!((delete.method, delete.path.as_str()), (Method::Delete, "/user/leads/12%2F..%2F13"));
}

#[test]
fn an_answer_to_a_change_says_whether_it_is_done() {
    let read = |status, text: &str| Autocalls::default().read_change(status, text.as_bytes(), Ability::Update);
    assert_eq!(read(200, r#"{"message":"Lead deleted"}"#), Changed::Done);
    assert_eq!(read(204, ""), Changed::Done);
    assert!(matches!(read(404, r#"{"message":"Lead not found"}"#), Changed::Gone(_)));
    assert!(
        matches!(read(404, "<html>not found</html>"), Changed::Unreadable(_)),
        "a page of a web server proves nothing"
    );
    assert!(matches!(read(401, r#"{"message":"Unauthenticated."}"#), Changed::BadToken(_)));
    assert!(matches!(read(422, r#"{"message":"Lead is being called"}"#), Changed::Refused(_)));
    assert!(matches!(read(200, "<html>"), Changed::Unreadable(_)));
}

#[test]
fn an_entry_that_says_it_is_secondary_is_no_lead_whatever_its_number() {
    let wanted = Identity::Phone(Phone::from_e164("+493023125001").unwrap());
    let entry = |more: &str| {
        let list = format!(r#"[{{"id":12,"campaign_id":7,"phone_number":"+493023125001"{more}}}]"#);
        Autocalls::default().read_page(PageAt::new(ListOf::Everybody, 1), list.as_bytes()).unwrap().leads.remove(0)
    };
    for marker in [
        r#""parent_id":5"#,
        r#""parent_lead_id":"5""#,
        r#""primary_lead_id":5"#,
        r#""lead_id":5"#,
        r#""is_secondary":true"#,
        r#""is_secondary":1"#,
        r#""is_primary":false"#,
        r#""is_primary":0"#,
        r#""type":"Secondary""#,
    ] {
        let entry = entry(&format!(",{marker}"));
        assert_eq!(Autocalls::default().matches(&target(), &wanted, &entry), Match::No, "{marker}");
        assert_eq!(Autocalls::default().identity_of(&entry), None, "{marker}");
    }
    for no_marker in [
        "",
        r#","parent_id":null"#,
        r#","lead_id":12"#,
        r#","lead_id":0"#,
        r#","is_secondary":false"#,
        r#","is_primary":true"#,
        r#","type":"lead""#,
    ] {
        assert_eq!(Autocalls::default().matches(&target(), &wanted, &entry(no_marker)), Match::Yes, "{no_marker}");
    }
}
