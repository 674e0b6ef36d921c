//! The metadata service of an ECS instance (IMDS), as far as it gives out the credentials of the
//! instance's role.
//!
//! A token is had by PUT and sent with every GET; in normal mode a GET works without one as well.
//!
//! <https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata>

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use oss_sign::{CredentialsError, Timestamp};

use crate::issued;
use crate::role::Role;
use crate::sessions::{Session, Sessions, letters};

const TOKEN_PATH: &str = "/latest/api/token";
const CREDENTIALS_PATH: &str = "/latest/meta-data/ram/security-credentials/";

/// The longest that a token lives, in seconds.
const MAX_TOKEN_SECONDS: u64 = 21_600;
/// How long the credentials of an instance live, and what is left of it when they are renewed.
const SESSION_SECONDS: u32 = 21_600;
const RENEWED_BEFORE_SECONDS: u64 = 1800;

/// Whether the metadata service answers without a token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ImdsMode {
    /// With and without a token (IMDSv2 and v1).
    #[default]
    Normal,
    /// Only with a token: an instance that was made with `HttpTokens=required`.
    HardenedOnly,
    /// Only without: the token service answers 404, as on old instances.
    WithoutTokens,
}

/// The metadata service of one instance.
#[derive(Debug)]
pub(crate) struct MetadataService {
    /// The role that is attached to the instance.
    role: Option<Role>,
    mode: ImdsMode,
    /// Tokens, and when each expires.
    tokens: Mutex<HashMap<String, Timestamp>>,
    current: Mutex<Option<Arc<Session>>>,
}

impl MetadataService {
    pub(crate) fn new(role: Option<Role>, mode: ImdsMode) -> Self {
        Self { role, mode, tokens: Mutex::default(), current: Mutex::default() }
    }

    /// Whether a path is one of the service's.
    pub(crate) fn has(path: &str) -> bool {
        path.starts_with("/latest/")
    }

    pub(crate) fn answer(
        &self,
        request: &Request<Bytes>,
        sessions: &Sessions,
        now: Timestamp,
    ) -> Response<Bytes> {
        match (request.method(), request.uri().path()) {
            (&Method::PUT, TOKEN_PATH) => self.token(request.headers(), now),
            (&Method::GET, path) => self.metadata(path, request.headers(), sessions, now),
            _ => text(StatusCode::METHOD_NOT_ALLOWED, ""),
        }
    }

    fn token(&self, headers: &HeaderMap, now: Timestamp) -> Response<Bytes> {
        if self.mode == ImdsMode::WithoutTokens {
            return text(StatusCode::NOT_FOUND, "");
        }
        let seconds = headers.get("x-aliyun-ecs-metadata-token-ttl-seconds");
        let seconds = seconds.and_then(|value| value.to_str().ok()?.parse().ok());
        let Some(seconds) = seconds.filter(|seconds| (1..=MAX_TOKEN_SECONDS).contains(seconds))
        else {
            return text(StatusCode::BAD_REQUEST, "");
        };
        let token = letters::<42>();
        let mut tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.retain(|_, expires_at| *expires_at > now);
        tokens.insert(token.clone(), now.checked_add_seconds(seconds).unwrap_or(now));
        text(StatusCode::OK, token)
    }

    fn metadata(
        &self,
        path: &str,
        headers: &HeaderMap,
        sessions: &Sessions,
        now: Timestamp,
    ) -> Response<Bytes> {
        if !self.lets_in(headers, now) {
            return text(StatusCode::FORBIDDEN, "");
        }
        let name = path.strip_prefix(CREDENTIALS_PATH);
        match (name, &self.role) {
            (Some(""), Some(role)) => text(StatusCode::OK, role.name().to_owned()),
            (Some(name), Some(role)) if name == role.name() => {
                issued::answer(self.session(role, sessions, now), now)
            }
            _ => text(StatusCode::NOT_FOUND, ""),
        }
    }

    /// A token that is sent must hold, also where none is demanded.
    fn lets_in(&self, headers: &HeaderMap, now: Timestamp) -> bool {
        let Some(token) = headers.get("x-aliyun-ecs-metadata-token") else {
            return self.mode != ImdsMode::HardenedOnly;
        };
        let tokens = self.tokens.lock().unwrap_or_else(PoisonError::into_inner);
        let expires_at = token.to_str().ok().and_then(|token| tokens.get(token));
        expires_at.is_some_and(|expires_at| *expires_at > now)
    }

    /// The instance's credentials: the same for everybody, until they are renewed.
    fn session(
        &self,
        role: &Role,
        sessions: &Sessions,
        now: Timestamp,
    ) -> Result<Arc<Session>, CredentialsError> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(session) = &*current {
            let left = session.expires_at.unix_seconds().saturating_sub(now.unix_seconds());
            if left > RENEWED_BEFORE_SECONDS {
                return Ok(Arc::clone(session));
            }
        }
        let session = sessions.issue(role, "i-local", SESSION_SECONDS, None, now)?;
        Ok(Arc::clone(current.insert(session)))
    }
}

