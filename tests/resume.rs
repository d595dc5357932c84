//! The same command again.
