//! An import inside the test, on a simulated clock.
//!
//! The library's own `import` talks to the sandbox over real sockets, and both share one clock that moves by itself to
//! the next deadline whenever nothing real is under way. So timeouts, settle delays, waits and rates cost no real time,
//! and what the sandbox has at the end is compared with what was asked for.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use leadload::clock::{Clock, Moment};
use leadload::grouping::Strictness;
use leadload::import::{
    CheckVariables, Ended, GroupRows, Mode, Numbers, Passes, Plan, Preload, Purpose, Reach, Rejected, ResultsFile,
    import,
};
use leadload::lead::Status;
use leadload::mapping::{Mapping, MappingConfig};
use leadload::platform::{ApiRequest, BaseUrl, Duplicates, Method, Words};
use leadload::report::{Console, Reporter, Screen, Volume};
use leadload::results::{ResultsError, WrapDisk};
use leadload::run::{Consent, Endpoint, RunError, Sending, Server, Surroundings};
use leadload::sandbox::{DuplicateAnswer, RecordArrivals, RequestKind, Sandbox, SandboxLead, SandboxOptions};
use leadload::source::{Input, SourceOptions};
use leadload::target::Family;
use leadload::upload::{Client, ClientOptions, Exchange, Rate, Stop, StopKind, StopReason, Token};
use serde_json::Value;

use super::failing_disk::DiskScript;

/// Runs `story` on a clock that moves by itself.
pub(crate) fn simulated(story: impl AsyncFnOnce(Clock)) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let clock = Clock::simulated("2026-11-21T08:00:00Z".parse().unwrap());
    runtime.block_on(async {
        let driver = clock.clone();
        let driving = tokio::spawn(async move { driver.auto_advance().await });
        story(clock).await;
        driving.abort();
    });
    runtime.shutdown_timeout(Duration::from_secs(1));
}

