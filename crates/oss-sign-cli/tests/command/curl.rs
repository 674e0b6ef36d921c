//! `--curl`: what a POSIX shell makes of the command.

use std::process::Command;

use crate::run::{OBJECT, print};

const URL: &str = "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/exampledir/exampleobject.txt";

/// A `curl` that prints its arguments, a line each.
const CURL: &str = "curl() { printf '%s\\n' \"$@\"; }";

/// The arguments that curl gets, without the query of the URL.
fn curl_arguments(arguments: &[&str]) -> Vec<String> {
    let line = print(&[arguments, &["--curl"]].concat());
    assert_eq!(line.lines().count(), 1, "{line}");
    let script = format!("{CURL}\n{line}");
    let output = Command::new("/bin/sh").arg("-c").arg(script).env_clear().output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{line}");
    let printed = String::from_utf8(output.stdout).unwrap();
    let without_query = |line: &str| line.split('?').next().unwrap().to_owned();
    printed.lines().map(without_query).collect()
}

#[test]
fn methods_and_bodies() {
    let bucket = "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/";
    for (arguments, expected) in [
        (&["presign", OBJECT][..], &[URL][..]),
        (&["presign", OBJECT, "--method", "HEAD"], &["-I", URL]),
        (&["presign", OBJECT, "--method", "DELETE"], &["-X", "DELETE", URL]),
        (&["presign", OBJECT, "--method", "OPTIONS"], &["-X", "OPTIONS", URL]),
        (&["presign", OBJECT, "--method", "PUT"], &["-X", "PUT", "--upload-file", "FILE", URL]),
        (
            &["presign", OBJECT, "--method", "POST", "--query", "uploads"],
            &["-X", "POST", "-H", "Content-Type:", "--data-binary", "@FILE", URL],
        ),
        (
            &["presign", OBJECT, "--method", "POST", "--header", "content-type: text/xml"],
            &["-X", "POST", "-H", "content-type: text/xml", "--data-binary", "@FILE", URL],
        ),
        // curl would append the name of an uploaded file.
        (
            &["presign", "oss://examplebucket", "--method", "PUT", "--query", "acl"],
            &["-X", "PUT", "-H", "Content-Type:", "--data-binary", "@FILE", bucket],
        ),
    ] {
        let expected = [&["--globoff", "--path-as-is"], expected].concat();
        assert_eq!(curl_arguments(arguments), expected, "{arguments:?}");
    }
}

#[test]
fn headers_reach_curl_as_they_were_typed() {
    for value in [
        "it's",
        "'",
        "''\\'",
        "\"double\"",
        "$HOME `id` $(id) ${x}",
        "back\\slash \\n",
        "*? [a] {b,c} ~ # ! & ; | < >",
        "中文\ttab",
        "-n",
    ] {
        let header = format!("x-oss-meta-a: {value}");
        let arguments = ["presign", OBJECT, "--header", &header];
        let expected = ["--globoff", "--path-as-is", "-H", &header, URL];
        let found = curl_arguments(&arguments);
        let url_and_options = found.iter().map(String::as_str);
        // The query was cut off at a question mark, of which one value has one.
        let expected = expected.map(|argument| argument.split('?').next().unwrap());
        assert!(url_and_options.eq(expected), "{value}: {found:?}");
    }
}

#[test]
fn an_empty_header_is_sent_empty() {
    let found = curl_arguments(&["presign", OBJECT, "--header", "x-oss-meta-a:  "]);
    assert_eq!(found, ["--globoff", "--path-as-is", "-H", "x-oss-meta-a;", URL]);
}

#[test]
fn headers_that_are_not_signed_are_sent_too() {
    let found = curl_arguments(&["presign", OBJECT, "--header", "Range: bytes=0-9"]);
    assert_eq!(found, ["--globoff", "--path-as-is", "-H", "Range: bytes=0-9", URL]);
}

#[test]
fn signed_headers() {
    let found = curl_arguments(&["sign", "GET", "oss://examplebucket", "--query", "acl"]);
    assert_eq!(
        found,
        [
            "--globoff",
            "--path-as-is",
            "-H",
            "authorization: OSS4-HMAC-SHA256 Credential=testak/20231114/cn-hangzhou/oss/aliyun_v4_request,Signature=2c0e1b41a9401f0f7616aaf2c0ac1660ef38c50767e898d729c2c219ec0c240c",
            "-H",
            "x-oss-content-sha256: UNSIGNED-PAYLOAD",
            "-H",
            "x-oss-date: 20231114T221320Z",
            "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/",
        ]
    );
}

#[test]
fn the_url_is_the_presigned_one() {
    let url = print(&["presign", "oss://examplebucket/it's a [key] {a,b}/../$x.txt"]);
    let line = print(&["presign", "oss://examplebucket/it's a [key] {a,b}/../$x.txt", "--curl"]);
    assert_eq!(line, format!("curl --globoff --path-as-is '{}'\n", url.trim_end()));
}
