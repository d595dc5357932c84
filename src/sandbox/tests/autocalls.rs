//! Claims about the sandbox's Autocalls endpoints, by real HTTP.

use super::*;
use crate::sandbox::{CampaignListShape, DuplicateAnswer, LeadListShape, OpenCampaigns, Quirk, SandboxCampaign};

#[tokio::test]
async fn the_account_tells_who_it_is_and_what_is_left() {
    let rig = Rig::new(|options| options.balance = 12.5).await;
    let (status, body) = rig.get("/api/user/me").await;
    assert_eq!(status, 200);
    assert_eq!(body, json!({ "name": "Sandbox", "email": "sandbox@example.com", "total_balance": 12.5 }));
}

#[tokio::test]
async fn campaigns_come_as_a_bare_array_or_wrapped_as_chosen() {
    let (_, body) = Rig::plain().await.get("/api/user/campaigns").await;
    let names: Vec<_> = body.as_array().unwrap().iter().map(|one| (&one["id"], &one["name"], &one["status"])).collect();
    assert_eq!(
        json!(names),
        json!([[7, "Spring campaign", "paused"], [8, "Autumn campaign", "draft"], [9, "Live campaign", "in-progress"]])
    );
    let wrapped = Rig::new(|options| options.campaign_list = CampaignListShape::CampaignsObject).await;
    assert_eq!(wrapped.get("/api/user/campaigns").await.1["campaigns"], body);
}

#[tokio::test]
async fn assistants_have_variables_with_defaults() {
    let rig = Rig::new(|options| options.assistant_variables = vec!["first_name".to_owned()]).await;
    let (status, body) = rig.get("/api/user/assistants/outbound").await;
    assert_eq!((status, &body[0]["variables"]), (200, &json!({ "first_name": "" })));
    let (_, body) = Rig::plain().await.get("/api/user/assistants/outbound").await;
    assert_eq!(body[0]["variables"], json!([]));
}

#[tokio::test]
async fn a_created_lead_is_answered_whole_and_kept() {
    let rig = Rig::plain().await;
    let request = json!({
        "phone_number": ONE, "campaign_id": 7, "variables": { "zip": "00123", "n": 1 }, "misspelt": true,
        "secondary_contacts": [{ "phone_number": TWO, "variables": { "first_name": "Grace" } }, { "phone_number": THREE }],
    });
    let (status, body) = rig.post("/api/user/lead", &request).await;
    assert_eq!(status, 200);
    let data = &body["data"];
    assert_eq!(data["phone_number"], ONE);
    assert_eq!(data["variables"], json!({ "zip": "00123", "n": 1 }));
    assert_eq!(
        (&data["status"], &data["campaign"]),
        (&json!("created"), &json!({ "id": 7, "name": "Spring campaign" }))
    );
    assert_eq!(data["created_at"].as_str().unwrap().len(), "2025-06-30 11:53:20".len());
    assert_eq!(data["secondary_contacts"][0]["variables"], json!({ "first_name": "Grace" }));
    let kept = rig.sandbox.leads();
    assert_eq!((kept[0].id.as_str(), kept[0].campaign.as_str()), ("1001", "7"));
    assert_eq!(kept[0].secondaries.iter().map(|one| one.phone.as_str()).collect::<Vec<_>>(), [TWO, THREE]);
}

#[tokio::test]
async fn faulty_requests_are_answered_as_laravel_does() {
    let rig = Rig::plain().await;
    let (status, body) = rig.post("/api/user/lead", &json!({ "phone_number": "030", "campaign_id": 7 })).await;
    let text = "The phone number field format is invalid.";
    assert_eq!((status, body), (422, json!({ "message": text, "errors": { "phone_number": [text] } })));
    let (status, body) = rig.post("/api/user/lead", &json!({ "phone_number": ONE, "campaign_id": 70 })).await;
    assert_eq!((status, body), (404, json!({ "message": "Campaign not found" })));
    let (status, body) = rig.create("+12125550199").await;
    assert_eq!((status, &body["message"]), (422, &json!("The phone number is blocked.")));
    assert!(rig.numbers().is_empty());
}

