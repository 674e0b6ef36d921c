//! The signatures that are printed in the documentation and in the tests of the SDKs.
#![cfg(test)]

use std::collections::{BTreeMap, HashMap};
use std::path::Path;

use oss_sign::{
    Bucket, Credentials, DateHeader, Endpoint, Expires, Method, ObjectKey, Product, Region,
    Request, Resource, Timestamp, v1, v4,
};
use oss_sign_tests::conform::url_parts;
use oss_sign_tests::record::read_lines;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use time::PrimitiveDateTime;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

/// What is in the file: each kind, how many of it, and which signer or why none.
const KINDS: &[(&str, usize, Kind)] = &[
    ("v4-header", 21, Kind::Signed(v4_header)),
    ("v4-presign", 20, Kind::Signed(v4_presign)),
    ("v1-header", 18, Kind::Signed(v1_header)),
    ("v1-presign", 14, Kind::Signed(v1_presign)),
    ("hmac-sha1-base64", 4, Kind::NotApplicable("a bare HMAC, whose text is not a request")),
    ("post-policy-v4", 1, Kind::NotApplicable("a form's policy, whose text is not a request")),
    ("post-policy-v1", 1, Kind::NotApplicable("a form's policy, whose text is not a request")),
    ("v2", 3, Kind::NotApplicable("the legacy signature v2 is out of scope")),
    ("rtmp", 2, Kind::NotApplicable("a live channel's push URL is not HTTP")),
    ("rpc-v1", 2, Kind::NotApplicable("a call of another service than OSS")),
    ("acs3", 1, Kind::NotApplicable("a call of another service than OSS")),
    ("callback-rsa-md5", 2, Kind::NotApplicable("signed by OSS, with RSA")),
    ("cdn-A", 2, Kind::NotApplicable("a URL of the CDN, with a secret of its own")),
    ("cdn-B", 1, Kind::NotApplicable("a URL of the CDN, with a secret of its own")),
    ("cdn-C", 1, Kind::NotApplicable("a URL of the CDN, with a secret of its own")),
];

enum Kind {
    Signed(fn(&Vector)),
    NotApplicable(&'static str),
}

/// Vectors that no request of this library can be.
const INEXPRESSIBLE: &[(&str, &str)] = &[
    ("V4-A1", "the time is in `Date` in its ISO form, and there is no `x-oss-date`"),
    ("V4-A2", "the time is in `Date` in its ISO form, and there is no `x-oss-date`"),
    ("V4-A3", "the time is in `Date` in its ISO form, and there is no `x-oss-date`"),
    ("V1-R2", "the resource of a bucket is `/bucket` without the slash that OSS demands"),
];

/// URLs with a right signature that do not ask for what was signed.
const BROKEN_URLS: &[(&str, &str, &str)] = &[
    ("X1-PA", "ruby", "a `+` for a blank in the path, where it is a plus"),
    ("X1-PB", "ruby", "a `+` for a blank in the query, which is a plus to strict readers"),
];

/// What careless implementations make of three of the vectors.
const WRONG_SIGNATURES: &[(&str, &str)] = &[
    // `uploads=` for a parameter without a value.
    ("X-D", "cb63047a0d8977ba1e8df60d83c29f032ea89f7c0d2bf09cb56259fed2e25561"),
    ("X1-PD", "6n9nJ32GwVeonLqviWk03CZirzs="),
    // `x-oss-process` left out.
    ("X1-PBh", "s7daUxBzVH+HoUQMDPIjKElv2Ig="),
];

#[derive(Deserialize)]
struct Vector {
    id: String,
    kind: String,
    #[serde(default = "any_access_key_id")]
    access_key_id: String,
    #[serde(default)]
    access_key_secret: String,
    security_token: Option<String>,
    #[serde(default)]
    security_token_param: String,
    #[serde(default)]
    region: String,
    #[serde(default)]
    product: String,
    #[serde(default)]
    time: String,
    #[serde(default)]
    expires: u32,
    #[serde(default)]
    method: String,
    bucket: Option<String>,
    key: Option<String>,
    #[serde(default)]
    query: Vec<(String, String)>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    additional_headers: Vec<String>,
    #[serde(default)]
    canonical_request: String,
    #[serde(default)]
    canonical_request_sha256: String,
    #[serde(default)]
    string_to_sign: String,
    #[serde(default)]
    authorization: String,
    #[serde(default)]
    signature: String,
    #[serde(default)]
    sdk_urls: HashMap<String, String>,
}

/// It is not in the text that V1 signs, and some sources do not print it.
fn any_access_key_id() -> String {
    "ak".to_owned()
}

fn vectors() -> Vec<Vector> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors/signing-vectors.json.gz");
    serde_json::from_str(&read_lines(&path).unwrap().join("\n")).unwrap()
}

