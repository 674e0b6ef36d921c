use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Method, StatusCode};
use oss_sign_credentials::http::Method as RpcMethod;
use oss_sign_credentials::rpc::{Nonce, Parameters};
use oss_sign_credentials::{Credentials, rpc};
use serde_json::{Value, json};

use super::*;
use crate::access_keys::{AccessKey, AccessKeys};
use crate::role::{OidcProvider, Principal};

const ID: &str = "LTAI5tExampleKeyId";
const SECRET: &str = "example-secret";
const NOW: u64 = 1_700_000_000;

/// The service with one permanent AccessKey, and roles of every kind.
struct Service {
    sts: Sts,
    sessions: Sessions,
    access_keys: AccessKeys,
}

fn provider() -> OidcProvider {
    OidcProvider::new("local", "https://issuer.example.com", "sts.aliyuncs.com")
}

fn service() -> Service {
    let access_keys = AccessKeys::default();
    access_keys.insert(AccessKey::permanent(ID, SECRET).unwrap());
    let roles = vec![
        Role::new("open").trust(Principal::Account).trust(Principal::Oidc(provider())),
        Role::new("long").trust(Principal::Account).max_session_seconds(43_200),
        Role::new("closed"),
        Role::new("for-open").trust(Principal::Identity(
            "acs:ram::1234567890123456:assumed-role/open/alice".to_owned(),
        )),
    ];
    Service { sts: Sts::new(roles), sessions: Sessions::new(access_keys.clone()), access_keys }
}

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds).unwrap()
}

fn user() -> Credentials {
    Credentials::new(ID, SECRET, None).unwrap()
}

fn assume(role: &str) -> Parameters {
    Parameters::of_action("AssumeRole", "2015-04-01")
        .with("RoleArn", format!("acs:ram::1234567890123456:role/{role}"))
        .with("RoleSessionName", "alice")
}

fn signed(call: Parameters, credentials: &Credentials, now: u64, nonce: u128) -> String {
    let call = call.sign(RpcMethod::Post, credentials, at(now), Nonce(nonce)).unwrap();
    call.parameters().encoded().to_string()
}

impl Service {
    fn post(&self, query: &str, body: &str, now: u64) -> (StatusCode, String) {
        let request = Request::builder().method(Method::POST).uri(format!("/?{query}"));
        let request = request.body(Bytes::from(body.to_owned())).unwrap();
        let response = self.sts.answer(&request, &self.sessions, at(now));
        (response.status(), String::from_utf8(response.body().to_vec()).unwrap())
    }

    /// The answer to a signed call, and its status.
    fn call(&self, call: Parameters) -> (StatusCode, Value) {
        let (status, text) = self.post("", &signed(call, &user(), NOW, 1), NOW);
        (status, serde_json::from_str(&text).unwrap())
    }

    fn code(&self, call: Parameters) -> (u16, String) {
        let (status, answer) = self.call(call);
        (status.as_u16(), answer["Code"].as_str().unwrap_or_default().to_owned())
    }

    fn session(&self, call: Parameters) -> Credentials {
        let (status, answer) = self.call(call);
        assert_eq!(status, StatusCode::OK, "{answer}");
        let field = |name| answer["Credentials"][name].as_str().unwrap();
        Credentials::new(
            field("AccessKeyId"),
            field("AccessKeySecret"),
            Some(field("SecurityToken")),
        )
        .unwrap()
    }
}

#[test]
fn a_role_is_assumed_and_oss_knows_the_credentials_until_they_expire() {
    let service = service();
    let (status, answer) = service.call(assume("open").with("DurationSeconds", "900"));
    assert_eq!(status, StatusCode::OK, "{answer}");
    assert_eq!(
        answer["AssumedRoleUser"]["Arn"],
        "acs:ram::1234567890123456:assumed-role/open/alice"
    );
    let credentials = &answer["Credentials"];
    assert_eq!(credentials["Expiration"], "2023-11-14T22:28:20Z");
    let issued = service.access_keys.get(credentials["AccessKeyId"].as_str().unwrap()).unwrap();
    assert_eq!(Some(issued.access_key_secret()), credentials["AccessKeySecret"].as_str());
    assert_eq!(issued.credentials().security_token(), credentials["SecurityToken"].as_str());
    assert!(!issued.has_expired(at(NOW + 900)));
    assert!(issued.has_expired(at(NOW + 901)));
}

#[test]
fn parameters_may_be_in_the_query_the_body_or_both() {
    let service = service();
    let call = signed(assume("open"), &user(), NOW, 1);
    assert_eq!(service.post(&call, "", NOW).0, StatusCode::OK);
    let call = signed(assume("open"), &user(), NOW, 2);
    let (query, body) = call.split_once("&RoleSessionName").unwrap();
    let body = format!("RoleSessionName{body}");
    assert_eq!(service.post(query, &body, NOW).0, StatusCode::OK);
    let (status, answer) = service.post(&format!("{query}&RoleArn=x"), &body, NOW);
    assert_eq!(status, StatusCode::BAD_REQUEST, "{answer}");
}

