//! OIDC role ARN and SAML role ARN: rows T28 to T34.

use std::sync::Arc;

use oss_sign_credentials::sts::{
    InputError, OidcProviderArn, RoleArn, SamlProviderArn, Session, SessionPolicy, Sts, StsEndpoint,
};
use oss_sign_credentials::{
    Cause, Error, ErrorKind, OidcRoleArn, ProviderName, SamlRoleArn, TokenSource,
};

use crate::support::{Answer, Fake, Server, credentials, error};

const ROLE: &str = "acs:ram::1234567890123456:role/oss-reader";
const OIDC: &str = "acs:ram::1234567890123456:oidc-provider/ack-rrsa";
const SAML: &str = "acs:ram::1234567890123456:saml-provider/company";
const FILE: &str = "/var/run/secrets/ack.alibabacloud.com/rrsa-tokens/token";

const ANSWER: &str = r#"{"Credentials":{"AccessKeyId":"STS.AnsweredKeyId",
    "AccessKeySecret":"answered-secret","SecurityToken":"answered-token",
    "Expiration":"2024-08-30T08:03:06Z"},"OIDCTokenInfo":{"Subject":"s"}}"#;

fn at(server: &Server) -> Sts {
    Sts::at(StsEndpoint::parse(&server.url()).unwrap())
}

fn oidc(token: TokenSource) -> OidcRoleArn {
    OidcRoleArn::new(RoleArn::new(ROLE).unwrap(), OidcProviderArn::new(OIDC).unwrap(), token)
}

/// What the webhook of ACK puts into a pod.
fn pod() -> Arc<Fake> {
    let pod = Fake::with_variables([
        ("ALIBABA_CLOUD_ROLE_ARN", ROLE),
        ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", OIDC),
        ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", FILE),
    ]);
    pod.write_file(FILE, "header.example-token.signature\n");
    Arc::new(pod)
}

#[test]
fn t28_t34_each_part_that_is_missing_is_named() {
    for missing in [
        "ALIBABA_CLOUD_ROLE_ARN",
        "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
        "ALIBABA_CLOUD_OIDC_TOKEN_FILE",
    ] {
        let surroundings = pod();
        surroundings.set(missing, "");
        let error = error(&OidcRoleArn::from_environment(), &surroundings);
        assert_eq!(*error.cause(), Cause::missing(missing));
        assert_eq!(error.kind(), ErrorKind::Failed, "half of it was configured");
    }
    let only_role = Arc::new(Fake::with_variables([("ALIBABA_CLOUD_ROLE_ARN", ROLE)]));
    let error = error(&OidcRoleArn::from_environment(), &only_role);
    assert_eq!(error.kind(), ErrorKind::NotConfigured);
}

#[test]
fn t29_a_token_file_that_is_not_there_is_named() {
    let surroundings = pod();
    surroundings.set("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/no/such/file");
    let error = error(&OidcRoleArn::from_environment(), &surroundings);
    assert_eq!(error.to_string(), "oidc_role_arn: /no/such/file is not there");
    assert_eq!(error.kind(), ErrorKind::Failed);
}

#[test]
fn t30_the_token_is_sent_in_the_body_and_nothing_is_signed() {
    let server = Server::start(|_| Answer::json(ANSWER));
    let policy = r#"{"Version":"1","Statement":[]}"#;
    let session = Session::new().with_policy(SessionPolicy::new(policy).unwrap());
    let provider = OidcRoleArn::from_environment().with_session(session).with_sts(at(&server));
    let credentials = credentials(&provider, &pod());
    assert_eq!(credentials.access_key_id(), "STS.AnsweredKeyId");
    assert_eq!(credentials.provider().as_str(), "oidc_role_arn");
    for asked in server.asked() {
        assert_eq!(asked.query, "Action=AssumeRoleWithOIDC&Version=2015-04-01&Format=JSON");
        for (name, value) in [
            ("RoleArn", Some(ROLE)),
            ("OIDCProviderArn", Some(OIDC)),
            ("OIDCToken", Some("header.example-token.signature")),
            ("RoleSessionName", Some("oss-sign")),
            ("DurationSeconds", Some("3600")),
            ("Policy", Some(policy)),
            ("Signature", None),
            ("AccessKeyId", None),
        ] {
            assert_eq!(asked.form(name).as_deref(), value, "{name}");
        }
        assert_eq!(asked.header("authorization"), None);
    }
}

#[test]
fn t31_refusals_and_answers_that_are_none_are_errors() {
    for (status, body) in [(400, "secret text"), (200, "secret text"), (200, "null"), (200, "{}")] {
        let server = Server::start(move |_| Answer::new(status, body));
        let error = error(&OidcRoleArn::from_environment().with_sts(at(&server)), &pod());
        assert_eq!(error.kind(), ErrorKind::Failed);
        assert!(!error.to_string().contains("secret"), "{error}");
        assert!(!error.to_string().contains("example-token"), "{error}");
    }
}

#[test]
fn t32_nothing_is_read_before_everything_else_is_right() {
    for (variable, value, expected) in [
        (
            "ALIBABA_CLOUD_STS_REGION",
            "cn-hangzhou.aliyuncs.com@attacker.example/escape",
            Cause::invalid("ALIBABA_CLOUD_STS_REGION", "is not a region ID"),
        ),
        ("ALIBABA_CLOUD_STS_ENDPOINT", "http://sts.aliyuncs.com", InputError::PlainHttp.into()),
        ("ALIBABA_CLOUD_ROLE_ARN", "role", InputError::RoleArn.into()),
        ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", SAML, InputError::OidcProviderArn.into()),
        (
            "ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
            "acs:ram::6543210987654321:oidc-provider/x",
            InputError::OtherAccount.into(),
        ),
        ("ALIBABA_CLOUD_ROLE_SESSION_NAME", "a b", InputError::SessionName.into()),
    ] {
        let surroundings = pod();
        // Were it read, this would be the error.
        surroundings.set("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/no/such/file");
        surroundings.set(variable, value);
        let error = error(&OidcRoleArn::from_environment(), &surroundings);
        assert_eq!(*error.cause(), expected, "{variable}");
    }
}

