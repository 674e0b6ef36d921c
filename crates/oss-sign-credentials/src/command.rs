//! Commands that print credentials.

use core::fmt;
use core::time::Duration;
use std::io::ErrorKind;

use zeroize::Zeroizing;

/// A command to run, without a shell.
#[derive(Clone)]
#[non_exhaustive]
pub struct Command {
    /// The program, looked up in `PATH` if it has no slash.
    pub program: String,
    /// Its arguments, which may be secrets.
    pub arguments: Vec<Zeroizing<String>>,
    /// When it is stopped.
    pub time_limit: Duration,
}

/// What a command printed.
#[derive(Clone)]
#[non_exhaustive]
pub struct Output {
    /// Standard output.
    pub stdout: Zeroizing<Vec<u8>>,
}

/// Why a command gave no output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum CommandError {
    /// There is no such program.
    NotFound,
    /// This user may not run it.
    NotPermitted,
    /// It ended with this status; `None` if a signal ended it.
    Status(Option<i32>),
    /// It took longer than its time limit, and was stopped.
    TimedOut,
    /// Its output is larger than 1 MiB.
    TooMuchOutput,
    /// The operating system could not run it.
    Other,
}

impl Command {
    /// `program` with `arguments`.
    #[must_use]
    pub fn new(program: String, arguments: Vec<Zeroizing<String>>, time_limit: Duration) -> Self {
        Self { program, arguments, time_limit }
    }
}

impl Output {
    /// What a command printed on standard output.
    #[must_use]
    pub fn new(stdout: Vec<u8>) -> Self {
        Self { stdout: Zeroizing::new(stdout) }
    }
}

/// Runs a command on this machine.
pub(crate) fn run(command: &Command) -> Result<Output, CommandError> {
    let output = std::process::Command::new(&command.program)
        .args(command.arguments.iter().map(|argument| argument.as_str()))
        .output()
        .map_err(|error| match error.kind() {
            ErrorKind::NotFound => CommandError::NotFound,
            ErrorKind::PermissionDenied => CommandError::NotPermitted,
            _ => CommandError::Other,
        })?;
    match output.status.success() {
        true => Ok(Output::new(output.stdout)),
        false => Err(CommandError::Status(output.status.code())),
    }
}

impl fmt::Debug for Command {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Command")
            .field("program", &self.program)
            .field("time_limit", &self.time_limit)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Output").field("bytes", &self.stdout.len()).finish()
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => formatter.write_str("is not there"),
            Self::NotPermitted => formatter.write_str("may not be run by this user"),
            Self::Status(Some(status)) => write!(formatter, "ended with status {status}"),
            Self::Status(None) => formatter.write_str("was ended by a signal"),
            Self::TimedOut => formatter.write_str("took too long, and was stopped"),
            Self::TooMuchOutput => formatter.write_str("printed more than 1 MiB"),
            Self::Other => formatter.write_str("could not be run"),
        }
    }
}
