//! No public type of the core shows a secret, a security token or a whole signature in `Debug`, and
//! secret and signing key are in no output at all.
#![cfg(test)]

use std::path::Path;

use hmac::{Hmac, KeyInit as _, Mac as _};
use oss_sign::v1::LiveChannel;
use oss_sign::v4::{KeyCache, SigningKey};
use oss_sign::verify::{Part, Received, ReceivedForm, Refusal, Slot, Tolerance};
use oss_sign::{
    Addressing, Bucket, BucketError, BufferTooSmall, Callback, CallbackError, ClockOffset,
    Condition, Credentials, CredentialsError, DateHeader, Endpoint, EndpointError, Expires, Method,
    MethodError, ObjectKey, ObjectKeyError, OwnedCredentials, OwnedEndpoint, ParameterPosition,
    PolicyError, PolicyForm, PostPolicy, PresignedUrl, Product, ProductError, PublicKeyUrl, Region,
    RegionError, Request, Resource, SignError, Signature, SignedHeaders, Timestamp, TimestampError,
    v1, v4,
};
use oss_sign_secrecy::Shown;
use sha2::Sha256;

const SECRET: &str = "QuietAsAMouse7";
const TOKEN: &str = "Silent+As/The=Grave==";

fn credentials() -> Credentials<'static> {
    Credentials::new("LTAI5tExampleKeyId", SECRET).unwrap().with_security_token(TOKEN).unwrap()
}

fn region() -> Region {
    Region::new("cn-hangzhou").unwrap()
}

fn bucket() -> Bucket<'static> {
    Bucket::new("examplebucket").unwrap()
}

fn key() -> ObjectKey<'static> {
    ObjectKey::new("cat.jpg").unwrap()
}

/// 2023-11-14T22:13:20Z.
fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000).unwrap()
}

fn request() -> Request<'static> {
    Request::get(bucket(), key()).headers(&[("x-oss-meta-author", "alice")])
}

fn signing_key() -> SigningKey {
    SigningKey::derive(&credentials(), &region(), now())
}

/// All keys on the way from the secret to the signing key, by the documentation of V4.
fn derived_keys() -> Vec<Vec<u8>> {
    let mut keys = vec![format!("aliyun_v4{SECRET}").into_bytes()];
    for part in ["20231114", "cn-hangzhou", "oss", "aliyun_v4_request"] {
        let mut hmac = Hmac::<Sha256>::new_from_slice(keys.last().unwrap()).unwrap();
        hmac.update(part.as_bytes());
        keys.push(hmac.finalize().into_bytes().to_vec());
    }
    // Not the secret itself, behind a prefix that is public.
    keys.split_off(1)
}

/// What is shown by `Debug`, and what is written to be sent or compared.
#[derive(Default)]
struct Walk {
    debugged: Shown,
    written: Shown,
    signatures: Vec<Signature>,
}

macro_rules! debug {
    ($walk:ident: $($value:expr),+ $(,)?) => {
        $($walk.debugged.debug(&$value);)+
    };
}

/// What is an output, and has a `Debug` as well.
macro_rules! output {
    ($walk:ident: $($value:expr),+ $(,)?) => {
        $({
            let value = $value;
            $walk.debugged.debug(&value);
            $walk.written.text(value.to_string());
        })+
    };
}

impl Walk {
    fn url(&mut self, url: &PresignedUrl<'_>) {
        self.debugged.debug(url);
        self.written.text(url.to_string());
        output!(self: url.path_and_query(), url.host(), url.string_to_sign());
        if let Some(canonical_request) = url.canonical_request() {
            output!(self: canonical_request);
        }
        self.signatures.push(url.signature());
    }

    fn headers(&mut self, headers: &SignedHeaders<'_>, endpoint: &Endpoint<'_>) {
        self.debugged.debug(headers);
        output!(self: headers.authorization(), headers.string_to_sign(), headers.url(endpoint));
        if let Some(canonical_request) = headers.canonical_request() {
            output!(self: canonical_request);
        }
        for (_, value) in headers.headers() {
            output!(self: value);
        }
        self.signatures.push(headers.signature());
    }

    fn form(&mut self, form: &PolicyForm<'_>) {
        self.debugged.debug(form);
        output!(self: form.json(), form.policy());
        for (_, value) in form.fields() {
            output!(self: value);
        }
        self.signatures.push(form.signature());
    }

    fn inputs(&mut self) {
        let (region, endpoint) = (region(), Endpoint::accelerate());
        let target = format!("/callback?{SECRET}");
        let public_key = "aHR0cHM6Ly9nb3NzcHVibGljLmFsaWNkbi5jb20vY2FsbGJhY2tfcHViX2tleV92MS5wZW0=";
        debug!(self:
            credentials(),
            OwnedCredentials::<Box<str>>::from(credentials()),
            v1::Signer::new(credentials()),
            v4::Signer::new(credentials(), &signing_key()),
            signing_key(),
            KeyCache::<1>::new(),
            region,
            Product::default(),
            bucket(),
            key(),
            Resource::Service,
            Method::Get,
            request(),
            Expires::default(),
            now(),
            ClockOffset::from_seconds(1),
            DateHeader::Date,
            Addressing::default(),
            endpoint,
            OwnedEndpoint::<String>::from(endpoint),
            LiveChannel::new(bucket(), key()),
            Callback::new("/callback", b"body").unwrap(),
            Callback::new(&target, b"body").is_ok(),
            PublicKeyUrl::from_header(public_key).unwrap(),
            Condition::StartsWith("key", "photos/"),
            PostPolicy::new(bucket()),
            PostPolicy::new(bucket()).open_ends().next().unwrap(),
            Tolerance::default(),
        );
        output!(self: endpoint.host(Resource::Service), endpoint.url(Resource::Service));
    }

