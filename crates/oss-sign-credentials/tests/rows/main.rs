//! Providers against fakes of the services they ask, on loopback, each blocking over `ureq` and
//! asynchronous over `reqwest`.
#![cfg(all(feature = "reqwest", feature = "ureq"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod chain;
mod cli_profile;
mod coverage;
mod credentials_file;
mod credentials_uri;
mod ecs_ram_role;
mod environment;
mod external;
mod function_compute;
mod identity_provider;
#[cfg(feature = "kms")]
mod kms;
mod ram_role_arn;
mod secrets;
mod support;
mod transports;
