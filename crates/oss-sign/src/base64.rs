//! Base64, as RFC 4648 has it in section 4: of policies, of the signatures of V1, and of the URL in a
//! callback.
//!
//! Written here, and compared with the crate `base64` by the tests: see `DESIGN.md`.

#[cfg(feature = "post-policy")]
use crate::sink::{Sink, encoded};

/// Encodes what `emit` writes.
#[cfg(feature = "post-policy")]
pub(crate) fn base64(sink: &mut Sink<'_>, emit: impl FnOnce(&mut Sink<'_>)) {
    // Of whole groups of three, so that only the end is padded.
    let encode_groups = |bytes: &[u8], sink: &mut Sink<'_>| {
        sink.write(encode(bytes, &mut [[0; 8]; 8]));
    };
    encoded::<48>(sink, encode_groups, emit);
}

/// Encodes bytes, for which `text` has room: eight digits for each six of them, begun or whole.
#[cfg(any(feature = "post-policy", feature = "v1"))]
pub(crate) fn encode<'t, const N: usize>(bytes: &[u8], text: &'t mut [[u8; 8]; N]) -> &'t [u8] {
    let (groups, rest) = bytes.as_chunks();
    let mut digits = text.iter_mut();
    for (group, digits) in groups.iter().zip(digits.by_ref()) {
        *digits = values(*group);
    }
    if let Some(digits) = digits.next() {
        let mut group = [0; 6];
        group.iter_mut().zip(rest).for_each(|(byte, rest)| *byte = *rest);
        *digits = values(group);
    }
    let text = text.as_flattened_mut();
    text.iter_mut().for_each(|value| *value = digit(*value));
    let end = bytes.len().div_ceil(3).wrapping_mul(4);
    let padding = bytes.len().wrapping_mul(8).div_ceil(6)..end;
    text.get_mut(padding).unwrap_or_default().fill(b'=');
    text.get(..end).unwrap_or_default()
}

/// The values of the digits, of six bits each: 48 bits are spread by halves.
#[cfg(any(feature = "post-policy", feature = "v1"))]
fn values([a, b, c, d, e, f]: [u8; 6]) -> [u8; 8] {
    let bits = u64::from_be_bytes([0, 0, a, b, c, d, e, f]);
    let halves = (bits & 0xffff_ff00_0000) << 8 | bits & 0xff_ffff;
    let quarters = (halves & 0x00ff_f000_00ff_f000) << 4 | halves & 0x0000_0fff_0000_0fff;
    let eighths = (quarters & 0x0fc0_0fc0_0fc0_0fc0) << 2 | quarters & 0x003f_003f_003f_003f;
    eighths.to_be_bytes()
}

/// The digit of a value. Without a table or a branch, so that a register's worth of them is made at once.
#[cfg(any(feature = "post-policy", feature = "v1"))]
fn digit(value: u8) -> u8 {
    /// The value with which a run of characters begins; the last one before it, and its first one.
    const RUNS: [(u8, u8, u8); 4] =
        [(26, b'Z', b'a'), (52, b'z', b'0'), (62, b'9', b'+'), (63, b'+', b'/')];
    RUNS.iter().fold(b'A'.wrapping_add(value), |digit, &(start, last, first)| {
        let gap = first.wrapping_sub(last).wrapping_sub(1);
        digit.wrapping_add(if value >= start { gap } else { 0 })
    })
}

/// Decodes text of at most `N` bytes. `None` if it has more, or is not base64 with all its padding and
/// nothing in the bits that are left over.
#[cfg(feature = "callback")]
pub(crate) fn decode<const N: usize>(text: &str) -> Option<heapless::Vec<u8, N, u8>> {
    let text = text.as_bytes();
    if !text.len().is_multiple_of(4) {
        return None;
    }
    let ([digits @ .., b'=', b'='] | [digits @ .., b'='] | digits) = text;
    let mut bytes = heapless::Vec::new();
    // Bits that do not make a byte yet, and how many they are.
    let (mut bits, mut held) = (0_u32, 0);
    for digit in digits {
        bits = bits << 6 | value(*digit)?;
        held += 6;
        if held >= 8 {
            held -= 8;
            let [.., byte] = (bits >> held).to_be_bytes();
            bytes.push(byte).ok()?;
            bits &= (1 << held) - 1;
        }
    }
    (bits == 0).then_some(bytes)
}

