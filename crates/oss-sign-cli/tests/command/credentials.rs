//! Where the AccessKey comes from, and what is told of it.

use std::fs;
use std::path::PathBuf;

use crate::run::{OBJECT, Outcome, command, outcome, run_in};
use crate::server::Server;

const SECRETS: [&str; 2] = ["hush-secret", "hush-token"];

/// A directory of a test's own, to be a home.
fn home(name: &str) -> PathBuf {
    let home = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&home);
    fs::create_dir_all(home.join(".aliyun")).unwrap();
    fs::create_dir_all(home.join(".alibabacloud")).unwrap();
    home
}

/// A home with a configuration file that nobody else can read.
fn home_with_profiles(name: &str) -> PathBuf {
    let home = home(name);
    let path = home.join(".aliyun/config.json");
    let config = r#"{"current":"one","profiles":[
        {"name":"one","mode":"AK","access_key_id":"of-one","access_key_secret":"hush-secret"},
        {"name":"two","mode":"StsToken","access_key_id":"STS.two","access_key_secret":"hush-secret",
         "sts_token":"hush-token","sts_expiration":1700003600}]}"#;
    fs::write(&path, config.replace("1700003600", "4102444800")).unwrap();
    only_for_me(&path);
    home
}

fn only_for_me(path: &std::path::Path) {
    #[cfg(unix)]
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    #[cfg(not(unix))]
    let _ = path;
}

fn in_home(home: &std::path::Path, environment: &[(&str, &str)], arguments: &[&str]) -> Outcome {
    let outcome = outcome(command(environment, arguments).env("HOME", home));
    for secret in SECRETS {
        let text = format!("{outcome:?}");
        assert!(arguments.contains(&"--export") || !text.contains(secret), "{text}");
    }
    outcome
}

fn show(outcome: &Outcome) -> &str {
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    &outcome.stdout
}

#[test]
fn show_tells_source_id_and_expiry() {
    let home = home_with_profiles("show");
    let shown = in_home(&home, &[], &["credentials", "show"]);
    assert_eq!(
        show(&shown),
        "source: default/cli_profile/static_ak\nAccessKey ID: of-one\nkind: long-term\nexpires at: never\n"
    );
    let shown = in_home(&home, &[], &["credentials", "show", "--profile", "two"]);
    assert_eq!(
        show(&shown),
        "source: cli_profile/static_sts\nAccessKey ID: STS.two\nkind: temporary\nexpires at: 2100-01-01T00:00:00Z\n"
    );
    let environment = [("ALIBABA_CLOUD_PROFILE", "two")];
    let shown = in_home(&home, &environment, &["credentials", "show", "--json"]);
    assert_eq!(
        show(&shown),
        "{\n  \"provider\": \"default/cli_profile/static_sts\",\n  \"access_key_id\": \"STS.two\",\n  \"is_temporary\": true,\n  \"expires_at\": \"2100-01-01T00:00:00Z\"\n}\n"
    );
}

#[test]
fn temporary_credentials_are_exported_when_asked_and_long_term_ones_never() {
    let home = home_with_profiles("export");
    let two = ["credentials", "show", "--profile", "two", "--export"];
    assert_eq!(
        show(&in_home(&home, &[], &two)),
        "export OSS_ACCESS_KEY_ID='STS.two'\nexport OSS_ACCESS_KEY_SECRET='hush-secret'\nexport OSS_SESSION_TOKEN='hush-token'\n"
    );
    assert_eq!(
        show(&in_home(&home, &[], &[&two[..], &["--json"]].concat())),
        "{\n  \"AccessKeyId\": \"STS.two\",\n  \"AccessKeySecret\": \"hush-secret\",\n  \"SecurityToken\": \"hush-token\",\n  \"Expiration\": \"2100-01-01T00:00:00Z\"\n}\n"
    );
    let one = in_home(&home, &[], &["credentials", "show", "--export"]);
    assert_eq!((one.code, one.stdout.as_str()), (Some(2), ""));
    assert!(one.stderr.contains("oss-sign assume-role"), "{one:?}");
    assert!(!one.stderr.contains("hush"), "{one:?}");
}

