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
