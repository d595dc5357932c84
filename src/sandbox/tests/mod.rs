//! Claims about the sandbox, tried by real HTTP on the loopback.

mod autocalls;
mod faults;
mod manners;
mod pollybot;

use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, redirect};
use serde_json::{Value, json};

use super::{Sandbox, SandboxOptions};
use crate::clock::Clock;

/// A sandbox and a client that asks it as the uploader does.
struct Rig {
    sandbox: Sandbox,
    http: Client,
}

impl Rig {
    /// Of a platform without faults.
    async fn plain() -> Self {
        Self::new(|_| {}).await
    }

    /// With some options changed.
    async fn new(change: impl FnOnce(&mut SandboxOptions)) -> Self {
        Self::on(Clock::system(), change).await
    }

    async fn on(clock: Clock, change: impl FnOnce(&mut SandboxOptions)) -> Self {
        let mut options = SandboxOptions::new(clock);
        change(&mut options);
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().redirect(redirect::Policy::none()).no_proxy().retry(reqwest::retry::never());
        Self { sandbox: Sandbox::start(options, 0).await.unwrap(), http: http.build().unwrap() }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.sandbox.base_url()));
        request.header("authorization", "Bearer invented").header("accept", "application/json")
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        read(self.request(Method::GET, path)).await
    }

    async fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        read(self.request(Method::POST, path).body(body.to_string())).await
    }

    async fn put(&self, path: &str, body: &Value) -> (u16, Value) {
        read(self.request(Method::PUT, path).body(body.to_string())).await
    }

    async fn delete(&self, path: &str) -> (u16, Value) {
        read(self.request(Method::DELETE, path)).await
    }

    /// Creates a lead in campaign 7.
    async fn create(&self, number: &str) -> (u16, Value) {
        self.post("/api/user/lead", &lead(number)).await
    }

    /// The same, where no answer may come.
    fn attempt(&self, number: &str) -> RequestBuilder {
        self.request(Method::POST, "/api/user/lead").body(lead(number).to_string())
    }

    /// The numbers that were created, Autocalls' in the order of ids.
    fn numbers(&self) -> Vec<String> {
        self.sandbox.leads().into_iter().filter_map(|lead| lead.phone).collect()
    }
}

async fn read(request: RequestBuilder) -> (u16, Value) {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
}

fn lead(number: &str) -> Value {
    json!({ "phone_number": number, "campaign_id": 7, "variables": { "first_name": "Ada" } })
}

const ONE: &str = "+493023125001";
const TWO: &str = "+493023125002";
const THREE: &str = "+493023125003";

fn seconds(count: u64) -> Duration {
    Duration::from_secs(count)
}
