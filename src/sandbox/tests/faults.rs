//! Claims about each fault of the sandbox, by real HTTP.

use std::error::Error as _;
use std::io;

use jiff::Timestamp;

use super::*;
use crate::clock::REQUEST_HEADER;
use crate::sandbox::{Effect, Fault, Faults, Quirk, RetryForm};

/// A rig whose first create meets `fault`.
async fn rig_with(fault: Fault) -> Rig {
    Rig::new(|options| options.create_faults = Faults::script([Some(fault)])).await
}

/// The first system error among an error's causes.
fn io_kind(error: &reqwest::Error) -> Option<io::ErrorKind> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return Some(error.kind());
        }
        cause = error.source();
    }
    None
}

#[tokio::test]
async fn a_reset_leaves_no_answer_and_has_its_effect_or_not() {
    for (fault, created) in [(Fault::ResetBefore, 0), (Fault::ResetAfter, 1)] {
        let rig = rig_with(fault).await;
        let error = rig.attempt(ONE).send().await.unwrap_err();
        assert_eq!(io_kind(&error), Some(io::ErrorKind::ConnectionReset), "{error:?}");
        assert_eq!(rig.numbers().len(), created);
        assert_eq!(rig.create(TWO).await.0, 200, "the next connection works");
    }
}

#[tokio::test]
async fn a_half_answer_breaks_off_inside_its_body() {
    let rig = rig_with(Fault::HalfAnswer).await;
    let mut answer = rig.attempt(ONE).send().await.unwrap();
    let announced = answer.content_length().unwrap();
    assert_eq!(answer.status(), 200);
    let mut got = 0;
    let error = loop {
        match answer.chunk().await {
            Ok(Some(chunk)) => got += chunk.len() as u64,
            Ok(None) => panic!("the body came to an orderly end"),
            Err(error) => break error,
        }
    };
    assert!(error.is_body() || error.is_decode(), "{error:?}");
    assert_eq!(got, announced / 2);
    assert_eq!(rig.numbers(), [ONE]);
}

#[tokio::test]
async fn a_hang_lasts_as_long_as_the_client_waits_and_has_its_effect_or_not() {
    for (fault, created) in [(Fault::HangBefore, 0), (Fault::HangAfter, 1)] {
        let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
        let faults = Faults::script([Some(fault)]);
        let rig = Rig::on(clock.clone(), |options| options.create_faults = faults).await;
        let driver = tokio::spawn({
            let clock = clock.clone();
            async move { clock.auto_advance().await }
        });
        let busy = clock.busy();
        let answer =
            clock.timeout(seconds(30), rig.attempt(ONE).header(REQUEST_HEADER, busy.id().unwrap()).send()).await;
        drop(busy);
        assert!(answer.is_none());
        assert_eq!((clock.now(), rig.numbers().len()), (seconds(30), created));
        driver.abort();
    }
}

#[tokio::test]
async fn a_late_commit_comes_true_after_its_delay() {
    let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
    let faults = Faults::script([Some(Fault::LateCommit(seconds(40)))]);
    let rig = Rig::on(clock.clone(), |options| options.create_faults = faults).await;
    assert!(rig.attempt(ONE).send().await.is_err());
    clock.advance(seconds(39));
    assert_eq!(rig.get("/api/user/leads").await.1["total"], 0);
    clock.advance(seconds(5));
    assert_eq!(rig.get("/api/user/leads").await.1["total"], 1);
    assert_eq!(rig.sandbox.leads()[0].created_at, Timestamp::from_second(40).unwrap());
}

#[tokio::test]
async fn a_resend_that_overtakes_a_late_commit_is_not_created_twice() {
    let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
    let faults = Faults::script([Some(Fault::LateCommit(seconds(40)))]);
    let rig = Rig::on(clock.clone(), |options| options.create_faults = faults).await;
    assert!(rig.attempt(ONE).send().await.is_err());
    assert_eq!(rig.create(ONE).await.0, 200);
    clock.advance(seconds(60));
    assert_eq!(rig.numbers(), [ONE]);
}

#[tokio::test]
async fn an_error_status_comes_before_or_after_the_effect() {
    for (status, effect, created) in [(500, Effect::Before, 0), (503, Effect::After, 1), (408, Effect::After, 1)] {
        let rig = rig_with(Fault::Status(status, effect)).await;
        assert_eq!(rig.create(ONE).await, (status, json!({ "message": "Server Error" })));
        assert_eq!(rig.numbers().len(), created);
    }
}

