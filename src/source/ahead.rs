//! Rows that are read before their turn and given out when it comes: so an input that can be read only once can be looked at
//! all the same.

use std::collections::VecDeque;
use std::mem;

use super::Record;
use super::error::{Next, RowFault};
use super::row::Row;

/// See the module's documentation.
#[derive(Default)]
pub(super) struct Ahead {
    steps: VecDeque<Step>,
    bytes: usize,
}

enum Step {
    Row(Row),
    Bad(RowFault),
}

impl Ahead {
    pub(super) fn push_row(&mut self, row: Row) {
        self.bytes = self.bytes.saturating_add(row.bytes());
        self.steps.push_back(Step::Row(row));
    }

    pub(super) fn push_fault(&mut self, fault: RowFault) {
        self.bytes = self.bytes.saturating_add(size_of::<RowFault>() + bytes_of(&fault.record));
        self.steps.push_back(Step::Bad(fault));
    }

    /// Gives out the first of them; `None` where there is none left.
    pub(super) fn take(&mut self, row: &mut Row) -> Option<Next> {
        Some(match self.steps.pop_front()? {
            Step::Row(mut kept) => {
                mem::swap(row, &mut kept);
                Next::Row
            }
            Step::Bad(fault) => Next::Bad(fault),
        })
    }

    /// How many rows there are, good and bad.
    pub(super) fn len(&self) -> usize {
        self.steps.len()
    }

    /// How much memory they take, about.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Those that could be read.
    pub(super) fn rows(&self) -> impl Iterator<Item = &Row> {
        self.steps.iter().filter_map(|step| match step {
            Step::Row(row) => Some(row),
            Step::Bad(_) => None,
        })
    }
}

fn bytes_of(record: &Record) -> usize {
    match record {
        Record::Cells(cells) => cells.iter().map(|cell| size_of::<String>() + cell.len()).sum(),
        Record::Line(line) => line.len(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::{Input, Source, SourceOptions, spool};
    use super::*;

    fn open(text: &str) -> Source {
        Source::open(&Input::Spooled(Arc::new(spool(text.as_bytes()).unwrap())), &SourceOptions::default()).unwrap()
    }

    /// Each step, with the cells of a row.
    fn steps(source: &mut Source) -> Vec<(Next, Option<Row>)> {
        let (mut row, mut steps) = (Row::new(), Vec::new());
        loop {
            match source.read(&mut row).unwrap() {
                Next::End => return steps,
                Next::Row => steps.push((Next::Row, Some(row.clone()))),
                bad @ Next::Bad(_) => steps.push((bad, None)),
            }
        }
    }

    #[test]
    fn looking_ahead_ends_with_the_input_and_what_is_kept_is_counted() {
        let mut source = open("a,b\n1,2\n3,4,x\n");
        assert_eq!(source.count_ahead(), 0);
        while source.look_ahead().unwrap() {}
        assert_eq!((source.count_ahead(), source.rows_ahead().count()), (2, 1));
        assert!(source.bytes_ahead() > 100);
        assert_eq!(steps(&mut source).len(), 2);
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_that_gives_a_line_at_a_time_is_understood_as_a_file_is() {
        use std::io::Write as _;
        use std::os::fd::AsRawFd as _;
        let text =
            b"Kundenliste 2024;;\n\nTelefon;Name;Ort\n+493023125001;M\xfcller;K\xf6ln\n+493023125002;J\xe4ger;Ulm\n";
        let (reader, mut writer) = std::io::pipe().unwrap();
        let writing = std::thread::spawn(move || {
            for line in text.split_inclusive(|&byte| byte == b'\n') {
                writer.write_all(line).unwrap();
            }
        });
        let input = Input::File(format!("/dev/fd/{}", reader.as_raw_fd()).into());
        let mut source = Source::open(&input, &SourceOptions::default()).unwrap();
        writing.join().unwrap();
        assert_eq!(source.header().names(), ["Telefon", "Name", "Ort"]);
        let read = steps(&mut source);
        assert_eq!(read.len(), 2);
        assert_eq!(read[1].1.as_ref().and_then(|row| row.get(1)), Some("Jäger"));
    }

    proptest! {
        #[test]
        fn however_far_is_looked_ahead_the_same_rows_are_read(
            rows in prop::collection::vec("([a-z]{0,3},){0,2}[\"a-z]{0,3}\n", 0..12),
            ahead in 0_usize..15,
        ) {
            let text = format!("name,note\n{}", rows.concat());
            let (mut plain, mut looked) = (open(&text), open(&text));
            let all = steps(&mut plain);
            for _ in 0..ahead {
                looked.look_ahead().unwrap();
            }
            prop_assert_eq!(looked.count_ahead(), ahead.min(all.len()));
            prop_assert_eq!(looked.rows_ahead().count(), all.iter().take(ahead).filter(|(_, row)| row.is_some()).count());
            prop_assert_eq!(steps(&mut looked), all);
        }
    }
}
