//! What callers get who come one after the other, from either form of the cache.

use std::sync::{Arc, Mutex};

use oss_sign_credentials::{Cached, Cause, Credentials, Lifetime, ProvideCredentials};

use crate::clock::Clock;
use crate::source::{Answer, Cache, Source, error, living, outcome};

/// A source that gives these answers, one after the other.
fn script(answers: impl IntoIterator<Item = Answer>) -> Arc<Source<impl Fn(usize) -> Answer>> {
    let answers = Mutex::new(answers.into_iter().collect::<Vec<_>>().into_iter());
    Source::new(move |_| answers.lock().unwrap().next().expect("another fetch than was foreseen"))
}

fn ok(id: &str) -> Result<String, Cause> {
    Ok(id.to_owned())
}

#[test]
fn what_does_not_expire_is_fetched_once() {
    let key = || Credentials::new("LTAI5tExampleKeyId", "example-secret", None).unwrap();
    for (cache, source, clock) in Cache::each(|_| script([Ok(key())])) {
        for _ in 0..3 {
            assert_eq!(cache.outcome(), ok("LTAI5tExampleKeyId"));
            clock.go(1_000_000);
        }
        assert_eq!(source.fetches(), 1);
    }
}

#[test]
fn what_may_change_at_any_time_is_asked_for_again_after_a_second() {
    let key = |id| Credentials::new(id, "secret", None).unwrap().with_lifetime(Lifetime::Unknown);
    for (cache, _, clock) in Cache::each(|_| script([Ok(key("first")), Ok(key("second"))])) {
        assert_eq!(cache.outcome(), ok("first"));
        assert_eq!(cache.outcome(), ok("first"));
        clock.go(1);
        assert_eq!(cache.outcome(), ok("second"));
    }
}

#[test]
fn a_provider_is_asked_again_when_it_wished() {
    let source = |clock: &Clock| {
        let refresh_at = clock.after(3600);
        let hourly = |number| Ok(living(number, 6 * 3600, clock).with_refresh_at(refresh_at));
        script([hourly(1), hourly(2)])
    };
    for (cache, _, clock) in Cache::each(source) {
        assert_eq!(cache.outcome(), ok("STS.key1"));
        clock.go(3599);
        assert_eq!(cache.outcome(), ok("STS.key1"));
        clock.go(1);
        assert_eq!(cache.outcome(), ok("STS.key2"));
    }
}

/// What is fetched has 25, 13, 0 or -5 minutes left; before it there was nothing, or something that is
/// fresh, good or expired.
#[test]
fn t76_what_is_fetched_is_kept_unless_it_has_expired() {
    for (left, age, expected) in [
        (25, None, Ok("STS.key2")),
        (13, None, Ok("STS.key2")),
        (0, None, Err(())),
        (-5, None, Err(())),
        (-5, Some(2699), Ok("STS.key1")),
        (25, Some(3500), Ok("STS.key2")),
        (13, Some(3500), Ok("STS.key2")),
        (-5, Some(3500), Ok("STS.key1")),
        (13, Some(3600), Ok("STS.key2")),
        (-5, Some(3600), Err(())),
    ] {
        let fetched_at = age.unwrap_or(0);
        let source = |clock: &Clock| {
            let first = age.map(|_| Ok(living(1, 3600, clock)));
            script(first.into_iter().chain([Ok(living(2, fetched_at + left * 60, clock))]))
        };
        for (cache, _, clock) in Cache::each(source) {
            if age.is_some() {
                assert_eq!(cache.outcome(), ok("STS.key1"));
            }
            clock.go(fetched_at);
            let expired = Cause::Expired(clock.after(left * 60));
            let expected = expected.map(str::to_owned).map_err(|()| expired);
            assert_eq!(cache.outcome(), expected, "{left} min left, after {age:?} s");
        }
    }
}

#[test]
fn t77_a_failure_matters_only_where_there_is_nothing_good() {
    for (age, expected) in [
        (None, Err("down")),
        (Some(2699), Ok("STS.key1")),
        (Some(2700), Ok("STS.key1")),
        (Some(3599), Ok("STS.key1")),
        (Some(3600), Err("down")),
    ] {
        let source = |clock: &Clock| {
            let first = age.map(|_| Ok(living(1, 3600, clock)));
            script(first.into_iter().chain([Err(error("down"))]))
        };
        for (cache, _, clock) in Cache::each(source) {
            if let Some(age) = age {
                assert_eq!(cache.outcome(), ok("STS.key1"));
                clock.go(age);
            }
            let expected = expected.map(str::to_owned).map_err(|error| Cause::Custom(error.into()));
            assert_eq!(cache.outcome(), expected, "after {age:?} s");
        }
    }
}

