//! Secret, token and signing key show in no `Debug`, and the secret in no output at all.
#![cfg(test)]

use core::fmt::Debug;

use oss_sign::v4::{KeyCache, SigningKey};
use oss_sign::verify::{Received, Slot, Tolerance};
use oss_sign::{
    Bucket, Condition, Credentials, DateHeader, Endpoint, Expires, ObjectKey, PostPolicy,
    PresignedUrl, Product, Region, Request, SignedHeaders, Timestamp, v1, v4,
};

const SECRET: &str = "hushhush-example-secret";
const TOKEN: &str = "shhshh+example-token==";

fn credentials() -> Credentials<'static> {
    Credentials::new("LTAI5tExampleKeyId", SECRET).unwrap().with_security_token(TOKEN).unwrap()
}

fn region() -> Region {
    Region::new("cn-hangzhou").unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000).unwrap()
}

fn request() -> Request<'static> {
    Request::get(Bucket::new("examplebucket").unwrap(), ObjectKey::new("cat.jpg").unwrap())
        .headers(&[("x-oss-meta-author", "alice")])
}

/// What it shows, and also in the form of many lines.
fn assert_silent(value: &dyn Debug) {
    for shown in [format!("{value:?}"), format!("{value:#?}")] {
        for part in ["hush", "shhshh"] {
            assert!(!shown.contains(part), "{shown}");
        }
    }
}

fn assert_url_is_silent(url: &PresignedUrl<'_>) {
    let parts: [&dyn Debug; 5] =
        [url, &url.path_and_query(), &url.host(), &url.string_to_sign(), &url.canonical_request()];
    parts.into_iter().for_each(assert_silent);
    assert_whole_signature_is_not_shown(url, &url.signature().to_string());
    assert!(!url.to_string().contains("hush"));
}

fn assert_headers_are_silent(headers: &SignedHeaders<'_>) {
    let parts: [&dyn Debug; 4] = [
        headers,
        &headers.authorization(),
        &headers.string_to_sign(),
        &headers.canonical_request(),
    ];
    parts.into_iter().for_each(assert_silent);
    assert_whole_signature_is_not_shown(headers, &headers.signature().to_string());
    for (name, value) in headers.headers() {
        assert_silent(&value);
        assert!(!value.to_string().contains("hush"), "{name}");
    }
}

/// Whoever has it can send the request.
fn assert_whole_signature_is_not_shown(value: &dyn Debug, signature: &str) {
    assert!(!format!("{value:?}").contains(signature));
}

#[test]
fn debug_of_credentials_and_signers_shows_no_secret() {
    let (credentials, region) = (credentials(), region());
    let key = SigningKey::derive(&credentials, &region, now());
    assert_silent(&credentials);
    assert_silent(&v1::Signer::new(credentials));
    assert_silent(&v4::Signer::new(credentials, &key));
}

#[test]
fn debug_of_results_shows_no_token() {
    let (credentials, region, request) = (credentials(), region(), request());
    let key = SigningKey::derive(&credentials, &region, now());
    let endpoint = Endpoint::public(&region);
    let expires = Expires::default();
    let v4 = v4::Signer::new(credentials, &key);
    let v1 = v1::Signer::new(credentials);
    assert_url_is_silent(&v4.presign(&request, &endpoint, now(), expires).unwrap());
    assert_url_is_silent(&v1.presign(&request, &endpoint, now(), expires).unwrap());
    for date_header in [DateHeader::Date, DateHeader::XOssDate] {
        let (v4, v1) = (v4.with_date_header(date_header), v1.clone().with_date_header(date_header));
        assert_headers_are_silent(&v4.sign(&request, now()).unwrap());
        assert_headers_are_silent(&v1.sign(&request, now()).unwrap());
    }
}

#[test]
fn debug_of_forms_shows_no_token() {
    let (credentials, region) = (credentials(), region());
    let key = SigningKey::derive(&credentials, &region, now());
    let policy = PostPolicy::new(Bucket::new("examplebucket").unwrap())
        .conditions(&[Condition::StartsWith("key", "photos/")]);
    let expires = Expires::default();
    for form in [
        v4::Signer::new(credentials, &key).sign_policy(&policy, now(), expires).unwrap(),
        v1::Signer::new(credentials).sign_policy(&policy, now(), expires).unwrap(),
    ] {
        assert_silent(&form);
        assert_silent(&form.json());
        form.fields().for_each(|(_, value)| assert_silent(&value));
        assert_whole_signature_is_not_shown(&form, &form.signature().to_string());
    }
}

#[test]
fn debug_of_received_requests_shows_no_token() {
    let (credentials, region, request) = (credentials(), region(), request());
    let key = SigningKey::derive(&credentials, &region, now());
    let endpoint = Endpoint::public(&region);
    let bucket = Bucket::new("examplebucket").ok();
    let signer = v4::Signer::new(credentials, &key);
    let url = signer.presign(&request, &endpoint, now(), Expires::default()).unwrap();
    let signed = signer.sign(&request, now()).unwrap();
    let headers: Vec<_> = signed.headers().map(|(name, value)| (name, value.to_string())).collect();
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    let path_and_query = url.path_and_query().to_string();
    let author: [(&str, &[u8]); 1] = [("x-oss-meta-author", b"alice")];
    for received in
        [Received::new("GET", &path_and_query, &author), Received::new("GET", "/cat.jpg", &headers)]
    {
        let (mut parameters, mut headers) = ([Slot::default(); 16], [Slot::default(); 16]);
        let parsed = received.parse(&mut parameters, &mut headers).unwrap();
        parsed.verify(bucket, &credentials, now(), Tolerance::default()).unwrap();
        assert_silent(&received);
        assert_silent(&parsed);
        assert_silent(&parsed.string_to_sign(bucket));
        assert_silent(&parsed.canonical_request(bucket));
        assert_whole_signature_is_not_shown(&parsed, &url.signature().to_string());
        assert_whole_signature_is_not_shown(&parsed, &signed.signature().to_string());
        [parameters, headers].iter().for_each(|slots| assert_silent(slots));
    }
}

/// The whole text, so that nothing derived from the secret can be in it in any form.
#[test]
fn debug_of_a_signing_key_shows_whose_it_is_alone() {
    let mut keys = KeyCache::<1>::new();
    let shown = "SigningKey { access_key_id: \"LTAI5tExampleKeyId\", \
                 region: Region(\"cn-hangzhou\"), product: Product(\"oss\"), .. }";
    let key = keys.get(&credentials(), &region(), &Product::default(), now());
    assert_eq!(format!("{key:?}"), shown);
    assert_eq!(
        format!("{keys:?}"),
        format!("KeyCache {{ latest: Some({shown}), others: [], oldest: 0 }}")
    );
}

#[test]
fn what_must_be_sent_is_sent() {
    let signer = v1::Signer::new(credentials());
    let signed = signer.sign(&request(), now()).map(|signed| {
        let mut headers = signed.headers();
        headers.find(|(name, _)| *name == "x-oss-security-token").unwrap().1.to_string()
    });
    assert_eq!(signed.as_deref(), Ok(TOKEN));
}
