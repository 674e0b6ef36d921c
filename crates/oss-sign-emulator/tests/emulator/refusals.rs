//! Refusals, as OSS words them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss_sign::v4::{Signer, SigningKey};
use oss_sign::{
    Credentials, Endpoint, Expires, Method, ObjectKey, Product, Region, Request, SignedHeaders, v1,
};

use crate::client::{Answer, Asked, Client, ID, NOW, SECRET, at, bucket, element, object, start};

const MISMATCH: &str = "The request signature we calculated does not match the signature you \
                        provided. Check your key and signing method.";

fn credentials() -> Credentials<'static> {
    Credentials::new(ID, SECRET).unwrap()
}

fn request() -> Request<'static> {
    Request::get(bucket(), ObjectKey::new("k").unwrap())
}

/// Sends signed headers.
fn send(client: &Client, signed: &SignedHeaders<'_>) -> Answer {
    let endpoint = client.emulator.endpoint();
    let url = signed.url(&Endpoint::parse(&endpoint).unwrap()).to_string();
    let headers: Vec<_> = signed.headers().map(|(name, value)| (name, value.to_string())).collect();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    client.send_to("GET", &url, &headers, b"")
}

fn send_v4(client: &Client, region: &str, product: &Product, seconds: u64) -> Answer {
    let region = Region::new(region).unwrap();
    let key = SigningKey::derive_for(product, &credentials(), &region, at(seconds));
    let signer = Signer::new(credentials(), &key);
    send(client, &signer.sign(&request(), at(seconds)).unwrap())
}

fn send_v1(client: &Client, credentials: Credentials<'_>, seconds: u64) -> Answer {
    let signer = v1::Signer::new(credentials);
    send(client, &signer.sign(&request(), at(seconds)).unwrap())
}

#[test]
fn a_mismatch_of_v4_shows_what_was_received() {
    let client = start();
    let url = client.url(Asked::new(Method::Get, object("k")));
    let (start, signature) = url.split_once("x-oss-signature=").unwrap();
    let (signature, rest) = signature.split_once('&').unwrap();
    let damaged = format!("{start}x-oss-signature={}0&{rest}", signature.get(..63).unwrap());
    let damaged = if damaged == url { url.replacen("0&", "1&", 1) } else { damaged };
    let refused =
        client.send_to("GET", &damaged, &[], b"").expect_error(403, "SignatureDoesNotMatch");
    assert_eq!(refused.element("Message"), MISMATCH);
    assert_eq!(refused.element("OSSAccessKeyId"), ID);
    assert!(damaged.contains(refused.element("SignatureProvided")));
    let string_to_sign = refused.element("StringToSign");
    assert!(
        string_to_sign.starts_with(
            "OSS4-HMAC-SHA256\n20231114T221320Z\n20231114/cn-hangzhou/oss/aliyun_v4_request\n"
        ),
        "{string_to_sign}"
    );
    let bytes = refused.element("StringToSignBytes").split_ascii_whitespace();
    let bytes: Vec<u8> = bytes.map(|byte| u8::from_str_radix(byte, 16).unwrap()).collect();
    assert_eq!(bytes, string_to_sign.as_bytes());
    let canonical = refused.element("CanonicalRequest");
    assert!(canonical.starts_with("GET\n/examplebucket/k\n"), "{canonical}");
    assert_eq!(refused.element("EC"), "0002-00000201");
    assert_eq!(refused.header("x-oss-ec"), "0002-00000201");
    assert_eq!(refused.element("RequestId"), refused.header("x-oss-request-id"));
    assert_eq!(refused.element("HostId"), "127.0.0.1");
    assert_eq!(refused.header("content-type"), "application/xml");
}

#[test]
fn a_mismatch_of_v1_shows_the_string_to_sign() {
    let client = start();
    let wrong = Credentials::new(ID, "wrong-secret").unwrap();
    let refused = send_v1(&client, wrong, NOW).expect_error(403, "SignatureDoesNotMatch");
    assert_eq!(
        refused.element("StringToSign"),
        "GET\n\n\nTue, 14 Nov 2023 22:13:20 GMT\n/examplebucket/k"
    );
    assert_eq!(refused.element("CanonicalRequest"), "");
    assert_eq!(refused.element("EC"), "0002-00000040");
}

