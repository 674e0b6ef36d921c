//! AccessKey pair and security token.

use core::fmt;

use crate::error::CredentialsError;
use crate::words::position_outside;

/// The longest AccessKey ID in bytes; OSS's own have 16 to 30.
pub(crate) const MAX_ACCESS_KEY_ID: usize = 64;

/// An AccessKey pair, and the security token if it is a temporary one.
///
/// Borrowed from wherever the caller keeps them; `Debug` shows the AccessKey ID alone.
///
/// ```
/// use oss_sign::Credentials;
///
/// let long_term = Credentials::new("LTAI5tExampleKeyId", "example-secret")?;
/// let temporary = Credentials::new("STS.ExampleKeyId", "example-secret")?
///     .with_security_token("CAISexample+token/==")?;
/// assert_eq!(format!("{temporary:?}").contains("secret\""), false);
/// # Ok::<(), oss_sign::CredentialsError>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Credentials<'a> {
    access_key_id: &'a str,
    access_key_secret: Redacted<'a>,
    security_token: Option<Redacted<'a>>,
}

/// Text that `Debug` does not show.
#[derive(Clone, Copy, Default)]
pub(crate) struct Redacted<'a>(pub(crate) &'a str);

impl<'a> Credentials<'a> {
    /// An AccessKey pair.
    ///
    /// # Errors
    ///
    /// One of the two is empty, or has white space, control characters or others beyond ASCII that
    /// were copied with it; or the ID is longer than 64 bytes or has a character that OSS refuses (EC 0002-00000206).
    pub fn new(
        access_key_id: &'a str,
        access_key_secret: &'a str,
    ) -> Result<Self, CredentialsError> {
        if access_key_id.is_empty() {
            return Err(CredentialsError::EmptyAccessKeyId);
        }
        if !is_access_key_id(access_key_id) {
            return Err(CredentialsError::AccessKeyIdCharacter);
        }
        if access_key_id.len() > MAX_ACCESS_KEY_ID {
            return Err(CredentialsError::AccessKeyIdTooLong);
        }
        if access_key_secret.is_empty() {
            return Err(CredentialsError::EmptyAccessKeySecret);
        }
        if has_stray_white_space(access_key_secret) {
            return Err(CredentialsError::AccessKeySecretWhiteSpace);
        }
        let access_key_secret = Redacted(access_key_secret);
        Ok(Self { access_key_id, access_key_secret, security_token: None })
    }

    /// Adds the security token of a temporary AccessKey (STS).
    ///
    /// # Errors
    ///
    /// The token is empty, or has white space, control characters or others beyond ASCII that were
    /// copied with it.
    pub fn with_security_token(self, security_token: &'a str) -> Result<Self, CredentialsError> {
        if security_token.is_empty() {
            return Err(CredentialsError::EmptySecurityToken);
        }
        if has_stray_white_space(security_token) {
            return Err(CredentialsError::SecurityTokenWhiteSpace);
        }
        Ok(Self { security_token: Some(Redacted(security_token)), ..self })
    }

    /// The AccessKey ID, which is public: every URL and every `Authorization` shows it.
    #[must_use]
    pub fn access_key_id(&self) -> &'a str {
        self.access_key_id
    }

    /// The security token of a temporary AccessKey.
    #[must_use]
    pub fn security_token(&self) -> Option<&'a str> {
        self.security_token.map(|token| token.0)
    }

    pub(crate) fn access_key_secret(&self) -> &'a str {
        self.access_key_secret.0
    }
}

/// Credentials in text of their own, checked once: for whoever keeps them.
///
/// `T` is what the text is kept in: `String`, `Box<str>`, or a type that wipes itself on drop.
/// [`as_credentials`](Self::as_credentials) costs nothing, however long the security token is.
///
/// ```
/// use oss_sign::{Credentials, OwnedCredentials};
///
/// let kept = {
///     let borrowed = Credentials::new("STS.ExampleKeyId", "example-secret")?
///         .with_security_token("CAISexample+token/==")?;
///     OwnedCredentials::<Box<str>>::from(borrowed)
/// };
/// assert_eq!(kept.as_credentials().access_key_id(), "STS.ExampleKeyId");
/// # Ok::<(), oss_sign::CredentialsError>(())
/// ```
#[derive(Clone)]
pub struct OwnedCredentials<T> {
    access_key_id: T,
    access_key_secret: T,
    security_token: Option<T>,
}

impl<T: AsRef<str>> OwnedCredentials<T> {
    /// Checks the text, as [`Credentials`] does.
    ///
    /// # Errors
    ///
    /// Those of [`Credentials::new`] and [`Credentials::with_security_token`].
    pub fn new(
        access_key_id: T,
        access_key_secret: T,
        security_token: Option<T>,
    ) -> Result<Self, CredentialsError> {
        let credentials = Credentials::new(access_key_id.as_ref(), access_key_secret.as_ref())?;
        if let Some(token) = &security_token {
            credentials.with_security_token(token.as_ref())?;
        }
        Ok(Self { access_key_id, access_key_secret, security_token })
    }

