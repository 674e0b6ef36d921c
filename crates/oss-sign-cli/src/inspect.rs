//! `oss-sign inspect`: what a signed URL says of itself, without any secret.

use clap::Args;
use oss_sign::Timestamp;
use serde::Serialize;

use crate::answer::Answer;
use crate::document::to_json;
use crate::facts::{Facts, SIGNATURE_PARAMETERS};
use crate::instant::{self, instant};
use crate::mistake::Mistake;
use crate::presented::{Presented, PresentedArgs};
use crate::problems::{self, State};
use crate::shown::harmless;

/// Show what a presigned URL says of itself, and what is likely to be wrong with it.
///
/// It needs no AccessKey, and so cannot say whether the signature holds: `verify` can.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Inspect {
    /// The URL, in quotes
    #[arg(value_name = "URL")]
    url: String,

    #[command(flatten)]
    request: PresentedArgs,

    /// The instant of the question whether it has expired: Unix seconds or RFC 3339
    /// [default: the clock]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    now: Option<Timestamp>,

    /// Print a JSON document
    #[arg(long, help_heading = "Output")]
    json: bool,
}

const EXAMPLES: &str = "\
EXAMPLES:
  oss-sign inspect 'https://examplebucket.oss-cn-hangzhou.aliyuncs.com/cat.jpg?...'
  oss-sign inspect 'https://...' --now 2026-01-31T12:00:00Z --json";

/// Its fields are a promise.
#[derive(Serialize)]
struct Document<'a> {
    #[serde(flatten)]
    facts: &'a Facts,
    state: &'static str,
    /// Those that are not of the signature.
    parameters: Vec<(String, String)>,
    problems: Vec<String>,
}

impl Inspect {
    /// A GET request for a URL, looked at in an instant.
    pub(crate) fn of(url: &str, now: Timestamp, is_json: bool) -> Self {
        let request = PresentedArgs::default();
        Self { url: url.to_owned(), request, now: Some(now), json: is_json }
    }

    pub(crate) fn run(&self) -> Result<Answer, Mistake> {
        let request = self.request.presented(&self.url)?;
        let now = self.now.map_or_else(instant::now, Ok)?;
        let facts = Facts::of(&request);
        let document = Document {
            facts: &facts,
            state: State::of(&facts, now).as_str(),
            parameters: callers_parameters(&request),
            problems: problems::of(&request, &facts)?,
        };
        let text = if self.json { to_json(&document)? } else { document.to_text(now) };
        Ok(Answer { text, warnings: Vec::new() })
    }
}

impl Document<'_> {
    fn to_text(&self, now: Timestamp) -> String {
        let mut lines: Vec<String> =
            self.facts.lines().iter().map(|(name, value)| format!("{name}: {value}")).collect();
        lines.push(format!("at {now}: {}", self.state.replace('-', " ")));
        lines.extend(self.parameters.iter().map(|(name, value)| match value.as_str() {
            "" => format!("parameter: {name}"),
            value => format!("parameter: {name}={value}"),
        }));
        lines.extend(self.problems.iter().map(|problem| format!("problem: {problem}")));
        lines.iter().map(|line| harmless(line) + "\n").collect()
    }
}

fn callers_parameters(request: &Presented) -> Vec<(String, String)> {
    let of_signature = |name: &String| SIGNATURE_PARAMETERS.contains(&name.as_str());
    request.parameters().filter(|(name, _)| !of_signature(name)).collect()
}
