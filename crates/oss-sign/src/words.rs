//! Looking at as many bytes of a text at once as fit into a register.
//!
//! Names, keys and values are short, and each is looked at several times for every signature; byte
//! by byte, that would take longer than the hash. Security tokens are long, so keys and values are looked at
//! by vector registers where that pays: the compiler makes it so.

/// As many bytes as a register has; on small devices a single one, as there what is fast is large.
#[cfg(target_pointer_width = "64")]
pub(crate) type Word = u64;
#[cfg(not(target_pointer_width = "64"))]
pub(crate) type Word = u8;

/// How many bytes that is.
pub(crate) const WORD: usize = size_of::<Word>();

/// 1 in each byte; times a byte, it is that byte in each.
const EACH: Word = Word::MAX / 255;

/// The highest bit of each byte.
const HIGH: Word = EACH * 0x80;

/// Marks the bytes of a word that are from `first` to `last`, of which none is beyond ASCII, by their
/// highest bit; the other bits mean nothing.
pub(crate) fn within(word: Word, first: u8, last: u8) -> Word {
    // No byte carries into the next, as its high bit is taken away.
    let from = |least: u8| (word & !HIGH).wrapping_add(EACH * Word::from(0x80 - least));
    (from(first) ^ from(last + 1)) & !word
}

/// Marks the letters of ASCII.
pub(crate) fn letters(word: Word) -> Word {
    within(word | (EACH * 0x20), b'a', b'z')
}

/// A word with letters of ASCII in lower case.
pub(crate) fn lower_case(word: Word) -> Word {
    word | (within(word, b'A', b'Z') & HIGH) >> 2
}

/// How many bytes at the start of a word are marked.
pub(crate) fn marked(marks: Word) -> usize {
    (!marks & HIGH).trailing_zeros() as usize / 8
}

/// The bytes of `text` from `start` on, the first of them lowest; zeros where there are no more.
#[cfg_attr(target_pointer_width = "64", inline)]
pub(crate) fn word_at(text: &[u8], start: usize) -> Word {
    let rest = text.get(start..).unwrap_or_default();
    if let Some(bytes) = rest.first_chunk() {
        return Word::from_le_bytes(*bytes);
    }
    if rest.is_empty() {
        return 0;
    }
    match text.last_chunk() {
        // The text ends with this word: what comes before `start` is shifted out.
        Some(bytes) => {
            let before = u32::try_from(WORD.wrapping_sub(rest.len()).wrapping_mul(8));
            Word::from_le_bytes(*bytes).wrapping_shr(before.unwrap_or(0))
        }
        None => word_of(rest),
    }
}

/// A text shorter than a word, with zeros after it.
#[inline(never)]
fn word_of(text: &[u8]) -> Word {
    text.iter().rev().fold(0, |word, &byte| word.wrapping_shl(8) | Word::from(byte))
}

/// Where `byte`, which is not 0, first stands from `start` on.
pub(crate) fn position(text: &[u8], start: usize, byte: u8) -> Option<usize> {
    position_of_either(text, start, [byte])
}

/// Where one of `bytes`, of which none is 0, first stands from `start` on.
pub(crate) fn position_of_either<const N: usize>(
    text: &[u8],
    start: usize,
    bytes: [u8; N],
) -> Option<usize> {
    search(text, start, |word| any_of(word, bytes))
}

/// Where there is first what a string of JSON within a POST policy escapes: control characters, `"`,
/// `\`, and `$`.
#[cfg(feature = "post-policy")]
pub(crate) fn position_of_escape(text: &[u8]) -> Option<usize> {
    let control = |word: Word| word.wrapping_sub(EACH * 0x20) & !word;
    search(text, 0, |word| any_of(word, *b"\"\\$") | control(word))
}

/// Where the first byte is, from `start` on, that is in none of `ranges` of ASCII, whose both ends belong
/// to them.
// Where the ranges are constants, so are the sums.
#[inline(always)]
pub(crate) fn position_outside<const N: usize>(
    text: &[u8],
    start: usize,
    ranges: [(u8, u8); N],
) -> Option<usize> {
    let inside =
        |word| ranges.iter().fold(0, |marks, &(first, last)| marks | within(word, first, last));
    search(text, start, |word| !inside(word))
}

