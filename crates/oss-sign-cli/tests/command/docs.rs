//! The commands in the guide do what it says.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run::ENVIRONMENT;

const GUIDE: &str = include_str!("../../../../docs/cli.md");

/// Commands and their output: `$ ` begins a command, and a backslash continues it.
fn examples() -> Vec<(String, String)> {
    let mut examples: Vec<(String, String)> = Vec::new();
    let (mut in_block, mut is_continued) = (false, false);
    for line in GUIDE.lines() {
        if line.starts_with("```") {
            in_block = line == "```console";
            continue;
        }
        if !in_block {
            continue;
        }
        let command = line.strip_prefix("$ ");
        match (command, examples.last_mut()) {
            (Some(command), _) => examples.push((command.to_owned(), String::new())),
            (None, Some((command, _))) if is_continued => {
                command.push('\n');
                command.push_str(line);
            }
            (None, Some((_, output))) => {
                output.push_str(line);
                output.push('\n');
            }
            (None, None) => panic!("output without a command: {line}"),
        }
        is_continued = (command.is_some() || is_continued) && line.ends_with('\\');
    }
    examples
}

/// A directory with an `oss-sign` whose clock stands still.
fn directory_of_command() -> PathBuf {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("docs");
    fs::create_dir_all(&directory).unwrap();
    let script = format!(
        "#!/bin/sh\ncase $1 in\npresign|sign) set -- \"$@\" --now 1700000000 ;;\nesac\n\
         exec '{}' \"$@\"\n",
        env!("CARGO_BIN_EXE_oss-sign")
    );
    let command = directory.join("oss-sign");
    fs::write(&command, script).unwrap();
    fs::set_permissions(&command, fs::Permissions::from_mode(0o755)).unwrap();
    directory
}

#[test]
fn every_command_of_the_guide_prints_what_it_says() {
    let examples = examples();
    assert!(examples.len() >= 8, "only {} examples were found", examples.len());
    let directory = directory_of_command();
    for (command, expected) in examples {
        let mut shell = Command::new("/bin/sh");
        shell.arg("-c").arg(format!("exec 2>&1\n{command}"));
        shell.env_clear().envs(ENVIRONMENT).env("PATH", &directory);
        let output = shell.output().unwrap();
        assert_eq!(String::from_utf8(output.stdout).unwrap(), expected, "{command}");
    }
}

#[test]
fn every_flag_is_in_the_guide() {
    for verb in ["presign", "sign"] {
        let output = crate::run::run_in(&[], &[verb, "--help"]).stdout;
        let words = output.split([' ', ',', ']', '\n']);
        for flag in words.filter(|word| word.starts_with("--") && word.len() > 2) {
            assert!(GUIDE.contains(&format!("`{flag}")), "{flag}");
        }
    }
}
