//! What can go wrong, in two kinds, with what to do about it.
//!
//! No secret, token, body, query, output or file text is ever part of an error.

use core::fmt;
use std::borrow::Cow;
use std::path::PathBuf;
use std::sync::Arc;

use oss_sign::{CredentialsError, Timestamp};

use crate::command::CommandError;
use crate::http::{Origin, TransportError};
use crate::provider::ProviderName;
use crate::sts::InputError;

/// Why there are no credentials: the provider, the cause, and where one is known the remedy.
///
/// Cheap to clone, as one failure is told to everybody who waited.
///
/// ```
/// use oss_sign_credentials::{Cause, Error, ErrorKind, ProviderName};
///
/// let error = Error::not_configured(ProviderName::new("env"), Cause::missing("OSS_ACCESS_KEY_ID"));
/// match error.kind() {
///     ErrorKind::NotConfigured => println!("the next provider may know: {error}"),
///     ErrorKind::Failed => println!("{} failed: {}", error.provider(), error.cause()),
/// }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Error(Arc<Parts>);

#[derive(Clone, PartialEq, Eq)]
struct Parts {
    kind: ErrorKind,
    provider: ProviderName,
    cause: Cause,
    remedy: Option<Cow<'static, str>>,
}

/// What an error means to a chain of providers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "a chain either goes on or stops")]
pub enum ErrorKind {
    /// Nothing says that this provider is to be used: the next one is asked.
    NotConfigured,
    /// The provider was to be used and could not: a chain stops.
    Failed,
}

