//! Many callers at once.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Barrier, mpsc};
use std::thread;

use oss_sign_credentials::{
    AsyncCached, AsyncProvideCredentials, BoxFuture, Cached, Credentials, Error, ProvideCredentials,
};

use crate::clock::Clock;
use crate::source::{Source, error, living, outcome};
use crate::task::Task;

const CALLERS: usize = 50;

/// Runs `caller` in so many threads at once, and gives what each made.
fn at_once<T: Send>(callers: usize, caller: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(callers);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..callers)
            .map(|number| {
                let (start, caller) = (&start, &caller);
                scope.spawn(move || {
                    start.wait();
                    caller(number)
                })
            })
            .collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

/// A source that is slow: its answer comes when `callers` have come.
struct Slow {
    coming: Arc<AtomicUsize>,
    callers: usize,
}

impl Slow {
    fn wait(&self) {
        while self.coming.load(Ordering::SeqCst) < self.callers {
            thread::yield_now();
        }
    }
}

/// `ali-oss` gave everybody but one the expired set meanwhile.
#[test]
fn t83_fifty_callers_at_expiry_cause_one_fetch() {
    let clock = Clock::new();
    let coming = Arc::new(AtomicUsize::new(0));
    let slow = Slow { coming: Arc::clone(&coming), callers: CALLERS };
    let of_source = clock.clone();
    let source = Source::new(move |number| {
        if number > 1 {
            slow.wait();
        }
        Ok(living(number, 3600, &of_source))
    });
    let cached = Cached::new(Arc::clone(&source)).with_clock(clock.reading());
    cached.provide().unwrap();
    clock.go(3600);
    let got = at_once(CALLERS, |_| {
        coming.fetch_add(1, Ordering::SeqCst);
        outcome(cached.provide()).unwrap()
    });
    assert!(got.iter().all(|id| id == "STS.key2"), "{got:?}");
    assert_eq!(source.fetches(), 2);
}

#[test]
fn fifty_callers_share_one_error() {
    let clock = Clock::new();
    let coming = Arc::new(AtomicUsize::new(0));
    let slow = Slow { coming: Arc::clone(&coming), callers: CALLERS };
    let source = Source::new(move |_| {
        slow.wait();
        Err(error("down"))
    });
    let cached = Cached::new(Arc::clone(&source)).with_clock(clock.reading());
    let got = at_once(CALLERS, |_| {
        coming.fetch_add(1, Ordering::SeqCst);
        cached.provide().unwrap_err()
    });
    assert!(got.iter().all(|got| *got == error("down")));
    assert_eq!(source.fetches(), 1);
}

/// Twenty threads for fifteen seconds, with credentials that live ten.
#[test]
fn t81_short_lives_and_many_threads() {
    const THREADS: usize = 20;
    let clock = Clock::new();
    let of_source = clock.clone();
    let source = Source::new(move |number| Ok(living(number, 10, &of_source)));
    let cached = Cached::new(Arc::clone(&source)).with_clock(clock.reading());
    let tick = Barrier::new(THREADS);
    at_once(THREADS, |number| {
        for _ in 0..15 {
            for _ in 0..20 {
                let credentials = cached.provide().unwrap();
                assert!(!credentials.is_expired_at(clock.now()));
            }
            tick.wait();
            if number == 0 {
                clock.go(1);
            }
            tick.wait();
        }
    });
    assert_eq!(source.fetches(), 2);
}

/// One that refreshes keeps nobody else waiting while the old set is good.
#[test]
fn in_the_advisory_zone_only_one_waits() {
    let clock = Clock::new();
    let of_source = clock.clone();
    let (go_on, wait) = mpsc::channel::<()>();
    let (fetching, is_fetching) = mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let source = Source::new(move |number| {
        if number > 1 {
            fetching.send(()).unwrap();
            wait.lock().unwrap().recv().unwrap();
        }
        Ok(living(number, 3600, &of_source))
    });
    let cached = Cached::new(source).with_clock(clock.reading());
    cached.provide().unwrap();
    clock.go(3000);
    thread::scope(|scope| {
        let leader = scope.spawn(|| outcome(cached.provide()));
        is_fetching.recv().unwrap();
        assert_eq!(outcome(cached.provide()).unwrap(), "STS.key1");
        go_on.send(()).unwrap();
        assert_eq!(leader.join().unwrap().unwrap(), "STS.key2");
    });
    assert_eq!(outcome(cached.provide()).unwrap(), "STS.key2");
}

