//! Rows of a group that stand anywhere in the files: `--scattered`.

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::harness::command::{Folder, Server};
use crate::harness::dice::any_seed;
use crate::harness::in_process::{number, numbers, states};
use crate::harness::killable::{Stage, said, signal, wait_briefly};

const SCATTERED: [&str; 3] = ["--group-by", "company", "--scattered"];

#[test]
fn rows_of_a_group_are_one_lead_wherever_they_stand_in_the_order_of_first_rows() {
    let server = Server::start();
    let leads = "company,phone_number,name\n\
                 acme,+493023125001,Ada\n\
                 ,+493023125011,Lone\n\
                 beta,+493023125021,Bea\n\
                 acme,+493023125002,Ben\n\
                 beta,+493023125022,Bob\n\
                 acme,+493023125003,Cem\n";
    let folder = Folder::with_leads(leads);
    let check = folder.leadload(&["check", "leads.csv", "--json"]).args(&SCATTERED).run().json();
    let requests = check["files"][0]["dry_run"]["requests"].as_array().unwrap().clone();
    let in_order: Vec<_> = requests.iter().map(|request| request["phone_number"].as_str().unwrap()).collect();
    assert_eq!(in_order, ["+493023125001", "+493023125011", "+493023125021"]);
    let run = folder.import("leads.csv").to(&server).args(&SCATTERED).run();
    run.exits(0).leads_in("created", 3).says_nothing_of("stand apart");
    assert_eq!(
        server.lead("+493023125001")["secondaries"],
        json!([
            { "phone": "+493023125002", "variables": { "name": "Ben" } },
            { "phone": "+493023125003", "variables": { "name": "Cem" } },
        ])
    );
    folder.import("leads.csv").to(&server).args(&SCATTERED).run().exits(0).says("nothing was sent");
}

#[test]
fn a_group_may_span_files_of_different_columns_and_formats() {
    let server = Server::start();
    let folder = Folder::new()
        .with("one.csv", "company,phone_number,name\nacme,+493023125001,Ada\nbeta,+493023125011,Bea\n")
        .with("two.jsonl", "{\"name\":\"Ben\",\"phone_number\":\"+493023125002\",\"company\":\"acme\",\"age\":7.50}\n");
    let run = folder.leadload(&["import", "one.csv", "two.jsonl"]).to(&server).args(&SCATTERED).run();
    run.exits(0).leads_in("created", 2);
    let secondaries = json!([{ "phone": "+493023125002", "variables": { "age": "7.50", "name": "Ben" } }]);
    assert_eq!(server.lead("+493023125001")["secondaries"], secondaries);
}

#[test]
fn the_primary_contact_may_be_the_last_row_of_the_file() {
    let server = Server::start();
    let leads = "company,main,phone_number\nacme,no,+493023125001\nbeta,yes,+493023125011\nacme,yes,+493023125002\n";
    let folder = Folder::with_leads(leads);
    folder.import("leads.csv").to(&server).args(&SCATTERED).args(&["--primary-when", "main=yes"]).run().exits(0);
    assert_eq!(server.lead("+493023125002")["secondaries"][0]["phone"], "+493023125001");
}

#[test]
fn faulty_rows_stay_with_their_group_and_unreadable_ones_where_they_stood() {
    let server = Server::start();
    let leads = "company,phone_number,name\nacme,+493023125001,A\nbeta,12,B\none,two,three,four\nacme,12,C\nbeta,+493023125002,D\n";
    let folder = Folder::with_leads(leads);
    let run = folder.import("leads.csv").to(&server).args(&SCATTERED).run();
    run.exits(1).states(&[(2, "created"), (3, "invalid"), (4, "invalid"), (5, "invalid"), (6, "invalid")]);
    run.reasons(&[(3, "phone_too_short"), (4, "row_too_long"), (5, "phone_too_short"), (6, "group_primary_invalid")]);
    assert_eq!(server.numbers(), ["+493023125001"]);
    let rejects = folder.read("leads.rejects.csv");
    assert!(rejects.contains("one,two,three,invalid") && rejects.contains("beta,+493023125002,D"), "{rejects}");
}

