//! `oss-sign explain`: why did OSS refuse this request?

mod causes;
mod comparison;
mod differences;
mod error_answer;
mod meant;
mod numbers;
mod oracle;
mod report;

use std::fs::File;
use std::io::{self, Read};
use std::process::ExitCode;

use clap::Args;
use oss_sign::{Credentials, Timestamp};

use crate::access_key::CredentialsArgs;
use crate::answer;
use crate::explain::error_answer::{ErrorAnswer, MAX_LENGTH};
use crate::explain::meant::Meant;
use crate::explain::report::Report;
use crate::instant::{self, instant};
use crate::mistake::{Mistake, Quoted};
use crate::presented::PresentedArgs;

/// Explain an error of OSS: where what it received differs from what was signed, and what to do.
///
/// With the AccessKey that signed it also tells whether the secret is the wrong one.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Explain {
    /// What was signed: a presigned URL, or a request as JSON; @FILE or - reads it
    #[arg(value_name = "URL|JSON|@FILE|-")]
    request: Option<String>,

    /// What OSS answered: a file with the body (XML or JSON) or x-oss-err, or - for standard input
    #[arg(long, value_name = "FILE", help_heading = None)]
    error: Option<String>,

    #[command(flatten)]
    presented: PresentedArgs,

    /// When the request was sent: Unix seconds or RFC 3339 [default: the clock]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    now: Option<Timestamp>,

    #[command(flatten)]
    credentials: CredentialsArgs,
}

const EXAMPLES: &str = "\
EXAMPLES:
  oss-sign explain --error body.xml
  oss-sign explain --error body.xml 'https://examplebucket.oss-cn-hangzhou.aliyuncs.com/...'
  curl -i ... | oss-sign explain --error - @request.json

THE REQUEST AS JSON:
  {\"method\": \"PUT\", \"url\": \"https://...\", \"headers\": {\"content-type\": \"image/jpeg\"}}
  What `presign --json` and `sign --json` print. Also: bucket, region, additional_headers; and \
canonical_request, string_to_sign: what your own code signed.";

/// The answer of `explain`: coloured where it goes to a terminal.
pub(crate) struct Explanation(String);

impl Explanation {
    /// `anstream` takes the colours out for pipes, and where `NO_COLOR` is set.
    pub(crate) fn print(self) -> ExitCode {
        answer::write(anstream::stdout().lock(), &self.0)
    }
}

impl Explain {
    pub(crate) fn run(&self) -> Result<Explanation, Mistake> {
        if self.error.as_deref() == Some("-") && self.request.as_deref() == Some("-") {
            return Err(Mistake::new(
                "--error and the request cannot both be read from standard input: put one into a \
                 file",
            ));
        }
        let answer = self.error.as_deref().map(read_answer).transpose()?;
        let meant = self.request.as_deref().map(|text| self.meant(text)).transpose()?;
        let access_key = self.credentials.if_any()?;
        let credentials = access_key.as_ref().map(|access_key| access_key.borrow());
        let now = self.now.map_or_else(instant::now, Ok)?;
        let report = report(answer.as_ref(), meant, credentials.as_ref(), now)?;
        Ok(Explanation(report.to_string()))
    }

    fn meant(&self, text: &str) -> Result<Meant, Mistake> {
        let text = match (text, text.strip_prefix('@')) {
            ("-", _) => read("-")?,
            (_, Some(path)) => read(path)?,
            (text, None) => text.to_owned(),
        };
        if text.len() > MAX_LENGTH {
            return Err(Mistake::new("the request is longer than 1 MiB: give one that OSS takes"));
        }
        Meant::read(&text, &self.presented)
    }
}

/// Explains texts: what OSS answered, and the request as a URL or a document such as `presign --json`
/// prints. The text has colours.
pub(crate) fn explain(
    answer: Option<&str>,
    request: Option<&str>,
    credentials: Option<&Credentials<'_>>,
    now: Timestamp,
) -> Result<String, Mistake> {
    let answer = answer.map(ErrorAnswer::read).transpose();
    let answer = answer.map_err(|error| Mistake::new(format!("the answer of OSS {error}")))?;
    let meant = request.map(|text| Meant::read(text, &PresentedArgs::default())).transpose()?;
    Ok(report(answer.as_ref(), meant, credentials, now)?.to_string())
}

fn report(
    answer: Option<&ErrorAnswer>,
    meant: Option<Meant>,
    credentials: Option<&Credentials<'_>>,
    now: Timestamp,
) -> Result<Report, Mistake> {
    match (answer, meant) {
        (Some(answer), meant) => Report::of(answer, meant, credentials, now),
        (None, Some(meant)) => Report::of_request(&meant, credentials),
        (None, None) => {
            Err(Mistake::new("there is nothing to explain: give --error FILE, the URL, or both"))
        }
    }
}

fn read_answer(path: &str) -> Result<ErrorAnswer, Mistake> {
    let text = read(path)?;
    ErrorAnswer::read(&text)
        .map_err(|error| Mistake::new(format!("--error {} {error}", Quoted(path))))
}

/// A file, or standard input; a little more than the most that is taken, so that more is noticed.
fn read(path: &str) -> Result<String, Mistake> {
    let most = u64::try_from(MAX_LENGTH).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    let read = match path {
        "-" => io::stdin().lock().take(most).read_to_end(&mut bytes),
        path => File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes)),
    };
    read.map_err(|error| {
        Mistake::new(format!("cannot read {}: {error}; give a file, or -", Quoted(path)))
    })?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// A span of time as people say it: its largest unit, and the one after it.
fn gap(seconds: u64) -> String {
    let (days, hours, minutes) = (seconds / 86_400, seconds / 3600, seconds / 60);
    let (first, second) = match (days, hours, minutes) {
        (0, 0, 0) => return format!("{seconds}s"),
        (0, 0, minutes) => (format!("{minutes}m"), (seconds % 60, "s")),
        (0, hours, minutes) => (format!("{hours}h"), (minutes % 60, "m")),
        (days, hours, _) => (format!("{days}d"), (hours % 24, "h")),
    };
    match second {
        (0, _) => first,
        (count, unit) => format!("{first} {count}{unit}"),
    }
}

#[cfg(test)]
mod tests;
