//! Claims about the `PollyBot` API: its answers, duplicates and lists.

use super::*;
use crate::platform::ListOf;
use crate::target::Host;

fn answer(status: u16, body: &str) -> Answer {
    Pollybot::default().read_answer(status, body.as_bytes())
}

fn target() -> Target {
    Target { family: Family::Pollybot, host: Host::Sandbox, place: "my bot".to_owned() }
}

#[test]
fn a_created_lead_is_read_with_its_id() {
    let body = r#"{"success":true,"data":{"id":"lead_1","name":"Ada","email":"Ada@Example.com","metadata":{"a":1}}}"#;
    let Answer::Accepted(lead) = answer(201, body) else { panic!("{:?}", answer(201, body)) };
    assert_eq!(lead.id, "lead_1");
    assert_eq!(Pollybot::default().matches(&target(), &Identity::email("ada@example.COM"), &lead), Match::Yes);
    assert_eq!(Pollybot::default().matches(&target(), &Identity::email("ada@example.org"), &lead), Match::No);
}

#[test]
fn a_duplicate_is_known_by_its_code_whatever_the_status() {
    let body = r#"{"success":false,"code":"DUPLICATE_EMAIL","message":"Taken","details":{"email":"a@b.co","existingLeadId":"lead_9"}}"#;
    for status in [200, 400, 409, 422] {
        let Answer::AlreadyThere { id, .. } = answer(status, body) else { panic!("{status}") };
        assert_eq!(id.as_deref(), Some("lead_9"));
    }
}

#[test]
fn refusals_name_the_field() {
    let body = r#"{"success":false,"code":"VALIDATION_ERROR","message":"Invalid","details":{"field":"email","value":"x","message":"Not an e-mail"}}"#;
    let expected = Refused { message: "Invalid — Not an e-mail".to_owned(), field: Some("email".to_owned()) };
    assert_eq!(answer(400, body), Answer::Refused(expected));
    assert!(matches!(answer(401, r#"{"code":"MISSING_AUTH_HEADER","message":"No"}"#), Answer::BadToken(_)));
}

#[test]
fn what_is_not_the_platforms_json_is_unreadable() {
    for (status, body) in
        [(201, "<html>"), (201, r#"{"success":true}"#), (400, "{}"), (200, r#"{"success":false,"message":"x"}"#)]
    {
        assert!(matches!(answer(status, body), Answer::Unreadable(_)), "{status} {body}");
    }
}

#[test]
fn a_space_in_a_chatbots_id_is_encoded_in_the_path() {
    let request =
        Pollybot::default().look_up(&target(), Some(&Identity::email("a+b@example.com")), PageAt::new(ListOf::One, 2));
    assert_eq!(request.path, "/api/v1/chatbots/my%20bot/leads?page=2&limit=100&search=a%2Bb%40example.com");
}

#[test]
fn all_pages_are_named() {
    let page = |text: &str| Pollybot::default().read_page(PageAt::new(ListOf::Everybody, 1), text.as_bytes()).unwrap();
    let first = r#"{"success":true,"data":{"leads":[{"id":"lead_1"}],"pagination":{"page":1,"limit":1,"total":2,"totalPages":2,"hasNext":true}}}"#;
    assert_eq!(page(first).next, Some(2));
    assert_eq!(page(r#"{"data":{"leads":[],"pagination":{"totalPages":0}}}"#).next, None);
    assert_eq!(page(first).pagination, Pagination::Told);
    assert_eq!(page(r#"{"data":{"leads":[]}}"#).pagination, Pagination::Untold);
    assert!(
        Pollybot::default().read_page(PageAt::new(ListOf::Everybody, 2), first.as_bytes()).is_err(),
        "page 1 is no answer to a question for page 2"
    );
    assert!(Pollybot::default().read_page(PageAt::new(ListOf::Everybody, 1), b"{\"data\":{}}").is_err());
}

#[test]
fn an_update_leaves_out_who_the_lead_is_and_how_far_it_came() {
    let body = r#"{"email":"a@example.com","metadata":{"city":"Ruse"},"name":"Ada","status":"new"}"#;
    let update = Pollybot::default().update(&target(), "lead_1", body);
    assert_eq!(update.path, "/api/v1/chatbots/my%20bot/leads/lead_1");
    assert_eq!(update.body.unwrap(), r#"{"metadata":{"city":"Ruse"},"name":"Ada"}"#);
}

#[test]
fn an_answer_to_a_change_says_whether_it_is_done() {
    let read = |status, text: &str| Pollybot::default().read_change(status, text.as_bytes(), Ability::Update);
    assert_eq!(read(200, r#"{"success":true}"#), Changed::Done);
    assert!(matches!(read(404, r#"{"success":false,"error":"Lead not found"}"#), Changed::Gone(_)));
    assert!(matches!(read(200, r#"{"success":false,"code":"VALIDATION_ERROR"}"#), Changed::Refused(_)));
    assert!(matches!(read(401, r#"{"code":"MISSING_AUTH_HEADER"}"#), Changed::BadToken(_)));
    assert!(matches!(read(502, "<html>"), Changed::Unreadable(_)));
}
