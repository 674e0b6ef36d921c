//! The profiles that `aliyun configure` writes: `~/.aliyun/config.json`.
//!
//! <https://github.com/aliyun/aliyun-cli>

use std::path::PathBuf;

use oss_sign::Timestamp;

use crate::cli_profile::cloud_sso::CloudSso;
use crate::cli_profile::config::{Config, Mode, Profile};
use crate::configuration_file::{self, ConfigurationFile, IGNORE_PROFILE, PROFILE};
use crate::credentials::{Credentials, Lifetime};
use crate::credentials_uri::CredentialsUri;
use crate::ecs_ram_role::EcsRamRole;
use crate::error::{Cause, Error};
use crate::external::External;
use crate::provider::{Provider, ProviderName};
use crate::role_settings::RoleSettings;
use crate::static_access_key::StaticAccessKey;
use crate::step::Step;
use crate::surroundings::Surroundings;

mod cloud_sso;
mod config;

const NAME: ProviderName = ProviderName::new("cli_profile");

/// Switches [`CliProfile`] off.
const DISABLED: &str = "ALIBABA_CLOUD_CLI_PROFILE_DISABLED";

/// The first that is set is the path.
const PATHS: [&str; 2] = ["ALIBABA_CLOUD_CONFIG_FILE", "ALIBABA_CLOUD_CONFIG_PATH"];

/// How many profiles may stand behind each other by `source_profile`.
const MAX_SOURCES: usize = 8;

/// A profile of `~/.aliyun/config.json`, which `aliyun configure` writes.
///
/// The file is that of `ALIBABA_CLOUD_CONFIG_FILE` or `ALIBABA_CLOUD_CONFIG_PATH`, if one of the two
/// is set. The profile is that of `ALIBABA_CLOUD_PROFILE`, or else the `current` one. A profile that
/// was chosen never becomes another source. `ALIBABA_CLOUD_CLI_PROFILE_DISABLED=true` and
/// `ALIBABA_CLOUD_IGNORE_PROFILE=true` switch it off. The file is read at each use, and never written.
///
/// | mode | |
/// |---|---|
/// | `AK`, `StsToken` | as they stand there |
/// | `RamRoleArn`, `EcsRamRole`, `RamRoleArnWithEcs`, `OIDC` | by STS and the metadata of the instance |
/// | `ChainableRamRoleArn` | with another profile as the source, up to eight in a row |
/// | `External`, `CredentialsURI` | unless `ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS=true` forbids it |
/// | `CloudSSO` | as long as the log-in by `aliyun` holds |
/// | `OAuth` | the credentials that `aliyun` left there, as long as they hold |
/// | `BearerToken`, `RsaKeyPair`, `Anonymous` | refused: OSS has no such signature |
///
/// ```no_run
/// # #[cfg(feature = "ureq")] {
/// use oss_sign_credentials::{Blocking, CliProfile, ProvideCredentials, Ureq};
///
/// let current = CliProfile::new();
/// let chosen = CliProfile::new().with_profile("deploy");
/// let credentials = Blocking::new(chosen, Ureq::new()).provide()?;
/// # }
/// # Ok::<(), oss_sign_credentials::Error>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct CliProfile {
    path: Option<PathBuf>,
    profile: Option<String>,
}

impl CliProfile {
    /// The profile that the environment or the file chooses, in the usual file.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same in this file.
    #[must_use]
    pub fn with_path(self, path: impl Into<PathBuf>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    /// The profile of this name.
    #[must_use]
    pub fn with_profile(self, profile: impl Into<String>) -> Self {
        Self { profile: Some(profile.into()), ..self }
    }

    /// The provider that the profile stands for.
    fn resolve(&self, surroundings: &dyn Surroundings) -> Result<Box<dyn Provider>, Error> {
        let failed = |cause| Error::failed(NAME, cause);
        configuration_file::check_switches(NAME, &[DISABLED, IGNORE_PROFILE], surroundings)?;
        let path = self.file(surroundings)?;
        let text = surroundings.read_secret_text_if_any(&path.path).map_err(failed)?;
        let Some(text) = text else { return Err(path.absent(NAME)) };
        let file = |problem: String| Cause::File(path.path.clone(), problem.into());
        let config =
            Config::parse(text.as_bytes()).map_err(|error| failed(file(error.problem())))?;
        let chosen = self.profile.clone().or_else(|| surroundings.variable(PROFILE));
        if !config.has_profiles() && chosen.is_none() {
            return Err(Error::not_configured(NAME, file("has no profiles".to_owned())));
        }
        let Some(name) = chosen.as_deref().or(config.current()) else {
            let error = failed(file("has no `current` profile".to_owned()));
            return Err(error.with_remedy("choose one by `aliyun configure switch`"));
        };
        let resolving =
            Resolving { config: &config, path: path.path.clone(), now: surroundings.now() };
        resolving.provider(name, &mut Vec::new())
    }

    fn file(&self, surroundings: &dyn Surroundings) -> Result<ConfigurationFile, Error> {
        if let Some(file) = ConfigurationFile::chosen(self.path.clone(), &PATHS, surroundings) {
            return Ok(file);
        }
        let home = surroundings.home_directory();
        let home = home.ok_or_else(|| configuration_file::no_home(NAME))?;
        Ok(ConfigurationFile::usual(home.join(".aliyun").join("config.json")))
    }
}

/// The way from a name to a provider.
struct Resolving<'c> {
    config: &'c Config,
    path: PathBuf,
    now: Timestamp,
}

