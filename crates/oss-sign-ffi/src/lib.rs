//! The C interface of `oss-sign`. `include/oss_sign.h`, made of this crate, is its documentation.
//!
//! This is the one crate of the project with `unsafe`: `reader` turns the caller's
//! pointers into references, once all of them were checked; `key` looks into the caller's
//! memory of a signing key. Whatever else there is, is the safe core.
#![cfg_attr(not(feature = "std"), no_std)]

mod buffer;
mod clock_offset;
mod error;
mod key;
#[cfg(feature = "post-policy")]
mod post_policy;
mod reader;
mod request;
#[cfg(test)]
#[cfg(all(feature = "std", feature = "v1", feature = "post-policy", feature = "verify"))]
mod tests;
#[cfg(feature = "v1")]
mod v1;
mod v4;
#[cfg(feature = "verify")]
mod verify;

pub use buffer::Buffer;
pub use clock_offset::{oss_sign_clock_now, oss_sign_clock_offset};
pub use error::{Error, OK, oss_sign_strerror};
pub use key::{KEY_WORDS, Key, oss_sign_key_derive, oss_sign_key_refresh, oss_sign_key_wipe};
#[cfg(feature = "post-policy")]
pub use post_policy::{Condition, ConditionKind, Form, oss_sign_post_policy};
pub use reader::{Pair, Text, oss_sign_text_of};
pub use request::{Addressing, Credentials, Endpoint, MAX_ENTRIES, Request};
#[cfg(feature = "v1")]
pub use v1::oss_sign_v1_presign;
pub use v4::{SignedHeaders, oss_sign_headers, oss_sign_presign, oss_sign_presign_parts};
#[cfg(feature = "verify")]
pub use verify::{Received, oss_sign_verify};

/// A library for bare metal must have one. The core has no panics, so no linker keeps it.
#[cfg(all(not(feature = "std"), not(test)))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}
