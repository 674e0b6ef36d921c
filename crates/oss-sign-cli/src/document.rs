//! The JSON document, and the URL of a request that is signed by headers.

use std::collections::BTreeMap;

use oss_sign::Endpoint;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;

use crate::mistake::Mistake;
use crate::request::Parts;

/// What `--json` prints. Its fields are a promise.
#[derive(Serialize)]
pub(crate) struct Document {
    pub(crate) url: String,
    pub(crate) method: &'static str,
    pub(crate) headers: Headers,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<String>,
    pub(crate) signature_version: &'static str,
}

impl Document {
    pub(crate) fn to_json(&self) -> Result<String, Mistake> {
        let json = serde_json::to_string_pretty(self);
        json.map(|json| json + "\n").map_err(|error| Mistake::new(error.to_string()))
    }
}

/// Headers by lower-case name. An object has each name once, so the values of a header that occurs
/// more than once are joined by a comma, as they are signed.
#[derive(Serialize)]
#[serde(transparent)]
pub(crate) struct Headers(BTreeMap<String, String>);

impl<'a> FromIterator<(&'a str, &'a str)> for Headers {
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(headers: I) -> Self {
        let mut by_name = BTreeMap::<_, String>::new();
        for (name, value) in headers {
            by_name
                .entry(name.to_ascii_lowercase())
                .and_modify(|values| {
                    values.push(',');
                    values.push_str(value);
                })
                .or_insert_with(|| value.to_owned());
        }
        Self(by_name)
    }
}

/// What OSS leaves unencoded in a query: RFC 3986's unreserved characters.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The URL of a request that is signed by headers.
pub(crate) fn url_with_query(endpoint: Endpoint<'_>, parts: &Parts<'_>) -> String {
    let mut url = endpoint.url(parts.resource()).to_string();
    let mut separator = '?';
    for (name, value) in parts.parameters() {
        url.push(separator);
        separator = '&';
        url.extend(utf8_percent_encode(name, ENCODED));
        if !value.is_empty() {
            url.push('=');
            url.extend(utf8_percent_encode(value, ENCODED));
        }
    }
    url
}
