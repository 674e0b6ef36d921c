//! Whatever stands in files and the environment, and whatever services answer: credentials come out, or
//! an error without a word of the answer, and no secret goes where others can listen.
//!
//! Elements of the list: the source, the environment (a line `NAME=VALUE` each), the text of all files
//! that are read, and then answers: of a service a status, a blank and the body, or `!` where none
//! came; of a command what it prints.

#![no_main]

use std::sync::{LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use oss_sign::{Region, Timestamp};
use oss_sign_credentials::http::{Origin, Request, Response, Transport, TransportError};
use oss_sign_credentials::rpc;
use oss_sign_credentials::sts::{
    AssumeRole, ExternalId, OidcProviderArn, RoleArn, RoleSessionName, SamlProviderArn,
    SessionPolicy, Sts, StsEndpoint,
};
use oss_sign_credentials::{
    CliProfile, ClientKey, Command, CommandError, Credentials, CredentialsFile, CredentialsUri,
    DefaultChain, EcsRamRole, Error, External, FunctionCompute, KmsGateway, KmsRamSecret,
    OidcRoleArn, Output, Provider, RamRoleArn, SamlRoleArn, StaticAccessKey, Surroundings,
    TokenSource,
};
use oss_sign_fuzz::{SECRET, has_secret, now};
use zeroize::Zeroizing;

const CLIENT_KEY: &[u8] =
    include_bytes!("../../crates/oss-sign-credentials/tests/data/kms/clientKey_modern.json");
const PASSWORD: &str =
    include_str!("../../crates/oss-sign-credentials/tests/data/kms/clientKey_Password.txt");

const ROLE: &str = "acs:ram::1234567890123456:role/oss-reader";
const IDENTITY_PROVIDER: &str = "acs:ram::1234567890123456:saml-provider/company";

/// More than any source needs, tries and all.
const MOST_REQUESTS: usize = 50;

static SHARED_GATEWAY: LazyLock<KmsRamSecret> = LazyLock::new(|| {
    let region = Region::new("cn-hangzhou").unwrap();
    of_gateway(KmsGateway::shared(&region, false))
});
static INSTANCE_GATEWAY: LazyLock<KmsRamSecret> = LazyLock::new(|| {
    let origin = Origin::parse("kst-example.cryptoservice.kms.aliyuncs.com").unwrap();
    of_gateway(KmsGateway::instance(origin, None))
});

fn of_gateway(gateway: KmsGateway) -> KmsRamSecret {
    let client_key = ClientKey::open(CLIENT_KEY, PASSWORD).unwrap();
    KmsRamSecret::new(client_key, gateway, "acs/ram/user/oss-app")
}

fuzz_target!(|data: &[u8]| {
    let mut elements = data.split(|byte| *byte == 0xFF);
    let mut text = || elements.next().and_then(|element| str::from_utf8(element).ok());
    let (Some(source), Some(environment), Some(file)) = (text(), text(), text()) else { return };
    let answers: Vec<&[u8]> = elements.collect();
    let world = World::new(environment, file, &answers);
    match source {
        "client key" => drop(ClientKey::open(file.as_bytes(), PASSWORD)),
        "inputs" => inputs(file),
        "rpc" => received(file, answers.first().copied().unwrap_or_default()),
        "caller" => {
            let step = Sts::new().get_caller_identity(&long_term(), &world);
            world.check(step.run(&world, &world).map(|_| None));
        }
        "role" => {
            let call = AssumeRole::new(RoleArn::new(ROLE).unwrap());
            let step = Sts::new().assume_role(&call, &long_term(), &world);
            let role = step.run(&world, &world);
            world.check(role.map(|role| Some(role.into_credentials())));
        }
        source => {
            let Some(provider) = provider(source, file) else { return };
            let credentials = provider.acquire(&world).run(&world, &world);
            world.check(credentials.map(Some));
        }
    }
});

fn provider(source: &str, file: &str) -> Option<Box<dyn Provider>> {
    let role = || RoleArn::new(ROLE).unwrap();
    Some(match source {
        "config.json" => Box::new(CliProfile::new().with_path("/config.json")),
        "credentials.ini" => Box::new(CredentialsFile::new().with_path("/credentials.ini")),
        "kms" => Box::new(SHARED_GATEWAY.clone()),
        "kms instance" => Box::new(INSTANCE_GATEWAY.clone()),
        "kms properties" => Box::new(KmsRamSecret::from_properties_file("/kms.properties")),
        "ecs" => Box::new(EcsRamRole::new()),
        "uri" => Box::new(CredentialsUri::new(file)),
        "command" => Box::new(External::new(file).ok()?),
        "function" => Box::new(FunctionCompute::from_environment()),
        "oidc" => Box::new(OidcRoleArn::from_environment()),
        "saml" => {
            let provider = SamlProviderArn::new(IDENTITY_PROVIDER).unwrap();
            Box::new(SamlRoleArn::new(role(), provider, TokenSource::file("/assertion")))
        }
        "ram" => Box::new(RamRoleArn::from_environment(StaticAccessKey::from(long_term()))),
        "default" => Box::new(DefaultChain::new().with_ecs_discovery()),
        "official" => Box::new(DefaultChain::of_official_sdks()),
        _ => return None,
    })
}

fn long_term() -> Credentials {
    Credentials::new("LTAI5tExampleKeyId", "example-secret", None).unwrap()
}

/// What is parsed once is what it was.
fn inputs(text: &str) {
    let parsed = [
        RoleArn::new(text).map(|arn| arn.as_str().to_owned()),
        OidcProviderArn::new(text).map(|arn| arn.as_str().to_owned()),
        SamlProviderArn::new(text).map(|arn| arn.as_str().to_owned()),
        RoleSessionName::new(text).map(|name| name.as_str().to_owned()),
        ExternalId::new(text).map(|id| id.as_str().to_owned()),
        SessionPolicy::new(text).map(|policy| policy.as_str().to_owned()),
    ];
    for same in parsed.iter().flatten() {
        assert_eq!(same, text);
    }
    if let Ok(endpoint) = StsEndpoint::parse(text) {
        assert!(is_confidential(endpoint.origin()));
    }
    let _ = External::new(text);
    let _ = FunctionCompute::of_invocation(text.lines().filter_map(|line| line.split_once(':')));
}

/// What a server reads that answers for STS.
fn received(query: &str, form: &[u8]) {
    for method in ["GET", "POST"] {
        if let Ok(received) = rpc::Received::parse(method, query, form) {
            let tolerance = core::time::Duration::from_secs(900);
            assert!(received.verify(&long_term(), now(), tolerance).is_err());
        }
    }
}

/// Files, environment, services and commands.
struct World {
    environment: Vec<(String, String)>,
    file: Vec<u8>,
    answers: Mutex<Answers>,
    /// Whether an answer has the secret, and nothing that may be shown.
    hides: bool,
}

struct Answers {
    left: std::vec::IntoIter<Vec<u8>>,
    requests: usize,
}

impl World {
    fn new(environment: &str, file: &str, answers: &[&[u8]]) -> Self {
        let is_shown = has_secret(environment.as_bytes()) || has_secret(file.as_bytes());
        let left: Vec<Vec<u8>> = answers.iter().map(|answer| answer.to_vec()).collect();
        let pair = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Self {
            environment: environment
                .lines()
                .filter_map(|it| it.split_once('='))
                .map(pair)
                .collect(),
            file: file.as_bytes().to_vec(),
            hides: !is_shown && left.iter().any(|answer| has_secret(answer)),
            answers: Mutex::new(Answers { left: left.into_iter(), requests: 0 }),
        }
    }

    fn next_answer(&self) -> Option<Vec<u8>> {
        let mut answers = self.answers.lock().unwrap();
        answers.requests += 1;
        assert!(answers.requests <= MOST_REQUESTS, "it asks for ever");
        answers.left.next()
    }

    fn check(&self, outcome: Result<Option<Credentials>, Error>) {
        match outcome {
            Ok(credentials) => {
                for credentials in credentials.into_iter() {
                    assert!(!credentials.is_expired_at(now()), "{credentials:?}");
                    assert!(!self.hides || !format!("{credentials:?}").contains(SECRET));
                }
            }
            Err(error) => {
                let shown = format!("{error} {error:?}");
                assert!(!self.hides || !shown.contains(SECRET), "{shown}");
            }
        }
    }
}

impl Transport for World {
    fn send(&self, request: &Request) -> Result<Response, TransportError> {
        assert!(is_confidential(request.origin()) || is_of_the_instance(request), "{request:?}");
        assert!(request.path_and_query().bytes().all(|byte| byte.is_ascii_graphic()));
        assert!(request.path_and_query().starts_with('/'));
        for (name, value) in request.headers() {
            assert!(http::HeaderName::from_lowercase(name.as_bytes()).is_ok(), "{name}");
            assert!(http::HeaderValue::from_str(value).is_ok(), "{name}: {value}");
        }
        let Some(answer) = self.next_answer() else { return Err(TransportError::TimedOut) };
        if answer == b"!" {
            return Err(TransportError::Unreachable);
        }
        let status = answer.get(..4).and_then(|status| str::from_utf8(status).ok());
        match status.and_then(|status| status.trim_end().parse().ok()) {
            Some(status) => Ok(Response::new(status, answer[4..].to_vec())),
            None => Ok(Response::new(200, answer)),
        }
    }
}

impl Surroundings for World {
    fn variable(&self, name: &str) -> Option<String> {
        let found = self.environment.iter().find(|(other, _)| other == name);
        found.map(|(_, value)| value.clone()).filter(|value| !value.is_empty())
    }

    fn home_directory(&self) -> Option<std::path::PathBuf> {
        Some("/home/eric".into())
    }

    fn read_file(&self, path: &std::path::Path) -> std::io::Result<Zeroizing<Vec<u8>>> {
        Ok(Zeroizing::new(match path.to_str() {
            Some("/clientKey.json") => CLIENT_KEY.to_vec(),
            Some("/password.txt") => PASSWORD.into(),
            _ => self.file.clone(),
        }))
    }

    fn run(&self, _: &Command) -> Result<Output, CommandError> {
        self.next_answer().map(Output::new).ok_or(CommandError::NotFound)
    }

    fn now(&self) -> Timestamp {
        now()
    }

    fn random(&self) -> std::io::Result<u128> {
        Ok(0)
    }

    fn wait(&self, _: core::time::Duration) {}
}

/// HTTPS, or within this machine.
fn is_confidential(origin: &Origin) -> bool {
    let uri: http::Uri = origin.as_str().parse().unwrap();
    uri.scheme_str() == Some("https") || matches!(uri.host(), Some("127.0.0.1" | "[::1]"))
}

/// The metadata service, which speaks nothing but HTTP, and is never asked through a proxy.
fn is_of_the_instance(request: &Request) -> bool {
    request.origin().as_str() == "http://100.100.100.200" && !request.limits().may_use_proxy
}
