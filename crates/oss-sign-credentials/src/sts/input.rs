//! What the calls of STS take: parsed once, before anything is sent.

use core::fmt;
use core::time::Duration;

use oss_sign::EndpointError;
use serde::de::IgnoredAny;
use std::collections::BTreeMap;

/// Why an input of STS is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum InputError {
    /// A role ARN is not of the form `acs:ram::ACCOUNT:role/NAME`.
    RoleArn,
    /// A provider ARN is not of the form `acs:ram::ACCOUNT:oidc-provider/NAME`.
    OidcProviderArn,
    /// A provider ARN is not of the form `acs:ram::ACCOUNT:saml-provider/NAME`.
    SamlProviderArn,
    /// An ARN has a `*`: the documentation masks account IDs so.
    MaskedArn,
    /// The role and the identity provider are not of the same account.
    OtherAccount,
    /// A session name has fewer than 2 or more than 64 characters, or another character.
    SessionName,
    /// A session shorter than 900 s.
    DurationTooShort,
    /// A session longer than 43,200 s.
    DurationTooLong,
    /// A policy is empty, or larger than 2048 bytes.
    PolicySize,
    /// A policy is not a JSON object.
    PolicyJson,
    /// An external ID has fewer than 2 or more than 1224 characters, or another character.
    ExternalId,
    /// The endpoint is not one.
    Endpoint(EndpointError),
    /// The endpoint is not `https`.
    PlainHttp,
    /// The endpoint is one of OSS (EC 0017-00000001).
    OssEndpoint,
    /// The endpoint within a VPC is asked for, but no region.
    VpcWithoutRegion,
}

/// A RAM role: `acs:ram::1234567890123456:role/oss-reader`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RoleArn(String);

/// An identity provider of OIDC: `acs:ram::1234567890123456:oidc-provider/ack-rrsa`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OidcProviderArn(String);

/// An identity provider of SAML: `acs:ram::1234567890123456:saml-provider/company`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SamlProviderArn(String);

/// An identity provider whose tokens STS takes for a role.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "STS knows these two")]
pub enum IdentityProviderArn {
    /// One of OIDC.
    Oidc(OidcProviderArn),
    /// One of SAML.
    Saml(SamlProviderArn),
}

/// What a session is called in audit logs: 2 to 64 of `A-Z a-z 0-9 . @ - _`. `oss-sign` by default.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RoleSessionName(String);

/// How long a session lasts: 900 s to 43,200 s, and no longer than the role allows (3600 s, unless it
/// was raised). 3600 s by default.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SessionDuration(u32);

/// What a session may do of what its role may: a RAM policy in JSON, at most 2048 bytes.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SessionPolicy(String);

/// What a role of somebody else's account wants to be told: 2 to 1224 of `A-Z a-z 0-9 _ + = , . @ : / -`.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ExternalId(String);

/// An ARN of RAM is `acs:ram::ACCOUNT:KIND/NAME`.
macro_rules! arn {
    ($arn:ident, $kind:literal, $error:ident) => {
        impl $arn {
            #[doc = concat!("Reads `acs:ram::ACCOUNT:", $kind, "/NAME`.")]
            ///
            /// # Errors
            ///
            /// It is of another form.
            pub fn new(text: impl Into<String>) -> Result<Self, InputError> {
                let text = text.into();
                match split(&text) {
                    Some((account, kind, name)) if is_account(account) && is_name(name) => {
                        if kind == $kind { Ok(Self(text)) } else { Err(InputError::$error) }
                    }
                    Some(_) if text.contains('*') => Err(InputError::MaskedArn),
                    _ => Err(InputError::$error),
                }
            }

            /// The ID of the account that it belongs to.
            #[must_use]
            pub fn account(&self) -> &str {
                split(&self.0).map(|(account, _, _)| account).unwrap_or_default()
            }
        }

        text!($arn);
    };
}

