//! What is measured of `oss-sign`: operations, and beside each the hash compressions in it alone.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    reason = "an operation that fails has nothing to measure"
)]

pub mod inputs;
pub mod operations;

pub use operations::{Floor, Operation, Run, hostile, operations};

/// How long `run` takes, by a thousand runs in a row.
pub fn nanoseconds(mut run: impl FnMut()) -> f64 {
    const RUNS: u32 = 1000;
    let start = std::time::Instant::now();
    for _ in 0..RUNS {
        run();
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(RUNS)
}
