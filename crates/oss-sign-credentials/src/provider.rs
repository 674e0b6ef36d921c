//! What a provider is, and what it is called.

use core::fmt::{self, Debug};
use std::borrow::Cow;
use std::sync::Arc;

use crate::credentials::Credentials;
use crate::step::Step;
use crate::surroundings::Surroundings;

/// A source of credentials.
///
/// It says step by step what is to be done to get them, and does none of it: see [`Step`]. Every call
/// asks anew; `Cached` keeps what it got.
pub trait Provider: Send + Sync + Debug {
    /// What it is called in errors.
    fn name(&self) -> ProviderName;

    /// The first step to its credentials.
    ///
    /// Environment, files and clock are read from `surroundings` at this call or later, never before.
    /// The steps own what they need of the provider: so one that is made on the way, of what a
    /// configuration file says, need not outlive this call.
    fn acquire<'s>(&self, surroundings: &'s dyn Surroundings) -> Step<'s, Credentials>;
}

/// The name of a provider, as the official SDKs have it; that of one within another follows a `/`:
/// `ram_role_arn/static_ak`, `default/cli_profile/static_ak`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ProviderName(Cow<'static, str>);

impl ProviderName {
    /// A name of one part.
    #[must_use]
    pub const fn new(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// `self/inner`
    #[must_use]
    pub fn of(&self, inner: &Self) -> Self {
        Self(Cow::Owned(format!("{self}/{inner}")))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProviderName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Debug for ProviderName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:?}", self.as_str())
    }
}

/// Providers behind a pointer are providers, so that one source can serve several roles.
macro_rules! provider_behind {
    ($($pointer:ty),+) => {
        $(impl<P: Provider + ?Sized> Provider for $pointer {
            fn name(&self) -> ProviderName {
                (**self).name()
            }

            fn acquire<'s>(&self, surroundings: &'s dyn Surroundings) -> Step<'s, Credentials> {
                (**self).acquire(surroundings)
            }
        })+
    };
}

provider_behind!(&P, Box<P>, Arc<P>);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_nest() {
        let name = ProviderName::new("static_ak");
        let role = ProviderName::new("ram_role_arn");
        assert_eq!(role.of(&role.of(&name)).as_str(), "ram_role_arn/ram_role_arn/static_ak");
    }
}
