//! The whole way from a file to its requests, as a dry run goes it: all rooms but the network and the disk, on all
//! processors. The plans of the countries are made in the first pass and stay: what they cost shows in no later one.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use divan::Bencher;
use divan::counter::ItemsCount;
use leadload::clock::Clock;
use leadload::grouping::Strictness;
use leadload::import::{
    CheckVariables, GroupRows, Mode, Numbers, Passes, Plan, Preload, Purpose, Rejected, ResultsFile, dry_run,
};
use leadload::mapping::{Mapping, MappingConfig};
use leadload::platform::Words;
use leadload::report::{Console, Reporter, Screen, Volume};
use leadload::run::{Consent, Endpoint, Sending, Server, Surroundings};
use leadload::source::{Input, SourceOptions};
use leadload::target::Family;
use leadload::upload::Stop;

use crate::people;

const ROWS: usize = 50_000;

#[divan::bench(sample_count = 10, sample_size = 1)]
fn csv(bencher: Bencher<'_, '_>) {
    rehearse(bencher, people::csv);
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn json_lines(bencher: Bencher<'_, '_>) {
    rehearse(bencher, people::json_lines);
}

#[divan::bench(sample_count = 10, sample_size = 1)]
fn xlsx(bencher: Bencher<'_, '_>) {
    rehearse(bencher, people::xlsx);
}

fn rehearse(bencher: Bencher<'_, '_>, write: fn(&Path, usize) -> PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let plan = Arc::new(plan(&write(folder.path(), ROWS)));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    bencher.counter(ItemsCount::new(ROWS)).bench_local(|| {
        let rehearsed = runtime.block_on(dry_run(Arc::clone(&plan), around())).unwrap();
        assert_eq!(rehearsed.to_send, ROWS as u64);
    });
}

fn plan(input: &Path) -> Plan {
    let mapping = MappingConfig {
        region: Some("country".to_owned()),
        campaign: Some("campaign".to_owned()),
        ..MappingConfig::default()
    };
    Plan {
        inputs: vec![Input::File(input.to_owned())],
        source: SourceOptions::default(),
        mapping: Mapping::new(mapping, Family::Autocalls).unwrap(),
        region: None,
        numbers: Numbers::default(),
        strictness: Strictness::Lenient,
        endpoint: Endpoint {
            family: Family::Autocalls,
            server: Server::Sandbox,
            place: None,
            leads_path: None,
            custom: None,
            words: Words::default(),
        },
        results: ResultsFile::At(input.with_extension("results.jsonl")),
        sending: Sending::default(),
        mode: Mode::DryRun,
        purpose: Purpose::Create,
        passes: Passes::Two,
        group_rows: GroupRows::Together,
        limit: None,
        rejected: Rejected::StayRejected,
        check_variables: CheckVariables::Off,
        consent: Consent::Given,
        preload: Preload::default(),
        resume_command: String::new(),
        update_command: String::new(),
        options: serde_json::json!({}),
    }
}

fn around() -> Surroundings {
    let clock = Clock::system();
    Surroundings {
        clock: clock.clone(),
        stop: Stop::default(),
        reporter: Arc::new(Reporter::new(Console::in_memory(Screen::Plain, Volume::Normal), clock)),
        ask: None,
        disk: None,
    }
}
