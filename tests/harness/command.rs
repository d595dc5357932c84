//! The real binary in a folder of its own, against a sandbox that runs inside the test.

#![expect(clippy::unwrap_used, reason = "where the harness itself fails, so does its test")]

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use leadload::clock::{Clock, Moment};
use leadload::sandbox::{RecordArrivals, RequestKind, Sandbox, SandboxLead, SandboxOptions};
use serde_json::Value;
use tempfile::TempDir;

/// No story takes longer; a command that does is killed and its test fails.
const TIME_LIMIT: Duration = Duration::from_mins(1);

/// The token that every command has; nothing but a request may ever hold it.
pub(crate) const TOKEN: &str = "tok-7f3a9c-never-shown";

/// A platform to upload to: the sandbox, served by a thread of this process.
pub(crate) struct Server {
    sandbox: Sandbox,
    _runtime: tokio::runtime::Runtime,
}

impl Server {
    /// A well-behaved one, with campaigns 7 "Spring campaign" (paused), 8 "Autumn campaign" (draft), 9 "Live campaign".
    pub(crate) fn start() -> Self {
        Self::with(|_| {})
    }

    /// One that `change` has set up.
    pub(crate) fn with(change: impl FnOnce(&mut SandboxOptions)) -> Self {
        let mut options = SandboxOptions::new(Clock::system());
        options.record_arrivals = RecordArrivals::Yes;
        change(&mut options);
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        let runtime = builder.worker_threads(1).enable_all().build().unwrap();
        let sandbox = runtime.block_on(Sandbox::start(options, 0)).unwrap();
        Self { sandbox, _runtime: runtime }
    }

    pub(crate) fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    pub(crate) fn url(&self) -> String {
        self.sandbox.base_url()
    }

    /// What was created, in the order of ids.
    pub(crate) fn leads(&self) -> Vec<SandboxLead> {
        self.sandbox.leads()
    }

    /// The primary numbers of what was created, sorted.
    pub(crate) fn numbers(&self) -> Vec<String> {
        let mut numbers: Vec<_> = self.leads().into_iter().filter_map(|lead| lead.phone).collect();
        numbers.sort();
        numbers
    }

    /// The only lead there is, as JSON: `campaign`, `phone`, `email`, `name`, `status`, `variables`, `secondaries`.
    #[track_caller]
    pub(crate) fn only_lead(&self) -> Value {
        match self.leads().as_slice() {
            [one] => as_json(one),
            leads => panic!("there are {} leads, not one: {leads:#?}", leads.len()),
        }
    }

    /// The lead with this primary number, as [`Server::only_lead`].
    #[track_caller]
    pub(crate) fn lead(&self, phone: &str) -> Value {
        let leads = self.leads();
        let found = leads.iter().find(|lead| lead.phone.as_deref() == Some(phone));
        found.map_or_else(|| panic!("no lead {phone}: {leads:#?}"), as_json)
    }

    /// How many requests of this kind came.
    pub(crate) fn requests(&self, kind: RequestKind) -> usize {
        self.arrivals().iter().filter(|(_, arrived)| *arrived == kind).count()
    }

    /// Every request that came.
    pub(crate) fn arrivals(&self) -> Vec<(Moment, RequestKind)> {
        self.sandbox.arrivals()
    }
}

fn as_json(lead: &SandboxLead) -> Value {
    let secondaries: Vec<_> = lead
        .secondaries
        .iter()
        .map(|contact| serde_json::json!({ "phone": contact.phone, "variables": contact.variables }))
        .collect();
    serde_json::json!({
        "campaign": lead.campaign, "phone": lead.phone, "email": lead.email, "name": lead.name,
        "status": lead.status, "variables": lead.variables, "secondaries": secondaries,
    })
}

/// A folder of its own, in which commands run.
pub(crate) struct Folder(TempDir);

impl Folder {
    /// An empty one.
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// One with `leads.csv`.
    pub(crate) fn with_leads(text: impl AsRef<[u8]>) -> Self {
        Self::new().with("leads.csv", text)
    }

