//! A call that was received, as a server checks it.

use core::fmt;
use core::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::Mac;
use oss_sign::Timestamp;
use zeroize::Zeroizing;

use super::{Parameters, SIGNATURE, hmac_sha1};
use crate::credentials::Credentials;
use crate::http::Method;
use crate::rfc3339;

/// A call as it arrived: the parameters of its query and its form are one set.
///
/// ```
/// use core::time::Duration;
/// use oss_sign::Timestamp;
/// use oss_sign_credentials::Credentials;
/// use oss_sign_credentials::http::Method;
/// use oss_sign_credentials::rpc::{Nonce, Parameters, Received};
///
/// let credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret", None)?;
/// let now = Timestamp::from_unix_seconds(1_700_000_000)?;
/// let call = Parameters::of_action("GetCallerIdentity", "2015-04-01")
///     .sign(Method::Post, &credentials, now, Nonce(1)).map_err(|cause| cause.to_string())?;
///
/// let body = call.parameters().encoded();
/// let received = Received::parse("POST", "", body.as_bytes())?;
/// assert_eq!(received.action(), Some("GetCallerIdentity"));
/// // Look up the secret of `received.access_key_id()`, and whether `received.nonce()` is new, then:
/// received.verify(&credentials, now, Duration::from_secs(15 * 60))?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Received {
    method: Method,
    parameters: Parameters,
}

/// Why a call is refused. STS answers with the same codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// The method is neither `GET` nor `POST`.
    Method,
    /// Query or form are not percent-encoded UTF-8.
    Encoding,
    /// A parameter is there twice.
    Repeated,
    /// This parameter is missing.
    Missing(&'static str),
    /// `SignatureMethod` or `SignatureVersion` is another one.
    SignatureMethod,
    /// `Timestamp` is not an instant.
    TimestampFormat,
    /// `Timestamp` is too far from the server's time.
    TimestampExpired,
    /// The AccessKey ID is another one.
    AccessKeyId,
    /// The AccessKey is a temporary one, and its token is missing.
    MissingSecurityToken,
    /// The token is not that of the AccessKey.
    SecurityToken,
    /// The signature is not that of this AccessKey over these parameters.
    Signature,
}

impl Received {
    /// Reads a call. `query` is what follows the `?`, and `form` the body, if it is a form.
    ///
    /// # Errors
    ///
    /// Another method, wrong encoding, or a parameter that is there twice.
    pub fn parse(method: &str, query: &str, form: &[u8]) -> Result<Self, Refusal> {
        let method = match method {
            "GET" => Method::Get,
            "POST" => Method::Post,
            _ => return Err(Refusal::Method),
        };
        let form = str::from_utf8(form).map_err(|_| Refusal::Encoding)?;
        let mut parameters = Parameters::decode(query).ok_or(Refusal::Encoding)?;
        parameters.0.extend(Parameters::decode(form).ok_or(Refusal::Encoding)?.0);
        let mut names: Vec<&str> = parameters.iter().map(|(name, _)| name).collect();
        names.sort_unstable();
        match names.is_sorted_by(|name, next| name < next) {
            true => Ok(Self { method, parameters }),
            false => Err(Refusal::Repeated),
        }
    }

    /// The value of a parameter.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name)
    }

    /// Which call it is: `AssumeRole`.
    #[must_use]
    pub fn action(&self) -> Option<&str> {
        self.parameter("Action")
    }

    /// Who signed; `None` if nobody did.
    #[must_use]
    pub fn access_key_id(&self) -> Option<&str> {
        self.parameter("AccessKeyId")
    }

    /// What must not have been there before, for this AccessKey.
    #[must_use]
    pub fn nonce(&self) -> Option<&str> {
        self.parameter("SignatureNonce")
    }

    /// The text that should have been signed.
    #[must_use]
    pub fn string_to_sign(&self) -> Zeroizing<String> {
        self.parameters.string_to_sign(self.method)
    }

    /// Was it signed by `credentials`, at most `tolerance` before or after `now`?
    ///
    /// Whether the nonce is new and the credentials hold is for the caller to know.
    ///
    /// # Errors
    ///
    /// What is missing or wrong; the signature is looked at last.
    pub fn verify(
        &self,
        credentials: &Credentials,
        now: Timestamp,
        tolerance: Duration,
    ) -> Result<(), Refusal> {
        let required = |name| self.parameter(name).ok_or(Refusal::Missing(name));
        let method = required("SignatureMethod")?;
        if method != "HMAC-SHA1" || required("SignatureVersion")? != "1.0" {
            return Err(Refusal::SignatureMethod);
        }
        required("SignatureNonce")?;
        let signed_at = rfc3339::parse(required("Timestamp")?).ok_or(Refusal::TimestampFormat)?;
        if signed_at.unix_seconds().abs_diff(now.unix_seconds()) > tolerance.as_secs() {
            return Err(Refusal::TimestampExpired);
        }
        if required("AccessKeyId")? != credentials.access_key_id() {
            return Err(Refusal::AccessKeyId);
        }
        match (self.parameter("SecurityToken"), credentials.security_token()) {
            (None, Some(_)) => return Err(Refusal::MissingSecurityToken),
            (token, expected) if token != expected => return Err(Refusal::SecurityToken),
            _ => {}
        }
        let signature = STANDARD.decode(required(SIGNATURE)?).map_err(|_| Refusal::Signature)?;
        // In constant time.
        hmac_sha1(credentials.access_key_secret(), &self.string_to_sign())
            .ok()
            .and_then(|mac| mac.verify_slice(&signature).ok())
            .ok_or(Refusal::Signature)
    }
}

