//! What is checked of every signature, wherever it came from.

use subtle::ConstantTimeEq;

use super::received::Tolerance;
use super::refusal::Refusal;
use super::wire::Wire;
use crate::signature::Signature;
use crate::sink::Emit;
use crate::time::Timestamp;
use crate::v4::{CredentialScope, SigningKey};

/// Whether a signature with a validity has begun to be valid. The signer's clock may be ahead.
pub(super) fn check_start(
    signed_at: Timestamp,
    now: Timestamp,
    tolerance: Tolerance,
) -> Result<(), Refusal> {
    match signed_at.unix_seconds() > now.unix_seconds().saturating_add(tolerance.seconds()) {
        true => Err(Refusal::NotYetValid),
        false => Ok(()),
    }
}

/// Whether a validity is not over. Its last second, in seconds since 1970, is within it, and no
/// difference of clocks prolongs it.
pub(super) fn check_expiry(latest: u64, now: Timestamp) -> Result<(), Refusal> {
    match now.unix_seconds() > latest {
        true => Err(Refusal::Expired),
        false => Ok(()),
    }
}

/// Whether a request that is to be sent at once was signed just now.
pub(super) fn check_skew(
    signed_at: Timestamp,
    now: Timestamp,
    tolerance: Tolerance,
) -> Result<(), Refusal> {
    match signed_at.unix_seconds().abs_diff(now.unix_seconds()) > tolerance.seconds() {
        true => Err(Refusal::RequestTimeTooSkewed),
        false => Ok(()),
    }
}

pub(super) fn check_access_key_id(actual: &str, expected: &str) -> Result<(), Refusal> {
    match actual == expected {
        true => Ok(()),
        false => Err(Refusal::AccessKeyId),
    }
}

/// Whether a signing key is the one that made the signature, if anyone did.
pub(super) fn check_key(
    access_key_id: &str,
    scope: &CredentialScope,
    key: &SigningKey,
) -> Result<(), Refusal> {
    check_access_key_id(access_key_id, key.access_key_id())?;
    if scope.region() != key.region() {
        return Err(Refusal::ScopeRegion);
    }
    if scope.product() != key.product() {
        return Err(Refusal::ScopeProduct);
    }
    if scope != key.scope() {
        return Err(Refusal::ScopeDate);
    }
    Ok(())
}

pub(super) fn check_security_token(
    actual: Option<Wire<'_>>,
    expected: Option<&str>,
) -> Result<(), Refusal> {
    match (actual, expected) {
        (None, None) => Ok(()),
        (None, Some(_)) => Err(Refusal::SecurityTokenMissing),
        (Some(_), None) => Err(Refusal::SecurityTokenMismatch),
        (Some(actual), Some(expected)) => match same_bytes(actual, expected.as_bytes()) {
            true => Ok(()),
            false => Err(Refusal::SecurityTokenMismatch),
        },
    }
}

/// Compares the text: another spelling of the same bytes is another signature.
pub(super) fn check_signature(actual: Wire<'_>, expected: &Signature) -> Result<(), Refusal> {
    let mut text = [0; 64];
    let is_same = expected.write_to(&mut text).is_ok_and(|expected| same_bytes(actual, expected));
    match is_same {
        true => Ok(()),
        false => Err(Refusal::SignatureDoesNotMatch),
    }
}

/// Compares in a time that does not depend on where the two differ.
fn same_bytes(actual: Wire<'_>, expected: &[u8]) -> bool {
    let mut rest = expected;
    let mut differences = 0;
    let same_length = actual.decode(|piece| {
        let (start, after) = rest.split_at_checked(piece.len())?;
        differences |= difference(piece, start);
        rest = after;
        Some(())
    });
    same_length.is_some() && rest.is_empty() && differences.ct_eq(&0).into()
}

/// 0 if two texts of the same length are the same.
fn difference(left: &[u8], right: &[u8]) -> u64 {
    let ((left, left_end), (right, right_end)) = (left.as_chunks(), right.as_chunks());
    let words = left.iter().zip(right).fold(0, |different, (left, right)| {
        different | u64::from_ne_bytes(*left) ^ u64::from_ne_bytes(*right)
    });
    let bytes = left_end.iter().zip(right_end).fold(0, |different, (l, r)| different | l ^ r);
    words | u64::from(bytes)
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    /// Two words and four bytes.
    const TEXT: [u8; 20] = *b"7b8b03a3ce4dd2f6aa01";

    /// Every byte as `%XX`, so that it is compared by itself.
    fn spelled_out(text: &[u8]) -> String {
        text.iter().map(|byte| format!("%{byte:02X}")).collect()
    }

    #[test]
    fn the_same_bytes_are_the_same_however_they_are_spelled() {
        assert!(same_bytes(Wire::raw(&TEXT), &TEXT));
        assert!(same_bytes(Wire::query(spelled_out(&TEXT).as_bytes()), &TEXT));
    }

    #[test]
    fn differences_do_not_cancel_each_other() {
        for (first, second) in (0..20).flat_map(|first| (0..20).map(move |other| (first, other))) {
            let mut other = TEXT;
            other[first] ^= 1;
            if second != first {
                other[second] ^= 1;
            }
            assert!(!same_bytes(Wire::raw(&other), &TEXT), "{first} {second}");
            let spelled = spelled_out(&other);
            assert!(!same_bytes(Wire::query(spelled.as_bytes()), &TEXT), "{first} {second}");
        }
    }

    #[test]
    fn a_text_that_goes_on_is_another() {
        for length in 0..TEXT.len() {
            let start = &TEXT[..length];
            assert!(!same_bytes(Wire::raw(start), &TEXT), "{length}");
            assert!(!same_bytes(Wire::raw(&TEXT), start), "{length}");
        }
    }
}
