//! What holds for any bytes. The same functions are run by `cargo test` over the corpus beside this file, and by the fuzz targets
//! in `fuzz/`.

use std::cell::RefCell;
use std::sync::Arc;

use leadload::phone::{NumberRules, PhoneReader, Region};
use leadload::source::{Input, Next, Row, Source, SourceOptions, spool};

/// Any bytes as an input: no panic, and reading comes to an end.
pub(super) fn reader(data: &[u8]) {
    let Ok(copy) = spool(data) else { return };
    let options = SourceOptions { max_cell_bytes: 4096, max_unpacked: 64 << 20, ..SourceOptions::default() };
    let Ok(mut source) = Source::open(&Input::Spooled(Arc::new(copy)), &options) else { return };
    let mut row = Row::new();
    // Packed inputs hold more than their bytes; the reader's own limits end them.
    for _ in 0..64 << 20 {
        match source.read(&mut row) {
            Ok(Next::End) | Err(_) => return,
            Ok(Next::Row | Next::Bad(_)) => {}
        }
    }
    panic!("the reader does not come to an end");
}

thread_local! {
    static PHONES: RefCell<(PhoneReader, Vec<Region>)> = RefCell::new((PhoneReader::new(), Region::all().collect()));
}

/// Any text in any region: no panic, and what comes out as a number is valid and reads as itself. The first byte chooses the
/// region; one beyond their number chooses none.
pub(super) fn phone_cell(data: &[u8]) {
    let Some((&choice, cell)) = data.split_first() else { return };
    let Ok(cell) = std::str::from_utf8(cell) else { return };
    PHONES.with_borrow_mut(|(reader, regions)| {
        let region = regions.get(usize::from(choice)).copied();
        let Ok(reading) = reader.read(cell, region) else { return };
        for phone in reading.phones() {
            let again = reader.read(&phone.to_string(), region);
            assert!(again.is_ok_and(|again| again.phone == phone), "{phone}");
        }
        let found: Vec<_> = reading.phones().collect();
        if let Ok(applied) = NumberRules::default().apply(reading) {
            assert!(applied.phones().all(|phone| found.contains(&phone)));
        }
    });
}
