//! What can be wrong, one enum per phase: each says which input, how, and what to do.
//!
//! None of them holds an input, so that no secret can leak through an error.

use core::fmt;

use crate::{MAX_HEADERS, MAX_PARAMETERS};

/// Implements `Display` by a match, and `Error`.
macro_rules! error_messages {
    ($type:ident { $($variant:pat => $message:literal $(, $argument:expr)*;)+ }) => {
        impl fmt::Display for $type {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                match *self {
                    $($variant => write!(formatter, $message $(, $argument)*),)+
                }
            }
        }

        impl core::error::Error for $type {}
    };
}

/// Why an AccessKey is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CredentialsError {
    /// The AccessKey ID is empty.
    EmptyAccessKeyId,
    /// The AccessKey ID has a character that OSS refuses (EC 0002-00000206).
    AccessKeyIdCharacter,
    /// The AccessKey ID is longer than 64 bytes.
    AccessKeyIdTooLong,
    /// The AccessKey secret is empty.
    EmptyAccessKeySecret,
    /// The AccessKey secret begins or ends with white space, or has a control character or one beyond
    /// ASCII.
    AccessKeySecretWhiteSpace,
    /// The security token is empty.
    EmptySecurityToken,
    /// The security token begins or ends with white space, or has a control character or one beyond
    /// ASCII.
    SecurityTokenWhiteSpace,
}

error_messages!(CredentialsError {
    Self::EmptyAccessKeyId => "the AccessKey ID is empty";
    Self::AccessKeyIdCharacter =>
        "the AccessKey ID has a character other than letters, digits and `.`, `_`, `-`, `=`; \
         remove line ends and blanks that were copied with it";
    Self::AccessKeyIdTooLong => "the AccessKey ID is longer than 64 bytes; is it the secret or the token?";
    Self::EmptyAccessKeySecret => "the AccessKey secret is empty";
    Self::AccessKeySecretWhiteSpace =>
        "the AccessKey secret begins or ends with white space, or has a control character or one beyond ASCII; \
         remove line ends and blanks that were copied with it";
    Self::EmptySecurityToken => "the security token is empty; leave it out for a long-term AccessKey";
    Self::SecurityTokenWhiteSpace =>
        "the security token begins or ends with white space, or has a control character or one beyond ASCII; \
         remove line ends and blanks that were copied with it";
});

/// Why a region ID or a product is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RegionError {
    /// It is empty.
    Empty,
    /// It begins with `oss-` (EC 0002-00000226).
    OssPrefix,
    /// It has a character outside `[a-z0-9-]`.
    Character,
    /// It is longer than 63 bytes, the longest label of a host name.
    TooLong,
}

error_messages!(RegionError {
    Self::Empty => "the region is empty; write a region ID such as `cn-hangzhou`";
    Self::OssPrefix => "the region begins with `oss-`; write the region ID alone: `cn-hangzhou`, not `oss-cn-hangzhou`";
    Self::Character => "the region has a character outside `a-z`, `0-9` and `-`; write a region ID such as `cn-hangzhou`";
    Self::TooLong => "the region is longer than 63 bytes; write a region ID such as `cn-hangzhou`";
});

/// Why a product is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ProductError {
    /// It is empty.
    Empty,
    /// It has a character outside `[a-z0-9-]`.
    Character,
    /// It is longer than 32 bytes.
    TooLong,
}

error_messages!(ProductError {
    Self::Empty => "the product is empty; write `oss`, or `oss-cloudbox` for a cloud box";
    Self::Character => "the product has a character outside `a-z`, `0-9` and `-`; write `oss`, or `oss-cloudbox` for a cloud box";
    Self::TooLong => "the product is longer than 32 bytes; write `oss`, or `oss-cloudbox` for a cloud box";
});

/// Why a bucket name breaks OSS's rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BucketError {
    /// It has fewer than 3 or more than 63 bytes.
    Length,
    /// It has a character outside `[a-z0-9-]`.
    Character,
    /// It begins or ends with `-`.
    OuterHyphen,
}

