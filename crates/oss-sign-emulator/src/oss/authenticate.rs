//! Who sent a request: its signature is verified by the library that also signs.

use std::sync::Arc;

use http::StatusCode;
use oss_sign::verify::{
    Parsed, ParsedForm, Received, ReceivedForm, Refusal, SignatureForm, Slot, Tolerance,
};
use oss_sign::{Bucket, Credentials, Product, Region, Timestamp};

use super::head::Head;
use crate::access_keys::{AccessKey, AccessKeys};
use crate::failure::Failure;

/// Who sent a request.
#[derive(Clone, Debug)]
pub(super) enum Caller {
    /// It has no signature.
    Anonymous,
    AccessKey(Arc<AccessKey>),
}

/// Whom a request claims to be of, for the record.
#[derive(Clone, Debug, Default)]
pub(super) struct Claim {
    pub(super) access_key_id: Option<String>,
    pub(super) form: Option<SignatureForm>,
}

/// What a signature is verified against.
#[derive(Clone, Copy, Debug)]
pub(super) struct Verifier<'v> {
    pub(super) access_keys: &'v AccessKeys,
    pub(super) region: &'v Region,
    pub(super) now: Timestamp,
}

impl Verifier<'_> {
    /// Verifies the signature of a request, if it has one.
    pub(super) fn verify(&self, head: &Head, claim: &mut Claim) -> Result<Caller, Failure> {
        let headers: Vec<_> =
            head.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let received = Received::new(head.method.as_str(), &head.path_and_query, &headers);
        let form = received.signature_form();
        if form == Err(Refusal::Anonymous) {
            return Ok(Caller::Anonymous);
        }
        claim.form = form.ok();
        let count = head.path_and_query.split('&').count();
        let mut parameters = vec![Slot::default(); count];
        let mut slots = vec![Slot::default(); headers.len()];
        let parsed = received.parse(&mut parameters, &mut slots);
        let parsed = parsed.map_err(|refusal| refused(refusal, form.ok()))?;
        claim.access_key_id = Some(parsed.access_key_id().to_owned());
        // It was checked before.
        let bucket = head.bucket_of_host.as_deref().and_then(|name| Bucket::new(name).ok());
        let verified = self.caller(&parsed, |credentials| {
            parsed.verify(bucket, credentials, self.now, Tolerance::default())
        });
        verified.map_err(|refusal| self.explained(refusal, &parsed, bucket))
    }

    /// Verifies the signature of an upload form, if it has one. Its policy, which is not looked at,
    /// is what is signed.
    pub(super) fn verify_form<'f>(
        &self,
        fields: &'f [(&'f str, &'f [u8])],
        claim: &mut Claim,
    ) -> Result<(Caller, Option<&'f str>), Failure> {
        let received = ReceivedForm::new(fields);
        let form = received.signature_form();
        if form == Err(Refusal::Anonymous) {
            return Ok((Caller::Anonymous, None));
        }
        claim.form = form.ok();
        let parsed = received.parse().map_err(|refusal| refused(refusal, form.ok()))?;
        claim.access_key_id = Some(parsed.access_key_id().to_owned());
        let verified = self.caller(&parsed, |credentials| {
            parsed.verify(credentials, self.now, Tolerance::default())
        });
        match verified {
            Ok(caller) => Ok((caller, Some(parsed.policy()))),
            Err(refusal) => Err(self.explained_form(refusal, &parsed)),
        }
    }

    /// Finds the AccessKey that is claimed, and verifies with it. In the order of OSS: time, ID,
    /// token, signature.
    fn caller(
        &self,
        claimed: &impl Claimed,
        verify: impl Fn(&Credentials<'_>) -> Result<(), Refusal>,
    ) -> Result<Caller, Refusal> {
        if let Some((region, product)) = claimed.region_and_product() {
            if region != self.region.as_str() {
                return Err(Refusal::ScopeRegion);
            }
            if product != Product::default().as_str() {
                return Err(Refusal::ScopeProduct);
            }
        }
        let usable = self.access_keys.get(claimed.id()).filter(|key| !key.is_disabled());
        let Some(key) = usable else {
            let is_known = self.access_keys.get(claimed.id()).is_some();
            let unusable = if is_known { Refusal::AccessKeyDisabled } else { Refusal::AccessKeyId };
            // The time is checked first; for that any credentials of another ID will do.
            return Err(match Credentials::new("-", "-").map(|nobody| verify(&nobody)) {
                Ok(Err(refusal)) if is_about_time(refusal) => refusal,
                _ => unusable,
            });
        };
        match verify(&key.credentials()) {
            Ok(()) | Err(Refusal::SignatureDoesNotMatch) if key.has_expired(self.now) => {
                Err(Refusal::SecurityTokenExpired)
            }
            verified => verified.map(|()| Caller::AccessKey(key)),
        }
    }

    fn explained(
        &self,
        refusal: Refusal,
        parsed: &Parsed<'_, '_>,
        bucket: Option<Bucket<'_>>,
    ) -> Failure {
        let failure = refused(refusal, Some(parsed.form()));
        match refusal {
            Refusal::SignatureDoesNotMatch => {
                let string_to_sign = parsed.string_to_sign(bucket).to_string();
                let failure = failure
                    .element("OSSAccessKeyId", parsed.access_key_id())
                    .element("SignatureProvided", parsed.signature_provided().to_string())
                    .element("StringToSign", &*string_to_sign)
                    .element("StringToSignBytes", spaced_hex(&string_to_sign));
                match parsed.canonical_request(bucket) {
                    Some(request) => failure.element("CanonicalRequest", request.to_string()),
                    None => failure,
                }
            }
            Refusal::RequestTimeTooSkewed => {
                let signed_at = parsed.signed_at().map(with_milliseconds).unwrap_or_default();
                failure
                    .element("MaxAllowedSkewMilliseconds", "900000")
                    .element("RequestTime", signed_at)
                    .element("ServerTime", with_milliseconds(self.now))
            }
            Refusal::Expired | Refusal::NotYetValid => {
                let expires_at = parsed.expires_at().map(with_milliseconds).unwrap_or_default();
                failure
                    .element("Expires", expires_at)
                    .element("ServerTime", with_milliseconds(self.now))
            }
            Refusal::AccessKeyId | Refusal::AccessKeyDisabled | Refusal::SecurityTokenMissing => {
                failure.element("OSSAccessKeyId", parsed.access_key_id())
            }
            _ => failure,
        }
    }

    fn explained_form(&self, refusal: Refusal, parsed: &ParsedForm<'_>) -> Failure {
        let failure = refused(refusal, Some(parsed.form()));
        match refusal {
            Refusal::SignatureDoesNotMatch => failure
                .element("OSSAccessKeyId", parsed.access_key_id())
                .element("SignatureProvided", parsed.signature_provided().to_string())
                .element("StringToSign", parsed.policy())
                .element("StringToSignBytes", spaced_hex(parsed.policy())),
            Refusal::AccessKeyId | Refusal::AccessKeyDisabled | Refusal::SecurityTokenMissing => {
                failure.element("OSSAccessKeyId", parsed.access_key_id())
            }
            Refusal::Expired | Refusal::NotYetValid => {
                failure.element("ServerTime", with_milliseconds(self.now))
            }
            _ => failure,
        }
    }
}