/// As many bytes as a vector register has.
pub(crate) const WIDE: usize = 16;

/// The next bytes of a text that is long enough for them. On small devices none is.
#[inline(always)]
pub(crate) fn wide_at(text: &[u8], start: usize) -> Option<&[u8; WIDE]> {
    if WORD == 1 {
        return None;
    }
    text.get(start..).and_then(|rest| rest.first_chunk())
}

/// How many of these bytes are before the first one that is in none of `ranges`.
#[inline(always)]
pub(crate) fn inside<const N: usize>(bytes: &[u8; WIDE], ranges: [(u8, u8); N]) -> usize {
    let marks = bytes.map(|byte| {
        // Without an early end.
        let is_inside = ranges.iter().fold(false, |is, &(first, last)| {
            is | (byte.wrapping_sub(first) <= last.wrapping_sub(first))
        });
        u8::from(!is_inside)
    });
    u128::from_le_bytes(marks).trailing_zeros() as usize / 8
}

/// Has the highest bit of a byte set, if it is one of `bytes`. The lowest one that is set is right: only
/// what follows it may have borrowed.
fn any_of<const N: usize>(word: Word, bytes: [u8; N]) -> Word {
    bytes.iter().fold(0, |found, &byte| {
        let word = word ^ (EACH * Word::from(byte));
        found | word.wrapping_sub(EACH) & !word
    })
}

/// Where the first byte is, from `start` on, whose highest bit `marks` sets. A word that is not full ends
/// with zeros.
#[inline(always)]
fn search(text: &[u8], mut start: usize, marks: impl Fn(Word) -> Word) -> Option<usize> {
    while start < text.len() {
        let found = marks(word_at(text, start)) & HIGH;
        if found != 0 {
            let position = start.wrapping_add(found.trailing_zeros() as usize / 8);
            return (position < text.len()).then_some(position);
        }
        start = start.wrapping_add(WORD);
    }
    None
}

/// What is before the first `byte`, which is ASCII, and what is after it.
pub(crate) fn split_once(text: &str, byte: u8) -> Option<(&str, &str)> {
    let end = position(text.as_bytes(), 0, byte)?;
    Some((text.get(..end)?, text.get(end.wrapping_add(1)..)?))
}

/// What is between the `byte`s, which are ASCII.
pub(crate) fn split(text: &str, byte: u8) -> impl Iterator<Item = &str> {
    let mut rest = Some(text);
    core::iter::from_fn(move || {
        let (piece, after) = match split_once(rest?, byte) {
            Some((piece, after)) => (Some(piece), Some(after)),
            None => (rest, None),
        };
        rest = after;
        piece
    })
}

/// Whether text has what could end a line, or a text, before its time.
pub(crate) fn has_line_end(text: &str) -> bool {
    let text = text.as_bytes();
    let is_suspect = |start| {
        // No byte borrows from the next, as its high bit is set.
        let word = word_at(text, start);
        !((word | HIGH).wrapping_sub(EACH * 0x10) | word) & HIGH != 0
    };
    // The end of a word that is not full is zeros.
    let whole = text.len() / WORD * WORD;
    let rest = text.get(whole..).unwrap_or_default();
    let mut starts = (0..whole).step_by(WORD);
    starts.any(is_suspect) && text.iter().any(is_line_end) || rest.iter().any(is_line_end)
}

fn is_line_end(byte: &u8) -> bool {
    matches!(byte, b'\r' | b'\n' | 0)
}

