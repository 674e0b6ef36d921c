//! Where credentials are looked for if nobody says where.

use std::sync::{Arc, OnceLock};

use crate::chain::Chain;
use crate::cli_profile::CliProfile;
use crate::credentials::Credentials;
use crate::credentials_file::CredentialsFile;
use crate::credentials_uri::CredentialsUri;
use crate::ecs_ram_role::EcsRamRole;
use crate::environment::Environment;
use crate::error::{Cause, Error};
use crate::oidc_role_arn::OidcRoleArn;
use crate::provider::{Provider, ProviderName};
use crate::step::Step;
use crate::surroundings::Surroundings;

const NAME: ProviderName = ProviderName::new("default");

const ECS_METADATA: &str = "ALIBABA_CLOUD_ECS_METADATA";

/// A link of the [`DefaultChain`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Source {
    /// `OSS_ACCESS_KEY_ID`, `OSS_ACCESS_KEY_SECRET`, `OSS_SESSION_TOKEN`.
    OssEnvironment,
    /// `ALIBABA_CLOUD_ACCESS_KEY_ID`, `ALIBABA_CLOUD_ACCESS_KEY_SECRET`,
    /// `ALIBABA_CLOUD_SECURITY_TOKEN`.
    AlibabaCloudEnvironment,
    /// [`OidcRoleArn`], where a pod or a build has a token.
    OidcRoleArn,
    /// [`CliProfile`]: `~/.aliyun/config.json`.
    CliProfile,
    /// [`CredentialsFile`]: `~/.alibabacloud/credentials.ini`.
    CredentialsFile,
    /// [`CredentialsUri`], where `ALIBABA_CLOUD_CREDENTIALS_URI` is set.
    CredentialsUri,
    /// [`EcsRamRole`], where `ALIBABA_CLOUD_ECS_METADATA` is set, or discovery is switched on.
    EcsRamRole,
}

/// The places where credentials are looked for if nobody says where. The first that is *configured*
/// gives them; if it fails, so does the chain, and nobody else's credentials are used instead.
///
/// | | | switched off by |
/// |---|---|---|
/// | 1 | environment, the variables of OSS | |
/// | 2 | environment, the variables of Alibaba Cloud | |
/// | 3 | OIDC: RRSA in ACK, CI | |
/// | 4 | `~/.aliyun/config.json` | `ALIBABA_CLOUD_CLI_PROFILE_DISABLED`, `ALIBABA_CLOUD_IGNORE_PROFILE` |
/// | 5 | `~/.alibabacloud/credentials.ini` | `ALIBABA_CLOUD_IGNORE_PROFILE` |
/// | 6 | `ALIBABA_CLOUD_CREDENTIALS_URI` | `ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS` |
/// | 7 | the RAM role of the ECS instance, if `ALIBABA_CLOUD_ECS_METADATA` is set or by [`with_ecs_discovery`](Self::with_ecs_discovery) | `ALIBABA_CLOUD_ECS_METADATA_DISABLED` |
///
/// A pair in the environment is used as it is, also where `ALIBABA_CLOUD_ROLE_ARN` is set.
///
/// ```no_run
/// # #[cfg(feature = "ureq")] {
/// use oss_sign_credentials::{Blocking, Cached, DefaultChain, ProvideCredentials, Ureq};
///
/// let provider = Cached::new(Blocking::new(DefaultChain::new(), Ureq::new()));
/// println!("{}", provider.provide()?.provider());
/// # }
/// # Ok::<(), oss_sign_credentials::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct DefaultChain {
    sources: Vec<Source>,
    discovers_ecs: bool,
    goes_on_after_failures: bool,
    winner: Option<Arc<OnceLock<usize>>>,
}

impl DefaultChain {
    /// The chain in the table.
    #[must_use]
    pub fn new() -> Self {
        use Source::{
            AlibabaCloudEnvironment, CliProfile, CredentialsFile, CredentialsUri, EcsRamRole,
            OidcRoleArn, OssEnvironment,
        };
        Self::of(&[
            OssEnvironment,
            AlibabaCloudEnvironment,
            OidcRoleArn,
            CliProfile,
            CredentialsFile,
            CredentialsUri,
            EcsRamRole,
        ])
    }