impl<'c> Resolving<'c> {
    /// `sources` are the profiles that this one is the source of.
    fn provider(
        &self,
        name: &'c str,
        sources: &mut Vec<&'c str>,
    ) -> Result<Box<dyn Provider>, Error> {
        if sources.contains(&name) {
            return Err(self.failed(format!("has the profile `{name}` as a source of itself")));
        }
        if sources.len() > MAX_SOURCES {
            return Err(self.failed(format!("has more than {MAX_SOURCES} sources in a row")));
        }
        sources.push(name);
        let Some(profile) = self.config.profile(name) else {
            return Err(self.failed(format!("has no profile `{name}`")));
        };
        let mode = profile.mode().map_err(|mode| {
            self.failed(format!("has a profile `{name}` of the mode `{mode}`, which nobody knows"))
        })?;
        let Some(mode) = mode else {
            let error = self.failed(format!("has a profile `{name}` without a mode"));
            return Err(error.with_remedy(format!("run `aliyun configure --profile {name}`")));
        };
        let named = Named { resolving: self, name, profile };
        match mode {
            Mode::Ak => named.static_access_key(None),
            Mode::StsToken => named.sts_token(),
            Mode::RamRoleArn => {
                let source = named.static_access_key(profile.sts_token())?;
                named.role(source)
            }
            Mode::EcsRamRole => Ok(Box::new(named.ecs_ram_role())),
            Mode::RamRoleArnWithEcs => named.role(Box::new(named.ecs_ram_role())),
            Mode::ChainableRamRoleArn => {
                let source = named.needed("source_profile", profile.source_profile())?;
                named.role(self.provider(source, sources)?)
            }
            Mode::Oidc => named.oidc(),
            Mode::External => {
                let command = named.needed("process_command", profile.process_command())?;
                External::new(command).map(boxed).map_err(|error| error.within(&NAME))
            }
            Mode::CredentialsUri => {
                let uri = named.needed("credentials_uri", profile.credentials_uri())?;
                Ok(Box::new(CredentialsUri::new(uri)))
            }
            Mode::CloudSso => named.cloud_sso(),
            Mode::OAuth => named.left_by_aliyun(),
            Mode::BearerToken | Mode::RsaKeyPair | Mode::Anonymous => {
                let reason =
                    format!("the profile `{name}` is of a mode that OSS has no signature for");
                Err(Error::failed(NAME, Cause::Unsupported(reason.into()))
                    .with_remedy("choose a profile with an AccessKey or a role"))
            }
        }
    }

    fn failed(&self, problem: String) -> Error {
        Error::failed(NAME, Cause::File(self.path.clone(), problem.into()))
    }
}

/// A profile by its name.
struct Named<'a, 'c> {
    resolving: &'a Resolving<'c>,
    name: &'c str,
    profile: &'c Profile,
}

