//! A request as it arrived.

use core::fmt;

use crate::canonical::Header;
use crate::header::trimmed_bytes;
use crate::words::{position_of_either, split_once};

use super::field::Field;
use super::wire::{Spelling, Wire};

/// A request as it arrived: nothing of it decoded.
#[derive(Clone, Copy)]
pub struct Received<'a> {
    method: &'a str,
    path: &'a str,
    query: &'a str,
    headers: &'a [(&'a str, &'a [u8])],
}

impl<'a> Received<'a> {
    /// Method, path and query as in the request line, and all headers in their order.
    #[must_use]
    pub fn new(
        method: &'a str,
        path_and_query: &'a str,
        headers: &'a [(&'a str, &'a [u8])],
    ) -> Self {
        let (path, query) = split_once(path_and_query, b'?').unwrap_or((path_and_query, ""));
        Self { method, path, query, headers }
    }

    pub(super) fn method(&self) -> &'a str {
        self.method
    }

    pub(super) fn path(&self) -> &'a str {
        self.path
    }

    pub(super) fn parameters(&self) -> impl Iterator<Item = Slot<'a>> + use<'a> {
        let mut rest = self.query;
        core::iter::from_fn(move || {
            while let Some(after) = rest.strip_prefix('&') {
                rest = after;
            }
            if rest.is_empty() {
                return None;
            }
            let mut slot = Slot::default();
            // Most are those of the signature, whose names need no second look.
            if let Some((name, field, after)) = named(rest) {
                (slot.name, slot.field, rest) = (name, Some(field), after);
            } else {
                (slot.name, slot.name_spelling, rest) = start(rest, [b'=', b'&']);
                slot.field = Field::of(slot.name());
            }
            if let Some(after) = rest.strip_prefix('=') {
                let value;
                (value, slot.value_spelling, rest) = start(after, [b'&']);
                slot.value = value.as_bytes();
            }
            Some(slot)
        })
    }

    /// The headers whose names are `wanted`.
    pub(super) fn headers(&self, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = Slot<'a>> {
        self.headers.iter().filter(move |(name, _)| wanted(name)).map(|&(name, value)| Slot {
            name,
            value: trimmed_bytes(value),
            name_spelling: Spelling::Raw,
            value_spelling: Spelling::Raw,
            field: None,
        })
    }

    /// The values of the headers of this name.
    pub(super) fn values<'n>(&self, name: &'n str) -> impl Iterator<Item = &'a [u8]> + use<'a, 'n> {
        let named = self.headers.iter().filter(move |(other, _)| other.eq_ignore_ascii_case(name));
        named.map(|(_, value)| trimmed_bytes(value))
    }
}

impl fmt::Debug for Received<'_> {
    /// Without query and headers: among them are the security token and the signature.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Received")
            .field("method", &self.method)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// Room for one parameter or header of a received request, lent by the caller.
///
/// `[Slot::default(); 32]` is enough for what OSS's own clients send.
#[derive(Clone, Copy, Default)]
pub struct Slot<'a> {
    name: &'a str,
    value: &'a [u8],
    name_spelling: Spelling,
    value_spelling: Spelling,
    field: Option<Field>,
}

impl<'a> Slot<'a> {
    pub(super) fn name(&self) -> Wire<'a> {
        Wire::new(self.name.as_bytes(), self.name_spelling)
    }

    pub(super) fn value(&self) -> Wire<'a> {
        Wire::new(self.value, self.value_spelling)
    }

    /// What the parameter is in the signature, if it is anything.
    pub(super) fn field(&self) -> Option<Field> {
        self.field
    }

    pub(super) fn header_name(&self) -> &'a str {
        self.name
    }

    pub(super) fn header<O>(&self) -> Header<'a, O> {
        Header::Given(self.name, self.value)
    }
}

/// The name at the start of a query, if it is one of the signature's as it is signed, what it is, and what
/// follows it.
fn named(query: &str) -> Option<(&str, Field, &str)> {
    // Not beyond this parameter: of a hostile query each would be looked through to the end of all.
    let end = position_of_either(query.as_bytes(), 0, [b'=', b'&'])?;
    let (name, rest) = query.split_at_checked(end)?;
    Some((name, Field::named(name.as_bytes())?, rest))
}

/// The name or the value at the start of a query, its spelling, and what is from one of `ends` on.
fn start<const N: usize>(query: &str, ends: [u8; N]) -> (&str, Spelling, &str) {
    let (length, spelling) = Spelling::of_query(query.as_bytes(), ends);
    let (text, rest) = query.split_at_checked(length).unwrap_or((query, ""));
    (text, spelling, rest)
}

impl fmt::Debug for Slot<'_> {
    /// Without the value: it may be the security token.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Slot").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The version of a signature, and where it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "OSS has these, which this library knows")]
pub enum SignatureForm {
    /// V4, in the header `Authorization`.
    V4Header,
    /// V4, in the query.
    V4Url,
    /// V1, in the header `Authorization`.
    V1Header,
    /// V1, in the query.
    V1Url,
    /// V4, in the fields of a form.
    V4Post,
    /// V1, in the fields of a form.
    V1Post,
}

/// By how much the signer's clock may differ from ours.
///
/// ```
/// use oss_sign::verify::Tolerance;
///
/// assert_eq!(Tolerance::default(), Tolerance::from_seconds(900));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tolerance(u32);

impl Tolerance {
    /// So many seconds, in either direction.
    #[must_use]
    pub const fn from_seconds(seconds: u32) -> Self {
        Self(seconds)
    }

    pub(super) fn seconds(self) -> u64 {
        self.0.into()
    }
}

impl Default for Tolerance {
    /// 15 minutes, as OSS has it.
    fn default() -> Self {
        Self::from_seconds(900)
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    #[test]
    fn names_of_the_signature_are_known_however_they_are_spelled() {
        let query = "/a?x-oss-date=1&x%2Doss-date=1&Expires&a=b&x-oss-Date=1";
        let parameters = Received::new("GET", query, &[]).parameters();
        let fields: Vec<_> = parameters.map(|slot| slot.field()).collect();
        let (date, expires) = (Some(Field::Date), Some(Field::V1Expires));
        assert_eq!(fields, [date, date, expires, None, None]);
    }

    #[test]
    fn debug_shows_neither_the_query_nor_the_values_of_headers() {
        let headers: &[(&str, &[u8])] = &[("authorization", b"OSS testak:hushhush")];
        let received = Received::new("GET", "/a?Signature=hushhush", headers);
        assert_eq!(format!("{received:?}"), r#"Received { method: "GET", path: "/a", .. }"#);
        let slots: Vec<_> = received.parameters().chain(received.headers(|_| true)).collect();
        assert_eq!(
            format!("{slots:?}"),
            r#"[Slot { name: "Signature", .. }, Slot { name: "authorization", .. }]"#
        );
    }
}
