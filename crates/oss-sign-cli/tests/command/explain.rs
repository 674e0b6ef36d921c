//! `explain`, end to end: files, standard input, colours.

use std::io::Write as _;
use std::process::Stdio;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;

use crate::run::{ENVIRONMENT, OBJECT, Outcome, command, outcome, print, run, run_in};

const CAUSE: &str = "The request was signed for GET, but OSS received HEAD";

fn url() -> String {
    print(&["presign", OBJECT]).trim_end().to_owned()
}

/// What OSS answers to HEAD for [`url`], with its canonical request.
fn answer() -> String {
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>\n  <Code>SignatureDoesNotMatch</Code>\n  \
     <Message>The request signature we calculated does not match.</Message>\n  \
     <StringToSign>OSS4-HMAC-SHA256\n20231114T221320Z\n\
     20231114/cn-hangzhou/oss/aliyun_v4_request\n00</StringToSign>\n  \
     <CanonicalRequest>HEAD\n/examplebucket/exampledir/exampleobject.txt\n\
     x-oss-credential=testak%2F20231114%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&amp;\
     x-oss-date=20231114T221320Z&amp;x-oss-expires=1800&amp;\
     x-oss-signature-version=OSS4-HMAC-SHA256\n\n\nUNSIGNED-PAYLOAD</CanonicalRequest>\n  \
     <EC>0002-00000201</EC>\n</Error>\n"
        .to_owned()
}

