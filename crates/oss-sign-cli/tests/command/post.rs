//! `oss-sign post`: forms, as a browser, a shell and OSS read them.

use std::process::Command;

use base64::{Engine, engine::general_purpose::STANDARD};
use oss_sign::verify::{ReceivedForm, SignatureForm, Tolerance};
use oss_sign::{Credentials, Timestamp};
use serde_json::{Value, json};

use crate::run::{ENVIRONMENT, TOKEN, print, print_in, run_in};

/// Nothing to warn of.
const CLOSED: [&str; 4] = ["post", "oss://examplebucket/user/eric/", "--max-size", "10MiB"];
const URL: &str = "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/";

/// What a browser may be tempted to take for something else.
const TRICKY: &str = "\"><script>alert('&lt;')</script>@;$(id)`id`\\中";

fn with<'a>(flags: &[&'a str]) -> Vec<&'a str> {
    [&CLOSED[..], flags].concat()
}

fn document(environment: &[(&str, &str)], arguments: &[&str]) -> Value {
    serde_json::from_str(&print_in(environment, &[arguments, &["--json"]].concat())).unwrap()
}

/// Names and values of the fields.
fn fields(document: &Value) -> Vec<(String, String)> {
    serde_json::from_value(document["fields"].clone()).unwrap()
}

/// The conditions of the policy that is signed, without those of every policy.
fn conditions(arguments: &[&str]) -> Vec<Value> {
    let document = document(&ENVIRONMENT, arguments);
    let fields = fields(&document);
    let (_, policy) = fields.iter().find(|(name, _)| name == "policy").unwrap();
    let policy: Value = serde_json::from_slice(&STANDARD.decode(policy).unwrap()).unwrap();
    policy["conditions"].as_array().unwrap().iter().filter(|c| c.is_array()).cloned().collect()
}

/// What is said to this mistake, without the name of the command.
fn mistake(arguments: &[&str]) -> String {
    let outcome = run_in(&ENVIRONMENT, arguments);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{arguments:?}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    outcome.stderr.strip_prefix("oss-sign: ").unwrap().trim_end().to_owned()
}

#[test]
fn the_fields_are_lines_in_the_order_of_the_json_document() {
    let arguments = with(&["--success-status", "201"]);
    let lines: String = fields(&document(&ENVIRONMENT, &arguments))
        .iter()
        .map(|(name, value)| format!("{name}: {value}\n"))
        .collect();
    assert_eq!(print(&arguments), lines);
}

#[test]
fn the_json_document() {
    let document = document(&ENVIRONMENT, &with(&["--expires", "10m"]));
    let names: Vec<String> = fields(&document).into_iter().map(|(name, _)| name).collect();
    assert_eq!(
        names,
        ["x-oss-signature-version", "x-oss-credential", "x-oss-date", "policy", "x-oss-signature"]
    );
    assert_eq!(document["url"], URL);
    assert_eq!(document["expires_at"], "2023-11-14T22:23:20Z");
    assert_eq!(document["signature_version"], "v4");
    assert_eq!(document.as_object().unwrap().len(), 4);
}

#[test]
fn the_form_verifies() {
    let with_token = [&ENVIRONMENT[..], &[TOKEN]].concat();
    let pair = Credentials::new("testak", "testsk").unwrap();
    let now = Timestamp::from_unix_seconds(1_700_000_000).unwrap();
    for (version, form) in [("v4", SignatureForm::V4Post), ("v1", SignatureForm::V1Post)] {
        for (environment, credentials) in
            [(&ENVIRONMENT[..], pair), (&with_token, pair.with_security_token(TOKEN.1).unwrap())]
        {
            let arguments = with(&["--signature-version", version]);
            let fields = fields(&document(environment, &arguments));
            let fields: Vec<(&str, &[u8])> =
                fields.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
            let parsed = ReceivedForm::new(&fields).parse().unwrap();
            assert_eq!(parsed.form(), form);
            assert_eq!(parsed.verify(&credentials, now, Tolerance::default()), Ok(()));
        }
    }
}

