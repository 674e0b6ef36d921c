//! Virtual-hosted, path-style and CNAME addressing, in V4 and V1.

use oss_sign::v4::{Signer, SigningKey};
use oss_sign::{Addressing, Credentials, Endpoint, Expires, ObjectKey, Region, Request, v1};

use crate::client::{Client, ID, NOW, SECRET, at, bucket, builder};

/// Path and query of a signed URL, and its host, with the port of an emulator.
fn signed(endpoint: Endpoint<'_>, is_v1: bool) -> (String, String) {
    let credentials = Credentials::new(ID, SECRET).unwrap();
    let request = Request::get(bucket(), ObjectKey::new("a/中 +.txt").unwrap());
    let key = SigningKey::derive(&credentials, &Region::new("cn-hangzhou").unwrap(), at(NOW));
    let url = match is_v1 {
        true => {
            v1::Signer::new(credentials).presign(&request, &endpoint, at(NOW), Expires::default())
        }
        false => {
            Signer::new(credentials, &key).presign(&request, &endpoint, at(NOW), Expires::default())
        }
    };
    let url = url.unwrap();
    (url.path_and_query().to_string(), url.host().to_string())
}

#[test]
fn every_host_of_a_bucket() {
    let client = Client::of(
        builder()
            .domain("emulator.test")
            .cname("static.example.com", "examplebucket")
            .spawn()
            .unwrap(),
    );
    client.put("a/中 +.txt", b"1").expect(200);
    let at = |text, addressing| Endpoint::parse(text).unwrap().with_addressing(addressing);
    let region = Region::new("cn-hangzhou").unwrap();
    for endpoint in [
        at("http://127.0.0.1", Addressing::PathStyle),
        at("http://localhost:9000", Addressing::PathStyle),
        at("http://localhost", Addressing::VirtualHosted),
        at("http://localhost:9000", Addressing::VirtualHosted),
        at("http://emulator.test", Addressing::VirtualHosted),
        at("http://unknown.example.com", Addressing::PathStyle),
        at("http://Static.Example.com", Addressing::Cname),
        Endpoint::public(&region),
        Endpoint::internal(&region),
    ] {
        for is_v1 in [false, true] {
            let (path_and_query, host) = signed(endpoint, is_v1);
            let url = format!("{}{path_and_query}", client.emulator.endpoint());
            let got = client.send_to("GET", &url, &[("host", &host)], b"");
            assert_eq!(got.expect(200).text(), "1", "{host}");
        }
    }
}

#[test]
fn a_name_that_no_bucket_has() {
    let client = Client::of(builder().spawn().unwrap());
    let url = |path| format!("{}{path}", client.emulator.endpoint());
    let got = client.send_to("GET", &url("/k"), &[("host", "a_b.localhost")], b"");
    got.expect_error(400, "InvalidBucketName");
    let got = client.send_to("GET", &url("/k"), &[("host", "other-bucket.localhost")], b"");
    got.expect_error(404, "NoSuchBucket");
    client.send_to("GET", &url("/A/k"), &[], b"").expect_error(400, "InvalidBucketName");
    let got = client.send_to("GET", &url("/examplebucket/%FF"), &[], b"");
    got.expect_error(400, "InvalidObjectName");
}
