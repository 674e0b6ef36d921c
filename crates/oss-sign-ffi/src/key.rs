//! The signing key in the caller's memory.

use core::mem::MaybeUninit;
use core::ptr;

use oss_sign::v4::SigningKey;
use oss_sign::{Product, Region, Timestamp};
use zeroize::Zeroize;

use crate::error::{Error, code};
use crate::reader::{Reader, Text};
use crate::request::Credentials;

/// The size of a signing key, in words of 64 bits.
#[cfg(target_pointer_width = "64")]
pub const KEY_WORDS: usize = 96;

/// The size of a signing key, in words of 64 bits. Here it has no ready-made texts.
#[cfg(target_pointer_width = "32")]
pub const KEY_WORDS: usize = 32;

/// A signing key: what V4 signs with, derived from the AccessKey secret for one UTC day, region and
/// product. All zeros before it is derived, as static memory is; `OSS_SIGN_KEY_INIT` for others.
///
/// It has no pointers: it may be copied and moved. Treat it as the secret that it is for a day.
#[derive(Debug)]
#[repr(C)]
pub struct Key {
    /// Not for the caller.
    private_words: [MaybeUninit<u64>; KEY_WORDS],
}

/// What is in the caller's memory once the key is derived.
#[repr(C)]
struct Derived {
    /// Tells it from zeros.
    mark: u64,
    key: SigningKey,
}

/// "oss-sign" in ASCII.
const MARK: u64 = 0x6f73_732d_7369_676e;

const _: () = assert!(size_of::<Derived>() <= size_of::<Key>());
const _: () = assert!(align_of::<Derived>() <= align_of::<Key>());

impl Key {
    /// The key in it, if it was derived.
    pub(crate) fn derived(&self) -> Result<&SigningKey, Error> {
        let [mark, ..] = &self.private_words;
        // SAFETY: the first word is either that of zeros or `Derived::mark`: callers are told to
        // begin with zeros, and nothing but this module writes to it.
        if unsafe { mark.assume_init_read() } != MARK {
            return Err(Error::KeyNotDerived);
        }
        // SAFETY: the mark is there, so `store` wrote a `Derived` here, whose size and alignment
        // were checked above. Copying it as bytes keeps it whole, as it has no pointers.
        let derived = unsafe { &*ptr::from_ref(self).cast::<Derived>() };
        Ok(&derived.key)
    }

    fn store(&mut self, key: SigningKey) {
        self.private_words.zeroize();
        // SAFETY: the memory is ours and large and aligned enough, as was checked above. What was
        // there needs no drop but the wiping above: it owns nothing else.
        unsafe { ptr::from_mut(self).cast::<Derived>().write(Derived { mark: MARK, key }) };
    }
}

/// Derives the signing key for the UTC day of `now`, which is in seconds since 1970. `product` is
/// `oss` if it is empty.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_sign_key_derive(
    key: *mut Key,
    credentials: *const Credentials,
    region: Text,
    product: Text,
    now: u64,
) -> i32 {
    // SAFETY: the caller promises it.
    code(unsafe { derive(key, credentials, region, product, now) })
}

/// # Safety
///
/// As [`oss_sign_key_derive`].
unsafe fn derive(
    key: *mut Key,
    credentials: *const Credentials,
    region: Text,
    product: Text,
    now: u64,
) -> Result<(), Error> {
    let mut reader = Reader::default();
    reader.reserve(key, 1)?;
    // SAFETY: the caller promises it.
    let credentials = unsafe { Credentials::read(credentials, &reader)? };
    // SAFETY: the caller promises it.
    let region = Region::new(unsafe { reader.text(region)? })?;
    // SAFETY: the caller promises it.
    let product = match unsafe { reader.text(product)? } {
        "" => Product::default(),
        product => Product::new(product)?,
    };
    // SAFETY: it is NULL or points to a key; nothing that was read is in it, as it was reserved.
    let key = unsafe { key.as_mut() }.ok_or(Error::NullPointer)?;
    let now = Timestamp::from_unix_seconds(now)?;
    key.store(SigningKey::derive_for(&product, &credentials, &region, now));
    Ok(())
}

/// Derives the key anew if it is of another UTC day than `now`, or of another AccessKey.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_sign_key_refresh(
    key: *mut Key,
    credentials: *const Credentials,
    now: u64,
) -> i32 {
    // SAFETY: the caller promises it.
    code(unsafe { refresh(key, credentials, now) })
}

/// # Safety
///
/// As [`oss_sign_key_refresh`].
unsafe fn refresh(key: *mut Key, credentials: *const Credentials, now: u64) -> Result<(), Error> {
    let mut reader = Reader::default();
    reader.reserve(key, 1)?;
    // SAFETY: the caller promises it.
    let credentials = unsafe { Credentials::read(credentials, &reader)? };
    // SAFETY: it is NULL or points to a key; nothing that was read is in it, as it was reserved.
    let key = unsafe { key.as_mut() }.ok_or(Error::NullPointer)?;
    let mut refreshed = key.derived()?.clone();
    refreshed.refresh(&credentials, Timestamp::from_unix_seconds(now)?);
    key.store(refreshed);
    Ok(())
}

/// Overwrites the key with zeros. NULL is let pass.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_sign_key_wipe(key: *mut Key) {
    // SAFETY: the caller promises it.
    if let Some(key) = unsafe { key.as_mut() } {
        key.private_words.zeroize();
    }
}
