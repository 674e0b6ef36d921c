//! The little of Protocol Buffers that the gateway of a KMS instance speaks: strings and numbers.
//!
//! <https://protobuf.dev/programming-guides/encoding/>

/// The bytes are no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// The value of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    Number(u64),
    Text(&'a str),
    /// Of a kind that no message here has.
    Other,
}

const VARINT: u64 = 0;
const FIXED_64: u64 = 1;
const LENGTH_DELIMITED: u64 = 2;
const FIXED_32: u64 = 5;

/// Appends a field with text.
pub(crate) fn write_text(message: &mut Vec<u8>, field: u64, text: &str) {
    write_number(message, field << 3 | LENGTH_DELIMITED);
    write_number(message, text.len() as u64);
    message.extend_from_slice(text.as_bytes());
}

/// Appends a field with a truth value.
pub(crate) fn write_bool(message: &mut Vec<u8>, field: u64, value: bool) {
    write_number(message, field << 3 | VARINT);
    write_number(message, value.into());
}

/// Seven bits a byte, the lowest first.
fn write_number(message: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        let [low, ..] = number.to_le_bytes();
        message.push(low | 0x80);
        number >>= 7;
    }
    let [low, ..] = number.to_le_bytes();
    message.push(low);
}

/// The fields of a message in their order.
pub(crate) fn fields(message: &[u8]) -> impl Iterator<Item = Result<(u64, Value<'_>), Malformed>> {
    let mut rest = message;
    core::iter::from_fn(move || {
        (!rest.is_empty()).then(|| {
            let field = read_field(&mut rest);
            if field.is_none() {
                rest = &[];
            }
            field.ok_or(Malformed)
        })
    })
}

fn read_field<'a>(rest: &mut &'a [u8]) -> Option<(u64, Value<'a>)> {
    let tag = read_number(rest)?;
    let value = match tag & 7 {
        VARINT => Value::Number(read_number(rest)?),
        LENGTH_DELIMITED => {
            let length = usize::try_from(read_number(rest)?).ok()?;
            core::str::from_utf8(take(rest, length)?).map_or(Value::Other, Value::Text)
        }
        FIXED_64 => take(rest, 8).map(|_| Value::Other)?,
        FIXED_32 => take(rest, 4).map(|_| Value::Other)?,
        _ => return None,
    };
    Some((tag >> 3, value))
}

fn read_number(rest: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..64).step_by(7) {
        let &[byte] = take(rest, 1)?.first_chunk()?;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, left) = rest.split_at_checked(length)?;
    *rest = left;
    Some(taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_example_of_the_encoding_guide() {
        let mut message = Vec::new();
        write_text(&mut message, 2, "testing");
        assert_eq!(message, [0x12, 0x07, b't', b'e', b's', b't', b'i', b'n', b'g']);
        let read: Vec<_> = fields(&[0x08, 0x96, 0x01]).collect();
        assert_eq!(read, [Ok((1, Value::Number(150)))]);
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut message = Vec::new();
        let long = "x".repeat(70_000);
        write_text(&mut message, 1, &long);
        write_bool(&mut message, 4, true);
        write_text(&mut message, 300, "");
        let shorter = "x".repeat(200);
        write_text(&mut message, 5, &shorter);
        let read: Vec<_> = fields(&message).map(Result::unwrap).collect();
        let expected = [
            (1, Value::Text(&long)),
            (4, Value::Number(1)),
            (300, Value::Text("")),
            (5, Value::Text(&shorter)),
        ];
        assert_eq!(read, expected);
    }

    #[test]
    fn fields_of_other_kinds_are_passed_over() {
        let message = [0x09, 1, 2, 3, 4, 5, 6, 7, 8, 0x15, 1, 2, 3, 4, 0x12, 1, 0xff, 0x18, 5];
        let read: Vec<_> = fields(&message).map(Result::unwrap).collect();
        let other = Value::Other;
        assert_eq!(read, [(1, other), (2, other), (2, other), (3, Value::Number(5))]);
    }

    #[test]
    fn what_is_cut_short_is_malformed() {
        for message in [
            &[0x12, 5, b'x'][..],
            &[0x08],
            &[0x80],
            &[0x08, 0x80],
            &[0x09, 1],
            &[0x0b],
            &[0xff; 11],
            &[0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f],
        ] {
            let last = fields(message).last();
            assert_eq!(last, Some(Err(Malformed)), "{message:?}");
        }
    }
}
