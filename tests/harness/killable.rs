//! The real binary as a process that can be killed, against a sandbox that outlives it in this process, on real time.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use leadload::clock::Clock;
use leadload::sandbox::{DuplicateAnswer, Sandbox, SandboxOptions};

use super::in_process::{assert_exactly_once, csv, states};

/// A sandbox that creates again what is sent again, and a folder with an input.
pub(crate) struct Stage {
    pub(crate) sandbox: Sandbox,
    folder: tempfile::TempDir,
    /// Ends after the sandbox.
    _runtime: tokio::runtime::Runtime,
}

impl Stage {
    pub(crate) fn new(numbers: &[String], configure: impl FnOnce(&mut SandboxOptions)) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let mut options = SandboxOptions::new(Clock::system());
        options.duplicates = DuplicateAnswer::CreatedAgain;
        configure(&mut options);
        let sandbox = runtime.block_on(Sandbox::start(options, 0)).unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("leads.csv"), csv(numbers)).unwrap();
        Self { sandbox, folder, _runtime: runtime }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn results(&self) -> PathBuf {
        self.path("famulor-7.results.jsonl")
    }

    /// The words of the command behind the program's name.
    pub(crate) fn words(&self, options: &[&str]) -> Vec<String> {
        let base_url = self.sandbox.base_url();
        let usual =
            ["import", "leads.csv", "--platform", "famulor", "--campaign", "7", "--settle", "100ms", "--base-url"];
        usual.iter().copied().chain([base_url.as_str()]).chain(options.iter().copied()).map(str::to_owned).collect()
    }

    /// The same command each time.
    pub(crate) fn command(&self, options: &[&str]) -> Command {
        self.leadload(&self.words(options))
    }

    /// A command that works on the results file.
    pub(crate) fn command_on_results(&self, name: &str, options: &[&str]) -> Command {
        let base_url = self.sandbox.base_url();
        let words = [name, "famulor-7.results.jsonl", "--platform", "famulor", "--settle", "100ms", "--base-url"];
        let words: Vec<_> =
            words.iter().chain([&base_url.as_str()]).chain(options).map(|&word| word.to_owned()).collect();
        self.leadload(&words)
    }

    /// The program with these words.
    pub(crate) fn leadload(&self, words: &[String]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_leadload"));
        command.args(words);
        self.set_up(&mut command);
        command
    }

    /// The command behind a line of shell, which ends in `exec "$0" "$@"`.
    pub(crate) fn command_in_shell(&self, shell: &str, options: &[&str]) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", shell, env!("CARGO_BIN_EXE_leadload")]).args(self.words(options));
        self.set_up(&mut command);
        command
    }

    fn set_up(&self, command: &mut Command) {
        command.current_dir(self.folder.path()).env("LEADLOAD_TOKEN", "invented").env("HOME", self.folder.path());
        command.env_remove("XDG_CONFIG_HOME").stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    }

    /// The numbers that the results file has in doubt: a `sending` line without an outcome, or with that one.
    pub(crate) fn in_doubt(&self) -> BTreeSet<String> {
        let states = states(&self.results());
        let open = states.into_iter().filter(|(_, (status, _))| matches!(status.as_str(), "sending" | "in_doubt"));
        open.map(|(number, _)| number).collect()
    }

    /// The results file and the platform agree: whoever is there is known with its id, and whoever is recorded as created
    /// and is not there was never so.
    pub(crate) fn assert_results_are_true(&self) {
        let recorded = states(&self.results());
        let there: BTreeMap<String, String> =
            self.sandbox.leads().into_iter().map(|lead| (lead.phone.clone().unwrap_or_default(), lead.id)).collect();
        for (phone, id) in &there {
            let (status, known) = &recorded[phone];
            assert!(matches!(status.as_str(), "created" | "exists"), "{phone} is there and {status} in the results");
            assert!(known.is_empty() || known == id, "{phone} is {id} and {known} in the results");
        }
        for (phone, (status, _)) in &recorded {
            let is_said = matches!(status.as_str(), "created" | "exists");
            assert!(!is_said || there.contains_key(phone), "{phone} is {status} in the results and not there");
        }
    }

    /// Nobody is on the platform whom the results file did not announce before.
    pub(crate) fn assert_nothing_unrecorded_was_sent(&self) {
        let there = self.sandbox.leads();
        let recorded = states(&self.results());
        let unrecorded: Vec<_> = there
            .iter()
            .filter_map(|lead| lead.phone.as_ref())
            .filter(|phone| !recorded.contains_key(*phone))
            .collect();
        assert!(unrecorded.is_empty(), "sent without a line in the results file: {unrecorded:?}");
    }

    /// Runs it to its end, which must be a good one, and compares.
    pub(crate) fn finish_and_compare(&self, options: &[&str], expected: &[String]) {
        let output = self.command(options).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", said(&output));
        assert_exactly_once(&self.sandbox, expected);
        let states = states(&self.results());
        for number in expected {
            assert_eq!(states[number].0, "created", "{number}");
        }
    }

    /// Waits until the sandbox has at least so many leads.
    pub(crate) fn wait_for_leads(&self, count: usize) {
        self.wait_until(|sandbox| sandbox.leads().len() >= count);
    }

    /// Waits until something holds of the sandbox.
    pub(crate) fn wait_until(&self, holds: impl Fn(&Sandbox) -> bool) {
        let since = Instant::now();
        while !holds(&self.sandbox) {
            assert!(since.elapsed() < Duration::from_mins(1), "the sandbox has {} leads", self.sandbox.leads().len());
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Everything a process said.
pub(crate) fn said(output: &Output) -> String {
    let stderr = String::from_utf8_lossy(&output.stderr);
    format!("{}\n{}\n{stderr}", output.status, String::from_utf8_lossy(&output.stdout))
}

/// Sends a signal by its name.
pub(crate) fn signal(child: &Child, name: &str) {
    let status = Command::new("kill").args(["-s", name, &child.id().to_string()]).status().unwrap();
    assert!(status.success());
}

/// Waits for at most twenty seconds.
pub(crate) fn wait_briefly(child: &mut Child) -> ExitStatus {
    let since = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        assert!(since.elapsed() < Duration::from_secs(20), "it does not end");
        std::thread::sleep(Duration::from_millis(5));
    }
}
