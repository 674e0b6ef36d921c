#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

/// The guide to all ways to get credentials: its examples are compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/credentials.md")]
mod guide {}

/// The guide for those who come from an official SDK: likewise.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/migrating.md")]
mod migrating {}

mod answer;
mod async_cached;
mod bearer;
mod cache;
mod cached;
mod chain;
mod cli_profile;
mod command;
mod configuration_file;
mod credentials;
mod credentials_file;
mod credentials_uri;
mod custom;
mod default_chain;
mod ecs_ram_role;
mod environment;
mod error;
mod external;
mod freshness;
mod function_compute;
pub mod http;
#[cfg(feature = "kms")]
mod kms;
mod oidc_role_arn;
mod provide;
mod provider;
mod ram_role_arn;
mod refresher;
mod rfc3339;
mod role_settings;
pub mod rpc;
mod saml_role_arn;
mod signed;
mod signer;
mod snapshot;
mod static_access_key;
mod step;
pub mod sts;
mod surroundings;
mod token_source;
#[cfg(any(feature = "reqwest", feature = "ureq"))]
mod transport;

pub use async_cached::AsyncCached;
pub use bearer::BearerToken;
pub use cached::Cached;
pub use chain::Chain;
pub use cli_profile::CliProfile;
pub use command::{Command, CommandError, Output};
pub use credentials::{Credentials, Lifetime};
pub use credentials_file::CredentialsFile;
pub use credentials_uri::CredentialsUri;
pub use custom::{Custom, from_fn};
pub use default_chain::{DefaultChain, Source};
pub use ecs_ram_role::EcsRamRole;
pub use environment::Environment;
pub use error::{Cause, Error, ErrorKind, ServiceError};
pub use external::External;
pub use function_compute::FunctionCompute;
#[cfg(feature = "kms")]
pub use kms::{ClientKey, ClientKeyError, KmsGateway, KmsRamSecret};
pub use oidc_role_arn::OidcRoleArn;
pub use provide::{Async, AsyncProvideCredentials, Blocking, BoxFuture, ProvideCredentials};
pub use provider::{Provider, ProviderName};
pub use ram_role_arn::RamRoleArn;
pub use refresher::Refresher;
pub use saml_role_arn::SamlRoleArn;
pub use signed::{Presigned, Signed, UploadForm};
pub use signer::{AsyncSigner, Signer, SignerError, Version};
pub use snapshot::Snapshot;
pub use static_access_key::StaticAccessKey;
pub use step::{Step, Then};
pub use surroundings::{Surroundings, System, Warning};
pub use token_source::TokenSource;
#[cfg(feature = "reqwest")]
pub use transport::Reqwest;
#[cfg(feature = "ureq")]
pub use transport::Ureq;
