//! Requests over `reqwest`, which is asynchronous.

use core::error::Error as _;
use core::time::Duration;
use core::{fmt, iter};
use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use reqwest::header::{self, HeaderName};
use reqwest::redirect::Policy;
use reqwest::{Client, Error};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};

use super::{Proxy, Settings, client_settings};
use crate::http::{AsyncTransport, Limits, Method, Request, Response, TransportError};
use crate::provide::BoxFuture;

/// Sends requests with [`reqwest`](https://docs.rs/reqwest), within a runtime of tokio.
///
/// ```no_run
/// use oss_sign_credentials::{Async, AsyncProvideCredentials, EcsRamRole, Reqwest};
///
/// # async fn example() -> Result<(), oss_sign_credentials::Error> {
/// let credentials = Async::new(EcsRamRole::new(), Reqwest::new()).provide().await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
pub struct Reqwest {
    settings: Settings,
    /// `reqwest` has time to connect, proxy and certificate authorities in the client.
    clients: Arc<Mutex<HashMap<Kind, Client>>>,
}

/// The requests that one client can send.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Kind {
    connect: Duration,
    may_use_proxy: bool,
    certificate_authority: Option<String>,
}

client_settings!(Reqwest);

impl Reqwest {
    fn with_settings(settings: Settings) -> Self {
        Self { settings, clients: Arc::default() }
    }

    fn client(&self, limits: &Limits) -> Result<Client, TransportError> {
        let kind = Kind {
            connect: limits.connect,
            may_use_proxy: limits.may_use_proxy,
            certificate_authority: limits.certificate_authority.clone(),
        };
        // Nothing panics while it is locked.
        let mut clients = self.clients.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(client) = clients.get(&kind) {
            return Ok(client.clone());
        }
        let client = self.new_client(&kind)?;
        clients.insert(kind, client.clone());
        Ok(client)
    }

    fn new_client(&self, kind: &Kind) -> Result<Client, TransportError> {
        let builder = Client::builder()
            .connect_timeout(kind.connect)
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .tls_backend_preconfigured(self.tls(kind)?);
        let builder = match &self.settings.proxy {
            _ if !kind.may_use_proxy => builder.no_proxy(),
            Proxy::Never => builder.no_proxy(),
            Proxy::Environment => builder,
            Proxy::Url(url) => {
                builder.proxy(reqwest::Proxy::all(url.as_str()).map_err(|_| TransportError::Proxy)?)
            }
        };
        builder.build().map_err(|_| TransportError::Other)
    }

    fn tls(&self, kind: &Kind) -> Result<ClientConfig, TransportError> {
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(webpki_root_certs::TLS_SERVER_ROOT_CERTS.iter().cloned());
        let own = [&self.settings.certificate_authority, &kind.certificate_authority];
        for pem in own.into_iter().flatten() {
            let certificates = CertificateDer::pem_slice_iter(pem.as_bytes());
            let certificates: Vec<_> = certificates.filter_map(Result::ok).collect();
            if roots.add_parsable_certificates(certificates).0 == 0 {
                return Err(TransportError::CertificateAuthority);
            }
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|_| TransportError::Tls)?;
        Ok(builder.with_root_certificates(roots).with_no_client_auth())
    }

    async fn exchange(&self, request: &Request) -> Result<Response, TransportError> {
        let limits = request.limits();
        let client = self.client(limits)?;
        let url = request.url();
        let mut builder = match request.method() {
            Method::Get => client.get(url.as_str()),
            Method::Post => client.post(url.as_str()).body(request.body().to_vec()),
            Method::Put => client.put(url.as_str()).body(request.body().to_vec()),
        }
        .timeout(limits.total);
        for (name, value) in request.headers() {
            builder = builder.header(HeaderName::from_static(name), value);
        }
        let mut answer = builder.send().await.map_err(|error| transport_error(&error))?;
        let mut body = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|error| transport_error(&error))? {
            if chunk.len() > limits.answer_bytes.saturating_sub(body.len()) {
                return Err(TransportError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        let response = Response::new(answer.status().as_u16(), body);
        let date = answer.headers().get(header::DATE).and_then(|date| date.to_str().ok());
        Ok(match date {
            Some(date) => response.with_date(date),
            None => response,
        })
    }
}

impl AsyncTransport for Reqwest {
    fn send<'t>(&'t self, request: &'t Request) -> BoxFuture<'t, Result<Response, TransportError>> {
        Box::pin(self.exchange(request))
    }
}

impl fmt::Debug for Reqwest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Reqwest").field(&self.settings).finish()
    }
}

fn transport_error(error: &Error) -> TransportError {
    if error.is_timeout() {
        return TransportError::TimedOut;
    }
    if error.is_dns() {
        return TransportError::UnknownHost;
    }
    let mut sources = iter::successors(error.source(), |&inner| inner.source());
    if sources.any(is_of_tls) {
        return TransportError::Tls;
    }
    if error.is_connect() {
        return TransportError::Unreachable;
    }
    match error.is_body() || error.is_decode() {
        true => TransportError::BrokenOff,
        false => TransportError::Other,
    }
}

/// The source of an `io::Error` is not what it wraps, but the source of that.
fn is_of_tls(error: &(dyn core::error::Error + 'static)) -> bool {
    let wrapped = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    error.is::<rustls::Error>() || wrapped.is_some_and(|wrapped| is_of_tls(wrapped))
}