#[test]
fn xml_is_the_default_format() {
    let service = service();
    let call =
        Parameters::default().with("Action", "GetCallerIdentity").with("Version", "2015-04-01");
    let (status, answer) = service.post("", &signed(call, &user(), NOW, 1), NOW);
    assert_eq!(status, StatusCode::OK);
    assert!(answer.contains("<GetCallerIdentityResponse><RequestId>"), "{answer}");
    assert!(answer.contains("<Arn>acs:ram::1234567890123456:user/local</Arn>"), "{answer}");
    let (status, answer) = service.post("", "Action=AssumeRole&Version=2015-04-01", NOW);
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(answer.contains("<Code>MissingParameter</Code>"), "{answer}");
}

#[test]
fn what_is_wrong_with_a_signature() {
    let service = service();
    let code = |body: &str, now| {
        let (status, answer) = service.post("", body, now);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        (status.as_u16(), answer["Code"].as_str().unwrap().to_owned())
    };
    let good = signed(assume("open"), &user(), NOW, 1);
    let other = Credentials::new(ID, "another-secret", None).unwrap();
    let nobody = Credentials::new("LTAI5tNobody", SECRET, None).unwrap();
    for (body, now, status, expected) in [
        (signed(assume("open"), &other, NOW, 2), NOW, 400, "SignatureDoesNotMatch"),
        (good.replace("alice", "mallory"), NOW, 400, "SignatureDoesNotMatch"),
        (signed(assume("open"), &nobody, NOW, 3), NOW, 404, "InvalidAccessKeyId.NotFound"),
        (good.clone(), NOW + 901, 400, "InvalidTimeStamp.Expired"),
        (good.clone(), NOW - 901, 400, "InvalidTimeStamp.Expired"),
        (good.replace("2023-11-14T", "14.11.2023T"), NOW, 400, "InvalidTimeStamp.Format"),
        (good.replace("HMAC-SHA1", "HMAC-SHA256"), NOW, 400, "IncompleteSignature"),
    ] {
        assert_eq!(code(&body, now), (status, expected.to_owned()), "{body}");
    }
    // None of these used up the nonce, and now it is.
    assert_eq!(service.post("", &good, NOW + 900).0, StatusCode::OK);
    assert_eq!(code(&good, NOW + 900), (400, "SignatureNonceUsed".to_owned()));
}

#[test]
fn the_refusal_of_a_signature_shows_what_the_service_signed() {
    let service = service();
    let other = Credentials::new(ID, "another-secret", None).unwrap();
    let call = assume("open").sign(RpcMethod::Post, &other, at(NOW), Nonce(1)).unwrap();
    let (_, answer) = service.post("", &call.parameters().encoded(), NOW);
    let answer: Value = serde_json::from_str(&answer).unwrap();
    let message = answer["Message"].as_str().unwrap();
    assert!(message.ends_with(call.string_to_sign()), "{message}");
}

#[test]
fn what_is_asked_for_must_be_within_the_limits() {
    let service = service();
    let seconds = |role, seconds: &str| assume(role).with("DurationSeconds", seconds);
    let name = |name: &str| {
        Parameters::of_action("AssumeRole", "2015-04-01")
            .with("RoleArn", "acs:ram::1234567890123456:role/open")
            .with("RoleSessionName", name)
    };
    let invalid = |what| (400, format!("InvalidParameter.{what}"));
    for (call, expected) in [
        (seconds("open", "899"), invalid("DurationSeconds")),
        (seconds("open", "3601"), invalid("DurationSeconds")),
        (seconds("open", "x"), invalid("DurationSeconds")),
        (seconds("long", "43200"), (200, String::new())),
        (seconds("long", "43201"), invalid("DurationSeconds")),
        (name("a"), invalid("RoleSessionName")),
        (name("a b"), invalid("RoleSessionName")),
        (name(&"a".repeat(65)), invalid("RoleSessionName")),
        (assume("open").with("Policy", "{}"), invalid("PolicyGrammar")),
        (assume("open").with("ExternalId", "a b"), invalid("ExternalId")),
        (assume("open").with("ExternalId", ""), (200, String::new())),
        (assume("none"), (404, "EntityNotExist.Role".to_owned())),
        (assume("closed"), (403, "NoPermission".to_owned())),
        (Parameters::of_action("AssumeRole", "2014-01-01"), (400, "InvalidVersion".to_owned())),
        (Parameters::of_action("Other", "2015-04-01"), (404, "InvalidAction.NotFound".to_owned())),
    ] {
        // A service of its own: every call has the same nonce.
        assert_eq!(self::service().code(call.clone()), expected, "{:?}", &*call.encoded());
    }
    assert_eq!(service.code(name("a.b@c-d_e")).0, 200);
}

#[test]
fn a_session_assumes_a_role_that_trusts_it() {
    let service = service();
    let session = service.session(assume("open"));
    let (status, answer) = service.post("", &signed(assume("for-open"), &session, NOW, 2), NOW);
    assert_eq!(status, StatusCode::OK, "{answer}");
    // The user is not the one that it trusts.
    assert_eq!(self::service().code(assume("for-open")).1, "NoPermission");
}