fn check(kind: &str) {
    let (_, _, how) = KINDS.iter().find(|(name, ..)| *name == kind).unwrap();
    let Kind::Signed(check) = how else { panic!("{kind} is not applicable") };
    for vector in vectors() {
        let is_expressible = INEXPRESSIBLE.iter().all(|(id, _)| *id != vector.id);
        if vector.kind == kind && is_expressible {
            check(&vector);
        }
    }
}

#[test]
fn headers_of_v4_are_as_published() {
    check("v4-header");
}

#[test]
fn urls_of_v4_are_as_published() {
    check("v4-presign");
}

#[test]
fn headers_of_v1_are_as_published() {
    check("v1-header");
}

#[test]
fn urls_of_v1_are_as_published() {
    check("v1-presign");
}

#[test]
fn every_vector_is_of_a_known_kind() {
    let mut counts = BTreeMap::<String, usize>::new();
    for vector in vectors() {
        *counts.entry(vector.kind).or_default() += 1;
    }
    let known = KINDS.iter().map(|(kind, count, _)| ((*kind).to_owned(), *count)).collect();
    assert_eq!(counts, known);
    assert_eq!(counts.values().sum::<usize>(), 93);
}

#[test]
fn every_exception_has_a_reason_and_a_vector() {
    let vectors = vectors();
    let exists = |id: &str| vectors.iter().any(|vector| vector.id == id);
    for (id, reason) in INEXPRESSIBLE {
        assert!(exists(id) && !reason.is_empty(), "{id}");
    }
    for (id, sdk, reason) in BROKEN_URLS {
        let vector = vectors.iter().find(|vector| vector.id == *id).unwrap();
        assert!(vector.sdk_urls.contains_key(*sdk) && !reason.is_empty(), "{id} {sdk}");
    }
    for (kind, _, how) in KINDS {
        if let Kind::NotApplicable(reason) = how {
            assert!(!reason.is_empty(), "{kind}");
        }
    }
}

/// The signatures that come out are the published ones, so it is enough that those are others.
#[test]
fn signatures_of_known_defects_do_not_come_out() {
    let vectors = vectors();
    for (id, wrong) in WRONG_SIGNATURES {
        let vector = vectors.iter().find(|vector| vector.id == *id).unwrap();
        let signature = match vector.kind.as_str() {
            "v4-presign" => v4_presigned(vector, |url| url.signature().to_string()),
            "v1-presign" => v1_presigned(vector, |url| url.signature().to_string()),
            other => panic!("{other}"),
        };
        assert_ne!(signature, *wrong, "{id}");
        assert_eq!(signature.len(), wrong.len(), "{id}");
    }
}

fn v4_header(vector: &Vector) {
    const ADDED: [&str; 3] = ["x-oss-content-sha256", "x-oss-date", "x-oss-security-token"];
    let now = basic_time(&vector.time);
    let (key, credentials) = v4_key(vector, vector.security_token.as_deref(), now);
    let query = borrowed(&vector.query);
    let headers: Vec<(&str, &str)> =
        vector.headers().filter(|(name, _)| !ADDED.contains(name)).collect();
    let additional = vector.additional_headers(&headers);
    let request = vector.request().query(&query).headers(&headers).additional_headers(&additional);
    let signed = v4::Signer::new(credentials, &key).sign(&request, now).unwrap();

    let id = &vector.id;
    let canonical_request = signed.canonical_request().unwrap().to_string();
    assert_eq!(canonical_request, vector.canonical_request, "{id}");
    assert_eq!(sha256(&canonical_request), vector.canonical_request_sha256, "{id}");
    assert_eq!(signed.string_to_sign().to_string(), vector.string_to_sign, "{id}");
    assert_eq!(signed.signature().to_string(), vector.signature, "{id}");
    assert_eq!(signed.authorization().to_string(), vector.authorization, "{id}");
}

