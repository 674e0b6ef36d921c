//! The V1 signature, HMAC-SHA1.
//!
//! OSS closed it to new accounts in March 2025 and to new buckets in September 2025; existing
//! buckets still take it. It leaves part of the query unsigned, and cannot tell a `?` in a key from
//! the start of the sub-resources: prefer [`v4`](crate::v4).
//!
//! <https://www.alibabacloud.com/help/en/oss/developer-reference/include-signatures-in-the-authorization-header>

mod canonical;
#[cfg(feature = "post-policy")]
mod policy;
mod rtmp;
mod rules;
mod sub_resource;

use core::fmt;

pub(crate) use canonical::emit_string_to_sign;
pub use rtmp::{LiveChannel, RtmpUrl};
pub(crate) use rules::{HEADERS, PARAMETERS, Rules, emit_authorization};
use rules::{Placement, parameter};

use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::error::SignError;
use crate::hash::{HmacKey, Sha1};
use crate::header::DateHeader;
use crate::presigned_url::{PresignedUrl, Signing};
use crate::request::{Expires, Request};
use crate::signable::{self, Signable};
use crate::signature::Signature;
use crate::signed_headers::SignedHeaders;
use crate::sink::Sink;
use crate::time::Timestamp;

/// Signs requests: credentials, and the HMAC state that was prepared from them.
///
/// Make it once and use it for any number of requests. It is wiped on drop.
///
/// ```
/// use oss_sign::v1::Signer;
/// use oss_sign::{Bucket, Credentials, Endpoint, Expires, ObjectKey, Region, Request, Timestamp};
///
/// let signer = Signer::new(Credentials::new("LTAI5tExampleKeyId", "example-secret")?);
/// let region = Region::new("cn-hangzhou")?;
/// let now = Timestamp::from_unix_seconds(1_700_000_000)?;
///
/// let request = Request::get(Bucket::new("examplebucket")?, ObjectKey::new("cat.jpg")?);
/// let url = signer.presign(&request, &Endpoint::public(&region), now, Expires::default())?;
/// assert!(url.to_string().contains("Expires=1700001800&OSSAccessKeyId=LTAI5tExampleKeyId&Signature="));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Signer<'a> {
    credentials: Credentials<'a>,
    key: HmacKey<Sha1>,
    date_header: DateHeader,
    sub_resources: &'a [&'a str],
}

impl<'a> Signer<'a> {
    /// A signer.
    #[must_use]
    pub fn new(credentials: Credentials<'a>) -> Self {
        let key = HmacKey::new(&[credentials.access_key_secret().as_bytes()]);
        Self { credentials, key, date_header: DateHeader::Date, sub_resources: &[] }
    }

    /// Sends the time of signing in another header than `Date`: the Node SDK uses `x-oss-date`.
    #[must_use]
    pub fn with_date_header(self, date_header: DateHeader) -> Self {
        Self { date_header, ..self }
    }

    /// Signs these query parameters too, for sub-resources that are newer than this library.
    ///
    /// All that the documentation and the official SDKs know are signed without being named, as is
    /// every `x-oss-*`.
    #[must_use]
    pub fn with_sub_resources(self, names: &'a [&'a str]) -> Self {
        Self { sub_resources: names, ..self }
    }

    /// Makes a presigned URL: whoever has it can send this request until it expires.
    ///
    /// Query parameters that are not sub-resources (`prefix`, or names of your own) are in the URL,
    /// but not signed: the holder can change them.
    ///
    /// # Errors
    ///
    /// A part of the request cannot be signed, or the expiry is not in the future: see
    /// [`SignError`].
    pub fn presign(
        &self,
        request: &Request<'a>,
        endpoint: &Endpoint<'a>,
        now: Timestamp,
        expires: Expires,
    ) -> Result<PresignedUrl<'a>, SignError> {
        let (_, expires_at) = expires.resolve(now)?;
        let (signable, signature) = self.signed(request, Placement::Query(expires_at))?;
        let signing = Signing::V1(signature);
        Ok(PresignedUrl { signable, endpoint: *endpoint, expires_at, signing })
    }

    /// Signs a request by headers, to be sent within 15 minutes of `now`.
    ///
    /// # Errors
    ///
    /// A part of the request cannot be signed: see [`SignError`].
    pub fn sign(
        &self,
        request: &Request<'a>,
        now: Timestamp,
    ) -> Result<SignedHeaders<'a>, SignError> {
        let placement = Placement::Header(self.date_header, now);
        let (signable, signature) = self.signed(request, placement)?;
        Ok(SignedHeaders { signable, signature })
    }

    fn signed(
        &self,
        request: &Request<'a>,
        placement: Placement,
    ) -> Result<(Signable<'a>, Signature), SignError> {
        let rules = Rules { placement, sub_resources: self.sub_resources };
        let rules = signable::Rules::V1(rules);
        let mut signable = Signable::unsorted(request, &self.credentials, rules);
        signable.sort()?;
        let signature = self.signature(|sink| signable.emit_string_to_sign(sink));
        Ok((signable, signature))
    }

    /// Signs the text that `emit` writes.
    pub(crate) fn signature(&self, emit: impl FnOnce(&mut Sink<'_>)) -> Signature {
        Signature::v1(self.key.sign(emit))
    }
}

impl fmt::Debug for Signer<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Signer")
            .field("credentials", &self.credentials)
            .field("date_header", &self.date_header)
            .field("sub_resources", &self.sub_resources)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;
    use crate::resource::{Bucket, ObjectKey};

    fn signer() -> Signer<'static> {
        Signer::new(Credentials::new("testak", "hushhush").unwrap())
    }

    fn get() -> Request<'static> {
        Request::get(Bucket::new("examplebucket").unwrap(), ObjectKey::new("a").unwrap())
    }

    fn string_to_sign(signer: &Signer<'_>, request: &Request<'_>) -> String {
        signer.sign(request, Timestamp::UNIX_EPOCH).unwrap().string_to_sign().to_string()
    }

    #[test]
    fn sub_resources_beyond_the_table_are_signed_if_they_are_named() {
        let request = get().query(&[("newest", ""), ("prefix", "p")]);
        for (names, resource) in
            [(&[][..], "/examplebucket/a"), (&["newest"], "/examplebucket/a?newest")]
        {
            let text = string_to_sign(&signer().with_sub_resources(names), &request);
            assert_eq!(text.lines().last(), Some(resource));
        }
    }

    #[test]
    fn the_values_of_a_header_that_occurs_twice_are_joined() {
        let request = get().headers(&[("content-type", "a/b"), ("Content-Type", "c/d")]);
        assert_eq!(string_to_sign(&signer(), &request).lines().nth(2), Some("a/b,c/d"));
    }

    #[test]
    fn debug_shows_the_access_key_id_and_no_secret() {
        let text = format!("{:?}", signer());
        assert!(text.contains("testak") && !text.contains("hushhush"), "{text}");
    }
}
