//! MD5 and CRC-64 of what is stored, as OSS tells them and SDKs check them.

use crc_fast::CrcAlgorithm;
use md5::{Digest as _, Md5};

/// The sums of bytes that are still arriving.
pub(crate) struct Checksum {
    md5: Md5,
    crc64: crc_fast::Digest,
    length: u64,
}

/// The sums of bytes that are all there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) md5: [u8; 16],
    pub(crate) crc64: u64,
    pub(crate) length: u64,
}

/// ECMA-182, reflected: `x-oss-hash-crc64ecma`. XZ calls it so too.
const CRC64_ECMA: CrcAlgorithm = CrcAlgorithm::Crc64Xz;

impl Checksum {
    pub(crate) fn update(&mut self, piece: &[u8]) {
        self.md5.update(piece);
        self.crc64.update(piece);
        self.length = self.length.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    pub(crate) fn finish(self) -> Sums {
        Sums { md5: self.md5.finalize().into(), crc64: self.crc64.finalize(), length: self.length }
    }
}

impl Default for Checksum {
    fn default() -> Self {
        Self { md5: Md5::new(), crc64: crc_fast::Digest::new(CRC64_ECMA), length: 0 }
    }
}

impl core::fmt::Debug for Checksum {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.debug_struct("Checksum").field("length", &self.length).finish_non_exhaustive()
    }
}

/// The CRC-64 of bytes that are followed by `length` others.
pub(crate) fn combined_crc64(first: u64, second: u64, length: u64) -> u64 {
    crc_fast::checksum_combine(CRC64_ECMA, first, second, length)
}

/// The MD5 of a short text.
pub(crate) fn md5(bytes: &[u8]) -> [u8; 16] {
    Md5::digest(bytes).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sums(bytes: &[u8]) -> Sums {
        let mut checksum = Checksum::default();
        checksum.update(bytes);
        checksum.finish()
    }

    #[test]
    fn the_check_value_of_the_catalogue() {
        // CRC-64/XZ in the catalogue of parametrised CRC algorithms.
        assert_eq!(sums(b"123456789").crc64, 0x995d_c9bb_df19_39fa);
        assert_eq!(hex::encode(sums(b"").md5), "d41d8cd98f00b204e9800998ecf8427e");
    }

    #[test]
    fn combined_is_that_of_both() {
        let (first, second) = (sums(b"1234"), sums(b"56789"));
        let combined = combined_crc64(first.crc64, second.crc64, second.length);
        assert_eq!(combined, sums(b"123456789").crc64);
    }
}
