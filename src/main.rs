//! The `leadload` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    leadload::cli::main()
}
