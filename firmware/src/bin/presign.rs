//! The calls alone, and all inputs unknown to the compiler: what is to be measured is linked whole,
//! and nothing else.
#![no_std]
#![no_main]

use core::hint::{black_box, spin_loop};

use oss_sign_firmware::vectors::GET_PROCESSED;
use oss_sign_firmware::{calls, entry};

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        spin_loop();
    }
}

#[entry]
fn main() -> ! {
    let vector = black_box(GET_PROCESSED);
    let mut buffer = [0; 512];
    if let Some(key) = calls::derive(&vector) {
        black_box(calls::presign(&vector, &key, &mut buffer));
        #[cfg(feature = "post-policy")]
        black_box(calls::sign_policy(&vector, black_box(&[]), &key, &mut buffer));
    }
    #[cfg(feature = "v1")]
    black_box(calls::presign_v1(&vector, &mut buffer));
    #[cfg(feature = "verify")]
    black_box(calls::verify(&vector, black_box(vector.expected)));
    loop {
        spin_loop();
    }
}
