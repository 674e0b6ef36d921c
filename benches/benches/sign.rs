//! How long a signature takes, and the hash compressions in it alone: the floor that no
//! implementation gets below. See `benches/README.md`.
#![allow(missing_docs, reason = "criterion's macros make public functions without")]
#![allow(clippy::unwrap_used, reason = "a bench whose request is wrong has nothing to measure")]

mod inputs;

use core::hint::black_box;

use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};
use oss_sign::v4::SigningKey;
use oss_sign::{Endpoint, Expires, SignedHeaders, v1, v4};

use crate::inputs::{credentials, download, now, region, upload};

criterion_group!(benches, v4_presign, v4_header, v1_presign, v1_header);
criterion_main!(benches);

fn v4_presign(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("v4 presign");
    let (credentials, region, now, request) = (credentials(), region(), now(), download());
    let endpoint = Endpoint::public(&region);
    let presign = |key: &SigningKey, buffer: &mut [u8]| {
        let signer = v4::Signer::new(credentials, key);
        let expires = Expires::after_seconds(3600);
        let url = signer.presign(black_box(&request), &endpoint, black_box(now), expires);
        url.unwrap().write_to_slice(buffer).unwrap().len()
    };
    let key = SigningKey::derive(&credentials, &region, now);
    let mut buffer = [0; 1024];

    let signer = v4::Signer::new(credentials, &key);
    let url = signer.presign(&request, &endpoint, now, Expires::default()).unwrap();
    let canonical_request = url.canonical_request().unwrap();
    assert_eq!(compressions([canonical_request.len(), url.string_to_sign().len()]), 9);
    floor(&mut group, "floor, key cached", sha256_compressions::<9>);
    group.bench_function("key cached", |bencher| {
        bencher.iter(|| presign(black_box(&key), &mut buffer));
    });
    floor(&mut group, "floor, key derived", sha256_compressions::<27>);
    group.bench_function("key derived", |bencher| {
        bencher.iter(|| {
            let key = SigningKey::derive(black_box(&credentials), &region, black_box(now));
            presign(&key, &mut buffer)
        });
    });
    group.finish();
}

fn v4_header(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("v4 header");
    let (credentials, region, now, request) = (credentials(), region(), now(), upload());
    let sign = |key: &SigningKey, buffer: &mut [u8]| {
        let signer = v4::Signer::new(credentials, key);
        write_out(&signer.sign(black_box(&request), black_box(now)).unwrap(), buffer)
    };
    let key = SigningKey::derive(&credentials, &region, now);
    let mut buffer = [0; 1024];

    let signed = v4::Signer::new(credentials, &key).sign(&request, now).unwrap();
    let canonical_request = signed.canonical_request().unwrap();
    assert_eq!(compressions([canonical_request.len(), signed.string_to_sign().len()]), 8);
    floor(&mut group, "floor, key cached", sha256_compressions::<8>);
    group.bench_function("key cached", |bencher| {
        bencher.iter(|| sign(black_box(&key), &mut buffer));
    });
    floor(&mut group, "floor, key derived", sha256_compressions::<26>);
    group.bench_function("key derived", |bencher| {
        bencher.iter(|| {
            let key = SigningKey::derive(black_box(&credentials), &region, black_box(now));
            sign(&key, &mut buffer)
        });
    });
    group.finish();
}

fn v1_presign(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("v1 presign");
    let (credentials, region, now, request) = (credentials(), region(), now(), download());
    let endpoint = Endpoint::public(&region);
    let presign = |signer: &v1::Signer<'_>, buffer: &mut [u8]| {
        let expires = Expires::after_seconds(3600);
        let url = signer.presign(black_box(&request), &endpoint, black_box(now), expires);
        url.unwrap().write_to_slice(buffer).unwrap().len()
    };
    let signer = v1::Signer::new(credentials);
    let mut buffer = [0; 1024];

    let url = signer.presign(&request, &endpoint, now, Expires::default()).unwrap();
    assert_eq!(compressions([url.string_to_sign().len()]), 3);
    floor(&mut group, "floor, key cached", sha1_compressions::<3>);
    group.bench_function("key cached", |bencher| {
        bencher.iter(|| presign(black_box(&signer), &mut buffer));
    });
    floor(&mut group, "floor, key derived", sha1_compressions::<5>);
    group.bench_function("key derived", |bencher| {
        bencher.iter(|| presign(&v1::Signer::new(black_box(credentials)), &mut buffer));
    });
    group.finish();
}

fn v1_header(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("v1 header");
    let (credentials, now, request) = (credentials(), now(), upload());
    let sign = |signer: &v1::Signer<'_>, buffer: &mut [u8]| {
        write_out(&signer.sign(black_box(&request), black_box(now)).unwrap(), buffer)
    };
    let signer = v1::Signer::new(credentials);
    let mut buffer = [0; 1024];

    let signed = signer.sign(&request, now).unwrap();
    assert_eq!(compressions([signed.string_to_sign().len()]), 3);
    floor(&mut group, "floor, key cached", sha1_compressions::<3>);
    group.bench_function("key cached", |bencher| {
        bencher.iter(|| sign(black_box(&signer), &mut buffer));
    });
    floor(&mut group, "floor, key derived", sha1_compressions::<5>);
    group.bench_function("key derived", |bencher| {
        bencher.iter(|| sign(&v1::Signer::new(black_box(credentials)), &mut buffer));
    });
    group.finish();
}

/// Writes what the signature adds; returns how much it is.
fn write_out(signed: &SignedHeaders<'_>, buffer: &mut [u8]) -> usize {
    let added = signed.headers().take_while(|(name, _)| *name != "content-type");
    added.map(|(_, value)| value.write_to_slice(buffer).unwrap().len()).sum()
}

/// How many compressions it takes to hash texts of these lengths, the last of them by an HMAC whose
/// key is cached: so that each floor stays that of the very case beside it.
fn compressions<const N: usize>(lengths: [usize; N]) -> usize {
    // A bit 1 and the length in 8 bytes follow the text, up to a whole block.
    let blocks = |length: usize| (length + 9).div_ceil(64);
    lengths.map(blocks).iter().sum::<usize>() + 1
}

fn floor<R>(group: &mut BenchmarkGroup<'_, WallTime>, name: &str, mut run: impl FnMut() -> R) {
    group.bench_function(name, |bencher| bencher.iter(&mut run));
}

/// One after the other, as each starts from what the one before has left.
fn sha256_compressions<const N: usize>() -> [u32; 8] {
    let mut state = black_box([0x6a09_e667; 8]);
    sha2::block_api::compress256(&mut state, black_box(&[[0x5a; 64]; N]));
    state
}

fn sha1_compressions<const N: usize>() -> [u32; 5] {
    let mut state = black_box([0x6745_2301; 5]);
    sha1::block_api::compress(&mut state, black_box(&[[0x5a; 64]; N]));
    state
}
