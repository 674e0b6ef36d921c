//! Text as it came over the wire, percent-encoded in one of many ways.

use core::cmp::Ordering;
use core::fmt;

use crate::canonical::{Form, Text};
use crate::encode::{
    Bytes, percent_encoded, percent_encoded_path, position_of_reserved,
    position_of_reserved_in_path, rank,
};
use crate::sink::{self, Sink};
use crate::words::position_of_either;

/// A name or a value of the query, or a path.
///
/// What counts is what it means: it is decoded, and encoded again in the one canonical way. So
/// `%2f`, `%2F` and `/` are the same. What is spelled in the canonical way, as it is by most clients, is
/// written as it came.
#[derive(Clone, Copy, Default)]
pub(super) struct Wire<'a> {
    text: &'a [u8],
    spelling: Spelling,
}

/// What `%` and `+` mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Spelling {
    /// There are none, nor anything else that is reserved.
    #[default]
    Plain,
    /// `%` begins a byte that is reserved, and nothing else is.
    Canonical,
    /// `%` begins a byte, and `+` is a blank.
    Query,
    /// `%` begins a byte.
    Path,
    /// Nothing but themselves.
    Raw,
}

impl Spelling {
    /// The length and the spelling of the name or value with which a query begins, up to one of `ends`.
    ///
    /// HTML forms send a blank as `+`. OSS reads it so: an unencoded `+` in a signature arrives as a
    /// blank.
    pub(super) fn of_query<const N: usize>(query: &[u8], ends: [u8; N]) -> (usize, Self) {
        match Self::canonical_start(query, &Bytes::UNRESERVED, position_of_reserved) {
            (length, spelling) if query.get(length).is_none_or(|byte| ends.contains(byte)) => {
                (length, spelling)
            }
            (length, _) => {
                let end = position_of_either(query, length, ends);
                (end.unwrap_or(query.len()), Self::Query)
            }
        }
    }

    fn of_path(path: &[u8]) -> Self {
        match Self::canonical_start(path, &Bytes::PATH, position_of_reserved_in_path) {
            (length, spelling) if length == path.len() => spelling,
            _ => Self::Path,
        }
    }

    /// The length and the spelling of what is spelled as it is signed.
    fn canonical_start(
        text: &[u8],
        unreserved: &Bytes,
        position_of_reserved: impl Fn(&[u8], usize) -> Option<usize>,
    ) -> (usize, Self) {
        let (mut start, mut spelling) = (0, Self::Plain);
        while let Some(reserved) = position_of_reserved(text, start) {
            let is_canonical = match text.get(reserved..) {
                Some([b'%', high, low, ..]) => {
                    upper_case_hexadecimal(*high, *low).is_some_and(|byte| !unreserved.has(byte))
                }
                _ => false,
            };
            if !is_canonical {
                return (reserved, spelling);
            }
            spelling = Self::Canonical;
            start = reserved.wrapping_add(3);
        }
        (text.len(), spelling)
    }
}

impl<'a> Wire<'a> {
    pub(super) fn new(text: &'a [u8], spelling: Spelling) -> Self {
        Self { text, spelling }
    }

    #[cfg(test)]
    pub(super) fn query(text: &'a [u8]) -> Self {
        Self::new(text, Spelling::of_query(text, []).1)
    }

    pub(super) fn path(text: &'a [u8]) -> Self {
        Self::new(text, Spelling::of_path(text))
    }

    /// A header, or a part of one: not encoded.
    pub(super) fn raw(text: &'a [u8]) -> Self {
        Self::new(text, Spelling::Raw)
    }

