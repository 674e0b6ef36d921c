//! Commands that print credentials: rows T56 to T62. How commands are run and lines are split is
//! tested beside it.

use std::sync::Arc;

use oss_sign_credentials::{
    Blocking, Cached, Cause, CommandError, ErrorKind, External, Lifetime, Output,
    ProvideCredentials, Surroundings,
};

use crate::support::{Fake, NOW, credentials, error};

const PAIR: &str = r#"{"mode":"AK","access_key_id":"id","access_key_secret":"secret"}"#;

fn printing(output: &str) -> Arc<Fake> {
    let fake = Fake::default();
    fake.set_command("tool", Ok(Output::new(output)));
    Arc::new(fake)
}

fn tool() -> External {
    External::new("tool --profile 'a b'").unwrap()
}

fn until(text: &str) -> String {
    format!(
        r#"{{"mode":"StsToken","access_key_id":"STS.id","access_key_secret":"secret","sts_token":"token","expiration":"{text}"}}"#
    )
}

#[test]
fn t56_each_output_that_is_wrong_has_its_error() {
    for (output, expected) in [
        ("", "is not a JSON object"),
        ("not json", "is not a JSON object"),
        (r#"{"mode":"AK","access_key_secret":"secret"}"#, "access_key_id"),
        (r#"{"mode":"AK","access_key_id":"id"}"#, "access_key_secret"),
        (
            r#"{"mode":"StsToken","access_key_id":"id","access_key_secret":"secret"}"#,
            "no `sts_token`",
        ),
        (&until("tomorrow"), "expiration"),
    ] {
        let error = error(&tool(), &printing(output));
        assert_eq!(error.kind(), ErrorKind::Failed);
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[test]
fn t56_a_command_that_fails_is_named_without_its_arguments() {
    let fake = Fake::default();
    fake.set_command("tool", Err(CommandError::Status(Some(1))));
    let error = error(&tool(), &Arc::new(fake));
    assert_eq!(error.cause(), &Cause::Command("tool".into(), CommandError::Status(Some(1))));
    assert_eq!(error.to_string(), "external: the command tool ended with status 1");
}

#[test]
fn t56_credentials_that_expired_when_they_came_are_refused() {
    let error = error(&tool(), &printing(&until("2024-08-30T07:03:06Z")));
    assert!(matches!(error.cause(), Cause::Expired(at) if at.unix_seconds() == NOW), "{error}");
}

#[test]
fn t57_without_an_expiration_the_command_is_run_for_each_use() {
    let fake = printing(PAIR);
    assert_eq!(credentials(&tool(), &fake).lifetime(), Lifetime::Unknown);
    fake.set_command("tool", Ok(Output::new(PAIR.replace("\"id\"", "\"later\""))));
    assert_eq!(credentials(&tool(), &fake).access_key_id(), "later");
}

#[test]
fn t58_with_an_expiration_it_is_run_once() {
    let fake = printing(&until("2024-08-30T08:03:06Z"));
    let surroundings: Arc<dyn Surroundings> = fake.clone();
    let provider =
        Blocking::new(tool(), oss_sign_credentials::http::Offline).with_surroundings(surroundings);
    let clock = Arc::clone(&fake);
    let cached = Cached::new(provider).with_clock(move || clock.now());
    let first = cached.provide().unwrap();
    assert_eq!(first.expires_at().unwrap().unix_seconds(), NOW + 3600);
    assert_eq!(first.provider().as_str(), "external");
    fake.set_command("tool", Err(CommandError::NotFound));
    assert!(Arc::ptr_eq(&first, &cached.provide().unwrap()));
}

#[test]
fn t60_what_a_command_prints_is_in_no_error() {
    for output in [
        "secret-output-not-json",
        r#"{"mode":"secret-output","access_key_id":"id","access_key_secret":"secret"}"#,
        r#"{"access_key_id":"secret-output\n","access_key_secret":"secret"}"#,
        &until("secret-output"),
    ] {
        let error = error(&tool(), &printing(output));
        assert!(!format!("{error} {error:?}").contains("secret-output"), "{error}");
    }
}

#[test]
fn t62_a_pair_of_the_second_form_is_kept() {
    let pair = r#"{"AccessKeyId":"id","AccessKeySecret":"secret"}"#;
    assert_eq!(credentials(&tool(), &printing(pair)).lifetime(), Lifetime::Permanent);
    let temporary = r#"{"AccessKeyId":"STS.id","AccessKeySecret":"secret","SecurityToken":"token","Expiration":"2024-08-30T08:03:06Z"}"#;
    let temporary = credentials(&tool(), &printing(temporary));
    assert_eq!(temporary.security_token(), Some("token"));
    assert_eq!(temporary.expires_at().unwrap().unix_seconds(), NOW + 3600);
}

#[test]
fn t71_commands_can_be_forbidden() {
    let fake = printing(PAIR);
    fake.set("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS", "1");
    let error = error(&tool(), &fake);
    assert!(error.to_string().contains("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS"), "{error}");
    // A word that is neither is no permission.
    fake.set("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS", "yes");
    assert_eq!(crate::support::error(&tool(), &fake).kind(), ErrorKind::Failed);
    fake.set("ALIBABA_CLOUD_DISABLE_EXTERNAL_PROCESS", "false");
    assert_eq!(credentials(&tool(), &fake).access_key_id(), "id");
}

#[test]
fn a_line_that_is_no_command_is_refused() {
    for line in ["", "  ", "'tool", "tool \""] {
        assert_eq!(External::new(line).unwrap_err().kind(), ErrorKind::Failed, "{line}");
    }
}
