//! The head of a request: where it goes, and what it asks for.

use std::borrow::Cow;

use http::request::Parts;
use http::uri::Authority;
use http::{HeaderMap, Method};
use oss_sign::{Bucket, ObjectKey, Timestamp};
use percent_encoding::percent_decode_str;

use crate::failure::Failure;
use crate::hosts::{Host, Hosts};

/// A request without its body.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) method: Method,
    pub(super) path_and_query: String,
    pub(super) query: Query,
    pub(super) headers: HeaderMap,
    pub(super) target: Target,
    /// The bucket that the host stands for.
    pub(super) bucket_of_host: Option<String>,
    /// What time OSS takes it to be.
    pub(super) now: Timestamp,
}

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Target {
    Service,
    Bucket(String),
    Object(String, String),
}

impl Target {
    pub(super) fn bucket(&self) -> Option<&str> {
        match self {
            Self::Service => None,
            Self::Bucket(bucket) | Self::Object(bucket, _) => Some(bucket),
        }
    }

    pub(super) fn key(&self) -> Option<&str> {
        match self {
            Self::Service | Self::Bucket(_) => None,
            Self::Object(_, key) => Some(key),
        }
    }
}

impl Head {
    pub(super) fn new(parts: Parts, hosts: &Hosts, now: Timestamp) -> Result<Self, Failure> {
        let path_and_query = path_and_query(&parts).to_owned();
        let (path, query) = path_and_query.split_once('?').unwrap_or((&path_and_query, ""));
        let host = host(&parts);
        let bucket_of_host = match hosts.find(&host) {
            Host::Service => None,
            Host::Bucket(bucket) => Some(checked_bucket(bucket)?),
        };
        let target = target(bucket_of_host.as_deref(), path)?;
        Ok(Self {
            query: Query::parse(query)?,
            target,
            bucket_of_host,
            method: parts.method,
            headers: parts.headers,
            now,
            path_and_query,
        })
    }

    /// The value of a header, if there is one.
    ///
    /// # Errors
    ///
    /// It is not UTF-8.
    pub(super) fn header(&self, name: &'static str) -> Result<Option<&str>, Failure> {
        let Some(value) = self.headers.get(name) else { return Ok(None) };
        let text = str::from_utf8(value.as_bytes());
        text.map(Some).map_err(|_| Failure::invalid_argument(name, "(not UTF-8)"))
    }

    /// Whether a header says `true`.
    pub(super) fn is_set(&self, name: &'static str) -> Result<bool, Failure> {
        Ok(self.header(name)?.is_some_and(|value| value.eq_ignore_ascii_case("true")))
    }
}

/// Path and query as in the request line.
pub(super) fn path_and_query(parts: &Parts) -> &str {
    parts.uri.path_and_query().map_or("/", |path_and_query| path_and_query.as_str())
}

/// The host that was asked, in lower case and without its port.
pub(super) fn host(parts: &Parts) -> String {
    let header = parts.headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
    let host = header.or_else(|| parts.uri.authority().map(Authority::as_str));
    let host = host.unwrap_or_default();
    let without_port = match host.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => host,
    };
    without_port.to_ascii_lowercase()
}

fn target(bucket_of_host: Option<&str>, path: &str) -> Result<Target, Failure> {
    let path = path.strip_prefix('/').unwrap_or(path);
    if let Some(bucket) = bucket_of_host {
        return bucket_or_object(bucket.to_owned(), path);
    }
    let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
    match path {
        "" => Ok(Target::Service),
        _ => bucket_or_object(checked_bucket(bucket)?, key),
    }
}

fn bucket_or_object(bucket: String, encoded_key: &str) -> Result<Target, Failure> {
    if encoded_key.is_empty() {
        return Ok(Target::Bucket(bucket));
    }
    let key = percent_decode_str(encoded_key).decode_utf8();
    let key = key.map_err(|_| invalid_object_name(encoded_key))?;
    Ok(Target::Object(bucket, checked_key(&key)?))
}

pub(super) fn checked_bucket(name: &str) -> Result<String, Failure> {
    match Bucket::new(name) {
        Ok(bucket) => Ok(bucket.as_str().to_owned()),
        Err(_) => {
            let message = "The specified bucket is not valid.";
            Err(Failure::bad_request("InvalidBucketName", message)
                .ec("0015-00000001")
                .element("BucketName", name))
        }
    }
}

pub(super) fn checked_key(key: &str) -> Result<String, Failure> {
    match ObjectKey::new(key) {
        Ok(key) => Ok(key.as_str().to_owned()),
        Err(_) => Err(invalid_object_name(key)),
    }
}

fn invalid_object_name(name: &str) -> Failure {
    let message = "The specified object is not valid.";
    Failure::bad_request("InvalidObjectName", message).element("ObjectName", name)
}

/// The parameters of a query, decoded.
#[derive(Debug)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    fn parse(query: &str) -> Result<Self, Failure> {
        let decoded = |text: &str| {
            let blanks = text.replace('+', " ");
            let text = percent_decode_str(&blanks).decode_utf8().map(Cow::into_owned);
            text.map_err(|_| {
                Failure::bad_request("InvalidArgument", "A parameter of the query is not UTF-8.")
            })
        };
        let parameters = query.split('&').filter(|parameter| !parameter.is_empty());
        let parameters = parameters.map(|parameter| {
            let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            Ok((decoded(name)?, decoded(value)?))
        });
        Ok(Self(parameters.collect::<Result<_, Failure>>()?))
    }

    /// The value of a parameter. The first counts, if there are more.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let mut parameters = self.0.iter();
        parameters.find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The value of a parameter that has one.
    pub(super) fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// The number that a parameter says.
    pub(super) fn number<T: core::str::FromStr>(
        &self,
        name: &'static str,
    ) -> Result<Option<T>, Failure> {
        let Some(value) = self.filled(name) else { return Ok(None) };
        value.parse().map(Some).map_err(|_| Failure::invalid_argument(name, value))
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }
}
