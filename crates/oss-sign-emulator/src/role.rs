//! RAM roles: who may assume them, and for how long.
//!
//! <https://www.alibabacloud.com/help/en/ram/ram-role-overview>

use crate::oss::ACCOUNT;

/// A role that temporary credentials can be had for.
///
/// ```
/// use oss_sign_emulator::{Principal, Role};
///
/// let role = Role::new("photo-uploader")
///     .trust(Principal::Account)
///     .max_session_seconds(7200);
/// assert_eq!(role.arn(), "acs:ram::1234567890123456:role/photo-uploader");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Role {
    name: String,
    trusted: Vec<Principal>,
    max_session_seconds: u32,
}

/// Whom a role trusts: the `Principal` of its trust policy.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Principal {
    /// Every RAM user and role of the account.
    Account,
    /// One RAM user or role, by its ARN.
    Identity(String),
    /// Elastic Compute Service: the metadata service of an instance that has the role.
    Ecs,
    /// An OIDC identity provider: `AssumeRoleWithOIDC`.
    Oidc(OidcProvider),
}

/// An OIDC identity provider, and what a token of it must say.
///
/// The emulator has no key of any provider: the signature of a token is *not* verified.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OidcProvider {
    name: String,
    issuer: String,
    client_id: String,
}

impl Role {
    /// The shortest session, in seconds.
    pub const MIN_SESSION_SECONDS: u32 = 900;

    /// A role that nobody may assume yet, for at most an hour, as RAM makes them.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), trusted: Vec::new(), max_session_seconds: 3600 }
    }

    /// Trusts one principal more.
    #[must_use]
    pub fn trust(mut self, principal: Principal) -> Self {
        self.trusted.push(principal);
        self
    }

    /// Allows sessions of up to so many seconds: RAM takes 3600 to 43,200.
    #[must_use]
    pub fn max_session_seconds(mut self, seconds: u32) -> Self {
        self.max_session_seconds = seconds;
        self
    }

    /// The name of the role in its ARN.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// `acs:ram::ACCOUNT:role/NAME`.
    #[must_use]
    pub fn arn(&self) -> String {
        format!("acs:ram::{ACCOUNT}:role/{}", self.name)
    }

    /// The ARN of whoever assumed the role under this session name.
    pub(crate) fn session_arn(&self, session_name: &str) -> String {
        format!("acs:ram::{ACCOUNT}:assumed-role/{}/{session_name}", self.name)
    }

    /// What RAM calls the role by, where it does not use its name.
    pub(crate) fn id(&self) -> String {
        let sum = self.name.bytes().fold(7_u64, |sum, byte| {
            sum.wrapping_mul(31).wrapping_add(byte.into()) % 1_000_000_000_000
        });
        format!("300000{sum:012}")
    }

    pub(crate) fn longest_session(&self) -> u32 {
        self.max_session_seconds
    }

    pub(crate) fn trusts_identity(&self, arn: &str) -> bool {
        self.trusted.iter().any(|principal| match principal {
            Principal::Account => true,
            Principal::Identity(trusted) => trusted == arn,
            Principal::Ecs | Principal::Oidc(_) => false,
        })
    }

    pub(crate) fn trusts_account(&self) -> bool {
        self.trusted.contains(&Principal::Account)
    }

    pub(crate) fn trusts_ecs(&self) -> bool {
        self.trusted.contains(&Principal::Ecs)
    }

    pub(crate) fn trusted_provider(&self, arn: &str) -> Option<&OidcProvider> {
        self.trusted.iter().find_map(|principal| match principal {
            Principal::Oidc(provider) if provider.arn() == arn => Some(provider),
            _ => None,
        })
    }
}

impl OidcProvider {
    /// A provider whose tokens have this `iss`, and this client ID in `aud`.
    #[must_use]
    pub fn new(
        name: impl Into<String>,
        issuer: impl Into<String>,
        client_id: impl Into<String>,
    ) -> Self {
        Self { name: name.into(), issuer: issuer.into(), client_id: client_id.into() }
    }

    /// `acs:ram::ACCOUNT:oidc-provider/NAME`.
    #[must_use]
    pub fn arn(&self) -> String {
        format!("acs:ram::{ACCOUNT}:oidc-provider/{}", self.name)
    }

    pub(crate) fn issuer(&self) -> &str {
        &self.issuer
    }

    pub(crate) fn client_id(&self) -> &str {
        &self.client_id
    }
}
