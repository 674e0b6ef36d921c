#![doc = include_str!("../README.md")]

mod access_keys;
mod clock;
mod credentials_uri;
mod emulator;
mod failure;
mod faults;
mod hosts;
mod imds;
mod issued;
mod issuers;
mod limits;
mod oss;
mod policy;
mod record;
mod role;
mod server;
mod sessions;
mod storage;
mod sts;
#[cfg(feature = "tls")]
mod tls;

pub use access_keys::{AccessKey, AccessKeys};
pub use clock::Clock;
pub use emulator::{Builder, Emulator, StartError};
pub use faults::Faults;
pub use imds::ImdsMode;
pub use issuers::IssuerAddresses;
pub use limits::Limits;
pub use policy::{Policy, PolicyError};
pub use record::RequestRecord;
pub use role::{OidcProvider, Principal, Role};
pub use storage::{Storage, StorageError};
#[cfg(feature = "tls")]
pub use tls::CertificateError;

/// So that what it shows is run.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/emulator.md")]
struct Guide;
