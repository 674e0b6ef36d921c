//! The environment: rows T3 to T9 and T95.

use std::sync::Arc;

use oss_sign_credentials::{Cause, Environment, ErrorKind, Lifetime};

use crate::support::{Fake, credentials, error};

const OSS: [(&str, &str); 2] =
    [("OSS_ACCESS_KEY_ID", "oss-id"), ("OSS_ACCESS_KEY_SECRET", "oss-secret")];
const ALIBABA_CLOUD: [(&str, &str); 2] =
    [("ALIBABA_CLOUD_ACCESS_KEY_ID", "ac-id"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ac-secret")];

fn fake<'v>(variables: impl IntoIterator<Item = (&'v str, &'v str)>) -> Arc<Fake> {
    Arc::new(Fake::with_variables(variables))
}

/// There the static provider has them. Here the environment is a provider of its own, and a value that
/// is given is never another's.
#[test]
fn t03_a_pair_is_read() {
    for (variables, id, secret) in
        [(OSS, "oss-id", "oss-secret"), (ALIBABA_CLOUD, "ac-id", "ac-secret")]
    {
        let credentials = credentials(&Environment::new(), &fake(variables));
        assert_eq!(credentials.access_key_id(), id);
        assert_eq!(credentials.access_key_secret(), secret);
        assert_eq!(credentials.security_token(), None);
        assert_eq!(credentials.lifetime(), Lifetime::Unknown);
    }
}

#[test]
fn t04_without_variables_it_is_not_configured() {
    let empty = [("OSS_ACCESS_KEY_ID", ""), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "")];
    for surroundings in [fake([]), fake(empty)] {
        let error = error(&Environment::new(), &surroundings);
        assert_eq!(error.kind(), ErrorKind::NotConfigured);
        assert_eq!(
            error.to_string(),
            "env: OSS_ACCESS_KEY_ID or ALIBABA_CLOUD_ACCESS_KEY_ID is not set"
        );
    }
}

/// A token alone tells of a pair that was to be set.
#[test]
fn t05_t08_half_a_pair_is_an_error_that_names_the_other_half() {
    for (set, missing) in [
        ("OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET"),
        ("OSS_ACCESS_KEY_SECRET", "OSS_ACCESS_KEY_ID"),
        ("ALIBABA_CLOUD_ACCESS_KEY_ID", "ALIBABA_CLOUD_ACCESS_KEY_SECRET"),
        ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_ACCESS_KEY_ID"),
    ] {
        let error = error(&Environment::new(), &fake([(set, "value")]));
        assert_eq!(error.kind(), ErrorKind::Failed, "{set}");
        assert_eq!(*error.cause(), Cause::missing(missing));
    }
    for token in ["OSS_SESSION_TOKEN", "ALIBABA_CLOUD_SECURITY_TOKEN"] {
        let error = error(&Environment::new(), &fake([(token, "token")]));
        assert_eq!(error.kind(), ErrorKind::Failed, "{token}");
        assert_eq!(*error.cause(), Cause::invalid(token, "is set without an AccessKey"));
    }
}

#[test]
fn t06_a_token_is_read_with_its_pair() {
    let oss = OSS.into_iter().chain([("OSS_SESSION_TOKEN", "oss-token")]);
    let alibaba = ALIBABA_CLOUD.into_iter().chain([("ALIBABA_CLOUD_SECURITY_TOKEN", "ac-token")]);
    for (surroundings, token) in [(fake(oss), "oss-token"), (fake(alibaba), "ac-token")] {
        let credentials = credentials(&Environment::new(), &surroundings);
        assert_eq!(credentials.security_token(), Some(token));
        assert_eq!(credentials.provider().as_str(), "env");
    }
}

#[test]
fn t07_the_variables_of_oss_win_and_the_families_are_never_mixed() {
    let surroundings = fake(OSS.into_iter().chain(ALIBABA_CLOUD));
    surroundings.set("ALIBABA_CLOUD_SECURITY_TOKEN", "ac-token");
    for (provider, id, secret, token) in [
        (Environment::new(), "oss-id", "oss-secret", None),
        (Environment::of_oss(), "oss-id", "oss-secret", None),
        (Environment::of_alibaba_cloud(), "ac-id", "ac-secret", Some("ac-token")),
    ] {
        let credentials = credentials(&provider, &surroundings);
        assert_eq!(credentials.access_key_id(), id);
        assert_eq!(credentials.access_key_secret(), secret);
        assert_eq!(credentials.security_token(), token);
    }
    let of_oss = error(&Environment::of_oss(), &fake(ALIBABA_CLOUD));
    assert_eq!(*of_oss.cause(), Cause::missing("OSS_ACCESS_KEY_ID"));
    let half = fake([OSS[0]].into_iter().chain(ALIBABA_CLOUD));
    assert_eq!(*error(&Environment::new(), &half).cause(), Cause::missing("OSS_ACCESS_KEY_SECRET"));
}

#[test]
fn t09_a_change_is_seen() {
    let surroundings = fake(OSS);
    assert_eq!(credentials(&Environment::new(), &surroundings).access_key_id(), "oss-id");
    surroundings.set("OSS_ACCESS_KEY_ID", "another-id");
    assert_eq!(credentials(&Environment::new(), &surroundings).access_key_id(), "another-id");
}

#[test]
fn t95_a_line_end_that_was_copied_with_a_value_is_refused() {
    let token = ("OSS_SESSION_TOKEN", "oss-token");
    for (name, value) in OSS.into_iter().chain([token]) {
        let surroundings = fake(OSS);
        surroundings.set(name, &format!("{value}\r\n"));
        let error = error(&Environment::new(), &surroundings);
        assert_eq!(error.kind(), ErrorKind::Failed);
        let text = error.to_string();
        assert!(text.starts_with(&format!("env: {name}: ")), "{text}");
        assert!(text.contains("remove line ends"), "{text}");
    }
}
