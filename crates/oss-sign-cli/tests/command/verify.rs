//! `verify` and `inspect`: URLs that were made by `presign`, and what became of them.

use serde_json::{Value, json};

use crate::run::{ENVIRONMENT, OBJECT, Outcome, TOKEN, print, print_in, run, run_in};

/// A presigned URL.
fn url(flags: &[&str]) -> String {
    print(&[&["presign", OBJECT], flags].concat()).trim_end().to_owned()
}

#[track_caller]
fn verify(url: &str, flags: &[&str]) -> Outcome {
    let outcome = run(&[&["verify", url, "--now", "1700000000"], flags].concat());
    assert_eq!(outcome.stderr, "", "{outcome:?}");
    outcome
}

#[test]
fn what_was_presigned_holds() {
    let put = ["--method", "PUT", "--header", "content-type: text/plain"];
    for flags in [&[][..], &put] {
        for version in ["v4", "v1"] {
            let url = url(&[flags, &["--signature-version", version]].concat());
            let outcome = verify(&url, flags);
            assert_eq!(outcome.code, Some(0), "{outcome:?}");
            assert!(outcome.stdout.starts_with("holds: yes\n"), "{outcome:?}");
        }
    }
}

#[test]
fn every_place_of_the_bucket() {
    let cname = ["--endpoint", "https://static.example.com", "--addressing", "cname"];
    for (presigned, verified) in [
        (&["--endpoint", "accelerate"][..], &[][..]),
        (&["--endpoint", "internal"], &[]),
        (&["--endpoint", "dual-stack"], &[]),
        (&["--endpoint", "http://192.0.2.1:8080"], &[]),
        (&["--endpoint", "https://oss.example.com"], &["--addressing", "virtual"]),
        (&["--endpoint", "https://x.example", "--addressing", "path"], &["--addressing", "path"]),
        (&cname, &["--bucket", "examplebucket"]),
        (&cname, &["--bucket", "examplebucket", "--addressing", "cname"]),
    ] {
        let outcome = verify(&url(presigned), verified);
        assert_eq!(outcome.code, Some(0), "{presigned:?} {outcome:?}");
        assert!(outcome.stdout.contains("bucket: examplebucket"), "{outcome:?}");
    }
}

#[test]
fn what_does_not_hold_has_exit_code_1() {
    let (one, put) = (url(&[]), ["--method", "PUT"]);
    let changed = one.replace("exampleobject", "another");
    for (url, flags, line) in [
        (&one, &put[..], "SignatureDoesNotMatch (EC 0002-00000201)"),
        (&changed, &[], "403 SignatureDoesNotMatch"),
        (&one, &["--header", "x-oss-meta-a: 1"], "403 SignatureDoesNotMatch"),
        (&one.replace("testak", "otherak"), &[], "InvalidAccessKeyId (EC 0002-00000902)"),
        (&one.replace("x-oss-date", "x-oss-dote"), &[], "holds: no, the time of signing"),
        (&"https://192.0.2.1/k".to_owned(), &[], "holds: no, the request is not signed"),
    ] {
        let outcome = verify(url, flags);
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
        assert!(outcome.stdout.contains(line), "{line}: {outcome:?}");
    }
    let outcome = run(&["verify", &one, "--now", "1700009000"]);
    assert_eq!(outcome.code, Some(1), "{outcome:?}");
    assert!(outcome.stdout.starts_with("holds: no, the request has expired\n"), "{outcome:?}");
}

#[test]
fn requests_that_are_signed_by_headers() {
    for version in ["v4", "v1"] {
        let target = ["sign", "PUT", OBJECT, "--header", "content-type: text/plain"];
        let signed = print(&[&target[..], &["--signature-version", version]].concat());
        let flags: Vec<&str> = signed.lines().flat_map(|line| ["--header", line]).collect();
        let url = url(&[]);
        let url = url.split('?').next().unwrap();
        let outcome = verify(url, &[&["--method", "PUT"], &flags[..]].concat());
        assert_eq!(outcome.code, Some(0), "{outcome:?}");
        assert!(outcome.stdout.contains("in the header\n"), "{outcome:?}");
        let outcome = verify(url, &[&["--method", "GET"], &flags[..]].concat());
        assert_eq!(outcome.code, Some(1), "{outcome:?}");
    }
}

#[test]
fn the_document_of_verify() {
    let environment = [&ENVIRONMENT[..], &[TOKEN]].concat();
    let url = print_in(&environment, &["presign", OBJECT]);
    let document = |environment: &[(&str, &str)]| -> Value {
        let now = ["--now", "1700000000", "--json"];
        let arguments = [&["verify", url.trim_end()], &now[..]].concat();
        serde_json::from_str(&run_in(environment, &arguments).stdout).unwrap()
    };
    let mut expected = json!({
        "holds": true,
        "method": "GET",
        "signature_version": "v4",
        "signature_place": "url",
        "access_key_id": "testak",
        "bucket": "examplebucket",
        "bucket_from": "host",
        "key": "exampledir/exampleobject.txt",
        "day": "20231114",
        "region": "cn-hangzhou",
        "product": "oss",
        "signed_at": "2023-11-14T22:13:20Z",
        "expires_at": "2023-11-14T22:43:20Z",
        "additional_headers": [],
        "security_token": true,
    });
    assert_eq!(document(&environment), expected);
    expected["holds"] = false.into();
    expected["refusal"] = json!({
        "message": "the request has another security token than the credentials",
        "status": 403,
        "code": "InvalidSecurityToken",
        "ec": "0002-00000006",
    });
    let actual = document(&ENVIRONMENT);
    expected["refusal"]["message"] = actual["refusal"]["message"].clone();
    assert_eq!(actual, expected);
}