/// Where two texts begin to differ, if one is not the start of the other.
#[cfg_attr(target_pointer_width = "64", inline)]
pub(crate) fn first_difference(left: &[u8], right: &[u8]) -> usize {
    let mut start = 0;
    while start < left.len() && start < right.len() {
        let difference = word_at(left, start) ^ word_at(right, start);
        if difference != 0 {
            return start.wrapping_add(difference.trailing_zeros() as usize / 8);
        }
        start = start.wrapping_add(WORD);
    }
    start.min(left.len()).min(right.len())
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    #[test]
    fn bytes_are_found_wherever_they_stand() {
        for length in 0..=20 {
            assert_eq!(position(&vec![b'a'; length], 0, b'/'), None);
            for place in 0..length {
                // Bytes that are next to the one that is sought, in value and in place.
                for other in [b'.', b'0', 0, 0xff, b'/'] {
                    let mut text = vec![other; length];
                    text[place] = b'/';
                    let expected = text.iter().position(|&byte| byte == b'/');
                    assert_eq!(position(&text, 0, b'/'), expected, "{text:?}");
                    let later = (place..length).find(|&at| text[at] == b'/');
                    assert_eq!(position(&text, place, b'/'), later, "{text:?} from {place} on");
                }
            }
        }
    }

    #[cfg(feature = "post-policy")]
    #[test]
    fn escapes_are_found_wherever_they_stand() {
        for length in 1..=20 {
            for place in 0..length {
                for byte in 0..=0xff {
                    let mut text = vec![b'a'; length];
                    text[place] = byte;
                    let is_escaped = byte < b' ' || b"\"\\$".contains(&byte);
                    assert_eq!(position_of_escape(&text), is_escaped.then_some(place), "{text:?}");
                }
            }
        }
        assert_eq!(position_of_escape(b""), None);
    }

    #[test]
    fn bytes_outside_of_ranges_are_found_wherever_they_stand() {
        let ranges = [(b'-', b'.'), (b'0', b'9'), (b'_', b'_'), (b'a', b'~')];
        let is_inside = |byte| ranges.iter().any(|(first, last)| (*first..=*last).contains(&byte));
        for length in 1..=20 {
            for place in 0..length {
                for byte in 0..=0xff {
                    let mut text = vec![b'a'; length];
                    text[place] = byte;
                    let expected = (!is_inside(byte)).then_some(place);
                    assert_eq!(position_outside(&text, 0, ranges), expected, "{text:?}");
                }
            }
        }
        assert_eq!(position_outside(b"", 0, ranges), None);
        assert_eq!(position_outside(b"/aa/", 1, ranges), Some(3));
    }

    #[test]
    fn splits_as_the_standard_library_does() {
        for text in ["", "/", "a", "/a", "a/", "a/b", "中//文/", "long-part-one/long-part-two"] {
            assert_eq!(split_once(text, b'/'), text.split_once('/'), "{text}");
            assert!(split(text, b'/').eq(text.split('/')), "{text}");
        }
    }

    #[test]
    fn bytes_are_marked_wherever_they_stand() {
        for byte in 0..=0xff_u8 {
            for place in 0..WORD {
                for other in [0, b'a', b'M', 0x7f, 0x80, 0xff] {
                    let mut bytes = [other; WORD];
                    bytes[place] = byte;
                    let marks = within(Word::from_le_bytes(bytes), b'A', b'Z');
                    let marks = (marks & HIGH).to_le_bytes().map(|mark| mark != 0);
                    assert_eq!(marks, bytes.map(|byte| byte.is_ascii_uppercase()), "{bytes:?}");
                    let lower = lower_case(Word::from_le_bytes(bytes)).to_le_bytes();
                    assert_eq!(lower, bytes.map(|byte| byte.to_ascii_lowercase()), "{bytes:?}");
                }
            }
        }
        assert_eq!(marked(within(Word::from_le_bytes([b'b'; WORD]), b'a', b'b')), WORD);
    }

    #[test]
    fn line_ends_are_found_wherever_they_stand() {
        for length in 1..=20 {
            for place in 0..length {
                for byte in 0..0x80 {
                    let mut text = vec![b'a'; length];
                    text[place] = byte;
                    let text = String::from_utf8(text).unwrap();
                    assert_eq!(has_line_end(&text), b"\r\n\0".contains(&byte), "{text:?}");
                }
            }
        }
        assert!((1..=20).all(|length| has_line_end(&"\n".repeat(length))));
        assert!(!has_line_end("中文中文中文") && has_line_end("中文中文中文\n"));
        assert!(!has_line_end(""));
    }

    #[test]
    fn differences_are_found_wherever_they_stand() {
        for length in 0..=20 {
            let left = vec![b'a'; length];
            for other in 0..=20 {
                assert_eq!(first_difference(&left, &vec![b'a'; other]), length.min(other));
            }
            for place in 0..length {
                let mut right = left.clone();
                right[place] = 0xff;
                assert_eq!(first_difference(&left, &right), place);
                right.push(0);
                assert_eq!(first_difference(&right, &left), place);
            }
        }
    }
}
