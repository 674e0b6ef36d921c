//! The AccessKey, the region and the endpoint from the environment.

use crate::run::{OBJECT, before_query, print_in};

const OSS: [(&str, &str); 2] =
    [("OSS_ACCESS_KEY_ID", "oss-id"), ("OSS_ACCESS_KEY_SECRET", "secret")];
const ALIBABA_CLOUD: [(&str, &str); 2] =
    [("ALIBABA_CLOUD_ACCESS_KEY_ID", "cloud-id"), ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "secret")];
const EMPTY: [(&str, &str); 3] =
    [("OSS_ACCESS_KEY_ID", ""), ("OSS_ACCESS_KEY_SECRET", ""), ("OSS_SESSION_TOKEN", "")];

fn presign(environment: &[&[(&str, &str)]], arguments: &[&str]) -> String {
    print_in(&environment.concat(), &[&["presign", OBJECT], arguments].concat())
}

#[test]
fn access_keys() {
    for (environment, id) in [
        (&[&OSS[..]][..], "oss-id"),
        (&[&ALIBABA_CLOUD[..]], "cloud-id"),
        (&[&OSS[..], &ALIBABA_CLOUD], "oss-id"),
        (&[&EMPTY[..], &ALIBABA_CLOUD], "cloud-id"),
    ] {
        let url = presign(environment, &["--region", "cn-hangzhou"]);
        assert!(url.contains(&format!("?x-oss-credential={id}%2F")), "{environment:?}: {url}");
    }
}

#[test]
fn security_tokens() {
    for (environment, token) in [
        (&[&OSS[..], &[("OSS_SESSION_TOKEN", "one")]][..], Some("one")),
        (&[&ALIBABA_CLOUD[..], &[("ALIBABA_CLOUD_SECURITY_TOKEN", "two")]], Some("two")),
        (&[&OSS[..], &[("OSS_SESSION_TOKEN", "")]], None),
        // A token belongs to the AccessKey beside it.
        (&[&OSS[..], &ALIBABA_CLOUD, &[("ALIBABA_CLOUD_SECURITY_TOKEN", "two")]], None),
    ] {
        let url = presign(environment, &["--region", "cn-hangzhou"]);
        let found = url.split_once("&x-oss-security-token=").map(|(_, rest)| rest);
        let found = found.and_then(|rest| rest.split('&').next());
        assert_eq!(found, token, "{environment:?}");
    }
}

#[test]
fn region_and_endpoint() {
    let region = ("OSS_REGION", "cn-beijing");
    let endpoint = ("OSS_ENDPOINT", "https://gateway.example");
    for (environment, arguments, url) in [
        (&[region][..], &[][..], "https://examplebucket.oss-cn-beijing.aliyuncs.com/"),
        (
            &[region],
            &["--region", "cn-shanghai"],
            "https://examplebucket.oss-cn-shanghai.aliyuncs.com/",
        ),
        (&[region, endpoint], &[], "https://examplebucket.gateway.example/"),
        (
            &[region, endpoint],
            &["--endpoint", "internal"],
            "https://examplebucket.oss-cn-beijing-internal.aliyuncs.com/",
        ),
        (
            &[region, ("OSS_ENDPOINT", "")],
            &[],
            "https://examplebucket.oss-cn-beijing.aliyuncs.com/",
        ),
        (
            &[region, ("OSS_ENDPOINT", "accelerate")],
            &[],
            "https://examplebucket.oss-accelerate.aliyuncs.com/",
        ),
    ] {
        let found = presign(&[&OSS, environment], arguments);
        assert_eq!(
            before_query(&found),
            format!("{url}exampledir/exampleobject.txt"),
            "{environment:?} {arguments:?}"
        );
    }
}
