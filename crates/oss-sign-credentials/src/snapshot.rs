//! Credentials and signing key at one instant.

use core::fmt;
use core::ops::RangeInclusive;
use std::sync::{Arc, OnceLock};

use arc_swap::{ArcSwap, Guard};
use oss_sign::v4::SigningKey;
use oss_sign::{
    Endpoint, Expires, OwnedEndpoint, PolicyForm, PostPolicy, PresignedUrl, Product, Region,
    Request, Resource, SignedHeaders, Timestamp, v1, v4,
};

use crate::cache::Current;
use crate::credentials::Credentials;
use crate::signed::{Presigned, Signed, UploadForm, owned};
use crate::signer::{SignerError, Version};

const SECONDS_OF_DAY: u64 = 86_400;

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
    current: Arc<Current>,
    /// The first and the last second of the UTC day.
    day: RangeInclusive<Timestamp>,
    key: SigningKey,
}

impl Keyed {
    fn is_of_day(&self, now: Timestamp) -> bool {
        self.day.contains(&now)
    }
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

    /// The instant `now`, if credentials and key that were used last are good for it: the way of
    /// nearly every call. No lock, and no reference count that threads would fight for.
    pub(crate) fn snapshot(&self, now: Timestamp) -> Option<Snapshot<'_>> {
        let keyed = self.latest.get()?.load();
        let is_good = keyed.current.is_fresh(now) && keyed.is_of_day(now);
        is_good.then_some(Snapshot { signing: self, keyed, now })
    }

    /// The instant `now` with other credentials, or another day. Threads that come first after
    /// midnight, or after a rotation, may derive the key several times; nobody waits for a lock.
    pub(crate) fn next_snapshot(&self, current: Arc<Current>, now: Timestamp) -> Snapshot<'_> {
        let latest = self.latest.get().map(ArcSwap::load);
        let keyed = match latest {
            Some(keyed) if Arc::ptr_eq(&keyed.current, &current) && keyed.is_of_day(now) => keyed,
            _ => self.keep(Arc::new(self.derive(current, now))),
        };
        Snapshot { signing: self, keyed, now }
    }

    fn derive(&self, current: Arc<Current>, now: Timestamp) -> Keyed {
        let credentials = current.credentials.borrow();
        let key = SigningKey::derive_for(&self.product, &credentials, &self.region, now);
        Keyed { current, day: day(now), key }
    }

    fn keep(&self, keyed: Arc<Keyed>) -> Guard<Arc<Keyed>> {
        let latest = self.latest.get_or_init(|| ArcSwap::new(Arc::clone(&keyed)));
        latest.store(Arc::clone(&keyed));
        Guard::from_inner(keyed)
    }
}

/// The UTC day of an instant.
fn day(instant: Timestamp) -> RangeInclusive<Timestamp> {
    let passed = instant.unix_seconds() % SECONDS_OF_DAY;
    let first = Timestamp::from_unix_seconds(instant.unix_seconds().saturating_sub(passed));
    let last = instant.checked_add_seconds(SECONDS_OF_DAY.saturating_sub(passed + 1));
    // No day of the calendar begins or ends outside it.
    first.unwrap_or(instant)..=last.unwrap_or(instant)
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
        v4::Signer::new(self.keyed.current.credentials.borrow(), &self.keyed.key)
    }

    /// The V1 signer, likewise.
    #[must_use]
    pub fn v1(&self) -> v1::Signer<'_> {
        v1::Signer::new(self.keyed.current.credentials.borrow())
    }

    /// The credentials.
    #[must_use]
    pub fn credentials(&self) -> &Arc<Credentials> {
        &self.keyed.current.credentials
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
        Ok(Presigned {
            method: url.method(),
            url: String::from(&url),
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
        let Some(latest) = self.keyed.current.credentials.expires_at() else { return Ok(expires) };
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
            .field("credentials", &self.keyed.current.credentials)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
