//! Which sheets of a workbook are read: the one that has the leads, and never one of several by chance.

use std::io;

use super::heading::{SampledRow, Table, find};
use super::rows::SheetRow;
use super::{Book, SheetInfo, Visibility};
use crate::source::Header;
use crate::source::format::{HeaderOption, ListSheets, SheetChoice, SourceOptions};

/// More sheets than this are not looked through.
const MOST_SHEETS: usize = 256;

/// How many rows of a sheet are looked at.
const SAMPLED_ROWS: usize = 200;

/// How much of a cell is looked at, in characters.
const SAMPLED_CELL: usize = 200;

/// As many cells of a sheet are looked at.
const SAMPLED_CELLS: usize = 100_000;

/// A sheet that is read, and its table.
#[derive(Debug, Clone)]
pub(super) struct Chosen {
    pub(super) sheet: usize,
    pub(super) table: Table,
}

/// What is read, and what is to be said about that.
#[derive(Debug, Default)]
pub(super) struct Choice {
    pub(super) chosen: Vec<Chosen>,
    pub(super) notes: Vec<String>,
}

/// Why no sheet could be chosen.
pub(super) enum NoChoice {
    /// In no sheet stands anything.
    Blank,
    /// In words for the user.
    Unclear(String),
    Io(io::Error),
}

