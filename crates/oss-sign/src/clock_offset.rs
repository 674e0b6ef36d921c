//! A clock for devices that have none.

use crate::error::TimestampError;
use crate::time::Timestamp;

/// By how much a device's own count of seconds differs from the time.
///
/// A device that only knows how long it has been running learns the time once, and keeps the
/// difference. So does one whose clock OSS refused with `RequestTimeTooSkewed`. OSS tells its time
/// in every answer, errors too: it takes 15 minutes of difference, a second does not matter.
///
/// ```
/// use oss_sign::ClockOffset;
///
/// # let uptime_seconds = || 42;
/// // Any answer of OSS will do, such as that to a `HEAD` without a signature.
/// let offset = ClockOffset::from_answer(uptime_seconds(), "Tue, 14 Nov 2023 22:13:20 GMT")?;
/// // From then on:
/// let now = offset.now(uptime_seconds())?;
/// # assert_eq!(now.to_string(), "2023-11-14T22:13:20Z");
/// # Ok::<(), oss_sign::TimestampError>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ClockOffset(i64);

impl ClockOffset {
    /// From a count of seconds, from whenever on, and the time at the same moment: as SNTP tells it.
    #[must_use]
    pub fn new(own_seconds: u64, now: Timestamp) -> Self {
        Self(now.unix_seconds().wrapping_sub(own_seconds).cast_signed())
    }

    /// From a count of seconds, and what an answer of OSS that arrived at that moment says: the
    /// header `Date`, or `ServerTime` in the XML of an error.
    ///
    /// Whoever can change the answer can set the clock, and so let a signature be good later than
    /// meant: ask over TLS.
    ///
    /// # Errors
    ///
    /// The text is neither `Tue, 14 Nov 2023 22:13:20 GMT` nor `2023-11-14T22:13:20.000Z`, with a
    /// date that is one.
    pub fn from_answer(own_seconds: u64, date: &str) -> Result<Self, TimestampError> {
        let now = Timestamp::from_http_date(date.as_bytes())
            .or_else(|| Timestamp::from_extended(date.as_bytes()))
            .ok_or(TimestampError::NotADate)?;
        Ok(Self::new(own_seconds, now))
    }

    /// From what [`seconds`](Self::seconds) gave, where a device kept it.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }

    /// What is to be added to the device's count.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// The time at which the device's count is `own_seconds`.
    ///
    /// # Errors
    ///
    /// It is before 1970 or after the year 9999.
    pub fn now(self, own_seconds: u64) -> Result<Timestamp, TimestampError> {
        match own_seconds.checked_add_signed(self.0) {
            Some(seconds) => Timestamp::from_unix_seconds(seconds),
            None if self.0.is_negative() => Err(TimestampError::Before1970),
            None => Err(TimestampError::TooLate),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECONDS: u64 = 1_700_000_000;

    #[test]
    fn header_and_element_tell_the_same_time() {
        for date in
            ["Tue, 14 Nov 2023 22:13:20 GMT", "2023-11-14T22:13:20.000Z", "2023-11-14T22:13:20Z"]
        {
            let offset = ClockOffset::from_answer(42, date).unwrap();
            assert_eq!(offset.now(52).unwrap().unix_seconds(), SECONDS + 10, "{date}");
        }
    }

    #[test]
    fn a_clock_that_is_ahead_is_put_back() {
        let now = Timestamp::from_unix_seconds(SECONDS).unwrap();
        let offset = ClockOffset::new(SECONDS + 3600, now);
        assert_eq!(offset.seconds(), -3600);
        assert_eq!(offset.now(SECONDS + 3601).unwrap().unix_seconds(), SECONDS + 1);
    }

    #[test]
    fn an_offset_can_be_kept() {
        let offset = ClockOffset::from_seconds(-7);
        assert_eq!(ClockOffset::from_seconds(offset.seconds()), offset);
    }

    #[test]
    fn what_is_no_date() {
        for date in [
            "",
            "Tue, 14 Nov 2023 22:13:20",
            "2023-11-14",
            "2023-11-14 22:13:20.000Z",
            "2023-13-14T22:13:20.000Z",
            "2023-11-14T22:13:20.0000Z",
            "2023-11-14T22:13:20.00xZ",
            "2023-11-14T22:13:20+08:00",
            "1969-12-31T23:59:59.000Z",
        ] {
            let error = ClockOffset::from_answer(0, date);
            assert_eq!(error, Err(TimestampError::NotADate), "{date}");
        }
    }

    #[test]
    fn no_count_makes_a_time_that_does_not_exist() {
        let seconds = ClockOffset::from_seconds;
        assert_eq!(seconds(-2).now(1), Err(TimestampError::Before1970));
        assert_eq!(seconds(i64::MAX).now(u64::MAX), Err(TimestampError::TooLate));
        assert_eq!(seconds(0).now(253_402_300_800), Err(TimestampError::TooLate));
        assert_eq!(seconds(i64::MIN).now(0), Err(TimestampError::Before1970));
    }
}
