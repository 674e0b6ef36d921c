//! The AccessKey: from the environment, a configuration file, a role, or whoever else has one. Never
//! from the command line, which is in the shell's history and in the list of processes.

use std::path::PathBuf;
use std::sync::Arc;

use clap::{Args, ValueEnum};
#[cfg(feature = "kms")]
use oss_sign_credentials::KmsRamSecret;
use oss_sign_credentials::{
    Blocking, CliProfile, Credentials, CredentialsFile, CredentialsUri, DefaultChain, EcsRamRole,
    Environment, Error, ErrorKind, External, FunctionCompute, OidcRoleArn, ProvideCredentials,
    Provider, Ureq,
};

use crate::mistake::Mistake;
use crate::surroundings::Process;

#[derive(Args)]
#[command(next_help_heading = "Credentials")]
pub(crate) struct CredentialsArgs {
    /// Where the AccessKey comes from [default: the first of them that is configured]
    #[arg(long, value_name = "SOURCE")]
    credentials: Option<Source>,

    /// The profile of the configuration file [env: ALIBABA_CLOUD_PROFILE]
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,

    /// The configuration file, instead of ~/.aliyun/config.json
    #[arg(long, value_name = "FILE")]
    config_file: Option<PathBuf>,

    /// A command that prints the AccessKey as JSON; no shell sees it
    #[arg(long, value_name = "COMMAND")]
    process_command: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Source {
    /// The environment, OSS_ACCESS_KEY_ID or ALIBABA_CLOUD_ACCESS_KEY_ID
    Env,
    /// A role, for the token in ALIBABA_CLOUD_OIDC_TOKEN_FILE
    Oidc,
    /// A profile of ~/.aliyun/config.json
    Config,
    /// A section of ~/.alibabacloud/credentials.ini
    Ini,
    /// ALIBABA_CLOUD_CREDENTIALS_URI
    Uri,
    /// The role of this ECS instance
    Ecs,
    /// The --process-command
    External,
    /// The role of this function of Function Compute
    Fc,
    /// A RAM secret of KMS, as secretsmanager.properties says
    #[cfg(feature = "kms")]
    Kms,
}

impl CredentialsArgs {
    /// The AccessKey, whoever has it.
    pub(crate) fn access_key(&self) -> Result<Arc<Credentials>, Mistake> {
        self.if_any()?.ok_or_else(|| {
            Mistake::new(
                "there is no AccessKey: set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET \
                 (and OSS_SESSION_TOKEN if it is a temporary one); 'oss-sign credentials show' tells \
                 where else it was looked for",
            )
        })
    }

    /// The AccessKey, for verbs that can do without. To ask for one that is not there is a mistake.
    pub(crate) fn if_any(&self) -> Result<Option<Arc<Credentials>>, Mistake> {
        match provide(self.provider()?)? {
            Ok(credentials) => Ok(Some(credentials)),
            Err(error) if error.kind() == ErrorKind::NotConfigured && self.is_default() => Ok(None),
            Err(error) => Err(mistake(&error)),
        }
    }

    /// Did the user leave it to us where to look?
    fn is_default(&self) -> bool {
        let Self { credentials, profile, config_file, process_command } = self;
        credentials.is_none()
            && profile.is_none()
            && config_file.is_none()
            && process_command.is_none()
    }

    /// Who is asked for the AccessKey.
    pub(crate) fn provider(&self) -> Result<Box<dyn Provider>, Mistake> {
        let is_profile = self.profile.is_some() || self.config_file.is_some();
        Ok(match (self.credentials, is_profile, self.process_command.as_deref()) {
            (None, false, None) => Box::new(DefaultChain::new()),
            (None | Some(Source::Config), _, None) => Box::new(self.cli_profile()),
            (Some(Source::Ini), _, None) => Box::new(self.credentials_file()),
            (None | Some(Source::External), false, Some(command)) => {
                Box::new(External::new(command).map_err(|error| mistake(&error))?)
            }
            (Some(Source::External), false, None) => {
                return Err(Mistake::new("--credentials external needs the --process-command"));
            }
            (Some(Source::Env), false, None) => Box::new(Environment::new()),
            (Some(Source::Oidc), false, None) => Box::new(OidcRoleArn::from_environment()),
            (Some(Source::Uri), false, None) => Box::new(CredentialsUri::from_environment()),
            (Some(Source::Ecs), false, None) => Box::new(EcsRamRole::new()),
            (Some(Source::Fc), false, None) => Box::new(FunctionCompute::from_environment()),
            #[cfg(feature = "kms")]
            (Some(Source::Kms), false, None) => Box::new(KmsRamSecret::from_properties()),
            (_, _, _) => {
                return Err(Mistake::new(
                    "--profile and --config-file are of --credentials config and ini, \
                     --process-command is of external: remove what is of another source",
                ));
            }
        })
    }

    fn cli_profile(&self) -> CliProfile {
        let mut provider = CliProfile::new();
        if let Some(profile) = &self.profile {
            provider = provider.with_profile(profile);
        }
        match &self.config_file {
            Some(path) => provider.with_path(path),
            None => provider,
        }
    }

    fn credentials_file(&self) -> CredentialsFile {
        let mut provider = CredentialsFile::new();
        if let Some(section) = &self.profile {
            provider = provider.with_section(section);
        }
        match &self.config_file {
            Some(path) => provider.with_path(path),
            None => provider,
        }
    }
}

/// Asks a provider. Nothing is sent unless it must be.
pub(crate) fn provide(
    provider: impl Provider + 'static,
) -> Result<Result<Arc<Credentials>, Error>, Mistake> {
    let process = Arc::new(Process::default());
    let blocking = Blocking::new(provider, Ureq::new()).with_surroundings(process.clone());
    let outcome = blocking.provide();
    match process.not_utf_8() {
        Some(name) => Err(Mistake::new(format!("{name} is not UTF-8: set it again, or unset it"))),
        None => Ok(outcome),
    }
}

/// The error of a provider, with the name of the provider where the cause does not tell it.
pub(crate) fn mistake(error: &Error) -> Mistake {
    let is_of_the_environment = error.provider().as_str().ends_with("env");
    let text = match (is_of_the_environment, error.remedy()) {
        (true, Some(remedy)) => format!("{}; {remedy}", error.cause()),
        (true, None) => error.cause().to_string(),
        (false, _) => error.to_string(),
    };
    Mistake::new(text)
}
