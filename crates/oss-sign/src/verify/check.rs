//! What is checked of every signature, wherever it came from.

use subtle::ConstantTimeEq;

use super::received::Tolerance;
use super::refusal::Refusal;
use super::wire::Wire;
use crate::canonical::Text;
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

/// Whether a validity is not over. Its last second is within it, and no difference of clocks
/// prolongs it.
pub(super) fn check_expiry(latest: Timestamp, now: Timestamp) -> Result<(), Refusal> {
    match now > latest {
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
    let expected = expected.emit_to_string::<64>().unwrap_or_default();
    match same_bytes(actual, expected.as_bytes()) {
        true => Ok(()),
        false => Err(Refusal::SignatureDoesNotMatch),
    }
}

/// Compares in a time that does not depend on where the two differ.
fn same_bytes(actual: Wire<'_>, expected: &[u8]) -> bool {
    if actual.bytes().count() != expected.len() {
        return false;
    }
    let pairs = actual.bytes().zip(expected);
    let same = pairs.fold(subtle::Choice::from(1), |same, (a, b)| same & a.ct_eq(b));
    same.into()
}
