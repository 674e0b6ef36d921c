//! The signatures once more, written from the documentation alone: slow, allocating and obvious.
//!
//! It shares no code with the library and has none of its types, so that a mistake would have to be
//! made twice. It knows no errors: what it is given is a request that can be signed.

#![allow(clippy::expect_used, clippy::string_slice, reason = "a test may panic")]

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::Sha1;
use sha2::{Digest, Sha256};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;
use time::macros::format_description;

/// A request, in the words of the documentation.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the names are those of the documentation")]
#[allow(clippy::exhaustive_structs, reason = "for tests only")]
pub struct Asked {
    pub method: String,
    pub bucket: Option<String>,
    pub key: Option<String>,
    pub query: BTreeMap<String, String>,
    /// All that is sent, but for what signing adds.
    pub headers: Vec<(String, String)>,
    pub additional_headers: Vec<String>,
}

/// Who signs, when, and for where.
#[derive(Clone, Debug, Default)]
#[allow(missing_docs, reason = "the names are those of the documentation")]
#[allow(clippy::exhaustive_structs, reason = "for tests only")]
pub struct Signatory {
    pub access_key_id: String,
    pub access_key_secret: String,
    pub security_token: Option<String>,
    /// V4 alone.
    pub region: String,
    /// V4 alone.
    pub product: String,
    /// Unix seconds.
    pub now: u64,
}

/// What comes out.
#[derive(Clone, Debug)]
#[allow(missing_docs, reason = "the names are those of the documentation")]
#[allow(clippy::exhaustive_structs, reason = "for tests only")]
pub struct Signed {
    /// V4 alone.
    pub canonical_request: Option<String>,
    pub string_to_sign: String,
    pub signature: String,
}

/// Presigns by V4, for `expires` seconds.
#[must_use]
pub fn presign_v4(asked: &Asked, signatory: &Signatory, expires: u64) -> Signed {
    let mut query = asked.query.clone();
    let scope = scope(signatory);
    let mut add = |name: &str, value: String| query.insert(name.to_owned(), value);
    add("x-oss-signature-version", "OSS4-HMAC-SHA256".to_owned());
    add("x-oss-credential", format!("{}/{scope}", signatory.access_key_id));
    add("x-oss-date", iso_8601(signatory.now));
    add("x-oss-expires", expires.to_string());
    if let Some(token) = &signatory.security_token {
        add("x-oss-security-token", token.clone());
    }
    let additional = additional_headers(asked);
    if !additional.is_empty() {
        add("x-oss-additional-headers", joined(&additional));
    }
    sign_v4(asked, &query, &asked.headers, signatory)
}

/// Signs by V4 into the header `Authorization`; the time goes into `x-oss-date`.
#[must_use]
pub fn sign_headers_v4(asked: &Asked, signatory: &Signatory) -> Signed {
    let mut headers = asked.headers.clone();
    headers.push(("x-oss-content-sha256".to_owned(), "UNSIGNED-PAYLOAD".to_owned()));
    headers.push(("x-oss-date".to_owned(), iso_8601(signatory.now)));
    if let Some(token) = &signatory.security_token {
        headers.push(("x-oss-security-token".to_owned(), token.clone()));
    }
    sign_v4(asked, &asked.query, &headers, signatory)
}

/// Signs the base64 text of a POST policy by V4.
#[must_use]
pub fn sign_policy_v4(policy: &str, signatory: &Signatory) -> String {
    hex::encode(hmac_sha256(&signing_key(signatory), policy))
}

/// Presigns by V1, until `expires_at` in Unix seconds.
#[must_use]
pub fn presign_v1(asked: &Asked, signatory: &Signatory, expires_at: u64) -> Signed {
    let mut query = asked.query.clone();
    if let Some(token) = &signatory.security_token {
        query.insert("security-token".to_owned(), token.clone());
    }
    sign_v1(asked, &query, &asked.headers, &expires_at.to_string(), signatory)
}

/// Signs by V1 into the header `Authorization`; the time goes into `Date`.
#[must_use]
pub fn sign_headers_v1(asked: &Asked, signatory: &Signatory) -> Signed {
    let date = http_date(signatory.now);
    let mut headers = asked.headers.clone();
    if let Some(token) = &signatory.security_token {
        headers.push(("x-oss-security-token".to_owned(), token.clone()));
    }
    sign_v1(asked, &asked.query, &headers, &date, signatory)
}

/// Signs the base64 text of a POST policy by V1.
#[must_use]
pub fn sign_policy_v1(policy: &str, signatory: &Signatory) -> String {
    STANDARD.encode(hmac_sha1(&signatory.access_key_secret, policy))
}

fn sign_v4(
    asked: &Asked,
    query: &BTreeMap<String, String>,
    headers: &[(String, String)],
    signatory: &Signatory,
) -> Signed {
    let mut query: Vec<(String, String)> =
        query.iter().map(|(name, value)| (encoded(name), encoded(value))).collect();
    query.sort();
    let query: Vec<String> = query
        .into_iter()
        .map(|(name, value)| if value.is_empty() { name } else { format!("{name}={value}") })
        .collect();

    let additional = additional_headers(asked);
    let signed_headers: String = merged(headers)
        .into_iter()
        .filter(|(name, _)| is_signed_by_default(name) || additional.contains(name))
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();

    let resource: Vec<String> = resource(asked).split('/').map(encoded).collect();
    let canonical_request = [
        asked.method.to_uppercase(),
        resource.join("/"),
        query.join("&"),
        signed_headers,
        joined(&additional),
        "UNSIGNED-PAYLOAD".to_owned(),
    ]
    .join("\n");
    let string_to_sign = [
        "OSS4-HMAC-SHA256".to_owned(),
        iso_8601(signatory.now),
        scope(signatory),
        hex::encode(Sha256::digest(&canonical_request)),
    ]
    .join("\n");
    let signature = hex::encode(hmac_sha256(&signing_key(signatory), &string_to_sign));
    Signed { canonical_request: Some(canonical_request), string_to_sign, signature }
}