fn refused(refusal: Refusal, form: Option<SignatureForm>) -> Failure {
    // Where not even the form is known, there is one number at most.
    let form = form.unwrap_or(SignatureForm::V4Header);
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::FORBIDDEN);
    let message = match refusal_message(refusal, form) {
        Some(message) => message.to_owned(),
        None => refusal.to_string(),
    };
    Failure::new(status, refusal.code(), message).ec(refusal.ec(form))
}

/// What OSS was seen to say; of the rest only the `Code` is known.
fn refusal_message(refusal: Refusal, form: SignatureForm) -> Option<&'static str> {
    Some(match refusal {
        Refusal::SignatureDoesNotMatch => {
            "The request signature we calculated does not match the signature you provided. \
             Check your key and signing method."
        }
        Refusal::AccessKeyId | Refusal::SecurityTokenMissing => {
            "The OSS Access Key Id you provided does not exist in our records."
        }
        Refusal::AccessKeyDisabled => "The OSS Access Key Id you provided is disabled.",
        Refusal::SecurityTokenExpired => "The security token you provided has expired.",
        Refusal::SecurityTokenMismatch => "The security token you provided is invalid.",
        Refusal::RequestTimeTooSkewed => {
            "The difference between the request time and the current time is too large."
        }
        Refusal::Expired => "Request has expired.",
        Refusal::ScopeRegion if form == SignatureForm::V4Header => {
            "Invalid signing region in Authorization header."
        }
        Refusal::ScopeRegion => "The signing region in credential is invalid.",
        Refusal::ScopeProduct if form == SignatureForm::V4Header => {
            "Invalid signing product in Authorization header."
        }
        _ => return None,
    })
}

fn is_about_time(refusal: Refusal) -> bool {
    matches!(refusal, Refusal::Expired | Refusal::NotYetValid | Refusal::RequestTimeTooSkewed)
}

/// A signature that was read, of a request or of a form.
trait Claimed {
    fn id(&self) -> &str;
    fn region_and_product(&self) -> Option<(&str, &str)>;
}

impl Claimed for Parsed<'_, '_> {
    fn id(&self) -> &str {
        self.access_key_id()
    }

    fn region_and_product(&self) -> Option<(&str, &str)> {
        self.scope().map(|scope| (scope.region().as_str(), scope.product().as_str()))
    }
}

impl Claimed for ParsedForm<'_> {
    fn id(&self) -> &str {
        self.access_key_id()
    }

    fn region_and_product(&self) -> Option<(&str, &str)> {
        self.scope().map(|scope| (scope.region().as_str(), scope.product().as_str()))
    }
}

/// `50 55 54 0A `
fn spaced_hex(text: &str) -> String {
    text.bytes().map(|byte| format!("{byte:02X} ")).collect()
}

/// `2023-11-14T22:13:20.000Z`
pub(super) fn with_milliseconds(instant: Timestamp) -> String {
    instant.to_string().replace('Z', ".000Z")
}
