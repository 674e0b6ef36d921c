//! A server's signer: credentials that refresh themselves, a region, and the signing key of the day.

use core::fmt;

use oss_sign::{
    Endpoint, Expires, PolicyError, PostPolicy, Product, Region, Request, SignError, Timestamp,
};

use crate::async_cached::AsyncCached;
use crate::cached::Cached;
use crate::credentials::Credentials;
use crate::error::Error;
use crate::signed::{Presigned, Signed, UploadForm};
use crate::snapshot::{Signing, Snapshot};

/// Signs for one region with credentials that refresh themselves: make one, share it by reference
/// among all threads.
///
/// The signing key is derived once for each set of credentials and UTC day. Nothing that is presigned
/// outlives its credentials: its expiry is theirs if that is earlier, which `expires_at` tells.
///
/// ```
/// use oss_sign::{Bucket, Expires, ObjectKey, Region, Request};
/// use oss_sign_credentials::http::Offline;
/// use oss_sign_credentials::{Blocking, Cached, Signer, StaticAccessKey};
///
/// let provider = StaticAccessKey::new("LTAI5tExampleKeyId", "example-secret")?;
/// let cached = Cached::new(Blocking::new(provider, Offline));
/// let signer = Signer::new(cached, Region::new("cn-hangzhou")?);
///
/// let request = Request::get(Bucket::new("examplebucket")?, ObjectKey::new("cat.jpg")?);
/// let link = signer.presign(&request, Expires::after_seconds(600))?;
/// assert!(link.url.starts_with("https://examplebucket.oss-cn-hangzhou.aliyuncs.com/cat.jpg?"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Signers of several regions can share credentials: clones of a [`Cached`] do.
#[derive(Debug)]
pub struct Signer<C = Cached> {
    credentials: C,
    signing: Signing,
}

/// A [`Signer`] for tasks: the same methods, to be awaited. While the credentials are fresh, none of
/// them waits.
///
/// ```
/// use oss_sign::{Bucket, Expires, ObjectKey, Region, Request};
/// use oss_sign_credentials::http::Offline;
/// use oss_sign_credentials::{Async, AsyncCached, AsyncSigner, StaticAccessKey};
///
/// # pollster::block_on(async {
/// let provider = StaticAccessKey::new("LTAI5tExampleKeyId", "example-secret")?;
/// let cached = AsyncCached::new(Async::new(provider, Offline));
/// let signer = AsyncSigner::new(cached, Region::new("cn-hangzhou")?);
///
/// let request = Request::get(Bucket::new("examplebucket")?, ObjectKey::new("cat.jpg")?);
/// let link = signer.presign(&request, Expires::after_seconds(600)).await?;
/// assert!(link.url.starts_with("https://examplebucket.oss-cn-hangzhou.aliyuncs.com/cat.jpg?"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
pub type AsyncSigner = Signer<AsyncCached>;

/// The version of the signature.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "OSS has these two")]
pub enum Version {
    /// `OSS4-HMAC-SHA256`.
    #[default]
    V4,
    /// HMAC-SHA1, for existing buckets of existing accounts.
    V1,
}

impl<C> Signer<C> {
    /// A signer for the public endpoint of a region.
    #[must_use]
    pub fn new(credentials: C, region: Region) -> Self {
        Self { credentials, signing: Signing::new(region) }
    }

    /// Signs for another endpoint: an internal one, transfer acceleration, a custom domain.
    ///
    /// ```
    /// # use oss_sign_credentials::http::Offline;
    /// # use oss_sign_credentials::{Blocking, Cached, Signer, StaticAccessKey};
    /// # use oss_sign::{Addressing, Bucket, Endpoint, Expires, ObjectKey, Region, Request};
    /// # let provider = StaticAccessKey::new("LTAI5tExampleKeyId", "example-secret")?;
    /// # let cached = Cached::new(Blocking::new(provider, Offline));
    /// let domain = Endpoint::parse("https://static.example.com")?.with_addressing(Addressing::Cname);
    /// let signer = Signer::new(cached, Region::new("cn-hangzhou")?).with_endpoint(domain);
    /// # let request = Request::get(Bucket::new("examplebucket")?, ObjectKey::new("cat.jpg")?);
    /// # let link = signer.presign(&request, Expires::default())?;
    /// # assert!(link.url.starts_with("https://static.example.com/cat.jpg?"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_endpoint(mut self, endpoint: Endpoint<'_>) -> Self {
        self.signing.endpoint = endpoint.into();
        self
    }

    /// Signs for another product than `oss`.
    #[must_use]
    pub fn with_product(mut self, product: Product) -> Self {
        self.signing = self.signing.with_product(product);
        self
    }

    /// Signs in another version than V4.
    #[must_use]
    pub fn with_version(mut self, version: Version) -> Self {
        self.signing.version = version;
        self
    }

    /// Refuses what would outlive its credentials, instead of shortening it.
    #[must_use]
    pub fn without_shortening(mut self) -> Self {
        self.signing.may_shorten = false;
        self
    }
}

impl Signer {
    /// Presigns a URL: whoever has it can send this request, and no other, until it expires.
    ///
    /// # Errors
    ///
    /// There are no credentials, the request cannot be signed, or the URL would be shortened and
    /// must not.
    pub fn presign(
        &self,
        request: &Request<'_>,
        expires: Expires,
    ) -> Result<Presigned, SignerError> {
        self.snapshot()?.presigned(request, expires)
    }

