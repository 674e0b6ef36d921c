//! Row T94: `Debug` of every public type shows no secret.

use core::time::Duration;
use std::path::Path;
use std::sync::Arc;

use oss_sign::{Bucket, Expires, ObjectKey, PostPolicy, Region, Request as OssRequest, Timestamp};
use oss_sign_credentials::http::{
    Limits, Method, Offline, Origin, Request, Response, TransportError,
};
use oss_sign_credentials::rpc::{Nonce, Parameters, Received, Refusal};
use oss_sign_credentials::sts::{
    AssumeRole, AssumeRoleWithToken, ExternalId, IdentityProviderArn, InputError, OidcProviderArn,
    RoleArn, RoleSessionName, SamlProviderArn, Session, SessionDuration, SessionPolicy, Sts,
    StsEndpoint,
};
use oss_sign_credentials::{
    Async, AsyncCached, AsyncSigner, BearerToken, Blocking, Cached, Cause, Chain, CliProfile,
    Command, CommandError, Credentials, CredentialsFile, CredentialsUri, DefaultChain, EcsRamRole,
    Environment, Error, External, FunctionCompute, Lifetime, OidcRoleArn, Output,
    ProvideCredentials, Provider, ProviderName, RamRoleArn, Refresher, Reqwest, SamlRoleArn,
    Signer, SignerError, Source, StaticAccessKey, Step, System, TokenSource, Ureq, Version,
    Warning, from_fn,
};
use oss_sign_secrecy::Shown;

use crate::support::{Answer, Fake, Server, error};

/// Part of every secret below.
const SECRET: &str = "QuietMouse";

macro_rules! show {
    ($shown:ident: $($value:expr),+ $(,)?) => {
        $($shown.debug(&$value);)+
    };
}

fn pair() -> StaticAccessKey {
    StaticAccessKey::with_security_token(
        "STS.ExampleKeyId",
        "QuietMouse-secret",
        "QuietMouse-token",
    )
    .unwrap()
}

fn role_arn() -> RoleArn {
    RoleArn::new("acs:ram::1234567890123456:role/oss-reader").unwrap()
}

fn show_credentials_and_providers(shown: &mut Shown) {
    let oidc = OidcProviderArn::new("acs:ram::1234567890123456:oidc-provider/x").unwrap();
    let saml = SamlProviderArn::new("acs:ram::1234567890123456:saml-provider/x").unwrap();
    let closure = || {
        Credentials::new("id", "QuietMouse", None)
            .map_err(|error| Error::failed(ProviderName::new("x"), error.into()))
    };
    show!(shown:
        Credentials::new("STS.ExampleKeyId", "QuietMouse-secret", Some("QuietMouse-token")).unwrap(),
        Lifetime::Permanent,
        pair(),
        from_fn(closure),
        BearerToken::new("QuietMouse"),
        Environment::new(),
        TokenSource::text("QuietMouse"),
        TokenSource::from_fn(|| Ok("QuietMouse".to_owned())),
        RamRoleArn::new(pair(), role_arn()).with_external_id(ExternalId::new("QuietMouse").unwrap()),
        OidcRoleArn::new(role_arn(), oidc, TokenSource::text("QuietMouse")),
        SamlRoleArn::new(role_arn(), saml, TokenSource::text("QuietMouse")),
        EcsRamRole::new(),
        CredentialsUri::new("https://example.com/QuietMouse?QuietMouse"),
        External::new("program --password QuietMouse").unwrap(),
        External::shell("program --password QuietMouse"),
        CliProfile::new(),
        CredentialsFile::new(),
        FunctionCompute::from_environment(),
        Chain::new().or(pair()),
        DefaultChain::new(),
        Source::OssEnvironment,
        ProviderName::new("static_sts"),
        System,
        Warning::ReadableByOthers("/path".into()),
    );
}

#[cfg(feature = "kms")]
fn show_kms(shown: &mut Shown) {
    use oss_sign_credentials::{ClientKey, ClientKeyError, KmsGateway, KmsRamSecret};

    let file = include_bytes!("../data/kms/clientKey_legacy.json");
    let password = include_str!("../data/kms/clientKey_Password.txt");
    let key = ClientKey::open(file, password).unwrap();
    let gateway = KmsGateway::shared(&Region::new("cn-hangzhou").unwrap(), false);
    show!(shown:
        ClientKeyError::WrongPassword,
        gateway,
        key,
        KmsRamSecret::new(key, gateway, "secret-name"),
    );
    let file: serde_json::Value = serde_json::from_slice(file).unwrap();
    let private_key = file["PrivateKeyData"].as_str().unwrap().get(300..340).unwrap();
    // Its digits are in an ARN as well.
    let password = password.trim_end().trim_end_matches(|c: char| c.is_ascii_digit());
    shown.assert_hides([password.as_bytes(), private_key.as_bytes()]);
}

fn show_requests(shown: &mut Shown) {
    let origin = Origin::parse("https://example.com").unwrap();
    let request = Request::new(Method::Post, origin.clone(), "/QuietMouse?QuietMouse".to_owned())
        .with_header("x-token", "QuietMouse")
        .with_body("QuietMouse");
    show!(shown:
        Method::Post,
        origin,
        request,
        Limits::default(),
        Response::new(200, "QuietMouse"),
        TransportError::TimedOut,
        Offline,
        Ureq::new().with_proxy("http://user:QuietMouse@proxy.example.com"),
        Reqwest::new().with_proxy("http://user:QuietMouse@proxy.example.com"),
        Command::new("program", vec!["QuietMouse".to_owned().into()], Duration::from_secs(1)),
        CommandError::TimedOut,
        Output::new("QuietMouse"),
        Step::<'_, &str>::done("QuietMouse"),
        Step::<'_, &str>::send(request, |_| Step::done("QuietMouse")),
    );
}

