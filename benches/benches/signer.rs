//! Presigned URLs per second of one `Signer` that several threads share, beside the core with a
//! signing key of each thread's own.

#![allow(clippy::unwrap_used, reason = "a bench whose request is wrong has nothing to measure")]

use core::hint::black_box;
use core::time::Duration;
use std::sync::Barrier;
use std::thread;
use std::time::{Instant, SystemTime};

use oss_sign::v4::{self, SigningKey};
use oss_sign::{Bucket, Endpoint, Expires, ObjectKey, Region, Request, Timestamp};
use oss_sign_credentials::http::Offline;
use oss_sign_credentials::{Blocking, Cached, ProvideCredentials, Signer, StaticAccessKey};

const THREADS: [usize; 3] = [1, 2, 8];
const ROUNDS: usize = 9;
const URLS: usize = 100_000;

/// Signs one URL into the buffer.
type Sign<'s> = Box<dyn Fn(&mut [u8]) + Send + 's>;

/// What is measured: a name, and what each thread does.
type Contestant<'s> = (&'static str, Box<dyn Fn() -> Sign<'s> + Sync + 's>);

fn main() {
    // `cargo test` and `cargo bench -- --test` only see whether it runs.
    let is_test = !std::env::args().any(|argument| argument == "--bench")
        || std::env::args().any(|argument| argument == "--test");
    let (rounds, urls) = if is_test { (1, 10) } else { (ROUNDS, URLS) };

    let provider =
        StaticAccessKey::new("LTAI5tBenchExampleKeyId1", "BenchExampleSecretNotARealOne1");
    let cached = Cached::new(Blocking::new(provider.unwrap(), Offline));
    let region = Region::new("cn-hangzhou").unwrap();
    let credentials = cached.provide().unwrap();
    let signer = Signer::new(cached, region.clone());
    let key = ObjectKey::new("photos/2026/11/cat picture+1.jpg").unwrap();
    let request = Request::get(Bucket::new("examplebucket").unwrap(), key);
    let request = request.process("image/resize,w_200");
    let hour = Expires::after_seconds(3600);
    let (signer, request, region, credentials) = (&signer, &request, &region, &credentials);

    let contestants: [Contestant<'_>; 3] = [
        (
            "the core, a key for each thread",
            Box::new(move || {
                let credentials = credentials.borrow();
                let key = SigningKey::derive(&credentials, region, now());
                let endpoint = Endpoint::public(region);
                Box::new(move |buffer| {
                    let signer = v4::Signer::new(credentials, &key);
                    let url = signer.presign(request, &endpoint, now(), hour).unwrap();
                    black_box(url.write_to_slice(buffer).unwrap());
                })
            }),
        ),
        (
            "Signer::snapshot, into a buffer",
            Box::new(move || {
                Box::new(move |buffer| {
                    let snapshot = signer.snapshot().unwrap();
                    let url = snapshot.presign(request, hour).unwrap();
                    black_box(url.write_to_slice(buffer).unwrap());
                })
            }),
        ),
        (
            "Signer::presign, a String",
            Box::new(move || {
                Box::new(move |_| {
                    black_box(signer.presign(request, hour).unwrap());
                })
            }),
        ),
    ];

    let cores = thread::available_parallelism().map_or(0, usize::from);
    println!("{cores} cores; million URLs per second, medians of {rounds} rounds");
    println!("{:<33} {:>9} {:>9} {:>9}   8 : 1", "", "1 thread", "2 threads", "8 threads");
    // Rounds are interleaved, so that whatever else the machine does meets everybody.
    let mut rates = vec![[const { Vec::new() }; THREADS.len()]; contestants.len()];
    for _ in 0..rounds {
        for ((_, contestant), rates) in contestants.iter().zip(&mut rates) {
            for (&threads, rates) in THREADS.iter().zip(rates) {
                let took = time(threads, urls, contestant);
                rates.push((threads * urls) as f64 / took.as_secs_f64() / 1e6);
            }
        }
    }
    for ((name, _), rates) in contestants.iter().zip(rates) {
        let [one, two, eight] = rates.map(median);
        println!("{name:<33} {one:>9.2} {two:>9.2} {eight:>9.2} {:>7.2}", eight / one);
    }
}

/// How long so many threads take for so many URLs each.
fn time<'s>(threads: usize, urls: usize, contestant: &(dyn Fn() -> Sign<'s> + Sync)) -> Duration {
    let barrier = Barrier::new(threads + 1);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let sign = contestant();
                let mut buffer = [0; 1024];
                sign(&mut buffer);
                barrier.wait();
                for _ in 0..urls {
                    sign(&mut buffer);
                }
                barrier.wait();
            });
        }
        barrier.wait();
        let start = Instant::now();
        barrier.wait();
        start.elapsed()
    })
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

fn now() -> Timestamp {
    Timestamp::try_from(SystemTime::now()).unwrap()
}
