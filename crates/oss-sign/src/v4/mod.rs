//! The V4 signature, `OSS4-HMAC-SHA256`.
//!
//! <https://www.alibabacloud.com/help/en/oss/developer-reference/recommend-to-use-signature-version-4>

mod batch;
mod canonical;
mod key;
#[cfg(feature = "post-policy")]
mod policy;
mod rules;
mod scope;
mod texts;

pub use batch::Batch;
pub(crate) use batch::Prepared;
pub(crate) use canonical::{
    canonical_hash, emit_after_query, emit_before_hash, emit_canonical_request, emit_string_to_sign,
};
pub use key::{KeyCache, SigningKey};
use rules::Placement;
pub(crate) use rules::{HEADERS, PARAMETERS, Rules};
pub use scope::CredentialScope;
#[cfg(feature = "verify")]
pub(crate) use scope::TERMINATOR;

use crate::credentials::Credentials;
use crate::endpoint::Endpoint;
use crate::error::SignError;
use crate::header::DateHeader;
use crate::presigned_url::{PresignedUrl, Signing};
use crate::request::{Expires, Request};
use crate::signable::{self, Signable};
use crate::signed_headers::SignedHeaders;
use crate::time::{DateText, Timestamp};

/// The name of the signature version, as it is sent.
pub(crate) const ALGORITHM: &str = "OSS4-HMAC-SHA256";

/// OSS takes no other value: the body is never signed (EC 0002-00000214).
pub(crate) const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// The longest validity of a presigned URL that OSS allows: 7 days.
pub(crate) const MAX_EXPIRES: u64 = 604_800;

/// The validity, if OSS allows it.
fn within_max_expires(seconds: u64) -> Result<u32, SignError> {
    match u32::try_from(seconds) {
        Ok(seconds) if u64::from(seconds) <= MAX_EXPIRES => Ok(seconds),
        _ => Err(SignError::ExpiresTooFar),
    }
}

/// Signs requests: credentials and a signing key that was derived from them.
///
/// ```
/// use oss_sign::v4::{Signer, SigningKey};
/// use oss_sign::{Bucket, Credentials, Endpoint, Expires, ObjectKey, Region, Request, Timestamp};
///
/// let credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret")?;
/// let region = Region::new("cn-hangzhou")?;
/// let now = Timestamp::from_unix_seconds(1_700_000_000)?;
/// let key = SigningKey::derive(&credentials, &region, now);
/// let signer = Signer::new(credentials, &key);
///
/// let request = Request::get(Bucket::new("examplebucket")?, ObjectKey::new("cat.jpg")?)
///     .process("image/resize,w_200");
/// let url = signer.presign(&request, &Endpoint::public(&region), now, Expires::after_seconds(3600))?;
/// assert!(url.to_string().starts_with("https://examplebucket.oss-cn-hangzhou.aliyuncs.com/cat.jpg?"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Signer<'a> {
    credentials: Credentials<'a>,
    key: &'a SigningKey,
    date_header: DateHeader,
}

impl<'a> Signer<'a> {
    /// A signer with a key that was derived from `credentials`.
    #[must_use]
    pub fn new(credentials: Credentials<'a>, key: &'a SigningKey) -> Self {
        Self { credentials, key, date_header: DateHeader::XOssDate }
    }

    /// Sends the time of signing in another header than `x-oss-date`.
    ///
    /// OSS takes `Date` as well, in the form of HTTP; the Go SDK v1 does so.
    #[must_use]
    pub fn with_date_header(self, date_header: DateHeader) -> Self {
        Self { date_header, ..self }
    }

    /// Makes a presigned URL: whoever has it can send this request, and no other, until it expires.
    ///
    /// # Errors
    ///
    /// A part of the request cannot be signed, the expiry is not within 1 to 604,800 seconds, or
    /// the signing key is of another day or AccessKey: see [`SignError`].
    pub fn presign(
        &self,
        request: &Request<'a>,
        endpoint: &Endpoint<'a>,
        now: Timestamp,
        expires: Expires,
    ) -> Result<PresignedUrl<'a>, SignError> {
        let (seconds, expires_at) = expires.resolve(now)?;
        let seconds = within_max_expires(seconds)?;
        self.check_key(now)?;
        let placement = Placement::Query { expires: seconds };
        let mut url = PresignedUrl {
            signable: self.unsorted(request, DateText::basic(now), placement),
            endpoint: *endpoint,
            expires_at,
            signing: Signing::V4(self.key, None),
        };
        url.signable.sort()?;
        Ok(url)
    }

    /// Prepares presigned URLs for many resources.
    ///
    /// # Errors
    ///
    /// Those of [`presign`](Self::presign). None of them depends on the resource, so each URL of the
    /// batch can be made.
    pub fn batch(
        &self,
        request: &Request<'a>,
        endpoint: &Endpoint<'a>,
        now: Timestamp,
        expires: Expires,
    ) -> Result<Batch<'a>, SignError> {
        self.presign(request, endpoint, now, expires).map(|url| Batch::new(url, self.key))
    }

    /// Signs a request by headers, to be sent within 15 minutes of `now`.
    ///
    /// # Errors
    ///
    /// A part of the request cannot be signed, or the signing key is of another day or AccessKey:
    /// see [`SignError`].
    pub fn sign(
        &self,
        request: &Request<'a>,
        now: Timestamp,
    ) -> Result<SignedHeaders<'a>, SignError> {
        self.check_key(now)?;
        let date = match self.date_header {
            DateHeader::Date => DateText::http(now),
            DateHeader::XOssDate => DateText::basic(now),
        };
        let mut signable = self.unsorted(request, date, Placement::Header(self.date_header));
        signable.sort()?;
        let signature = self.key.sign_request(&signable);
        Ok(SignedHeaders { signable, signature })
    }

    fn unsorted(
        &self,
        request: &Request<'a>,
        date: DateText,
        placement: Placement,
    ) -> Signable<'a> {
        let rules = Rules { key: self.key, date, placement };
        Signable::unsorted(request, &self.credentials, signable::Rules::V4(rules))
    }

    fn check_key(&self, signed_at: Timestamp) -> Result<(), SignError> {
        if !self.key.is_of(&self.credentials) {
            return Err(SignError::SigningKeyOfAnotherAccessKey);
        }
        if !self.key.is_of_day(signed_at) {
            return Err(SignError::SigningKeyOfAnotherDay);
        }
        Ok(())
    }
}