#[test]
fn rows_of_one_group_for_two_campaigns_are_refused_as_they_are_side_by_side() {
    let server = Server::start();
    let leads = "company,to,phone_number\nacme,7,+493023125001\nbeta,7,+493023125011\nacme,8,+493023125002\n";
    let folder = Folder::with_leads(leads);
    let flags = ["--campaign-column", "to"];
    let run = folder.import("leads.csv").into_server(&server).args(&SCATTERED).args(&flags).run();
    run.exits(1).reasons(&[(2, "group_mixed_campaigns"), (4, "group_mixed_campaigns")]);
    assert_eq!(server.numbers(), ["+493023125011"]);
    let by_campaign_too = ["--campaign-column", "to", "--group-by", "to"];
    folder.import("leads.csv").into_server(&server).args(&SCATTERED).args(&by_campaign_too).run().exits(0);
    assert_eq!(server.leads().len(), 3);
}

#[test]
fn the_limit_counts_leads_as_they_come_out_of_the_sort() {
    let server = Server::start();
    let leads = "company,phone_number\na,+493023125001\nb,+493023125002\nc,+493023125003\na,+493023125004\n";
    let folder = Folder::with_leads(leads);
    folder.import("leads.csv").to(&server).args(&SCATTERED).args(&["--limit", "2"]).run().leads_in("created", 2);
    assert_eq!(server.numbers(), ["+493023125001", "+493023125002"]);
    assert_eq!(server.lead("+493023125001")["secondaries"][0]["phone"], "+493023125004");
}

#[test]
fn what_stands_apart_is_told_with_the_option_that_puts_it_together() {
    let server = Server::start();
    let leads =
        "company,phone_number\na,+493023125001\nb,+493023125002\na,+493023125003\nb,+493023125004\na,+493023125005\n";
    let folder = Folder::with_leads(leads);
    let told = "rows of 2 groups stand apart, and only the first ones are taken: --scattered puts them together";
    for command in [["check", "leads.csv"], ["init", "leads.csv"]] {
        folder.leadload(&command).args(&["--group-by", "company"]).run().says(told);
    }
    let dry = folder.import("leads.csv").to(&server).args(&["--group-by", "company", "--dry-run"]).run();
    dry.exits(1).says(told).says("--scattered puts its rows together, or sort the file");
    folder.import("leads.csv").to(&server).args(&["--group-by", "company"]).run().exits(1).says(told);
    assert_eq!(server.leads().len(), 2);
    let put_together = folder.leadload(&["check", "leads.csv"]).args(&SCATTERED).run();
    put_together.exits(0).says_nothing_of("stand apart").says("2 of 2 leads would be sent");
}

#[test]
fn it_can_be_set_in_the_mapping_and_in_the_environment() {
    let leads = "company,phone_number\na,+493023125001\nb,+493023125002\na,+493023125003\n";
    let mapping = "[mapping]\ngroup_by = [\"company\"]\n";
    let set = Folder::with_leads(leads).with("leadload.toml", format!("{mapping}scattered = true\n"));
    set.leadload(&["check", "leads.csv"]).run().exits(0);
    set.leadload(&["check", "leads.csv"]).env("LEADLOAD_SCATTERED", "false").run().exits(1).says("stand apart");
    let unset = Folder::with_leads(leads).with("leadload.toml", mapping);
    unset.leadload(&["check", "leads.csv"]).run().exits(1);
    unset.leadload(&["check", "leads.csv"]).env("LEADLOAD_SCATTERED", "true").run().exits(0);
    let written = Folder::with_leads(leads);
    written.leadload(&["init", "leads.csv"]).args(&SCATTERED).run().exits(0);
    assert!(written.read("leadload.toml").contains("\nscattered = true\n"), "{}", written.read("leadload.toml"));
    written.leadload(&["check", "leads.csv"]).run().exits(0);
}

#[test]
fn what_does_not_go_together_is_refused_before_anything_is_read() {
    let server = Server::start();
    let folder = Folder::with_leads("company,phone_number\na,+493023125001\n");
    let import = |more: &[&str]| folder.import("leads.csv").to(&server).args(more).run();
    import(&["--group-by", "company", "--scattered", "--stream"]).exits(2).says("--scattered and --stream exclude");
    import(&["--scattered"]).exits(2).says("name one by --group-by");
    import(&["--temp-dir", "no/such/folder"]).exits(2).says("--temp-dir: no/such/folder is no folder");
    assert!(server.leads().is_empty());
}

#[test]
fn set_for_all_runs_it_is_nothing_to_a_file_without_groups() {
    let server = Server::start();
    let folder = Folder::with_leads("company,phone_number\na,+493023125001\n");
    folder.import("leads.csv").to(&server).args(&["--stream"]).env("LEADLOAD_SCATTERED", "true").run().exits(0);
    assert_eq!(server.leads().len(), 1);
}