fn show_calls(shown: &mut Shown) {
    let now = Timestamp::from_unix_seconds(1_725_001_386).unwrap();
    let credentials = pair().acquire(&System).run(&Offline, &System).unwrap();
    let parameters = Parameters::of_action("AssumeRole", "2015-04-01").with("Policy", "QuietMouse");
    let call = parameters.clone().sign(Method::Post, &credentials, now, Nonce(1)).unwrap();
    let body = call.parameters().encoded();
    let oidc = OidcProviderArn::new("acs:ram::1234567890123456:oidc-provider/x").unwrap();
    let saml = SamlProviderArn::new("acs:ram::1234567890123456:saml-provider/x").unwrap();
    let policy = SessionPolicy::new(r#"{"QuietMouse":1}"#).unwrap();
    let external_id = ExternalId::new("QuietMouse").unwrap();
    let session = Session::new().with_policy(policy.clone());
    show!(shown:
        parameters,
        Nonce(1),
        call,
        Received::parse("POST", "", body.as_bytes()).unwrap(),
        Refusal::Signature,
        role_arn(),
        oidc,
        saml,
        RoleSessionName::default(),
        SessionDuration::default(),
        policy,
        external_id,
        session,
        AssumeRole::new(role_arn()).with_session(session.clone()).with_external_id(external_id.clone()),
        AssumeRoleWithToken::new(role_arn(), oidc.clone()).unwrap(),
        IdentityProviderArn::from(saml.clone()),
        Sts::new(),
        StsEndpoint::default(),
        InputError::RoleArn,
    );
    let server = Server::start(|asked| {
        Answer::json(match asked.query("Action").as_deref() {
            Some("AssumeRole") => {
                r#"{"Credentials":{"AccessKeyId":"STS.ExampleKeyId","AccessKeySecret":"QuietMouse-secret",
                "SecurityToken":"QuietMouse-token","Expiration":"2999-01-01T00:00:00Z"}}"#
            }
            _ => r#"{"IdentityType":"Account","AccountId":"1","Arn":"acs:ram::1:root"}"#,
        })
    });
    let sts = Sts::at(StsEndpoint::parse(&server.url()).unwrap());
    let ureq = Ureq::new().without_proxy();
    let role = sts.assume_role(&AssumeRole::new(role_arn()), &credentials, &System);
    let identity = sts.get_caller_identity(&credentials, &System);
    show!(shown: role.run(&ureq, &System).unwrap(), identity.run(&ureq, &System).unwrap());
}

fn show_what_is_kept_and_signed(shown: &mut Shown) {
    let blocking = Blocking::new(pair(), Offline);
    let cached = Cached::new(blocking.clone());
    cached.provide().unwrap();
    let signer = Signer::new(cached.clone(), Region::new("cn-hangzhou").unwrap());
    let bucket = Bucket::new("examplebucket").unwrap();
    let request = OssRequest::get(bucket, ObjectKey::new("cat.jpg").unwrap());
    let expires = Expires::after_seconds(60);
    let presigned = signer.presign(&request, expires).unwrap();
    show!(shown:
        presigned,
        signer.sign(&request).unwrap(),
        signer.sign_policy(&PostPolicy::new(bucket), expires).unwrap(),
        signer.snapshot().unwrap(),
        signer,
        AsyncSigner::new(AsyncCached::new(Async::new(pair(), Offline)), Region::new("cn-hangzhou").unwrap()),
        Version::default(),
        blocking,
        Async::new(pair(), Offline),
        AsyncCached::new(Async::new(pair(), Offline)),
        Refresher::spawn(cached.clone()).unwrap(),
        cached,
    );
    let (_, signature) = presigned.url.split_once("x-oss-signature=").unwrap();
    let signature = signature.split('&').next().unwrap();
    shown.assert_hides([signature.as_bytes()]);
}

fn show_errors(shown: &mut Shown) {
    let server = Server::start(|_| Answer::new(400, r#"{"Code":"X","Message":"QuietMouse"}"#));
    let sts = Sts::at(StsEndpoint::parse(&server.url()).unwrap());
    let provider = RamRoleArn::new(pair(), role_arn()).with_sts(sts);
    let error = error(&provider, &Arc::new(Fake::default()));
    shown.text(error.to_string());
    shown.text(error.cause().to_string());
    let Cause::Service(_, refusal) = error.cause() else { panic!("{error}") };
    show!(shown: error, error.kind(), error.cause().clone(), refusal.clone());
    show!(shown: SignerError::from(error.clone()));
}

#[test]
fn t94_no_public_type_shows_a_secret() {
    let mut shown = Shown::default();
    show_credentials_and_providers(&mut shown);
    #[cfg(feature = "kms")]
    show_kms(&mut shown);
    show_requests(&mut shown);
    show_calls(&mut shown);
    show_what_is_kept_and_signed(&mut shown);
    show_errors(&mut shown);
    shown.assert_hides([SECRET.as_bytes()]);
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let kms = "oss_sign_credentials::kms";
    let but = if cfg!(feature = "kms") { &[][..] } else { &[kms] };
    shown.assert_has_every_type_of("oss_sign_credentials", &sources, but);
}