#[test]
fn show_tells_for_each_place_why_it_has_none() {
    let home = home("none");
    let shown = in_home(&home, &[], &["credentials", "show"]);
    assert_eq!((shown.code, shown.stdout.as_str()), (Some(2), ""));
    let lines: Vec<&str> = shown.stderr.lines().collect();
    assert_eq!(lines.len(), 8, "{shown:?}");
    assert_eq!(lines[0], "oss-sign: no provider has credentials");
    assert!(lines[4].contains(".aliyun/config.json is not there"), "{shown:?}");
}

#[test]
fn every_verb_takes_a_profile() {
    let home = home_with_profiles("verbs");
    let region = [("OSS_REGION", "cn-hangzhou")];
    let run = |arguments: &[&str]| in_home(&home, &region, arguments);
    let url = run(&["presign", OBJECT, "--profile", "one", "--now", "1700000000"]);
    assert!(show(&url).contains("?x-oss-credential=of-one%2F"), "{url:?}");
    let url = url.stdout.trim();
    let verified = run(&["verify", url, "--profile", "one", "--now", "1700000000"]);
    assert!(show(&verified).starts_with("holds: yes\n"), "{verified:?}");
    let signed = run(&["sign", "GET", "oss://examplebucket", "--profile", "one"]);
    assert!(show(&signed).contains("Credential=of-one/"), "{signed:?}");
    let form = run(&["post", "oss://examplebucket/a/", "--max-size", "1", "--profile", "one"]);
    assert!(show(&form).contains("x-oss-credential: of-one/"), "{form:?}");
    let explained = run(&["explain", url, "--profile", "one"]);
    assert!(show(&explained).contains("of-one"), "{explained:?}");
}

#[test]
fn each_source_can_be_chosen() {
    let home = home_with_profiles("sources");
    let ini = home.join(".alibabacloud/credentials.ini");
    fs::write(
        &ini,
        "[default]\ntype=access_key\naccess_key_id=of-ini\naccess_key_secret=hush-secret\n",
    )
    .unwrap();
    only_for_me(&ini);
    let other = home.join("other.json");
    fs::copy(home.join(".aliyun/config.json"), &other).unwrap();
    let server = Server::answering(
        r#"{"Code":"Success","AccessKeyId":"STS.uri","AccessKeySecret":"hush-secret",
            "SecurityToken":"hush-token","Expiration":"2100-01-01T00:00:00Z"}"#,
    );
    let uri = server.url();
    let environment = [
        ("OSS_ACCESS_KEY_ID", "of-env"),
        ("OSS_ACCESS_KEY_SECRET", "hush-secret"),
        ("ALIBABA_CLOUD_CREDENTIALS_URI", uri.as_str()),
        ("accessKeyID", "STS.fc"),
        ("accessKeySecret", "hush-secret"),
        ("securityToken", "hush-token"),
    ];
    let other = other.to_str().unwrap();
    for (arguments, id) in [
        (&[][..], "of-env"),
        (&["--credentials", "env"], "of-env"),
        (&["--credentials", "config"], "of-one"),
        (&["--credentials", "config", "--profile", "two"], "STS.two"),
        (&["--config-file", other, "--profile", "two"], "STS.two"),
        (&["--credentials", "ini"], "of-ini"),
        (&["--credentials", "uri"], "STS.uri"),
        (&["--credentials", "fc"], "STS.fc"),
        #[cfg(unix)]
        (
            &["--process-command", r#"echo '{"AccessKeyId":"of-tool","AccessKeySecret":"x"}'"#],
            "of-tool",
        ),
    ] {
        let arguments = [&["credentials", "show"], arguments].concat();
        let shown = in_home(&home, &environment, &arguments);
        assert!(show(&shown).contains(&format!("AccessKey ID: {id}\n")), "{arguments:?} {shown:?}");
    }
    assert_eq!(server.asked().len(), 1);
}

