//! Signs what an SDK signed, and compares.

use core::error::Error;
use std::collections::BTreeSet;

use oss_sign::{
    Addressing, Bucket, Credentials, CredentialsError, DateHeader, Endpoint, Expires, ObjectKey,
    PolicyForm, PresignedUrl, Product, Region, Request, Resource, SignedHeaders, Timestamp, v1, v4,
};
use percent_encoding::percent_decode_str;

use crate::record::{Expect, Record};
use crate::sts_rpc;

/// What became of a record.
#[derive(Debug)]
#[allow(clippy::exhaustive_enums, reason = "there is no fourth way")]
pub enum Outcome {
    /// Everything is as the SDK has it.
    Passed,
    /// Something is not.
    Failed(Mismatch),
    /// It was not tried, for this reason.
    Skipped(String),
}

/// Where this library and the SDK differ.
#[derive(Debug)]
#[allow(clippy::exhaustive_structs, reason = "for reports only")]
pub struct Mismatch {
    /// What differs, or what went wrong.
    pub what: String,
    /// What the SDK has.
    pub expected: String,
    /// What this library has.
    pub actual: String,
}

/// What this library made of a record.
struct Signed {
    signature: String,
    /// Of a presigned URL.
    url: Option<String>,
    /// Of a signed request.
    headers: Vec<(String, String)>,
    /// Of a signed POST policy.
    policy: Option<String>,
    /// The canonical request in V4, the string to sign in V1.
    text: String,
}

/// Tries one line of a vector file.
#[must_use]
pub fn check_line(line: &str) -> Outcome {
    match serde_json::from_str::<Record>(line) {
        Ok(record) => check(&record),
        Err(error) => Outcome::unreadable(line, &error),
    }
}

impl Outcome {
    /// Of a line that is not a record of the kinds that are known.
    pub(crate) fn unreadable(line: &str, error: &serde_json::Error) -> Self {
        match skipped_by_name(line) {
            Some(reason) => Self::Skipped(reason),
            None => Self::Failed(Mismatch {
                what: format!("not a record: {error}"),
                expected: String::new(),
                actual: String::new(),
            }),
        }
    }
}

/// Tries one record.
#[must_use]
pub fn check(record: &Record) -> Outcome {
    if let Some(reason) = reason_to_skip(&record.op, &record.version) {
        return Outcome::Skipped(reason);
    }
    if let Some(class) = record.deviation.iter().find(|class| class.starts_with("ambiguous")) {
        return Outcome::Skipped(class.clone());
    }
    if record.op == "sts_rpc" {
        return sts_rpc::check(record);
    }
    match sign(record) {
        Ok(signed) => compare(record, &signed),
        Err(error) => Outcome::Failed(Mismatch {
            what: error.to_string(),
            expected: expected(record).text(),
            actual: String::new(),
        }),
    }
}

/// Operations whose records have other fields.
fn skipped_by_name(line: &str) -> Option<String> {
    #[derive(serde::Deserialize)]
    struct Name {
        op: String,
        version: String,
    }
    let name = serde_json::from_str::<Name>(line).ok()?;
    reason_to_skip(&name.op, &name.version)
}

pub(crate) fn reason_to_skip(op: &str, version: &str) -> Option<String> {
    match (op, version) {
        ("presign" | "header" | "post_policy", "v1" | "v4") | ("sts_rpc", "rpc1.0") => None,
        (_, "v2") => Some("the legacy signature v2 is out of scope".to_owned()),
        (op, version) => Some(format!("{op} {version} is not built yet")),
    }
}

/// By the documented rule, where the SDK deviates from it.
pub(crate) fn expected(record: &Record) -> &Expect {
    record.official.as_ref().unwrap_or(&record.expect)
}

pub(crate) fn credentials(record: &Record) -> Result<Credentials<'_>, CredentialsError> {
    let pair = Credentials::new(&record.access_key_id, &record.access_key_secret)?;
    match &record.security_token {
        Some(token) => pair.with_security_token(token),
        None => Ok(pair),
    }
}