error_messages!(BucketError {
    Self::Length => "a bucket name has 3 to 63 characters";
    Self::Character => "a bucket name consists of `a-z`, `0-9` and `-`; give the name alone, without host or key";
    Self::OuterHyphen => "a bucket name begins and ends with a letter or a digit";
});

/// Why an object key breaks OSS's rules.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ObjectKeyError {
    /// It is empty.
    Empty,
    /// It is longer than 1023 bytes of UTF-8.
    TooLong,
    /// It begins with `/`.
    LeadingSlash,
    /// It begins with `\`.
    LeadingBackslash,
}

error_messages!(ObjectKeyError {
    Self::Empty => "the object key is empty; for the bucket itself use a request without a key";
    Self::TooLong => "the object key is longer than 1023 bytes of UTF-8";
    Self::LeadingSlash => "the object key begins with `/`; remove it, or use `ObjectKey::verbatim` for an object that is really named so";
    Self::LeadingBackslash => "the object key begins with `\\`; remove it, or use `ObjectKey::verbatim` for an object that is really named so";
});

/// Why an endpoint is not one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum EndpointError {
    /// The scheme is neither `http` nor `https`.
    Scheme,
    /// There is no host.
    EmptyHost,
    /// The host has a character that no host name has, or a label of a wrong form.
    Host,
    /// The address in brackets is not an IPv6 address.
    Ipv6,
    /// The port is not a number from 1 to 65535.
    Port,
    /// Something follows the host: a path, a query, a fragment.
    Path,
    /// There is an `@`: a user name or a password.
    UserInfo,
}

error_messages!(EndpointError {
    Self::Scheme => "the endpoint's scheme is neither `http` nor `https`";
    Self::EmptyHost => "the endpoint has no host; write for example `https://oss-cn-hangzhou.aliyuncs.com`";
    Self::Host => "the endpoint's host is not a host name or an IP address";
    Self::Ipv6 => "the endpoint's host in brackets is not an IPv6 address";
    Self::Port => "the endpoint's port is not a number from 1 to 65535";
    Self::Path => "the endpoint has a path, a query or a fragment; give scheme, host and port alone, the bucket and the key are separate inputs";
    Self::UserInfo => "the endpoint has a user name or a password; give scheme, host and port alone";
});

/// A text is not a method that OSS answers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "there is nothing else to say")]
pub struct MethodError;

error_messages!(MethodError {
    Self => "the method is none of DELETE, GET, HEAD, OPTIONS, POST, PUT; write it in capitals";
});

/// Why an instant cannot be a [`Timestamp`](crate::Timestamp).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TimestampError {
    /// It is before 1970-01-01T00:00:00Z.
    Before1970,
    /// It is after 9999-12-31T23:59:59Z.
    TooLate,
    /// A text is neither an HTTP date nor the `ServerTime` of OSS.
    NotADate,
}

error_messages!(TimestampError {
    Self::Before1970 => "the time is before 1970; is the clock set?";
    Self::TooLate => "the time is after the year 9999; is it in milliseconds rather than seconds?";
    Self::NotADate => "the date is neither `Tue, 14 Nov 2023 22:13:20 GMT` nor `2023-11-14T22:13:20.000Z`; give the header `Date` or the element `ServerTime` of an answer of OSS";
});

/// Which query parameter of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "these are all the ways to give one")]
pub enum ParameterPosition {
    /// `x-oss-process`, from [`Request::process`](crate::Request::process).
    Process,
    /// `versionId`, from [`Request::version_id`](crate::Request::version_id).
    VersionId,
    /// The one at this index, from zero, of [`Request::query`](crate::Request::query).
    Query(usize),
}

impl fmt::Display for ParameterPosition {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::Process => formatter.write_str("the query parameter `x-oss-process`"),
            Self::VersionId => formatter.write_str("the query parameter `versionId`"),
            Self::Query(index) => write!(formatter, "query parameter {}", index.saturating_add(1)),
        }
    }
}

