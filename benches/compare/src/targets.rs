//! What this library promises itself, and whether it holds: ratios within one run, never times.

use std::fmt;

use crate::contestant::Kind;
use crate::ours::V4_PRESIGN;
use crate::report::{Row, Table};
use crate::rounds::Quartiles;

/// The document that has the reason of each target that is missed.
const DOCUMENT: &str = include_str!("../../../docs/performance.md");

/// The heading above those reasons: a list of `` - `name of the target`: reason ``.
const MISSED: &str = "## Targets that are missed";

/// The row of this library that is judged.
const OURS: &str = "oss-sign";

enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

pub struct Target {
    name: String,
    limit: Limit,
    /// `None` if it was not measured.
    figure: Option<f64>,
}

pub fn all(tables: &[Table]) -> Vec<Target> {
    let to_floor = |table: &Table| Target {
        name: format!("{}: × floor", table.name),
        limit: Limit::AtMost(table.target),
        figure: table.row(OURS).map(|row| row.to_floor.median),
    };
    let mut targets: Vec<Target> = tables.iter().map(to_floor).collect();
    targets.push(Target {
        name: format!("{V4_PRESIGN}: × faster than the fastest Rust peer"),
        limit: Limit::AtLeast(8.5),
        figure: tables.iter().find(|table| table.name == V4_PRESIGN).and_then(lead),
    });
    targets.extend(allocations(tables));
    targets
}

fn lead(table: &Table) -> Option<f64> {
    let (ours, peer) = (table.row(OURS)?, table.fastest_peer()?);
    Some(Quartiles::of_ratios(&peer.samples, &ours.samples).median)
}

/// None at all, but for a `String` the one that holds it.
fn allocations(tables: &[Table]) -> Vec<Target> {
    let of = |name: &str, is_meant: fn(&Row) -> bool, most: f64| {
        let rows = tables.iter().flat_map(|table| &table.rows);
        let ours = rows.filter(|row| row.kind == Kind::Ours && is_meant(row));
        Target {
            name: name.to_owned(),
            limit: Limit::AtMost(most),
            figure: ours.filter_map(|row| row.allocations).reduce(f64::max),
        }
    };
    vec![
        of("a String: allocations", |row| row.name.contains("String"), 1.0),
        of("anything else: allocations", |row| !row.name.contains("String"), 0.0),
    ]
}

impl Target {
    /// Whether the figure is one of time; the others are counts.
    pub fn is_of_time(&self) -> bool {
        !self.name.ends_with(": allocations")
    }

    pub fn is_met(&self) -> bool {
        match (self.figure, &self.limit) {
            (Some(figure), Limit::AtMost(most)) => figure <= *most,
            (Some(figure), Limit::AtLeast(least)) => figure >= *least,
            (None, _) => false,
        }
    }

    /// Why it is missed, as far as that is written down.
    pub fn reason(&self) -> Option<&'static str> {
        let (_, after) = DOCUMENT.split_once(MISSED)?;
        let section = after.split("\n## ").next()?;
        let start = format!("- `{}`: ", self.name);
        section.lines().find_map(|line| line.strip_prefix(&start))
    }

    /// Met, or missed for a reason that is written down.
    pub fn is_accounted_for(&self) -> bool {
        self.is_met() || (self.figure.is_some() && self.reason().is_some())
    }
}

impl fmt::Display for Target {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let verdict = if self.is_met() { "met   " } else { "missed" };
        let limit = match self.limit {
            Limit::AtMost(most) => format!("at most {most}"),
            Limit::AtLeast(least) => format!("at least {least}"),
        };
        let figure = self.figure.map_or("not measured".to_owned(), |figure| format!("{figure:.2}"));
        write!(formatter, "{verdict}  {figure:>12}  {limit:<13}  {}", self.name)?;
        match self.reason() {
            Some(reason) if !self.is_met() => write!(formatter, " (known: {reason})"),
            _ => Ok(()),
        }
    }
}
