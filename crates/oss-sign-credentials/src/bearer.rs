//! Bearer tokens, which OSS does not take.

use core::fmt;

use zeroize::Zeroizing;

use crate::credentials::Credentials;
use crate::error::{Cause, Error};
use crate::provider::{Provider, ProviderName};
use crate::step::Step;
use crate::surroundings::Surroundings;

/// A bearer token, as the credentials tools of Alibaba Cloud know it. It is good for Cloud Call Center
/// alone: asked for credentials, this says so.
///
/// ```
/// use oss_sign_credentials::http::Offline;
/// use oss_sign_credentials::{BearerToken, Blocking, ProvideCredentials};
///
/// let error = Blocking::new(BearerToken::new("example-token"), Offline).provide().unwrap_err();
/// assert!(error.to_string().starts_with("bearer: OSS has no signature by bearer token"));
/// ```
#[derive(Clone)]
pub struct BearerToken(Zeroizing<String>);

impl BearerToken {
    /// A token for services that take one.
    pub fn new(token: impl Into<String>) -> Self {
        Self(Zeroizing::new(token.into()))
    }

    /// The token.
    #[must_use]
    pub fn token(&self) -> &str {
        &self.0
    }
}

impl Provider for BearerToken {
    fn name(&self) -> ProviderName {
        ProviderName::new("bearer")
    }

    fn acquire<'s>(&self, _: &'s dyn Surroundings) -> Step<'s, Credentials> {
        let cause = Cause::Unsupported("OSS has no signature by bearer token".into());
        Step::failed(
            Error::failed(self.name(), cause)
                .with_remedy("use an AccessKey, or a role that gives a temporary one"),
        )
    }
}

impl fmt::Debug for BearerToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("BearerToken([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_given_back_as_it_was_taken() {
        assert_eq!(BearerToken::new("example-token").token(), "example-token");
    }
}
