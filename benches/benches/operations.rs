//! How long each operation takes, and the hash compressions in it alone: the floor that no
//! implementation gets below. See `benches/README.md`.
#![allow(missing_docs, reason = "criterion's macros make public functions without")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use oss_sign_benches::operations;

criterion_group!(benches, all);
criterion_main!(benches);

fn all(criterion: &mut Criterion) {
    for mut operation in operations() {
        let mut group = criterion.benchmark_group(operation.name);
        group.throughput(Throughput::Elements(1));
        group.bench_function("floor", |bencher| bencher.iter(|| operation.floor.run()));
        group.bench_function("oss-sign", |bencher| bencher.iter(&mut operation.run));
        group.finish();
    }
}
