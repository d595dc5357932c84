//! Claims about the sandbox's `PollyBot` endpoints, by real HTTP.

use super::*;
use crate::sandbox::{Fault, Faults, Quirk};

const LEADS: &str = "/api/v1/chatbots/demo/leads";

fn ada() -> Value {
    json!({
        "name": "Ada Invented", "email": "ada@example.com", "phone": "+447700900123",
        "metadata": { "utm": { "source": "x" }, "tags": ["a", "b"] },
    })
}

#[tokio::test]
async fn a_created_lead_is_answered_with_201_and_can_be_shown() {
    let rig = Rig::plain().await;
    let (status, body) = rig.post(LEADS, &ada()).await;
    assert_eq!((status, &body["success"]), (201, &json!(true)));
    let data = &body["data"];
    assert_eq!((&data["email"], &data["status"]), (&json!("ada@example.com"), &json!("new")));
    assert_eq!(data["metadata"], ada()["metadata"]);
    let id = data["id"].as_str().unwrap();
    assert_eq!(rig.get(&format!("{LEADS}/{id}")).await.1["data"], *data);
    assert_eq!(rig.get(&format!("{LEADS}/lead_99")).await.1["code"], "NOT_FOUND");
    let kept = &rig.sandbox.leads()[0];
    assert_eq!((kept.email.as_deref(), kept.campaign.as_str()), (Some("ada@example.com"), "demo"));
}

#[tokio::test]
async fn the_address_without_a_chatbot_creates_too() {
    let rig = Rig::plain().await;
    assert_eq!(rig.post("/api/v1/leads", &ada()).await.0, 201);
    let mut named = ada();
    named["email"] = json!("other@example.com");
    named["chatbotId"] = json!("bot-2");
    assert_eq!(rig.post("/api/v1/leads", &named).await.1["data"]["chatbotId"], "bot-2");
}

#[tokio::test]
async fn a_wrong_field_is_named_with_its_value() {
    let rig = Rig::plain().await;
    for (field, value) in [
        ("name", json!("")),
        ("email", json!("ada at example")),
        ("email", Value::Null),
        ("status", json!("happy")),
        ("phone", json!("+1 212 555 0199")),
        ("source", json!(7)),
    ] {
        let mut request = ada();
        request[field] = value.clone();
        let (status, body) = rig.post(LEADS, &request).await;
        assert_eq!((status, &body["code"]), (400, &json!("VALIDATION_ERROR")), "{field}");
        assert_eq!(body["details"]["field"], field);
    }
    assert!(rig.sandbox.leads().is_empty());
}

#[tokio::test]
async fn an_email_is_created_once_in_the_workspace() {
    let rig = Rig::new(|options| options.duplicate_email_status = 400).await;
    let (_, first) = rig.post(LEADS, &ada()).await;
    let mut again = ada();
    again["email"] = json!(" ADA@example.com");
    let (status, body) = rig.post("/api/v1/chatbots/other/leads", &again).await;
    assert_eq!((status, &body["code"]), (400, &json!("DUPLICATE_EMAIL")));
    assert_eq!(body["details"]["existingLeadId"], first["data"]["id"]);
}

#[tokio::test]
async fn a_list_has_pages_and_searches_names_and_emails() {
    let rig = Rig::plain().await;
    for index in 0..3 {
        let request = json!({ "name": format!("Person {index}"), "email": format!("p{index}@example.com") });
        rig.post(LEADS, &request).await;
    }
    let (_, body) = rig.get(&format!("{LEADS}?page=2&limit=2")).await;
    let pagination = json!({ "page": 2, "limit": 2, "total": 3, "totalPages": 2, "hasNext": false, "hasPrev": true });
    assert_eq!(
        (&body["data"]["pagination"], &body["data"]["leads"][0]["email"]),
        (&pagination, &json!("p0@example.com"))
    );
    let (_, found) = rig.get(&format!("{LEADS}?search=P1%40EXAMPLE")).await;
    assert_eq!(found["data"]["pagination"]["total"], 1);
    assert_eq!(rig.get("/api/v1/chatbots/other/leads").await.1["data"]["pagination"]["total"], 0);
}

#[tokio::test]
async fn a_lead_is_updated_by_merging_and_deleted_once() {
    let rig = Rig::plain().await;
    let id = rig.post(LEADS, &ada()).await.1["data"]["id"].as_str().unwrap().to_owned();
    let path = format!("{LEADS}/{id}");
    let (status, body) = rig.put(&path, &json!({ "status": "qualified", "metadata": { "score": 5 } })).await;
    assert_eq!(
        (status, &body["data"]["status"], &body["data"]["name"]),
        (200, &json!("qualified"), &json!("Ada Invented"))
    );
    assert_eq!(body["data"]["metadata"], json!({ "utm": { "source": "x" }, "tags": ["a", "b"], "score": 5 }));
    assert_eq!(rig.delete(&path).await.0, 200);
    assert_eq!(rig.delete(&path).await.0, 404);
}

#[tokio::test]
async fn a_missing_and_a_wrong_token_have_codes_of_their_own() {
    let rig = Rig::new(|options| options.token = Some("sk-workspace_invented".to_owned())).await;
    let bare = rig.http.get(format!("{}{LEADS}", rig.sandbox.base_url()));
    let (status, body) = read(bare).await;
    assert_eq!((status, &body["code"]), (401, &json!("MISSING_AUTH_HEADER")));
    let (status, body) = rig.get(LEADS).await;
    assert_eq!((status, &body["code"]), (401, &json!("INVALID_API_KEY")));
}

#[tokio::test]
async fn quirks_and_faults_hold_here_too() {
    let rig = Rig::new(|options| {
        options.quirks = vec![Quirk::DropVariables, Quirk::NumbersWithoutPlus];
        options.create_faults = Faults::script([Some(Fault::ResetAfter), None, Some(Fault::TruncatedJson)]);
    })
    .await;
    let unanswered = rig.request(Method::POST, LEADS).body(ada().to_string()).send().await;
    assert!(unanswered.is_err());
    assert_eq!(rig.post(LEADS, &ada()).await.1["code"], "DUPLICATE_EMAIL");
    let (status, body) = rig.post(LEADS, &json!({ "name": "Bo", "email": "bo@example.com" })).await;
    assert_eq!((status, body.is_string()), (201, true), "cut JSON is no JSON");
    let (_, list) = rig.get(LEADS).await;
    assert_eq!(list["data"]["leads"][1]["phone"], "447700900123");
    assert_eq!(list["data"]["leads"][1]["metadata"], json!({}));
}
