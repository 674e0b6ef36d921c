//! The emulator as a client sees it: over loopback, with requests that `oss-sign` signs.
#![cfg(test)]

mod client;
mod objects;
