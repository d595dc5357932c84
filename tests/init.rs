//! `leadload init`: a `leadload.toml` that says what was recognised, and changes nothing of what would be sent.

use std::path::Path;

use crate::harness::command::{Folder, Run};

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)).unwrap()
}

fn requests(run: &Run) -> serde_json::Value {
    run.json()["files"][0]["dry_run"]["requests"].clone()
}

#[test]
fn what_is_written_changes_nothing_of_what_would_be_sent() {
    let files = [("leads.csv", "autocalls"), ("crm-export-de.csv", "autocalls"), ("leads.jsonl", "autocalls")];
    for (name, platform) in files.into_iter().chain([("pollybot.csv", "pollybot")]) {
        let folder = Folder::new().with(name, fixture(name));
        let options = ["--platform", platform, "--region", "DE"];
        let before = folder.leadload(&["check", name, "--json"]).args(&options).run();
        folder.leadload(&["init", name]).args(&options).run().exits(0).says("written: leadload.toml");
        let after = folder.leadload(&["check", name, "--json"]).args(&options).run();
        assert_eq!(requests(&before), requests(&after), "{}", folder.read("leadload.toml"));
        assert!(!requests(&before).as_array().unwrap().is_empty(), "{name}");
    }
}

#[test]
fn the_region_is_kept_and_every_stronger_place_beats_it() {
    let folder = Folder::new().with("crm-export-de.csv", fixture("crm-export-de.csv"));
    folder.leadload(&["init", "crm-export-de.csv", "--region", "DE"]).run().exits(0);
    assert!(
        folder.read("leadload.toml").contains("\nregion = \"DE\"\n\n[mapping]\n"),
        "{}",
        folder.read("leadload.toml")
    );
    folder.leadload(&["check", "crm-export-de.csv"]).run().exits(0).says("9 of 9 leads would be sent");
    let import = || folder.import("crm-export-de.csv").into_sandbox();
    import().run().exits(0).leads_in("created", 9);
    let shown = |more: &[&str]| {
        let show = folder.leadload(&["config", "show", "crm-export-de.csv", "--json"]);
        let run = show.args(more).run();
        let settings = run.exits(0).json()["settings"].as_array().unwrap().clone();
        settings.into_iter().find(|it| it["name"] == "region").unwrap()
    };
    let kept = shown(&[]);
    assert_eq!((&kept["values"][0], &kept["from"]["file"]), (&"DE".into(), &"./leadload.toml".into()), "{kept}");
    assert!(kept["from"]["line"].is_u64(), "{kept}");
    folder.write("own.toml", "region = 'AT'\n[profiles.swiss]\nregion = 'CH'\n");
    assert_eq!(shown(&["--config", "own.toml"])["values"][0], "AT");
    assert_eq!(shown(&["--config", "own.toml", "--profile", "swiss"])["values"][0], "CH");
    assert_eq!(shown(&["--config", "own.toml", "--region", "FR"])["values"][0], "FR");
    let environment = folder.leadload(&["config", "show", "crm-export-de.csv"]).env("LEADLOAD_REGION", "IT").run();
    environment.exits(0).says("region").says("IT LEADLOAD_REGION");
}

#[test]
fn where_no_region_is_said_the_file_says_how_to() {
    let folder = Folder::with_leads("Telefon\n+493023125001\n");
    folder.leadload(&["init", "leads.csv"]).run().exits(0);
    assert!(folder.read("leadload.toml").contains("\n# region = \"DE\"\n"), "{}", folder.read("leadload.toml"));
}

#[test]
fn the_file_is_commented_and_three_requests_are_shown() {
    let folder = Folder::new().with("crm-export-de.csv", fixture("crm-export-de.csv"));
    let run = folder.leadload(&["init", "crm-export-de.csv", "--region", "DE", "--group-by", "Firma"]).run();
    run.exits(0).says("The first requests would be").says("leadload check crm-export-de.csv");
    assert_eq!(
        run.stderr.matches("\"phone_number\"").count(),
        6,
        "three leads with three further contacts: {}",
        run.stderr
    );
    insta::assert_snapshot!(folder.read("leadload.toml"));
}

#[test]
fn a_file_that_is_there_is_written_over_only_by_force() {
    let folder =
        Folder::with_leads("Telefon\n+493023125001\n").with("leadload.toml", "[mapping]\nphone = 'Nirgends'\n");
    let kept = folder.leadload(&["init", "leads.csv"]).run();
    kept.exits(2).says("it stays as it is what to do: add --force to write over it");
    assert!(folder.read("leadload.toml").contains("Nirgends"));
    folder.leadload(&["init", "leads.csv", "--force"]).run().exits(0);
    assert!(folder.read("leadload.toml").contains("phone = \"Telefon\""), "{}", folder.read("leadload.toml"));
}