fn sign(record: &Record) -> Result<Signed, Box<dyn Error>> {
    let credentials = credentials(record)?;
    let now = Timestamp::from_unix_seconds(record.time_unix)?;
    if record.op == "post_policy" {
        return sign_policy(record, credentials, now);
    }
    let query: Vec<(&str, &str)> = record
        .query
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_deref().unwrap_or_default()))
        .collect();
    let date_header = date_header(record);
    let headers = callers_headers(record, date_header);
    let additional = additional_headers(record, &headers);
    let request = Request::new(record.method.parse()?, resource(record)?)
        .query(&query)
        .headers(&headers)
        .additional_headers(&additional);
    let endpoint = format!("{}://{}", record.scheme, record.endpoint);
    let endpoint = Endpoint::parse(&endpoint)?.with_addressing(addressing(&record.addressing)?);
    let expires = record.expires.map(Expires::after_seconds);

    if record.version == "v1" {
        let signer = v1::Signer::new(credentials).with_date_header(date_header);
        return Ok(match expires {
            Some(expires) => presigned(&signer.presign(&request, &endpoint, now, expires)?),
            None => signed(&signer.sign(&request, now)?),
        });
    }
    let key = signing_key(record, &credentials, now)?;
    let signer = v4::Signer::new(credentials, &key).with_date_header(date_header);
    Ok(match expires {
        Some(expires) => presigned(&signer.presign(&request, &endpoint, now, expires)?),
        None => signed(&signer.sign(&request, now)?),
    })
}

fn sign_policy(
    record: &Record,
    credentials: Credentials<'_>,
    now: Timestamp,
) -> Result<Signed, Box<dyn Error>> {
    let text = record.expect.policy_signed_text.as_ref().or(record.policy_input.as_ref());
    let text = text.ok_or("the record has no policy")?;
    if record.version == "v1" {
        return Ok(policy(&v1::Signer::new(credentials).sign_policy_text(text)));
    }
    let key = signing_key(record, &credentials, now)?;
    Ok(policy(&v4::Signer::new(credentials, &key).sign_policy_text(text, now)?))
}

fn signing_key(
    record: &Record,
    credentials: &Credentials<'_>,
    now: Timestamp,
) -> Result<v4::SigningKey, Box<dyn Error>> {
    let region = Region::new(record.region.as_deref().unwrap_or_default())?;
    let product = record.product.as_deref().map_or(Ok(Product::default()), Product::new)?;
    Ok(v4::SigningKey::derive_for(&product, credentials, &region, now))
}

fn presigned(url: &PresignedUrl<'_>) -> Signed {
    Signed {
        signature: url.signature().to_string(),
        url: Some(url.to_string()),
        headers: Vec::new(),
        policy: None,
        text: url
            .canonical_request()
            .map_or_else(|| url.string_to_sign().to_string(), |text| text.to_string()),
    }
}

fn signed(headers: &SignedHeaders<'_>) -> Signed {
    Signed {
        signature: headers.signature().to_string(),
        url: None,
        headers: headers
            .headers()
            .map(|(name, value)| (name.to_owned(), value.to_string()))
            .collect(),
        policy: None,
        text: headers
            .canonical_request()
            .map_or_else(|| headers.string_to_sign().to_string(), |text| text.to_string()),
    }
}

fn policy(form: &PolicyForm<'_>) -> Signed {
    Signed {
        signature: form.signature().to_string(),
        url: None,
        headers: Vec::new(),
        policy: Some(form.policy().to_string()),
        text: form.policy().to_string(),
    }
}

fn resource(record: &Record) -> Result<Resource<'_>, Box<dyn Error>> {
    Ok(match (&record.bucket, &record.key) {
        (None, _) => Resource::Service,
        (Some(bucket), None) => Resource::Bucket(Bucket::new(bucket)?),
        // SDKs sign keys that OSS's rules forbid.
        (Some(bucket), Some(key)) => {
            Resource::Object(Bucket::new(bucket)?, ObjectKey::verbatim(key)?)
        }
    })
}

fn addressing(name: &str) -> Result<Addressing, String> {
    match name {
        "virtual" => Ok(Addressing::VirtualHosted),
        "path" | "ip" => Ok(Addressing::PathStyle),
        "cname" => Ok(Addressing::Cname),
        _ => Err(format!("unknown addressing {name}")),
    }
}

/// SDKs send the time in `x-oss-date`, in `Date`, or in both; the first is then the one that counts.
fn date_header(record: &Record) -> DateHeader {
    let sends = |name: &str| has_header(&record.expect.headers, name);
    match record.op == "header" && sends("date") && !sends("x-oss-date") {
        true => DateHeader::Date,
        false => DateHeader::XOssDate,
    }
}

