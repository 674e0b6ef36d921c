//! HTTPS, with a certificate that the emulator makes for itself.

use std::sync::Arc;

use rcgen::generate_simple_self_signed;
use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;

/// A certificate that no authority has signed, with its key.
pub(crate) struct Certificate {
    pub(crate) config: Arc<ServerConfig>,
    /// For clients, which must be told to trust it.
    pub(crate) pem: String,
}

/// No certificate could be made.
#[derive(Debug)]
pub struct CertificateError(String);

impl core::fmt::Display for CertificateError {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Certificate {
    /// For these hosts, and for this machine.
    pub(crate) fn new(hosts: impl Iterator<Item = String>) -> Result<Self, CertificateError> {
        let hosts: Vec<_> =
            ["127.0.0.1", "::1"].map(str::to_owned).into_iter().chain(hosts).collect();
        let made = generate_simple_self_signed(hosts)
            .map_err(|error| CertificateError(error.to_string()))?;
        let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                builder.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key)
            })
            .map_err(|error| CertificateError(error.to_string()))?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self { config: Arc::new(config), pem: made.cert.pem() })
    }
}
