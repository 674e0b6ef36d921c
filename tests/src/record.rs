//! One line of a vector file: what an official SDK was given, and what it made of it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use flate2::read::MultiGzDecoder;
use serde::Deserialize;

/// A request that an SDK signed.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs, reason = "the names are those of the format")]
pub struct Record {
    pub id: String,
    pub op: String,
    pub version: String,
    #[serde(default)]
    pub method: String,
    #[serde(default)]
    pub scheme: String,
    #[serde(default)]
    pub endpoint: String,
    #[serde(default)]
    pub addressing: String,
    pub bucket: Option<String>,
    pub key: Option<String>,
    #[serde(default)]
    pub region: Option<String>,
    #[serde(default)]
    pub product: Option<String>,
    pub access_key_id: String,
    pub access_key_secret: String,
    pub security_token: Option<String>,
    pub time_unix: u64,
    pub expires: Option<u32>,
    #[serde(default)]
    pub query: Vec<(String, Option<String>)>,
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    #[serde(default)]
    pub additional_headers: Vec<String>,
    /// A POST policy as the SDK was given it.
    pub policy_input: Option<String>,
    /// Every signed parameter of a call of STS, in the order in which they were sent.
    #[serde(default)]
    pub params: Vec<(String, String)>,
    pub expect: Expect,
    /// The classes in which the SDK deviates from the documented rule.
    #[serde(default)]
    pub deviation: Vec<String>,
    /// Whether a server by the documented rule accepts the URL that deviates.
    pub valid_as_sent: Option<bool>,
    /// The outcome by the documented rule, of a record that deviates from it.
    pub official: Option<Expect>,
}

/// What came out.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs, reason = "the names are those of the format")]
pub struct Expect {
    pub signature: String,
    pub url: Option<String>,
    pub authorization: Option<String>,
    /// All headers on the request when it was signed, without `Authorization`.
    #[serde(default)]
    pub headers: Vec<(String, String)>,
    pub string_to_sign: Option<String>,
    pub canonical_request: Option<String>,
    /// A POST policy as the SDK signed it, which may have written the JSON anew.
    pub policy_signed_text: Option<String>,
    pub policy_base64: Option<String>,
    /// A call of STS as it was sent.
    pub http: Option<Http>,
}

/// A call of STS as it was sent.
#[derive(Clone, Debug, Deserialize)]
#[allow(missing_docs, reason = "the names are those of the format")]
pub struct Http {
    pub method: String,
    /// Path and query.
    pub path: String,
    pub body: String,
}

impl Expect {
    /// The canonical request in V4, the string to sign in V1.
    #[must_use]
    pub fn text(&self) -> String {
        self.canonical_request
            .as_ref()
            .or(self.string_to_sign.as_ref())
            .cloned()
            .unwrap_or_default()
    }
}

/// Reads the lines of a file, compressed with gzip or not.
///
/// # Errors
///
/// The file cannot be read or is not UTF-8.
pub fn read_lines(path: &Path) -> io::Result<Vec<String>> {
    let mut file = BufReader::new(File::open(path)?);
    let is_compressed = file.fill_buf()?.starts_with(&[0x1f, 0x8b]);
    let reader: Box<dyn Read> =
        if is_compressed { Box::new(MultiGzDecoder::new(file)) } else { Box::new(file) };
    BufReader::new(reader)
        .lines()
        .filter(|line| !matches!(line, Ok(line) if line.is_empty()))
        .collect()
}
