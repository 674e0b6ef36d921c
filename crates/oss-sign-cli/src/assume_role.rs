//! `oss-sign assume-role`: temporary credentials of a RAM role.

use std::fs;
use std::io::{self, Read as _};

use clap::Args;
use oss_sign_credentials::RamRoleArn;
use oss_sign_credentials::sts::{
    ExternalId, RoleArn, RoleSessionName, Session, SessionDuration, SessionPolicy, Sts, StsEndpoint,
};

use crate::access_key::{CredentialsArgs, mistake, provide};
use crate::answer::Answer;
use crate::expires;
use crate::exported::Exported;
use crate::mistake::{Mistake, Quoted};

/// Print temporary credentials of a RAM role: variables for a POSIX shell.
///
/// They may do what the role may, and of that no more than the policy allows.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct AssumeRole {
    /// The role: acs:ram::ACCOUNT:role/NAME
    #[arg(value_name = "ARN", value_parser = role_arn)]
    arn: RoleArn,

    /// A file with a RAM policy, at most 2048 bytes; - is standard input
    #[arg(long, value_name = "FILE", help_heading = "Session")]
    policy: Option<String>,

    /// How long they hold: seconds, or 15m, 1h30m; from 15m to what the role allows [default: 1h]
    #[arg(long, value_name = "DURATION", value_parser = duration, help_heading = "Session")]
    duration: Option<SessionDuration>,

    /// What the session is called in logs [env: ALIBABA_CLOUD_ROLE_SESSION_NAME]
    #[arg(long, value_name = "NAME", value_parser = session_name, help_heading = "Session")]
    session_name: Option<RoleSessionName>,

    /// What a role of somebody else's account wants to be told
    #[arg(long, value_name = "ID", value_parser = external_id, help_heading = "Session")]
    external_id: Option<ExternalId>,

    /// The endpoint of STS [env: ALIBABA_CLOUD_STS_ENDPOINT]
    #[arg(long, value_name = "HOST", value_parser = sts_endpoint, help_heading = "Session")]
    sts_endpoint: Option<StsEndpoint>,

    #[command(flatten)]
    credentials: CredentialsArgs,

    /// Print a JSON document
    #[arg(long, help_heading = "Output")]
    json: bool,
}

const EXAMPLES: &str = "\
EXAMPLES:
  eval \"$(oss-sign assume-role acs:ram::1234567890123456:role/oss-reader)\"
  oss-sign assume-role acs:ram::1234567890123456:role/uploader --policy policy.json --duration 15m
  oss-sign assume-role acs:ram::1234567890123456:role/oss-reader --profile deploy --json";

impl AssumeRole {
    pub(crate) fn run(&self) -> Result<Answer, Mistake> {
        let mut provider = RamRoleArn::new(self.credentials.provider()?, self.arn.clone())
            .with_session(self.session()?);
        if let Some(id) = &self.external_id {
            provider = provider.with_external_id(id.clone());
        }
        if let Some(endpoint) = &self.sts_endpoint {
            provider = provider.with_sts(Sts::at(endpoint.clone()));
        }
        let credentials = provide(provider)?.map_err(|error| mistake(&error))?;
        let exported = Exported::new(&credentials)?;
        let text = if self.json { exported.to_json()? } else { exported.to_shell() };
        Ok(Answer { text, warnings: Vec::new() })
    }

    fn session(&self) -> Result<Session, Mistake> {
        let mut session = Session::new();
        if let Some(name) = &self.session_name {
            session = session.with_name(name.clone());
        }
        if let Some(duration) = self.duration {
            session = session.with_duration(duration);
        }
        if let Some(path) = &self.policy {
            session = session.with_policy(policy(path)?);
        }
        Ok(session)
    }
}

fn policy(path: &str) -> Result<SessionPolicy, Mistake> {
    let of_the_file = |problem: &dyn core::fmt::Display| {
        Mistake::new(format!("--policy {}: {problem}", Quoted(path)))
    };
    let text = match path {
        "-" => {
            let mut text = String::new();
            io::stdin().read_to_string(&mut text).map(|_| text)
        }
        path => fs::read_to_string(path),
    };
    let text = text.map_err(|error| of_the_file(&error))?;
    SessionPolicy::new(text.trim()).map_err(|error| of_the_file(&error))
}

fn duration(text: &str) -> Result<SessionDuration, Mistake> {
    let seconds = expires::seconds(text)?;
    SessionDuration::from_seconds(seconds.into()).map_err(|error| of_value(text, &error))
}

fn role_arn(text: &str) -> Result<RoleArn, Mistake> {
    RoleArn::new(text).map_err(|error| of_value(text, &error))
}

fn session_name(text: &str) -> Result<RoleSessionName, Mistake> {
    RoleSessionName::new(text).map_err(|error| of_value(text, &error))
}

fn external_id(text: &str) -> Result<ExternalId, Mistake> {
    ExternalId::new(text).map_err(|error| of_value(text, &error))
}

fn sts_endpoint(text: &str) -> Result<StsEndpoint, Mistake> {
    StsEndpoint::parse(text).map_err(|error| of_value(text, &error))
}

fn of_value(text: &str, error: &dyn core::fmt::Display) -> Mistake {
    Mistake::new(format!("{}: {error}", Quoted(text)))
}
