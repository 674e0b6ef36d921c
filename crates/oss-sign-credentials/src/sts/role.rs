//! The calls by which a role is assumed, and what they answer.

use oss_sign::Timestamp;
use serde::Deserialize;

use super::input::{
    ExternalId, IdentityProviderArn, InputError, RoleArn, RoleSessionName, SessionDuration,
    SessionPolicy,
};
use super::{OIDC_ROLE_ARN, SAML_ROLE_ARN, of_action};
use crate::answer::{self, TemporaryCredentials};
use crate::credentials::Credentials;
use crate::error::Cause;
use crate::http::{Origin, Response};
use crate::provider::ProviderName;
use crate::rpc::Parameters;

/// The session of a role: what it is called, how long it lasts, and what it may do.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Session {
    name: Option<RoleSessionName>,
    duration: SessionDuration,
    policy: Option<SessionPolicy>,
}

/// `AssumeRole`: a RAM user, or another role, takes on a role.
///
/// <https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-assumerole>
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AssumeRole {
    role_arn: RoleArn,
    external_id: Option<ExternalId>,
    session: Session,
}

/// `AssumeRoleWithOIDC` or `AssumeRoleWithSAML`: whoever has a token of an identity provider takes on
/// a role. Nothing is signed.
///
/// | provider | token | characters |
/// |---|---|---|
/// | OIDC | the JSON Web Token | 4 to 20,000 |
/// | SAML | the whole SAML response, in base64; it names the session | 4 to 100,000 |
///
/// <https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-assumerolewithoidc>,
/// <https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-assumerolewithsaml>
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct AssumeRoleWithToken {
    role_arn: RoleArn,
    provider_arn: IdentityProviderArn,
    session: Session,
}

/// A role that was assumed.
#[derive(Clone, Debug)]
pub struct AssumedRole {
    credentials: Credentials,
    arn: Option<String>,
    request_id: Option<String>,
}

impl Session {
    /// A session of 3600 s that may do all that its role may. It is called what
    /// `ALIBABA_CLOUD_ROLE_SESSION_NAME` says, if a provider asks for it, or else `oss-sign`.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same session by this name.
    #[must_use]
    pub fn with_name(self, name: RoleSessionName) -> Self {
        Self { name: Some(name), ..self }
    }

    /// The same session of this duration.
    #[must_use]
    pub fn with_duration(self, duration: SessionDuration) -> Self {
        Self { duration, ..self }
    }

    /// The same session that may do no more than this policy allows.
    #[must_use]
    pub fn with_policy(self, policy: SessionPolicy) -> Self {
        Self { policy: Some(policy), ..self }
    }

    /// The name, if it was given one.
    #[must_use]
    pub fn name(&self) -> Option<&RoleSessionName> {
        self.name.as_ref()
    }

    fn add_to(&self, parameters: Parameters) -> Parameters {
        parameters
            .with("DurationSeconds", self.duration.seconds().to_string())
            .with_optional("Policy", self.policy.as_ref().map(SessionPolicy::as_str))
    }

    fn add_with_name_to(&self, parameters: Parameters) -> Parameters {
        let name = self.name.clone().unwrap_or_default();
        self.add_to(parameters.with("RoleSessionName", name.as_str()))
    }
}

impl AssumeRole {
    /// Takes on this role.
    #[must_use]
    pub fn new(role_arn: RoleArn) -> Self {
        Self { role_arn, external_id: None, session: Session::new() }
    }

    /// The same for a role that wants to be told this, so that nobody else has it taken on.
    #[must_use]
    pub fn with_external_id(self, external_id: ExternalId) -> Self {
        Self { external_id: Some(external_id), ..self }
    }

    /// The same for this session.
    #[must_use]
    pub fn with_session(self, session: Session) -> Self {
        Self { session, ..self }
    }

