//! Verification: was a request that arrived signed by whom it claims?
//!
//! For gateways, test servers, and devices that are asked. The canonical form is written by the very
//! code that signs; the time and the bucket are inputs; nothing is allocated. Uploads by HTML form
//! carry their signature in the form: see [`ReceivedForm`].
//!
//! ```
//! use oss_sign::verify::{Received, Slot, Tolerance};
//! use oss_sign::{Bucket, Credentials, Timestamp};
//! # use oss_sign::v4::{Signer, SigningKey};
//! # use oss_sign::{Endpoint, Expires, ObjectKey, Region, Request};
//!
//! let credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret")?;
//! let now = Timestamp::from_unix_seconds(1_700_000_000)?;
//! # let region = Region::new("cn-hangzhou")?;
//! # let key = SigningKey::derive(&credentials, &region, now);
//! # let request = Request::get(Bucket::new("examplebucket")?, ObjectKey::new("cat.jpg")?);
//! # let url = Signer::new(credentials, &key)
//! #     .presign(&request, &Endpoint::public(&region), now, Expires::default())?;
//! # let path_and_query = url.path_and_query().to_string();
//!
//! // As it arrived at the host of `examplebucket`.
//! let received = Received::new("GET", &path_and_query, &[("host", b"example")]);
//! let (mut parameters, mut headers) = ([Slot::default(); 32], [Slot::default(); 16]);
//! let parsed = received.parse(&mut parameters, &mut headers)?;
//!
//! // Whose secret is to be looked up?
//! assert_eq!(parsed.access_key_id(), "LTAI5tExampleKeyId");
//! let bucket = Some(Bucket::new("examplebucket")?);
//! parsed.verify(bucket, &credentials, now, Tolerance::default())?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod check;
mod field;
mod form;
mod parse;
mod received;
mod refusal;
mod wire;

use core::convert::Infallible;
use core::fmt;

use check::{
    check_access_key_id, check_expiry, check_key, check_security_token, check_signature,
    check_skew, check_start,
};
pub use form::{ParsedForm, ReceivedForm};
use parse::AccessKeyId;
pub use received::{Received, SignatureForm, Slot, Tolerance};
pub use refusal::{Part, Refusal};
use wire::Wire;

use crate::canonical::{Form, Header, Parameter, Subject};
use crate::credentials::Credentials;
use crate::resource::Bucket;
use crate::signature::Signature;
use crate::sink::{Emit, Sink};
use crate::time::Timestamp;
#[cfg(feature = "v1")]
use crate::v1;
use crate::v4::{self, CredentialScope, SigningKey};
use crate::words::position;

/// A received request whose signature was read, but not yet verified.
#[derive(Clone, Debug)]
pub struct Parsed<'s, 'a> {
    received: Received<'a>,
    /// Sorted, without the signature.
    parameters: &'s [Slot<'a>],
    /// Sorted, those that are signed.
    headers: &'s [Slot<'a>],
    /// Whether there are any among them that OSS does not sign by itself.
    has_additional_headers: bool,
    access_key_id: AccessKeyId,
    security_token: Option<Wire<'a>>,
    signature: Wire<'a>,
    signed: Signed<'a>,
}

/// What the forms of the signature have each in its own way.
#[derive(Clone, Debug)]
enum Signed<'a> {
    V4Header {
        scope: CredentialScope,
        signed_at: Timestamp,
        date: &'a [u8],
    },
    V4Url {
        scope: CredentialScope,
        signed_at: Timestamp,
        /// In seconds since 1970.
        expires_at: u64,
    },
    #[cfg(feature = "v1")]
    V1Header {
        signed_at: Timestamp,
        date: &'a [u8],
    },
    #[cfg(feature = "v1")]
    V1Url {
        expires_at: u64,
        expires: Wire<'a>,
    },
}

