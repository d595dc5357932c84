//! Any bytes as an input.
#![no_main]

#[allow(dead_code, reason = "each target has one of them")]
#[path = "../../tests/any_bytes/claims.rs"]
mod claims;

libfuzzer_sys::fuzz_target!(|data: &[u8]| claims::reader(data));
