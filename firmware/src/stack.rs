//! How much stack a call takes.

use core::arch::asm;
use core::ptr;

/// What the free stack is painted with.
const PAINT: u32 = 0x5afe_57ac;

/// How much of it is painted: bytes below the stack pointer, all of which the machine has.
const PAINTED: usize = 16 * 1024;

/// The bytes of stack that `call` used at most, its own frame included. What it returns is not in
/// them; and neither is what the caller of this function holds.
#[inline(never)]
pub fn used_by(call: impl FnOnce()) -> usize {
    let here = stack_pointer();
    let lowest = here - PAINTED;
    for address in (lowest..here).step_by(size_of::<u32>()) {
        // SAFETY: the stack is the last thing in 4 MiB of RAM, so these bytes are free stack. This
        // loop calls nothing, so nothing is below the stack pointer.
        unsafe { ptr::write_volatile(ptr::with_exposed_provenance_mut(address), PAINT) };
    }
    call();
    let untouched = (lowest..here)
        .step_by(size_of::<u32>())
        // SAFETY: as above; they were written in this function.
        .take_while(|&address| unsafe {
            ptr::read_volatile(ptr::with_exposed_provenance::<u32>(address)) == PAINT
        })
        .count();
    PAINTED - untouched * size_of::<u32>()
}

#[inline(always)]
fn stack_pointer() -> usize {
    let here;
    // SAFETY: it reads a register.
    #[cfg(target_arch = "arm")]
    unsafe {
        asm!("mov {}, sp", out(reg) here, options(nomem, nostack, preserves_flags));
    }
    // SAFETY: as above.
    #[cfg(target_arch = "riscv32")]
    unsafe {
        asm!("mv {}, sp", out(reg) here, options(nomem, nostack, preserves_flags));
    }
    here
}
