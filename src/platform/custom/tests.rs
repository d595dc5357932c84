//! Claims about descriptions: what is refused, what becomes of a lead's text, and what answers mean.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::lead::Contact;
use crate::mapping::Person;
use crate::platform::Pagination;
use crate::target::Host;

const EXAMPLE: &str = include_str!("../../../examples/platforms/hubspot-shaped.toml");

fn custom(text: &str) -> Custom {
    Custom::parse("crm.toml", text, &[]).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn example() -> Custom {
    custom(EXAMPLE)
}

/// The example without this, and with that instead.
fn changed(from: &str, to: &str) -> String {
    assert!(EXAMPLE.contains(from), "{from}");
    EXAMPLE.replacen(from, to, 1)
}

fn target(custom: &Custom) -> Target {
    let host = Host::Url("https://api.example.com".to_owned());
    Target { family: custom.family(), host, place: crate::target::NO_CAMPAIGN.to_owned() }
}

fn phone() -> Phone {
    Phone::from_e164("+493023125001").unwrap()
}

fn body(custom: &Custom, variables: &str, secondaries: &[Contact]) -> String {
    let (target, person) = (target(custom), Person::default());
    custom.body(&Content { target: &target, primary: Some(phone()), person: &person, variables, secondaries })
}

#[test]
fn a_wrong_description_is_refused_with_its_place_and_what_to_do() {
    let mut wrong = Vec::new();
    for (from, to, words) in [
        ("base_url =", "base_ulr =", "base_ulr: means nothing here; did you mean \"base_url\"?"),
        ("[limits]", "[limit]", "limit: means nothing here; did you mean \"limits\"?"),
        ("settle = ", "settel = ", "line 19: limits.settel: means nothing here; did you mean \"settle\"?"),
        (
            "\"{phone}\"\nlifecyclestage",
            "\"{phon}\"\nlifecyclestage",
            "line 29: create.body.properties.phone: {phon} is no field here; did you mean \"phone\"?",
        ),
        ("\"{phone}\"\nlifecyclestage", "\"{id}\"\nlifecyclestage", "{id} is no field here"),
        ("\"{phone}\"\nlifecyclestage", "\"{phone\"\nlifecyclestage", "a brace without its other half"),
        ("phone = \"{phone}\"\n", "", "\"body\" has no {phone}"),
        ("id = \"/id\"", "id = \"id\"", "create.answers[1].id: \"id\" is no JSON pointer"),
        ("means = \"created\"", "means = \"made\"", "\"made\" means nothing here; There are: created, exists"),
        ("status = [201]", "status = [400]", "only an answer with a status from 200 to 299"),
        ("status = [409]", "status = [503]", "may be there or not, and stays in doubt"),
        ("status = [409]", "status = [\"5xx\"]", "may be there or not"),
        ("status = [409]", "status = [429]", "is understood already"),
        ("status = [400, 422]", "status = [200]", "say by \"when\""),
        ("status = [409]", "status = []", "names no status"),
        ("status = [201]\nid = \"/id\"", "status = [201]", "\"id\" is missing"),
        ("message = \"/message\"", "", "say by \"message\""),
        (
            "path = \"/crm/v3/objects/contacts\"\n\n[create",
            "path = \"crm/v3\"\n\n[create",
            "is not a path behind base_url",
        ),
        (
            "path = \"/crm/v3/objects/contacts\"\n\n[create",
            "path = \"/crm/../contacts\"\n\n[create",
            "is not a path behind base_url",
        ),
        ("value = \"{phone}\"", "value = \"x\"", "look_up: does not ask for a number"),
        ("path = \"/crm/v3/objects/contacts/search\"", "path = \"/search/{phone}\"", "{phone} is no field here"),
        ("after = \"{cursor}\"\n", "", "pages are asked for by {cursor}"),
        ("next = \"/paging/next/after\"\n", "", "\"next\" is missing"),
        ("page_size = 100\n", "", "look_up: \"page_size\" is missing"),
        ("pages = \"cursor\"", "pages = \"curser\"", "did you mean \"cursor\"?"),
        ("phone = \"/properties/phone\"\n", "", "[lead] should say"),
        ("/{id}\"\nwithout", "\"\nwithout", "no place has the {id}"),
        ("done = [204]", "done = [404]", "only a status from 200 to 299"),
        ("name = \"hubspot-shaped\"", "name = \"Hub\"", "should be up to 32 of a-z"),
        ("name = \"hubspot-shaped\"", "name = \"famulor\"", "means something else already"),
        ("https://api.example.com", "http://api.example.com", "is not encrypted"),
        ("calls_at_once = false", "calls_at_once = \"no\"", "should be true or false, not a text"),
        ("untouched = [\"lead\"]", "", "both, or none"),
        ("lifecyclestage = \"lead\"\n\"*", "when = 2026-11-21\n\"*", "JSON has no dates"),
        ("shows = { \"/properties\"", "shows = { \"properties\"", "is no JSON pointer"),
        ("test = {", "tset = {", "token.tset: means nothing here; did you mean \"test\"?"),
        (
            "status = [201]\nid",
            "status = [201]\nwhen = { \"/ok\" = true }\nid",
            "token: by [create] a status from 200 to 299 alone does not say",
        ),
        ("without = [\"/properties/phone\"", "without = [\"\"", "is all of create.body, or stands in a list"),
        ("[limits]", "[headers]\nHost = \"x\"\n[limits]", "the header Host is made by the program"),
        ("[limits]", "[headers]\nauthorization = \"x\"\n[limits]", "is the header of the token"),
        ("[limits]", "[limits", "not valid TOML"),
        ("path = \"/crm/v3/objects/contacts/{id}\"\ndone", "path = \"/{campaign}/{id}\"\ndone", "without a campaign"),
    ] {
        let error = Custom::parse("crm.toml", &changed(from, to), &[])
            .map_or_else(|error| error.to_string(), |_| "taken".to_owned());
        if !error.starts_with("crm.toml, line ") || !error.contains(words) {
            wrong.push(format!("{to}\n  {error}\n  not {words:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn where_leads_have_campaigns_a_list_must_show_them_or_be_of_one() {
    let create = "path = \"/crm/v3/objects/contacts\"\n\n[create";
    let with_campaign = changed(create, "path = \"/{campaign}/contacts\"\n\n[create");
    let error = Custom::parse("crm.toml", &with_campaign, &[]).unwrap_err().to_string();
    assert!(error.contains("may show leads of other campaigns"), "{error}");
    let shown = with_campaign.replace("created_at = ", "campaign = \"/list\"\ncreated_at = ");
    assert!(custom(&shown).takes_campaigns() && !example().takes_campaigns());
}

#[test]
fn a_description_may_stand_within_another_file() {
    let inner = EXAMPLE.replace("\n[", "\n[custom.").replace("[custom.[", "[[custom.");
    let text = format!("platform = 'custom'\n[custom]\n{inner}");
    assert_eq!(Custom::parse("c.toml", &text, &["custom"]).unwrap().name(), example().name());
    assert!(Custom::parse("c.toml", &text, &["profiles"]).is_err());
}

proptest! {
    #[test]
    fn whatever_stands_in_a_cell_it_stays_one_text_of_the_request(name in ".{0,12}", value in ".{0,24}") {
        let variables = serde_json::to_string(&json!({ (name.clone()): value })).unwrap();
        let text = changed("lifecyclestage = \"lead\"\n\"*", "lifecyclestage = \"<{variables.a?}>\"\n\"*");
        let sent: Value = serde_json::from_str(&body(&custom(&text), &variables, &[])).unwrap();
        let properties = sent["properties"].as_object().unwrap();
        let own = ["phone", "lifecyclestage"].contains(&name.as_str());
        prop_assert_eq!(properties.len(), if own { 2 } else { 3 });
        prop_assert_eq!(&properties["phone"], "+493023125001");
        if !own {
            prop_assert_eq!(properties[&name].as_str(), Some(value.as_str()));
        }
        let path = custom(&text).delete(&target(&example()), &value).path;
        prop_assert_eq!(path.matches('/').count(), 5, "{}", path);
        prop_assert!(!path.contains(['?', '#', ' ']), "{}", path);
    }
}

#[test]
fn names_are_sorted_values_keep_their_digits_and_what_is_missing_is_left_out() {
    let parts = "z = \"{variables.number}\"\na = [1, true, 1.5, \"{{{variables.number}}}\", \"{variables.none?}\"]\nnone = \"{variables.none?}\"\nb = \"{phone.digits}\"";
    let text = changed("lifecyclestage = \"lead\"\n\"*\" = \"{variables}\"", parts);
    let custom = custom(&text.replace(", \"/properties/lifecyclestage\"]", "]"));
    assert_eq!(
        body(&custom, r#"{"number":12345678901234567890.10}"#, &[]),
        r#"{"properties":{"a":[1,true,1.5,"{12345678901234567890.10}"],"b":"493023125001","phone":"+493023125001","z":12345678901234567890.10}}"#
    );
    let places = custom.variable_places().unwrap();
    assert!(places.needed.contains("number") && places.optional.contains("none"));
    assert_eq!(places.others, OtherVariables::LeftOut);
}

#[test]
fn only_an_answer_that_is_described_says_anything_of_a_lead() {
    let custom = example();
    let bodies = [
        "",
        "{}",
        "null",
        "[]",
        "<html>",
        r#"{"id":"7"}"#,
        r#"{"id":".."}"#,
        r#"{"id":null}"#,
        r#"{"message":"x"}"#,
        r#"{"message":" "}"#,
        r#"{"message":"Contact already exists. Existing ID: 123."}"#,
        r#"{"id":"7","message":"x"}"#,
        r#"{"fault":"x"}"#,
    ];
    for status in 100..=599 {
        for body in bodies {
            let answer = custom.read_answer(status, body.as_bytes());
            let fits = match status {
                201 => body.contains(r#""7""#),
                400 | 401 | 403 | 409 | 422 => body.contains("x\"") && body.contains("message") || body.contains("123"),
                _ => false,
            };
            assert_eq!(!matches!(answer, Answer::Unreadable(_)), fits, "{status} {body} {answer:?}");
            assert_eq!(matches!(answer, Answer::Accepted(_)), fits && status == 201, "{status} {body} {answer:?}");
        }
    }
    let Answer::AlreadyThere { id, .. } = custom.read_answer(409, bodies[10].as_bytes()) else { panic!() };
    assert_eq!(id.as_deref(), Some("123"));
}

#[test]
fn a_list_ends_where_it_says_so_and_a_pointer_that_is_wrong_never_ends_one() {
    let page = |custom: &Custom, at, body: &Value| custom.read_page(at, body.to_string().as_bytes());
    let leads = |count: usize| (1..=count).map(|id| json!({ "id": id })).collect::<Vec<_>>();
    let small = EXAMPLE.replace("page_size = 100", "page_size = 2");
    let first = PageAt::new(ListOf::One, 1);
    let more = json!({ "results": leads(2), "paging": { "next": { "after": "2" } } });
    let right = page(&custom(&small), first, &more).unwrap();
    assert_eq!((right.next, right.cursor.as_deref(), right.pagination), (Some(2), Some("2"), Pagination::Told));
    let wrong = custom(&small.replace("/paging/next/after", "/paging/after"));
    let wrong = page(&wrong, first, &more).unwrap();
    assert_eq!((wrong.next, wrong.pagination), (None, Pagination::Untold));
    let last = PageAt { number: 2, cursor: Some("2"), ..first };
    assert_eq!(page(&custom(&small), last, &json!({ "results": leads(2) })).unwrap().pagination, Pagination::Told);
    assert_eq!(page(&custom(&small), first, &json!({ "results": leads(1) })).unwrap().pagination, Pagination::Told);
    let by_offset = |total: &str| {
        let start = small.find("[look_up] ").unwrap();
        let (before, after) = small.split_at(start);
        let offset = after
            .replace("pages = \"cursor\"", "pages = \"offset\"")
            .replace("next = \"/paging/next/after\"", total)
            .replace("{cursor}", "{offset}");
        custom(&format!("{before}{offset}"))
    };
    let told = by_offset("total = \"/total\"");
    let body = json!({ "results": leads(2), "total": 3 });
    assert_eq!(page(&told, first, &body).unwrap().next, Some(2));
    assert_eq!(page(&told, PageAt { number: 2, ..first }, &body).unwrap().next, None);
    assert!(page(&told, first, &json!({ "results": [], "total": 3 })).is_err(), "an empty page before the end");
    assert_eq!(page(&by_offset("total = \"/all\""), first, &body).unwrap().pagination, Pagination::Untold);
    for wrong in [json!({}), json!({ "results": {} }), json!({ "results": [{ "id": ".." }] }), json!([])] {
        assert!(page(&example(), first, &wrong).is_err(), "{wrong}");
    }
}

#[test]
fn a_search_by_post_is_a_question_and_asks_for_the_number_alone() {
    let (custom, identity) = (example(), Identity::Phone(phone()));
    let asked = custom.look_up(&target(&custom), Some(&identity), PageAt::new(ListOf::One, 1));
    assert_eq!(
        (asked.purpose, asked.path.as_str()),
        (super::super::Purpose::Question, "/crm/v3/objects/contacts/search")
    );
    let sent: Value = serde_json::from_str(&asked.body.unwrap()).unwrap();
    assert_eq!(sent["filterGroups"][0]["filters"][0]["value"], "+493023125001");
    assert_eq!(sent.get("after"), None, "there is no cursor yet");
    let next = PageAt { number: 2, cursor: Some("a b&c"), ..PageAt::new(ListOf::Everybody, 2) };
    let path = custom.look_up(&target(&custom), None, next).path;
    assert!(path.contains("?after=a%20b%26c&limit=100"), "{path}");
}

#[test]
fn a_change_is_done_only_with_a_status_that_says_so() {
    let custom = example();
    for status in 200..500 {
        for (of, done) in [(Ability::Update, 200), (Ability::Delete, 204)] {
            let changed = custom.read_change(status, br#"{"message":"x"}"#, of);
            assert_eq!(changed == Changed::Done, status == done, "{status} {of:?}");
            assert_eq!(matches!(changed, Changed::Gone(_)), status == 404, "{status} {of:?}");
            assert_eq!(custom.read_change(404, b"gone", of), Changed::SeemsGone);
            assert!(matches!(custom.read_change(410, b"gone", of), Changed::Unreadable(_)));
        }
    }
    let sent = body(&custom, r#"{"firstname":"Ada"}"#, &[]);
    let update = custom.update(&target(&custom), "a/b", &sent);
    assert_eq!((update.method, update.path.as_str()), (super::super::Method::Patch, "/crm/v3/objects/contacts/a%2Fb"));
    assert_eq!(update.body.as_deref(), Some(r#"{"properties":{"firstname":"Ada"}}"#));
}

#[test]
fn what_a_change_is_to_leave_out_must_be_something_that_can_be_left_out() {
    let parsed = |without: &str| {
        let text =
            changed("lifecyclestage = \"lead\"\n\"*", "list = [\"x\", { a = \"y\" }]\nobject = { a = \"y\" }\n\"*");
        let text = text.replace("without = [\"/properties/phone\", \"/properties/lifecyclestage\"]", without);
        Custom::parse("crm.toml", &text.replace(", \"/properties/lifecyclestage\"]", "]"), &[]).map(|_| ())
    };
    for good in ["/properties", "/properties/list", "/properties/object/a", "/properties/any"] {
        assert!(parsed(&format!("without = [{good:?}]")).is_ok(), "{good}");
    }
    for wrong in ["", "/properties/list/0", "/properties/list/1/a"] {
        let error = parsed(&format!("without = [{wrong:?}]")).unwrap_err().to_string();
        assert!(error.contains("stands in a list"), "{wrong}: {error}");
    }
}

#[test]
fn what_is_shown_is_compared_where_the_description_says() {
    let custom = example();
    let sent = body(&custom, r#"{"city":" Berlin","note":""}"#, &[]);
    let shown = |properties: Value| {
        let answer = json!({ "id": "7", "properties": properties }).to_string();
        let Answer::Accepted(lead) = custom.read_answer(201, answer.as_bytes()) else { panic!("{answer}") };
        custom.differences(&sent, &lead)
    };
    let same = shown(json!({ "phone": "49 30 23125001", "lifecyclestage": "lead", "city": "Berlin", "more": 1 }));
    assert!(same.comparable && same.found.is_empty(), "{same:?}");
    let other = shown(json!({ "phone": "493023125002", "lifecyclestage": "lead" }));
    assert_eq!(other.found.len(), 2, "{other:?}");
    let Answer::Accepted(bare) = custom.read_answer(201, br#"{"id":"7"}"#) else { panic!() };
    assert!(!custom.differences(&sent, &bare).comparable);
}
