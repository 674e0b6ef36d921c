//! What is measured.

use std::hint::black_box;
use std::time::{Duration, Instant};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The hash compressions of the case, and nothing else.
    Floor,
    Ours,
    /// Signs the same request for OSS.
    Peer,
    /// Signs a request like it for S3.
    Relative,
}

pub struct Contestant {
    pub name: String,
    pub kind: Kind,
    /// What is wrong with its result.
    pub fault: Option<String>,
    /// Runs so many times, and says how long it took.
    pub run: Box<dyn FnMut(u64) -> Duration>,
    /// Whether it runs in another process, whose allocations are not seen.
    pub is_elsewhere: bool,
}

impl Contestant {
    pub fn new<R>(
        kind: Kind,
        name: impl Into<String>,
        mut operation: impl FnMut() -> R + 'static,
    ) -> Self {
        let run = move |times| {
            let start = Instant::now();
            for _ in 0..times {
                black_box(operation());
            }
            start.elapsed()
        };
        Self { name: name.into(), kind, fault: None, run: Box::new(run), is_elsewhere: false }
    }

    /// What the check of its result found.
    pub fn checked(self, result: Result<(), String>) -> Self {
        Self { fault: result.err(), ..self }
    }
}

/// Contestants that do the same, beside the floor of it.
pub struct Group {
    pub name: &'static str,
    /// By how much this library may exceed the floor.
    pub target: f64,
    pub contestants: Vec<Contestant>,
}