#[test]
fn a_source_that_was_chosen_and_has_nothing_is_a_mistake() {
    let home = home_with_profiles("mistakes");
    let region = [("OSS_REGION", "cn-hangzhou")];
    for (flags, said) in [
        (&["--profile", "three"][..], "has no profile `three`"),
        (&["--config-file", "/no/such/file"], "/no/such/file is not there"),
        (&["--credentials", "ini"], "credentials is not there"),
        (&["--credentials", "env"], "OSS_ACCESS_KEY_ID"),
        (&["--credentials", "oidc"], "ALIBABA_CLOUD_OIDC_PROVIDER_ARN"),
        (&["--credentials", "uri"], "ALIBABA_CLOUD_CREDENTIALS_URI"),
        (&["--credentials", "fc"], "ALIBABA_CLOUD_ACCESS_KEY_ID"),
        #[cfg(feature = "kms")]
        (&["--credentials", "kms"], "cache_client_region_id"),
        (&["--credentials", "external"], "--process-command"),
        (&["--process-command", "'tool"], "a quote that is not closed"),
        (&["--process-command", "/no/such/tool"], "/no/such/tool is not there"),
        (&["--credentials", "env", "--profile", "one"], "remove what is of another source"),
        (&["--credentials", "env", "--process-command", "x"], "remove what is of another source"),
        (&["--credentials", "xyzzy"], "see --help"),
    ] {
        for verb in [&["presign", OBJECT][..], &["credentials", "show"]] {
            let outcome = in_home(&home, &region, &[verb, flags].concat());
            assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{outcome:?}");
            assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
            assert!(outcome.stderr.contains(said), "{said}: {outcome:?}");
        }
    }
}

#[test]
fn a_url_that_outlives_its_access_key_is_warned_of() {
    let home = home_with_profiles("outlives");
    let region = [("OSS_REGION", "cn-hangzhou")];
    let presign = |expires_at: &str| {
        let arguments = [
            "presign",
            OBJECT,
            "--profile",
            "two",
            "--now",
            "4102443000",
            "--expires-at",
            expires_at,
        ];
        in_home_with_token(&home, &region, &arguments)
    };
    // The AccessKey expires at 4102444800.
    assert_eq!(presign("4102444800").stderr, "");
    let warned = presign("4102444801");
    assert_eq!(warned.code, Some(0));
    assert!(
        warned.stderr.contains("warning: the URL stops to work at 2100-01-01T00:00:00Z"),
        "{warned:?}"
    );
    let form = ["post", "oss://examplebucket/a/", "--max-size", "1", "--profile", "two"];
    let form = [&form[..], &["--now", "4102443000", "--expires", "1801"]].concat();
    let warned = in_home_with_token(&home, &region, &form);
    assert!(warned.stderr.contains("warning: the form stops to work at"), "{warned:?}");
}

/// A URL has the token in it.
fn in_home_with_token(
    home: &std::path::Path,
    environment: &[(&str, &str)],
    arguments: &[&str],
) -> Outcome {
    outcome(command(environment, arguments).env("HOME", home))
}

#[cfg(unix)]
#[test]
fn a_file_that_others_can_read_is_used_and_warned_of() {
    use std::os::unix::fs::PermissionsExt;

    let home = home_with_profiles("readable");
    let path = home.join(".aliyun/config.json");
    fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
    let shown = in_home(&home, &[], &["credentials", "show"]);
    assert_eq!(shown.code, Some(0));
    let path = path.display();
    assert_eq!(
        shown.stderr,
        format!(
            "oss-sign: warning: {path} holds a secret, and others may read it: chmod 600 {path}\n"
        )
    );
}

