//! When credentials are to be refreshed, by whom, and what others get meanwhile: decisions alone,
//! without a clock, a lock or a request.

use oss_sign::Timestamp;

/// Seconds before the expiry from which on one caller refreshes and the others do not wait.
const ADVISORY: u64 = 15 * 60;
/// Seconds before the expiry from which on everybody waits for the refresh.
const MANDATORY: u64 = 3 * 60;
/// The longest wait after failures in seconds, while the credentials are good for long.
const LONGEST_WAIT: u64 = 60;
/// The longest wait after failures in seconds, when new credentials are needed soon or now.
const LONGEST_PRESSING_WAIT: u64 = 10;
/// How many times within [`FORCED_WITHIN`] seconds credentials are dropped because of what the
/// service said.
const FORCED_REFRESHES: usize = 5;
const FORCED_WITHIN: u64 = 10 * 60;

/// How good a set of credentials is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Zone {
    /// To be used without a second thought.
    Fresh,
    /// Good for a while; it is time that somebody fetches the next set.
    Advisory,
    /// Good for a moment; whoever can wait should get the next set.
    Mandatory,
    /// Not good any more.
    Expired,
}

/// The zones of one set of credentials. What is `None` never comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    advisory_from: Option<Timestamp>,
    mandatory_from: Option<Timestamp>,
    expires_at: Option<Timestamp>,
}

impl Window {
    /// The zones of credentials that were fetched at `fetched_at`.
    ///
    /// Both margins shrink with the life, so that credentials of a minute are not refreshed all the
    /// time. `refresh_at` is the wish of their provider to be asked again earlier; one that wants to
    /// be asked each time is asked once a second, so that signing never waits for it in between.
    pub(crate) fn new(
        fetched_at: Timestamp,
        refresh_at: Option<Timestamp>,
        expires_at: Option<Timestamp>,
    ) -> Self {
        let before_expiry = |longest: u64, part: u64| {
            let expires_at = expires_at?.unix_seconds();
            let life = expires_at.saturating_sub(fetched_at.unix_seconds());
            let margin = longest.min(life / part);
            Timestamp::from_unix_seconds(expires_at.saturating_sub(margin)).ok()
        };
        let refresh_at = refresh_at.map(|at| Some(at).max(fetched_at.checked_add_seconds(1)));
        let advisory_from = [before_expiry(ADVISORY, 4), refresh_at.flatten()];
        let advisory_from = advisory_from.into_iter().flatten().min();
        Self { advisory_from, mandatory_from: before_expiry(MANDATORY, 10), expires_at }
    }

    pub(crate) fn zone(&self, now: Timestamp) -> Zone {
        let has_come = |instant: Option<Timestamp>| instant.is_some_and(|instant| instant <= now);
        if has_come(self.expires_at) {
            Zone::Expired
        } else if has_come(self.mandatory_from) {
            Zone::Mandatory
        } else if has_come(self.advisory_from) {
            Zone::Advisory
        } else {
            Zone::Fresh
        }
    }
}

/// Credentials that are held, cheap to clone.
pub(crate) trait Held: Clone {
    fn window(&self) -> &Window;
}

/// What a caller is to do.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decision<H, E> {
    /// Use these.
    Use(H),
    /// Fetch the next ones, and report by `succeeded`, `failed` or `abandoned`, whatever happens.
    Refresh(Fetch),
    /// Wait until this fetch is over, and ask `after`.
    Wait(Fetch),
    /// There are none: pass this error on.
    Fail(E),
}

/// The number of a fetch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Fetch(u64);

/// What is known besides the credentials: who fetches, and how the last fetches ended.
#[derive(Debug)]
pub(crate) struct Freshness<E> {
    fetch: Fetch,
    is_fetching: bool,
    /// The last fetch that had a result. One whose caller was cancelled has none.
    ended: Fetch,
    failure: Option<Failure<E>>,
    forced_at: Vec<Timestamp>,
    /// How many threads there are that refresh before callers have to.
    refreshers: usize,
}

