//! The commands in the guides do what they say.

use std::fs;
use std::process::Command;

use crate::run::{ENVIRONMENT, run_in};

/// The guide to all verbs and flags.
const GUIDE: &str = include_str!("../../../../docs/cli.md");
const GUIDES: [&str; 3] = [
    GUIDE,
    include_str!("../../../../docs/explain.md"),
    include_str!("../../../../docs/post-policy.md"),
];

/// Where the commands run, and the files are that they read.
const DIRECTORY: &str = env!("CARGO_TARGET_TMPDIR");

/// Commands and their output: `$ ` begins a command, and a backslash continues it.
fn examples(guide: &str) -> Vec<(String, String)> {
    let mut examples: Vec<(String, String)> = Vec::new();
    let (mut in_block, mut is_continued) = (false, false);
    for line in guide.lines() {
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

/// An `oss-sign` whose clock stands still, where the verb has one. A function of a shell cannot have
/// a `-` in its name.
const OSS_SIGN: &str = concat!(
    "oss_sign() { case \"$1\" in callback|credentials|assume-role) ;; *) set -- \"$@\" --now 1700000000;; esac; '",
    env!("CARGO_BIN_EXE_oss-sign"),
    "' \"$@\"; }"
);

/// Writes the files that a guide shows: the language of such a block is followed by a name.
fn write_files(guide: &str) {
    let blocks = ["\n```xml ", "\n```pem "].map(|fence| guide.split(fence).skip(1));
    for block in blocks.into_iter().flatten() {
        let (name, rest) = block.split_once('\n').unwrap();
        let (text, _) = rest.split_once("```").unwrap();
        fs::write(format!("{DIRECTORY}/{name}"), text).unwrap();
    }
}

#[test]
fn every_command_of_the_guides_prints_what_they_say() {
    for guide in GUIDES {
        let examples = examples(guide);
        assert!(examples.len() >= 5, "only {} examples were found", examples.len());
        write_files(guide);
        for (command, expected) in examples {
            let command = command.replacen("oss-sign", "oss_sign", 1);
            let script = format!("exec 2>&1\n{OSS_SIGN}\n{command}");
            let mut shell = Command::new("/bin/sh");
            shell.arg("-c").arg(script).current_dir(DIRECTORY);
            let output =
                shell.env_clear().env("HOME", DIRECTORY).envs(ENVIRONMENT).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), expected, "{command}");
        }
    }
}

#[test]
fn every_flag_is_in_the_guide() {
    let verbs = [
        "presign",
        "sign",
        "post",
        "verify",
        "inspect",
        "explain",
        "callback",
        "assume-role",
        "serve",
        "demo",
    ];
    let verbs = verbs.map(|verb| vec![verb]).into_iter().chain([vec!["credentials", "show"]]);
    for verb in verbs {
        let output = run_in(&[], &[&verb[..], &["--help"]].concat()).stdout;
        let words = output.split([' ', ',', ']', '\n']);
        for flag in words.filter(|word| word.starts_with("--") && word.len() > 2) {
            assert!(GUIDE.contains(&format!("`{flag}")), "{flag}");
        }
    }
}