macro_rules! text {
    ($type:ident) => {
        impl $type {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
    };
}

arn!(RoleArn, "role", RoleArn);
arn!(OidcProviderArn, "oidc-provider", OidcProviderArn);
arn!(SamlProviderArn, "saml-provider", SamlProviderArn);
text!(RoleSessionName);
text!(SessionPolicy);
text!(ExternalId);

impl IdentityProviderArn {
    /// The ID of the account that it belongs to.
    #[must_use]
    pub fn account(&self) -> &str {
        match self {
            Self::Oidc(arn) => arn.account(),
            Self::Saml(arn) => arn.account(),
        }
    }
}

impl From<OidcProviderArn> for IdentityProviderArn {
    fn from(arn: OidcProviderArn) -> Self {
        Self::Oidc(arn)
    }
}

impl From<SamlProviderArn> for IdentityProviderArn {
    fn from(arn: SamlProviderArn) -> Self {
        Self::Saml(arn)
    }
}

/// Account, kind and name of `acs:ram::ACCOUNT:KIND/NAME`.
fn split(arn: &str) -> Option<(&str, &str, &str)> {
    let (account, rest) = arn.strip_prefix("acs:ram::")?.split_once(':')?;
    let (kind, name) = rest.split_once('/')?;
    Some((account, kind, name))
}

fn is_account(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// RAM's names are of letters, digits and these. A `/` is let through: other kinds of ARN have paths.
fn is_name(text: &str) -> bool {
    consists_of(text, 1, 256, ".-_@/")
}

fn consists_of(text: &str, shortest: usize, longest: usize, others: &str) -> bool {
    let is_one = |byte: u8| byte.is_ascii_alphanumeric() || others.as_bytes().contains(&byte);
    (shortest..=longest).contains(&text.len()) && text.bytes().all(is_one)
}

impl RoleSessionName {
    /// Reads a session name.
    ///
    /// # Errors
    ///
    /// It has fewer than 2 or more than 64 characters, or another character.
    pub fn new(text: impl Into<String>) -> Result<Self, InputError> {
        let text = text.into();
        match consists_of(&text, 2, 64, ".@-_") {
            true => Ok(Self(text)),
            false => Err(InputError::SessionName),
        }
    }
}

impl Default for RoleSessionName {
    fn default() -> Self {
        Self("oss-sign".to_owned())
    }
}

impl SessionDuration {
    const SHORTEST: u32 = 900;
    const LONGEST: u32 = 43_200;

    /// A duration; a part of a second is dropped.
    ///
    /// # Errors
    ///
    /// It is shorter than 900 s, or longer than any role allows, 43,200 s.
    pub fn new(duration: Duration) -> Result<Self, InputError> {
        Self::from_seconds(duration.as_secs())
    }

    /// A number of seconds.
    ///
    /// # Errors
    ///
    /// It is less than 900, or more than any role allows, 43,200.
    pub fn from_seconds(seconds: u64) -> Result<Self, InputError> {
        match u32::try_from(seconds) {
            Ok(seconds) if seconds < Self::SHORTEST => Err(InputError::DurationTooShort),
            Ok(seconds) if seconds <= Self::LONGEST => Ok(Self(seconds)),
            _ => Err(InputError::DurationTooLong),
        }
    }

    /// The number of seconds.
    #[must_use]
    pub fn seconds(self) -> u32 {
        self.0
    }
}

impl Default for SessionDuration {
    fn default() -> Self {
        Self(3600)
    }
}

impl SessionPolicy {
    /// Reads a policy. It is sent as it is given.
    ///
    /// # Errors
    ///
    /// It is larger than 2048 bytes, or no JSON object.
    pub fn new(json: impl Into<String>) -> Result<Self, InputError> {
        let json = json.into();
        if !(1..=2048).contains(&json.len()) {
            return Err(InputError::PolicySize);
        }
        match serde_json::from_str::<BTreeMap<String, IgnoredAny>>(&json) {
            Ok(_) => Ok(Self(json)),
            Err(_) => Err(InputError::PolicyJson),
        }
    }
}

impl ExternalId {
    /// Reads an external ID.
    ///
    /// # Errors
    ///
    /// It has fewer than 2 or more than 1224 characters, or another character.
    pub fn new(text: impl Into<String>) -> Result<Self, InputError> {
        let text = text.into();
        match consists_of(&text, 2, 1224, "_+=,.@:/-") {
            true => Ok(Self(text)),
            false => Err(InputError::ExternalId),
        }
    }
}

/// A policy may name customers.
impl fmt::Debug for SessionPolicy {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "SessionPolicy({} bytes)", self.0.len())
    }
}

/// An external ID is not quite a secret, but somebody else's.
impl fmt::Debug for ExternalId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ExternalId([redacted])")
    }
}

