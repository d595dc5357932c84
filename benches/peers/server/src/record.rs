//! When each request came, and which leads were created.

use std::fmt::Write;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use memchr::memmem;

/// One lead that was created.
#[derive(Debug, Clone, Copy)]
pub struct Created {
    /// The digits of its number.
    pub phone: u64,
    /// Its campaign; 0 where the request named none.
    pub campaign: u64,
}

#[derive(Debug, Default)]
struct Noted {
    /// The id of a lead is its place here, counted from 1.
    created: Vec<Created>,
    /// Nanoseconds since the start at which each create came, in no strict order.
    creates: Vec<u64>,
    /// The same of all requests, creates among them.
    requests: Vec<u64>,
    /// When the last answer to a create was ready.
    last_answer: u64,
}

/// Everything that is remembered between two resets.
#[derive(Debug)]
pub struct Record {
    start: Instant,
    noted: Mutex<Noted>,
}

impl Record {
    pub fn new() -> Self {
        Self { start: Instant::now(), noted: Mutex::default() }
    }

    /// Nanoseconds since the start.
    pub fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }

    pub fn reset(&self) {
        *self.lock() = Noted::default();
    }

    pub fn request(&self, at: u64) {
        self.lock().requests.push(at);
    }

    /// Notes a create and returns its id.
    pub fn create(&self, at: u64, body: &[u8]) -> usize {
        let created =
            Created { phone: digits_after(body, b"phone_number"), campaign: digits_after(body, b"campaign_id") };
        let now = self.now();
        let mut noted = self.lock();
        noted.requests.push(at);
        noted.creates.push(at);
        noted.created.push(created);
        noted.last_answer = noted.last_answer.max(now);
        noted.created.len()
    }

    /// The ids and the leads that `is_meant`.
    pub fn leads(&self, is_meant: impl Fn(&Created) -> bool) -> Vec<(usize, Created)> {
        let noted = self.lock();
        (1..).zip(&noted.created).filter(|(_, created)| is_meant(created)).map(|(id, created)| (id, *created)).collect()
    }

    /// `{"requests":…,"creates":…,"first":…,"last":…,"ended":…}`: counts, and seconds since the start.
    pub fn counts(&self) -> String {
        let noted = self.lock();
        let seconds = |nanoseconds: u64| std::time::Duration::from_nanos(nanoseconds).as_secs_f64();
        format!(
            "{{\"requests\":{},\"creates\":{},\"first\":{},\"last\":{},\"ended\":{}}}",
            noted.requests.len(),
            noted.creates.len(),
            seconds(noted.creates.iter().copied().min().unwrap_or_default()),
            seconds(noted.creates.iter().copied().max().unwrap_or_default()),
            seconds(noted.last_answer),
        )
    }

    /// The times of all creates, or of all requests, in nanoseconds, one a line.
    pub fn times(&self, which: Which) -> String {
        let noted = self.lock();
        let times = match which {
            Which::Creates => &noted.creates,
            Which::Requests => &noted.requests,
        };
        let mut text = String::new();
        for time in times {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "{time}");
        }
        text
    }

    /// The numbers of all leads that were created, one a line, by their ids.
    pub fn phones(&self) -> String {
        let mut text = String::new();
        for created in &self.lock().created {
            let _ = writeln!(text, "{}", created.phone);
        }
        text
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.noted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Of which requests.
#[derive(Clone, Copy)]
pub enum Which {
    Creates,
    Requests,
}

/// The first digits after `name`: JSON with any spacing, without reading the rest of it.
fn digits_after(body: &[u8], name: &[u8]) -> u64 {
    let Some(at) = memmem::find(body, name) else { return 0 };
    let rest = body[at + name.len()..].iter().skip_while(|byte| !byte.is_ascii_digit());
    rest.take_while(|byte| byte.is_ascii_digit())
        .fold(0, |sum: u64, digit| sum.wrapping_mul(10).wrapping_add(u64::from(digit - b'0')))
}
