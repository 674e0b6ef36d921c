//! Upload callbacks: those that OSS sent hold, and nothing else does.

use std::fs;
use std::io::Write;
use std::process::Stdio;
use std::sync::LazyLock;

use serde_json::{Value, json};

use crate::run::{Outcome, command, run_in};

/// `http://gosspublic.alicdn.com/callback_pub_key_v1.pem`
const PUB_KEY_URL: &str =
    "aHR0cDovL2dvc3NwdWJsaWMuYWxpY2RuLmNvbS9jYWxsYmFja19wdWJfa2V5X3YxLnBlbQ==";

/// OSS's own key.
const KEY: &str = "MFwwDQYJKoZIhvcNAQEBBQADSwAwSAJBAKs/JBGzwUB2aVht4crBx3oIPBLNsjGsC0fTXv+nvlmk\
                   lvkcolvpvXLTjaxUHR3W9LXxQ2EHXAJfCB+6H2YF1k8CAwEAAQ==";

const HOLDS: &str = "holds: yes, OSS sent this if the key is from \
                     http://gosspublic.alicdn.com/callback_pub_key_v1.pem\n";
const HOLDS_NOT: &str = "holds: no, this key did not sign this path, query and body\n";

#[derive(Clone, Copy)]
struct Callback {
    pub_key_url: &'static str,
    authorization: &'static str,
    path: &'static str,
    body: &'static str,
}

/// The example of the documentation.
const DOCUMENTED: Callback = Callback {
    pub_key_url: PUB_KEY_URL,
    authorization: "kKQeGTRccDKyHB3H9vF+xYMSrmhMZjzzl2/kdD1ktNVgbWEfYTQG0G2SU/RaHBovRCE8OkQDjC3uG33esH2txA==",
    path: "/index.php?id=1&index=2",
    body: "bucket=yonghu-test",
};

/// One that OSS really sent.
const SENT: Callback = Callback {
    pub_key_url: PUB_KEY_URL,
    authorization: "aMYUW1arI/qpU7cp/DCGXS56iFJPxwe7K3QIFVvbtSgiE6vwuu4/HuBxyDDX5IKU8vSJg/BI956SzVsRQt969g==",
    path: "/api/File/15/upload_notify/",
    body: "filename=zmaplex%2F20210407_14%3A31%3A41_286180%2F20200130021612_pnfqp.jpg&size=112595",
};

/// The name of a new file.
fn file(name: &str, content: &[u8]) -> String {
    let path = format!("{}/{name}", env!("CARGO_TARGET_TMPDIR"));
    fs::write(&path, content).unwrap();
    path
}

static KEY_FILE: LazyLock<String> = LazyLock::new(|| {
    let pem = format!("-----BEGIN PUBLIC KEY-----\n{KEY}\n-----END PUBLIC KEY-----\n");
    file("callback-key.pem", pem.as_bytes())
});

