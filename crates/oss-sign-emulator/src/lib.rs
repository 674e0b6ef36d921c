#![doc = include_str!("../README.md")]

mod access_keys;
mod clock;
mod emulator;
mod failure;
mod faults;
mod hosts;
mod limits;
mod oss;
mod policy;
mod record;
mod server;
mod storage;
#[cfg(feature = "tls")]
mod tls;

pub use access_keys::{AccessKey, AccessKeys};
pub use clock::Clock;
pub use emulator::{Builder, Emulator, StartError};
pub use faults::Faults;
pub use limits::Limits;
pub use policy::{Policy, PolicyError};
pub use record::RequestRecord;
pub use storage::{Storage, StorageError};
#[cfg(feature = "tls")]
pub use tls::CertificateError;

/// So that what it shows is run.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/emulator.md")]
struct Guide;
