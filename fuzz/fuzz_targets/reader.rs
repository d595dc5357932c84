//! Any bytes as an input: no panic, and no endless reading.
#![no_main]

use std::sync::Arc;

use leadload::source::{Input, Next, Row, Source, SourceOptions, spool};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(copy) = spool(data) else { return };
    let options = SourceOptions { max_cell_bytes: 4096, ..SourceOptions::default() };
    let Ok(mut source) = Source::open(&Input::Spooled(Arc::new(copy)), &options) else { return };
    let mut row = Row::new();
    // Packed inputs hold more than their bytes; the reader's own limits end them.
    let most = 64 * 1024 * 1024;
    for _ in 0..most {
        match source.read(&mut row) {
            Ok(Next::End) | Err(_) => return,
            Ok(Next::Row | Next::Bad(_)) => {}
        }
    }
    panic!("the reader does not come to an end");
});
