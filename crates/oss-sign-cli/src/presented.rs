//! A request as a person has it in hand: a URL, and what was or will be sent with it.

use clap::Args;
use oss_sign::verify::{Parsed, Received, Refusal, Slot, Tolerance};
use oss_sign::{Bucket, Credentials, Timestamp};
use percent_encoding::percent_decode_str;

use crate::location::{Location, LocationArgs};
use crate::mistake::{Mistake, Quoted};
use crate::request::header;

#[derive(Args, Default)]
#[command(next_help_heading = "Request")]
pub(crate) struct PresentedArgs {
    /// The HTTP method of the request [default: GET]
    #[arg(long)]
    method: Option<String>,

    /// A header that is sent with it; may be repeated
    #[arg(long, value_name = "NAME: VALUE")]
    header: Vec<String>,

    #[command(flatten)]
    pub(crate) location: LocationArgs,
}

impl PresentedArgs {
    /// The request for this URL.
    pub(crate) fn presented(&self, url: &str) -> Result<Presented, Mistake> {
        let mut presented = Presented::from_url(url, &self.location)?;
        presented.method = self.method();
        for text in &self.header {
            let (name, value) = header(text)?;
            presented.set_header(name, value.trim());
        }
        Ok(presented)
    }

    pub(crate) fn has_method(&self) -> bool {
        self.method.is_some()
    }

    fn method(&self) -> String {
        self.method.as_deref().unwrap_or("GET").to_ascii_uppercase()
    }
}

/// A request in pieces, as they are sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Presented {
    pub(crate) method: String,
    pub(crate) host: String,
    pub(crate) path: String,
    /// `NAME` or `NAME=VALUE`, percent-encoded.
    pub(crate) query: Vec<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) location: Location,
}

/// More than OSS takes.
const SLOTS: usize = 256;

impl Presented {
    /// A GET request for a URL.
    pub(crate) fn from_url(url: &str, location: &LocationArgs) -> Result<Self, Mistake> {
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
        let rest = rest.ok_or_else(|| {
            Mistake::new(format!(
                "{} is not a URL: write https://HOST/KEY?QUERY, in quotes",
                Quoted(without_query(url))
            ))
        })?;
        // Clients do not send what follows a `#`.
        let rest = rest.split('#').next().unwrap_or_default();
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (host, path_and_query) = rest.split_at_checked(end).unwrap_or((rest, ""));
        if host.is_empty() || host.contains('@') {
            return Err(Mistake::new(
                "the URL has no host, or a user name before it: write https://HOST/KEY?QUERY",
            ));
        }
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        Ok(Self {
            method: "GET".to_owned(),
            host: host.to_owned(),
            path: if path.is_empty() { "/".to_owned() } else { path.to_owned() },
            query: query.split('&').filter(|text| !text.is_empty()).map(str::to_owned).collect(),
            headers: vec![("host".to_owned(), host.to_owned())],
            location: location.location(host),
        })
    }

    /// Adds a header; `Host` replaces the one that every client sends by itself.
    pub(crate) fn set_header(&mut self, name: &str, value: &str) {
        if name.eq_ignore_ascii_case("host") {
            self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case("host"));
        }
        self.headers.push((name.to_owned(), value.to_owned()));
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let mut named = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        named.next().map(|(_, value)| value.trim())
    }

    /// The decoded parameters of the query, where `+` is a blank.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (String, String)> {
        self.query.iter().map(|text| {
            let (name, value) = text.split_once('=').unwrap_or((text, ""));
            (decoded_value(name), decoded_value(value))
        })
    }

    pub(crate) fn parameter(&self, name: &str) -> Option<String> {
        self.parameters().find(|(other, _)| other == name).map(|(_, value)| value)
    }

    pub(crate) fn path_and_query(&self) -> String {
        match self.query.is_empty() {
            true => self.path.clone(),
            false => format!("{}?{}", self.path, self.query.join("&")),
        }
    }

    /// The bytes of its parts.
    pub(crate) fn length(&self) -> usize {
        let headers =
            self.headers.iter().map(|(name, value)| name.len().saturating_add(value.len()));
        let query = self.query.iter().map(String::len);
        self.path.len().saturating_add(query.chain(headers).sum())
    }

    /// Reads the signature, and hands it over together with the bucket that the host stands for.
    pub(crate) fn with_parsed<T>(
        &self,
        act: impl FnOnce(&Parsed<'_, '_>, Option<Bucket<'_>>) -> T,
    ) -> Result<Result<T, Refusal>, Mistake> {
        let name = self.location.bucket(&self.host)?;
        let bucket = name.as_deref().map(Bucket::new).transpose().map_err(|error| {
            Mistake::new(format!(
                "bucket {}: {error}; give --bucket NAME",
                Quoted(name.as_deref().unwrap_or_default())
            ))
        })?;
        let path_and_query = self.path_and_query();
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let received = Received::new(&self.method, &path_and_query, &headers);
        let (mut parameters, mut signed) = ([Slot::default(); SLOTS], [Slot::default(); SLOTS]);
        let parsed = received.parse(&mut parameters, &mut signed);
        Ok(parsed.map(|parsed| act(&parsed, bucket)))
    }

    /// Verifies the signature, and its time unless `now` is `None`.
    pub(crate) fn verify(
        &self,
        credentials: &Credentials<'_>,
        now: Option<Timestamp>,
    ) -> Result<Result<(), Refusal>, Mistake> {
        let verified = self.with_parsed(|parsed, bucket| {
            let now = now.or(parsed.expires_at()).or(parsed.signed_at());
            // Every signature has one of them.
            let now = now.ok_or(Refusal::Expired)?;
            parsed.verify(bucket, credentials, now, Tolerance::default())
        })?;
        Ok(verified.and_then(|result| result))
    }
}

/// Decodes a name or a value of the query.
pub(crate) fn decoded_value(text: &str) -> String {
    decoded(&text.replace('+', " "))
}

/// Decodes a path.
pub(crate) fn decoded(text: &str) -> String {
    percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// The signature is in the query, and nobody's business.
fn without_query(url: &str) -> &str {
    url.split('?').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn presented(url: &str) -> Presented {
        Presented::from_url(url, &LocationArgs::default()).unwrap()
    }

    #[test]
    fn a_url_in_pieces() {
        let request = presented("https://b.oss-cn-hangzhou.aliyuncs.com:443/a%2Fb?x=1+2&acl#end");
        assert_eq!(request.host, "b.oss-cn-hangzhou.aliyuncs.com:443");
        assert_eq!(request.path_and_query(), "/a%2Fb?x=1+2&acl");
        assert_eq!(request.parameter("x").as_deref(), Some("1 2"));
        assert_eq!(request.parameter("acl").as_deref(), Some(""));
        assert_eq!(presented("http://192.0.2.1").path_and_query(), "/");
        assert_eq!(presented("http://192.0.2.1?a").path_and_query(), "/?a");
    }

    #[test]
    fn what_is_not_a_url() {
        for text in ["", "oss://b/k", "https://", "https:///k", "https://me:hush@host/"] {
            let mistake = Presented::from_url(text, &LocationArgs::default()).unwrap_err();
            assert!(!mistake.to_string().contains("hush"), "{mistake}");
        }
    }

    #[test]
    fn the_users_host_replaces_that_of_the_url() {
        let mut request = presented("https://192.0.2.1/k");
        request.set_header("Host", "static.example.com");
        assert_eq!(request.header("host"), Some("static.example.com"));
        assert_eq!(request.headers.len(), 1);
    }
}
