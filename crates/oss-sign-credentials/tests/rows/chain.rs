//! Chains: rows T68, T69 and T86 to T89.

use core::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use oss_sign_credentials::{
    Cause, Chain, Credentials, DefaultChain, Error, ErrorKind, Provider, ProviderName, Source,
    Step, Surroundings,
};

use crate::support::{Answer, Fake, Server, credentials, each_way, error, sending};

/// A provider that does what it is told, and counts.
#[derive(Clone, Debug)]
struct Told {
    outcome: Arc<Mutex<Result<&'static str, ErrorKind>>>,
    calls: Arc<AtomicUsize>,
}

const TEST: ProviderName = ProviderName::new("test");

impl Told {
    fn to(outcome: Result<&'static str, ErrorKind>) -> Self {
        Self { outcome: Arc::new(Mutex::new(outcome)), calls: Arc::default() }
    }

    fn now(&self, outcome: Result<&'static str, ErrorKind>) {
        *self.outcome.lock().unwrap() = outcome;
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

impl Provider for Told {
    fn name(&self) -> ProviderName {
        TEST
    }

    fn acquire<'s>(&self, _: &'s dyn Surroundings) -> Step<'s, Credentials> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        Step::Done(match *self.outcome.lock().unwrap() {
            Ok(id) => Ok(Credentials::new(id, "secret", None).unwrap().with_provider(TEST)),
            Err(ErrorKind::NotConfigured) => {
                Err(Error::not_configured(TEST, Cause::missing("a setting")))
            }
            Err(ErrorKind::Failed) => Err(Error::failed(TEST, Cause::Disabled("a fault".into()))),
        })
    }
}

const ALIBABA_CLOUD: [(&str, &str); 2] = [
    ("ALIBABA_CLOUD_ACCESS_KEY_ID", "alibaba-cloud"),
    ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret"),
];

const NOT_CONFIGURED: Result<&str, ErrorKind> = Err(ErrorKind::NotConfigured);
const FAILED: Result<&str, ErrorKind> = Err(ErrorKind::Failed);

fn fake() -> Arc<Fake> {
    Arc::new(Fake::default())
}

#[test]
fn t86_nobody_is_configured_and_each_says_why_on_a_line_of_its_own() {
    let error = error(&DefaultChain::new(), &fake());
    assert_eq!(error.kind(), ErrorKind::NotConfigured);
    let text = error.to_string();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines.len(), 8, "{text}");
    for (line, said) in lines.iter().zip([
        "default: no provider has credentials",
        "  env: OSS_ACCESS_KEY_ID",
        "  env: ALIBABA_CLOUD_ACCESS_KEY_ID",
        "  oidc_role_arn: ALIBABA_CLOUD_OIDC_PROVIDER_ARN",
        "  cli_profile: ",
        "  profile: ",
        "  credentials_uri: ALIBABA_CLOUD_CREDENTIALS_URI",
        "  ecs_ram_role: ALIBABA_CLOUD_ECS_METADATA",
    ]) {
        assert!(line.starts_with(said), "{line}");
    }
}

#[test]
fn t86_the_winner_is_named_and_its_later_failure_is_the_chains() {
    let (first, second) = (Told::to(NOT_CONFIGURED), Told::to(Ok("id")));
    let chain = Chain::new().or(first.clone()).or(second.clone());
    assert_eq!(credentials(&chain, &fake()).provider().as_str(), "chain/test");
    second.now(NOT_CONFIGURED);
    first.now(Ok("somebody-else"));
    let error = error(&chain, &fake());
    assert_eq!(error.to_string(), "chain/test: a setting is not set");
}

#[test]
fn t87_the_winner_alone_is_asked_again_unless_the_chain_has_no_memory() {
    for (chain, asked) in [(Chain::new(), 1), (Chain::new().without_memory(), 3)] {
        let (first, second) = (Told::to(NOT_CONFIGURED), Told::to(Ok("id")));
        let chain = chain.or(first.clone()).or(second.clone());
        for _ in 0..3 {
            let _ = chain
                .acquire(&Fake::default())
                .run(&oss_sign_credentials::http::Offline, &Fake::default())
                .unwrap();
        }
        assert_eq!((first.calls(), second.calls()), (asked, 3));
    }
}

#[test]
fn t87_who_was_asked_last_in_vain_is_not_remembered() {
    let (first, second) = (Told::to(NOT_CONFIGURED), Told::to(NOT_CONFIGURED));
    let chain = Chain::new().or(first.clone()).or(second.clone());
    error(&chain, &fake());
    first.now(Ok("id"));
    assert_eq!(credentials(&chain, &fake()).access_key_id(), "id");
}

