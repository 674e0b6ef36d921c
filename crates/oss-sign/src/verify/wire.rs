//! Text as it came over the wire, percent-encoded in one of many ways.

use core::cmp::Ordering;
use core::fmt;

use crate::canonical::{Form, Text};
use crate::encode::{percent_encoded, percent_encoded_path};
use crate::sink::{Emit, Sink};

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
        Self { text, spelling: Spelling::Query }
    }

    pub(super) fn path(text: &'a [u8]) -> Self {
        Self { text, spelling: Spelling::Path }
    }

    /// A header, or a part of one: not encoded.
    pub(super) fn raw(text: &'a [u8]) -> Self {
        Self { text, spelling: Spelling::Raw }
    }

    /// As it came.
    pub(super) fn text(self) -> &'a [u8] {
        self.text
    }

    /// Whether it means `name`, which has no blank in it. Decoding makes text shorter, or not at all
    /// another: so most names are told apart by their lengths.
    pub(super) fn equals(self, name: &str) -> bool {
        match self.text.len().cmp(&name.len()) {
            Ordering::Less => false,
            Ordering::Equal => self.text == name.as_bytes(),
            Ordering::Greater => !self.is_plain() && self.bytes().eq(name.bytes()),
        }
    }

    /// Whether it means just what it says.
    fn is_plain(self) -> bool {
        self.spelling == Spelling::Raw || !self.text.iter().any(|byte| matches!(byte, b'%' | b'+'))
    }

    /// The decoded text, if it is UTF-8 of at most `N` bytes.
    pub(super) fn decoded<const N: usize>(self) -> Option<heapless::String<N>> {
        let mut bytes = heapless::Vec::<u8, N>::new();
        for byte in self.bytes() {
            bytes.push(byte).ok()?;
        }
        heapless::String::from_utf8(bytes).ok()
    }

    /// Percent-encoded, but for `/`.
    pub(super) fn emit_path(self, sink: &mut impl Sink) {
        self.emit_decoded(&mut |piece| percent_encoded_path(piece, sink));
    }

    pub(super) fn emit_raw(self, sink: &mut impl Sink) {
        self.emit_decoded(&mut |piece| sink.write(piece));
    }

    /// Decodes piece by piece. Pieces end where characters do.
    fn emit_decoded(self, emit: &mut impl FnMut(&[u8])) {
        if self.is_plain() {
            return emit(self.text);
        }
        let mut piece = heapless::Vec::<u8, 64>::new();
        for byte in self.bytes() {
            let is_continuation = byte & 0b1100_0000 == 0b1000_0000;
            if piece.len() > 60 && (!is_continuation || piece.is_full()) {
                emit(&piece);
                piece.clear();
            }
            let _ = piece.push(byte);
        }
        emit(&piece);
    }
}

impl fmt::Display for Wire<'_> {
    /// The decoded text.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        Emit::emit_to_formatter(self, formatter)
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

    fn emit(self, form: Form, sink: &mut impl Sink) {
        match form {
            #[cfg(feature = "v1")]
            Form::Raw => self.emit_raw(sink),
            Form::Encoded => self.emit_decoded(&mut |piece| percent_encoded(piece, sink)),
        }
    }
}

/// The bytes that a text means. A `%` that no two hexadecimal digits follow is itself.
///
/// Written here because `percent-encoding` does not know `+`, and because every byte of a request
/// comes through it more than once.
struct Decoded<'a> {
    rest: &'a [u8],
    spelling: Spelling,
}

impl Iterator for Decoded<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let (&first, rest) = self.rest.split_first()?;
        self.rest = rest;
        match (first, self.spelling, rest) {
            (b'%', Spelling::Query | Spelling::Path, [high, low, rest @ ..]) => {
                let Some(byte) = hexadecimal(*high, *low) else { return Some(first) };
                self.rest = rest;
                Some(byte)
            }
            (b'+', Spelling::Query, _) => Some(b' '),
            _ => Some(first),
        }
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

    struct Bytes(Vec<u8>);

    impl Sink for Bytes {
        fn write(&mut self, piece: &[u8]) {
            self.0.extend_from_slice(piece);
        }
    }

    fn encoded(wire: Wire<'_>) -> String {
        let mut bytes = Bytes(Vec::new());
        wire.emit(Form::Encoded, &mut bytes);
        String::from_utf8(bytes.0).unwrap()
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
    fn long_text_is_whole_and_splits_between_characters() {
        let key = "中文".repeat(100);
        let wire: String = key.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let mut pieces = Vec::new();
        Wire::path(wire.as_bytes()).emit_decoded(&mut |piece| {
            pieces.push(String::from_utf8(piece.to_vec()).unwrap());
        });
        assert!(pieces.len() > 1);
        assert_eq!(pieces.concat(), key);
    }

    #[test]
    fn decoded_text_has_a_limit() {
        assert_eq!(Wire::query(b"a%20b").decoded::<3>().unwrap(), "a b");
        assert!(Wire::query(b"a%20b").decoded::<2>().is_none());
        assert!(Wire::query(b"%FF").decoded::<8>().is_none());
    }
}
