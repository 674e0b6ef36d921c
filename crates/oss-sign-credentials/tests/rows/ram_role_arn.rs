//! RAM role ARN, and the calls of STS: rows T10 to T27.

use core::time::Duration;
use std::sync::Arc;

use oss_sign::{EndpointError, Region, Timestamp};
use oss_sign_credentials::http::{Limits, Origin};
use oss_sign_credentials::rpc::Received;
use oss_sign_credentials::sts::{
    ExternalId, InputError, RoleArn, RoleSessionName, Session, SessionDuration, SessionPolicy, Sts,
    StsEndpoint,
};
use oss_sign_credentials::{
    Cause, Credentials, Environment, Error, ErrorKind, Provider, RamRoleArn, ServiceError,
    StaticAccessKey, Step, Surroundings, System, Ureq,
};

use crate::support::{
    Answer, Asked, Fake, NOW, Server, credentials, each_way, error, nobody, sending,
};

const ROLE: &str = "acs:ram::1234567890123456:role/oss-reader";

/// Of another role, that of the account in the examples.
const ANSWER: &str = r#"{"RequestId":"6894B13B-6D71-4EF5-88FA-F32781734A7F",
    "AssumedRoleUser":{"AssumedRoleId":"344584339364951186:alice",
        "Arn":"acs:ram::1234567890123456:role/oss-reader/alice"},
    "Credentials":{"AccessKeyId":"STS.AnsweredKeyId","AccessKeySecret":"answered-secret",
        "SecurityToken":"answered-token","Expiration":"2024-08-30T08:03:06Z"}}"#;

fn fake() -> Arc<Fake> {
    Arc::new(Fake::default())
}

fn role_arn() -> RoleArn {
    RoleArn::new(ROLE).unwrap()
}

fn source() -> StaticAccessKey {
    StaticAccessKey::new("LTAI5tExampleKeyId", "example-secret").unwrap()
}

fn temporary_source() -> StaticAccessKey {
    StaticAccessKey::with_security_token("STS.ExampleKeyId", "example-secret", "ststoken").unwrap()
}

fn at(url: &str) -> Sts {
    Sts::at(StsEndpoint::parse(url).unwrap())
}

fn role_at(server: &Server) -> RamRoleArn<StaticAccessKey> {
    RamRoleArn::new(source(), role_arn()).with_sts(at(&server.url()))
}

/// As STS checks a call: who signed it, when, and what.
fn verify(asked: &Asked, signer: &StaticAccessKey) {
    let credentials = signer.acquire(&System).run(&Ureq::new(), &System).unwrap();
    let received = Received::parse(&asked.method, &asked.query, &asked.body).unwrap();
    let now = Timestamp::from_unix_seconds(NOW).unwrap();
    received.verify(&credentials, now, Duration::from_secs(900)).unwrap();
}

/// Where a provider sends its first request.
fn origin(provider: &dyn Provider, surroundings: &Fake) -> Result<Origin, Error> {
    match provider.acquire(surroundings) {
        Step::Send(request, _) => Ok(request.origin().clone()),
        Step::Done(Err(error)) => Err(error),
        step => panic!("{step:?}"),
    }
}

/// That there is no source cannot be written. That the source has nothing is an error of the source.
#[test]
fn t10_t22_an_error_of_the_source_is_passed_on_and_sts_is_not_asked() {
    let server = Server::start(|_| Answer::json(ANSWER));
    let provider = RamRoleArn::new(Environment::new(), role_arn()).with_sts(at(&server.url()));
    let error = error(&provider, &fake());
    assert_eq!(error.provider().as_str(), "ram_role_arn/env");
    assert_eq!(error.kind(), ErrorKind::Failed, "the role was configured");
    assert!(server.asked().is_empty());
}

#[test]
fn t11_the_role_is_that_of_the_environment_or_there_is_none() {
    let server = Server::start(|_| Answer::json(ANSWER));
    let provider = RamRoleArn::from_environment(source()).with_sts(at(&server.url()));
    let surroundings = fake();
    let error = error(&provider, &surroundings);
    assert_eq!(*error.cause(), Cause::missing("ALIBABA_CLOUD_ROLE_ARN"));
    assert_eq!(error.kind(), ErrorKind::NotConfigured);
    surroundings.set("ALIBABA_CLOUD_ROLE_ARN", ROLE);
    credentials(&provider, &surroundings);
    for asked in server.asked() {
        assert_eq!(asked.form("RoleArn").as_deref(), Some(ROLE));
    }
}