/// Runs all `cells` in a few threads (they mostly wait for sockets and disks), each named so that a failure says which.
pub(crate) fn in_parallel(cells: Vec<(String, Box<dyn FnOnce() + Send>)>) {
    let queue = Mutex::new(cells);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                loop {
                    let Some((name, cell)) = queue.lock().unwrap().pop() else { return };
                    let thread = std::thread::Builder::new().name(name.clone()).spawn(cell).unwrap();
                    if thread.join().is_err() {
                        failed.lock().unwrap().push(name);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{} failed (their panics are above): {failed:#?}", failed.len());
}

/// A sandbox and a folder, which several imports can meet one after the other.
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) sandbox: Arc<Sandbox>,
    folder: tempfile::TempDir,
}

impl World {
    /// A sandbox that would create a lead again whenever it is sent again, so that nothing hides behind the platform's own
    /// care; `configure` changes it further.
    pub(crate) async fn new(clock: &Clock, configure: impl FnOnce(&mut SandboxOptions)) -> Self {
        let mut options = SandboxOptions::new(clock.clone());
        options.duplicates = DuplicateAnswer::CreatedAgain;
        options.record_arrivals = RecordArrivals::Yes;
        configure(&mut options);
        let sandbox = Sandbox::start(options, 0).await.unwrap();
        Self { clock: clock.clone(), sandbox: Arc::new(sandbox), folder: tempfile::tempdir().unwrap() }
    }

    /// Writes an input file.
    pub(crate) fn input(&self, text: &str) {
        std::fs::write(self.path("leads.csv"), text).unwrap();
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn results(&self) -> PathBuf {
        self.path("leads.results.jsonl")
    }

    /// An import of the input with sane settings for tests.
    pub(crate) fn import(&self) -> Importing<'_> {
        Importing {
            world: self,
            family: Family::Autocalls,
            server: self.sandbox.base_url(),
            mapping: MappingConfig::default(),
            place: None,
            disk: None,
            preload: Preload::default(),
            stop: Stop::default(),
            group_rows: GroupRows::Together,
            purpose: Purpose::Create,
            sending: Sending { rates: vec!["50/s".parse().unwrap()], max_in_doubt: 1000, ..Sending::default() },
        }
    }

    /// Everybody (number or address) is there, each once, and the results say so with the platform's id; nobody else is there.
    pub(crate) fn assert_exactly_once(&self, expected: &[String]) {
        assert_exactly_once(&self.sandbox, expected);
        let recorded = states(&self.results());
        for lead in self.sandbox.leads() {
            let who = who(&lead);
            let (status, id) = &recorded[who];
            assert!(matches!(status.as_str(), "created" | "exists"), "{who} is there and {status} in the results");
            assert!(id.is_empty() || *id == lead.id, "{who} is {} and {id} in the results", lead.id);
        }
    }

    /// No window ever held more requests than `rates` allow, as the server counts them.
    pub(crate) fn assert_pace_kept(&self, rates: &[&str]) {
        let arrivals: Vec<Moment> = self.sandbox.arrivals().into_iter().map(|(moment, _)| moment).collect();
        for rate in rates {
            let rate: Rate = rate.parse().unwrap();
            let most = most_in_a_window(&arrivals, rate.window());
            assert!(most <= rate.count() as usize, "{most} requests in a window of {rate}");
        }
    }

    /// Somebody else gives the lead `id` another number, on the platform.
    pub(crate) async fn renumber(&self, id: &str, number: &str) {
        let options = ClientOptions {
            access: leadload::platform::Access::default(),
            base_url: BaseUrl::parse(&self.sandbox.base_url(), "/api").unwrap(),
            token: Token::new("invented").unwrap(),
            timeout: Duration::from_secs(30),
            ca_certificates: None,
            connections: 1,
        };
        let body = serde_json::json!({ "phone_number": number }).to_string();
        let request = ApiRequest {
            purpose: leadload::platform::Purpose::Change,
            method: Method::Put,
            path: format!("/user/leads/{id}"),
            body: Some(body),
        };
        let answered = Client::new(&options, self.clock.clone()).unwrap().exchange(&request, || {}).await;
        assert!(matches!(&answered, Exchange::Answered(response) if response.status == 200), "{answered:?}");
    }

    /// How many requests of this kind arrived.
    pub(crate) fn requests(&self, kind: RequestKind) -> usize {
        self.sandbox.arrivals().iter().filter(|(_, arrived)| *arrived == kind).count()
    }
}

/// The most moments in any window of this length, wherever it begins.
pub(crate) fn most_in_a_window(moments: &[Moment], window: Duration) -> usize {
    let within = |from: usize| moments[from..].iter().take_while(|moment| **moment < moments[from] + window).count();
    (0..moments.len()).map(within).max().unwrap_or_default()
}

/// The sandbox has each of `expected` once, and nobody else.
pub(crate) fn assert_exactly_once(sandbox: &Sandbox, expected: &[String]) {
    let mut times = BTreeMap::new();
    for lead in sandbox.leads() {
        *times.entry(who(&lead).to_owned()).or_insert(0) += 1;
    }
    let twice: Vec<_> = times.iter().filter(|(_, times)| **times > 1).collect();
    assert!(twice.is_empty(), "created more than once: {twice:?}");
    let lost: Vec<_> = expected.iter().filter(|number| !times.contains_key(*number)).collect();
    assert!(lost.is_empty(), "lost: {lost:?}");
    let strangers: Vec<_> = times.keys().filter(|number| !expected.contains(number)).collect();
    assert!(strangers.is_empty(), "nobody asked for {strangers:?}");
}

/// Who a lead is: its address where it has one, else its number.
pub(crate) fn who(lead: &SandboxLead) -> &str {
    lead.email.as_deref().or(lead.phone.as_deref()).unwrap()
}

/// What the results file says of every number (or e-mail address) at its end, read as the format's documentation says and without the
/// library: the status and the platform's id. A `sending` line without an outcome reads `sending`.
pub(crate) fn states(results: &Path) -> BTreeMap<String, (String, String)> {
    states_in(&std::fs::read_to_string(results).unwrap_or_default())
}

/// The same of the text of a results file.
pub(crate) fn states_in(file: &str) -> BTreeMap<String, (String, String)> {
    let mut known = BTreeMap::new();
    for line in file.split_inclusive('\n').filter(|line| line.ends_with('\n')) {
        let line: Value = serde_json::from_str(line).unwrap();
        let text = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
        let who = if line["phone"].is_string() { text("phone") } else { text("email") };
        match (line["type"].as_str(), line["status"].as_str()) {
            (_, Some("invalid" | "duplicate" | "suppressed")) => {}
            (Some("sending"), _) => drop(known.insert(who, ("sending".to_owned(), String::new()))),
            (Some("lead"), Some(status)) => drop(known.insert(who, (status.to_owned(), text("id")))),
            _ => {}
        }
    }
    known
}

/// An import that is being set up.
pub(crate) struct Importing<'a> {
    world: &'a World,
    pub(crate) family: Family,
    /// The sandbox, or what stands before it.
    pub(crate) server: String,
    pub(crate) mapping: MappingConfig,
    pub(crate) sending: Sending,
    pub(crate) preload: Preload,
    pub(crate) stop: Stop,
    pub(crate) group_rows: GroupRows,
    purpose: Purpose,
    place: Option<&'static str>,
    disk: Option<WrapDisk>,
}