#[derive(Debug)]
struct Failure<E> {
    error: E,
    at: Timestamp,
    /// How many there were in a row.
    count: u32,
    /// A number that differs from process to process, so that not all of them try at once.
    jitter: u64,
}

impl<E> Failure<E> {
    /// Whether it is too early for another try.
    ///
    /// Where the clock went back, the distance in time is what counts: a try too early does less
    /// harm than a wait for yesterday's clock.
    fn holds(&self, zone: Zone, now: Timestamp) -> bool {
        let longest = match zone {
            Zone::Fresh | Zone::Advisory => LONGEST_WAIT,
            Zone::Mandatory | Zone::Expired => LONGEST_PRESSING_WAIT,
        };
        let choices = 2_u64.saturating_pow(self.count).min(longest);
        let wait = self.jitter.checked_rem(choices).unwrap_or(0).saturating_add(1);
        now.unix_seconds().abs_diff(self.at.unix_seconds()) < wait
    }
}

impl<E: Clone> Freshness<E> {
    pub(crate) fn new() -> Self {
        Self {
            fetch: Fetch::default(),
            is_fetching: false,
            ended: Fetch::default(),
            failure: None,
            forced_at: Vec::new(),
            refreshers: 0,
        }
    }

    /// What a caller is to do who comes at `now`.
    pub(crate) fn decide<H: Held>(&mut self, held: Option<&H>, now: Timestamp) -> Decision<H, E> {
        let zone = zone(held, now);
        let is_cared_for = match zone {
            Zone::Fresh => true,
            Zone::Advisory => self.is_fetching || self.refreshers > 0,
            Zone::Mandatory | Zone::Expired if self.is_fetching => {
                return Decision::Wait(self.fetch);
            }
            Zone::Mandatory | Zone::Expired => false,
        };
        let outcome =
            (is_cared_for || self.just_failed(zone, now)).then(|| self.outcome(held, now));
        outcome.flatten().unwrap_or_else(|| Decision::Refresh(self.start()))
    }

    /// Whether it is time for a fetch, and nobody does it: for a thread that refreshes in the
    /// background.
    pub(crate) fn is_due(&self, held: Option<&impl Held>, now: Timestamp) -> bool {
        let zone = zone(held, now);
        zone != Zone::Fresh && !self.is_fetching && !self.just_failed(zone, now)
    }

    /// What a caller is to do who waited for `fetch`: it shares the outcome, good or bad.
    pub(crate) fn after<H: Held>(
        &mut self,
        fetch: Fetch,
        held: Option<&H>,
        now: Timestamp,
    ) -> Decision<H, E> {
        let outcome = (self.ended >= fetch).then(|| self.outcome(held, now));
        outcome.flatten().unwrap_or_else(|| self.decide(held, now))
    }

    /// The fetch brought credentials.
    pub(crate) fn succeeded(&mut self) {
        self.is_fetching = false;
        self.ended = self.fetch;
        self.failure = None;
    }

    /// The fetch brought an error, or credentials that had expired on the way. `jitter` is any
    /// number.
    pub(crate) fn failed(&mut self, error: E, now: Timestamp, jitter: u64) {
        self.is_fetching = false;
        self.ended = self.fetch;
        let count = self.failure.as_ref().map_or(0, |failure| failure.count).saturating_add(1);
        self.failure = Some(Failure { error, at: now, count, jitter });
    }

    /// This fetch will have no result if it had none yet, because its caller was cancelled or
    /// panicked: the next one takes over.
    pub(crate) fn abandoned(&mut self, fetch: Fetch) {
        if self.fetch == fetch {
            self.is_fetching = false;
        }
    }

    /// A thread refreshes from now on; callers do so only where it is late.
    pub(crate) fn add_refresher(&mut self) {
        self.refreshers = self.refreshers.saturating_add(1);
    }

    pub(crate) fn remove_refresher(&mut self) {
        self.refreshers = self.refreshers.saturating_sub(1);
    }

