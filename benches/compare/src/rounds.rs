//! Interleaved rounds: in each, every contestant runs for a slice of time. The order turns from round
//! to round, and every other one goes backwards, so that no contestant always follows the same one,
//! and none has the quiet minutes alone.

use std::time::Duration;

use crate::contestant::{Contestant, Group};

pub struct Plan {
    pub rounds: usize,
    pub slice: Duration,
}

/// Nanoseconds an operation: for each group, for each of its contestants, for each round.
pub fn run(groups: &mut [Group], plan: &Plan) -> Vec<Vec<Vec<f64>>> {
    let mut samples: Vec<Vec<Vec<f64>>> =
        groups.iter().map(|group| vec![Vec::new(); group.contestants.len()]).collect();
    let mut turn: Vec<(usize, usize, u64)> = Vec::new();
    for (index, group) in groups.iter_mut().enumerate() {
        for (place, contestant) in group.contestants.iter_mut().enumerate() {
            turn.push((index, place, times(contestant, plan.slice)));
        }
    }
    for round in 0..plan.rounds {
        turn.rotate_left(1);
        // By a number that has no divisor in common with most lengths.
        let shift = (round * 7) % turn.len();
        let mut order: Vec<_> = turn.iter().cycle().skip(shift).take(turn.len()).collect();
        if round % 2 == 1 {
            order.reverse();
        }
        for &(group, place, times) in order {
            let contestant = &mut groups[group].contestants[place];
            let elapsed = (contestant.run)(times);
            let operations = times * u64::from(contestant.operations);
            samples[group][place].push(elapsed.as_nanos() as f64 / operations as f64);
        }
        eprint!("\rround {} of {}", round + 1, plan.rounds);
    }
    eprintln!();
    samples
}

/// How often a contestant runs within a slice of time.
fn times(contestant: &mut Contestant, slice: Duration) -> u64 {
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
