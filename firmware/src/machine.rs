//! The machine that QEMU plays, and the instructions that it carries out.
//!
//! With `-icount`, QEMU's clocks advance by the same time for each instruction. How many of its
//! ticks that is depends on the machine and on QEMU, so it is found out by instructions of a known
//! number.

#[cfg(target_arch = "arm")]
pub use arm::entry;
#[cfg(target_arch = "arm")]
use arm::{start, thousand_instructions, ticks};
#[cfg(target_arch = "riscv32")]
pub use riscv::entry;
#[cfg(target_arch = "riscv32")]
use riscv::{start, thousand_instructions, ticks};

/// Counts the instructions of `call`, up to some millions.
pub fn instructions_of(call: impl FnOnce()) -> u32 {
    let known = ticks_of(thousand_instructions).max(1);
    let ticks = ticks_of(call);
    u32::try_from(u64::from(ticks) * 1000 / u64::from(known)).unwrap_or(u32::MAX)
}

fn ticks_of(call: impl FnOnce()) -> u32 {
    start();
    let before = ticks();
    call();
    ticks() - before
}

#[cfg(target_arch = "arm")]
mod arm {
    use core::arch::asm;

    use cortex_m::Peripherals;
    use cortex_m::peripheral::SYST;
    use cortex_m::peripheral::syst::SystClkSource;
    pub use cortex_m_rt::entry;

    /// SysTick counts 24 bits down.
    const RELOAD: u32 = 0x00ff_ffff;

    pub(super) fn start() {
        // SAFETY: nothing else in these programs uses SysTick, and no interrupt is on.
        let mut timer = unsafe { Peripherals::steal() }.SYST;
        timer.set_clock_source(SystClkSource::Core);
        timer.set_reload(RELOAD);
        timer.clear_current();
        timer.enable_counter();
        // It is loaded by its first tick.
        while SYST::get_current() == 0 {}
    }

    pub(super) fn ticks() -> u32 {
        RELOAD - SYST::get_current()
    }

    pub(super) fn thousand_instructions() {
        // SAFETY: it counts down in a register of its own.
        unsafe {
            asm!(
                "2:", "subs {count}, {count}, #1", "bne 2b",
                count = inout(reg) 500 => _,
                options(nomem, nostack),
            );
        }
    }
}

#[cfg(target_arch = "riscv32")]
mod riscv {
    use core::arch::asm;

    use ::riscv::register::minstret;
    pub use riscv_rt::entry;

    /// The counter always runs.
    pub(super) fn start() {}

    pub(super) fn ticks() -> u32 {
        minstret::read() as u32
    }

    pub(super) fn thousand_instructions() {
        // SAFETY: it counts down in a register of its own.
        unsafe {
            asm!(
                "2:", "addi {count}, {count}, -1", "bnez {count}, 2b",
                count = inout(reg) 500 => _,
                options(nomem, nostack),
            );
        }
    }
}
