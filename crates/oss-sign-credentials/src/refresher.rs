//! A thread that fetches before anybody has to wait.

use core::time::Duration;
use std::io;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread;

use crate::cached::Cached;

/// How often the thread looks at the clock, which may have been set, or have slept.
const LOOK_AGAIN: Duration = Duration::from_secs(1);

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
    /// The thread sees when this is dropped; nothing is ever sent.
    _stop: Sender<()>,
}

impl Refresher {
    /// Starts the thread.
    ///
    /// # Errors
    ///
    /// The system has no thread to give.
    pub fn spawn(cached: Cached) -> io::Result<Self> {
        let (stop, stopped) = mpsc::channel::<()>();
        let background = cached.cache().refreshed_in_background();
        thread::Builder::new().name("credentials".to_owned()).spawn(move || {
            let _background = background;
            loop {
                if let Some(leader) = cached.cache().background_turn() {
                    // Callers have credentials; the error comes up when they need others.
                    let _ = cached.fetch(leader);
                }
                if stopped.recv_timeout(LOOK_AGAIN) != Err(RecvTimeoutError::Timeout) {
                    break;
                }
            }
        })?;
        Ok(Self { _stop: stop })
    }
}
