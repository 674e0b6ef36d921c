//! Credentials of the RAM role that is attached to an ECS instance, from its metadata service.

use core::time::Duration;

use percent_encoding::utf8_percent_encode;
use zeroize::Zeroizing;

use crate::answer::{CodedCredentials, Refusal};
use crate::credentials::Credentials;
use crate::error::{Cause, Error};
use crate::http::{Limits, Method, Origin, Request, Response, TransportError};
use crate::provider::{Provider, ProviderName};
use crate::rpc::RESERVED;
use crate::step::Step;
use crate::surroundings::Surroundings;

const NAME: ProviderName = ProviderName::new("ecs_ram_role");

const ROLE_NAME: &str = "ALIBABA_CLOUD_ECS_METADATA";
const DISABLED: &str = "ALIBABA_CLOUD_ECS_METADATA_DISABLED";
const V1_DISABLED: &str = "ALIBABA_CLOUD_IMDSV1_DISABLED";

const TOKEN: &str = "/latest/api/token";
const ROLES: &str = "/latest/meta-data/ram/security-credentials/";

/// The longest that a metadata token may live: 6 h. It is used at once and forgotten.
const TOKEN_SECONDS: &str = "21600";

/// Temporary credentials of the role of this ECS instance, or ECI or ACK node.
///
/// The metadata service is asked in its security-hardened mode: with a token. Where that fails, in the
/// normal mode too, unless it is forbidden here or by `ALIBABA_CLOUD_IMDSV1_DISABLED`. It is never
/// asked by a proxy, redirects are not followed, and it has 1 s to accept a connection and 2 s in all.
/// `ALIBABA_CLOUD_ECS_METADATA_DISABLED` switches all of it off.
///
/// <https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata>
///
/// ```no_run
/// # #[cfg(feature = "ureq")] fn example() -> Result<(), Box<dyn std::error::Error>> {
/// use oss_sign_credentials::{Blocking, EcsRamRole, ProvideCredentials, Ureq};
///
/// let provider = EcsRamRole::new().with_role_name("oss-reader").without_normal_mode();
/// let credentials = Blocking::new(provider, Ureq::new()).provide()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct EcsRamRole {
    origin: Origin,
    role_name: Option<String>,
    is_v1_forbidden: bool,
}

/// The metadata service, as far as it is known how to ask it.
#[derive(Clone)]
struct Metadata {
    origin: Origin,
    is_v1_forbidden: bool,
    token: Option<Zeroizing<String>>,
}

impl EcsRamRole {
    /// The role that `ALIBABA_CLOUD_ECS_METADATA` names, or else whatever role is attached.
    #[must_use]
    pub fn new() -> Self {
        let origin = Origin::of_metadata_service();
        Self { origin, role_name: None, is_v1_forbidden: false }
    }

    /// The role of this name, which saves a request, and fails if another role is attached.
    #[must_use]
    pub fn with_role_name(self, role_name: impl Into<String>) -> Self {
        Self { role_name: Some(role_name.into()), ..self }
    }

    /// The same in the security-hardened mode alone.
    #[must_use]
    pub fn without_normal_mode(self) -> Self {
        Self { is_v1_forbidden: true, ..self }
    }

    /// The same from a metadata service elsewhere: a fake one, or one behind a tunnel.
    #[must_use]
    pub fn at(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }

    /// The role, if its name is given here or by the environment.
    fn role_name(&self, surroundings: &dyn Surroundings) -> Option<String> {
        self.role_name.clone().or_else(|| surroundings.variable(ROLE_NAME))
    }

    fn metadata(&self, surroundings: &dyn Surroundings) -> Result<Metadata, Error> {
        let failed = |cause| Error::failed(NAME, cause);
        if surroundings.is_switched_on(DISABLED).map_err(failed)? {
            return Err(Error::not_configured(NAME, Cause::Disabled(DISABLED.into())));
        }
        let is_forbidden = surroundings.is_switched_on(V1_DISABLED).map_err(failed)?;
        let is_v1_forbidden = self.is_v1_forbidden || is_forbidden;
        Ok(Metadata { origin: self.origin.clone(), is_v1_forbidden, token: None })
    }
}

impl Default for EcsRamRole {
    fn default() -> Self {
        Self::new()
    }
}

impl Metadata {
    fn request(&self, method: Method, path: &str) -> Request {
        let (connect, total) = (Duration::from_secs(1), Duration::from_secs(2));
        let limits = Limits { connect, total, may_use_proxy: false, ..Limits::default() };
        Request::new(method, self.origin.clone(), path.to_owned()).with_limits(limits)
    }

    /// The same, in the security-hardened mode if there is a token to be had.
    fn hardened<'s>(self) -> Step<'s, Self> {
        let request = self
            .request(Method::Put, TOKEN)
            .with_header("x-aliyun-ecs-metadata-token-ttl-seconds", TOKEN_SECONDS);
        Step::send(request, move |answer| {
            match self.checked(answer).and_then(|answer| token(&self.origin, &answer)) {
                Ok(token) => Step::done(Self { token: Some(token), ..self }),
                Err(cause) if self.is_v1_forbidden || is_unreachable(&cause) => {
                    Step::failed(Error::failed(NAME, cause))
                }
                Err(_) => Step::done(self),
            }
        })
    }