/// What was got just now is never expired, however the clock goes meanwhile.
#[test]
fn nobody_gets_what_expired_before_the_call() {
    let clock = Clock::new();
    let of_source = clock.clone();
    let source = Source::new(move |number| Ok(living(number, 3, &of_source)));
    let cached = Cached::new(source).with_clock(clock.reading());
    at_once(8, |number| {
        for _ in 0..2000 {
            if number == 0 {
                clock.go(1);
            }
            let called_at = clock.now();
            // A fetch that takes longer than three seconds of this clock brings nothing.
            if let Ok(credentials) = cached.provide() {
                assert!(!credentials.is_expired_at(called_at));
            }
        }
    });
}

/// An async source whose answer comes when the test says so.
struct Gate {
    fetches: AtomicUsize,
    open: event_listener::Event,
    answer: Box<dyn Fn(usize) -> Result<Credentials, Error> + Send + Sync>,
}

impl Gate {
    fn new(
        answer: impl Fn(usize) -> Result<Credentials, Error> + Send + Sync + 'static,
    ) -> Arc<Self> {
        let open = event_listener::Event::new();
        Arc::new(Self { fetches: AtomicUsize::new(0), open, answer: Box::new(answer) })
    }

    fn open(&self) {
        self.open.notify(usize::MAX);
    }

    fn fetches(&self) -> usize {
        self.fetches.load(Ordering::SeqCst)
    }
}

impl AsyncProvideCredentials for Gate {
    fn provide(&self) -> BoxFuture<'_, Result<Arc<Credentials>, Error>> {
        Box::pin(async {
            let number = self.fetches.fetch_add(1, Ordering::SeqCst) + 1;
            self.open.listen().await;
            (self.answer)(number).map(Arc::new)
        })
    }
}

fn tasks(cached: &AsyncCached, count: usize) -> Vec<Task<'_, Result<Arc<Credentials>, Error>>> {
    let mut tasks: Vec<_> = (0..count).map(|_| Task::new(cached.provide())).collect();
    for task in &mut tasks {
        assert!(task.poll().is_none());
    }
    tasks
}

#[test]
fn t83_fifty_tasks_cause_one_fetch() {
    let clock = Clock::new();
    let of_source = clock.clone();
    let gate = Gate::new(move |number| Ok(living(number, 3600, &of_source)));
    let cached = AsyncCached::new(Arc::clone(&gate)).with_clock(clock.reading());
    let mut tasks = tasks(&cached, CALLERS);
    gate.open();
    assert!(tasks[0].is_woken());
    assert_eq!(outcome(tasks[0].poll().unwrap()).unwrap(), "STS.key1");
    for task in &mut tasks[1..] {
        assert!(task.is_woken());
        assert_eq!(outcome(task.poll().unwrap()).unwrap(), "STS.key1");
    }
    assert_eq!(gate.fetches(), 1);
}

#[test]
fn fifty_tasks_share_one_error() {
    let clock = Clock::new();
    let gate = Gate::new(|_| Err(error("down")));
    let cached = AsyncCached::new(Arc::clone(&gate)).with_clock(clock.reading());
    let mut tasks = tasks(&cached, CALLERS);
    gate.open();
    for task in &mut tasks {
        assert_eq!(task.poll().unwrap().unwrap_err(), error("down"));
    }
    assert_eq!(gate.fetches(), 1);
}

#[test]
fn t85_the_next_task_takes_over_from_one_that_was_dropped() {
    let clock = Clock::new();
    let of_source = clock.clone();
    let gate = Gate::new(move |number| Ok(living(number, 3600, &of_source)));
    let cached = AsyncCached::new(Arc::clone(&gate)).with_clock(clock.reading());
    let mut tasks = tasks(&cached, CALLERS);
    drop(tasks.remove(0));
    // All wake; one fetches, the others wait again.
    for task in &mut tasks {
        assert!(task.is_woken());
        assert!(task.poll().is_none());
    }
    assert_eq!(gate.fetches(), 2);
    gate.open();
    for task in &mut tasks {
        assert_eq!(outcome(task.poll().unwrap()).unwrap(), "STS.key2");
    }
    assert_eq!(gate.fetches(), 2);
}

