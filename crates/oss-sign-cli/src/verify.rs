//! `oss-sign verify`: was this request signed with this AccessKey?

use clap::Args;
use oss_sign::Timestamp;
use oss_sign::verify::{Refusal, SignatureForm};
use serde::Serialize;

use crate::access_key::CredentialsArgs;
use crate::answer::Answer;
use crate::document::to_json;
use crate::facts::Facts;
use crate::instant::{self, instant};
use crate::mistake::Mistake;
use crate::presented::PresentedArgs;
use crate::shown::harmless;
use crate::verdict::Verdict;

/// Verify a presigned URL, or a request that is signed by its headers, as OSS would.
///
/// Exit code 0 if it holds, 1 if it does not.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Verify {
    /// The URL, in quotes
    #[arg(value_name = "URL")]
    url: String,

    #[command(flatten)]
    request: PresentedArgs,

    /// When it arrives: Unix seconds or RFC 3339 [default: the clock]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    now: Option<Timestamp>,

    #[command(flatten)]
    credentials: CredentialsArgs,

    /// Print a JSON document
    #[arg(long, help_heading = "Output")]
    json: bool,
}

const EXAMPLES: &str = "\
EXAMPLES:
  oss-sign verify 'https://examplebucket.oss-cn-hangzhou.aliyuncs.com/cat.jpg?...'
  oss-sign verify 'https://static.example.com/cat.jpg?...' --bucket examplebucket
  oss-sign verify 'https://...' --method PUT --header 'Content-Type: image/jpeg' --json";

/// Its fields are a promise.
#[derive(Serialize)]
struct Document<'a> {
    holds: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    refusal: Option<RefusalDocument>,
    method: &'a str,
    #[serde(flatten)]
    facts: &'a Facts,
}

#[derive(Serialize)]
struct RefusalDocument {
    message: String,
    status: u16,
    code: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ec: Option<&'static str>,
}

impl Verify {
    pub(crate) fn run(&self) -> Result<Verdict, Mistake> {
        let request = self.request.presented(&self.url)?;
        let now = self.now.map_or_else(instant::now, Ok)?;
        let access_key = self.credentials.access_key()?;
        let verified = request.verify(&access_key.borrow(), Some(now))?;
        let form = request.with_parsed(|parsed, _| parsed.form())?.ok();
        let refusal = verified.err().map(|refusal| RefusalDocument::new(refusal, form));
        let facts = Facts::of(&request);
        let holds = refusal.is_none();
        let document = Document { holds, refusal, method: &request.method, facts: &facts };
        let text = if self.json { to_json(&document)? } else { document.to_text() };
        Ok(Verdict { answer: Answer { text, warnings: Vec::new() }, holds })
    }
}

impl Document<'_> {
    fn to_text(&self) -> String {
        let mut lines = match &self.refusal {
            None => vec!["holds: yes".to_owned()],
            Some(RefusalDocument { message, status, code, ec }) => {
                let ec = ec.map(|ec| format!(" (EC {ec})")).unwrap_or_default();
                vec![
                    format!("holds: no, {message}"),
                    format!("OSS would answer: {status} {code}{ec}"),
                ]
            }
        };
        lines.push(format!("method: {}", harmless(self.method)));
        let facts = self.facts.lines().into_iter();
        lines.extend(facts.map(|(name, value)| format!("{name}: {}", harmless(&value))));
        lines.join("\n") + "\n"
    }
}

impl RefusalDocument {
    fn new(refusal: Refusal, form: Option<SignatureForm>) -> Self {
        Self {
            message: refusal.to_string(),
            status: refusal.status(),
            code: refusal.code(),
            ec: form.and_then(|form| refusal.ec(form)),
        }
    }
}
