//! What the fuzz targets call: verbs without files, environment and clock. Nothing here is promised.

use oss_sign::{Credentials, Timestamp};

use crate::explain;
use crate::inspect::Inspect;
use crate::mistake::Mistake;

/// What `explain` says of an answer of OSS and of a request, as for a terminal; or what is wrong with
/// the two.
///
/// # Errors
///
/// What the command would say on standard error.
pub fn explain(
    answer: Option<&str>,
    request: Option<&str>,
    credentials: Option<&Credentials<'_>>,
    now: Timestamp,
) -> Result<String, String> {
    explain::explain(answer, request, credentials, now).map_err(said)
}

/// What `inspect` says of a URL, as text or as JSON.
///
/// # Errors
///
/// What the command would say on standard error.
pub fn inspect(url: &str, now: Timestamp, is_json: bool) -> Result<String, String> {
    Inspect::of(url, now, is_json).run().map(|answer| answer.text).map_err(said)
}

#[allow(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn said(mistake: Mistake) -> String {
    mistake.to_string()
}
