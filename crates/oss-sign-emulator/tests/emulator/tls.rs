//! HTTPS with a certificate of the emulator's own.

use std::sync::Arc;

use ureq::tls::{Certificate, RootCerts, TlsConfig, TlsProvider};

use crate::client::{Asked, Client, builder, object};

#[test]
fn a_client_that_trusts_the_certificate_is_served() {
    let client = Client::of(builder().https().spawn().unwrap());
    assert!(client.emulator.endpoint().starts_with("https://127.0.0.1:"));
    let certificate = client.emulator.certificate().unwrap();
    let certificate = Certificate::from_pem(certificate.as_bytes()).unwrap();
    let url = client.url(Asked::new(oss_sign::Method::Get, object("k")));
    let agent = |roots: RootCerts| {
        let tls = TlsConfig::builder()
            .provider(TlsProvider::Rustls)
            .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .root_certs(roots)
            .build();
        let config = ureq::Agent::config_builder().http_status_as_error(false).tls_config(tls);
        ureq::Agent::from(config.build())
    };
    let trusting = agent(RootCerts::Specific(Arc::new(vec![certificate])));
    assert_eq!(trusting.get(&url).call().unwrap().status(), 404);
    let by_name = url.replace("127.0.0.1", "localhost");
    assert_eq!(trusting.get(&by_name).call().unwrap().status(), 404);
    assert!(agent(RootCerts::Specific(Arc::new(Vec::new()))).get(&url).call().is_err());
}
