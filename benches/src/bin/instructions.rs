//! Counts the instructions of each operation, those of the hash compressions left out, and compares
//! them with `instructions.toml`. See `benches/README.md`.
#![allow(clippy::print_stdout, reason = "it is a command")]

use core::error::Error;
use std::process::{Command, ExitCode};
use std::{env, fs};

use oss_sign_benches::{Run, hostile, operations};

/// How often an operation is run to be counted.
const RUNS: u64 = 100;

/// By how much a count may exceed the recorded one, in percent: compilers differ.
const MARGIN: u64 = 5;

const RECORD: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/instructions.toml");

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["run", name] => {
            run(name);
            Ok(ExitCode::SUCCESS)
        }
        _ if Command::new("valgrind").arg("--version").output().is_err() => {
            println!("not run: valgrind is not installed");
            Ok(ExitCode::SUCCESS)
        }
        ["--record"] => record(),
        [] => compare(),
        _ => Err("usage: instructions [--record]".into()),
    }
}

/// What valgrind is to count.
#[inline(never)]
fn measured(run: &mut dyn FnMut()) {
    run();
}

/// What is counted: a name, and what is run once.
fn to_count() -> impl Iterator<Item = (&'static str, Run)> {
    operations().into_iter().map(|operation| (operation.name, operation.run)).chain(hostile())
}

fn run(name: &str) {
    for (_, mut run) in to_count().filter(|(other, _)| *other == name) {
        for _ in 0..RUNS {
            measured(&mut run);
        }
    }
}

fn record() -> Result<ExitCode, Box<dyn Error>> {
    let mut record = String::from(
        "# Instructions of each operation on x86-64, without the hash compressions.\n\
         # Written by: cargo run --release -p oss-sign-benches --bin instructions -- --record\n",
    );
    for (name, _) in to_count() {
        record += &format!("\"{name}\" = {}\n", count(name)?);
    }
    fs::write(RECORD, record)?;
    Ok(ExitCode::SUCCESS)
}

fn compare() -> Result<ExitCode, Box<dyn Error>> {
    let record = fs::read_to_string(RECORD)?;
    let mut verdict = ExitCode::SUCCESS;
    for (name, _) in to_count() {
        let start = format!("\"{name}\" = ");
        let recorded = record.lines().find_map(|line| line.strip_prefix(&start));
        let recorded: u64 =
            recorded.ok_or("an operation is not recorded: use --record")?.parse()?;
        let counted = count(name)?;
        let note = if counted * 100 > recorded * (100 + MARGIN) {
            verdict = ExitCode::FAILURE;
            "SLOWER"
        } else if counted * (100 + MARGIN) < recorded * 100 {
            "faster: record it"
        } else {
            ""
        };
        println!("{name:37} {counted:7} instructions, recorded {recorded:7}  {note}");
    }
    Ok(verdict)
}

/// The instructions of one run, besides the compressions.
fn count(name: &str) -> Result<u64, Box<dyn Error>> {
    let profile = env::temp_dir().join(format!("oss-sign-instructions-{}", std::process::id()));
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--toggle-collect=instructions::measured"])
        .arg(format!("--callgrind-out-file={}", profile.display()))
        .arg(env::current_exe()?)
        .args(["run", name])
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let text = fs::read_to_string(&profile)?;
    fs::remove_file(&profile)?;
    Ok(besides_compressions(&text) / RUNS)
}

/// Sums up a profile: a line `fn=(number) name`, or `fn=(number)` if the name was told before, and then
/// lines of a position and a cost. The line after `calls=` has the cost of what was called, which is
/// counted where it belongs.
fn besides_compressions(profile: &str) -> u64 {
    let mut compressions = Vec::new();
    let (mut sum, mut is_compression, mut is_call) = (0, false, false);
    for line in profile.lines() {
        let is_callee = line.starts_with("cfn=");
        if let Some(function) = line.strip_prefix('c').unwrap_or(line).strip_prefix("fn=") {
            let (number, name) = function.split_once(' ').unwrap_or((function, ""));
            if ["sha2::", "sha1::", "::compress"].iter().any(|part| name.contains(part)) {
                compressions.push(number);
            }
            if !is_callee {
                is_compression = compressions.contains(&number);
            }
        } else if line.starts_with("calls=") {
            is_call = true;
        } else if line.starts_with(|first: char| first.is_ascii_digit() || "+-*".contains(first)) {
            let cost = line.split(' ').nth(1).and_then(|cost| cost.parse::<u64>().ok());
            if !is_compression && !is_call {
                sum += cost.unwrap_or(0);
            }
            is_call = false;
        }
    }
    sum
}
