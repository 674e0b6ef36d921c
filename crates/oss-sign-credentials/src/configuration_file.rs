//! What the providers that read a configuration file have in common.

use std::path::PathBuf;

use crate::credentials::Credentials;
use crate::error::{Cause, Error};
use crate::provider::{Provider, ProviderName};
use crate::step::Step;
use crate::surroundings::Surroundings;

/// Switches all configuration files off.
pub(crate) const IGNORE_PROFILE: &str = "ALIBABA_CLOUD_IGNORE_PROFILE";

/// Chooses a profile in all configuration files.
pub(crate) const PROFILE: &str = "ALIBABA_CLOUD_PROFILE";

/// Where a configuration file should be.
pub(crate) struct ConfigurationFile {
    pub(crate) path: PathBuf,
    /// Did somebody say so, or is it where it usually is?
    is_chosen: bool,
}

impl ConfigurationFile {
    /// At the path that is given, or else at that of the first variable that is set.
    pub(crate) fn chosen(
        given: Option<PathBuf>,
        variables: &[&str],
        surroundings: &dyn Surroundings,
    ) -> Option<Self> {
        let variable = || variables.iter().find_map(|name| surroundings.variable(name));
        let path = given.or_else(|| variable().map(PathBuf::from))?;
        Some(Self { path, is_chosen: true })
    }

    /// Where it usually is.
    pub(crate) fn usual(path: PathBuf) -> Self {
        Self { path, is_chosen: false }
    }

    /// It is not there: which is a mistake if somebody said that it should be.
    pub(crate) fn absent(&self, provider: ProviderName) -> Error {
        let cause = Cause::File(self.path.clone(), "is not there".into());
        match self.is_chosen {
            true => Error::failed(provider, cause),
            false => Error::not_configured(provider, cause),
        }
    }
}

/// A user without a home has no files in it. (Never the root directory.)
pub(crate) fn no_home(provider: ProviderName) -> Error {
    Error::not_configured(provider, Cause::missing("the home directory"))
}

/// An error if one of these variables switches the provider off.
pub(crate) fn check_switches(
    provider: ProviderName,
    switches: &[&'static str],
    surroundings: &dyn Surroundings,
) -> Result<(), Error> {
    for &switch in switches {
        let is_on = surroundings.is_switched_on(switch);
        if is_on.map_err(|cause| Error::failed(provider.clone(), cause))? {
            return Err(Error::not_configured(provider, Cause::Disabled(switch.into())));
        }
    }
    Ok(())
}

/// The credentials of the provider that the file chose. If that one is not configured, the file is
/// wrong.
pub(crate) fn acquire<'s>(
    outer: ProviderName,
    chosen: Result<Box<dyn Provider>, Error>,
    surroundings: &'s dyn Surroundings,
) -> Step<'s, Credentials> {
    let chosen = match chosen {
        Ok(provider) => provider,
        Err(error) => return Step::failed(error),
    };
    chosen.acquire(surroundings).then(move |result| {
        Step::Done(match result {
            Ok(credentials) => {
                let name = outer.of(credentials.provider());
                Ok(credentials.with_provider(name))
            }
            Err(error) => Err(error.into_failed().within(&outer)),
        })
    })
}
