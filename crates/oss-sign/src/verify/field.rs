//! The parameters of a URL that belong to its signature.

use super::wire::Wire;
use crate::canonical::Text;

/// A parameter that the signature has added. OSS minds the case of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Field {
    AdditionalHeaders,
    Credential,
    Date,
    Expires,
    SecurityToken,
    Signature,
    SignatureVersion,
    V1AccessKeyId,
    V1Expires,
    V1SecurityToken,
    V1Signature,
}

/// The longest of the names.
const LONGEST: usize = "x-oss-additional-headers".len();

impl Field {
    /// The one of this name, however it is spelled.
    pub(super) fn of(name: Wire<'_>) -> Option<Self> {
        name.read::<LONGEST, _>(Self::named)
    }

    /// The one of this name.
    pub(super) fn named(name: &[u8]) -> Option<Self> {
        match name {
            b"x-oss-additional-headers" => Some(Self::AdditionalHeaders),
            b"x-oss-credential" => Some(Self::Credential),
            b"x-oss-date" => Some(Self::Date),
            b"x-oss-expires" => Some(Self::Expires),
            b"x-oss-security-token" => Some(Self::SecurityToken),
            b"x-oss-signature" => Some(Self::Signature),
            b"x-oss-signature-version" => Some(Self::SignatureVersion),
            b"OSSAccessKeyId" => Some(Self::V1AccessKeyId),
            b"Expires" => Some(Self::V1Expires),
            b"security-token" => Some(Self::V1SecurityToken),
            b"Signature" => Some(Self::V1Signature),
            _ => None,
        }
    }
}
