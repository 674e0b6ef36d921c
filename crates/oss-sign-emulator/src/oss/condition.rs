//! Conditions on what is there: `If-Match` and its kin, for downloads and for sources of copies.

use core::time::Duration;
use std::time::SystemTime;

use http::StatusCode;

use super::head::Head;
use crate::failure::Failure;
use crate::storage::{Content, Seconds};

/// The names of the headers with the conditions.
#[derive(Clone, Copy, Debug)]
pub(super) struct ConditionHeaders {
    matches: &'static str,
    none_match: &'static str,
    modified_since: &'static str,
    unmodified_since: &'static str,
}

/// On an object that is asked for.
pub(super) const OF_OBJECT: ConditionHeaders = ConditionHeaders {
    matches: "if-match",
    none_match: "if-none-match",
    modified_since: "if-modified-since",
    unmodified_since: "if-unmodified-since",
};

/// On the source of a copy.
pub(super) const OF_COPY_SOURCE: ConditionHeaders = ConditionHeaders {
    matches: "x-oss-copy-source-if-match",
    none_match: "x-oss-copy-source-if-none-match",
    modified_since: "x-oss-copy-source-if-modified-since",
    unmodified_since: "x-oss-copy-source-if-unmodified-since",
};

impl ConditionHeaders {
    /// Checks them in the order of RFC 9110: a condition on the ETag makes one on the time void.
    pub(super) fn check(
        self,
        head: &Head,
        content: &Content,
        last_modified: Seconds,
    ) -> Result<(), Failure> {
        if let Some(wanted) = head.header(self.matches)? {
            if !is_among(wanted, &content.etag) {
                return Err(precondition_failed(self.matches));
            }
        } else if let Some(latest) = time(head, self.unmodified_since)?
            && last_modified > latest
        {
            return Err(precondition_failed(self.unmodified_since));
        }
        if let Some(unwanted) = head.header(self.none_match)? {
            if is_among(unwanted, &content.etag) {
                return Err(not_modified(&content.etag));
            }
        } else if let Some(since) = time(head, self.modified_since)?
            && last_modified <= since
        {
            return Err(not_modified(&content.etag));
        }
        Ok(())
    }
}

/// Whether an ETag is in a list of them, whose quotes many clients leave out.
fn is_among(list: &str, etag: &str) -> bool {
    let bare = |etag: &str| etag.trim().trim_matches('"').to_ascii_uppercase();
    list.trim() == "*" || list.split(',').any(|other| bare(other) == bare(etag))
}

/// A time that is not one is no condition.
fn time(head: &Head, name: &'static str) -> Result<Option<Seconds>, Failure> {
    let time = head.header(name)?.and_then(|text| httpdate::parse_http_date(text).ok());
    let since = time.and_then(|time| time.duration_since(SystemTime::UNIX_EPOCH).ok());
    Ok(since.map(|since| Seconds(since.as_secs())))
}

/// `Tue, 14 Nov 2023 22:13:20 GMT`
pub(super) fn http_date(instant: Seconds) -> String {
    // Timestamps end with the year 9999, which is what `httpdate` can write.
    let Seconds(seconds) = instant;
    httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

fn precondition_failed(condition: &'static str) -> Failure {
    let message = "At least one of the pre-conditions you specified did not hold.";
    Failure::new(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", message)
        .element("Condition", condition)
}

fn not_modified(etag: &str) -> Failure {
    Failure::new(StatusCode::NOT_MODIFIED, "NotModified", "Not Modified").element("ETag", etag)
}