#[tokio::test]
async fn too_many_requests_says_when_to_come_back_in_every_form() {
    let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
    let forms = [
        (RetryForm::Seconds(30), Some("30"), json!(30)),
        (RetryForm::Date(90), Some("Thu, 01 Jan 1970 00:01:30 GMT"), Value::Null),
        (RetryForm::Body(7), None, json!(7)),
        (RetryForm::Silent, None, Value::Null),
        (RetryForm::Raw("soon".to_owned()), Some("soon"), Value::Null),
    ];
    for (form, header, body_field) in forms {
        let faults = Faults::script([Some(Fault::TooManyRequests(form))]);
        let rig = Rig::on(clock.clone(), |options| options.create_faults = faults).await;
        let answer = rig.attempt(ONE).send().await.unwrap();
        assert_eq!(answer.status(), 429);
        assert_eq!(answer.headers().get("retry-after").map(|value| value.to_str().unwrap()), header);
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!((&body["message"], &body["retry_after"]), (&json!("Too Many Attempts."), &body_field));
        assert!(rig.numbers().is_empty());
    }
}

#[tokio::test]
async fn pages_for_people_come_as_a_redirect_or_as_a_success() {
    let rig = Rig::new(|options| {
        options.create_faults = Faults::script([Some(Fault::Redirect), Some(Fault::HtmlOk)]);
    })
    .await;
    let answer = rig.attempt(ONE).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["location"].to_str().unwrap()), (302, "/login"));
    let answer = rig.attempt(ONE).send().await.unwrap();
    assert_eq!(
        (answer.status().as_u16(), answer.headers()["content-type"].to_str().unwrap()),
        (200, "text/html; charset=utf-8")
    );
    assert!(answer.text().await.unwrap().starts_with("<!DOCTYPE html>"));
    assert!(rig.numbers().is_empty());
}

#[tokio::test]
async fn truncated_json_is_a_complete_answer_that_cannot_be_read() {
    let rig = rig_with(Fault::TruncatedJson).await;
    let answer = rig.attempt(ONE).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let text = answer.text().await.unwrap();
    assert!(text.starts_with('{') && serde_json::from_str::<Value>(&text).is_err());
    assert_eq!(rig.numbers(), [ONE]);
}

#[tokio::test]
async fn a_token_or_a_balance_that_dies_stays_dead() {
    let rig = Rig::new(|options| options.create_faults = Faults::script([None, Some(Fault::TokenDies)])).await;
    assert_eq!(rig.create(ONE).await.0, 200);
    for _ in 0..2 {
        assert_eq!(rig.create(TWO).await, (401, json!({ "message": "Unauthenticated." })));
    }
    assert_eq!(rig.get("/api/user/me").await.0, 401);
    let rig = rig_with(Fault::BalanceDies).await;
    for _ in 0..2 {
        assert_eq!(rig.create(TWO).await, (402, json!({ "message": "Insufficient balance." })));
    }
    assert_eq!(rig.get("/api/user/me").await.1["total_balance"], 0.0);
}

#[tokio::test]
async fn a_platform_can_turn_quirky_in_the_middle_of_a_run() {
    let turn = Some(Fault::Turns(Quirk::DropVariables));
    let rig = Rig::new(|options| options.create_faults = Faults::script([None, turn])).await;
    assert_eq!(rig.create(ONE).await.1["data"]["variables"], json!({ "first_name": "Ada" }));
    assert_eq!(rig.create(TWO).await.1["data"]["variables"], json!({}));
    assert_eq!(rig.create(THREE).await.1["data"]["variables"], json!({}));
}

#[tokio::test]
async fn lists_and_changes_have_faults_of_their_own() {
    let rig = Rig::new(|options| {
        options.list_faults = Faults::script([Some(Fault::Status(502, Effect::Before))]);
        options.change_faults = Faults::script([Some(Fault::ResetAfter)]);
    })
    .await;
    assert_eq!(rig.create(ONE).await.0, 200);
    assert_eq!(rig.get("/api/user/leads").await.0, 502);
    assert_eq!(rig.get("/api/user/leads").await.1["total"], 1);
    assert!(rig.request(Method::DELETE, "/api/user/leads/1001").send().await.is_err());
    assert_eq!(rig.delete("/api/user/leads/1001").await.0, 404, "it was deleted before its answer was lost");
}