    /// The same with one more file.
    pub(crate) fn with(self, name: &str, text: impl AsRef<[u8]>) -> Self {
        self.write(name, text);
        self
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    #[track_caller]
    pub(crate) fn read(&self, name: &str) -> String {
        let read = fs::read_to_string(self.path(name));
        read.unwrap_or_else(|error| panic!("{name}: {error}; there are {:?}", self.files()))
    }

    /// The names of all files, those of subfolders included, sorted.
    pub(crate) fn files(&self) -> Vec<String> {
        let mut files = Vec::new();
        list(self.0.path(), "", &mut files);
        files.sort();
        files
    }

    /// The only results file there is.
    pub(crate) fn results(&self) -> Option<String> {
        let mut results = self.files().into_iter().filter(|name| name.ends_with("results.jsonl"));
        results.next().filter(|_| results.next().is_none())
    }

    /// `leadload` with these arguments.
    pub(crate) fn leadload(&self, args: &[&str]) -> Command<'_> {
        let environment = [("LEADLOAD_TOKEN", TOKEN.to_owned())].into();
        let args = args.iter().map(|&arg| arg.to_owned()).collect();
        Command { folder: self, args, environment, stdin: None }
    }

    /// `leadload import` of this file; where to is still to be said.
    pub(crate) fn import(&self, input: &str) -> Command<'_> {
        self.leadload(&["import", input])
    }
}

fn list(folder: &Path, prefix: &str, files: &mut Vec<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            list(&entry.path(), &format!("{name}/"), files);
        } else {
            files.push(name);
        }
    }
}

/// A command that is about to run.
pub(crate) struct Command<'a> {
    folder: &'a Folder,
    args: Vec<String>,
    environment: BTreeMap<&'static str, String>,
    stdin: Option<Vec<u8>>,
}

impl Command<'_> {
    /// Into campaign 7 of `server`.
    pub(crate) fn to(self, server: &Server) -> Self {
        self.into_server(server).args(&["--campaign", "7"])
    }

    /// Into `server`, faster than a real platform allows.
    pub(crate) fn into_server(self, server: &Server) -> Self {
        let url = server.url();
        self.args(&["--platform", "autocalls", "--base-url", &url, "--rate", "1000/s", "--settle", "100ms"])
    }

    /// Into chatbot `demo` of `server`.
    pub(crate) fn into_pollybot(self, server: &Server) -> Self {
        let url = server.url();
        self.args(&["--platform", "pollybot", "--base-url", &url, "--chatbot", "demo", "--rate", "1000/s"])
    }

    /// Into the sandbox inside the command itself.
    pub(crate) fn into_sandbox(self) -> Self {
        self.args(&["--sandbox"])
    }

    pub(crate) fn args(mut self, args: &[&str]) -> Self {
        self.args.extend(args.iter().map(|&arg| arg.to_owned()));
        self
    }

    pub(crate) fn env(mut self, name: &'static str, value: &str) -> Self {
        self.environment.insert(name, value.to_owned());
        self
    }

    pub(crate) fn without_token(mut self) -> Self {
        self.environment.remove("LEADLOAD_TOKEN");
        self
    }

    pub(crate) fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(text.into());
        self
    }

    /// Runs it to its end.
    #[track_caller]
    pub(crate) fn run(self) -> Run {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_leadload"));
        command.args(&self.args).current_dir(self.folder.0.path()).env_clear().envs(&self.environment);
        // Nothing of whoever runs the tests: no settings, no proxies.
        command.env("HOME", self.folder.0.path()).env("XDG_CONFIG_HOME", self.folder.path("config"));
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.stdin(if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let (code, stdout, stderr) = watch(child, self.stdin);
        let results = self.folder.results().map(|name| self.folder.read(&name));
        Run { command: self.args.join(" "), code, stdout, stderr, results }
    }
}

/// Waits for the child to end, and kills it where it takes too long.
fn watch(mut child: Child, stdin: Option<Vec<u8>>) -> (Option<i32>, String, String) {
    if let (Some(text), Some(mut pipe)) = (stdin, child.stdin.take()) {
        // A command that does not read to the end is no fault of the test.
        thread::spawn(move || drop(pipe.write_all(&text)));
    }
    let (ended, both) = mpsc::channel();
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let reading = [read(stdout, ended.clone()), read(stderr, ended)];
    for _ in &reading {
        if both.recv_timeout(TIME_LIMIT).is_err() {
            child.kill().unwrap();
        }
    }
    let code = child.wait().unwrap().code();
    let [stdout, stderr] = reading.map(|reading| reading.join().unwrap());
    (code, stdout, stderr)
}