/// What went wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// An input is not given: the name of an argument, an environment variable, a key of a file.
    Missing(Cow<'static, str>),
    /// An input is not what it should be: its name, and what is wrong with it.
    Invalid(Cow<'static, str>, Cow<'static, str>),
    /// The provider is switched off, by the setting of this name.
    Disabled(Cow<'static, str>),
    /// The provider cannot serve OSS, for this reason.
    Unsupported(Cow<'static, str>),
    /// An input of STS is not one.
    StsInput(InputError),
    /// What the provider got are no credentials.
    Credentials(CredentialsError),
    /// A setting is not what it should be for credentials: its name, and what is wrong with it.
    Setting(Cow<'static, str>, CredentialsError),
    /// A file cannot be used: its path, and what is wrong with it.
    File(PathBuf, Cow<'static, str>),
    /// A command cannot be used: the program, without its arguments, and what went wrong.
    Command(String, CommandError),
    /// There was no answer from there.
    Transport(Origin, TransportError),
    /// The service there refused.
    Service(Origin, ServiceError),
    /// The answer from there is not what was documented.
    Answer(Origin, Cow<'static, str>),
    /// The credentials had expired when they came, at this instant.
    Expired(Timestamp),
    /// The operating system gives no random numbers.
    Random,
    /// Every provider of a chain was asked in vain.
    Chain(Vec<Error>),
    /// A provider of the user's own says so.
    Custom(Cow<'static, str>),
}

/// How a service refused. Its message is not kept: it may quote the request.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServiceError {
    /// The HTTP status.
    pub status: u16,
    /// The service's own code, such as `NoPermission`; `None` if the answer has none.
    pub code: Option<String>,
    /// What the support of Alibaba Cloud asks for.
    pub request_id: Option<String>,
}

impl Error {
    /// The provider is not configured: a chain goes on.
    #[must_use]
    pub fn not_configured(provider: ProviderName, cause: Cause) -> Self {
        Self::new(ErrorKind::NotConfigured, provider, cause)
    }

    /// The provider failed: a chain stops.
    #[must_use]
    pub fn failed(provider: ProviderName, cause: Cause) -> Self {
        Self::new(ErrorKind::Failed, provider, cause)
    }

    fn new(kind: ErrorKind, provider: ProviderName, cause: Cause) -> Self {
        Self(Arc::new(Parts { kind, provider, cause, remedy: None }))
    }

    /// The same error with what to do about it.
    #[must_use]
    pub fn with_remedy(mut self, remedy: impl Into<Cow<'static, str>>) -> Self {
        Arc::make_mut(&mut self.0).remedy = Some(remedy.into());
        self
    }

    /// The same error of a provider that is part of `outer`.
    #[must_use]
    pub fn within(mut self, outer: &ProviderName) -> Self {
        let parts = Arc::make_mut(&mut self.0);
        parts.provider = outer.of(&parts.provider);
        self
    }

    /// The same error, after which a chain stops.
    #[must_use]
    pub fn into_failed(mut self) -> Self {
        Arc::make_mut(&mut self.0).kind = ErrorKind::Failed;
        self
    }

    /// What it means to a chain.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Who says so.
    #[must_use]
    pub fn provider(&self) -> &ProviderName {
        &self.0.provider
    }

    /// What went wrong.
    #[must_use]
    pub fn cause(&self) -> &Cause {
        &self.0.cause
    }

    /// What to do about it, where that is known.
    #[must_use]
    pub fn remedy(&self) -> Option<&str> {
        self.0.remedy.as_deref()
    }
}

impl Cause {
    /// An input that is not given.
    pub fn missing(input: impl Into<Cow<'static, str>>) -> Self {
        Self::Missing(input.into())
    }

    /// An input that is not what it should be. The value is not shown: it may be a secret.
    pub fn invalid(
        input: impl Into<Cow<'static, str>>,
        problem: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self::Invalid(input.into(), problem.into())
    }
}

impl From<CredentialsError> for Cause {
    fn from(error: CredentialsError) -> Self {
        Self::Credentials(error)
    }
}

impl From<InputError> for Cause {
    fn from(error: InputError) -> Self {
        Self::StsInput(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.provider(), self.cause())?;
        match self.remedy() {
            Some(remedy) => write!(formatter, "; {remedy}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}({self})", self.kind())
    }
}

impl core::error::Error for Error {}

impl fmt::Display for Cause {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(input) => write!(formatter, "{input} is not set"),
            Self::Invalid(input, problem) => write!(formatter, "{input} {problem}"),
            Self::Disabled(by) => write!(formatter, "switched off by {by}"),
            Self::Unsupported(reason) => formatter.write_str(reason),
            Self::StsInput(error) => write!(formatter, "{error}"),
            Self::Credentials(error) => write!(formatter, "{error}"),
            Self::Setting(name, error) => write!(formatter, "{name}: {error}"),
            Self::File(path, problem) => write!(formatter, "{} {problem}", path.display()),
            Self::Command(program, problem) => write!(formatter, "the command {program} {problem}"),
            Self::Transport(origin, problem) => write!(formatter, "{origin} {problem}"),
            Self::Service(origin, error) => write!(formatter, "{origin} refused with {error}"),
            Self::Answer(origin, problem) => write!(formatter, "the answer of {origin} {problem}"),
            Self::Expired(at) => {
                write!(formatter, "the credentials had already expired when they came, at {at}")
            }
            Self::Random => formatter.write_str("the operating system gives no random numbers"),
            Self::Chain(errors) => {
                formatter.write_str("no provider has credentials")?;
                errors.iter().try_for_each(|error| write!(formatter, "\n  {error}"))
            }
            Self::Custom(message) => formatter.write_str(message),
        }
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "HTTP {}", self.status)?;
        if let Some(code) = &self.code {
            write!(formatter, " {code}")?;
        }
        match &self.request_id {
            Some(id) => write!(formatter, " (request ID {id})"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_names_provider_cause_and_remedy() {
        let error =
            Error::not_configured(ProviderName::new("env"), Cause::missing("OSS_ACCESS_KEY_ID"))
                .with_remedy("set it")
                .within(&ProviderName::new("default"));
        assert_eq!(error.to_string(), "default/env: OSS_ACCESS_KEY_ID is not set; set it");
        assert_eq!(error.kind(), ErrorKind::NotConfigured);
        assert_eq!(error.into_failed().kind(), ErrorKind::Failed);
    }

    #[test]
    fn a_chain_has_a_line_for_each_provider() {
        let missing = |name| Error::not_configured(ProviderName::new(name), Cause::missing("X"));
        let chain = Cause::Chain(vec![missing("env"), missing("oidc_role_arn")]);
        assert_eq!(
            chain.to_string(),
            "no provider has credentials\n  env: X is not set\n  oidc_role_arn: X is not set"
        );
    }
}
