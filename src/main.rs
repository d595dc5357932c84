//! The `leadload` command.
fn main() {}