#[test]
fn an_update_finds_the_leads_of_scattered_groups() {
    let server = Server::start();
    let text = |city: &str| {
        format!("company,phone_number,city\na,+493023125001,{city}\nb,+493023125002,Bonn\na,+493023125003,Ulm\n")
    };
    let folder = Folder::with_leads(text("Kiel"));
    folder.import("leads.csv").to(&server).args(&SCATTERED).run().exits(0);
    folder.write("leads.csv", text("Köln"));
    folder.leadload(&["update", "leads.csv"]).to(&server).args(&SCATTERED).args(&["--yes"]).run().exits(0);
    assert_eq!(server.lead("+493023125001")["variables"]["city"], "Köln");
    assert_eq!(server.leads().len(), 2);
}

/// A row of a sheet: its company, and the rest of it.
type SheetRow = (String, String);

/// People of a few companies, some without one, some with a number that is none, and some twice.
fn people(dice: &mut fastrand::Rng, count: usize) -> Vec<SheetRow> {
    let mut person = |at: usize| {
        let company = if dice.u8(..6) == 0 { String::new() } else { format!("C{}", dice.u8(..8)) };
        let phone = if dice.u8(..8) == 0 { "12".to_owned() } else { number(dice.usize(..2 * count)) };
        (company, format!("{phone},Name {at},{}", if dice.u8(..5) == 0 { "yes" } else { "" }))
    };
    (0..count).map(&mut person).collect()
}

fn csv(rows: &[SheetRow]) -> String {
    let mut text = String::from("company,phone_number,name,main\n");
    for (company, rest) in rows {
        let _ = writeln!(text, "{company},{rest}");
    }
    text
}

/// As a person would sort them: each group where its first row stands, rows in their order.
fn put_together(rows: &[SheetRow]) -> Vec<SheetRow> {
    let mut sorted: Vec<SheetRow> = Vec::new();
    for (at, (company, _)) in rows.iter().enumerate() {
        let is_first = company.is_empty() || rows[..at].iter().all(|(earlier, _)| earlier != company);
        let group = rows[at..].iter().filter(|(other, _)| other == company);
        let taken = if !is_first {
            0
        } else if company.is_empty() {
            1
        } else {
            usize::MAX
        };
        sorted.extend(group.take(taken).cloned());
    }
    sorted
}

#[test]
fn any_order_of_the_rows_gives_the_requests_that_the_sorted_file_gives() {
    let seed = any_seed();
    let mut dice = fastrand::Rng::with_seed(seed);
    for _ in 0..12 {
        let count = dice.usize(1..40);
        let mut rows = people(&mut dice, count);
        dice.shuffle(&mut rows);
        let cut = dice.usize(..=rows.len());
        let sorted = put_together(&rows);
        let folder = Folder::new().with("sorted.csv", csv(&sorted)).with("all.csv", csv(&rows));
        let folder = folder.with("1.csv", csv(&rows[..cut])).with("2.csv", csv(&rows[cut..]));
        let options = ["--group-by", "company", "--primary-when", "main=yes", "--sandbox", "--json", "--yes"];
        let told = |inputs: &[&str], scattered: &[&str], results: &str| {
            let run =
                folder.leadload(&["import", "--results", results]).args(inputs).args(&options).args(scattered).run();
            let json = run.json();
            (identities(&folder.read(results)), json["leads"].clone(), json["rows"].clone())
        };
        let by_hand = told(&["sorted.csv"], &[], "sorted.results.jsonl");
        assert_eq!(told(&["all.csv"], &["--scattered"], "all.results.jsonl"), by_hand, "LEADLOAD_TEST_SEED={seed}");
        if cut > 0 && cut < rows.len() {
            let two = told(&["1.csv", "2.csv"], &["--scattered"], "two.results.jsonl");
            assert_eq!(two, by_hand, "LEADLOAD_TEST_SEED={seed}");
        }
    }
}

/// Who was to be sent by a results file, as it will be known in the next run: keys, requests and groups.
fn identities(results: &str) -> Vec<Value> {
    let lines = results.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let sending = lines.filter(|line| line["type"] == "sending");
    let of = |line: Value| {
        let one = |name: &str| line[name].clone();
        json!([one("key"), one("request"), one("group"), one("phone"), one("secondaries")])
    };
    let mut all: Vec<_> = sending.map(of).collect();
    all.sort_by_key(Value::to_string);
    all
}

