//! Descriptions that are wrong, of platforms with habits of their own: whatever they say, nobody is called twice and nobody counts as
//! gone who is there.

use crate::harness::command::{Command, Folder};
use crate::harness::odd_api::{Habit, OddApi};

/// It describes [`OddApi`] rightly.
const RIGHT: &str = r#"
name = "odd"
base_url = "https://odd.example.com"
message = "/errors/0/text"
calls_at_once = false

[limits]
rate = "1000/s"
settle = "100ms"

[token]
header = "X-Key"
test = { path = "/me/", when = { "/ok" = true } }

[create]
path = "/lists/{campaign}/people/"
body = { tel = "{phone}", attrs = "{variables}" }

[[create.answers]]
means = "created"
status = [200]
when = { "/ok" = true }
id = "/result/1/id"
lead = "/result/1/person"

[[create.answers]]
means = "rejected"
status = [200]
when = { "/ok" = false }

[lead]
id = "/ref/id"
phone = "/tel"
status = "/state"
untouched = ["new"]
shows = { "/tel" = "/tel", "/attrs" = "/attrs" }

[look_up]
path = "/lists/{campaign}/people/"
query = { tel = "{phone}", offset = "{offset}", limit = "{page_size}" }
leads = "/people"
pages = "offset"
total = "/total"
page_size = 3

[list]
path = "/lists/{campaign}/people/"
query = { offset = "{offset}", limit = "{page_size}" }
leads = "/people"
pages = "offset"
total = "/total"
page_size = 3

[update]
method = "PUT"
path = "/people/{id}"
done = [200]
when = { "/ok" = true }

[delete]
path = "/people/{id}"
done = [200]
when = { "/ok" = true }
gone = [404]
"#;

const RESULTS: &str = "odd-7.results.jsonl";

fn numbers(ends: std::ops::RangeInclusive<u32>) -> Vec<String> {
    ends.map(|end| format!("+493023125{end:03}")).collect()
}

/// Seven leads, and the description with this instead of that.
fn folder(changes: &[(&str, &str)]) -> Folder {
    let mut description = RIGHT.to_owned();
    for (from, to) in changes {
        assert!(description.contains(from), "{from}");
        description = description.replace(from, to);
    }
    let rows = numbers(1..=7).join(",Ada\n");
    Folder::with_leads(format!("phone_number,name\n{rows},Ada\n")).with("odd.toml", description)
}

fn to<'a>(command: Command<'a>, odd: &OddApi) -> Command<'a> {
    command.args(&["--platform-file", "odd.toml", "--base-url", odd.api.url()])
}

fn import<'a>(folder: &'a Folder, odd: &OddApi) -> Command<'a> {
    to(folder.import("leads.csv"), odd).args(&["--campaign", "7"])
}

/// The seven leads are there, and no results file knows it.
fn there_already(folder: &Folder, odd: &OddApi) {
    import(folder, odd).args(&["--results", "elsewhere.jsonl"]).run().exits(0);
    assert_eq!(odd.created(), numbers(1..=7));
}

#[test]
fn whoever_is_not_deleted_or_changed_and_told_so_with_200_counts_as_it_was() {
    let (odd, folder) = (OddApi::start(&[Habit::Locked], &[]), folder(&[]));
    import(&folder, &odd).run().exits(0).leads_in("created", 7);
    to(folder.leadload(&["undo", RESULTS, "--yes"]), &odd)
        .run()
        .exits(1)
        .says("7 leads not deleted: in a call just now");
    folder.write("leads.csv", folder.read("leads.csv").replace("Ada", "Eva"));
    let update = to(folder.leadload(&["update", "leads.csv", "--campaign", "7"]), &odd).run();
    update.exits(1).says("not updated: 7 leads: in a call just now");
    import(&folder, &odd).run().leads_in("created", 7);
    assert_eq!(odd.created(), numbers(1..=7));
}

#[test]
fn where_a_refusal_comes_with_200_the_file_must_say_what_is_none() {
    for (section, key) in [("[token.test]", "token"), ("this request", "update"), ("this request", "delete")] {
        let conditions = [
            ", when = { \"/ok\" = true }",
            "\nwhen = { \"/ok\" = true }\n\n[delete]",
            "\nwhen = { \"/ok\" = true }\ngone",
        ];
        let without = ["", "\n\n[delete]", "\ngone"];
        let index = ["token", "update", "delete"].iter().position(|it| *it == key).unwrap();
        let folder = folder(&[(conditions[index], without[index])]);
        let run = folder.import("leads.csv").args(&["--platform-file", "odd.toml", "--campaign", "7"]).run();
        run.exits(2).says(&format!("{key}: by [create] a status from 200 to 299 alone does not say")).says(section);
    }
}

