#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod async_cached;
mod cache;
mod cached;
mod command;
mod credentials;
mod custom;
mod error;
mod external;
mod freshness;
mod function_compute;
pub mod http;
#[cfg(feature = "kms")]
mod kms;
mod provide;
mod provider;
mod refresher;
mod rfc3339;
pub mod rpc;
mod signed;
mod signer;
mod snapshot;
mod static_access_key;
mod step;
mod surroundings;
#[cfg(any(feature = "reqwest", feature = "ureq"))]
mod transport;

pub use async_cached::AsyncCached;
pub use cached::Cached;
pub use command::{Command, CommandError, Output};
pub use credentials::{Credentials, Lifetime};
pub use custom::{Custom, from_fn};
pub use error::{Cause, Error, ErrorKind, ServiceError};
pub use external::External;
pub use function_compute::FunctionCompute;
#[cfg(feature = "kms")]
pub use kms::{ClientKey, ClientKeyError, KmsGateway, KmsRamSecret};
pub use provide::{Async, AsyncProvideCredentials, Blocking, BoxFuture, ProvideCredentials};
pub use provider::{Provider, ProviderName};
pub use refresher::Refresher;
pub use signed::{Presigned, Signed, UploadForm};
pub use signer::{AsyncSigner, Signer, SignerError, Version};
pub use snapshot::Snapshot;
pub use static_access_key::StaticAccessKey;
pub use step::{Step, Then};
pub use surroundings::{Surroundings, System, Warning};
#[cfg(feature = "reqwest")]
pub use transport::Reqwest;
#[cfg(feature = "ureq")]
pub use transport::Ureq;