#[test]
fn t87_the_default_chain_stays_where_it_found_credentials_unless_it_has_no_memory() {
    for (chain, later) in
        [(DefaultChain::new(), "alibaba-cloud"), (DefaultChain::new().without_memory(), "oss")]
    {
        let fake = Arc::new(Fake::with_variables(ALIBABA_CLOUD));
        assert_eq!(credentials(&chain, &fake).access_key_id(), "alibaba-cloud");
        fake.set("OSS_ACCESS_KEY_ID", "oss");
        fake.set("OSS_ACCESS_KEY_SECRET", "secret");
        assert_eq!(credentials(&chain, &fake).access_key_id(), later);
    }
}

/// It is the second place before, and the first one after.
#[test]
fn t87_a_place_that_is_left_out_later_does_not_lead_to_another_one() {
    let fake = Arc::new(Fake::with_variables(ALIBABA_CLOUD));
    let chain = DefaultChain::new();
    assert_eq!(credentials(&chain, &fake).access_key_id(), "alibaba-cloud");
    let without = chain.without(Source::OssEnvironment);
    assert_eq!(credentials(&without, &fake).access_key_id(), "alibaba-cloud");
}

#[test]
fn the_metadata_service_is_asked_unnamed_only_where_it_is_to_be_discovered() {
    let chain = DefaultChain::of(&[Source::EcsRamRole]);
    assert_eq!(error(&chain, &fake()).kind(), ErrorKind::NotConfigured);
    let surroundings = Fake::default();
    let discovering = chain.with_ecs_discovery();
    let (request, _) = sending(discovering.acquire(&surroundings));
    assert_eq!(request.origin().as_str(), "http://100.100.100.200");
}

#[test]
fn t89_a_provider_that_fails_stops_the_chain() {
    let (failing, next) = (Told::to(FAILED), Told::to(Ok("id")));
    let chain = Chain::new().or(failing.clone()).or(next.clone());
    let error = error(&chain, &fake());
    assert_eq!(error.kind(), ErrorKind::Failed);
    assert_eq!(error.to_string(), "chain/test: switched off by a fault");
    assert_eq!(next.calls(), 0);

    let as_the_sdks = Chain::new().or(failing).or(next).going_on_after_failures();
    assert_eq!(credentials(&as_the_sdks, &fake()).access_key_id(), "id");
}

const CONFIG: &str = "/home/eric/.aliyun/config.json";
const INI: &str = "/home/eric/.alibabacloud/credentials.ini";
const TEMPORARY: &str =
    r#""AccessKeySecret":"secret","SecurityToken":"token","Expiration":"2024-08-30T08:03:06Z""#;

