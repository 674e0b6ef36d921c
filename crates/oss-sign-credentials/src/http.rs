//! Requests and answers, and the small trait that an HTTP client needs to carry them.

use core::fmt;
use core::time::Duration;
use std::time::SystemTime;

use oss_sign::{Endpoint, EndpointError, Region, Timestamp};
use zeroize::Zeroizing;

use crate::provide::BoxFuture;

/// Sends requests, and blocks until there is an answer.
///
/// It keeps to the request's [`Limits`], never follows a redirect, and gives every answer that is one,
/// whatever its status.
pub trait Transport: Send + Sync {
    /// Sends `request`.
    ///
    /// # Errors
    ///
    /// There was no answer, or one that breaks the limits.
    fn send(&self, request: &Request) -> Result<Response, TransportError>;
}

/// Sends requests without blocking the thread; otherwise as [`Transport`].
pub trait AsyncTransport: Send + Sync {
    /// Sends `request`.
    fn send<'t>(&'t self, request: &'t Request) -> BoxFuture<'t, Result<Response, TransportError>>;
}

/// No HTTP client: for providers that send nothing.
#[derive(Clone, Copy, Debug, Default)]
#[allow(clippy::exhaustive_structs, reason = "there is nothing to it")]
pub struct Offline;

/// Scheme, host and port: where a request goes, as far as errors may show it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Origin(String);

/// A method that providers use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "transports must know them all")]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PUT`
    Put,
}

/// A request to be sent. `Debug` shows method and origin alone.
#[derive(Clone)]
pub struct Request {
    method: Method,
    origin: Origin,
    path_and_query: Zeroizing<String>,
    headers: Vec<(&'static str, Zeroizing<String>)>,
    body: Zeroizing<Vec<u8>>,
    limits: Limits,
}

/// What a transport must keep to.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Limits {
    /// The time to connect in.
    pub connect: Duration,
    /// The time for everything, from the first packet to the last byte of the answer.
    pub total: Duration,
    /// The most bytes that the body of the answer may have.
    pub answer_bytes: usize,
    /// May it go through a proxy, if one is configured?
    pub may_use_proxy: bool,
    /// A certificate authority in PEM, to be trusted besides the usual ones.
    pub certificate_authority: Option<String>,
}

/// An answer. `Debug` shows the status and the length alone.
#[derive(Clone)]
pub struct Response {
    status: u16,
    date: Option<Timestamp>,
    body: Zeroizing<Vec<u8>>,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportError {
    /// The host has no address.
    UnknownHost,
    /// Nobody listens there, or the network does not let through.
    Unreachable,
    /// It took longer than the limits.
    TimedOut,
    /// The TLS handshake failed: the certificate, the name, or the protocol.
    Tls,
    /// The proxy refused, or is none.
    Proxy,
    /// The answer broke off.
    BrokenOff,
    /// The answer is not HTTP.
    NotHttp,
    /// The answer is larger than the limit.
    TooLarge,
    /// A certificate authority that was given is not one in PEM.
    CertificateAuthority,
    /// There is no HTTP client: see [`Offline`].
    Offline,
    /// Something else.
    Other,
}

impl Origin {
    /// Reads `[http://|https://]HOST[:PORT][/]`; `https` if nothing else is said.
    ///
    /// # Errors
    ///
    /// It has another scheme, no host or a wrong one, a user name, a path, a query or a fragment.
    pub fn parse(text: &str) -> Result<Self, EndpointError> {
        Endpoint::parse(text)?;
        let (scheme, rest) = text.split_once("://").unwrap_or(("https", text));
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        Ok(Self(format!("{scheme}://{authority}").to_ascii_lowercase()))
    }

    /// `https://PRODUCT.REGION.aliyuncs.com`
    pub(crate) fn of_product(product: &str, region: &Region) -> Self {
        Self(format!("https://{product}.{region}.aliyuncs.com"))
    }

    /// `http://100.100.100.200`, which is reached from within an ECS instance alone.
    pub(crate) fn of_metadata_service() -> Self {
        Self("http://100.100.100.200".to_owned())
    }

    /// `https://HOST`
    pub(crate) fn of_host(host: &'static str) -> Self {
        Self(format!("https://{host}"))
    }

    /// `https://sts.aliyuncs.com`
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Is it `https`?
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Can nobody listen on the way there: is it `https`, or on this machine by its number? The name
    /// `localhost` is whatever somebody wrote into a file.
    pub(crate) fn is_confidential(&self) -> bool {
        let loopback = |start: &str| {
            let rest = self.0.strip_prefix(start);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(':'))
        };
        self.is_https() || loopback("http://127.0.0.1") || loopback("http://[::1]")
    }
}

impl Request {
    /// A request without headers and body, with the usual limits. `path_and_query` begins with `/`
    /// and is percent-encoded.
    #[must_use]
    pub fn new(method: Method, origin: Origin, path_and_query: String) -> Self {
        Self {
            method,
            origin,
            path_and_query: Zeroizing::new(path_and_query),
            headers: Vec::new(),
            body: Zeroizing::default(),
            limits: Limits::default(),
        }
    }

