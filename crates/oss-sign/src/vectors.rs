//! Signatures that the official SDKs agree on, made and verified here, so that the crate can be tested
//! by itself. There are thousands more in the workspace's `tests/vectors`.

use std::prelude::v1::*;

use crate::v4::SigningKey;
use crate::verify::{Received, Refusal, Slot, Tolerance};
use crate::{
    Bucket, Credentials, DateHeader, Endpoint, Expires, Method, ObjectKey, PresignedUrl, Region,
    Request, Resource, SignError, SignedHeaders, Timestamp, v1, v4,
};

const HOST: &str = "https://examplebucket.oss-cn-hangzhou.aliyuncs.com";
const TOKEN: &str = "CAIS+tok/en==";
const NAME: &str = "exampledir/exampleobject.txt";
const UNUSUAL: &str = "dir/a b+c~d!e'f(g)*h,i=j&k#l?m%n;o:p@q$r中.txt";
const UNUSUAL_ENCODED: &str =
    "dir/a%20b%2Bc~d%21e%27f%28g%29%2Ah%2Ci%3Dj%26k%23l%3Fm%25n%3Bo%3Ap%40q%24r%E4%B8%AD.txt";

type Pairs<'a> = &'a [(&'a str, &'a str)];

const DOWNLOAD: Pairs<'static> = &[
    ("versionId", "CAEQ+/="),
    ("x-oss-process", "image/resize,w_100"),
    ("x-oss-traffic-limit", "819200"),
    ("response-content-disposition", "attachment; filename=\"a b+c.txt\""),
];
const LISTING: Pairs<'static> = &[
    ("list-type", "2"),
    ("prefix", "a b/"),
    ("delimiter", "/"),
    ("continuation-token", "CgJiYw--"),
    ("max-keys", "100"),
    ("encoding-type", "url"),
];
const UPLOAD: Pairs<'static> = &[
    ("Content-Type", "text/plain"),
    ("Content-MD5", "eB5eJF1ptWaXm4bijSPyxw=="),
    ("x-oss-meta-author", "  alice  "),
    ("x-oss-storage-class", "IA"),
];

/// 2023-11-14T22:13:20Z.
fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000).unwrap()
}

fn later(seconds: u64) -> Timestamp {
    now().checked_add_seconds(seconds).unwrap()
}

fn bucket() -> Bucket<'static> {
    Bucket::new("examplebucket").unwrap()
}

fn object(key: &str) -> Resource<'_> {
    Resource::Object(bucket(), ObjectKey::new(key).unwrap())
}

fn credentials(token: Option<&str>) -> Credentials<'_> {
    let pair = Credentials::new("testak", "testsk").unwrap();
    token.map_or(pair, |token| pair.with_security_token(token).unwrap())
}

fn region() -> Region {
    Region::new("cn-hangzhou").unwrap()
}

fn key() -> SigningKey {
    SigningKey::derive(&credentials(None), &region(), now())
}

/// What a server makes of it.
fn verify(
    request: &Request<'_>,
    path_and_query: &str,
    headers: &[(&str, &[u8])],
    credentials: &Credentials<'_>,
    at: Timestamp,
) -> Result<(), Refusal> {
    let (mut parameters, mut slots) = ([Slot::default(); 32], [Slot::default(); 32]);
    let received = Received::new(request.method().as_str(), path_and_query, headers);
    let parsed = received.parse(&mut parameters, &mut slots)?;
    parsed.verify(request.resource().bucket(), credentials, at, Tolerance::default())
}

fn stranger<'a>(credentials: &Credentials<'a>) -> Credentials<'a> {
    let stranger = Credentials::new("testak", "another").unwrap();
    let token = credentials.security_token();
    token.map_or(stranger, |token| stranger.with_security_token(token).unwrap())
}

