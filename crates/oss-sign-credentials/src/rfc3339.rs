//! Instants as services write them.

use oss_sign::Timestamp;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Reads RFC 3339, with `Z` or an offset, a fraction or none: what Alibaba Cloud's services, SDKs and
/// command line write. Without an offset it is not known which instant is meant.
pub(crate) fn parse(text: &str) -> Option<Timestamp> {
    Timestamp::try_from(OffsetDateTime::parse(text, &Rfc3339).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn t80_instants_are_read_with_and_without_a_fraction() {
        for (text, expected) in [
            ("2015-04-09T11:52:19Z", Some(1_428_580_339)),
            ("2024-08-30T07:03:06.117Z", Some(1_725_001_386)),
            ("2024-08-30T15:03:06+08:00", Some(1_725_001_386)),
            ("2024-08-30T07:03:06", None),
            ("2024-08-30", None),
            ("1969-12-31T23:59:59Z", None),
            ("", None),
            ("test", None),
        ] {
            assert_eq!(parse(text).map(Timestamp::unix_seconds), expected, "{text}");
        }
    }
}
