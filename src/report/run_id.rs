//! The id of a run, which its results, its log, its progress and its summary share.

use crate::clock::Clock;

/// Unique, and sorted by time: `20261121T140509Z-7f3a9c`.
#[must_use]
pub(crate) fn run_id(clock: &Clock) -> String {
    format!("{}-{:06x}", clock.wall().strftime("%Y%m%dT%H%M%SZ"), fastrand::u32(..0x0100_0000))
}
