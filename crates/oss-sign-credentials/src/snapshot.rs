//! Credentials and signing key at one instant.

use core::fmt::{self, Write};
use std::sync::{Arc, OnceLock};

use arc_swap::{ArcSwap, Guard};
use oss_sign::v4::SigningKey;
use oss_sign::{
    Endpoint, Expires, OwnedEndpoint, PolicyForm, PostPolicy, PresignedUrl, Product, Region,
    Request, Resource, SignedHeaders, Timestamp, v1, v4,
};

use crate::credentials::Credentials;
use crate::signed::{Presigned, Signed, UploadForm, owned};
use crate::signer::{SignerError, Version};

/// What is signed for, and the signing key that was derived for it last.
pub(crate) struct Signing {
    pub(crate) region: Region,
    pub(crate) product: Product,
    pub(crate) endpoint: OwnedEndpoint<Box<str>>,
    pub(crate) version: Version,
    pub(crate) may_shorten: bool,
    latest: OnceLock<ArcSwap<Keyed>>,
}

/// Credentials with the signing key of a day.
struct Keyed {
    credentials: Arc<Credentials>,
    day: u64,
    key: SigningKey,
}

impl Signing {
    pub(crate) fn new(region: Region) -> Self {
        Self {
            endpoint: Endpoint::public(&region).into(),
            region,
            product: Product::default(),
            version: Version::V4,
            may_shorten: true,
            latest: OnceLock::new(),
        }
    }

    /// The same for another product, and with no key derived yet.
    pub(crate) fn with_product(self, product: Product) -> Self {
        Self { product, latest: OnceLock::new(), ..self }
    }

    pub(crate) fn snapshot(&self, credentials: &Arc<Credentials>, now: Timestamp) -> Snapshot<'_> {
        Snapshot { signing: self, keyed: self.keyed(credentials, now), now }
    }

    /// The signing key of these credentials and this day. Threads that come first after midnight, or
    /// after a rotation, may derive it several times; nobody waits for a lock.
    fn keyed(&self, credentials: &Arc<Credentials>, now: Timestamp) -> Guard<Arc<Keyed>> {
        let derive = || Keyed {
            credentials: Arc::clone(credentials),
            day: day(now),
            key: SigningKey::derive_for(&self.product, &credentials.borrow(), &self.region, now),
        };
        let latest = self.latest.get_or_init(|| ArcSwap::from_pointee(derive()));
        let keyed = latest.load();
        if Arc::ptr_eq(&keyed.credentials, credentials) && keyed.day == day(now) {
            return keyed;
        }
        let keyed = Arc::new(derive());
        latest.store(Arc::clone(&keyed));
        Guard::from_inner(keyed)
    }
}

/// The UTC day, counted from 1970-01-01.
fn day(instant: Timestamp) -> u64 {
    instant.unix_seconds() / 86_400
}

/// Credentials and signing key at one instant: for many signatures in a row, for results that
/// borrow, and for whatever else [`oss_sign`] does.
///
/// Taking one costs a few nanoseconds. It is for now; do not keep it.
///
/// ```
/// # use oss_sign_credentials::http::Offline;
/// # use oss_sign_credentials::{Blocking, Cached, Signer, StaticAccessKey};
/// # use oss_sign::{Bucket, Expires, ObjectKey, Region, Request};
/// # let provider = StaticAccessKey::new("LTAI5tExampleKeyId", "example-secret")?;
/// # let cached = Cached::new(Blocking::new(provider, Offline));
/// # let signer = Signer::new(cached, Region::new("cn-hangzhou")?);
/// let snapshot = signer.snapshot()?;
/// let bucket = Bucket::new("examplebucket")?;
/// for key in ["photos/1.jpg", "photos/2.jpg"] {
///     let request = Request::get(bucket, ObjectKey::new(key)?);
///     let url = snapshot.presign(&request, Expires::after_seconds(600))?;
///     println!("{url}");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Snapshot<'s> {
    signing: &'s Signing,
    keyed: Guard<Arc<Keyed>>,
    now: Timestamp,
}

