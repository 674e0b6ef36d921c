//! Nothing: what every program for this processor has, to be subtracted from the others.
#![no_std]
#![no_main]

use oss_sign_firmware::entry;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {
        core::hint::spin_loop();
    }
}

#[entry]
fn main() -> ! {
    loop {
        core::hint::spin_loop();
    }
}
