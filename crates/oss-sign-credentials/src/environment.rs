//! Credentials from environment variables.

use oss_sign::CredentialsError;

use crate::credentials::{Credentials, Lifetime};
use crate::error::{Cause, Error};
use crate::provider::{Provider, ProviderName};
use crate::step::Step;
use crate::surroundings::Surroundings;

const NAME: ProviderName = ProviderName::new("env");

/// An AccessKey pair, and a security token if there is one, from the environment.
///
/// | | of OSS | of Alibaba Cloud |
/// |---|---|---|
/// | AccessKey ID | `OSS_ACCESS_KEY_ID` | `ALIBABA_CLOUD_ACCESS_KEY_ID` |
/// | secret | `OSS_ACCESS_KEY_SECRET` | `ALIBABA_CLOUD_ACCESS_KEY_SECRET` |
/// | token | `OSS_SESSION_TOKEN` | `ALIBABA_CLOUD_SECURITY_TOKEN` |
///
/// The variables of OSS win, and the two are never mixed. Half a pair is an error: whoever set it
/// meant it. The environment is read at each use.
///
/// ```
/// use oss_sign_credentials::http::Offline;
/// use oss_sign_credentials::{Blocking, Environment, ErrorKind, ProvideCredentials};
///
/// match Blocking::new(Environment::new(), Offline).provide() {
///     Ok(credentials) => println!("{}", credentials.access_key_id()),
///     Err(error) => println!("{error}"),
/// }
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Environment {
    families: &'static [Family],
}

/// Variables that belong together.
#[derive(Debug)]
struct Family {
    access_key_id: &'static str,
    access_key_secret: &'static str,
    security_token: &'static str,
}

const OSS: Family = Family {
    access_key_id: "OSS_ACCESS_KEY_ID",
    access_key_secret: "OSS_ACCESS_KEY_SECRET",
    security_token: "OSS_SESSION_TOKEN",
};

const ALIBABA_CLOUD: Family = Family {
    access_key_id: "ALIBABA_CLOUD_ACCESS_KEY_ID",
    access_key_secret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    security_token: "ALIBABA_CLOUD_SECURITY_TOKEN",
};

impl Environment {
    /// From the variables of OSS, or else those of Alibaba Cloud.
    #[must_use]
    pub fn new() -> Self {
        Self { families: &[OSS, ALIBABA_CLOUD] }
    }

    /// From the variables of OSS alone, as its SDKs do.
    #[must_use]
    pub fn of_oss() -> Self {
        Self { families: &[OSS] }
    }

    /// From the variables of Alibaba Cloud alone, as its credentials tools do.
    #[must_use]
    pub fn of_alibaba_cloud() -> Self {
        Self { families: &[ALIBABA_CLOUD] }
    }

    fn read(self, surroundings: &dyn Surroundings) -> Result<Credentials, Error> {
        let set = self.families.iter().find_map(|family| family.read(surroundings).transpose());
        set.unwrap_or_else(|| Err(self.not_set()))
    }

    fn not_set(self) -> Error {
        let names: Vec<&str> = self.families.iter().map(|family| family.access_key_id).collect();
        Error::not_configured(NAME, Cause::missing(names.join(" or ")))
    }
}

impl Default for Environment {
    fn default() -> Self {
        Self::new()
    }
}

impl Family {
    /// `None` if neither half of the pair is there.
    fn read(&self, surroundings: &dyn Surroundings) -> Result<Option<Credentials>, Error> {
        let half = |missing: &'static str, set: &str| {
            Error::failed(NAME, Cause::missing(missing))
                .with_remedy(format!("{set} is: set both or none"))
        };
        let id = surroundings.variable(self.access_key_id);
        let secret = surroundings.variable(self.access_key_secret);
        let (id, secret) = match (id, secret) {
            (None, None) => return self.no_stray_token(surroundings).map(|()| None),
            (Some(_), None) => return Err(half(self.access_key_secret, self.access_key_id)),
            (None, Some(_)) => return Err(half(self.access_key_id, self.access_key_secret)),
            (Some(id), Some(secret)) => (id, secret),
        };
        let token = surroundings.variable(self.security_token);
        match Credentials::new(id, secret, token.as_deref()) {
            Ok(credentials) => {
                Ok(Some(credentials.with_provider(NAME).with_lifetime(Lifetime::Unknown)))
            }
            Err(error) => {
                Err(Error::failed(NAME, Cause::Setting(self.name_of(error).into(), error)))
            }
        }
    }

    /// A token is of a pair, so that one without it tells of a pair that was to be set.
    fn no_stray_token(&self, surroundings: &dyn Surroundings) -> Result<(), Error> {
        let Some(_) = surroundings.variable(self.security_token) else { return Ok(()) };
        let cause = Cause::invalid(self.security_token, "is set without an AccessKey");
        let (id, secret) = (self.access_key_id, self.access_key_secret);
        Err(Error::failed(NAME, cause)
            .with_remedy(format!("set {id} and {secret} too, or unset it")))
    }

    /// The variable that an error is about.
    fn name_of(&self, error: CredentialsError) -> &'static str {
        use CredentialsError::{
            AccessKeyIdCharacter, AccessKeyIdTooLong, EmptyAccessKeyId, EmptySecurityToken,
            SecurityTokenWhiteSpace,
        };
        match error {
            EmptyAccessKeyId | AccessKeyIdCharacter | AccessKeyIdTooLong => self.access_key_id,
            EmptySecurityToken | SecurityTokenWhiteSpace => self.security_token,
            _ => self.access_key_secret,
        }
    }
}

impl Provider for Environment {
    fn name(&self) -> ProviderName {
        NAME
    }

    fn acquire<'s>(&self, surroundings: &'s dyn Surroundings) -> Step<'s, Credentials> {
        self.read(surroundings).into()
    }
}
