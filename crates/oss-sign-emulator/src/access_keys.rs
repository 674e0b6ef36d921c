//! The AccessKeys that the emulator knows.

use core::fmt;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use oss_sign::{Credentials, CredentialsError, OwnedCredentials, Timestamp};

use crate::policy::Policy;
use crate::sessions::letters;

/// An AccessKey of the emulator's only account: a permanent one, or a temporary one as STS issues
/// them.
///
/// ```
/// use oss_sign::Timestamp;
/// use oss_sign_emulator::{AccessKey, Policy};
///
/// let permanent = AccessKey::permanent("LTAI5tExampleKeyId", "example-secret")?;
/// let until = Timestamp::from_unix_seconds(1_700_003_600)?;
/// let temporary = AccessKey::temporary("STS.ExampleKeyId", "example-secret", "CAISexample", until)?
///     .with_session_policy(Policy::from_json(
///         r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:GetObject","Resource":"*"}]}"#,
///     )?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct AccessKey {
    credentials: OwnedCredentials<Arc<str>>,
    access_key_secret: Arc<str>,
    expires_at: Option<Timestamp>,
    session_policy: Option<Policy>,
    is_disabled: bool,
}

impl AccessKey {
    /// One that does not expire, and may do everything.
    ///
    /// # Errors
    ///
    /// Those of [`Credentials::new`].
    pub fn permanent(
        access_key_id: &str,
        access_key_secret: &str,
    ) -> Result<Self, CredentialsError> {
        Self::new(access_key_id, access_key_secret, None, None)
    }

    /// A permanent one that is made up, and that nobody has had before.
    ///
    /// # Errors
    ///
    /// The system has no random numbers.
    pub fn random() -> Result<Self, CredentialsError> {
        Self::permanent(&format!("LTAI5t{}", letters::<15>()), &letters::<24>())
    }

    /// One that is valid with its security token, until it expires.
    ///
    /// # Errors
    ///
    /// Those of [`Credentials::new`] and [`Credentials::with_security_token`].
    pub fn temporary(
        access_key_id: &str,
        access_key_secret: &str,
        security_token: &str,
        expires_at: Timestamp,
    ) -> Result<Self, CredentialsError> {
        Self::new(access_key_id, access_key_secret, Some(security_token), Some(expires_at))
    }

    /// The same AccessKey, that may do only what the policy allows.
    #[must_use]
    pub fn with_session_policy(self, policy: Policy) -> Self {
        Self { session_policy: Some(policy), ..self }
    }

    /// AccessKey ID, secret and security token, to sign or to verify with.
    #[must_use]
    pub fn credentials(&self) -> Credentials<'_> {
        self.credentials.as_credentials()
    }

    /// The secret, for signatures of other services than OSS.
    #[must_use]
    pub fn access_key_secret(&self) -> &str {
        &self.access_key_secret
    }

    /// When a temporary AccessKey expires; `None` for a permanent one.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// What it is restricted to.
    #[must_use]
    pub fn session_policy(&self) -> Option<&Policy> {
        self.session_policy.as_ref()
    }

    /// Whether it was [disabled](AccessKeys::disable).
    #[must_use]
    pub fn is_disabled(&self) -> bool {
        self.is_disabled
    }

    /// Whether it has expired at that time. In its last second it has not.
    #[must_use]
    pub fn has_expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|expires_at| now > expires_at)
    }

    fn new(
        access_key_id: &str,
        access_key_secret: &str,
        security_token: Option<&str>,
        expires_at: Option<Timestamp>,
    ) -> Result<Self, CredentialsError> {
        let access_key_secret = Arc::<str>::from(access_key_secret);
        let credentials = OwnedCredentials::new(
            access_key_id.into(),
            access_key_secret.clone(),
            security_token.map(Into::into),
        )?;
        Ok(Self {
            credentials,
            access_key_secret,
            expires_at,
            session_policy: None,
            is_disabled: false,
        })
    }
}

impl fmt::Debug for AccessKey {
    /// Without secret and security token.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("AccessKey")
            .field("credentials", &self.credentials)
            .field("expires_at", &self.expires_at)
            .field("session_policy", &self.session_policy)
            .field("is_disabled", &self.is_disabled)
            .finish_non_exhaustive()
    }
}

/// The AccessKeys that the emulator accepts. More can be added while it runs.
///
/// Clones are the same registry.
///
/// ```
/// use oss_sign_emulator::{AccessKey, AccessKeys};
///
/// let access_keys = AccessKeys::default();
/// access_keys.insert(AccessKey::permanent("LTAI5tExampleKeyId", "example-secret")?);
/// access_keys.disable("LTAI5tExampleKeyId");
/// assert!(access_keys.get("LTAI5tExampleKeyId").is_some_and(|key| key.is_disabled()));
/// # Ok::<(), oss_sign::CredentialsError>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct AccessKeys(Arc<RwLock<HashMap<String, Arc<AccessKey>>>>);

impl AccessKeys {
    /// Adds an AccessKey, in place of the one with its ID if there is one.
    pub fn insert(&self, access_key: AccessKey) {
        let id = access_key.credentials().access_key_id().to_owned();
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        keys.insert(id, Arc::new(access_key));
    }

    /// The AccessKey with this ID.
    #[must_use]
    pub fn get(&self, access_key_id: &str) -> Option<Arc<AccessKey>> {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        keys.get(access_key_id).cloned()
    }

    /// From now on OSS refuses it with `InvalidAccessKeyId`, as a disabled one. An unknown ID is
    /// no error.
    pub fn disable(&self, access_key_id: &str) {
        let mut keys = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = keys.get_mut(access_key_id) {
            *key = Arc::new(AccessKey { is_disabled: true, ..AccessKey::clone(key) });
        }
    }

    /// Forgets an AccessKey. An unknown ID is no error.
    pub fn remove(&self, access_key_id: &str) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).remove(access_key_id);
    }
}
