//! Mistakes: exit code 2, nothing on standard output, one line that names the input and a remedy.

use oss_sign_secrecy::Shown;

use crate::run::{ENVIRONMENT, OBJECT, Outcome, command, outcome, run, run_in};

#[track_caller]
fn assert_mistake(outcome: &Outcome, input: &str, remedy: &str) {
    assert_eq!(outcome.code, Some(2), "{outcome:?}");
    assert_eq!(outcome.stdout, "", "{outcome:?}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    assert!(outcome.stderr.starts_with("oss-sign: "), "{outcome:?}");
    assert!(outcome.stderr.contains(input), "{input}: {outcome:?}");
    assert!(outcome.stderr.contains(remedy), "{remedy}: {outcome:?}");
}

/// Presigns `OBJECT` with one mistake.
#[track_caller]
fn assert_mistakes(table: &[(&[&str], &str, &str)]) {
    for (flags, input, remedy) in table {
        let arguments = [&["presign", OBJECT, "--now", "1700000000"], *flags].concat();
        assert_mistake(&run(&arguments), input, remedy);
    }
}

#[test]
fn targets() {
    for (target, input, remedy) in [
        ("examplebucket/k", "'examplebucket/k'", "write oss://BUCKET/KEY"),
        ("https://examplebucket.example/k", "'https://", "write oss://BUCKET/KEY"),
        ("oss:///k", "'oss:///k' has no bucket", "write oss://BUCKET/KEY"),
        ("oss://Example/k", "bucket 'Example'", "`a-z`"),
        ("oss://ab/k", "bucket 'ab'", "3 to 63"),
        ("oss://-abc/k", "bucket '-abc'", "letter or a digit"),
        ("oss://examplebucket//k", "key '/k' begins with '/'", "--verbatim-key"),
        ("oss://examplebucket/\\k", "key '\\k' begins with '\\'", "--verbatim-key"),
        ("oss://exa\nmple/k", "bucket 'exa\\nmple'", "`a-z`"),
    ] {
        assert_mistake(&run(&["presign", target]), input, remedy);
    }
    let long = format!("oss://examplebucket/{}", "k".repeat(1024));
    assert_mistake(&run(&["presign", &long]), "is longer than 1023 bytes", "--verbatim-key");
}

#[test]
fn regions() {
    assert_mistakes(&[
        (&["--region", "oss-cn-beijing"], "--region 'oss-cn-beijing'", "write 'cn-beijing'"),
        (&["--region", "oss-cn-beijing-internal"], "internal'", "write 'cn-beijing'"),
        (&["--region", "cn_beijing"], "--region 'cn_beijing'", "`cn-hangzhou`"),
        (&["--region", ""], "--region ''", "`cn-hangzhou`"),
        (&["--product", "OSS"], "--product 'OSS'", "write `oss`"),
    ]);
    let environment = [&ENVIRONMENT[..2], &[("OSS_REGION", "oss-cn-beijing")]].concat();
    let outcome = run_in(&environment, &["presign", OBJECT]);
    assert_mistake(&outcome, "OSS_REGION 'oss-cn-beijing'", "write 'cn-beijing'");
}

#[test]
fn a_region_that_is_missing_is_not_guessed() {
    let host = "https://oss-cn-hangzhou.aliyuncs.com";
    for (flags, input) in [
        (&[][..], "V4 signs the region"),
        (&["--endpoint", host], "V4 signs the region"),
        (&["--endpoint", "accelerate"], "V4 signs the region"),
        (&["--signature-version", "v1"], "the public endpoint needs a region"),
        (&["--signature-version", "v1", "--endpoint", "internal"], "the internal endpoint"),
    ] {
        let arguments = [&["presign", OBJECT], flags].concat();
        assert_mistake(&run_in(&ENVIRONMENT[..2], &arguments), input, "--region cn-hangzhou");
    }
}

#[test]
fn endpoints() {
    assert_mistakes(&[
        (&["--endpoint", "ftp://host"], "--endpoint 'ftp://host'", "https://"),
        (&["--endpoint", ""], "--endpoint ''", "https://"),
        (&["--endpoint", "ho st"], "--endpoint 'ho st'", "https://"),
        (&["--endpoint", "https://host/b"], "--endpoint 'https://host/b'", "host and port alone"),
        (&["--endpoint", "https://host:0"], "--endpoint 'https://host:0'", "1 to 65535"),
    ]);
    let environment = [&ENVIRONMENT[..], &[("OSS_ENDPOINT", "https://host/b")]].concat();
    let outcome = run_in(&environment, &["presign", OBJECT]);
    assert_mistake(&outcome, "OSS_ENDPOINT 'https://host/b'", "host and port alone");
}

#[test]
fn access_keys() {
    let id = ("OSS_ACCESS_KEY_ID", "testak");
    let secret = ("OSS_ACCESS_KEY_SECRET", "testsk");
    let cloud_id = ("ALIBABA_CLOUD_ACCESS_KEY_ID", "testak");
    let cloud_secret = ("ALIBABA_CLOUD_ACCESS_KEY_SECRET", "testsk");
    for (environment, input, remedy) in [
        (&[][..], "no AccessKey", "set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET"),
        (&[id], "OSS_ACCESS_KEY_SECRET is not", "set both or none"),
        (&[secret], "OSS_ACCESS_KEY_ID is not", "set both or none"),
        (&[id, ("OSS_ACCESS_KEY_SECRET", "")], "OSS_ACCESS_KEY_SECRET is not", "set both or none"),
        (&[id, cloud_id, cloud_secret], "OSS_ACCESS_KEY_SECRET is not", "set both or none"),
        (&[cloud_id], "ALIBABA_CLOUD_ACCESS_KEY_SECRET is not", "set both or none"),
        (&[("OSS_SESSION_TOKEN", "t")], "OSS_SESSION_TOKEN is set", "unset it"),
        (&[("OSS_ACCESS_KEY_ID", "a b"), secret], "OSS_ACCESS_KEY_ID: ", "remove"),
        (&[id, ("OSS_ACCESS_KEY_SECRET", "s\n")], "OSS_ACCESS_KEY_SECRET: ", "remove"),
        (&[id, secret, ("OSS_SESSION_TOKEN", " t")], "OSS_SESSION_TOKEN: ", "remove"),
        (
            &[cloud_id, cloud_secret, ("ALIBABA_CLOUD_SECURITY_TOKEN", " t")],
            "ALIBABA_CLOUD_SECURITY_TOKEN: ",
            "remove",
        ),
    ] {
        let environment = [environment, &[("OSS_REGION", "cn-hangzhou")]].concat();
        assert_mistake(&run_in(&environment, &["presign", OBJECT]), input, remedy);
    }
}

#[test]
fn validity() {
    assert_mistakes(&[
        (&["--expires", "0"], "--expires 0", "at least 1 second"),
        (&["--expires", "soon"], "--expires 'soon'", "write whole seconds"),
        (&["--expires", "1500ms"], "--expires '1500ms'", "write whole seconds"),
        (&["--expires", "-1"], "--expires '-1'", "write whole seconds"),
        (&["--expires", "4294967296"], "--expires '4294967296'", "write whole seconds"),
        (&["--expires", "604801"], "--expires 604801", "give --expires 7d or less"),
        (&["--expires-at", "2023-11-14T22:13:20Z"], "--expires-at 2023-11-14T22:13:20Z", "later"),
        (&["--expires-at", "1"], "--expires-at 1970-01-01T00:00:01Z", "give a later instant"),
        (&["--expires-at", "2023-12-01T00:00:00Z"], "--expires-at 2023-12", "--expires 7d"),
        (&["--expires-at", "tomorrow"], "--expires-at 'tomorrow'", "RFC 3339 such as"),
    ]);
}

#[test]
fn times_of_signing() {
    for (now, input, remedy) in [
        ("today", "--now 'today'", "RFC 3339 such as"),
        ("1700000000000", "--now '1700000000000'", "in milliseconds"),
        ("1969-12-31T23:59:59Z", "--now '1969-12-31T23:59:59Z'", "before 1970"),
    ] {
        assert_mistake(&run(&["presign", OBJECT, "--now", now]), input, remedy);
    }
}

#[test]
fn query_parameters() {
    assert_mistakes(&[
        (&["--query", "=v"], "--query NAME=VALUE", "a query parameter has no name"),
        (&["--query", "a=b\nc"], "query parameter 'a'", "remove it"),
        (&["--query", "a", "--query", "a=1"], "query parameter 'a' is given twice", "remove one"),
        (&["--query", "a", "--query-param", "a:1"], "query parameter 'a' is", "remove one"),
        (
            &["--process", "image/info", "--query", "x-oss-process=x"],
            "query parameter 'x-oss-process' is given twice",
            "remove one",
        ),
        (&["--query", "x-oss-date=1"], "query parameter 'x-oss-date'", "remove it"),
        (&["--version-id", "a\rb"], "query parameter 'versionId'", "remove it"),
    ]);
    let many: Vec<_> = (0..65).map(|number| format!("--query=p{number}")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    assert_mistakes(&[(&many, "more than 64 query parameters", "remove some")]);
}

#[test]
fn headers() {
    assert_mistakes(&[
        (&["--header", "x-oss-meta-a"], "--header 'x-oss-meta-a'", "write 'Name: value'"),
        (&["--header", "a b: c"], "header 'a b'", "write --header 'Name: value'"),
        (&["--header", ": c"], "header ''", "write --header 'Name: value'"),
        (&["--header", "a: b\nc"], "header 'a'", "remove it"),
        (&["--header", "Authorization: x"], "header 'Authorization'", "remove it"),
        (
            &["--header", "x-oss-traffic-limit: 1", "--query", "x-oss-traffic-limit=2"],
            "header 'x-oss-traffic-limit'",
            "remove one",
        ),
        (&["--additional-header", "abc"], "additional header 'abc'", "--header 'NAME: VALUE'"),
        (
            &["--additional-header", "a_b", "--header", "a_b: c"],
            "additional header 'a_b'",
            "remove it",
        ),
    ]);
    let many: Vec<_> = (0..65).map(|number| format!("--header=h{number}: v")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    assert_mistakes(&[(&many, "more than 64 headers", "remove some")]);
}

#[test]
fn headers_that_the_signature_adds() {
    for (header, flags) in [
        ("X-Oss-Date", &[][..]),
        ("x-oss-content-sha256", &[]),
        ("X-OSS-Security-Token", &[]),
        ("Date", &["--date-header", "date"]),
    ] {
        let value = format!("{header}: x");
        let outcome = run(&[&["sign", "GET", OBJECT, "--header", &value], flags].concat());
        assert_mistake(&outcome, &format!("header '{header}'"), "remove it");
    }
}

#[test]
fn what_v1_does_not_know() {
    let v1: &[(&[&str], &str)] = &[
        (&["--canonical-resource", "/b/k"], "--canonical-resource"),
        (&["--additional-header", "host"], "--additional-header"),
        (&["--product", "oss-cloudbox"], "--product"),
    ];
    for (flags, input) in v1 {
        let arguments = [&["presign", OBJECT, "--signature-version", "v1"], *flags].concat();
        assert_mistake(&run(&arguments), input, "use --signature-version v4");
    }
    let arguments = ["presign", "oss://examplebucket/?acl", "--signature-version", "v1"];
    assert_mistake(&run(&arguments), "begins with '?'", "--verbatim-key");
}

#[test]
fn canonical_resources() {
    assert_mistakes(&[(&["--canonical-resource", "b"], "--canonical-resource 'b'", "in front")]);
}

#[test]
fn methods() {
    assert_mistakes(&[(&["--method", "FETCH"], "--method 'FETCH'", "write GET, PUT")]);
    assert_mistake(&run(&["sign", "FETCH", "oss://"]), "'FETCH'", "write GET, PUT");
}

#[test]
fn ossutils_sign_is_our_presign() {
    let remedy = "oss-sign presign oss://BUCKET/KEY";
    for arguments in [
        &["sign", "oss://examplebucket/k"][..],
        &["sign", "oss://examplebucket/k", "--timeout", "60"],
        &["sign", "oss://examplebucket/k", "--expires-duration", "1h"],
    ] {
        assert_mistake(&run(arguments), "'oss://examplebucket/k'", remedy);
    }
    let arguments = ["sign", "GET", "oss://examplebucket/k", "--timeout", "60"];
    assert_mistake(&run(&arguments), "--timeout '60'", remedy);
}

#[test]
fn usage() {
    assert_mistakes(&[
        (&["--xyzzy"], "'--xyzzy'", "see --help"),
        (&["--regio", "x"], "'--regio'", "'--region'"),
        (&["--signature-version", "v5"], "'v5'", "v4, v1"),
        (&["--addressing", "dns"], "'dns'", "virtual, path, cname"),
        (&["--json", "--curl"], "'--json' cannot be used with '--curl'", "see --help"),
        (&["--expires", "1", "--expires-at", "2"], "'--expires-at <INSTANT>'", "see --help"),
        (&["stray"], "'stray'", "see --help"),
    ]);
    assert_mistake(&run(&["presign"]), "oss://BUCKET/KEY", "see --help");
    assert_mistake(&run(&["presgn", OBJECT]), "'presgn'", "'presign'");
}

#[test]
fn usage_says_no_more_than_what_helps() {
    let outcome = run(&["presign", OBJECT, "--xyzzy"]);
    assert_eq!(outcome.stderr, "oss-sign: unexpected argument '--xyzzy' found; see --help\n");
}

#[cfg(unix)]
#[test]
fn texts_that_are_not_utf_8() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;

    let bytes = OsStr::from_bytes(b"oss://examplebucket/\xff");
    let mut argument = command(&ENVIRONMENT, &["presign"]);
    assert_mistake(&outcome(argument.arg(bytes)), "UTF-8", "see --help");
    let mut variable = command(&ENVIRONMENT, &["presign", OBJECT]);
    let outcome = outcome(variable.env("OSS_ACCESS_KEY_SECRET", bytes));
    assert_mistake(&outcome, "OSS_ACCESS_KEY_SECRET is not UTF-8", "set it again");
}

/// Part of every secret below.
const HUSH: &str = "QuietAsAMouse";

#[test]
fn no_message_has_a_secret() {
    let secrets = [
        ("OSS_ACCESS_KEY_ID", "testak"),
        ("OSS_ACCESS_KEY_SECRET", "QuietAsAMouse-secret\n"),
        ("OSS_SESSION_TOKEN", "QuietAsAMouse-token\n"),
        ("OSS_REGION", "cn-hangzhou"),
    ];
    let mut shown = Shown::default();
    for (environment, flags) in [
        (&secrets[..], &[][..]),
        (&ENVIRONMENT, &["--endpoint", "https://user:QuietAsAMouse@host"]),
        (&ENVIRONMENT, &["--header", "x-oss-key QuietAsAMouse"]),
        (&ENVIRONMENT, &["--header", "Authorization: QuietAsAMouse"]),
        (&ENVIRONMENT, &["--query", "x-oss-security-token=QuietAsAMouse"]),
        (&ENVIRONMENT, &["--query", "a=QuietAsAMouse\n"]),
        (&ENVIRONMENT, &["--access-key-secret=QuietAsAMouse"]),
    ] {
        let outcome = run_in(environment, &[&["presign", OBJECT], flags].concat());
        assert_eq!(outcome.code, Some(2), "{outcome:?}");
        shown.text(outcome.stderr);
    }
    shown.assert_hides([HUSH.as_bytes()]);
}

/// Each verb that has the secret prints what it is for, with the token where that is sent.
#[test]
fn no_output_has_the_secret() {
    let environment = [
        ("OSS_ACCESS_KEY_ID", "testak"),
        ("OSS_ACCESS_KEY_SECRET", HUSH),
        ("OSS_SESSION_TOKEN", "CAIS+tok/en=="),
        ("OSS_REGION", "cn-hangzhou"),
    ];
    let mut shown = Shown::default();
    let mut show = |arguments: &[&str]| {
        let outcome = run_in(&environment, arguments);
        assert_eq!(outcome.code, Some(0), "{arguments:?}: {outcome:?}");
        shown.text(outcome.stderr);
        shown.text(outcome.stdout.clone());
        outcome.stdout
    };
    let url = show(&["presign", OBJECT]);
    show(&["presign", OBJECT, "--json"]);
    show(&["sign", "GET", "oss://examplebucket"]);
    show(&["post", "oss://examplebucket/a/", "--max-size", "1"]);
    show(&["verify", url.trim()]);
    show(&["inspect", url.trim()]);
    show(&["explain", url.trim()]);
    show(&["credentials", "show"]);
    shown.assert_hides([HUSH.as_bytes()]);
}
