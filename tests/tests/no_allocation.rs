//! Nothing is ever stored on a heap: not while signing, not while writing the result.
//!
//! Allocations are counted per thread, so tests that run beside these do not disturb them.
#![cfg(test)]

use core::fmt::Write as _;
use core::hint::black_box;

use allocation_counter::measure;
use oss_sign::v4::{KeyCache, SigningKey};
use oss_sign::{
    Bucket, Credentials, DateHeader, Endpoint, Expires, ObjectKey, PresignedUrl, Product, Region,
    Request, SignedHeaders, Timestamp, v1, v4,
};

/// Enough for every text of these tests.
type Text = heapless::String<2048>;

const QUERY: &[(&str, &str)] = &[("versionId", "CAEQ+/="), ("acl", ""), ("|odd", "a b")];
const HEADERS: &[(&str, &str)] = &[
    ("X-OSS-Meta-Author", " alice "),
    ("content-type", "image/jpeg"),
    ("host", "examplebucket.oss-cn-hangzhou.aliyuncs.com"),
];

fn credentials() -> Credentials<'static> {
    Credentials::new("LTAI5tExampleKeyId", "example-secret")
        .unwrap()
        .with_security_token("CAISexample+token/==")
        .unwrap()
}

fn region() -> Region {
    Region::new("cn-hangzhou").unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000).unwrap()
}

fn request() -> Request<'static> {
    let key = ObjectKey::new("photos/../猫 picture+1.jpg").unwrap();
    Request::put(Bucket::new("examplebucket").unwrap(), key)
        .process("image/resize,w_200")
        .query(QUERY)
        .headers(HEADERS)
}

fn pinned_request() -> Request<'static> {
    request().additional_headers(&["Host"])
}

#[track_caller]
fn assert_no_allocation(operation: impl FnOnce()) {
    let info = measure(operation);
    assert_eq!((info.count_total, info.bytes_total), (0, 0));
}

/// Every way out that a text has.
macro_rules! write_out {
    ($text:expr) => {{
        let text = $text;
        let mut buffer = [0; 2048];
        assert_eq!(text.write_to_slice(&mut buffer).unwrap().len(), text.len());
        assert!(text.write_to_slice(&mut buffer[..1]).is_err());
        let string: Text = text.to_heapless().unwrap();
        assert!(text.to_heapless::<1>().is_err());
        let mut shown = Text::new();
        write!(shown, "{text}").unwrap();
        assert_eq!(shown, string);
        black_box(string);
    }};
}

fn write_out_url(url: &PresignedUrl<'_>) {
    write_out!(url);
    write_out!(url.path_and_query());
    write_out!(url.host());
    write_out!(url.signature());
    write_out!(url.string_to_sign());
    if let Some(canonical_request) = url.canonical_request() {
        write_out!(canonical_request);
    }
    assert!(url.required_headers().count() >= 2);
    black_box((url.method(), url.expires_at()));
}

fn write_out_headers(headers: &SignedHeaders<'_>) {
    for (name, value) in headers.headers() {
        black_box(name);
        write_out!(value);
    }
    write_out!(headers.authorization());
    write_out!(headers.signature());
    write_out!(headers.string_to_sign());
    if let Some(canonical_request) = headers.canonical_request() {
        write_out!(canonical_request);
    }
}

#[test]
fn the_counter_counts() {
    let info = measure(|| {
        black_box(format!("{}", black_box(1)));
    });
    assert_eq!(info.count_total, 1);
}

#[test]
fn parsing_the_inputs_allocates_nothing() {
    assert_no_allocation(|| {
        let region = region();
        black_box((credentials(), Product::cloud_box(), now(), request()));
        let endpoint = Endpoint::parse("http://[::1]:9000/").unwrap();
        black_box((Endpoint::public(&region), endpoint));
        black_box((Region::new("CN").is_err(), Bucket::new("A").is_err()));
    });
}

#[test]
fn deriving_and_refreshing_a_signing_key_allocates_nothing() {
    let (credentials, region) = (credentials(), region());
    assert_no_allocation(|| {
        let mut key = SigningKey::derive(&credentials, &region, now());
        key.refresh(&credentials, now());
        key.refresh(&credentials, now().checked_add_seconds(86_400).unwrap());
        black_box(key);
    });
}

