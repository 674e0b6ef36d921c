//! Temporary credentials: had as the providers of `oss-sign-credentials` have them, and used with OSS.

use core::time::Duration;

use oss_sign::Method;
use oss_sign_credentials::http::Origin;
use oss_sign_credentials::sts::{RoleArn, Session, SessionPolicy, Sts, StsEndpoint};
use oss_sign_credentials::{
    Blocking, Credentials, CredentialsUri, EcsRamRole, Error, ProvideCredentials, Provider,
    RamRoleArn, StaticAccessKey, Ureq,
};
use oss_sign_emulator::{Emulator, ImdsMode, Principal, Role};

use crate::client::{Answer, Asked, BUCKET, Client, ID, SECRET, object};

/// With one role that everybody may assume. Its clock runs, as that of STS's callers does.
fn start(imds: ImdsMode) -> Client {
    let role = Role::new("worker").trust(Principal::Account).trust(Principal::Ecs);
    let emulator = Emulator::builder().access_key(ID, SECRET).bucket(BUCKET).role(role).imds(imds);
    Client::of(emulator.spawn().unwrap())
}

fn provide(provider: impl Provider) -> Result<Credentials, Error> {
    Blocking::new(provider, Ureq::new())
        .provide()
        .map(|credentials| Credentials::clone(&credentials))
}

impl Client {
    fn issuers(&self) -> String {
        self.emulator.issuers().unwrap().endpoint()
    }

    fn assume_role<P: Provider>(&self, source: P, session: Session) -> Result<Credentials, Error> {
        let endpoint = StsEndpoint::parse(&self.issuers()).unwrap();
        let role = RoleArn::new("acs:ram::1234567890123456:role/worker").unwrap();
        provide(RamRoleArn::new(source, role).with_session(session).with_sts(Sts::at(endpoint)))
    }

    fn send_as(&self, credentials: &Credentials, method: Method, key: &str) -> Answer {
        let url = self.url_with(Asked::new(method, object(key)), credentials.borrow());
        self.send_to(method.as_str(), &url, &[], b"body")
    }
}

fn user() -> StaticAccessKey {
    StaticAccessKey::new(ID, SECRET).unwrap()
}

#[test]
fn oss_accepts_what_sts_issued_until_it_expires() {
    let client = start(ImdsMode::Normal);
    let credentials = client.assume_role(user(), Session::new()).unwrap();
    client.send_as(&credentials, Method::Put, "k").expect(200);
    assert_eq!(client.send_as(&credentials, Method::Get, "k").expect(200).body, b"body");
    client.emulator.clock().advance(Duration::from_secs(3602));
    let refused = client.send_as(&credentials, Method::Get, "k");
    refused.expect_error(403, "SecurityTokenExpired");
}

#[test]
fn a_session_may_do_what_role_and_policy_both_allow() {
    let client = start(ImdsMode::Normal);
    let policy = r#"{"Version": "1", "Statement": [
        {"Effect": "Allow", "Action": "oss:GetObject", "Resource": "acs:oss:*:*:examplebucket/*"},
        {"Effect": "Allow", "Action": "oss:PutObject", "Resource": "acs:oss:*:*:examplebucket/in box/*"}
    ]}"#;
    let session = Session::new().with_policy(SessionPolicy::new(policy).unwrap());
    let credentials = client.assume_role(user(), session).unwrap();
    client.send_as(&credentials, Method::Put, "in box/k").expect(200);
    client.send_as(&credentials, Method::Get, "in box/k").expect(200);
    for (method, key) in [(Method::Put, "k"), (Method::Put, "in box"), (Method::Delete, "in box/k")]
    {
        client.send_as(&credentials, method, key).expect_error(403, "AccessDenied");
    }
}

#[test]
fn who_sts_does_not_believe_gets_nothing() {
    let client = start(ImdsMode::Normal);
    let wrong = StaticAccessKey::new(ID, "another-secret").unwrap();
    let refused = client.assume_role(wrong, Session::new()).unwrap_err().to_string();
    assert!(refused.contains("SignatureDoesNotMatch"), "{refused}");
}

#[test]
fn the_metadata_service_issues_credentials_of_the_role() {
    for mode in [ImdsMode::Normal, ImdsMode::HardenedOnly, ImdsMode::WithoutTokens] {
        let client = start(mode);
        let origin = Origin::parse(&client.issuers()).unwrap();
        let credentials = provide(EcsRamRole::new().at(origin)).unwrap();
        client.send_as(&credentials, Method::Put, "k").expect(200);
    }
}

#[test]
fn a_client_that_demands_tokens_gets_nothing_without_them() {
    let client = start(ImdsMode::WithoutTokens);
    let origin = Origin::parse(&client.issuers()).unwrap();
    assert!(provide(EcsRamRole::new().at(origin).without_normal_mode()).is_err());
}

#[test]
fn the_credentials_uri_issues_credentials() {
    let client = start(ImdsMode::Normal);
    let uri = client.emulator.issuers().unwrap().credentials_uri();
    let credentials = provide(CredentialsUri::new(uri)).unwrap();
    client.send_as(&credentials, Method::Put, "k").expect(200);
}

#[test]
fn without_a_role_there_is_no_issuer() {
    assert!(Client::of(Emulator::builder().spawn().unwrap()).emulator.issuers().is_none());
}

#[cfg(feature = "tls")]
#[test]
fn sts_speaks_https_as_well() {
    let role = Role::new("worker").trust(Principal::Account);
    let emulator = Emulator::builder().role(role).https().spawn().unwrap();
    let issuers = emulator.issuers().unwrap();
    let https = issuers.https_endpoint().unwrap();
    assert!(https.starts_with("https://127.0.0.1:"), "{https}");
    assert!(issuers.endpoint().starts_with("http://127.0.0.1:"), "{}", issuers.endpoint());
}
