//! The emulator as a client sees it: over loopback, with requests that `oss-sign` signs.
#![cfg(test)]

mod addressing;
mod buckets;
mod client;
mod clients;
mod faults;
mod folder;
mod issuers;
mod killed;
#[cfg(target_os = "linux")]
mod large;
mod limits;
mod listing;
mod multipart;
mod objects;
mod permissions;
mod post_object;
mod process;
mod refusals;
mod round_trip;
mod secrets;
#[cfg(feature = "tls")]
mod tls;
