//! The JSON documents: their fields are a promise.

use serde_json::{Value, json};

use crate::run::{OBJECT, print};

fn document(arguments: &[&str]) -> Value {
    serde_json::from_str(&print(&[arguments, &["--json"]].concat())).unwrap()
}

#[test]
fn a_presigned_url() {
    let arguments = ["presign", OBJECT, "--method", "PUT", "--expires", "3600"];
    let headers = ["--header", "Content-Type: text/plain", "--header", "X-OSS-Meta-A: b"];
    let unsigned = ["--header", "Cache-Control: no-cache"];
    assert_eq!(
        document(&[&arguments[..], &headers, &unsigned].concat()),
        json!({
            "url": print(&[&arguments[..], &headers].concat()).trim_end(),
            "method": "PUT",
            "headers": { "content-type": "text/plain", "x-oss-meta-a": "b" },
            "expires_at": "2023-11-14T23:13:20Z",
            "signature_version": "v4",
        })
    );
}

#[test]
fn signed_headers() {
    assert_eq!(
        document(&["sign", "GET", "oss://examplebucket", "--query", "acl"]),
        json!({
            "url": "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/?acl",
            "method": "GET",
            "headers": {
                "authorization": "OSS4-HMAC-SHA256 Credential=testak/20231114/cn-hangzhou/oss/aliyun_v4_request,Signature=2c0e1b41a9401f0f7616aaf2c0ac1660ef38c50767e898d729c2c219ec0c240c",
                "x-oss-content-sha256": "UNSIGNED-PAYLOAD",
                "x-oss-date": "20231114T221320Z",
            },
            "signature_version": "v4",
        })
    );
}

#[test]
fn v1_says_so() {
    let document = document(&["presign", OBJECT, "--signature-version", "v1"]);
    assert_eq!(document["signature_version"], "v1");
}

#[test]
fn the_url_of_signed_headers_has_the_whole_query_encoded_once() {
    let arguments = ["sign", "GET", OBJECT, "--process", "image/resize,w_1", "--version-id", "+"];
    let query = ["--query", "a b=%&=中~", "--query", "acl", "--query-param", "x:y"];
    assert_eq!(
        document(&[&arguments[..], &query].concat())["url"],
        "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/exampledir/exampleobject.txt\
         ?a%20b=%25%26%3D%E4%B8%AD~&acl&versionId=%2B&x=y&x-oss-process=image%2Fresize%2Cw_1"
    );
}

#[test]
fn a_header_that_occurs_twice_is_joined_as_it_is_signed() {
    let twice = ["--header", "x-oss-meta-a: 1", "--header", "X-Oss-Meta-A: 2"];
    let once = ["--header", "x-oss-meta-a: 1,2"];
    assert_eq!(
        document(&[&["presign", OBJECT], &twice[..]].concat()),
        document(&[&["presign", OBJECT], &once[..]].concat())
    );
}