/// It is this URL, which is valid in its hour, and for nobody else.
#[track_caller]
fn check_url(
    request: &Request<'_>,
    url: &PresignedUrl<'_>,
    credentials: &Credentials<'_>,
    expected: &str,
) {
    assert_eq!(url.to_string(), expected);
    let path_and_query = expected.strip_prefix(HOST).unwrap();
    assert_eq!(url.path_and_query().to_string(), path_and_query);
    let headers: Vec<_> =
        request.all_headers().iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    let verify = |credentials: &Credentials<'_>, at, path: &str| {
        verify(request, path, &headers, credentials, at)
    };
    assert_eq!(verify(credentials, now(), path_and_query), Ok(()));
    assert_eq!(verify(credentials, later(3600), path_and_query), Ok(()));
    assert_eq!(verify(credentials, later(3601), path_and_query), Err(Refusal::Expired));
    let no_match = Err(Refusal::SignatureDoesNotMatch);
    assert_eq!(verify(&stranger(credentials), now(), path_and_query), no_match);
    assert_eq!(verify(credentials, now(), &path_and_query.replacen(".txt", ".TXT", 1)), no_match);
}

/// It has this `Authorization`, and is valid when it is made, and for nobody else.
#[track_caller]
fn check_headers(
    request: &Request<'_>,
    signed: &SignedHeaders<'_>,
    credentials: &Credentials<'_>,
    authorization: &str,
) {
    assert_eq!(signed.authorization().to_string(), authorization);
    let headers: Vec<_> = signed.headers().map(|(name, value)| (name, value.to_string())).collect();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    let region = region();
    let path_and_query = signed.url(&Endpoint::public(&region)).path_and_query().to_string();
    let verify = |credentials: &Credentials<'_>, at| {
        verify(request, &path_and_query, &headers, credentials, at)
    };
    assert_eq!(verify(credentials, now()), Ok(()));
    assert_eq!(verify(credentials, later(901)), Err(Refusal::RequestTimeTooSkewed));
    assert_eq!(verify(&stranger(credentials), now()), Err(Refusal::SignatureDoesNotMatch));
}

#[test]
fn urls_of_v4() {
    let (key, region, expires) = (key(), region(), Expires::after_seconds(3600));
    let endpoint = Endpoint::public(&region);
    let (host, of_host) = ([("host", "examplebucket.oss-cn-hangzhou.aliyuncs.com")], ["host"]);
    let upload = [("Content-Type", "text/plain"), ("x-oss-meta-a", "b")];
    let (get, put) = (|key| Request::new(Method::Get, object(key)), Method::Put);
    let mine = "x-oss-credential=testak%2F20231114%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&x-oss-date=20231114T221320Z&x-oss-expires=3600";
    let version = "x-oss-signature-version=OSS4-HMAC-SHA256";
    for (request, token, expected) in [
        (
            get(UNUSUAL),
            None,
            format!(
                "{HOST}/{UNUSUAL_ENCODED}?{mine}&x-oss-signature=e1cef6f26853469f8b4fe02d059386e9f3eb41f41fb287f7de08d783c9ca7e2c&{version}"
            ),
        ),
        (
            get(NAME).query(DOWNLOAD),
            Some(TOKEN),
            format!(
                "{HOST}/{NAME}?response-content-disposition=attachment%3B%20filename%3D%22a%20b%2Bc.txt%22&versionId=CAEQ%2B%2F%3D&{mine}&x-oss-process=image%2Fresize%2Cw_100&x-oss-security-token=CAIS%2Btok%2Fen%3D%3D&x-oss-signature=a05edcba832dd9314d955efc9c6e5459e59a9e1d6909c98578158b109b33c65f&{version}&x-oss-traffic-limit=819200"
            ),
        ),
        (
            Request::new(put, object(NAME)).headers(&upload),
            None,
            format!(
                "{HOST}/{NAME}?{mine}&x-oss-signature=2159890c0b9ca175a8cb2f5f2d49b0ae56978d18359a1b7507f7b389cf151823&{version}"
            ),
        ),
        (
            Request::new(Method::Post, object(NAME)).query(&[("uploads", "")]),
            None,
            format!(
                "{HOST}/{NAME}?uploads&{mine}&x-oss-signature=53b0a39ece58f7c92282fae60c86a08c4ed7b05c0584cc335e1782f887a59ae5&{version}"
            ),
        ),
        (
            get(NAME).headers(&host).additional_headers(&of_host),
            None,
            format!(
                "{HOST}/{NAME}?x-oss-additional-headers=host&{mine}&x-oss-signature=30c23bcc0c6d7abc5c99d0383211afbe302d76dcf684a4359327c14b4d6462c3&{version}"
            ),
        ),
    ] {
        let credentials = credentials(token);
        let signer = v4::Signer::new(credentials, &key);
        let url = signer.presign(&request, &endpoint, now(), expires).unwrap();
        check_url(&request, &url, &credentials, &expected);
    }
}

