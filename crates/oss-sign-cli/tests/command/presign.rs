//! Presigned URLs, against what the official SDKs print with the same clock.

use crate::run::{ENVIRONMENT, OBJECT, TOKEN, before_query, print, print_in, run, run_in};

const SPECIAL: &str = "oss://examplebucket/dir/a b+c~d!e'f(g)*h,i=j&k#l?m%n;o:p@q$r中.txt";
const SPECIAL_URL: &str = "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/dir/a%20b%2Bc~d%21e%27f%28g%29%2Ah%2Ci%3Dj%26k%23l%3Fm%25n%3Bo%3Ap%40q%24r%E4%B8%AD.txt";
const OBJECT_URL: &str =
    "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/exampledir/exampleobject.txt";
const V4_TAIL: &str = "x-oss-signature-version=OSS4-HMAC-SHA256";
const CREDENTIAL: &str =
    "x-oss-credential=testak%2F20231114%2Fcn-hangzhou%2Foss%2Faliyun_v4_request";

/// The arguments of one hour's URL.
fn presign<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    [&["presign", "--expires", "3600"], arguments].concat()
}

#[test]
fn v4_urls_of_the_go_sdk() {
    let date = format!("{CREDENTIAL}&x-oss-date=20231114T221320Z&x-oss-expires=3600");
    for (arguments, url, before, signature) in [
        (
            &[OBJECT][..],
            OBJECT_URL,
            "",
            "1f227796faa923939ca0db499d9f14dd28b0435260b7261b8a766c3c4e0cfa42",
        ),
        (
            &[SPECIAL],
            SPECIAL_URL,
            "",
            "e1cef6f26853469f8b4fe02d059386e9f3eb41f41fb287f7de08d783c9ca7e2c",
        ),
        (
            &[
                OBJECT,
                "--method",
                "PUT",
                "--header",
                "Content-Type: text/plain",
                "--header",
                "x-oss-meta-a: b",
            ],
            OBJECT_URL,
            "",
            "2159890c0b9ca175a8cb2f5f2d49b0ae56978d18359a1b7507f7b389cf151823",
        ),
        (
            &[OBJECT, "--method", "POST", "--query", "uploads"],
            OBJECT_URL,
            "uploads&",
            "53b0a39ece58f7c92282fae60c86a08c4ed7b05c0584cc335e1782f887a59ae5",
        ),
        (
            &[OBJECT, "--additional-header", "host"],
            OBJECT_URL,
            "x-oss-additional-headers=host&",
            "30c23bcc0c6d7abc5c99d0383211afbe302d76dcf684a4359327c14b4d6462c3",
        ),
        (
            &["oss://examplebucket//a//b/", "--verbatim-key"],
            "https://examplebucket.oss-cn-hangzhou.aliyuncs.com//a//b/",
            "",
            "1f2fd929381f6638f70cc5e34f768f0d5e9e5f65eca58b7777b7794befdb0063",
        ),
    ] {
        assert_eq!(
            print(&presign(arguments)),
            format!("{url}?{before}{date}&x-oss-signature={signature}&{V4_TAIL}\n"),
            "{arguments:?}"
        );
    }
}

#[test]
fn v4_urls_with_a_token_and_sub_resources() {
    let environment = [&ENVIRONMENT[..], &[TOKEN]].concat();
    let arguments = presign(&[
        OBJECT,
        "--version-id",
        "CAEQ+/=",
        "--process",
        "image/resize,w_100",
        "--query",
        "response-content-disposition=attachment; filename=\"a b+c.txt\"",
    ]);
    let before = format!(
        "{OBJECT_URL}?response-content-disposition=attachment%3B%20filename%3D%22a%20b%2Bc.txt%22\
         &versionId=CAEQ%2B%2F%3D&{CREDENTIAL}&x-oss-date=20231114T221320Z&x-oss-expires=3600\
         &x-oss-process=image%2Fresize%2Cw_100&x-oss-security-token=CAIS%2Btok%2Fen%3D%3D"
    );
    let in_header = [&arguments[..], &["--header", "x-oss-traffic-limit: 819200"]].concat();
    let in_query = [&arguments[..], &["--query", "x-oss-traffic-limit=819200"]].concat();
    assert_eq!(
        print_in(&environment, &in_header),
        format!(
            "{before}&x-oss-signature=23449ae320245c40a64496434c3ffa507207f385f35f4f1a416fe719f8cdfab3&{V4_TAIL}\n"
        )
    );
    assert_eq!(
        print_in(&environment, &in_query),
        format!(
            "{before}&x-oss-signature=a05edcba832dd9314d955efc9c6e5459e59a9e1d6909c98578158b109b33c65f&{V4_TAIL}&x-oss-traffic-limit=819200\n"
        )
    );
}

