//! Providers that are asked one after the other.

use core::fmt;
use std::sync::{Arc, OnceLock};

use crate::credentials::Credentials;
use crate::error::{Cause, Error, ErrorKind};
use crate::provider::{Provider, ProviderName};
use crate::step::Step;
use crate::surroundings::Surroundings;

/// Providers that are asked one after the other: the first that is *configured* gives the credentials,
/// or the error.
///
/// Who gave credentials once is asked from then on, and nobody else. Where nobody is configured, the
/// error has a line for each.
///
/// ```
/// use oss_sign_credentials::http::Offline;
/// use oss_sign_credentials::{
///     Blocking, Chain, CliProfile, Environment, ProvideCredentials, StaticAccessKey,
/// };
///
/// let chain = Chain::new()
///     .or(Environment::of_oss())
///     .or(CliProfile::new().with_profile("no-such-profile").with_path("/no/such/file"));
/// match Blocking::new(chain, Offline).provide() {
///     Ok(credentials) => println!("{}", credentials.provider()),
///     Err(error) => println!("{error}"),
/// }
/// # Ok::<(), oss_sign::CredentialsError>(())
/// ```
#[derive(Clone)]
pub struct Chain {
    name: ProviderName,
    providers: Vec<Arc<dyn Provider>>,
    goes_on_after_failures: bool,
    /// Who gave credentials; `None` if it is not to be remembered. Clones share it.
    winner: Option<Arc<OnceLock<usize>>>,
}

impl Chain {
    /// A chain of no provider yet.
    #[must_use]
    pub fn new() -> Self {
        Self {
            name: ProviderName::new("chain"),
            providers: Vec::new(),
            goes_on_after_failures: false,
            winner: Some(Arc::default()),
        }
    }

    /// The same chain, and then this provider.
    #[must_use]
    pub fn or(mut self, provider: impl Provider + 'static) -> Self {
        self.providers.push(Arc::new(provider));
        self
    }

    /// Asks the next provider also after one that was to be used and failed, as the official SDKs do:
    /// so a mistake in a profile can make a program somebody else.
    #[must_use]
    pub fn going_on_after_failures(self) -> Self {
        Self { goes_on_after_failures: true, ..self }
    }

    /// Asks all anew each time, also after one gave credentials.
    #[must_use]
    pub fn without_memory(self) -> Self {
        Self { winner: None, ..self }
    }

    /// By this name, and with this memory.
    pub(crate) fn named(self, name: ProviderName, winner: Option<Arc<OnceLock<usize>>>) -> Self {
        Self { name, winner, ..self }
    }

    fn ask<'s>(
        self,
        index: usize,
        mut errors: Vec<Error>,
        surroundings: &'s dyn Surroundings,
    ) -> Step<'s, Credentials> {
        let Some(provider) = self.providers.get(index) else {
            return Step::failed(self.nobody(errors));
        };
        provider.acquire(surroundings).then(move |result| match result {
            Err(error) if self.goes_on_after(&error) => {
                errors.push(error);
                self.ask(index + 1, errors, surroundings)
            }
            result => {
                if let (Some(winner), Ok(_)) = (&self.winner, &result) {
                    // If another thread was first, both found the same or will do from now on.
                    let _ = winner.set(index);
                }
                Step::Done(self.within(result))
            }
        })
    }

    fn goes_on_after(&self, error: &Error) -> bool {
        error.kind() == ErrorKind::NotConfigured || self.goes_on_after_failures
    }

    fn nobody(&self, errors: Vec<Error>) -> Error {
        let has_failed = errors.iter().any(|error| error.kind() == ErrorKind::Failed);
        let cause = Cause::Chain(errors);
        match has_failed {
            true => Error::failed(self.name.clone(), cause),
            false => Error::not_configured(self.name.clone(), cause),
        }
    }

    fn within(&self, result: Result<Credentials, Error>) -> Result<Credentials, Error> {
        match result {
            Ok(credentials) => {
                let name = self.name.of(credentials.provider());
                Ok(credentials.with_provider(name))
            }
            Err(error) => Err(error.within(&self.name)),
        }
    }
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

impl Provider for Chain {
    fn name(&self) -> ProviderName {
        self.name.clone()
    }

    fn acquire<'s>(&self, surroundings: &'s dyn Surroundings) -> Step<'s, Credentials> {
        let winner = self.winner.as_ref().and_then(|winner| winner.get().copied());
        match winner.and_then(|index| self.providers.get(index)) {
            Some(provider) => {
                let chain = self.clone();
                provider.acquire(surroundings).then(move |result| Step::Done(chain.within(result)))
            }
            None => self.clone().ask(0, Vec::new(), surroundings),
        }
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Chain")
            .field("name", &self.name)
            .field("providers", &self.providers)
            .finish_non_exhaustive()
    }
}
