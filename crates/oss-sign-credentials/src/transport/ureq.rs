//! Requests over `ureq`, which blocks.

use std::io::ErrorKind;

use ureq::http::{self, HeaderName, header};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Body, Error};

use super::{Proxy, Settings, client_settings};
use crate::http::{Limits, Method, Request, Response, Transport, TransportError};

/// Sends requests with [`ureq`](https://docs.rs/ureq), on the calling thread.
///
/// ```no_run
/// use oss_sign_credentials::{Blocking, EcsRamRole, ProvideCredentials, Ureq};
///
/// let credentials = Blocking::new(EcsRamRole::new(), Ureq::new()).provide()?;
/// # Ok::<(), oss_sign_credentials::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Ureq {
    settings: Settings,
    agent: Agent,
}

client_settings!(Ureq);

impl Ureq {
    fn with_settings(settings: Settings) -> Self {
        // The environment's proxy is read here.
        Self { settings, agent: Agent::new_with_defaults() }
    }

    fn proxy(&self, limits: &Limits) -> Result<Option<ureq::Proxy>, TransportError> {
        match &self.settings.proxy {
            _ if !limits.may_use_proxy => Ok(None),
            Proxy::Never => Ok(None),
            Proxy::Environment => Ok(self.agent.config().proxy().cloned()),
            Proxy::Url(url) => ureq::Proxy::new(url).map(Some).map_err(|_| TransportError::Proxy),
        }
    }

    fn tls(&self, limits: &Limits) -> Result<TlsConfig, TransportError> {
        let own = [&self.settings.certificate_authority, &limits.certificate_authority];
        let own: Vec<&String> = own.into_iter().flatten().collect();
        if own.is_empty() {
            return Ok(self.agent.config().tls_config().clone());
        }
        let mut authorities: Vec<_> = webpki_root_certs::TLS_SERVER_ROOT_CERTS
            .iter()
            .map(|certificate| Certificate::from_der(certificate))
            .collect();
        for pem in own {
            authorities.extend(certificates(pem)?);
        }
        Ok(TlsConfig::builder().root_certs(RootCerts::new_with_certs(&authorities)).build())
    }

    fn exchange(&self, request: &Request) -> Result<http::Response<Body>, TransportError> {
        let limits = request.limits();
        let (proxy, tls) = (self.proxy(limits)?, self.tls(limits)?);
        let mut parts =
            http::Request::builder().method(request.method().as_str()).uri(request.url().as_str());
        for (name, value) in request.headers() {
            parts = parts.header(HeaderName::from_static(name), value);
        }
        macro_rules! run {
            ($body:expr) => {{
                let request = parts.body($body).map_err(|_| TransportError::Other)?;
                self.agent
                    .configure_request(request)
                    .http_status_as_error(false)
                    .max_redirects(0)
                    .timeout_connect(Some(limits.connect))
                    .timeout_global(Some(limits.total))
                    .proxy(proxy)
                    .tls_config(tls)
                    .build()
            }};
        }
        let answer = match request.method() {
            Method::Get => self.agent.run(run!(())),
            Method::Post | Method::Put => self.agent.run(run!(request.body())),
        };
        answer.map_err(|error| transport_error(&error))
    }
}

impl Default for Ureq {
    fn default() -> Self {
        Self::with_settings(Settings::default())
    }
}

impl Transport for Ureq {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        let answer = self.exchange(request)?;
        let (parts, mut body) = answer.into_parts();
        let limit = u64::try_from(request.limits().answer_bytes).unwrap_or(u64::MAX);
        let body = body
            .with_config()
            .limit(limit)
            .read_to_vec()
            .map_err(|error| transport_error(&error))?;
        let response = Response::new(parts.status.as_u16(), body);
        let date = parts.headers.get(header::DATE).and_then(|date| date.to_str().ok());
        Ok(match date {
            Some(date) => response.with_date(date),
            None => response,
        })
    }
}

fn certificates(pem: &str) -> Result<Vec<Certificate<'static>>, TransportError> {
    let certificates: Vec<_> = parse_pem(pem.as_bytes())
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    match certificates.is_empty() {
        true => Err(TransportError::CertificateAuthority),
        false => Ok(certificates),
    }
}

fn transport_error(error: &Error) -> TransportError {
    match error {
        Error::HostNotFound => TransportError::UnknownHost,
        Error::ConnectionFailed => TransportError::Unreachable,
        Error::Timeout(_) => TransportError::TimedOut,
        Error::Tls(_) | Error::Rustls(_) => TransportError::Tls,
        Error::ConnectProxyFailed(_) | Error::InvalidProxyUrl => TransportError::Proxy,
        Error::BodyExceedsLimit(_) => TransportError::TooLarge,
        Error::Protocol(_) => TransportError::NotHttp,
        Error::Io(error) => match error.kind() {
            ErrorKind::TimedOut | ErrorKind::WouldBlock => TransportError::TimedOut,
            ErrorKind::UnexpectedEof
            | ErrorKind::ConnectionReset
            | ErrorKind::ConnectionAborted
            | ErrorKind::BrokenPipe => TransportError::BrokenOff,
            ErrorKind::ConnectionRefused
            | ErrorKind::HostUnreachable
            | ErrorKind::NetworkUnreachable => TransportError::Unreachable,
            ErrorKind::InvalidData => TransportError::Tls,
            _ => TransportError::Other,
        },
        _ => TransportError::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_error_of_the_client_has_its_own() {
        let io = |kind: ErrorKind| Error::Io(kind.into());
        for (error, expected) in [
            (Error::HostNotFound, TransportError::UnknownHost),
            (Error::ConnectionFailed, TransportError::Unreachable),
            (Error::Tls("example"), TransportError::Tls),
            (Error::InvalidProxyUrl, TransportError::Proxy),
            (Error::BodyExceedsLimit(1), TransportError::TooLarge),
            (io(ErrorKind::TimedOut), TransportError::TimedOut),
            (io(ErrorKind::WouldBlock), TransportError::TimedOut),
            (io(ErrorKind::UnexpectedEof), TransportError::BrokenOff),
            (io(ErrorKind::ConnectionReset), TransportError::BrokenOff),
            (io(ErrorKind::ConnectionRefused), TransportError::Unreachable),
            (io(ErrorKind::NetworkUnreachable), TransportError::Unreachable),
            (io(ErrorKind::InvalidData), TransportError::Tls),
            (io(ErrorKind::OutOfMemory), TransportError::Other),
            (Error::RedirectFailed, TransportError::Other),
        ] {
            assert_eq!(transport_error(&error), expected, "{error}");
        }
    }
}
