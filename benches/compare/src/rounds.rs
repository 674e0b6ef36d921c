//! Interleaved rounds: in each, every contestant runs for a slice of time, those of a group one right
//! after the other, because they are compared with each other. The order turns from round to round, and
//! every other one goes backwards, so that no contestant always follows the same one, and none has the
//! quiet moments alone.

use std::time::Duration;

use crate::contestant::{Contestant, Group};

pub struct Plan {
    pub rounds: usize,
    pub slice: Duration,
}

/// Nanoseconds an operation: for each group, for each of its contestants, for each round.
pub fn run(groups: &mut [Group], plan: &Plan) -> Vec<Vec<Vec<f64>>> {
    let times: Vec<Vec<u64>> = groups
        .iter_mut()
        .map(|group| group.contestants.iter_mut().map(|each| times(each, plan.slice)).collect())
        .collect();
    let mut samples: Vec<Vec<Vec<f64>>> =
        groups.iter().map(|group| vec![Vec::new(); group.contestants.len()]).collect();
    for round in 0..plan.rounds {
        for group in order(groups.len(), round) {
            for place in order(groups[group].contestants.len(), round) {
                let times = times[group][place];
                let elapsed = (groups[group].contestants[place].run)(times);
                samples[group][place].push(elapsed.as_nanos() as f64 / times as f64);
            }
        }
        eprint!("\rround {} of {}", round + 1, plan.rounds);
    }
    eprintln!();
    samples
}

/// Who comes when in a round.
fn order(len: usize, round: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..len).collect();
    order.rotate_left(round / 2 % len);
    if round % 2 == 1 {
        order.reverse();
    }
    order
}

/// How often a contestant runs within a slice of time: the most of some attempts, as it runs less often
/// only where something else kept it from running.
fn times(contestant: &mut Contestant, slice: Duration) -> u64 {
    const ATTEMPTS: usize = 5;
    (0..ATTEMPTS).map(|_| attempt(contestant, slice)).max().unwrap_or(1)
}

fn attempt(contestant: &mut Contestant, slice: Duration) -> u64 {
    let mut times = 1;
    loop {
        let elapsed = (contestant.run)(times);
        if elapsed * 4 >= slice {
            let of_slice = slice.as_nanos() as f64 / elapsed.as_nanos().max(1) as f64;
            return ((times as f64 * of_slice) as u64).max(1);
        }
        times *= 2;
    }
}

/// The quartiles of a list.
#[derive(Clone, Copy, Debug)]
pub struct Quartiles {
    pub first: f64,
    pub median: f64,
    pub third: f64,
}

impl Quartiles {
    pub fn of(samples: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = samples.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let at = |quarter: usize| sorted[(sorted.len() - 1) * quarter / 4];
        Self { first: at(1), median: at(2), third: at(3) }
    }

    /// Of the ratios within each round: what slows a round slows both.
    pub fn of_ratios(samples: &[f64], base: &[f64]) -> Self {
        Self::of(samples.iter().zip(base).map(|(sample, base)| sample / base))
    }
}
