//! What reading costs, counted for the tests that say it is linear in time and bounded in memory: bytes gone through and bytes held,
//! since a clock would tell of the machine and not of the reader. Elsewhere nothing is counted.

#[cfg(test)]
use std::cell::Cell;

#[cfg(test)]
thread_local! {
    static SPENT: Cell<u64> = const { Cell::new(0) };
    static HELD: Cell<usize> = const { Cell::new(0) };
}

/// So many bytes were gone through.
#[cfg_attr(not(test), expect(unused_variables, reason = "counted in tests only"))]
pub(super) fn spend(bytes: usize) {
    #[cfg(test)]
    SPENT.set(SPENT.get().saturating_add(u64::try_from(bytes).unwrap_or(u64::MAX)));
}

/// So many bytes are held in one buffer.
#[cfg_attr(not(test), expect(unused_variables, reason = "counted in tests only"))]
pub(super) fn hold(bytes: usize) {
    #[cfg(test)]
    HELD.set(HELD.get().max(bytes));
}

/// What `work` cost on this thread: the bytes gone through, and those held at most in one buffer.
#[cfg(test)]
pub(super) fn of(work: impl FnOnce()) -> (u64, usize) {
    SPENT.set(0);
    HELD.set(0);
    work();
    (SPENT.get(), HELD.get())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::super::{Input, Next, Row, Source, SourceOptions, spool};

    /// Bytes that are hard on a reader of tables or of JSON, a few of which are repeated.
    fn piece() -> impl Strategy<Value = Vec<u8>> {
        let byte = prop_oneof![
            6 => prop::sample::select(&b"\",\n"[..]),
            5 => prop::sample::select(&b"ab {}:[]\\1;\r"[..]),
            1 => any::<u8>(),
        ];
        prop::collection::vec(byte, 1..80)
    }

    const LIMIT: usize = 8 << 10;

    /// More than is held of a table.
    const MUCH: usize = 500_000;

    /// Reads all of it.
    fn read(bytes: &[u8], name: &str) {
        let options = SourceOptions { max_cell_bytes: LIMIT / 2, max_row_bytes: LIMIT, ..SourceOptions::default() };
        let input = Input::Spooled(Arc::new(spool(bytes).unwrap().named(name)));
        let Ok(mut source) = Source::open(&input, &options) else { return };
        let (mut row, mut steps) = (Row::new(), 0);
        while matches!(source.read(&mut row), Ok(Next::Row | Next::Bad(_))) {
            steps += 1;
            assert!(steps <= bytes.len() + 1, "more rows than bytes");
            assert!(row.bytes() <= 200 * LIMIT, "a row of {} bytes", row.bytes());
        }
    }

    #[test]
    fn a_record_without_an_end_is_not_held() {
        for (name, start) in [("a.jsonl", "{\"a\":\""), ("a.json", "[{\"a\":\""), ("a.csv", "a,b\n1,\"")] {
            let bytes = [start.as_bytes(), &b"x".repeat(4 << 20)].concat();
            let (spent, held) = super::of(|| read(&bytes, name));
            assert!(held <= 2 << 20, "{name}: {held} bytes held");
            assert!((1 << 20..16 << 20).contains(&spent), "{name}: {spent} bytes gone through");
        }
    }

    /// Checks that `start`, and then `piece` again and again, is read in time linear in its length.
    fn is_read_in_linear_time(start: &[u8], piece: &[u8], name: &str) -> Result<(), TestCaseError> {
        let read_so_much = |len: usize| {
            let mut bytes = start.to_vec();
            bytes.extend(piece.iter().copied().cycle().take(len));
            super::of(|| read(&bytes, name))
        };
        let ((half, _), (all, held)) = (read_so_much(MUCH / 2), read_so_much(MUCH));
        let (most, twice) = (u64::try_from(60 * MUCH).unwrap(), 3 * half + 1_000_000);
        prop_assert!(all <= most.min(twice), "{half} bytes gone through for the half, {all} for all");
        // The columns of JSON are looked for in its first MiB, which is more than all of this.
        prop_assert!(name != "a.csv" || held < MUCH, "{held} bytes held");
        Ok(())
    }

    #[test]
    fn short_lines_with_quotes_that_are_closed_in_the_next_one_are_read_in_linear_time() {
        for piece in [",\"\n{\"", ",\"\n\"", "\"\n,\"", "\n\"\n,\"", "\"\n", "x\"\"\na\",\"\n"] {
            for (start, name) in [("a\n", "a.json"), ("a,b\n", "a.csv")] {
                is_read_in_linear_time(start.as_bytes(), piece.as_bytes(), name)
                    .unwrap_or_else(|error| panic!("{name}, {piece:?}: {error}"));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]

        #[test]
        fn whatever_is_repeated_reading_takes_linear_time_and_bounded_memory(
            start in piece(),
            piece in piece(),
            name in prop::sample::select(vec!["a.csv", "a.jsonl", "a.json"]),
        ) {
            is_read_in_linear_time(&start, &piece, name)?;
        }
    }
}
