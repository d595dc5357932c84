//! The `leadload` command.

use std::process::ExitCode;

/// An upload claims and gives back some hundred small pieces of memory a lead, from all threads; this allocator takes a quarter less processor
/// time for it than the system's. Only the command has it: who uses the library chooses for themselves.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    leadload::cli::main()
}
