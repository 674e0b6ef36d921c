//! Credentials of a RAM role, for a response of a SAML identity provider.

use crate::credentials::Credentials;
use crate::error::Error;
use crate::provider::{Provider, ProviderName};
use crate::step::Step;
use crate::sts::{AssumeRoleWithToken, RoleArn, SAML_ROLE_ARN, SamlProviderArn, Session, Sts};
use crate::surroundings::Surroundings;
use crate::token_source::TokenSource;

/// Temporary credentials of a RAM role, by `AssumeRoleWithSAML`. The token source gives the whole SAML
/// response in base64.
///
/// ```
/// use oss_sign_credentials::sts::{RoleArn, SamlProviderArn};
/// use oss_sign_credentials::{SamlRoleArn, TokenSource};
///
/// let provider = SamlRoleArn::new(
///     RoleArn::new("acs:ram::1234567890123456:role/oss-reader")?,
///     SamlProviderArn::new("acs:ram::1234567890123456:saml-provider/company")?,
///     TokenSource::file("/run/secrets/saml-response"),
/// );
/// # Ok::<(), oss_sign_credentials::sts::InputError>(())
/// ```
#[derive(Clone, Debug)]
pub struct SamlRoleArn {
    role_arn: RoleArn,
    provider_arn: SamlProviderArn,
    assertion: TokenSource,
    session: Session,
    sts: Sts,
}

impl SamlRoleArn {
    /// Takes on `role_arn` with responses of `provider_arn`.
    #[must_use]
    pub fn new(role_arn: RoleArn, provider_arn: SamlProviderArn, assertion: TokenSource) -> Self {
        let (session, sts) = (Session::new(), Sts::new());
        Self { role_arn, provider_arn, assertion, session, sts }
    }

    /// The same for this session, whose name the response has.
    #[must_use]
    pub fn with_session(self, session: Session) -> Self {
        Self { session, ..self }
    }

    /// The same by this STS.
    #[must_use]
    pub fn with_sts(self, sts: Sts) -> Self {
        Self { sts, ..self }
    }
}

impl Provider for SamlRoleArn {
    fn name(&self) -> ProviderName {
        SAML_ROLE_ARN
    }

    fn acquire<'s>(&self, surroundings: &'s dyn Surroundings) -> Step<'s, Credentials> {
        let call = AssumeRoleWithToken::new(self.role_arn.clone(), self.provider_arn.clone());
        match call {
            Ok(call) => {
                let call = call.with_session(self.session.clone());
                self.assertion.exchange(&call, &self.sts, surroundings)
            }
            Err(error) => Step::failed(Error::failed(SAML_ROLE_ARN, error.into())),
        }
    }
}
