//! What is asked of OSS: method, resource, query and headers.

use core::fmt;
use core::str::FromStr;

use crate::error::{MethodError, SignError};
use crate::resource::{Bucket, ObjectKey, Resource};
use crate::time::Timestamp;

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "OSS answers to these")]
#[allow(missing_docs, reason = "the names say it all")]
pub enum Method {
    Delete,
    Get,
    Head,
    Options,
    Post,
    Put,
}

impl Method {
    /// The method in capitals, as it is sent and signed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Delete => "DELETE",
            Self::Get => "GET",
            Self::Head => "HEAD",
            Self::Options => "OPTIONS",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

impl FromStr for Method {
    type Err = MethodError;

    /// Reads a method in capitals.
    fn from_str(name: &str) -> Result<Self, MethodError> {
        [Self::Delete, Self::Get, Self::Head, Self::Options, Self::Post, Self::Put]
            .into_iter()
            .find(|method| method.as_str() == name)
            .ok_or(MethodError)
    }
}

impl fmt::Display for Method {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// A request to be signed, described by borrowed parts: cheap to copy, free to build.
///
/// Names and values are raw text: they are percent-encoded once, on the way out. An empty value and
/// no value are the same to OSS: `("acl", "")` is the sub-resource `acl`.
///
/// ```
/// use oss_sign::{Bucket, ObjectKey, Request};
///
/// let bucket = Bucket::new("examplebucket")?;
/// let photo = ObjectKey::new("photos/cat picture+1.jpg")?;
///
/// let download = Request::get(bucket, photo)
///     .process("image/resize,w_200")
///     .query(&[("response-content-disposition", "attachment; filename=\"cat.jpg\"")]);
/// let upload = Request::put(bucket, photo)
///     .headers(&[("content-type", "image/jpeg"), ("x-oss-meta-author", "alice")]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    method: Method,
    resource: Resource<'a>,
    process: Option<&'a str>,
    version_id: Option<&'a str>,
    query: &'a [(&'a str, &'a str)],
    headers: &'a [(&'a str, &'a str)],
    additional_headers: &'a [&'a str],
    canonical_resource: Option<&'a str>,
}

impl<'a> Request<'a> {
    /// Any method on the service, a bucket or an object.
    #[must_use]
    pub const fn new(method: Method, resource: Resource<'a>) -> Self {
        Self {
            method,
            resource,
            process: None,
            version_id: None,
            query: &[],
            headers: &[],
            additional_headers: &[],
            canonical_resource: None,
        }
    }

    /// Downloads an object.
    #[must_use]
    pub const fn get(bucket: Bucket<'a>, key: ObjectKey<'a>) -> Self {
        Self::new(Method::Get, Resource::Object(bucket, key))
    }

    /// Uploads an object.
    #[must_use]
    pub const fn put(bucket: Bucket<'a>, key: ObjectKey<'a>) -> Self {
        Self::new(Method::Put, Resource::Object(bucket, key))
    }

    /// Asks for the metadata of an object.
    #[must_use]
    pub const fn head(bucket: Bucket<'a>, key: ObjectKey<'a>) -> Self {
        Self::new(Method::Head, Resource::Object(bucket, key))
    }

    /// Posts to an object: multipart upload, append, `x-oss-async-process`.
    #[must_use]
    pub const fn post(bucket: Bucket<'a>, key: ObjectKey<'a>) -> Self {
        Self::new(Method::Post, Resource::Object(bucket, key))
    }

    /// Deletes an object.
    #[must_use]
    pub const fn delete(bucket: Bucket<'a>, key: ObjectKey<'a>) -> Self {
        Self::new(Method::Delete, Resource::Object(bucket, key))
    }

    /// Processes the object on the way out: the query parameter `x-oss-process`, such as
    /// `image/resize,w_200`.
    #[must_use]
    pub const fn process(self, style: &'a str) -> Self {
        Self { process: Some(style), ..self }
    }