const ARN: &str = "acs:ram::1234567890123456:role/oss-reader";

/// STS, for whoever signs with the AccessKey of these tests.
fn sts() -> Server {
    Server::answering(
        r#"{"RequestId":"r","Credentials":{"AccessKeyId":"STS.role","AccessKeySecret":"hush-secret",
            "SecurityToken":"hush-token","Expiration":"2100-01-01T00:00:00Z"}}"#,
    )
}

const ENVIRONMENT: [(&str, &str); 2] =
    [("OSS_ACCESS_KEY_ID", "testak"), ("OSS_ACCESS_KEY_SECRET", "testsk")];

#[test]
fn a_role_is_assumed_and_its_credentials_printed() {
    let server = sts();
    let home = home("role");
    let policy = home.join("policy.json");
    fs::write(&policy, "{\"Version\": \"1\"}\n").unwrap();
    let arguments = [
        "assume-role",
        ARN,
        "--policy",
        policy.to_str().unwrap(),
        "--duration",
        "15m",
        "--session-name",
        "eric",
        "--external-id",
        "ext-1",
        "--sts-endpoint",
        &server.url(),
    ];
    assert_eq!(
        show(&run_in(&ENVIRONMENT, &arguments)),
        "export OSS_ACCESS_KEY_ID='STS.role'\nexport OSS_ACCESS_KEY_SECRET='hush-secret'\nexport OSS_SESSION_TOKEN='hush-token'\n"
    );
    let printed = run_in(&ENVIRONMENT, &[&arguments[..], &["--json"]].concat());
    assert!(show(&printed).contains("\"Expiration\": \"2100-01-01T00:00:00Z\""), "{printed:?}");

    let asked = server.asked();
    assert_eq!(asked.len(), 2);
    let received =
        oss_sign_credentials::rpc::Received::parse("POST", &asked[0].0, &asked[0].1).unwrap();
    for (name, value) in [
        ("Action", "AssumeRole"),
        ("RoleArn", ARN),
        ("Policy", "{\"Version\": \"1\"}"),
        ("DurationSeconds", "900"),
        ("RoleSessionName", "eric"),
        ("ExternalId", "ext-1"),
    ] {
        assert_eq!(received.parameter(name), Some(value));
    }
    let credentials = oss_sign_credentials::Credentials::new("testak", "testsk", None).unwrap();
    let now = std::time::SystemTime::now().try_into().unwrap();
    let verified = received.verify(&credentials, now, core::time::Duration::from_secs(900));
    assert_eq!(verified, Ok(()));
}

#[test]
fn what_sts_refuses_and_what_is_not_sent_to_it() {
    let refusing = Server::refusing(403, r#"{"Code":"NoPermission","RequestId":"r-1"}"#);
    let url = refusing.url();
    for (flags, said) in [
        (&[ARN, "--sts-endpoint", url.as_str()][..], "NoPermission (request ID r-1)"),
        (&["acs:ram::1234567890123456:user/eric"], "<ARN> 'acs:ram"),
        (&[ARN, "--duration", "60"], "--duration '60'"),
        (&[ARN, "--duration", "13h"], "--duration '13h'"),
        (&[ARN, "--session-name", "e"], "--session-name 'e'"),
        (&[ARN, "--external-id", "e"], "--external-id 'e'"),
        (&[ARN, "--sts-endpoint", "http://sts.aliyuncs.com"], "--sts-endpoint 'http"),
        (&[ARN, "--policy", "/no/such/policy"], "--policy '/no/such/policy'"),
        (&[ARN, "--policy", "/dev/null"], "--policy '/dev/null'"),
    ] {
        let outcome = run_in(&ENVIRONMENT, &[&["assume-role"], flags].concat());
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{outcome:?}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
        assert!(outcome.stderr.contains(said), "{said}: {outcome:?}");
    }
    assert_eq!(refusing.asked().len(), 1);
}
