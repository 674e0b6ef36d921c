//! URLs byte for byte as the Go SDK v2 has them, which sorts the query and encodes as RFC 3986 says.
//!
//! One difference is meant: a parameter without a value is `uploads` here and `uploads=` there.
//! Both sign `uploads`, OSS reads both the same, and this way what is sent is what was signed.
#![cfg(test)]

use oss_sign::{
    Bucket, Credentials, Endpoint, Expires, ObjectKey, Region, Request, Timestamp, v1, v4,
};

const ORIGIN: &str = "https://examplebucket.oss-cn-hangzhou.aliyuncs.com";
const SPECIAL_KEY: &str = "dir/a b+c~d!e'f(g)*h,i=j&k#l?m%n;o:p@q$r中.txt";
const SPECIAL_PATH: &str =
    "/dir/a%20b%2Bc~d%21e%27f%28g%29%2Ah%2Ci%3Dj%26k%23l%3Fm%25n%3Bo%3Ap%40q%24r%E4%B8%AD.txt";
const KEY: &str = "exampledir/exampleobject.txt";
const PATH: &str = "/exampledir/exampleobject.txt";
const TOKEN: &str = "CAIS+tok/en==";
/// As query parameters in any order.
const MANY: &[(&str, &str)] = &[
    ("x-oss-process", "image/resize,w_100"),
    ("versionId", "CAEQ+/="),
    ("response-content-disposition", "attachment; filename=\"a b+c.txt\""),
];

fn bucket() -> Bucket<'static> {
    Bucket::new("examplebucket").unwrap()
}

fn key(key: &str) -> ObjectKey<'_> {
    ObjectKey::new(key).unwrap()
}

fn credentials(token: Option<&str>) -> Credentials<'_> {
    let credentials = Credentials::new("testak", "testsk").unwrap();
    token.map_or(credentials, |token| credentials.with_security_token(token).unwrap())
}

fn presign_v1(request: &Request<'_>, token: Option<&str>) -> String {
    let (region, now) = (Region::new("cn-hangzhou").unwrap(), now());
    let signer = v1::Signer::new(credentials(token));
    let expires = Expires::after_seconds(3600);
    signer.presign(request, &Endpoint::public(&region), now, expires).unwrap().to_string()
}

fn presign_v4(request: &Request<'_>, token: Option<&str>) -> String {
    let (region, now) = (Region::new("cn-hangzhou").unwrap(), now());
    let signing_key = v4::SigningKey::derive(&credentials(token), &region, now);
    let signer = v4::Signer::new(credentials(token), &signing_key);
    let expires = Expires::after_seconds(3600);
    signer.presign(request, &Endpoint::public(&region), now, expires).unwrap().to_string()
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000).unwrap()
}

#[test]
fn v1_of_a_key_with_every_special_character() {
    assert_eq!(
        presign_v1(&Request::get(bucket(), key(SPECIAL_KEY)), None),
        format!(
            "{ORIGIN}{SPECIAL_PATH}?Expires=1700003600&OSSAccessKeyId=testak&\
             Signature=AZ0j0TyiOdYYrDGidGirpwq0B7g%3D"
        )
    );
}

#[test]
fn v1_with_parameters_and_token_and_a_signed_header() {
    let request = Request::get(bucket(), key(KEY)).query(MANY);
    let request = request.headers(&[("x-oss-traffic-limit", "819200")]);
    assert_eq!(
        presign_v1(&request, Some(TOKEN)),
        format!(
            "{ORIGIN}{PATH}?Expires=1700003600&OSSAccessKeyId=testak&\
             Signature=9Ofzf74mVIWcTmj0uRlPmtnha1w%3D&\
             response-content-disposition=attachment%3B%20filename%3D%22a%20b%2Bc.txt%22&\
             security-token=CAIS%2Btok%2Fen%3D%3D&versionId=CAEQ%2B%2F%3D&\
             x-oss-process=image%2Fresize%2Cw_100"
        )
    );
}

#[test]
fn v1_of_an_upload_with_headers() {
    let request = Request::put(bucket(), key(KEY))
        .headers(&[("Content-Type", "text/plain"), ("x-oss-meta-a", "b")]);
    assert_eq!(
        presign_v1(&request, None),
        format!(
            "{ORIGIN}{PATH}?Expires=1700003600&OSSAccessKeyId=testak&\
             Signature=ORHN27ctVyALt%2FEwOa7w2ER6O28%3D"
        )
    );
}

