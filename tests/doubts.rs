//! Answers that were lost.
