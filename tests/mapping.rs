//! Columns become variables.