#[cfg(feature = "callback")]
fn value(digit: u8) -> Option<u32> {
    let value = match digit {
        b'A'..=b'Z' => digit - b'A',
        b'a'..=b'z' => digit - b'a' + 26,
        b'0'..=b'9' => digit - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(value.into())
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use ::base64::{Engine, engine::general_purpose::STANDARD};

    use super::*;
    #[cfg(feature = "post-policy")]
    use crate::sink::written;

    fn bytes() -> Vec<u8> {
        (0..=255).rev().chain(0..=255).collect()
    }

    /// Calls `check` with texts of up to 23 bytes, and with what the crate makes of them.
    fn for_each_text(check: impl Fn(&[u8], &str)) {
        let bytes = bytes();
        for text in bytes.windows(20).chain((0..24).map(|length| &bytes[..length])) {
            let mut encoded = [0; 32];
            let end = STANDARD.encode_slice(text, &mut encoded).unwrap();
            check(text, str::from_utf8(&encoded[..end]).unwrap());
        }
    }

    /// Whatever the pieces in which a text comes, across the borders of groups and of the buffer.
    #[cfg(feature = "post-policy")]
    #[test]
    fn base64_of_pieces_is_base64_of_the_whole() {
        let bytes = bytes();
        for length in 0..=200 {
            for piece_length in [1, 2, 3, 5, 47, 48, 49, 200] {
                let pieces = bytes[..length].chunks(piece_length);
                let actual = written(|sink| {
                    base64(sink, |sink| pieces.for_each(|piece| sink.write(piece)));
                });
                let mut expected = [0; 300];
                let end = STANDARD.encode_slice(&bytes[..length], &mut expected).unwrap();
                assert_eq!(actual, &expected[..end], "{length} in pieces of {piece_length}");
            }
        }
    }

    #[cfg(any(feature = "post-policy", feature = "v1"))]
    #[test]
    fn encodes_as_the_crate_does() {
        for_each_text(|text, encoded| {
            assert_eq!(encode(text, &mut [[0; 8]; 4]), encoded.as_bytes());
        });
    }

    #[cfg(feature = "callback")]
    #[test]
    fn decodes_as_the_crate_does() {
        for_each_text(|text, encoded| assert_eq!(decode::<24>(encoded).unwrap(), text));
    }

    #[cfg(feature = "callback")]
    #[test]
    fn refuses_what_the_crate_refuses() {
        let digits = [b'A', b'B', b'Q', b'z', b'9', b'/', b'=', b'-', b' ', b'\n', 0, 0x7f];
        let mut text = Vec::new();
        for length in 0..=5 {
            for number in 0..digits.len().pow(length) {
                text.clear();
                text.extend(
                    (0..length)
                        .map(|place| digits[number / digits.len().pow(place) % digits.len()]),
                );
                let text = str::from_utf8(&text).unwrap();
                let mut expected = [0; 8];
                let expected =
                    STANDARD.decode_slice(text, &mut expected).map(|end| expected[..end].to_vec());
                assert_eq!(
                    decode::<8>(text).map(|bytes| bytes.to_vec()),
                    expected.ok(),
                    "{text:?}"
                );
            }
        }
    }

    #[cfg(feature = "callback")]
    #[test]
    fn decoded_text_has_a_limit() {
        assert_eq!(decode::<3>("YWJj").unwrap(), b"abc");
        assert_eq!(decode::<2>("YWJj"), None);
    }
}
