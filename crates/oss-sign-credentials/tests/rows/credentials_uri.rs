//! Credentials URI: rows T47 to T53, and T71 as far as it is about URIs.

use std::sync::Arc;

use oss_sign_credentials::http::Origin;
use oss_sign_credentials::{
    Blocking, Cached, Cause, CredentialsUri, ErrorKind, ProvideCredentials, Provider, Step,
    Surroundings, Ureq,
};

use crate::support::{Answer, Fake, NOW, Server, credentials, each_way, error, nobody, sending};

const ANSWER: &str = r#"{"Code":"Success","AccessKeyId":"STS.AnsweredKeyId",
    "AccessKeySecret":"answered-secret","SecurityToken":"answered-token",
    "Expiration":"2024-08-30T08:03:06Z"}"#;

fn fake() -> Arc<Fake> {
    Arc::new(Fake::default())
}

fn at(server: &Server) -> CredentialsUri {
    CredentialsUri::new(format!("{}/path?secret=query-secret", server.url()))
}

#[test]
fn t47_without_a_uri_it_is_not_configured() {
    let error_of = |provider: &CredentialsUri| error(provider, &fake());
    let unset = error_of(&CredentialsUri::from_environment());
    assert_eq!(unset.kind(), ErrorKind::NotConfigured);
    assert_eq!(*unset.cause(), Cause::missing("ALIBABA_CLOUD_CREDENTIALS_URI"));
    for wrong in
        ["", "credentials", "ftp://127.0.0.1/", "https://user@host/", "https:///", "https://h/a b"]
    {
        let error = error_of(&CredentialsUri::new(wrong));
        assert!(matches!(error.cause(), Cause::Invalid(..)), "{wrong}: {error}");
        assert_eq!(error.kind(), ErrorKind::Failed);
    }
}

#[test]
fn t48_the_documented_answer_becomes_credentials() {
    let server = Server::start(|_| Answer::json(ANSWER));
    let surroundings = fake();
    surroundings.set("ALIBABA_CLOUD_CREDENTIALS_URI", &format!("{}?a=b#fragment", server.url()));
    for (provider, path, query) in [
        (at(&server), "/path", "secret=query-secret"),
        (CredentialsUri::from_environment(), "/", "a=b"),
    ] {
        let credentials = credentials(&provider, &surroundings);
        assert_eq!(credentials.access_key_id(), "STS.AnsweredKeyId");
        assert_eq!(credentials.expires_at().unwrap().unix_seconds(), NOW + 3600);
        assert_eq!(credentials.provider().as_str(), "credentials_uri");
        for asked in server.take_asked() {
            assert_eq!(asked.method, "GET");
            assert_eq!((asked.path.as_str(), asked.query.as_str()), (path, query));
        }
    }
}

