//! What came: a record of each request, for tests and for the log.

use core::fmt;
use core::time::Duration;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use oss_sign::Timestamp;
use oss_sign::verify::SignatureForm;
use percent_encoding::percent_decode_str;

/// A request that was answered. Signatures and security tokens are cut short in it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RequestRecord {
    /// When it came, by the emulator's clock.
    pub at: Timestamp,
    /// The value of `x-oss-request-id`.
    pub request_id: String,
    /// The method in capitals.
    pub method: String,
    /// The header `Host`.
    pub host: String,
    /// Path and query as they came.
    pub path_and_query: String,
    /// The bucket that it is about.
    pub bucket: Option<String>,
    /// The object key, decoded.
    pub key: Option<String>,
    /// The name of the operation in OSS's documentation, such as `PutObject`.
    pub operation: Option<&'static str>,
    /// Whose signature it claimed to be; `None` if it has none.
    pub access_key_id: Option<String>,
    /// Version and place of the signature.
    pub signature_form: Option<SignatureForm>,
    /// The status of the answer. 0 if the connection was reset.
    pub status: u16,
    /// The `Code` of the error.
    pub code: Option<&'static str>,
    /// The JSON of the callback that was asked for. It is not called.
    pub callback: Option<String>,
    /// How long it took until the answer began.
    pub took: Duration,
}

impl fmt::Display for RequestRecord {
    /// One line for a log.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { method, host, path_and_query, status, .. } = self;
        write!(formatter, "{status} {method} {host}{path_and_query}")?;
        write!(formatter, " {}", self.operation.unwrap_or("?"))?;
        match (&self.access_key_id, self.signature_form) {
            (Some(id), Some(form)) => write!(formatter, " by {id} ({form:?})")?,
            _ => formatter.write_str(" anonymous")?,
        }
        if let Some(code) = self.code {
            write!(formatter, " {code}")?;
        }
        if let Some(callback) = &self.callback {
            write!(formatter, " callback {callback}")?;
        }
        write!(formatter, " {:.1} ms", self.took.as_secs_f64() * 1000.0)
    }
}

/// The last requests.
#[derive(Clone, Debug, Default)]
pub(crate) struct Requests(Arc<Mutex<VecDeque<RequestRecord>>>);

impl Requests {
    /// So that an emulator that runs for long does not grow.
    const KEPT: usize = 1000;

    pub(crate) fn push(&self, record: RequestRecord) {
        let mut records = self.lock();
        if records.len() >= Self::KEPT {
            records.pop_front();
        }
        records.push_back(record);
    }

    pub(crate) fn all(&self) -> Vec<RequestRecord> {
        self.lock().iter().cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<RequestRecord>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Path and query with secrets cut short: whoever has a signature or a token can use it.
pub(crate) fn redacted(path_and_query: &str) -> String {
    let Some((path, query)) = path_and_query.split_once('?') else {
        return path_and_query.to_owned();
    };
    let parameters: Vec<String> = query.split('&').map(redacted_parameter).collect();
    format!("{path}?{}", parameters.join("&"))
}

fn redacted_parameter(parameter: &str) -> String {
    const SECRET: [&str; 4] =
        ["signature", "x-oss-signature", "security-token", "x-oss-security-token"];
    const KEPT: usize = 6;
    let Some((name, value)) = parameter.split_once('=') else { return parameter.to_owned() };
    let decoded = percent_decode_str(name).decode_utf8_lossy();
    match SECRET.iter().any(|secret| decoded.eq_ignore_ascii_case(secret)) {
        true => format!("{name}={}…", value.chars().take(KEPT).collect::<String>()),
        false => parameter.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_cut_short() {
        assert_eq!(
            redacted("/k?Signature=abcdefghij&securit%79-token=CAISexample&x=1&acl"),
            "/k?Signature=abcdef…&securit%79-token=CAISex…&x=1&acl"
        );
        assert_eq!(redacted("/k"), "/k");
    }
}