/// Unlike the Node SDK, which takes a set that has expired over one that is about to.
#[test]
fn t79_a_sequence_of_good_and_bad_answers() {
    let source = |clock: &Clock| {
        script([
            Ok(living(1, 3600, clock)),
            Ok(living(0, -1, clock)),
            Ok(living(2, 3500, clock)),
            Ok(living(0, -1, clock)),
            Err(error("not JSON")),
            Err(error("HTTP 400")),
        ])
    };
    for (cache, source, clock) in Cache::each(source) {
        let mut fetches = 0;
        for (go, expected) in [
            (0, "STS.key1"),
            (2700, "STS.key1"),
            (60, "STS.key2"),
            (555, "STS.key2"),
            (60, "STS.key2"),
            (60, "STS.key2"),
        ] {
            clock.go(go);
            fetches += 1;
            assert_eq!(cache.outcome(), ok(expected), "fetch {fetches}");
            assert_eq!(source.fetches(), fetches);
        }
    }
}

/// The OSS SDK for Java forgot the good set when a refresh brought none.
#[test]
fn t84_what_is_good_is_not_forgotten() {
    let source = |clock: &Clock| {
        let first = living(1, 3600, clock);
        Source::new(move |number| match number {
            1 => Ok(first.clone()),
            _ => Err(error("nothing")),
        })
    };
    for (cache, source, clock) in Cache::each(source) {
        for _ in 0..60 {
            assert_eq!(cache.outcome(), ok("STS.key1"));
            clock.go(60);
        }
        assert_eq!(cache.outcome(), Err(Cause::Custom("nothing".into())));
        // The first, one each minute of the last quarter of an hour, and the one just now.
        assert_eq!(source.fetches(), 1 + 15 + 1);
    }
}

#[test]
fn an_error_is_given_again_without_a_fetch() {
    for (cache, source, clock) in Cache::each(|_| Source::new(|_| Err(error("down")))) {
        for fetches in 1..=20 {
            for _ in 0..50 {
                assert_eq!(cache.outcome(), Err(Cause::Custom("down".into())));
            }
            assert_eq!(source.fetches(), fetches);
            clock.go(10);
        }
    }
}

#[test]
fn a_success_ends_the_waits() {
    let source = |clock: &Clock| {
        let clock = clock.clone();
        Source::new(move |number| match number {
            6 => Ok(living(number, 60, &clock)),
            _ => Err(error("down")),
        })
    };
    for (cache, source, clock) in Cache::each(source) {
        for _ in 0..5 {
            assert!(cache.outcome().is_err());
            clock.go(10);
        }
        assert_eq!(cache.outcome(), ok("STS.key6"));
        // The next failure is the first in a row: the wait is 2 seconds at most.
        clock.go(60);
        assert!(cache.outcome().is_err());
        clock.go(2);
        assert!(cache.outcome().is_err());
        assert_eq!(source.fetches(), 8);
    }
}

#[test]
fn refused_credentials_are_dropped_if_they_are_current() {
    let source = |clock: &Clock| script([Ok(living(1, 3600, clock)), Ok(living(2, 3600, clock))]);
    for (cache, source, clock) in Cache::each(source) {
        let first = cache.provide().unwrap();
        // Others were current when the request was sent, and are no more.
        assert!(cache.invalidate(&living(9, 3600, &clock)));
        let other_token = Credentials::new("STS.key1", "example-secret", Some("other-token"));
        assert!(cache.invalidate(&other_token.unwrap()));
        assert_eq!(cache.outcome(), ok("STS.key1"));
        // 50 requests were refused with the same set.
        for _ in 0..50 {
            assert!(cache.invalidate(&first));
        }
        assert_eq!(cache.outcome(), ok("STS.key2"));
        assert!(cache.invalidate(&first));
        assert_eq!(cache.outcome(), ok("STS.key2"));
        assert_eq!(source.fetches(), 2);
    }
}

#[test]
fn credentials_that_are_always_refused_are_kept_in_the_end() {
    let source = |clock: &Clock| {
        let clock = clock.clone();
        Source::new(move |number| Ok(living(number, 100_000, &clock)))
    };
    for (cache, source, clock) in Cache::each(source) {
        let refused = || cache.invalidate(&cache.provide().unwrap());
        let dropped: Vec<_> = core::iter::repeat_with(refused).take(7).collect();
        assert_eq!(dropped, [true, true, true, true, true, false, false]);
        assert_eq!(cache.outcome(), ok("STS.key6"));
        clock.go(600);
        assert!(refused());
        assert_eq!(cache.outcome(), ok("STS.key7"));
        assert_eq!(source.fetches(), 7);
    }
}

#[test]
fn clones_share_what_is_kept() {
    let clock = Clock::new();
    let source = script([Ok(living(1, 3600, &clock))]);
    let cached = Cached::new(Arc::clone(&source)).with_clock(clock.reading());
    assert_eq!(outcome(cached.clone().provide()), ok("STS.key1"));
    assert_eq!(outcome(cached.provide()), ok("STS.key1"));
    assert_eq!(source.fetches(), 1);
}