    /// Whether credentials that the service refused may be dropped. Not more often than a rotated
    /// key explains: where each new set is refused too, fetching more of them helps nobody.
    pub(crate) fn may_force(&mut self, now: Timestamp) -> bool {
        let now_seconds = now.unix_seconds();
        self.forced_at.retain(|at| at.unix_seconds().abs_diff(now_seconds) < FORCED_WITHIN);
        let may = self.forced_at.len() < FORCED_REFRESHES;
        if may {
            self.forced_at.push(now);
        }
        may
    }

    /// A fetch begins.
    pub(crate) fn start(&mut self) -> Fetch {
        self.fetch = Fetch(self.fetch.0.saturating_add(1));
        self.is_fetching = true;
        self.fetch
    }

    fn just_failed(&self, zone: Zone, now: Timestamp) -> bool {
        self.failure.as_ref().is_some_and(|failure| failure.holds(zone, now))
    }

    /// What there is without another fetch: credentials that are still good, else the last error.
    fn outcome<H: Held>(&self, held: Option<&H>, now: Timestamp) -> Option<Decision<H, E>> {
        match held.filter(|held| held.window().zone(now) != Zone::Expired) {
            Some(held) => Some(Decision::Use(held.clone())),
            None => self.failure.as_ref().map(|failure| Decision::Fail(failure.error.clone())),
        }
    }
}

