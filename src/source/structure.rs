//! Where in a table the header is, judged by its first rows.
//!
//! Pure: cells in, a judgement out; text files and workbooks ask the same question. The first row is the header unless there is
//! good reason to think otherwise, since to be wrong costs a person's whole list: a row further down must be as wide as the
//! data below it, look like names, stand over a column whose values look like data, and be wider than everything above it.

/// How many rows are worth judging by.
pub(super) const JUDGED_BY: usize = 50;

/// Where the header is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum HeaderAt {
    /// In this one of the rows, from 0; what is above it is no data.
    Row(usize),
    /// There is none: the first row is data like the rows below.
    Nowhere,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Structure {
    pub(super) header: HeaderAt,
    /// The columns, from 0, in which the data has numbers to dial or addresses.
    pub(super) anchors: Vec<usize>,
    /// As many columns as the data fills.
    pub(super) width: usize,
}

/// What a cell looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Empty,
    /// Digits enough for a phone number, and nothing but what people write between them.
    Phone,
    Email,
    /// Digits with what stands in dates and amounts.
    Number,
    Text,
}

impl Look {
    fn of(cell: &str) -> Self {
        let cell = cell.trim();
        let digits = cell.bytes().filter(u8::is_ascii_digit).count();
        let is_number = digits > 0 && cell.chars().all(|c| c.is_ascii_digit() || " \u{a0}+-()./,:'%€$£".contains(c));
        match cell {
            "" => Self::Empty,
            _ if is_email(cell) => Self::Email,
            _ if is_number && digits >= 7 && !is_date(cell) && !is_amount(cell) => Self::Phone,
            _ if is_number => Self::Number,
            _ => Self::Text,
        }
    }

    fn is_data(self) -> bool {
        matches!(self, Self::Phone | Self::Email | Self::Number)
    }

    fn is_anchor(self) -> bool {
        matches!(self, Self::Phone | Self::Email)
    }
}

/// True for what can be dialled or written to, as far as a look can tell.
pub(super) fn is_anchor(cell: &str) -> bool {
    Look::of(cell).is_anchor()
}

/// True for a cell that looks as if it could be dialled.
pub(crate) fn looks_dialled(cell: &str) -> bool {
    Look::of(cell) == Look::Phone
}

/// True for numbers with what no phone number has in it, and for more digits in a row than any has.
fn is_amount(cell: &str) -> bool {
    cell.contains([',', ':', '%', '€', '$', '£']) || cell.split(|c: char| !c.is_ascii_digit()).any(|run| run.len() > 15)
}

fn is_email(cell: &str) -> bool {
    let at = cell.split_once('@');
    at.is_some_and(|(name, host)| !name.is_empty() && host.contains('.') && !cell.contains(char::is_whitespace))
}