impl<'a> Parsed<'_, 'a> {
    /// Version and place of the signature.
    #[must_use]
    pub fn form(&self) -> SignatureForm {
        match self.signed {
            Signed::V4Header { .. } => SignatureForm::V4Header,
            Signed::V4Url { .. } => SignatureForm::V4Url,
            #[cfg(feature = "v1")]
            Signed::V1Header { .. } => SignatureForm::V1Header,
            #[cfg(feature = "v1")]
            Signed::V1Url { .. } => SignatureForm::V1Url,
        }
    }

    /// Whose signature it claims to be.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The day, region and product that it claims to be signed for; `None` in V1.
    #[must_use]
    pub fn scope(&self) -> Option<&CredentialScope> {
        match &self.signed {
            Signed::V4Header { scope, .. } | Signed::V4Url { scope, .. } => Some(scope),
            #[cfg(feature = "v1")]
            Signed::V1Header { .. } | Signed::V1Url { .. } => None,
        }
    }

    /// When it claims to have been signed; `None` for a URL of V1, which does not say.
    #[must_use]
    pub fn signed_at(&self) -> Option<Timestamp> {
        match self.signed {
            Signed::V4Header { signed_at, .. } | Signed::V4Url { signed_at, .. } => Some(signed_at),
            #[cfg(feature = "v1")]
            Signed::V1Header { signed_at, .. } => Some(signed_at),
            #[cfg(feature = "v1")]
            Signed::V1Url { .. } => None,
        }
    }

    /// When a presigned URL stops working; `None` for a signature in the header.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        match self.signed {
            Signed::V4Url { expires_at, .. } => Some(Timestamp::up_to_latest(expires_at)),
            Signed::V4Header { .. } => None,
            #[cfg(feature = "v1")]
            Signed::V1Url { expires_at, .. } => Some(Timestamp::up_to_latest(expires_at)),
            #[cfg(feature = "v1")]
            Signed::V1Header { .. } => None,
        }
    }

    /// Whether it comes with a security token, as requests of temporary AccessKeys do.
    #[must_use]
    pub fn has_security_token(&self) -> bool {
        self.security_token.is_some()
    }

    /// The signature as it arrived, decoded: OSS shows it so in the `SignatureProvided` of an error.
    #[must_use]
    pub fn signature_provided(&self) -> impl fmt::Display + use<'a> {
        self.signature
    }

    /// Verifies the request with an AccessKey.
    ///
    /// `bucket` is the one that the host of the request stands for, virtual-hosted or by CNAME;
    /// `None` where the path begins with the bucket (path style), or for the service.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] says why OSS would not accept the request: first its time, then its
    /// AccessKey ID, its security token, and last its signature.
    pub fn verify(
        &self,
        bucket: Option<Bucket<'_>>,
        credentials: &Credentials<'_>,
        now: Timestamp,
        tolerance: Tolerance,
    ) -> Result<(), Refusal> {
        self.check_time(now, tolerance)?;
        check_access_key_id(self.access_key_id(), credentials.access_key_id())?;
        check_security_token(self.security_token, credentials.security_token())?;
        check_signature(self.signature, &self.signature_of(bucket, credentials)?)
    }

    /// Verifies a request of V4 with a signing key that is at hand, and saves its derivation. The
    /// security token is not looked at: a signing key does not know it.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify); and the key is of another AccessKey or credential scope, or the
    /// request is signed with V1.
    pub fn verify_with_key(
        &self,
        bucket: Option<Bucket<'_>>,
        key: &SigningKey,
        now: Timestamp,
        tolerance: Tolerance,
    ) -> Result<(), Refusal> {
        self.check_time(now, tolerance)?;
        let scope = self.scope().ok_or(Refusal::V1NotAllowed)?;
        check_key(self.access_key_id(), scope, key)?;
        let string_to_sign = StringToSign(self.at(bucket));
        check_signature(self.signature, &key.sign(|sink| string_to_sign.emit(sink)))
    }

    /// The canonical request as it is seen here, for reading; `None` in V1, which has none.
    #[must_use]
    pub fn canonical_request<'p>(
        &'p self,
        bucket: Option<Bucket<'p>>,
    ) -> Option<CanonicalRequest<'p>> {
        self.scope().map(|_| CanonicalRequest(self.at(bucket)))
    }

    /// The string to sign as it is seen here, for reading.
    #[must_use]
    pub fn string_to_sign<'p>(&'p self, bucket: Option<Bucket<'p>>) -> StringToSign<'p> {
        StringToSign(self.at(bucket))
    }

    fn at<'p>(&'p self, bucket: Option<Bucket<'p>>) -> Located<'p> {
        Located { parsed: self, bucket }
    }

    fn check_time(&self, now: Timestamp, tolerance: Tolerance) -> Result<(), Refusal> {
        match self.signed {
            Signed::V4Url { signed_at, expires_at, .. } => {
                check_start(signed_at, now, tolerance)?;
                check_expiry(expires_at, now)
            }
            Signed::V4Header { signed_at, .. } => check_skew(signed_at, now, tolerance),
            #[cfg(feature = "v1")]
            Signed::V1Header { signed_at, .. } => check_skew(signed_at, now, tolerance),
            // It does not say when it was signed.
            #[cfg(feature = "v1")]
            Signed::V1Url { expires_at, .. } => check_expiry(expires_at, now),
        }
    }

    fn signature_of(
        &self,
        bucket: Option<Bucket<'_>>,
        credentials: &Credentials<'_>,
    ) -> Result<Signature, Refusal> {
        let string_to_sign = StringToSign(self.at(bucket));
        match self.scope() {
            Some(scope) => {
                let key = SigningKey::derive_for_scope(scope.clone(), credentials);
                Ok(key.sign(|sink| string_to_sign.emit(sink)))
            }
            #[cfg(feature = "v1")]
            None => Ok(v1::Signer::new(*credentials).signature(|sink| string_to_sign.emit(sink))),
            #[cfg(not(feature = "v1"))]
            None => Err(Refusal::V1NotAllowed),
        }
    }
}