/// Why a request was not signed.
///
/// Indexes count from zero, messages from one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignError {
    /// The signing key was derived for another UTC day than that of `now`.
    SigningKeyOfAnotherDay,
    /// The signing key was derived for another AccessKey ID.
    SigningKeyOfAnotherAccessKey,

    /// There are more query parameters than [`MAX_PARAMETERS`](crate::MAX_PARAMETERS).
    TooManyParameters,
    /// A query parameter has an empty name.
    EmptyParameterName(ParameterPosition),
    /// The name or the value of a query parameter has a CR, LF or NUL.
    ParameterControlCharacter(ParameterPosition),
    /// A query parameter occurs twice.
    DuplicateParameter(ParameterPosition),
    /// A query parameter is one of the signature's own, of this version or the other.
    SignatureParameter(ParameterPosition),

    /// There are more headers than [`MAX_HEADERS`](crate::MAX_HEADERS).
    TooManyHeaders,
    /// A header name is not an HTTP token.
    HeaderName(usize),
    /// A header value has a CR, LF or NUL.
    HeaderValue(usize),
    /// A header is one of those that the signature adds.
    SignatureHeader(usize),
    /// A signed header has the name of a query parameter, which OSS refuses.
    HeaderIsParameter(usize),

    /// An additional header is not among the request's headers (EC 0002-00000077).
    AdditionalHeaderMissing(usize),
    /// The name of an additional header has a `_`, which OSS refuses (EC 0002-00000077).
    AdditionalHeaderUnderscore(usize),

    /// The signature would never be valid: it expires after 0 seconds.
    ExpiresZero,
    /// The signature would have expired already.
    ExpiresInThePast,
    /// The signature would be valid for more than 604,800 seconds (7 days), the most that V4 allows
    /// (EC 0002-00000232).
    ExpiresTooFar,
    /// The signature would expire after the year 9999.
    ExpiresTooLate,

    /// The overridden canonical resource does not begin with `/`.
    CanonicalResource,
    /// The canonical resource is overridden, which V1 does not know.
    CanonicalResourceInV1,
    /// Additional headers are given, which V1 does not know.
    AdditionalHeadersInV1,
    /// The object key begins with `?`, which in V1 reads as a sub-resource of the bucket.
    QuestionMarkKeyInV1,
    /// An extra sub-resource for V1 has an empty name.
    EmptySubResource(usize),
}

error_messages!(SignError {
    Self::SigningKeyOfAnotherDay =>
        "the signing key is of another UTC day than the time of signing; derive it anew with `SigningKey::refresh` or a `KeyCache`";
    Self::SigningKeyOfAnotherAccessKey =>
        "the signing key was derived for another AccessKey ID than that of the credentials";

    Self::TooManyParameters => "there are more than {} query parameters", MAX_PARAMETERS;
    Self::EmptyParameterName(position) => "{} has an empty name", position;
    Self::ParameterControlCharacter(position) => "{} has a CR, LF or NUL in its name or value", position;
    Self::DuplicateParameter(position) => "{} has the name of another one; OSS does not define what two of them mean", position;
    Self::SignatureParameter(position) => "{} belongs to a signature, which adds what it needs by itself; remove it", position;

    Self::TooManyHeaders => "there are more than {} headers", MAX_HEADERS;
    Self::HeaderName(index) => "the name of header {} is not an HTTP header name", index.saturating_add(1);
    Self::HeaderValue(index) => "the value of header {} has a CR, LF or NUL", index.saturating_add(1);
    Self::SignatureHeader(index) => "header {} is one that the signature adds by itself; remove it", index.saturating_add(1);
    Self::HeaderIsParameter(index) => "header {} has the name of a query parameter; OSS wants a value in one of the two places", index.saturating_add(1);

    Self::AdditionalHeaderMissing(index) => "additional header {} is not among the headers of the request; add it there with its value", index.saturating_add(1);
    Self::AdditionalHeaderUnderscore(index) => "additional header {} has a `_` in its name, which OSS does not sign", index.saturating_add(1);

    Self::ExpiresZero => "the signature would expire after 0 seconds; give at least 1";
    Self::ExpiresInThePast => "the signature would have expired already; give an instant after the time of signing";
    Self::ExpiresTooFar => "the signature would be valid for more than 604800 seconds (7 days), the most that OSS allows for V4";
    Self::ExpiresTooLate => "the signature would expire after the year 9999";

    Self::CanonicalResource => "the canonical resource does not begin with `/`";
    Self::CanonicalResourceInV1 => "the canonical resource is overridden, which the V1 signature does not know; use V4";
    Self::AdditionalHeadersInV1 => "additional headers are given, which the V1 signature does not know; use V4";
    Self::QuestionMarkKeyInV1 =>
        "the object key begins with `?`, which the V1 signature cannot tell from a sub-resource of the bucket; \
         use V4, or `ObjectKey::verbatim` if the key cannot come from somebody else";
    Self::EmptySubResource(index) => "extra sub-resource {} has an empty name", index.saturating_add(1);
});