    fn results(&mut self) {
        let (credentials, region, request) = (credentials(), region(), request());
        let (key, endpoint) = (signing_key(), Endpoint::public(&region));
        let expires = Expires::default();
        let v4 = v4::Signer::new(credentials, &key);
        let v1 = v1::Signer::new(credentials);
        self.url(&v4.presign(&request, &endpoint, now(), expires).unwrap());
        self.url(&v1.presign(&request, &endpoint, now(), expires).unwrap());
        debug!(self: v4.batch(&request, &endpoint, now(), expires).unwrap());
        for date_header in [DateHeader::Date, DateHeader::XOssDate] {
            let v1 = v1.clone().with_date_header(date_header);
            let v4 = v4.with_date_header(date_header);
            self.headers(&v4.sign(&request, now()).unwrap(), &endpoint);
            self.headers(&v1.sign(&request, now()).unwrap(), &endpoint);
        }
        let channel = LiveChannel::new(bucket(), self::key());
        let rtmp = v1.presign_rtmp(&channel, &endpoint, now(), expires).unwrap();
        self.signatures.push(rtmp.signature());
        output!(self: rtmp);
        let policy = PostPolicy::new(bucket()).conditions(&[Condition::StartsWith("key", "a/")]);
        self.form(&v4.sign_policy(&policy, now(), expires).unwrap());
        self.form(&v1.sign_policy(&policy, now(), expires).unwrap());
        for signature in self.signatures.clone() {
            output!(self: signature);
        }
    }

    fn received(&mut self) {
        let (credentials, region, request) = (credentials(), region(), request());
        let (key, endpoint) = (signing_key(), Endpoint::public(&region));
        let signer = v4::Signer::new(credentials, &key);
        let url = signer.presign(&request, &endpoint, now(), Expires::default()).unwrap();
        let signed = signer.sign(&request, now()).unwrap();
        let headers: Vec<_> =
            signed.headers().map(|(name, value)| (name, value.to_string())).collect();
        let headers: Vec<_> =
            headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        let path_and_query = url.path_and_query().to_string();
        let author: [(&str, &[u8]); 1] = [("x-oss-meta-author", b"alice")];
        for received in [
            Received::new("GET", &path_and_query, &author),
            Received::new("GET", "/cat.jpg", &headers),
        ] {
            let (mut parameters, mut headers) = ([Slot::default(); 16], [Slot::default(); 16]);
            let parsed = received.parse(&mut parameters, &mut headers).unwrap();
            parsed.verify(Some(bucket()), &credentials, now(), Tolerance::default()).unwrap();
            debug!(self: received, parsed, parsed.form(), *parsed.scope().unwrap());
            output!(self: parsed.string_to_sign(Some(bucket())));
            output!(self: parsed.canonical_request(Some(bucket())).unwrap());
            for slot in parameters.iter().chain(&headers) {
                debug!(self: *slot);
            }
        }
        let policy = PostPolicy::new(bucket());
        let form = signer.sign_policy(&policy, now(), Expires::default()).unwrap();
        let fields: Vec<_> = form.fields().map(|(name, value)| (name, value.to_string())).collect();
        let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        let received = ReceivedForm::new(&fields);
        debug!(self: received, received.parse().unwrap());
    }

    fn errors(&mut self) {
        output!(self:
            Credentials::new("LTAI5tExampleKeyId", &format!("{SECRET}\n")).unwrap_err(),
            credentials().with_security_token(&format!("{TOKEN}\n")).unwrap_err(),
            CredentialsError::EmptyAccessKeyId,
            RegionError::Empty,
            ProductError::Empty,
            BucketError::Length,
            ObjectKeyError::Empty,
            EndpointError::Host,
            Endpoint::parse(&format!("https://user:{SECRET}@host")).unwrap_err(),
            MethodError,
            TimestampError::NotADate,
            ParameterPosition::Query(0),
            SignError::ExpiresZero,
            PolicyError::EmptyList(0),
            CallbackError::PathLineEnd,
            PublicKeyUrl::from_header(SECRET).unwrap_err(),
            BufferTooSmall { needed: 2, capacity: 1 },
            Part::Signature,
            Refusal::SignatureDoesNotMatch,
        );
    }
}

#[test]
fn no_public_type_of_the_core_shows_a_secret() {
    let mut walk = Walk::default();
    walk.inputs();
    walk.results();
    walk.received();
    walk.errors();
    let derived = derived_keys();
    let secrets = || [SECRET.as_bytes()].into_iter().chain(derived.iter().map(Vec::as_slice));
    walk.written.assert_hides(secrets());
    walk.debugged.assert_hides(secrets());
    walk.debugged.assert_hides([TOKEN.as_bytes()]);
    // Whoever has one can send the request.
    walk.debugged.assert_hides(walk.signatures.iter().map(Signature::as_bytes));
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("../crates/oss-sign/src");
    walk.debugged.assert_has_every_type_of("oss_sign", &sources, &[]);
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
fn debug_of_a_field_shows_that_it_is_one_alone() {
    let signer = v1::Signer::new(credentials());
    let form = signer.sign_policy(&PostPolicy::new(bucket()), now(), Expires::default()).unwrap();
    for (name, value) in form.fields() {
        assert_eq!(format!("{value:?}"), "FormValue(..)", "{name}");
    }
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
