//! Ways to look at memory that a value has left. The only tests with `unsafe`.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::mem::MaybeUninit;
use std::{ptr, slice};

/// Drops `value`, and gives the bytes of where it was, before and after.
pub fn before_and_after_drop<T>(value: T) -> (Vec<u8>, Vec<u8>) {
    let mut place = MaybeUninit::<T>::zeroed();
    place.write(value);
    let before = bytes(&place);
    // SAFETY: the value was written above, is dropped once, and is not used any more.
    unsafe { place.assume_init_drop() };
    (before, bytes(&place))
}

fn bytes<T>(place: &MaybeUninit<T>) -> Vec<u8> {
    let start = place.as_ptr().cast::<u8>();
    (0..size_of::<T>())
        // SAFETY: within the place, which is allocated as long as it is borrowed. Its bytes were all
        // zeroed, so that those that the value did not write are initialized too; volatile, so that
        // the compiler does not conclude from the drop that nobody will look.
        .map(|offset| unsafe { ptr::read_volatile(start.add(offset)) })
        .collect()
}

/// Whether `needle` is somewhere in `haystack`.
pub fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    haystack.windows(needle.len()).any(|window| window == needle)
}

/// An allocator that looks for a text in every block that is given back.
#[derive(Debug)]
pub struct Watching {
    /// The text that must not be left.
    pub secret: &'static [u8],
}

thread_local! {
    static LEFT: Cell<usize> = const { Cell::new(0) };
}

/// How many blocks this thread has given back with the secret in them, while `act` ran.
pub fn blocks_with_secret(act: impl FnOnce()) -> usize {
    let before = LEFT.get();
    act();
    LEFT.get() - before
}

// SAFETY: all is left to the system's allocator; a block is only read before it is given back.
unsafe impl GlobalAlloc for Watching {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // Zeroed, so that all of the block may be read later.
        // SAFETY: the caller keeps to the same contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the block is still the caller's, of this size, and was zeroed when it was new.
        let bytes = unsafe { slice::from_raw_parts(block, layout.size()) };
        if contains(bytes, self.secret) {
            // A thread that ends has no place to count any more.
            let _ = LEFT.try_with(|left| left.set(left.get() + 1));
        }
        // SAFETY: the caller keeps to the same contract.
        unsafe { System.dealloc(block, layout) }
    }
}
