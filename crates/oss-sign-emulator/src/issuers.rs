//! What issues temporary credentials, on an address of its own: STS, the metadata service of an ECS
//! instance, and a credentials URI.

use core::net::SocketAddr;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::Incoming;

use crate::access_keys::AccessKeys;
use crate::clock::Clock;
use crate::credentials_uri;
use crate::imds::{ImdsMode, MetadataService};
use crate::role::Role;
use crate::server::{Body, Reset, Service};
use crate::sessions::Sessions;
use crate::sts::Sts;

/// Room for a policy and an OIDC token, percent-encoded.
const MAX_BODY_BYTES: usize = 128 << 10;

/// Where a running emulator issues temporary credentials.
///
/// ```
/// use oss_sign_emulator::{Emulator, Principal, Role};
///
/// let role = Role::new("uploader").trust(Principal::Account);
/// let emulator = Emulator::builder().role(role).spawn()?;
/// let issuers = emulator.issuers().ok_or("there is a role")?;
/// println!("STS and the metadata service listen at {}", issuers.endpoint());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct IssuerAddresses {
    pub(crate) http: SocketAddr,
    pub(crate) https: Option<SocketAddr>,
}

impl IssuerAddresses {
    /// The URL of STS, and of the metadata service: `http://127.0.0.1:40124`.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.http)
    }

    /// The same over HTTPS, if the emulator speaks it: many clients of STS speak nothing else.
    #[must_use]
    pub fn https_endpoint(&self) -> Option<String> {
        self.https.map(|address| format!("https://{address}"))
    }

    /// A credentials URI: who asks gets credentials of the first role that trusts the account.
    #[must_use]
    pub fn credentials_uri(&self) -> String {
        self.endpoint() + credentials_uri::PATH
    }
}

/// All issuers; what they issue is among the AccessKeys of OSS.
#[derive(Debug)]
pub(crate) struct Issuers {
    sts: Sts,
    metadata: MetadataService,
    /// Whose credentials the URI gives out.
    uri_role: Option<Role>,
    sessions: Sessions,
    clock: Clock,
}

impl Issuers {
    /// The instance of the metadata service has the first role that trusts ECS; the URI gives out
    /// credentials of the first role that trusts the account.
    pub(crate) fn new(
        roles: Vec<Role>,
        imds: ImdsMode,
        access_keys: AccessKeys,
        clock: Clock,
    ) -> Self {
        let of_instance = roles.iter().find(|role| role.trusts_ecs()).cloned();
        Self {
            metadata: MetadataService::new(of_instance, imds),
            uri_role: roles.iter().find(|role| role.trusts_account()).cloned(),
            sts: Sts::new(roles),
            sessions: Sessions::new(access_keys),
            clock,
        }
    }

    fn answer_to(&self, request: &Request<Bytes>) -> Response<Bytes> {
        let now = self.clock.now();
        match (request.uri().path(), &self.uri_role) {
            ("/", _) => self.sts.answer(request, &self.sessions, now),
            (path, _) if MetadataService::has(path) => {
                self.metadata.answer(request, &self.sessions, now)
            }
            (credentials_uri::PATH, Some(role)) => {
                credentials_uri::answer(role, &self.sessions, now)
            }
            _ => status(StatusCode::NOT_FOUND),
        }
    }
}

impl Service for Issuers {
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Response<Body>, Reset> {
        let (parts, body) = request.into_parts();
        let (method, path) = (parts.method.clone(), parts.uri.path().to_owned());
        let response = match Limited::new(body, MAX_BODY_BYTES).collect().await {
            Ok(body) => self.answer_to(&Request::from_parts(parts, body.to_bytes())),
            Err(_) => status(StatusCode::PAYLOAD_TOO_LARGE),
        };
        // Query and body hold tokens.
        tracing::info!("{} {method} {path}", response.status().as_u16());
        Ok(response.map(|body| {
            Body::new(Full::new(body).map_err(|never| -> io::Error { match never {} }))
        }))
    }
}

fn status(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = status;
    response
}
