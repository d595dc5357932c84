//! The only door to the template engine: which columns a template uses, and what it makes of a row.
//!
//! Templates may do no more than turn cells into text: there is no loader, no file and no escaping for HTML. Names that
//! no column has are errors, never empty texts.

use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use minijinja::value::{Object, Value};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};

use crate::source::{Header, Row};

/// The compiled templates of a mapping, each found by its own text.
#[derive(Debug)]
pub(super) struct Templates {
    environment: Environment<'static>,
}

impl Templates {
    pub(super) fn new() -> Self {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_fuel(Some(FUEL));
        Self { environment }
    }

    /// Compiles `template`; says what is wrong with one that cannot work with any header.
    pub(super) fn add(&mut self, template: &str) -> Result<(), String> {
        self.environment.add_template_owned(template.to_owned(), template.to_owned()).map_err(|error| said(&error))?;
        // Unknown filters and functions show only when a template is run.
        let tried = self.environment.get_template(template).and_then(|it| it.render(Value::from_object(AnyColumn)));
        let broken = |error: &Error| {
            matches!(error.kind(), ErrorKind::UnknownFilter | ErrorKind::UnknownFunction | ErrorKind::UnknownTest)
        };
        match tried {
            Err(error) if broken(&error) => Err(said(&error)),
            _ => Ok(()),
        }
    }

    /// The columns that `template` uses.
    pub(super) fn uses(&self, template: &str) -> Uses {
        let Ok(compiled) = self.environment.get_template(template) else { return Uses::default() };
        let mut uses = Uses::default();
        let functions: Vec<&str> = self.environment.globals().map(|(name, _)| name).collect();
        for name in compiled.undeclared_variables(true) {
            if name == ROW {
                let (named, computed) = subscripts(template);
                uses.names.extend(named);
                uses.computed |= computed;
            } else if let Some(name) = name.strip_prefix("row.") {
                uses.names.push(name.to_owned());
            } else if !functions.contains(&name.as_str()) {
                uses.names.push(name);
            }
        }
        uses.names.sort();
        uses.names.dedup();
        uses
    }

    fn render(&self, template: &str, row: Value) -> Result<String, String> {
        let rendered = self.environment.get_template(template).and_then(|it| it.render(row));
        rendered.map(|text| text.trim().to_owned()).map_err(|error| said(&error))
    }
}

/// How many steps a template may take on one row. Joining some names takes tens; a mapping that came with a downloaded file
/// must not be able to keep the program busy for ever.
const FUEL: u64 = 50_000;

/// What of a row a template uses.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Uses {
    /// Names as they stand in the template: `first`, `address.city`, `Erster Name`; sorted.
    pub(super) names: Vec<String>,
    /// True where a name is worked out at run time, as in `row[x]`.
    pub(super) computed: bool,
}

/// The name under which templates have the whole row.
const ROW: &str = "row";

/// The names in `row["…"]`, and whether there are subscripts that are no plain text. The engine tells names and
/// attributes that a template uses, but not constant subscripts.
fn subscripts(template: &str) -> (Vec<String>, bool) {
    let (mut names, mut computed) = (Vec::new(), false);
    for (at, _) in template.match_indices(ROW) {
        let within_a_word =
            template[..at].chars().next_back().is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '.');
        let after = template[at + ROW.len()..].trim_start();
        let Some(inside) = after.strip_prefix('[').filter(|_| !within_a_word) else { continue };
        match quoted(inside.trim_start()) {
            Some((name, rest)) if rest.trim_start().starts_with(']') => names.push(name.to_owned()),
            _ => computed = true,
        }
    }
    // `row` alone, as in `row | length`, may use anything.
    let computed = computed || names.is_empty();
    (names, computed)
}

fn quoted(text: &str) -> Option<(&str, &str)> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let (name, rest) = text[1..].split_once(quote)?;
    if name.contains('\\') { None } else { Some((name, rest)) }
}

fn said(error: &Error) -> String {
    match error.detail() {
        Some(detail) => format!("{}: {detail}", error.kind()),
        None => error.kind().to_string(),
    }
}

/// Which columns the templates of a mapping read from a row, bound to a header.
#[derive(Debug, Default)]
pub(super) struct TemplateColumns {
    /// The names that templates use, and which of `columns` each is.
    slots: BTreeMap<String, usize>,
    /// `None`: a column that a growing header lacks so far.
    columns: Vec<Option<usize>>,
}

