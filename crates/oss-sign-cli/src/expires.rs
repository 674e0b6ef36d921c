//! When a presigned URL or a form stops working.

use core::fmt;

use clap::Args;
use oss_sign::{Expires, SignError, Timestamp};

use crate::instant::instant;
use crate::mistake::{Mistake, Quoted};

#[derive(Args)]
#[command(next_help_heading = "Validity")]
pub(crate) struct ExpiresArgs {
    /// How long the URL or the form works: seconds, or 15m, 1h30m, 7d [default: 1800]
    #[arg(
        long,
        value_name = "DURATION",
        value_parser = seconds,
        allow_negative_numbers = true,
        visible_aliases = ["expires-duration", "timeout"]
    )]
    expires: Option<u32>,

    /// The instant when it stops to work: RFC 3339 or Unix seconds
    #[arg(
        long,
        value_name = "INSTANT",
        value_parser = instant,
        visible_alias = "expires-date",
        conflicts_with = "expires"
    )]
    expires_at: Option<Timestamp>,
}

impl ExpiresArgs {
    /// As the two flags would say it.
    pub(crate) fn parse(expires: Option<&str>, expires_at: Option<&str>) -> Result<Self, Mistake> {
        Ok(Self {
            expires: expires.map(seconds).transpose()?,
            expires_at: expires_at.map(instant).transpose()?,
        })
    }

    pub(crate) fn expires(&self) -> Expires {
        match (self.expires, self.expires_at) {
            (Some(seconds), _) => Expires::after_seconds(seconds),
            (None, Some(instant)) => Expires::at(instant),
            (None, None) => Expires::default(),
        }
    }

    /// What the library refused, if it was the validity.
    pub(crate) fn refused(&self, error: SignError, now: Timestamp) -> Option<Mistake> {
        let line = match error {
            SignError::ExpiresZero => format!("{self}: give at least 1 second"),
            SignError::ExpiresInThePast => {
                format!("{self} is not after the time of signing, {now}: give a later instant")
            }
            SignError::ExpiresTooFar => format!(
                "{self} is more than 7 days (604800 seconds) from now, the most that OSS allows \
                 for V4: give --expires 7d or less"
            ),
            SignError::ExpiresTooLate => {
                format!("{self} ends after the year 9999: give a shorter --expires")
            }
            _ => return None,
        };
        Some(Mistake::new(line))
    }
}

impl fmt::Display for ExpiresArgs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.expires, self.expires_at) {
            (Some(seconds), _) => write!(formatter, "--expires {seconds}"),
            (None, Some(instant)) => write!(formatter, "--expires-at {instant}"),
            (None, None) => formatter.write_str("--expires (1800 by default)"),
        }
    }
}

/// Reads whole seconds, or a duration with units.
pub(crate) fn seconds(text: &str) -> Result<u32, Mistake> {
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    let duration = humantime::parse_duration(text).ok();
    let whole = duration.filter(|duration| duration.subsec_nanos() == 0);
    whole.and_then(|duration| u32::try_from(duration.as_secs()).ok()).ok_or_else(|| {
        Mistake::new(format!(
            "{} is not a duration: write whole seconds (3600), or units (15m, 1h30m, 7d)",
            Quoted(text)
        ))
    })
}