#[test]
fn v1_urls_of_the_go_sdk() {
    for (arguments, url, signature, after) in [
        (&[OBJECT][..], OBJECT_URL, "DeAGSwXmz86qq6ld7DKO3gCs9Uw%3D", ""),
        (&[SPECIAL], SPECIAL_URL, "AZ0j0TyiOdYYrDGidGirpwq0B7g%3D", ""),
        (
            &[OBJECT, "--method", "POST", "--query", "uploads"],
            OBJECT_URL,
            "jWBieV1pgRE59jS9krIUWgyjmYs%3D",
            "&uploads",
        ),
        (
            &["oss://examplebucket//a//b/", "--verbatim-key"],
            "https://examplebucket.oss-cn-hangzhou.aliyuncs.com//a//b/",
            "i1uwIwnEd53YWB1Lbf5XPNTySEE%3D",
            "",
        ),
    ] {
        let arguments = [&presign(arguments)[..], &["--signature-version", "v1"]].concat();
        assert_eq!(
            print(&arguments),
            format!(
                "{url}?Expires=1700003600&OSSAccessKeyId=testak&Signature={signature}{after}\n"
            ),
            "{arguments:?}"
        );
    }
}

#[test]
fn a_cloud_box_with_additional_headers() {
    let outcome = run_in(
        &[("OSS_ACCESS_KEY_ID", "ak"), ("OSS_ACCESS_KEY_SECRET", "sk")],
        &[
            "presign",
            "oss://bucket/1234+-/123/1.txt",
            "--method",
            "PUT",
            "--region",
            "cb-123",
            "--product",
            "oss-cloudbox",
            "--now",
            "1702781677",
            "--expires",
            "599",
            "--query",
            "param1=value1",
            "--query",
            "+param1=value3",
            "--query",
            "|param1=value4",
            "--query",
            "+param2",
            "--query",
            "|param2",
            "--query",
            "param2",
            "--header",
            "x-oss-head1: value",
            "--header",
            "abc: value",
            "--header",
            "ZAbc: value",
            "--header",
            "XYZ: value",
            "--header",
            "Content-Type: application/octet-stream",
            "--additional-header",
            "abc",
            "--additional-header",
            "ZAbc",
        ],
    );
    let signature =
        "x-oss-signature=07284191b9b4978ac3520cd39ee2dea2747eda454089359371ff463a6c7ba20f";
    assert!(outcome.stdout.contains(signature), "{outcome:?}");
}

#[test]
fn an_expiry_has_many_spellings() {
    let expected = print(&presign(&[OBJECT]));
    for spelling in [
        ["--expires", "1h"],
        ["--expires", "60m"],
        ["--expires", "59m 60s"],
        ["--expires-duration", "1h"],
        ["--timeout", "3600"],
        ["--expires-at", "2023-11-14T23:13:20Z"],
        ["--expires-at", "1700003600"],
        ["--expires-date", "2023-11-15T07:13:20+08:00"],
    ] {
        let arguments = [&["presign", OBJECT], &spelling[..]].concat();
        assert_eq!(print(&arguments), expected, "{spelling:?}");
    }
}

#[test]
fn a_url_works_for_half_an_hour_if_nothing_is_said() {
    assert!(print(&["presign", OBJECT]).contains("&x-oss-expires=1800&"));
}

#[test]
fn v4_urls_work_for_seven_days_at_most() {
    assert!(print(&["presign", OBJECT, "--expires", "7d"]).contains("&x-oss-expires=604800&"));
}

#[test]
fn the_time_of_signing_has_two_spellings() {
    for now in ["1700000000", "2023-11-14T22:13:20Z", "2023-11-14T17:13:20.9-05:00"] {
        let outcome = run(&["presign", OBJECT, "--now", now]);
        assert!(outcome.stdout.contains("&x-oss-date=20231114T221320Z&"), "{now}: {outcome:?}");
    }
}

#[test]
fn the_time_of_signing_is_that_of_the_clock() {
    let outcome = run(&["presign", OBJECT, "--json"]);
    let document: serde_json::Value = serde_json::from_str(&outcome.stdout).unwrap();
    let expires_at = document["expires_at"].as_str().unwrap();
    assert!(expires_at > "2026-01-01T00:00:00Z", "{expires_at}");
}