#[test]
fn a_session_policy_is_obeyed_by_sts_too() {
    let service = service();
    let policy =
        r#"{"Version":"1","Statement":[{"Effect":"Allow","Action":"oss:*","Resource":"*"}]}"#;
    let session = service.session(assume("open").with("Policy", policy));
    let id = service.access_keys.get(session.access_key_id()).unwrap();
    assert!(id.session_policy().is_some());
    let (status, _) = service.post("", &signed(assume("for-open"), &session, NOW, 2), NOW);
    assert_eq!(status, StatusCode::FORBIDDEN);
}

#[test]
fn a_session_calls_with_its_token_until_it_expires() {
    let service = service();
    let session = service.session(assume("open").with("DurationSeconds", "900"));
    let identity = || Parameters::of_action("GetCallerIdentity", "2015-04-01");
    let code = |credentials: &Credentials, now, nonce| {
        let (_, answer) = service.post("", &signed(identity(), credentials, now, nonce), now);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        answer["Code"].as_str().or(answer["IdentityType"].as_str()).unwrap().to_owned()
    };
    assert_eq!(code(&session, NOW + 900, 2), "AssumedRoleUser");
    assert_eq!(code(&session, NOW + 901, 3), "InvalidSecurityToken.Expired");
    let with_token = |token| {
        Credentials::new(session.access_key_id(), session.access_key_secret(), token).unwrap()
    };
    assert_eq!(code(&with_token(None), NOW, 4), "MissingSecurityToken");
    assert_eq!(
        code(&with_token(Some("CAISother")), NOW, 5),
        "InvalidSecurityToken.MismatchWithAccessKey"
    );
}

fn token(header: &Value, payload: &Value) -> String {
    let part = |json: &Value| URL_SAFE_NO_PAD.encode(json.to_string());
    format!("{}.{}.c2lnbmF0dXJl", part(header), part(payload))
}

#[test]
fn an_oidc_token_is_read_and_must_be_the_providers() {
    let service = service();
    let rs256 = json!({"alg": "RS256"});
    let payload = |issuer: &str, audience: Value, expires_at: u64| json!({"sub": "system:serviceaccount:default:app", "iss": issuer, "aud": audience, "exp": expires_at});
    let issuer = "https://issuer.example.com";
    let good = payload(issuer, json!(["other", "sts.aliyuncs.com"]), NOW + 60);
    let with_provider = |token: &str, provider: &str| {
        let call = Parameters::of_action("AssumeRoleWithOIDC", "2015-04-01")
            .with("RoleArn", "acs:ram::1234567890123456:role/open")
            .with("RoleSessionName", "app")
            .with("OIDCProviderArn", provider)
            .with("OIDCToken", token);
        let (status, answer) = service.post("", &call.encoded(), NOW);
        (status.as_u16(), serde_json::from_str::<Value>(&answer).unwrap())
    };
    let answer = |token: &str| with_provider(token, &provider().arn());

    let (status, accepted) = answer(&token(&rs256, &good));
    assert_eq!(status, 200, "{accepted}");
    assert_eq!(accepted["OIDCTokenInfo"]["Subject"], "system:serviceaccount:default:app");
    let id = accepted["Credentials"]["AccessKeyId"].as_str().unwrap();
    assert!(service.access_keys.get(id).is_some());

    let single = payload(issuer, json!("sts.aliyuncs.com"), NOW + 60);
    assert_eq!(answer(&token(&rs256, &single)).0, 200);
    for (token, expected) in [
        (token(&rs256, &payload(issuer, json!("sts.aliyuncs.com"), NOW)), "OIDCToken.Expired"),
        (token(&rs256, &payload(issuer, json!("other"), NOW + 60)), "OIDCToken.AudienceNotMatch"),
        (
            token(
                &rs256,
                &payload("https://other.example.com", json!("sts.aliyuncs.com"), NOW + 60),
            ),
            "OIDCToken.IssuerNotMatch",
        ),
        (token(&json!({"alg": "none"}), &good), "OIDCToken.Invalid"),
        (token(&json!({"alg": "HS256"}), &good), "OIDCToken.Invalid"),
        (token(&rs256, &json!({})), "OIDCToken.Invalid"),
        ("a.b".to_owned(), "OIDCToken.Invalid"),
        ("*.*.*".to_owned(), "OIDCToken.Invalid"),
    ] {
        let (status, refused) = answer(&token);
        let code = format!("AuthenticationFail.{expected}");
        assert_eq!((status, refused["Code"].as_str()), (401, Some(code.as_str())), "{token}");
    }
    let elsewhere = "acs:ram::1234567890123456:oidc-provider/elsewhere";
    let (status, refused) = with_provider(&token(&rs256, &good), elsewhere);
    assert_eq!((status, refused["Code"].as_str()), (401, Some("AuthenticationFail.NoPermission")));
}

#[test]
fn no_refusal_of_rpc_is_without_a_code() {
    let refusal = Refusal::Call(rpc::Refusal::TimestampExpired);
    assert_eq!(
        (refusal.code().as_str(), refusal.status()),
        ("InvalidTimeStamp.Expired", StatusCode::BAD_REQUEST)
    );
}
