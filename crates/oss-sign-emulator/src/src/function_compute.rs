//! The temporary credentials of a function's role.
//!
//! <https://www.alibabacloud.com/help/en/fc/user-guide/specification-details>

use oss_sign::CredentialsError;

use crate::credentials::{Credentials, Lifetime};
use crate::error::{Cause, Error};
use crate::provider::{Provider, ProviderName};
use crate::step::Step;
use crate::surroundings::Surroundings;

const NAME: ProviderName = ProviderName::new("function_compute");

const ID_HEADER: &str = "x-fc-access-key-id";
const SECRET_HEADER: &str = "x-fc-access-key-secret";
const TOKEN_HEADER: &str = "x-fc-security-token";

/// The names of the variables; the later ones are those of old runtimes.
const VARIABLES: [[&str; 3]; 2] = [
    ["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN"],
    ["accessKeyID", "accessKeySecret", "securityToken"],
];

/// The temporary credentials that Function Compute gives a function, of the role of its service.
///
/// Prefer those of the invocation. The environment has those of the start of the instance, and an
/// instance that is kept warm can live longer than they do. Function Compute does not say until when
/// credentials hold; those of an invocation outlast it.
///
/// ```
/// use oss_sign_credentials::FunctionCompute;
///
/// // What a custom runtime gets with each invocation.
/// let headers = [
///     ("x-fc-access-key-id", "STS.ExampleKeyId"),
///     ("x-fc-access-key-secret", "example-secret"),
///     ("x-fc-security-token", "CAISexample/token=="),
/// ];
/// let credentials = FunctionCompute::of_invocation(headers)?;
/// assert_eq!(credentials.access_key_id(), "STS.ExampleKeyId");
/// # Ok::<(), oss_sign_credentials::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct FunctionCompute;

impl FunctionCompute {
    /// The provider that reads the environment, at each use.
    #[must_use]
    pub fn from_environment() -> Self {
        Self
    }

    /// The credentials in the headers of an invocation: `x-fc-access-key-id`,
    /// `x-fc-access-key-secret` and `x-fc-security-token`, in any case and among any others.
    ///
    /// # Errors
    ///
    /// A header is missing, as where the function has no role, or is not what it should be.
    pub fn of_invocation<'a>(
        headers: impl IntoIterator<Item = (&'a str, &'a str)>,
    ) -> Result<Credentials, Error> {
        let mut parts = [(ID_HEADER, ""), (SECRET_HEADER, ""), (TOKEN_HEADER, "")];
        for (name, value) in headers {
            for (wanted, part) in &mut parts {
                if name.eq_ignore_ascii_case(wanted) {
                    *part = value;
                }
            }
        }
        if let Some((missing, _)) = parts.iter().find(|(_, value)| value.is_empty()) {
            return Err(no_role(missing));
        }
        let [(_, id), (_, secret), (_, token)] = parts;
        Self::of_context(id, secret, token).map_err(|error| Error::failed(NAME, error.into()))
    }

    /// The credentials of the context that a handler is called with.
    ///
    /// # Errors
    ///
    /// A part is empty, or has something that was copied with it.
    pub fn of_context(
        access_key_id: &str,
        access_key_secret: &str,
        security_token: &str,
    ) -> Result<Credentials, CredentialsError> {
        Credentials::new(access_key_id, access_key_secret, Some(security_token)).map(|credentials| {
            credentials.with_provider(NAME).with_lifetime(Lifetime::Unknown)
        })
    }
}

impl Provider for FunctionCompute {
    fn name(&self) -> ProviderName {
        NAME
    }

    fn acquire<'s>(&self, surroundings: &'s dyn Surroundings) -> Step<'s, Credentials> {
        for [id, secret, token] in VARIABLES {
            let Some(id_value) = surroundings.variable(id) else { continue };
            let Some(secret_value) = surroundings.variable(secret) else {
                return Step::failed(no_role(secret));
            };
            let Some(token_value) = surroundings.variable(token) else {
                return Step::failed(no_role(token));
            };
            let credentials = Self::of_context(&id_value, &secret_value, &token_value);
            return Step::Done(credentials.map_err(|error| Error::failed(NAME, error.into())));
        }
        Step::failed(no_role(VARIABLES[0][0]))
    }
}

fn no_role(missing: &'static str) -> Error {
    Error::not_configured(NAME, Cause::missing(missing))
        .with_remedy("give the function a role that may use OSS")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_found_in_any_case_among_others() {
        let headers = [
            ("host", "example.com"),
            ("X-Fc-Access-Key-Id", "STS.id"),
            ("X-FC-ACCESS-KEY-SECRET", "secret"),
            ("x-fc-security-token", "token"),
            ("x-fc-request-id", "1"),
        ];
        let credentials = FunctionCompute::of_invocation(headers).unwrap();
        assert_eq!(credentials.access_key_id(), "STS.id");
        assert_eq!(credentials.access_key_secret(), "secret");
        assert_eq!(credentials.security_token(), Some("token"));
        assert_eq!(credentials.provider().as_str(), "function_compute");
        // Nobody said when they expire, so the next invocation's are asked for.
        assert_eq!(credentials.lifetime(), Lifetime::Unknown);
    }

    #[test]
    fn a_missing_header_is_named() {
        let all = [(ID_HEADER, "id"), (SECRET_HEADER, "hushhush"), (TOKEN_HEADER, "hushhush")];
        for missing in 0..3 {
            let others = all.into_iter().enumerate().filter(|(index, _)| *index != missing);
            let error = FunctionCompute::of_invocation(others.map(|(_, header)| header)).unwrap_err();
            let text = error.to_string();
            assert!(text.contains(all[missing].0) && !text.contains("hush"), "{text}");
        }
    }
}