/// `2024-01-31`, `31.01.2024`, `1/31/2024`, with or without a time.
fn is_date(cell: &str) -> bool {
    let day = cell.split([' ', 'T']).next().unwrap_or_default();
    ['-', '.', '/'].iter().any(|&between| {
        let parts: Vec<&str> = day.split(between).collect();
        let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
        matches!(lengths.as_slice(), [4, 1 | 2, 1 | 2] | [1 | 2, 1 | 2, 2 | 4])
            && parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

/// Judges the first rows of a table, blank ones left out.
pub(super) fn find(rows: &[Vec<String>]) -> Structure {
    let rows = rows.get(..JUDGED_BY.min(rows.len())).unwrap_or(rows);
    let looks: Vec<Vec<Look>> = rows.iter().map(|row| row.iter().map(|cell| Look::of(cell)).collect()).collect();
    let sheet = Sheet { rows, looks };
    let header = sheet.header();
    let first = match header {
        HeaderAt::Row(i) => i + 1,
        HeaderAt::Nowhere => 0,
    };
    // Rows with more cells than the header may have moved their cells: they say nothing of what its columns hold.
    let within = match header {
        HeaderAt::Row(i) => rows.get(i).map_or(0, Vec::len),
        HeaderAt::Nowhere => usize::MAX,
    };
    let fitting = sheet.looks.iter().skip(first).filter(|row| last_filled(row) <= within);
    let fitting = Sheet { rows: &[], looks: fitting.cloned().collect() };
    let anchors = (0..sheet.width_from(first)).filter(|&column| fitting.share_below(0, column, Look::is_anchor) >= 0.5);
    Structure { header, anchors: anchors.collect(), width: sheet.width_from(first) }
}

struct Sheet<'a> {
    rows: &'a [Vec<String>],
    looks: Vec<Vec<Look>>,
}

impl Sheet<'_> {
    fn header(&self) -> HeaderAt {
        let first_is_data = self.is_like_those_below();
        let is_narrow = self.filled(0) * 2 <= self.typical_width();
        if !first_is_data && !is_narrow {
            return HeaderAt::Row(0);
        }
        match (1..self.rows.len()).find(|&i| self.is_header(i)) {
            Some(i) if first_is_data || !self.first_names_what(i) => HeaderAt::Row(i),
            None if first_is_data => HeaderAt::Nowhere,
            _ => HeaderAt::Row(0),
        }
    }

    fn look(&self, row: usize, column: usize) -> Look {
        self.looks.get(row).and_then(|row| row.get(column)).copied().unwrap_or(Look::Empty)
    }

    fn filled(&self, row: usize) -> usize {
        self.looks.get(row).map_or(0, |row| row.iter().filter(|&&look| look != Look::Empty).count())
    }

    fn width_from(&self, first: usize) -> usize {
        let widths = self.looks.iter().skip(first).map(|row| last_filled(row));
        widths.max().unwrap_or_default()
    }

    /// The median of the rows' widths below the first.
    fn typical_width(&self) -> usize {
        let mut widths: Vec<usize> = self.looks.iter().skip(1).map(|row| last_filled(row)).collect();
        widths.sort_unstable();
        widths.get(widths.len() / 2).copied().unwrap_or_default()
    }

    /// The share of the filled cells of a column, from row `first` on, that are as asked for.
    fn share_below(&self, first: usize, column: usize, is_wanted: fn(Look) -> bool) -> f64 {
        let (mut wanted, mut filled) = (0.0, 0.0);
        for row in first..self.looks.len() {
            let look = self.look(row, column);
            filled += f64::from(u8::from(look != Look::Empty));
            wanted += f64::from(u8::from(is_wanted(look)));
        }
        if filled == 0.0 { 0.0 } else { wanted / filled }
    }

    /// True where the first row holds what no header does: a long number to dial, or a shorter one or an address where the rows
    /// below have such, too.
    fn is_like_those_below(&self) -> bool {
        let Some(first) = self.rows.first() else { return false };
        let is_alone = self.rows.len() == 1;
        let agrees = |column: usize| is_alone || self.share_below(1, column, Look::is_anchor) >= 0.5;
        first.iter().any(|cell| looks_like_a_number(cell))
            || (0..first.len()).any(|column| self.look(0, column).is_anchor() && agrees(column))
    }

    fn is_header(&self, i: usize) -> bool {
        let cells = self.rows.get(i).map_or(0, Vec::len);
        let is_name = |column: usize| match self.look(i, column) {
            Look::Text | Look::Empty => true,
            // A year, perhaps.
            Look::Number => self.rows.get(i).and_then(|row| row.get(column)).is_some_and(|cell| cell.trim().len() <= 4),
            Look::Phone | Look::Email => false,
        };
        let filled = self.filled(i);
        let evidence = self.evidence(i);
        let is_above_fit = |row: usize| {
            self.filled(row) < filled && evidence.iter().all(|&column| self.look(row, column) != Look::Phone)
        };
        filled >= 2
            && last_filled(self.looks.get(i).map_or(&[], Vec::as_slice)) >= self.typical_below(i)
            && (0..cells).all(is_name)
            && !evidence.is_empty()
            && (0..i).all(is_above_fit)
    }

    fn typical_below(&self, i: usize) -> usize {
        let mut filled: Vec<usize> = (i + 1..self.rows.len()).map(|row| self.filled(row)).collect();
        filled.sort_unstable();
        filled.get(filled.len() / 2).copied().unwrap_or_default()
    }

    /// The columns in which row `i` has a text over what is data for the most part.
    fn evidence(&self, i: usize) -> Vec<usize> {
        let cells = self.rows.get(i).map_or(0, Vec::len);
        let is_evidence = |&column: &usize| {
            self.look(i, column) == Look::Text && self.share_below(i + 1, column, Look::is_data) > 0.5
        };
        (0..cells).filter(is_evidence).collect()
    }

    /// True where the first row, though narrow, names the very columns that speak for row `i`: names are missing, no title stands
    /// above.
    fn first_names_what(&self, i: usize) -> bool {
        self.filled(0) >= 2 && self.evidence(i).iter().all(|&column| self.look(0, column) == Look::Text)
    }
}

fn last_filled(row: &[Look]) -> usize {
    row.iter().rposition(|&look| look != Look::Empty).map_or(0, |i| i + 1)
}

/// True for a cell that no header has: nine digits or more and nothing but what people write between them. (Eight would
/// be a date.)
pub(super) fn looks_like_a_number(cell: &str) -> bool {
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    digits >= 9 && cell.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || "+-()./".contains(c))
}