#[test]
fn urls_of_v1() {
    let (region, expires) = (region(), Expires::after_seconds(3600));
    let endpoint = Endpoint::public(&region);
    let upload = [("Content-Type", "text/plain"), ("x-oss-meta-a", "b")];
    let get = |key| Request::new(Method::Get, object(key));
    let mine = "Expires=1700003600&OSSAccessKeyId=testak&Signature";
    for (request, token, expected) in [
        (
            get(UNUSUAL),
            None,
            format!("{HOST}/{UNUSUAL_ENCODED}?{mine}=AZ0j0TyiOdYYrDGidGirpwq0B7g%3D"),
        ),
        (
            get(NAME).query(DOWNLOAD),
            Some(TOKEN),
            format!(
                "{HOST}/{NAME}?{mine}=%2BE%2FzqGEuPKYeUvtZlpLEVn0fNtI%3D&response-content-disposition=attachment%3B%20filename%3D%22a%20b%2Bc.txt%22&security-token=CAIS%2Btok%2Fen%3D%3D&versionId=CAEQ%2B%2F%3D&x-oss-process=image%2Fresize%2Cw_100&x-oss-traffic-limit=819200"
            ),
        ),
        (
            Request::new(Method::Put, object(NAME)).headers(&upload),
            None,
            format!("{HOST}/{NAME}?{mine}=ORHN27ctVyALt%2FEwOa7w2ER6O28%3D"),
        ),
        (
            Request::new(Method::Post, object(NAME)).query(&[("uploads", "")]),
            None,
            format!("{HOST}/{NAME}?{mine}=jWBieV1pgRE59jS9krIUWgyjmYs%3D&uploads"),
        ),
    ] {
        let credentials = credentials(token);
        let signer = v1::Signer::new(credentials);
        let url = signer.presign(&request, &endpoint, now(), expires).unwrap();
        check_url(&request, &url, &credentials, &expected);
    }
}

#[test]
fn headers_of_both_versions() {
    let key = key();
    let listing = Request::new(Method::Get, Resource::Bucket(bucket())).query(LISTING);
    let upload = Request::new(Method::Put, object("目录/a+b c.txt")).headers(UPLOAD);
    let scope = "OSS4-HMAC-SHA256 Credential=testak/20231114/cn-hangzhou/oss/aliyun_v4_request";
    for (request, token, v4, v1) in [
        (
            listing,
            None,
            "fe181695452bae5afd310ed01ffaae4debd29c92dd7c9ec0db5cc5edc43ec8d7",
            "NjIkRSw/mgh262y54RNaaCjnkF0=",
        ),
        (
            upload,
            Some(TOKEN),
            "397aae9dfad2924c6e9fcc30794935ebb1e6d983bdebd05387ed3a1c87962a29",
            "2tdomdBxbNfGVjLBafDDDpsbbbg=",
        ),
    ] {
        let credentials = credentials(token);
        let signed = v4::Signer::new(credentials, &key).sign(&request, now()).unwrap();
        check_headers(&request, &signed, &credentials, &format!("{scope},Signature={v4}"));
        let signed = v1::Signer::new(credentials).sign(&request, now()).unwrap();
        check_headers(&request, &signed, &credentials, &format!("OSS testak:{v1}"));
    }
}

