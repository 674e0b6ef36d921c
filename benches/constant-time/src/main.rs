//! Does the time of a verification tell how much of a signature is right?
//!
//! Signatures that are wrong at their start and at their end are verified, at
//! random, and Welch's t-test tells whether the two take different times: the method of `dudect`,
//! <https://eprint.iacr.org/2016/1123>. A `t` beyond 10 means that they do; `control`, which compares
//! as one should not, shows that a difference would be seen.

use std::hint::black_box;
use std::ops::Range;

use dudect_bencher::{BenchRng, Class, CtRunner, ctbench_main};
use oss_sign::v4::{Signer, SigningKey};
use oss_sign::verify::{Received, Slot, Tolerance};
use oss_sign::{Bucket, Credentials, Endpoint, Expires, ObjectKey, Region, Request, Timestamp, v1};
use rand::RngExt;

const SAMPLES: usize = 100_000;

/// A comparison that ends at the first difference.
fn control(runner: &mut CtRunner, rng: &mut BenchRng) {
    let right = "7".repeat(64);
    sample(runner, rng, &right, 0..64, |text| {
        black_box(right.bytes().zip(text.bytes()).all(|(right, byte)| black_box(right) == byte));
    });
}

fn v4(runner: &mut CtRunner, rng: &mut BenchRng) {
    let (credentials, now) = (credentials(), now());
    let region = Region::new("cn-hangzhou").unwrap();
    let key = SigningKey::derive(&credentials, &region, now);
    let url = Signer::new(credentials, &key)
        .presign(&request(), &Endpoint::public(&region), now, Expires::default())
        .unwrap();
    let path_and_query = url.path_and_query().to_string();
    verification(runner, rng, &path_and_query, &url.signature().to_string());
}

fn v1(runner: &mut CtRunner, rng: &mut BenchRng) {
    let region = Region::new("cn-hangzhou").unwrap();
    let url = v1::Signer::new(credentials())
        .presign(&request(), &Endpoint::public(&region), now(), Expires::default())
        .unwrap();
    let path_and_query = url.path_and_query().to_string();
    let (_, signature) = path_and_query.split_once("Signature=").unwrap();
    // Without the padding, and so without the digit that is only in part of the signature.
    let digits = signature.find('%').unwrap() - 1;
    verification(runner, rng, &path_and_query, &signature[..digits]);
}

fn verification(runner: &mut CtRunner, rng: &mut BenchRng, right: &str, signature: &str) {
    let (credentials, now) = (credentials(), now());
    let bucket = Bucket::new("examplebucket").ok();
    let start = right.find(signature).unwrap();
    sample(runner, rng, right, start..start + signature.len(), |path_and_query| {
        let received = Received::new("GET", path_and_query, &[]);
        let (mut parameters, mut headers) = ([Slot::default(); 16], [Slot::default(); 4]);
        let parsed = received.parse(&mut parameters, &mut headers).unwrap();
        let refused = parsed.verify(bucket, &credentials, now, Tolerance::default());
        assert!(black_box(refused).is_err());
    });
}

/// Runs `act` on the text with one digit of `signature` changed: one of the first four, or one of the
/// last four, as a coin falls. Both are written into the same place, so that nothing but the text can
/// tell them apart.
fn sample(
    runner: &mut CtRunner,
    rng: &mut BenchRng,
    right: &str,
    signature: Range<usize>,
    act: impl Fn(&str),
) {
    let mut text = right.as_bytes().to_vec();
    for _ in 0..SAMPLES {
        let (class, position) = match rng.random::<bool>() {
            true => (Class::Left, signature.start + rng.random_range(0..4)),
            false => (Class::Right, signature.end - 1 - rng.random_range(0..4)),
        };
        let digit = text[position];
        while text[position] == digit {
            text[position] = b"0123456789abcdef"[rng.random_range(0..16)];
        }
        let wrong = str::from_utf8(&text).unwrap();
        runner.run_one(class, || act(black_box(wrong)));
        text[position] = digit;
    }
}

fn credentials<'a>() -> Credentials<'a> {
    Credentials::new("LTAI5tExampleKeyId", "example-secret").unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000).unwrap()
}

fn request<'a>() -> Request<'a> {
    Request::get(Bucket::new("examplebucket").unwrap(), ObjectKey::new("cat.jpg").unwrap())
}

ctbench_main!(control, v4, v1);