impl Refusal {
    /// The `Code` of the service's answer.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Method => "UnsupportedHTTPMethod",
            Self::Encoding | Self::Repeated => "InvalidParameter",
            Self::Missing(SIGNATURE) => "IncompleteSignature",
            Self::Missing(_) => "MissingParameter",
            Self::SignatureMethod => "IncompleteSignature",
            Self::TimestampFormat => "InvalidTimeStamp.Format",
            Self::TimestampExpired => "InvalidTimeStamp.Expired",
            Self::AccessKeyId => "InvalidAccessKeyId.NotFound",
            Self::MissingSecurityToken => "MissingSecurityToken",
            Self::SecurityToken => "InvalidSecurityToken.MismatchWithAccessKey",
            Self::Signature => "SignatureDoesNotMatch",
        }
    }

    /// The HTTP status of the service's answer.
    #[must_use]
    pub fn status(self) -> u16 {
        match self {
            Self::AccessKeyId => 404,
            _ => 400,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Method => "the method is neither GET nor POST",
            Self::Encoding => "the parameters are not percent-encoded UTF-8",
            Self::Repeated => "a parameter is there twice",
            Self::Missing(name) => return write!(formatter, "the parameter {name} is missing"),
            Self::SignatureMethod => "the signature is not HMAC-SHA1 in version 1.0",
            Self::TimestampFormat => "Timestamp is not of the form 2006-01-02T15:04:05Z",
            Self::TimestampExpired => "Timestamp is too far from the server's time",
            Self::AccessKeyId => "the AccessKey ID is not known",
            Self::MissingSecurityToken => {
                "the AccessKey is temporary, and SecurityToken is missing"
            }
            Self::SecurityToken => "SecurityToken is not that of the AccessKey",
            Self::Signature => "the signature is not that of this AccessKey over these parameters",
        })
    }
}

