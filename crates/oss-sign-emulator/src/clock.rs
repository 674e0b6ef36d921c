//! The emulator's clock, which can be moved.

use core::fmt;
use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Instant, SystemTime};

use oss_sign::Timestamp;

/// What time it is for the emulator: for its `Date` headers, for the expiry of URLs, and for that of
/// temporary AccessKeys.
///
/// Clones are the same clock, so that a test keeps one to move it.
///
/// ```
/// use std::time::Duration;
///
/// use oss_sign::Timestamp;
/// use oss_sign_emulator::Clock;
///
/// let clock = Clock::fixed(Timestamp::from_unix_seconds(1_700_000_000)?);
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now().to_string(), "2023-11-14T22:14:20Z");
/// # Ok::<(), oss_sign::TimestampError>(())
/// ```
#[derive(Clone)]
pub struct Clock(Arc<Mutex<Time>>);

#[derive(Clone, Copy)]
enum Time {
    /// That of the machine.
    System,
    Running {
        from: Timestamp,
        since: Instant,
    },
    Fixed(Timestamp),
}

impl Clock {
    /// The clock of the machine.
    #[must_use]
    pub fn system() -> Self {
        Self::from_time(Time::System)
    }

    /// A clock that stands still until it is moved.
    #[must_use]
    pub fn fixed(now: Timestamp) -> Self {
        Self::from_time(Time::Fixed(now))
    }

    /// A clock that shows `now`, and runs on from there.
    #[must_use]
    pub fn running_from(now: Timestamp) -> Self {
        Self::from_time(Time::running_from(now))
    }

    /// The time that it shows.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.lock().now()
    }

    /// Sets the time. A clock that stands still goes on standing, one that runs goes on running.
    pub fn set(&self, now: Timestamp) {
        self.lock().set(now);
    }

    /// Moves the time forward by whole seconds, not further than to the end of the year 9999.
    pub fn advance(&self, by: Duration) {
        let mut time = self.lock();
        let now = time.now();
        time.set(now.checked_add_seconds(by.as_secs()).unwrap_or(now));
    }

    fn from_time(time: Time) -> Self {
        Self(Arc::new(Mutex::new(time)))
    }

    fn lock(&self) -> MutexGuard<'_, Time> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Time {
    fn running_from(now: Timestamp) -> Self {
        Self::Running { from: now, since: Instant::now() }
    }

    fn now(self) -> Timestamp {
        match self {
            Self::Fixed(now) => now,
            Self::Running { from, since } => {
                from.checked_add_seconds(since.elapsed().as_secs()).unwrap_or(from)
            }
            // A machine whose clock was never set.
            Self::System => Timestamp::try_from(SystemTime::now()).unwrap_or(Timestamp::UNIX_EPOCH),
        }
    }

    fn set(&mut self, now: Timestamp) {
        *self = match self {
            Self::Fixed(_) => Self::Fixed(now),
            Self::Running { .. } | Self::System => Self::running_from(now),
        };
    }
}

impl Default for Clock {
    /// The clock of the machine.
    fn default() -> Self {
        Self::system()
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Clock").field(&self.now()).finish()
    }
}
