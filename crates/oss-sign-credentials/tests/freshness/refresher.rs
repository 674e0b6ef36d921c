//! A thread that refreshes.

use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use oss_sign_credentials::{Cached, Credentials, Error, ProvideCredentials, Refresher};

use crate::clock::Clock;
use crate::source::{living, outcome};

/// A source that tells when it is asked, and when it is dropped, by hanging up. It waits for its
/// answer; without one it panics.
struct Asking {
    asks: Sender<()>,
    answers: Mutex<Receiver<Option<Credentials>>>,
}

impl ProvideCredentials for Asking {
    fn provide(&self) -> Result<Arc<Credentials>, Error> {
        self.asks.send(()).unwrap();
        let answer = self.answers.lock().unwrap_or_else(PoisonError::into_inner).recv();
        Ok(Arc::new(answer.unwrap().expect("a bug in a provider")))
    }
}

struct Setting {
    clock: Clock,
    cached: Cached,
    refresher: Refresher,
    is_asked: Receiver<()>,
    answer: Sender<Option<Credentials>>,
}

/// A thread has fetched credentials of an hour.
fn started() -> Setting {
    let clock = Clock::new();
    let (asks, is_asked) = mpsc::channel();
    let (answer, answers) = mpsc::channel();
    let source = Asking { asks, answers: Mutex::new(answers) };
    let cached = Cached::new(source).with_clock(clock.reading());
    let refresher = Refresher::spawn(cached.clone()).unwrap();
    is_asked.recv().unwrap();
    answer.send(Some(living(1, 3600, &clock))).unwrap();
    // A caller waits for it, or comes later; it does not fetch by itself.
    assert_eq!(outcome(cached.provide()).unwrap(), "STS.key1");
    Setting { clock, cached, refresher, is_asked, answer }
}

#[test]
fn callers_leave_the_refresh_to_it() {
    let Setting { clock, cached, refresher: _refresher, is_asked, answer } = started();
    clock.go(2700);
    assert_eq!(outcome(cached.provide()).unwrap(), "STS.key1");
    is_asked.recv().unwrap();
    assert_eq!(outcome(cached.provide()).unwrap(), "STS.key1");
    answer.send(Some(living(2, 3600, &clock))).unwrap();
    // Past the life of the old ones, a caller gets what the thread fetched.
    clock.go(900);
    assert_eq!(outcome(cached.provide()).unwrap(), "STS.key2");
}

#[test]
fn it_ends_when_it_is_dropped() {
    let Setting { cached, refresher, is_asked, .. } = started();
    drop((refresher, cached));
    // The thread had the source last.
    assert!(is_asked.recv().is_err());
}

#[test]
fn callers_fetch_again_after_it_panicked() {
    let Setting { clock, cached, refresher: _refresher, is_asked, answer } = started();
    clock.go(2700);
    assert_eq!(outcome(cached.provide()).unwrap(), "STS.key1");
    is_asked.recv().unwrap();
    answer.send(None).unwrap();
    // It takes the thread a moment to end.
    answer.send(Some(living(2, 3600, &clock))).unwrap();
    while outcome(cached.provide()).unwrap() == "STS.key1" {
        thread::yield_now();
    }
    assert_eq!(outcome(cached.provide()).unwrap(), "STS.key2");
}