    /// Asks for one version of the object: the query parameter `versionId`.
    #[must_use]
    pub const fn version_id(self, version_id: &'a str) -> Self {
        Self { version_id: Some(version_id), ..self }
    }

    /// The other query parameters, in any order: sub-resources, `response-*` overrides,
    /// `x-oss-traffic-limit`, `callback`, anything. At most [`MAX_PARAMETERS`](crate::MAX_PARAMETERS).
    #[must_use]
    pub const fn query(self, parameters: &'a [(&'a str, &'a str)]) -> Self {
        Self { query: parameters, ..self }
    }

    /// The headers that will be sent, in any order and case: at most
    /// [`MAX_HEADERS`](crate::MAX_HEADERS).
    ///
    /// Signed are `Content-Type`, `Content-MD5`, every `x-oss-*`, and in V4 those that
    /// [`additional_headers`](Self::additional_headers) names. Without the headers that the
    /// signature adds by itself.
    #[must_use]
    pub const fn headers(self, headers: &'a [(&'a str, &'a str)]) -> Self {
        Self { headers, ..self }
    }

    /// Names of headers that are to be signed though OSS does not demand it (V4 only), in any order
    /// and case. Each must be among the [`headers`](Self::headers). `host` pins a presigned URL to
    /// its host.
    #[must_use]
    pub const fn additional_headers(self, names: &'a [&'a str]) -> Self {
        Self { additional_headers: names, ..self }
    }

    /// Signs another canonical resource than `/BUCKET/KEY` (V4 only): raw text that begins with
    /// `/`. Vector buckets sign `/acs:ossvector:REGION:ACCOUNT:BUCKET/KEY`, table buckets the ARN of
    /// the bucket and the path.
    #[must_use]
    pub const fn canonical_resource(self, resource: &'a str) -> Self {
        Self { canonical_resource: Some(resource), ..self }
    }

    pub(crate) fn with_resource(self, resource: Resource<'a>) -> Self {
        Self { resource, ..self }
    }

    pub(crate) const fn method(&self) -> Method {
        self.method
    }

    pub(crate) const fn resource(&self) -> Resource<'a> {
        self.resource
    }

    pub(crate) const fn all_headers(&self) -> &'a [(&'a str, &'a str)] {
        self.headers
    }

    pub(crate) const fn all_additional_headers(&self) -> &'a [&'a str] {
        self.additional_headers
    }

    pub(crate) const fn overridden_canonical_resource(&self) -> Option<&'a str> {
        self.canonical_resource
    }

    /// The value of `x-oss-process`.
    pub(crate) const fn process_value(&self) -> Option<&'a str> {
        self.process
    }

    /// The value of `versionId`.
    pub(crate) const fn version_id_value(&self) -> Option<&'a str> {
        self.version_id
    }

    /// The query parameters but for those two.
    pub(crate) const fn other_parameters(&self) -> &'a [(&'a str, &'a str)] {
        self.query
    }
}

/// When a presigned URL stops working.
///
/// ```
/// use oss_sign::{Expires, Timestamp};
///
/// let in_ten_minutes = Expires::after_seconds(600);
/// let at_new_year = Expires::at(Timestamp::from_unix_seconds(1_798_761_600)?);
/// assert_eq!(Expires::default(), Expires::after_seconds(1800));
/// # Ok::<(), oss_sign::TimestampError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Expires(ExpiresIn);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum ExpiresIn {
    Seconds(u32),
    Until(Timestamp),
}

impl Expires {
    /// So many seconds after the time of signing: at least 1, and in V4 at most 604,800 (7 days).
    ///
    /// With temporary credentials OSS refuses V4 URLs of more than 43,200 seconds (12 hours), and
    /// no URL outlives the security token.
    #[must_use]
    pub const fn after_seconds(seconds: u32) -> Self {
        Self(ExpiresIn::Seconds(seconds))
    }

    /// At an instant, with the same limits.
    #[must_use]
    pub const fn at(instant: Timestamp) -> Self {
        Self(ExpiresIn::Until(instant))
    }