impl core::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use super::super::Nonce;
    use super::*;

    const NOW: u64 = 1_725_001_386;
    const QUARTER_OF_AN_HOUR: Duration = Duration::from_secs(15 * 60);

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds).unwrap()
    }

    fn temporary() -> Credentials {
        Credentials::new("STS.ExampleKeyId", "example-secret", Some("example+token==")).unwrap()
    }

    fn call() -> String {
        let parameters = Parameters::of_action("AssumeRole", "2015-04-01").with("Policy", "a b+c*");
        let call = parameters.sign(Method::Post, &temporary(), at(NOW), Nonce(7)).unwrap();
        call.parameters().encoded().to_string()
    }

    fn verify(call: &str, now: u64) -> Result<(), Refusal> {
        let (query, form) = call.split_at(call.find("&Policy").unwrap_or(call.len()));
        let received = Received::parse("POST", query, form.as_bytes())?;
        received.verify(&temporary(), at(now), QUARTER_OF_AN_HOUR)
    }

    #[test]
    fn what_was_signed_is_accepted_a_quarter_of_an_hour_off_and_no_more() {
        for now in [NOW - 900, NOW, NOW + 900] {
            assert_eq!(verify(&call(), now), Ok(()), "{now}");
        }
        for now in [NOW - 901, NOW + 901] {
            assert_eq!(verify(&call(), now), Err(Refusal::TimestampExpired), "{now}");
        }
    }

    #[test]
    fn a_call_says_what_it_asks_for_and_who_asks() {
        let received = Received::parse("POST", &call(), b"").unwrap();
        assert_eq!(received.action(), Some("AssumeRole"));
        assert_eq!(received.access_key_id(), Some("STS.ExampleKeyId"));
        assert_eq!(received.nonce(), Some("00000000-0000-0000-0000-000000000007"));
        let nothing = Received::parse("GET", "", b"").unwrap();
        assert_eq!(
            (nothing.action(), nothing.access_key_id(), nothing.nonce()),
            (None, None, None)
        );
    }

    /// The codes of the error center of STS.
    #[test]
    fn a_refusal_has_the_code_and_the_status_of_the_service() {
        for (refusal, status, code, said) in [
            (Refusal::Method, 400, "UnsupportedHTTPMethod", "neither GET nor POST"),
            (Refusal::Encoding, 400, "InvalidParameter", "not percent-encoded"),
            (Refusal::Repeated, 400, "InvalidParameter", "twice"),
            (Refusal::Missing("Signature"), 400, "IncompleteSignature", "Signature is missing"),
            (Refusal::Missing("Timestamp"), 400, "MissingParameter", "Timestamp is missing"),
            (Refusal::SignatureMethod, 400, "IncompleteSignature", "not HMAC-SHA1"),
            (Refusal::TimestampFormat, 400, "InvalidTimeStamp.Format", "2006-01-02T15:04:05Z"),
            (Refusal::TimestampExpired, 400, "InvalidTimeStamp.Expired", "too far"),
            (Refusal::AccessKeyId, 404, "InvalidAccessKeyId.NotFound", "not known"),
            (Refusal::MissingSecurityToken, 400, "MissingSecurityToken", "is missing"),
            (
                Refusal::SecurityToken,
                400,
                "InvalidSecurityToken.MismatchWithAccessKey",
                "not that of the AccessKey",
            ),
            (Refusal::Signature, 400, "SignatureDoesNotMatch", "over these parameters"),
        ] {
            assert_eq!((refusal.status(), refusal.code()), (status, code));
            assert!(refusal.to_string().contains(said), "{refusal}");
        }
    }

    #[test]
    fn a_blank_may_be_a_plus() {
        assert_eq!(verify(&call().replace("%20", "+"), NOW), Ok(()));
    }

    #[test]
    fn every_change_is_noticed() {
        for (from, to, refusal) in [
            ("Policy=a", "Policy=b", Refusal::Signature),
            ("Signature=", "Signature=A", Refusal::Signature),
            ("&Signature=", "&Signature2=", Refusal::Missing("Signature")),
            ("STS.", "STS-", Refusal::AccessKeyId),
            ("&SecurityToken=", "&Token=", Refusal::MissingSecurityToken),
            ("SecurityToken=", "SecurityToken=x", Refusal::SecurityToken),
            ("HMAC-SHA1", "HMAC-SHA256", Refusal::SignatureMethod),
            ("SignatureVersion=1.0", "SignatureVersion=2.0", Refusal::SignatureMethod),
            ("07%3A03%3A06Z", "07%3A03%3A06", Refusal::TimestampFormat),
            ("SignatureNonce", "Nonce", Refusal::Missing("SignatureNonce")),
            ("Format=JSON", "Format=JSON&Format=JSON", Refusal::Repeated),
            ("Format=JSON", "Format=%FF", Refusal::Encoding),
        ] {
            let changed = call().replace(from, to);
            assert_ne!(changed, call(), "{from}");
            assert_eq!(verify(&changed, NOW), Err(refusal), "{from} -> {to}");
        }
    }

    #[test]
    fn a_token_that_the_key_does_not_have_is_refused() {
        let received = Received::parse("POST", &call(), b"").unwrap();
        let pair = Credentials::new("STS.ExampleKeyId", "example-secret", None).unwrap();
        let refusal = received.verify(&pair, at(NOW), QUARTER_OF_AN_HOUR);
        assert_eq!(refusal, Err(Refusal::SecurityToken));
    }

    #[test]
    fn the_method_is_signed() {
        let received = Received::parse("GET", &call(), b"").unwrap();
        let refusal = received.verify(&temporary(), at(NOW), QUARTER_OF_AN_HOUR);
        assert_eq!(refusal, Err(Refusal::Signature));
        assert_eq!(Received::parse("PUT", &call(), b"").unwrap_err(), Refusal::Method);
    }
}