/// A parsed request at the bucket that its host stands for.
#[derive(Clone, Copy, Debug)]
struct Located<'p> {
    parsed: &'p Parsed<'p, 'p>,
    bucket: Option<Bucket<'p>>,
}

impl<'p> Subject for Located<'p> {
    type Text = Wire<'p>;
    /// Everything came over the wire.
    type Own = Infallible;

    fn method(&self) -> &str {
        self.parsed.received.method()
    }

    fn emit_resource(&self, form: Form, sink: &mut Sink<'_>) {
        if let Some(bucket) = self.bucket {
            sink.write(b"/");
            sink.write(bucket.as_str().as_bytes());
        }
        let path = self.parsed.received.path();
        // So that what is not a path cannot prolong the name of the bucket.
        if !path.starts_with('/') {
            sink.write(b"/");
        }
        match form {
            Form::Encoded => Wire::path(path.as_bytes()).emit_path(sink),
            #[cfg(feature = "v1")]
            Form::Raw => Wire::path(path.as_bytes()).emit_raw(sink),
        }
        // A bucket alone is signed with a slash after it, however it was asked for.
        let is_bare_bucket = self.bucket.is_none() && is_bare(path);
        if is_bare_bucket {
            sink.write(b"/");
        }
    }

    fn parameters(&self) -> impl Iterator<Item = Parameter<Infallible, Wire<'p>>> {
        self.parsed.parameters.iter().map(|slot| Parameter::Given(slot.name(), slot.value()))
    }

    fn emit_own_parameter(&self, own: Infallible, _: Form, _: &mut Sink<'_>) {
        match own {}
    }

    fn headers(&self) -> impl Iterator<Item = Header<'_, Infallible>> {
        self.parsed.headers.iter().map(Slot::header)
    }

    fn may_have_additional_headers(&self) -> bool {
        self.parsed.has_additional_headers
    }

    fn emit_own_header(&self, own: Infallible, _: &mut Sink<'_>) {
        match own {}
    }
}

/// Whether a path is a slash and one name.
fn is_bare(path: &str) -> bool {
    matches!(path.as_bytes(), [b'/', name @ ..] if !name.is_empty() && position(name, 0, b'/').is_none())
}

/// The canonical request of a request that was received.
///
/// It shows what is not UTF-8 as U+FFFD.
#[derive(Clone, Copy, Debug)]
pub struct CanonicalRequest<'p>(Located<'p>);

impl Emit for CanonicalRequest<'_> {
    fn emit(&self, sink: &mut Sink<'_>) {
        v4::emit_canonical_request(&self.0, sink);
    }
}

impl fmt::Display for CanonicalRequest<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::sink::show(self, formatter)
    }
}

/// The string to sign of a request that was received.
///
/// It shows what is not UTF-8 as U+FFFD.
#[derive(Clone, Copy, Debug)]
pub struct StringToSign<'p>(Located<'p>);

impl Emit for StringToSign<'_> {
    fn emit(&self, sink: &mut Sink<'_>) {
        match &self.0.parsed.signed {
            Signed::V4Header { scope, date, .. } => {
                let hash = v4::canonical_hash(&self.0);
                v4::emit_string_to_sign(date, scope, &hash, sink);
            }
            Signed::V4Url { scope, signed_at, .. } => {
                let hash = v4::canonical_hash(&self.0);
                v4::emit_string_to_sign(signed_at.basic(), scope, &hash, sink);
            }
            #[cfg(feature = "v1")]
            Signed::V1Header { date, .. } => {
                v1::emit_string_to_sign(&self.0, &Verbatim(date), &[], sink);
            }
            #[cfg(feature = "v1")]
            Signed::V1Url { expires, .. } => v1::emit_string_to_sign(&self.0, expires, &[], sink),
        }
    }
}

impl fmt::Display for StringToSign<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        crate::sink::show(self, formatter)
    }
}

/// A text that is signed as it came.
#[cfg(feature = "v1")]
struct Verbatim<'t>(&'t [u8]);

