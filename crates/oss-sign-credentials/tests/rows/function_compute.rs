//! Function Compute: from the environment of an instance.

use std::sync::Arc;

use oss_sign_credentials::{ErrorKind, FunctionCompute, Lifetime};

use crate::support::{Fake, credentials, error};

#[test]
fn the_environment_has_three_parts_by_new_names_or_by_old_ones() {
    for names in [
        [
            "ALIBABA_CLOUD_ACCESS_KEY_ID",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
            "ALIBABA_CLOUD_SECURITY_TOKEN",
        ],
        ["accessKeyID", "accessKeySecret", "securityToken"],
    ] {
        let parts = [(names[0], "STS.id"), (names[1], "secret"), (names[2], "token")];
        let fake = Arc::new(Fake::with_variables(parts));
        let found = credentials(&FunctionCompute::from_environment(), &fake);
        assert_eq!(found.access_key_id(), "STS.id");
        assert_eq!(found.security_token(), Some("token"));
        assert_eq!(found.lifetime(), Lifetime::Unknown);
    }
}

#[test]
fn a_pair_without_a_token_is_not_that_of_a_function() {
    let parts =
        [("ALIBABA_CLOUD_ACCESS_KEY_ID", "id"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret")];
    let fake = Arc::new(Fake::with_variables(parts));
    let error = error(&FunctionCompute::from_environment(), &fake);
    assert_eq!(error.kind(), ErrorKind::NotConfigured);
    assert!(error.to_string().contains("ALIBABA_CLOUD_SECURITY_TOKEN"), "{error}");
}
