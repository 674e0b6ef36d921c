//! Every error is what comes of an input that is wrong in just that way, and its message says which
//! input and how, and holds nothing of it.
#![cfg(test)]

use core::error::Error;
use core::fmt::Debug;

use oss_sign::v4::SigningKey;
use oss_sign::{
    Bucket, BucketError, BufferTooSmall, Credentials, CredentialsError, DateHeader, Endpoint,
    EndpointError, Expires, MAX_HEADERS, MAX_PARAMETERS, Method, ObjectKey, ObjectKeyError,
    ParameterPosition, Product, ProductError, Region, RegionError, Request, Resource, SignError,
    Timestamp, TimestampError, v1, v4,
};

/// In every input that is refused, and so in no message.
const INPUT: &str = "hush";

/// Checks the error, and that its message has these words.
#[track_caller]
fn assert_error<E: Error + Debug + PartialEq>(actual: Option<E>, expected: E, words: &str) {
    assert_eq!(actual, Some(expected));
    let actual = actual.unwrap();
    let message = actual.to_string();
    assert!(message.contains(words), "{message}");
    assert!(!message.contains(INPUT) && !format!("{actual:?}").contains(INPUT), "{message}");
}

#[test]
fn credentials() {
    use CredentialsError::*;
    let long = INPUT.repeat(17);
    for (id, secret, expected, words) in [
        ("", "hush", EmptyAccessKeyId, "AccessKey ID is empty"),
        ("hush\r", "hush", AccessKeyIdCharacter, "AccessKey ID has a character"),
        (long.as_str(), "hush", AccessKeyIdTooLong, "AccessKey ID is longer than 64 bytes"),
        ("hush", "", EmptyAccessKeySecret, "AccessKey secret is empty"),
        ("hush", "hush\n", AccessKeySecretWhiteSpace, "AccessKey secret begins or ends with"),
    ] {
        assert_error(Credentials::new(id, secret).err(), expected, words);
    }
    let pair = Credentials::new("hush", "hush").unwrap();
    for (token, expected, words) in [
        ("", EmptySecurityToken, "security token is empty"),
        (" hush", SecurityTokenWhiteSpace, "security token begins or ends with"),
    ] {
        assert_error(pair.with_security_token(token).err(), expected, words);
    }
}

#[test]
fn regions_and_products() {
    let long = INPUT.repeat(16);
    for (id, expected, words) in [
        ("", RegionError::Empty, "region is empty"),
        ("oss-hush", RegionError::OssPrefix, "region begins with `oss-`"),
        ("hush.aliyuncs.com", RegionError::Character, "region has a character"),
        (long.as_str(), RegionError::TooLong, "region is longer than 63 bytes"),
    ] {
        assert_error(Region::new(id).err(), expected, words);
    }
    for (product, expected, words) in [
        ("", ProductError::Empty, "product is empty"),
        ("hush/", ProductError::Character, "product has a character"),
        (long.as_str(), ProductError::TooLong, "product is longer than 32 bytes"),
    ] {
        assert_error(Product::new(product).err(), expected, words);
    }
}

#[test]
fn buckets_and_keys() {
    let long = INPUT.repeat(256);
    for (name, expected, words) in [
        (long.as_str(), BucketError::Length, "3 to 63 characters"),
        ("hush.example.com", BucketError::Character, "consists of"),
        ("-hush", BucketError::OuterHyphen, "begins and ends with a letter or a digit"),
    ] {
        assert_error(Bucket::new(name).err(), expected, words);
    }
    for (key, expected, words) in [
        ("", ObjectKeyError::Empty, "object key is empty"),
        (long.as_str(), ObjectKeyError::TooLong, "object key is longer than 1023 bytes"),
        ("/hush", ObjectKeyError::LeadingSlash, "object key begins with `/`"),
        ("\\hush", ObjectKeyError::LeadingBackslash, "object key begins with `\\`"),
    ] {
        assert_error(ObjectKey::new(key).err(), expected, words);
    }
}

#[test]
fn endpoints() {
    use EndpointError::*;
    for (text, expected, words) in [
        ("ftp://hush", Scheme, "scheme is neither `http` nor `https`"),
        ("https://:443", EmptyHost, "endpoint has no host"),
        ("https://hush..example", Host, "not a host name"),
        ("https://[hush]", Ipv6, "not an IPv6 address"),
        ("https://hush:0", Port, "port is not a number from 1 to 65535"),
        ("https://hush/path", Path, "endpoint has a path"),
        ("https://user:hush@example.com", UserInfo, "user name or a password"),
    ] {
        assert_error(Endpoint::parse(text).err(), expected, words);
    }
}