#[tokio::test]
async fn a_number_that_is_there_is_refused_in_the_way_chosen() {
    for (duplicates, status, key, value) in [
        (
            DuplicateAnswer::Taken422,
            422,
            "message",
            json!("The phone number has already been taken for this campaign."),
        ),
        (DuplicateAnswer::Conflict409, 409, "message", json!("A lead with this phone number already exists.")),
        (DuplicateAnswer::Existing200, 200, "message", json!("Lead already exists")),
    ] {
        let rig = Rig::new(|options| options.duplicates = duplicates).await;
        rig.create(ONE).await;
        let (got, body) = rig.create(ONE).await;
        assert_eq!((got, &body[key]), (status, &value));
        assert_eq!(rig.numbers(), [ONE]);
        if duplicates == DuplicateAnswer::Existing200 {
            assert_eq!(body["data"]["id"], 1001);
        }
    }
}

#[tokio::test]
async fn duplicates_are_created_where_the_request_allows_them() {
    let rig = Rig::plain().await;
    let mut request = lead(ONE);
    request["allow_dupplicate"] = json!(true);
    for _ in 0..2 {
        assert_eq!(rig.post("/api/user/lead", &request).await.0, 200);
    }
    assert_eq!(rig.numbers(), [ONE, ONE]);
}