/// Everything is configured, each by an ID of its own.
fn everything(server: &Server) -> Arc<Fake> {
    let fake = Fake::default();
    for (name, value) in [
        ("OSS_ACCESS_KEY_ID", "oss"),
        ("OSS_ACCESS_KEY_SECRET", "secret"),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "alibaba-cloud"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret"),
        ("ALIBABA_CLOUD_ROLE_ARN", "acs:ram::1234567890123456:role/reader"),
        ("ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "acs:ram::1234567890123456:oidc-provider/ci"),
        ("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "/token"),
        ("ALIBABA_CLOUD_STS_ENDPOINT", &server.url()),
        ("ALIBABA_CLOUD_CREDENTIALS_URI", &format!("{}/uri", server.url())),
    ] {
        fake.set(name, value);
    }
    fake.write_file("/token", "token-of-ci");
    fake.set_home("/home/eric");
    fake.write_file(
        CONFIG,
        r#"{"current":"c","profiles":[{"name":"c","access_key_id":"config","access_key_secret":"s"}]}"#,
    );
    fake.write_file(INI, "[default]\ntype=access_key\naccess_key_id=ini\naccess_key_secret=s");
    Arc::new(fake)
}

/// STS and a credentials URI.
fn server() -> Server {
    Server::start(|asked| match asked.path.as_str() {
        "/uri" => Answer::json(format!(r#"{{"Code":"Success","AccessKeyId":"uri",{TEMPORARY}}}"#)),
        _ => Answer::json(format!(r#"{{"Credentials":{{"AccessKeyId":"oidc",{TEMPORARY}}}}}"#)),
    })
}

#[test]
fn t88_the_order_and_each_place_left_out() {
    let server = server();
    let fake = everything(&server);
    let places = [
        (Source::OssEnvironment, "oss"),
        (Source::AlibabaCloudEnvironment, "alibaba-cloud"),
        (Source::OidcRoleArn, "oidc"),
        (Source::CliProfile, "config"),
        (Source::CredentialsFile, "ini"),
        (Source::CredentialsUri, "uri"),
    ];
    let mut chain = DefaultChain::new();
    for (source, id) in places {
        let found = credentials(&chain, &fake);
        assert_eq!(found.access_key_id(), id);
        assert!(found.provider().as_str().starts_with("default/"));
        chain = chain.without(source);
    }
    assert_eq!(error(&chain, &fake).kind(), ErrorKind::NotConfigured);
}

#[test]
fn t88_what_is_not_configured_is_passed_over() {
    let server = server();
    let fake = everything(&server);
    let id = || credentials(&DefaultChain::new(), &fake).access_key_id().to_owned();
    let unset = |names: &[&str]| names.iter().for_each(|name| fake.set(name, ""));
    assert_eq!(id(), "oss");
    unset(&["OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET"]);
    assert_eq!(id(), "alibaba-cloud");
    unset(&["ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"]);
    assert_eq!(id(), "oidc");
    unset(&["ALIBABA_CLOUD_OIDC_PROVIDER_ARN", "ALIBABA_CLOUD_OIDC_TOKEN_FILE"]);
    assert_eq!(id(), "config");
    fake.set("ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "true");
    assert_eq!(id(), "ini");
    fake.set("ALIBABA_CLOUD_IGNORE_PROFILE", "TRUE");
    assert_eq!(id(), "uri");
    fake.set("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS", "1");
    assert_eq!(error(&DefaultChain::new(), &fake).kind(), ErrorKind::NotConfigured);
}

#[test]
fn t88_half_a_pair_stops_the_chain() {
    let server = server();
    let fake = everything(&server);
    fake.set("OSS_ACCESS_KEY_SECRET", "");
    let error = error(&DefaultChain::new(), &fake);
    assert_eq!(error.kind(), ErrorKind::Failed);
    assert!(error.to_string().contains("OSS_ACCESS_KEY_SECRET"), "{error}");
}

#[test]
fn t88_the_official_sdks_have_no_variables_of_oss_and_go_on_after_failures() {
    let server = server();
    let fake = everything(&server);
    let id = || credentials(&DefaultChain::of_official_sdks(), &fake).access_key_id().to_owned();
    assert_eq!(id(), "alibaba-cloud");
    fake.set("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "");
    fake.write_file("/token", "");
    assert_eq!(id(), "config");
    fake.write_file(CONFIG, "{");
    assert_eq!(id(), "ini");
    fake.write_file(INI, "[default]\ntype=bearer");
    fake.set("ALIBABA_CLOUD_ECS_METADATA_DISABLED", "true");
    assert_eq!(id(), "uri");
}

#[test]
fn t34_a_complete_trio_wins_and_half_of_one_stops_the_chain() {
    let server = server();
    let fake = everything(&server);
    let chain =
        DefaultChain::of(&[Source::OidcRoleArn, Source::EcsRamRole, Source::CredentialsUri]);
    fake.set("ALIBABA_CLOUD_ECS_METADATA", "role");
    assert_eq!(credentials(&chain, &fake).access_key_id(), "oidc");
    fake.set("ALIBABA_CLOUD_OIDC_TOKEN_FILE", "");
    let chain = chain.without_memory();
    for result in each_way(&chain, &fake) {
        let error = result.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Failed);
        assert!(error.to_string().contains("ALIBABA_CLOUD_OIDC_TOKEN_FILE"), "{error}");
    }
    assert!(server.asked().iter().all(|asked| asked.path != "/uri"));
}

#[test]
fn t68_an_empty_configuration_leaves_the_environment_alone() {
    for config in ["{}", "null"] {
        let fake = fake();
        fake.set_home("/home/eric");
        fake.write_file(CONFIG, config);
        let chain = DefaultChain::of(&[Source::CliProfile, Source::AlibabaCloudEnvironment]);
        fake.set("ALIBABA_CLOUD_ACCESS_KEY_ID", "id");
        fake.set("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret");
        assert_eq!(credentials(&chain, &fake).access_key_id(), "id");
    }
}

#[test]
fn t69_files_that_are_ignored_may_be_malformed() {
    let fake = fake();
    fake.set_home("/home/eric");
    fake.write_file(CONFIG, "{");
    fake.write_file(INI, "[");
    let chain = DefaultChain::of(&[
        Source::CliProfile,
        Source::CredentialsFile,
        Source::AlibabaCloudEnvironment,
    ]);
    fake.set("ALIBABA_CLOUD_ACCESS_KEY_ID", "id");
    fake.set("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret");
    assert_eq!(error(&chain, &fake).kind(), ErrorKind::Failed);
    fake.set("ALIBABA_CLOUD_IGNORE_PROFILE", "TRUE");
    assert_eq!(credentials(&chain, &fake).access_key_id(), "id");
}

#[test]
fn t67_a_dangling_profile_stops_the_chain() {
    let server = server();
    let fake = everything(&server);
    fake.write_file(CONFIG, r#"{"current":"missing","profiles":[{"name":"x"}]}"#);
    let chain = DefaultChain::new()
        .without(Source::OssEnvironment)
        .without(Source::AlibabaCloudEnvironment)
        .without(Source::OidcRoleArn);
    let error = error(&chain, &fake);
    assert_eq!(error.kind(), ErrorKind::Failed);
    assert!(error.to_string().contains("`missing`"), "{error}");
}
