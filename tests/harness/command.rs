//! The real binary in a folder of its own.