/// Runs the command with this standard input.
fn piped(environment: &[(&str, &str)], arguments: &[&str], input: &[u8]) -> Outcome {
    let mut child = command(environment, arguments);
    child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    // What is refused is not read to its end.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    Outcome {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

fn explain(arguments: &[&str], input: &str) -> Outcome {
    piped(&[], &[&["explain", "--now", "1700000000"], arguments].concat(), input.as_bytes())
}

#[test]
fn every_form_of_the_answer() {
    let (url, xml) = (url(), answer());
    for input in [
        xml.clone(),
        format!("HTTP/1.1 403 Forbidden\r\nServer: AliyunOSS\r\n\r\n{xml}"),
        STANDARD_NO_PAD.encode(&xml),
        format!("HTTP/1.1 403\r\nx-oss-err: {}\r\nx-oss-ec: 1\r\n", STANDARD_NO_PAD.encode(&xml)),
    ] {
        let outcome = explain(&["--error", "-", &url], &input);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
        assert!(outcome.stdout.contains("\n- method: GET\n+ method: HEAD\n"), "{outcome:?}");
        assert!(outcome.stdout.contains(CAUSE), "{outcome:?}");
    }
}

#[test]
fn a_method_that_was_not_said_is_asked_for() {
    let hint = "if it was signed for HEAD, add --method HEAD";
    let outcome = explain(&["--error", "-", &url()], &answer());
    assert!(outcome.stdout.contains(hint), "{outcome:?}");
    let outcome = explain(&["--error", "-", &url(), "--method", "get"], &answer());
    assert!(!outcome.stdout.contains(hint), "{outcome:?}");
}

#[test]
fn files() {
    let directory = env!("CARGO_TARGET_TMPDIR");
    let (body, request) = (format!("{directory}/body.xml"), format!("{directory}/request.json"));
    std::fs::write(&body, answer()).unwrap();
    std::fs::write(&request, format!(r#"{{"url": "{}"}}"#, url())).unwrap();
    let from_file = run_in(&[], &["explain", "--error", &body, &format!("@{request}")]);
    assert!(from_file.stdout.contains(CAUSE), "{from_file:?}");
    let from_input = explain(&["--error", &body, "-"], &url());
    assert_eq!(from_input.stdout, from_file.stdout);
}

/// What `presign --json` and `sign --json` print is a request.
#[test]
fn our_own_documents() {
    for arguments in [&["presign", OBJECT, "--json"][..], &["sign", "GET", OBJECT, "--json"]] {
        let outcome = piped(&ENVIRONMENT, &["explain", "-"], print(arguments).as_bytes());
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{outcome:?}");
        assert!(outcome.stdout.contains("The signature holds for the AccessKey"), "{outcome:?}");
    }
}

#[test]
fn the_answer_alone() {
    let outcome = explain(&["--error", "-"], r#"{"Error":{"Code":"NoSuchBucket"}}"#);
    assert!(outcome.stdout.contains("There is no such bucket"), "{outcome:?}");
    let outcome = explain(&["--error", "-"], &answer());
    assert!(outcome.stdout.contains("  method: HEAD\n"), "{outcome:?}");
    assert!(outcome.stdout.contains("give the URL, or the request as JSON"), "{outcome:?}");
}

#[test]
fn colours_are_for_terminals() {
    let (url, body) = (url(), format!("{}/colours.xml", env!("CARGO_TARGET_TMPDIR")));
    std::fs::write(&body, answer()).unwrap();
    let arguments = ["explain", "--error", &body, &url, "--now", "1700000000"];
    let run = |environment: &[(&str, &str)]| outcome(&mut command(environment, &arguments)).stdout;
    assert!(!run(&[]).contains('\u{1b}'), "piped");
    let forced = run(&[("CLICOLOR_FORCE", "1")]);
    assert!(forced.contains("\u{1b}[31m- method: GET\u{1b}[0m"), "{forced}");
    assert!(forced.contains("\u{1b}[32m+ method: HEAD\u{1b}[0m"), "{forced}");
    assert!(!run(&[("NO_COLOR", "1")]).contains('\u{1b}'));
}

#[test]
fn the_secret_is_never_shown() {
    let secret = ("OSS_ACCESS_KEY_SECRET", "hush-hush");
    let environment = [("OSS_ACCESS_KEY_ID", "testak"), secret];
    let answer = answer().replace("HEAD", "GET");
    let outcome = piped(&environment, &["explain", "--error", "-", &url()], answer.as_bytes());
    assert!(outcome.stdout.contains("The secret in the environment does not"), "{outcome:?}");
    assert!(!format!("{outcome:?}").contains("hush"), "{outcome:?}");
}

#[test]
fn mistakes() {
    let url = url();
    let bomb = "<!DOCTYPE x [<!ENTITY a \"b\">]><Error><Code>&a;</Code></Error>";
    let huge = "<".repeat(2 << 20);
    let table: &[(&[&str], &str, &str)] = &[
        (&[], "", "give --error FILE, the URL, or both"),
        (&["--error", "-", "-"], "", "put one into a file"),
        (&["--error", "/no/such/file"], "", "cannot read '/no/such/file'"),
        (&["@/no/such/file"], "", "cannot read '/no/such/file'"),
        (&["--error", "-"], "", "is empty: give the body"),
        (&["--error", "-"], "502 Bad Gateway", "neither XML nor JSON nor base64"),
        (&["--error", "-"], bomb, "declares a document type"),
        (&["--error", "-"], "<Error><Code>x</Co", "is cut short"),
        (&["--error", "-"], &huge, "longer than 1 MiB"),
        (&["-"], "{\"url\": 1}", "is not the JSON that explain reads"),
        (&["-"], &huge, "the request is longer than 1 MiB"),
        (&["-"], "{\"uri\": \"https://x\"}", "is not the JSON that explain reads"),
        (&["https://static.example.com/k"], "", "give --bucket NAME"),
        (&["oss://examplebucket/k"], "", "write https://"),
        (&[&url, "--header", "x"], "", "write 'Name: value'"),
    ];
    for (arguments, input, remedy) in table {
        let outcome = explain(arguments, input);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{outcome:?}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
        assert!(outcome.stderr.contains(remedy), "{remedy}: {outcome:?}");
    }
}

#[test]
fn text_that_is_not_utf_8_is_no_panic() {
    let outcome = piped(&[], &["explain", "--error", "-"], b"<Error><Code>\xff</Code></Error>");
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
}

#[test]
fn a_reader_that_went_away_is_no_mistake() {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let url = url();
    let status = command(&[], &["explain", &url]).stdout(writer).status().unwrap();
    assert_eq!(status.code(), Some(0));
    assert_eq!(run(&["explain", &url]).code, Some(0));
}