#[tokio::test]
async fn a_list_filters_by_campaign_and_by_a_part_of_the_number() {
    let rig = Rig::plain().await;
    for (number, campaign) in [(ONE, 7), (TWO, 7), (ONE, 8)] {
        rig.post("/api/user/lead", &json!({ "phone_number": number, "campaign_id": campaign })).await;
    }
    let found = async |query: &str| {
        let (status, body) = rig.get(&format!("/api/user/leads?{query}")).await;
        assert_eq!(status, 200);
        body["data"].as_array().unwrap().iter().map(|lead| lead["id"].as_u64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(found("").await, [1003, 1002, 1001]);
    assert_eq!(found("campaign_id=7").await, [1002, 1001]);
    assert_eq!(found("campaign_id=7&phone_number=%2B493023125001").await, [1001]);
    assert_eq!(found("phone_number=25001").await, [1003, 1001]);
    assert_eq!(found("phone_number=999").await, [0; 0]);
    assert_eq!(found("status=called").await, [0; 0]);
    assert_eq!(found("date_from=2001-01-01&date_to=2999-12-31&campaign_id=8").await, [1003]);
    assert_eq!(found("date_to=2001-01-01").await, [0; 0]);
}

#[tokio::test]
async fn a_list_is_a_laravel_page() {
    let rig = Rig::plain().await;
    for number in [ONE, TWO, THREE] {
        rig.create(number).await;
    }
    let (_, body) = rig.get("/api/user/leads?campaign_id=7&per_page=2&page=1").await;
    let next = "/api/user/leads?campaign_id=7&per_page=2&page=2";
    for (field, value) in [
        ("current_page", json!(1)),
        ("last_page", json!(2)),
        ("per_page", json!(2)),
        ("total", json!(3)),
        ("next_page_url", json!(next)),
        ("prev_page_url", Value::Null),
        ("from", json!(1)),
        ("to", json!(2)),
    ] {
        assert_eq!(body[field], value, "{field}");
    }
    let (_, body) = rig.get(next).await;
    assert_eq!(
        (&body["data"][0]["id"], &body["next_page_url"], &body["from"]),
        (&json!(1001), &Value::Null, &json!(3))
    );
    let (_, empty) = rig.get("/api/user/leads?phone_number=999").await;
    assert_eq!((&empty["last_page"], &empty["total"], &empty["from"]), (&json!(1), &json!(0), &Value::Null));
}

#[tokio::test]
async fn a_page_holds_15_unless_asked_and_100_at_most() {
    let rig = Rig::plain().await;
    assert_eq!(rig.get("/api/user/leads").await.1["per_page"], 15);
    for wrong in ["0", "101", "many"] {
        let (status, body) = rig.get(&format!("/api/user/leads?per_page={wrong}")).await;
        assert_eq!((status, body["errors"]["per_page"].is_array()), (422, true), "{wrong}");
    }
}

#[tokio::test]
async fn lists_have_the_older_shapes_when_chosen() {
    let older = Rig::new(|options| options.lead_list = LeadListShape::LeadsObject).await;
    older.create(ONE).await;
    assert_eq!(older.get("/api/user/leads").await.1["leads"][0]["phone_number"], ONE);
    let bare = Rig::new(|options| options.lead_list = LeadListShape::BareArray).await;
    bare.create(ONE).await;
    assert_eq!(bare.get("/api/user/leads").await.1[0]["phone_number"], ONE);
}

#[tokio::test]
async fn a_lead_is_updated_by_merging_and_deleted_once() {
    let rig = Rig::plain().await;
    rig.create(ONE).await;
    let (status, body) =
        rig.put("/api/user/leads/1001", &json!({ "variables": { "city": "Berlin" }, "status": "stopped" })).await;
    assert_eq!((status, &body["data"]["status"]), (200, &json!("stopped")));
    assert_eq!(body["data"]["variables"], json!({ "first_name": "Ada", "city": "Berlin" }));
    assert_eq!(rig.put("/api/user/leads/1001", &json!({ "campaign_id": 70 })).await.0, 404);
    assert_eq!(rig.delete("/api/user/leads/1001").await.0, 200);
    let gone = (404, json!({ "message": "Lead not found" }));
    assert_eq!(rig.delete("/api/user/leads/1001").await, gone);
    assert_eq!(rig.put("/api/user/leads/1001", &json!({})).await, gone);
    assert_eq!(rig.delete("/api/user/leads/x").await, gone);
}

#[tokio::test]
async fn without_a_balance_nothing_is_created() {
    for status in [400, 402, 422] {
        let rig = Rig::new(|options| {
            options.balance = 0.0;
            options.insufficient_balance_status = status;
        })
        .await;
        assert_eq!(rig.create(ONE).await, (status, json!({ "message": "Insufficient balance." })));
        assert!(rig.numbers().is_empty());
    }
}

#[tokio::test]
async fn in_a_rehearsal_any_campaign_exists() {
    let rig = Rig::new(|options| options.open_campaigns = OpenCampaigns::AnyId).await;
    let (status, body) = rig.post("/api/user/lead", &json!({ "phone_number": ONE, "campaign_id": 4711 })).await;
    assert_eq!((status, &body["data"]["campaign"]["name"]), (200, &json!("Campaign 4711")));
    let by_name = rig.sandbox.ensure_campaign("Herbst 2025");
    assert_eq!(rig.sandbox.ensure_campaign(" herbst 2025 "), by_name);
    assert_eq!(rig.sandbox.ensure_campaign("Autumn campaign"), 8);
    assert_eq!(rig.sandbox.ensure_campaign("12"), 12);
    assert!(rig.sandbox.campaigns().contains(&SandboxCampaign::new(by_name, "Herbst 2025", "paused")));
    let (_, campaigns) = rig.get("/api/user/campaigns").await;
    assert!(campaigns.as_array().unwrap().iter().any(|campaign| campaign["name"] == "Herbst 2025"));
}

#[tokio::test]
async fn quirks_change_what_is_answered_but_not_what_is_created() {
    let quirky = async |quirk| {
        let rig = Rig::new(|options| options.quirks.push(quirk)).await;
        let (status, body) = rig.create(ONE).await;
        assert_eq!((status, rig.numbers()), (200, vec![ONE.to_owned()]));
        rig.create(TWO).await;
        let (_, list) = rig.get("/api/user/leads?phone_number=25001").await;
        (body, list)
    };
    let (body, list) = quirky(Quirk::DropVariables).await;
    assert_eq!((&body["data"]["variables"], &list["data"][0]["variables"]), (&json!({}), &json!({})));
    assert_eq!(quirky(Quirk::EchoOnlyId).await.0["data"], json!({ "id": 1001 }));
    assert_eq!(quirky(Quirk::WrappedInArray).await.0[0]["data"]["id"], 1001);
    assert_eq!(quirky(Quirk::TextIds).await.0["data"]["id"], "1001");
    let (body, list) = quirky(Quirk::NumbersWithoutPlus).await;
    assert_eq!(
        (&body["data"]["phone_number"], &list["data"][0]["phone_number"]),
        (&json!(&ONE[1..]), &json!(&ONE[1..]))
    );
    let (_, list) = quirky(Quirk::ListIgnoresFilter).await;
    assert_eq!(list["total"], 2);
    let (body, _) = quirky(Quirk::IsoTimestamps).await;
    assert!(body["data"]["created_at"].as_str().unwrap().ends_with('Z'));
}
