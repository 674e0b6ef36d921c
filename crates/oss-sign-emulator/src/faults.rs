//! Faults that can be switched on, so that a client's retries can be tested.

use core::time::Duration;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oss_sign::Timestamp;

/// What goes wrong on purpose, until it is switched off again.
///
/// Clones are the same switches.
///
/// ```
/// use std::time::Duration;
///
/// # let emulator = oss_sign_emulator::Emulator::builder().spawn()?;
/// let faults = emulator.faults();
/// faults.answer_500(2);
/// faults.delay(Duration::from_millis(20));
/// // … two requests fail, the third is answered, each after 20 ms …
/// faults.clear();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Switches>>);

#[derive(Debug, Default)]
struct Switches {
    delay: Duration,
    answer_500: usize,
    reset: usize,
    cut_short: usize,
    wrong_time: WrongTime,
}

#[derive(Clone, Copy, Debug, Default)]
enum WrongTime {
    #[default]
    No,
    Ahead(Duration),
    Behind(Duration),
}

/// What is to go wrong with one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// `InternalError`, before the request is looked at.
    Answer500,
    /// The connection is reset, without an answer.
    Reset,
}

impl Faults {
    /// Every request waits so long before it is looked at.
    pub fn delay(&self, by: Duration) {
        self.lock().delay = by;
    }

    /// The next `count` requests are answered with status 500 and `InternalError`, and have no effect.
    pub fn answer_500(&self, count: usize) {
        self.lock().answer_500 = count;
    }

    /// The connections of the next `count` requests are reset (TCP `RST`), and the requests have no
    /// effect.
    pub fn reset(&self, count: usize) {
        self.lock().reset = count;
    }

    /// The next `count` downloads break off after half of their bytes.
    pub fn cut_short(&self, count: usize) {
        self.lock().cut_short = count;
    }

    /// OSS takes it to be so much later than the emulator's clock says. More than 15 minutes, and it
    /// refuses with `RequestTimeTooSkewed`, and tells its time in `ServerTime`.
    pub fn time_ahead(&self, by: Duration) {
        self.lock().wrong_time = WrongTime::Ahead(by);
    }

    /// OSS takes it to be so much earlier than the emulator's clock says.
    pub fn time_behind(&self, by: Duration) {
        self.lock().wrong_time = WrongTime::Behind(by);
    }

    /// Switches all faults off.
    pub fn clear(&self) {
        *self.lock() = Switches::default();
    }

    pub(crate) fn delay_of_next(&self) -> Duration {
        self.lock().delay
    }

    /// The fault of the request that is there now, which uses it up.
    pub(crate) fn next(&self) -> Option<Fault> {
        let mut switches = self.lock();
        if take(&mut switches.reset) {
            return Some(Fault::Reset);
        }
        take(&mut switches.answer_500).then_some(Fault::Answer500)
    }

    /// Whether the download that begins now is to break off.
    pub(crate) fn next_is_cut_short(&self) -> bool {
        take(&mut self.lock().cut_short)
    }

    /// What time OSS takes it to be.
    pub(crate) fn apply_to(&self, now: Timestamp) -> Timestamp {
        let seconds = match self.lock().wrong_time {
            WrongTime::No => return now,
            WrongTime::Ahead(by) => now.unix_seconds().saturating_add(by.as_secs()),
            WrongTime::Behind(by) => now.unix_seconds().saturating_sub(by.as_secs()),
        };
        Timestamp::from_unix_seconds(seconds).unwrap_or(now)
    }

    fn lock(&self) -> MutexGuard<'_, Switches> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Uses one up, if any is left.
fn take(left: &mut usize) -> bool {
    let is_left = *left > 0;
    *left = left.saturating_sub(1);
    is_left
}
