//! What the demo says, and whether all was as it should be.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use anstream::AutoStream;
use anstyle::{AnsiColor, Style};

use crate::mistake::Mistake;

/// Characters of a quoted line.
const MAX_QUOTED: usize = 140;

const TITLE: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();

/// Standard output: coloured where it is a terminal, nowhere wider than it must be.
pub(super) struct Stage {
    stdout: AutoStream<io::Stdout>,
    steps: u32,
    failures: u32,
}

/// Why the demo ends early.
#[derive(Debug)]
pub(super) enum Break {
    /// The reader of the output went away.
    OutputGone,
    Mistake(Mistake),
}

impl From<io::Error> for Break {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            ErrorKind::BrokenPipe => Self::OutputGone,
            _ => Self::Mistake(Mistake::new(format!("cannot write the output: {error}"))),
        }
    }
}

impl From<Mistake> for Break {
    fn from(mistake: Mistake) -> Self {
        Self::Mistake(mistake)
    }
}

impl Stage {
    pub(super) fn new() -> Self {
        Self { stdout: anstream::stdout(), steps: 0, failures: 0 }
    }

    pub(super) fn step(&mut self, title: &str) -> Result<(), Break> {
        self.steps += 1;
        Ok(writeln!(self.stdout, "\n{TITLE}{}. {title}{TITLE:#}", self.steps)?)
    }

    /// A paragraph, whose lines are short already.
    pub(super) fn say(&mut self, text: &str) -> Result<(), Break> {
        Ok(writeln!(self.stdout, "{text}")?)
    }

    pub(super) fn fact(&mut self, name: &str, value: &str) -> Result<(), Break> {
        Ok(writeln!(self.stdout, "  {name}: {value}")?)
    }

    /// Something to be copied: on lines of its own, with nothing before it.
    pub(super) fn paste(&mut self, text: &str) -> Result<(), Break> {
        Ok(writeln!(self.stdout, "\n{}", text.trim_end())?)
    }

    /// What somebody else says. Of lines that no terminal shows whole, the start.
    pub(super) fn quote(&mut self, text: &str) -> Result<(), Break> {
        writeln!(self.stdout)?;
        for line in text.lines() {
            let is_long = line.chars().nth(MAX_QUOTED).is_some();
            let start: String = line.chars().take(MAX_QUOTED).collect();
            writeln!(self.stdout, "  {start}{}", if is_long { "…" } else { "" })?;
        }
        Ok(())
    }

    /// Says whether something is as it should be, and remembers if it is not.
    pub(super) fn expect(&mut self, what: &str, holds: bool) -> Result<(), Break> {
        let (style, verdict) = if holds { (GOOD, "ok") } else { (BAD, "FAILED") };
        self.failures += u32::from(!holds);
        Ok(writeln!(self.stdout, "{style}{verdict}{style:#}: {what}")?)
    }

    pub(super) fn end(&mut self) -> Result<(), Break> {
        let (steps, failures) = (self.steps, self.failures);
        Ok(match failures {
            0 => writeln!(self.stdout, "\n{GOOD}All {steps} steps went as they should.{GOOD:#}"),
            _ => {
                writeln!(self.stdout, "\n{BAD}{failures} things were not as they should be.{BAD:#}")
            }
        }?)
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        if self.failures == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE }
    }
}