    /// The same request with another header; the name is in lower case.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, Zeroizing::new(value.into())));
        self
    }

    /// The same request with this body.
    #[must_use]
    pub fn with_body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: Zeroizing::new(body.into()), ..self }
    }

    /// The same request with other limits.
    #[must_use]
    pub fn with_limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The method.
    #[must_use]
    pub fn method(&self) -> Method {
        self.method
    }

    /// Where it goes.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.origin
    }

    /// Path and query, which may hold secrets.
    #[must_use]
    pub fn path_and_query(&self) -> &str {
        &self.path_and_query
    }

    /// The whole URL, which may hold secrets.
    #[must_use]
    pub fn url(&self) -> Zeroizing<String> {
        Zeroizing::new([self.origin.as_str(), self.path_and_query()].concat())
    }

    /// Names, in lower case, and values of the headers.
    pub fn headers(&self) -> impl Iterator<Item = (&'static str, &str)> {
        self.headers.iter().map(|(name, value)| (*name, value.as_str()))
    }

    /// The body; empty if there is none.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// What the transport must keep to.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }
}

impl Method {
    /// `GET`, `POST`, `PUT`
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
        }
    }
}

impl Default for Limits {
    /// Those of the official SDKs: 5 s to connect; 10 s in all; 1 MiB; a proxy if one is configured.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(5),
            total: Duration::from_secs(10),
            answer_bytes: 1 << 20,
            may_use_proxy: true,
            certificate_authority: None,
        }
    }
}

impl Response {
    /// An answer with this status and body.
    #[must_use]
    pub fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        Self { status, date: None, body: Zeroizing::new(body.into()) }
    }

    /// The same answer with its header `Date`; a text that is no date is passed over.
    #[must_use]
    pub fn with_date(self, date: &str) -> Self {
        let date = httpdate::parse_http_date(date).ok();
        Self { date: date.and_then(|date: SystemTime| Timestamp::try_from(date).ok()), ..self }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The server's time.
    #[must_use]
    pub fn date(&self) -> Option<Timestamp> {
        self.date
    }

    /// The body, which may hold secrets.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl TransportError {
    /// Might the same request get through another time?
    #[must_use]
    pub fn is_transient(self) -> bool {
        match self {
            Self::UnknownHost
            | Self::Unreachable
            | Self::TimedOut
            | Self::BrokenOff
            | Self::Other => true,
            Self::Tls
            | Self::Proxy
            | Self::NotHttp
            | Self::TooLarge
            | Self::CertificateAuthority
            | Self::Offline => false,
        }
    }
}

impl Transport for Offline {
    fn send(&self, _: &Request) -> Result<Response, TransportError> {
        Err(TransportError::Offline)
    }
}

impl AsyncTransport for Offline {
    fn send<'t>(&'t self, _: &'t Request) -> BoxFuture<'t, Result<Response, TransportError>> {
        Box::pin(core::future::ready(Err(TransportError::Offline)))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl fmt::Debug for Request {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Request({} {})", self.method.as_str(), self.origin)
    }
}

impl fmt::Debug for Response {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Response({}, {} bytes)", self.status, self.body.len())
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::UnknownHost => "has no address",
            Self::Unreachable => "cannot be reached",
            Self::TimedOut => "did not answer in time",
            Self::Tls => "failed the TLS handshake",
            Self::Proxy => "cannot be reached through the proxy",
            Self::BrokenOff => "broke off its answer",
            Self::NotHttp => "did not answer in HTTP",
            Self::TooLarge => "answered with more than is allowed",
            Self::CertificateAuthority => {
                "was not asked: the certificate authority that was given is not one in PEM"
            }
            Self::Offline => {
                "was not asked: there is no HTTP client; switch on the feature `ureq` or `reqwest`, \
                 or give a transport of your own"
            }
            Self::Other => "gave no proper answer",
        })
    }
}

impl core::error::Error for TransportError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_scheme_host_and_port() {
        let origin = |text| Origin::parse(text).map(|origin| origin.to_string());
        assert_eq!(origin("sts.aliyuncs.com"), Ok("https://sts.aliyuncs.com".to_owned()));
        assert_eq!(origin("HTTP://127.0.0.1:80/"), Ok("http://127.0.0.1:80".to_owned()));
        assert_eq!(origin("https://a@b"), Err(EndpointError::UserInfo));
        assert_eq!(origin("https://a/b"), Err(EndpointError::Path));
    }

    #[test]
    fn a_secret_may_travel_on_https_and_within_this_machine() {
        for (text, expected) in [
            ("https://sts.aliyuncs.com", true),
            ("http://127.0.0.1", true),
            ("http://127.0.0.1:8080", true),
            ("http://[::1]:8080", true),
            ("http://127.0.0.1.example.com", false),
            ("http://localhost", false),
            ("http://sts.aliyuncs.com", false),
        ] {
            assert_eq!(Origin::parse(text).unwrap().is_confidential(), expected, "{text}");
        }
    }

    #[test]
    fn debug_shows_neither_query_nor_header_nor_body() {
        let origin = Origin::parse("https://sts.aliyuncs.com").unwrap();
        let request = Request::new(Method::Post, origin, "/?secret-query".to_owned())
            .with_header("x-token", "secret-header")
            .with_body("secret-body");
        assert_eq!(format!("{request:?}"), "Request(POST https://sts.aliyuncs.com)");
        assert_eq!(format!("{:?}", Response::new(200, "secret")), "Response(200, 6 bytes)");
    }

    #[test]
    fn the_date_of_an_answer_is_read() {
        let date = |text| Response::new(200, "").with_date(text).date();
        let expected = Timestamp::from_unix_seconds(784_111_777).ok();
        assert_eq!(date("Sun, 06 Nov 1994 08:49:37 GMT"), expected);
        assert_eq!(date("yesterday"), None);
    }
}
