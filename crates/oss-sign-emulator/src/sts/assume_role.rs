//! What `AssumeRole` and its kin ask for: which role, under which name, for how long, with what left
//! of it.
//!
//! <https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-assumerole>

use oss_sign_credentials::rpc::Received;

use super::Sts;
use super::refusal::Refusal;
use crate::policy::Policy;
use crate::role::Role;

/// The session that is asked for: within all limits.
pub(super) struct SessionRequest<'a> {
    pub(super) role: &'a Role,
    pub(super) name: &'a str,
    pub(super) seconds: u32,
    pub(super) policy: Option<Policy>,
}

impl<'a> SessionRequest<'a> {
    pub(super) fn read(received: &'a Received, sts: &'a Sts) -> Result<Self, Refusal> {
        // Some SDKs send what is not given as an empty value.
        let optional = |name| received.parameter(name).filter(|value| !value.is_empty());
        let arn = received.parameter("RoleArn").ok_or(Refusal::Missing("RoleArn"))?;
        if !arn.starts_with("acs:ram::") || !arn.contains(":role/") {
            return Err(invalid("RoleArn", "The parameter RoleArn is wrongly formed."));
        }
        let name = received.parameter("RoleSessionName");
        let name = name.ok_or(Refusal::Missing("RoleSessionName"))?;
        if !is_session_name(name) {
            return Err(invalid(
                "RoleSessionName",
                "The parameter RoleSessionName is wrongly formed: 2 to 64 of letters, digits and \
                 . @ - _",
            ));
        }
        let policy = optional("Policy").map(policy).transpose()?;
        if let Some(id) = optional("ExternalId")
            && !is_external_id(id)
        {
            return Err(invalid("ExternalId", "The parameter ExternalId is wrongly formed."));
        }
        let role = sts.role(arn)?;
        let seconds = seconds(optional("DurationSeconds"), role)?;
        Ok(Self { role, name, seconds, policy })
    }
}

fn seconds(text: Option<&str>, role: &Role) -> Result<u32, Refusal> {
    let Some(text) = text else { return Ok(3600.min(role.longest_session())) };
    let allowed = Role::MIN_SESSION_SECONDS..=role.longest_session();
    let seconds = text.parse().ok().filter(|seconds| allowed.contains(seconds));
    seconds.ok_or_else(|| {
        Refusal::InvalidParameter(
            "DurationSeconds",
            format!(
                "The Min/Max value of DurationSeconds is {}s/{}s.",
                allowed.start(),
                allowed.end()
            ),
        )
    })
}

fn policy(json: &str) -> Result<Policy, Refusal> {
    Policy::from_json(json)
        .map_err(|error| Refusal::InvalidParameter("PolicyGrammar", error.to_string()))
}

fn invalid(name: &'static str, message: &str) -> Refusal {
    Refusal::InvalidParameter(name, message.to_owned())
}

fn is_session_name(text: &str) -> bool {
    (2..=64).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".@-_".contains(&byte))
}

fn is_external_id(text: &str) -> bool {
    (2..=1224).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_+=,.@:/-".contains(&byte))
}