#[test]
fn where_it_is_not_clear_which_column_is_called_a_person_chooses() {
    let leads = "Kontakt,Kunde,Name\n+493023125001,+4915123456789,Ada\n,+4915123456780,Bob\n";
    let folder = Folder::with_leads(leads);
    let run = folder.leadload(&["init", "leads.csv"]).run();
    run.exits(2).says("choose in it which column is what").says("\"Kunde\": its name says nothing that is known");
    let written = folder.read("leadload.toml");
    let kunde = written.find("# phone = \"Kunde\"  # 2 cells filled, 2 of them with a number").unwrap();
    let kontakt = written.find("# phone = \"Kontakt\"  # 1 cell filled").unwrap();
    assert!(kunde < kontakt && !written.contains("\"Name\"  #"), "{written}");
}

#[test]
fn columns_that_stand_in_for_another_are_written_in_the_order_in_which_they_are_called() {
    let leads =
        "Telefon;Firma Telefon;Mobil;Name\n+493023125001;+493023125009;+4915123456789;Ada\n+493023125002;;;Bob\n";
    let folder = Folder::with_leads(leads);
    folder.leadload(&["init", "leads.csv"]).run().exits(0);
    let written = folder.read("leadload.toml");
    assert!(written.contains("phone = [\"Mobil\", \"Telefon\", \"Firma Telefon\"]"), "{written}");
    let check = |folder: &Folder| folder.leadload(&["check", "leads.csv"]).run().stdout.replace(['\n', ' '], "");
    let recognised = Folder::with_leads(leads);
    let (by_file, by_name) = (check(&folder), check(&recognised));
    let requests = |text: &str| text.split("Thefirst2requests").nth(1).unwrap().to_owned();
    assert_eq!(requests(&by_file), requests(&by_name));
}

#[test]
fn of_several_columns_that_say_who_is_not_called_each_is_heeded_after_init_as_before() {
    let leads = "Telefon;Do Not Call;Robinson\n+493023125001;no;no\n+493023125002;no;yes\n+493023125003;yes;no\n";
    let folder = Folder::with_leads(leads);
    let check = || folder.leadload(&["check", "leads.csv", "--json"]).run();
    let before = check();
    before.says("1 of 3 leads would be sent");
    folder.leadload(&["init", "leads.csv"]).run().exits(0);
    let after = check();
    after.says("1 of 3 leads would be sent");
    assert_eq!(requests(&before), requests(&after), "{}", folder.read("leadload.toml"));
}

#[test]
fn dial_codes_of_a_country_and_of_an_area_are_both_heeded_after_init_as_before() {
    let leads = "Ländervorwahl;Vorwahl;Telefon\n+49;030;23125001\n+49;030;23125002\n+43;01;5125003\n";
    let folder = Folder::with_leads(leads);
    let check = || folder.leadload(&["check", "leads.csv", "--json"]).run();
    let before = check();
    folder.leadload(&["init", "leads.csv"]).run().exits(0);
    let after = check();
    assert_eq!(requests(&before), requests(&after), "{}", folder.read("leadload.toml"));
    assert_eq!(requests(&before).as_array().unwrap().len(), 3, "{}", before.stderr);
}

#[test]
fn the_sample_reaches_from_the_first_row_to_the_last() {
    let row = |row: u32| format!("+4930231250{:02},{}\n", row % 100, if row < 2_500 { "" } else { "x" });
    let leads = std::iter::once("Telefon,Late\n".to_owned()).chain((0..5_000).map(row)).collect::<String>();
    let folder = Folder::with_leads(leads);
    folder.leadload(&["init", "leads.csv"]).run().exits(0);
    let written = folder.read("leadload.toml");
    assert!(written.contains("recognised them in 1,250 of 5,000 rows"), "{written}");
    let late = written.lines().find(|line| line.starts_with("\"Late\"")).unwrap();
    assert!(late.contains("625 cells filled"), "{late}");
}

#[test]
fn nothing_is_written_for_what_cannot_be_read() {
    let folder = Folder::with_leads("");
    folder.leadload(&["init", "leads.csv"]).run().exits(6);
    folder.leadload(&["init", "-"]).run().exits(2).says("name one file");
    folder.leadload(&["init", "leads.csv", "--exclude", "Ort"]).run().exits(2).says("--exclude: init writes what it");
    assert_eq!(folder.files(), ["leads.csv"]);
}