fn text(status: StatusCode, body: impl Into<Bytes>) -> Response<Bytes> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::access_keys::AccessKeys;

    const ROLE_PATH: &str = "/latest/meta-data/ram/security-credentials/worker";

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(1_700_000_000 + seconds).unwrap()
    }

    struct Instance {
        service: MetadataService,
        sessions: Sessions,
    }

    impl Instance {
        fn new(mode: ImdsMode) -> Self {
            let service = MetadataService::new(Some(Role::new("worker")), mode);
            Self { service, sessions: Sessions::new(AccessKeys::default()) }
        }

        fn send(
            &self,
            method: &str,
            path: &str,
            header: Option<(&str, &str)>,
            now: Timestamp,
        ) -> (u16, String) {
            let mut request = Request::builder().method(method).uri(path);
            if let Some((name, value)) = header {
                request = request.header(name, value);
            }
            let request = request.body(Bytes::new()).unwrap();
            let response = self.service.answer(&request, &self.sessions, now);
            let body = String::from_utf8(response.body().to_vec()).unwrap();
            (response.status().as_u16(), body)
        }

        fn token(&self, seconds: &str) -> (u16, String) {
            let header = ("X-aliyun-ecs-metadata-token-ttl-seconds", seconds);
            self.send("PUT", TOKEN_PATH, Some(header), at(0))
        }

        fn get(&self, path: &str, token: Option<&str>, now: Timestamp) -> (u16, String) {
            let header = token.map(|token| ("x-aliyun-ecs-metadata-token", token));
            self.send("GET", path, header, now)
        }
    }

    #[test]
    fn the_role_and_its_credentials() {
        let instance = Instance::new(ImdsMode::Normal);
        let (status, token) = instance.token("60");
        assert_eq!(status, 200);
        let token = Some(token.as_str());
        assert_eq!(instance.get(CREDENTIALS_PATH, token, at(0)), (200, "worker".to_owned()));
        let (status, document) = instance.get(ROLE_PATH, token, at(0));
        assert_eq!(status, 200);
        let document: Value = serde_json::from_str(&document).unwrap();
        assert_eq!(document["Code"], "Success");
        assert_eq!(document["Expiration"], "2023-11-15T04:13:20Z");
        let id = document["AccessKeyId"].as_str().unwrap();
        assert!(instance.sessions.access_keys().get(id).is_some());
        assert_eq!(instance.get(&format!("{CREDENTIALS_PATH}other"), token, at(0)).0, 404);
        assert_eq!(instance.get("/latest/meta-data/instance-id", token, at(0)).0, 404);
    }

    #[test]
    fn who_is_let_in() {
        for (mode, without, with) in [
            (ImdsMode::Normal, 200, Some(200)),
            (ImdsMode::HardenedOnly, 403, Some(200)),
            (ImdsMode::WithoutTokens, 200, None),
        ] {
            let instance = Instance::new(mode);
            assert_eq!(instance.get(ROLE_PATH, None, at(0)).0, without, "{mode:?}");
            assert_eq!(instance.get(ROLE_PATH, Some("made up"), at(0)).0, 403, "{mode:?}");
            let (status, token) = instance.token("60");
            let got = (status == 200).then(|| instance.get(ROLE_PATH, Some(&token), at(59)).0);
            assert_eq!(got, with, "{mode:?}");
            assert_eq!(instance.get(ROLE_PATH, Some(&token), at(60)).0, 403, "{mode:?}");
        }
    }

    #[test]
    fn how_long_a_token_may_live() {
        let instance = Instance::new(ImdsMode::Normal);
        for (seconds, status) in
            [("0", 400), ("1", 200), ("21600", 200), ("21601", 400), ("x", 400)]
        {
            assert_eq!(instance.token(seconds).0, status, "{seconds}");
        }
        assert_eq!(instance.send("PUT", TOKEN_PATH, None, at(0)).0, 400);
        assert_eq!(instance.send("POST", TOKEN_PATH, None, at(0)).0, 405);
    }

    #[test]
    fn credentials_are_renewed_half_an_hour_before_they_expire() {
        let instance = Instance::new(ImdsMode::Normal);
        let id = |seconds| {
            let document: Value =
                serde_json::from_str(&instance.get(ROLE_PATH, None, at(seconds)).1).unwrap();
            document["AccessKeyId"].as_str().unwrap().to_owned()
        };
        let first = id(0);
        assert_eq!(id(19_799), first);
        assert_ne!(id(19_800), first);
    }

    #[test]
    fn an_instance_without_a_role_has_none() {
        let service = MetadataService::new(None, ImdsMode::Normal);
        let instance = Instance { service, sessions: Sessions::new(AccessKeys::default()) };
        assert_eq!(instance.get(CREDENTIALS_PATH, None, at(0)).0, 404);
    }
}
