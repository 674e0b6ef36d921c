//! Credentials that a URI answers with.

use core::fmt;
use core::time::Duration;

use zeroize::Zeroizing;

use crate::answer::CodedCredentials;
use crate::credentials::Credentials;
use crate::error::{Cause, Error};
use crate::external::DISABLED;
use crate::http::{Limits, Method, Origin, Request, Response, TransportError};
use crate::provider::{Provider, ProviderName};
use crate::step::Step;
use crate::surroundings::Surroundings;

const NAME: ProviderName = ProviderName::new("credentials_uri");
const VARIABLE: &str = "ALIBABA_CLOUD_CREDENTIALS_URI";

/// Temporary credentials from a URI of your own, which answers
///
/// ```json
/// {
///   "Code": "Success",
///   "AccessKeyId": "STS.ExampleKeyId",
///   "AccessKeySecret": "example-secret",
///   "SecurityToken": "CAISexample/token==",
///   "Expiration": "2030-01-31T12:00:00Z"
/// }
/// ```
///
/// Over `https`, or on `127.0.0.1` or `[::1]`, unless plain HTTP is allowed. Redirects are not
/// followed; errors tell scheme and host of the URI alone.
///
/// ```
/// use oss_sign_credentials::CredentialsUri;
///
/// let provider = CredentialsUri::new("http://127.0.0.1:8080/credentials");
/// ```
#[derive(Clone)]
pub struct CredentialsUri {
    /// Or that of the environment.
    uri: Option<Zeroizing<String>>,
    allows_plain_http: bool,
}

impl CredentialsUri {
    /// Asks this URI.
    pub fn new(uri: impl Into<String>) -> Self {
        Self { uri: Some(Zeroizing::new(uri.into())), allows_plain_http: false }
    }

    /// Asks the URI in `ALIBABA_CLOUD_CREDENTIALS_URI`.
    #[must_use]
    pub fn from_environment() -> Self {
        Self { uri: None, allows_plain_http: false }
    }

    /// Asks it even over plain HTTP, where everybody on the way can read the answer.
    #[must_use]
    pub fn allowing_plain_http(self) -> Self {
        Self { allows_plain_http: true, ..self }
    }

    fn request(&self, surroundings: &dyn Surroundings) -> Result<Request, Error> {
        let failed = |cause| Error::failed(NAME, cause);
        if surroundings.is_switched_on(DISABLED).map_err(failed)? {
            return Err(Error::not_configured(NAME, Cause::Disabled(DISABLED.into())));
        }
        let of_the_environment = || surroundings.variable(VARIABLE).map(Zeroizing::new);
        let uri = self.uri.clone().or_else(of_the_environment);
        let uri = uri.ok_or_else(|| Error::not_configured(NAME, Cause::missing(VARIABLE)))?;
        let (origin, path_and_query) = split(&uri).map_err(failed)?;
        if !origin.is_confidential() && !self.allows_plain_http {
            let cause = Cause::invalid("the credentials URI", "is plain HTTP to another machine");
            return Err(failed(cause).with_remedy(
                "serve it over https, or on 127.0.0.1; or allow it with `allowing_plain_http`",
            ));
        }
        let (total, may_use_proxy) = (Duration::from_secs(15), origin.is_https());
        let limits = Limits { total, may_use_proxy, ..Limits::default() };
        Ok(Request::new(Method::Get, origin, path_and_query).with_limits(limits))
    }
}

/// Origin, and path with query.
fn split(uri: &str) -> Result<(Origin, String), Cause> {
    const URI: &str = "the credentials URI";
    let (scheme, rest) = uri
        .split_once("://")
        .ok_or_else(|| Cause::invalid(URI, "has no scheme: write https://…"))?;
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let origin = Origin::parse(&format!("{scheme}://{authority}"))
        .map_err(|error| Cause::invalid(URI, format!("is wrong: {error}")))?;
    let (path_and_query, _) = rest.split_once('#').unwrap_or((rest, ""));
    if !path_and_query.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(Cause::invalid(URI, "has a character that must be percent-encoded"));
    }
    let slash = if path_and_query.starts_with('/') { "" } else { "/" };
    Ok((origin, [slash, path_and_query].concat()))
}

impl Provider for CredentialsUri {
    fn name(&self) -> ProviderName {
        NAME
    }

    fn acquire<'s>(&self, surroundings: &'s dyn Surroundings) -> Step<'s, Credentials> {
        let request = match self.request(surroundings) {
            Ok(request) => request,
            Err(error) => return Step::failed(error),
        };
        let origin = request.origin().clone();
        Step::send(request, move |answer: Result<Response, TransportError>| {
            let credentials = answer
                .map_err(|error| Cause::Transport(origin.clone(), error))
                .and_then(|answer| CodedCredentials::read(&origin, &answer, surroundings.now()));
            Step::Done(match credentials {
                Ok(credentials) => Ok(credentials.with_provider(NAME)),
                Err(cause) => Err(Error::failed(NAME, cause)),
            })
        })
    }
}

/// Path and query may have a secret.
impl fmt::Debug for CredentialsUri {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let origin = self.uri.as_ref().and_then(|uri| split(uri).ok()).map(|(origin, _)| origin);
        formatter.debug_struct("CredentialsUri").field("origin", &origin).finish_non_exhaustive()
    }
}