/// Names of which some sort before, some after those of the signature; headers that are signed only
/// because they are named.
#[test]
fn additional_headers_and_parameters_of_any_name() {
    let at = Timestamp::from_unix_seconds(1_702_747_512).unwrap();
    let credentials = Credentials::new("ak", "sk").unwrap();
    let key = SigningKey::derive(&credentials, &region(), at);
    let bucket = Bucket::new("bucket").unwrap();
    let request = Request::put(bucket, ObjectKey::new("1234+-/123/1.txt").unwrap())
        .query(&[
            ("param1", "value1"),
            ("+param1", "value3"),
            ("|param1", "value4"),
            ("+param2", ""),
            ("|param2", ""),
            ("param2", ""),
        ])
        .headers(&[
            ("x-oss-head1", "value"),
            ("abc", "value"),
            ("ZAbc", "value"),
            ("XYZ", "value"),
            ("content-type", "text/plain"),
        ])
        .additional_headers(&["ZAbc", "abc"]);
    let signer = v4::Signer::new(credentials, &key);
    let signed = signer.sign(&request, at).unwrap();
    assert_eq!(
        signed.canonical_request().unwrap().to_string(),
        "PUT\n/bucket/1234%2B-/123/1.txt\n%2Bparam1=value3&%2Bparam2&%7Cparam1=value4&%7Cparam2&param1=value1&param2\nabc:value\ncontent-type:text/plain\nx-oss-content-sha256:UNSIGNED-PAYLOAD\nx-oss-date:20231216T172512Z\nx-oss-head1:value\nzabc:value\n\nabc;zabc\nUNSIGNED-PAYLOAD"
    );
    assert_eq!(
        signed.authorization().to_string(),
        "OSS4-HMAC-SHA256 Credential=ak/20231216/cn-hangzhou/oss/aliyun_v4_request,AdditionalHeaders=abc;zabc,Signature=4a4183c187c07c8947db7620deb0a6b38d9fbdd34187b6dbaccb316fa251212f"
    );
}

#[test]
fn an_additional_header_is_named_once_and_none_that_oss_signs_anyway() {
    let key = key();
    let headers = [("content-type", "text/plain"), ("abc", "1"), ("ABC", "2")];
    let sign = |names: &[&str]| {
        let request = Request::get(bucket(), ObjectKey::new(NAME).unwrap()).headers(&headers);
        let request = request.additional_headers(names);
        let signed = v4::Signer::new(credentials(None), &key).sign(&request, now()).unwrap();
        (signed.authorization().to_string(), signed.canonical_request().unwrap().to_string())
    };
    let (authorization, canonical_request) = sign(&["abc"]);
    assert!(authorization.contains("aliyun_v4_request,AdditionalHeaders=abc,Signature="));
    assert!(canonical_request.contains("\nabc:1,2\ncontent-type:text/plain\n"));
    let (authorization, canonical_request) = sign(&["content-type"]);
    assert!(authorization.contains("aliyun_v4_request,Signature="));
    assert!(canonical_request.ends_with("\n\n\nUNSIGNED-PAYLOAD"));
}

/// In V1 the date is in `x-oss-date` for clients that may not set `Date`.
#[test]
fn the_date_of_v1_in_a_header_of_oss() {
    let at = Timestamp::from_unix_seconds(1_672_223_261).unwrap();
    let signer = v1::Signer::new(Credentials::new("ak", "sk").unwrap());
    let signer = signer.with_date_header(DateHeader::XOssDate);
    let request =
        Request::new(Method::Get, Resource::Bucket(bucket())).query(&[("resourceGroup", "")]);
    let signed = signer.sign(&request, at).unwrap();
    assert_eq!(signed.authorization().to_string(), "OSS ak:vkQmfuUDyi1uDi3bKt67oemssIs=");
    assert_eq!(
        signed.string_to_sign().to_string(),
        "GET\n\n\nWed, 28 Dec 2022 10:27:41 GMT\nx-oss-date:Wed, 28 Dec 2022 10:27:41 GMT\n/examplebucket/?resourceGroup"
    );
}

#[test]
fn the_key_is_for_its_day_and_its_access_key() {
    let (key, region) = (key(), region());
    let request = Request::new(Method::Get, object(NAME));
    let presign = |id, at| {
        let credentials = Credentials::new(id, "testsk").unwrap();
        let signer = v4::Signer::new(credentials, &key);
        signer.presign(&request, &Endpoint::public(&region), at, Expires::default()).map(|_| ())
    };
    assert_eq!(presign("testak", now()), Ok(()));
    assert_eq!(presign("testak", later(86_400)), Err(SignError::SigningKeyOfAnotherDay));
    assert_eq!(presign("other", now()), Err(SignError::SigningKeyOfAnotherAccessKey));
}
