//! Instants, and the texts that OSS wants of them.

use core::fmt;

use ::time::{OffsetDateTime, UtcDateTime};

use crate::error::TimestampError;
use crate::sink::{Emit, Sink, fill};

/// An instant in UTC, to the second, from 1970-01-01 to 9999-12-31.
///
/// This crate never reads a clock: devices have bad ones, and tests want frozen ones.
///
/// ```
/// use oss_sign::Timestamp;
///
/// let now = Timestamp::from_unix_seconds(1_700_000_000)?;
/// assert_eq!(now.to_string(), "2023-11-14T22:13:20Z");
/// # Ok::<(), oss_sign::TimestampError>(())
/// ```
///
/// With the feature `std`, `Timestamp::try_from(std::time::SystemTime::now())` is the current time.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    seconds: u64,
    /// `20231114T221320Z`, because it is written more than once for each signature, and many
    /// signatures are made in one second.
    basic: [u8; 16],
}

/// 9999-12-31T23:59:59Z
const LATEST: u64 = 253_402_300_799;

impl Timestamp {
    /// 1970-01-01T00:00:00Z
    pub const UNIX_EPOCH: Self = Self { seconds: 0, basic: *b"19700101T000000Z" };

    /// From seconds since 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    ///
    /// The year is after 9999.
    pub fn from_unix_seconds(seconds: u64) -> Result<Self, TimestampError> {
        match seconds {
            0..=LATEST => Ok(Self::up_to_latest(seconds)),
            _ => Err(TimestampError::TooLate),
        }
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub fn unix_seconds(self) -> u64 {
        self.seconds
    }

    /// The instant `seconds` later; `None` after the year 9999.
    #[must_use]
    pub fn checked_add_seconds(self, seconds: u64) -> Option<Self> {
        self.checked_add(seconds).map(Self::up_to_latest)
    }

    /// The seconds of the instant `seconds` later; `None` after the year 9999.
    pub(crate) fn checked_add(self, seconds: u64) -> Option<u64> {
        self.seconds.checked_add(seconds).filter(|&later| later <= LATEST)
    }

    /// From seconds that are known to be in the range.
    pub(crate) fn up_to_latest(seconds: u64) -> Self {
        let (days, second) = days_and_seconds(seconds);
        let (year, month, day) = date_of(days);
        let [c1, c2] = two_digits(year / 100);
        let [y1, y2] = two_digits(year);
        let [m1, m2] = two_digits(month);
        let [d1, d2] = two_digits(day);
        let [h1, h2] = two_digits(second / 3600);
        let [i1, i2] = two_digits(second / 60 % 60);
        let [s1, s2] = two_digits(second % 60);
        let basic = [c1, c2, y1, y2, m1, m2, d1, d2, b'T', h1, h2, i1, i2, s1, s2, b'Z'];
        Self { seconds, basic }
    }

    /// `20231114`
    pub(crate) fn date(self) -> [u8; 8] {
        let [date @ .., _, _, _, _, _, _, _, _] = self.basic;
        date
    }

    /// `20231114T221320Z`
    #[cfg(any(test, feature = "verify", feature = "post-policy"))]
    pub(crate) fn basic(&self) -> &[u8; 16] {
        &self.basic
    }

    /// Reads `20231114T221320Z`.
    #[cfg(feature = "verify")]
    pub(crate) fn from_basic(text: &[u8]) -> Option<Self> {
        let basic: [u8; 16] = text.try_into().ok()?;
        let seconds = seconds_of(
            [number(text, 0)?, number(text, 2)?],
            [number(text, 4)?, number(text, 6)?],
            [number(text, 9)?, number(text, 11)?, number(text, 13)?],
        )?;
        let [.., t, _, _, _, _, _, _, z] = basic;
        (t == b'T' && z == b'Z').then_some(Self { seconds, basic })
    }

    /// Reads `Tue, 14 Nov 2023 22:13:20 GMT`.
    pub(crate) fn from_http_date(text: &[u8]) -> Option<Self> {
        let month = (0..12).find(|&month| text.get(8..11) == Some(nth(MONTHS, month)))?;
        let instant = Self::up_to_latest(seconds_of(
            [number(text, 12)?, number(text, 14)?],
            [month + 1, number(text, 5)?],
            [number(text, 17)?, number(text, 20)?, number(text, 23)?],
        )?);
        (DateText::http(instant).as_bytes() == text).then_some(instant)
    }

    /// Reads `2023-11-14T22:13:20Z`, and drops milliseconds: `2023-11-14T22:13:20.999Z`.
    pub(crate) fn from_extended(text: &[u8]) -> Option<Self> {
        let seconds = seconds_of(
            [number(text, 0)?, number(text, 2)?],
            [number(text, 5)?, number(text, 8)?],
            [number(text, 11)?, number(text, 14)?, number(text, 17)?],
        )?;
        let separators = [4, 7, 10, 13, 16].map(|position| text.get(position).copied());
        let is_fraction = match text.get(19..)? {
            b"Z" => true,
            [b'.', milliseconds @ .., b'Z'] => {
                milliseconds.len() == 3 && milliseconds.iter().all(u8::is_ascii_digit)
            }
            _ => false,
        };
        (separators == b"--T::".map(Some) && is_fraction).then(|| Self::up_to_latest(seconds))
    }

    /// `2023-11-14T22:13:20`
    fn emit_extended(self, sink: &mut Sink<'_>) {
        let [c1, c2, y1, y2, m1, m2, d1, d2, t, h1, h2, i1, i2, s1, s2, _] = self.basic;
        sink.write(&[
            c1, c2, y1, y2, b'-', m1, m2, b'-', d1, d2, t, h1, h2, b':', i1, i2, b':', s1, s2,
        ]);
    }
}

/// Days since 1970-01-01, and seconds of the day. A day has 675 times 128 seconds, so 32 bits are
/// enough for the division, which is a long one for 64 bits on small devices.
fn days_and_seconds(seconds: u64) -> (u32, u32) {
    let units = u32::try_from(seconds >> 7).unwrap_or(u32::MAX);
    (units / 675, (units % 675) << 7 | (seconds & 127) as u32)
}

/// Days from 0000-03-01 to 1970-01-01.
const BEFORE_1970: u32 = 719_468;

/// Year, month and day. The Gregorian calendar repeats itself every 400 years; counted from March on,
/// the day that is added to a leap year is its last one.
fn date_of(days: u32) -> (u32, u32, u32) {
    const DAYS_OF_400_YEARS: u32 = 146_097;

    let days = days.wrapping_add(BEFORE_1970);
    let day = days % DAYS_OF_400_YEARS;
    // Without the leap days there are.
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Five months from March on, and from August on, have 153 days.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let year = year + days / DAYS_OF_400_YEARS * 400;
    match month {
        0..10 => (year, month + 3, day),
        _ => (year + 1, month - 9, day),
    }
}

/// Seconds since 1970 of a date and a time of day, if there are such; the year comes as century and the
/// year in it.
fn seconds_of(
    [century, year]: [u32; 2],
    [month, day]: [u32; 2],
    [hour, minute, second]: [u32; 3],
) -> Option<u64> {
    let year = century * 100 + year;
    let days = days_of(year, month, day)?;
    // A date that there is not comes back as another one.
    let exists = date_of(days) == (year, month, day) && hour < 24 && minute < 60 && second < 60;
    exists.then(|| u64::from(days) * 86_400 + u64::from(hour * 3600 + minute * 60 + second))
}

/// Days since 1970-01-01, the inverse of [`date_of`]; `None` before that.
fn days_of(year: u32, month: u32, day: u32) -> Option<u32> {
    let (year, month) = match month {
        3.. => (year, month - 3),
        _ => (year.checked_sub(1)?, month + 9),
    };
    let leap_days = year / 4 - year / 100 + year / 400;
    (365 * year + leap_days + (153 * month + 2) / 5 + day).checked_sub(1 + BEFORE_1970)
}

impl TryFrom<UtcDateTime> for Timestamp {
    type Error = TimestampError;

