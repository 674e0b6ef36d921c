//! One set of credentials for many callers: what [`Cached`](crate::Cached) and
//! [`AsyncCached`](crate::AsyncCached) share.

use core::fmt;
use core::hash::{BuildHasher, Hasher};
use core::sync::atomic::{AtomicBool, Ordering};
use std::hash::RandomState;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arc_swap::{ArcSwapOption, Guard};
use event_listener::{Event, EventListener, Listener};
use oss_sign::Timestamp;

use crate::credentials::{Credentials, Lifetime};
use crate::error::{Cause, Error};
use crate::freshness::{Decision, Fetch, Freshness, Held, Window, Zone};

/// Tells the time.
type Clock = Box<dyn Fn() -> Timestamp + Send + Sync>;

/// Credentials that are current, or were.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) credentials: Arc<Credentials>,
    window: Window,
    /// Set when others took their place, or they were dropped: for whoever kept this.
    is_replaced: AtomicBool,
}

impl Held for Arc<Current> {
    fn window(&self) -> &Window {
        &self.window
    }
}

impl Current {
    /// Whether they can be used at `now` without a second thought.
    pub(crate) fn is_fresh(&self, now: Timestamp) -> bool {
        self.window.zone(now) == Zone::Fresh && !self.is_replaced.load(Ordering::Acquire)
    }
}

/// The current credentials, and who refreshes them.
pub(crate) struct Cache {
    /// Written under the lock of `freshness`, read without.
    current: ArcSwapOption<Current>,
    freshness: Mutex<Freshness<Error>>,
    fetch_ended: Event,
    /// A thread that refreshes in the background should look.
    refresh_is_due: Event,
    clock: Clock,
}

/// What a caller is to do.
pub(crate) enum Turn {
    Use(Arc<Current>),
    Fetch(Leader),
    Wait(Waiter),
    Fail(Error),
}

impl Cache {
    pub(crate) fn new(clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            current: ArcSwapOption::empty(),
            freshness: Mutex::new(Freshness::new()),
            fetch_ended: Event::new(),
            refresh_is_due: Event::new(),
            clock: Box::new(clock),
        })
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    /// What a caller is to do who comes now.
    pub(crate) fn turn(self: &Arc<Self>) -> Turn {
        let now = self.now();
        let current = Guard::into_inner(self.current.load());
        if let Some(current) = current.filter(|current| current.is_fresh(now)) {
            return Turn::Use(current);
        }
        self.turn_by(|freshness, held| {
            let decision = freshness.decide(held, now);
            if freshness.is_due(held, now) {
                self.refresh_is_due.notify(1);
            }
            decision
        })
    }

    fn turn_by(
        self: &Arc<Self>,
        decide: impl FnOnce(
            &mut Freshness<Error>,
            Option<&Arc<Current>>,
        ) -> Decision<Arc<Current>, Error>,
    ) -> Turn {
        let mut freshness = self.freshness();
        match decide(&mut freshness, self.current.load().as_ref()) {
            Decision::Use(current) => Turn::Use(current),
            Decision::Fail(error) => Turn::Fail(error),
            Decision::Refresh(fetch) => Turn::Fetch(Leader { cache: Arc::clone(self), fetch }),
            // It listens before the lock is released, so that it cannot miss the end.
            Decision::Wait(fetch) => Turn::Wait(Waiter {
                cache: Arc::clone(self),
                fetch,
                ended: self.fetch_ended.listen(),
            }),
        }
    }

    /// Drops `credentials`, if they are still the current ones. Tells whether the next call gets
    /// others.
    pub(crate) fn invalidate(&self, credentials: &Credentials) -> bool {
        let now = self.now();
        let mut freshness = self.freshness();
        let current = self.current.load();
        let is_current =
            current.as_ref().is_some_and(|held| is_same(&held.credentials, credentials));
        if !is_current {
            return true;
        }
        let may = freshness.may_force(now);
        if may {
            self.replace(None);
        }
        may
    }

    /// To be called under the lock.
    fn replace(&self, next: Option<Arc<Current>>) {
        if let Some(last) = self.current.swap(next) {
            last.is_replaced.store(true, Ordering::Release);
        }
    }

    /// Wakes the threads that refresh in the background.
    pub(crate) fn wake(&self) {
        self.refresh_is_due.notify(usize::MAX);
    }

    /// Lets callers leave the refreshes to a thread, while the result lives.
    pub(crate) fn refreshed_in_background(self: &Arc<Self>) -> Background {
        self.freshness().add_refresher();
        Background { cache: Arc::clone(self) }
    }

    /// Nothing can panic under this lock, and fetches are made without it.
    fn freshness(&self) -> MutexGuard<'_, Freshness<Error>> {
        self.freshness.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let current = self.current.load();
        let credentials = current.as_ref().map(|held| &held.credentials);
        formatter.debug_struct("Cache").field("credentials", &credentials).finish_non_exhaustive()
    }
}

