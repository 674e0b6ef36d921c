//! Why a request is refused, and what OSS answers in its place.

use core::fmt;

use super::received::SignatureForm;

/// Why a received request is not accepted.
///
/// [`code`](Self::code) is the `Code` that OSS answers with; [`ec`](Self::ec) its finer number, where
/// OSS documents it or was seen to send it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Refusal {
    /// There is no signature, neither in the header nor in the URL, or not in the form.
    Anonymous,
    /// There is a signature in the header and one in the URL.
    SignedTwice,
    /// A part of the signature occurs twice.
    Duplicate(Part),
    /// A part of the signature is missing.
    Missing(Part),
    /// A field of a form's signature is missing, or follows `file`.
    MissingField(Part),
    /// A part of the signature is there, but empty.
    Empty(Part),
    /// A part of the signature is not of its form.
    Malformed(Part),

    /// The scheme of `Authorization`, or `x-oss-signature-version`, is unknown.
    SignatureVersion,
    /// The request is signed with V1, which was not expected or is not built in.
    V1NotAllowed,
    /// The date of the credential scope is not that of the time of signing.
    ScopeDate,
    /// The region of the credential scope is not a region ID, or another than the signing key's.
    ScopeRegion,
    /// The product of the credential scope is another than the signing key's.
    ScopeProduct,

    /// The list of additional headers has a name twice, out of order, or not in lower case.
    AdditionalHeadersOrder,
    /// An additional header is not in the request, or has a `_` in its name.
    AdditionalHeaderMissing,
    /// `x-oss-content-sha256` is not `UNSIGNED-PAYLOAD`.
    ContentSha256,
    /// A signed header and a query parameter have the same name and other values.
    HeaderIsParameter,

    /// The validity is not within 1 to 604,800 seconds.
    ExpiresOutOfRange,
    /// The URL or the policy has expired.
    Expired,
    /// The URL or the policy is not valid yet: its time of signing is in the future.
    NotYetValid,
    /// The time of signing is too far from now.
    RequestTimeTooSkewed,

    /// The request is signed with another AccessKey ID than that of the credentials.
    AccessKeyId,
    /// The AccessKey is known, but disabled. Only who keeps the AccessKeys can tell: no function of
    /// this module returns it.
    AccessKeyDisabled,
    /// The credentials have a security token, the request has none.
    SecurityTokenMissing,
    /// The request has another security token than the credentials, or they have none.
    SecurityTokenMismatch,
    /// The temporary AccessKey has expired, and its security token with it. Only who issued them can
    /// tell: no function of this module returns it.
    SecurityTokenExpired,
    /// The signature is not that of this request and this AccessKey.
    SignatureDoesNotMatch,

    /// The request has more query parameters than there are slots.
    ParameterSlots {
        /// How many are needed.
        needed: usize,
    },
    /// The request has more headers that may be signed than there are slots.
    HeaderSlots {
        /// How many are needed.
        needed: usize,
    },
}

/// A part of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "a signature has these")]
pub enum Part {
    /// The header `Authorization`.
    Authorization,
    /// V4: `Credential` or `x-oss-credential`.
    Credential,
    /// V1: the AccessKey ID in `Authorization`, or `OSSAccessKeyId`.
    AccessKeyId,
    /// `Signature` or `x-oss-signature`.
    Signature,
    /// V4: `AdditionalHeaders` or `x-oss-additional-headers`.
    AdditionalHeaders,
    /// `Date` or `x-oss-date`.
    Date,
    /// `Expires` or `x-oss-expires`.
    Expires,
    /// `x-oss-security-token` or `security-token`.
    SecurityToken,
    /// `x-oss-signature-version`.
    SignatureVersion,
    /// The form field `policy`.
    Policy,
}

