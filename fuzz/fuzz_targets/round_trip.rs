//! Whatever is presigned verifies as it was sent.

#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use oss_sign::v4::SigningKey;
use oss_sign::verify::{Received, Slot, Tolerance};
use oss_sign::{
    Addressing, Bucket, Credentials, Endpoint, Expires, Method, ObjectKey, PresignedUrl, Region,
    Request, Resource, Timestamp, v1, v4,
};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    key: &'a str,
    query: Vec<(&'a str, &'a str)>,
    headers: Vec<(&'a str, &'a str)>,
    token: Option<&'a str>,
    path_style: bool,
}

fuzz_target!(|input: Input<'_>| {
    let mut credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret").unwrap();
    if let Some(token) = input.token
        && let Ok(temporary) = credentials.with_security_token(token)
    {
        credentials = temporary;
    }
    let now = Timestamp::from_unix_seconds(1_700_000_000).unwrap();
    let region = Region::new("cn-hangzhou").unwrap();
    let bucket = Bucket::new("examplebucket").unwrap();
    let Ok(key) = ObjectKey::new(input.key) else { return };
    let request = Request::new(Method::Put, Resource::Object(bucket, key))
        .query(&input.query)
        .headers(&input.headers);
    let addressing =
        if input.path_style { Addressing::PathStyle } else { Addressing::VirtualHosted };
    let endpoint = Endpoint::public(&region).with_addressing(addressing);
    let bucket = if input.path_style { None } else { Some(bucket) };

    let signing_key = SigningKey::derive(&credentials, &region, now);
    let signer = v4::Signer::new(credentials, &signing_key);
    if let Ok(url) = signer.presign(&request, &endpoint, now, Expires::default()) {
        holds(&url, bucket, &credentials, now);
    }
    // What a `?` or an `&` in a text means to V1 is not known to who receives it.
    if let Ok(url) = v1::Signer::new(credentials).presign(&request, &endpoint, now, Expires::default())
    {
        holds(&url, bucket, &credentials, now);
    }
});

fn holds(
    url: &PresignedUrl<'_>,
    bucket: Option<Bucket<'_>>,
    credentials: &Credentials<'_>,
    now: Timestamp,
) {
    assert_eq!(url.to_string().len(), url.len());
    let path_and_query = url.path_and_query().to_string();
    let headers: Vec<(&str, &[u8])> =
        url.required_headers().map(|(name, value)| (name, value.as_bytes())).collect();
    let received = Received::new("PUT", &path_and_query, &headers);
    let (mut parameters, mut signed) = ([Slot::default(); 80], [Slot::default(); 80]);
    let parsed = received.parse(&mut parameters, &mut signed).unwrap();
    parsed.verify(bucket, credentials, now, Tolerance::default()).unwrap();
}
