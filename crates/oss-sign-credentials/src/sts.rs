//! The calls of the Security Token Service (STS) that hand out temporary credentials.
//!
//! A server that cuts down its own rights for a device or a browser calls
//! [`assume_role`](Sts::assume_role):
//!
//! ```no_run
//! # #[cfg(feature = "ureq")] fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use oss_sign_credentials::sts::{AssumeRole, RoleArn, Session, SessionPolicy, Sts};
//! use oss_sign_credentials::{Blocking, Environment, ProvideCredentials, System, Ureq};
//!
//! let server = Blocking::new(Environment::new(), Ureq::new()).provide()?;
//! let policy = r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:PutObject",
//!     "Resource":"acs:oss:*:*:examplebucket/avatars/*"}]}"#;
//! let call = AssumeRole::new(RoleArn::new("acs:ram::1234567890123456:role/oss-uploader")?)
//!     .with_session(Session::new().with_policy(SessionPolicy::new(policy)?));
//! let session = Sts::new().assume_role(&call, &server, &System).run(&Ureq::new(), &System)?;
//! println!("{}", session.credentials().access_key_id());
//! # Ok(())
//! # }
//! ```

use serde::Deserialize;

use crate::answer;
use crate::credentials::Credentials;
use crate::error::{Cause, Error};
use crate::http::{Limits, Origin};
use crate::provider::ProviderName;
use crate::rpc::Parameters;
use crate::step::Step;
use crate::surroundings::Surroundings;

mod call;
mod endpoint;
mod input;
mod remedy;
mod role;

use call::{Call, Read};
pub use endpoint::StsEndpoint;
pub use input::{
    ExternalId, IdentityProviderArn, InputError, OidcProviderArn, RoleArn, RoleSessionName,
    SamlProviderArn, SessionDuration, SessionPolicy,
};
pub use role::{AssumeRole, AssumeRoleWithToken, AssumedRole, Session};

pub(crate) const RAM_ROLE_ARN: ProviderName = ProviderName::new("ram_role_arn");
pub(crate) const OIDC_ROLE_ARN: ProviderName = ProviderName::new("oidc_role_arn");
pub(crate) const SAML_ROLE_ARN: ProviderName = ProviderName::new("saml_role_arn");

/// STS: where it is, and how long it may take.
///
/// What fails for a moment is tried three times in all, each time with a new nonce and time.
#[derive(Clone, Debug, Default)]
pub struct Sts {
    endpoint: Option<StsEndpoint>,
    limits: Limits,
}

/// Whose credentials they are: the answer of `GetCallerIdentity`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
#[non_exhaustive]
pub struct CallerIdentity {
    /// `Account`, `RAMUser` or `AssumedRoleUser`.
    pub identity_type: String,
    /// The ID of the account.
    pub account_id: String,
    /// `acs:ram::1234567890123456:user/alice`
    pub arn: String,
    /// The ID of the user, or of the session of a role.
    pub principal_id: Option<String>,
}

impl Sts {
    /// STS at the endpoint that the environment has at the time of a call:
    /// `ALIBABA_CLOUD_STS_ENDPOINT`; else that of `ALIBABA_CLOUD_STS_REGION`, within the VPC if
    /// `ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED` is `true`; else the central one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// STS at this endpoint, whatever the environment has.
    #[must_use]
    pub fn at(endpoint: StsEndpoint) -> Self {
        Self { endpoint: Some(endpoint), limits: Limits::default() }
    }

    /// The same with other limits than 5 s to connect and 10 s in all.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Temporary credentials of a role, for whom `credentials` are of: a RAM user, or another role.
    /// An account's own AccessKey may not assume roles.
    pub fn assume_role<'p>(
        &self,
        call: &AssumeRole,
        credentials: &Credentials,
        surroundings: &'p dyn Surroundings,
    ) -> Step<'p, AssumedRole> {
        let name = RAM_ROLE_ARN.of(credentials.provider());
        let signer = Some(credentials.clone());
        self.call(RAM_ROLE_ARN, call.parameters(), signer, AssumedRole::read, surroundings)
            .try_map(|role| Ok(role.with_provider(name)))
    }

    /// Temporary credentials of a role, for whoever has a token of the identity provider. Nothing is
    /// signed.
    pub fn assume_role_with_token<'p>(
        &self,
        call: &AssumeRoleWithToken,
        token: &str,
        surroundings: &'p dyn Surroundings,
    ) -> Step<'p, AssumedRole> {
        let name = call.provider();
        let parameters = call.parameters(token);
        self.call(name.clone(), parameters, None, AssumedRole::read, surroundings)
            .try_map(|role| Ok(role.with_provider(name)))
    }

    /// Whose `credentials` they are. Everybody may ask.
    pub fn get_caller_identity<'p>(
        &self,
        credentials: &Credentials,
        surroundings: &'p dyn Surroundings,
    ) -> Step<'p, CallerIdentity> {
        let parameters = of_action("GetCallerIdentity");
        let read: Read<_> = |origin, response, _| answer::json(origin, response);
        let name = credentials.provider().clone();
        self.call(name, parameters, Some(credentials.clone()), read, surroundings)
    }

    /// The endpoint, for whoever must know that it is a right one before reading a token.
    pub(crate) fn origin(&self, surroundings: &dyn Surroundings) -> Result<Origin, Cause> {
        let endpoint = match &self.endpoint {
            Some(endpoint) => endpoint.clone(),
            None => StsEndpoint::from_environment(surroundings)?,
        };
        Ok(endpoint.origin().clone())
    }

    fn call<'p, T: 'p>(
        &self,
        provider: ProviderName,
        parameters: Parameters,
        signer: Option<Credentials>,
        read: Read<T>,
        surroundings: &'p dyn Surroundings,
    ) -> Step<'p, T> {
        match self.origin(surroundings) {
            Ok(origin) => {
                let limits = self.limits.clone();
                Call { provider, origin, limits, parameters, signer, read }.start(surroundings)
            }
            Err(cause) => Step::failed(Error::failed(provider, cause)),
        }
    }
}

fn of_action(action: &'static str) -> Parameters {
    Parameters::of_action(action, "2015-04-01")
}