/// Why a POST policy was not signed.
///
/// Indexes count from zero, messages from one.
#[cfg(feature = "post-policy")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicyError {
    /// The signing key or the expiry is wrong, as it may be of any signature.
    Sign(SignError),
    /// A condition is on a form field with an empty name.
    EmptyName(usize),
    /// The name of a form field begins with `$`, which the policy puts before it by itself.
    DollarName(usize),
    /// The name of a form field has a CR, LF or NUL.
    NameControlCharacter(usize),
    /// A condition is on the bucket, on the file, or on a field that the signature adds.
    ReservedName(usize),
    /// A field is to equal two values, or the size is to be in two ranges.
    DuplicateCondition(usize),
    /// A list of values is empty.
    EmptyList(usize),
    /// The smallest size is greater than the largest.
    EmptyRange(usize),
}

#[cfg(feature = "post-policy")]
error_messages!(PolicyError {
    Self::Sign(error) => "{}", error;
    Self::EmptyName(index) => "condition {} is on a form field with an empty name", index.saturating_add(1);
    Self::DollarName(index) => "condition {} has a `$` before the name of the form field; write the name alone: `key`, not `$key`", index.saturating_add(1);
    Self::NameControlCharacter(index) => "condition {} is on a form field with a CR, LF or NUL in its name", index.saturating_add(1);
    Self::ReservedName(index) => "condition {} is on `bucket`, on `file`, or on a form field that the signature adds by itself; remove it", index.saturating_add(1);
    Self::DuplicateCondition(index) => "condition {} sets what another one has set already", index.saturating_add(1);
    Self::EmptyList(index) => "condition {} has an empty list of values", index.saturating_add(1);
    Self::EmptyRange(index) => "condition {} has a smallest size that is greater than the largest", index.saturating_add(1);
});

#[cfg(feature = "post-policy")]
impl From<SignError> for PolicyError {
    fn from(error: SignError) -> Self {
        Self::Sign(error)
    }
}

/// Why an upload callback cannot be verified.
#[cfg(feature = "callback")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CallbackError {
    /// The path has an encoded line end.
    PathLineEnd,
    /// The header `x-oss-pub-key-url` is not base64.
    PublicKeyUrlBase64,
    /// The URL of the public key is longer than 255 bytes.
    PublicKeyUrlTooLong,
    /// The URL of the public key is not on `gosspublic.alicdn.com`: the callback is not from OSS.
    PublicKeyUrlHost,
    /// The URL of the public key has a character that no URL of a key has.
    PublicKeyUrlCharacter,
}

#[cfg(feature = "callback")]
error_messages!(CallbackError {
    Self::PathLineEnd => "the path of the callback has an encoded line end";
    Self::PublicKeyUrlBase64 => "the header `x-oss-pub-key-url` is not base64";
    Self::PublicKeyUrlTooLong => "the URL of the public key is longer than 255 bytes";
    Self::PublicKeyUrlHost => "the URL of the public key does not begin with `https://gosspublic.alicdn.com/` or `http://gosspublic.alicdn.com/`; the callback is not from OSS";
    Self::PublicKeyUrlCharacter => "the URL of the public key has a blank, an `@` or another character that has no place in it";
});

/// A buffer was too small for a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "there is nothing else to say")]
pub struct BufferTooSmall {
    /// How many bytes the text has.
    pub needed: usize,
    /// How many bytes the buffer has.
    pub capacity: usize,
}

error_messages!(BufferTooSmall {
    Self { needed, capacity } => "the buffer has {} bytes, the text needs {}", capacity, needed;
});