#[test]
fn a_token_that_is_refused_with_200_is_noticed_before_anything_is_sent() {
    let (odd, folder) = (OddApi::start(&[], &[]), folder(&[]));
    import(&folder, &odd).env("LEADLOAD_TOKEN", "tok-other").run().exits(3).says("does not accept the token");
    let doctor = to(folder.leadload(&["doctor", "--campaign", "7"]), &odd).env("LEADLOAD_TOKEN", "tok-other").run();
    doctor.exits(3).says("does not accept the token");
    assert!(odd.created().is_empty());
}

#[test]
fn a_lead_that_is_gone_without_a_word_is_deleted_once_a_look_up_shows_that() {
    let (odd, folder) = (OddApi::start(&[Habit::SilentDeletions], &[]), folder(&[]));
    import(&folder, &odd).run().exits(0);
    to(folder.leadload(&["undo", RESULTS, "--yes"]), &odd).run().exits(0).says("7 leads deleted");
    assert!(odd.numbers().is_empty());
}

#[test]
fn pages_that_are_shorter_than_they_are_asked_for_leave_nobody_out() {
    let (odd, folder) = (OddApi::start(&[Habit::ShortPages], &[]), folder(&[]));
    there_already(&folder, &odd);
    import(&folder, &odd).args(&["--skip-existing"]).run().exits(0).leads_in("exists", 7).leads_in("created", 0);
    assert_eq!(odd.created(), numbers(1..=7));
}

#[test]
fn a_list_that_says_at_another_place_where_it_ends_is_not_believed() {
    let by_number = [
        ("offset = \"{offset}\"", "page = \"{page}\""),
        ("pages = \"offset\"", "pages = \"number\""),
        ("total = \"/total\"", "last_page = \"/page\""),
    ];
    for wrong in [&[("total = \"/total\"", "total = \"/count\"")][..], &by_number] {
        let (odd, folder) = (OddApi::start(&[], &[]), folder(wrong));
        there_already(&folder, &odd);
        let run = import(&folder, &odd).args(&["--skip-existing"]).run();
        run.exits(3).says("goes on behind the page that says that it is the last one");
        assert_eq!(odd.created(), numbers(1..=7));
    }
}

#[test]
fn a_look_up_that_ignores_its_filter_proves_nobody_absent_by_a_wrong_end() {
    let lost = numbers(5..=6);
    let lost: Vec<&str> = lost.iter().map(String::as_str).collect();
    for habits in [&[Habit::NoFilter][..], &[Habit::NoFilter, Habit::NoSuchPage]] {
        for wrong in [&[("total = \"/total\"", "total = \"/count\"")][..], &[]] {
            let (odd, folder) = (OddApi::start(habits, &lost), folder(wrong));
            import(&folder, &odd).run().balances();
            assert_eq!(odd.created(), numbers(1..=7), "{habits:?} {wrong:?}");
            import(&folder, &odd).run().balances().exits(0).leads_in("created", 7);
            assert_eq!(odd.created(), numbers(1..=7), "{habits:?} {wrong:?}");
        }
    }
}

/// Lists have one page, which says by this how many there are.
fn one_page(total: &'static str) -> [(&'static str, &'static str); 5] {
    [
        (", offset = \"{offset}\", limit = \"{page_size}\" }", " }"),
        ("query = { offset = \"{offset}\", limit = \"{page_size}\" }\n", ""),
        ("pages = \"offset\"\n", ""),
        ("page_size = 3\n", ""),
        ("total = \"/total\"\n", total),
    ]
}

#[test]
fn a_list_that_has_one_page_alone_is_refused_since_nothing_shows_that_it_is_all() {
    for total in ["", "total = \"/total\"\n", "total = \"/count\"\n"] {
        let folder = folder(&one_page(total));
        let run = folder.import("leads.csv").args(&["--platform-file", "odd.toml", "--campaign", "7"]).run();
        run.exits(2).says("list: may be cut off").says("leave [list] out");
    }
}

