//! Why STS refuses a call: status, `Code` and `Message` as STS has them.
//!
//! <https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-errorcodes>

use core::fmt;

use http::StatusCode;
use oss_sign_credentials::rpc;
use zeroize::Zeroizing;

pub(super) enum Refusal {
    /// What all RPC services check.
    Call(rpc::Refusal),
    Missing(&'static str),
    InvalidParameter(&'static str, String),
    UnknownAction,
    InvalidVersion,
    InvalidFormat,
    NonceUsed,
    UnknownAccessKeyId,
    AccessKeyDisabled,
    SecurityTokenExpired,
    /// With the string to sign that the service made of what it received.
    SignatureDoesNotMatch(Zeroizing<String>),
    NoPermission,
    RoleNotFound,
    Oidc(OidcRefusal),
    InternalError,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OidcRefusal {
    UnknownProvider,
    NotThreeParts,
    NotBase64,
    UnknownAlgorithm,
    UnknownContent,
    AudienceNotMatch,
    Expired,
    IssuerNotMatch,
}

impl Refusal {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::UnknownAccessKeyId | Self::RoleNotFound | Self::UnknownAction => {
                StatusCode::NOT_FOUND
            }
            Self::NoPermission => StatusCode::FORBIDDEN,
            Self::Oidc(_) => StatusCode::UNAUTHORIZED,
            Self::InternalError => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    pub(super) fn code(&self) -> String {
        let code = match self {
            Self::InvalidParameter(name, _) => return format!("InvalidParameter.{name}"),
            Self::Missing(name) => rpc::Refusal::Missing(name).code(),
            Self::Call(refusal) => refusal.code(),
            Self::UnknownAction => "InvalidAction.NotFound",
            Self::InvalidVersion => "InvalidVersion",
            Self::InvalidFormat => "InvalidParameter.Format",
            Self::NonceUsed => "SignatureNonceUsed",
            Self::UnknownAccessKeyId => "InvalidAccessKeyId.NotFound",
            Self::AccessKeyDisabled => "InvalidAccessKeyId.Inactive",
            Self::SecurityTokenExpired => "InvalidSecurityToken.Expired",
            Self::SignatureDoesNotMatch(_) => "SignatureDoesNotMatch",
            Self::NoPermission => "NoPermission",
            Self::RoleNotFound => "EntityNotExist.Role",
            Self::InternalError => "InternalError",
            Self::Oidc(refusal) => match refusal {
                OidcRefusal::UnknownProvider => "AuthenticationFail.NoPermission",
                OidcRefusal::AudienceNotMatch => "AuthenticationFail.OIDCToken.AudienceNotMatch",
                OidcRefusal::Expired => "AuthenticationFail.OIDCToken.Expired",
                OidcRefusal::IssuerNotMatch => "AuthenticationFail.OIDCToken.IssuerNotMatch",
                _ => "AuthenticationFail.OIDCToken.Invalid",
            },
        };
        code.to_owned()
    }
}

/// The `Message`.
impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let message = match self {
            Self::Missing(name) | Self::Call(rpc::Refusal::Missing(name)) => {
                return write!(formatter, "{name} is mandatory for this action.");
            }
            Self::InvalidParameter(_, message) => message,
            Self::Call(refusal) => return refusal.fmt(formatter),
            Self::UnknownAction => "Specified api is not found, please check your url and method.",
            Self::InvalidVersion => "Specified parameter Version is not valid.",
            Self::InvalidFormat => "Specified parameter Format is not valid.",
            Self::NonceUsed => "Specified signature nonce was used already.",
            Self::UnknownAccessKeyId => "Specified access key is not found.",
            Self::AccessKeyDisabled => "Specified access key is disabled.",
            Self::SecurityTokenExpired => "Specified SecurityToken is expired.",
            Self::SignatureDoesNotMatch(string_to_sign) => {
                return write!(
                    formatter,
                    "Specified signature is not matched with our calculation. server string to \
                     sign is:{}",
                    **string_to_sign
                );
            }
            Self::NoPermission => {
                "No permission perform sts:AssumeRole on this Role. Maybe you are not authorized \
                 to perform sts:AssumeRole or the specified role does not trust you"
            }
            Self::RoleNotFound => "The specified Role not exists .",
            Self::InternalError => "The request processing has failed due to some unknown error.",
            Self::Oidc(refusal) => match refusal {
                OidcRefusal::UnknownProvider => "No such OIDC Provider registered.",
                OidcRefusal::NotThreeParts => {
                    "The number of Jwt field should be divided into 3 parts with '.' ."
                }
                OidcRefusal::NotBase64 => {
                    "Cannot decode base64 encoded response(format invalided)."
                }
                OidcRefusal::UnknownAlgorithm => {
                    "The algorithm that be specified in Jwt header is unknown."
                }
                OidcRefusal::UnknownContent => {
                    "The Jwt content is invalid that cannot be recognized."
                }
                OidcRefusal::AudienceNotMatch => "Invalid audience.",
                OidcRefusal::Expired => "This JsonWebToken is expired.",
                OidcRefusal::IssuerNotMatch => "The issuer does not match.",
            },
        };
        formatter.write_str(message)
    }
}
