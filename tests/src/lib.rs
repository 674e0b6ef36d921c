//! Conformance of `oss-sign` with the official SDKs: records of what they really signed, and what
//! this library makes of the same inputs. It uses nothing but the public API of the crates.

pub mod conform;
pub mod record;
pub mod reference;
pub mod sts_rpc;
pub mod verification;
