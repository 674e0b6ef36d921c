//! The tables.

use std::fmt::Write as _;

use crate::contestant::{Group, Kind};
use crate::rounds::Quartiles;

/// A contestant, measured.
pub struct Row {
    pub name: String,
    pub kind: Kind,
    pub fault: Option<String>,
    pub allocations: Option<f64>,
    pub nanoseconds: Quartiles,
    /// Against the floor of its group, round by round.
    pub to_floor: Quartiles,
    pub samples: Vec<f64>,
}

pub struct Table {
    pub name: &'static str,
    /// By how much this library may exceed the floor.
    pub target: f64,
    pub rows: Vec<Row>,
}

impl Table {
    pub fn new(group: Group, samples: Vec<Vec<f64>>, allocations: Vec<Option<f64>>) -> Self {
        let floor = samples[0].clone();
        let measured = group.contestants.into_iter().zip(samples).zip(allocations);
        let rows = measured.map(|((contestant, samples), allocations)| Row {
            name: contestant.name,
            kind: contestant.kind,
            fault: contestant.fault,
            allocations,
            nanoseconds: Quartiles::of(samples.iter().copied()),
            to_floor: Quartiles::of_ratios(&samples, &floor),
            samples,
        });
        Self { name: group.name, target: group.target, rows: rows.collect() }
    }

    pub fn row(&self, name: &str) -> Option<&Row> {
        self.rows.iter().find(|row| row.name == name)
    }

    /// The fastest that signs for OSS, does it right, and is a library for Rust.
    pub fn fastest_peer(&self) -> Option<&Row> {
        let peers = self.rows.iter().filter(|row| {
            row.kind == Kind::Peer && row.fault.is_none() && row.allocations.is_some()
        });
        peers.min_by(|one, other| one.nanoseconds.median.total_cmp(&other.nanoseconds.median))
    }

    pub fn to_markdown(&self) -> String {
        let mut text = format!("### {}\n\n", self.name);
        text += "| | median ns | quartiles | × floor | allocations | valid |\n";
        text += "|---|---:|---:|---:|---:|---|\n";
        for row in &self.rows {
            let Quartiles { first, median, third } = row.nanoseconds;
            let allocations = row.allocations.map_or("–".to_owned(), |count| format!("{count}"));
            let valid = match (row.kind, &row.fault) {
                (Kind::Floor, _) => String::new(),
                (_, None) => "yes".to_owned(),
                (_, Some(fault)) => format!("**no**: {fault}"),
            };
            // Writing to a string does not fail.
            let _ = writeln!(
                text,
                "| {} | {median:.0} | {first:.0}–{third:.0} | {:.2} | {allocations} | {valid} |",
                row.name, row.to_floor.median
            );
        }
        text
    }
}
