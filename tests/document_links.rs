//! Every link in every document leads somewhere.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Component, Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All documents of the project, those of every folder but what is built.
pub(crate) fn documents() -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![root().to_owned()];
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() && name != "target" && !name.starts_with('.') {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "md") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The document's path as people name it: `docs/MAPPING.md`.
pub(crate) fn shown(document: &Path) -> String {
    document.strip_prefix(root()).unwrap().display().to_string()
}

/// The lines of a document that are no examples.
fn prose(text: &str) -> impl Iterator<Item = &str> {
    let mut is_example = false;
    text.lines().filter(move |line| {
        let is_fence = line.trim_start().starts_with("```");
        is_example ^= is_fence;
        !is_fence && !is_example
    })
}

/// A line without what stands in it as code.
fn without_code(line: &str) -> String {
    line.split('`').step_by(2).collect()
}

/// Where the links of a document lead, as they are written.
fn links(text: &str) -> Vec<String> {
    let all: String = prose(text).map(|line| without_code(line) + "\n").collect();
    let targets = all.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0.to_owned()));
    targets.collect()
}

/// What a heading can be linked by, as GitHub makes it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim().to_lowercase().replace(' ', "-");
    kept.chars().filter(|c| c.is_alphanumeric() || *c == '-' || *c == '_').collect()
}

fn anchors(text: &str) -> BTreeSet<String> {
    let headings = prose(text).filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#'))).collect()
}

/// `path` without `..`, so that it can be compared.
fn straight(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut made, part| {
        if part == Component::ParentDir {
            made.pop();
        } else {
            made.push(part);
        }
        made
    })
}

/// Why `link` of `document` leads nowhere, where it does not.
fn fault(document: &Path, link: &str) -> Option<String> {
    if link.contains("://") || link.starts_with("mailto:") {
        return None;
    }
    let (path, heading) = link.split_once('#').unwrap_or((link, ""));
    let target = if path.is_empty() { document.to_owned() } else { straight(&document.parent().unwrap().join(path)) };
    if !target.exists() {
        return Some(format!("{}: there is no {link}", shown(document)));
    }
    let is_heading = || anchors(&fs::read_to_string(&target).unwrap()).contains(heading);
    (!heading.is_empty() && !is_heading()).then(|| format!("{}: no heading is meant by {link}", shown(document)))
}

#[test]
fn every_link_between_documents_leads_to_a_file_and_a_heading_that_are_there() {
    let documents = documents();
    let mut followed = 0;
    let mut faults = Vec::new();
    for document in &documents {
        let links = links(&fs::read_to_string(document).unwrap());
        followed += links.len();
        faults.extend(links.iter().filter_map(|link| fault(document, link)));
    }
    assert!(followed > 150, "only {followed} links were found: how they are written has changed");
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_document_can_be_reached_from_the_readme() {
    let mut reached: BTreeSet<PathBuf> = BTreeSet::new();
    let mut next = vec![root().join("README.md")];
    while let Some(document) = next.pop() {
        if !reached.insert(document.clone()) || document.extension().is_none_or(|extension| extension != "md") {
            continue;
        }
        let text = fs::read_to_string(&document).unwrap();
        let paths = links(&text).into_iter().filter(|link| !link.contains("://") && !link.starts_with('#'));
        let path =
            |link: String| straight(&document.parent().unwrap().join(link.split('#').next().unwrap_or_default()));
        // A link to a folder shows what its README says.
        next.extend(paths.map(path).map(|path| if path.is_dir() { path.join("README.md") } else { path }));
        next.retain(|path| path.exists());
    }
    let lost: Vec<_> = documents().into_iter().filter(|document| !reached.contains(document)).collect();
    assert!(lost.is_empty(), "nothing leads to {:?}", lost.iter().map(|path| shown(path)).collect::<Vec<_>>());
}
