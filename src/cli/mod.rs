//! What was typed, set and configured becomes one plan, resolved and checked once.
//!
//! Responsible for the command line, the environment, configuration files and where a token comes from; each resolved
//! value knows its origin. It must not know how any room works: it only makes the values they take.

mod args;
mod check;
mod command;
mod config_args;
mod config_command;
mod config_file;
mod config_schema;
mod config_shown;
mod config_text;
mod custom;
mod doctor;
mod doctor_args;
mod documents;
mod file_show;
mod generated;
mod generated_args;
mod help;
mod history_args;
mod init;
mod log;
mod log_file;
mod misread;
mod mistyped;
mod notify;
mod person;
mod place;
mod progress;
mod read_file;
mod recorded;
mod recorded_args;
mod report;
mod report_args;
mod resolve;
mod run;
mod run_forget;
mod run_history;
mod run_recorded;
mod sandbox;
mod schemas;
mod setting_table;
mod setting_words;
mod settings;
mod shared_args;
mod show;
mod signals;
mod temp;
mod token;
mod typed;
mod unheard;

pub use run::main;
