//! What holds of every request.
#![cfg(test)]

use std::collections::BTreeMap;

use oss_sign::v4::SigningKey;
use oss_sign::{
    Addressing, Bucket, BufferTooSmall, Credentials, Endpoint, Expires, Method, ObjectKey,
    PresignedUrl, Product, Region, Request, Resource, SignedHeaders, Timestamp, v1, v4,
};
use percent_encoding::percent_decode_str;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use sha2::{Digest, Sha256};

/// All that a caller can say, owned.
#[derive(Clone, Debug)]
struct Inputs {
    method: Method,
    bucket: String,
    key: String,
    process: Option<String>,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    /// Names of some of the headers.
    additional: Vec<String>,
    access_key_id: String,
    secret: String,
    token: Option<String>,
    region: String,
    product: String,
    endpoint: &'static str,
    addressing: Addressing,
    now: u64,
    expires: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Version {
    V1,
    V4,
}

impl Inputs {
    /// Presigns, and hands the result to `read`.
    fn presign<R>(&self, version: Version, read: impl FnOnce(&PresignedUrl<'_>) -> R) -> R {
        let endpoint = Endpoint::parse(self.endpoint).unwrap().with_addressing(self.addressing);
        let expires = Expires::after_seconds(self.expires);
        let signing_key = self.signing_key();
        self.with_request(version, |request| match version {
            Version::V1 => {
                let signer = v1::Signer::new(self.credentials());
                read(&signer.presign(request, &endpoint, self.now(), expires).unwrap())
            }
            Version::V4 => {
                let signer = v4::Signer::new(self.credentials(), &signing_key);
                read(&signer.presign(request, &endpoint, self.now(), expires).unwrap())
            }
        })
    }

    /// Signs by headers, and hands the result to `read`.
    fn sign<R>(&self, version: Version, read: impl FnOnce(&SignedHeaders<'_>) -> R) -> R {
        let signing_key = self.signing_key();
        self.with_request(version, |request| match version {
            Version::V1 => {
                let signer = v1::Signer::new(self.credentials());
                read(&signer.sign(request, self.now()).unwrap())
            }
            Version::V4 => {
                let signer = v4::Signer::new(self.credentials(), &signing_key);
                read(&signer.sign(request, self.now()).unwrap())
            }
        })
    }

    fn url(&self, version: Version) -> String {
        self.presign(version, |url| format!("{url}"))
    }

    fn authorization(&self, version: Version) -> String {
        self.sign(version, |signed| signed.authorization().to_string())
    }

    fn url_signature(&self, version: Version) -> String {
        self.presign(version, |url| url.signature().to_string())
    }

    fn header_signature(&self, version: Version) -> String {
        self.sign(version, |signed| signed.signature().to_string())
    }

    fn with_request<R>(&self, version: Version, sign: impl FnOnce(&Request<'_>) -> R) -> R {
        let bucket = Bucket::new(&self.bucket).unwrap();
        let resource = Resource::Object(bucket, ObjectKey::verbatim(&self.key).unwrap());
        let (query, headers) = (borrowed(&self.query), borrowed(&self.headers));
        let additional: Vec<&str> = self.additional.iter().map(String::as_str).collect();
        let mut request = Request::new(self.method, resource).query(&query).headers(&headers);
        if let Some(style) = &self.process {
            request = request.process(style);
        }
        if version == Version::V4 {
            request = request.additional_headers(&additional);
        }
        sign(&request)
    }

    fn credentials(&self) -> Credentials<'_> {
        let credentials = Credentials::new(&self.access_key_id, &self.secret).unwrap();
        match &self.token {
            Some(token) => credentials.with_security_token(token).unwrap(),
            None => credentials,
        }
    }

    fn signing_key(&self) -> SigningKey {
        let region = Region::new(&self.region).unwrap();
        let product = Product::new(&self.product).unwrap();
        SigningKey::derive_for(&product, &self.credentials(), &region, self.now())
    }

    fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(self.now).unwrap()
    }

    /// Host and port as the caller must expect them.
    fn authority(&self) -> String {
        let (_, authority) = self.endpoint.split_once("://").unwrap();
        let is_name = authority.starts_with(|first: char| first.is_ascii_lowercase());
        match self.addressing {
            Addressing::VirtualHosted if is_name => format!("{}.{authority}", self.bucket),
            _ => authority.to_owned(),
        }
    }

    /// The path, decoded, as the caller must expect it.
    fn path(&self) -> String {
        let is_in_path = self.addressing != Addressing::Cname
            && !self.authority().starts_with(&format!("{}.", self.bucket));
        match is_in_path {
            true => format!("/{}/{}", self.bucket, self.key),
            false => format!("/{}", self.key),
        }
    }
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Text with much of what makes encoding difficult, but without CR, LF and NUL.
fn text() -> impl Strategy<Value = String> {
    let special: Vec<char> =
        " +%/?#&=.~-_!*'()\"<>\\^`{|}:;,@$[]\t\u{7f}\u{80}中é😀".chars().collect();
    let character = prop_oneof![
        4 => proptest::char::range('a', 'z'),
        6 => select(special),
        1 => any::<char>(),
    ];
    let not_a_line_end = character.prop_filter("ends a line", |c| !['\r', '\n', '\0'].contains(c));
    vec(not_a_line_end, 0..24).prop_map(String::from_iter)
}

/// Keys, but for `.` and `..` alone: clients resolve those away whatever the URL.
fn key() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        4 => text(),
        1 => select(vec![".", "..", "", "%2e%2e", "%2F", "\r\n", "\0"]).prop_map(str::to_owned),
    ];
    vec(parts, 1..4)
        .prop_map(|parts| parts.join("/"))
        .prop_filter("cannot be sent", |key| !["", ".", ".."].contains(&key.as_str()))
}

fn query() -> impl Strategy<Value = Vec<(String, String)>> {
    const OWN: [&str; 4] = ["Expires", "OSSAccessKeyId", "Signature", "security-token"];
    let known = select(vec!["acl", "uploads", "versionId", "x-oss-traffic-limit", "prefix"]);
    let other = text().prop_filter("is another's", |name| {
        !name.is_empty() && !name.starts_with("x-oss-") && !OWN.contains(&name.as_str())
    });
    let name = prop_oneof![known.prop_map(str::to_owned), other];
    btree_map(name, text(), 0..6).prop_map(Vec::from_iter)
}

/// Headers of unlike names, and some of those names.
fn headers() -> impl Strategy<Value = (Vec<(String, String)>, Vec<String>)> {
    let name = prop_oneof!["x-oss-meta-[a-z0-9_-]{1,6}", "content-(type|md5)", "h-[a-z0-9-]{1,3}"];
    let headers = btree_map(name, ("[ -~é]{0,12}", any::<bool>()), 0..6);
    headers.prop_map(|headers: BTreeMap<String, (String, bool)>| {
        let additional = headers.iter().filter(|(_, (_, is_additional))| *is_additional);
        let additional = additional.map(|(name, _)| name.clone()).collect();
        (headers.into_iter().map(|(name, (value, _))| (name, value)).collect(), additional)
    })
}

fn inputs() -> impl Strategy<Value = Inputs> {
    use Addressing::{Cname, PathStyle, VirtualHosted};
    use Method::{Delete, Get, Head, Options, Post, Put};
    let endpoints = vec![
        "https://oss-cn-hangzhou.aliyuncs.com",
        "http://static.example.com:8080",
        "http://127.0.0.1:9000",
        "https://[2001:db8::1]:8443",
    ];
    let asked = (
        select(vec![Delete, Get, Head, Options, Post, Put]),
        "[a-z0-9]{3,20}",
        key(),
        option::of(text()),
        query(),
        headers(),
    );
    let identity = ("[A-Za-z0-9._=-]{1,64}", "[!-~]{1,80}", option::of("[!-~]{1,40}"));
    let place = (
        "cn-[a-z]{1,12}",
        select(vec!["oss", "oss-cloudbox"]),
        select(endpoints),
        select(vec![VirtualHosted, PathStyle, Cname]),
    );
    let time = (0..4_102_444_800_u64, 1..=604_800_u32);
    (asked, identity, place, time).prop_map(|(asked, identity, place, (now, expires))| {
        let (method, bucket, key, process, query, (headers, additional)) = asked;
        let (access_key_id, secret, token) = identity;
        let (region, product, endpoint, addressing) = place;
        let product = product.to_owned();
        Inputs {
            method,
            bucket,
            key,
            process,
            query,
            headers,
            additional,
            access_key_id,
            secret,
            token,
            region,
            product,
            endpoint,
            addressing,
            now,
            expires,
        }
    })
}

/// Inputs, and the same in another order.
fn inputs_and_reordered() -> impl Strategy<Value = (Inputs, Inputs)> {
    inputs().prop_flat_map(|inputs| {
        let reordered = (
            Just(inputs.query.clone()).prop_shuffle(),
            Just(inputs.headers.clone()).prop_shuffle(),
            Just(inputs.additional.clone()).prop_shuffle(),
        );
        reordered.prop_map(move |(query, headers, additional)| {
            let reordered = Inputs { query, headers, additional, ..inputs.clone() };
            (inputs.clone(), reordered)
        })
    })
}

fn version() -> impl Strategy<Value = Version> {
    select(vec![Version::V1, Version::V4])
}

fn config() -> ProptestConfig {
    // A case that fails belongs into the code, as a test of its own.
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

/// All ways out give the same text, of the length that was foretold.
macro_rules! assert_same_text {
    ($value:expr) => {{
        let value = $value;
        let shown = value.to_string();
        prop_assert_eq!(value.len(), shown.len());
        let mut buffer = vec![0xaa; shown.len() + 1];
        prop_assert_eq!(value.write_to_slice(&mut buffer), Ok(shown.as_str()));
        prop_assert_eq!(buffer.last(), Some(&0xaa));
        prop_assert_eq!(value.write_to_slice(&mut buffer[..shown.len()]), Ok(shown.as_str()));
        let heapless = value.to_heapless::<8192>();
        prop_assert_eq!(heapless.as_deref(), Ok(shown.as_str()));
    }};
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn all_ways_out_of_a_url_give_the_same_text(inputs in inputs(), version in version()) {
        inputs.presign(version, |url| {
            assert_same_text!(url);
            assert_same_text!(url.path_and_query());
            assert_same_text!(url.host());
            assert_same_text!(url.signature());
            assert_same_text!(url.string_to_sign());
            if let Some(canonical_request) = url.canonical_request() {
                assert_same_text!(canonical_request);
            }
            Ok(())
        })?;
    }

    #[test]
    fn all_ways_out_of_headers_give_the_same_text(inputs in inputs(), version in version()) {
        inputs.sign(version, |signed| {
            for (_, value) in signed.headers() {
                assert_same_text!(value);
            }
            assert_same_text!(signed.authorization());
            assert_same_text!(signed.string_to_sign());
            if let Some(canonical_request) = signed.canonical_request() {
                assert_same_text!(canonical_request);
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_url_is_its_origin_and_its_path_and_query(inputs in inputs(), version in version()) {
        inputs.presign(version, |url| {
            let (scheme, _) = inputs.endpoint.split_once(':').unwrap();
            let parts = format!("{scheme}://{}{}", url.host(), url.path_and_query());
            prop_assert_eq!(url.to_string(), parts);
            Ok(())
        })?;
    }

    #[test]
    fn no_buffer_that_is_too_small_holds_half_a_text(inputs in inputs(), version in version()) {
        inputs.presign(version, |url| {
            let needed = url.len();
            let mut buffer = vec![0; needed];
            for capacity in 0..needed {
                let buffer = &mut buffer[..capacity];
                buffer.fill(0xaa);
                let refused = Err(BufferTooSmall { needed, capacity });
                prop_assert_eq!(url.write_to_slice(buffer), refused);
                prop_assert!(buffer.iter().all(|byte| *byte == 0), "{capacity} of {needed}");
            }
            prop_assert_eq!(url.to_heapless::<64>(), Err(BufferTooSmall { needed, capacity: 64 }));
            Ok(())
        })?;
    }

    #[test]
    fn a_url_has_no_line_end_no_blank_and_no_plus(inputs in inputs(), version in version()) {
        let url = inputs.url(version);
        prop_assert!(url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'+'), "{url}");
    }

    /// Nor does a client that follows the URL standard change anything of it.
    #[test]
    fn a_url_leads_to_the_host_of_the_caller(inputs in inputs(), version in version()) {
        let text = inputs.url(version);
        let url = url::Url::parse(&text).unwrap();
        prop_assert_eq!(url.authority(), inputs.authority());
        prop_assert_eq!(url.as_str(), &text);
        let uri: http::Uri = text.parse().unwrap();
        prop_assert_eq!(uri.authority().unwrap().as_str(), inputs.authority());
        prop_assert_eq!(uri.to_string(), text);
    }

    #[test]
    fn a_url_leads_to_the_key(inputs in inputs(), version in version()) {
        let url = url::Url::parse(&inputs.url(version)).unwrap();
        let path = percent_decode_str(url.path()).decode_utf8().unwrap();
        prop_assert_eq!(path, inputs.path());
    }

    #[test]
    fn a_url_has_the_query_of_the_caller(inputs in inputs(), version in version()) {
        let url = url::Url::parse(&inputs.url(version)).unwrap();
        let sent: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        let process = inputs.process.iter().map(|style| ("x-oss-process".to_owned(), style.clone()));
        for (name, value) in inputs.query.iter().cloned().chain(process) {
            prop_assert_eq!(sent.get(&name), Some(&value), "{}", name);
        }
        let added = match version { Version::V1 => 3, Version::V4 => 5 };
        let has_additional = inputs.additional.iter().any(|name| name.starts_with("h-"));
        let optional = usize::from(inputs.token.is_some())
            + usize::from(version == Version::V4 && has_additional)
            + usize::from(inputs.process.is_some());
        prop_assert_eq!(sent.len(), inputs.query.len() + added + optional);
    }

    #[test]
    fn headers_can_be_sent(inputs in inputs(), version in version()) {
        inputs.sign(version, |signed| {
            let sent: Vec<(String, String)> =
                signed.headers().map(|(name, value)| (name.to_owned(), value.to_string())).collect();
            for (name, value) in &sent {
                prop_assert!(http::HeaderName::from_bytes(name.as_bytes()).is_ok(), "{name}");
                prop_assert!(http::HeaderValue::from_bytes(value.as_bytes()).is_ok(), "{value:?}");
            }
            for (name, value) in &inputs.headers {
                let trimmed = (name.clone(), value.trim_matches(' ').to_owned());
                prop_assert!(sent.contains(&trimmed), "{name}");
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_url_demands_the_headers_that_it_signs(inputs in inputs(), version in version()) {
        inputs.presign(version, |url| {
            let is_signed = |name: &String| {
                let is_additional = version == Version::V4 && inputs.additional.contains(name);
                !name.starts_with("h-") || is_additional
            };
            let expected: Vec<(&str, &str)> = (inputs.headers.iter())
                .filter(|(name, _)| is_signed(name))
                .map(|(name, value)| (name.as_str(), value.trim_matches(' ')))
                .collect();
            // Both are sorted.
            prop_assert_eq!(url.required_headers().collect::<Vec<_>>(), expected);
            Ok(())
        })?;
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(
        (inputs, reordered) in inputs_and_reordered(),
        version in version(),
    ) {
        prop_assert_eq!(inputs.url(version), reordered.url(version));
        prop_assert_eq!(inputs.authorization(version), reordered.authorization(version));
    }

    #[test]
    fn the_case_of_header_names_does_not_matter(inputs in inputs(), version in version()) {
        let headers = inputs.headers.iter().map(|(name, value)| (name.to_uppercase(), value.clone()));
        let additional = inputs.additional.iter().map(|name| name.to_ascii_uppercase());
        let upper = Inputs {
            headers: headers.collect(),
            additional: additional.collect(),
            ..inputs.clone()
        };
        for changed in [upper.clone(), Inputs { additional: inputs.additional.clone(), ..upper }] {
            prop_assert_eq!(inputs.url(version), changed.url(version));
            prop_assert_eq!(inputs.authorization(version), changed.authorization(version));
        }
    }

    #[test]
    fn v4_signs_every_part_of_a_request(inputs in inputs()) {
        let (by_url, by_headers) =
            (inputs.url_signature(Version::V4), inputs.header_signature(Version::V4));
        for (part, changed) in changed_in_one_part(&inputs) {
            prop_assert_ne!(&changed.url_signature(Version::V4), &by_url, "{}", part);
            prop_assert_ne!(&changed.header_signature(Version::V4), &by_headers, "{}", part);
        }
        for (part, changed) in changed_in_what_only_urls_sign(&inputs) {
            prop_assert_ne!(&changed.url_signature(Version::V4), &by_url, "{}", part);
        }
    }

    #[test]
    fn where_it_is_sent_is_never_signed(
        inputs in inputs(),
        elsewhere in inputs(),
        version in version(),
    ) {
        let Inputs { endpoint, addressing, .. } = elsewhere;
        let moved = Inputs { endpoint, addressing, ..inputs.clone() };
        prop_assert_eq!(inputs.url_signature(version), moved.url_signature(version));
    }

    #[test]
    fn headers_that_nobody_wants_signed_are_not(inputs in inputs(), version in version()) {
        let mut more = inputs.clone();
        more.headers.push(("user-agent".to_owned(), "anything".to_owned()));
        prop_assert_eq!(inputs.url(version), more.url(version));
        prop_assert_eq!(inputs.authorization(version), more.authorization(version));
    }

    #[test]
    fn the_string_to_sign_of_v4_ends_with_the_hash_of_the_canonical_request(inputs in inputs()) {
        let check = |string_to_sign: String, canonical_request: String| {
            let hash = hex::encode(Sha256::digest(canonical_request));
            prop_assert_eq!(string_to_sign.lines().last(), Some(hash.as_str()));
            Ok(())
        };
        inputs.presign(Version::V4, |url| {
            let canonical_request = url.canonical_request().unwrap();
            check(url.string_to_sign().to_string(), canonical_request.to_string())
        })?;
        inputs.sign(Version::V4, |signed| {
            let canonical_request = signed.canonical_request().unwrap();
            check(signed.string_to_sign().to_string(), canonical_request.to_string())
        })?;
    }

    #[test]
    fn the_query_of_v4_is_sent_as_it_is_signed(inputs in inputs()) {
        inputs.presign(Version::V4, |url| {
            let sent = url.path_and_query().to_string();
            let (_, sent) = sent.split_once('?').unwrap();
            let signature = format!("&x-oss-signature={}", url.signature());
            let canonical_request = url.canonical_request().unwrap().to_string();
            prop_assert_eq!(canonical_request.split('\n').nth(2), Some(&*sent.replace(&signature, "")));
            let names: Vec<&str> =
                sent.split('&').map(|part| part.split('=').next().unwrap()).collect();
            prop_assert!(names.is_sorted(), "{names:?}");
            Ok(())
        })?;
    }
}

/// Every way to change one part that V4 signs.
fn changed_in_one_part(inputs: &Inputs) -> Vec<(&'static str, Inputs)> {
    let mut all = Vec::new();
    let mut change = |part, change: &dyn Fn(&mut Inputs)| {
        let mut changed = inputs.clone();
        change(&mut changed);
        all.push((part, changed));
    };
    let other_method = if inputs.method == Method::Put { Method::Get } else { Method::Put };
    change("method", &|inputs| inputs.method = other_method);
    change("bucket", &|inputs| inputs.bucket.push('x'));
    change("key", &|inputs| inputs.key.push('x'));
    change("slash between bucket and key", &|inputs| inputs.key.insert(0, '/'));
    change("process", &|inputs| inputs.process.get_or_insert_default().push('x'));
    change("secret", &|inputs| inputs.secret.push('x'));
    change("token", &|inputs| inputs.token.get_or_insert_default().push('x'));
    change("region", &|inputs| inputs.region.push('x'));
    change("product", &|inputs| inputs.product.push('x'));
    change("second", &|inputs| inputs.now += 1);
    change("day", &|inputs| inputs.now += 86_400);
    let pair = |name: &str| (name.to_owned(), String::new());
    change("one parameter more", &|inputs| inputs.query.push(pair("one-more")));
    change("one header more", &|inputs| inputs.headers.push(pair("x-oss-one-more")));
    change("one additional header more", &|inputs| {
        inputs.headers.push(pair("one-more"));
        inputs.additional.push("one-more".to_owned());
    });
    for index in 0..inputs.query.len() {
        change("parameter name", &|inputs| inputs.query[index].0 = "renamed".to_owned());
        change("parameter value", &|inputs| inputs.query[index].1.push('x'));
        change("one parameter less", &|inputs| drop(inputs.query.remove(index)));
    }
    for (index, (name, _)) in inputs.headers.iter().enumerate() {
        if inputs.additional.contains(name) || !name.starts_with("h-") {
            change("header value", &|inputs| inputs.headers[index].1.push('x'));
            change("one header less", &|inputs| {
                let (name, _) = inputs.headers.remove(index);
                inputs.additional.retain(|other| *other != name);
            });
        }
    }
    for (index, name) in inputs.additional.iter().enumerate() {
        if name.starts_with("h-") {
            change("one additional header less", &|inputs| drop(inputs.additional.remove(index)));
        }
    }
    all
}

fn changed_in_what_only_urls_sign(inputs: &Inputs) -> [(&'static str, Inputs); 2] {
    let mut expires = inputs.clone();
    expires.expires = if inputs.expires == 1 { 2 } else { inputs.expires - 1 };
    let mut access_key_id = inputs.clone();
    access_key_id.access_key_id = format!("x{}", inputs.access_key_id.get(1..).unwrap());
    if access_key_id.access_key_id == inputs.access_key_id {
        access_key_id.access_key_id = "another".to_owned();
    }
    [("expiry", expires), ("AccessKey ID", access_key_id)]
}
