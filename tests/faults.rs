//! A server and a network that fail in every way.
