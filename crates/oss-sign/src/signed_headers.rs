//! Signed headers: the signature in `Authorization`.

use crate::credentials::Redacted;
use crate::endpoint::Endpoint;
use crate::header::trimmed;
use crate::signable::{CanonicalRequest, RequestUrl, Signable, StringToSign};
use crate::signature::Signature;
use crate::sink::{Emit, Sink, text_output};

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
    pub(crate) signable: Signable<'a>,
    pub(crate) signature: Signature,
}

impl SignedHeaders<'_> {
    /// All headers to send: those that the signature adds, `authorization` first, and then the
    /// caller's own, signed or not.
    pub fn headers(&self) -> impl Iterator<Item = (&str, HeaderValue<'_>)> {
        let signable = &self.signable;
        let token = signable.security_token;
        let added = [
            Some(("authorization", Value::Authorization(self))),
            signable.content_sha256().map(|hash| ("x-oss-content-sha256", Value::Text(hash))),
            Some((signable.date_header(), Value::Date(signable))),
            token.map(|token| ("x-oss-security-token", Value::Token(token))),
        ];
        let callers = signable.request.all_headers().iter();
        let callers = callers.map(|&(name, value)| (name, Value::Text(trimmed(value))));
        added.into_iter().flatten().chain(callers).map(|(name, value)| (name, HeaderValue(value)))
    }

    /// Where to send the request: with the query in the order in which it was signed.
    #[must_use]
    pub fn url<'s>(&'s self, endpoint: &Endpoint<'s>) -> RequestUrl<'s> {
        RequestUrl { signable: &self.signable, endpoint: *endpoint, signature: self.signature }
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
        CanonicalRequest::of(&self.signable)
    }

    /// The string to sign, for reading.
    #[must_use]
    pub fn string_to_sign(&self) -> StringToSign<'_> {
        StringToSign(&self.signable)
    }
}

/// The value of a header that is to be sent.
#[derive(Clone, Copy, Debug)]
pub struct HeaderValue<'s>(Value<'s>);

#[derive(Clone, Copy, Debug)]
enum Value<'s> {
    Authorization(&'s SignedHeaders<'s>),
    Date(&'s Signable<'s>),
    Text(&'s str),
    Token(Redacted<'s>),
}

impl Emit for HeaderValue<'_> {
    fn emit(&self, sink: &mut Sink<'_>) {
        match self.0 {
            Value::Authorization(signed) => {
                signed.signable.emit_authorization(&signed.signature, sink);
            }
            Value::Date(signable) => signable.emit_date(sink),
            Value::Text(text) | Value::Token(Redacted(text)) => sink.write(text.as_bytes()),
        }
    }
}

text_output!(HeaderValue<'_>);
