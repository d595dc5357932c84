//! The first commands of the README.