impl fmt::Display for InputError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::RoleArn => {
                "the role ARN is not of the form acs:ram::1234567890123456:role/NAME; the console of \
                 RAM shows it on the page of the role"
            }
            Self::OidcProviderArn => {
                "the ARN of the OIDC provider is not of the form \
                 acs:ram::1234567890123456:oidc-provider/NAME"
            }
            Self::SamlProviderArn => {
                "the ARN of the SAML provider is not of the form \
                 acs:ram::1234567890123456:saml-provider/NAME"
            }
            Self::MaskedArn => {
                "the ARN has a `*`, as the documentation masks account IDs; write the whole ID"
            }
            Self::OtherAccount => "the role and the identity provider are of different accounts",
            Self::SessionName => "the role session name is not 2 to 64 of A-Z a-z 0-9 . @ - _",
            Self::DurationTooShort => "a session is no shorter than 900 s",
            Self::DurationTooLong => {
                "a session is no longer than 43200 s, and than what the role allows"
            }
            Self::PolicySize => {
                "the session policy is not of 1 to 2048 bytes; leave out blanks and line ends, or \
                 move a part into the policy of the role"
            }
            Self::PolicyJson => "the session policy is not a JSON object",
            Self::ExternalId => "the external ID is not 2 to 1224 of A-Z a-z 0-9 _ + = , . @ : / -",
            Self::Endpoint(error) => return write!(formatter, "the endpoint of STS is wrong: {error}"),
            Self::PlainHttp => {
                "the endpoint of STS is not https; secrets travel on https alone, but for 127.0.0.1"
            }
            Self::OssEndpoint => {
                "the endpoint is one of OSS; that of STS is sts.aliyuncs.com, or \
                 sts.cn-hangzhou.aliyuncs.com for a region"
            }
            Self::VpcWithoutRegion => {
                "the endpoint of STS within a VPC is that of a region: set ALIBABA_CLOUD_STS_REGION, \
                 or unset ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED"
            }
        })
    }
}

impl core::error::Error for InputError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arns_are_of_their_kind() {
        let role = RoleArn::new("acs:ram::1234567890123456:role/oss-reader").unwrap();
        assert_eq!(role.account(), "1234567890123456");
        assert!(OidcProviderArn::new("acs:ram::1234567890123456:oidc-provider/ack-rrsa").is_ok());
        assert!(SamlProviderArn::new("acs:ram::1234567890123456:saml-provider/company").is_ok());
        for (text, expected) in [
            ("", InputError::RoleArn),
            ("oss-reader", InputError::RoleArn),
            ("acs:ram::1234567890123456:user/alice", InputError::RoleArn),
            ("acs:ram::1234567890123456:role/", InputError::RoleArn),
            ("acs:ram:::role/oss-reader", InputError::RoleArn),
            ("acs:ram::1234567890123456:role/oss reader", InputError::RoleArn),
            ("acs:ram::123456789012****:role/oss-reader", InputError::MaskedArn),
        ] {
            assert_eq!(RoleArn::new(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn t12_a_duration_is_900_to_43200_seconds() {
        for (seconds, expected) in [
            (100, Err(InputError::DurationTooShort)),
            (899, Err(InputError::DurationTooShort)),
            (900, Ok(900)),
            (43_200, Ok(43_200)),
            (43_201, Err(InputError::DurationTooLong)),
            (u64::MAX, Err(InputError::DurationTooLong)),
        ] {
            let actual = SessionDuration::new(Duration::from_secs(seconds));
            assert_eq!(actual.map(SessionDuration::seconds), expected, "{seconds}");
        }
        assert_eq!(SessionDuration::default().seconds(), 3600);
    }

    #[test]
    fn a_policy_is_a_json_object_of_at_most_2048_bytes() {
        let of_size = |size: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(size - 8));
        assert!(SessionPolicy::new(of_size(2048)).is_ok());
        assert_eq!(SessionPolicy::new(of_size(2049)), Err(InputError::PolicySize));
        assert_eq!(SessionPolicy::new(""), Err(InputError::PolicySize));
        for text in ["null", "[]", "{\"a\":}", "{} {}"] {
            assert_eq!(SessionPolicy::new(text), Err(InputError::PolicyJson), "{text}");
        }
    }

    #[test]
    fn names_and_external_ids_have_their_characters_and_lengths() {
        for (text, is_name, is_external_id) in [
            ("a", false, false),
            ("a.b@c-d_e", true, true),
            ("a b", false, false),
            ("a+=,:/b", false, true),
            (&"a".repeat(64), true, true),
            (&"a".repeat(65), false, true),
            (&"a".repeat(1225), false, false),
        ] {
            assert_eq!(RoleSessionName::new(text).is_ok(), is_name, "{text}");
            assert_eq!(ExternalId::new(text).is_ok(), is_external_id, "{text}");
        }
    }
}