    /// A part of a second is dropped.
    fn try_from(instant: UtcDateTime) -> Result<Self, TimestampError> {
        let seconds =
            u64::try_from(instant.unix_timestamp()).map_err(|_| TimestampError::Before1970)?;
        Self::from_unix_seconds(seconds)
    }
}

impl TryFrom<OffsetDateTime> for Timestamp {
    type Error = TimestampError;

    /// Converts to UTC; a part of a second is dropped.
    fn try_from(instant: OffsetDateTime) -> Result<Self, TimestampError> {
        let seconds =
            u64::try_from(instant.unix_timestamp()).map_err(|_| TimestampError::Before1970)?;
        Self::from_unix_seconds(seconds)
    }
}

#[cfg(feature = "std")]
impl TryFrom<std::time::SystemTime> for Timestamp {
    type Error = TimestampError;

    /// A part of a second is dropped.
    fn try_from(instant: std::time::SystemTime) -> Result<Self, TimestampError> {
        let since = instant
            .duration_since(std::time::SystemTime::UNIX_EPOCH)
            .map_err(|_| TimestampError::Before1970)?;
        Self::from_unix_seconds(since.as_secs())
    }
}

impl Emit for Timestamp {
    fn emit(&self, sink: &mut Sink<'_>) {
        self.emit_extended(sink);
        sink.write(b"Z");
    }
}

impl fmt::Display for Timestamp {
    /// RFC 3339: `2023-11-14T22:13:20Z`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::sink::show(self, formatter)
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Timestamp({self})")
    }
}