#[test]
fn the_target_says_which_keys() {
    let size = ["--max-size", "1"];
    for (target, expected) in [
        (&["oss://examplebucket/user/eric/"][..], json!(["starts-with", "$key", "user/eric/"])),
        (&["oss://examplebucket/user/eric"], json!(["eq", "$key", "user/eric"])),
        (&["oss://examplebucket", "--key", "user/eric"], json!(["eq", "$key", "user/eric"])),
        (&["oss://examplebucket/", "--key", "user/eric/"], json!(["eq", "$key", "user/eric/"])),
        (&["oss://examplebucket", "--key", "/a", "--verbatim-key"], json!(["eq", "$key", "/a"])),
    ] {
        let conditions = conditions(&[&["post"], target, &size].concat());
        assert_eq!(conditions[0], expected, "{target:?}");
    }
}

#[test]
fn flags_become_conditions_and_fields() {
    for (flags, expected) in [
        (&["--min-size", "500KB"][..], json!(["content-length-range", 500_000, 10_485_760])),
        (&["--content-type", "image/png"], json!(["eq", "$content-type", "image/png"])),
        (&["--content-type", "image/"], json!(["starts-with", "$content-type", "image/"])),
        (&["--content-type", "image/*"], json!(["starts-with", "$content-type", "image/"])),
        (&["--success-status", "201"], json!(["eq", "$success_action_status", "201"])),
        (
            &["--success-redirect", "https://example.com/?a=b&c"],
            json!(["eq", "$success_action_redirect", "https://example.com/?a=b&c"]),
        ),
        (&["--acl", "private"], json!(["eq", "$x-oss-object-acl", "private"])),
        (&["--forbid-overwrite"], json!(["eq", "$x-oss-forbid-overwrite", "true"])),
        (&["--meta", "author=a=b"], json!(["eq", "$x-oss-meta-author", "a=b"])),
        (&["--meta", "author="], json!(["eq", "$x-oss-meta-author", ""])),
        (&["--condition", r#"{"x:a": "b"}"#], json!(["eq", "$x:a", "b"])),
        (&["--condition", r#"["eq", "$x:a", "$"]"#], json!(["eq", "$x:a", "$"])),
        (&["--condition", r#"["starts-with", "$x:a", ""]"#], json!(["starts-with", "$x:a", ""])),
        (&["--condition", r#"["in", "$x:a", ["b"]]"#], json!(["in", "$x:a", ["b"]])),
        (&["--condition", r#"["not-in", "$x:a", ["b"]]"#], json!(["not-in", "$x:a", ["b"]])),
    ] {
        let arguments = with(flags);
        assert!(conditions(&arguments).contains(&expected), "{flags:?}");
        let sent = fields(&document(&ENVIRONMENT, &arguments));
        let fixed = expected[1].as_str().and_then(|name| name.strip_prefix('$'));
        let is_sent = sent.iter().any(|(name, value)| {
            Some(name.as_str()) == fixed && Some(value.as_str()) == expected[2].as_str()
        });
        assert_eq!(is_sent, expected[0] == "eq", "{flags:?}");
    }
    let range =
        ["post", "oss://examplebucket/a", "--condition", r#"["content-length-range", 1, 2]"#];
    assert_eq!(conditions(&range)[1], json!(["content-length-range", 1, 2]));
}

#[test]
fn the_endpoint_is_that_of_the_bucket() {
    for (flags, url) in [
        (
            &["--endpoint", "internal"][..],
            "https://examplebucket.oss-cn-hangzhou-internal.aliyuncs.com/",
        ),
        (&["--endpoint", "http://127.0.0.1:9000"], "http://127.0.0.1:9000/examplebucket/"),
        (
            &["--endpoint", "static.example.com", "--addressing", "cname"],
            "https://static.example.com/",
        ),
    ] {
        assert_eq!(document(&ENVIRONMENT, &with(flags))["url"], url);
    }
}

/// The hidden fields of a page, as a browser reads them.
fn inputs(page: &str) -> Vec<(String, String)> {
    let unescaped = |text: &str| {
        let entities = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'")];
        let text = entities
            .iter()
            .fold(text.to_owned(), |text, (entity, character)| text.replace(entity, character));
        text.replace("&amp;", "&")
    };
    let inputs =
        page.lines().filter_map(|line| line.strip_prefix("  <input type=\"hidden\" name=\""));
    inputs
        .map(|line| {
            let (name, rest) = line.split_once('"').unwrap();
            let value = rest.strip_prefix(" value=\"").and_then(|rest| rest.strip_suffix("\">"));
            assert!(value.is_some_and(|value| !value.contains(['"', '<', '>', '\''])), "{line}");
            (unescaped(name), unescaped(value.unwrap()))
        })
        .collect()
}

#[test]
fn a_page_has_the_fields_escaped_and_the_file_last() {
    let meta = format!("a={TRICKY}");
    let redirect = "https://example.com/?a&b=\"'<>";
    let arguments = with(&["--meta", &meta, "--success-redirect", redirect]);
    let page = print(&[&arguments[..], &["--html"]].concat());
    let mut expected = fields(&document(&ENVIRONMENT, &arguments));
    expected.push(("key".to_owned(), "user/eric/${filename}".to_owned()));
    assert_eq!(inputs(&page), expected);
    assert!(expected.contains(&("x-oss-meta-a".to_owned(), TRICKY.to_owned())));
    assert!(!page.contains("<script"), "{page}");
    assert!(page.starts_with("<!DOCTYPE html>\n"));
    let form = format!(
        "<form action=\"{URL}\" method=\"post\" enctype=\"multipart/form-data\" \
         accept-charset=\"utf-8\">\n"
    );
    assert!(page.contains(&form), "{page}");
    let end =
        "\n  <input type=\"file\" name=\"file\" required>\n  <button>Upload</button>\n</form>\n";
    assert!(page.ends_with(end), "{page}");
}

#[test]
fn a_page_offers_files_of_the_content_type() {
    let prefix = print(&with(&["--content-type", "image/", "--html"]));
    assert!(prefix.contains("name=\"file\" accept=\"image/*\" required>"), "{prefix}");
    assert!(prefix.contains("\n  <input type=\"hidden\" name=\"content-type\">\n"), "{prefix}");
    assert!(prefix.contains("<script>"), "{prefix}");
    let exact = print(&with(&["--content-type", "image/png", "--html"]));
    assert!(exact.contains("name=\"file\" accept=\"image/png\" required>"), "{exact}");
    assert!(exact.contains("name=\"content-type\" value=\"image/png\">"), "{exact}");
    assert!(!exact.contains("<script>"), "{exact}");
}

#[test]
fn a_key_is_sent_once() {
    for target in ["oss://examplebucket/a.png", "oss://examplebucket/user/eric/"] {
        let fixed = ["--condition", r#"{"key": "user/eric/a.png"}"#];
        let fixed: &[&str] = if target.ends_with('/') { &fixed } else { &[] };
        let arguments = [&["post", target, "--max-size", "1", "--html"], fixed].concat();
        let page = print(&arguments);
        assert_eq!(page.matches("name=\"key\"").count(), 1, "{page}");
        assert!(!page.contains("${filename}"), "{page}");
    }
}

/// The arguments that curl gets from a POSIX shell.
fn curl_arguments(arguments: &[&str]) -> Vec<String> {
    let line = print(&[arguments, &["--curl"]].concat());
    let script = format!("curl() {{ printf '%s\\n' \"$@\"; }}\n{line}");
    let output = Command::new("/bin/sh").arg("-c").arg(script).env_clear().output().unwrap();
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{line}");
    String::from_utf8(output.stdout).unwrap().lines().map(str::to_owned).collect()
}

#[test]
fn curl_sends_the_fields_as_they_are_and_then_the_file() {
    let meta = format!("a={TRICKY}");
    let arguments = with(&["--meta", &meta, "--content-type", "image/"]);
    let mut expected = vec!["--globoff".to_owned()];
    let mut sent = fields(&document(&ENVIRONMENT, &arguments));
    sent.push(("key".to_owned(), "user/eric/${filename}".to_owned()));
    sent.push(("content-type".to_owned(), "image/TYPE".to_owned()));
    for (name, value) in sent {
        expected.extend(["--form-string".to_owned(), format!("{name}={value}")]);
    }
    expected.extend(["-F", "file=@FILE", URL].map(str::to_owned));
    assert_eq!(curl_arguments(&arguments), expected);
}

#[test]
fn open_ends_are_warned_of() {
    for (arguments, warned) in [
        (&CLOSED[..], &[][..]),
        (&["post", "oss://examplebucket/a"], &["any size"]),
        (&["post", "oss://examplebucket", "--max-size", "1"], &["any key"]),
        (&["post", "oss://examplebucket"], &["any key", "any size"]),
    ] {
        let outcome = run_in(&ENVIRONMENT, arguments);
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        let warnings: Vec<&str> = outcome.stderr.lines().collect();
        assert_eq!(warnings.len(), warned.len(), "{outcome:?}");
        for (warning, words) in warnings.iter().zip(warned) {
            assert!(warning.starts_with("oss-sign: warning: "), "{warning}");
            assert!(warning.contains(words), "{warning}");
        }
    }
}

#[test]
fn mistakes_are_told_in_the_words_of_the_flags() {
    for (flags, said) in [
        (&["--key", "b"][..], "'oss://examplebucket/user/eric/' has a key, and --key is another"),
        (&["--max-size", "ten"], "--max-size 'ten' is not a size"),
        (&["--min-size", "11MiB"], "--max-size is less than the smallest size"),
        (&["--success-status", "302"], "invalid value '302'"),
        (&["--acl", "everybody"], "invalid value 'everybody'"),
        (&["--meta", "a"], "--meta 'a' is not of the form NAME=VALUE"),
        (&["--meta", "a b=c"], "--meta 'a b=c' is not of the form NAME=VALUE"),
        (&["--meta", "a=b\nc"], "--meta 'a' has a CR, LF or NUL in its value"),
        (&["--meta", "a=b", "--meta", "A=c"], "--meta 'A' sets what another flag sets"),
        (&["--condition", "key"], "--condition 'key' is not a condition"),
        (&["--condition", "{}"], "--condition '{}' is not a condition"),
        (&["--condition", r#"["eq", "key", "a"]"#], r#"'["eq", "key", "a"]' is not a condition"#),
        (&["--condition", r#"["ends-with", "$key", "a"]"#], "is not a condition"),
        (&["--condition", r#"["any", "$key", ["a"]]"#], "is not a condition"),
        (&["--condition", r#"["size", 1, 2]"#], "is not a condition"),
        (&["--condition", r#"["eq", "$$a", "a"]"#], "has two '$' before the name"),
        (&["--condition", r#"["starts-with", "$", "a"]"#], "has no name"),
        (&["--condition", r#"["starts-with", "$a\n", "a"]"#], "has a CR, LF or NUL in its name"),
        (&["--condition", r#"["in", "$a", []]"#], "has an empty list"),
        (&["--condition", r#"{"policy": "a"}"#], "is on a field that the bucket, the file or"),
        (&["--condition", r#"{"a=b": "c"}"#], "or a '=' or '\"' in its name"),
        (&["--condition", r#"["content-length-range", 0, 1]"#], "sets what another flag sets"),
        (&["--expires", "8d"], "--expires 691200 is more than 7 days"),
        (&["--json", "--html"], "cannot be used with"),
        (&["--signature-version", "v1", "--product", "oss"], "--product is unknown to V1"),
    ] {
        let mut arguments = with(flags);
        if flags[0] == "--max-size" {
            arguments.retain(|argument| *argument != "10MiB");
            arguments.remove(2);
        }
        let line = mistake(&arguments);
        assert!(line.contains(said), "{flags:?}: {line}");
    }
    for (arguments, said) in [
        (&["post", "oss://"][..], "'oss://' has no bucket: write oss://BUCKET/PREFIX/"),
        (&["post", "oss://examplebucket/a", "--min-size", "1"], "--max-size <SIZE>"),
        (&["post", "oss://examplebucket", "--key", "/a"], "key '/a' begins with '/'"),
        (&["post", "examplebucket"], "'examplebucket' is not the address of an object"),
    ] {
        let line = mistake(arguments);
        assert!(line.contains(said), "{arguments:?}: {line}");
    }
}
