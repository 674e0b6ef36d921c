//! A program that is run for what it prints.

use core::fmt;
use core::time::Duration;
use std::io::{self, Read as _};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Instant;

use zeroize::Zeroizing;

/// The most that is read of what a command prints, in bytes.
pub const MAX_OUTPUT: usize = 1 << 20;

/// A program, its arguments, and how long it may take.
///
/// `Debug` shows the program alone: arguments can be passwords.
#[derive(Clone)]
pub struct Command {
    program: String,
    arguments: Arguments,
    time_limit: Duration,
}

#[derive(Clone)]
enum Arguments {
    Words(Vec<String>),
    /// One line for a shell, that reads its words itself.
    ShellLine(Zeroizing<String>),
}

/// Why a command gave no output. Holds nothing that it printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CommandError {
    /// There is no such program.
    NotFound,
    /// It could not be started, or its output could not be read.
    Io(io::ErrorKind),
    /// It ended with another exit code than 0; without one if a signal ended it.
    Exit(Option<i32>),
    /// It took longer than its limit. It was ended, with all that it had started.
    TimedOut,
    /// It printed more than [`MAX_OUTPUT`] bytes.
    TooLarge,
}

impl Command {
    /// A program with its arguments, without a shell.
    #[must_use]
    pub fn new(program: impl Into<String>, arguments: Vec<String>, time_limit: Duration) -> Self {
        Self { program: program.into(), arguments: Arguments::Words(arguments), time_limit }
    }

    /// A line for the shell of the system: `sh -c LINE`, on Windows `cmd.exe /C LINE`.
    #[must_use]
    pub fn shell(line: impl Into<String>, time_limit: Duration) -> Self {
        let program = if cfg!(windows) { "cmd.exe" } else { "sh" };
        let arguments = Arguments::ShellLine(Zeroizing::new(line.into()));
        Self { program: program.to_owned(), arguments, time_limit }
    }

    /// The program, without its arguments.
    #[must_use]
    pub fn program(&self) -> &str {
        &self.program
    }

    /// How long it may take.
    #[must_use]
    pub fn time_limit(&self) -> Duration {
        self.time_limit
    }

    /// Runs it and gives what it prints on its standard output. It reads nothing, and what it prints
    /// on its standard error is dropped.
    ///
    /// # Errors
    ///
    /// See [`CommandError`].
    pub fn run(&self) -> Result<Zeroizing<Vec<u8>>, CommandError> {
        let deadline = Instant::now() + self.time_limit;
        let mut running = Running::start(self)?;
        let stdout = running.0.stdout.take().ok_or(CommandError::Io(io::ErrorKind::BrokenPipe))?;
        // The pipe is read on a thread of its own, as no read of it can be given a time limit.
        let (sender, receiver) = mpsc::sync_channel(1);
        thread::Builder::new().spawn(move || sender.send(read(stdout)))?;
        let output = receiver.recv_timeout(time_left(deadline)).map_err(|error| match error {
            RecvTimeoutError::Timeout => CommandError::TimedOut,
            RecvTimeoutError::Disconnected => CommandError::Io(io::ErrorKind::BrokenPipe),
        })??;
        running.wait(deadline)?;
        Ok(output)
    }

    fn to_std(&self) -> std::process::Command {
        let mut command = std::process::Command::new(&self.program);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        match &self.arguments {
            Arguments::Words(words) => command.args(words),
            Arguments::ShellLine(line) => add_shell_line(&mut command, line),
        };
        #[cfg(unix)]
        // A group of its own, so that what it starts can be ended with it.
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        command
    }
}

#[cfg(windows)]
fn add_shell_line<'a>(
    command: &'a mut std::process::Command,
    line: &str,
) -> &'a mut std::process::Command {
    // `cmd.exe` has quoting rules of its own, so nothing is quoted for it.
    std::os::windows::process::CommandExt::raw_arg(command.arg("/C"), line)
}

#[cfg(not(windows))]
fn add_shell_line<'a>(
    command: &'a mut std::process::Command,
    line: &str,
) -> &'a mut std::process::Command {
    command.args(["-c", line])
}

/// A process that ends when this is dropped.
struct Running(Child);

impl Running {
    fn start(command: &Command) -> Result<Self, CommandError> {
        Ok(Self(command.to_std().spawn()?))
    }