/// An instant as the HTTP headers `Date` and `x-oss-date` (V1) have it:
/// `Tue, 14 Nov 2023 22:13:20 GMT`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct HttpDate(pub(crate) Timestamp);

impl Emit for HttpDate {
    /// RFC 9110's IMF-fixdate: two-digit days, unlike Java's `RFC_1123_DATE_TIME`, which the Java
    /// SDK v2 sends.
    fn emit(&self, sink: &mut Sink<'_>) {
        let [c1, c2, y1, y2, _, _, d1, d2, _, h1, h2, i1, i2, s1, s2, _] = self.0.basic;
        let (days, _) = days_and_seconds(self.0.seconds);
        let (_, month, _) = date_of(days);
        // The first day of 1970 was a Thursday.
        sink.write(nth(b"ThuFriSatSunMonTueWed", days % 7));
        sink.write(&[b',', b' ', d1, d2]);
        sink.write(b" ");
        sink.write(nth(MONTHS, month - 1));
        sink.write(&[b' ', c1, c2, y1, y2, b' ', h1, h2, b':', i1, i2, b':', s1, s2]);
        sink.write(b" GMT");
    }
}

/// A text of an instant, made before it is known how often it will be written.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DateText {
    /// As many as an HTTP date has.
    bytes: [u8; 29],
    length: u8,
}

impl DateText {
    /// `20231114T221320Z`
    pub(crate) fn basic(instant: Timestamp) -> Self {
        let mut bytes = [0; 29];
        if let Some(start) = bytes.first_chunk_mut() {
            *start = instant.basic;
        }
        Self { bytes, length: 16 }
    }

    /// `Tue, 14 Nov 2023 22:13:20 GMT`
    pub(crate) fn http(instant: Timestamp) -> Self {
        let mut bytes = [0; 29];
        fill(&mut bytes, |sink| HttpDate(instant).emit(sink));
        Self { bytes, length: 29 }
    }

    pub(crate) fn emit(&self, sink: &mut Sink<'_>) {
        match self.bytes.first_chunk::<16>() {
            Some(basic) if self.length == 16 => sink.write(basic),
            _ => sink.write(self.as_bytes()),
        }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..usize::from(self.length)).unwrap_or_default()
    }
}

/// An instant as the `expiration` of a POST policy: `2023-11-14T22:13:20.000Z`.
#[cfg(feature = "post-policy")]
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expiration(pub(crate) Timestamp);

#[cfg(feature = "post-policy")]
impl Emit for Expiration {
    fn emit(&self, sink: &mut Sink<'_>) {
        self.0.emit_extended(sink);
        sink.write(b".000Z");
    }
}

/// The names of the months in HTTP.
const MONTHS: &[u8] = b"JanFebMarAprMayJunJulAugSepOctNovDec";

