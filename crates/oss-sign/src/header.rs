//! The headers that are signed, in the order in which they are.

use crate::MAX_HEADERS;
use crate::canonical::Header;
use crate::encode::{is_token, lower_case_order};
use crate::error::SignError;
use crate::order::Order;
use crate::request::Request;
use crate::words::has_line_end;

/// The headers by index: first those that the signature may add, by the table of their names, then
/// the caller's.
#[derive(Clone, Copy)]
pub(crate) struct Headers<'r, 'a> {
    pub(crate) own: &'static [&'static str],
    pub(crate) request: &'r Request<'a>,
}

impl<'a> Headers<'_, 'a> {
    /// Sorts into `order` by lower-case name those headers of the caller that are signed, and those of the
    /// signature that are `present`, by their indexes in ascending order. The caller may give none
    /// of `reserved`.
    pub(crate) fn sorted(
        self,
        order: &mut Order,
        present: impl IntoIterator<Item = u8>,
        reserved: &[&str],
        is_signed: impl Fn(&str) -> bool,
    ) -> Result<(), SignError> {
        if self.request.all_headers().len() > MAX_HEADERS {
            return Err(SignError::TooManyHeaders);
        }
        for index in present {
            order.push(index);
        }
        for (position, &(name, value)) in self.request.all_headers().iter().enumerate() {
            if !is_token(name) {
                return Err(SignError::HeaderName(position));
            }
            if has_line_end(value) {
                return Err(SignError::HeaderValue(position));
            }
            if reserved.iter().any(|reserved| name.eq_ignore_ascii_case(reserved)) {
                return Err(SignError::SignatureHeader(position));
            }
            if !is_signed(name) {
                continue;
            }
            let index = self.index(position);
            // Headers of the same name stay in the order in which they were given; so no two are
            // equal.
            let _ = order.insert(index, &mut |other| {
                lower_case_order(self.header(other).name(), name).then(other.cmp(&index))
            });
        }
        Ok(())
    }

    pub(crate) fn header(self, index: u8) -> Header<'a, u8> {
        match self.own.get(usize::from(index)) {
            Some(name) => Header::Own(index, name),
            None => {
                let (name, value) = self.callers(index).unwrap_or_default();
                Header::Given(name, value.as_bytes())
            }
        }
    }

    /// Name and trimmed value of one of the caller's headers.
    pub(crate) fn callers(self, index: u8) -> Option<(&'a str, &'a str)> {
        let position = usize::from(index).checked_sub(self.own.len())?;
        self.request.all_headers().get(position).map(|&(name, value)| (name, trimmed(value)))
    }

    fn index(self, position: usize) -> u8 {
        // At most the signature's own and `MAX_HEADERS`.
        u8::try_from(self.own.len().saturating_add(position)).unwrap_or(u8::MAX)
    }
}

/// Whether OSS signs a header of this name without being told to: `Content-Type`, `Content-MD5`
/// and `x-oss-*`.
pub(crate) fn is_signed_by_default(name: &str) -> bool {
    match name.len() {
        11 => name.eq_ignore_ascii_case("content-md5") || is_oss_header(name),
        12 => name.eq_ignore_ascii_case("content-type") || is_oss_header(name),
        _ => is_oss_header(name),
    }
}

/// Whether a header is one of OSS's own: `x-oss-*`.
pub(crate) fn is_oss_header(name: &str) -> bool {
    let start: Option<&[u8; 6]> = name.as_bytes().first_chunk();
    start.is_some_and(|start| start.eq_ignore_ascii_case(b"x-oss-"))
}

/// The value of a header without the white space around it.
pub(crate) fn trimmed(value: &str) -> &str {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let bytes = value.as_bytes();
    if !bytes.first().is_some_and(is_blank) && !bytes.last().is_some_and(is_blank) {
        return value;
    }
    let start = bytes.iter().take_while(|byte| is_blank(byte)).count();
    let end =
        bytes.len().wrapping_sub(bytes.iter().rev().take_while(|byte| is_blank(byte)).count());
    // Nothing is left of blanks alone.
    value.get(start..end).unwrap_or_default()
}

/// [`trimmed`] of a value that need not be UTF-8.
#[cfg(feature = "verify")]
pub(crate) fn trimmed_bytes(value: &[u8]) -> &[u8] {
    let mut value = value;
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// Which header carries the time of signing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "OSS reads the time from one of these")]
pub enum DateHeader {
    /// `Date`, as RFC 9110 has it. Not every HTTP client lets a caller set it, and browsers do not.
    Date,
    /// `x-oss-date`.
    XOssDate,
}

impl DateHeader {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Date => "date",
            Self::XOssDate => "x-oss-date",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headers_that_oss_signs_by_default() {
        for name in ["Content-Type", "content-md5", "X-OSS-Meta-A", "x-oss-"] {
            assert!(is_signed_by_default(name), "{name}");
        }
        for name in ["Content-Type-X", "x-os", "x-ossmeta", "host", "ä"] {
            assert!(!is_signed_by_default(name), "{name}");
        }
    }
}
