//! Credentials that are owned, and how long they may be used.

use core::fmt;
use core::time::Duration;

use oss_sign::{CredentialsError, OwnedCredentials, Timestamp};
use zeroize::Zeroizing;

use crate::provider::ProviderName;

/// An AccessKey pair, the security token if it is a temporary one, where they come from, and until
/// when they hold.
///
/// Parsed once; secret and token are wiped from memory when dropped, and `Debug` does not show them.
///
/// ```
/// use oss_sign_credentials::Credentials;
///
/// let credentials = Credentials::new("STS.ExampleKeyId", "example-secret", Some("CAISexample/token=="))?;
/// let signer = oss_sign::v1::Signer::new(credentials.borrow());
/// assert!(!format!("{credentials:?}").contains("example-secret"));
/// # Ok::<(), oss_sign::CredentialsError>(())
/// ```
#[derive(Clone)]
pub struct Credentials {
    parts: OwnedCredentials<Zeroizing<String>>,
    lifetime: Lifetime,
    refresh_at: Option<Timestamp>,
    provider: ProviderName,
}

/// How long credentials may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lifetime {
    /// They hold until somebody deletes the key: keep them.
    Permanent,
    /// Nobody said how long they hold, or the source may have others at any time: ask at each use,
    /// as for environment variables.
    Unknown,
    /// They are worthless from this instant on.
    Until(Timestamp),
}

impl Credentials {
    /// Credentials of the provider `custom`, which hold until they are deleted.
    ///
    /// # Errors
    ///
    /// A part is empty, or has something that was copied with it: see [`oss_sign::Credentials`].
    pub fn new(
        access_key_id: impl Into<String>,
        access_key_secret: impl Into<String>,
        security_token: Option<&str>,
    ) -> Result<Self, CredentialsError> {
        let parts = OwnedCredentials::new(
            Zeroizing::new(access_key_id.into()),
            Zeroizing::new(access_key_secret.into()),
            security_token.map(|token| Zeroizing::new(token.to_owned())),
        )?;
        let provider = ProviderName::new("custom");
        Ok(Self { parts, lifetime: Lifetime::Permanent, refresh_at: None, provider })
    }

    /// The same credentials with another lifetime.
    #[must_use]
    pub fn with_lifetime(self, lifetime: Lifetime) -> Self {
        Self { lifetime, ..self }
    }

    /// The same credentials, which hold longer, but of which the source may have new ones from this
    /// instant on: as KMS has after a rotation.
    #[must_use]
    pub fn with_refresh_at(self, refresh_at: Timestamp) -> Self {
        Self { refresh_at: Some(refresh_at), ..self }
    }

    /// The same credentials, of the provider of this name.
    #[must_use]
    pub fn with_provider(self, provider: ProviderName) -> Self {
        Self { provider, ..self }
    }

    /// What signers take. Costs nothing: the parts were checked when they came.
    #[must_use]
    pub fn borrow(&self) -> oss_sign::Credentials<'_> {
        self.parts.as_credentials()
    }

    /// The AccessKey ID, which is public: every URL shows it. Those of STS begin with `STS.`.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        self.borrow().access_key_id()
    }

    /// The AccessKey secret. Give it to nobody but whom it is for, as a server does that hands out
    /// temporary credentials.
    #[must_use]
    pub fn access_key_secret(&self) -> &str {
        self.parts.access_key_secret()
    }

    /// The security token of temporary credentials.
    #[must_use]
    pub fn security_token(&self) -> Option<&str> {
        self.borrow().security_token()
    }

    /// How long they may be kept.
    #[must_use]
    pub fn lifetime(&self) -> Lifetime {
        self.lifetime
    }

    /// From when on the source may have new ones, though these hold longer; if that is known.
    #[must_use]
    pub fn refresh_at(&self) -> Option<Timestamp> {
        self.refresh_at
    }

    /// When they become worthless, if that is known.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        match self.lifetime {
            Lifetime::Until(expiry) => Some(expiry),
            Lifetime::Permanent | Lifetime::Unknown => None,
        }
    }

    /// Who gave them: `ram_role_arn/static_ak`.
    #[must_use]
    pub fn provider(&self) -> &ProviderName {
        &self.provider
    }

    /// Is `now` at or after their expiry?
    #[must_use]
    pub fn is_expired_at(&self, now: Timestamp) -> bool {
        self.remaining(now).is_some_and(|remaining| remaining.is_zero())
    }

    /// How long they still hold, to the second; zero if they expired, `None` if they never do.
    #[must_use]
    pub fn remaining(&self, now: Timestamp) -> Option<Duration> {
        let seconds = self.expires_at()?.unix_seconds().saturating_sub(now.unix_seconds());
        Some(Duration::from_secs(seconds))
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id())
            .field("is_temporary", &self.security_token().is_some())
            .field("lifetime", &self.lifetime)
            .field("refresh_at", &self.refresh_at)
            .field("provider", &self.provider)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds).unwrap()
    }

    fn temporary() -> Credentials {
        Credentials::new("STS.ExampleKeyId", "example-secret", Some("example-token")).unwrap()
    }

    #[test]
    fn what_was_copied_with_the_keys_is_refused() {
        let error =
            |id: &str, secret: &str, token| Credentials::new(id, secret, token).unwrap_err();
        assert_eq!(error("id\r\n", "secret", None), CredentialsError::AccessKeyIdCharacter);
        assert_eq!(error("id", "secret ", None), CredentialsError::AccessKeySecretWhiteSpace);
        assert_eq!(error("id", "secret", Some("")), CredentialsError::EmptySecurityToken);
    }

    #[test]
    fn borrowed_credentials_have_every_part() {
        let credentials = temporary();
        let borrowed = credentials.borrow();
        assert_eq!(borrowed.access_key_id(), "STS.ExampleKeyId");
        assert_eq!(borrowed.security_token(), Some("example-token"));
    }

    #[test]
    fn they_expire_at_their_expiry_and_not_a_second_before() {
        let credentials = temporary().with_lifetime(Lifetime::Until(at(1000)));
        assert_eq!(credentials.remaining(at(999)), Some(Duration::from_secs(1)));
        assert!(!credentials.is_expired_at(at(999)));
        assert!(credentials.is_expired_at(at(1000)));
        assert_eq!(credentials.remaining(at(1001)), Some(Duration::ZERO));
    }

    #[test]
    fn without_an_expiry_they_never_expire() {
        for lifetime in [Lifetime::Permanent, Lifetime::Unknown] {
            let credentials = temporary().with_lifetime(lifetime);
            assert_eq!(credentials.remaining(at(u64::from(u32::MAX))), None);
            assert!(!credentials.is_expired_at(at(u64::from(u32::MAX))));
        }
    }

    #[test]
    fn debug_shows_neither_secret_nor_token() {
        let text = format!("{:?}", temporary());
        assert!(text.contains("STS.ExampleKeyId"), "{text}");
        assert!(!text.contains("example-secret") && !text.contains("example-token"), "{text}");
    }
}
