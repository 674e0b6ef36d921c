//! ECS RAM role: rows T35 to T46.

use std::sync::Arc;

use oss_sign_credentials::http::{AsyncTransport, Origin, TransportError};
use oss_sign_credentials::{
    Blocking, Cached, Cause, EcsRamRole, ErrorKind, ProvideCredentials, Provider, Reqwest, Step,
    Surroundings, Ureq,
};

use crate::support::{
    Answer, Asked, Fake, NOW, Server, block_on, credentials, each_way, error, nobody, sending,
};

const TOKEN: &str = "x-aliyun-ecs-metadata-token";
const ROLES: &str = "/latest/meta-data/ram/security-credentials/";

const ANSWER: &str = r#"{"AccessKeyId":"STS.AnsweredKeyId","AccessKeySecret":"answered-secret",
    "Expiration":"2024-08-30T13:03:06Z","SecurityToken":"answered-token",
    "LastUpdated":"2024-08-30T07:03:06Z","Code":"Success"}"#;

/// The three requests of the metadata service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Request {
    Token,
    RoleName,
    Credentials,
}

impl Request {
    fn of(asked: &Asked) -> Self {
        match (asked.method.as_str(), asked.path.as_str()) {
            ("PUT", "/latest/api/token") => Self::Token,
            ("GET", ROLES) => Self::RoleName,
            ("GET", path) if path.starts_with(ROLES) => Self::Credentials,
            _ => panic!("{asked:?}"),
        }
    }

    fn well_answered(self) -> Answer {
        match self {
            Self::Token => Answer::new(200, "example-metadata-token"),
            Self::RoleName => Answer::new(200, "oss-reader\n"),
            Self::Credentials => Answer::json(ANSWER),
        }
    }
}

fn fake() -> Arc<Fake> {
    Arc::new(Fake::default())
}

fn at(server: &Server) -> EcsRamRole {
    EcsRamRole::new().at(Origin::parse(&server.url()).unwrap())
}

/// A metadata service that answers well, but where `instead` has something.
fn service(instead: impl Fn(Request, &Asked) -> Option<Answer> + Send + Sync + 'static) -> Server {
    Server::start(move |asked| {
        let request = Request::of(asked);
        instead(request, asked).unwrap_or_else(|| request.well_answered())
    })
}

/// The requests of one run, and whether they had a token.
fn run(server: &Server, provider: &EcsRamRole) -> Vec<(Request, bool)> {
    let surroundings = Fake::default();
    let step = provider.acquire(&surroundings);
    let _ = step.run(&Ureq::new().without_proxy(), &surroundings);
    let asked = server.take_asked();
    asked.iter().map(|asked| (Request::of(asked), asked.header(TOKEN).is_some())).collect()
}

#[test]
fn the_hardened_mode_has_a_token_for_every_request() {
    let server = service(|_, _| None);
    let credentials = credentials(&at(&server), &fake());
    assert_eq!(credentials.access_key_id(), "STS.AnsweredKeyId");
    assert_eq!(credentials.security_token(), Some("answered-token"));
    assert_eq!(credentials.expires_at().unwrap().unix_seconds(), NOW + 6 * 3600);
    assert_eq!(credentials.provider().as_str(), "ecs_ram_role");
    for asked in server.take_asked() {
        let token = (Request::of(&asked) != Request::Token).then_some("example-metadata-token");
        assert_eq!(asked.header(TOKEN), token);
        if token.is_none() {
            let seconds = asked.header("x-aliyun-ecs-metadata-token-ttl-seconds");
            assert_eq!(seconds, Some("21600"));
        }
    }
    assert_eq!(
        run(&server, &at(&server)),
        [(Request::Token, false), (Request::RoleName, true), (Request::Credentials, true)]
    );
}

#[test]
fn t35_the_role_that_is_given_wins_over_that_of_the_environment() {
    let server = service(|_, _| None);
    let surroundings = Arc::new(Fake::with_variables([("ALIBABA_CLOUD_ECS_METADATA", "of-env")]));
    for (provider, expected) in
        [(at(&server), "of-env"), (at(&server).with_role_name("of-code"), "of-code")]
    {
        credentials(&provider, &surroundings);
        let asked = server.take_asked();
        assert_eq!(asked.len(), 4, "a token and the credentials, each way");
        assert_eq!(asked[1].path, format!("{ROLES}{expected}"));
    }
}