    /// The same, but not after `latest`: no URL outlives its security token.
    ///
    /// ```
    /// use oss_sign::{Expires, Timestamp};
    ///
    /// let now = Timestamp::from_unix_seconds(1_700_000_000)?;
    /// let token_expires = Timestamp::from_unix_seconds(1_700_000_600)?;
    /// let hour = Expires::after_seconds(3600);
    /// assert_eq!(hour.no_later_than(token_expires, now), Expires::at(token_expires));
    /// let minute = Expires::after_seconds(60);
    /// assert_eq!(minute.no_later_than(token_expires, now), minute);
    /// # Ok::<(), oss_sign::TimestampError>(())
    /// ```
    #[must_use]
    pub fn no_later_than(self, latest: Timestamp, now: Timestamp) -> Self {
        match self.0 {
            ExpiresIn::Seconds(seconds) => {
                let left = latest.unix_seconds().saturating_sub(now.unix_seconds());
                if u64::from(seconds) > left { Self::at(latest) } else { self }
            }
            ExpiresIn::Until(instant) => Self::at(instant.min(latest)),
        }
    }

    /// The seconds from `now` on, and the instant in seconds since 1970.
    pub(crate) fn resolve(self, now: Timestamp) -> Result<(u64, u64), SignError> {
        match self.0 {
            ExpiresIn::Seconds(0) => Err(SignError::ExpiresZero),
            ExpiresIn::Seconds(seconds) => {
                let seconds = u64::from(seconds);
                let instant = now.checked_add(seconds).ok_or(SignError::ExpiresTooLate)?;
                Ok((seconds, instant))
            }
            ExpiresIn::Until(instant) => {
                match instant.unix_seconds().checked_sub(now.unix_seconds()) {
                    None | Some(0) => Err(SignError::ExpiresInThePast),
                    Some(seconds) => Ok((seconds, instant.unix_seconds())),
                }
            }
        }
    }
}

impl Default for Expires {
    /// 1800 seconds, as in the Node SDK.
    fn default() -> Self {
        Self::after_seconds(1800)
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds).unwrap()
    }

    #[test]
    fn methods_are_in_capitals() {
        for name in ["DELETE", "GET", "HEAD", "OPTIONS", "POST", "PUT"] {
            assert_eq!(name.parse::<Method>().unwrap().to_string(), name);
        }
        for name in ["", "get", "PATCH", "GET "] {
            assert_eq!(name.parse::<Method>(), Err(MethodError), "{name:?}");
        }
    }

    #[test]
    fn an_expiry_is_shortened_if_it_is_later_and_not_if_it_is_the_same() {
        let (now, latest) = (at(1_700_000_000), at(1_700_003_600));
        for (expires, expected) in [
            (Expires::after_seconds(3600), Expires::after_seconds(3600)),
            (Expires::after_seconds(3601), Expires::at(latest)),
            (Expires::at(latest), Expires::at(latest)),
            (Expires::at(at(1_700_003_599)), Expires::at(at(1_700_003_599))),
            (Expires::at(at(1_700_003_601)), Expires::at(latest)),
        ] {
            assert_eq!(expires.no_later_than(latest, now), expected, "{expires:?}");
        }
    }

    #[test]
    fn the_seconds_and_the_instant_of_an_expiry() {
        let now = at(1_700_000_000);
        let resolve = |expires: Expires| expires.resolve(now);
        assert_eq!(resolve(Expires::after_seconds(60)), Ok((60, 1_700_000_060)));
        assert_eq!(resolve(Expires::at(at(1_700_000_060))), Ok((60, 1_700_000_060)));
        assert_eq!(resolve(Expires::default()), Ok((1800, 1_700_001_800)));
        assert_eq!(resolve(Expires::after_seconds(0)), Err(SignError::ExpiresZero));
        for instant in [now, at(1_699_999_999)] {
            assert_eq!(resolve(Expires::at(instant)), Err(SignError::ExpiresInThePast));
        }
    }
}