#[test]
fn endpoints() {
    for (arguments, url) in [
        (&["--endpoint", "public"][..], "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/k"),
        (
            &["--endpoint", "internal"],
            "https://examplebucket.oss-cn-hangzhou-internal.aliyuncs.com/k",
        ),
        (&["--endpoint", "accelerate"], "https://examplebucket.oss-accelerate.aliyuncs.com/k"),
        (
            &["--endpoint", "accelerate-overseas"],
            "https://examplebucket.oss-accelerate-overseas.aliyuncs.com/k",
        ),
        (&["--endpoint", "dual-stack"], "https://examplebucket.cn-hangzhou.oss.aliyuncs.com/k"),
        (&["--endpoint", "http://127.0.0.1:9000"], "http://127.0.0.1:9000/examplebucket/k"),
        (&["--endpoint", "gateway.example"], "https://examplebucket.gateway.example/k"),
        (
            &["--endpoint", "gateway.example", "--addressing", "virtual"],
            "https://examplebucket.gateway.example/k",
        ),
        (
            &["--endpoint", "gateway.example", "--addressing", "path"],
            "https://gateway.example/examplebucket/k",
        ),
        (
            &["--endpoint", "https://static.example.com/", "--addressing", "cname"],
            "https://static.example.com/k",
        ),
    ] {
        let arguments = [&["presign", "oss://examplebucket/k"], arguments].concat();
        assert_eq!(before_query(&print(&arguments)), url, "{arguments:?}");
    }
}

#[test]
fn the_additional_header_host_is_that_of_the_endpoint() {
    let arguments = ["presign", OBJECT, "--endpoint", "http://127.0.0.1:9000", "--json"];
    let arguments = [&arguments[..], &["--additional-header", "Host"]].concat();
    let document: serde_json::Value = serde_json::from_str(&print(&arguments)).unwrap();
    assert_eq!(document["headers"], serde_json::json!({ "host": "127.0.0.1:9000" }));
}

#[test]
fn a_host_header_that_was_given_is_kept() {
    let arguments = ["presign", OBJECT, "--header", "Host: proxy.example", "--json"];
    let arguments = [&arguments[..], &["--additional-header", "host"]].concat();
    let document: serde_json::Value = serde_json::from_str(&print(&arguments)).unwrap();
    assert_eq!(document["headers"], serde_json::json!({ "host": "proxy.example" }));
}

#[test]
fn ossutils_other_spellings() {
    for (theirs, ours) in [
        (&["--sign-version", "v1"][..], &["--signature-version", "v1"][..]),
        (&["--query-param", "x-oss-process:image/info"], &["--query", "x-oss-process=image/info"]),
        (&["--query-param", "versionId=a:b"], &["--query", "versionId=a:b"]),
        (&["--query-param", "acl"], &["--query", "acl"]),
    ] {
        let with = |flags: &[&'static str]| print(&[&["presign", OBJECT], flags].concat());
        assert_eq!(with(theirs), with(ours), "{theirs:?}");
    }
}

#[test]
fn flags_for_process_and_version_are_query_parameters() {
    assert_eq!(
        print(&["presign", OBJECT, "--process", "image/info", "--version-id", "v"]),
        print(&[
            "presign",
            OBJECT,
            "--query",
            "versionId=v",
            "--query",
            "x-oss-process=image/info"
        ])
    );
}

#[test]
fn a_query_value_begins_after_the_first_equals_sign() {
    let url = print(&["presign", OBJECT, "--query", "callback=a=b"]);
    assert!(url.contains("?callback=a%3Db&"), "{url}");
}

#[test]
fn another_canonical_resource_changes_the_signature_alone() {
    let plain = print(&["presign", OBJECT]);
    let same = ["--canonical-resource", "/examplebucket/exampledir/exampleobject.txt"];
    let other = ["--canonical-resource", "/acs:ossvector:cn-hangzhou:1:examplebucket/k"];
    assert_eq!(print(&[&["presign", OBJECT], &same[..]].concat()), plain);
    let changed = print(&[&["presign", OBJECT], &other[..]].concat());
    assert_ne!(changed, plain);
    assert_eq!(before_query(&changed), before_query(&plain));
}

#[test]
fn a_bucket_and_the_service_have_urls_too() {
    for (target, url) in [
        ("oss://examplebucket", "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/"),
        ("oss://examplebucket/", "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/"),
        ("oss://", "https://oss-cn-hangzhou.aliyuncs.com/"),
    ] {
        assert_eq!(before_query(&print(&["presign", target])), url, "{target}");
    }
}

#[test]
fn v1_needs_no_region_where_there_is_an_endpoint() {
    let environment = &ENVIRONMENT[..2];
    let arguments = ["presign", OBJECT, "--signature-version", "v1", "--endpoint", "accelerate"];
    let url = print_in(environment, &arguments);
    assert!(url.starts_with("https://examplebucket.oss-accelerate.aliyuncs.com/"), "{url}");
}
