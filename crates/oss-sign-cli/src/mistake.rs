//! What the user got wrong, in one line that says what to do.

use core::error::Error;
use core::fmt::{self, Write as _};
use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::error::{ContextKind, ErrorKind};

/// The exit code of a mistake, as clap has it.
pub(crate) const EXIT_CODE: u8 = 2;

/// One line: which input, what is wrong with it, what to write instead. Never a secret.
#[derive(Debug)]
pub(crate) struct Mistake(String);

impl Mistake {
    pub(crate) fn new(line: impl Into<String>) -> Self {
        Self(line.into())
    }

    /// What clap says on several lines.
    pub(crate) fn from_usage(error: &clap::Error) -> Self {
        let argument = error.get(ContextKind::InvalidArg).map(ToString::to_string);
        if error.kind() == ErrorKind::ValueValidation
            && let Some(source) = error.source()
            && let Some(flag) = argument.as_deref().and_then(|text| text.split(' ').next())
        {
            return Self(format!("{flag} {source}"));
        }
        let text = error.render().to_string();
        let line = on_one_line(&text);
        Self(format!("{}; see --help", line.strip_prefix("error: ").unwrap_or(&line)))
    }

    pub(crate) fn report(self) -> ExitCode {
        // Without a standard error there is nobody to tell.
        let _ = writeln!(io::stderr(), "oss-sign: {self}");
        EXIT_CODE.into()
    }
}

impl fmt::Display for Mistake {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Error for Mistake {}

/// The paragraphs before clap's hint to the usage.
fn on_one_line(text: &str) -> String {
    let mut joined = String::new();
    for line in text.lines().map(str::trim) {
        if line.starts_with("Usage:") || line.starts_with("For more information") {
            break;
        }
        // No argument here begins with a hyphen, so this tip would lead astray.
        if line.is_empty() || line.starts_with("tip: to pass") {
            continue;
        }
        if !joined.is_empty() {
            joined.push_str(if line.starts_with("tip:") { "; " } else { " " });
        }
        joined.push_str(line.strip_prefix("tip: ").unwrap_or(line));
    }
    joined
}

/// What the user typed, in quotes: on one line, and not longer than what helps to recognize it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Quoted<'a>(pub(crate) &'a str);

const MAX_QUOTED: usize = 80;

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_char('\'')?;
        for character in self.0.chars().take(MAX_QUOTED) {
            match character {
                control if control.is_control() => write!(formatter, "{}", control.escape_debug())?,
                other => formatter.write_char(other)?,
            }
        }
        if self.0.chars().nth(MAX_QUOTED).is_some() {
            formatter.write_char('…')?;
        }
        formatter.write_char('\'')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_quoted_stays_on_its_line() {
        assert_eq!(Quoted("a\n\u{1b}[31m中'").to_string(), r"'a\n\u{1b}[31m中''");
    }

    #[test]
    fn what_is_quoted_is_cut_short() {
        assert_eq!(Quoted(&"中".repeat(80)).to_string(), format!("'{}'", "中".repeat(80)));
        assert_eq!(Quoted(&"中".repeat(81)).to_string(), format!("'{}…'", "中".repeat(80)));
    }
}
