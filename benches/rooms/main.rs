//! What each room costs: `cargo bench --bench rooms`, or a part of it: `cargo bench --bench rooms reader`. The phone room
//! has a bench of its own, `phone_cell`. `benches/README.md` says which says what, and how two versions are compared.
//!
//! A pass goes over a whole file of invented people, so its median is what a file costs. No pass keeps anything of the file for the next.

#![expect(clippy::unwrap_used, reason = "a bench that cannot be set up has nothing to say")]

mod mapping;
mod people;
mod prepare;
mod reader;
mod results;

fn main() {
    divan::main();
}
