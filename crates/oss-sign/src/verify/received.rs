//! A request as it arrived.

use core::fmt;

use crate::canonical::Header;
use crate::header::trimmed_bytes;
use crate::words::position;

use super::wire::Wire;

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
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        Self { method, path, query, headers }
    }

    pub(super) fn method(&self) -> &'a str {
        self.method
    }

    pub(super) fn path(&self) -> &'a str {
        self.path
    }

    pub(super) fn parameters(&self) -> impl Iterator<Item = Slot<'a>> + use<'a> {
        let mut rest = Some(self.query);
        let pieces = core::iter::from_fn(move || {
            let (piece, after) = split(rest?, b'&');
            rest = after;
            Some(piece)
        });
        pieces.filter(|parameter| !parameter.is_empty()).map(|parameter| {
            let (name, value) = split(parameter, b'=');
            Slot::new(
                name,
                Wire::query(name.as_bytes()),
                Wire::query(value.unwrap_or_default().as_bytes()),
            )
        })
    }

    pub(super) fn headers(&self) -> impl Iterator<Item = Slot<'a>> + use<'a> {
        self.headers.iter().map(|&(name, value)| {
            Slot::new(name, Wire::raw(name.as_bytes()), Wire::raw(trimmed_bytes(value)))
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
    text: &'a str,
    name: Wire<'a>,
    value: Wire<'a>,
}

impl<'a> Slot<'a> {
    fn new(text: &'a str, name: Wire<'a>, value: Wire<'a>) -> Self {
        Self { text, name, value }
    }

    pub(super) fn name(&self) -> Wire<'a> {
        self.name
    }

    pub(super) fn value(&self) -> Wire<'a> {
        self.value
    }

    pub(super) fn header_name(&self) -> &'a str {
        self.text
    }

    pub(super) fn header<O>(&self) -> Header<'a, O> {
        Header::Given(self.text, self.value.text())
    }
}

/// What is before the first `byte`, and what is after it.
fn split(text: &str, byte: u8) -> (&str, Option<&str>) {
    let end = position(text.as_bytes(), 0, byte);
    let parts = end.and_then(|end| text.split_at_checked(end));
    parts.map_or((text, None), |(before, rest)| (before, rest.get(1..)))
}

impl fmt::Debug for Slot<'_> {
    /// Without the value: it may be the security token.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Slot").field("name", &self.text).finish_non_exhaustive()
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
