//! Credentials of a RAM role, for a response of a SAML identity provider.

use crate::credentials::Credentials;
use crate::error::Error;
use crate::provider::{Provider, ProviderName};
use crate::step::Step;
use crate::sts::{
    AssumeRoleWithSaml, AssumedRole, RoleArn, SAML_ROLE_ARN, SamlProviderArn, Session, Sts,
};
use crate::surroundings::Surroundings;
use crate::token_source::TokenSource;

/// The longest response that STS takes, in characters of base64.
const LONGEST_ASSERTION: usize = 100_000;

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

    /// Everything is checked before the response is read, so that it goes to no wrong place.
    fn start<'s>(
        &self,
        surroundings: &'s dyn Surroundings,
    ) -> Result<Step<'s, AssumedRole>, Error> {
        let failed = |cause| Error::failed(SAML_ROLE_ARN, cause);
        let (role_arn, provider_arn) = (self.role_arn.clone(), self.provider_arn.clone());
        let call = AssumeRoleWithSaml::new(role_arn, provider_arn)
            .map_err(|error| failed(error.into()))?
            .with_session(self.session.clone());
        self.sts.origin(surroundings).map_err(failed)?;
        let assertion = self.assertion.read(&SAML_ROLE_ARN, LONGEST_ASSERTION, surroundings)?;
        Ok(self.sts.assume_role_with_saml(&call, &assertion, surroundings))
    }
}

impl Provider for SamlRoleArn {
    fn name(&self) -> ProviderName {
        SAML_ROLE_ARN
    }

    fn acquire<'s>(&self, surroundings: &'s dyn Surroundings) -> Step<'s, Credentials> {
        match self.start(surroundings) {
            Ok(step) => step.try_map(|role| Ok(role.into_credentials())),
            Err(error) => Step::failed(error),
        }
    }
}
