//! A clock that goes when a test says so.

use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use oss_sign::Timestamp;

/// Clones show the same time.
#[derive(Clone)]
pub(crate) struct Clock(Arc<AtomicU64>);

impl Clock {
    /// 2023-11-14T22:13:20Z
    pub(crate) fn new() -> Self {
        Self(Arc::new(AtomicU64::new(1_700_000_000)))
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.after(0)
    }

    /// The instant so many seconds from now.
    pub(crate) fn after(&self, seconds: i64) -> Timestamp {
        let now = self.0.load(Ordering::SeqCst);
        Timestamp::from_unix_seconds(now.saturating_add_signed(seconds)).unwrap()
    }

    /// Goes on, or back, by so many seconds.
    pub(crate) fn go(&self, seconds: i64) {
        self.0.store(self.after(seconds).unix_seconds(), Ordering::SeqCst);
    }

    /// What a cache takes.
    pub(crate) fn reading(&self) -> impl Fn() -> Timestamp + Send + Sync + use<> {
        let clock = self.clone();
        move || clock.now()
    }
}
