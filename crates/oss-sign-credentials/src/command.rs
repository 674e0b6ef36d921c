//! Commands that are run for what they print.

use core::fmt;
use core::time::Duration;
use std::io::{self, ErrorKind, Read as _};
use std::process::{Child, ChildStdout, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Instant;

use zeroize::Zeroizing;

/// The most that is read of what a command prints, in bytes.
const MAX_OUTPUT: usize = 1 << 20;

/// A program, its arguments, and how long it may take.
///
/// `Debug` shows the program alone: arguments can be secrets.
#[derive(Clone)]
pub struct Command {
    program: String,
    arguments: Arguments,
    time_limit: Duration,
}

#[derive(Clone)]
enum Arguments {
    Words(Vec<Zeroizing<String>>),
    /// One line for a shell, which reads its words itself.
    ShellLine(Zeroizing<String>),
}

/// What a command printed. `Debug` shows how much alone.
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
    /// It took longer than its time limit, and was stopped, with all that it had started.
    TimedOut,
    /// It printed more than 1 MiB.
    TooMuchOutput,
    /// The operating system could not run it.
    Other,
}

impl Command {
    /// A program, looked up in `PATH` if it has no slash, with its arguments and without a shell.
    #[must_use]
    pub fn new(
        program: impl Into<String>,
        arguments: Vec<Zeroizing<String>>,
        time_limit: Duration,
    ) -> Self {
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

    fn to_std(&self) -> std::process::Command {
        let mut command = std::process::Command::new(&self.program);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        match &self.arguments {
            Arguments::Words(words) => command.args(words.iter().map(|word| word.as_str())),
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

impl Output {
    /// What a command printed on standard output.
    #[must_use]
    pub fn new(stdout: impl Into<Vec<u8>>) -> Self {
        Self { stdout: Zeroizing::new(stdout.into()) }
    }
}

/// Runs a command on this machine. It has nothing to read, and what it prints on standard error is
/// dropped.
pub(crate) fn run(command: &Command) -> Result<Output, CommandError> {
    let deadline = Instant::now() + command.time_limit;
    let mut running = Running::start(command)?;
    let stdout = running.0.stdout.take().ok_or(CommandError::Other)?;
    // The pipe is read on a thread of its own, as no read of it can be given a time limit.
    let (sender, receiver) = mpsc::sync_channel(1);
    thread::Builder::new().spawn(move || sender.send(read(stdout)))?;
    let output = receiver.recv_timeout(time_left(deadline)).map_err(|error| match error {
        RecvTimeoutError::Timeout => CommandError::TimedOut,
        RecvTimeoutError::Disconnected => CommandError::Other,
    })??;
    running.wait(deadline)?;
    Ok(output)
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
                Some(status) => return Err(CommandError::Status(status.code())),
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

fn read(stdout: ChildStdout) -> Result<Output, CommandError> {
    let mut output = Output::new(Vec::new());
    stdout.take(MAX_OUTPUT as u64 + 1).read_to_end(&mut output.stdout)?;
    if output.stdout.len() > MAX_OUTPUT { Err(CommandError::TooMuchOutput) } else { Ok(output) }
}

impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::NotFound,
            ErrorKind::PermissionDenied => Self::NotPermitted,
            _ => Self::Other,
        }
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

impl fmt::Debug for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Output").field("bytes", &self.stdout.len()).finish()
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    fn shell(line: &str) -> Result<Vec<u8>, CommandError> {
        run(&Command::shell(line, MINUTE)).map(|output| output.stdout.to_vec())
    }

    fn program(program: &str, arguments: &[&str]) -> Command {
        let arguments = arguments.iter().map(|&word| Zeroizing::new(word.to_owned()));
        Command::new(program, arguments.collect(), MINUTE)
    }

    #[test]
    fn gives_what_it_prints() {
        let output = run(&program("printf", &["%s|", "a b", "$HOME"])).unwrap();
        assert_eq!(output.stdout.as_slice(), b"a b|$HOME|");
        assert_eq!(shell("echo $((1 + 1))").unwrap(), b"2\n");
    }

    #[test]
    fn t56_a_command_that_fails_is_an_error() {
        assert_eq!(shell("echo {}; exit 3").unwrap_err(), CommandError::Status(Some(3)));
        assert_eq!(shell("kill -9 $$").unwrap_err(), CommandError::Status(None));
        let error = |path| run(&program(path, &[])).unwrap_err();
        assert_eq!(error("/no/such/program"), CommandError::NotFound);
        assert_eq!(error("/dev/null"), CommandError::NotPermitted);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn t59_a_command_that_takes_too_long_is_ended_with_all_that_it_started() {
        let directory = std::env::temp_dir().join(format!("oss-sign-t59-{}", std::process::id()));
        std::fs::create_dir_all(&directory).unwrap();
        let pids = directory.join("pids");
        let line = format!("sleep 600 & echo $! $$ > '{}'; wait", pids.display());
        // What is measured is that it is ended; how long the limit is does not matter.
        let command = Command::shell(line, Duration::from_millis(500));
        assert_eq!(run(&command).unwrap_err(), CommandError::TimedOut);
        let pids = std::fs::read_to_string(pids).unwrap();
        assert_eq!(pids.split_whitespace().count(), 2);
        for pid in pids.split_whitespace() {
            // The signal is on its way when `run` returns; who ignores it never ends this loop.
            while is_running(pid) {
                thread::yield_now();
            }
        }
        std::fs::remove_dir_all(directory).unwrap();
    }

    /// A process whose parent is gone stays as a zombie until somebody waits for it.
    #[cfg(target_os = "linux")]
    fn is_running(pid: &str) -> bool {
        let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    }

    #[test]
    fn t59_a_command_that_closes_its_output_and_goes_on_is_ended_too() {
        let command = Command::shell("exec >&-; sleep 600", Duration::from_millis(200));
        assert_eq!(run(&command).unwrap_err(), CommandError::TimedOut);
    }

    #[test]
    fn t61_a_flood_on_standard_error_blocks_nothing() {
        let line = "head -c 1048576 /dev/zero >&2; echo '{}'";
        assert_eq!(shell(line).unwrap(), b"{}\n");
    }

    #[test]
    fn output_without_end_is_cut_off() {
        let line = "while :; do echo 0123456789012345678901234567890123456789; done";
        assert_eq!(shell(line).unwrap_err(), CommandError::TooMuchOutput);
        let just_enough = format!("head -c {MAX_OUTPUT} /dev/zero");
        assert_eq!(shell(&just_enough).unwrap().len(), MAX_OUTPUT);
    }

    #[test]
    fn a_command_says_what_it_is_to_whoever_runs_it() {
        let command = program("tool", &["hushhush"]);
        assert_eq!((command.program(), command.time_limit()), ("tool", MINUTE));
    }

    #[test]
    fn debug_shows_no_argument() {
        let shown = format!("{:?}", program("tool", &["hushhush"]));
        assert_eq!(shown, "Command { program: \"tool\", time_limit: 60s, .. }");
        assert!(!format!("{:?}", Command::shell("tool hushhush", MINUTE)).contains("hush"));
        assert_eq!(format!("{:?}", Output::new("hushhush")), "Output { bytes: 8 }");
    }
}