    /// What is there, with the token; without it where that fails and is allowed.
    fn get<'s>(&self, path: &str) -> Step<'s, Response> {
        let Some(token) = self.token.as_ref() else {
            return self.get_once(self.request(Method::Get, path));
        };
        let request = self.request(Method::Get, path);
        let hardened = request.clone().with_header("x-aliyun-ecs-metadata-token", token.as_str());
        let metadata = self.clone();
        self.get_once(hardened).then(move |answer| match answer {
            Err(_) if !metadata.is_v1_forbidden => metadata.get_once(request),
            answer => Step::Done(answer),
        })
    }

    fn get_once<'s>(&self, request: Request) -> Step<'s, Response> {
        let metadata = self.clone();
        Step::send(request, move |answer| {
            Step::Done(metadata.checked(answer).map_err(|cause| Error::failed(NAME, cause)))
        })
    }

    fn checked(&self, answer: Result<Response, TransportError>) -> Result<Response, Cause> {
        let answer = answer.map_err(|error| Cause::Transport(self.origin.clone(), error))?;
        match answer.status() {
            200 => Ok(answer),
            status => Err(Refusal::read(&answer).cause(&self.origin, status)),
        }
    }

    /// The name of the attached role.
    fn discover<'s>(self) -> Step<'s, String> {
        let origin = self.origin.clone();
        self.get(ROLES).then(move |answer| {
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) if is_not_found(&error) => {
                    let error = Error::not_configured(NAME, error.cause().clone());
                    return Step::failed(
                        error.with_remedy("no RAM role is attached to this instance"),
                    );
                }
                Err(error) => return Step::failed(error),
            };
            let text = str::from_utf8(answer.body()).unwrap_or_default().trim();
            match is_role_name(text) {
                true => Step::done(text.to_owned()),
                false => {
                    let cause = Cause::Answer(origin, "is not the name of a role".into());
                    Step::failed(Error::failed(NAME, cause))
                }
            }
        })
    }

    /// The credentials of the role of this name.
    fn credentials<'s>(
        self,
        role: &str,
        surroundings: &'s dyn Surroundings,
    ) -> Step<'s, Credentials> {
        let path = format!("{ROLES}{}", utf8_percent_encode(role, RESERVED));
        self.get(&path).then(move |answer| {
            let answer = match answer {
                Err(error) if is_not_found(&error) => {
                    return Step::failed(error.with_remedy(
                        "no role of this name is attached to this instance; without a name, the \
                         attached one is found",
                    ));
                }
                answer => answer,
            };
            let credentials = answer.and_then(|answer| {
                CodedCredentials::read(&self.origin, &answer, surroundings.now())
                    .map_err(|cause| Error::failed(NAME, cause))
            });
            Step::Done(credentials.map(|credentials| credentials.with_provider(NAME)))
        })
    }
}

/// Without a role that somebody named, no metadata service is no mistake.
fn explained(error: Error, is_named: bool) -> Error {
    let explained = match error.cause() {
        Cause::Transport(..) if is_named => error,
        Cause::Transport(..) => Error::not_configured(NAME, error.cause().clone()),
        _ => return error,
    };
    explained.with_remedy(
        "this is no ECS instance, or a container that cannot reach 100.100.100.200; \
         ALIBABA_CLOUD_ECS_METADATA_DISABLED=true keeps it from being asked",
    )
}

fn is_not_found(error: &Error) -> bool {
    matches!(error.cause(), Cause::Service(_, refusal) if refusal.status == 404)
}

/// Then there is no other mode to try. That a token does not come in time may be the doing of a
/// container's network, which lets the answer of the normal mode through.
fn is_unreachable(cause: &Cause) -> bool {
    use TransportError::{Offline, UnknownHost, Unreachable};
    matches!(cause, Cause::Transport(_, Offline | UnknownHost | Unreachable))
}

fn token(origin: &Origin, answer: &Response) -> Result<Zeroizing<String>, Cause> {
    match str::from_utf8(answer.body()).map(str::trim) {
        Ok(token) if !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_graphic()) => {
            Ok(Zeroizing::new(token.to_owned()))
        }
        _ => Err(Cause::Answer(origin.clone(), "is not a metadata token".into())),
    }
}

/// It becomes a part of a path.
fn is_role_name(text: &str) -> bool {
    let is_one = |character: char| {
        !character.is_control() && !character.is_whitespace() && !matches!(character, '/' | '\\')
    };
    !text.is_empty() && text != "." && text != ".." && text.chars().all(is_one)
}

impl Provider for EcsRamRole {
    fn name(&self) -> ProviderName {
        NAME
    }

    fn acquire<'s>(&self, surroundings: &'s dyn Surroundings) -> Step<'s, Credentials> {
        let metadata = match self.metadata(surroundings) {
            Ok(metadata) => metadata,
            Err(error) => return Step::failed(error),
        };
        let role_name = self.role_name(surroundings);
        let is_named = role_name.is_some();
        let role_name = match role_name {
            Some(name) if !is_role_name(&name) => {
                let cause = Cause::invalid("the name of the ECS RAM role", "is not one");
                return Step::failed(Error::failed(NAME, cause));
            }
            role_name => role_name,
        };
        metadata
            .hardened()
            .and_then(move |metadata| {
                let name = match role_name {
                    Some(name) => Step::done(name),
                    None => metadata.clone().discover(),
                };
                name.and_then(move |name| metadata.credentials(&name, surroundings))
            })
            .then(move |result| Step::Done(result.map_err(|error| explained(error, is_named))))
    }
}
