//! Providers against fakes of the services they ask, on loopback, each blocking over `ureq` and
//! asynchronous over `reqwest`.
#![cfg(all(feature = "reqwest", feature = "ureq"))]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

mod chain;
mod cli_profile;
mod credentials_file;
mod external;
mod function_compute;
#[cfg(feature = "kms")]
mod kms;
mod support;
mod transports;
