//! Security Token Service: temporary credentials, which the OSS beside it then accepts until they
//! expire.
//!
//! `AssumeRole`, `AssumeRoleWithOIDC` and `GetCallerIdentity` of 2015-04-01, by GET or POST, with the
//! parameters in the query, in the body, or in both; answers in JSON and XML.
//!
//! <https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-overview>

mod answer;
mod assume_role;
mod caller;
mod nonces;
mod oidc_token;
mod refusal;

use std::sync::Mutex;

use bytes::Bytes;
use http::{Request, Response};
use oss_sign::Timestamp;
use oss_sign_credentials::rpc::Received;

use self::answer::Format;
use self::assume_role::SessionRequest;
use self::caller::USER_ID;
use self::nonces::Nonces;
use self::oidc_token::OidcToken;
use self::refusal::{OidcRefusal, Refusal};
use crate::oss::ACCOUNT;
use crate::role::Role;
use crate::sessions::{Sessions, random};

const VERSION: &str = "2015-04-01";

/// The service: its roles, and what it must remember.
#[derive(Debug)]
pub(crate) struct Sts {
    roles: Vec<Role>,
    nonces: Mutex<Nonces>,
}

/// One call, and what it is judged by.
struct Call<'a> {
    sts: &'a Sts,
    received: Received,
    sessions: &'a Sessions,
    now: Timestamp,
    request_id: String,
}

impl Sts {
    pub(crate) fn new(roles: Vec<Role>) -> Self {
        Self { roles, nonces: Mutex::default() }
    }

    /// Answers a call; what it issues is among the sessions then.
    pub(crate) fn answer(
        &self,
        request: &Request<Bytes>,
        sessions: &Sessions,
        now: Timestamp,
    ) -> Response<Bytes> {
        let request_id = request_id();
        let query = request.uri().query().unwrap_or_default();
        let received = match Received::parse(request.method().as_str(), query, request.body()) {
            Ok(received) => received,
            Err(refusal) => {
                return answer::refusal(&request_id, Format::default(), &Refusal::Call(refusal));
            }
        };
        let call = Call { sts: self, received, sessions, now, request_id };
        // A refusal of the format itself is in the default one.
        let format = call.format().unwrap_or_default();
        call.answer().unwrap_or_else(|refusal| answer::refusal(&call.request_id, format, &refusal))
    }

    fn role(&self, arn: &str) -> Result<&Role, Refusal> {
        self.roles.iter().find(|role| role.arn() == arn).ok_or(Refusal::RoleNotFound)
    }
}

impl Call<'_> {
    fn answer(&self) -> Result<Response<Bytes>, Refusal> {
        let format = self.format()?;
        if self.required("Version")? != VERSION {
            return Err(Refusal::InvalidVersion);
        }
        match self.received.action().ok_or(Refusal::Missing("Action"))? {
            action @ "AssumeRole" => Ok(answer::success(action, format, &self.assume_role()?)),
            // Not signed: the token says who calls.
            action @ "AssumeRoleWithOIDC" => {
                Ok(answer::success(action, format, &self.assume_role_with_oidc()?))
            }
            action @ "GetCallerIdentity" => {
                Ok(answer::success(action, format, &self.caller_identity()?))
            }
            _ => Err(Refusal::UnknownAction),
        }
    }

    fn format(&self) -> Result<Format, Refusal> {
        let format = self.received.parameter("Format");
        format
            .map_or(Ok(Format::default()), |text| Format::read(text).ok_or(Refusal::InvalidFormat))
    }

    fn required(&self, name: &'static str) -> Result<&str, Refusal> {
        self.received.parameter(name).ok_or(Refusal::Missing(name))
    }

    fn assume_role(&self) -> Result<answer::Session, Refusal> {
        let caller = self.caller()?;
        let request = SessionRequest::read(&self.received, self.sts)?;
        let role = request.role;
        if !role.trusts_identity(&caller.arn()) || !caller.may("sts:AssumeRole", &role.arn()) {
            return Err(Refusal::NoPermission);
        }
        self.issue(request, None)
    }

    fn assume_role_with_oidc(&self) -> Result<answer::Session, Refusal> {
        let request = SessionRequest::read(&self.received, self.sts)?;
        let provider = self.required("OIDCProviderArn")?;
        let provider = request
            .role
            .trusted_provider(provider)
            .ok_or(Refusal::Oidc(OidcRefusal::UnknownProvider))?;
        let token = self.required("OIDCToken")?;
        let token = OidcToken::read(token, provider, self.now).map_err(Refusal::Oidc)?;
        self.issue(request, Some(token))
    }

    fn issue(
        &self,
        request: SessionRequest<'_>,
        token: Option<OidcToken>,
    ) -> Result<answer::Session, Refusal> {
        let SessionRequest { role, name, seconds, policy } = request;
        let session = self.sessions.issue(role, name, seconds, policy, self.now);
        let session = session.map_err(|_| Refusal::InternalError)?;
        Ok(answer::Session {
            request_id: self.request_id.clone(),
            assumed_role_user: answer::AssumedRoleUser {
                assumed_role_id: session.id(),
                arn: session.arn.clone(),
            },
            credentials: answer::Credentials {
                access_key_id: session.access_key_id.clone(),
                access_key_secret: session.access_key_secret.clone(),
                security_token: session.security_token.clone(),
                expiration: session.expires_at.to_string(),
            },
            oidc_token_info: token.map(|token| answer::OidcTokenInfo {
                client_ids: token.client_ids().join(","),
                subject: token.subject,
                issuer: token.issuer,
                verification_info: "The signature was not verified",
            }),
        })
    }

    fn caller_identity(&self) -> Result<answer::Identity, Refusal> {
        let caller = self.caller()?;
        let (identity_type, user_id, role_id) = match &caller.session {
            None => ("RAMUser", Some(USER_ID.to_owned()), None),
            Some(session) => ("AssumedRoleUser", None, Some(session.role_id.clone())),
        };
        Ok(answer::Identity {
            request_id: self.request_id.clone(),
            identity_type,
            account_id: ACCOUNT.to_owned(),
            principal_id: caller.principal_id(),
            user_id,
            role_id,
            arn: caller.arn(),
        })
    }
}

/// As STS writes them: a UUID in capitals.
fn request_id() -> String {
    let hex = hex::encode_upper(random::<16>().unwrap_or_default());
    let mut parts = [8, 4, 4, 4, 12].into_iter().scan(0, |start, length| {
        let part = hex.get(*start..*start + length);
        *start += length;
        part
    });
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        text.push('-');
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests;
