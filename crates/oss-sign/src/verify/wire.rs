//! Text as it came over the wire, percent-encoded in one of many ways.

use core::cmp::Ordering;
use core::fmt;

use crate::canonical::{Form, Text};
use crate::encode::{encoded_order, percent_encoded, percent_encoded_path, rank};
use crate::sink::{self, Sink};
use crate::words::{position, position_of_either};

/// A name or a value of the query, or a path.
///
/// What counts is what it means: it is decoded, and encoded again in the one canonical way. So
/// `%2f`, `%2F` and `/` are the same.
#[derive(Clone, Copy, Default)]
pub(super) struct Wire<'a> {
    text: &'a [u8],
    spelling: Spelling,
}

/// What `%` and `+` mean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Spelling {
    /// `%` begins a byte, and `+` is a blank.
    Query,
    /// `%` begins a byte.
    Path,
    /// Nothing but themselves.
    #[default]
    Raw,
}

impl<'a> Wire<'a> {
    /// A name or a value of the query, where HTML forms send a blank as `+`. OSS reads it so: an
    /// unencoded `+` in a signature arrives as a blank.
    pub(super) fn query(text: &'a [u8]) -> Self {
        match position_of_either(text, 0, [b'%', b'+']) {
            Some(_) => Self { text, spelling: Spelling::Query },
            None => Self::raw(text),
        }
    }

    pub(super) fn path(text: &'a [u8]) -> Self {
        match position(text, 0, b'%') {
            Some(_) => Self { text, spelling: Spelling::Path },
            None => Self::raw(text),
        }
    }

    /// A header, or a part of one: not encoded.
    pub(super) fn raw(text: &'a [u8]) -> Self {
        Self { text, spelling: Spelling::Raw }
    }

    /// As it came.
    pub(super) fn text(self) -> &'a [u8] {
        self.text
    }

    /// Whether it means `name`.
    #[inline]
    pub(super) fn equals(self, name: &str) -> bool {
        match self.spelling {
            Spelling::Raw => self.text == name.as_bytes(),
            Spelling::Query | Spelling::Path => self.bytes().eq(name.bytes()),
        }
    }

    /// The order of what both mean, percent-encoded.
    pub(super) fn encoded_order(self, other: Self) -> Ordering {
        if let (Spelling::Raw, Spelling::Raw) = (self.spelling, other.spelling) {
            return encoded_order(self.text, other.text);
        }
        let (mut left, mut right) = (self.bytes(), other.bytes());
        loop {
            match (left.next(), right.next()) {
                (Some(l), Some(r)) if l == r => {}
                (l, r) => return rank(l.as_ref()).cmp(&rank(r.as_ref())),
            }
        }
    }

    /// The decoded text, if it is UTF-8 of at most `N` bytes.
    pub(super) fn decoded<const N: usize>(self) -> Option<heapless::String<N>> {
        let mut bytes = heapless::Vec::<u8, N>::new();
        self.decode(|piece| bytes.extend_from_slice(piece).ok())?;
        heapless::String::from_utf8(bytes).ok()
    }

    /// Percent-encoded, but for `/`.
    pub(super) fn emit_path(self, sink: &mut Sink<'_>) {
        self.emit_encoded(percent_encoded_path, sink);
    }

    pub(super) fn emit_raw(self, sink: &mut Sink<'_>) {
        self.emit_encoded(|piece, sink| sink.write(piece), sink);
    }

    /// What it means, piece by piece, through `encode`.
    fn emit_encoded(self, encode: impl Fn(&[u8], &mut Sink<'_>), sink: &mut Sink<'_>) {
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
        if self.spelling == Spelling::Raw {
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
        (b'%', Spelling::Query | Spelling::Path, [high, low, after @ ..]) => {
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

fn hexadecimal(high: u8, low: u8) -> Option<u8> {
    let digit =
        |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    Some(digit(high)? << 4 | digit(low)?)
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;
    use crate::sink::written;

    fn encoded(wire: Wire<'_>) -> String {
        String::from_utf8(written(|sink| wire.emit(Form::Encoded, sink))).unwrap()
    }

    #[test]
    fn spelling_does_not_matter() {
        for text in ["a%2fb", "a%2Fb", "a/b", "%61/%62"] {
            assert_eq!(encoded(Wire::query(text.as_bytes())), "a%2Fb", "{text}");
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
}