#[test]
fn a_look_up_of_one_page_that_shows_others_proves_nobody_absent_whatever_total_says() {
    let lost = numbers(5..=5);
    for total in ["", "total = \"/total\"\n", "total = \"/count\"\n"] {
        let (odd, folder) = (OddApi::start(&[Habit::NoFilter], &[&lost[0]]), folder(&one_page(total)));
        let all = folder.read("odd.toml");
        let (before, behind) = (all.find("[list]").unwrap(), all.find("[update]").unwrap());
        folder.write("odd.toml", format!("{}{}", &all[..before], &all[behind..]));
        import(&folder, &odd).run().exits(4).balances().leads_in("in_doubt", 1);
        import(&folder, &odd).run().exits(4).leads_in("in_doubt", 1);
        assert_eq!(odd.created(), numbers(1..=7), "{total}");
    }
}

#[test]
fn a_list_that_takes_no_notice_of_the_page_asked_for_is_not_believed_however_often_it_comes() {
    // Four a page are two pages, by its own word, and the second one is the first one again.
    let misnamed = [
        ("offset = \"{offset}\"", "seite = \"{page}\""),
        ("pages = \"offset\"", "pages = \"number\""),
        ("total = \"/total\"", "last_page = \"/pages\""),
        ("page_size = 3", "page_size = 4"),
    ];
    let (odd, folder) = (OddApi::start(&[], &[]), folder(&misnamed));
    there_already(&folder, &odd);
    let run = import(&folder, &odd).args(&["--skip-existing"]).run();
    run.exits(3).says("shows the same leads whatever page is asked for").says("See to the name under which");
    assert_eq!(odd.created(), numbers(1..=7));
}

#[test]
fn where_offsets_do_not_count_what_a_list_shows_nobody_in_between_is_left_out() {
    for total in ["total = \"/total\"\n", ""] {
        for size in ["page_size = 2", "page_size = 100"] {
            let changes = [("total = \"/total\"\n", total), ("page_size = 3", size)];
            let (odd, folder) = (OddApi::start(&[Habit::ShowsContacts, Habit::ShortPages], &[]), folder(&changes));
            there_already(&folder, &odd);
            let run = import(&folder, &odd).args(&["--skip-existing"]).run();
            run.exits(3).says("its pages do not join").says("pages = \"number\" or \"cursor\"");
            assert_eq!(odd.created(), numbers(1..=7), "{total} {size}");
        }
    }
}

#[test]
fn a_list_that_refuses_to_show_more_is_not_at_its_end() {
    let (odd, folder) = (OddApi::start(&[Habit::Window], &[]), folder(&[("page_size = 3", "page_size = 2")]));
    there_already(&folder, &odd);
    let run = import(&folder, &odd).args(&["--skip-existing"]).run();
    run.exits(3).says("the platform's list answered 400").says("That was page");
    assert_eq!(odd.created(), numbers(1..=7));
}

#[test]
fn pages_that_are_counted_from_nought_are_all_read_where_the_file_says_so() {
    let from_nought = [
        ("offset = \"{offset}\"", "page = \"{page}\""),
        ("pages = \"offset\"", "pages = \"number\"\nfirst_page = 0"),
        ("total = \"/total\"", "last_page = \"/pages\""),
    ];
    for habits in [&[Habit::PagesFromZero][..], &[Habit::PagesFromZero, Habit::NoSuchPage]] {
        let (odd, folder) = (OddApi::start(habits, &[]), folder(&from_nought));
        there_already(&folder, &odd);
        import(&folder, &odd).args(&["--skip-existing"]).run().exits(0).leads_in("exists", 7).leads_in("created", 0);
    }
}

#[test]
fn an_answer_with_another_id_than_its_lead_makes_nobody_created_and_is_settled_once_the_file_is_right() {
    let (odd, folder) = (OddApi::start(&[Habit::IdOfRequest], &[]), folder(&[]));
    let run = import(&folder, &odd).run();
    run.exits(3).leads_in("in_doubt", 1).leads_in("created", 0).says("\"5900\"").says("\"900\"");
    assert_eq!(odd.created().len(), 1);
    folder.write("odd.toml", folder.read("odd.toml").replace("\"/result/1/id\"", "\"/result/1/person/ref/id\""));
    import(&folder, &odd).run().exits(0).leads_in("created", 7);
    assert_eq!(odd.created(), numbers(1..=7));
}

#[test]
fn a_lead_that_is_shown_in_another_campaign_stops_the_run_at_the_first_one() {
    let with_campaign = [("phone = \"/tel\"", "phone = \"/tel\"\ncampaign = \"/list\"")];
    let (odd, folder) = (OddApi::start(&[Habit::OtherCampaign], &[]), folder(&with_campaign));
    let run = import(&folder, &odd).run();
    run.exits(3).leads_in("created", 1).says("was sent to campaign \"7\" and shows \"Spring\"");
    assert_eq!(odd.created().len(), 1);
}

