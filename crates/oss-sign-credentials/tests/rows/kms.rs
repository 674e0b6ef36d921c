//! RAM secrets of KMS: a fake of both gateways, which verifies the signature of the client key.

use core::time::Duration;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss_sign::Region;
use oss_sign_credentials::http::Origin;
use oss_sign_credentials::rpc;
use oss_sign_credentials::{
    Async, AsyncCached, AsyncProvideCredentials, Blocking, Cached, Cause, ClientKey, ErrorKind,
    KmsGateway, KmsRamSecret, ProvideCredentials, Provider, Reqwest, Surroundings, Ureq, Warning,
};
use ring::digest::{SHA256, digest};
use ring::rsa::KeyPair;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey};

use crate::support::{
    Answer, Asked, Fake, NOW, Server, block_on, credentials, each_way, error, nobody, sending,
};

const LEGACY: &str = include_str!("../data/kms/clientKey_legacy.json");
const MODERN: &str = include_str!("../data/kms/clientKey_modern.json");
const PASSWORD: &str = include_str!("../data/kms/clientKey_Password.txt");
const PKCS8: &[u8] = include_bytes!("../data/kms/private-key.pk8");
const KEY_ID: &str = "KAAP.00000000-0000-0000-0000-000000000000";
const NAME: &str = "acs/ram/user/oss app";

/// What is signed with the client key, as KMS verifies it.
fn holds(text: &str, signature: &str) -> bool {
    let pair = KeyPair::from_pkcs8(PKCS8).unwrap();
    let key = UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, pair.public().as_ref());
    key.verify(text.as_bytes(), &STANDARD.decode(signature).unwrap()).is_ok()
}

fn key() -> ClientKey {
    ClientKey::open(LEGACY.as_bytes(), PASSWORD).unwrap()
}

fn origin(server: &Server) -> Origin {
    Origin::parse(&server.url()).unwrap()
}

fn shared(server: &Server) -> KmsRamSecret {
    let region = Region::new("cn-hangzhou").unwrap();
    KmsRamSecret::new(key(), KmsGateway::shared(&region, false).at(origin(server)), NAME)
}

fn instance(server: &Server) -> KmsRamSecret {
    KmsRamSecret::new(key(), KmsGateway::instance(origin(server), None), NAME)
}

fn fake() -> Arc<Fake> {
    Arc::new(Fake::default())
}