/// One of the names of three letters.
fn nth(names: &'static [u8], index: u32) -> &'static [u8] {
    let (names, _) = names.as_chunks::<3>();
    names.get(index as usize).map_or(&[], <[u8; 3]>::as_slice)
}

/// The number that the two digits from `start` on mean.
fn number(text: &[u8], start: usize) -> Option<u32> {
    let &[tens, ones] = text.get(start..)?.first_chunk()?;
    let is_number = tens.is_ascii_digit() && ones.is_ascii_digit();
    is_number.then(|| u32::from(tens - b'0') * 10 + u32::from(ones - b'0'))
}

/// The last two digits of a number.
fn two_digits(number: u32) -> [u8; 2] {
    [b'0' + (number / 10 % 10) as u8, b'0' + (number % 10) as u8]
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;
    use crate::sink::written;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds).unwrap()
    }

    fn http_date(instant: Timestamp) -> heapless::String<29> {
        HttpDate(instant).to_string_of().unwrap()
    }

    /// Against a calendar that knows nothing of this one.
    #[test]
    fn every_day_has_its_date() {
        let mut expected = UtcDateTime::UNIX_EPOCH.date();
        for days in 0..=u32::try_from(LATEST / 86_400).unwrap() {
            let (year, month, day) = date_of(days);
            let date = (expected.year().unsigned_abs(), u8::from(expected.month()).into());
            assert_eq!((year, month, day), (date.0, date.1, expected.day().into()));
            assert_eq!(days_of(year, month, day), Some(days));
            expected = expected.next_day().unwrap_or(expected);
        }
    }

    #[test]
    fn the_days_of_a_week() {
        let names = ["Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon"];
        for (days, name) in (0..).zip(names) {
            assert!(http_date(at(1_700_000_000 + days * 86_400)).starts_with(name));
        }
    }

    #[test]
    fn the_texts_of_an_instant() {
        let instant = at(1_700_000_000);
        assert_eq!(&instant.date(), b"20231114");
        assert_eq!(instant.basic(), b"20231114T221320Z");
        assert_eq!(http_date(instant), "Tue, 14 Nov 2023 22:13:20 GMT");
        assert_eq!(instant.to_string(), "2023-11-14T22:13:20Z");
        assert_eq!(format!("{instant:?}"), "Timestamp(2023-11-14T22:13:20Z)");
    }

    #[cfg(feature = "post-policy")]
    #[test]
    fn expiration_has_milliseconds() {
        let text = |seconds| Expiration(at(seconds)).to_string_of::<24>().unwrap();
        assert_eq!(text(1_699_999_505), "2023-11-14T22:05:05.000Z");
        assert_eq!(text(0), "1970-01-01T00:00:00.000Z");
    }

    #[test]
    fn days_have_two_digits() {
        assert_eq!(http_date(at(1_698_796_800)), "Wed, 01 Nov 2023 00:00:00 GMT");
    }

    #[test]
    fn the_first_and_the_last_instant() {
        assert_eq!(at(0).basic(), b"19700101T000000Z");
        assert_eq!(at(253_402_300_799).basic(), b"99991231T235959Z");
        let after = Timestamp::from_unix_seconds(253_402_300_800);
        assert_eq!(after, Err(TimestampError::TooLate));
        assert_eq!(Timestamp::from_unix_seconds(u64::MAX), Err(TimestampError::TooLate));
        assert_eq!(at(253_402_300_799).checked_add_seconds(1), None);
    }

    #[test]
    fn instants_of_other_libraries() {
        let utc = UtcDateTime::from_unix_timestamp(1_700_000_000).unwrap();
        assert_eq!(Timestamp::try_from(utc), Ok(at(1_700_000_000)));
        let shanghai = utc.to_offset(::time::UtcOffset::from_hms(8, 0, 0).unwrap());
        assert_eq!(Timestamp::try_from(shanghai), Ok(at(1_700_000_000)));
        let before = UtcDateTime::from_unix_timestamp(-1).unwrap();
        assert_eq!(Timestamp::try_from(before), Err(TimestampError::Before1970));
    }

    #[cfg(feature = "verify")]
    #[test]
    fn texts_are_read_back() {
        for seconds in [0, 951_782_400, 1_700_000_000, 253_402_300_799] {
            let instant = at(seconds);
            assert_eq!(Timestamp::from_basic(instant.basic()), Some(instant));
            assert_eq!(Timestamp::from_http_date(http_date(instant).as_bytes()), Some(instant));
        }
    }

    /// However a byte of it is changed: a text that is signed as it came must be the one that is made of
    /// its instant.
    #[cfg(feature = "verify")]
    #[test]
    fn what_is_read_is_written_alike() {
        for position in 0..16 {
            for byte in 0..=u8::MAX {
                let mut text = *b"20231114T200000Z";
                text[position] = byte;
                if let Some(instant) = Timestamp::from_basic(&text) {
                    assert_eq!(at(instant.unix_seconds()).basic(), &text);
                }
            }
        }
    }

    #[test]
    fn a_text_that_is_made_beforehand_is_the_same() {
        let instant = at(1_700_000_000);
        let text = |date: DateText| written(|sink| date.emit(sink));
        assert_eq!(text(DateText::basic(instant)), instant.basic());
        assert_eq!(text(DateText::http(instant)), http_date(instant).as_bytes());
    }

    #[cfg(feature = "verify")]
    #[test]
    fn texts_of_another_form_are_not_read() {
        for text in ["", "20231114", "20231114T221320", "20231314T221320Z", "2023111xT221320Z"] {
            assert_eq!(Timestamp::from_basic(text.as_bytes()), None, "{text}");
        }
        for text in [
            "Wed, 14 Nov 2023 22:13:20 GMT",
            "Tue, 14 Nov 2023 22:13:20 UTC",
            "Tue, 4 Nov 2023 22:13:20 GMT",
            "Tue, 14 Nov 2023 24:13:20 GMT",
            "2023-11-14T22:13:20Z",
        ] {
            assert_eq!(Timestamp::from_http_date(text.as_bytes()), None, "{text}");
        }
    }

    #[cfg(feature = "std")]
    #[test]
    fn system_time_loses_its_fraction() {
        use core::time::Duration;
        use std::time::SystemTime;

        let instant = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_999);
        assert_eq!(Timestamp::try_from(instant), Ok(at(1_700_000_000)));
        let before = SystemTime::UNIX_EPOCH - Duration::from_secs(1);
        assert_eq!(Timestamp::try_from(before), Err(TimestampError::Before1970));
    }
}
