//! What services answer with: temporary credentials, or a refusal.

use oss_sign::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use zeroize::Zeroizing;

use crate::credentials::{Credentials, Lifetime};
use crate::error::{Cause, ServiceError};
use crate::http::{Origin, Response};
use crate::rfc3339;

/// Temporary credentials as STS, the metadata service and credentials URIs have them.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct TemporaryCredentials {
    access_key_id: Option<String>,
    access_key_secret: Option<Zeroizing<String>>,
    security_token: Option<Zeroizing<String>>,
    expiration: Option<String>,
}

/// Temporary credentials with a `Code`, which is `Success` or the reason why there are none.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct CodedCredentials {
    code: Option<String>,
    #[serde(flatten)]
    credentials: TemporaryCredentials,
}

/// A refusal of STS and KMS. The message quotes the request, and is not for anybody's eyes.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Refusal {
    pub(crate) code: Option<String>,
    pub(crate) message: Zeroizing<String>,
    pub(crate) request_id: Option<String>,
}

/// Reads the body of an answer.
pub(crate) fn json<T: DeserializeOwned>(origin: &Origin, response: &Response) -> Result<T, Cause> {
    serde_json::from_slice(response.body())
        .map_err(|_| Cause::Answer(origin.clone(), "is not the documented JSON".into()))
}

impl TemporaryCredentials {
    /// All four parts, and not expired yet.
    pub(crate) fn check(self, origin: &Origin, now: Timestamp) -> Result<Credentials, Cause> {
        let problem = |problem: String| Cause::Answer(origin.clone(), problem.into());
        let missing = |name| move || problem(format!("has no {name}"));
        let id = self.access_key_id.ok_or_else(missing("AccessKeyId"))?;
        let secret = self.access_key_secret.ok_or_else(missing("AccessKeySecret"))?;
        let token = self.security_token.ok_or_else(missing("SecurityToken"))?;
        let expiration = self.expiration.ok_or_else(missing("Expiration"))?;
        let expiry = rfc3339::parse(&expiration).ok_or_else(|| {
            problem("has an Expiration that is not like 2006-01-02T15:04:05Z".to_owned())
        })?;
        if expiry <= now {
            return Err(Cause::Expired(expiry));
        }
        let credentials = Credentials::new(id, secret.as_str(), Some(&token))?;
        Ok(credentials.with_lifetime(Lifetime::Until(expiry)))
    }
}

impl CodedCredentials {
    /// Reads the body of an answer that must say `Success`.
    pub(crate) fn read(
        origin: &Origin,
        response: &Response,
        now: Timestamp,
    ) -> Result<Credentials, Cause> {
        if response.status() != 200 {
            return Err(Refusal::read(response).cause(origin, response.status()));
        }
        let answer: Self = json(origin, response)?;
        match answer.code.as_deref() {
            Some("Success") => answer.credentials.check(origin, now),
            _ => Err(Cause::Answer(origin.clone(), "does not say that it is a success".into())),
        }
    }
}

impl Refusal {
    /// Reads the body of a refusal, which may be anything: a gateway on the way answers in HTML.
    pub(crate) fn read(response: &Response) -> Self {
        serde_json::from_slice(response.body()).unwrap_or_default()
    }

    /// Only what looks like a code and an ID: the answer may be anybody's.
    pub(crate) fn cause(self, origin: &Origin, status: u16) -> Cause {
        let code = self.code.filter(|text| is_identifier(text, b"._-"));
        let request_id = self.request_id.filter(|text| is_identifier(text, b"-"));
        Cause::Service(origin.clone(), ServiceError { status, code, request_id })
    }
}

fn is_identifier(text: &str, others: &[u8]) -> bool {
    let is_one = |byte: u8| byte.is_ascii_alphanumeric() || others.contains(&byte);
    (1..=80).contains(&text.len()) && text.bytes().all(is_one)
}
