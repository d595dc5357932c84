//! What the program says of its commands.

use crate::harness::command::Folder;

/// The help of every command, and of every command of a command, by its words: `import`, `config show`.
pub(crate) fn helps() -> Vec<(String, String)> {
    let folder = Folder::new();
    let help = |words: &[&str]| folder.leadload(&[words, &["--help"]].concat()).run().stdout;
    let mut helps = Vec::new();
    for name in commands_in(&help(&[])) {
        let of_command = help(&[&name]);
        let inner = commands_in(&of_command);
        helps.push((name.clone(), of_command));
        helps.extend(inner.iter().map(|inner| (format!("{name} {inner}"), help(&[&name, inner]))));
    }
    helps
}

/// The commands that a help lists, in its order.
fn commands_in(help: &str) -> Vec<String> {
    let list = help.split("Commands:").nth(1).and_then(|rest| rest.split("\n\n").next()).unwrap_or_default();
    // What is said of a command may go on in lines that stand further in.
    let names = list.lines().filter_map(|line| line.strip_prefix("  ")?.split(' ').next());
    names.filter(|name| !name.is_empty() && *name != "help").map(str::to_owned).collect()
}
