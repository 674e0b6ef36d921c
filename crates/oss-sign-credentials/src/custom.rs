//! Providers of the user's own.

use core::fmt::{self, Debug};

use crate::credentials::{Credentials, Lifetime};
use crate::error::Error;
use crate::provider::{Provider, ProviderName};
use crate::step::Step;
use crate::surroundings::Surroundings;

/// A closure that gives credentials: see [`from_fn`].
#[derive(Clone)]
pub struct Custom<F>(F);

/// A provider that asks `closure`: at each use, unless the credentials say how long they hold.
///
/// The closure may block. If it cannot give credentials, it says why:
///
/// ```
/// use oss_sign_credentials::{Cause, Credentials, Error, Provider, ProviderName, from_fn};
///
/// let vault = from_fn(|| {
///     let (id, secret) = ("LTAI5tExampleKeyId", "example-secret"); // read from somewhere
///     Credentials::new(id, secret, None)
///         .map_err(|error| Error::failed(ProviderName::new("vault"), error.into()))
/// });
/// assert_eq!(vault.name().as_str(), "custom");
/// ```
pub fn from_fn<F>(closure: F) -> Custom<F>
where
    F: Fn() -> Result<Credentials, Error> + Send + Sync,
{
    Custom(closure)
}

impl<F: Fn() -> Result<Credentials, Error> + Send + Sync> Provider for Custom<F> {
    fn name(&self) -> ProviderName {
        ProviderName::new("custom")
    }

    fn acquire<'s>(&self, _: &'s dyn Surroundings) -> Step<'s, Credentials> {
        Step::Done((self.0)().map(|credentials| match credentials.lifetime() {
            Lifetime::Permanent => credentials.with_lifetime(Lifetime::Unknown),
            Lifetime::Unknown | Lifetime::Until(_) => credentials,
        }))
    }
}

impl<F> Debug for Custom<F> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Custom")
    }
}

#[cfg(test)]
mod tests {
    use core::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::http::Offline;
    use crate::surroundings::System;

    #[test]
    fn a_closure_is_asked_at_each_use() {
        let calls = AtomicUsize::new(0);
        let provider = from_fn(|| {
            let number = calls.fetch_add(1, Ordering::Relaxed);
            Ok(Credentials::new(format!("key-{number}"), "secret", None).unwrap())
        });
        for expected in ["key-0", "key-1"] {
            let credentials = provider.acquire(&System).run(&Offline, &System).unwrap();
            assert_eq!(credentials.access_key_id(), expected);
            assert_eq!(credentials.lifetime(), Lifetime::Unknown);
        }
    }
}