#[test]
fn head_has_the_error_in_a_header() {
    let client = start();
    let url = client.url(Asked::new(Method::Get, object("k")));
    let refused = client.send_to("HEAD", &url, &[], b"").expect(403);
    assert!(refused.body.is_empty());
    let xml = String::from_utf8(STANDARD.decode(refused.header("x-oss-err")).unwrap()).unwrap();
    assert_eq!(element(&xml, "Code"), "SignatureDoesNotMatch");
    assert!(element(&xml, "CanonicalRequest").starts_with("HEAD\n"));
    assert_eq!(refused.header("x-oss-ec"), "0002-00000201");
}

#[test]
fn a_clock_that_is_wrong_is_told_the_time() {
    let client = start();
    for seconds in [NOW - 901, NOW + 901] {
        for refused in [
            send_v4(&client, "cn-hangzhou", &Product::default(), seconds),
            send_v1(&client, credentials(), seconds),
        ] {
            let refused = refused.expect_error(403, "RequestTimeTooSkewed");
            assert_eq!(refused.element("MaxAllowedSkewMilliseconds"), "900000");
            assert_eq!(refused.element("ServerTime"), "2023-11-14T22:13:20.000Z");
            assert_eq!(
                refused.element("RequestTime"),
                format!("{}", at(seconds)).replace('Z', ".000Z")
            );
            assert_eq!(refused.element("EC"), "0002-00000504");
        }
    }
    send_v4(&client, "cn-hangzhou", &Product::default(), NOW - 900).expect_error(404, "NoSuchKey");
}

#[test]
fn another_region_or_product_is_refused() {
    let client = start();
    let refused = send_v4(&client, "cn-beijing", &Product::default(), NOW);
    let refused = refused.expect_error(400, "InvalidArgument");
    assert_eq!(refused.element("Message"), "Invalid signing region in Authorization header.");
    assert_eq!(refused.element("EC"), "0002-00000226");
    let refused = send_v4(&client, "cn-hangzhou", &Product::cloud_box(), NOW);
    assert_eq!(refused.expect_error(400, "InvalidArgument").element("EC"), "0002-00000227");
}

#[test]
fn an_unknown_access_key_is_refused_after_the_time_and_before_the_signature() {
    let client = start();
    let unknown = Credentials::new("LTAI5tOtherKeyId", SECRET).unwrap();
    let refused = send_v1(&client, unknown, NOW).expect_error(403, "InvalidAccessKeyId");
    assert_eq!(
        refused.element("Message"),
        "The OSS Access Key Id you provided does not exist in our records."
    );
    assert_eq!(refused.element("OSSAccessKeyId"), "LTAI5tOtherKeyId");
    assert_eq!(refused.element("EC"), "0002-00000902");
    send_v1(&client, unknown, NOW - 1000).expect_error(403, "RequestTimeTooSkewed");
}

#[test]
fn the_bucket_is_looked_for_before_the_signature() {
    let client = start();
    let url =
        client.url(Asked::new(Method::Get, object("k"))).replace("examplebucket", "other-bucket");
    let refused = client.send_to("GET", &url, &[], b"").expect_error(404, "NoSuchBucket");
    assert_eq!(refused.element("BucketName"), "other-bucket");
    assert_eq!(refused.element("EC"), "0015-00000101");
}

#[test]
fn no_signature_and_two_of_them() {
    let client = start();
    let url = format!("{}/examplebucket/k", client.emulator.endpoint());
    client.send_to("GET", &url, &[], b"").expect_error(403, "AccessDenied");
    let signed = client.url(Asked::new(Method::Get, object("k")));
    let both = client.send_to("GET", &signed, &[("authorization", "OSS a:b")], b"");
    assert_eq!(both.expect_error(400, "InvalidArgument").element("EC"), "0002-00000039");
}

#[test]
fn v1_urls_expire_too() {
    let client = start();
    let endpoint = client.emulator.endpoint();
    let endpoint = Endpoint::parse(&endpoint).unwrap();
    let signer = v1::Signer::new(credentials());
    let url = signer.presign(&request(), &endpoint, at(NOW), Expires::after_seconds(60)).unwrap();
    let url = url.to_string();
    client.send_to("GET", &url, &[], b"").expect_error(404, "NoSuchKey");
    client.emulator.clock().set(at(NOW + 61));
    let expired = client.send_to("GET", &url, &[], b"").expect_error(403, "AccessDenied");
    assert_eq!(expired.element("EC"), "0002-00000069");
    assert_eq!(expired.element("Expires"), "2023-11-14T22:14:20.000Z");
}
