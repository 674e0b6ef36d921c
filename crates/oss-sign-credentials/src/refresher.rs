//! A thread that fetches before anybody has to wait.

use core::sync::atomic::{AtomicBool, Ordering};
use core::time::Duration;
use std::io;
use std::sync::Arc;
use std::thread;

use event_listener::Listener;

use crate::cached::Cached;

/// How often the thread looks by itself: callers wake it too, and the clock may have been set.
const LOOK_AGAIN: Duration = Duration::from_secs(10);

/// Fetches credentials in a thread of its own, the first ones at once, so that no caller waits for
/// them; until it is dropped.
///
/// ```
/// # use oss_sign_credentials::http::Offline;
/// # use oss_sign_credentials::{Blocking, Cached, ProvideCredentials, Refresher, StaticAccessKey};
/// # let provider = StaticAccessKey::new("LTAI5tExampleKeyId", "example-secret")?;
/// let cached = Cached::new(Blocking::new(provider, Offline));
/// let refresher = Refresher::spawn(cached.clone())?;
/// // … as long as the server runs:
/// cached.provide()?;
/// drop(refresher);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The thread ends with the fetch that it is in. Where a fetch panics it ends too, and callers
/// fetch again by themselves.
#[derive(Debug)]
#[must_use = "the thread ends when this is dropped"]
pub struct Refresher {
    cached: Cached,
    is_stopped: Arc<AtomicBool>,
}

impl Refresher {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// The system has no thread to give.
    pub fn spawn(cached: Cached) -> io::Result<Self> {
        let is_stopped = Arc::new(AtomicBool::new(false));
        let refresher = Self { cached: cached.clone(), is_stopped: Arc::clone(&is_stopped) };
        let background = cached.cache().refreshed_in_background();
        thread::Builder::new().name("credentials".to_owned()).spawn(move || {
            loop {
                let woken = background.listen();
                if is_stopped.load(Ordering::Acquire) {
                    break;
                }
                if let Some(leader) = background.turn() {
                    // Callers have credentials; the error comes up when they need others.
                    let _ = cached.fetch(leader);
                }
                woken.wait_timeout(LOOK_AGAIN);
            }
        })?;
        Ok(refresher)
    }
}

impl Drop for Refresher {
    fn drop(&mut self) {
        self.is_stopped.store(true, Ordering::Release);
        self.cached.cache().wake();
    }
}
