//! Every exit code.

use leadload::clock::Clock;
use leadload::results::Journal;
use leadload::sandbox::{Fault, Faults, RequestKind};

use crate::harness::command::{Folder, Run, Server};

const ONE: &str = "phone_number\n+493023125001\n";
const RESULTS: &str = "autocalls-7.results.jsonl";

#[track_caller]
fn import(server: &Server, leads: &str) -> Run {
    Folder::with_leads(leads).import("leads.csv").to(server).run()
}

#[test]
fn it_is_0_where_every_lead_is_created_or_exists_or_is_a_duplicate() {
    let server = Server::start();
    import(&server, "phone_number\n+493023125001\n+493023125001\n").exits(0).leads_in("duplicate", 1);
    import(&server, ONE).exits(0).leads_in("exists", 1);
    import(&server, "phone_number\n").exits(0).leads_in("created", 0);
}

#[test]
fn it_is_1_where_some_are_rejected_or_invalid() {
    let server = Server::start();
    import(&server, "phone_number\n+12125550199\n").exits(1).leads_in("rejected", 1);
    import(&server, "phone_number\n12\n+493023125001\n").exits(1).leads_in("invalid", 1).leads_in("created", 1);
}

#[test]
fn it_is_2_where_the_command_or_the_configuration_is_wrong() {
    let server = Server::start();
    let folder = Folder::with_leads(ONE);
    let wrong: [(&[&str], &str); 8] = [
        (&["import", "leads.csv"], "no platform"),
        (&["import"], "<FILE>"),
        (&["import", "leads.csv", "--sandbox", "--campain", "7"], "--campaign"),
        (&["import", "leads.csv", "--platform", "autocalls"], "no campaign"),
        (&["import", "leads.csv", "--platform", "pollybot", "--base-url", "http://127.0.0.1:1"], "no chatbot"),
        (&["import", "leads.csv", "--sandbox", "--region", "Atlantis"], "not a country"),
        (&["import", "leads.csv", "--sandbox", "--profile", "acme"], "no profile \"acme\""),
        (&["upload", "leads.csv"], "unrecognized subcommand"),
    ];
    for (args, words) in wrong {
        folder.leadload(args).run().exits(2).says(words);
    }
    folder.import("leads.csv").to(&server).args(&["--phone-column", "x"]).run().exits(2);
    assert_eq!((folder.files(), server.arrivals().len()), (vec!["leads.csv".to_owned()], 0));
}

#[test]
fn it_is_3_where_the_token_is_refused_at_once_or_midway() {
    let server = Server::with(|options| options.token = Some("another".to_owned()));
    let folder = Folder::with_leads(ONE);
    folder.import("leads.csv").to(&server).run().exits(3).says("token");
    assert_eq!(folder.files(), ["leads.csv"]);
    let dying = Server::with(|options| options.create_faults = Faults::script([None, Some(Fault::TokenDies)]));
    let run = import(&dying, "phone_number\n+493023125001\n+493023125002\n+493023125003\n");
    run.exits(3).leads_in("created", 1).leads_in("unsent", 2).balances();
    assert!(
        run.stderr.trim_end().lines().last().unwrap().starts_with("leadload import leads.csv --platform autocalls")
    );
}

#[test]
fn it_is_3_where_nobody_answers_at_the_address() {
    let folder = Folder::with_leads(ONE);
    let gone = Server::start().url();
    let target = ["--platform", "famulor", "--campaign", "7", "--rate", "1000/s", "--base-url", &gone];
    folder.import("leads.csv").args(&target).run().exits(3).says("cannot be reached").says("leadload import leads.csv");
    assert_eq!(folder.files(), ["leads.csv"]);
}

#[test]
fn it_is_3_where_the_balance_runs_out_and_the_same_command_goes_on_later() {
    let server = Server::with(|options| options.create_faults = Faults::script([None, Some(Fault::BalanceDies)]));
    let folder = Folder::with_leads("phone_number\n+493023125001\n+493023125002\n");
    folder.import("leads.csv").to(&server).run().exits(3).leads_in("created", 1).leads_in("unsent", 1);
    assert_eq!(server.leads().len(), 1);
}

#[test]
fn it_is_4_where_a_lead_stays_in_doubt() {
    let lost = |options: &mut leadload::sandbox::SandboxOptions| {
        options.create_faults = Faults::script([None, Some(Fault::ResetBefore)]);
    };
    let (server, folder) = (Server::with(lost), Folder::with_leads("phone_number\n+493023125001\n+493023125002\n"));
    // What is in doubt is never sent again by itself where duplicates are allowed.
    let run = folder.import("leads.csv").to(&server).args(&["--allow-duplicates"]).run();
    run.exits(4).states(&[(2, "created"), (3, "in_doubt")]).leads_in("in_doubt", 1);
    folder.import("leads.csv").to(&server).args(&["--allow-duplicates"]).run().exits(4).leads_in("in_doubt", 1);
    assert_eq!(server.requests(RequestKind::Create), 2);
}

#[test]
fn it_is_5_where_another_process_has_the_results_file() {
    let (server, folder) = (Server::start(), Folder::with_leads(ONE));
    let (_journal, ..) = Journal::open(&folder.path(RESULTS), Clock::system()).unwrap();
    folder.import("leads.csv").to(&server).run().exits(5).says(RESULTS);
    assert_eq!(server.leads().len(), 0);
}

#[test]
fn it_is_5_where_the_results_file_is_damaged_newer_or_something_else() {
    let (server, folder) = (Server::start(), Folder::with_leads(ONE));
    folder.import("leads.csv").to(&server).run().exits(0);
    let good = folder.read(RESULTS);
    let damaged = good.replacen("{\"n\":2", "{'n':2", 1);
    let newer = good.replacen("\"format\":1", "\"format\":2", 1);
    for (text, words) in [(damaged.as_str(), "damaged"), (&newer, "newer"), ("phone,name\n1,2\n", "not a results file")]
    {
        folder.write(RESULTS, text);
        folder.import("leads.csv").to(&server).run().exits(5).says(RESULTS).says(words);
        assert_eq!(folder.read(RESULTS), text, "it is not touched");
    }
    assert_eq!(server.leads().len(), 1);
}

#[test]
fn it_is_5_where_the_results_file_cannot_be_made() {
    let (server, folder) = (Server::start(), Folder::with_leads(ONE));
    for results in ["no/such/folder/r.jsonl", "."] {
        folder.import("leads.csv").to(&server).args(&["--results", results]).run().exits(5).says("cannot open it");
    }
    assert_eq!(server.arrivals().len(), 0);
}

#[test]
fn it_is_6_where_an_input_cannot_be_read() {
    let server = Server::start();
    let folder = Folder::with_leads(ONE);
    folder.leadload(&["import", "leads.csv", "gone.csv"]).to(&server).run().exits(6).says("gone.csv");
    assert_eq!(server.leads().len(), 0);
}

#[test]
fn a_dry_run_has_the_code_that_its_rows_deserve() {
    let rehearse = |leads| Folder::with_leads(leads).import("leads.csv").into_sandbox().args(&["--dry-run"]).run();
    rehearse(ONE).exits(0);
    rehearse("phone_number\n12\n").exits(1);
    rehearse("").exits(6);
    rehearse("nothing\nx\n").exits(2);
}
