//! Percent-encoding, JSON and decimal, and the order of encoded names.

use core::cmp::Ordering;

use crate::sink::Sink;
#[cfg(feature = "post-policy")]
use crate::words::position_of_escape;
#[cfg(feature = "verify")]
use crate::words::position_outside;
use crate::words::{
    WIDE, WORD, Word, first_difference, inside, letters, lower_case, marked, position, wide_at,
    within, word_at,
};

/// Percent-encodes a name or a value of the query: all but the unreserved characters of RFC 3986.
///
/// So a blank is always `%20` and `+` always `%2B`, which every gateway reads the same way.
pub(crate) fn percent_encoded(text: &[u8], sink: &mut Sink<'_>) {
    emit_encoded(text, b'.', sink);
}

/// Percent-encodes an AccessKey ID, of whose characters only `=` is not unreserved.
pub(crate) fn access_key_id_encoded(id: &str, sink: &mut Sink<'_>) {
    match position(id.as_bytes(), 0, b'=') {
        None => sink.write(id.as_bytes()),
        Some(_) => percent_encoded(id.as_bytes(), sink),
    }
}

/// Percent-encodes a path: `/` stays.
pub(crate) fn percent_encoded_path(path: &[u8], sink: &mut Sink<'_>) {
    emit_encoded(path, b'/', sink);
}

/// Encodes all but the unreserved characters, and those from `-` to `last`: `/` comes after `.`. Runs of
/// what stays are written as they are.
fn emit_encoded(text: &[u8], last: u8, sink: &mut Sink<'_>) {
    let [(dash, _), digits, upper, underscore, lower, tilde] = UNRESERVED;
    let stays = [(dash, last), digits, upper, underscore, lower, tilde];
    let mut start = 0;
    while let Some(bytes) = wide_at(text, start) {
        let run = inside(bytes, stays);
        sink.write_start(*bytes, run, WIDE);
        start = start.wrapping_add(run);
        if let Some(&byte) = bytes.get(run) {
            emit_escaped(byte, sink);
            start = start.wrapping_add(1);
        }
    }
    while start < text.len() {
        // Beyond the end there are zeros, which are not plain.
        let word = word_at(text, start);
        let run = marked(plain(word, last));
        sink.write_start(word.to_le_bytes(), run, text.len().wrapping_sub(start));
        start = start.wrapping_add(run);
        if run == WORD {
            continue;
        }
        let Some(&byte) = text.get(start) else { return };
        match Bytes::UNRESERVED.has(byte) {
            true => sink.write(&[byte]),
            false => emit_escaped(byte, sink),
        }
        start = start.wrapping_add(1);
    }
}

#[cfg_attr(target_pointer_width = "64", inline(always))]
fn emit_escaped(byte: u8, sink: &mut Sink<'_>) {
    sink.write(&[b'%', digit(byte >> 4, b'A'), digit(byte & 15, b'A')]);
}

/// Marks letters, digits, and what is from `-` to `last`: nearly all that stays as it is.
fn plain(word: Word, last: u8) -> Word {
    letters(word) | within(word, b'0', b'9') | within(word, b'-', last)
}

/// RFC 9110: whether a header name is a token.
pub(crate) fn is_token(name: &str) -> bool {
    let is_token = |bytes: &[u8]| bytes.iter().all(|&byte| Bytes::TOKEN.has(byte));
    let (words, rest) = match WORD {
        1 => (&[][..], name.as_bytes()),
        _ => name.as_bytes().as_chunks::<WORD>(),
    };
    let is_plain = |word: &[u8; WORD]| marked(plain(Word::from_le_bytes(*word), b'.')) == WORD;
    !name.is_empty() && words.iter().all(|word| is_plain(word) || is_token(word)) && is_token(rest)
}

/// Where the first byte is, from `start` on, that does not stay in a name or a value of the query.
#[cfg(feature = "verify")]
pub(crate) fn position_of_reserved(text: &[u8], mut start: usize) -> Option<usize> {
    while let Some(bytes) = wide_at(text, start) {
        let run = inside(bytes, UNRESERVED);
        start = start.wrapping_add(run);
        if run < WIDE {
            return Some(start);
        }
    }
    position_outside(text, start, UNRESERVED)
}

