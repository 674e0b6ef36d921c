//! CloudSSO: temporary credentials for the access token of a log-in.

use core::fmt;

use oss_sign::Timestamp;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use crate::answer::{self, Refusal, TemporaryCredentials};
use crate::credentials::Credentials;
use crate::error::{Cause, Error};
use crate::http::{Method, Origin, Request, Response};
use crate::provider::{Provider, ProviderName};
use crate::step::Step;
use crate::surroundings::Surroundings;

const NAME: ProviderName = ProviderName::new("cloud_sso");

/// An account and what may be done in it, for whoever logged in by `aliyun`.
pub(super) struct CloudSso {
    origin: Origin,
    chosen: Chosen,
    access_token: Zeroizing<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Chosen {
    account_id: String,
    access_configuration_id: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    cloud_credential: TemporaryCredentials,
}

/// The names are others than those of STS.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct SsoRefusal {
    error_code: Option<String>,
    request_id: Option<String>,
}

impl CloudSso {
    /// The log-in at `sign_in_url`; what is wrong with that URL, or with the token, otherwise.
    pub(super) fn new(
        sign_in_url: &str,
        account_id: &str,
        access_configuration_id: &str,
        access_token: &str,
    ) -> Result<Self, &'static str> {
        const WRONG: &str = "`cloud_sso_sign_in_url` is not a URL that begins with https://";
        let (scheme, rest) = sign_in_url.split_once("://").ok_or(WRONG)?;
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        let origin = Origin::parse(&format!("{scheme}://{authority}")).map_err(|_| WRONG)?;
        // The token goes there.
        if !origin.is_confidential() {
            return Err(WRONG);
        }
        // It becomes a header.
        if !access_token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("`access_token` is no token: it has other than visible characters");
        }
        let chosen = Chosen {
            account_id: account_id.to_owned(),
            access_configuration_id: access_configuration_id.to_owned(),
        };
        Ok(Self { origin, chosen, access_token: Zeroizing::new(access_token.to_owned()) })
    }

    fn request(&self) -> Result<Request, Cause> {
        let body = serde_json::to_vec(&self.chosen)
            .map_err(|_| Cause::invalid("the CloudSSO profile", "cannot be written as JSON"))?;
        let authorization = Zeroizing::new(["Bearer ", &self.access_token].concat());
        Ok(Request::new(Method::Post, self.origin.clone(), "/cloud-credentials".to_owned())
            .with_header("accept", "application/json")
            .with_header("authorization", authorization.as_str())
            .with_header("content-type", "application/json")
            .with_body(body))
    }
}

fn read(origin: &Origin, response: &Response, now: Timestamp) -> Result<Credentials, Cause> {
    if response.status() != 200 {
        let SsoRefusal { error_code: code, request_id } =
            serde_json::from_slice(response.body()).unwrap_or_default();
        let refusal = Refusal { code, request_id, ..Refusal::default() };
        return Err(refusal.cause(origin, response.status()));
    }
    let Answer { cloud_credential } = answer::json(origin, response)?;
    cloud_credential.check(origin, now)
}

impl Provider for CloudSso {
    fn name(&self) -> ProviderName {
        NAME
    }

    fn acquire<'s>(&self, surroundings: &'s dyn Surroundings) -> Step<'s, Credentials> {
        let request = match self.request() {
            Ok(request) => request,
            Err(cause) => return Step::failed(Error::failed(NAME, cause)),
        };
        let origin = self.origin.clone();
        Step::send(request, move |answer| {
            let credentials = answer
                .map_err(|error| Cause::Transport(origin.clone(), error))
                .and_then(|response| read(&origin, &response, surroundings.now()));
            Step::Done(match credentials {
                Ok(credentials) => Ok(credentials.with_provider(NAME)),
                Err(cause) => Err(Error::failed(NAME, cause)),
            })
        })
    }
}

impl fmt::Debug for CloudSso {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("CloudSso").field("origin", &self.origin).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_where_it_asks_and_no_token() {
        let sso = CloudSso::new("https://example.com/start", "1", "ac-1", "hushhush").unwrap();
        let shown = format!("{sso:?}");
        assert!(shown.contains("https://example.com") && !shown.contains("hush"), "{shown}");
    }
}