    /// Mostly it has ended already, as its standard output is closed.
    fn wait(&mut self, deadline: Instant) -> Result<(), CommandError> {
        let mut pause = Duration::from_millis(1);
        loop {
            match self.0.try_wait()? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(CommandError::Exit(status.code())),
                None if time_left(deadline).is_zero() => return Err(CommandError::TimedOut),
                None => thread::sleep(pause.min(time_left(deadline))),
            }
            pause = (pause * 2).min(Duration::from_millis(50));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(Some(_))) {
            return;
        }
        #[cfg(unix)]
        {
            use rustix::process::{Pid, Signal, kill_process_group};
            // It was not waited for, so its number is still its own.
            let _ = kill_process_group(Pid::from_child(&self.0), Signal::KILL);
        }
        // It may have ended by itself just now.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn time_left(deadline: Instant) -> Duration {
    deadline.saturating_duration_since(Instant::now())
}

fn read(stdout: ChildStdout) -> Result<Zeroizing<Vec<u8>>, CommandError> {
    let mut output = Zeroizing::new(Vec::new());
    stdout.take(MAX_OUTPUT as u64 + 1).read_to_end(&mut output)?;
    if output.len() > MAX_OUTPUT { Err(CommandError::TooLarge) } else { Ok(output) }
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            kind => Self::Io(kind),
        }
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotFound => formatter.write_str("there is no such program"),
            Self::Io(kind) => write!(formatter, "it cannot be run: {kind}"),
            Self::Exit(Some(code)) => write!(formatter, "it ended with exit code {code}"),
            Self::Exit(None) => formatter.write_str("a signal ended it"),
            Self::TimedOut => formatter.write_str("it took longer than it may"),
            Self::TooLarge => write!(formatter, "it printed more than {MAX_OUTPUT} bytes"),
        }
    }
}

impl core::error::Error for CommandError {}

impl fmt::Debug for Command {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Command")
            .field("program", &self.program)
            .field("time_limit", &self.time_limit)
            .finish_non_exhaustive()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    fn shell(line: &str) -> Command {
        Command::shell(line, Duration::from_secs(60))
    }

    #[test]
    fn gives_what_it_prints() {
        let command = Command::new("printf", vec!["%s|".into(), "a b".into(), "$HOME".into()], Duration::from_secs(60));
        assert_eq!(command.run().unwrap().as_slice(), b"a b|$HOME|");
        assert_eq!(shell("echo $((1 + 1))").run().unwrap().as_slice(), b"2\n");
    }

    #[test]
    fn t56_a_command_that_fails_is_an_error() {
        assert_eq!(shell("echo {}; exit 3").run().unwrap_err(), CommandError::Exit(Some(3)));
        assert_eq!(shell("kill -9 $$").run().unwrap_err(), CommandError::Exit(None));
        let absent = Command::new("/no/such/program", Vec::new(), Duration::from_secs(60));
        assert_eq!(absent.run().unwrap_err(), CommandError::NotFound);
    }

    #[test]
    fn t59_a_command_that_takes_too_long_is_ended_with_all_that_it_started() {
        let directory = std::env::temp_dir().join(format!("oss-sign-t59-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let pids = directory.join("pids");
        let line = format!("sleep 600 & echo $! $$ > '{}'; wait", pids.display());
        // What is measured is that it is ended; how long the limit is does not matter.
        let command = Command::shell(line, Duration::from_millis(500));
        assert_eq!(command.run().unwrap_err(), CommandError::TimedOut);
        let pids = std::fs::read_to_string(pids).unwrap();
        for pid in pids.split_whitespace() {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
            // A process without a parent that waits for it stays as a zombie.
            assert!(stat.is_err() || stat.unwrap().contains(") Z "), "{pid} is still running");
        }
        std::fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn t59_a_command_that_closes_its_output_and_goes_on_is_ended_too() {
        let command = Command::shell("exec >&-; sleep 600", Duration::from_millis(200));
        assert_eq!(command.run().unwrap_err(), CommandError::TimedOut);
    }

    #[test]
    fn t61_a_flood_on_standard_error_blocks_nothing() {
        let line = "head -c 1048576 /dev/zero >&2; echo '{}'";
        assert_eq!(shell(line).run().unwrap().as_slice(), b"{}\n");
    }

    #[test]
    fn output_without_end_is_cut_off() {
        let error = shell("while :; do echo 0123456789012345678901234567890123456789; done").run();
        assert_eq!(error.unwrap_err(), CommandError::TooLarge);
    }

    #[test]
    fn debug_shows_no_argument() {
        let command = Command::new("tool", vec!["hushhush".into()], Duration::from_secs(1));
        assert_eq!(format!("{command:?}"), "Command { program: \"tool\", time_limit: 1s, .. }");
        assert!(!format!("{:?}", shell("tool hushhush")).contains("hush"));
    }
}