    pub(super) fn parameters(&self) -> Parameters {
        let external_id = self.external_id.as_ref().map(ExternalId::as_str);
        let parameters = of_action("AssumeRole")
            .with("RoleArn", self.role_arn.as_str())
            .with_optional("ExternalId", external_id);
        self.session.add_with_name_to(parameters)
    }
}

impl AssumeRoleWithToken {
    /// Takes on this role, with a token of this identity provider.
    ///
    /// # Errors
    ///
    /// They are of different accounts.
    pub fn new(
        role_arn: RoleArn,
        provider_arn: impl Into<IdentityProviderArn>,
    ) -> Result<Self, InputError> {
        let provider_arn = provider_arn.into();
        match role_arn.account() == provider_arn.account() {
            true => Ok(Self { role_arn, provider_arn, session: Session::new() }),
            false => Err(InputError::OtherAccount),
        }
    }

    /// The same for this session.
    #[must_use]
    pub fn with_session(self, session: Session) -> Self {
        Self { session, ..self }
    }

    pub(crate) fn provider(&self) -> ProviderName {
        match self.provider_arn {
            IdentityProviderArn::Oidc(_) => OIDC_ROLE_ARN,
            IdentityProviderArn::Saml(_) => SAML_ROLE_ARN,
        }
    }

    /// The most characters that STS takes of a token.
    pub(crate) fn longest_token(&self) -> usize {
        match self.provider_arn {
            IdentityProviderArn::Oidc(_) => 20_000,
            IdentityProviderArn::Saml(_) => 100_000,
        }
    }

    pub(super) fn parameters(&self, token: &str) -> Parameters {
        let (action, arn_name, arn, token_name) = match &self.provider_arn {
            IdentityProviderArn::Oidc(arn) => {
                ("AssumeRoleWithOIDC", "OIDCProviderArn", arn.as_str(), "OIDCToken")
            }
            IdentityProviderArn::Saml(arn) => {
                ("AssumeRoleWithSAML", "SAMLProviderArn", arn.as_str(), "SAMLAssertion")
            }
        };
        let parameters = of_action(action)
            .with("RoleArn", self.role_arn.as_str())
            .with(arn_name, arn)
            .with(token_name, token);
        match self.provider_arn {
            IdentityProviderArn::Oidc(_) => self.session.add_with_name_to(parameters),
            IdentityProviderArn::Saml(_) => self.session.add_to(parameters),
        }
    }
}

impl AssumedRole {
    /// The temporary credentials. What is handed to a device or a browser is their AccessKey ID,
    /// secret, token and expiry.
    #[must_use]
    pub fn credentials(&self) -> &Credentials {
        &self.credentials
    }

    /// The temporary credentials alone.
    #[must_use]
    pub fn into_credentials(self) -> Credentials {
        self.credentials
    }

    /// Who that is now: `acs:ram::1234567890123456:role/oss-reader/alice`.
    #[must_use]
    pub fn arn(&self) -> Option<&str> {
        self.arn.as_deref()
    }

    /// What the support of Alibaba Cloud asks for.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.request_id.as_deref()
    }

    pub(super) fn with_provider(self, provider: ProviderName) -> Self {
        Self { credentials: self.credentials.with_provider(provider), ..self }
    }

    pub(super) fn read(
        origin: &Origin,
        response: &Response,
        now: Timestamp,
    ) -> Result<Self, Cause> {
        let answer: Answer = answer::json(origin, response)?;
        let credentials = answer
            .credentials
            .ok_or_else(|| Cause::Answer(origin.clone(), "has no Credentials".into()))?;
        Ok(Self {
            credentials: credentials.check(origin, now)?,
            arn: answer.assumed_role_user.and_then(|user| user.arn),
            request_id: answer.request_id,
        })
    }
}

/// <https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-assumerole>
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    request_id: Option<String>,
    assumed_role_user: Option<AssumedRoleUser>,
    credentials: Option<TemporaryCredentials>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct AssumedRoleUser {
    arn: Option<String>,
}
