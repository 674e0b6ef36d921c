//! How long each operation takes, beside the hash compressions in it. See `benches/README.md`.
#![allow(clippy::print_stdout, reason = "it is a command")]
#![allow(clippy::indexing_slicing, reason = "there are as many rounds as that")]

use oss_sign_benches::{nanoseconds, operations};

/// How often each operation is timed, its floor right before it.
const ROUNDS: usize = 101;

fn main() {
    println!("{:32} {:>8} {:>8} {:>8} {:>7}", "", "ns", "floor", "ratio", "target");
    for mut operation in operations() {
        let mut rounds: Vec<(f64, f64)> = (0..ROUNDS)
            .map(|_| {
                let floor = nanoseconds(|| operation.floor.run());
                let time = nanoseconds(&mut operation.run);
                (time / floor, time)
            })
            .collect();
        rounds.sort_by(|(left, _), (right, _)| left.total_cmp(right));
        // The median of the ratios within the same round: what disturbs one disturbs both.
        let (ratio, time) = rounds[ROUNDS / 2];
        let verdict = if ratio <= operation.target { "met" } else { "missed" };
        println!(
            "{:32} {time:8.0} {:8.0} {ratio:8.2} {:7} {verdict}",
            operation.name,
            time / ratio,
            operation.target,
        );
    }
}