    /// As it came.
    pub(super) fn text(self) -> &'a [u8] {
        self.text
    }

    /// Whether the text is what it means.
    fn is_decoded(self) -> bool {
        matches!(self.spelling, Spelling::Plain | Spelling::Raw)
    }

    /// Whether the text is what is signed.
    fn is_encoded(self) -> bool {
        matches!(self.spelling, Spelling::Plain | Spelling::Canonical)
    }

    /// Whether it means `name`.
    pub(super) fn equals(self, name: &str) -> bool {
        match self.is_decoded() {
            true => self.text == name.as_bytes(),
            false => self.bytes().eq(name.bytes()),
        }
    }

    /// The order of what both mean, percent-encoded.
    pub(super) fn encoded_order(self, other: Self) -> Ordering {
        if self.is_encoded() && other.is_encoded() {
            return self.text.cmp(other.text);
        }
        let (mut left, mut right) = (self.bytes(), other.bytes());
        loop {
            match (left.next(), right.next()) {
                (Some(l), Some(r)) if l == r => {}
                (l, r) => return rank(l.as_ref()).cmp(&rank(r.as_ref())),
            }
        }
    }

    /// The order of what both mean.
    #[cfg(feature = "v1")]
    pub(super) fn decoded_order(self, other: Self) -> Ordering {
        match self.is_decoded() && other.is_decoded() {
            true => self.text.cmp(other.text),
            false => self.bytes().cmp(other.bytes()),
        }
    }

    /// The decoded text, if it is UTF-8 of at most `N` bytes.
    pub(super) fn decoded<const N: usize>(self) -> Option<heapless::String<N>> {
        self.read::<N, _>(|bytes| str::from_utf8(bytes).ok()?.try_into().ok())
    }

    /// Percent-encoded, but for `/`.
    pub(super) fn emit_path(self, sink: &mut Sink<'_>) {
        self.emit_encoded(percent_encoded_path, sink);
    }

    pub(super) fn emit_raw(self, sink: &mut Sink<'_>) {
        self.emit_pieces(|piece, sink| sink.write(piece), sink);
    }

    fn emit_encoded(self, encode: impl Fn(&[u8], &mut Sink<'_>), sink: &mut Sink<'_>) {
        match self.is_encoded() {
            true => sink.write(self.text),
            false => self.emit_pieces(encode, sink),
        }
    }

    /// What it means, piece by piece, through `encode`.
    fn emit_pieces(self, encode: impl Fn(&[u8], &mut Sink<'_>), sink: &mut Sink<'_>) {
        self.decode(|piece| {
            encode(piece, sink);
            Some(())
        });
    }

    /// Gives `take` what the text means: runs of bytes that mean themselves, and between them bytes
    /// that were spelled in another way. Ends early if `take` does.
    ///
    /// Written here because `percent-encoding` does not know `+`, and because every byte of a
    /// request comes through it.
    pub(super) fn decode(self, mut take: impl FnMut(&[u8]) -> Option<()>) -> Option<()> {
        if self.is_decoded() {
            return take(self.text);
        }
        let mut rest = self.text;
        while let Some(run) = position_of_either(rest, 0, [b'%', b'+']) {
            let (plain, spelled) = rest.split_at_checked(run)?;
            take(plain)?;
            let (byte, after) = first(spelled, self.spelling)?;
            take(&[byte])?;
            rest = after;
        }
        take(rest)
    }
}

/// The first byte that a text means, and what follows it. A `%` that no two hexadecimal digits
/// follow is itself.
fn first(text: &[u8], spelling: Spelling) -> Option<(u8, &[u8])> {
    let (&first, rest) = text.split_first()?;
    match (first, spelling, rest) {
        (b'%', Spelling::Canonical | Spelling::Query | Spelling::Path, [high, low, after @ ..]) => {
            Some(hexadecimal(*high, *low).map_or((first, rest), |byte| (byte, after)))
        }
        (b'+', Spelling::Query, _) => Some((b' ', rest)),
        _ => Some((first, rest)),
    }
}

impl fmt::Display for Wire<'_> {
    /// The decoded text.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        sink::show(self, formatter)
    }
}

impl fmt::Debug for Wire<'_> {
    /// Without the text: it may be a security token or a signature.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Wire").field("spelling", &self.spelling).finish_non_exhaustive()
    }
}

impl Text for Wire<'_> {
    fn bytes(self) -> impl Iterator<Item = u8> {
        Decoded { rest: self.text, spelling: self.spelling }
    }

    fn read<const N: usize, T>(self, read: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        if self.is_decoded() {
            return if self.text.len() <= N { read(self.text) } else { None };
        }
        let mut bytes = heapless::Vec::<u8, N>::new();
        self.decode(|piece| bytes.extend_from_slice(piece).ok())?;
        read(&bytes)
    }

    fn is_empty(self) -> bool {
        self.text.is_empty()
    }

    fn emit(self, form: Form, sink: &mut Sink<'_>) {
        match form {
            #[cfg(feature = "v1")]
            Form::Raw => self.emit_raw(sink),
            Form::Encoded => self.emit_encoded(percent_encoded, sink),
        }
    }
}

/// The bytes that a text means.
struct Decoded<'a> {
    rest: &'a [u8],
    spelling: Spelling,
}

impl Iterator for Decoded<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (byte, rest) = first(self.rest, self.spelling)?;
        self.rest = rest;
        Some(byte)
    }
}

/// The byte that two digits mean, if they are as they are signed.
fn upper_case_hexadecimal(high: u8, low: u8) -> Option<u8> {
    let is_lower = high.is_ascii_lowercase() || low.is_ascii_lowercase();
    hexadecimal(high, low).filter(|_| !is_lower)
}

fn hexadecimal(high: u8, low: u8) -> Option<u8> {
    Some(digit(high)? << 4 | digit(low)?)
}