#[test]
fn t35_the_environment_switches_the_normal_mode_off_and_all_of_it() {
    let server = service(|request, _| (request == Request::Token).then(|| Answer::new(403, "")));
    for value in ["True", "true", "1"] {
        let surroundings =
            Arc::new(Fake::with_variables([("ALIBABA_CLOUD_IMDSV1_DISABLED", value)]));
        assert_eq!(error(&at(&server), &surroundings).kind(), ErrorKind::Failed);
        assert_eq!(server.take_asked().len(), 2, "the token alone, each way");

        let disabled = "ALIBABA_CLOUD_ECS_METADATA_DISABLED";
        let surroundings = Arc::new(Fake::with_variables([(disabled, value)]));
        let error = error(&at(&server).with_role_name("oss-reader"), &surroundings);
        assert_eq!(*error.cause(), Cause::Disabled(disabled.into()));
        assert_eq!(error.kind(), ErrorKind::NotConfigured);
        assert!(server.take_asked().is_empty());
    }
    let unclear = Arc::new(Fake::with_variables([("ALIBABA_CLOUD_IMDSV1_DISABLED", "maybe")]));
    assert_eq!(error(&at(&server), &unclear).kind(), ErrorKind::Failed);
}

#[test]
fn t36_the_name_of_the_role_is_found_or_there_is_an_error() {
    for status in [400, 500] {
        let server = service(move |request, _| {
            (request == Request::RoleName).then(|| Answer::new(status, "secret"))
        });
        let error = error(&at(&server), &fake());
        assert!(matches!(error.cause(), Cause::Service(_, refusal) if refusal.status == status));
        assert_eq!(error.kind(), ErrorKind::Failed);
        assert!(!error.to_string().contains("secret"), "{error}");
    }
    let server =
        service(|request, _| (request == Request::RoleName).then(|| Answer::Cut(vec![b'a'; 9])));
    for result in each_way(&at(&server), &fake()) {
        assert!(matches!(result.unwrap_err().cause(), Cause::Transport(..)));
    }
}

#[test]
fn without_an_attached_role_it_is_not_configured() {
    let server = service(|request, _| {
        (request == Request::RoleName).then(|| Answer::new(404, "<html>404</html>"))
    });
    let error = error(&at(&server), &fake());
    assert_eq!(error.kind(), ErrorKind::NotConfigured);
    assert_eq!(error.remedy(), Some("no RAM role is attached to this instance"));
}

#[test]
fn a_role_that_is_not_attached_is_an_error() {
    let server =
        service(|request, _| (request == Request::Credentials).then(|| Answer::new(404, "")));
    let error = error(&at(&server).with_role_name("another"), &fake());
    assert_eq!(error.kind(), ErrorKind::Failed);
    assert!(error.remedy().unwrap().starts_with("no role of this name"), "{error}");
    let server =
        service(|request, _| (request == Request::Credentials).then(|| Answer::new(500, "")));
    let failing = crate::support::error(&at(&server).with_role_name("oss-reader"), &fake());
    assert_eq!(failing.remedy(), None);
}