fn sign_v1(
    asked: &Asked,
    query: &BTreeMap<String, String>,
    headers: &[(String, String)],
    date: &str,
    signatory: &Signatory,
) -> Signed {
    let headers = merged(headers);
    let header = |name: &str| headers.get(name).cloned().unwrap_or_default();
    let oss_headers: String = headers
        .iter()
        .filter(|(name, _)| name.starts_with("x-oss-"))
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    // The map is sorted by name.
    let sub_resources: Vec<String> = query
        .iter()
        .filter(|(name, _)| is_sub_resource(name))
        .map(
            |(name, value)| {
                if value.is_empty() { name.clone() } else { format!("{name}={value}") }
            },
        )
        .collect();
    let mut canonicalized_resource = resource(asked);
    if !sub_resources.is_empty() {
        canonicalized_resource = format!("{canonicalized_resource}?{}", sub_resources.join("&"));
    }
    let string_to_sign = [
        asked.method.to_uppercase(),
        header("content-md5"),
        header("content-type"),
        date.to_owned(),
        format!("{oss_headers}{canonicalized_resource}"),
    ]
    .join("\n");
    let signature = STANDARD.encode(hmac_sha1(&signatory.access_key_secret, &string_to_sign));
    Signed { canonical_request: None, string_to_sign, signature }
}

fn resource(asked: &Asked) -> String {
    match (&asked.bucket, &asked.key) {
        (None, _) => "/".to_owned(),
        (Some(bucket), None) => format!("/{bucket}/"),
        (Some(bucket), Some(key)) => format!("/{bucket}/{key}"),
    }
}

/// Names in lower case with trimmed values; values of the same name are joined by commas.
fn merged(headers: &[(String, String)]) -> BTreeMap<String, String> {
    let mut values: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (name, value) in headers {
        values.entry(name.to_lowercase()).or_default().push(value.trim_matches([' ', '\t']));
    }
    values.into_iter().map(|(name, values)| (name, values.join(","))).collect()
}

fn additional_headers(asked: &Asked) -> BTreeSet<String> {
    let names = asked.additional_headers.iter().map(|name| name.to_lowercase());
    names.filter(|name| !is_signed_by_default(name)).collect()
}

fn joined(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(";")
}

fn is_signed_by_default(name: &str) -> bool {
    name.starts_with("x-oss-") || name == "content-type" || name == "content-md5"
}

fn scope(signatory: &Signatory) -> String {
    let day = iso_8601(signatory.now)[..8].to_owned();
    format!("{day}/{}/{}/aliyun_v4_request", signatory.region, signatory.product)
}

fn signing_key(signatory: &Signatory) -> Vec<u8> {
    let secret = format!("aliyun_v4{}", signatory.access_key_secret);
    let scope = scope(signatory);
    scope.split('/').fold(secret.into_bytes(), |key, part| hmac_sha256(&key, part))
}

fn hmac_sha256(key: &[u8], text: &str) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of every length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn hmac_sha1(key: &str, text: &str) -> Vec<u8> {
    let mut mac =
        Hmac::<Sha1>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of every length");
    mac.update(text.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

fn encoded(text: &str) -> String {
    const RESERVED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    utf8_percent_encode(text, RESERVED).to_string()
}

fn instant(unix_seconds: u64) -> OffsetDateTime {
    let seconds = i64::try_from(unix_seconds).expect("a time that is far away");
    OffsetDateTime::from_unix_timestamp(seconds).expect("a year of four digits")
}

/// `20231114T221320Z`
fn iso_8601(unix_seconds: u64) -> String {
    let format = format_description!("[year][month][day]T[hour][minute][second]Z");
    instant(unix_seconds).format(&format).expect("a year of four digits")
}

/// `Tue, 14 Nov 2023 22:13:20 GMT`
fn http_date(unix_seconds: u64) -> String {
    let date = instant(unix_seconds).format(&Rfc2822).expect("a year of four digits");
    date.replace("+0000", "GMT")
}

/// The union of the tables of the documentation and the official SDKs, and every `x-oss-*`.
fn is_sub_resource(name: &str) -> bool {
    name.starts_with("x-oss-") || SUB_RESOURCES.split_whitespace().any(|other| other == name)
}

const SUB_RESOURCES: &str = "
    acl append bucketInfo callback callback-var cloudboxes cname comp continuation-token cors delete
    encryption endTime img inventory inventoryId lifecycle live location logging objectMeta
    partNumber policy position qos qosInfo referer regionList replication replicationLocation
    replicationProgress requestPayment restore security-token sequential startTime stat status style
    styleName symlink tagging uploadId uploads versionId versioning versions vod website worm
    wormExtend wormId

    response-cache-control response-content-disposition response-content-encoding
    response-content-language response-content-type response-expires

    asyncFetch metaQuery resourceGroup responseHeader rtc transferAcceleration udf udfApplication
    udfApplicationLog udfId udfImage udfImageDesc udfName withHashContext

    accessPoint accessPointPolicy bucketArchiveDirectRead cleanRestoredObject group httpsConfig link
    objectInfo policyStatus processConfiguration publicAccessBlock qosRequester redundancyTransition
    requesterQosInfo resourcePool resourcePoolBuckets resourcePoolInfo seal vip vpcip

    accessPointConfigForObjectProcess accessPointForObjectProcess
    accessPointPolicyForObjectProcess legalHold objectWorm overwriteConfig retention
    userDefinedLogFieldsConfig
";