/// What the caller gives: all that is on the signed request, but for what the library adds.
fn callers_headers(record: &Record, date_header: DateHeader) -> Vec<(&str, &str)> {
    let (headers, added): (_, &[&str]) = match (record.op.as_str(), date_header) {
        ("header", DateHeader::XOssDate) => (&record.expect.headers, &ADDED),
        ("header", DateHeader::Date) => (&record.expect.headers, &ADDED_WITH_DATE),
        _ => (&record.headers, &[]),
    };
    headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .filter(|(name, _)| !added.iter().any(|added| name.eq_ignore_ascii_case(added)))
        .collect()
}

const ADDED: [&str; 4] =
    ["authorization", "x-oss-content-sha256", "x-oss-date", "x-oss-security-token"];
const ADDED_WITH_DATE: [&str; 5] =
    ["authorization", "date", "x-oss-content-sha256", "x-oss-date", "x-oss-security-token"];

/// In the records those that are not there are to be left out; this library has an error for them.
fn additional_headers<'r>(record: &'r Record, headers: &[(&str, &str)]) -> Vec<&'r str> {
    let is_there = |name: &str| headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
    let names = record.additional_headers.iter().map(String::as_str);
    names.filter(|name| is_there(name) && record.version == "v4").collect()
}

fn has_header(headers: &[(String, String)], name: &str) -> bool {
    headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name))
}

fn compare(record: &Record, signed: &Signed) -> Outcome {
    let expect = expected(record);
    if signed.signature != expect.signature {
        return Outcome::Failed(Mismatch {
            what: format!("signature {} instead of {}", signed.signature, expect.signature),
            expected: expect.text(),
            actual: signed.text.clone(),
        });
    }
    // Of a record that deviates, only the signature is known by the documented rule.
    if record.official.is_some() {
        return Outcome::Passed;
    }
    let mut differences = Vec::new();
    if let (Some(expected), Some(actual)) = (&record.expect.url, &signed.url) {
        compare_parts("URL", &url_parts(expected), &url_parts(actual), &mut differences);
    }
    if let Some(expected) = &record.expect.authorization {
        let actual = signed.headers.iter().find(|(name, _)| name == "authorization");
        let actual = actual.map(|(_, value)| value.as_str()).unwrap_or_default();
        let (expected, actual) = (authorization_parts(expected), authorization_parts(actual));
        compare_parts("Authorization", &expected, &actual, &mut differences);
    }
    if let (Some(expected), Some(actual)) = (&record.expect.policy_base64, &signed.policy)
        && expected != actual
    {
        differences.push(("policy".to_owned(), expected.clone(), actual.clone()));
    }
    for (name, expected) in &record.expect.headers {
        let actual = signed.headers.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
        if record.op == "header"
            && actual.is_none_or(|(_, value)| value != expected.trim_matches([' ', '\t']))
        {
            differences.push((format!("header {name}"), expected.clone(), format!("{actual:?}")));
        }
    }
    match differences.into_iter().next() {
        None => Outcome::Passed,
        Some((what, expected, actual)) => Outcome::Failed(Mismatch { what, expected, actual }),
    }
}

fn compare_parts(
    what: &str,
    expected: &BTreeSet<String>,
    actual: &BTreeSet<String>,
    differences: &mut Vec<(String, String, String)>,
) {
    if expected != actual {
        let lines = |parts: &BTreeSet<String>, others: &BTreeSet<String>| {
            parts.difference(others).cloned().collect::<Vec<_>>().join("\n")
        };
        differences.push((what.to_owned(), lines(expected, actual), lines(actual, expected)));
    }
}

/// Origin, decoded path, and decoded parameters in any order; an empty value is none. Two URLs of
/// equal parts ask OSS for the same.
#[must_use]
pub fn url_parts(url: &str) -> BTreeSet<String> {
    let (base, query) = url.split_once('?').unwrap_or((url, ""));
    let (scheme, rest) = base.split_once("://").unwrap_or(("", base));
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let decoded = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let parameters = query.split('&').map(|parameter| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        format!("parameter {} = {}", decoded(name), decoded(value))
    });
    [format!("origin {scheme}://{host}"), format!("path /{}", decoded(path))]
        .into_iter()
        .chain(parameters)
        .collect()
}

/// The fields in any order: oss2 has another one, and blanks.
fn authorization_parts(authorization: &str) -> BTreeSet<String> {
    let (scheme, fields) = authorization.split_once(' ').unwrap_or((authorization, ""));
    core::iter::once(scheme).chain(fields.split(',')).map(|field| field.trim().to_owned()).collect()
}
