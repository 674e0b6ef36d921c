//! Percent-encoding, hexadecimal, base64 and decimal, and the order of encoded names.

use core::cmp::Ordering;

use percent_encoding::percent_encode_byte;

use crate::canonical::Text;
use crate::sink::Sink;

/// Percent-encodes a name or a value of the query: all but the unreserved characters of RFC 3986.
///
/// So a blank is always `%20` and `+` always `%2B`, which every gateway reads the same way.
pub(crate) fn percent_encoded(text: &[u8], sink: &mut impl Sink) {
    emit_encoded(text, is_unreserved, sink);
}

/// Percent-encodes a path: `/` stays.
pub(crate) fn percent_encoded_path(path: &[u8], sink: &mut impl Sink) {
    emit_encoded(path, |byte| is_unreserved(byte) || byte == b'/', sink);
}

/// Percent-encodes whatever is written, as [`percent_encoded`] does.
#[cfg(feature = "v1")]
pub(crate) struct PercentEncoded<'s, S>(pub(crate) &'s mut S);

#[cfg(feature = "v1")]
impl<S: Sink> Sink for PercentEncoded<'_, S> {
    fn write(&mut self, piece: &[u8]) {
        emit_encoded(piece, is_unreserved, self.0);
    }
}

/// The iterator of `percent-encoding` has a panic in it that the compiler cannot always prove away;
/// its table has none.
fn emit_encoded(mut rest: &[u8], stays: impl Fn(u8) -> bool, sink: &mut impl Sink) {
    while !rest.is_empty() {
        let run = rest.iter().position(|&byte| !stays(byte)).unwrap_or(rest.len());
        let (unreserved, tail) = rest.split_at_checked(run).unwrap_or_default();
        if !unreserved.is_empty() {
            sink.write(unreserved);
        }
        let Some((&reserved, tail)) = tail.split_first() else { return };
        sink.write(percent_encode_byte(reserved).as_bytes());
        rest = tail;
    }
}

/// Lower-cases ASCII letters.
pub(crate) fn lower_cased(text: &str, sink: &mut impl Sink) {
    if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return sink.write(text.as_bytes());
    }
    let mut utf8 = [0; 4];
    for character in text.chars() {
        sink.write(character.to_ascii_lowercase().encode_utf8(&mut utf8).as_bytes());
    }
}

/// Writes `number` in decimal.
pub(crate) fn decimal(mut number: u64, sink: &mut impl Sink) {
    // The longest number of 64 bits has 20 digits.
    let mut digits = [b'0'; 20];
    let mut first = digits.len();
    for (index, slot) in digits.iter_mut().enumerate().rev() {
        *slot = last_digit(number);
        first = index;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    sink.write(digits.get(first..).unwrap_or(&[]));
}

/// The last decimal digit of `number`.
pub(crate) fn last_digit(number: u64) -> u8 {
    b"0123456789".iter().copied().nth((number % 10) as usize).unwrap_or(b'0')
}

/// Compares two names as if both were percent-encoded, which is how OSS sorts the query.
///
/// `%` is less than every unreserved character, and `%XX` sorts as the byte that it stands for: so
/// encoding puts all reserved bytes before all unreserved ones and keeps the order within each.
pub(crate) fn encoded_order(left: impl Text, right: impl Text) -> Ordering {
    let rank = |byte: u8| (is_unreserved(byte), byte);
    left.bytes().map(rank).cmp(right.bytes().map(rank))
}

/// Compares two names as if both were in lower case, which is how OSS sorts headers.
pub(crate) fn lower_case_order(left: &str, right: &str) -> Ordering {
    let lower = |byte: u8| byte.to_ascii_lowercase();
    left.bytes().map(lower).cmp(right.bytes().map(lower))
}

fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    struct Text(heapless::String<64>);

    impl Sink for Text {
        fn write(&mut self, piece: &[u8]) {
            self.0.push_str(str::from_utf8(piece).unwrap()).unwrap();
        }
    }

    fn text(emit: impl FnOnce(&mut Text)) -> heapless::String<64> {
        let mut text = Text(heapless::String::new());
        emit(&mut text);
        text.0
    }

    #[test]
    fn plus_blank_and_slash_are_encoded_in_the_query() {
        assert_eq!(text(|sink| percent_encoded(b"a+b c/d~e*", sink)), "a%2Bb%20c%2Fd~e%2A");
    }

    #[test]
    fn slash_stays_in_a_path() {
        assert_eq!(
            text(|sink| percent_encoded_path("/a b/中".as_bytes(), sink)),
            "/a%20b/%E4%B8%AD"
        );
    }

    #[test]
    fn decimal_of_the_extremes() {
        assert_eq!(text(|sink| decimal(0, sink)), "0");
        assert_eq!(text(|sink| decimal(1_700_003_600, sink)), "1700003600");
        assert_eq!(text(|sink| decimal(u64::MAX, sink)), "18446744073709551615");
    }

    #[test]
    fn names_are_lower_cased() {
        assert_eq!(text(|sink| lower_cased("X-OSS-Meta-A", sink)), "x-oss-meta-a");
    }

    /// The order of two names is the byte order of their encoded forms, for every pair of bytes.
    #[test]
    fn encoded_order_is_the_order_of_the_encoded_names() {
        let bytes = || (0..=0x7f_u8).map(char::from);
        for (left, right) in bytes().flat_map(|l| bytes().map(move |r| (l, r))) {
            let (mut l, mut r) = ([b'a'; 2], [b'a'; 3]);
            l[1] = left as u8;
            r[1] = right as u8;
            let (l, r) = (str::from_utf8(&l).unwrap(), str::from_utf8(&r).unwrap());
            let expected = text(|sink| percent_encoded(l.as_bytes(), sink))
                .cmp(&text(|sink| percent_encoded(r.as_bytes(), sink)));
            assert_eq!(encoded_order(l, r), expected, "{l:?} {r:?}");
        }
    }
}
