//! `~/.alibabacloud/credentials.ini`: row T72. The dialect (T73) is tested beside it.

use std::sync::Arc;

use oss_sign_credentials::{CredentialsFile, ErrorKind, Warning};

use crate::support::{Answer, Fake, Server, credentials, error};

const PATH: &str = "/home/eric/.alibabacloud/credentials.ini";

const FILE: &str = "\
[default]
enable = true
type = access_key
access_key_id = foo
access_key_secret = bar

[notype]
access_key_id = foo

[noak]
type = access_key
access_key_secret = bar

[emptyak]
type = access_key
access_key_id =
access_key_secret = bar

[sts]
type = sts
access_key_id = STS.foo
access_key_secret = bar
security_token = token

[ecs]
type = ecs_ram_role

[ram]
type = ram_role_arn
access_key_id = foo
access_key_secret = bar
role_arn = acs:ram::1234567890123456:role/reader
role_session_name = session
role_session_expiration = 1000
policy = {\"Version\": \"1\", # no part of it
\t\"Statement\": []}

[noram]
type = ram_role_arn
access_key_secret = bar
role_arn = acs:ram::1234567890123456:role/reader

[norole]
type = ram_role_arn
access_key_id = foo
access_key_secret = bar

[soon]
type = ram_role_arn
access_key_id = foo
access_key_secret = bar
role_arn = acs:ram::1234567890123456:role/reader
role_session_expiration = soon

[oidc]
type = oidc_role_arn
role_arn = acs:ram::1234567890123456:role/reader
oidc_provider_arn = acs:ram::1234567890123456:oidc-provider/ci
oidc_token_file_path = /token

[rsa]
type = rsa_key_pair

[unknown]
type = hushhush
";

fn fake() -> Arc<Fake> {
    let fake = Fake::default();
    fake.set_home("/home/eric");
    fake.write_file(PATH, FILE);
    Arc::new(fake)
}

fn section(name: &str) -> CredentialsFile {
    CredentialsFile::new().with_section(name)
}

#[test]
fn t72_access_keys_and_tokens() {
    let found = credentials(&CredentialsFile::new(), &fake());
    assert_eq!((found.access_key_id(), found.access_key_secret()), ("foo", "bar"));
    assert_eq!(found.provider().as_str(), "profile/static_ak");
    let found = credentials(&section("sts"), &fake());
    assert_eq!(found.security_token(), Some("token"));
}

#[test]
fn t72_roles() {
    let server = Server::answering([Answer::json(
        r#"{"Credentials":{"AccessKeyId":"STS.id","AccessKeySecret":"secret",
            "SecurityToken":"token","Expiration":"2024-08-30T08:03:06Z"}}"#,
    )]);
    let fake = fake();
    fake.set("ALIBABA_CLOUD_STS_ENDPOINT", &server.url());
    let found = credentials(&section("ram"), &fake);
    assert_eq!(found.provider().as_str(), "profile/ram_role_arn/static_ak");
    let asked = server.take_asked().remove(0);
    assert_eq!(asked.form("Policy").unwrap(), "{\"Version\": \"1\",\n\"Statement\": []}");
    assert_eq!(asked.form("RoleSessionName").unwrap(), "session");
    assert_eq!(asked.form("DurationSeconds").unwrap(), "1000");

    fake.write_file("/token", "token-of-ci");
    let found = credentials(&section("oidc"), &fake);
    assert_eq!(found.provider().as_str(), "profile/oidc_role_arn");
    assert_eq!(server.asked()[0].form("OIDCToken").unwrap(), "token-of-ci");
}

#[test]
fn t72_what_a_section_lacks_is_named() {
    for (name, said) in [
        ("missing", "has no section `missing`"),
        ("notype", "without `type`"),
        ("noak", "without `access_key_id`"),
        ("emptyak", "without `access_key_id`"),
        ("ecs", "without `role_name`"),
        ("noram", "without `access_key_id`"),
        ("norole", "without `role_arn`"),
        ("soon", "no number of seconds"),
        ("rsa", "OSS has no signature for the type `rsa_key_pair`"),
        ("unknown", "its `type` is none of"),
    ] {
        let error = error(&section(name), &fake());
        assert_eq!(error.kind(), ErrorKind::Failed, "{error}");
        let text = error.to_string();
        assert!(text.contains(said) && text.contains(PATH) && !text.contains("hush"), "{text}");
    }
}

#[test]
fn t72_the_environment_chooses_file_and_section() {
    let fake = fake();
    fake.set("ALIBABA_CLOUD_PROFILE", "sts");
    assert_eq!(credentials(&CredentialsFile::new(), &fake).access_key_id(), "STS.foo");
    assert_eq!(credentials(&section("default"), &fake).access_key_id(), "foo");
    fake.write_file("/mine", "[sts]\ntype=access_key\naccess_key_id=mine\naccess_key_secret=bar");
    fake.set("ALIBABA_CLOUD_CREDENTIALS_FILE", "/mine");
    fake.let_others_read("/mine");
    assert_eq!(credentials(&CredentialsFile::new(), &fake).access_key_id(), "mine");
    assert_eq!(fake.warnings()[0], Warning::ReadableByOthers("/mine".into()));
    assert_eq!(
        credentials(&CredentialsFile::new().with_path(PATH), &fake).access_key_id(),
        "STS.foo"
    );
    fake.set("ALIBABA_CLOUD_CREDENTIALS_FILE", "/absent");
    assert_eq!(error(&CredentialsFile::new(), &fake).kind(), ErrorKind::Failed);
}

#[test]
fn t72_no_file_is_no_mistake_and_both_names_are_looked_for() {
    let fake = Arc::new(Fake::default());
    assert_eq!(error(&CredentialsFile::new(), &fake).kind(), ErrorKind::NotConfigured);
    fake.set_home("/home/eric");
    assert_eq!(error(&CredentialsFile::new(), &fake).kind(), ErrorKind::NotConfigured);
    fake.write_file("/home/eric/.alibabacloud/credentials", "[other]\n");
    assert_eq!(error(&CredentialsFile::new(), &fake).kind(), ErrorKind::NotConfigured);
    fake.write_file("/home/eric/.alibabacloud/credentials", FILE);
    assert_eq!(credentials(&CredentialsFile::new(), &fake).access_key_id(), "foo");
    fake.write_file(PATH, "[default");
    let error = error(&CredentialsFile::new(), &fake);
    assert_eq!(error.kind(), ErrorKind::Failed);
    assert!(error.to_string().contains("line 1"), "{error}");
}
