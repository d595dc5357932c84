//! What the program promises, as stories over the real binary, the real library and the sandbox, by real HTTP.

#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "a panic is how a test fails, and it must say with what")]
#![expect(clippy::pedantic, reason = "the group is for the program; stories read better without it")]

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

// What goes wrong.
mod crash;
mod disk;
mod doubts;
mod faults;
mod interrupt;
mod pace;

// What people read.
mod docs;
