//! Killed at any moment, nobody is created twice and nobody is lost.
