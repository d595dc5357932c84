//! The allowed rate, as the server counts it.
