//! Credentials that are fetched once and refreshed in time: for threads.

use core::fmt;
use std::sync::Arc;

use oss_sign::Timestamp;

use crate::cache::{Cache, Current, Leader, Turn};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::provide::ProvideCredentials;
use crate::surroundings::{Surroundings, System};

/// Keeps the credentials of a provider, and fetches the next ones in time.
///
/// Share it, rather than make one for each thread: clones share what they keep.
///
/// | the credentials | what a call does |
/// |---|---|
/// | are fresh | gives them: no lock, no request |
/// | expire within 15 minutes, or a quarter of their life | one caller fetches new ones, all others get these meanwhile |
/// | expire within 3 minutes, or a tenth of their life | one caller fetches, all others wait for it |
/// | expired, or there are none | likewise; when it fails, all get its error |
///
/// As long as the credentials are good, a fetch that fails bothers nobody: the next try is a random
/// time of up to 2, 4, 8 … 60 seconds later, 10 when it presses. Until then an error is given again
/// without another request. A fetch that panics is as if it had not been: the next caller fetches.
///
/// A provider of [`Lifetime::Unknown`](crate::Lifetime::Unknown), such as the environment, is asked
/// again after a second.
///
/// ```
/// use oss_sign_credentials::http::Offline;
/// use oss_sign_credentials::{Blocking, Cached, ProvideCredentials, StaticAccessKey};
///
/// let provider = StaticAccessKey::new("LTAI5tExampleKeyId", "example-secret")?;
/// let cached = Cached::new(Blocking::new(provider, Offline));
/// assert_eq!(cached.provide()?.access_key_id(), "LTAI5tExampleKeyId");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Cached {
    cache: Arc<Cache>,
    provider: Arc<dyn ProvideCredentials>,
}

impl Cached {
    /// Keeps the credentials of `provider`. Nothing is fetched before the first call.
    #[must_use]
    pub fn new(provider: impl ProvideCredentials + 'static) -> Self {
        Self { cache: Cache::new(|| System.now()), provider: Arc::new(provider) }
    }

    /// Keeps the credentials of the [`DefaultChain`](crate::DefaultChain), which are looked for and
    /// fetched over [`Ureq`](crate::Ureq).
    ///
    /// ```
    /// use oss_sign::Region;
    /// use oss_sign_credentials::{Cached, Signer};
    ///
    /// let signer = Signer::new(Cached::default_chain(), Region::new("cn-hangzhou")?);
    /// # Ok::<(), oss_sign::RegionError>(())
    /// ```
    #[cfg(feature = "ureq")]
    #[must_use]
    pub fn default_chain() -> Self {
        Self::new(crate::Blocking::new(crate::DefaultChain::new(), crate::Ureq::new()))
    }

    /// The same provider with another clock, and nothing kept yet.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { cache: Cache::new(clock), ..self }
    }

    /// Drops `credentials` after OSS refused them with `InvalidAccessKeyId` or
    /// `SecurityTokenExpired`, if they are still the current ones.
    ///
    /// Tells whether the next call gives others, so that the request is worth another try: at most
    /// 5 times within 10 minutes, as fetching helps no more when the new ones are refused too.
    #[allow(clippy::must_use_candidate, reason = "dropping them is what it is called for")]
    pub fn invalidate(&self, credentials: &Credentials) -> bool {
        self.cache.invalidate(credentials)
    }

    pub(crate) fn cache(&self) -> &Arc<Cache> {
        &self.cache
    }

    pub(crate) fn fetch(&self, leader: Leader) -> Result<Arc<Current>, Error> {
        leader.end(self.provider.provide())
    }

    pub(crate) fn current(&self) -> Result<Arc<Current>, Error> {
        let mut turn = self.cache.turn();
        loop {
            turn = match turn {
                Turn::Use(current) => return Ok(current),
                Turn::Fetch(leader) => return self.fetch(leader),
                Turn::Wait(waiter) => waiter.wait(),
                Turn::Fail(error) => return Err(error),
            }
        }
    }
}

impl ProvideCredentials for Cached {
    fn provide(&self) -> Result<Arc<Credentials>, Error> {
        self.current().map(|current| Arc::clone(&current.credentials))
    }
}

impl fmt::Debug for Cached {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Cached").field(&self.cache).finish()
    }
}
