//! Credentials on demand: a provider together with what does its steps.

use core::fmt::{self, Debug};
use core::pin::Pin;
use std::sync::Arc;

use crate::credentials::Credentials;
use crate::error::Error;
use crate::http::{AsyncTransport, Transport};
use crate::provider::Provider;
use crate::surroundings::{Surroundings, System};

/// A future in a box: what a trait has instead of `async fn` where it is to be used as `dyn`.
pub type BoxFuture<'f, T> = Pin<Box<dyn Future<Output = T> + Send + 'f>>;

/// Gives credentials, and blocks until it has them.
pub trait ProvideCredentials: Send + Sync {
    /// One consistent set: ID, secret and token of the same answer.
    ///
    /// # Errors
    ///
    /// There are none to be had; see [`Error`].
    fn provide(&self) -> Result<Arc<Credentials>, Error>;
}

/// Gives credentials, without blocking the thread.
pub trait AsyncProvideCredentials: Send + Sync {
    /// One consistent set: ID, secret and token of the same answer.
    fn provide(&self) -> BoxFuture<'_, Result<Arc<Credentials>, Error>>;
}

/// A provider whose steps are done by the calling thread. It keeps nothing: see
/// `Cached`.
///
/// ```
/// use oss_sign_credentials::{Blocking, ProvideCredentials, StaticAccessKey};
/// use oss_sign_credentials::http::Offline;
///
/// let provider = StaticAccessKey::new("LTAI5tExampleKeyId", "example-secret")?;
/// let credentials = Blocking::new(provider, Offline).provide()?;
/// assert_eq!(credentials.access_key_id(), "LTAI5tExampleKeyId");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Blocking<P, T> {
    provider: P,
    transport: T,
    surroundings: Arc<dyn Surroundings>,
}

/// A provider whose steps are done without blocking the thread. It keeps nothing: see
/// `AsyncCached`.
#[derive(Clone)]
pub struct Async<P, T> {
    provider: P,
    transport: T,
    surroundings: Arc<dyn Surroundings>,
}

macro_rules! driver {
    ($driver:ident, $transport:ident) => {
        impl<P: Provider, T: $transport> $driver<P, T> {
            /// `provider` in the surroundings of this process, its requests sent by `transport`.
            pub fn new(provider: P, transport: T) -> Self {
                Self { provider, transport, surroundings: Arc::new(System) }
            }

            /// The same in other surroundings: with another clock, environment, file system.
            #[must_use]
            pub fn with_surroundings(self, surroundings: Arc<dyn Surroundings>) -> Self {
                Self { surroundings, ..self }
            }
        }

        impl<P: Debug, T> Debug for $driver<P, T> {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.debug_tuple(stringify!($driver)).field(&self.provider).finish()
            }
        }
    };
}

driver!(Blocking, Transport);
driver!(Async, AsyncTransport);

impl<P: Provider, T: Transport> ProvideCredentials for Blocking<P, T> {
    fn provide(&self) -> Result<Arc<Credentials>, Error> {
        let surroundings = &*self.surroundings;
        self.provider.acquire(surroundings).run(&self.transport, surroundings).map(Arc::new)
    }
}

impl<P: Provider, T: AsyncTransport> AsyncProvideCredentials for Async<P, T> {
    fn provide(&self) -> BoxFuture<'_, Result<Arc<Credentials>, Error>> {
        Box::pin(async {
            let step = self.provider.acquire(&*self.surroundings);
            step.run_async(&self.transport, &self.surroundings).await.map(Arc::new)
        })
    }
}

macro_rules! provide_behind {
    ($($pointer:ty),+) => {
        $(impl<P: ProvideCredentials + ?Sized> ProvideCredentials for $pointer {
            fn provide(&self) -> Result<Arc<Credentials>, Error> {
                (**self).provide()
            }
        }

        impl<P: AsyncProvideCredentials + ?Sized> AsyncProvideCredentials for $pointer {
            fn provide(&self) -> BoxFuture<'_, Result<Arc<Credentials>, Error>> {
                (**self).provide()
            }
        })+
    };
}

provide_behind!(&P, Box<P>, Arc<P>);
