//! SHA-256 and HMAC alone, called as V4 calls them: what of the size of [`presign`](../presign) is
//! the hash.
#![no_std]
#![no_main]

use core::hint::{black_box, spin_loop};

use hmac::digest::{Digest, Key};
use hmac::{Hmac, KeyInit, Mac};
use oss_sign_firmware::entry;
use oss_sign_firmware::vectors::GET_PROCESSED;
use sha2::Sha256;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        spin_loop();
    }
}

#[entry]
fn main() -> ! {
    black_box(GET_PROCESSED);
    let mut hash = Sha256::new();
    Digest::update(&mut hash, black_box::<&[u8]>(b"canonical request"));
    let mut state = Hmac::<Sha256>::new(&black_box(Key::<Hmac<Sha256>>::default()));
    Mac::update(&mut state, &hash.finalize());
    black_box(state.clone().finalize().into_bytes());
    loop {
        spin_loop();
    }
}
