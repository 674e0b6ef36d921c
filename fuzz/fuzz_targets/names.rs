//! What is parsed once and then trusted can be trusted: endpoints, regions, products, buckets, keys,
//! AccessKeys, public keys of callbacks.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oss_sign::{
    Bucket, Callback, Credentials, Endpoint, Method, ObjectKey, Product, PublicKeyUrl, Region,
    Resource,
};

fuzz_target!(|text: &str| {
    if let Ok(endpoint) = Endpoint::parse(text) {
        leads_where_it_says(&endpoint, text);
    }
    if let Ok(region) = Region::new(text) {
        assert_eq!(region.as_str(), text);
        leads_where_it_says(&Endpoint::public(&region), text);
    }
    if let Ok(product) = Product::new(text) {
        assert!(!product.as_str().contains(['/', '\n']));
    }
    if let Ok(bucket) = Bucket::new(text) {
        let region = Region::new("cn-hangzhou").unwrap();
        let url = Endpoint::public(&region).url(Resource::Bucket(bucket)).to_string();
        let uri: http::Uri = url.parse().unwrap();
        let host = format!("{text}.oss-cn-hangzhou.aliyuncs.com");
        assert_eq!(uri.host(), Some(host.as_str()));
    }
    if let Ok(key) = ObjectKey::new(text) {
        assert_eq!(key.as_str(), text);
        assert!((1..=1023).contains(&text.len()) && !text.starts_with(['/', '\\']));
    }
    if let Ok(method) = text.parse::<Method>() {
        assert!(method.as_str().eq_ignore_ascii_case(text));
    }
    if let Ok(credentials) = Credentials::new(text, text) {
        assert!(http::HeaderValue::from_str(credentials.access_key_id()).is_ok());
    }
    if let Ok(key) = PublicKeyUrl::from_header(text) {
        let uri: http::Uri = key.as_str().parse().unwrap();
        assert_eq!(uri.host(), Some("gosspublic.alicdn.com"));
    }
    if let Ok(callback) = Callback::new(text, text.as_bytes()) {
        assert!(callback.string_to_sign().count() > text.len());
    }
});

/// A host of its own, without user info, path, query or fragment.
fn leads_where_it_says(endpoint: &Endpoint<'_>, text: &str) {
    let bucket = Bucket::new("examplebucket").unwrap();
    let key = ObjectKey::new("cat.jpg").unwrap();
    let url = endpoint.url(Resource::Object(bucket, key)).to_string();
    let uri: http::Uri = url.parse().unwrap_or_else(|error| panic!("{text}: {url}: {error}"));
    let host = endpoint.host(Resource::Object(bucket, key)).to_string();
    assert_eq!(uri.authority().map(|authority| authority.as_str()), Some(host.as_str()));
    assert!(!host.contains('@') && uri.query().is_none(), "{url}");
}