fn read(pipe: Option<impl Read + Send + 'static>, ended: mpsc::Sender<()>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.unwrap().read_to_end(&mut bytes).unwrap();
        // Nobody listens any more where the other pipe took too long.
        let _ = ended.send(());
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

/// What a command did. Every claim about it that fails prints all of it.
pub(crate) struct Run {
    command: String,
    code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    results: Option<String>,
}

impl Run {
    #[track_caller]
    pub(crate) fn exits(&self, code: i32) -> &Self {
        self.claim(self.code == Some(code), &format!("it exits with {code}"))
    }

    /// Standard error has these words, wherever its lines break.
    #[track_caller]
    pub(crate) fn says(&self, words: &str) -> &Self {
        let said = format!("{}{}", self.stdout, self.stderr);
        self.claim(in_one_line(&said).contains(&in_one_line(words)), &format!("it says {words:?}"))
    }

    #[track_caller]
    pub(crate) fn says_nothing_of(&self, words: &str) -> &Self {
        let said = format!("{}{}", self.stdout, self.stderr);
        self.claim(!in_one_line(&said).contains(&in_one_line(words)), &format!("it says nothing of {words:?}"))
    }

    /// The results file says that these rows ended so, and of no others; and the totals balance.
    #[track_caller]
    pub(crate) fn states(&self, expected: &[(u64, &str)]) -> &Self {
        let states: BTreeMap<_, _> = self.lead_lines().iter().flat_map(rows_and_status).collect();
        let expected: BTreeMap<_, _> = expected.iter().map(|(row, status)| (*row, (*status).to_owned())).collect();
        self.claim(states == expected, &format!("rows end as {expected:?}, not as {states:?}")).balances()
    }

    /// The reason's code of each row that has one, by the results file.
    #[track_caller]
    pub(crate) fn reasons(&self, expected: &[(u64, &str)]) -> &Self {
        let mut reasons = BTreeMap::new();
        for line in self.lead_lines() {
            let code = line["reason"]["code"].as_str().map(str::to_owned);
            reasons.extend(rows_and_status(&line).into_iter().filter_map(|(row, _)| Some((row, code.clone()?))));
        }
        let expected: BTreeMap<_, _> = expected.iter().map(|(row, code)| (*row, (*code).to_owned())).collect();
        self.claim(reasons == expected, &format!("reasons are {expected:?}, not {reasons:?}"))
    }

    /// The totals of the last run that ended: leads (not rows) in `status`, those of earlier runs included.
    #[track_caller]
    pub(crate) fn leads_in(&self, status: &str, expected: u64) -> &Self {
        let totals = self.totals();
        let found: u64 =
            [&totals["run"], &totals["earlier"]].iter().filter_map(|sums| sums["leads"][status].as_u64()).sum();
        self.claim(expected == found, &format!("{expected} leads are {status}, not {found}"))
    }

    /// Over all states, rows and leads add up to what the input holds.
    #[track_caller]
    pub(crate) fn balances(&self) -> &Self {
        let totals = self.totals();
        let sum = |sums: &Value| sums.as_object().into_iter().flatten().filter_map(|(_, n)| n.as_u64()).sum::<u64>();
        for what in ["leads", "rows"] {
            let counted = sum(&totals["run"][what]) + sum(&totals["earlier"][what]);
            self.claim(totals[what] == counted, &format!("{what} balance: {totals}"));
        }
        self.claim(!self.stderr.contains("PROBLEM"), "it has no problem")
    }

    fn totals(&self) -> Value {
        let last = self.lines().into_iter().rfind(|line| line["type"] == "end");
        last.map_or(Value::Null, |end| end["totals"].clone())
    }

    /// Standard output, which is one JSON document.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| self.fail(&format!("standard output is JSON: {error}")))
    }

    /// The results file's lines.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let text = self.results.as_deref().unwrap_or_default();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn lead_lines(&self) -> Vec<Value> {
        self.lines().into_iter().filter(|line| line["type"] == "lead").collect()
    }

    /// Fails with everything there is to see, unless `holds`.
    #[track_caller]
    pub(crate) fn claim(&self, holds: bool, what: &str) -> &Self {
        if !holds {
            self.fail(what);
        }
        self
    }

    #[track_caller]
    fn fail(&self, what: &str) -> ! {
        let Self { command, code, stdout, stderr, results } = self;
        let results = results.as_deref().unwrap_or("(none, or several)");
        panic!(
            "not so: {what}\n\n$ leadload {command}\n(exit code {code:?})\n\n--- standard output\n{stdout}\n\
             --- standard error\n{stderr}\n--- results file\n{results}"
        )
    }
}

fn rows_and_status(line: &Value) -> Vec<(u64, String)> {
    let status = line["status"].as_str().unwrap_or_default().to_owned();
    let rows: Vec<u64> = serde_json::from_value(line["rows"].clone()).unwrap_or_default();
    rows.into_iter().map(|row| (row, status.clone())).collect()
}

fn in_one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
