//! A source of credentials that answers as a test says, and counts.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::Arc;

use oss_sign_credentials::{
    AsyncCached, AsyncProvideCredentials, BoxFuture, Cached, Cause, Credentials, Error, Lifetime,
    ProvideCredentials, ProviderName,
};

use crate::clock::Clock;

pub(crate) type Answer = Result<Credentials, Error>;

/// A source whose `answer` is told the number of the fetch, from 1 on.
pub(crate) struct Source<F> {
    fetches: AtomicUsize,
    answer: F,
}

impl<F: Fn(usize) -> Answer + Send + Sync> Source<F> {
    pub(crate) fn new(answer: F) -> Arc<Self> {
        Arc::new(Self { fetches: AtomicUsize::new(0), answer })
    }

    pub(crate) fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }

    pub(crate) fn fetch(&self) -> Result<Arc<Credentials>, Error> {
        let number = self.fetches.fetch_add(1, Ordering::SeqCst) + 1;
        (self.answer)(number).map(Arc::new)
    }
}

impl<F: Fn(usize) -> Answer + Send + Sync> ProvideCredentials for Source<F> {
    fn provide(&self) -> Result<Arc<Credentials>, Error> {
        self.fetch()
    }
}

impl<F: Fn(usize) -> Answer + Send + Sync> AsyncProvideCredentials for Source<F> {
    fn provide(&self) -> BoxFuture<'_, Result<Arc<Credentials>, Error>> {
        Box::pin(async { self.fetch() })
    }
}

/// Temporary credentials with the number in their ID, that live so many seconds from now on; a
/// negative number has passed already.
pub(crate) fn living(number: usize, seconds: i64, clock: &Clock) -> Credentials {
    Credentials::new(format!("STS.key{number}"), "example-secret", Some("example-token"))
        .unwrap()
        .with_lifetime(Lifetime::Until(clock.after(seconds)))
}

pub(crate) fn error(message: &'static str) -> Error {
    Error::failed(ProviderName::new("test"), Cause::Custom(message.into()))
}

/// The ID of the credentials, or what is wrong.
pub(crate) fn outcome(result: Result<Arc<Credentials>, Error>) -> Result<String, Cause> {
    match result {
        Ok(credentials) => Ok(credentials.access_key_id().to_owned()),
        Err(error) => Err(error.cause().clone()),
    }
}

/// A cache, its source and its clock.
pub(crate) type Setting<F> = (Cache, Arc<Source<F>>, Clock);

/// Either form of the cache: what happens one after the other is the same in both.
pub(crate) enum Cache {
    Blocking(Cached),
    Async(AsyncCached),
}

impl Cache {
    /// Both forms, each with a clock and a source of its own.
    pub(crate) fn each<F>(source: impl Fn(&Clock) -> Arc<Source<F>>) -> [Setting<F>; 2]
    where
        F: Fn(usize) -> Answer + Send + Sync + 'static,
    {
        let (clock, other_clock) = (Clock::new(), Clock::new());
        let (source, other_source) = (source(&clock), source(&other_clock));
        let cached = Cached::new(Arc::clone(&source)).with_clock(clock.reading());
        let other = AsyncCached::new(Arc::clone(&other_source)).with_clock(other_clock.reading());
        [(Self::Blocking(cached), source, clock), (Self::Async(other), other_source, other_clock)]
    }

    pub(crate) fn provide(&self) -> Result<Arc<Credentials>, Error> {
        match self {
            Self::Blocking(cached) => cached.provide(),
            Self::Async(cached) => pollster::block_on(cached.provide()),
        }
    }

    pub(crate) fn outcome(&self) -> Result<String, Cause> {
        outcome(self.provide())
    }

    pub(crate) fn invalidate(&self, credentials: &Credentials) -> bool {
        match self {
            Self::Blocking(cached) => cached.invalidate(credentials),
            Self::Async(cached) => cached.invalidate(credentials),
        }
    }
}
