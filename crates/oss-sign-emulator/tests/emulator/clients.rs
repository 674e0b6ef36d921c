//! HTTP clients differ in what they do to a URL. What was signed goes through both of Rust's; what was
//! damaged is refused.

use oss_sign::Method;
use reqwest::StatusCode;

use crate::client::{Asked, Client, builder, object, start};

const KEYS: [&str; 9] = [
    "plain.txt",
    "with blanks and  two",
    "plus+percent%20%",
    "中文/图片 1+1.jpg",
    "emoji 🎉👩‍🚀",
    "all !\"#$%&'()*+,-.:;<=>@[]^_`{|}~ of it",
    "question?mark=1&and=2#hash",
    "dots/../and/./here",
    "ends/with/slash/",
];

const TYPE: [(&str, &str); 1] = [("content-type", "text/x-test")];

/// What another client answered with.
pub(crate) async fn fetch(
    method: reqwest::Method,
    url: &str,
    headers: &[(&str, &str)],
) -> (StatusCode, Vec<u8>) {
    let client = reqwest::Client::builder().no_proxy();
    // TLS is set up in any case, and needs to be told by whom.
    let tls = rustls::ClientConfig::builder_with_provider(
        rustls::crypto::ring::default_provider().into(),
    );
    let tls = tls.with_safe_default_protocol_versions().unwrap();
    let tls = tls.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth();
    let client = client.tls_backend_preconfigured(tls).build().unwrap();
    let mut request = client.request(method.clone(), url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if method == reqwest::Method::PUT {
        request = request.body("body");
    }
    let response = request.send().await.unwrap();
    (response.status(), response.bytes().await.unwrap().to_vec())
}

fn put(key: &str) -> Asked<'_> {
    Asked::new(Method::Put, object(key)).headers(&TYPE)
}

fn get(key: &str) -> Asked<'_> {
    let query = &[("response-content-disposition", "attachment; filename=\"名 1+1\"")];
    Asked::new(Method::Get, object(key)).query(query)
}

/// URLs of which one thing is not as it was signed.
fn damaged(client: &Client, key: &str) -> [String; 3] {
    let url = client.url(get(key));
    let (start, signature) = url.split_once("x-oss-signature=").unwrap();
    let other = if signature.starts_with('a') { "b" } else { "a" };
    [
        format!("{start}x-oss-signature={other}{}", signature.get(1..).unwrap()),
        url.replace("attachment", "inline"),
        format!("{url}&versionId=1"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn reqwest_sends_what_was_signed() {
    let client = Client::of(builder().start().await.unwrap());
    for key in KEYS {
        let (status, body) = fetch(reqwest::Method::PUT, &client.url(put(key)), &TYPE).await;
        assert_eq!(status, 200, "{key}: {}", String::from_utf8_lossy(&body));
        let (status, body) = fetch(reqwest::Method::GET, &client.url(get(key)), &[]).await;
        assert_eq!((status.as_u16(), body.as_slice()), (200, &b"body"[..]), "{key}");
        for url in damaged(&client, key) {
            let (status, body) = fetch(reqwest::Method::GET, &url, &[]).await;
            assert_eq!(status, 403, "{url}");
            assert!(String::from_utf8_lossy(&body).contains("SignatureDoesNotMatch"), "{url}");
        }
        let (status, _) = fetch(reqwest::Method::PUT, &client.url(put(key)), &[]).await;
        assert_eq!(status, 403, "{key} without its content-type");
    }
}

#[test]
fn ureq_sends_what_was_signed() {
    let client = start();
    for key in KEYS {
        client.send(put(key), b"body").expect(200);
        assert_eq!(client.send(get(key), b"").expect(200).body, b"body", "{key}");
        for url in damaged(&client, key) {
            client.send_to("GET", &url, &[], b"").expect_error(403, "SignatureDoesNotMatch");
        }
        let refused = client.send_to("PUT", &client.url(put(key)), &[], b"body");
        refused.expect_error(403, "SignatureDoesNotMatch");
    }
}
