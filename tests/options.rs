//! What is typed, set and configured.
