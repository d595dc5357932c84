//! Times as people read them: those of this machine's clock.

use jiff::Timestamp;
use jiff::tz::TimeZone;

/// `2026-11-21 03:47:58`
pub(super) fn when(at: Timestamp, zone: &TimeZone) -> String {
    at.to_zoned(zone.clone()).strftime("%F %T").to_string()
}

/// What clock that is: `Europe/Berlin`, `UTC`, or `+01:00` where it has no name.
pub(super) fn clock_name(zone: &TimeZone) -> String {
    zone.iana_name().map_or_else(|| zone.to_offset(Timestamp::UNIX_EPOCH).to_string(), str::to_owned)
}
