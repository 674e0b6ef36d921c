//! What a verb prints, and in which form.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use clap::Args;

#[derive(Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct FormArgs {
    /// Print a JSON document
    #[arg(long, conflicts_with = "curl")]
    json: bool,

    /// Print a curl command for a POSIX shell; put your file in the place of FILE
    #[arg(long)]
    curl: bool,
}

/// The form of the output.
#[derive(Clone, Copy)]
pub(crate) enum Form {
    Plain,
    Json,
    Curl,
}

impl FormArgs {
    pub(crate) fn form(&self) -> Form {
        match (self.json, self.curl) {
            (true, _) => Form::Json,
            (false, true) => Form::Curl,
            (false, false) => Form::Plain,
        }
    }
}

/// The whole output of a verb: made in memory, so that a mistake leaves nothing half-made behind.
pub(crate) struct Answer {
    /// For standard output.
    pub(crate) text: String,
    /// For standard error, a line each.
    pub(crate) warnings: Vec<String>,
}

impl Answer {
    pub(crate) fn print(self) -> ExitCode {
        warn(&self.warnings);
        write(io::stdout().lock(), &self.text)
    }
}

/// Prints warnings, a line each.
pub(crate) fn warn(warnings: &[String]) {
    for warning in warnings {
        // Without a standard error there is nobody to warn.
        let _ = writeln!(io::stderr(), "oss-sign: warning: {warning}");
    }
}

/// Prints the whole of a text.
pub(crate) fn write(mut stdout: impl Write, text: &str) -> ExitCode {
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader has had enough.
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "oss-sign: cannot write the output: {error}");
            ExitCode::FAILURE
        }
    }
}
