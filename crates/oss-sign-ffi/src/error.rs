//! What can be wrong, as a number.

use core::ffi::{CStr, c_char};

use oss_sign::{
    BucketError, BufferTooSmall, CredentialsError, EndpointError, MethodError, ObjectKeyError,
    ProductError, RegionError, SignError, TimestampError,
};

/// Nothing is wrong.
pub const OK: i32 = 0;

/// What is wrong. `oss_sign_strerror` has it in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[repr(i32)]
#[allow(missing_docs, reason = "`message` says it")]
pub enum Error {
    NullPointer = -1,
    Utf8 = -2,
    BufferTooSmall = -3,
    Overlap = -4,
    KeyNotDerived = -5,
    TooMany = -6,
    AccessKeyId = -7,
    AccessKeySecret = -8,
    SecurityToken = -9,
    Region = -10,
    Product = -11,
    Bucket = -12,
    ObjectKey = -13,
    Method = -14,
    Endpoint = -15,
    Time = -16,
    Expires = -17,
    KeyOfAnotherDay = -18,
    KeyOfAnotherAccessKey = -19,
    Parameter = -20,
    DuplicateParameter = -21,
    SignatureParameter = -22,
    HeaderName = -23,
    HeaderValue = -24,
    SignatureHeader = -25,
    HeaderIsParameter = -26,
    AdditionalHeader = -27,
    NotInV1 = -28,
    Condition = -29,
    NotSigned = -30,
    Expired = -31,
    NotYetValid = -32,
    TimeTooSkewed = -33,
    SignatureDoesNotMatch = -34,
    Other = -35,
}

/// By their numbers, from -1 down.
const ERRORS: [Error; 35] = [
    Error::NullPointer,
    Error::Utf8,
    Error::BufferTooSmall,
    Error::Overlap,
    Error::KeyNotDerived,
    Error::TooMany,
    Error::AccessKeyId,
    Error::AccessKeySecret,
    Error::SecurityToken,
    Error::Region,
    Error::Product,
    Error::Bucket,
    Error::ObjectKey,
    Error::Method,
    Error::Endpoint,
    Error::Time,
    Error::Expires,
    Error::KeyOfAnotherDay,
    Error::KeyOfAnotherAccessKey,
    Error::Parameter,
    Error::DuplicateParameter,
    Error::SignatureParameter,
    Error::HeaderName,
    Error::HeaderValue,
    Error::SignatureHeader,
    Error::HeaderIsParameter,
    Error::AdditionalHeader,
    Error::NotInV1,
    Error::Condition,
    Error::NotSigned,
    Error::Expired,
    Error::NotYetValid,
    Error::TimeTooSkewed,
    Error::SignatureDoesNotMatch,
    Error::Other,
];

impl Error {
    fn message(self) -> &'static CStr {
        match self {
            Self::NullPointer => c"a pointer is NULL that must not be",
            Self::Utf8 => c"a text is not UTF-8",
            Self::BufferTooSmall => c"a buffer is too small; its length says what the text needs, without the NUL that ends it",
            Self::Overlap => c"a buffer overlaps an input or another buffer",
            Self::KeyNotDerived => c"the signing key was not derived; call oss_sign_key_derive",
            Self::TooMany => c"there are more query parameters, headers or conditions than OSS_SIGN_MAX_ENTRIES",
            Self::AccessKeyId => c"the AccessKey ID is empty, longer than 64 bytes, or has a character that none has",
            Self::AccessKeySecret => c"the AccessKey secret is empty, begins or ends with white space, or has a control character",
            Self::SecurityToken => c"the security token begins or ends with white space, or has a control character",
            Self::Region => c"the region is not a region ID such as cn-hangzhou, without oss- before it",
            Self::Product => c"the product has a character outside a-z, 0-9 and -, or is longer than 32 bytes",
            Self::Bucket => c"the bucket name breaks the rules of OSS: 3 to 63 of a-z, 0-9 and -",
            Self::ObjectKey => c"the object key is longer than 1023 bytes, begins with / or \\, or has no bucket",
            Self::Method => c"the method is none of DELETE, GET, HEAD, OPTIONS, POST, PUT",
            Self::Endpoint => c"the endpoint is not a scheme, a host and a port, or its addressing is unknown",
            Self::Time => c"the time is not within 1970 to 9999, or is not a date that OSS writes",
            Self::Expires => c"the URL or form would expire after 0 seconds, or in V4 after more than 604800",
            Self::KeyOfAnotherDay => c"the signing key is of another UTC day; call oss_sign_key_refresh",
            Self::KeyOfAnotherAccessKey => c"the signing key was derived for another AccessKey ID",
            Self::Parameter => c"a query parameter has no name, or has a CR, LF or NUL",
            Self::DuplicateParameter => c"a query parameter occurs twice",
            Self::SignatureParameter => c"a query parameter is one that the signature adds by itself",
            Self::HeaderName => c"the name of a header is not an HTTP header name",
            Self::HeaderValue => c"the value of a header has a CR, LF or NUL",
            Self::SignatureHeader => c"a header is one that the signature adds by itself",
            Self::HeaderIsParameter => c"a header has the name of a query parameter",
            Self::AdditionalHeader => c"an additional header is not among the headers, or has a _ in its name",
            Self::NotInV1 => c"V1 has no additional headers, and no keys that begin with ?",
            Self::Condition => c"a condition of the policy is wrong, twice there, or on a field that the signature adds",
            Self::NotSigned => c"the request has no signature, or one with a wrong or missing part",
            Self::Expired => c"the URL has expired",
            Self::NotYetValid => c"the URL is not valid yet",
            Self::TimeTooSkewed => c"the time of signing is too far from now",
            Self::SignatureDoesNotMatch => c"the signature is not that of this request, AccessKey and security token",
            Self::Other => c"the request cannot be signed",
        }
    }
}

