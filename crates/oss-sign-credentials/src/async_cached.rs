//! Credentials that are fetched once and refreshed in time: for tasks.

use core::fmt;
use std::sync::Arc;

use oss_sign::Timestamp;

use crate::cache::{Cache, Current, Leader, Turn};
use crate::credentials::Credentials;
use crate::error::Error;
use crate::provide::{AsyncProvideCredentials, BoxFuture};
use crate::surroundings::{Surroundings, System};

type Spawn = Arc<dyn Fn(BoxFuture<'static, ()>) + Send + Sync>;

/// [`Cached`](crate::Cached) for tasks of any runtime: nobody blocks a thread.
///
/// A task that is cancelled while it fetches leaves the fetch to the next one that needs it.
///
/// ```
/// use oss_sign_credentials::http::Offline;
/// use oss_sign_credentials::{Async, AsyncCached, AsyncProvideCredentials, StaticAccessKey};
///
/// # pollster::block_on(async {
/// let provider = StaticAccessKey::new("LTAI5tExampleKeyId", "example-secret")?;
/// let cached = AsyncCached::new(Async::new(provider, Offline));
/// assert_eq!(cached.provide().await?.access_key_id(), "LTAI5tExampleKeyId");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// # }).unwrap();
/// ```
#[derive(Clone)]
pub struct AsyncCached {
    cache: Arc<Cache>,
    provider: Arc<dyn AsyncProvideCredentials>,
    spawn: Option<Spawn>,
}

impl AsyncCached {
    /// Keeps the credentials of `provider`. Nothing is fetched before the first call.
    #[must_use]
    pub fn new(provider: impl AsyncProvideCredentials + 'static) -> Self {
        let cache = Cache::new(|| System.now());
        Self { cache, provider: Arc::new(provider), spawn: None }
    }

    /// Keeps the credentials of the [`DefaultChain`](crate::DefaultChain), which are looked for and
    /// fetched over [`Reqwest`](crate::Reqwest).
    ///
    /// ```
    /// use oss_sign::Region;
    /// use oss_sign_credentials::{AsyncCached, AsyncSigner};
    ///
    /// let signer = AsyncSigner::new(AsyncCached::default_chain(), Region::new("cn-hangzhou")?);
    /// # Ok::<(), oss_sign::RegionError>(())
    /// ```
    #[cfg(feature = "reqwest")]
    #[must_use]
    pub fn default_chain() -> Self {
        Self::new(crate::Async::new(crate::DefaultChain::new(), crate::Reqwest::new()))
    }

    /// The same provider with another clock, and nothing kept yet.
    #[must_use]
    pub fn with_clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        Self { cache: Cache::new(clock), ..self }
    }

    /// Fetches in a task of its own while the credentials are good, so that no caller waits:
    ///
    /// ```
    /// # use oss_sign_credentials::http::Offline;
    /// # use oss_sign_credentials::{Async, AsyncCached, Environment};
    /// let provider = Async::new(Environment::new(), Offline);
    /// let cached = AsyncCached::new(provider).with_spawn(|fetch| drop(tokio::spawn(fetch)));
    /// ```
    #[must_use]
    pub fn with_spawn(
        self,
        spawn: impl Fn(BoxFuture<'static, ()>) + Send + Sync + 'static,
    ) -> Self {
        Self { spawn: Some(Arc::new(spawn)), ..self }
    }

    /// Drops `credentials` after OSS refused them: see
    /// [`Cached::invalidate`](crate::Cached::invalidate).
    #[allow(clippy::must_use_candidate, reason = "dropping them is what it is called for")]
    pub fn invalidate(&self, credentials: &Credentials) -> bool {
        self.cache.invalidate(credentials)
    }

    pub(crate) fn cache(&self) -> &Arc<Cache> {
        &self.cache
    }

    async fn fetch(&self, leader: Leader) -> Result<Arc<Current>, Error> {
        match (&self.spawn, leader.meanwhile()) {
            (Some(spawn), Some(current)) => {
                let provider = Arc::clone(&self.provider);
                spawn(Box::pin(async move {
                    // Callers have credentials; the error comes up when they need others.
                    let _ = leader.end(provider.provide().await);
                }));
                Ok(current)
            }
            _ => leader.end(self.provider.provide().await),
        }
    }

    pub(crate) async fn current(&self) -> Result<Arc<Current>, Error> {
        let mut turn = self.cache.turn();
        loop {
            turn = match turn {
                Turn::Use(current) => return Ok(current),
                Turn::Fetch(leader) => return self.fetch(leader).await,
                Turn::Wait(waiter) => waiter.wait_async().await,
                Turn::Fail(error) => return Err(error),
            }
        }
    }
}

impl AsyncProvideCredentials for AsyncCached {
    fn provide(&self) -> BoxFuture<'_, Result<Arc<Credentials>, Error>> {
        Box::pin(async { self.current().await.map(|current| Arc::clone(&current.credentials)) })
    }
}

impl fmt::Debug for AsyncCached {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("AsyncCached").field(&self.cache).finish()
    }
}