#[test]
fn timestamps() {
    let milliseconds = Timestamp::from_unix_seconds(1_700_000_000_000);
    assert_error(milliseconds.err(), TimestampError::TooLate, "in milliseconds");
    let before = time::UtcDateTime::from_unix_timestamp(-1).unwrap();
    let before = Timestamp::try_from(before);
    assert_error(before.err(), TimestampError::Before1970, "is the clock set?");
}

#[test]
fn buffers() {
    let host = Endpoint::accelerate().host(Resource::Service);
    let expected = BufferTooSmall { needed: 27, capacity: 26 };
    let words = "the buffer has 26 bytes, the text needs 27";
    assert_error(host.write_to_slice(&mut [0; 26]).err(), expected, words);
    assert_error(host.to_heapless::<26>().err(), expected, words);
    assert_eq!(host.write_to_slice(&mut [0; 27]), Ok("oss-accelerate.aliyuncs.com"));
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000).unwrap()
}

fn pair() -> Credentials<'static> {
    Credentials::new("LTAI5tExampleKeyId", "hush-example-secret").unwrap()
}

fn get<'a>() -> Request<'a> {
    Request::get(Bucket::new("examplebucket").unwrap(), ObjectKey::new("hush").unwrap())
}

/// One of the four ways to sign.
type Sign = fn(&Request<'_>) -> Option<SignError>;

fn presign_v1(request: &Request<'_>) -> Option<SignError> {
    let endpoint = Endpoint::accelerate();
    v1::Signer::new(pair()).presign(request, &endpoint, now(), Expires::default()).err()
}

fn presign_v4(request: &Request<'_>) -> Option<SignError> {
    presign_v4_until(request, Expires::default())
}

fn presign_v4_until(request: &Request<'_>, expires: Expires) -> Option<SignError> {
    let key = SigningKey::derive(&pair(), &Region::new("cn-hangzhou").unwrap(), now());
    let endpoint = Endpoint::accelerate();
    v4::Signer::new(pair(), &key).presign(request, &endpoint, now(), expires).err()
}

fn sign_v1(request: &Request<'_>) -> Option<SignError> {
    v1::Signer::new(pair()).sign(request, now()).err()
}

fn sign_v4(request: &Request<'_>) -> Option<SignError> {
    let key = SigningKey::derive(&pair(), &Region::new("cn-hangzhou").unwrap(), now());
    v4::Signer::new(pair(), &key).sign(request, now()).err()
}

const ALL: [Sign; 4] = [presign_v1, presign_v4, sign_v1, sign_v4];
const V1: [Sign; 2] = [presign_v1, sign_v1];
const V4: [Sign; 2] = [presign_v4, sign_v4];

#[track_caller]
fn assert_refused(signs: &[Sign], request: &Request<'_>, expected: SignError, words: &str) {
    for sign in signs {
        assert_error(sign(request), expected, words);
    }
}

#[test]
fn the_request_that_the_others_are_made_of_is_right() {
    for sign in ALL {
        assert_eq!(sign(&get()), None);
    }
}

#[test]
fn signing_keys_of_others() {
    let region = Region::new("cn-hangzhou").unwrap();
    let other = Credentials::new("LTAI5tAnotherKeyId", "hush-example-secret").unwrap();
    let tomorrow = now().checked_add_seconds(86_400).unwrap();
    for (key, expected, words) in [
        (
            SigningKey::derive(&pair(), &region, tomorrow),
            SignError::SigningKeyOfAnotherDay,
            "signing key is of another UTC day",
        ),
        (
            SigningKey::derive(&other, &region, now()),
            SignError::SigningKeyOfAnotherAccessKey,
            "signing key was derived for another AccessKey ID",
        ),
    ] {
        let signer = v4::Signer::new(pair(), &key);
        let endpoint = Endpoint::accelerate();
        let url = signer.presign(&get(), &endpoint, now(), Expires::default());
        assert_error(url.err(), expected, words);
        assert_error(signer.sign(&get(), now()).err(), expected, words);
    }
}

#[test]
fn query_parameters() {
    use ParameterPosition::{Process, Query, VersionId};
    use SignError::{DuplicateParameter, EmptyParameterName, ParameterControlCharacter};
    for (request, expected, words) in [
        (
            get().query(&[("a", ""), ("", "hush")]),
            EmptyParameterName(Query(1)),
            "query parameter 2 has an empty name",
        ),
        (
            get().query(&[("hush\n", "")]),
            ParameterControlCharacter(Query(0)),
            "query parameter 1 has a CR, LF or NUL",
        ),
        (
            get().query(&[("a", "hush\0")]),
            ParameterControlCharacter(Query(0)),
            "query parameter 1 has a CR, LF or NUL",
        ),
        (
            get().process("hush\r"),
            ParameterControlCharacter(Process),
            "the query parameter `x-oss-process` has a CR, LF or NUL",
        ),
        (
            get().version_id("hush\n"),
            ParameterControlCharacter(VersionId),
            "the query parameter `versionId` has a CR, LF or NUL",
        ),
        (
            get().query(&[("hush", "1"), ("a", ""), ("hush", "2")]),
            DuplicateParameter(Query(2)),
            "query parameter 3 has the name of another one",
        ),
        (
            get().process("hush").query(&[("x-oss-process", "")]),
            DuplicateParameter(Query(0)),
            "query parameter 1 has the name of another one",
        ),
    ] {
        assert_refused(&ALL, &request, expected, words);
    }
}

#[test]
fn query_parameters_of_the_signature() {
    let words = "query parameter 2 belongs to a signature";
    let refused = SignError::SignatureParameter(ParameterPosition::Query(1));
    for name in ["Expires", "OSSAccessKeyId", "Signature", "security-token"] {
        assert_refused(&V1, &get().query(&[("a", ""), (name, "hush")]), refused, words);
    }
    for name in [
        "x-oss-additional-headers",
        "x-oss-credential",
        "x-oss-date",
        "x-oss-expires",
        "x-oss-security-token",
        "x-oss-signature",
        "x-oss-signature-version",
    ] {
        assert_refused(&V4, &get().query(&[("a", ""), (name, "hush")]), refused, words);
    }
}

/// They would make a URL look signed with the other version.
#[test]
fn query_parameters_of_the_other_version() {
    let words = "query parameter 1 belongs to a signature";
    let refused = SignError::SignatureParameter(ParameterPosition::Query(0));
    for name in ["x-oss-credential", "x-oss-signature", "x-oss-signature-version"] {
        assert_refused(&V1, &get().query(&[(name, "hush")]), refused, words);
    }
    for name in ["OSSAccessKeyId", "Signature"] {
        assert_refused(&V4, &get().query(&[(name, "hush")]), refused, words);
    }
}

#[test]
fn headers() {
    use SignError::{HeaderName, HeaderValue, SignatureHeader};
    for (headers, expected, words) in [
        ([("a", ""), ("", "hush")], HeaderName(1), "name of header 2 is not an HTTP"),
        ([("a", ""), ("hush hush", "")], HeaderName(1), "name of header 2 is not an HTTP"),
        ([("hush\n", ""), ("a", "")], HeaderName(0), "name of header 1 is not an HTTP"),
        ([("a", ""), ("b", "hush\r\n")], HeaderValue(1), "value of header 2 has a CR, LF or NUL"),
        ([("a", ""), ("Authorization", "hush")], SignatureHeader(1), "header 2 is one that the"),
    ] {
        assert_refused(&ALL, &get().headers(&headers), expected, words);
    }
}

#[test]
fn headers_of_the_signature() {
    let refused = SignError::SignatureHeader(0);
    let words = "header 1 is one that the signature adds";
    for name in ["X-Oss-Date", "x-oss-security-token", "authorization"] {
        assert_refused(&[sign_v1, sign_v4], &get().headers(&[(name, "hush")]), refused, words);
    }
    let headers = [("x-oss-content-sha256", "hush")];
    assert_refused(&[sign_v4], &get().headers(&headers), refused, words);
    // Only if it is the header that carries the time.
    let headers = [("date", "hush")];
    let request = get().headers(&headers);
    assert_refused(&[sign_v1], &request, refused, words);
    assert_eq!(sign_v4(&request), None);
    let signer = v1::Signer::new(pair()).with_date_header(DateHeader::XOssDate);
    assert!(signer.sign(&request, now()).is_ok());
}

#[test]
fn headers_that_are_parameters() {
    let refused = SignError::HeaderIsParameter(1);
    let request = get()
        .headers(&[("content-type", "hush"), ("X-Oss-Traffic-Limit", "hush")])
        .query(&[("x-oss-traffic-limit", "hush")]);
    assert_refused(&V4, &request, refused, "header 2 has the name of a query parameter");
}

/// Of those that are not signed it does not matter.
#[test]
fn additional_headers_that_are_parameters() {
    let request = get().headers(&[("url", "hush")]).query(&[("URL", "hush")]);
    assert_eq!((sign_v4(&request), presign_v4(&request)), (None, None));
    let request = request.additional_headers(&["Url"]);
    let refused = SignError::HeaderIsParameter(0);
    assert_refused(&V4, &request, refused, "header 1 has the name of a query parameter");
}

#[test]
fn additional_headers() {
    use SignError::{AdditionalHeaderMissing, AdditionalHeaderUnderscore};
    let request = get().headers(&[("hush_hush", ""), ("range", "bytes=0-")]);
    for (names, expected, words) in [
        (["range", "hush"], AdditionalHeaderMissing(1), "additional header 2 is not among"),
        (["hush_hush", "range"], AdditionalHeaderUnderscore(0), "additional header 1 has a `_`"),
    ] {
        assert_refused(&V4, &request.additional_headers(&names), expected, words);
    }
}

#[test]
fn more_than_there_is_room_for() {
    let names: Vec<String> = (0..=64).map(|number| format!("hush{number}")).collect();
    let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
    assert_eq!((MAX_PARAMETERS, MAX_HEADERS), (64, 64));
    for sign in ALL {
        assert_eq!(sign(&get().query(&pairs[1..]).headers(&pairs[1..])), None);
    }
    let (too_many, words) = (SignError::TooManyParameters, "more than 64 query parameters");
    assert_refused(&ALL, &get().query(&pairs), too_many, words);
    assert_refused(&ALL, &get().process("hush").query(&pairs[1..]), too_many, words);
    let (too_many, words) = (SignError::TooManyHeaders, "more than 64 headers");
    assert_refused(&ALL, &get().headers(&pairs), too_many, words);
}

#[test]
fn expiry() {
    use SignError::{ExpiresInThePast, ExpiresTooFar, ExpiresTooLate, ExpiresZero};
    let last = Timestamp::from_unix_seconds(253_402_300_799).unwrap();
    for (expires, expected, words) in [
        (Expires::after_seconds(0), ExpiresZero, "expire after 0 seconds"),
        (Expires::at(now()), ExpiresInThePast, "would have expired already"),
        (Expires::after_seconds(604_801), ExpiresTooFar, "more than 604800 seconds (7 days)"),
        (Expires::at(last), ExpiresTooFar, "more than 604800 seconds (7 days)"),
    ] {
        assert_error(presign_v4_until(&get(), expires), expected, words);
    }
    assert_eq!(presign_v4_until(&get(), Expires::after_seconds(604_800)), None);

    let presign_v1 = |now, expires| {
        v1::Signer::new(pair()).presign(&get(), &Endpoint::accelerate(), now, expires).err()
    };
    assert_eq!(presign_v1(now(), Expires::at(last)), None);
    let late = presign_v1(last, Expires::after_seconds(1));
    assert_error(late, ExpiresTooLate, "after the year 9999");
}

#[test]
fn what_only_v4_knows() {
    let request = get().canonical_resource("/hush");
    let words = "canonical resource is overridden, which the V1";
    assert_refused(&V1, &request, SignError::CanonicalResourceInV1, words);
    let request = get().headers(&[("host", "hush")]).additional_headers(&["host"]);
    let words = "additional headers are given, which the V1";
    assert_refused(&V1, &request, SignError::AdditionalHeadersInV1, words);
    let request = get().canonical_resource("hush");
    let words = "canonical resource does not begin with `/`";
    assert_refused(&V4, &request, SignError::CanonicalResource, words);
}

#[test]
fn what_only_v1_knows() {
    let bucket = Bucket::new("examplebucket").unwrap();
    let request = Request::get(bucket, ObjectKey::new("?hush").unwrap());
    let words = "object key begins with `?`, which the V1";
    assert_refused(&V1, &request, SignError::QuestionMarkKeyInV1, words);
    let vouched_for = Resource::Object(bucket, ObjectKey::verbatim("?hush").unwrap());
    assert_eq!(sign_v1(&Request::new(Method::Get, vouched_for)), None);

    let names = ["hush", ""];
    let signer = v1::Signer::new(pair()).with_sub_resources(&names);
    let words = "extra sub-resource 2 has an empty name";
    let signed = signer.sign(&get(), now());
    assert_error(signed.err(), SignError::EmptySubResource(1), words);
}
