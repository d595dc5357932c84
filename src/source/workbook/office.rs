//! What XLSX and XLSB share: a package of parts that refer to each other (ECMA-376, part 2).

use std::collections::HashMap;
use std::io;

use quick_xml::events::Event;

use super::container::Container;
use super::xml::{Xml, attribute};

/// What a part refers to, by the id of the reference.
pub(super) struct References(HashMap<String, Reference>);

struct Reference {
    kind: String,
    target: String,
}

impl References {
    /// Those of the part `path`; none where there are none.
    pub(super) fn of(container: &Container, path: &str) -> io::Result<Self> {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut references = HashMap::new();
        let list = format!("{folder}/_rels/{name}.rels");
        let Some(part) = container.part(&list)? else { return Ok(Self(references)) };
        let mut xml = Xml::new(part);
        loop {
            match xml.next()? {
                Event::Start(tag) if tag.local_name().as_ref() == "Relationship" => {
                    let text = |name| attribute(&tag, name).unwrap_or_default().into_owned();
                    let target = resolved(folder, &text("Target"));
                    references.insert(text("Id"), Reference { kind: text("Type"), target });
                }
                Event::Eof => return Ok(Self(references)),
                _ => {}
            }
        }
    }

    /// The path of the part with this id, where it is a worksheet (and not a chart or a macro).
    pub(super) fn worksheet(&self, id: &str) -> Option<&str> {
        self.0.get(id).filter(|found| found.kind.ends_with("/worksheet")).map(|found| found.target.as_str())
    }

    /// The path of the first part of this kind.
    pub(super) fn kind(&self, kind: &str) -> Option<&str> {
        self.0.values().find(|found| found.kind.ends_with(kind)).map(|found| found.target.as_str())
    }
}

/// The path of the workbook's main part, where this is a package with one.
pub(super) fn main_part(container: &Container) -> io::Result<Option<String>> {
    if let Some(path) = References::of(container, "")?.kind("/officeDocument") {
        return Ok(container.has(path).then(|| path.to_owned()));
    }
    let usual = ["xl/workbook.xml", "xl/workbook.bin"].into_iter().find(|path| container.has(path));
    Ok(usual.map(str::to_owned))
}

/// `target`, which a part in `folder` refers to, from the root.
fn resolved(folder: &str, target: &str) -> String {
    if target.starts_with('/') {
        return target.trim_start_matches('/').to_owned();
    }
    let mut path: Vec<&str> = folder.split('/').filter(|step| !step.is_empty()).collect();
    for step in target.split(['/', '\\']) {
        match step {
            ".." => drop(path.pop()),
            "." | "" => {}
            step => path.push(step),
        }
    }
    path.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_found_from_the_folder_or_from_the_root() {
        assert_eq!(resolved("xl", "worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolved("xl", "/xl/worksheets/sheet1.xml"), "xl/worksheets/sheet1.xml");
        assert_eq!(resolved("xl/a", "../b.xml"), "xl/b.xml");
        assert_eq!(resolved("", "xl/workbook.xml"), "xl/workbook.xml");
        assert_eq!(resolved("", "../../x"), "x");
    }
}
