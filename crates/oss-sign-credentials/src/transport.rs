//! HTTP clients, each behind its feature. TLS is rustls with ring and Mozilla's certificate
//! authorities; a proxy is that of `HTTPS_PROXY` and `NO_PROXY`, unless another is given.

use core::fmt;

use zeroize::Zeroizing;

#[cfg(feature = "reqwest")]
mod reqwest;
#[cfg(feature = "ureq")]
mod ureq;

#[cfg(feature = "reqwest")]
pub use self::reqwest::Reqwest;
#[cfg(feature = "ureq")]
pub use self::ureq::Ureq;

/// What the user wants of a client, besides the limits of a request.
#[derive(Clone, Default)]
struct Settings {
    proxy: Proxy,
    certificate_authority: Option<String>,
}

/// Through which proxy requests go that may use one.
#[derive(Clone, Default)]
enum Proxy {
    /// That of the environment, if there is one.
    #[default]
    Environment,
    /// None.
    Never,
    /// This one, whose URL may have a password.
    Url(Zeroizing<String>),
}

impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Settings")
            .field("has_own_proxy", &matches!(self.proxy, Proxy::Url(_)))
            .field("has_certificate_authority", &self.certificate_authority.is_some())
            .finish()
    }
}

/// The settings of a client, the same for all of them.
macro_rules! client_settings {
    ($client:ident) => {
        impl $client {
            /// With the proxy of the environment.
            #[must_use]
            pub fn new() -> Self {
                Self::default()
            }

            /// With this proxy, as `http://user:password@proxy.example.com:3128`, whatever the
            /// environment has. A URL that is none fails when something is sent.
            #[must_use]
            pub fn with_proxy(self, url: impl Into<String>) -> Self {
                let proxy = Proxy::Url(url.into().into());
                Self::with_settings(Settings { proxy, ..self.settings })
            }

            /// Without a proxy, whatever the environment has.
            #[must_use]
            pub fn without_proxy(self) -> Self {
                Self::with_settings(Settings { proxy: Proxy::Never, ..self.settings })
            }

            /// Trusts these certificate authorities too, in PEM: those of a company's own gateway, for
            /// instance. Text that is no PEM fails when something is sent.
            #[must_use]
            pub fn with_certificate_authority(self, pem: impl Into<String>) -> Self {
                let certificate_authority = Some(pem.into());
                Self::with_settings(Settings { certificate_authority, ..self.settings })
            }
        }
    };
}

use client_settings;
