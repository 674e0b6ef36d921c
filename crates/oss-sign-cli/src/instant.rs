//! Instants, and the clock.

use std::time::SystemTime;

use oss_sign::{Timestamp, TimestampError};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::mistake::{Mistake, Quoted};

/// Reads Unix seconds, or RFC 3339 in any time zone.
pub(crate) fn instant(text: &str) -> Result<Timestamp, Mistake> {
    let mistake =
        |error: TimestampError| Mistake::new(format!("{} is out of range: {error}", Quoted(text)));
    if let Ok(seconds) = text.parse() {
        return Timestamp::from_unix_seconds(seconds).map_err(mistake);
    }
    let instant = OffsetDateTime::parse(text, &Rfc3339).map_err(|_| {
        Mistake::new(format!(
            "{} is not an instant: write Unix seconds, or RFC 3339 such as 2026-01-31T12:00:00Z",
            Quoted(text)
        ))
    })?;
    Timestamp::try_from(instant).map_err(mistake)
}

/// What the system's clock says.
pub(crate) fn now() -> Result<Timestamp, Mistake> {
    Timestamp::try_from(SystemTime::now())
        .map_err(|error| Mistake::new(format!("the clock of this machine: {error}; give --now")))
}