/// Companies of three rows each, in any order, with as long a note in each row.
fn shuffled_companies(dice: &mut fastrand::Rng, companies: usize, note: usize) -> String {
    let mut rows: Vec<_> = (0..3 * companies).map(|at| (at % companies, number(at))).collect();
    dice.shuffle(&mut rows);
    let mut text = String::from("company,phone_number,note\n");
    let note = "x".repeat(note);
    for (company, number) in rows {
        let _ = writeln!(text, "C{company},{number},{note}");
    }
    text
}

/// Every company is one lead with two further contacts, and the results file knows it.
fn assert_each_company_is_one_lead(stage: &Stage, companies: usize) {
    let leads = stage.sandbox.leads();
    let people: Vec<_> = leads.iter().map(|lead| 1 + lead.secondaries.len()).collect();
    assert_eq!(people, vec![3; companies], "people in each lead");
    let mut everybody: Vec<_> = leads
        .into_iter()
        .flat_map(|lead| {
            let others = lead.secondaries.into_iter().map(|contact| contact.phone);
            lead.phone.into_iter().chain(others).collect::<Vec<_>>()
        })
        .collect();
    everybody.sort();
    let mut expected = numbers(3 * companies);
    expected.sort();
    assert_eq!(everybody, expected);
    assert!(states(&stage.results()).values().all(|(status, _)| status == "created"));
}

#[test]
fn killed_and_started_again_each_scattered_group_is_one_lead() {
    let seed = any_seed();
    let mut dice = fastrand::Rng::with_seed(seed);
    let companies = 200;
    let stage = Stage::new(&[], |_| {});
    std::fs::write(stage.path("leads.csv"), shuffled_companies(&mut dice, companies, 1)).unwrap();
    let options = [&SCATTERED[..], &["--rate", "500/s", "--concurrency", "8", "--quiet"]].concat();
    for _ in 0..4 {
        let mut child = stage.command(&options).spawn().unwrap();
        stage.wait_for_leads(stage.sandbox.leads().len() + dice.usize(1..40));
        signal(&child, "KILL");
        wait_briefly(&mut child);
        stage.assert_nothing_unrecorded_was_sent();
    }
    let output = stage.command(&options).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "LEADLOAD_TEST_SEED={seed} {}", said(&output));
    assert_each_company_is_one_lead(&stage, companies);
}

/// More than fits into the memory of the sort.
const LONG_NOTE: usize = 300_000;

#[test]
fn what_does_not_fit_into_memory_is_sorted_on_disk_and_leaves_nothing_there() {
    let companies = 50;
    let stage = Stage::new(&[], |_| {});
    std::fs::write(stage.path("leads.csv"), shuffled_companies(&mut fastrand::Rng::with_seed(7), companies, LONG_NOTE))
        .unwrap();
    std::fs::create_dir(stage.path("temporary")).unwrap();
    let options = [&SCATTERED[..], &["--rate", "500/s", "--exclude", "note", "--temp-dir", "temporary"]].concat();
    let output = stage.command(&options).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", said(&output));
    assert_each_company_is_one_lead(&stage, companies);
    assert_eq!(std::fs::read_dir(stage.path("temporary")).unwrap().count(), 0);
}

/// As on a full disk: a file can grow no further than this, in the shell's blocks of 512 bytes.
#[cfg(target_os = "linux")]
#[test]
fn where_the_disk_for_the_sort_is_full_nothing_is_sent() {
    let stage = Stage::new(&[], |_| {});
    std::fs::write(stage.path("leads.csv"), shuffled_companies(&mut fastrand::Rng::with_seed(7), 50, LONG_NOTE))
        .unwrap();
    let shell = "trap '' XFSZ; ulimit -f 20000; exec \"$0\" \"$@\"";
    let options = [&SCATTERED[..], &["--exclude", "note"]].concat();
    let output = stage.command_in_shell(shell, &options).output().unwrap();
    let words = said(&output);
    assert_eq!(output.status.code(), Some(6), "{words}");
    assert!(words.contains("the rows of groups cannot be put together") && words.contains("--temp-dir"), "{words}");
    assert!(stage.sandbox.leads().is_empty());
    assert!(!stage.results().exists(), "{words}");
}