impl Refusal {
    /// The `Code` in the XML that OSS answers with.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::AccessKeyId | Self::AccessKeyDisabled => "InvalidAccessKeyId",
            Self::SecurityTokenMissing => "InvalidAccessKeyId",
            Self::SecurityTokenMismatch => "InvalidSecurityToken",
            Self::SecurityTokenExpired => "SecurityTokenExpired",
            Self::SignatureDoesNotMatch => "SignatureDoesNotMatch",
            Self::RequestTimeTooSkewed => "RequestTimeTooSkewed",
            Self::Anonymous | Self::Expired | Self::NotYetValid | Self::V1NotAllowed => {
                "AccessDenied"
            }
            Self::Missing(Part::Date | Part::Expires | Part::Signature | Part::AccessKeyId)
            | Self::Malformed(Part::Date | Part::Expires)
            | Self::Empty(Part::Expires) => "AccessDenied",
            Self::Malformed(Part::Policy) => "InvalidPolicyDocument",
            Self::ParameterSlots { .. } | Self::HeaderSlots { .. } => "InvalidRequest",
            _ => "InvalidArgument",
        }
    }

    /// The number in the element `EC` that OSS answers with, where its documentation states the cause
    /// together with the `Code`, or where it was seen to send both. OSS says of these numbers that
    /// they are for diagnosis only, and may change.
    #[must_use]
    pub fn ec(self, form: SignatureForm) -> Option<&'static str> {
        use SignatureForm::{V1Header, V1Post, V1Url, V4Header, V4Post, V4Url};
        Some(match (self, form) {
            (Self::SecurityTokenMismatch, _) => "0002-00000006",
            (Self::SecurityTokenExpired, _) => "0002-00000007",
            (Self::SignedTwice, _) => "0002-00000039",
            (Self::SignatureDoesNotMatch, V1Header | V1Url) => "0002-00000040",
            (Self::Malformed(Part::Authorization), V1Header) => "0002-00000062",
            (Self::Empty(Part::AccessKeyId), V1Header) => "0002-00000063",
            (Self::Empty(Part::Signature), V1Header) => "0002-00000065",
            (Self::Missing(Part::Expires), V1Url) => "0002-00000067",
            (Self::Empty(Part::Expires), V1Url) => "0002-00000068",
            (Self::Expired, V1Url) => "0002-00000069",
            (Self::Malformed(Part::Expires), V1Url) => "0002-00000070",
            (Self::Missing(Part::AccessKeyId), V1Url) => "0002-00000071",
            (Self::Missing(Part::Signature), V1Url) => "0002-00000074",
            (Self::V1NotAllowed, V1Header | V1Url) => "0002-00000080",
            (Self::SignatureDoesNotMatch, V4Header | V4Url) => "0002-00000201",
            (Self::ScopeRegion, V4Header) => "0002-00000226",
            (Self::ScopeProduct, V4Header) => "0002-00000227",
            (Self::Malformed(Part::Date), V1Header | V4Header) => "0002-00000502",
            (Self::Missing(Part::Date), V1Header | V4Header) => "0002-00000503",
            (Self::RequestTimeTooSkewed, V1Header | V4Header) => "0002-00000504",
            (Self::MissingField(Part::Policy), _) => "0002-00000702",
            (Self::MissingField(Part::Signature), _) => "0002-00000703",
            (Self::Empty(Part::Signature), V1Post | V4Post) => "0002-00000704",
            (Self::MissingField(Part::AccessKeyId), _) => "0002-00000706",
            (Self::Empty(Part::AccessKeyId), V1Post) => "0002-00000707",
            (Self::ScopeRegion, V4Post) => "0002-00000715",
            (Self::AccessKeyId, _) => "0002-00000902",
            (Self::AccessKeyDisabled, _) => "0002-00000904",
            (Self::Malformed(Part::Policy), _) => "0006-00000201",
            _ => return None,
        })
    }

    /// The HTTP status that OSS answers with.
    #[must_use]
    pub fn status(self) -> u16 {
        match self.code() {
            "InvalidArgument" | "InvalidPolicyDocument" | "InvalidRequest" => 400,
            _ => 403,
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Authorization => "header `Authorization`",
            Self::Credential => "credential",
            Self::AccessKeyId => "AccessKey ID",
            Self::Signature => "signature",
            Self::AdditionalHeaders => "list of additional headers",
            Self::Date => "time of signing (`Date` or `x-oss-date`)",
            Self::Expires => "expiry",
            Self::SecurityToken => "security token",
            Self::SignatureVersion => "signature version",
            Self::Policy => "policy",
        })
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match *self {
            Self::Duplicate(part) => return write!(formatter, "the {part} occurs twice"),
            Self::Missing(part) => return write!(formatter, "the {part} is missing"),
            Self::MissingField(part) => {
                return write!(formatter, "the form has no {part} before `file`");
            }
            Self::Empty(part) => return write!(formatter, "the {part} is empty"),
            Self::Malformed(part) => return write!(formatter, "the {part} is malformed"),
            Self::ParameterSlots { needed } => {
                return write!(formatter, "the request needs {needed} slots for parameters");
            }
            Self::HeaderSlots { needed } => {
                return write!(formatter, "the request needs {needed} slots for headers");
            }
            Self::Anonymous => "the request is not signed",
            Self::SignedTwice => "the request is signed in the header and in the URL",
            Self::SignatureVersion => "the signature version is unknown",
            Self::V1NotAllowed => "the request is signed with V1, which is not allowed",
            Self::ScopeDate => "the credential's date is not that of the time of signing",
            Self::ScopeRegion => "the credential's region is wrong",
            Self::ScopeProduct => "the credential's product is wrong",
            Self::AdditionalHeadersOrder => {
                "the additional headers are not sorted, unique and in lower case"
            }
            Self::AdditionalHeaderMissing => "an additional header is not in the request",
            Self::ContentSha256 => "`x-oss-content-sha256` is not `UNSIGNED-PAYLOAD`",
            Self::HeaderIsParameter => "a signed header is also a query parameter of other value",
            Self::ExpiresOutOfRange => "the expiry is not within 1 to 604800 seconds",
            Self::Expired => "the request has expired",
            Self::NotYetValid => "the request is not valid yet: the signer's clock is ahead",
            Self::RequestTimeTooSkewed => "the time of signing is too far from now",
            Self::AccessKeyId => "the request is signed with another AccessKey ID",
            Self::AccessKeyDisabled => "the AccessKey is disabled",
            Self::SecurityTokenMissing => {
                "the request lacks the security token of a temporary AccessKey"
            }
            Self::SecurityTokenMismatch => "the security token is not that of the AccessKey",
            Self::SecurityTokenExpired => "the security token has expired",
            Self::SignatureDoesNotMatch => {
                "the signature is not that of this request and this AccessKey"
            }
        };
        formatter.write_str(text)
    }
}

impl core::error::Error for Refusal {}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    #[test]
    fn a_message_names_its_part() {
        assert_eq!(Refusal::Missing(Part::Policy).to_string(), "the policy is missing");
        let parts = [
            Part::Authorization,
            Part::Credential,
            Part::AccessKeyId,
            Part::Signature,
            Part::AdditionalHeaders,
            Part::Date,
            Part::Expires,
            Part::SecurityToken,
            Part::SignatureVersion,
            Part::Policy,
        ];
        let messages = parts.map(|part| Refusal::Missing(part).to_string());
        for (position, message) in messages.iter().enumerate() {
            assert!(!messages[..position].contains(message), "{message}");
        }
    }
}