#[test]
fn t37_credentials_that_are_none_are_errors() {
    for (body, expected) in [
        ("secret text", "is not the documented JSON"),
        ("null", "is not the documented JSON"),
        ("{}", "does not say that it is a success"),
        (r#"{"Code":"Failed","AccessKeyId":"secret"}"#, "does not say that it is a success"),
        (r#"{"Code":"Success","AccessKeyId":"id"}"#, "has no AccessKeySecret"),
        (
            r#"{"Code":"Success","AccessKeyId":"id","AccessKeySecret":"s","SecurityToken":"t"}"#,
            "has no Expiration",
        ),
    ] {
        let server = service(move |request, _| {
            (request == Request::Credentials).then(|| Answer::json(body))
        });
        let error = error(&at(&server), &fake());
        let expected = Cause::Answer(Origin::parse(&server.url()).unwrap(), expected.into());
        assert_eq!(*error.cause(), expected, "{body}");
    }
}

#[test]
fn t38_in_the_hardened_mode_alone_a_token_is_needed() {
    for answer in [Answer::new(404, ""), Answer::new(200, ""), Answer::new(200, "two words")] {
        let server = service(move |request, _| (request == Request::Token).then(|| answer.clone()));
        let provider = at(&server).without_normal_mode();
        assert_eq!(error(&provider, &fake()).kind(), ErrorKind::Failed);
        assert_eq!(server.take_asked().len(), 2);
    }
    let server = service(|_, _| None);
    let asked = run(&server, &at(&server).without_normal_mode().with_role_name("oss-reader"));
    assert_eq!(asked, [(Request::Token, false), (Request::Credentials, true)]);
}

#[test]
fn t39_without_a_token_the_normal_mode_is_tried() {
    for answer in
        [Answer::new(403, ""), Answer::new(404, ""), Answer::new(500, ""), Answer::new(200, "")]
    {
        let server = service(move |request, _| (request == Request::Token).then(|| answer.clone()));
        credentials(&at(&server), &fake());
        server.take_asked();
        assert_eq!(
            run(&server, &at(&server)),
            [(Request::Token, false), (Request::RoleName, false), (Request::Credentials, false)]
        );
    }
}

#[test]
fn t39_the_normal_mode_is_not_tried_where_nobody_answers() {
    let (provider, surroundings) = (EcsRamRole::new(), Fake::default());
    let tries_again = |error: TransportError| {
        let (_, then) = sending(provider.acquire(&surroundings));
        matches!(then(Err(error)), Step::Send(..))
    };
    for error in [TransportError::Unreachable, TransportError::UnknownHost] {
        assert!(!tries_again(error), "{error}");
    }
    assert!(tries_again(TransportError::TimedOut));
}

/// A server that refuses this request if it has a token.
fn refusing_tokens(refused: Request, status: u16) -> Server {
    service(move |request, asked| {
        (request == refused && asked.header(TOKEN).is_some()).then(|| Answer::new(status, ""))
    })
}

#[test]
fn t40_credentials_that_are_refused_with_a_token_are_asked_for_once_without() {
    for status in [404, 500] {
        let server = refusing_tokens(Request::Credentials, status);
        let provider = at(&server).with_role_name("oss-reader");
        credentials(&provider, &fake());
        server.take_asked();
        assert_eq!(
            run(&server, &provider),
            [(Request::Token, false), (Request::Credentials, true), (Request::Credentials, false)]
        );
    }
}

#[test]
fn t41_but_not_where_the_normal_mode_is_forbidden() {
    let server = refusing_tokens(Request::Credentials, 500);
    let provider = at(&server).with_role_name("oss-reader").without_normal_mode();
    assert_eq!(error(&provider, &fake()).kind(), ErrorKind::Failed);
    server.take_asked();
    assert_eq!(run(&server, &provider), [(Request::Token, false), (Request::Credentials, true)]);
}

#[test]
fn t42_a_role_name_that_is_refused_with_a_token_is_asked_for_once_without() {
    let server = refusing_tokens(Request::RoleName, 404);
    credentials(&at(&server), &fake());
    server.take_asked();
    assert_eq!(
        run(&server, &at(&server)),
        [
            (Request::Token, false),
            (Request::RoleName, true),
            (Request::RoleName, false),
            (Request::Credentials, true)
        ]
    );
}

#[test]
fn t43_a_future_that_was_dropped_asks_nothing() {
    let server = service(|_, _| None);
    let surroundings: Arc<dyn Surroundings> = fake();
    let (provider, reqwest) = (at(&server), Reqwest::new().without_proxy());
    drop(provider.acquire(&*surroundings).run_async(&reqwest, &surroundings));
    assert!(server.asked().is_empty());
}

#[test]
fn t44_neither_a_proxy_nor_a_redirect_is_followed() {
    let elsewhere = service(|_, _| None);
    let to = elsewhere.url();
    let server = service(move |request, _| {
        (request != Request::Token).then(|| Answer::redirect(format!("{to}{ROLES}x")))
    });
    let surroundings = fake();
    let there: Arc<dyn Surroundings> = surroundings.clone();
    let provider = at(&server);
    let (ureq, reqwest) =
        (Ureq::new().with_proxy(elsewhere.url()), Reqwest::new().with_proxy(elsewhere.url()));
    let asynchronous: &dyn AsyncTransport = &reqwest;
    for result in [
        provider.acquire(&*surroundings).run(&ureq, &*surroundings),
        block_on(provider.acquire(&*there).run_async(asynchronous, &there)),
    ] {
        let error = result.unwrap_err();
        assert!(
            matches!(error.cause(), Cause::Service(_, refusal) if refusal.status == 302),
            "{error}"
        );
    }
    assert!(elsewhere.asked().is_empty());
    assert!(!server.asked().is_empty());
}

#[test]
fn t45_a_role_name_that_would_lead_elsewhere_is_refused() {
    for name in ["", "a/b", "a\\b", "..", "a\nb", "a b", "<html>"] {
        let body = name.to_owned();
        let server = service(move |request, _| {
            (request == Request::RoleName).then(|| Answer::new(200, body.clone()))
        });
        if name == "<html>" {
            // Strange, but of no harm: it is encoded.
            credentials(&at(&server), &fake());
            assert_eq!(server.asked()[2].path, format!("{ROLES}%3Chtml%3E"));
            continue;
        }
        let error = error(&at(&server), &fake());
        assert!(matches!(error.cause(), Cause::Answer(..)), "{name:?}: {error}");
        let of_code = at(&server).with_role_name(name);
        server.take_asked();
        assert_eq!(
            each_way(&of_code, &fake()).map(|result| result.unwrap_err().kind()),
            [ErrorKind::Failed; 2]
        );
        assert!(server.asked().is_empty());
    }
}

#[test]
fn t46_the_cache_asks_again_when_the_credentials_are_nearly_over() {
    let server = service(|_, _| None);
    let surroundings = fake();
    let blocking = Blocking::new(at(&server), Ureq::new().without_proxy())
        .with_surroundings(surroundings.clone());
    let clock = surroundings.clone();
    let cached = Cached::new(blocking).with_clock(move || clock.now());
    for (advance, asked) in [(0, 3), (60, 0), (6 * 3600 - 120, 3)] {
        surroundings.advance(advance);
        let _ = cached.provide();
        assert_eq!(server.take_asked().len(), asked, "after {advance} s more");
    }
}

#[test]
fn off_ecs_it_is_not_configured_unless_a_role_was_named() {
    let origin = Origin::parse(&nobody()).unwrap();
    let provider = EcsRamRole::new().at(origin);
    let error_of = |provider: &EcsRamRole| error(provider, &fake());
    let unnamed = error_of(&provider);
    assert_eq!(unnamed.kind(), ErrorKind::NotConfigured);
    assert!(unnamed.remedy().unwrap().contains("ALIBABA_CLOUD_ECS_METADATA_DISABLED"));
    assert_eq!(error_of(&provider.with_role_name("oss-reader")).kind(), ErrorKind::Failed);
}

/// 1 s to connect, 2 s in all: a container whose network swallows packets waits no longer.
#[test]
fn the_limits_are_those_of_the_metadata_service() {
    let surroundings = Fake::default();
    let provider = EcsRamRole::new();
    let (request, _) = sending(provider.acquire(&surroundings));
    assert_eq!(request.origin().as_str(), "http://100.100.100.200");
    let limits = request.limits();
    assert_eq!((limits.connect.as_secs(), limits.total.as_secs()), (1, 2));
    assert_eq!(limits.answer_bytes, 1 << 20);
    assert!(!limits.may_use_proxy);
}

#[test]
fn an_answer_of_2_mib_and_one_that_breaks_off_are_errors() {
    for answer in [Answer::new(200, vec![b' '; 2 << 20]), Answer::Cut(ANSWER.into())] {
        let server =
            service(move |request, _| (request == Request::Credentials).then(|| answer.clone()));
        for result in each_way(&at(&server), &fake()) {
            assert!(matches!(result.unwrap_err().cause(), Cause::Transport(..)));
        }
    }
}