fn zone(held: Option<&impl Held>, now: Timestamp) -> Zone {
    held.map_or(Zone::Expired, |held| held.window().zone(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: u64 = 1_700_000_000;

    type Decision = super::Decision<Window, &'static str>;

    impl Held for Window {
        fn window(&self) -> &Window {
            self
        }
    }

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(START + seconds).unwrap()
    }

    /// The window of credentials that were fetched at 0 and live for so long.
    fn life(seconds: u64) -> Window {
        Window::new(at(0), None, Some(at(seconds)))
    }

    const NONE: Option<&Window> = None;

    fn new() -> Freshness<&'static str> {
        Freshness::new()
    }

    fn failed(times: u32, failed_at: u64, jitter: u64) -> Freshness<&'static str> {
        let mut freshness = new();
        for _ in 0..times {
            freshness.start();
            freshness.failed("down", at(failed_at), jitter);
        }
        freshness
    }

    #[test]
    fn the_zones_of_an_hour() {
        let window = life(3600);
        for (seconds, zone) in [
            (0, Zone::Fresh),
            (2699, Zone::Fresh),
            (2700, Zone::Advisory),
            (3419, Zone::Advisory),
            (3420, Zone::Mandatory),
            (3599, Zone::Mandatory),
            (3600, Zone::Expired),
            (9999, Zone::Expired),
        ] {
            assert_eq!(window.zone(at(seconds)), zone, "after {seconds} s");
        }
    }

    #[test]
    fn the_zones_shrink_with_the_life() {
        let window = life(100);
        for (seconds, zone) in [
            (74, Zone::Fresh),
            (75, Zone::Advisory),
            (90, Zone::Mandatory),
            (99, Zone::Mandatory),
            (100, Zone::Expired),
        ] {
            assert_eq!(window.zone(at(seconds)), zone, "after {seconds} s");
        }
    }

    #[test]
    fn what_does_not_expire_is_fresh_for_ever() {
        let window = Window::new(at(0), None, None);
        assert_eq!(window.zone(at(10_u64.pow(9))), Zone::Fresh);
    }

    #[test]
    fn a_provider_can_ask_for_an_earlier_refresh() {
        // ECS has credentials of six hours, and wants to be asked each hour.
        let hourly = Window::new(at(0), Some(at(3600)), Some(at(6 * 3600)));
        assert_eq!(hourly.zone(at(3599)), Zone::Fresh);
        assert_eq!(hourly.zone(at(3600)), Zone::Advisory);
        // A wish after the expiry changes nothing.
        let late = Window::new(at(0), Some(at(9999)), Some(at(3600)));
        assert_eq!(late, life(3600));
        // KMS tells when a key will have been rotated; until then and after it, the key is good.
        let rotating = Window::new(at(0), Some(at(300)), None);
        assert_eq!(rotating.zone(at(299)), Zone::Fresh);
        assert_eq!(rotating.zone(at(10_u64.pow(6))), Zone::Advisory);
    }

    #[test]
    fn asked_each_time_is_asked_once_a_second() {
        let window = Window::new(at(10), Some(at(0)), None);
        assert_eq!(window.zone(at(10)), Zone::Fresh);
        assert_eq!(window.zone(at(11)), Zone::Advisory);
    }

    /// An OAuth client refreshes an access token that has 1200 seconds left, or none: as a wish of
    /// its provider.
    #[test]
    fn t75_a_margin_of_the_provider() {
        let window = Window::new(at(0), Some(at(10_000 - 1200)), Some(at(10_000)));
        for (left, refreshes) in [(2000, false), (1200, true), (600, true), (0, true)] {
            let decision = new().decide(Some(&window), at(10_000 - left));
            assert_eq!(matches!(decision, Decision::Refresh(_)), refreshes, "{left} s left");
        }
        assert_eq!(new().decide(NONE, at(0)), Decision::Refresh(Fetch(1)));
    }

    #[test]
    fn one_fetches() {
        for (held, others) in [
            (Some(life(3600)), Decision::Use(life(3600))),
            (Some(life(2800)), Decision::Wait(Fetch(1))),
            (Some(life(2700)), Decision::Wait(Fetch(1))),
            (None, Decision::Wait(Fetch(1))),
        ] {
            let mut freshness = new();
            assert_eq!(freshness.decide(held.as_ref(), at(2700)), Decision::Refresh(Fetch(1)));
            for _ in 0..50 {
                assert_eq!(freshness.decide(held.as_ref(), at(2700)), others);
            }
        }
    }

    #[test]
    fn in_the_mandatory_zone_the_others_wait_and_use_what_there_is() {
        let mut freshness = new();
        let held = life(3600);
        assert_eq!(freshness.decide(Some(&held), at(3500)), Decision::Refresh(Fetch(1)));
        assert_eq!(freshness.decide(Some(&held), at(3500)), Decision::Wait(Fetch(1)));
        assert_eq!(freshness.after(Fetch(1), Some(&held), at(3501)), Decision::Wait(Fetch(1)));
        freshness.failed("down", at(3502), 0);
        assert_eq!(freshness.after(Fetch(1), Some(&held), at(3503)), Decision::Use(held));
        // Nobody tries again at once.
        assert_eq!(freshness.decide(Some(&held), at(3502)), Decision::Use(held));
    }

    #[test]
    fn who_waited_gets_the_outcome_even_when_it_is_late() {
        let mut freshness = new();
        assert_eq!(freshness.decide(NONE, at(0)), Decision::Refresh(Fetch(1)));
        assert_eq!(freshness.decide(NONE, at(0)), Decision::Wait(Fetch(1)));
        freshness.failed("down", at(1), 0);
        // The waiter wakes when the next fetch is on its way.
        assert_eq!(freshness.decide(NONE, at(100)), Decision::Refresh(Fetch(2)));
        assert_eq!(freshness.after(Fetch(1), NONE, at(100)), Decision::Fail("down"));
    }

    #[test]
    fn who_waited_too_long_for_what_came_waits_again() {
        let mut freshness = new();
        assert_eq!(freshness.decide(NONE, at(0)), Decision::Refresh(Fetch(1)));
        freshness.succeeded();
        let held = life(60);
        assert_eq!(freshness.decide(Some(&held), at(60)), Decision::Refresh(Fetch(2)));
        assert_eq!(freshness.after(Fetch(1), Some(&held), at(60)), Decision::Wait(Fetch(2)));
    }

    #[test]
    fn who_waited_for_an_abandoned_fetch_takes_over() {
        let mut freshness = failed(1, 0, 0);
        assert_eq!(freshness.decide(NONE, at(50)), Decision::Refresh(Fetch(2)));
        assert_eq!(freshness.decide(NONE, at(50)), Decision::Wait(Fetch(2)));
        freshness.abandoned(Fetch(2));
        assert_eq!(freshness.after(Fetch(2), NONE, at(50)), Decision::Refresh(Fetch(3)));
        assert_eq!(freshness.after(Fetch(2), NONE, at(50)), Decision::Wait(Fetch(3)));
        // A leader that comes late with its resignation does not end the fetch of the next one.
        freshness.abandoned(Fetch(2));
        assert_eq!(freshness.decide(NONE, at(50)), Decision::Wait(Fetch(3)));
    }

    #[test]
    fn callers_leave_the_refresh_to_a_thread_until_it_is_late() {
        let mut freshness = new();
        freshness.add_refresher();
        let held = life(3600);
        assert!(!freshness.is_due(Some(&held), at(2699)));
        assert_eq!(freshness.decide(Some(&held), at(2700)), Decision::Use(held));
        assert!(freshness.is_due(Some(&held), at(2700)));
        assert_eq!(freshness.start(), Fetch(1));
        assert!(!freshness.is_due(Some(&held), at(2700)));
        freshness.abandoned(Fetch(1));
        assert_eq!(freshness.decide(Some(&held), at(3500)), Decision::Refresh(Fetch(2)));
        freshness.abandoned(Fetch(2));
        freshness.remove_refresher();
        assert_eq!(freshness.decide(Some(&held), at(2700)), Decision::Refresh(Fetch(3)));
    }

    #[test]
    fn an_error_is_replayed_until_the_next_try() {
        let mut freshness = failed(1, 0, 1);
        assert_eq!(freshness.decide(NONE, at(1)), Decision::Fail("down"));
        assert!(!freshness.is_due(NONE, at(1)));
        assert_eq!(freshness.decide(NONE, at(2)), Decision::Refresh(Fetch(2)));
        freshness.succeeded();
        assert_eq!(freshness.decide(NONE, at(2)), Decision::Refresh(Fetch(3)));
    }

    /// The Java SDK waits `max(10 s, 100 ms * 2^(n-1))`; here it is a random number of seconds up
    /// to `2^n`, and never more than can be afforded.
    #[test]
    fn t78_the_wait_doubles_and_is_jittered() {
        for (failures, zone, longest) in [
            (1, Zone::Advisory, 2),
            (2, Zone::Advisory, 4),
            (5, Zone::Advisory, 32),
            (10, Zone::Advisory, 60),
            (99, Zone::Advisory, 60),
            (2, Zone::Mandatory, 4),
            (10, Zone::Mandatory, 10),
            (10, Zone::Expired, 10),
        ] {
            for jitter in 0..2 * longest {
                let freshness = failed(failures, 0, jitter);
                let wait = (0..).find(|&seconds| !freshness.just_failed(zone, at(seconds)));
                assert_eq!(wait, Some(jitter % longest + 1), "{failures} failures, {zone:?}");
            }
        }
    }

    #[test]
    fn a_long_wait_ends_when_the_need_becomes_pressing() {
        let mut freshness = failed(10, 3400, 59);
        let held = life(3600);
        assert_eq!(freshness.decide(Some(&held), at(3419)), Decision::Use(held));
        assert_eq!(freshness.decide(Some(&held), at(3420)), Decision::Refresh(Fetch(11)));
    }

    #[test]
    fn no_wait_for_a_clock_that_went_back() {
        let mut freshness = failed(1, 100_000, 1);
        assert_eq!(freshness.decide(NONE, at(99_999)), Decision::Fail("down"));
        assert_eq!(freshness.decide(NONE, at(50_000)), Decision::Refresh(Fetch(2)));
    }

    #[test]
    fn refused_credentials_are_dropped_five_times_in_ten_minutes() {
        let mut freshness = new();
        for second in 0..5 {
            assert!(freshness.may_force(at(second)));
        }
        assert!(!freshness.may_force(at(5)));
        assert!(!freshness.may_force(at(599)));
        assert!(freshness.may_force(at(600)));
        assert!(!freshness.may_force(at(600)));
        assert!(freshness.may_force(at(601)));
    }
}