#[test]
fn a_role_of_the_environment_that_is_none_is_an_error() {
    let surroundings = Arc::new(Fake::with_variables([("ALIBABA_CLOUD_ROLE_ARN", "oss-reader")]));
    let error = error(&RamRoleArn::from_environment(source()), &surroundings);
    assert_eq!(*error.cause(), Cause::StsInput(InputError::RoleArn));
    assert_eq!(error.kind(), ErrorKind::Failed);
}

#[test]
fn t13_t15_the_endpoint_is_that_of_the_region() {
    let region = Region::new("cn-hangzhou").unwrap();
    for (endpoint, expected) in [
        (StsEndpoint::default(), "https://sts.aliyuncs.com"),
        (StsEndpoint::regional(&region), "https://sts.cn-hangzhou.aliyuncs.com"),
        (StsEndpoint::vpc(&region), "https://sts-vpc.cn-hangzhou.aliyuncs.com"),
    ] {
        let provider = RamRoleArn::new(source(), role_arn()).with_sts(Sts::at(endpoint));
        assert_eq!(origin(&provider, &fake()).unwrap().as_str(), expected);
    }
}

#[test]
fn t14_t15_the_endpoint_is_that_of_the_environment() {
    const VPC: &str = "ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED";
    const REGION: &str = "ALIBABA_CLOUD_STS_REGION";
    const ENDPOINT: &str = "ALIBABA_CLOUD_STS_ENDPOINT";
    for (variables, expected) in [
        (&[][..], "https://sts.aliyuncs.com"),
        (&[(REGION, "cn-shanghai")], "https://sts.cn-shanghai.aliyuncs.com"),
        (&[(REGION, "cn-shanghai"), (VPC, "true")], "https://sts-vpc.cn-shanghai.aliyuncs.com"),
        (
            &[(REGION, "cn-shanghai"), (ENDPOINT, "sts-vpc.cn-beijing.aliyuncs.com")],
            "https://sts-vpc.cn-beijing.aliyuncs.com",
        ),
    ] {
        let surroundings = Fake::with_variables(variables.iter().copied());
        let provider = RamRoleArn::new(source(), role_arn());
        assert_eq!(origin(&provider, &surroundings).unwrap().as_str(), expected);
    }
    let without_region = Fake::with_variables([(VPC, "true")]);
    let error = origin(&RamRoleArn::new(source(), role_arn()), &without_region).unwrap_err();
    assert_eq!(*error.cause(), Cause::StsInput(InputError::VpcWithoutRegion));
}

#[test]
fn t16_t24_a_refusal_is_told_without_its_text() {
    let permission = r#"{"RequestId":"784B99C1-895F-426C-8E1F-008955D418FB","HostId":"sts.aliyuncs.com",
        "Code":"NoPermission","Message":"Roles may not be assumed by secret-message."}"#;
    for (status, body, code) in [
        (400, "4xx error", None),
        (400, "{{}}", None),
        (403, permission, Some("NoPermission")),
        (400, r#"{"Code":"not a code","RequestId":"secret text"}"#, None),
    ] {
        let server = Server::start(move |_| Answer::new(status, body));
        let error = error(&role_at(&server), &fake());
        let Cause::Service(origin, ServiceError { status: actual, code: actual_code, .. }) =
            error.cause()
        else {
            panic!("{error}")
        };
        assert_eq!(origin.as_str(), server.url());
        assert_eq!((*actual, actual_code.as_deref()), (status, code));
        let text = format!("{error} {error:?}");
        assert!(!text.contains("secret") && !text.contains("4xx"), "{text}");
    }
}

