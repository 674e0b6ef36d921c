//! Warnings: a line each on standard error, and the work is done all the same.

use crate::run::{ENVIRONMENT, OBJECT, TOKEN, run_in};

const V1: [&str; 2] = ["--signature-version", "v1"];
const WITH_TOKEN: [(&str, &str); 4] = [ENVIRONMENT[0], ENVIRONMENT[1], ENVIRONMENT[2], TOKEN];

/// What is said about `presign OBJECT` with these flags, without the name of the command.
fn warning(environment: &[(&str, &str)], flags: &[&str]) -> String {
    let outcome = run_in(environment, &[&["presign", OBJECT], flags].concat());
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    assert!(outcome.stdout.starts_with("https://") || outcome.stdout.starts_with("http://"));
    assert!(outcome.stderr.lines().count() <= 1, "{outcome:?}");
    outcome.stderr
}

#[test]
fn a_url_that_outlives_what_oss_allows_with_a_token() {
    let said = warning(&WITH_TOKEN, &["--expires", "43201"]);
    assert!(said.starts_with("oss-sign: warning: with a security token"), "{said}");
    assert!(said.contains("--expires 12h"), "{said}");
    assert_eq!(warning(&WITH_TOKEN, &["--expires", "43200"]), "");
    assert_eq!(warning(&ENVIRONMENT, &["--expires", "7d"]), "");
    assert_eq!(warning(&WITH_TOKEN, &["--expires", "7d", V1[0], V1[1]]), "");
}

#[test]
fn a_bucket_that_is_twice_in_the_host() {
    let twice = ["--endpoint", "https://ExampleBucket.oss-cn-hangzhou.aliyuncs.com"];
    let said = warning(&ENVIRONMENT, &twice);
    assert!(said.contains("'examplebucket.ExampleBucket.oss-cn"), "{said}");
    assert!(said.contains("--addressing cname"), "{said}");
    for flags in [
        &["--endpoint", twice[1], "--addressing", "cname"][..],
        &["--endpoint", twice[1], "--addressing", "path"],
        &["--endpoint", "https://examplebucket2.example.com"],
    ] {
        assert_eq!(warning(&ENVIRONMENT, flags), "", "{flags:?}");
    }
}

#[test]
fn a_query_that_v1_leaves_unsigned() {
    let said = warning(&ENVIRONMENT, &["--query", "acl", "--query", "prefix=a", V1[0], V1[1]]);
    assert!(said.contains("leaves query parameters unsigned"), "{said}");
    assert!(said.contains("--signature-version v4"), "{said}");
    let signed = ["--query", "acl", "--process", "image/info", "--version-id", "v"];
    assert_eq!(warning(&ENVIRONMENT, &[&signed[..], &V1].concat()), "");
    assert_eq!(warning(&ENVIRONMENT, &["--query", "prefix=a"]), "");
}

#[test]
fn plain_http_is_the_users_choice() {
    assert_eq!(warning(&ENVIRONMENT, &["--endpoint", "http://oss-cn-hangzhou.aliyuncs.com"]), "");
}