impl<'c> Named<'_, 'c> {
    fn needed<'t>(&self, field: &str, value: Option<&'t str>) -> Result<&'t str, Error> {
        value.ok_or_else(|| {
            self.resolving.failed(format!("has a profile `{}` without `{field}`", self.name))
        })
    }

    fn wrong(&self, problem: impl core::fmt::Display) -> Error {
        self.resolving.failed(format!("has a wrong profile `{}`: {problem}", self.name))
    }

    fn credentials(&self, token: Option<&str>) -> Result<Credentials, Error> {
        let id = self.needed("access_key_id", self.profile.access_key_id())?;
        let secret = self.needed("access_key_secret", self.profile.access_key_secret())?;
        Credentials::new(id, secret, token).map_err(|error| self.wrong(error))
    }

    fn static_access_key(&self, token: Option<&str>) -> Result<Box<dyn Provider>, Error> {
        self.credentials(token).map(StaticAccessKey::from).map(boxed)
    }

    fn sts_token(&self) -> Result<Box<dyn Provider>, Error> {
        let token = self.needed("sts_token", self.profile.sts_token())?;
        let credentials = self.credentials(Some(token))?.with_lifetime(Lifetime::Unknown);
        let Some(seconds) = self.profile.sts_expiration() else {
            return Ok(Box::new(StaticAccessKey::from(credentials)));
        };
        let Some(expiry) = instant(seconds) else {
            return Err(self.wrong("`sts_expiration` is no time"));
        };
        if expiry <= self.resolving.now {
            let error = Error::failed(NAME, Cause::Expired(expiry));
            return Err(error.with_remedy(self.log_in()));
        }
        let credentials = credentials.with_lifetime(Lifetime::Until(expiry));
        Ok(Box::new(StaticAccessKey::from(credentials)))
    }

    fn log_in(&self) -> String {
        format!("run `aliyun configure --profile {}`", self.name)
    }

    fn is_later(&self, seconds: Option<i64>) -> bool {
        seconds.and_then(instant).is_some_and(|instant| instant > self.resolving.now)
    }

    /// To log in takes a browser, and a refresh token that is used up must be written back: both are
    /// the business of `aliyun`, which leaves temporary credentials in the profile.
    fn left_by_aliyun(&self) -> Result<Box<dyn Provider>, Error> {
        if self.profile.sts_token().is_some() && self.is_later(self.profile.sts_expiration()) {
            return self.sts_token();
        }
        let reason = format!("the log-in of the profile `{}` holds no more", self.name);
        Err(Error::failed(NAME, Cause::Unsupported(reason.into())).with_remedy(self.log_in()))
    }

    /// What a log-in left there, or else what it is good for.
    fn cloud_sso(&self) -> Result<Box<dyn Provider>, Error> {
        let token = self.profile.access_token();
        let Some(token) = token.filter(|_| {
            self.is_later(self.profile.cloud_sso_access_token_expire())
                && !self.is_later(self.profile.sts_expiration())
        }) else {
            return self.left_by_aliyun();
        };
        let url = self.needed("cloud_sso_sign_in_url", self.profile.cloud_sso_sign_in_url())?;
        let account = self.needed("cloud_sso_account_id", self.profile.cloud_sso_account_id())?;
        let configuration =
            self.needed("cloud_sso_access_config", self.profile.cloud_sso_access_config())?;
        let provider = CloudSso::new(url, account, configuration, token);
        provider.map(boxed).map_err(|problem| self.wrong(problem))
    }

    fn ecs_ram_role(&self) -> EcsRamRole {
        match self.profile.ram_role_name() {
            Some(role) => EcsRamRole::new().with_role_name(role),
            None => EcsRamRole::new(),
        }
    }

    fn role(&self, source: Box<dyn Provider>) -> Result<Box<dyn Provider>, Error> {
        let role_arn = self.needed("ram_role_arn", self.profile.ram_role_arn())?;
        self.settings().assumed_by(source, role_arn).map_err(|problem| self.wrong(problem))
    }

    fn oidc(&self) -> Result<Box<dyn Provider>, Error> {
        let provider_arn = self.needed("oidc_provider_arn", self.profile.oidc_provider_arn())?;
        let token_file = self.needed("oidc_token_file", self.profile.oidc_token_file())?;
        let role_arn = self.needed("ram_role_arn", self.profile.ram_role_arn())?;
        self.settings()
            .assumed_with_oidc(role_arn, provider_arn, token_file)
            .map_err(|problem| self.wrong(problem))
    }

    fn settings(&self) -> RoleSettings<'c> {
        RoleSettings {
            session_name: self.profile.ram_session_name(),
            external_id: self.profile.external_id(),
            policy: self.profile.policy(),
            seconds: self.profile.expired_seconds(),
            sts_endpoint: self.profile.sts_endpoint(),
            sts_region: self.profile.sts_region(),
            enable_vpc: self.profile.enable_vpc(),
        }
    }
}

fn instant(unix_seconds: i64) -> Option<Timestamp> {
    Timestamp::from_unix_seconds(u64::try_from(unix_seconds).ok()?).ok()
}

fn boxed(provider: impl Provider + 'static) -> Box<dyn Provider> {
    Box::new(provider)
}

impl Provider for CliProfile {
    fn name(&self) -> ProviderName {
        NAME
    }

    fn acquire<'s>(&self, surroundings: &'s dyn Surroundings) -> Step<'s, Credentials> {
        configuration_file::acquire(NAME, self.resolve(surroundings), surroundings)
    }
}
