//! Credentials of a RAM role that other credentials take on.

use crate::credentials::Credentials;
use crate::error::{Cause, Error};
use crate::provider::{Provider, ProviderName};
use crate::step::Step;
use crate::sts::{
    AssumeRole, AssumedRole, ExternalId, RAM_ROLE_ARN, RoleArn, RoleSessionName, Session, Sts,
};
use crate::surroundings::Surroundings;

/// Temporary credentials of a RAM role, by `AssumeRole`.
///
/// The source is any provider: with a role as the source, roles are chained.
///
/// ```no_run
/// # #[cfg(feature = "ureq")] fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use oss_sign_credentials::sts::RoleArn;
/// use oss_sign_credentials::{Blocking, Environment, ProvideCredentials, RamRoleArn, Ureq};
///
/// let role = RoleArn::new("acs:ram::1234567890123456:role/oss-reader")?;
/// let provider = RamRoleArn::new(Environment::new(), role);
/// let credentials = Blocking::new(provider, Ureq::new()).provide()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RamRoleArn<P> {
    source: P,
    /// Or that of the environment.
    role_arn: Option<RoleArn>,
    external_id: Option<ExternalId>,
    session: Session,
    sts: Sts,
}

impl<P: Provider> RamRoleArn<P> {
    /// Takes on `role_arn` with the credentials of `source`.
    pub fn new(source: P, role_arn: RoleArn) -> Self {
        Self { role_arn: Some(role_arn), ..Self::from_environment(source) }
    }

    /// Takes on the role of `ALIBABA_CLOUD_ROLE_ARN` with the credentials of `source`.
    pub fn from_environment(source: P) -> Self {
        let (session, sts) = (Session::new(), Sts::new());
        Self { source, role_arn: None, external_id: None, session, sts }
    }

    /// The same for this session.
    #[must_use]
    pub fn with_session(self, session: Session) -> Self {
        Self { session, ..self }
    }

    /// The same for a role that wants to be told this.
    #[must_use]
    pub fn with_external_id(self, external_id: ExternalId) -> Self {
        Self { external_id: Some(external_id), ..self }
    }

    /// The same by this STS.
    #[must_use]
    pub fn with_sts(self, sts: Sts) -> Self {
        Self { sts, ..self }
    }

    fn call(&self, surroundings: &dyn Surroundings) -> Result<AssumeRole, Error> {
        let failed = |cause| Error::failed(RAM_ROLE_ARN, cause);
        // A wrong endpoint is told before the source is asked.
        self.sts.origin(surroundings).map_err(failed)?;
        let role_arn = match &self.role_arn {
            Some(role_arn) => role_arn.clone(),
            None => {
                role_arn_of_the_environment(surroundings).map_err(failed)?.ok_or_else(|| {
                    Error::not_configured(RAM_ROLE_ARN, Cause::missing("ALIBABA_CLOUD_ROLE_ARN"))
                })?
            }
        };
        let session = named(&self.session, surroundings).map_err(failed)?;
        let call = AssumeRole::new(role_arn).with_session(session);
        Ok(match &self.external_id {
            Some(external_id) => call.with_external_id(external_id.clone()),
            None => call,
        })
    }
}

impl<P: Provider> Provider for RamRoleArn<P> {
    fn name(&self) -> ProviderName {
        RAM_ROLE_ARN.of(&self.source.name())
    }

    fn acquire<'s>(&self, surroundings: &'s dyn Surroundings) -> Step<'s, Credentials> {
        let call = match self.call(surroundings) {
            Ok(call) => call,
            Err(error) => return Step::failed(error),
        };
        let sts = self.sts.clone();
        self.source
            .acquire(surroundings)
            // That the source is not configured, when the role is, is a mistake.
            .then(|source| {
                Step::Done(source.map_err(|error| error.into_failed().within(&RAM_ROLE_ARN)))
            })
            .and_then(move |source| sts.assume_role(&call, &source, surroundings))
            .try_map(|role| Ok(AssumedRole::into_credentials(role)))
    }
}

pub(crate) fn role_arn_of_the_environment(
    surroundings: &dyn Surroundings,
) -> Result<Option<RoleArn>, Cause> {
    let role_arn = surroundings.variable("ALIBABA_CLOUD_ROLE_ARN");
    Ok(role_arn.map(RoleArn::new).transpose()?)
}

/// The session by its own name, or by that of the environment.
pub(crate) fn named(session: &Session, surroundings: &dyn Surroundings) -> Result<Session, Cause> {
    match surroundings.variable("ALIBABA_CLOUD_ROLE_SESSION_NAME") {
        Some(name) if session.name().is_none() => {
            Ok(session.clone().with_name(RoleSessionName::new(name)?))
        }
        _ => Ok(session.clone()),
    }
}