    /// The chain of Alibaba Cloud's own SDKs for Go, Node.js and Python: environment (of Alibaba
    /// Cloud alone), OIDC, `config.json`, `credentials.ini`, ECS on every machine, URI. It goes on
    /// after every error.
    #[must_use]
    pub fn of_official_sdks() -> Self {
        use Source::{
            AlibabaCloudEnvironment, CliProfile, CredentialsFile, CredentialsUri, EcsRamRole,
            OidcRoleArn,
        };
        let sources = [
            AlibabaCloudEnvironment,
            OidcRoleArn,
            CliProfile,
            CredentialsFile,
            EcsRamRole,
            CredentialsUri,
        ];
        Self { goes_on_after_failures: true, ..Self::of(&sources).with_ecs_discovery() }
    }

    /// These places in this order.
    #[must_use]
    pub fn of(sources: &[Source]) -> Self {
        Self {
            sources: sources.to_vec(),
            discovers_ecs: false,
            goes_on_after_failures: false,
            winner: Some(Arc::default()),
        }
    }

    /// The same without this place.
    #[must_use]
    pub fn without(self, source: Source) -> Self {
        let sources = self.sources.into_iter().filter(|other| *other != source).collect();
        // The numbers of the places are others now.
        Self { sources, winner: self.winner.map(|_| Arc::default()), ..self }
    }

    /// Asks the metadata service for the role of the instance also where nobody says that this is an
    /// ECS instance. Elsewhere it takes up to 2 s to learn that it is none.
    #[must_use]
    pub fn with_ecs_discovery(self) -> Self {
        Self { discovers_ecs: true, ..self }
    }

    /// Looks in all places anew each time, and not only where there were credentials the last time.
    #[must_use]
    pub fn without_memory(self) -> Self {
        Self { winner: None, ..self }
    }

    fn chain(&self) -> Chain {
        let empty = Chain::new().named(NAME, self.winner.clone());
        let chain = self.sources.iter().fold(empty, |chain, source| match source {
            Source::OssEnvironment => chain.or(Environment::of_oss()),
            Source::AlibabaCloudEnvironment => chain.or(Environment::of_alibaba_cloud()),
            Source::OidcRoleArn => chain.or(OidcRoleArn::from_environment()),
            Source::CliProfile => chain.or(CliProfile::new()),
            Source::CredentialsFile => chain.or(CredentialsFile::new()),
            Source::CredentialsUri => chain.or(CredentialsUri::from_environment()),
            Source::EcsRamRole if self.discovers_ecs => chain.or(EcsRamRole::new()),
            Source::EcsRamRole => chain.or(NamedEcsRamRole),
        });
        match self.goes_on_after_failures {
            true => chain.going_on_after_failures(),
            false => chain,
        }
    }
}

impl Default for DefaultChain {
    fn default() -> Self {
        Self::new()
    }
}

impl Provider for DefaultChain {
    fn name(&self) -> ProviderName {
        NAME
    }

    fn acquire<'s>(&self, surroundings: &'s dyn Surroundings) -> Step<'s, Credentials> {
        self.chain().acquire(surroundings)
    }
}

/// The role of the instance, where the environment names it.
#[derive(Debug)]
struct NamedEcsRamRole;

impl Provider for NamedEcsRamRole {
    fn name(&self) -> ProviderName {
        EcsRamRole::new().name()
    }

    fn acquire<'s>(&self, surroundings: &'s dyn Surroundings) -> Step<'s, Credentials> {
        match surroundings.variable(ECS_METADATA) {
            Some(_) => EcsRamRole::new().acquire(surroundings),
            None => Step::failed(Error::not_configured(self.name(), Cause::missing(ECS_METADATA))),
        }
    }
}
