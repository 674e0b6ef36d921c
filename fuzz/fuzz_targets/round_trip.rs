//! Whatever is presigned verifies as it was sent, and asks for what was meant.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oss_sign::v4::SigningKey;
use oss_sign::verify::{Received, Slot, Tolerance};
use oss_sign::{
    Addressing, Bucket, Endpoint, Expires, ObjectKey, PresignedUrl, Region, Request, Resource, v1,
    v4,
};
use oss_sign_fuzz::{Input, credentials, now};
use percent_encoding::percent_decode_str;

fuzz_target!(|data: &[u8]| {
    let Some(input) = Input::read(data) else { return };
    let Some(credentials) = input.credentials() else { return };
    let Ok(key) = ObjectKey::new(input.key) else { return };
    let bucket = Bucket::new("examplebucket").unwrap();
    let region = Region::new("cn-hangzhou").unwrap();
    let mut request = Request::new(input.method, Resource::Object(bucket, key))
        .query(&input.query)
        .headers(&input.headers);
    if let Some(style) = input.process {
        request = request.process(style);
    }
    let addressing = match input.is_path_style {
        true => Addressing::PathStyle,
        false => Addressing::VirtualHosted,
    };
    let endpoint = Endpoint::public(&region).with_addressing(addressing);

    let signing_key = SigningKey::derive(&credentials, &region, now());
    let signer = v4::Signer::new(credentials, &signing_key);
    let with_additional = request.additional_headers(&input.additional_headers);
    if let Ok(url) = signer.presign(&with_additional, &endpoint, now(), Expires::default()) {
        holds(&url, &input);
    }
    let signer = v1::Signer::new(credentials);
    if let Ok(url) = signer.presign(&request, &endpoint, now(), Expires::default()) {
        holds(&url, &input);
    }
});

fn holds(url: &PresignedUrl<'_>, input: &Input<'_>) {
    assert_eq!(url.to_string().len(), url.len());
    let path_and_query = url.path_and_query().to_string();
    asks_for_what_was_meant(&path_and_query, input);

    let headers: Vec<(&str, &[u8])> =
        url.required_headers().map(|(name, value)| (name, value.as_bytes())).collect();
    let received = Received::new(input.method.as_str(), &path_and_query, &headers);
    let (mut parameters, mut signed) = ([Slot::default(); 80], [Slot::default(); 80]);
    let parsed = received.parse(&mut parameters, &mut signed).unwrap();
    let bucket = if input.is_path_style { None } else { Bucket::new("examplebucket").ok() };
    let credentials = match input.security_token {
        Some(token) => credentials().with_security_token(token).unwrap(),
        None => credentials(),
    };
    parsed.verify(bucket, &credentials, now(), Tolerance::default()).unwrap();
}

fn asks_for_what_was_meant(path_and_query: &str, input: &Input<'_>) {
    let decoded = |text: &str| percent_decode_str(text).decode_utf8().unwrap().into_owned();
    let (path, query) = path_and_query.split_once('?').unwrap();
    let path = decoded(path);
    let prefix = if input.is_path_style { "/examplebucket/" } else { "/" };
    assert_eq!(path.strip_prefix(prefix), Some(input.key));

    let sent: Vec<(String, String)> = query
        .split('&')
        .map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")))
        .map(|(name, value)| (decoded(name), decoded(value)))
        .collect();
    for &(name, value) in &input.query {
        assert!(sent.contains(&(name.to_owned(), value.to_owned())), "{name}");
    }
}