#[test]
fn t85_every_task_but_the_last_is_dropped() {
    let clock = Clock::new();
    let of_source = clock.clone();
    let gate = Gate::new(move |number| Ok(living(number, 3600, &of_source)));
    let cached = AsyncCached::new(Arc::clone(&gate)).with_clock(clock.reading());
    let mut tasks = tasks(&cached, CALLERS);
    while tasks.len() > 1 {
        drop(tasks.remove(0));
        assert!(tasks[0].poll().is_none());
    }
    gate.open();
    assert_eq!(outcome(tasks[0].poll().unwrap()).unwrap(), "STS.key50");
}

#[test]
fn t82_a_task_that_is_cancelled_in_the_advisory_zone_costs_nothing() {
    let clock = Clock::new();
    let of_source = clock.clone();
    let gate = Gate::new(move |number| match number {
        1 | 3 => Err(error("down")),
        _ => Ok(living(number, 3600, &of_source)),
    });
    let cached = AsyncCached::new(Arc::clone(&gate)).with_clock(clock.reading());
    let finish = |mut task: Task<'_, _>| {
        assert!(task.poll().is_none());
        gate.open();
        outcome(task.poll().unwrap()).map_err(drop)
    };
    // It fails; it works; the next refresh fails while the old set is good.
    assert_eq!(finish(Task::new(cached.provide())), Err(()));
    clock.go(10);
    assert_eq!(finish(Task::new(cached.provide())), Ok("STS.key2".to_owned()));
    clock.go(2700);
    assert_eq!(finish(Task::new(cached.provide())), Ok("STS.key2".to_owned()));
    clock.go(60);
    let mut leader = Task::new(cached.provide());
    assert!(leader.poll().is_none());
    let mut other = Task::new(cached.provide());
    assert_eq!(outcome(other.poll().unwrap()).unwrap(), "STS.key2");
    drop(leader);
    assert_eq!(finish(Task::new(cached.provide())), Ok("STS.key5".to_owned()));
}

#[test]
fn a_waiting_task_that_is_dropped_wakes_nobody() {
    let clock = Clock::new();
    let of_source = clock.clone();
    let gate = Gate::new(move |number| Ok(living(number, 3600, &of_source)));
    let cached = AsyncCached::new(Arc::clone(&gate)).with_clock(clock.reading());
    let mut tasks = tasks(&cached, 3);
    drop(tasks.remove(1));
    assert!(!tasks[0].is_woken() && !tasks[1].is_woken());
    gate.open();
    for task in &mut tasks {
        assert_eq!(outcome(task.poll().unwrap()).unwrap(), "STS.key1");
    }
}

/// With a way to spawn, no caller waits while the old set is good.
#[test]
fn a_spawned_task_refreshes_in_the_advisory_zone() {
    let clock = Clock::new();
    let of_source = clock.clone();
    let source = Source::new(move |number| Ok(living(number, 3600, &of_source)));
    let (spawn, spawned) = mpsc::channel::<BoxFuture<'static, ()>>();
    let cached = AsyncCached::new(Arc::clone(&source))
        .with_clock(clock.reading())
        .with_spawn(move |fetch| spawn.send(fetch).unwrap());
    let got = || pollster::block_on(async { outcome(cached.provide().await).unwrap() });
    assert_eq!(got(), "STS.key1");
    clock.go(2700);
    assert_eq!(got(), "STS.key1");
    // A runtime that shuts down drops the task; the next caller spawns another.
    drop(spawned.try_recv().unwrap());
    assert_eq!(got(), "STS.key1");
    assert_eq!(got(), "STS.key1");
    assert_eq!(source.fetches(), 1);
    pollster::block_on(spawned.try_recv().unwrap());
    assert!(spawned.try_recv().is_err());
    assert_eq!(got(), "STS.key2");
    // When it is late, the caller fetches by itself.
    clock.go(3500);
    assert_eq!(got(), "STS.key3");
    assert!(spawned.try_recv().is_err());
}
