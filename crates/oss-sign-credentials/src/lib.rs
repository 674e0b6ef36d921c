#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod command;
mod credentials;
mod custom;
mod error;
pub mod http;
mod provide;
mod provider;
mod rfc3339;
pub mod rpc;
mod static_access_key;
mod step;
mod surroundings;
#[cfg(any(feature = "reqwest", feature = "ureq"))]
mod transport;

pub use command::{Command, CommandError, Output};
pub use credentials::{Credentials, Lifetime};
pub use custom::{Custom, from_fn};
pub use error::{Cause, Error, ErrorKind, ServiceError};
pub use provide::{Async, AsyncProvideCredentials, Blocking, BoxFuture, ProvideCredentials};
pub use provider::{Provider, ProviderName};
pub use static_access_key::StaticAccessKey;
pub use step::{Step, Then};
pub use surroundings::{Surroundings, System};
#[cfg(feature = "reqwest")]
pub use transport::Reqwest;
#[cfg(feature = "ureq")]
pub use transport::Ureq;