#[test]
fn a_platform_whose_address_was_changed_does_not_have_everybody_created_again() {
    let (odd, folder) = (OddApi::start(&[], &[]), folder(&[]));
    import(&folder, &odd).run().exits(0).leads_in("created", 7);
    let moved = odd.api.url().replace("127.0.0.1", "localhost");
    let import_there =
        || folder.import("leads.csv").args(&["--platform-file", "odd.toml", "--campaign", "7", "--base-url", &moved]);
    for more in [&[][..], &["--dry-run"]] {
        let run = import_there().args(more).run();
        run.exits(2).says("everybody would be created again").says("--skip-existing").says("--suppress");
    }
    for more in [
        &["--known", RESULTS, "--results", "new.jsonl"][..],
        &["--known", RESULTS, "--results", "new.jsonl", "--dry-run"],
    ] {
        import_there().args(more).run().exits(2).says("nobody would be spared by it").says("--skip-existing");
    }
    assert_eq!(odd.created(), numbers(1..=7));
    import_there().args(&["--results", "moved.jsonl", "--skip-existing"]).run().exits(0).says("exists");
    import(&folder, &odd).run().exits(0).leads_in("created", 7);
    assert_eq!(odd.created(), numbers(1..=7));
    // Who was undone there may be sent here.
    to(folder.leadload(&["undo", RESULTS, "--yes", "--all-runs"]), &odd).run().exits(0).says("7 leads deleted");
    import_there().run().exits(0).leads_in("created", 7);
    assert_eq!(odd.numbers(), numbers(1..=7));
}

/// 201 is created, and 200 with an id is a lead that was there.
const TOLD_BY_STATUS: [(&str, &str); 2] = [
    ("status = [200]\nwhen = { \"/ok\" = true }\nid =", "status = [201]\nid ="),
    (
        "when = { \"/ok\" = false }\n",
        "when = { \"/ok\" = false }\n\n[[create.answers]]\nmeans = \"exists\"\nstatus = [200]\nid = \"/result/1/id\"\n",
    ),
];

#[test]
fn a_success_that_is_said_to_mean_a_lead_which_was_there_is_believed_where_a_look_up_finds_it() {
    let (odd, folder) = (OddApi::start(&[Habit::TellsByStatus], &[]), folder(&TOLD_BY_STATUS));
    import(&folder, &odd).args(&["--results", "one.jsonl"]).run().exits(0);
    let run = import(&folder, &odd).args(&["--results", "two.jsonl"]).run();
    run.exits(0).says("exists");
    assert_eq!(odd.created(), numbers(1..=7));
}

#[test]
fn a_success_with_the_id_of_something_else_is_in_doubt_and_stops_the_run() {
    let (odd, folder) = (OddApi::start(&[Habit::Jobs], &[]), folder(&TOLD_BY_STATUS));
    let run = import(&folder, &odd).run();
    run.exits(3).leads_in("in_doubt", 1).leads_in("exists", 0).says("no look-up finds it").says("[[create.answers]]");
    // Where it cannot be looked up, nothing is sent.
    let all = folder.read("odd.toml");
    let (before, behind) = (all.find("[look_up]").unwrap(), all.find("[update]").unwrap());
    folder.write("odd.toml", format!("{}{}", &all[..before], &all[behind..]));
    import(&folder, &odd).run().exits(2).says("by its id alone").says("describe [look_up]");
}

#[test]
fn a_list_in_which_nobody_shows_a_number_is_not_believed() {
    let (odd, folder) = (OddApi::start(&[], &[]), folder(&[("phone = \"/tel\"", "phone = \"/phone\"")]));
    there_already(&folder, &odd);
    import(&folder, &odd)
        .args(&["--skip-existing"])
        .run()
        .exits(3)
        .says("nobody on the platform's list shows a number");
    assert_eq!(odd.created(), numbers(1..=7));
}

#[test]
fn a_description_in_a_file_beside_the_input_is_named_where_a_platform_is_missing() {
    let folder = folder(&[]);
    let section = RIGHT.replace("\n[", "\n[custom.").replace("[custom.[", "[[custom.");
    folder.write("leadload.toml", format!("platform = \"custom\"\n[custom]\n{section}"));
    let run = folder.import("leads.csv").run();
    run.exits(2).says("no platform").says("left out custom, platform").says("--config");
}
