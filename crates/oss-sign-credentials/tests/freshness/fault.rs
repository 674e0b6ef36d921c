//! Panics, and clocks that jump.

use core::panic::AssertUnwindSafe;
use core::sync::atomic::{AtomicUsize, Ordering};
use std::panic::catch_unwind;
use std::sync::Arc;
use std::thread;

use oss_sign_credentials::{Cached, Cause, Lifetime, ProvideCredentials};

use crate::clock::Clock;
use crate::source::{Cache, Source, error, living, outcome};

#[test]
fn a_fetch_that_panics_poisons_nothing() {
    let source = |clock: &Clock| {
        let clock = clock.clone();
        Source::new(move |number| {
            assert!(number % 2 == 0, "a bug in a provider");
            Ok(living(number, 3600, &clock))
        })
    };
    for (cache, source, _) in Cache::each(source) {
        for expected in ["STS.key2", "STS.key4"] {
            assert!(catch_unwind(AssertUnwindSafe(|| cache.provide())).is_err());
            assert_eq!(cache.outcome().unwrap(), expected);
            assert_eq!(cache.outcome().unwrap(), expected);
            assert!(cache.invalidate(&cache.provide().unwrap()));
        }
        assert_eq!(source.fetches(), 4);
    }
}

/// Who waits for a fetch that panics does the next one.
#[test]
fn waiters_survive_a_panic() {
    let clock = Clock::new();
    let coming = Arc::new(AtomicUsize::new(0));
    let (of_source, seen) = (clock.clone(), Arc::clone(&coming));
    let source = Source::new(move |number| {
        while seen.load(Ordering::SeqCst) < 8 {
            thread::yield_now();
        }
        assert!(number > 3, "a bug in a provider");
        Ok(living(number, 3600, &of_source))
    });
    let cached = Cached::new(Arc::clone(&source)).with_clock(clock.reading());
    let outcomes: Vec<_> = thread::scope(|scope| {
        let callers: Vec<_> = (0..8)
            .map(|_| {
                scope.spawn(|| {
                    coming.fetch_add(1, Ordering::SeqCst);
                    outcome(cached.provide())
                })
            })
            .collect();
        callers.into_iter().map(thread::ScopedJoinHandle::join).collect()
    });
    assert_eq!(outcomes.iter().filter(|outcome| outcome.is_err()).count(), 3);
    assert!(outcomes.into_iter().flatten().all(|outcome| outcome.unwrap() == "STS.key4"));
    assert_eq!(source.fetches(), 4);
}

#[test]
fn a_clock_that_jumps_ahead_makes_what_comes_look_old() {
    let source = |clock: &Clock| {
        let expires_at = clock.after(3600);
        Source::new(move |number| {
            Ok(living(number, 0, &Clock::new()).with_lifetime(Lifetime::Until(expires_at)))
        })
    };
    for (cache, _, clock) in Cache::each(source) {
        let expires_at = clock.after(3600);
        assert_eq!(cache.outcome().unwrap(), "STS.key1");
        clock.go(1_000_000);
        assert_eq!(cache.outcome(), Err(Cause::Expired(expires_at)));
        // Put right again, it needs no wait: what was kept is good.
        clock.go(-1_000_000);
        assert_eq!(cache.outcome().unwrap(), "STS.key1");
    }
}

#[test]
fn a_clock_that_jumps_back_makes_nobody_wait() {
    let source = |clock: &Clock| {
        let clock = clock.clone();
        Source::new(move |number| match number {
            1 => Err(error("down")),
            _ => Ok(living(number, 3600, &clock)),
        })
    };
    for (cache, _, clock) in Cache::each(source) {
        assert!(cache.outcome().is_err());
        clock.go(-1_000_000);
        assert_eq!(cache.outcome().unwrap(), "STS.key2");
        clock.go(1_000_000);
        assert_eq!(cache.outcome().unwrap(), "STS.key3");
    }
}