impl From<io::Error> for NoChoice {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Chooses the sheets of `book`.
pub(super) fn choose(book: &dyn Book, options: &SourceOptions) -> Result<Choice, NoChoice> {
    let (sheets, wanted) = (book.sheets(), options.sheet.as_ref());
    let table = |sheet: usize| -> io::Result<Option<Chosen>> {
        Ok(find(&sample(book, sheet, options)?, options).map(|table| Chosen { sheet, table }))
    };
    if sheets.len() > MOST_SHEETS {
        let count = sheets.len();
        return Err(NoChoice::Unclear(format!(
            "it has {count} sheets: save the one with the leads as a workbook of its own"
        )));
    }
    let chosen = if let Some(SheetChoice::One(name)) = wanted {
        let sheet = named(sheets, name).ok_or_else(|| NoChoice::Unclear(unknown(sheets, name)))?;
        vec![table(sheet)?.ok_or(NoChoice::Blank)?]
    } else {
        let visible = (0..sheets.len()).filter(|&i| is_visible(sheets, i));
        let tables: Vec<Chosen> = visible.filter_map(|i| table(i).transpose()).collect::<io::Result<_>>()?;
        let tables = without_lists(sheets, tables, options.list_sheets)?;
        if !tables.iter().any(|chosen| chosen.table.has_numbers) {
            let is_list = |i: usize| sheets.get(i).is_some_and(|sheet| options.list_sheets.has(&sheet.name));
            let hidden = (0..sheets.len()).filter(|&i| !is_visible(sheets, i) && !is_list(i));
            let hidden: Vec<Chosen> = hidden.filter_map(|i| table(i).transpose()).collect::<io::Result<_>>()?;
            refuse_hidden(sheets, &hidden)?;
        }
        let candidates = candidates(&tables).ok_or(NoChoice::Blank)?;
        if wanted.is_some() { alike(sheets, &tables, &candidates)? } else { vec![only(sheets, &candidates)?] }
    };
    let notes = notes(sheets, &chosen, options.list_sheets);
    Ok(Choice { chosen, notes })
}

/// Nobody who stands on a do-not-call list is taken for a lead, and no lead for somebody on the list.
fn without_lists(sheets: &[SheetInfo], tables: Vec<Chosen>, are: ListSheets) -> Result<Vec<Chosen>, NoChoice> {
    let is_list = |chosen: &Chosen| sheets.get(chosen.sheet).is_some_and(|sheet| are.has(&sheet.name));
    let (lists, others): (Vec<Chosen>, Vec<Chosen>) = tables.into_iter().partition(is_list);
    match are {
        ListSheets::Alone(_) if !lists.is_empty() => Ok(lists),
        ListSheets::LeftOut(_) if others.is_empty() && !lists.is_empty() => {
            let indexes: Vec<usize> = lists.iter().map(|chosen| chosen.sheet).collect();
            Err(NoChoice::Unclear(format!(
                "it has nothing but do-not-call lists: {}. --suppress FILE heeds them; if their people are to be called, say so by --sheet NAME",
                list(sheets, &indexes)
            )))
        }
        _ => Ok(others),
    }
}

fn is_visible(sheets: &[SheetInfo], i: usize) -> bool {
    sheets.get(i).is_some_and(|sheet| sheet.visibility == Visibility::Visible)
}

/// The first rows of a sheet that are not blank, and not left out by the user's word. Rows over the limit are looked at in part.
fn sample(book: &dyn Book, sheet: usize, options: &SourceOptions) -> io::Result<Vec<SampledRow>> {
    let from = match options.header {
        HeaderOption::Row(row) => row.max(options.skip_rows + 1),
        HeaderOption::Found | HeaderOption::Missing => options.skip_rows + 1,
    };
    let mut rows = book.rows(sheet)?;
    let mut row = SheetRow::new(options.row_limit());
    let (mut sampled, mut cells_left) = (Vec::new(), SAMPLED_CELLS);
    while sampled.len() < SAMPLED_ROWS && cells_left > 0 && rows.next(&mut row)? {
        if u64::from(row.number) < from || row.is_blank() {
            continue;
        }
        cells_left = cells_left.saturating_sub(row.cells().count());
        let cells = row.cells().filter(|(_, text)| !text.trim().is_empty());
        let cells = cells.map(|(column, text)| (column, text.trim().chars().take(SAMPLED_CELL).collect())).collect();
        sampled.push(SampledRow { number: row.number, cells });
    }
    Ok(sampled)
}

/// The sheet of this name, else the one with this number among those that can be seen.
fn named(sheets: &[SheetInfo], name: &str) -> Option<usize> {
    let lower = name.trim().to_lowercase();
    let exactly = sheets.iter().position(|sheet| &*sheet.name == name);
    let alike = || sheets.iter().position(|sheet| sheet.name.trim().to_lowercase() == lower);
    let numbered = || {
        let number: usize = name.trim().parse().ok()?;
        (0..sheets.len()).filter(|&i| is_visible(sheets, i)).nth(number.checked_sub(1)?)
    };
    exactly.or_else(alike).or_else(numbered)
}

fn unknown(sheets: &[SheetInfo], name: &str) -> String {
    let all: Vec<usize> = (0..sheets.len()).collect();
    format!("there is no sheet {name:?}; there are {}", list(sheets, &all))
}

/// The sheets that can be meant: those with numbers to dial; without any, those with rows; without any, those with a header.
fn candidates(tables: &[Chosen]) -> Option<Vec<&Chosen>> {
    let with_rows = tables.iter().filter(|chosen| chosen.table.has_rows);
    let with_numbers = with_rows.clone().filter(|chosen| chosen.table.has_numbers);
    [with_numbers.collect::<Vec<_>>(), with_rows.collect(), tables.iter().collect()]
        .into_iter()
        .find(|some| !some.is_empty())
}

/// Those that have the header which most of those that can be meant have: a sheet of instructions may stand before them.
fn alike(sheets: &[SheetInfo], tables: &[Chosen], candidates: &[&Chosen]) -> Result<Vec<Chosen>, NoChoice> {
    let names = |chosen: &Chosen| {
        let names = Header::new(chosen.table.names.iter().map(String::as_str)).names().to_vec();
        (names, chosen.table.columns.len())
    };
    let headers: Vec<_> = candidates.iter().map(|candidate| names(candidate)).collect();
    let count = |header: &(Vec<String>, usize)| headers.iter().filter(|other| *other == header).count();
    let most = headers.iter().map(count).max().unwrap_or_default();
    let mut usual: Vec<_> = headers.iter().filter(|header| count(header) == most).collect();
    usual.dedup();
    let [header] = usual.as_slice() else {
        let indexes: Vec<usize> = candidates.iter().map(|chosen| chosen.sheet).collect();
        return Err(NoChoice::Unclear(format!(
            "its sheets have different headers, and cannot be read as one: {}. Import them one by one, each by --sheet NAME",
            list(sheets, &indexes)
        )));
    };
    Ok(tables.iter().filter(|table| names(table) == **header).cloned().collect())
}

fn only(sheets: &[SheetInfo], candidates: &[&Chosen]) -> Result<Chosen, NoChoice> {
    if let [one] = candidates {
        return Ok((*one).clone());
    }
    let indexes: Vec<usize> = candidates.iter().map(|chosen| chosen.sheet).collect();
    Err(NoChoice::Unclear(format!(
        "several sheets could be meant: {}. Say which one by --sheet NAME, or --sheet all for all with one header",
        list(sheets, &indexes)
    )))
}

/// Numbers that stand on hidden sheets alone are a person's choice.
fn refuse_hidden(sheets: &[SheetInfo], hidden: &[Chosen]) -> Result<(), NoChoice> {
    let with_numbers: Vec<usize> = hidden.iter().filter(|it| it.table.has_numbers).map(|it| it.sheet).collect();
    if with_numbers.is_empty() {
        return Ok(());
    }
    Err(NoChoice::Unclear(format!(
        "only hidden sheets have phone numbers: {}. Say by --sheet NAME that one of them is meant",
        list(sheets, &with_numbers)
    )))
}

fn list(sheets: &[SheetInfo], indexes: &[usize]) -> String {
    let named = indexes.iter().filter_map(|&i| sheets.get(i)).map(|sheet| match sheet.visibility {
        Visibility::Visible => format!("{:?}", sheet.name),
        Visibility::Hidden | Visibility::VeryHidden => format!("{:?} (hidden)", sheet.name),
    });
    named.collect::<Vec<_>>().join(", ")
}

fn notes(sheets: &[SheetInfo], chosen: &[Chosen], lists: ListSheets) -> Vec<String> {
    let mut notes = Vec::new();
    let read: Vec<usize> = chosen.iter().map(|chosen| chosen.sheet).collect();
    let others: Vec<usize> = (0..sheets.len()).filter(|i| !read.contains(i)).collect();
    let what = if read.len() == 1 { "sheet" } else { "sheets" };
    if !others.is_empty() {
        let name = |i: &usize| {
            let is_list = sheets.get(*i).is_some_and(|sheet| lists.has(&sheet.name));
            let why = if is_list { " (a do-not-call list: --suppress FILE heeds it)" } else { "" };
            format!("{}{why}", list(sheets, &[*i]))
        };
        let left_out: Vec<String> = others.iter().map(name).collect();
        notes.push(format!("{what} {}; left out: {}", list(sheets, &read), left_out.join(", ")));
    } else if read.len() > 1 {
        notes.push(format!("{what} {}", list(sheets, &read)));
    }
    for Chosen { sheet, table } in chosen {
        if let (Some(row), Some(above)) = (table.header_row, &table.above) {
            let of = if read.len() > 1 { format!(" of sheet {}", list(sheets, &[*sheet])) } else { String::new() };
            let words: String = above.chars().take(40).collect();
            notes.push(format!("the header is row {row}{of}; what stands above it is left out ({words:?}…)"));
        }
    }
    notes
}