/// What stands before the sums in a last row, in the languages of the platforms' users.
const TOTALS: [&str; 26] = [
    "total",
    "totals",
    "grand total",
    "sum",
    "summe",
    "gesamt",
    "gesamtsumme",
    "insgesamt",
    "общо",
    "сума",
    "итого",
    "всего",
    "soma",
    "suma",
    "somme",
    "total général",
    "totale",
    "totaal",
    "razem",
    "łącznie",
    "toplam",
    "المجموع",
    "कुल",
    "合计",
    "总计",
    "總計",
];

/// No word of them is longer, in bytes.
const LONGEST_TOTAL: usize = 40;

/// True for a row of sums: a word for it first, then nothing but numbers that nobody could dial, at least one.
pub(super) fn is_total<'a>(mut cells: impl Iterator<Item = &'a str>) -> bool {
    let Some(word) = cells.find(|cell| !cell.trim().is_empty()) else { return false };
    let word = word.trim().trim_end_matches(':').trim();
    // Asked of every row, so the cheapest question comes first.
    if word.len() > LONGEST_TOTAL || !is_total_word(word) {
        return false;
    }
    let mut looks = cells.map(Look::of).filter(|&look| look != Look::Empty).peekable();
    looks.peek().is_some() && looks.all(|look| look == Look::Number)
}

/// Nearly every word is ASCII, and is compared without a copy.
fn is_total_word(word: &str) -> bool {
    if word.is_ascii() {
        return TOTALS.iter().any(|total| total.eq_ignore_ascii_case(word));
    }
    TOTALS.contains(&word.to_lowercase().as_str())
}