/// The one that fetches. Dropped before it has a result, it leaves the fetch to the next.
pub(crate) struct Leader {
    cache: Arc<Cache>,
    fetch: Fetch,
}

impl Leader {
    /// What callers get while this one fetches, if they need not wait.
    pub(crate) fn meanwhile(&self) -> Option<Arc<Current>> {
        let now = self.cache.now();
        self.cache.current.load_full().filter(|current| current.window.zone(now) <= Zone::Advisory)
    }

    /// Ends the fetch, and gives what its caller gets: after a failure the old credentials, while
    /// they are good.
    pub(crate) fn end(
        self,
        result: Result<Arc<Credentials>, Error>,
    ) -> Result<Arc<Current>, Error> {
        let now = self.cache.now();
        match result.and_then(|credentials| unexpired(credentials, now)) {
            Ok(credentials) => {
                let window = window(&credentials, now);
                let is_replaced = AtomicBool::new(false);
                let next = Arc::new(Current { credentials, window, is_replaced });
                let mut freshness = self.cache.freshness();
                self.cache.replace(Some(Arc::clone(&next)));
                freshness.succeeded();
                Ok(next)
            }
            Err(error) => {
                let mut freshness = self.cache.freshness();
                freshness.failed(error.clone(), now, jitter());
                let current = self.cache.current.load_full();
                current.filter(|current| current.window.zone(now) != Zone::Expired).ok_or(error)
            }
        }
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        self.cache.freshness().abandoned(self.fetch);
        self.cache.fetch_ended.notify(usize::MAX);
    }
}

/// One that waits for the fetch of another.
pub(crate) struct Waiter {
    cache: Arc<Cache>,
    fetch: Fetch,
    ended: EventListener,
}

impl Waiter {
    pub(crate) fn wait(self) -> Turn {
        self.ended.wait();
        Self::turn(&self.cache, self.fetch)
    }

    pub(crate) async fn wait_async(self) -> Turn {
        self.ended.await;
        Self::turn(&self.cache, self.fetch)
    }

    fn turn(cache: &Arc<Cache>, fetch: Fetch) -> Turn {
        let now = cache.now();
        cache.turn_by(|freshness, held| freshness.after(fetch, held, now))
    }
}

/// What a thread has that refreshes in the background. While this lives, callers leave it to it.
pub(crate) struct Background {
    cache: Arc<Cache>,
}

impl Background {
    /// The fetch that is due now.
    pub(crate) fn turn(&self) -> Option<Leader> {
        let now = self.cache.now();
        let mut freshness = self.cache.freshness();
        let is_due = freshness.is_due(self.cache.current.load().as_ref(), now);
        is_due.then(|| Leader { cache: Arc::clone(&self.cache), fetch: freshness.start() })
    }

    /// Tells when a caller sees that a fetch is due, or [`wake`](Cache::wake) is called.
    pub(crate) fn listen(&self) -> EventListener {
        self.cache.refresh_is_due.listen()
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        self.cache.freshness().remove_refresher();
    }
}

fn unexpired(credentials: Arc<Credentials>, now: Timestamp) -> Result<Arc<Credentials>, Error> {
    match credentials.expires_at() {
        Some(expired_at) if expired_at <= now => {
            Err(Error::failed(credentials.provider().clone(), Cause::Expired(expired_at)))
        }
        _ => Ok(credentials),
    }
}

fn window(credentials: &Credentials, now: Timestamp) -> Window {
    let refresh_at = match credentials.lifetime() {
        Lifetime::Unknown => Some(now),
        Lifetime::Permanent | Lifetime::Until(_) => credentials.refresh_at(),
    };
    Window::new(now, refresh_at, credentials.expires_at())
}

/// An AccessKey ID has one secret, and STS makes a token with each.
fn is_same(one: &Credentials, other: &Credentials) -> bool {
    one.access_key_id() == other.access_key_id() && one.security_token() == other.security_token()
}

/// Any number: each state of the standard library's hash map begins with another.
fn jitter() -> u64 {
    RandomState::new().build_hasher().finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_whether_there_are_credentials() {
        let cache = Cache::new(|| Timestamp::UNIX_EPOCH);
        assert_eq!(format!("{cache:?}"), "Cache { credentials: None, .. }");
    }

    #[test]
    fn servers_do_not_all_try_again_at_the_same_moment() {
        let first = jitter();
        assert!((0..8).any(|_| jitter() != first));
    }
}