#[test]
fn t17_an_answer_that_is_not_the_documented_one_is_an_error() {
    for (body, expected) in [
        ("invalid json", "is not the documented JSON"),
        ("null", "is not the documented JSON"),
        ("<html>secret</html>", "is not the documented JSON"),
        ("{}", "has no Credentials"),
        (r#"{"Credentials":null}"#, "has no Credentials"),
        (r#"{"Credentials":{}}"#, "has no AccessKeyId"),
        (r#"{"Credentials":{"AccessKeyId":"id"}}"#, "has no AccessKeySecret"),
        (
            r#"{"Credentials":{"AccessKeyId":"id","AccessKeySecret":"secret"}}"#,
            "has no SecurityToken",
        ),
    ] {
        let server = Server::start(move |_| Answer::json(body));
        let error = error(&role_at(&server), &fake());
        let expected = Cause::Answer(Origin::parse(&server.url()).unwrap(), expected.into());
        assert_eq!(*error.cause(), expected, "{body}");
    }
}

#[test]
fn t18_the_four_fields_of_an_answer_become_credentials() {
    let server = Server::start(|_| Answer::json(ANSWER));
    let credentials = credentials(&role_at(&server), &fake());
    assert_eq!(credentials.access_key_id(), "STS.AnsweredKeyId");
    assert_eq!(credentials.access_key_secret(), "answered-secret");
    assert_eq!(credentials.security_token(), Some("answered-token"));
    assert_eq!(credentials.expires_at(), Timestamp::from_unix_seconds(NOW + 3600).ok());
    assert_eq!(credentials.provider().as_str(), "ram_role_arn/static_ak");
}

/// All but action, version and format is in the body, so that no log of URLs has it.
#[test]
fn t19_everything_that_was_given_is_signed_and_sent() {
    let server = Server::start(|_| Answer::json(ANSWER));
    let policy = r#"{"Version": "1", "Statement": []}"#;
    let session = Session::new()
        .with_name(RoleSessionName::new("rsn").unwrap())
        .with_duration(SessionDuration::from_seconds(1000).unwrap())
        .with_policy(SessionPolicy::new(policy).unwrap());
    let provider = RamRoleArn::new(temporary_source(), role_arn())
        .with_session(session)
        .with_external_id(ExternalId::new("external+id").unwrap())
        .with_sts(at(&server.url()));
    credentials(&provider, &fake());
    for asked in server.asked() {
        assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/"));
        assert_eq!(asked.query, "Action=AssumeRole&Version=2015-04-01&Format=JSON");
        assert_eq!(asked.header("content-type"), Some("application/x-www-form-urlencoded"));
        for (name, value) in [
            ("RoleArn", ROLE),
            ("RoleSessionName", "rsn"),
            ("DurationSeconds", "1000"),
            ("Policy", policy),
            ("ExternalId", "external+id"),
            ("SecurityToken", "ststoken"),
        ] {
            assert_eq!(asked.form(name).as_deref(), Some(value), "{name}");
        }
        verify(&asked, &temporary_source());
    }
}

#[test]
fn what_was_not_given_is_not_sent() {
    let server = Server::start(|_| Answer::json(ANSWER));
    credentials(&role_at(&server), &fake());
    for asked in server.asked() {
        for name in ["Policy", "ExternalId", "SecurityToken"] {
            assert_eq!(asked.form(name), None, "{name}");
        }
        assert_eq!(asked.form("RoleSessionName").as_deref(), Some("oss-sign"));
        assert_eq!(asked.form("DurationSeconds").as_deref(), Some("3600"));
        verify(&asked, &source());
    }
}

#[test]
fn the_session_is_called_as_the_environment_says_unless_it_was_given_a_name() {
    let server = Server::start(|_| Answer::json(ANSWER));
    let surroundings = Fake::with_variables([("ALIBABA_CLOUD_ROLE_SESSION_NAME", "of-env")]);
    let surroundings = Arc::new(surroundings);
    let named = Session::new().with_name(RoleSessionName::new("of-code").unwrap());
    for (provider, expected) in
        [(role_at(&server), "of-env"), (role_at(&server).with_session(named), "of-code")]
    {
        credentials(&provider, &surroundings);
        for asked in server.take_asked() {
            assert_eq!(asked.form("RoleSessionName").as_deref(), Some(expected));
        }
    }
}

#[test]
fn t20_an_expiration_that_is_none_or_over_is_an_error() {
    for (expiration, expected) in [
        ("invalidexpiration", None),
        ("2024-08-30T08:03:06", None),
        ("2024-08-30T07:03:06Z", Some(NOW)),
        ("2015-04-09T11:52:19Z", Some(1_428_580_339)),
    ] {
        let body = ANSWER.replace("2024-08-30T08:03:06Z", expiration);
        let server = Server::start(move |_| Answer::json(body.clone()));
        let error = error(&role_at(&server), &fake());
        match expected {
            Some(seconds) => {
                let expiry = Timestamp::from_unix_seconds(seconds).unwrap();
                assert_eq!(*error.cause(), Cause::Expired(expiry));
            }
            None => assert!(matches!(error.cause(), Cause::Answer(..)), "{error}"),
        }
    }
}

#[test]
fn t21_roles_are_chained() {
    let server = Server::start(|asked| {
        let id = match asked.form("RoleArn").as_deref() {
            Some(ROLE) => "STS.First",
            _ => "STS.Second",
        };
        Answer::json(ANSWER.replace("STS.AnsweredKeyId", id))
    });
    let second = RoleArn::new("acs:ram::6543210987654321:role/second").unwrap();
    let provider = RamRoleArn::new(role_at(&server), second).with_sts(at(&server.url()));
    let credentials = credentials(&provider, &fake());
    assert_eq!(credentials.access_key_id(), "STS.Second");
    assert_eq!(credentials.provider().as_str(), "ram_role_arn/ram_role_arn/static_ak");
    let first =
        StaticAccessKey::with_security_token("STS.First", "answered-secret", "answered-token");
    for hops in server.asked().chunks(2) {
        verify(&hops[0], &source());
        verify(&hops[1], first.as_ref().unwrap());
    }
}

#[test]
fn t25_an_endpoint_is_a_host_or_an_origin() {
    for text in [
        "sts-vpc.cn-hangzhou.aliyuncs.com",
        "  https://sts-vpc.cn-hangzhou.aliyuncs.com/  ",
        "HTTPS://STS-VPC.cn-hangzhou.aliyuncs.com",
    ] {
        let endpoint = StsEndpoint::parse(text).unwrap();
        assert_eq!(
            endpoint.origin().as_str(),
            "https://sts-vpc.cn-hangzhou.aliyuncs.com",
            "{text}"
        );
    }
}

/// 5 s to connect and 10 s in all, unless they are given.
#[test]
fn the_limits_are_those_of_sts() {
    let mut short = Limits::default();
    short.total = Duration::from_secs(3);
    for (sts, total) in [(at(&nobody()), 10), (at(&nobody()).with_limits(short), 3)] {
        let (provider, fake) = (RamRoleArn::new(source(), role_arn()).with_sts(sts), fake());
        let (request, _) = sending(provider.acquire(&*fake));
        let limits = request.limits();
        assert_eq!((limits.connect.as_secs(), limits.total.as_secs()), (5, total));
    }
}

#[test]
fn t26_an_endpoint_that_leads_elsewhere_is_refused() {
    for (text, expected) in [
        (
            "https://sts.aliyuncs.com@attacker.example",
            InputError::Endpoint(EndpointError::UserInfo),
        ),
        ("https://sts.aliyuncs.com/path", InputError::Endpoint(EndpointError::Path)),
        ("https://sts.aliyuncs.com?query", InputError::Endpoint(EndpointError::Path)),
        ("https://sts.aliyuncs.com#fragment", InputError::Endpoint(EndpointError::Path)),
        ("ftp://sts.aliyuncs.com", InputError::Endpoint(EndpointError::Scheme)),
        ("http://sts.aliyuncs.com", InputError::PlainHttp),
        ("http://localhost:8080", InputError::PlainHttp),
        ("oss-cn-hangzhou.aliyuncs.com", InputError::OssEndpoint),
    ] {
        assert_eq!(StsEndpoint::parse(text), Err(expected), "{text}");
    }
    let hostile = "cn-hangzhou.aliyuncs.com@attacker.example/escape";
    let surroundings = Fake::with_variables([("ALIBABA_CLOUD_STS_REGION", hostile)]);
    let error = origin(&RamRoleArn::new(source(), role_arn()), &surroundings).unwrap_err();
    assert_eq!(*error.cause(), Cause::invalid("ALIBABA_CLOUD_STS_REGION", "is not a region ID"));
}

#[test]
fn t27_an_endpoint_that_is_given_is_asked_whatever_the_environment_says() {
    let server = Server::start(|_| Answer::json(ANSWER));
    let surroundings = Arc::new(Fake::with_variables([
        ("ALIBABA_CLOUD_STS_REGION", "cn-hangzhou.aliyuncs.com@attacker.example/escape"),
        ("ALIBABA_CLOUD_STS_ENDPOINT", "attacker.example/escape"),
    ]));
    credentials(&role_at(&server), &surroundings);
    assert_eq!(server.asked().len(), 2);
}

#[test]
fn what_fails_for_a_moment_is_tried_again_with_another_nonce_and_time() {
    let throttled = r#"{"Code":"Throttling.User","Message":"flow control"}"#;
    for first in [
        Answer::new(500, "oops"),
        Answer::new(503, ""),
        Answer::new(400, throttled),
        Answer::Cut(vec![b'{'; 9]),
    ] {
        let server = Server::answering([first, Answer::json(ANSWER)]);
        let surroundings = fake();
        let provider = role_at(&server);
        let step = provider.acquire(&*surroundings);
        step.run(&Ureq::new().without_proxy(), &*surroundings).unwrap();
        let asked = server.asked();
        assert_eq!(asked.len(), 2);
        assert_ne!(asked[0].form("SignatureNonce"), asked[1].form("SignatureNonce"));
        asked.iter().for_each(|asked| verify(asked, &source()));
        assert_eq!(surroundings.waited().len(), 1);
    }
}

#[test]
fn a_call_is_tried_three_times_and_waits_longer_each_time() {
    let server = Server::start(|_| Answer::new(500, ""));
    let surroundings = fake();
    let error = error(&role_at(&server), &surroundings);
    assert!(
        matches!(error.cause(), Cause::Service(_, refusal) if refusal.status == 500),
        "{error}"
    );
    assert_eq!(server.asked().len(), 6, "three each way");
    let [first, second, ..] = surroundings.waited()[..] else { panic!() };
    assert!(first < second && second < Duration::from_secs(1), "{first:?} {second:?}");
}

#[test]
fn what_will_not_change_is_not_tried_again() {
    for answer in [
        Answer::new(400, r#"{"Code":"SignatureDoesNotMatch"}"#),
        Answer::new(403, ""),
        Answer::redirect("http://127.0.0.1:1/"),
        Answer::json("{}"),
        Answer::new(200, vec![b' '; 2 << 20]),
    ] {
        let server = Server::answering([answer]);
        for result in each_way(&role_at(&server), &fake()) {
            result.unwrap_err();
        }
        assert_eq!(server.asked().len(), 2, "once each way");
    }
}

#[test]
fn where_nobody_answers_the_error_says_where() {
    let url = nobody();
    let provider = RamRoleArn::new(source(), role_arn()).with_sts(at(&url));
    let error = error(&provider, &fake());
    assert_eq!(error.to_string(), format!("ram_role_arn: {url} cannot be reached"));
}

/// The questions of the STS guide, each with its answer.
#[test]
fn every_refusal_of_the_guide_has_its_remedy() {
    for (code, remedy) in [
        ("NoPermission", "the AccessKey LTAI…eyId is that of an account"),
        ("InvalidParameter.DurationSeconds", "3600 s were asked for"),
        ("InvalidParameter.PolicyGrammar", "check the session policy"),
        ("InvalidParameter.PolicySize", "make the session policy smaller"),
        ("EntityNotExist.Role", "create acs:ram::1234567890123456:role/oss-reader"),
        ("InvalidAccessKeyId.NotFound", "the AccessKey LTAI…eyId is deleted"),
        ("InvalidAccessKeyId.Inactive", "disabled"),
        ("SignatureDoesNotMatch", "the call was changed on its way"),
        (
            "InvalidTimeStamp.Expired",
            "set the clock: here it is 2024-08-30T07:03:06Z, and at STS 2024-08-30T08:03:06Z, 3600 s off",
        ),
        ("MissingSecurityToken", "give its security token"),
        ("InvalidSecurityToken.Expired", "these expired"),
        ("InvalidSecurityToken.Malformed", "must come from one answer of STS"),
        ("InvalidSecurityToken.MismatchWithAccessKey", "must come from one answer of STS"),
        ("Throttling.User", "share one cached provider"),
    ] {
        let body = format!(r#"{{"Code":"{code}","Message":"m","RequestId":"R-1"}}"#);
        let date = "Fri, 30 Aug 2024 08:03:06 GMT".to_owned();
        let server = Server::start(move |_| {
            Answer::Whole(400, vec![("date", date.clone())], body.clone().into())
        });
        let error = error(&role_at(&server), &fake());
        assert!(
            error.to_string().contains(&format!("HTTP 400 {code} (request ID R-1)")),
            "{error}"
        );
        assert!(error.remedy().unwrap().contains(remedy), "{error}");
    }
}

#[test]
fn a_refusal_that_the_guide_has_not_is_told_without_a_remedy() {
    for body in [r#"{"Code":"Unheard.Of","Message":"m"}"#, "<html>no EC of OSS</html>"] {
        let server = Server::answering([Answer::new(400, body)]);
        assert_eq!(error(&role_at(&server), &fake()).remedy(), None);
    }
}

#[test]
fn an_access_key_id_is_told_by_its_ends_if_it_is_long_enough_to_hide_something() {
    let body = r#"{"Code":"InvalidAccessKeyId.NotFound"}"#;
    for (id, said) in [("LTAI.Example", "LTAI…mple"), ("LTAI.Short7", "in use")] {
        let server = Server::answering([Answer::new(404, body)]);
        let source = StaticAccessKey::new(id, "example-secret").unwrap();
        let provider = RamRoleArn::new(source, role_arn()).with_sts(at(&server.url()));
        let error = error(&provider, &fake());
        let remedy = error.remedy().unwrap();
        assert!(remedy.starts_with(&format!("the AccessKey {said} is deleted")), "{remedy}");
    }
}

/// STS says what it signed: if that is what was signed here, the secret is the wrong one.
#[test]
fn a_wrong_secret_is_told_from_a_call_that_was_changed() {
    let server = Server::start(|asked| {
        let received = Received::parse(&asked.method, &asked.query, &asked.body).unwrap();
        let message = format!(
            "Specified signature is not matched with our calculation. server string to sign is:{}",
            *received.string_to_sign()
        );
        Answer::new(400, format!(r#"{{"Code":"SignatureDoesNotMatch","Message":"{message}"}}"#))
    });
    let provider = RamRoleArn::new(temporary_source(), role_arn()).with_sts(at(&server.url()));
    let error = error(&provider, &fake());
    assert!(error.remedy().unwrap().starts_with("the AccessKey secret is not that of"), "{error}");
    let text = format!("{error} {error:?}");
    assert!(!text.contains("POST&") && !text.contains("ststoken"), "{text}");
}

#[test]
fn an_endpoint_of_oss_behind_another_name_is_recognized() {
    let body =
        "<?xml version=\"1.0\"?><Error><Code>InvalidArgument</Code><EC>0017-00000001</EC></Error>";
    let server = Server::start(move |_| Answer::new(400, body));
    let error = error(&role_at(&server), &fake());
    assert!(error.remedy().unwrap().starts_with("that is an endpoint of OSS"), "{error}");
}

#[test]
fn a_server_hands_out_a_session_and_knows_whose_it_is() {
    let server = Server::start(|asked| match asked.query("Action").as_deref() {
        Some("AssumeRole") => Answer::json(ANSWER),
        _ => Answer::json(
            r#"{"IdentityType":"RAMUser","AccountId":"1234567890123456","RequestId":"R-1",
                "PrincipalId":"20","UserId":"20","Arn":"acs:ram::1234567890123456:user/alice"}"#,
        ),
    });
    let (sts, ureq) = (at(&server.url()), Ureq::new().without_proxy());
    let surroundings = Fake::default();
    let server_credentials: Credentials =
        source().acquire(&surroundings).run(&ureq, &surroundings).unwrap();

    let call = oss_sign_credentials::sts::AssumeRole::new(role_arn());
    let step = sts.assume_role(&call, &server_credentials, &surroundings);
    let role = step.run(&ureq, &surroundings).unwrap();
    assert_eq!(role.arn(), Some("acs:ram::1234567890123456:role/oss-reader/alice"));
    assert_eq!(role.request_id(), Some("6894B13B-6D71-4EF5-88FA-F32781734A7F"));
    assert_eq!(role.credentials().access_key_id(), "STS.AnsweredKeyId");

    let step = sts.get_caller_identity(&server_credentials, &surroundings);
    let identity = step.run(&ureq, &surroundings).unwrap();
    assert_eq!(identity.identity_type, "RAMUser");
    assert_eq!(identity.arn, "acs:ram::1234567890123456:user/alice");
    server.asked().iter().for_each(|asked| verify(asked, &source()));
}

/// The clock stands still in a test; the time is that of the surroundings, and not of the process.
#[test]
fn t23_a_call_is_signed_at_the_time_of_the_surroundings() {
    let server = Server::start(|_| Answer::json(ANSWER));
    let surroundings = fake();
    surroundings.advance(60);
    credentials(&role_at(&server), &surroundings);
    assert_eq!(surroundings.now().unix_seconds(), NOW + 60);
    for asked in server.asked() {
        assert_eq!(asked.form("Timestamp").as_deref(), Some("2024-08-30T07:04:06Z"));
    }
}