#[test]
fn v1_of_a_parameter_without_a_value() {
    // The Go SDK v2: `&uploads=`.
    assert_eq!(
        presign_v1(&Request::post(bucket(), key(KEY)).query(&[("uploads", "")]), None),
        format!(
            "{ORIGIN}{PATH}?Expires=1700003600&OSSAccessKeyId=testak&\
             Signature=jWBieV1pgRE59jS9krIUWgyjmYs%3D&uploads"
        )
    );
}

/// The query of V4 up to the signature, without a token.
const V4_PARAMETERS: &str = "x-oss-credential=testak%2F20231114%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&\
     x-oss-date=20231114T221320Z&x-oss-expires=3600";

#[test]
fn v4_of_a_key_with_every_special_character() {
    assert_eq!(
        presign_v4(&Request::get(bucket(), key(SPECIAL_KEY)), None),
        format!(
            "{ORIGIN}{SPECIAL_PATH}?{V4_PARAMETERS}&\
             x-oss-signature=e1cef6f26853469f8b4fe02d059386e9f3eb41f41fb287f7de08d783c9ca7e2c&\
             x-oss-signature-version=OSS4-HMAC-SHA256"
        )
    );
}

#[test]
fn v4_with_parameters_and_token_and_a_signed_header() {
    let request = Request::get(bucket(), key(KEY)).query(MANY);
    let request = request.headers(&[("x-oss-traffic-limit", "819200")]);
    assert_eq!(
        presign_v4(&request, Some(TOKEN)),
        format!(
            "{ORIGIN}{PATH}?\
             response-content-disposition=attachment%3B%20filename%3D%22a%20b%2Bc.txt%22&\
             versionId=CAEQ%2B%2F%3D&{V4_PARAMETERS}&x-oss-process=image%2Fresize%2Cw_100&\
             x-oss-security-token=CAIS%2Btok%2Fen%3D%3D&\
             x-oss-signature=23449ae320245c40a64496434c3ffa507207f385f35f4f1a416fe719f8cdfab3&\
             x-oss-signature-version=OSS4-HMAC-SHA256"
        )
    );
}

/// The PHP SDK v1 has the same form; the Go SDK v2 cannot send this parameter in the query.
#[test]
fn v4_with_a_parameter_that_sorts_after_the_signature() {
    let query = [MANY, &[("x-oss-traffic-limit", "819200")]].concat();
    assert_eq!(
        presign_v4(&Request::get(bucket(), key(KEY)).query(&query), Some(TOKEN)),
        format!(
            "{ORIGIN}{PATH}?\
             response-content-disposition=attachment%3B%20filename%3D%22a%20b%2Bc.txt%22&\
             versionId=CAEQ%2B%2F%3D&{V4_PARAMETERS}&x-oss-process=image%2Fresize%2Cw_100&\
             x-oss-security-token=CAIS%2Btok%2Fen%3D%3D&\
             x-oss-signature=a05edcba832dd9314d955efc9c6e5459e59a9e1d6909c98578158b109b33c65f&\
             x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-traffic-limit=819200"
        )
    );
}

#[test]
fn v4_of_an_upload_with_headers() {
    let request = Request::put(bucket(), key(KEY))
        .headers(&[("Content-Type", "text/plain"), ("x-oss-meta-a", "b")]);
    assert_eq!(
        presign_v4(&request, None),
        format!(
            "{ORIGIN}{PATH}?{V4_PARAMETERS}&\
             x-oss-signature=2159890c0b9ca175a8cb2f5f2d49b0ae56978d18359a1b7507f7b389cf151823&\
             x-oss-signature-version=OSS4-HMAC-SHA256"
        )
    );
}

#[test]
fn v4_of_a_parameter_without_a_value() {
    // The Go SDK v2: `?uploads=&`.
    assert_eq!(
        presign_v4(&Request::post(bucket(), key(KEY)).query(&[("uploads", "")]), None),
        format!(
            "{ORIGIN}{PATH}?uploads&{V4_PARAMETERS}&\
             x-oss-signature=53b0a39ece58f7c92282fae60c86a08c4ed7b05c0584cc335e1782f887a59ae5&\
             x-oss-signature-version=OSS4-HMAC-SHA256"
        )
    );
}

#[test]
fn v4_of_the_plainest_request() {
    assert_eq!(
        presign_v4(&Request::get(bucket(), key(KEY)), None),
        format!(
            "{ORIGIN}{PATH}?{V4_PARAMETERS}&\
             x-oss-signature=1f227796faa923939ca0db499d9f14dd28b0435260b7261b8a766c3c4e0cfa42&\
             x-oss-signature-version=OSS4-HMAC-SHA256"
        )
    );
}