/// True for a row that is drawn and not written: `-----;=====`.
pub(super) fn is_rule<'a>(cells: impl Iterator<Item = &'a str>) -> bool {
    let mut filled = cells.map(str::trim).filter(|cell| !cell.is_empty()).peekable();
    filled.peek().is_some() && filled.all(|cell| cell.len() >= 3 && cell.bytes().all(|byte| b"-=_*".contains(&byte)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Rows as `a;b|c;d`.
    fn rows(text: &str) -> Vec<Vec<String>> {
        text.split('|').map(|row| row.split(';').map(str::to_owned).collect()).collect()
    }

    macro_rules! header {
        ($name:ident, $rows:expr, $at:expr) => {
            #[test]
            fn $name() {
                assert_eq!(find(&rows($rows)).header, $at);
            }
        };
    }

    header!(the_first_row_is_the_header, "name;phone|Ada;+15555550100|Bo;+15555550101", HeaderAt::Row(0));
    header!(
        a_title_above_is_passed_over,
        "Our customers;;|name;phone;city|Ada;+15555550100;Bonn|Bo;+15555550101;Ulm",
        HeaderAt::Row(1)
    );
    header!(
        a_summary_above_is_passed_over,
        "Exported;2024-01-31;;|Leads;2;;|name;phone;city;zip|Ada;+15555550100;Bonn;53111|Bo;+15555550101;Ulm;89073",
        HeaderAt::Row(2)
    );
    header!(
        an_address_in_a_title_is_no_data,
        "Export by;ada@example.com;|name;phone;city|Ada;+15555550100;Bonn|Bo;+15555550101;Ulm",
        HeaderAt::Row(1)
    );
    header!(a_table_without_names_has_no_header, "Ada;+15555550100|Bo;+15555550101", HeaderAt::Nowhere);
    header!(addresses_show_that_there_is_no_header, "Ada;ada@example.com|Bo;bo@example.com", HeaderAt::Nowhere);
    header!(a_row_of_data_alone_has_no_header, "Ada;+15555550100", HeaderAt::Nowhere);
    header!(short_numbers_count_where_those_below_are_like_them, "Ada;555-0100|Bo;555-0101", HeaderAt::Nowhere);
    header!(years_may_be_names, "phone;2023;2024|+15555550100;1;2|+15555550101;3;4", HeaderAt::Row(0));
    header!(
        a_row_of_words_among_data_is_no_header,
        "Ada;+15555550100;Bonn|Bo;n/a;Ulm|Cy;+15555550102;Jena|Di;+15555550103;Kiel",
        HeaderAt::Nowhere
    );
    header!(
        a_header_that_lacks_names_is_still_the_header,
        "name;phone;;;|Ada;n/a;x;y;z|Bo;+15555550101;x;y;z|Cy;+15555550102;x;y;z",
        HeaderAt::Row(0)
    );
    header!(text_without_numbers_gives_no_reason_to_look_further, "Title;;|a;b;c|Ada;Bonn;x", HeaderAt::Row(0));
    header!(dates_are_no_phone_numbers, "31.01.2024;x|28.02.2024;y", HeaderAt::Row(0));

    #[test]
    fn numbers_to_dial_are_told_from_dates_and_amounts() {
        for text in ["+49 30 23125-001", "(555) 555-0100", "4930231250", "030 23125001 / 030 23125002"] {
            assert!(looks_dialled(text), "{text}");
        }
        for text in ["2026-11-21", "21.11.2026 18:00", "12345", "1234567890123456", "Ada 5551234", "12345.67 €"] {
            assert!(!looks_dialled(text), "{text}");
        }
    }

    #[test]
    fn columns_with_numbers_and_addresses_are_the_anchors() {
        let found = find(&rows("name;phone;mail;n|Ada;+15555550100;ada@example.com;1|Bo;;bo@example.com;2"));
        assert_eq!((found.anchors, found.width), (vec![1, 2], 4));
    }

    #[test]
    fn sums_are_told_from_people_who_can_be_called() {
        for total in ["Total;;;123", "Summe:;1.234,50 €", ";Итого;5"] {
            assert!(is_total(total.split(';')), "{total}");
        }
        for row in ["Total;+15555550100", "Total;;", "Total Energies;5", "Ada;5", "", "Total;Ada;5", "Total;5550100"] {
            assert!(!is_total(row.split(';')), "{row}");
        }
    }

    #[test]
    fn rules_are_told_from_placeholders() {
        assert!(is_rule("-----;====;".split(';')));
        for row in ["-;-", "", ";", "---;Ada"] {
            assert!(!is_rule(row.split(';')), "{row}");
        }
    }

    proptest! {
        #[test]
        fn a_header_that_is_as_wide_as_the_data_and_holds_no_data_stays_where_it_is(
            width in 1_usize..6,
            numbers in prop::collection::vec(5_550_100_u32..5_550_199, 1..20),
        ) {
            let names = (0..width).map(|i| format!("name {i}")).collect();
            let data = numbers.iter().map(|number| (0..width).map(|i| if i == 0 { format!("+1555{number}") } else { "x".to_owned() }).collect());
            let rows: Vec<Vec<String>> = std::iter::once(names).chain(data).collect();
            prop_assert_eq!(find(&rows).header, HeaderAt::Row(0));
        }

        #[test]
        fn whatever_the_cells_there_is_an_answer_within_the_rows(
            rows in prop::collection::vec(prop::collection::vec("(|a|\\+15555550100|a@b\\.c|12|---)", 0..5), 0..12),
        ) {
            if let HeaderAt::Row(i) = find(&rows).header {
                prop_assert!(i < rows.len().max(1));
            }
        }
    }
}