fn v4_presign(vector: &Vector) {
    v4_presigned(vector, |url| {
        let id = &vector.id;
        let canonical_request = url.canonical_request().unwrap().to_string();
        assert_eq!(canonical_request, vector.canonical_request, "{id}");
        assert_eq!(sha256(&canonical_request), vector.canonical_request_sha256, "{id}");
        assert_eq!(url.string_to_sign().to_string(), vector.string_to_sign, "{id}");
        assert_eq!(url.signature().to_string(), vector.signature, "{id}");
        vector.check_urls(&url.to_string());
    });
}

fn v4_presigned<R>(vector: &Vector, read: impl FnOnce(oss_sign::PresignedUrl<'_>) -> R) -> R {
    let now = basic_time(&vector.time);
    // Old tests of the Android SDK have the token in a parameter of another name.
    let is_of_v4 = vector.security_token_param == "x-oss-security-token";
    let token = vector.security_token.as_deref();
    let (key, credentials) = v4_key(vector, token.filter(|_| is_of_v4), now);
    let mut query = borrowed(&vector.query);
    if let Some(token) = token.filter(|_| !is_of_v4) {
        query.push((&vector.security_token_param, token));
    }
    let headers: Vec<(&str, &str)> = vector.headers().collect();
    let additional = vector.additional_headers(&headers);
    let request = vector.request().query(&query).headers(&headers).additional_headers(&additional);
    let expires = Expires::after_seconds(vector.expires);
    read(v4::Signer::new(credentials, &key).presign(&request, &endpoint(), now, expires).unwrap())
}

fn v4_key<'v>(
    vector: &'v Vector,
    token: Option<&'v str>,
    now: Timestamp,
) -> (v4::SigningKey, Credentials<'v>) {
    let credentials = vector.credentials(token);
    let region = Region::new(&vector.region).unwrap();
    let product = Product::new(&vector.product).unwrap();
    (v4::SigningKey::derive_for(&product, &credentials, &region, now), credentials)
}

fn v1_header(vector: &Vector) {
    let parsed = StringToSign::parse(&vector.string_to_sign);
    let now = http_time(parsed.date);
    let has_oss_date = parsed.headers.iter().any(|(name, _)| *name == "x-oss-date");
    let date_header = if has_oss_date { DateHeader::XOssDate } else { DateHeader::Date };
    let token = parsed.headers.iter().find(|(name, _)| *name == "x-oss-security-token");
    let headers: Vec<(&str, &str)> = (parsed.headers.iter())
        .filter(|(name, _)| !["x-oss-date", "x-oss-security-token"].contains(name))
        .copied()
        .collect();
    let request = parsed.request().query(&parsed.query).headers(&headers);
    let signer = v1::Signer::new(vector.credentials(token.map(|(_, token)| *token)))
        .with_date_header(date_header);
    let signed = signer.sign(&request, now).unwrap();
    assert_eq!(signed.string_to_sign().to_string(), vector.string_to_sign, "{}", vector.id);
    assert_eq!(signed.signature().to_string(), vector.signature, "{}", vector.id);
}

fn v1_presign(vector: &Vector) {
    v1_presigned(vector, |url| {
        assert_eq!(url.string_to_sign().to_string(), vector.string_to_sign, "{}", vector.id);
        assert_eq!(url.signature().to_string(), vector.signature, "{}", vector.id);
        vector.check_urls(&url.to_string());
    });
}