impl Importing<'_> {
    pub(crate) fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    pub(crate) fn workers(self, workers: u16) -> Self {
        self.with(|import| import.sending.concurrency = workers.to_string().parse().unwrap())
    }

    pub(crate) fn campaign(self, place: &'static str) -> Self {
        self.with(|import| import.place = Some(place))
    }

    /// With its results file on a disk that fails.
    pub(crate) fn on(self, disk: &DiskScript) -> Self {
        let disk = disk.clone();
        self.with(|import| import.disk = Some(Arc::new(move |file| disk.put_before(file))))
    }

    /// An update in place of an import: leads that are there are changed.
    pub(crate) fn updating(self, reach: Reach) -> Self {
        self.with(|import| import.purpose = Purpose::Update(reach))
    }

    pub(crate) fn rates(self, rates: &[&str]) -> Self {
        self.with(|import| import.sending.rates = rates.iter().map(|rate| rate.parse().unwrap()).collect())
    }

    pub(crate) fn allowing_duplicates(self) -> Self {
        self.with(|import| import.sending.duplicates = Duplicates::Allowed)
    }

    /// Stops it as Ctrl-C would, when the sandbox has had so many requests more.
    pub(crate) fn stopped_after(self, requests: usize) -> Self {
        let (mut arrived, stop) = (self.world.sandbox.arrived(), self.stop.clone());
        let until = *arrived.borrow() + requests;
        tokio::spawn(async move {
            // An error: the sandbox is gone, and nobody is there to be stopped.
            if arrived.wait_for(|count| *count >= until).await.is_ok() {
                stop.request(StopReason::new(StopKind::Interrupted, "interrupted"));
            }
        });
        self
    }

    /// Runs it to its end.
    pub(crate) async fn run(self) -> Ran {
        let world = self.world;
        let (suffix, place) = match self.family {
            Family::Autocalls => ("/api", "7"),
            Family::Pollybot => ("", "bot_7"),
            Family::Custom(_) => ("", "-"),
        };
        let console = Console::in_memory(Screen::Plain, Volume::Normal);
        let plan = Plan {
            inputs: vec![Input::parse(&world.path("leads.csv").to_string_lossy())],
            source: SourceOptions::default(),
            mapping: Mapping::new(self.mapping, self.family).unwrap(),
            region: None,
            numbers: Numbers::default(),
            strictness: Strictness::Lenient,
            endpoint: Endpoint {
                family: self.family,
                server: Server::Platform {
                    base_url: BaseUrl::parse(&self.server, suffix).unwrap(),
                    token: Some(Token::new("invented").unwrap()),
                    ca_certificates: None,
                },
                place: Some(self.place.unwrap_or(place).to_owned()),
                leads_path: None,
                custom: None,
                words: Words::default(),
            },
            results: ResultsFile::At(world.results()),
            sending: self.sending,
            mode: Mode::Upload,
            purpose: self.purpose,
            passes: Passes::Two,
            group_rows: self.group_rows,
            limit: None,
            rejected: Rejected::StayRejected,
            check_variables: CheckVariables::Off,
            consent: Consent::Given,
            preload: self.preload,
            resume_command: String::new(),
            update_command: String::new(),
            options: serde_json::json!({}),
        };
        let around = Surroundings {
            clock: world.clock.clone(),
            stop: self.stop,
            reporter: Arc::new(Reporter::new(console.clone(), world.clock.clone())),
            ask: None,
            disk: self.disk,
        };
        let plan = Arc::new(plan);
        let mut result = import(Arc::clone(&plan), around.clone()).await;
        // A process that another test is just starting has this one's files, and so the lock of an import that has ended,
        // for the moment until its own program begins.
        let mut tries = 0;
        while matches!(result, Err(RunError::Results(ResultsError::Locked { .. }))) && tries < 100 {
            tries += 1;
            tokio::time::sleep(Duration::from_millis(10)).await;
            result = import(Arc::clone(&plan), around.clone()).await;
        }
        Ran { result, said: console.kept() }
    }
}

/// What came of an import.
pub(crate) struct Ran {
    pub(crate) result: Result<Ended, RunError>,
    pub(crate) said: String,
}

impl Ran {
    /// It began; its totals must balance.
    pub(crate) fn ended(&self) -> &Ended {
        let ended = self.result.as_ref().unwrap_or_else(|error| panic!("the import did not begin: {error}"));
        assert!(ended.finished.unbalanced.is_none(), "{:?}", ended.finished.unbalanced);
        ended
    }

    /// Nothing is left to do.
    pub(crate) fn is_done(&self) -> bool {
        let ended = self.ended();
        ended.stopped.is_none() && ended.in_doubt == 0 && self.leads(Status::Unsent) == 0
    }

    /// How many leads ended in this state.
    pub(crate) fn leads(&self, status: Status) -> u64 {
        self.ended().finished.totals.leads_in(status)
    }

    /// Why it stopped, as a person reads it; empty where it did not.
    pub(crate) fn why_stopped(&self) -> &str {
        self.ended().stopped.as_ref().map_or("", |reason| &reason.message)
    }
}

/// The nth number: from the ranges that Ofcom keeps free for drama, without those that the sandbox refuses.
pub(crate) fn number(n: usize) -> String {
    const AREAS: [&str; 4] = ["113", "114", "121", "131"];
    let last = n % 900;
    format!("+44{}4960{:03}", AREAS[n / 900], if last < 199 { last } else { last + 1 })
}

/// The first `count` numbers.
pub(crate) fn numbers(count: usize) -> Vec<String> {
    (0..count).map(number).collect()
}

/// A file of leads in the vendors' own layout.
pub(crate) fn csv(numbers: &[String]) -> String {
    let mut text = String::from("phone_number,first_name,city\n");
    for (n, number) in numbers.iter().enumerate() {
        let _ = writeln!(text, "{number},Person {n},Leeds");
    }
    text
}
