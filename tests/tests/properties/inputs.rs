//! Requests of every shape, for properties.

use std::collections::BTreeMap;

use oss_sign::v4::SigningKey;
use oss_sign::{
    Addressing, Bucket, Credentials, Endpoint, Expires, Method, ObjectKey, PresignedUrl, Product,
    Region, Request, Resource, SignedHeaders, Timestamp, v1, v4,
};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

/// All that a caller can say, owned.
#[derive(Clone, Debug)]
pub(crate) struct Inputs {
    pub(crate) method: Method,
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) process: Option<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: Vec<(String, String)>,
    /// Names of some of the headers.
    pub(crate) additional: Vec<String>,
    pub(crate) access_key_id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
    pub(crate) region: String,
    pub(crate) product: String,
    pub(crate) endpoint: &'static str,
    pub(crate) addressing: Addressing,
    pub(crate) now: u64,
    pub(crate) expires: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Version {
    V1,
    V4,
}

impl Inputs {
    /// Presigns, and hands the result to `read`.
    pub(crate) fn presign<R>(
        &self,
        version: Version,
        read: impl FnOnce(&PresignedUrl<'_>) -> R,
    ) -> R {
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

    /// As [`presign`](Self::presign) with V4, in a batch that was made with another resource.
    pub(crate) fn presign_in_batch<R>(&self, read: impl FnOnce(&PresignedUrl<'_>) -> R) -> R {
        let endpoint = Endpoint::parse(self.endpoint).unwrap().with_addressing(self.addressing);
        let expires = Expires::after_seconds(self.expires);
        let signing_key = self.signing_key();
        let signer = v4::Signer::new(self.credentials(), &signing_key);
        let other = Self { key: "other".to_owned(), ..self.clone() };
        other.with_request(Version::V4, |request| {
            let batch = signer.batch(request, &endpoint, self.now(), expires).unwrap();
            read(&batch.url(self.resource()))
        })
    }

    /// Signs by headers, and hands the result to `read`.
    pub(crate) fn sign<R>(
        &self,
        version: Version,
        read: impl FnOnce(&SignedHeaders<'_>) -> R,
    ) -> R {
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

    pub(crate) fn url(&self, version: Version) -> String {
        self.presign(version, |url| format!("{url}"))
    }

    pub(crate) fn authorization(&self, version: Version) -> String {
        self.sign(version, |signed| signed.authorization().to_string())
    }

    pub(crate) fn url_signature(&self, version: Version) -> String {
        self.presign(version, |url| url.signature().to_string())
    }

    pub(crate) fn header_signature(&self, version: Version) -> String {
        self.sign(version, |signed| signed.signature().to_string())
    }

    pub(crate) fn with_request<R>(
        &self,
        version: Version,
        sign: impl FnOnce(&Request<'_>) -> R,
    ) -> R {
        let resource = self.resource();
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

    fn resource(&self) -> Resource<'_> {
        let bucket = Bucket::new(&self.bucket).unwrap();
        Resource::Object(bucket, ObjectKey::verbatim(&self.key).unwrap())
    }

    pub(crate) fn credentials(&self) -> Credentials<'_> {
        let credentials = Credentials::new(&self.access_key_id, &self.secret).unwrap();
        match &self.token {
            Some(token) => credentials.with_security_token(token).unwrap(),
            None => credentials,
        }
    }

    pub(crate) fn signing_key(&self) -> SigningKey {
        let region = Region::new(&self.region).unwrap();
        let product = Product::new(&self.product).unwrap();
        SigningKey::derive_for(&product, &self.credentials(), &region, self.now())
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp::from_unix_seconds(self.now).unwrap()
    }

    /// Host and port as the caller must expect them.
    pub(crate) fn authority(&self) -> String {
        let (_, authority) = self.endpoint.split_once("://").unwrap();
        let is_name = authority.starts_with(|first: char| first.is_ascii_lowercase());
        match self.addressing {
            Addressing::VirtualHosted if is_name => format!("{}.{authority}", self.bucket),
            _ => authority.to_owned(),
        }
    }

    /// The path, decoded, as the caller must expect it.
    pub(crate) fn path(&self) -> String {
        let is_in_path = self.addressing != Addressing::Cname
            && !self.authority().starts_with(&format!("{}.", self.bucket));
        match is_in_path {
            true => format!("/{}/{}", self.bucket, self.key),
            false => format!("/{}", self.key),
        }
    }
}

pub(crate) fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// Text with much of what makes encoding difficult, but without CR, LF and NUL.
pub(crate) fn text() -> impl Strategy<Value = String> {
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
pub(crate) fn key() -> impl Strategy<Value = String> {
    let parts = prop_oneof![
        4 => text(),
        1 => select(vec![".", "..", "", "%2e%2e", "%2F", "\r\n", "\0"]).prop_map(str::to_owned),
    ];
    vec(parts, 1..4)
        .prop_map(|parts| parts.join("/"))
        .prop_filter("cannot be sent", |key| !["", ".", ".."].contains(&key.as_str()))
}

pub(crate) fn query() -> impl Strategy<Value = Vec<(String, String)>> {
    const OWN: [&str; 4] = ["Expires", "OSSAccessKeyId", "Signature", "security-token"];
    let known = select(vec!["acl", "uploads", "versionId", "x-oss-traffic-limit", "prefix"]);
    let other = text().prop_filter("is another's", |name| {
        !name.is_empty() && !name.starts_with("x-oss-") && !OWN.contains(&name.as_str())
    });
    let name = prop_oneof![known.prop_map(str::to_owned), other];
    btree_map(name, text(), 0..6).prop_map(Vec::from_iter)
}

/// Headers of unlike names, and some of those names.
pub(crate) fn headers() -> impl Strategy<Value = (Vec<(String, String)>, Vec<String>)> {
    let name = prop_oneof![
        "x-oss-meta-[a-z0-9_-]{1,6}",
        "content-(type|md5)",
        "h-[a-z0-9!#$%&'*+.^`|~-]{1,3}"
    ];
    let headers = btree_map(name, ("[ -~é]{0,12}", any::<bool>()), 0..6);
    headers.prop_map(|headers: BTreeMap<String, (String, bool)>| {
        let additional = headers.iter().filter(|(_, (_, is_additional))| *is_additional);
        let additional = additional.map(|(name, _)| name.clone()).collect();
        (headers.into_iter().map(|(name, (value, _))| (name, value)).collect(), additional)
    })
}

pub(crate) fn inputs() -> impl Strategy<Value = Inputs> {
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
pub(crate) fn inputs_and_reordered() -> impl Strategy<Value = (Inputs, Inputs)> {
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

pub(crate) fn version() -> impl Strategy<Value = Version> {
    select(vec![Version::V1, Version::V4])
}

pub(crate) fn config() -> ProptestConfig {
    // A case that fails belongs into the code, as a test of its own.
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}
