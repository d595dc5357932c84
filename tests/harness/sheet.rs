//! A sheet of people that somebody edits and sorts anew between runs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use leadload::sandbox::Sandbox;

use super::in_process::number;

/// Whether the rows of a company are one lead, or each row is one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Grouped {
    Companies,
    Rows,
}

/// See the module's documentation. A company has three numbers where companies are leads, else one: rows with the same
/// number are duplicates then. So in the end each company is one lead, whatever was done to the sheet.
pub(crate) struct Sheet {
    grouped: Grouped,
    /// The companies that may be in it.
    companies: Vec<usize>,
    /// Company, number and first name.
    rows: Vec<(usize, usize, u32)>,
    /// Every company that was ever in it when it was written.
    ever: BTreeSet<usize>,
}

impl Sheet {
    /// One with `rows` rows of these companies.
    pub(crate) fn new(dice: &mut fastrand::Rng, grouped: Grouped, companies: Vec<usize>, rows: usize) -> Self {
        let mut sheet = Self { grouped, companies, rows: Vec::new(), ever: BTreeSet::new() };
        for _ in 0..rows {
            sheet.add_row(dice);
        }
        sheet
    }

    fn add_row(&mut self, dice: &mut fastrand::Rng) {
        let company = self.companies[dice.usize(..self.companies.len())];
        let person = if self.grouped == Grouped::Companies { dice.usize(..3) } else { 0 };
        let at = dice.usize(..=self.rows.len());
        self.rows.insert(at, (company, 3 * company + person, 0));
    }

    /// Adds a row of this company at the end.
    pub(crate) fn add_company(&mut self, company: usize) {
        self.rows.push((company, 3 * company, 0));
    }

    /// Takes rows out, puts others in, edits some, sorts them.
    pub(crate) fn edit(&mut self, dice: &mut fastrand::Rng) {
        for _ in 0..dice.usize(..4) {
            match dice.u8(..5) {
                0 if self.rows.len() > 2 => drop(self.rows.remove(dice.usize(..self.rows.len()))),
                1 => dice.shuffle(&mut self.rows),
                2 => self.rows.sort_unstable(),
                3 => {
                    let at = dice.usize(..self.rows.len());
                    self.rows[at].2 += 1;
                }
                _ => self.add_row(dice),
            }
        }
    }

    /// Everybody's number and first name, in the order of the rows.
    pub(crate) fn people(&self) -> impl Iterator<Item = (String, String)> {
        self.rows.iter().map(|(_, person, name)| (number(*person), format!("Name {name}")))
    }

    /// As CSV. From now on these companies may be on the platform.
    pub(crate) fn csv(&mut self) -> String {
        let mut text = String::from("company,phone_number,first_name\n");
        for (company, person, name) in &self.rows {
            self.ever.insert(*company);
            let _ = writeln!(text, "C{company},{},Name {name}", number(*person));
        }
        text
    }
}

/// Everybody of the `sheets` as they are is there once, and nobody who was ever in one is there twice.
pub(crate) fn assert_each_company_once(sandbox: &Sandbox, sheets: &[Sheet]) {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for lead in sandbox.leads() {
        *times.entry(lead.variables["company"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    for (company, times) in &times {
        assert_eq!(*times, 1, "{company} is there more than once");
        let number = company[1..].parse().unwrap();
        assert!(sheets.iter().any(|sheet| sheet.ever.contains(&number)), "nobody asked for {company}");
    }
    for (company, ..) in sheets.iter().flat_map(|sheet| &sheet.rows) {
        assert!(times.contains_key(&format!("C{company}")), "C{company} is lost");
    }
}