#[test]
fn a_key_cache_allocates_nothing_however_full() {
    let (credentials, region) = (credentials(), region());
    let products = ["oss", "oss-cloudbox", "osstables", "other"].map(|p| Product::new(p).unwrap());
    assert_no_allocation(|| {
        let mut keys = KeyCache::<2>::new();
        for product in products.iter().cycle().take(12) {
            black_box(keys.get(&credentials, &region, product, now()));
        }
    });
}

#[test]
fn presigning_in_v4_allocates_nothing() {
    let (credentials, region) = (credentials(), region());
    let key = SigningKey::derive(&credentials, &region, now());
    let (request, endpoint) = (pinned_request(), Endpoint::public(&region));
    assert_no_allocation(|| {
        let signer = v4::Signer::new(credentials, &key);
        write_out_url(&signer.presign(&request, &endpoint, now(), Expires::default()).unwrap());
    });
}

#[test]
fn presigning_in_v1_allocates_nothing() {
    let (credentials, region) = (credentials(), region());
    let (request, endpoint) = (request(), Endpoint::public(&region));
    assert_no_allocation(|| {
        let signer = v1::Signer::new(credentials);
        write_out_url(&signer.presign(&request, &endpoint, now(), Expires::default()).unwrap());
    });
}

#[test]
fn signing_in_v4_allocates_nothing() {
    let (credentials, region) = (credentials(), region());
    let key = SigningKey::derive(&credentials, &region, now());
    let request = pinned_request();
    assert_no_allocation(|| {
        for date_header in [DateHeader::Date, DateHeader::XOssDate] {
            let signer = v4::Signer::new(credentials, &key).with_date_header(date_header);
            write_out_headers(&signer.sign(&request, now()).unwrap());
        }
    });
}

#[test]
fn signing_in_v1_allocates_nothing() {
    let (credentials, request) = (credentials(), request());
    assert_no_allocation(|| {
        for date_header in [DateHeader::Date, DateHeader::XOssDate] {
            let signer = v1::Signer::new(credentials).with_date_header(date_header);
            write_out_headers(&signer.sign(&request, now()).unwrap());
        }
    });
}

#[test]
fn refusing_a_request_allocates_nothing() {
    let credentials = credentials();
    let request = request().query(&[("a", ""), ("a", "")]);
    assert_no_allocation(|| {
        let mut message = Text::new();
        let error = v1::Signer::new(credentials).sign(&request, now()).unwrap_err();
        write!(message, "{error}").unwrap();
        black_box(message);
    });
}

#[test]
fn the_most_that_is_allowed_allocates_nothing() {
    let names: Vec<String> = (0..64).rev().map(|number| format!("x-oss-meta-{number}")).collect();
    let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "v")).collect();
    let (credentials, region) = (credentials(), region());
    let key = SigningKey::derive(&credentials, &region, now());
    let request =
        Request::get(Bucket::new("examplebucket").unwrap(), ObjectKey::new("cat.jpg").unwrap());
    let (by_query, by_headers) = (request.query(&pairs), request.headers(&pairs));
    let endpoint = Endpoint::public(&region);
    assert_no_allocation(|| {
        let signer = v4::Signer::new(credentials, &key);
        black_box(signer.presign(&by_query, &endpoint, now(), Expires::default()).unwrap().len());
        black_box(signer.sign(&by_headers, now()).unwrap().authorization().len());
    });
}

#[test]
fn a_string_takes_one_allocation() {
    let key = SigningKey::derive(&credentials(), &region(), now());
    let endpoint_region = region();
    let endpoint = Endpoint::public(&endpoint_region);
    // Without a token, with one, and with one that is longer than any that was seen.
    for token in [None, Some("t".repeat(900)), Some("t".repeat(9000))] {
        let credentials = match &token {
            Some(token) => credentials().with_security_token(token).unwrap(),
            None => credentials(),
        };
        let signer = v4::Signer::new(credentials, &key);
        let url = signer.presign(&request(), &endpoint, now(), Expires::default()).unwrap();
        let expected = url.to_string();
        let mut text = String::new();
        let info = measure(|| text = String::from(&url));
        assert_eq!(text, expected);
        assert_eq!(info.count_total, 1);
    }
}