    /// Signs a request by headers, to be sent within 15 minutes.
    ///
    /// # Errors
    ///
    /// There are no credentials, or the request cannot be signed.
    pub fn sign(&self, request: &Request<'_>) -> Result<Signed, SignerError> {
        self.snapshot()?.signed(request)
    }

    /// Makes an upload form: whoever has it can upload what the policy allows, until it expires.
    ///
    /// # Errors
    ///
    /// There are no credentials, the policy cannot be signed, or the form would work for a shorter
    /// time and must not.
    pub fn sign_policy(
        &self,
        policy: &PostPolicy<'_>,
        expires: Expires,
    ) -> Result<UploadForm, SignerError> {
        self.snapshot()?.upload_form(policy, expires)
    }

    /// Credentials and signing key of this instant: for many signatures in a row, and for whatever
    /// else [`oss_sign`] can sign.
    ///
    /// # Errors
    ///
    /// There are no credentials.
    pub fn snapshot(&self) -> Result<Snapshot<'_>, Error> {
        let cache = self.credentials.cache();
        match self.signing.snapshot(cache.now()) {
            Some(snapshot) => Ok(snapshot),
            None => Ok(self.signing.next_snapshot(self.credentials.current()?, cache.now())),
        }
    }

    /// Drops the credentials of a [`Signed`] request, or of a [`Snapshot`], if they are still the
    /// current ones and OSS refused them with this code: `InvalidAccessKeyId` or
    /// `SecurityTokenExpired`.
    ///
    /// Tells whether the request is worth another try, signed anew: see [`Cached::invalidate`].
    pub fn invalidate_after(&self, code: &str, credentials: &Credentials) -> bool {
        is_about_credentials(code) && self.credentials.invalidate(credentials)
    }
}

impl AsyncSigner {
    /// Presigns a URL: see [`Signer::presign`](Signer::<Cached>::presign).
    ///
    /// # Errors
    ///
    /// There are no credentials, the request cannot be signed, or the URL would be shortened and
    /// must not.
    pub async fn presign(
        &self,
        request: &Request<'_>,
        expires: Expires,
    ) -> Result<Presigned, SignerError> {
        self.snapshot().await?.presigned(request, expires)
    }

    /// Signs a request by headers: see [`Signer::sign`](Signer::<Cached>::sign).
    ///
    /// # Errors
    ///
    /// There are no credentials, or the request cannot be signed.
    pub async fn sign(&self, request: &Request<'_>) -> Result<Signed, SignerError> {
        self.snapshot().await?.signed(request)
    }

    /// Makes an upload form: see [`Signer::sign_policy`](Signer::<Cached>::sign_policy).
    ///
    /// # Errors
    ///
    /// There are no credentials, the policy cannot be signed, or the form would work for a shorter
    /// time and must not.
    pub async fn sign_policy(
        &self,
        policy: &PostPolicy<'_>,
        expires: Expires,
    ) -> Result<UploadForm, SignerError> {
        self.snapshot().await?.upload_form(policy, expires)
    }

    /// Credentials and signing key of this instant: see
    /// [`Signer::snapshot`](Signer::<Cached>::snapshot).
    ///
    /// # Errors
    ///
    /// There are no credentials.
    pub async fn snapshot(&self) -> Result<Snapshot<'_>, Error> {
        let cache = self.credentials.cache();
        match self.signing.snapshot(cache.now()) {
            Some(snapshot) => Ok(snapshot),
            None => Ok(self.signing.next_snapshot(self.credentials.current().await?, cache.now())),
        }
    }

    /// Drops credentials that OSS refused: see
    /// [`Signer::invalidate_after`](Signer::<Cached>::invalidate_after).
    pub fn invalidate_after(&self, code: &str, credentials: &Credentials) -> bool {
        is_about_credentials(code) && self.credentials.invalidate(credentials)
    }
}

fn is_about_credentials(code: &str) -> bool {
    matches!(code, "InvalidAccessKeyId" | "SecurityTokenExpired")
}

/// Why a [`Signer`] did not sign.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SignerError {
    /// There are no credentials.
    Credentials(Error),
    /// The request cannot be signed.
    Sign(SignError),
    /// The policy cannot be signed.
    Policy(PolicyError),
    /// The credentials expire at this instant, before the URL or the form.
    OutlivesCredentials(Timestamp),
}

impl fmt::Display for SignerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Credentials(error) => error.fmt(formatter),
            Self::Sign(error) => error.fmt(formatter),
            Self::Policy(error) => error.fmt(formatter),
            Self::OutlivesCredentials(expiry) => write!(
                formatter,
                "the credentials expire at {expiry}, earlier than what they were to sign; \
                 ask for a shorter time, or let it be shortened"
            ),
        }
    }
}

impl core::error::Error for SignerError {}

impl From<Error> for SignerError {
    fn from(error: Error) -> Self {
        Self::Credentials(error)
    }
}

impl From<SignError> for SignerError {
    fn from(error: SignError) -> Self {
        Self::Sign(error)
    }
}

impl From<PolicyError> for SignerError {
    fn from(error: PolicyError) -> Self {
        Self::Policy(error)
    }
}
