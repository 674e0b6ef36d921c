//! `~/.aliyun/config.json`: rows T63 to T71.

use std::sync::Arc;

use oss_sign_credentials::http::Response;
use oss_sign_credentials::{CliProfile, ErrorKind, Lifetime, Output, Provider, Warning};

use crate::support::{Answer, Fake, NOW, Server, credentials, error, sending};

const PATH: &str = "/home/eric/.aliyun/config.json";
const ARN: &str = "acs:ram::1234567890123456:role/oss-reader";
const PAIR: &str = r#""access_key_id":"id","access_key_secret":"secret""#;

fn fake(config: &str) -> Arc<Fake> {
    let fake = Fake::default();
    fake.set_home("/home/eric");
    fake.write_file(PATH, config);
    Arc::new(fake)
}

/// A file with these profiles, of which the first is the current one.
fn profiles(profiles: &[(&str, &str)]) -> Arc<Fake> {
    let current = profiles[0].0;
    let profiles: Vec<String> =
        profiles.iter().map(|(name, fields)| format!(r#"{{"name":"{name}",{fields}}}"#)).collect();
    fake(&format!(r#"{{"current":"{current}","profiles":[{}]}}"#, profiles.join(",")))
}

/// A profile that assumes a role at this server.
fn role(server: &Server, fields: &str) -> String {
    format!(r#"{fields},"ram_role_arn":"{ARN}","sts_endpoint":"{}""#, server.url())
}

/// STS, which gives credentials to everybody.
fn sts() -> Server {
    Server::start(|_| {
        Answer::json(
            r#"{"RequestId":"r","Credentials":{"AccessKeyId":"STS.id","AccessKeySecret":"secret",
               "SecurityToken":"token","Expiration":"2024-08-30T08:03:06Z"}}"#,
        )
    })
}

#[test]
fn t63_a_file_that_is_not_there_or_without_profiles_is_no_mistake() {
    let nowhere = Arc::new(Fake::default());
    assert_eq!(error(&CliProfile::new(), &nowhere).kind(), ErrorKind::NotConfigured);
    nowhere.set_home("/home/eric");
    let error_of = |fake: &Arc<Fake>| error(&CliProfile::new(), fake);
    let absent = error_of(&nowhere);
    assert_eq!(absent.kind(), ErrorKind::NotConfigured);
    assert_eq!(absent.to_string(), format!("cli_profile: {PATH} is not there"));
    for text in ["{}", "null", r#"{"current":"","profiles":[]}"#] {
        let error = error_of(&fake(text));
        assert_eq!(error.kind(), ErrorKind::NotConfigured, "{error}");
        assert!(error.to_string().ends_with("has no profiles"), "{error}");
    }
}

#[test]
fn t63_a_file_that_is_no_configuration_is_not_quoted() {
    for text in ["hushhush", r#"{"profiles":[{"access_key_secret":"hushhush"#] {
        let error = error(&CliProfile::new(), &fake(text));
        assert_eq!(error.kind(), ErrorKind::Failed);
        let said = error.to_string();
        assert!(said.contains("is not the JSON that `aliyun configure` writes (line 1"), "{said}");
        let text = format!("{error:?}");
        assert!(text.contains(PATH) && !text.contains("hush"), "{text}");
    }
}

#[test]
fn t63_a_file_that_somebody_named_must_be_there() {
    for name in ["ALIBABA_CLOUD_CONFIG_FILE", "ALIBABA_CLOUD_CONFIG_PATH"] {
        let fake = profiles(&[("default", PAIR)]);
        fake.set(name, "/etc/config.json");
        let error = error(&CliProfile::new(), &fake);
        assert_eq!(error.kind(), ErrorKind::Failed);
        assert!(error.to_string().contains("/etc/config.json is not there"), "{error}");
    }
    let provider = CliProfile::new().with_path("/mine.json");
    let fake = profiles(&[("default", PAIR)]);
    fake.set("ALIBABA_CLOUD_CONFIG_FILE", PATH);
    assert_eq!(error(&provider, &fake).kind(), ErrorKind::Failed);
}

#[test]
fn t64_access_keys_and_tokens_as_they_stand_there() {
    let found = credentials(&CliProfile::new(), &profiles(&[("default", PAIR)]));
    assert_eq!(found.provider().as_str(), "cli_profile/static_ak");
    assert_eq!((found.access_key_id(), found.access_key_secret()), ("id", "secret"));

    let sts = format!(r#"{PAIR},"mode":"StsToken","sts_token":"token""#);
    let found = credentials(&CliProfile::new(), &profiles(&[("default", &sts)]));
    assert_eq!(found.provider().as_str(), "cli_profile/static_sts");
    assert_eq!(found.security_token(), Some("token"));

    let until = |seconds: u64| format!(r#"{sts},"sts_expiration":{seconds}"#);
    let found = credentials(&CliProfile::new(), &profiles(&[("default", &until(NOW + 60))]));
    assert_eq!(found.expires_at().unwrap().unix_seconds(), NOW + 60);
    let error = error(&CliProfile::new(), &profiles(&[("default", &until(NOW))]));
    assert!(error.to_string().contains("aliyun configure --profile default"), "{error}");
}

#[test]
fn t64_roles_are_assumed_with_all_that_the_profile_says() {
    let server = sts();
    let fields = role(
        &server,
        &format!(
            r#"{PAIR},"mode":"RamRoleArn","sts_token":"source-token","ram_session_name":"eric",
               "expired_seconds":1000,"external_id":"ext-1","policy":"{{\"Version\": \"1\"}}""#
        ),
    );
    let found = credentials(&CliProfile::new(), &profiles(&[("default", &fields)]));
    assert_eq!(found.access_key_id(), "STS.id");
    assert_eq!(found.provider().as_str(), "cli_profile/ram_role_arn/static_sts");
    for asked in server.asked() {
        for (name, value) in [
            ("RoleArn", ARN),
            ("RoleSessionName", "eric"),
            ("DurationSeconds", "1000"),
            ("ExternalId", "ext-1"),
            ("Policy", r#"{"Version": "1"}"#),
            ("SecurityToken", "source-token"),
            ("AccessKeyId", "id"),
        ] {
            assert_eq!(asked.form(name).as_deref(), Some(value), "{name}");
        }
    }
}

#[test]
fn t64_a_role_is_assumed_at_the_endpoint_that_the_profile_names() {
    for (fields, endpoint) in [
        (r#""sts_region":"cn-beijing""#, "https://sts.cn-beijing.aliyuncs.com"),
        (
            r#""sts_region":"cn-beijing","enable_vpc":true"#,
            "https://sts-vpc.cn-beijing.aliyuncs.com",
        ),
        (
            r#""sts_endpoint":"sts.example.com","sts_region":"cn-beijing""#,
            "https://sts.example.com",
        ),
    ] {
        let fields = format!(r#""mode":"RamRoleArn",{PAIR},"ram_role_arn":"{ARN}",{fields}"#);
        let (provider, fake) = (CliProfile::new(), profiles(&[("default", &fields)]));
        let (request, _) = sending(provider.acquire(&*fake));
        assert_eq!(request.origin().as_str(), endpoint);
    }
}

#[test]
fn t64_roles_are_chained() {
    let server = sts();
    let second = role(&server, r#""mode":"ChainableRamRoleArn","source_profile":"first""#);
    let third = role(&server, r#""mode":"ChainableRamRoleArn","source_profile":"second""#);
    let fake = profiles(&[("third", &third), ("second", &second), ("first", PAIR)]);
    let found = credentials(&CliProfile::new(), &fake);
    assert_eq!(found.provider().as_str(), "cli_profile/ram_role_arn/ram_role_arn/static_ak");
    let ids: Vec<_> = server.asked().iter().map(|asked| asked.form("AccessKeyId")).collect();
    assert_eq!(ids[..2], [Some("id".to_owned()), Some("STS.id".to_owned())]);
}

#[test]
fn t64_a_token_of_an_identity_provider() {
    let server = sts();
    let fields = role(
        &server,
        r#""mode":"OIDC","oidc_provider_arn":"acs:ram::1234567890123456:oidc-provider/ci","oidc_token_file":"/token""#,
    );
    let fake = profiles(&[("default", &fields)]);
    fake.write_file("/token", "token-of-ci\n");
    let found = credentials(&CliProfile::new(), &fake);
    assert_eq!(found.provider().as_str(), "cli_profile/oidc_role_arn");
    assert_eq!(server.asked()[0].form("OIDCToken").as_deref(), Some("token-of-ci"));
}

#[test]
fn t64_the_role_of_an_instance_by_its_name() {
    let fake = profiles(&[("default", r#""mode":"EcsRamRole","ram_role_name":"oss-reader""#)]);
    let provider = CliProfile::new();
    let (_, got_token) = sending(provider.acquire(&*fake));
    let (request, _) = sending(got_token(Ok(Response::new(200, "example-metadata-token"))));
    assert!(request.path_and_query().ends_with("/security-credentials/oss-reader"));
}

#[test]
fn t64_commands_and_uris() {
    let fake = profiles(&[("default", r#""mode":"External","process_command":"tool --x""#)]);
    fake.set_command("tool", Ok(Output::new(format!("{{{PAIR}}}"))));
    let found = credentials(&CliProfile::new(), &fake);
    assert_eq!(found.provider().as_str(), "cli_profile/external");
    assert_eq!(found.lifetime(), Lifetime::Unknown);

    let server = Server::answering([Answer::json(
        r#"{"Code":"Success","AccessKeyId":"STS.id","AccessKeySecret":"secret",
            "SecurityToken":"token","Expiration":"2024-08-30T08:03:06Z"}"#,
    )]);
    let fields = format!(r#""mode":"CredentialsURI","credentials_uri":"{}/x""#, server.url());
    let found = credentials(&CliProfile::new(), &profiles(&[("default", &fields)]));
    assert_eq!(found.provider().as_str(), "cli_profile/credentials_uri");
}

#[test]
fn t64_what_a_profile_lacks_is_named() {
    for (fields, said) in [
        (r#""mode":"AK","access_key_secret":"secret""#, "without `access_key_id`"),
        (r#""mode":"AK","access_key_id":"id""#, "without `access_key_secret`"),
        (&format!(r#""mode":"StsToken",{PAIR}"#), "without `sts_token`"),
        (&format!(r#""mode":"RamRoleArn",{PAIR}"#), "without `ram_role_arn`"),
        (r#""mode":"OIDC","oidc_token_file":"f""#, "without `oidc_provider_arn`"),
        (r#""mode":"OIDC","oidc_provider_arn":"a""#, "without `oidc_token_file`"),
        (r#""mode":"ChainableRamRoleArn""#, "without `source_profile`"),
        (r#""mode":"ChainableRamRoleArn","source_profile":"x""#, "has no profile `x`"),
        (r#""mode":"External""#, "without `process_command`"),
        (r#""mode":"External","process_command":"'x""#, "a quote that is not closed"),
        (r#""mode":"CredentialsURI""#, "without `credentials_uri`"),
        (r#""mode":"Unsupported""#, "of the mode `Unsupported`, which nobody knows"),
        (r#""mode":"""#, "without a mode"),
        (
            &format!(r#""mode":"RamRoleArn","ram_role_arn":"{ARN}","expired_seconds":60,{PAIR}"#),
            "900",
        ),
        (&format!(r#""mode":"RamRoleArn","ram_role_arn":"x",{PAIR}"#), "a wrong profile `default`"),
        (
            &format!(r#""mode":"RamRoleArn","ram_role_arn":"{ARN}","enable_vpc":true,{PAIR}"#),
            "region",
        ),
    ] {
        let error = error(&CliProfile::new(), &profiles(&[("default", fields)]));
        assert_eq!(error.kind(), ErrorKind::Failed, "{error}");
        assert!(error.to_string().contains(said), "{error}");
    }
}

#[test]
fn t64_modes_that_cannot_serve_oss_say_what_to_do() {
    for (mode, said) in [
        ("BearerToken", "OSS has no signature for"),
        ("RsaKeyPair", "OSS has no signature for"),
        ("Anonymous", "OSS has no signature for"),
        ("CloudSSO", "run `aliyun configure --profile default`"),
        ("OAuth", "run `aliyun configure --profile default`"),
    ] {
        let fields = format!(r#""mode":"{mode}","bearer_token":"hush","private_key":"hush""#);
        let error = error(&CliProfile::new(), &profiles(&[("default", &fields)]));
        assert_eq!(error.kind(), ErrorKind::Failed);
        let text = error.to_string();
        assert!(text.contains(said) && !text.contains("hush"), "{text}");
    }
}

#[test]
fn t74_credentials_that_a_log_in_left_there_are_used_as_long_as_they_hold() {
    for mode in ["CloudSSO", "OAuth"] {
        let until = |seconds: u64| {
            format!(r#""mode":"{mode}",{PAIR},"sts_token":"token","sts_expiration":{seconds}"#)
        };
        let found = credentials(&CliProfile::new(), &profiles(&[("default", &until(NOW + 1))]));
        assert_eq!(found.security_token(), Some("token"));
        assert_eq!(found.expires_at().unwrap().unix_seconds(), NOW + 1);
        let error = error(&CliProfile::new(), &profiles(&[("default", &until(NOW))]));
        let text = error.to_string();
        assert!(text.contains("the log-in of the profile `default` holds no more"), "{text}");
        assert!(text.contains("aliyun configure --profile default"), "{text}");
    }
}

/// A profile of CloudSSO at this server, whose log-in holds until then.
fn cloud_sso(server: &Server, until: u64, fields: &str) -> Arc<Fake> {
    let fields = format!(
        r#""mode":"CloudSSO","cloud_sso_sign_in_url":"{}/start/eric","access_token":"hush-token",
           "cloud_sso_access_token_expire":{until}{fields}"#,
        server.url()
    );
    profiles(&[("default", &fields)])
}

const ACCOUNT: &str =
    r#","cloud_sso_account_id":"1234567890123456","cloud_sso_access_config":"ac-1""#;

#[test]
fn t74_a_log_in_that_holds_gives_temporary_credentials() {
    let server = Server::answering([Answer::json(
        r#"{"CloudCredential":{"AccessKeyId":"STS.sso","AccessKeySecret":"secret",
            "SecurityToken":"token","Expiration":"2024-08-30T08:03:06Z"},"RequestId":"r"}"#,
    )]);
    let found = credentials(&CliProfile::new(), &cloud_sso(&server, NOW + 1, ACCOUNT));
    assert_eq!(found.provider().as_str(), "cli_profile/cloud_sso");
    assert_eq!((found.access_key_id(), found.security_token()), ("STS.sso", Some("token")));
    for asked in server.asked() {
        assert_eq!((asked.method.as_str(), asked.path.as_str()), ("POST", "/cloud-credentials"));
        assert_eq!(asked.header("authorization"), Some("Bearer hush-token"));
        let body = br#"{"AccountId":"1234567890123456","AccessConfigurationId":"ac-1"}"#;
        assert_eq!(asked.body, body);
    }
}

#[test]
fn t74_a_log_in_that_is_over_or_refused_says_so() {
    let server = Server::answering([Answer::json("hushhush")]);
    for (until, fields, said) in [
        (NOW, ACCOUNT, "run `aliyun configure --profile default`"),
        (NOW + 1, "", "without `cloud_sso_account_id`"),
        (NOW + 1, ACCOUNT, "is not the documented JSON"),
    ] {
        let error = error(&CliProfile::new(), &cloud_sso(&server, until, fields));
        assert_eq!(error.kind(), ErrorKind::Failed);
        let text = format!("{error} {error:?}");
        assert!(text.contains(said) && !text.contains("hush"), "{text}");
    }
    assert_eq!(server.asked().len(), 2);
    let refusing = Server::answering([Answer::new(
        403,
        r#"{"ErrorCode":"AccessDenied","ErrorMessage":"hushhush","RequestId":"r-1"}"#,
    )]);
    let text = error(&CliProfile::new(), &cloud_sso(&refusing, NOW + 1, ACCOUNT)).to_string();
    assert!(text.contains("HTTP 403 AccessDenied (request ID r-1)"), "{text}");
    let fields = r#""mode":"CloudSSO","cloud_sso_sign_in_url":"http://example.com/start","access_token":"t",
        "cloud_sso_access_token_expire":4102444800"#;
    let fake = profiles(&[("default", &format!("{fields}{ACCOUNT}"))]);
    assert!(error(&CliProfile::new(), &fake).to_string().contains("begins with https://"));
}

#[test]
fn t74_a_token_that_no_header_can_have_is_not_sent() {
    for token in [r"hush\u007f", r"hush\r\nx: y", "hush hush", "hüsh"] {
        let server = Server::answering([Answer::json("{}")]);
        let fields = format!(
            r#""mode":"CloudSSO","cloud_sso_sign_in_url":"{}","access_token":"{token}",
               "cloud_sso_access_token_expire":4102444800{ACCOUNT}"#,
            server.url()
        );
        let text = error(&CliProfile::new(), &profiles(&[("default", &fields)])).to_string();
        assert!(text.contains("`access_token` is no token") && !text.contains("sh"), "{text}");
        assert!(server.asked().is_empty());
    }
}

#[test]
fn t65_an_argument_then_the_environment_then_current() {
    let other = PAIR.replace("\"id\"", "\"other\"");
    let third = PAIR.replace("\"id\"", "\"third\"");
    let fake = profiles(&[("first", PAIR), ("second", &other), ("third", &third)]);
    let id = |provider: CliProfile| credentials(&provider, &fake).access_key_id().to_owned();
    assert_eq!(id(CliProfile::new()), "id");
    fake.set("ALIBABA_CLOUD_PROFILE", "second");
    assert_eq!(id(CliProfile::new()), "other");
    assert_eq!(id(CliProfile::new().with_profile("third")), "third");
}

#[test]
fn t65_profiles_can_be_switched_off() {
    for name in ["ALIBABA_CLOUD_CLI_PROFILE_DISABLED", "ALIBABA_CLOUD_IGNORE_PROFILE"] {
        let fake = profiles(&[("default", PAIR)]);
        fake.set(name, "True");
        let error = error(&CliProfile::new(), &fake);
        assert_eq!(error.kind(), ErrorKind::NotConfigured);
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn t66_a_profile_cannot_be_a_source_of_itself() {
    let chained = |source: &str| {
        format!(
            r#""mode":"ChainableRamRoleArn","ram_role_arn":"{ARN}","source_profile":"{source}""#
        )
    };
    let fake = profiles(&[("first", &chained("second")), ("second", &chained("first"))]);
    let text = error(&CliProfile::new(), &fake).to_string();
    assert!(text.contains("the profile `first` as a source of itself"), "{text}");

    let names: Vec<String> = (0..10).map(|number| number.to_string()).collect();
    let fields: Vec<String> = (1..=10).map(|number| chained(&number.to_string())).collect();
    let many: Vec<(&str, &str)> =
        names.iter().zip(&fields).map(|(name, fields)| (name.as_str(), fields.as_str())).collect();
    let text = error(&CliProfile::new(), &profiles(&many)).to_string();
    assert!(text.contains("more than 8 sources in a row"), "{text}");
    // The eighth source is looked at.
    let text =
        error(&CliProfile::new(), &profiles(&[&many[..8], &[("8", r#""mode":"""#)]].concat()));
    assert!(text.to_string().contains("has a profile `8` without a mode"), "{text}");
}

#[test]
fn t67_a_current_profile_that_is_not_there_is_no_other_source() {
    let config = format!(r#"{{"current":"missing","profiles":[{{"name":"default",{PAIR}}}]}}"#);
    let fake = fake(&config);
    fake.set("ALIBABA_CLOUD_ACCESS_KEY_ID", "id");
    fake.set("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret");
    let error = error(&CliProfile::new(), &fake);
    assert_eq!(error.kind(), ErrorKind::Failed);
    assert!(error.to_string().contains("has no profile `missing`"), "{error}");
}

#[test]
fn t71_commands_and_uris_of_a_profile_can_be_forbidden() {
    for fields in [
        r#""mode":"External","process_command":"tool""#,
        r#""mode":"CredentialsURI","credentials_uri":"https://example.com/""#,
    ] {
        let fake = profiles(&[("default", fields)]);
        fake.set("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS", "true");
        let error = error(&CliProfile::new(), &fake);
        // The profile was chosen, so that nobody else is asked.
        assert_eq!(error.kind(), ErrorKind::Failed);
        assert!(error.to_string().contains("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS"), "{error}");
    }
}

#[test]
fn a_file_that_others_can_read_is_used_and_warned_of() {
    let fake = profiles(&[("default", PAIR)]);
    fake.let_others_read(PATH);
    assert_eq!(credentials(&CliProfile::new(), &fake).access_key_id(), "id");
    assert_eq!(fake.warnings()[0], Warning::ReadableByOthers(PATH.into()));
}