#[test]
fn t33_the_token_is_read_again_each_time() {
    let server = Server::start(|_| Answer::json(ANSWER));
    let provider = oidc(TokenSource::file(FILE)).with_sts(at(&server));
    let surroundings = pod();
    for token in ["first.example.token", "second.example.token"] {
        surroundings.write_file(FILE, &format!("{token}\r\n"));
        credentials(&provider, &surroundings);
        for asked in server.take_asked() {
            assert_eq!(asked.form("OIDCToken").as_deref(), Some(token));
        }
    }
}

#[test]
fn a_token_may_be_a_text_or_come_from_a_closure() {
    let server = Server::start(|_| Answer::json(ANSWER));
    for token in [TokenSource::text("a.b.c"), TokenSource::from_fn(|| Ok("a.b.c".to_owned()))] {
        credentials(&oidc(token).with_sts(at(&server)), &pod());
    }
    assert!(server.asked().iter().all(|asked| asked.form("OIDCToken").as_deref() == Some("a.b.c")));

    let name = ProviderName::new("vault");
    let sealed = Error::failed(name, Cause::Custom("the vault is sealed".into()));
    let expected = sealed.clone();
    let token = TokenSource::from_fn(move || Err(sealed.clone()));
    assert_eq!(error(&oidc(token), &pod()), expected);
}

#[test]
fn what_is_no_token_is_not_sent_and_not_shown() {
    let server = Server::start(|_| Answer::json(ANSWER));
    let long = "x".repeat(20_001);
    for content in ["", "abc", "secret with blanks", long.as_str(), "secret\nlines"] {
        let surroundings = pod();
        surroundings.write_file(FILE, content);
        let error = error(&OidcRoleArn::from_environment().with_sts(at(&server)), &surroundings);
        assert!(error.to_string().contains("is no token"), "{error}");
        assert!(!error.to_string().contains("secret with"), "{error}");
    }
    assert!(server.asked().is_empty());
}

#[test]
fn every_refusal_of_a_token_has_its_remedy() {
    for (code, remedy) in [
        ("AuthenticationFail.NoPermission", "whether the identity provider is registered"),
        ("AuthenticationFail.OIDCToken.AudienceNotMatch", "sts.aliyuncs.com for RRSA"),
        ("AuthenticationFail.OIDCToken.Expired", "whoever writes it does not renew it"),
        ("AuthenticationFail.OIDCToken.IssuerNotMatch", "issued by another"),
        ("AuthenticationFail.OIDCToken.PublicKeyFingerprintMismatch", "add its fingerprint"),
        ("AuthenticationFail.OIDCToken.InvalidSignature", "the whole JSON Web Token"),
        ("EntityNotExist.Role", "create acs:ram::1234567890123456:role/oss-reader"),
    ] {
        let body = format!(r#"{{"Code":"{code}","Message":"m"}}"#);
        let server = Server::start(move |_| Answer::new(401, body.clone()));
        let error = error(&OidcRoleArn::from_environment().with_sts(at(&server)), &pod());
        assert!(error.remedy().unwrap().contains(remedy), "{error}");
    }
}

#[test]
fn a_saml_response_is_sent_in_the_body_and_nothing_is_signed() {
    let server = Server::start(|_| Answer::json(ANSWER));
    let surroundings = Arc::new(Fake::default());
    surroundings.write_file("/saml", "PHNhbWw+ZXhhbXBsZQ==\n");
    let provider = SamlRoleArn::new(
        RoleArn::new(ROLE).unwrap(),
        SamlProviderArn::new(SAML).unwrap(),
        TokenSource::file("/saml"),
    )
    .with_session(Session::new().with_policy(SessionPolicy::new("{}").unwrap()))
    .with_sts(at(&server));
    let credentials = credentials(&provider, &surroundings);
    assert_eq!(credentials.access_key_id(), "STS.AnsweredKeyId");
    assert_eq!(credentials.provider().as_str(), "saml_role_arn");
    for asked in server.asked() {
        assert_eq!(asked.query, "Action=AssumeRoleWithSAML&Version=2015-04-01&Format=JSON");
        for (name, value) in [
            ("RoleArn", Some(ROLE)),
            ("SAMLProviderArn", Some(SAML)),
            ("SAMLAssertion", Some("PHNhbWw+ZXhhbXBsZQ==")),
            ("DurationSeconds", Some("3600")),
            ("Policy", Some("{}")),
            ("RoleSessionName", None),
            ("Signature", None),
        ] {
            assert_eq!(asked.form(name).as_deref(), value, "{name}");
        }
    }
}

#[test]
fn a_saml_provider_of_another_account_is_refused() {
    let provider = SamlRoleArn::new(
        RoleArn::new(ROLE).unwrap(),
        SamlProviderArn::new("acs:ram::6543210987654321:saml-provider/company").unwrap(),
        TokenSource::text("PHNhbWw+"),
    );
    let error = error(&provider, &Arc::new(Fake::default()));
    assert_eq!(*error.cause(), Cause::StsInput(InputError::OtherAccount));
}
