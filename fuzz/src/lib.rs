//! What the targets share: a request that is read from the fuzzer's bytes.
//!
//! The bytes are three lists one after the other, apart by `0xFE`: the parts of the request, its
//! parameters, its headers. `0xFF` stands between the elements of a list. Neither byte occurs in
//! UTF-8, so that every text can be written, and a seed can be read.

use oss_sign::{Credentials, Method, Timestamp};
use oss_sign_tests::reference::{Asked, Signatory};

/// When everything is signed: 2023-11-14T22:13:20Z.
pub const NOW: u64 = 1_700_000_000;

/// A secret of the seeds that nothing else looks like.
pub const SECRET: &str = "hush/+hush";

/// Whether it is somewhere in the bytes.
pub fn has_secret(bytes: &[u8]) -> bool {
    bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes())
}

/// A request, as the fuzzer wants it.
#[derive(Debug)]
pub struct Input<'a> {
    pub method: Method,
    pub is_path_style: bool,
    pub key: &'a str,
    pub security_token: Option<&'a str>,
    pub process: Option<&'a str>,
    pub query: Vec<(&'a str, &'a str)>,
    pub headers: Vec<(&'a str, &'a str)>,
    pub additional_headers: Vec<&'a str>,
}

impl<'a> Input<'a> {
    /// `None` if it is no request.
    pub fn read(data: &'a [u8]) -> Option<Self> {
        let mut lists = data.split(|byte| *byte == 0xFE).map(texts);
        let (request, query, headers) = (lists.next()??, lists.next()??, lists.next()??);
        let mut request = request.into_iter();
        Some(Self {
            method: request.next()?.parse().ok()?,
            is_path_style: request.next()? == "path",
            key: request.next()?,
            security_token: request.next().filter(|token| !token.is_empty()),
            process: request.next().filter(|style| !style.is_empty()),
            additional_headers: request.collect(),
            query: pairs(&query),
            headers: pairs(&headers),
        })
    }

    /// The same for the reference.
    pub fn asked(&self, bucket: &str) -> Asked {
        let pair = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        let process = self.process.map(|style| ("x-oss-process".to_owned(), style.to_owned()));
        Asked {
            method: self.method.as_str().to_owned(),
            bucket: Some(bucket.to_owned()),
            key: Some(self.key.to_owned()),
            query: self.query.iter().map(pair).chain(process).collect(),
            headers: self.headers.iter().map(pair).collect(),
            additional_headers: self
                .additional_headers
                .iter()
                .map(|name| (*name).to_owned())
                .collect(),
        }
    }

    /// `None` if there is a token, but none that could be one.
    pub fn credentials(&self) -> Option<Credentials<'a>> {
        let pair = credentials();
        match self.security_token {
            None => Some(pair),
            Some(token) => pair.with_security_token(token).ok(),
        }
    }

    /// The same for the reference.
    pub fn signatory(&self) -> Signatory {
        Signatory { security_token: self.security_token.map(str::to_owned), ..signatory() }
    }
}

/// [`credentials`] for the reference.
pub fn signatory() -> Signatory {
    Signatory {
        access_key_id: "LTAI5tExampleKeyId".to_owned(),
        access_key_secret: "example-secret".to_owned(),
        security_token: None,
        region: "cn-hangzhou".to_owned(),
        product: "oss".to_owned(),
        now: NOW,
    }
}

pub fn credentials<'a>() -> Credentials<'a> {
    Credentials::new("LTAI5tExampleKeyId", "example-secret").unwrap()
}

pub fn now() -> Timestamp {
    Timestamp::from_unix_seconds(NOW).unwrap()
}

/// The elements of a list, if they are text.
pub fn texts(list: &[u8]) -> Option<Vec<&str>> {
    if list.is_empty() {
        return Some(Vec::new());
    }
    list.split(|byte| *byte == 0xFF).map(|text| str::from_utf8(text).ok()).collect()
}

/// Elements two by two.
pub fn pairs<'a>(texts: &[&'a str]) -> Vec<(&'a str, &'a str)> {
    texts.chunks(2).map(|pair| (pair[0], pair.get(1).copied().unwrap_or_default())).collect()
}
