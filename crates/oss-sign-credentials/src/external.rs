//! A command that prints credentials.

use core::time::Duration;

use oss_sign::Timestamp;
use zeroize::Zeroizing;

use crate::command::{Command, Output};
use crate::credentials::{Credentials, Lifetime};
use crate::error::{Cause, Error};
use crate::external::command_line::{Quoting, split};
use crate::provider::{Provider, ProviderName};
use crate::rfc3339;
use crate::step::Step;
use crate::surroundings::Surroundings;

mod command_line;
mod output;

const NAME: ProviderName = ProviderName::new("external");

/// Switches off what a configuration file could run or ask: commands and URIs.
pub(crate) const DISABLED: &str = "ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS";

/// A command that prints credentials in JSON, in either of the documented forms:
///
/// | | the SDKs and `aliyun` | the OSS SDK for Go v2 |
/// |---|---|---|
/// | AccessKey | `access_key_id`, `access_key_secret` | `AccessKeyId`, `AccessKeySecret` |
/// | token | `sts_token` | `SecurityToken` |
/// | until when | `expiration` | `Expiration` |
/// | | `mode`: `AK` or `StsToken` | |
///
/// Without an expiration it is run for each use, but for a plain pair of the second form, which is
/// kept. `ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS=true` forbids it to run.
///
/// What the command prints is never part of an error, nor are its arguments; what it prints on
/// standard error is dropped.
///
/// ```
/// # #[cfg(unix)] {
/// use oss_sign_credentials::http::Offline;
/// use oss_sign_credentials::{Blocking, External, ProvideCredentials};
///
/// let command = r#"echo '{"mode":"AK","access_key_id":"LTAI5tExampleKeyId","access_key_secret":"example-secret"}'"#;
/// let credentials = Blocking::new(External::new(command)?, Offline).provide()?;
/// assert_eq!(credentials.access_key_id(), "LTAI5tExampleKeyId");
/// # }
/// # Ok::<(), oss_sign_credentials::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct External(Command);

impl External {
    /// A line that is split into program and arguments as a shell would, but no shell sees it, and
    /// nothing in it is expanded. It may take 60 seconds.
    ///
    /// On Windows it is split as programs there split their command line.
    ///
    /// # Errors
    ///
    /// It names no program, or has a quote that is not closed.
    pub fn new(command: &str) -> Result<Self, Error> {
        let (program, arguments) = split(command, Quoting::NATIVE)
            .map_err(|error| Error::failed(NAME, Cause::invalid("the command", error.problem())))?;
        let arguments = arguments.into_iter().map(Zeroizing::new).collect();
        Ok(Self(Command::new(program, arguments, Duration::from_secs(60))))
    }

    /// A line for the shell of the system, as the OSS SDK for Go v2 runs it. It may take 15 seconds.
    ///
    /// Never make it of text that others gave you.
    #[must_use]
    pub fn shell(line: &str) -> Self {
        Self(Command::shell(line, Duration::from_secs(15)))
    }

    /// This command.
    #[must_use]
    pub fn command(command: Command) -> Self {
        Self(command)
    }
}

impl Provider for External {
    fn name(&self) -> ProviderName {
        NAME
    }

    fn acquire<'s>(&self, surroundings: &'s dyn Surroundings) -> Step<'s, Credentials> {
        match surroundings.is_switched_on(DISABLED) {
            Ok(false) => {}
            Ok(true) => {
                return Step::failed(Error::not_configured(NAME, Cause::Disabled(DISABLED.into())));
            }
            Err(cause) => return Step::failed(Error::failed(NAME, cause)),
        }
        let program = self.0.program().to_owned();
        Step::run_command(self.0.clone(), move |output| {
            let credentials = output
                .map_err(|error| Cause::Command(program, error))
                .and_then(|output| read(&output, surroundings.now()));
            Step::Done(credentials.map_err(|cause| Error::failed(NAME, cause)))
        })
    }
}

fn read(output: &Output, now: Timestamp) -> Result<Credentials, Cause> {
    const OUTPUT: &str = "the output of the command";
    let printed =
        output::read(&output.stdout).map_err(|error| Cause::invalid(OUTPUT, error.problem()))?;
    let lifetime = match printed.expiration.as_deref() {
        None if printed.is_permanent => Lifetime::Permanent,
        None => Lifetime::Unknown,
        Some(text) => Lifetime::Until(rfc3339::parse(text).ok_or_else(|| {
            Cause::invalid(OUTPUT, "has an expiration that is not like 2030-01-31T12:00:00Z")
        })?),
    };
    let token = printed.security_token.as_ref().map(|token| token.as_str());
    let credentials = Credentials::new(
        printed.access_key_id.as_str(),
        printed.access_key_secret.as_str(),
        token,
    )?
    .with_provider(NAME)
    .with_lifetime(lifetime);
    match credentials.expires_at() {
        Some(expiry) if credentials.is_expired_at(now) => Err(Cause::Expired(expiry)),
        _ => Ok(credentials),
    }
}
