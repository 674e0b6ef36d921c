//! Bucket and object key: parsed once, then trusted.

use crate::error::{BucketError, ObjectKeyError};
use crate::words::position;

/// A bucket name that keeps OSS's rules: 3 to 63 of `a-z`, `0-9` and `-`, with a letter or a digit
/// at both ends. The alias of an access point is one too.
///
/// ```
/// use oss_sign::Bucket;
///
/// assert!(Bucket::new("examplebucket").is_ok());
/// assert!(Bucket::new("Example_Bucket").is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Bucket<'a>(&'a str);

impl<'a> Bucket<'a> {
    /// Checks a name.
    ///
    /// # Errors
    ///
    /// The name breaks one of the rules above.
    pub fn new(name: &'a str) -> Result<Self, BucketError> {
        let letter_or_digit = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        if !(3..=63).contains(&name.len()) {
            return Err(BucketError::Length);
        }
        if !name.bytes().all(|byte| letter_or_digit(byte) || byte == b'-') {
            return Err(BucketError::Character);
        }
        if name.starts_with('-') || name.ends_with('-') {
            return Err(BucketError::OuterHyphen);
        }
        Ok(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.0
    }
}

/// The name of an object: raw UTF-8, never percent-encoded by the caller.
///
/// Whatever the key is, the URL has the caller's host: `//evil.example/x` and `../a` are names like
/// any other.
///
/// ```
/// use oss_sign::ObjectKey;
///
/// assert!(ObjectKey::new("photos/2026/cat picture+1.jpg").is_ok());
/// assert!(ObjectKey::new("/photos").is_err());
/// assert!(ObjectKey::verbatim("/photos").is_ok());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ObjectKey<'a> {
    key: &'a str,
    verbatim: bool,
}

impl<'a> ObjectKey<'a> {
    /// Checks a key: 1 to 1023 bytes, and neither `/` nor `\` at the start.
    ///
    /// # Errors
    ///
    /// The key breaks one of these rules.
    pub fn new(key: &'a str) -> Result<Self, ObjectKeyError> {
        if key.len() > 1023 {
            return Err(ObjectKeyError::TooLong);
        }
        match key.bytes().next() {
            None => Err(ObjectKeyError::Empty),
            Some(b'/') => Err(ObjectKeyError::LeadingSlash),
            Some(b'\\') => Err(ObjectKeyError::LeadingBackslash),
            Some(_) => Ok(Self { key, verbatim: false }),
        }
    }

    /// Takes any key that is not empty: for objects that got an unusual name from a tool that does
    /// not keep the rules.
    ///
    /// # Errors
    ///
    /// The key is empty.
    pub fn verbatim(key: &'a str) -> Result<Self, ObjectKeyError> {
        if key.is_empty() {
            return Err(ObjectKeyError::Empty);
        }
        Ok(Self { key, verbatim: true })
    }

    /// The key.
    #[must_use]
    pub fn as_str(&self) -> &'a str {
        self.key
    }

    /// Whether the caller vouched for the key.
    #[cfg(feature = "v1")]
    pub(crate) fn is_verbatim(&self) -> bool {
        self.verbatim
    }

    /// Whether a part between slashes is `.` or `..`, which HTTP clients resolve away.
    pub(crate) fn has_dot_segment(&self) -> bool {
        let key = self.key.as_bytes();
        let mut start = 0;
        while let Some(dot) = position(key, start, b'.') {
            let before = dot.checked_sub(1).and_then(|before| key.get(before));
            let rest = key.get(dot..).unwrap_or_default();
            if matches!(before, None | Some(b'/'))
                && matches!(rest, [b'.'] | [b'.', b'/', ..] | [b'.', b'.'] | [b'.', b'.', b'/', ..])
            {
                return true;
            }
            start = dot.wrapping_add(1);
        }
        false
    }
}

/// What a request is about: the service, a bucket or an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "OSS has these three levels")]
pub enum Resource<'a> {
    /// The service: to list the buckets.
    Service,
    /// A bucket.
    Bucket(Bucket<'a>),
    /// An object in a bucket.
    Object(Bucket<'a>, ObjectKey<'a>),
}

impl<'a> Resource<'a> {
    /// The bucket, but for the service.
    #[must_use]
    pub fn bucket(&self) -> Option<Bucket<'a>> {
        match *self {
            Self::Service => None,
            Self::Bucket(bucket) | Self::Object(bucket, _) => Some(bucket),
        }
    }

    /// The object key, for an object.
    #[must_use]
    pub fn key(&self) -> Option<ObjectKey<'a>> {
        match *self {
            Self::Service | Self::Bucket(_) => None,
            Self::Object(_, key) => Some(key),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    #[test]
    fn bucket_names() {
        fn error(name: &str) -> BucketError {
            Bucket::new(name).unwrap_err()
        }
        assert_eq!(error("ab"), BucketError::Length);
        assert_eq!(error(&"a".repeat(64)), BucketError::Length);
        assert_eq!(error("Abc"), BucketError::Character);
        assert_eq!(error("a.b"), BucketError::Character);
        assert_eq!(error("a_b"), BucketError::Character);
        assert_eq!(error("-ab"), BucketError::OuterHyphen);
        assert_eq!(error("ab-"), BucketError::OuterHyphen);
        assert!(Bucket::new(&"a".repeat(63)).is_ok());
        assert!(Bucket::new("0-9").is_ok());
    }

    #[test]
    fn object_keys() {
        fn error(key: &str) -> ObjectKeyError {
            ObjectKey::new(key).unwrap_err()
        }
        assert_eq!(error(""), ObjectKeyError::Empty);
        assert_eq!(error("/a"), ObjectKeyError::LeadingSlash);
        assert_eq!(error("\\a"), ObjectKeyError::LeadingBackslash);
        assert_eq!(error(&"a".repeat(1024)), ObjectKeyError::TooLong);
        assert!(ObjectKey::new(&"a".repeat(1023)).is_ok());
        assert_eq!(error(&"中".repeat(342)), ObjectKeyError::TooLong);
    }

    #[test]
    fn verbatim_keys() {
        assert!(ObjectKey::verbatim("/a").is_ok());
        assert!(ObjectKey::verbatim(&"a".repeat(1024)).is_ok());
        assert_eq!(ObjectKey::verbatim(""), Err(ObjectKeyError::Empty));
    }

    #[test]
    fn dot_segments() {
        for key in [".", "..", "../a", "a/..", "a/./b"] {
            assert!(ObjectKey::new(key).unwrap().has_dot_segment(), "{key}");
        }
        for key in [".a", "a..", "a/...", "%2e%2e/a"] {
            assert!(!ObjectKey::new(key).unwrap().has_dot_segment(), "{key}");
        }
    }
}
