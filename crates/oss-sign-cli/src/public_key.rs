//! OSS's public key, and the one thing that is done with it: RSASSA-PKCS1-v1_5 with MD5.
//!
//! OSS signs callbacks so, with a key of 512 bits. `ring` has no MD5 and takes no key of less than
//! 1024 bits, hence the crate `rsa`. RUSTSEC-2023-0071 is about the time that its operations with a
//! private key take; there is no private key here.

use core::ops::RangeInclusive;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use rsa::pkcs1::{self, RsaPublicKeyRef};
use rsa::pkcs1v15::{Signature, VerifyingKey};
use rsa::pkcs8::SubjectPublicKeyInfoRef;
use rsa::signature::Verifier;
use rsa::{BoxedUint, RsaPublicKey};

/// In bits. The crate's own limit is 1024, which OSS's key does not reach.
const SIZES: RangeInclusive<usize> = 512..=RsaPublicKey::MAX_SIZE;

pub(crate) struct PublicKey(VerifyingKey<Md5>);

impl PublicKey {
    /// Reads a `SubjectPublicKeyInfo`: PEM, or the base64 in it alone.
    pub(crate) fn read(text: &str) -> Option<Self> {
        let der = STANDARD.decode(base64_of(text)).ok()?;
        let info = SubjectPublicKeyInfoRef::try_from(der.as_slice()).ok()?;
        if info.algorithm != pkcs1::ALGORITHM_ID {
            return None;
        }
        let numbers = RsaPublicKeyRef::try_from(info.subject_public_key.as_bytes()?).ok()?;
        let modulus = BoxedUint::from_be_slice_vartime(numbers.modulus.as_bytes());
        let exponent = BoxedUint::from_be_slice_vartime(numbers.public_exponent.as_bytes());
        let key = RsaPublicKey::new_with_size_limits(modulus, exponent, SIZES).ok()?;
        Some(Self(VerifyingKey::new(key)))
    }

    pub(crate) fn verify(&self, string_to_sign: &[u8], signature: &Signature) -> bool {
        self.0.verify(string_to_sign, signature).is_ok()
    }
}

/// The text without line ends, and without the first and the last line of PEM.
fn base64_of(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.starts_with("-----")).collect()
}

/// Reads the header `Authorization` of a callback. Whether the length is right, the key knows.
pub(crate) fn signature(header: &str) -> Option<Signature> {
    Signature::try_from(STANDARD.decode(header).ok()?.as_slice()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKs/JBGzwUB2aVht4crBx3oIPBLNsjGsC0fTXv+nvlmk\
                       lvkcolvpvXLTjaxUHR3W9LXxQ2EHXAJfCB+6H2YF1k8CAwEAAQ==";

    /// The example of the documentation.
    const STRING_TO_SIGN: &[u8] = b"/index.php?id=1&index=2\nbucket=yonghu-test";
    const SIGNATURE: &str = "kKQeGTRccDKyHB3H9vF+xYMSrmhMZjzzl2/kdD1ktNVgbWEfYTQG0G2SU/RaHBovRCE8Ok\
                             QDjC3uG33esH2txA==";

    fn holds(signature: &[u8]) -> bool {
        let signature = Signature::try_from(signature).unwrap();
        PublicKey::read(KEY).unwrap().verify(STRING_TO_SIGN, &signature)
    }

    /// Every value that differs from `bytes` in one bit.
    fn damaged(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
        (0..bytes.len() * 8).map(|bit| {
            let mut damaged = bytes.to_vec();
            damaged[bit / 8] ^= 1 << (bit % 8);
            damaged
        })
    }

    #[test]
    fn every_bit_of_the_signature_counts() {
        let signature = STANDARD.decode(SIGNATURE).unwrap();
        assert!(holds(&signature));
        for damaged in damaged(&signature) {
            assert!(!holds(&damaged), "{damaged:x?}");
        }
    }

    #[test]
    fn every_bit_of_the_text_counts() {
        let (key, signature) = (PublicKey::read(KEY).unwrap(), signature(SIGNATURE).unwrap());
        assert!(key.verify(STRING_TO_SIGN, &signature));
        for damaged in damaged(STRING_TO_SIGN) {
            assert!(!key.verify(&damaged, &signature), "{damaged:x?}");
        }
    }

    #[test]
    fn every_bit_of_the_key_counts() {
        let signature = signature(SIGNATURE).unwrap();
        for damaged in damaged(&STANDARD.decode(KEY).unwrap()) {
            let key = PublicKey::read(&STANDARD.encode(&damaged));
            assert!(!key.is_some_and(|key| key.verify(STRING_TO_SIGN, &signature)), "{damaged:x?}");
        }
    }

    #[test]
    fn a_signature_of_another_length_does_not_hold() {
        let signature = STANDARD.decode(SIGNATURE).unwrap();
        for other in [&[][..], &signature[1..], &signature[..63], &[&[0][..], &signature].concat()]
        {
            assert!(!holds(other), "{other:x?}");
        }
        for byte in [0, 1, 0xff] {
            assert!(!holds(&[byte; 64]), "{byte}");
        }
    }

    #[test]
    fn keys_are_read_with_and_without_the_lines_of_pem() {
        let (first, second) = KEY.split_at(64);
        for text in [
            KEY.to_owned(),
            format!("{KEY}\n"),
            format!("-----BEGIN PUBLIC KEY-----\n{first}\n{second}\n-----END PUBLIC KEY-----\n"),
            format!("-----BEGIN PUBLIC KEY-----\r\n{KEY}\r\n-----END PUBLIC KEY-----"),
        ] {
            assert!(PublicKey::read(&text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_no_key() {
        for text in [
            "",
            "AA==",
            "%",
            "-----BEGIN PUBLIC KEY-----",
            KEY.split_at(120).0,
            &format!("{KEY} x"),
        ] {
            assert!(PublicKey::read(text).is_none(), "{text}");
        }
    }
}
