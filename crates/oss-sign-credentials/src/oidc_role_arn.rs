//! Credentials of a RAM role, for a token of an OIDC identity provider: RRSA of ACK, and CI.

use crate::credentials::Credentials;
use crate::error::{Cause, Error};
use crate::provider::{Provider, ProviderName};
use crate::ram_role_arn::named;
use crate::step::Step;
use crate::sts::{AssumeRoleWithToken, OIDC_ROLE_ARN, OidcProviderArn, RoleArn, Session, Sts};
use crate::surroundings::Surroundings;
use crate::token_source::TokenSource;

const ROLE_ARN: &str = "ALIBABA_CLOUD_ROLE_ARN";
const PROVIDER_ARN: &str = "ALIBABA_CLOUD_OIDC_PROVIDER_ARN";
const TOKEN_FILE: &str = "ALIBABA_CLOUD_OIDC_TOKEN_FILE";

/// Temporary credentials of a RAM role, by `AssumeRoleWithOIDC`. The token is read anew each time, and
/// sent to STS alone.
///
/// ```no_run
/// # #[cfg(feature = "ureq")] fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use oss_sign_credentials::sts::{OidcProviderArn, RoleArn};
/// use oss_sign_credentials::{Blocking, OidcRoleArn, ProvideCredentials, TokenSource, Ureq};
///
/// // In a pod of ACK with RRSA, everything is in the environment:
/// let credentials = Blocking::new(OidcRoleArn::from_environment(), Ureq::new()).provide()?;
///
/// // Elsewhere:
/// let provider = OidcRoleArn::new(
///     RoleArn::new("acs:ram::1234567890123456:role/oss-reader")?,
///     OidcProviderArn::new("acs:ram::1234567890123456:oidc-provider/ci")?,
///     TokenSource::file("/run/secrets/oidc-token"),
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct OidcRoleArn {
    /// Or what the environment has.
    given: Option<Given>,
    session: Session,
    sts: Sts,
}

#[derive(Clone, Debug)]
struct Given {
    role_arn: RoleArn,
    provider_arn: OidcProviderArn,
    token: TokenSource,
}

impl OidcRoleArn {
    /// Takes on `role_arn` with tokens of `provider_arn`.
    #[must_use]
    pub fn new(role_arn: RoleArn, provider_arn: OidcProviderArn, token: TokenSource) -> Self {
        let given = Some(Given { role_arn, provider_arn, token });
        Self { given, ..Self::from_environment() }
    }

    /// Takes on the role of `ALIBABA_CLOUD_ROLE_ARN` with the tokens of
    /// `ALIBABA_CLOUD_OIDC_PROVIDER_ARN` in the file `ALIBABA_CLOUD_OIDC_TOKEN_FILE`.
    #[must_use]
    pub fn from_environment() -> Self {
        Self { given: None, session: Session::new(), sts: Sts::new() }
    }

    /// The same for this session.
    #[must_use]
    pub fn with_session(self, session: Session) -> Self {
        Self { session, ..self }
    }

    /// The same by this STS.
    #[must_use]
    pub fn with_sts(self, sts: Sts) -> Self {
        Self { sts, ..self }
    }

    /// The call, and where its token comes from.
    fn call(
        &self,
        surroundings: &dyn Surroundings,
    ) -> Result<(AssumeRoleWithToken, TokenSource), Error> {
        let Given { role_arn, provider_arn, token } = match &self.given {
            Some(given) => given.clone(),
            None => Given::from_environment(surroundings)?,
        };
        let failed = |cause| Error::failed(OIDC_ROLE_ARN, cause);
        let session = named(&self.session, surroundings).map_err(failed)?;
        let call = AssumeRoleWithToken::new(role_arn, provider_arn);
        Ok((call.map_err(|error| failed(error.into()))?.with_session(session), token))
    }
}

impl Given {
    /// `ALIBABA_CLOUD_ROLE_ARN` alone means nothing: other providers have it too.
    fn from_environment(surroundings: &dyn Surroundings) -> Result<Self, Error> {
        let [role_arn, provider_arn, token_file] =
            [ROLE_ARN, PROVIDER_ARN, TOKEN_FILE].map(|name| surroundings.variable(name));
        if provider_arn.is_none() && token_file.is_none() {
            return Err(Error::not_configured(OIDC_ROLE_ARN, Cause::missing(PROVIDER_ARN)));
        }
        let failed = |cause| Error::failed(OIDC_ROLE_ARN, cause);
        let missing = |name: &'static str| {
            move || {
                failed(Cause::missing(name)).with_remedy(format!(
                    "{ROLE_ARN}, {PROVIDER_ARN} and {TOKEN_FILE} belong together"
                ))
            }
        };
        let role_arn = role_arn.ok_or_else(missing(ROLE_ARN))?;
        let provider_arn = provider_arn.ok_or_else(missing(PROVIDER_ARN))?;
        let token_file = token_file.ok_or_else(missing(TOKEN_FILE))?;
        Ok(Self {
            role_arn: RoleArn::new(role_arn).map_err(|error| failed(error.into()))?,
            provider_arn: OidcProviderArn::new(provider_arn)
                .map_err(|error| failed(error.into()))?,
            token: TokenSource::file(token_file),
        })
    }
}

impl Provider for OidcRoleArn {
    fn name(&self) -> ProviderName {
        OIDC_ROLE_ARN
    }

    fn acquire<'s>(&self, surroundings: &'s dyn Surroundings) -> Step<'s, Credentials> {
        match self.call(surroundings) {
            Ok((call, token)) => token.exchange(&call, &self.sts, surroundings),
            Err(error) => Step::failed(error),
        }
    }
}
