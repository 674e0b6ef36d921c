//! The signature itself.

use core::fmt;

use subtle::ConstantTimeEq;

#[cfg(feature = "v1")]
use crate::base64;
use crate::encode::hex;
#[cfg(feature = "v1")]
use crate::encode::percent_encoded;
use crate::sink::{Emit, Sink, text_output};

/// A signature. Its text is what is sent: 64 hexadecimal digits in V4, 28 characters of base64 in
/// V1. It is compared in constant time.
#[derive(Clone, Copy)]
pub struct Signature(Bytes);

#[derive(Clone, Copy)]
enum Bytes {
    V4([u8; 32]),
    #[cfg(feature = "v1")]
    V1([u8; 20]),
}

impl Signature {
    pub(crate) const fn v4(bytes: [u8; 32]) -> Self {
        Self(Bytes::V4(bytes))
    }

    #[cfg(feature = "v1")]
    pub(crate) const fn v1(bytes: [u8; 20]) -> Self {
        Self(Bytes::V1(bytes))
    }

    /// The bytes: 32 in V4, 20 in V1.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match &self.0 {
            Bytes::V4(bytes) => bytes,
            #[cfg(feature = "v1")]
            Bytes::V1(bytes) => bytes,
        }
    }
}

impl Emit for Signature {
    fn emit(&self, sink: &mut Sink<'_>) {
        match &self.0 {
            Bytes::V4(bytes) => hex(bytes, sink),
            #[cfg(feature = "v1")]
            Bytes::V1(bytes) => sink.write(base64::encode(bytes, &mut [[0; 8]; 4])),
        }
    }
}

text_output!(Signature);

/// The name of V4's parameter, and what follows it.
const V4_PARAMETER: &[u8; 16] = b"x-oss-signature=";

impl Signature {
    /// Name and value, as they stand in a query.
    pub(crate) fn emit_parameter(&self, sink: &mut Sink<'_>) {
        match &self.0 {
            Bytes::V4(bytes) => {
                sink.write(V4_PARAMETER);
                hex(bytes, sink);
            }
            #[cfg(feature = "v1")]
            Bytes::V1(bytes) => {
                sink.write(b"Signature=");
                percent_encoded(base64::encode(bytes, &mut [[0; 8]; 4]), sink);
            }
        }
    }

    /// The parameter of V4 with zeros for the signature, which is made later. Returns where it goes.
    pub(crate) fn emit_place(sink: &mut Sink<'_>) -> usize {
        sink.write(V4_PARAMETER);
        let place = sink.filled();
        sink.write(&[0; 64]);
        place
    }
}

impl PartialEq for Signature {
    fn eq(&self, other: &Self) -> bool {
        self.as_bytes().ct_eq(other.as_bytes()).into()
    }
}

impl Eq for Signature {}

impl fmt::Debug for Signature {
    /// Cut short: whoever has the whole of it can send the request.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Signature(")?;
        for byte in self.as_bytes().iter().take(2) {
            write!(formatter, "{byte:02x}")?;
        }
        formatter.write_str("…)")
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    #[test]
    fn signatures_that_differ_in_one_bit_are_not_equal() {
        let bytes = [0x5a; 32];
        assert_eq!(Signature::v4(bytes), Signature::v4(bytes));
        for bit in 0..256 {
            let mut other = bytes;
            other[bit / 8] ^= 1 << (bit % 8);
            assert_ne!(Signature::v4(bytes), Signature::v4(other), "{bit}");
        }
    }

    #[cfg(feature = "v1")]
    #[test]
    fn signatures_of_two_versions_are_not_equal() {
        assert_ne!(Signature::v4([0x5a; 32]), Signature::v1([0x5a; 20]));
    }

    #[test]
    fn debug_shows_two_bytes() {
        assert_eq!(format!("{:?}", Signature::v4([0x5a; 32])), "Signature(5a5a…)");
    }
}
