//! SHA-256 alone: what of the size of `presign` is the hash.
#![no_std]
#![no_main]

use core::hint::{black_box, spin_loop};

use oss_sign_firmware::entry;
use oss_sign_firmware::vectors::GET_PROCESSED;
use sha2::{Digest, Sha256};

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
    hash.update(black_box::<&[u8]>(b"canonical request"));
    black_box(hash.finalize());
    loop {
        spin_loop();
    }
}
