//! Any text in any region: no panic, and what comes out as a number is valid and reads as itself.
//!
//! The first byte chooses the region; a byte beyond their number chooses none.
#![no_main]

use std::cell::RefCell;

use leadload::phone::{NumberRules, PhoneReader, Region};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static READER: RefCell<(PhoneReader, Vec<Region>)> = RefCell::new((PhoneReader::new(), Region::all().collect()));
}

fuzz_target!(|data: &[u8]| {
    let Some((&choice, cell)) = data.split_first() else { return };
    let Ok(cell) = std::str::from_utf8(cell) else { return };
    READER.with_borrow_mut(|(reader, regions)| {
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
});
