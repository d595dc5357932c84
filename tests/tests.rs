//! What the program promises, as stories over the real binary, the real library and the sandbox, by real HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails, and says where")]

mod harness;

// The program as its users run it.
mod exit_codes;
mod first_run;
mod grouping;
mod mapping;
mod options;
mod output;
mod reading;
mod resume;
mod secrets;
mod states;
mod workbooks;

// What goes wrong.
mod crash;
mod disk;
mod doubts;
mod faults;
mod interrupt;
mod pace;

// What people read.
mod docs;