impl Callback {
    fn arguments<'a>(self, key: &'a str, more: &[&'a str]) -> Vec<&'a str> {
        let headers = ["--pub-key-url", self.pub_key_url, "--authorization", self.authorization];
        let place = ["--path", self.path, "--public-key", key];
        [&["callback"], &headers[..], &place, more].concat()
    }

    /// Runs the verb with the body on standard input, and no AccessKey.
    fn run(self, more: &[&str]) -> Outcome {
        let arguments = self.arguments(&KEY_FILE, &[&["--body", "-"], more].concat());
        let mut command = command(&[], &arguments);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // The command need not have come as far as to read it.
        let _ = child.stdin.take().unwrap().write_all(self.body.as_bytes());
        let output = child.wait_with_output().unwrap();
        Outcome {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    #[track_caller]
    fn assert_says(self, code: i32, text: &str) {
        let Outcome { code: found, stdout, stderr } = self.run(&[]);
        assert_eq!((found, stdout.as_str(), stderr.as_str()), (Some(code), text, ""));
    }

    #[track_caller]
    fn assert_mistake(self, input: &str, remedy: &str) {
        assert_mistake(&self.run(&[]), input, remedy);
    }
}

#[track_caller]
fn assert_mistake(outcome: &Outcome, input: &str, remedy: &str) {
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{outcome:?}");
    assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
    assert!(outcome.stderr.starts_with(&format!("oss-sign: {input}")), "{outcome:?}");
    assert!(outcome.stderr.contains(remedy), "{outcome:?}");
}

#[test]
fn callbacks_of_oss_hold() {
    DOCUMENTED.assert_says(0, HOLDS);
    SENT.assert_says(0, HOLDS);
}

#[test]
fn one_other_byte_and_it_does_not_hold() {
    for damaged in [
        Callback { path: "/index.phq?id=1&index=2", ..DOCUMENTED },
        Callback { path: "/index.php?id=1&index=3", ..DOCUMENTED },
        Callback { path: "/index.php?id=1&index=2&", ..DOCUMENTED },
        Callback { body: "bucket=yonghu-tesu", ..DOCUMENTED },
        Callback { body: "bucket=yonghu-test\n", ..DOCUMENTED },
        Callback { body: "", ..DOCUMENTED },
        Callback {
            authorization: "lKQeGTRccDKyHB3H9vF+xYMSrmhMZjzzl2/kdD1ktNVgbWEfYTQG0G2SU/RaHBovRCE8OkQDjC3uG33esH2txA==",
            ..DOCUMENTED
        },
        Callback { path: "/api/File/15/upload_notify", ..SENT },
        Callback { path: "/api/File/15/upload_notify/?", ..SENT },
        Callback {
            body: "filename=zmaplex/20210407_14%3A31%3A41_286180%2F20200130021612_pnfqp.jpg&size=112595",
            ..SENT
        },
        Callback {
            body: "filename=zmaplex%2F20210407_14%3A31%3A41_286180%2F20200130021612_pnfqp.jpg&size=112596",
            ..SENT
        },
        Callback {
            authorization: "aMYUW1arI/qpU7cp/DCGXS56iFJPxwe7K3QIFVvbtSgiE6vwuu4/HuBxyDDX5IKU8vSJg/BI956SzVsRQt969Q==",
            ..SENT
        },
        Callback { authorization: DOCUMENTED.authorization, ..SENT },
        Callback { authorization: "", ..SENT },
    ] {
        damaged.assert_says(1, HOLDS_NOT);
    }
}

#[test]
fn the_path_is_decoded_and_the_rest_is_not() {
    Callback { path: "/%69ndex.php?id=1&index=2", ..DOCUMENTED }.assert_says(0, HOLDS);
    Callback { path: "/index.php?%69d=1&index=2", ..DOCUMENTED }.assert_says(1, HOLDS_NOT);
}

#[test]
fn the_document() {
    let documents = [(DOCUMENTED, true), (Callback { body: "", ..DOCUMENTED }, false)];
    for (callback, holds) in documents {
        let outcome = callback.run(&["--json"]);
        assert_eq!(outcome.code, Some(i32::from(!holds)), "{outcome:?}");
        let url = "http://gosspublic.alicdn.com/callback_pub_key_v1.pem";
        let document: Value = serde_json::from_str(&outcome.stdout).unwrap();
        assert_eq!(document, json!({ "holds": holds, "public_key_url": url }));
    }
}

#[test]
fn the_body_from_a_file() {
    let body = file("callback-body", SENT.body.as_bytes());
    let outcome = run_in(&[], &SENT.arguments(&KEY_FILE, &["--body", &body]));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), HOLDS));
    let outcome = run_in(&[], &SENT.arguments(&KEY_FILE, &["--body", "no-such-file"]));
    assert_mistake(&outcome, "--body 'no-such-file' cannot be read (", "give a file, or -");
}

#[test]
fn no_body_is_an_empty_one() {
    let outcome = run_in(&[], &SENT.arguments(&KEY_FILE, &[]));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(1), HOLDS_NOT));
}

#[test]
fn the_key_as_base64_alone() {
    let key = file("callback-key.base64", KEY.as_bytes());
    let body = file("callback-body-for-base64", SENT.body.as_bytes());
    let outcome = run_in(&[], &SENT.arguments(&key, &["--body", &body]));
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(0), HOLDS));
}

#[test]
fn keys_that_cannot_be_read() {
    let remedy = "download http://gosspublic.alicdn.com/callback_pub_key_v1.pem";
    let outcome = run_in(&[], &SENT.arguments("no-such-file", &[]));
    assert_mistake(&outcome, "--public-key 'no-such-file' cannot be read (", remedy);
    let binary = file("callback-key.binary", &[0xff; 64]);
    let outcome = run_in(&[], &SENT.arguments(&binary, &[]));
    assert_mistake(
        &outcome,
        "--public-key '",
        "cannot be read (stream did not contain valid UTF-8)",
    );
    let empty = file("callback-key.empty", b"");
    let outcome = run_in(&[], &SENT.arguments(&empty, &[]));
    assert_mistake(&outcome, "--public-key '", "is no RSA public key in PEM or base64: download");
}

#[test]
fn urls_of_other_keys_are_refused() {
    for pub_key_url in [
        // http://gosspublic.alicdn.com@evil.example/key.pem
        "aHR0cDovL2dvc3NwdWJsaWMuYWxpY2RuLmNvbUBldmlsLmV4YW1wbGUva2V5LnBlbQ==",
        // http://gosspublic.alicdn.com.evil.example/key.pem
        "aHR0cDovL2dvc3NwdWJsaWMuYWxpY2RuLmNvbS5ldmlsLmV4YW1wbGUva2V5LnBlbQ==",
        "",
    ] {
        Callback { pub_key_url, ..DOCUMENTED }
            .assert_mistake("--pub-key-url '", "do not believe it");
    }
}

#[test]
fn what_is_not_base64() {
    Callback { pub_key_url: "http://gosspublic.alicdn.com/callback_pub_key_v1.pem", ..DOCUMENTED }
        .assert_mistake("--pub-key-url 'http://", "is not base64: give it as it came");
    Callback { authorization: "kKQ", ..DOCUMENTED }.assert_mistake(
        "--authorization 'kKQ' is no signature in base64",
        "give the header as it came",
    );
}

#[test]
fn paths_that_are_none() {
    Callback { path: "https://example.com/index.php", ..DOCUMENTED }
        .assert_mistake("--path 'https://", "give it as it stands in the request line");
    Callback { path: "/a%0ab", ..DOCUMENTED }
        .assert_mistake("--path '/a%0ab'", "do not believe it");
}
