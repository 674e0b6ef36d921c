//! Runs the command, with nothing in its environment but what a test puts there.

use std::process::{Command, Stdio};

/// The AccessKey and the region of the published vectors.
pub(crate) const ENVIRONMENT: [(&str, &str); 3] = [
    ("OSS_ACCESS_KEY_ID", "testak"),
    ("OSS_ACCESS_KEY_SECRET", "testsk"),
    ("OSS_REGION", "cn-hangzhou"),
];

/// The security token of the published vectors.
pub(crate) const TOKEN: (&str, &str) = ("OSS_SESSION_TOKEN", "CAIS+tok/en==");

/// The object of most published vectors.
pub(crate) const OBJECT: &str = "oss://examplebucket/exampledir/exampleobject.txt";

#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The command with only these variables set.
pub(crate) fn command(environment: &[(&str, &str)], arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_oss-sign"));
    // A home without configuration files.
    command.env_clear().env("HOME", env!("CARGO_TARGET_TMPDIR"));
    command.envs(environment.iter().copied());
    command.args(arguments).stdin(Stdio::null());
    command
}

pub(crate) fn outcome(command: &mut Command) -> Outcome {
    let output = command.output().unwrap();
    Outcome {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// Runs the command in this environment.
pub(crate) fn run_in(environment: &[(&str, &str)], arguments: &[&str]) -> Outcome {
    outcome(&mut command(environment, arguments))
}

/// Runs the command with the AccessKey of the published vectors.
pub(crate) fn run(arguments: &[&str]) -> Outcome {
    run_in(&ENVIRONMENT, arguments)
}

/// What the command prints at the time of the published vectors, if there is nothing to complain.
pub(crate) fn print_in(environment: &[(&str, &str)], arguments: &[&str]) -> String {
    let arguments = [arguments, &["--now", "1700000000"]].concat();
    let outcome = run_in(environment, &arguments);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    outcome.stdout
}

pub(crate) fn print(arguments: &[&str]) -> String {
    print_in(&ENVIRONMENT, arguments)
}

/// The host and what precedes it in a URL.
pub(crate) fn before_query(url: &str) -> &str {
    url.split(['?', '\n']).next().unwrap()
}
