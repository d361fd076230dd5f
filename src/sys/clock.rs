//! The time, passed in wherever it is needed, so that tests can say what it is.

use jiff::Timestamp;

/// Where the time comes from.
#[derive(Debug, Clone, Copy, Default)]
pub struct Clock {
    fixed: Option<Timestamp>,
}

impl Clock {
    /// Returns the system's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self { fixed: None }
    }

    /// Returns a clock that stands still.
    #[must_use]
    pub const fn fixed(now: Timestamp) -> Self {
        Self { fixed: Some(now) }
    }

    /// Returns the time.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.fixed.unwrap_or_else(Timestamp::now)
    }

    /// Returns the time as the files have it, see [`rfc3339`].
    #[must_use]
    pub fn now_text(&self) -> String {
        rfc3339(self.now())
    }
}

/// Returns how long ago `text`, a time as [`rfc3339`] writes it, was at `now`; `None` for what is
/// no time. A time in the future was no time ago.
#[must_use]
pub fn elapsed_since(text: &str, now: Timestamp) -> Option<std::time::Duration> {
    let then: Timestamp = text.parse().ok()?;
    Some(now.duration_since(then).try_into().unwrap_or_default())
}

/// Writes a time as RFC 3339 in UTC with whole seconds: `2026-01-31T08:09:10Z`.
#[must_use]
pub fn rfc3339(time: Timestamp) -> String {
    time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// Writes a time so that it can be a file name anywhere: `20260131T080910Z`.
#[must_use]
pub fn file_name(time: Timestamp) -> String {
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Reads what [`file_name`] wrote; `None` for anything else.
#[must_use]
pub fn parse_file_name(name: &str) -> Option<Timestamp> {
    let parsed = jiff::fmt::strtime::parse("%Y%m%dT%H%M%SZ", name).ok()?;
    let time = parsed.to_datetime().ok()?;
    Some(time.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn a_fixed_clock_stands_still_and_is_written_in_utc_seconds() {
        let time: Timestamp = "2026-01-31T09:09:10.987654321+01:00".parse().unwrap();
        let clock = Clock::fixed(time);
        assert_eq!(clock.now(), time);
        assert_eq!(clock.now_text(), "2026-01-31T08:09:10Z");
        assert_eq!(file_name(time), "20260131T080910Z");
        assert_eq!(
            parse_file_name("20260131T080910Z").map(rfc3339).as_deref(),
            Some("2026-01-31T08:09:10Z")
        );
        for name in ["", "20260131", "20269931T080910Z", "20260131T080910Zx"] {
            assert_eq!(parse_file_name(name), None, "{name}");
        }
    }

    #[test]
    fn the_system_clock_goes() {
        let before = Timestamp::now();
        let now = Clock::system().now();
        assert!(before <= now && now <= Timestamp::now());
        assert_eq!(
            rfc3339(now).parse::<Timestamp>().unwrap().as_second(),
            now.as_second()
        );
    }
}