    /// The credentials, to sign with.
    #[must_use]
    pub fn as_credentials(&self) -> Credentials<'_> {
        Credentials {
            access_key_id: self.access_key_id.as_ref(),
            access_key_secret: Redacted(self.access_key_secret.as_ref()),
            security_token: self.security_token.as_ref().map(|token| Redacted(token.as_ref())),
        }
    }

    /// The AccessKey secret: for nobody but whom it is for, as a server that hands out temporary
    /// credentials needs it.
    #[must_use]
    pub fn access_key_secret(&self) -> &str {
        self.access_key_secret.as_ref()
    }
}

impl<'a, T: From<&'a str>> From<Credentials<'a>> for OwnedCredentials<T> {
    fn from(credentials: Credentials<'a>) -> Self {
        Self {
            access_key_id: credentials.access_key_id.into(),
            access_key_secret: credentials.access_key_secret().into(),
            security_token: credentials.security_token().map(Into::into),
        }
    }
}

impl<T: AsRef<str>> fmt::Debug for OwnedCredentials<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_credentials().fmt(formatter)
    }
}

impl fmt::Debug for Redacted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("[redacted]")
    }
}

/// The documented set is `[0-9A-Za-z._=]`; `-` is let through because SDKs do.
pub(crate) fn is_access_key_id(text: &str) -> bool {
    const LEGAL: [(u8, u8); 6] =
        [(b'-', b'.'), (b'0', b'9'), (b'=', b'='), (b'A', b'Z'), (b'_', b'_'), (b'a', b'z')];
    position_outside(text.as_bytes(), 0, LEGAL).is_none()
}

fn has_stray_white_space(text: &str) -> bool {
    // Without an early end, many bytes are looked at at once: a security token has a thousand. White
    // space beyond ASCII is found with all else that is beyond it, without tables of Unicode.
    let is_other = |byte| !matches!(byte, b' '..=b'~');
    let has_other = text.bytes().fold(false, |found, byte| found | is_other(byte));
    has_other || text.starts_with(' ') || text.ends_with(' ')
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    #[test]
    fn refuses_what_was_copied_with_the_keys() {
        fn error(id: &str, secret: &str) -> CredentialsError {
            Credentials::new(id, secret).unwrap_err()
        }
        assert_eq!(error("", "sk"), CredentialsError::EmptyAccessKeyId);
        assert_eq!(error("ak\r", "sk"), CredentialsError::AccessKeyIdCharacter);
        assert_eq!(error("ak/x", "sk"), CredentialsError::AccessKeyIdCharacter);
        assert_eq!(error(&"a".repeat(65), "sk"), CredentialsError::AccessKeyIdTooLong);
        assert_eq!(error("ak", ""), CredentialsError::EmptyAccessKeySecret);
        assert_eq!(error("ak", "sk\n"), CredentialsError::AccessKeySecretWhiteSpace);
        assert_eq!(error("ak", " sk"), CredentialsError::AccessKeySecretWhiteSpace);
        assert_eq!(error("ak", "s\u{7}\u{7}k"), CredentialsError::AccessKeySecretWhiteSpace);
    }

    #[test]
    fn refuses_a_token_that_is_empty_or_has_a_line_end() {
        let pair = Credentials::new("ak", "sk").unwrap();
        let error = |token| pair.with_security_token(token).unwrap_err();
        assert_eq!(error(""), CredentialsError::EmptySecurityToken);
        assert_eq!(error("token\n"), CredentialsError::SecurityTokenWhiteSpace);
        assert_eq!(error("to\0ken"), CredentialsError::SecurityTokenWhiteSpace);
    }

    #[test]
    fn blanks_inside_are_kept() {
        assert!(Credentials::new("ak", "fake secret").unwrap().with_security_token("a b").is_ok());
    }

    #[test]
    fn owned_credentials_are_checked_and_lent_as_they_are() {
        let owned = |id, token| OwnedCredentials::new(id, "hushhush", token);
        assert_eq!(owned("", None).unwrap_err(), CredentialsError::EmptyAccessKeyId);
        assert_eq!(owned("ak", Some("")).unwrap_err(), CredentialsError::EmptySecurityToken);
        let kept = owned("ak", Some("shhshh")).unwrap();
        let lent = kept.as_credentials();
        assert_eq!(lent.access_key_id(), "ak");
        assert_eq!(lent.access_key_secret(), "hushhush");
        assert_eq!(kept.access_key_secret(), "hushhush");
        assert_eq!(lent.security_token(), Some("shhshh"));
        assert_eq!(format!("{kept:?}"), format!("{lent:?}"));
    }

    #[test]
    fn debug_shows_neither_secret_nor_token() {
        let credentials =
            Credentials::new("ak", "hushhush").unwrap().with_security_token("shhshh").unwrap();
        assert_eq!(
            format!("{credentials:?}"),
            "Credentials { access_key_id: \"ak\", access_key_secret: [redacted], security_token: Some([redacted]) }"
        );
    }
}
