//! The cost of a signature against the number of parameters and headers. See `benches/README.md`.
#![allow(clippy::print_stdout, reason = "it is a command")]
#![allow(clippy::unwrap_used, reason = "a request that cannot be signed is not measured")]

use core::hint::black_box;

use oss_sign::v4::{Signer, SigningKey};
use oss_sign::{Endpoint, Expires, Request};
use oss_sign_benches::inputs::{bucket, credentials, key, now, region};
use oss_sign_benches::nanoseconds;

fn main() {
    println!("nanoseconds of a presigned URL (V4) with so many");
    println!("{:>4} {:>30} {:>30}", "", "parameters", "signed headers");
    println!("{:>4} {:>15} {:>14} {:>15} {:>14}", "", "sorted", "reversed", "sorted", "reversed");
    for count in (0..=64).step_by(8) {
        let names: Vec<(String, String)> =
            (0..count).map(|n| (format!("x-oss-meta-n{n:02}"), format!("value{n}"))).collect();
        let mut pairs: Vec<(&str, &str)> =
            names.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let sorted = (with_parameters(&pairs), with_headers(&pairs));
        pairs.reverse();
        let reversed = (with_parameters(&pairs), with_headers(&pairs));
        println!(
            "{count:4} {:15.0} {:14.0} {:15.0} {:14.0}",
            sorted.0, reversed.0, sorted.1, reversed.1
        );
    }
}

fn with_parameters(pairs: &[(&str, &str)]) -> f64 {
    presign(&Request::get(bucket(), key()).query(pairs))
}

fn with_headers(pairs: &[(&str, &str)]) -> f64 {
    presign(&Request::put(bucket(), key()).headers(pairs))
}

/// The least of many rounds: what disturbs a round makes it longer.
fn presign(request: &Request<'_>) -> f64 {
    let (credentials, region, now) = (credentials(), region(), now());
    let signing_key = SigningKey::derive(&credentials, &region, now);
    let signer = Signer::new(credentials, &signing_key);
    let endpoint = Endpoint::public(&region);
    let mut buffer = [0; 8192];
    let mut once = || {
        let url = signer.presign(black_box(request), &endpoint, now, Expires::default()).unwrap();
        black_box(url.write_to_slice(&mut buffer).unwrap());
    };
    (0..21).map(|_| nanoseconds(&mut once)).fold(f64::INFINITY, f64::min)
}
