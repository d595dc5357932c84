//! A server of an API that the program does not know: bytes of HTTP/1.1 on the loopback, answered by a function, so that a
//! story can lose any answer before or after it had its effect.

#![expect(clippy::unwrap_used, reason = "where the harness itself fails, so does its test")]

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use serde_json::Value;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// With the query.
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Value,
}

impl Asked {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    /// `POST /contacts`, without the query.
    pub(crate) fn line(&self) -> String {
        format!("{} {}", self.method, self.path.split('?').next().unwrap_or_default())
    }

    /// A value of the query, with its percent signs taken back.
    pub(crate) fn query(&self, name: &str) -> Option<String> {
        let url = url::Url::parse(&format!("http://localhost{}", self.path)).unwrap();
        url.query_pairs().find(|(known, _)| known == name).map(|(_, value)| value.into_owned())
    }
}

/// What becomes of a request.
pub(crate) enum Reply {
    /// This status with this JSON.
    Json(u16, Value),
    /// The same with `Retry-After`.
    Wait(u16, Value, u32),
    /// This status with nothing.
    Empty(u16),
    /// The connection breaks.
    Lost,
}

type Answering = dyn Fn(&Asked) -> Reply + Send + Sync;

/// See the module's documentation. Its threads end with the process.
pub(crate) struct Api {
    address: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl Api {
    pub(crate) fn start(answer: impl Fn(&Asked) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (answer, log): (Arc<Answering>, _) = (Arc::new(answer), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
                thread::spawn(move || serve(&stream, answer.as_ref(), &log));
            }
        });
        Self { address, asked }
    }

    pub(crate) fn url(&self) -> &str {
        &self.address
    }

    /// Every request that came, in order.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// How many requests began like this.
    pub(crate) fn count(&self, line: &str) -> usize {
        self.asked().iter().filter(|asked| asked.line() == line).count()
    }
}

/// Answers requests until the other side hangs up.
fn serve(stream: &TcpStream, answer: &Answering, log: &Mutex<Vec<Asked>>) {
    let mut reader = BufReader::new(stream);
    while let Some(asked) = read(&mut reader) {
        log.lock().unwrap().push(asked.clone());
        let (status, body, further) = match answer(&asked) {
            Reply::Lost => return,
            Reply::Json(status, body) => (status, body.to_string(), String::new()),
            Reply::Wait(status, body, seconds) => (status, body.to_string(), format!("Retry-After: {seconds}\r\n")),
            Reply::Empty(status) => (status, String::new(), String::new()),
        };
        let head = format!("HTTP/1.1 {status} Said\r\nContent-Type: application/json\r\n{further}");
        let length = if status == 204 { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
        let mut stream = stream;
        if write!(stream, "{head}{length}\r\n{body}").is_err() {
            return;
        }
    }
}

fn read(reader: &mut impl BufRead) -> Option<Asked> {
    let mut line = || {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
        Some(line.trim_end().to_owned())
    };
    let first = line()?;
    let mut words = first.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let mut headers = Vec::new();
    loop {
        let line = line()?;
        let Some((name, value)) = line.split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    let mut asked = Asked { method, path, headers, body: Value::Null };
    let mut body = vec![0; asked.header("content-length").parse().unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    asked.body = serde_json::from_slice(&body).unwrap_or_default();
    Some(asked)
}