/// A result as C functions return it.
pub(crate) fn code(result: Result<(), Error>) -> i32 {
    match result {
        Ok(()) => OK,
        Err(error) => error as i32,
    }
}

/// Says in English what a code means. The string is static, and never NULL.
#[unsafe(no_mangle)]
pub extern "C" fn oss_sign_strerror(code: i32) -> *const c_char {
    let error = ERRORS.into_iter().find(|&error| error as i32 == code);
    let message = match error {
        Some(error) => error.message(),
        None if code == OK => c"success",
        None => c"no error of oss-sign",
    };
    message.as_ptr()
}

impl From<CredentialsError> for Error {
    fn from(error: CredentialsError) -> Self {
        match error {
            CredentialsError::EmptyAccessKeySecret
            | CredentialsError::AccessKeySecretWhiteSpace => Self::AccessKeySecret,
            CredentialsError::EmptySecurityToken | CredentialsError::SecurityTokenWhiteSpace => {
                Self::SecurityToken
            }
            _ => Self::AccessKeyId,
        }
    }
}

impl From<SignError> for Error {
    fn from(error: SignError) -> Self {
        match error {
            SignError::SigningKeyOfAnotherDay => Self::KeyOfAnotherDay,
            SignError::SigningKeyOfAnotherAccessKey => Self::KeyOfAnotherAccessKey,
            SignError::TooManyParameters | SignError::TooManyHeaders => Self::TooMany,
            SignError::EmptyParameterName(_) | SignError::ParameterControlCharacter(_) => {
                Self::Parameter
            }
            SignError::DuplicateParameter(_) => Self::DuplicateParameter,
            SignError::SignatureParameter(_) => Self::SignatureParameter,
            SignError::HeaderName(_) => Self::HeaderName,
            SignError::HeaderValue(_) => Self::HeaderValue,
            SignError::SignatureHeader(_) => Self::SignatureHeader,
            SignError::HeaderIsParameter(_) => Self::HeaderIsParameter,
            SignError::AdditionalHeaderMissing(_) | SignError::AdditionalHeaderUnderscore(_) => {
                Self::AdditionalHeader
            }
            SignError::ExpiresZero
            | SignError::ExpiresInThePast
            | SignError::ExpiresTooFar
            | SignError::ExpiresTooLate => Self::Expires,
            SignError::CanonicalResourceInV1
            | SignError::AdditionalHeadersInV1
            | SignError::QuestionMarkKeyInV1 => Self::NotInV1,
            _ => Self::Other,
        }
    }
}

/// Errors of which all that C is told is which input was wrong.
macro_rules! errors_of_one_input {
    ($($type:ident => $error:ident;)+) => {$(
        impl From<$type> for Error {
            fn from(_: $type) -> Self {
                Self::$error
            }
        }
    )+};
}

errors_of_one_input! {
    BucketError => Bucket;
    BufferTooSmall => BufferTooSmall;
    EndpointError => Endpoint;
    MethodError => Method;
    ObjectKeyError => ObjectKey;
    ProductError => Product;
    RegionError => Region;
    TimestampError => Time;
}

#[cfg(feature = "post-policy")]
impl From<oss_sign::PolicyError> for Error {
    fn from(error: oss_sign::PolicyError) -> Self {
        match error {
            oss_sign::PolicyError::Sign(error) => error.into(),
            _ => Self::Condition,
        }
    }
}

#[cfg(feature = "verify")]
impl From<oss_sign::verify::Refusal> for Error {
    fn from(refusal: oss_sign::verify::Refusal) -> Self {
        use oss_sign::verify::Refusal;

        match refusal {
            Refusal::Expired => Self::Expired,
            Refusal::NotYetValid => Self::NotYetValid,
            Refusal::RequestTimeTooSkewed => Self::TimeTooSkewed,
            Refusal::AccessKeyId => Self::KeyOfAnotherAccessKey,
            Refusal::SecurityTokenMissing
            | Refusal::SecurityTokenMismatch
            | Refusal::SignatureDoesNotMatch => Self::SignatureDoesNotMatch,
            Refusal::ParameterSlots { .. } | Refusal::HeaderSlots { .. } => Self::TooMany,
            _ => Self::NotSigned,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_from_the_first_to_the_last_is_an_error() {
        let codes = ERRORS.map(|error| error as i32);
        assert!(codes.into_iter().eq((Error::Other as i32..0).rev()));
    }
}
