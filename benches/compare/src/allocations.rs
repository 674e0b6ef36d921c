//! Counts what is taken from the heap, when it is told to. While it is not, it costs an allocation
//! the reading of one flag.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use crate::contestant::Contestant;

#[global_allocator]
static HEAP: Heap = Heap;

static IS_COUNTING: AtomicBool = AtomicBool::new(false);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

struct Heap;

// SAFETY: every call is handed to `System` as it came.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the rules of `alloc`.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the rules of `dealloc`.
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the rules of `alloc_zeroed`.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, len: usize) -> *mut u8 {
        count();
        // SAFETY: the caller keeps the rules of `realloc`.
        unsafe { System.realloc(pointer, layout, len) }
    }
}

fn count() {
    if IS_COUNTING.load(Ordering::Relaxed) {
        ALLOCATIONS.fetch_add(1, Ordering::Relaxed);
    }
}

/// How often an operation allocates or reallocates: after some that fill caches, and on the average.
pub fn of(contestant: &mut Contestant) -> Option<f64> {
    const RUNS: u32 = 100;
    if contestant.is_elsewhere {
        return None;
    }
    (contestant.run)(20);
    ALLOCATIONS.store(0, Ordering::Relaxed);
    IS_COUNTING.store(true, Ordering::Relaxed);
    (contestant.run)(RUNS.into());
    IS_COUNTING.store(false, Ordering::Relaxed);
    let allocations = ALLOCATIONS.load(Ordering::Relaxed);
    Some(allocations as f64 / f64::from(RUNS))
}
