//! Parts of an object: the header `Range`.

use core::ops::RangeInclusive;

use http::StatusCode;

use Side::{Nothing, Number, Other};

use crate::failure::Failure;

/// What a `Range` means for an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ranged {
    Whole,
    Part(RangeInclusive<u64>),
}

impl Ranged {
    /// Reads `bytes=FIRST-LAST`, `bytes=FIRST-` and `bytes=-COUNT`.
    ///
    /// OSS answers to a range that does not lie within the object with the whole object, unless
    /// `x-oss-range-behavior: standard` asks for what HTTP says.
    /// <https://www.alibabacloud.com/help/en/oss/developer-reference/getobject>
    pub(super) fn parse(
        header: Option<&str>,
        length: u64,
        is_standard: bool,
    ) -> Result<Self, Failure> {
        let range = header.and_then(|header| header.trim().strip_prefix("bytes="));
        let Some((first, last)) = range.and_then(|range| range.split_once('-')) else {
            return Ok(Self::Whole);
        };
        let end = length.saturating_sub(1);
        let (first, last, is_within) = match (number(first), number(last)) {
            (Number(first), Number(last)) if first <= last => (first, last.min(end), last < length),
            (Number(first), Nothing) => (first, end, first < length),
            (Nothing, Number(count)) if count > 0 => {
                (length.saturating_sub(count), end, count <= length)
            }
            _ => return Ok(Self::Whole),
        };
        match is_within || (is_standard && first < length) {
            true => Ok(Self::Part(first..=last)),
            false if !is_standard => Ok(Self::Whole),
            false => {
                let message = "The requested range cannot be satisfied.";
                let status = StatusCode::RANGE_NOT_SATISFIABLE;
                Err(Failure::new(status, "InvalidRange", message)
                    .element("ActualObjectSize", length.to_string()))
            }
        }
    }
}

/// What is on one side of the `-`.
enum Side {
    Nothing,
    Number(u64),
    Other,
}

fn number(text: &str) -> Side {
    match text.trim() {
        "" => Nothing,
        text => text.parse().map_or(Other, Number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_ten_bytes() {
        for (header, expected) in [
            ("bytes=0-9", Ranged::Part(0..=9)),
            ("bytes=3-5", Ranged::Part(3..=5)),
            ("bytes=3-", Ranged::Part(3..=9)),
            ("bytes=-3", Ranged::Part(7..=9)),
            ("bytes=-10", Ranged::Part(0..=9)),
            ("bytes=5-10", Ranged::Whole),
            ("bytes=10-", Ranged::Whole),
            ("bytes=-11", Ranged::Whole),
            ("bytes=-0", Ranged::Whole),
            ("bytes=5-3", Ranged::Whole),
            ("bytes=0-1,3-4", Ranged::Whole),
            ("bytes=a-b", Ranged::Whole),
            ("lines=0-1", Ranged::Whole),
        ] {
            assert_eq!(Ranged::parse(Some(header), 10, false).unwrap(), expected, "{header}");
        }
        assert_eq!(Ranged::parse(None, 10, false).unwrap(), Ranged::Whole);
        assert_eq!(Ranged::parse(Some("bytes=0-"), 0, false).unwrap(), Ranged::Whole);
    }

    #[test]
    fn ranges_as_http_has_them() {
        let parse = |header| Ranged::parse(Some(header), 10, true);
        assert_eq!(parse("bytes=5-10").unwrap(), Ranged::Part(5..=9));
        assert_eq!(parse("bytes=-11").unwrap(), Ranged::Part(0..=9));
        assert_eq!(parse("bytes=10-").unwrap_err().code, "InvalidRange");
    }
}