/// The shared gateway, with this pair as the secret's current value.
fn shared_answer(asked: &Asked, id: &str, rest: &str) -> Answer {
    let received = rpc::Received::parse(&asked.method, &asked.query, &asked.body).unwrap();
    let has = |name: &str, value: &str| received.parameter(name) == Some(value);
    assert!(has("Action", "GetSecretValue") && has("Version", "2016-01-20"));
    assert!(has("SignatureMethod", "SHA256withRSA") && has("SignatureType", "PRIVATEKEY"));
    assert!(has("RegionId", "cn-hangzhou") && has("VersionStage", "ACSCurrent"));
    if !has("AccessKeyId", KEY_ID) || !has("SecretName", NAME) {
        return Answer::new(404, r#"{"Code":"Forbidden.ResourceNotFound","RequestId":"r"}"#);
    }
    if !holds(&received.string_to_sign(), received.parameter("Signature").unwrap()) {
        return Answer::new(400, r#"{"Code":"IncompleteSignature","RequestId":"r"}"#);
    }
    let data = format!(r#"{{\"AccessKeyId\":\"{id}\",\"AccessKeySecret\":\"secret\"}}"#);
    Answer::json(format!(
        r#"{{"RequestId":"r","SecretName":"{NAME}","SecretDataType":"text","SecretData":"{data}"{rest}}}"#
    ))
}

/// The gateway of an instance.
fn instance_answer(asked: &Asked, id: &str) -> Answer {
    let header = |name| asked.header(name).unwrap();
    assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/"));
    let hash = digest(&SHA256, &asked.body);
    let hash: String = hash.as_ref().iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(header("content-sha256"), hash);
    let mut signed: Vec<String> = asked
        .headers
        .iter()
        .filter(|(name, _)| name.starts_with("x-kms-"))
        .map(|(name, value)| format!("{name}:{value}\n"))
        .collect();
    signed.sort_unstable();
    let (date, signed) = (header("date"), signed.concat());
    let text = format!("POST\n{hash}\n{}\n{date}\n{signed}/", header("content-type"));
    let signature = header("authorization").strip_prefix("Bearer ").unwrap();
    if !holds(&text, signature) || header("x-kms-acccesskeyid") != KEY_ID {
        // Status code 401, and a code.
        return Answer::new(401, b"\x08\x91\x03\x12\x11SignatureNotMatch\x22\x01r".to_vec());
    }
    let mut expected = vec![0x0a, 20];
    expected.extend(NAME.bytes());
    expected.extend(b"\x12\x0aACSCurrent\x20\x01");
    assert_eq!(asked.body, expected);
    let data = format!(r#"{{"AccessKeyId":"{id}","AccessKeySecret":"secret"}}"#);
    let mut body = vec![0x1a, u8::try_from(data.len()).unwrap()];
    body.extend(data.bytes());
    body.extend(b"\x22\x04text\x52\x142024-08-30T09:03:06Z");
    Answer::new(200, body)
}

#[test]
fn t91_the_shared_gateway_verifies_the_signature_and_gives_the_pair() {
    let server = Server::start(|asked| shared_answer(asked, "LTAI.one", ""));
    let hourly = shared(&server).with_refresh_interval(Duration::from_secs(3600));
    let refresh_at = credentials(&hourly, &fake()).refresh_at().unwrap();
    assert_eq!(refresh_at.unix_seconds(), NOW + 3600);
    server.take_asked();
    let credentials = credentials(&shared(&server), &fake());
    assert_eq!(credentials.access_key_id(), "LTAI.one");
    assert_eq!(credentials.access_key_secret(), "secret");
    assert_eq!(credentials.security_token(), None);
    assert_eq!(credentials.provider().as_str(), "kms_ram_secret");
    assert_eq!(credentials.expires_at(), None);
    assert_eq!(credentials.refresh_at().unwrap().unix_seconds(), NOW + 6 * 3600);
    let nonces: Vec<_> = server.asked().iter().map(|asked| asked.query("SignatureNonce")).collect();
    assert_eq!(nonces.len(), 2);
    assert!(server.asked().iter().all(|asked| asked.body.is_empty()));
}

#[test]
fn t91_the_gateway_of_an_instance_verifies_the_signature_and_gives_the_pair() {
    let server = Server::start(|asked| instance_answer(asked, "LTAI.two"));
    for credentials in each_way(&instance(&server), &fake()).map(Result::unwrap) {
        assert_eq!(credentials.access_key_id(), "LTAI.two");
        // The next rotation is 2 hours from now; some minutes later the new pair is there.
        let after = credentials.refresh_at().unwrap().unix_seconds() - NOW;
        assert!((7_500..=8_100).contains(&after), "{after}");
    }
}

#[test]
fn the_certificate_authority_of_an_instance_is_trusted() {
    let origin = Origin::parse("https://kst-example.cryptoservice.kms.aliyuncs.com").unwrap();
    let gateway = KmsGateway::instance(origin, Some("PEM".to_owned()));
    let (provider, surroundings) = (KmsRamSecret::new(key(), gateway, NAME), Fake::default());
    let (request, _) = sending(provider.acquire(&surroundings));
    assert_eq!(request.limits().certificate_authority.as_deref(), Some("PEM"));
}

#[test]
fn t90_the_properties_name_the_files_and_the_gateway() {
    let server = Server::start(|asked| shared_answer(asked, "LTAI.one", ""));
    let fake = fake();
    let properties = format!(
        "credentials_type=client_key # the only one\n\
         client_key_private_key_path=/keys/clientKey.json\n\
         client_key_password_from_file_path=/keys/password.txt\n\
         cache_client_region_id=[{{\"regionId\":\"cn-hangzhou\",\"endpoint\":\"{}\",\"vpc\":false}}]\n\
         secret_names={NAME}\n",
        server.url()
    );
    fake.write_file("secretsmanager.properties", &properties);
    fake.write_file("/keys/clientKey.json", MODERN);
    fake.write_file("/keys/password.txt", &format!("{PASSWORD}\r\n"));
    let found = credentials(&KmsRamSecret::from_properties(), &fake);
    assert_eq!(found.access_key_id(), "LTAI.one");

    // The environment takes precedence.
    fake.set("client_key_password_from_env_variable", "MY_PASSWORD");
    fake.set("MY_PASSWORD", "wrong");
    let error = error(&KmsRamSecret::from_properties(), &fake);
    assert!(error.to_string().contains("is not opened by its password"), "{error}");
    assert!(!error.to_string().contains("wrong"), "{error}");
    fake.set("MY_PASSWORD", PASSWORD.trim());
    fake.set("secret_names", "another");
    let error = crate::support::error(&KmsRamSecret::from_properties(), &fake);
    assert!(error.to_string().contains("Forbidden.ResourceNotFound"), "{error}");
    let chosen = KmsRamSecret::from_properties().with_secret_name(NAME);
    assert_eq!(credentials(&chosen, &fake).access_key_id(), "LTAI.one");
}

#[test]
fn t90_an_instance_has_a_key_of_its_own() {
    let server = Server::start(|asked| instance_answer(asked, "LTAI.two"));
    let fake = fake();
    let instance = |more: &str| {
        format!(
            "cache_client_dkms_config_info=[{{\"regionId\":\"cn-hangzhou\",\"endpoint\":\"{}\",\
             \"clientKeyFile\":\"/key.json\",\"passwordFromEnvVariable\":\"MY_PASSWORD\"{more}}}]\n\
             secret_names={NAME}\n",
            server.url()
        )
    };
    fake.write_file("/kms.properties", &instance(""));
    fake.write_file("/key.json", LEGACY);
    fake.set("MY_PASSWORD", PASSWORD.trim());
    let provider = KmsRamSecret::from_properties_file("/kms.properties");
    for credentials in each_way(&provider, &fake).map(Result::unwrap) {
        assert_eq!(credentials.access_key_id(), "LTAI.two");
    }

    fake.write_file("/kms.properties", &instance(",\"ignoreSslCerts\":true"));
    assert!(error(&provider, &fake).to_string().contains("ignoreSslCerts"));
}

#[test]
fn t90_settings_that_are_missing_are_named() {
    let fake = fake();
    let provider = KmsRamSecret::from_properties();
    for (name, value, missing) in [
        ("", "", "cache_client_region_id"),
        ("cache_client_region_id", "[{\"regionId\":\"cn-hangzhou\"}]", "credentials_type"),
        ("credentials_type", "client_key", "client_key_private_key_path"),
        ("client_key_private_key_path", "/key.json", "client_key_password"),
        ("client_key_password", PASSWORD.trim(), "secret_names"),
    ] {
        fake.set(name, value);
        fake.write_file("/key.json", LEGACY);
        let error = error(&provider, &fake);
        assert_eq!(error.kind(), ErrorKind::NotConfigured, "{error}");
        assert_eq!(error.cause(), &Cause::missing(missing));
    }
    for (name, value, said) in [
        ("secret_names", "a,b", "several names"),
        ("client_key_private_key_path", "/absent.json", "/absent.json is not there"),
        ("credentials_type", "ak", "`client_key`"),
        ("cache_client_region_id", "cn-hangzhou", "JSON list"),
    ] {
        fake.set(name, value);
        let error = error(&provider, &fake);
        assert_eq!(error.kind(), ErrorKind::Failed, "{error}");
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[test]
fn t92_a_secret_that_is_no_pair_is_in_no_error() {
    for answer in [
        r#"{"SecretData":"{\"AccessKeyId\":\"hushhush\"}","SecretDataType":"text"}"#,
        r#"{"SecretData":"aHVzaGh1c2g=","SecretDataType":"binary"}"#,
        r#"{"SecretData":1}"#,
        "hushhush",
    ] {
        let server = Server::answering([Answer::json(answer)]);
        let error = error(&shared(&server), &fake());
        assert!(!format!("{error:?}").contains("hush"), "{error}");
        assert_eq!(error.kind(), ErrorKind::Failed);
    }
}

#[test]
fn refusals_say_what_to_do() {
    for (status, code, said) in [
        (403, "Forbidden.NoPermission", "`SecretUser`"),
        (404, "Forbidden.ResourceNotFound", "no such secret in this region"),
        (404, "InvalidAccessKeyId.NotFound", "client key is deleted"),
        (400, "IllegalTimestamp", "set the clock"),
    ] {
        let body = format!(
            r#"{{"HttpStatus":{status},"Code":"{code}","Message":"hushhush","RequestId":"r-1"}}"#
        );
        let server = Server::answering([Answer::new(status, body)]);
        let text = error(&shared(&server), &fake()).to_string();
        assert!(text.contains(code) && text.contains("r-1") && text.contains(said), "{text}");
        assert!(!text.contains("hush"), "{text}");
    }
    let server = Server::answering([Answer::new(400, r#"{"Code":"Rejected.Throttling"}"#)]);
    assert_eq!(error(&shared(&server), &fake()).remedy(), None);
    let server =
        Server::start(|_| Answer::new(401, b"\x12\x11SignatureNotMatch\x22\x01r".to_vec()));
    let text = error(&instance(&server), &fake()).to_string();
    assert!(text.contains("HTTP 401 SignatureNotMatch"), "{text}");
}

#[test]
fn the_next_region_is_asked_if_one_cannot_answer() {
    let broken = Server::start(|_| Answer::new(503, ""));
    let server = Server::start(|asked| shared_answer(asked, "LTAI.one", ""));
    let fake = fake();
    let region = |url: &str| format!("{{\"regionId\":\"cn-hangzhou\",\"endpoint\":\"{url}\"}}");
    let regions = [region(&nobody()), region(&broken.url()), region(&server.url())].join(",");
    for (name, value) in [
        ("credentials_type", "client_key"),
        ("client_key_private_key_path", "/key.json"),
        ("client_key_password", PASSWORD.trim()),
        ("cache_client_region_id", &format!("[{regions}]")),
        ("secret_names", NAME),
    ] {
        fake.set(name, value);
    }
    fake.write_file("/key.json", LEGACY);
    let found = credentials(&KmsRamSecret::from_properties(), &fake);
    assert_eq!(found.access_key_id(), "LTAI.one");
    assert_eq!(broken.asked().len(), 2);

    // One that answers is not passed over, and the last one has the error.
    let refusing = Server::start(|_| Answer::new(403, r#"{"Code":"Forbidden.NoPermission"}"#));
    for (regions, said) in [
        (vec![region(&refusing.url()), region(&server.url())], "Forbidden.NoPermission"),
        (vec![region(&broken.url())], "HTTP 503"),
        (vec![region(&broken.url()), region(&nobody())], "cannot be reached"),
    ] {
        fake.set("cache_client_region_id", &format!("[{}]", regions.join(",")));
        let text = error(&KmsRamSecret::from_properties(), &fake).to_string();
        assert!(text.contains(said), "{text}");
    }
}

#[test]
fn a_secret_travels_on_https_alone() {
    let region = Region::new("cn-hangzhou").unwrap();
    let origin = Origin::parse("http://kms.example.com").unwrap();
    let provider = KmsRamSecret::new(key(), KmsGateway::shared(&region, false).at(origin), NAME);
    assert!(error(&provider, &fake()).to_string().contains("is not https"));
}

#[test]
fn an_expired_client_key_is_not_sent_and_one_that_soon_expires_is_warned_of() {
    let server = Server::start(|asked| shared_answer(asked, "LTAI.one", ""));
    let expiry = key().expires_at().unwrap();
    let fake = fake();
    const MONTH: u64 = 30 * 24 * 3600;
    fake.advance(expiry.unix_seconds() - NOW - MONTH - 1);
    assert_eq!(credentials(&shared(&server), &fake).access_key_id(), "LTAI.one");
    assert!(fake.warnings().is_empty());
    fake.advance(1);
    assert_eq!(credentials(&shared(&server), &fake).access_key_id(), "LTAI.one");
    assert_eq!(
        fake.warnings(),
        [Warning::ClientKeyExpires(expiry), Warning::ClientKeyExpires(expiry)]
    );
    server.take_asked();
    fake.advance(MONTH);
    let error = error(&shared(&server), &fake);
    assert!(error.to_string().contains(&format!("expired at {expiry}")), "{error}");
    assert!(server.asked().is_empty());
}

#[test]
fn after_a_rotation_at_once_the_next_pair_is_fetched() {
    // The second pair is there once the first was given.
    let numbered = |prefix: &'static str| {
        let number = core::sync::atomic::AtomicUsize::new(0);
        Server::start(move |asked| {
            let number = number.fetch_add(1, core::sync::atomic::Ordering::SeqCst);
            shared_answer(asked, &format!("{prefix}.{number}"), "")
        })
    };
    let fake: Arc<dyn Surroundings> = fake();

    let server = numbered("LTAI");
    let ureq = Ureq::new().without_proxy();
    let provider = Blocking::new(shared(&server), ureq).with_surroundings(Arc::clone(&fake));
    let cached = Cached::new(provider);
    let first = cached.provide().unwrap();
    assert_eq!(cached.provide().unwrap().access_key_id(), "LTAI.0");
    assert!(cached.invalidate(&first));
    assert_eq!(cached.provide().unwrap().access_key_id(), "LTAI.1");
    // It was not the current one any more.
    cached.invalidate(&first);
    assert_eq!(cached.provide().unwrap().access_key_id(), "LTAI.1");
    assert_eq!(server.asked().len(), 2);

    let server = numbered("LTAI");
    let reqwest = Reqwest::new().without_proxy();
    let provider = Async::new(shared(&server), reqwest).with_surroundings(fake);
    let cached = AsyncCached::new(provider);
    block_on(async {
        let first = cached.provide().await.unwrap();
        assert!(cached.invalidate(&first));
        assert_eq!(cached.provide().await.unwrap().access_key_id(), "LTAI.1");
    });
}
