//! How long it takes to verify a request, from its text to the verdict. See `benches/README.md`.
#![allow(missing_docs, reason = "criterion's macros make public functions without")]
#![allow(clippy::unwrap_used, reason = "a bench whose request is wrong has nothing to measure")]

mod inputs;

use core::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use oss_sign::v4::SigningKey;
use oss_sign::verify::{Parsed, Received, Slot, Tolerance};
use oss_sign::{Endpoint, Expires, v1, v4};

use crate::inputs::{bucket, credentials, download, now, region, upload};

criterion_group!(benches, verify);
criterion_main!(benches);

fn verify(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("verify");
    let (credentials, region, now) = (credentials(), region(), now());
    let bucket = Some(bucket());
    let key = SigningKey::derive(&credentials, &region, now);
    let endpoint = Endpoint::public(&region);
    let derived = |parsed: &Parsed<'_, '_>| {
        parsed.verify(bucket, black_box(&credentials), now, Tolerance::default()).unwrap();
    };
    let at_hand = |parsed: &Parsed<'_, '_>| {
        let tolerance = Tolerance::default();
        parsed.verify_with_key(bucket, black_box(&key), now, tolerance).unwrap();
    };

    let v4 = v4::Signer::new(credentials, &key);
    let url = v4.presign(&download(), &endpoint, now, Expires::default()).unwrap();
    let arrived = Arrived::new("GET", &url.path_and_query().to_string(), []);
    group.bench_function("v4 url, key cached", |bencher| bencher.iter(|| arrived.read(at_hand)));
    group.bench_function("v4 url, key derived", |bencher| bencher.iter(|| arrived.read(derived)));

    let signed = v4.sign(&upload(), now).unwrap();
    let headers = signed.headers().map(|(name, value)| (name.to_owned(), value.to_string()));
    let arrived = Arrived::new("PUT", "/photos/2026/11/cat%20picture%2B1.jpg", headers);
    group.bench_function("v4 header, key cached", |bencher| bencher.iter(|| arrived.read(at_hand)));
    group
        .bench_function("v4 header, key derived", |bencher| bencher.iter(|| arrived.read(derived)));

    let v1 = v1::Signer::new(credentials);
    let url = v1.presign(&download(), &endpoint, now, Expires::default()).unwrap();
    let arrived = Arrived::new("GET", &url.path_and_query().to_string(), []);
    group.bench_function("v1 url", |bencher| bencher.iter(|| arrived.read(derived)));
    group.finish();
}

/// A request as a server has it.
struct Arrived {
    method: &'static str,
    path_and_query: String,
    headers: Vec<(String, String)>,
}

impl Arrived {
    fn new(
        method: &'static str,
        path_and_query: &str,
        headers: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let host = ("host", "examplebucket.oss-cn-hangzhou.aliyuncs.com");
        let clients = [host, ("user-agent", "curl/8.5.0"), ("accept", "*/*")];
        let clients = clients.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let headers = clients.into_iter().chain(headers).collect();
        Self { method, path_and_query: path_and_query.to_owned(), headers }
    }

    fn read(&self, verify: impl Fn(&Parsed<'_, '_>)) {
        let mut headers = [("", &b""[..]); 16];
        for (place, (name, value)) in headers.iter_mut().zip(&self.headers) {
            *place = (name, value.as_bytes());
        }
        let headers = headers.get(..self.headers.len()).unwrap();
        let received = Received::new(self.method, black_box(&self.path_and_query), headers);
        let (mut parameters, mut signed) = ([Slot::default(); 32], [Slot::default(); 16]);
        verify(&received.parse(&mut parameters, &mut signed).unwrap());
    }
}