#[cfg(feature = "v1")]
impl Emit for Verbatim<'_> {
    fn emit(&self, sink: &mut Sink<'_>) {
        sink.write(self.0);
    }
}

impl Emit for Wire<'_> {
    fn emit(&self, sink: &mut Sink<'_>) {
        self.emit_raw(sink);
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    const URL: &str = "x-oss-credential=testak%2F20231114%2Fcn-hangzhou%2Foss%2Faliyun_v4_request\
                       &x-oss-date=20231114T221320Z&x-oss-expires=3600&x-oss-signature=5a\
                       &x-oss-signature-version=OSS4-HMAC-SHA256";
    const HEADERS: &[(&str, &[u8])] = &[
        (
            "authorization",
            b"OSS4-HMAC-SHA256 Credential=testak/20231114/cn-hangzhou/oss/aliyun_v4_request,Signature=5a",
        ),
        ("x-oss-date", b"20231114T221320Z"),
    ];
    #[cfg(feature = "v1")]
    const V1_URL: &str = "OSSAccessKeyId=testak&Expires=1700003600&Signature=5a";
    #[cfg(feature = "v1")]
    const V1_HEADERS: &[(&str, &[u8])] =
        &[("authorization", b"OSS testak:5a"), ("date", b"Tue, 14 Nov 2023 22:13:20 GMT")];

    /// What `read` finds in a request that was signed, by whomever.
    fn parsed<T>(
        target: &str,
        headers: &[(&str, &[u8])],
        read: impl FnOnce(&Parsed<'_, '_>) -> T,
    ) -> T {
        let (mut parameters, mut slots) = ([Slot::default(); 8], [Slot::default(); 8]);
        read(&Received::new("GET", target, headers).parse(&mut parameters, &mut slots).unwrap())
    }

    fn bucket() -> Option<Bucket<'static>> {
        Some(Bucket::new("examplebucket").unwrap())
    }

    fn at(seconds: u64) -> Option<Timestamp> {
        Some(Timestamp::from_unix_seconds(seconds).unwrap())
    }

    #[test]
    fn a_request_says_when_it_was_signed_and_when_it_expires() {
        let times = |query: &str, headers| {
            parsed(&format!("/a?{query}"), headers, |parsed| {
                (parsed.signed_at(), parsed.expires_at())
            })
        };
        let (signed_at, expires_at) = (at(1_700_000_000), at(1_700_003_600));
        assert_eq!(times(URL, &[]), (signed_at, expires_at));
        assert_eq!(times("", HEADERS), (signed_at, None));
        #[cfg(feature = "v1")]
        assert_eq!(times(V1_URL, &[]), (None, expires_at));
        #[cfg(feature = "v1")]
        assert_eq!(times("", V1_HEADERS), (signed_at, None));
    }

    #[test]
    fn a_request_has_a_security_token_or_has_none() {
        for (token, expected) in [("", false), ("&x-oss-security-token=CAISexample", true)] {
            parsed(&format!("/a?{URL}{token}"), &[], |parsed| {
                assert_eq!(parsed.has_security_token(), expected, "{token}");
            });
        }
    }

    #[test]
    fn the_canonical_request_can_be_read() {
        let text = parsed("/a%2fb?acl", HEADERS, |parsed| {
            parsed.canonical_request(bucket()).unwrap().to_string()
        });
        assert_eq!(
            text,
            "GET\n/examplebucket/a/b\nacl\nx-oss-date:20231114T221320Z\n\n\nUNSIGNED-PAYLOAD"
        );
    }

    #[cfg(feature = "v1")]
    #[test]
    fn v1_has_a_string_to_sign_and_no_canonical_request() {
        parsed("/a%2fb?acl", V1_HEADERS, |parsed| {
            assert!(parsed.canonical_request(bucket()).is_none());
            assert_eq!(
                parsed.string_to_sign(bucket()).to_string(),
                "GET\n\n\nTue, 14 Nov 2023 22:13:20 GMT\n/examplebucket/a/b?acl"
            );
        });
    }

    #[test]
    fn a_bucket_alone_is_signed_with_a_slash() {
        for (bucket, path, expected) in [
            (None, "/examplebucket", "/examplebucket/"),
            (None, "/examplebucket/", "/examplebucket/"),
            (None, "/examplebucket/a", "/examplebucket/a"),
            (None, "/", "/"),
            (bucket(), "/", "/examplebucket/"),
            (bucket(), "/a", "/examplebucket/a"),
        ] {
            let text = parsed(path, HEADERS, |parsed| {
                parsed.canonical_request(bucket).unwrap().to_string()
            });
            assert_eq!(text.lines().nth(1), Some(expected), "{bucket:?} {path}");
        }
    }
}