impl Snapshot<'_> {
    /// Presigns a URL for the signer's endpoint, which works no longer than the credentials.
    ///
    /// # Errors
    ///
    /// The request cannot be signed, or the URL would be shortened and must not.
    pub fn presign<'a>(
        &'a self,
        request: &Request<'a>,
        expires: Expires,
    ) -> Result<PresignedUrl<'a>, SignerError> {
        let (endpoint, now, expires) = (self.endpoint(), self.now, self.shortened(expires)?);
        Ok(match self.signing.version {
            Version::V4 => self.v4().presign(request, &endpoint, now, expires)?,
            Version::V1 => self.v1().presign(request, &endpoint, now, expires)?,
        })
    }

    /// Signs a request by headers, to be sent within 15 minutes.
    ///
    /// # Errors
    ///
    /// The request cannot be signed.
    pub fn sign<'a>(&'a self, request: &Request<'a>) -> Result<SignedHeaders<'a>, SignerError> {
        Ok(match self.signing.version {
            Version::V4 => self.v4().sign(request, self.now)?,
            Version::V1 => self.v1().sign(request, self.now)?,
        })
    }

    /// Signs the policy of an upload form, which works no longer than the credentials.
    ///
    /// # Errors
    ///
    /// The policy cannot be signed, or the form would work for a shorter time and must not.
    pub fn sign_policy<'a>(
        &'a self,
        policy: &PostPolicy<'a>,
        expires: Expires,
    ) -> Result<PolicyForm<'a>, SignerError> {
        let (now, expires) = (self.now, self.shortened(expires)?);
        Ok(match self.signing.version {
            Version::V4 => self.v4().sign_policy(policy, now, expires)?,
            Version::V1 => self.v1().sign_policy(policy, now, expires)?,
        })
    }

    /// The V4 signer, for all that it can do with endpoints and times of your own. What it signs is
    /// not shortened.
    #[must_use]
    pub fn v4(&self) -> v4::Signer<'_> {
        v4::Signer::new(self.keyed.credentials.borrow(), &self.keyed.key)
    }

    /// The V1 signer, likewise.
    #[must_use]
    pub fn v1(&self) -> v1::Signer<'_> {
        v1::Signer::new(self.keyed.credentials.borrow())
    }

    /// The credentials.
    #[must_use]
    pub fn credentials(&self) -> &Arc<Credentials> {
        &self.keyed.credentials
    }

    /// The endpoint that is signed for.
    #[must_use]
    pub fn endpoint(&self) -> Endpoint<'_> {
        self.signing.endpoint.as_endpoint()
    }

    /// The time of signing.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn presigned(
        &self,
        request: &Request<'_>,
        expires: Expires,
    ) -> Result<Presigned, SignerError> {
        let url = self.presign(request, expires)?;
        let mut text = String::with_capacity(url.len());
        // Text can always be written to a `String`.
        let _ = write!(text, "{url}");
        Ok(Presigned {
            method: url.method(),
            url: text,
            headers: url.required_headers().map(owned).collect(),
            expires_at: url.expires_at(),
        })
    }

    pub(crate) fn signed(&self, request: &Request<'_>) -> Result<Signed, SignerError> {
        let signed = self.sign(request)?;
        Ok(Signed {
            url: signed.url(&self.endpoint()).to_string(),
            headers: signed.headers().map(owned).collect(),
            credentials: Arc::clone(self.credentials()),
        })
    }

    pub(crate) fn upload_form(
        &self,
        policy: &PostPolicy<'_>,
        expires: Expires,
    ) -> Result<UploadForm, SignerError> {
        let form = self.sign_policy(policy, expires)?;
        Ok(UploadForm {
            url: self.endpoint().url(Resource::Bucket(policy.bucket())).to_string(),
            fields: form.fields().map(owned).collect(),
            expires_at: form.expires_at().unwrap_or(self.now),
        })
    }

    /// The expiry, or that of the credentials if it is earlier.
    fn shortened(&self, expires: Expires) -> Result<Expires, SignerError> {
        let Some(latest) = self.keyed.credentials.expires_at() else { return Ok(expires) };
        let shortened = expires.no_later_than(latest, self.now);
        if shortened != expires && !self.signing.may_shorten {
            return Err(SignerError::OutlivesCredentials(latest));
        }
        Ok(shortened)
    }
}

impl fmt::Debug for Signing {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Signing")
            .field("region", &self.region)
            .field("product", &self.product)
            .field("version", &self.version)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Snapshot<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Snapshot")
            .field("signing", &self.signing)
            .field("credentials", &self.keyed.credentials)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
