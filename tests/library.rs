//! Imports that another program runs: by the library's own door, with no command line.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use leadload::{
    BuildError, Destination, Import, ImportBuilder, LeadReport, Outcome, PhoneReader, Region, Rows, RunError, Settled,
    Status, StopHandle, StopKind, Token,
};

use crate::harness;
use crate::harness::crm::Crm;

const COLUMNS: [&str; 3] = ["phone", "customer_name", "company"];

/// Two people of one company, one of another, one without a number, and one who comes twice.
fn people() -> Vec<[&'static str; 3]> {
    vec![
        ["+49 30 23125001", "Ada", "Berger"],
        ["030 23125002", "Jonas", "Berger"],
        ["+49 (0)30 23125003", "Milan", "Costa"],
        ["unknown", "Nobody", "Nothing"],
        ["0049 30 23125003", "Milan", "Costa again"],
    ]
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn results(&self) -> std::path::PathBuf {
        self.0.path().join("crm.results.jsonl")
    }

    /// Into the sandbox, from rows.
    fn import(&self, rows: Vec<[&'static str; 3]>) -> ImportBuilder {
        let rows = Rows::new("crm", COLUMNS, rows);
        Import::builder().rows(rows).region("DE").to(Destination::sandbox()).results(self.results())
    }

    /// All that is in the folder, by name.
    fn files(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }
}

fn run(import: ImportBuilder) -> Outcome {
    import.build().unwrap().run().unwrap()
}

fn states(outcome: &Outcome) -> Vec<(Status, u64)> {
    outcome.totals().all().leads.nonzero().collect()
}

/// What a program hears of its leads.
fn heard(import: ImportBuilder) -> (ImportBuilder, Arc<Mutex<Vec<LeadReport>>>) {
    let heard: Arc<Mutex<Vec<LeadReport>>> = Arc::default();
    let ear = Arc::clone(&heard);
    (import.on_lead(move |lead| ear.lock().unwrap().push(lead)), heard)
}

#[test]
fn rows_of_a_program_become_leads_and_are_never_sent_twice() {
    let folder = Folder::new();
    let first = run(folder.import(people()));
    assert_eq!(states(&first), [(Status::Created, 3), (Status::Invalid, 1), (Status::Duplicate, 1)]);
    assert_eq!((first.totals().rows, first.exit_code()), (5, 1));
    let again = run(folder.import(people()));
    assert_eq!(again.totals().earlier.leads.get(Status::Created), 3);
    assert_eq!(states(&again), states(&first));
}

#[test]
fn rows_of_a_program_are_grouped_and_refused_as_those_of_a_file_are() {
    let folder = Folder::new();
    let outcome = run(folder.import(people()).mapping(r#"group_by = ["company"]"#));
    assert_eq!(outcome.leads(Status::Created), 2);
    assert_eq!(outcome.totals().rows_in(Status::Created), 3);
    assert_eq!(folder.files(), ["crm.rejects.csv", "crm.results.jsonl"]);
    let rejects = std::fs::read_to_string(&outcome.rejects()[0]).unwrap();
    assert!(rejects.starts_with("phone,customer_name,company,_status,_reason,_row"), "{rejects}");
    let text = outcome.to_string();
    assert!(text.contains("crm › row 4 › phone"), "{text}");
}

#[test]
fn a_program_hears_of_each_lead_with_its_id_and_its_row() {
    let folder = Folder::new();
    let (import, first) = heard(folder.import(people()));
    run(import);
    let mut first = first.lock().unwrap().clone();
    first.sort_by_key(|lead| lead.rows[0].row);
    let rows: Vec<_> = first.iter().map(|lead| (lead.rows[0].row, lead.status, lead.id.is_some())).collect();
    let created = |row| (row, Status::Created, true);
    let expected = [created(1), created(2), created(3), (4, Status::Invalid, false), (5, Status::Duplicate, false)];
    assert_eq!(rows, expected);
    assert_eq!(first[3].reason.as_ref().unwrap().code, "phone_empty");
}

#[test]
fn a_program_that_ended_before_it_wrote_an_id_down_hears_it_in_the_next_run() {
    let folder = Folder::new();
    run(folder.import(people()));
    let (import, again) = heard(folder.import(people()));
    run(import);
    let mut again = again.lock().unwrap().clone();
    again.retain(|lead| lead.settled == Settled::Before && lead.status == Status::Created);
    again.sort_by_key(|lead| lead.rows[0].row);
    let ids: Vec<&str> = again.iter().map(|lead| lead.id.as_deref().unwrap()).collect();
    let recorded = std::fs::read_to_string(folder.results()).unwrap();
    let lines = recorded.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let mut created: Vec<_> = lines.filter(|line| line["status"] == "created").collect();
    created.sort_by_key(|line| line["source"]["row"].as_u64());
    assert_eq!(ids, created.iter().map(|line| line["id"].as_str().unwrap()).collect::<Vec<_>>());
    assert_eq!(ids.len(), 3);
}

#[test]
fn a_stream_sends_the_same_leads_as_two_passes() {
    let (counted, streamed) = (Folder::new(), Folder::new());
    let (two, one) = (run(counted.import(people())), run(streamed.import(people()).stream()));
    assert_eq!(states(&two), states(&one));
}

#[test]
fn a_dry_run_sends_nothing_and_shows_the_requests() {
    let folder = Folder::new();
    let rehearsal = folder.import(people()).build().unwrap().dry_run().unwrap();
    assert_eq!((rehearsal.to_send(), rehearsal.requests().len(), rehearsal.exit_code()), (3, 3, 1));
    assert!(rehearsal.requests()[0].contains("+493023125001"), "{:?}", rehearsal.requests());
    assert!(folder.files().is_empty(), "{:?}", folder.files());
}

#[test]
fn a_source_that_breaks_off_ends_the_run_and_what_was_sent_is_recorded() {
    let folder = Folder::new();
    let rows = || {
        let rows = people().into_iter().map(Ok).take(3);
        Rows::fallible("crm", COLUMNS, rows.chain([Err("the database is gone")]))
    };
    let import = || Import::builder().rows(rows()).region("DE").to(Destination::sandbox()).results(folder.results());
    let counted = import().build().unwrap().run().unwrap_err();
    assert!(matches!(counted, RunError::Input(_)) && counted.to_string().contains("the database is gone"), "{counted}");
    // The columns are looked at in the first rows, before anything is sent; what breaks off there sends nothing.
    let streamed = import().stream().build().unwrap().run().unwrap_err();
    assert!(streamed.to_string().contains("crm"), "{streamed}");
    assert_eq!(run(folder.import(people())).leads(Status::Created), 3);
}

#[test]
fn an_import_is_stopped_from_elsewhere_and_goes_on_later() {
    let folder = Folder::new();
    let stopped = {
        let import = folder.import(people()).build().unwrap();
        import.stop_handle().stop();
        import.run()
    };
    assert!(matches!(&stopped, Err(RunError::Stopped(reason)) if reason.kind == StopKind::Interrupted), "{stopped:?}");
    assert_eq!(run(folder.import(people())).leads(Status::Created), 3);
}

#[test]
fn an_import_that_is_stopped_in_its_midst_has_recorded_what_it_sent_and_sends_the_rest_later() {
    let folder = Folder::new();
    let numbers: Vec<[String; 3]> =
        (1..=200).map(|end| [format!("+493023125{end:03}"), "Ada".to_owned(), end.to_string()]).collect();
    let import = || {
        let rows = Rows::new("crm", COLUMNS, numbers.clone());
        Import::builder().rows(rows).concurrency(1).to(Destination::sandbox()).results(folder.results())
    };
    // Whoever hears of the third lead stops it: the handle is only there once the import is built.
    let (handle, heard) = (Arc::new(Mutex::new(None::<StopHandle>)), Arc::new(Mutex::new(0)));
    let (switch, count) = (Arc::clone(&handle), Arc::clone(&heard));
    let import_to_stop = import().on_lead(move |lead| {
        let mut count = count.lock().unwrap();
        *count += u64::from(lead.status == Status::Created);
        if *count == 3 {
            switch.lock().unwrap().as_ref().unwrap().stop();
        }
    });
    let import_to_stop = import_to_stop.build().unwrap();
    *handle.lock().unwrap() = Some(import_to_stop.stop_handle());
    let outcome = import_to_stop.run().unwrap();
    assert_eq!(outcome.stopped().unwrap().kind, StopKind::Interrupted);
    assert_eq!(outcome.exit_code(), 130);
    let created = outcome.leads(Status::Created);
    assert!((3..200).contains(&created), "{created} were created");
    assert_eq!((created, outcome.in_doubt()), (*heard.lock().unwrap(), 0));
    let rest = run(import());
    assert_eq!(rest.leads(Status::Created), 200);
    assert_eq!(rest.totals().earlier.leads.get(Status::Created), created);
}

#[test]
fn a_program_hears_how_far_it_is() {
    let folder = Folder::new();
    let last = Arc::new(Mutex::new(None));
    let ear = Arc::clone(&last);
    run(folder.import(people()).on_progress(Duration::from_mins(1), move |now| *ear.lock().unwrap() = Some(now)));
    let last = last.lock().unwrap().take().unwrap();
    assert_eq!((last.leads.get(Status::Created), last.expected), (3, Some(5)));
    assert_eq!(last.allowed_per_second, None, "nothing is too fast for the sandbox");
    let last = Arc::new(Mutex::new(None));
    let ear = Arc::clone(&last);
    let import = folder.import(people()).rate("300/min");
    run(import.on_progress(Duration::from_mins(1), move |now| *ear.lock().unwrap() = Some(now)));
    assert_eq!(last.lock().unwrap().as_ref().unwrap().allowed_per_second, Some(5.0));
}

#[test]
fn a_platform_that_a_file_describes_is_a_destination_with_the_limits_of_its_file() {
    let (crm, folder) = (Crm::hubspot_shaped(&[]), Folder::new());
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/platforms/hubspot-shaped.toml");
    let described = || {
        let token = Token::new(harness::command::TOKEN).unwrap();
        Destination::platform_file(example).base_url(crm.api.url()).token(token)
    };
    let rows = || Rows::new("crm", ["phone", "firstname"], [["+49 30 23125001", "Ada"], ["+49 30 23125002", "Milan"]]);
    let last = Arc::new(Mutex::new(None));
    let ear = Arc::clone(&last);
    let import = || Import::builder().rows(rows()).to(described()).results(folder.results());
    let outcome =
        run(import()
            .on_progress(Duration::from_mins(1), move |now| *ear.lock().unwrap() = Some(now.allowed_per_second)));
    assert_eq!((outcome.leads(Status::Created), crm.numbers().len()), (2, 2));
    assert_eq!(*last.lock().unwrap(), Some(Some(10.0)), "100/10s, as the file says");
    assert_eq!(run(import()).totals().earlier.leads.get(Status::Created), 2);
    assert_eq!(crm.numbers().len(), 2);
}

#[test]
fn it_runs_inside_a_runtime_in_both_ways() {
    let folder = Folder::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let import = folder.import(people()).build().unwrap();
        assert_eq!(import.run_async().await.unwrap().leads(Status::Created), 3);
        assert_eq!(run(folder.import(people())).leads(Status::Created), 3);
    });
}

#[test]
fn what_is_missing_or_does_not_go_together_is_said_by_type_and_in_words() {
    let rows = || Rows::new("crm", ["phone"], [["+493023125001"]]);
    let whole = || Import::builder().rows(rows()).to(Destination::sandbox()).results("r.jsonl");
    let famulor = || Destination::platform("famulor");
    let described = || Destination::platform_file("examples/platforms/hubspot-shaped.toml");
    let wrong = vec![
        (Import::builder().to(Destination::sandbox()), "there is nothing to import"),
        (Import::builder().rows(rows()), "no platform"),
        (Import::builder().rows(rows()).to(Destination::sandbox()), "crm needs a results file"),
        (whole().to(Destination::platform("famolur")), "did you mean \"famulor\""),
        (whole().to(famulor()), "no campaign"),
        (whole().to(famulor().campaign("7").base_url("http://example.com")), "not encrypted"),
        (whole().to(Destination::platform("pollybot").campaign("x")), "needs its address"),
        (
            whole()
                .to(Destination::platform("pollybot").base_url("https://a.example").campaign("x").leads_path("leads")),
            "is not a path",
        ),
        (whole().to(famulor().campaign("7").ca_file("missing.pem")), "--ca-file: missing.pem"),
        (whole().to(Destination::platform_file("missing.toml")), "the platform file missing.toml"),
        (whole().to(Destination::platform_file("Cargo.toml")), "Cargo.toml, line"),
        (whole().to(described().campaign("7")), "has no campaigns"),
        (whole().timeout(Duration::ZERO), "--timeout must be longer"),
        (whole().region("Atlantis"), "is not a country"),
        (whole().rate("often"), "is not a rate"),
        (whole().concurrency(0), "from 1 to 1000"),
        (whole().mapping("fone = 'x'"), "unknown field `fone`"),
        (whole().scattered(), "no column says what a group is"),
        (whole().mapping("group_by = ['company']").scattered().stream(), "exclude each other"),
    ];
    for (import, words) in wrong {
        let error = import.build().unwrap_err().to_string();
        assert!(error.contains(words), "{error:?} does not say {words:?}");
    }
    let error = whole().mapping("group_by = ['company']").scattered().stream().build().unwrap_err();
    assert_eq!(error, BuildError::ScatteredStream);
}

#[test]
fn a_platform_without_a_token_is_not_asked() {
    let folder = Folder::new();
    let nobody = Destination::platform("famulor").campaign("7").base_url("http://127.0.0.1:9/api");
    let import = folder.import(people()).to(nobody.clone()).build().unwrap();
    assert!(matches!(import.run(), Err(RunError::NoToken)));
    assert_eq!(folder.import(people()).to(nobody).build().unwrap().dry_run().unwrap().to_send(), 3);
    assert!(Token::new("two words").is_err());
}

#[test]
fn numbers_alone_are_read_without_an_import() {
    let mut phones = PhoneReader::new();
    let read = phones.read("030 23125001", Region::parse("Germany")).unwrap();
    assert_eq!(read.phone.to_string(), "+493023125001");
    assert_eq!(phones.read("030 23125001", None).unwrap_err().code, "phone_no_country");
}
