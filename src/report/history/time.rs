//! Times as people at one place write them.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// The clock on the wall of one place.
#[derive(Debug, Clone)]
pub struct LocalTime {
    zone: TimeZone,
}

/// Seconds on the clock on the wall since 1970: what stretches of time are cut by, so that days begin at midnight.
pub(super) type WallSeconds = i64;

impl LocalTime {
    /// This machine's.
    #[must_use]
    pub fn system() -> Self {
        Self { zone: TimeZone::system() }
    }

    /// That of `zone`.
    #[must_use]
    pub fn new(zone: TimeZone) -> Self {
        Self { zone }
    }

    /// Its name: `Europe/Berlin`, or how far it is from UTC now.
    #[must_use]
    pub fn name(&self) -> String {
        match self.zone.iana_name() {
            Some("Etc/UTC" | "Etc/Unknown" | "UTC") => "UTC".to_owned(),
            Some(name) => name.to_owned(),
            None => format!("UTC{}", self.zone.to_offset(Timestamp::now())),
        }
    }

    pub(super) fn wall_seconds(&self, at: Timestamp) -> WallSeconds {
        at.as_second() + i64::from(self.zone.to_offset(at).seconds())
    }

    /// `2026-11-21 02:47:58`
    #[must_use]
    pub fn to_the_second(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// `2026-11-21 02:47`
    pub(super) fn to_the_minute(&self, at: Timestamp) -> String {
        at.to_zoned(self.zone.clone()).strftime("%Y-%m-%d %H:%M").to_string()
    }
}

/// What a clock shows after so many seconds.
pub(super) fn on_the_wall(seconds: WallSeconds) -> DateTime {
    let at = Timestamp::from_second(seconds).unwrap_or_default();
    TimeZone::UTC.to_datetime(at)
}