fn v1_presigned<R>(vector: &Vector, read: impl FnOnce(oss_sign::PresignedUrl<'_>) -> R) -> R {
    let parsed = StringToSign::parse(&vector.string_to_sign);
    let expires_at: u64 = parsed.date.parse().unwrap();
    let expires = Expires::at(Timestamp::from_unix_seconds(expires_at).unwrap());
    let now = Timestamp::from_unix_seconds(expires_at - 3600).unwrap();
    let token = parsed.query.iter().find(|(name, _)| *name == "security-token");
    let query: Vec<(&str, &str)> =
        parsed.query.iter().filter(|(name, _)| *name != "security-token").copied().collect();
    let request = parsed.request().query(&query).headers(&parsed.headers);
    let signer = v1::Signer::new(vector.credentials(token.map(|(_, token)| *token)));
    read(signer.presign(&request, &endpoint(), now, expires).unwrap())
}

impl Vector {
    fn credentials<'v>(&'v self, token: Option<&'v str>) -> Credentials<'v> {
        let credentials = Credentials::new(&self.access_key_id, &self.access_key_secret).unwrap();
        token.map_or(credentials, |token| credentials.with_security_token(token).unwrap())
    }

    fn request(&self) -> Request<'_> {
        Request::new(method(&self.method), resource(self.bucket.as_deref(), self.key.as_deref()))
    }

    fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Without those that are not there, which the SDKs drop and this library has an error for.
    fn additional_headers(&self, headers: &[(&str, &str)]) -> Vec<&str> {
        let is_there =
            |name: &str| headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name));
        self.additional_headers.iter().map(String::as_str).filter(|name| is_there(name)).collect()
    }

    fn check_urls(&self, actual: &str) {
        for (sdk, expected) in &self.sdk_urls {
            let is_broken = BROKEN_URLS.iter().any(|(id, of, _)| *id == self.id && of == sdk);
            let is_equal = url_parts(expected) == url_parts(actual);
            assert_eq!(is_equal, !is_broken, "{} {sdk}\n{expected}\n{actual}", self.id);
        }
    }
}

/// The text that V1 signs, taken apart again.
struct StringToSign<'v> {
    method: &'v str,
    date: &'v str,
    headers: Vec<(&'v str, &'v str)>,
    bucket: Option<&'v str>,
    key: Option<&'v str>,
    query: Vec<(&'v str, &'v str)>,
}

impl<'v> StringToSign<'v> {
    fn parse(text: &'v str) -> Self {
        let [method, content_md5, content_type, date, rest] =
            text.splitn(5, '\n').collect::<Vec<_>>().try_into().unwrap();
        let (headers, resource) = rest.rsplit_once('\n').unwrap_or(("", rest));
        let headers = headers.lines().map(|line| line.split_once(':').unwrap());
        let headers = [("content-md5", content_md5), ("content-type", content_type)]
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .chain(headers)
            .collect();

        // A `?` in a key is told from that before the sub-resources by what follows it.
        let is_name =
            |name: &str| name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
        let parameters = |query: &'v str| -> Vec<(&'v str, &'v str)> {
            query.split('&').map(|part| part.split_once('=').unwrap_or((part, ""))).collect()
        };
        let (path, query) = resource
            .split_once('?')
            .map(|(path, query)| (path, parameters(query)))
            .filter(|(_, query)| query.iter().all(|(name, _)| is_name(name)))
            .unwrap_or((resource, Vec::new()));
        let path = path.strip_prefix('/').unwrap();
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let not_empty = |text: &'v str| Some(text).filter(|text| !text.is_empty());
        Self { method, date, headers, bucket: not_empty(bucket), key: not_empty(key), query }
    }

    fn request(&self) -> Request<'v> {
        Request::new(method(self.method), resource(self.bucket, self.key))
    }
}

fn endpoint() -> Endpoint<'static> {
    Endpoint::parse("https://oss-cn-hangzhou.aliyuncs.com").unwrap()
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn resource<'v>(bucket: Option<&'v str>, key: Option<&'v str>) -> Resource<'v> {
    match (bucket.map(|name| Bucket::new(name).unwrap()), key) {
        (None, _) => Resource::Service,
        (Some(bucket), None) => Resource::Bucket(bucket),
        (Some(bucket), Some(key)) => Resource::Object(bucket, ObjectKey::verbatim(key).unwrap()),
    }
}

fn method(name: &str) -> Method {
    match name {
        "GET" => Method::Get,
        "POST" => Method::Post,
        "PUT" => Method::Put,
        _ => panic!("{name}"),
    }
}

fn basic_time(text: &str) -> Timestamp {
    timestamp(text, format_description!("[year][month][day]T[hour][minute][second]Z"))
}

fn http_time(text: &str) -> Timestamp {
    timestamp(
        text,
        format_description!(
            "[weekday repr:short], [day] [month repr:short] [year] [hour]:[minute]:[second] GMT"
        ),
    )
}

fn timestamp(text: &str, format: &[BorrowedFormatItem<'_>]) -> Timestamp {
    PrimitiveDateTime::parse(text, format).unwrap().assume_utc().try_into().unwrap()
}

fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text))
}
