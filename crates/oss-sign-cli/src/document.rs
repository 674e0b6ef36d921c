//! The JSON documents.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::mistake::Mistake;

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
        to_json(self)
    }
}

/// What `--json` prints of a form. Its fields are a promise.
#[derive(Serialize)]
pub(crate) struct FormDocument<'a> {
    pub(crate) url: &'a str,
    /// Pairs, as their order counts: `file` is to follow them.
    pub(crate) fields: &'a [(&'a str, String)],
    pub(crate) expires_at: String,
    pub(crate) signature_version: &'static str,
}

impl FormDocument<'_> {
    pub(crate) fn to_json(&self) -> Result<String, Mistake> {
        to_json(self)
    }
}

/// A document as text.
pub(crate) fn to_json(document: &impl Serialize) -> Result<String, Mistake> {
    let json = serde_json::to_string_pretty(document);
    json.map(|json| json + "\n").map_err(|error| Mistake::new(error.to_string()))
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