#[test]
fn mistakes_have_exit_code_2() {
    let cname = url(&["--endpoint", "https://static.example.com", "--addressing", "cname"]);
    let one = url(&[]);
    for (environment, arguments, remedy) in [
        (&ENVIRONMENT[..], &["verify", &cname][..], "give --bucket NAME"),
        (&ENVIRONMENT, &["verify", &cname, "--bucket", "UPPER"], "give --bucket NAME"),
        (&ENVIRONMENT, &["verify", "examplebucket/k"], "write https://"),
        (&ENVIRONMENT, &["verify", &one, "--header", "nothing"], "write 'Name: value'"),
        (&ENVIRONMENT, &["verify"], "see --help"),
        (&[], &["verify", &one], "set OSS_ACCESS_KEY_ID"),
        (&[], &["inspect"], "see --help"),
        (&[], &["inspect", "ftp://host/k"], "write https://"),
    ] {
        let outcome = run_in(environment, arguments);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{outcome:?}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
        assert!(outcome.stderr.contains(remedy), "{remedy}: {outcome:?}");
    }
}

/// Nothing is in its environment.
#[track_caller]
fn inspect(url: &str, flags: &[&str]) -> String {
    let outcome = run_in(&[], &[&["inspect", url, "--now", "1700000000"], flags].concat());
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
    outcome.stdout
}

#[test]
fn inspect_needs_no_secret() {
    let url = url(&["--process", "image/info", "--additional-header", "host"]);
    let host = "host: examplebucket.oss-cn-hangzhou.aliyuncs.com";
    assert_eq!(
        inspect(&url, &["--header", host]),
        "signature: V4, in the URL\n\
         AccessKey ID: testak\n\
         security token: no\n\
         bucket: examplebucket (read off the host)\n\
         key: exampledir/exampleobject.txt\n\
         day: 20231114\n\
         region: cn-hangzhou\n\
         product: oss\n\
         additional headers: host\n\
         signed at: 2023-11-14T22:13:20Z\n\
         expires at: 2023-11-14T22:43:20Z\n\
         at 2023-11-14T22:13:20Z: in time\n\
         parameter: x-oss-process=image/info\n"
    );
}

#[test]
fn inspect_tells_the_time() {
    for (now, state) in [
        ("1699999000", "not yet valid"),
        ("1699999200", "in time"),
        ("1700001800", "in time"),
        ("1700001801", "expired"),
    ] {
        let outcome = run_in(&[], &["inspect", &url(&[]), "--now", now]);
        assert!(outcome.stdout.contains(&format!("Z: {state}\n")), "{now} {outcome:?}");
    }
}

#[test]
fn inspect_names_likely_problems() {
    let one = url(&[]);
    let v1 = url(&["--signature-version", "v1"]) + "&prefix=a";
    for (url, problem) in [
        (one.replace('&', "&amp;"), "its `&` are `&amp;`"),
        (one.replace("cn-hangzhou%2F", "oss-cn-hangzhou%2F"), "sign for 'cn-hangzhou'"),
        (one.replace("cn-hangzhou%2F", "cn-beijing%2F"), "the host is in 'cn-hangzhou'"),
        (one.replace("%2F", "%252F"), "`x-oss-credential` is percent-encoded twice"),
        (one.replace("exampleobject", "a%2520b"), "if it is really 'exampledir/a b.txt'"),
        (one.replace("testak", "STS.testak"), "its security token is missing"),
        (one.replace("examplebucket.", ""), "the bucket is not in the host"),
        (one.replace("x-oss-expires=1800", "x-oss-expires=604801"), "not within 1 to 604800"),
        (one.replace("&x-oss-date", "&x-oss-dote"), "is missing: OSS would answer AccessDenied"),
        (v1.clone(), "V1 does not sign 'prefix'"),
        (v1.clone(), "V1 is closed to new accounts"),
        (v1.replace("Expires=", "Expires=1700000000"), "in the URL"),
        (v1.replace("Expires=1700001800", "Expires=1700001800000"), "in milliseconds"),
        ("https://192.0.2.1/b/k".to_owned(), "the request is not signed"),
    ] {
        let text = inspect(&url, &[]);
        assert!(text.contains(problem), "{problem}\n{url}\n{text}");
    }
}

#[test]
fn the_document_of_inspect() {
    let document = inspect(&url(&["--query", "acl"]), &["--json"]);
    let document: Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["state"], "in-time");
    assert_eq!(document["parameters"], json!([["acl", ""]]));
    assert_eq!(document["problems"], json!([]));
    assert_eq!(document["key"], "exampledir/exampleobject.txt");
}

#[test]
fn what_grants_access_is_not_shown() {
    let environment = [&ENVIRONMENT[..], &[TOKEN]].concat();
    let url = print_in(&environment, &["presign", OBJECT]);
    let signature = url.split("x-oss-signature=").nth(1).unwrap().get(..64).unwrap();
    for flags in [&[][..], &["--json"]] {
        for verb in ["verify", "inspect"] {
            let arguments = [&[verb, url.trim_end(), "--now", "1700000000"], flags].concat();
            let stdout = run_in(&environment, &arguments).stdout;
            assert!(!stdout.contains(signature) && !stdout.contains("CAIS"), "{stdout}");
        }
    }
}