#[test]
fn t48_t49_t50_what_is_no_answer_is_an_error_without_its_text() {
    let without = |part: &str| ANSWER.replace(part, "Other");
    let with_expiration = |text: &str| ANSWER.replace("2024-08-30T08:03:06Z", text);
    for (status, body) in [
        (400, "response-secret".to_owned()),
        (500, r#"{"AccessKeySecret":"response-secret"}"#.to_owned()),
        (200, "response-secret".to_owned()),
        (200, "null".to_owned()),
        (200, "{}".to_owned()),
        (200, r#"{"AccessKeyId":"response-secret"}"#.to_owned()),
        (200, ANSWER.replace("Success", "Failed")),
        (200, without("Code")),
        (200, without("SecurityToken")),
        (200, without("Expiration")),
        (200, with_expiration("2024-08-30T07:03:06Z")),
        (200, with_expiration("2024-08-30T08:03:06")),
        (200, with_expiration("response-secret")),
    ] {
        let answer = body.clone();
        let server = Server::start(move |_| Answer::new(status, answer.clone()));
        let error = error(&at(&server), &fake());
        let text = format!("{error} {error:?}");
        for secret in ["response-secret", "answered", "query-secret", "path"] {
            assert!(!text.contains(secret), "{body}: {text}");
        }
        assert!(
            text.contains(&server.url()) || matches!(error.cause(), Cause::Expired(_)),
            "{text}"
        );
    }
}

#[test]
fn an_expiration_may_have_an_offset() {
    let body = ANSWER.replace("2024-08-30T08:03:06Z", "2024-08-30T16:03:06+08:00");
    let server = Server::start(move |_| Answer::json(body.clone()));
    let credentials = credentials(&at(&server), &fake());
    assert_eq!(credentials.expires_at().unwrap().unix_seconds(), NOW + 3600);
}

#[test]
fn t51_plain_http_is_for_this_machine_unless_it_is_allowed() {
    let surroundings = Fake::default();
    let origin = |provider: CredentialsUri| match provider.acquire(&surroundings) {
        Step::Send(request, _) => Ok(request.origin().clone()),
        Step::Done(Err(error)) => Err(error),
        step => panic!("{step:?}"),
    };
    for uri in
        ["http://credentials.example.com/", "http://localhost:8080", "http://127.0.0.1.example.com"]
    {
        let error = origin(CredentialsUri::new(uri)).unwrap_err();
        assert!(error.to_string().contains("is plain HTTP"), "{uri}: {error}");
        let allowed = CredentialsUri::new(uri).allowing_plain_http();
        assert_eq!(origin(allowed), Ok(Origin::parse(uri).unwrap()));
    }
    for uri in ["http://127.0.0.1:8080", "http://[::1]/", "https://credentials.example.com"] {
        assert_eq!(origin(CredentialsUri::new(uri)), Ok(Origin::parse(uri).unwrap()));
    }
}

/// 15 s in all. What a proxy would see is not for it, unless it is encrypted.
#[test]
fn the_limits_are_those_of_a_credentials_uri() {
    for (uri, may_use_proxy) in [("http://127.0.0.1:8080", false), ("https://example.com", true)] {
        let (provider, surroundings) = (CredentialsUri::new(uri), Fake::default());
        let (request, _) = sending(provider.acquire(&surroundings));
        let limits = request.limits();
        assert_eq!((limits.total.as_secs(), limits.may_use_proxy), (15, may_use_proxy), "{uri}");
    }
}

#[test]
fn t52_a_redirect_is_not_followed() {
    let elsewhere = Server::start(|_| Answer::json(ANSWER));
    let to = elsewhere.url();
    let server = Server::start(move |_| Answer::redirect(to.clone()));
    let error = error(&at(&server), &fake());
    assert!(
        matches!(error.cause(), Cause::Service(_, refusal) if refusal.status == 302),
        "{error}"
    );
    assert!(elsewhere.asked().is_empty());
}

#[test]
fn t53_the_cache_asks_once_for_two_calls() {
    let server = Server::start(|_| Answer::json(ANSWER));
    let surroundings = fake();
    let blocking = Blocking::new(at(&server), Ureq::new().without_proxy())
        .with_surroundings(surroundings.clone());
    let cached = Cached::new(blocking).with_clock(move || surroundings.now());
    let first = cached.provide().unwrap();
    assert_eq!(first.access_key_id(), cached.provide().unwrap().access_key_id());
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn t71_commands_and_uris_are_switched_off_together() {
    let server = Server::start(|_| Answer::json(ANSWER));
    const DISABLED: &str = "ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS";
    for value in ["1", "true", "TRUE"] {
        let surroundings = Arc::new(Fake::with_variables([(DISABLED, value)]));
        let error = error(&at(&server), &surroundings);
        assert_eq!(*error.cause(), Cause::Disabled(DISABLED.into()));
    }
    assert!(server.asked().is_empty());
}

#[test]
fn faults_are_errors() {
    for answer in [
        Answer::Cut(ANSWER.into()),
        Answer::new(200, vec![b' '; 2 << 20]),
        Answer::Raw(b"no HTTP at all\r\n\r\n".to_vec()),
    ] {
        let server = Server::start(move |_| answer.clone());
        for result in each_way(&at(&server), &fake()) {
            assert!(matches!(result.unwrap_err().cause(), Cause::Transport(..)));
        }
    }
    let error = error(&CredentialsUri::new(nobody()), &fake());
    assert!(error.to_string().ends_with("cannot be reached"), "{error}");
}
