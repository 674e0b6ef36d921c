//! Signed headers: the signature in `Authorization`.

use crate::canonical::{Canonical, CanonicalRequest, StringToSign};
use crate::credentials::Redacted;
use crate::header::trimmed;
use crate::signature::Signature;
use crate::sink::{Emit, Sink, text_output};
use crate::time::{HttpDate, Timestamp};

/// The headers of a signed request.
///
/// ```
/// # use oss_sign::v4::{Signer, SigningKey};
/// # use oss_sign::{Bucket, Credentials, ObjectKey, Region, Request, Timestamp};
/// # let credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret")?;
/// # let now = Timestamp::from_unix_seconds(1_700_000_000)?;
/// # let key = SigningKey::derive(&credentials, &Region::new("cn-hangzhou")?, now);
/// # let signer = Signer::new(credentials, &key);
/// # let request = Request::get(Bucket::new("examplebucket")?, ObjectKey::new("cat.jpg")?);
/// let signed = signer.sign(&request, now)?;
/// for (name, value) in signed.headers() {
///     println!("{name}: {value}");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SignedHeaders<'a> {
    pub(crate) canonical: Canonical<'a>,
    /// The header that carries the time of signing.
    pub(crate) date: (&'static str, Date),
    pub(crate) content_sha256: Option<&'static str>,
    pub(crate) signature: Signature,
}

/// The time of signing in the form of its header.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Date {
    /// `20231114T221320Z`
    Basic(Timestamp),
    /// `Tue, 14 Nov 2023 22:13:20 GMT`
    Http(Timestamp),
}

impl Emit for Date {
    fn emit(&self, sink: &mut impl Sink) {
        match self {
            Self::Basic(instant) => sink.write(&instant.basic()),
            Self::Http(instant) => HttpDate(*instant).emit(sink),
        }
    }
}

impl SignedHeaders<'_> {
    /// All headers to send: those that the signature adds, `authorization` first, and then the
    /// caller's own, signed or not.
    pub fn headers(&self) -> impl Iterator<Item = (&str, HeaderValue<'_>)> {
        let (date, instant) = self.date;
        let token = self.canonical.security_token;
        let added = [
            Some(("authorization", Value::Authorization(self))),
            self.content_sha256.map(|hash| ("x-oss-content-sha256", Value::Text(hash))),
            Some((date, Value::Date(instant))),
            token.map(|token| ("x-oss-security-token", Value::Token(token))),
        ];
        let callers = self.canonical.request.all_headers().iter();
        let callers = callers.map(|&(name, value)| (name, Value::Text(trimmed(value))));
        added.into_iter().flatten().chain(callers).map(|(name, value)| (name, HeaderValue(value)))
    }

    /// The value of `Authorization`.
    #[must_use]
    pub fn authorization(&self) -> HeaderValue<'_> {
        HeaderValue(Value::Authorization(self))
    }

    /// The signature within `Authorization`.
    #[must_use]
    pub fn signature(&self) -> Signature {
        self.signature
    }

    /// The canonical request, for reading; `None` in V1, which has none.
    #[must_use]
    pub fn canonical_request(&self) -> Option<CanonicalRequest<'_>> {
        CanonicalRequest::of(&self.canonical)
    }

    /// The string to sign, for reading.
    #[must_use]
    pub fn string_to_sign(&self) -> StringToSign<'_> {
        StringToSign(&self.canonical)
    }
}

/// The value of a header that is to be sent.
#[derive(Clone, Copy, Debug)]
pub struct HeaderValue<'s>(Value<'s>);

#[derive(Clone, Copy, Debug)]
enum Value<'s> {
    Authorization(&'s SignedHeaders<'s>),
    Date(Date),
    Text(&'s str),
    Token(Redacted<'s>),
}

impl Emit for HeaderValue<'_> {
    fn emit(&self, sink: &mut impl Sink) {
        match self.0 {
            Value::Authorization(signed) => {
                signed.canonical.emit_authorization(&signed.signature, sink);
            }
            Value::Date(date) => date.emit(sink),
            Value::Text(text) | Value::Token(Redacted(text)) => sink.write(text.as_bytes()),
        }
    }
}

text_output!(HeaderValue<'_>);