fn digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;
    use crate::sink::written;

    fn encoded(wire: Wire<'_>) -> String {
        String::from_utf8(written(|sink| wire.emit(Form::Encoded, sink))).unwrap()
    }

    fn decoded(wire: Wire<'_>) -> Vec<u8> {
        written(|sink| wire.emit_raw(sink))
    }

    /// Calls `check` with any two of some texts, in each spelling. Encoded they have another order than
    /// decoded: `-` is less than `/`, but not than `%2F`.
    fn for_each_pair(check: impl Fn(Wire<'_>, Wire<'_>)) {
        let texts = ["", "a", "a%2Fb", "a%2fb", "a/b", "a-b", "%61-b", "a+b", "a%20b", "%E4", "b%"];
        let wires = || texts.iter().map(|text| Wire::query(text.as_bytes()));
        wires().for_each(|left| wires().for_each(|right| check(left, right)));
    }

    #[test]
    fn spelling_does_not_matter() {
        for text in ["a%2fb", "a%2Fb", "a/b", "%61/%62"] {
            assert_eq!(encoded(Wire::query(text.as_bytes())), "a%2Fb", "{text}");
        }
    }

    #[test]
    fn what_is_spelled_as_it_is_signed_is_known() {
        for (text, spelling) in [
            ("", Spelling::Plain),
            ("aZ09-._~", Spelling::Plain),
            ("a%2Fb%E4%25", Spelling::Canonical),
            ("%2f", Spelling::Query),
            ("%61", Spelling::Query),
            ("a/b", Spelling::Query),
            ("a+b", Spelling::Query),
            ("%2", Spelling::Query),
            ("%", Spelling::Query),
            ("%2G", Spelling::Query),
        ] {
            assert_eq!(Wire::query(text.as_bytes()).spelling, spelling, "{text}");
        }
        for (text, spelling) in [
            ("/a/b", Spelling::Plain),
            ("/a%20b", Spelling::Canonical),
            ("/a%2Fb", Spelling::Path),
            ("/a+b", Spelling::Path),
        ] {
            assert_eq!(Wire::path(text.as_bytes()).spelling, spelling, "{text}");
        }
    }

    #[test]
    fn a_name_ends_where_it_ends_however_it_is_spelled() {
        for (query, length) in [("a=b", 1), ("a%2F&b", 4), ("a/b=c", 3), ("a/b", 3), ("=", 0)] {
            let (actual, _) = Spelling::of_query(query.as_bytes(), [b'=', b'&']);
            assert_eq!(actual, length, "{query}");
        }
    }

    #[test]
    fn plus_is_a_blank_in_the_query_alone() {
        assert_eq!(encoded(Wire::query(b"a+b%2Bc")), "a%20b%2Bc");
        assert_eq!(encoded(Wire::path(b"a+b%2Bc")), "a%2Bb%2Bc");
        assert_eq!(encoded(Wire::query(b"+")), "%20");
    }

    #[test]
    fn a_lone_percent_sign_is_itself() {
        assert_eq!(encoded(Wire::query(b"100%")), "100%25");
        assert_eq!(encoded(Wire::query(b"%zz%4")), "%25zz%254");
    }

    #[test]
    fn long_text_is_whole() {
        let key = "中文".repeat(100);
        let wire: String = key.bytes().map(|byte| format!("%{byte:02X}")).collect();
        assert_eq!(written(|sink| Wire::path(wire.as_bytes()).emit_raw(sink)), key.as_bytes());
    }

    #[test]
    fn decoded_text_has_a_limit() {
        assert_eq!(Wire::query(b"a%20b").decoded::<3>().unwrap(), "a b");
        assert!(Wire::query(b"a%20b").decoded::<2>().is_none());
        assert!(Wire::query(b"%FF").decoded::<8>().is_none());
    }

    #[test]
    fn the_encoded_order_is_that_of_what_is_signed() {
        for_each_pair(|left, right| {
            let expected = encoded(left).cmp(&encoded(right));
            assert_eq!(left.encoded_order(right), expected, "{left} {right}");
        });
    }

    #[cfg(feature = "v1")]
    #[test]
    fn the_decoded_order_is_that_of_what_is_meant() {
        for_each_pair(|left, right| {
            let expected = decoded(left).cmp(&decoded(right));
            assert_eq!(left.decoded_order(right), expected, "{left} {right}");
        });
    }

    #[test]
    fn a_name_is_equal_to_what_it_means() {
        for_each_pair(|left, right| {
            if let Ok(name) = str::from_utf8(&decoded(right)) {
                assert_eq!(left.equals(name), decoded(left) == name.as_bytes(), "{left} {name}");
            }
        });
    }

    #[test]
    fn it_is_shown_decoded() {
        assert_eq!(Wire::query(b"a%20b").to_string(), "a b");
    }

    #[test]
    fn debug_does_not_show_it() {
        assert_eq!(format!("{:?}", Wire::raw(b"hushhush")), "Wire { spelling: Raw, .. }");
    }
}
