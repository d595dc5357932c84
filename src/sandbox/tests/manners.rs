//! What holds for every request: tokens, rates, headers, time, and the socket.

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::clock::REQUEST_HEADER;
use crate::sandbox::{RateHeaders, RecordArrivals, RequestKind};

#[tokio::test]
async fn only_the_loopback_is_served() {
    let rig = Rig::plain().await;
    assert!(rig.sandbox.address().ip().is_loopback());
    assert_eq!(rig.sandbox.base_url(), format!("http://127.0.0.1:{}", rig.sandbox.address().port()));
}

#[tokio::test]
async fn a_stopped_sandbox_frees_its_port_even_while_a_client_is_connected() {
    let rig = Rig::plain().await;
    rig.create(ONE).await;
    let address = rig.sandbox.address();
    rig.sandbox.stop().await;
    let again = Sandbox::start(SandboxOptions::new(Clock::system()), address.port()).await.unwrap();
    assert_eq!(again.address(), address);
    assert!(again.leads().is_empty());
}

#[tokio::test]
async fn a_taken_port_is_an_error() {
    let rig = Rig::plain().await;
    let port = rig.sandbox.address().port();
    let error = Sandbox::start(SandboxOptions::new(Clock::system()), port).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::AddrInUse);
}

#[tokio::test]
async fn any_token_is_good_unless_one_is_set_but_there_must_be_one() {
    let unauthenticated = (401, json!({ "message": "Unauthenticated." }));
    let rig = Rig::plain().await;
    assert_eq!(rig.get("/api/user/me").await.0, 200);
    for header in [None, Some("Bearer "), Some("Basic abc")] {
        let request =
            rig.http.get(format!("{}/api/user/me", rig.sandbox.base_url())).header("accept", "application/json");
        let request = match header {
            Some(header) => request.header("authorization", header),
            None => request,
        };
        assert_eq!(read(request).await, unauthenticated);
    }
    let strict = Rig::new(|options| options.token = Some("another".to_owned())).await;
    assert_eq!(strict.get("/api/user/me").await, unauthenticated);
}

#[tokio::test]
async fn who_does_not_ask_for_json_gets_redirected_on_errors() {
    let rig = Rig::plain().await;
    let ask = async |number: &str| {
        let request = rig.http.post(format!("{}/api/user/lead", rig.sandbox.base_url()));
        let request = request.header("authorization", "Bearer invented").body(lead(number).to_string());
        request.send().await.unwrap()
    };
    let answer = ask("030").await;
    assert_eq!(answer.status(), 302);
    assert_eq!(answer.headers()["content-type"], "text/html; charset=utf-8");
    assert_eq!(ask(ONE).await.status(), 200);
}

#[tokio::test]
async fn an_unknown_address_is_a_404_in_json() {
    let rig = Rig::plain().await;
    for path in ["/", "/api/users/me", "/user/me"] {
        assert_eq!(rig.get(path).await, (404, json!({ "message": "The route could not be found." })));
    }
    assert_eq!(rig.put("/api/user/lead", &json!({})).await.0, 404);
}

#[tokio::test]
async fn a_full_window_refuses_until_it_slides_on() {
    let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
    let rig = Rig::on(clock.clone(), |options| {
        options.rate_limits = vec![(2, seconds(10)), (100, seconds(60))];
        options.record_arrivals = RecordArrivals::Yes;
    })
    .await;
    let remaining = rig.attempt(ONE).send().await.unwrap().headers()["x-ratelimit-remaining"].clone();
    assert_eq!(remaining, "1");
    clock.advance(seconds(4));
    assert_eq!(rig.get("/api/user/me").await.0, 200, "every kind of request counts");
    let answer = rig.attempt(TWO).send().await.unwrap();
    assert_eq!(answer.status(), 429);
    for (header, value) in
        [("retry-after", "6"), ("x-ratelimit-limit", "2"), ("x-ratelimit-remaining", "0"), ("x-ratelimit-reset", "11")]
    {
        assert_eq!(answer.headers()[header], value, "{header}");
    }
    let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(body, json!({ "message": "Too Many Attempts.", "retry_after": 6 }));
    clock.advance(seconds(6));
    assert_eq!(rig.create(TWO).await.0, 200);
    assert_eq!((rig.numbers(), rig.sandbox.refused_for_rate()), (vec![ONE.to_owned(), TWO.to_owned()], 1));
    let kinds = [RequestKind::Create, RequestKind::Account, RequestKind::Create, RequestKind::Create];
    let moments = [0, 4, 4, 10].map(seconds);
    assert_eq!(rig.sandbox.arrivals(), moments.into_iter().zip(kinds).collect::<Vec<_>>());
}

#[tokio::test]
async fn rate_headers_can_be_kept_for_refusals_and_arrivals_are_not_recorded_unasked() {
    let rig = Rig::new(|options| {
        options.rate_limits = vec![(1, seconds(3600))];
        options.rate_headers = RateHeaders::OnRefusals;
    })
    .await;
    assert!(!rig.attempt(ONE).send().await.unwrap().headers().contains_key("x-ratelimit-remaining"));
    let refused = rig.attempt(ONE).send().await.unwrap();
    assert!(refused.headers().contains_key("x-ratelimit-remaining"));
    assert!(rig.sandbox.arrivals().is_empty());
}

#[tokio::test]
async fn latency_passes_in_simulated_time() {
    let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
    let rig = Rig::on(clock.clone(), |options| options.latency = seconds(3)).await;
    let driver = tokio::spawn({
        let clock = clock.clone();
        async move { clock.auto_advance().await }
    });
    let busy = clock.busy();
    let attempt = rig.attempt(ONE).header(REQUEST_HEADER, busy.id().unwrap());
    assert_eq!(attempt.send().await.unwrap().status(), 200);
    drop(busy);
    assert_eq!(clock.now(), seconds(3));
    driver.abort();
}

#[tokio::test]
async fn the_servers_clock_may_be_ahead_of_ours() {
    let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
    let rig = Rig::on(clock, |options| options.clock_offset = SignedDuration::from_secs(90)).await;
    let answer = rig.attempt(ONE).send().await.unwrap();
    assert_eq!(answer.headers()["date"], "Thu, 01 Jan 1970 00:01:30 GMT");
    let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(body["data"]["created_at"], "1970-01-01 00:01:30");
}

#[tokio::test]
async fn a_replica_that_is_behind_does_not_list_what_is_new() {
    let clock = Clock::simulated(Timestamp::UNIX_EPOCH);
    let rig = Rig::on(clock.clone(), |options| options.list_lag = seconds(20)).await;
    rig.create(ONE).await;
    assert_eq!(rig.get("/api/user/leads").await.1["total"], 0);
    clock.advance(seconds(20));
    assert_eq!(rig.get("/api/user/leads").await.1["total"], 1);
}

#[tokio::test]
async fn many_clients_at_once_create_each_lead_once() {
    let rig = Rig::plain().await;
    let attempts = (0..60).map(|index| {
        let number = format!("+4930231250{:02}", index % 20);
        rig.attempt(&number).send()
    });
    let answers = futures::future::join_all(attempts).await;
    let created = answers.iter().filter(|answer| answer.as_ref().unwrap().status() == 200).count();
    assert_eq!((created, rig.numbers().len()), (20, 20));
}