impl TemplateColumns {
    /// Takes in what a template uses. Returns the names that `header` has no column for; rows then have an empty text.
    pub(super) fn bind(&mut self, uses: &Uses, header: &Header) -> Vec<String> {
        let mut missing = Vec::new();
        for name in &uses.names {
            let members = members_of(name, header);
            if let Some((name, index)) = column_of(name, header) {
                self.insert(name, Some(index));
            } else if members.is_empty() {
                missing.push(name.clone());
                self.insert(name, None);
            }
            for index in members {
                self.insert_by_own_name(header, index);
            }
        }
        if uses.computed {
            (0..header.len()).for_each(|index| self.insert_by_own_name(header, index));
        }
        missing
    }

    /// The positions of the columns that templates use.
    pub(super) fn indices(&self) -> Vec<usize> {
        self.columns.iter().copied().flatten().collect()
    }

    fn insert_by_own_name(&mut self, header: &Header, index: usize) {
        if let Some(name) = header.names().get(index) {
            self.insert(name, Some(index));
        }
    }

    fn insert(&mut self, name: &str, column: Option<usize>) {
        if !self.slots.contains_key(name) {
            self.slots.insert(name.to_owned(), self.columns.len());
            self.columns.push(column);
        }
    }
}

/// The column that `name` begins with: `first` also for `first.x`, which a template might mean as a method.
fn column_of<'a>(name: &'a str, header: &Header) -> Option<(&'a str, usize)> {
    let mut name = name;
    if let Some(index) = header.position_of(name) {
        return Some((name, index));
    }
    while let Some((shorter, _)) = name.rsplit_once('.') {
        match header.position_of(shorter) {
            // A JSON object has its members as columns: one that is not there is missing.
            Some(index) if header.is_container(index) => return None,
            Some(index) => return Some((shorter, index)),
            None => name = shorter,
        }
    }
    None
}

/// The columns `name.…`.
fn members_of(name: &str, header: &Header) -> Vec<usize> {
    let is_member = |column: &String| column.strip_prefix(name).is_some_and(|rest| rest.starts_with('.'));
    let columns = header.names().iter().enumerate();
    columns.filter_map(|(index, column)| is_member(column).then_some(index)).collect()
}

/// A row while its draft is filled: its cells, and what templates make of them.
#[derive(Debug)]
pub(super) struct RowInHand<'a> {
    pub(super) row: &'a Row,
    templates: &'a Templates,
    columns: &'a Arc<TemplateColumns>,
    view: OnceCell<Value>,
}

impl<'a> RowInHand<'a> {
    pub(super) fn new(row: &'a Row, templates: &'a Templates, columns: &'a Arc<TemplateColumns>) -> Self {
        Self { row, templates, columns, view: OnceCell::new() }
    }

    /// What `template` makes of the row, without outer spaces.
    pub(super) fn render(&self, template: &str) -> Result<String, String> {
        let view = self.view.get_or_init(|| Value::from_object(RowView::new(self.row, self.columns)));
        self.templates.render(template, view.clone())
    }
}

/// A row as templates see it. The engine wants to own what it reads, so the cells that are used are copied.
#[derive(Debug)]
struct RowView {
    columns: Arc<TemplateColumns>,
    cells: Arc<[Value]>,
    /// Empty, or `address.` for the members of an object.
    prefix: String,
}

impl RowView {
    fn new(row: &Row, columns: &Arc<TemplateColumns>) -> Self {
        let cell = |column: &Option<usize>| Value::from(column.and_then(|index| row.get(index)).unwrap_or_default());
        Self { columns: Arc::clone(columns), cells: columns.columns.iter().map(cell).collect(), prefix: String::new() }
    }

    fn within(&self, prefix: String) -> Self {
        Self { columns: Arc::clone(&self.columns), cells: Arc::clone(&self.cells), prefix }
    }

    fn cell(&self, name: &str) -> Option<Value> {
        self.cells.get(*self.columns.slots.get(name)?).cloned()
    }

    fn has_members(&self, prefix: &str) -> bool {
        let mut from = self.columns.slots.range(prefix.to_owned()..);
        from.next().is_some_and(|(name, _)| name.starts_with(prefix))
    }
}

impl Object for RowView {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let key = key.as_str()?;
        let name = format!("{}{key}", self.prefix);
        let members = format!("{name}.");
        if self.has_members(&members) {
            return Some(Value::from_object(self.within(members)));
        }
        self.cell(&name).or_else(|| (name == ROW).then(|| Value::from_dyn_object(Arc::clone(self))))
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.cell(self.prefix.trim_end_matches('.')) {
            Some(text) => write!(f, "{text}"),
            None => Ok(()),
        }
    }
}

/// Has every column; for trying a template before there is a header.
#[derive(Debug)]
struct AnyColumn;

