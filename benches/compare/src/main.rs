//! This library, its floor and its peers, measured in one run. See `benches/README.md`.

mod allocations;
mod case;
mod check;
mod contestant;
mod ours;
mod peers;
mod report;
mod rounds;
mod sdks;
mod targets;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use crate::contestant::Kind;
use crate::report::Table;
use crate::rounds::Plan;

/// Measure this library beside its peers; exit code 1 if a target is missed.
#[derive(Parser)]
struct Arguments {
    /// Only see that all is valid and what is allocated: times are rough, and their targets not judged
    #[arg(long)]
    quick: bool,

    /// How many rounds
    #[arg(long, default_value_t = 201)]
    rounds: usize,

    /// How many milliseconds a contestant has in a round
    #[arg(long, default_value_t = 2)]
    slice: u64,

    /// Measure no peers
    #[arg(long)]
    ours: bool,

    /// Measure the Node and Python SDKs too, which sdks.sh has put there
    #[arg(long, value_name = "DIRECTORY")]
    sdks: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let plan = if arguments.quick {
        Plan { rounds: 5, slice: Duration::from_millis(1) }
    } else {
        Plan { rounds: arguments.rounds, slice: Duration::from_millis(arguments.slice) }
    };
    let mut groups = ours::groups();
    if arguments.ours {
        for group in &mut groups {
            group
                .contestants
                .retain(|contestant| matches!(contestant.kind, Kind::Floor | Kind::Ours));
        }
    }
    if let Some(directory) = &arguments.sdks {
        sdks::add(&mut groups, directory);
    }
    let samples = rounds::run(&mut groups, &plan);
    // Afterwards, so that the counting disturbs no time.
    let allocations: Vec<Vec<Option<f64>>> = groups
        .iter_mut()
        .map(|group| group.contestants.iter_mut().map(allocations::of).collect())
        .collect();
    let measured = groups.into_iter().zip(samples).zip(allocations);
    let tables: Vec<Table> = measured
        .map(|((group, samples), allocations)| Table::new(group, samples, allocations))
        .collect();
    for table in &tables {
        println!("{}", table.to_markdown());
    }
    if judge(&arguments, &tables) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether all of ours is valid, and each target met or accounted for.
fn judge(arguments: &Arguments, tables: &[Table]) -> bool {
    let mut is_good = true;
    for table in tables {
        for row in table.rows.iter().filter(|row| row.kind == Kind::Ours) {
            if let Some(fault) = &row.fault {
                println!("invalid: {}, {}: {fault}", table.name, row.name);
                is_good = false;
            }
        }
    }
    for target in targets::all(tables) {
        if arguments.quick && target.is_of_time() {
            continue;
        }
        println!("{target}");
        is_good &= target.is_accounted_for();
    }
    if arguments.quick {
        println!("quick: the targets of time were not judged");
    }
    is_good
}
