//! Runs vector files: `conform [--verify] [--show N] FILE.jsonl[.gz]...`

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use oss_sign_tests::conform::{Mismatch, Outcome, check_line};
use oss_sign_tests::record::read_lines;
use oss_sign_tests::verification::verify_line;

/// Compares this library with what the official SDKs signed.
#[derive(Parser)]
struct Arguments {
    /// Show the first N mismatches, expected and actual side by side
    #[arg(long, value_name = "N", default_value_t = 0)]
    show: usize,

    /// Verify what the SDKs signed, instead of signing the same
    #[arg(long)]
    verify: bool,

    /// Files of one JSON object per line, compressed with gzip or not
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (mut passed, mut failed, mut skipped) = (0_usize, 0_usize, 0_usize);
    let mut to_show = arguments.show;
    let check = if arguments.verify { verify_line } else { check_line };
    for path in &arguments.files {
        let lines = match read_lines(path) {
            Ok(lines) => lines,
            Err(error) => {
                eprintln!("conform: cannot read {}: {error}", path.display());
                return ExitCode::from(2);
            }
        };
        let (mut file_passed, mut file_failed) = (0_usize, 0_usize);
        let mut reasons = BTreeMap::<String, usize>::new();
        for (number, line) in lines.iter().enumerate() {
            match check(line) {
                Outcome::Passed => file_passed += 1,
                Outcome::Skipped(reason) => *reasons.entry(reason).or_default() += 1,
                Outcome::Failed(mismatch) => {
                    file_failed += 1;
                    if to_show > 0 {
                        to_show -= 1;
                        show(&format!("{}:{}", path.display(), number + 1), &mismatch);
                    }
                }
            }
        }
        let file_skipped: usize = reasons.values().sum();
        let reasons: Vec<String> =
            reasons.iter().map(|(reason, count)| format!("{count} × {reason}")).collect();
        let reasons =
            if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join("; ")) };
        println!(
            "{}: {file_passed} passed, {file_failed} failed, {file_skipped} skipped{reasons}",
            path.display()
        );
        passed += file_passed;
        failed += file_failed;
        skipped += file_skipped;
    }
    println!("{passed} passed, {failed} failed, {skipped} skipped");
    if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Prints the expected lines on the left and the actual ones on the right, `|` between those that
/// differ.
fn show(place: &str, mismatch: &Mismatch) {
    println!("{place}: {}", mismatch.what);
    let expected: Vec<&str> = mismatch.expected.split('\n').collect();
    let actual: Vec<&str> = mismatch.actual.split('\n').collect();
    let width = expected.iter().map(|line| line.chars().count()).max().unwrap_or(0).max(8);
    println!("    {:width$}   actual", "expected");
    for index in 0..expected.len().max(actual.len()) {
        let left = expected.get(index).copied();
        let right = actual.get(index).copied();
        let mark = if left == right { ' ' } else { '|' };
        println!("    {:width$} {mark} {}", left.unwrap_or_default(), right.unwrap_or_default());
    }
}
