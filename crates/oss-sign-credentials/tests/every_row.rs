//! Each row of the table of behaviours that the official SDKs and tools have tests for, T1 to T95, has a
//! test here that is named after it, or a reason why not.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::fs;
use std::path::Path;

const LAST_ROW: u8 = 95;

/// Rows that have no test of their own, and why.
const WITHOUT_A_TEST: &[(u8, &str)] = &[];

#[test]
fn every_row_has_a_test_or_a_reason() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut sources = String::new();
    for directory in ["src", "tests"] {
        read(&root.join(directory), &mut sources);
    }
    let has_test = |row: u8| sources.contains(&format!("fn t{row:02}_"));
    let has_reason = |row: u8| WITHOUT_A_TEST.iter().any(|(other, _)| *other == row);
    let missing: Vec<u8> =
        (1..=LAST_ROW).filter(|&row| !has_test(row) && !has_reason(row)).collect();
    assert!(missing.is_empty(), "neither a test nor a reason: {missing:?}");
    let needless: Vec<u8> =
        (1..=LAST_ROW).filter(|&row| has_test(row) && has_reason(row)).collect();
    assert!(needless.is_empty(), "a test and a reason why there is none: {needless:?}");
}

/// All Rust files in a directory and below it.
fn read(directory: &Path, sources: &mut String) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push_str(&fs::read_to_string(path).unwrap());
        }
    }
}