/// Where the first byte is, from `start` on, that does not stay in a path.
#[cfg(feature = "verify")]
pub(crate) fn position_of_reserved_in_path(text: &[u8], start: usize) -> Option<usize> {
    const STAYS: [(u8, u8); 5] =
        [(b'-', b'9'), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z'), (b'~', b'~')];
    position_outside(text, start, STAYS)
}

/// RFC 3986: what stays in a name or a value of the query.
const UNRESERVED: [(u8, u8); 6] =
    [(b'-', b'.'), (b'0', b'9'), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z'), (b'~', b'~')];

/// A set of bytes.
pub(crate) struct Bytes([u32; 8]);

impl Bytes {
    /// RFC 3986: `A-Z a-z 0-9 - . _ ~`.
    pub(crate) const UNRESERVED: Self = Self::of(b"-._~");

    /// What stays in a path.
    #[cfg(feature = "verify")]
    pub(crate) const PATH: Self = Self::of(b"-._~/");

    /// RFC 9110: what a header name consists of.
    const TOKEN: Self = Self::of(b"!#$%&'*+-.^_`|~");

    /// Letters, digits, and `others`.
    const fn of(others: &[u8]) -> Self {
        let (second, third) = (Self::among(32, others), Self::among(64, others));
        Self([0, second, third, Self::among(96, others), 0, 0, 0, 0])
    }

    /// The bits of 32 bytes.
    const fn among(first: u8, others: &[u8]) -> u32 {
        let mut bits = 0;
        let mut offset = 0;
        while offset < 32 {
            let byte = first + offset;
            let mut rest = others;
            let mut stays = byte.is_ascii_alphanumeric();
            while let [other, after @ ..] = rest {
                stays |= *other == byte;
                rest = after;
            }
            if stays {
                bits |= 1 << offset;
            }
            offset += 1;
        }
        bits
    }

    pub(crate) fn has(&self, byte: u8) -> bool {
        self.0.get(usize::from(byte >> 5)).is_some_and(|bits| bits >> (byte & 31) & 1 == 1)
    }
}

/// Bytes as lower-case hexadecimal digits.
pub(crate) fn hex<const N: usize>(bytes: &[u8; N], sink: &mut Sink<'_>) {
    let digits = bytes.map(|byte| [digit(byte >> 4, b'a'), digit(byte & 15, b'a')]);
    sink.write(digits.as_flattened());
}

/// A hexadecimal digit; `ten` is the one for 10.
const fn digit(value: u8, ten: u8) -> u8 {
    if value < 10 { b'0' + value } else { ten + (value - 10) }
}

/// Escapes text for a string of JSON within a POST policy.
///
/// A `$` is escaped too, as there it is the mark of a form field. OSS documents `\$`, which no JSON
/// parser takes, and `\u0024`, which all do.
///
/// <https://www.alibabacloud.com/help/en/oss/developer-reference/postobject>
#[cfg(feature = "post-policy")]
pub(crate) fn json_escaped(text: &[u8], sink: &mut Sink<'_>) {
    let mut rest = text;
    while let Some((run, [byte, after @ ..])) =
        position_of_escape(rest).and_then(|run| rest.split_at_checked(run))
    {
        sink.write(run);
        json_escape(*byte, sink);
        rest = after;
    }
    sink.write(rest);
}

#[cfg(feature = "post-policy")]
fn json_escape(byte: u8, sink: &mut Sink<'_>) {
    match byte {
        b'"' => sink.write(br#"\""#),
        b'\\' => sink.write(br"\\"),
        0x08 => sink.write(br"\b"),
        b'\t' => sink.write(br"\t"),
        b'\n' => sink.write(br"\n"),
        0x0c => sink.write(br"\f"),
        b'\r' => sink.write(br"\r"),
        other => {
            sink.write(br"\u00");
            hex(&[other], sink);
        }
    }
}

/// Lower-cases ASCII letters.
pub(crate) fn lower_cased(text: &str, sink: &mut Sink<'_>) {
    let text = text.as_bytes();
    for start in (0..text.len()).step_by(WORD) {
        let word = lower_case(word_at(text, start));
        let left = text.len().wrapping_sub(start);
        sink.write_start(word.to_le_bytes(), left.min(WORD), left);
    }
}

/// Writes `number` in decimal.
pub(crate) fn decimal(mut number: u32, sink: &mut Sink<'_>) {
    // The longest number of 32 bits has 10 digits.
    let mut digits = [b'0'; 10];
    let mut first = digits.len();
    for (index, slot) in digits.iter_mut().enumerate().rev() {
        *slot = b'0' + (number % 10) as u8;
        first = index;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    sink.write(digits.get(first..).unwrap_or(&[]));
}

/// Writes a number of 64 bits in decimal, without a division of 64 bits: small devices have none.
#[cfg(any(feature = "v1", feature = "post-policy"))]
pub(crate) fn long_decimal(number: u64, sink: &mut Sink<'_>) {
    if let Ok(number) = u32::try_from(number) {
        return decimal(number, sink);
    }
    // The longest number has 20 digits. It is divided by ten as by hand, 16 bits at a time.
    let mut parts = [48, 32, 16, 0].map(|shift| (number >> shift & 0xffff) as u32);
    let mut digits = [b'0'; 20];
    let mut first = digits.len();
    for (index, slot) in digits.iter_mut().enumerate().rev() {
        let mut remainder = 0;
        for part in &mut parts {
            let dividend = remainder << 16 | *part;
            *part = dividend / 10;
            remainder = dividend % 10;
        }
        *slot = b'0' + (remainder % 10) as u8;
        first = index;
        if parts == [0; 4] {
            break;
        }
    }
    sink.write(digits.get(first..).unwrap_or(&[]));
}

/// Compares two names as if both were percent-encoded, which is how OSS sorts the query.
///
/// `%` is less than every unreserved character, and `%XX` sorts as the byte that it stands for: so
/// encoding puts all reserved bytes before all unreserved ones and keeps the order within each.
pub(crate) fn encoded_order(left: &[u8], right: &[u8]) -> Ordering {
    let difference = first_difference(left, right);
    rank(left.get(difference)).cmp(&rank(right.get(difference)))
}

/// Where a byte of a name sorts, if it is not over.
pub(crate) fn rank(byte: Option<&u8>) -> Option<(bool, u8)> {
    byte.map(|&byte| (Bytes::UNRESERVED.has(byte), byte))
}

/// Compares two names as if both were in lower case, which is how OSS sorts headers.
pub(crate) fn lower_case_order(left: &str, right: &str) -> Ordering {
    let (mut left, mut right) = (left.as_bytes(), right.as_bytes());
    loop {
        let same = first_difference(left, right);
        let rest = |text| <[u8]>::get(text, same..).unwrap_or_default().split_first();
        match (rest(left), rest(right)) {
            (Some((l, left_rest)), Some((r, right_rest))) if l.eq_ignore_ascii_case(r) => {
                (left, right) = (left_rest, right_rest);
            }
            (l, r) => {
                let lower = |(byte, _): (&u8, _)| byte.to_ascii_lowercase();
                return l.map(lower).cmp(&r.map(lower));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;
    use crate::sink::{fill, written};

    fn text(emit: impl FnOnce(&mut Sink<'_>)) -> String {
        String::from_utf8(written(emit)).unwrap()
    }

    #[cfg(feature = "verify")]
    #[test]
    fn what_is_reserved_is_found_wherever_it_stands() {
        for byte in 0..=0xff {
            for place in 0..35 {
                let mut text = [b'a'; 35];
                text[place] = byte;
                let at = |stays: &Bytes| (!stays.has(byte)).then_some(place);
                let (in_query, in_path) = (at(&Bytes::UNRESERVED), at(&Bytes::PATH));
                assert_eq!(position_of_reserved(&text, 0), in_query, "{byte} {place}");
                assert_eq!(position_of_reserved(&text, place), in_query, "{byte} {place}");
                assert_eq!(position_of_reserved_in_path(&text, 0), in_path, "{byte} {place}");
            }
        }
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

    /// Whatever the byte and its place in a word, and wherever the buffer is full.
    #[test]
    fn every_byte_is_encoded_wherever_it_stands() {
        for byte in 0..=0xff_u8 {
            for place in 0..35 {
                let mut text = [b'a'; 35];
                text[place] = byte;
                let stays = byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
                let encoded = match stays {
                    true => vec![byte],
                    false => format!("%{byte:02X}").into_bytes(),
                };
                let expected = [&text[..place], &encoded, &text[place + 1..]].concat();
                assert_eq!(written(|sink| percent_encoded(&text, sink)), expected);
                let in_path = if byte == b'/' { text.to_vec() } else { expected };
                assert_eq!(written(|sink| percent_encoded_path(&text, sink)), in_path);
            }
        }
    }

    #[test]
    fn what_is_beyond_a_text_in_a_buffer_stays() {
        for length in 0..40 {
            let text = "x".repeat(length);
            let emits: [fn(&str, &mut Sink<'_>); 3] = [
                |text, sink| percent_encoded(text.as_bytes(), sink),
                |text, sink| percent_encoded_path(text.as_bytes(), sink),
                |text, sink| lower_cased(text, sink),
            ];
            for emit in emits {
                let mut buffer = [0xaa; 64];
                assert_eq!(fill(&mut buffer, |sink| emit(&text, sink)), Some(length));
                assert!(buffer[length..].iter().all(|&byte| byte == 0xaa), "{length}");
            }
        }
    }

    #[test]
    fn tokens() {
        for byte in 0..=0x7f_u8 {
            for place in 0..19 {
                let mut name = [b'a'; 19];
                name[place] = byte;
                let expected = byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
                assert_eq!(is_token(str::from_utf8(&name).unwrap()), expected, "{byte} {place}");
            }
        }
        assert!(!is_token("") && !is_token("ä"));
    }

    #[test]
    fn decimal_of_the_extremes() {
        assert_eq!(text(|sink| decimal(0, sink)), "0");
        assert_eq!(text(|sink| decimal(1_700_003_600, sink)), "1700003600");
        assert_eq!(text(|sink| decimal(u32::MAX, sink)), "4294967295");
    }

    #[cfg(any(feature = "v1", feature = "post-policy"))]
    #[test]
    fn decimal_beyond_32_bits() {
        for number in [0, u32::MAX.into(), 1 << 32, 5_368_709_120, 10_u64.pow(19), u64::MAX] {
            assert_eq!(text(|sink| long_decimal(number, sink)), number.to_string());
        }
    }

    #[test]
    fn headers_sort_without_their_case() {
        let names = ["", "A", "aB", "AC", "x-oss-Meta-a", "X-OSS-meta-A-", "x-oss-meta-B", "Z"];
        for (left, right) in names.iter().flat_map(|l| names.iter().map(move |r| (l, r))) {
            let expected = left.to_ascii_lowercase().cmp(&right.to_ascii_lowercase());
            assert_eq!(lower_case_order(left, right), expected, "{left} {right}");
        }
    }

    #[test]
    fn names_are_lower_cased() {
        assert_eq!(text(|sink| lower_cased("X-OSS-Meta-A", sink)), "x-oss-meta-a");
    }

    #[cfg(feature = "post-policy")]
    #[test]
    fn json_escapes() {
        for (plain, escaped) in [
            ("", ""),
            ("a/b <>&'\u{7f}\u{2028}中😀", "a/b <>&'\u{7f}\u{2028}中😀"),
            ("\"", r#"\""#),
            ("\\", r"\\"),
            ("$", r"\u0024"),
            ("\u{8}\t\n\u{c}\r", r"\b\t\n\f\r"),
            ("\0\u{1f}", r"\u0000\u001f"),
            ("a\"b\"", r#"a\"b\""#),
        ] {
            let actual = text(|sink| json_escaped(plain.as_bytes(), sink));
            assert_eq!(actual, escaped, "{plain:?}");
        }
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
            assert_eq!(encoded_order(l.as_bytes(), r.as_bytes()), expected, "{l:?} {r:?}");
        }
    }
}
