//! The cost of a signature against the number of parameters and headers. See `benches/README.md`.
#![allow(clippy::print_stdout, reason = "it is a command")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a request that cannot be signed is not measured"
)]

use core::hint::black_box;

use oss_sign::v4::{Signer, SigningKey};
use oss_sign::{Endpoint, Expires, Request};
use oss_sign_benches::inputs::{bucket, credentials, key, now, region};
use oss_sign_benches::nanoseconds;

/// How often each request is timed; the least time counts, as what disturbs makes it longer.
const ROUNDS: usize = 31;

fn main() {
    let names: Vec<(String, String)> =
        (0..64).map(|n| (format!("x-oss-meta-n{n:02}"), format!("value{n}"))).collect();
    let sorted: Vec<(&str, &str)> =
        names.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let reversed: Vec<(&str, &str)> = sorted.iter().rev().copied().collect();
    let counts: Vec<usize> = (0..=64).step_by(8).collect();
    let requests: Vec<Request<'_>> = counts
        .iter()
        .flat_map(|&count| {
            let orders = [&sorted[..count], &reversed[64 - count..]];
            let parameters = orders.map(|pairs| Request::get(bucket(), key()).query(pairs));
            let headers = orders.map(|pairs| Request::put(bucket(), key()).headers(pairs));
            parameters.into_iter().chain(headers)
        })
        .collect();

    let mut least = vec![f64::INFINITY; requests.len()];
    // One request after the other in each round, so that no disturbance is one request's alone.
    for _ in 0..ROUNDS {
        for (least, request) in least.iter_mut().zip(&requests) {
            *least = least.min(presign(request));
        }
    }

    println!("nanoseconds of a presigned URL (V4) with so many");
    println!("{:>4} {:>31} {:>31}", "", "parameters", "signed headers");
    println!("{:>4} {:>15} {:>15} {:>15} {:>15}", "", "sorted", "reversed", "sorted", "reversed");
    for (count, times) in counts.iter().zip(least.chunks(4)) {
        print!("{count:4}");
        times.iter().for_each(|time| print!(" {time:15.0}"));
        println!();
    }
}

fn presign(request: &Request<'_>) -> f64 {
    let (credentials, region, now) = (credentials(), region(), now());
    let signing_key = SigningKey::derive(&credentials, &region, now);
    let signer = Signer::new(credentials, &signing_key);
    let endpoint = Endpoint::public(&region);
    let mut buffer = [0; 8192];
    nanoseconds(|| {
        let url = signer.presign(black_box(request), &endpoint, now, Expires::default()).unwrap();
        black_box(url.write_to_slice(&mut buffer).unwrap());
    })
}
