//! What configuration files say of a role.

use core::fmt;

use oss_sign::Region;

use crate::oidc_role_arn::OidcRoleArn;
use crate::provider::Provider;
use crate::ram_role_arn::RamRoleArn;
use crate::sts::{
    ExternalId, OidcProviderArn, RoleArn, RoleSessionName, Session, SessionDuration, SessionPolicy,
    Sts, StsEndpoint,
};
use crate::token_source::TokenSource;

/// What a configuration file says of a role, as it stands there.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct RoleSettings<'a> {
    pub(crate) session_name: Option<&'a str>,
    pub(crate) external_id: Option<&'a str>,
    pub(crate) policy: Option<&'a str>,
    /// The duration in seconds.
    pub(crate) seconds: Option<i64>,
    pub(crate) sts_endpoint: Option<&'a str>,
    pub(crate) sts_region: Option<&'a str>,
    pub(crate) enable_vpc: bool,
}

/// After "a setting that is none: ". What is wrong with it, not what it is.
pub(crate) type Problem = String;

impl RoleSettings<'_> {
    /// The role, assumed with the credentials of `source`.
    pub(crate) fn assumed_by(
        &self,
        source: Box<dyn Provider>,
        role_arn: &str,
    ) -> Result<Box<dyn Provider>, Problem> {
        let provider = RamRoleArn::new(source, RoleArn::new(role_arn).map_err(problem)?)
            .with_session(self.session()?)
            .with_sts(self.sts()?);
        Ok(match self.external_id {
            None => Box::new(provider),
            Some(id) => Box::new(provider.with_external_id(ExternalId::new(id).map_err(problem)?)),
        })
    }

    /// The role, assumed with the token in a file.
    pub(crate) fn assumed_with_oidc(
        &self,
        role_arn: &str,
        provider_arn: &str,
        token_file: &str,
    ) -> Result<Box<dyn Provider>, Problem> {
        let role_arn = RoleArn::new(role_arn).map_err(problem)?;
        let provider_arn = OidcProviderArn::new(provider_arn).map_err(problem)?;
        let provider = OidcRoleArn::new(role_arn, provider_arn, TokenSource::file(token_file));
        Ok(Box::new(provider.with_session(self.session()?).with_sts(self.sts()?)))
    }

    fn session(&self) -> Result<Session, Problem> {
        let mut session = Session::new();
        if let Some(name) = self.session_name {
            session = session.with_name(RoleSessionName::new(name).map_err(problem)?);
        }
        if let Some(seconds) = self.seconds {
            // What is negative is too short.
            let seconds = u64::try_from(seconds).unwrap_or(0);
            let duration = SessionDuration::from_seconds(seconds).map_err(problem)?;
            session = session.with_duration(duration);
        }
        if let Some(policy) = self.policy {
            session = session.with_policy(SessionPolicy::new(policy).map_err(problem)?);
        }
        Ok(session)
    }

    /// That of the environment, if nothing is said.
    fn sts(&self) -> Result<Sts, Problem> {
        if let Some(endpoint) = self.sts_endpoint {
            return Ok(Sts::at(StsEndpoint::parse(endpoint).map_err(problem)?));
        }
        let region = self.sts_region.map(Region::new).transpose().map_err(problem)?;
        Ok(match (region, self.enable_vpc) {
            (Some(region), true) => Sts::at(StsEndpoint::vpc(&region)),
            (Some(region), false) => Sts::at(StsEndpoint::regional(&region)),
            (None, true) => return Err(problem(crate::sts::InputError::VpcWithoutRegion)),
            (None, false) => Sts::new(),
        })
    }
}

fn problem(error: impl fmt::Display) -> Problem {
    error.to_string()
}
