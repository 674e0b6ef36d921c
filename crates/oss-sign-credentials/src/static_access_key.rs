//! Credentials that are given.

use oss_sign::CredentialsError;

use crate::credentials::Credentials;
use crate::provider::{Provider, ProviderName};
use crate::step::Step;
use crate::surroundings::Surroundings;

/// An AccessKey pair that the caller has, with a security token or without (`static_sts`,
/// `static_ak`).
///
/// ```
/// use oss_sign_credentials::StaticAccessKey;
///
/// let long_term = StaticAccessKey::new("LTAI5tExampleKeyId", "example-secret")?;
/// let temporary = StaticAccessKey::with_security_token(
///     "STS.ExampleKeyId",
///     "example-secret",
///     "CAISexample/token==",
/// )?;
/// # Ok::<(), oss_sign::CredentialsError>(())
/// ```
#[derive(Clone, Debug)]
pub struct StaticAccessKey(Credentials);

impl StaticAccessKey {
    /// A long-term AccessKey pair.
    ///
    /// # Errors
    ///
    /// A part is empty, or has something that was copied with it.
    pub fn new(
        access_key_id: impl Into<String>,
        access_key_secret: impl Into<String>,
    ) -> Result<Self, CredentialsError> {
        Credentials::new(access_key_id, access_key_secret, None).map(Self::from)
    }

    /// A temporary AccessKey pair with its token. All three come from the same answer of STS.
    ///
    /// # Errors
    ///
    /// A part is empty, or has something that was copied with it.
    pub fn with_security_token(
        access_key_id: impl Into<String>,
        access_key_secret: impl Into<String>,
        security_token: &str,
    ) -> Result<Self, CredentialsError> {
        Credentials::new(access_key_id, access_key_secret, Some(security_token)).map(Self::from)
    }
}

impl From<Credentials> for StaticAccessKey {
    fn from(credentials: Credentials) -> Self {
        let name = if credentials.security_token().is_some() { "static_sts" } else { "static_ak" };
        Self(credentials.with_provider(ProviderName::new(name)))
    }
}

impl Provider for StaticAccessKey {
    fn name(&self) -> ProviderName {
        self.0.provider().clone()
    }

    fn acquire<'s>(&self, _: &'s dyn Surroundings) -> Step<'s, Credentials> {
        Step::done(self.0.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Offline;
    use crate::surroundings::System;

    /// The value of the environment is no business of a static provider: there is a provider for that.
    #[test]
    fn t01_an_empty_id_and_an_empty_secret_are_refused() {
        let error = |id, secret| StaticAccessKey::new(id, secret).unwrap_err();
        assert_eq!(error("", "secret"), CredentialsError::EmptyAccessKeyId);
        assert_eq!(error("id", ""), CredentialsError::EmptyAccessKeySecret);
    }

    #[test]
    fn t02_an_empty_token_is_refused() {
        let error = StaticAccessKey::with_security_token("id", "secret", "").unwrap_err();
        assert_eq!(error, CredentialsError::EmptySecurityToken);
    }

    #[test]
    fn the_name_tells_whether_there_is_a_token() {
        let pair = StaticAccessKey::new("id", "secret").unwrap();
        let temporary = StaticAccessKey::with_security_token("id", "secret", "token").unwrap();
        for (provider, name) in [(pair, "static_ak"), (temporary, "static_sts")] {
            let credentials = provider.acquire(&System).run(&Offline, &System).unwrap();
            assert_eq!(credentials.provider().as_str(), name);
        }
    }
}
