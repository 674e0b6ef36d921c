//! Nothing but the start of the processor, and the inputs of the others: what is to be subtracted
//! from those.
#![no_std]
#![no_main]

use core::hint::{black_box, spin_loop};

use oss_sign_firmware::entry;
use oss_sign_firmware::vectors::GET_PROCESSED;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        spin_loop();
    }
}

#[entry]
fn main() -> ! {
    black_box(GET_PROCESSED);
    loop {
        spin_loop();
    }
}