impl Object for AnyColumn {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        // Functions of the engine are found only where the row has nothing of their name.
        let function = matches!(key.as_str(), Some("range" | "dict" | "namespace" | "debug"));
        (!function).then(|| Value::from_dyn_object(Arc::clone(self)))
    }

    fn render(self: &Arc<Self>, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("0")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Position;

    fn header(names: &[&str]) -> Header {
        Header::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<String>>())
    }

    fn row(cells: &[&str]) -> Row {
        Row::from_cells(Position { file: "a.csv".into(), sheet: None, row: 2, line: 2 }, cells)
    }

    fn render(template: &str, columns: &[(&str, &str)]) -> Result<String, String> {
        let mut templates = Templates::new();
        templates.add(template)?;
        let header = header(&columns.iter().map(|(name, _)| *name).collect::<Vec<_>>());
        let mut bound = TemplateColumns::default();
        let missing = bound.bind(&templates.uses(template), &header);
        if !missing.is_empty() {
            return Err(format!("missing {missing:?}"));
        }
        let row = row(&columns.iter().map(|(_, cell)| *cell).collect::<Vec<_>>());
        let bound = Arc::new(bound);
        RowInHand::new(&row, &templates, &bound).render(template)
    }

    #[test]
    fn a_template_sees_columns_by_name_and_by_subscript() {
        let columns = [("first", "Ada"), ("Erster Name", "Grace"), ("Straße", "Am Markt 1")];
        assert_eq!(render("{{ first }} / {{ row[\"Erster Name\"] }}", &columns).unwrap(), "Ada / Grace");
        assert_eq!(render("{{ row['Erster Name'] | upper }}", &columns).unwrap(), "GRACE");
        assert_eq!(render("{{ Straße }}", &columns).unwrap(), "Am Markt 1");
        assert_eq!(render("{{ First }}", &columns).unwrap(), "Ada");
        assert_eq!(render("{% set n = 'first' %}{{ row[n] }}", &columns).unwrap(), "Ada");
        assert_eq!(render("{{ row.first }}", &columns).unwrap(), "Ada");
    }

    #[test]
    fn cells_are_texts_and_nothing_is_escaped() {
        assert_eq!(render("{{ zip }} & <b>", &[("zip", "01067")]).unwrap(), "01067 & <b>");
        assert_eq!(render("{{ a }} {{ b }}", &[("a", ""), ("b", "Ada")]).unwrap(), "Ada");
        assert_eq!(render("{% if a %}yes{% else %}no{% endif %}", &[("a", "")]).unwrap(), "no");
    }

    #[test]
    fn a_template_that_would_run_for_ever_is_ended() {
        let endless = "{% for a in range(9999) %}{% for b in range(9999) %}{{ x }}{% endfor %}{% endfor %}";
        assert!(render(endless, &[("x", "1")]).unwrap_err().contains("fuel"));
    }

    #[test]
    fn members_of_objects_are_reached_by_dots() {
        let columns = [("address.city", "Bonn"), ("address.geo.lat", "50.7")];
        assert_eq!(render("{{ address.city }} {{ row.address.geo.lat }}", &columns).unwrap(), "Bonn 50.7");
    }

    #[test]
    fn a_column_that_is_not_there_is_missing_wherever_the_template_names_it() {
        for template in ["{{ lst }}", "{% if false %}{{ lst }}{% endif %}", "{{ row[\"lst\"] }}", "{{ row.lst }}"] {
            assert_eq!(render(template, &[("last", "x")]).unwrap_err(), "missing [\"lst\"]", "{template}");
        }
        assert!(render("{% set n = 'nope' %}{{ row[n] }}", &[("last", "x")]).unwrap_err().contains("undefined"));
    }

    #[test]
    fn a_template_that_cannot_work_is_refused_before_there_is_a_header() {
        for template in ["{{ a", "{{ a | uper }}", "{% include 'x' %}", "{% if a is nope %}{% endif %}"] {
            assert!(Templates::new().add(template).is_err(), "{template}");
        }
        for template in
            ["{{ a | int * 2 }}", "{{ a | upper }}", "{% for x in a %}{{ x }}{% endfor %}", "{{ row['a'] }}", "x"]
        {
            assert_eq!(Templates::new().add(template), Ok(()), "{template}");
        }
    }

    #[test]
    fn a_column_whose_name_ends_in_row_is_not_taken_for_the_row() {
        assert_eq!(subscripts("{{ narrow['a'] }}{{ row[ 'b' ] }}"), (vec!["b".to_owned()], false));
        assert!(subscripts("{{ row[n] }}").1);
        assert!(subscripts("{{ row | length }}").1);
    }
}
