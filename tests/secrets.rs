//! What must never be shown or redirected.

use std::fs;

use crate::harness::command::{Folder, Server, TOKEN};

const LEADS: &str = "phone_number,name\n+493023125001,Ada\n+12125550199,Blocked\n12,Short\n";

#[test]
fn the_token_is_in_no_file_and_no_output_however_much_is_logged() {
    let (server, folder) = (Server::with(|options| options.token = Some(TOKEN.to_owned())), Folder::with_leads(LEADS));
    let wordy = ["-vv", "--json"];
    let shown = folder.import("leads.csv").to(&server).args(&wordy).run();
    shown.exits(1).says_nothing_of(TOKEN);
    let logged = ["-vv", "--log", "log.jsonl", "--log-format", "json", "--retry-rejected"];
    folder.import("leads.csv").to(&server).args(&logged).run().exits(1).says_nothing_of(TOKEN);
    let refused = folder.import("leads.csv").to(&server).args(&wordy).env("LEADLOAD_TOKEN", "tok-other").run();
    refused.exits(3).says_nothing_of("tok-other");
    for name in folder.files() {
        let text = folder.read(&name);
        assert!(!text.contains(TOKEN) && !text.contains("tok-other"), "{name}: {text}");
    }
}

#[test]
fn logs_and_messages_mask_the_numbers() {
    let (server, folder) = (Server::start(), Folder::with_leads(LEADS));
    let run = folder.import("leads.csv").to(&server).args(&["-vv", "--log", "run.log"]).run();
    run.exits(1).says_nothing_of("3023125001").says_nothing_of("2125550199");
    let log = folder.read("run.log");
    assert!(!log.contains("3023125001") && !log.contains("2125550199") && !log.contains("Ada"), "{log}");
}

#[test]
fn a_token_comes_from_the_environment_a_file_or_a_command() {
    let server = Server::with(|options| options.token = Some(TOKEN.to_owned()));
    let folder = Folder::with_leads("phone_number\n+493023125001\n").with("token.txt", format!("  {TOKEN}\n"));
    let import = || folder.import("leads.csv").to(&server).without_token();
    import().run().exits(2).says("there is no token").says("--sandbox");
    import().args(&["--token-file", "token.txt"]).run().exits(0);
    import().args(&["--token-command", "cat token.txt"]).run().exits(0);
    import().args(&["--token-command", "exit 3"]).run().exits(2).says("the token command failed");
    import().args(&["--token-file", "gone.txt"]).run().exits(2).says("gone.txt");
    import().args(&["--token", TOKEN]).run().exits(2);
    assert_eq!(server.leads().len(), 1);
}

#[test]
fn a_token_that_could_not_stand_in_a_header_is_refused_without_being_shown() {
    let (server, folder) = (Server::start(), Folder::with_leads(LEADS));
    let run = folder.import("leads.csv").to(&server).env("LEADLOAD_TOKEN", "tok secret").run();
    run.exits(2).says("LEADLOAD_TOKEN").says_nothing_of("secret");
}

#[test]
fn a_file_that_merely_lies_beside_the_input_can_redirect_no_token_and_run_no_command() {
    let (server, thief) = (Server::start(), Server::start());
    let folder = Folder::with_leads("Nummer\n+493023125001\n");
    let config = format!(
        "base_url = \"{}\"\ntoken_command = \"touch ran; echo x\"\nyes = true\n[mapping]\nphone = \"Nummer\"\n",
        thief.url()
    );
    folder.write("leadload.toml", config);
    let run = folder.import("leads.csv").to(&server).run();
    run.exits(0).says("left out base_url, token_command, yes").says("--config");
    assert_eq!((server.leads().len(), thief.arrivals().len()), (1, 0));
    let run = folder.import("leads.csv").args(&["--platform", "autocalls", "--campaign", "7"]).without_token().run();
    run.exits(2).says("there is no token");
    assert!(!folder.path("ran").exists());
    assert_eq!(thief.arrivals().len(), 0);
}

#[test]
fn the_same_file_is_trusted_where_it_is_named() {
    let (server, folder) = (Server::start(), Folder::with_leads("Nummer\n+493023125001\n"));
    let config = format!(
        "platform = \"autocalls\"\nbase_url = \"{}\"\ncampaign = 7\ntoken_command = \"echo x\"\n[mapping]\nphone = \"Nummer\"\n",
        server.url()
    );
    folder.write("leadload.toml", config);
    folder.import("leads.csv").args(&["--config", "leadload.toml", "--rate", "1000/s"]).without_token().run().exits(0);
    assert_eq!(server.leads().len(), 1);
}

#[test]
fn a_token_never_travels_unencrypted_to_another_machine_or_inside_an_address() {
    let folder = Folder::with_leads(LEADS);
    let import = |url: &str| {
        let target = ["--platform", "famulor", "--campaign", "7", "--base-url", url];
        folder.import("leads.csv").args(&target).run()
    };
    import("http://app.example.com/api").exits(2).says("not encrypted").says("https://");
    import("https://user:pass-word@app.example.com").exits(2).says_nothing_of("pass-word");
    assert_eq!(folder.files(), ["leads.csv"]);
}

#[cfg(unix)]
#[test]
fn files_with_peoples_data_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let (server, folder) = (Server::start(), Folder::with_leads(LEADS));
    folder.import("leads.csv").to(&server).run().exits(1);
    folder.write("leads.csv", LEADS.replace("\n12,", "\n13,"));
    folder.import("leads.csv").to(&server).run().exits(1);
    let ours: Vec<_> = folder.files().into_iter().filter(|name| name != "leads.csv").collect();
    assert_eq!(ours, ["autocalls-7.results.jsonl", "leads.rejects.csv", "leads.rejects.csv.previous"]);
    for name in ours {
        let mode = fs::metadata(folder.path(&name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name} has mode {mode:o}");
    }
}
