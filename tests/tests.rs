//! What the program promises, as stories over the real binary, the real library and the sandbox, by real HTTP.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails, and says where")]

mod harness;

// The program as its users run it.
mod columns;
mod custom;
mod custom_oddities;
mod certificates;
mod check;
mod config;
mod doctor;
mod exit_codes;
mod first_run;
mod grouping;
mod init;
mod mapping;
mod messages;
mod options;
mod output;
mod preload;
mod reading;
mod resume;
mod scattered;
mod scripts;
mod secrets;
mod states;
mod suppress;
mod update;
mod workbooks;

// What goes wrong.
mod crash;
mod crash_matrix;
mod disk;
mod disk_faults;
mod doubts;
mod earlier_doubts;
mod fault_pairs;
mod faults;
mod interrupt;
mod limits;
mod pace;
mod stops;

// Commands on a results file.
mod forget;
mod history;
mod reconcile;
mod rejects;
mod recorded;
mod report;
mod undo;

// What other programs use.
mod library;

// What people read.
mod docs;
#[cfg(unix)]
mod document_commands;
mod document_links;
mod guide;
mod generated;
mod nightly;

// What nobody would write.
mod any_bytes;

// What numbers are read as.
mod numbers;
mod phone_comparison;
