//! The local OSS, and what `explain` makes of its refusals.

use core::time::Duration;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Stdio};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss_sign_emulator::{Emulator, Principal, Role};
use serde_json::Value;
use ureq::Agent;
use ureq::http::{Request, Response};

use crate::run::{ENVIRONMENT, TOKEN, command, outcome, run_in};

const TARGET: &str = "oss://examplebucket/folder/a b+c.txt";

/// A local OSS that knows the AccessKey of the tests, and what is signed for it.
struct Local {
    emulator: Emulator,
    client: Agent,
}

/// What `presign --json` and `sign --json` print.
#[derive(Clone)]
struct Signed(Value);

impl Signed {
    fn url(&self) -> &str {
        self.0["url"].as_str().unwrap()
    }

    fn with_url(&self, from: &str, to: &str) -> Self {
        let url = self.url().replacen(from, to, 1);
        assert_ne!(url, self.url());
        self.with("url", &url)
    }

    fn with(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.0[name] = value.into();
        changed
    }

    fn with_header(&self, name: &str, value: &str) -> Self {
        let mut changed = self.clone();
        changed.0["headers"][name] = value.into();
        changed
    }

    fn without_header(&self, name: &str) -> Self {
        let mut changed = self.clone();
        assert!(changed.0["headers"].as_object_mut().unwrap().remove(name).is_some());
        changed
    }
}

impl Local {
    fn start() -> Self {
        let emulator = Emulator::builder().access_key("testak", "testsk").bucket("examplebucket");
        let client = Agent::config_builder()
            .proxy(None)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(30)))
            .build();
        Self { emulator: emulator.spawn().unwrap(), client: client.into() }
    }

    fn sign(&self, arguments: &[&str]) -> Signed {
        self.sign_in(&ENVIRONMENT, arguments)
    }

    fn sign_in(&self, environment: &[(&str, &str)], arguments: &[&str]) -> Signed {
        let endpoint = self.emulator.endpoint();
        let arguments = [arguments, &["--json", "--endpoint", &endpoint]].concat();
        let outcome = run_in(environment, &arguments);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        Signed(serde_json::from_str(&outcome.stdout).unwrap())
    }

    fn send(&self, signed: &Signed) -> Response<ureq::Body> {
        let method = signed.0["method"].as_str().unwrap();
        let mut request = Request::builder().method(method).uri(signed.url());
        for (name, value) in signed.0["headers"].as_object().unwrap() {
            request = request.header(name, value.as_str().unwrap());
        }
        match method {
            "PUT" => self.client.run(request.body("the body").unwrap()),
            _ => self.client.run(request.body(()).unwrap()),
        }
        .unwrap()
    }

    /// What OSS says to `sent`, and `explain` to somebody who meant `signed`.
    fn explained(&self, name: &str, signed: &Signed, sent: &Signed) -> String {
        let mut response = self.send(sent);
        assert!(response.status().as_u16() >= 400, "{name} was accepted");
        let body = match response.headers().get("x-oss-err") {
            Some(header) => header.to_str().unwrap().to_owned(),
            None => response.body_mut().read_to_string().unwrap(),
        };
        let [answer, request] = ["xml", "json"].map(|kind| file(&format!("{name}.{kind}")));
        fs::write(&answer, body).unwrap();
        fs::write(&request, signed.0.to_string()).unwrap();
        let request = format!("@{}", request.display());
        let outcome =
            run_in(&ENVIRONMENT, &["explain", "--error", answer.to_str().unwrap(), &request]);
        assert_eq!(outcome.code, Some(0), "{name}: {}", outcome.stderr);
        outcome.stdout
    }
}

fn file(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name)
}

#[test]
fn what_was_signed_is_accepted() {
    let local = Local::start();
    for version in ["v4", "v1"] {
        let arguments = ["--signature-version", version, "--header", "x-oss-meta-a: b"];
        let put = [&["presign", TARGET, "--method", "PUT"], &arguments[..]].concat();
        assert_eq!(local.send(&local.sign(&put)).status(), 200);
        let get = local.sign(&["sign", "GET", TARGET, "--signature-version", version]);
        let mut got = local.send(&get);
        assert_eq!(got.body_mut().read_to_string().unwrap(), "the body");
    }
}

#[test]
fn explain_names_what_was_changed_on_the_way() {
    let local = Local::start();
    for version in ["v4", "v1"] {
        let sign = |arguments: &[&str]| {
            local.sign(&[arguments, &["--signature-version", version]].concat())
        };
        let put = sign(&["presign", TARGET, "--method", "PUT", "--header", "x-oss-meta-a: b"]);
        let get = sign(&["presign", TARGET, "--process", "image/info"]);
        let by_headers = sign(&["sign", "GET", TARGET]);
        let cases = [
            ("content-type", &put, put.with_header("content-type", "text/plain"), "text/plain"),
            ("meta-less", &put, put.without_header("x-oss-meta-a"), "x-oss-meta-a"),
            ("meta-more", &put, put.with_header("x-oss-meta-b", "c"), "x-oss-meta-b"),
            ("method", &get, get.with("method", "PUT"), "PUT"),
            ("key", &get, get.with_url("/folder/", "/Folder/"), "/examplebucket/Folder/"),
            ("process", &get, get.with_url("image%2Finfo", "image%2Fnone"), "none"),
            ("parameter", &by_headers, by_headers.with_url("txt", "txt?acl"), "acl"),
        ];
        for (name, signed, sent, cause) in cases {
            let told = local.explained(&format!("{version}-{name}"), signed, &sent);
            assert!(told.contains("SignatureDoesNotMatch"), "{version} {name}: {told}");
            let lines = told.lines().filter(|line| line.starts_with(['-', '+']));
            // Past the two lines that say what the signs mean.
            let differences: Vec<_> = lines.skip(2).collect();
            assert!(
                differences.iter().any(|line| line.contains(cause)),
                "{version} {name}: {cause} is not in {told}"
            );
        }
    }
}

#[test]
fn explain_tells_a_wrong_secret() {
    let local = Local::start();
    let wrong =
        [("OSS_ACCESS_KEY_ID", "testak"), ("OSS_ACCESS_KEY_SECRET", "wrong"), ENVIRONMENT[2]];
    for version in ["v4", "v1"] {
        let signed = local.sign_in(&wrong, &["presign", TARGET, "--signature-version", version]);
        let told = local.explained(&format!("{version}-secret"), &signed, &signed);
        assert!(told.contains("secret"), "{told}");
    }
}

#[test]
fn explain_tells_of_times() {
    let local = Local::start();
    let old = local.sign(&["presign", TARGET, "--now", "1700000000"]);
    let told = local.explained("expired", &old, &old);
    assert!(told.contains("AccessDenied") && told.contains("expired"), "{told}");
    let old = local.sign(&["sign", "GET", TARGET, "--now", "1700000000"]);
    let told = local.explained("skewed", &old, &old);
    assert!(told.contains("RequestTimeTooSkewed") && told.contains("clock"), "{told}");
}

#[test]
fn explain_tells_who_is_not_known() {
    let local = Local::start();
    let nobody = [("OSS_ACCESS_KEY_ID", "nobody"), ENVIRONMENT[1], ENVIRONMENT[2]];
    let signed = local.sign_in(&nobody, &["presign", TARGET]);
    let told = local.explained("nobody", &signed, &signed);
    assert!(told.contains("no such AccessKey ID"), "{told}");
    let with_token = [ENVIRONMENT[0], ENVIRONMENT[1], ENVIRONMENT[2], TOKEN];
    let signed = local.sign_in(&with_token, &["presign", TARGET]);
    let told = local.explained("token", &signed, &signed);
    assert!(told.contains("token"), "{told}");
    let signed = local.sign(&["presign", TARGET, "--region", "cn-beijing"]);
    let told = local.explained("region", &signed, &signed);
    assert!(told.contains("region of the credential is not the bucket's"), "{told}");
}

#[test]
fn explain_reads_the_header_that_answers_a_head() {
    let local = Local::start();
    let head = local.sign(&["presign", TARGET, "--method", "HEAD"]);
    let sent = head.with_url("/folder/", "/Folder/");
    let header = local.send(&sent).headers()["x-oss-err"].to_str().unwrap().to_owned();
    let xml = String::from_utf8(STANDARD.decode(header).unwrap()).unwrap();
    assert!(xml.contains("<Code>SignatureDoesNotMatch</Code>"), "{xml}");
    let told = local.explained("head", &head, &sent);
    assert!(told.contains("/examplebucket/Folder/"), "{told}");
}

#[test]
fn the_demo_goes_as_it_should_and_is_readable_where_it_is_piped() {
    let outcome = run_in(&[], &["demo"]);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{}", outcome.stdout);
    assert!(!outcome.stdout.contains('\u{1b}'), "there are colours in a pipe");
    assert!(!outcome.stdout.contains("FAILED"), "{}", outcome.stdout);
    assert!(outcome.stdout.matches("\nok: ").count() >= 10, "{}", outcome.stdout);
    // Quotes are indented; URLs and commands are there to be copied.
    let is_prose =
        |line: &&str| !["  ", "http:", "curl "].iter().any(|start| line.starts_with(start));
    for line in outcome.stdout.lines().filter(is_prose) {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

/// A server that is ended with the test.
struct Server {
    child: Child,
    exports: Vec<(String, String)>,
}

impl Server {
    fn start(environment: &[(&str, &str)], arguments: &[&str]) -> Self {
        let arguments = [&["serve", "--port", "0"], arguments].concat();
        let mut command = command(environment, &arguments);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let exports = lines.take_while(|line| line != "# ready").filter_map(|line| {
            let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
            Some((name.to_owned(), value.to_owned()))
        });
        Self { exports: exports.collect(), child }
    }

    fn exports(&self) -> Vec<(&str, &str)> {
        self.exports.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn what_serve_exports_is_all_that_it_takes() {
    let server = Server::start(&[], &["--bucket", "pictures"]);
    let client: Agent =
        Agent::config_builder().proxy(None).http_status_as_error(false).build().into();
    let print = |arguments: &[&str]| {
        let outcome = run_in(&server.exports(), arguments);
        assert_eq!(outcome.code, Some(0), "{}", outcome.stderr);
        outcome.stdout.trim_end().to_owned()
    };
    let put = print(&["presign", "oss://pictures/a b", "--method", "PUT"]);
    assert_eq!(client.put(put).send("the body").unwrap().status(), 200);
    let get = print(&["presign", "oss://pictures/a b"]);
    assert_eq!(client.get(get).call().unwrap().body_mut().read_to_string().unwrap(), "the body");
}

#[test]
fn serve_knows_the_access_key_of_its_environment_and_does_not_print_the_secret() {
    let server = Server::start(&ENVIRONMENT, &[]);
    assert!(server.exports.iter().all(|(_, value)| value != "testsk"));
    let temporary = [ENVIRONMENT[0], ENVIRONMENT[1], TOKEN];
    let outcome = outcome(&mut command(&temporary, &["serve", "--port", "0"]));
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("temporary"), "{}", outcome.stderr);
}

#[test]
fn a_port_that_is_taken_is_a_mistake() {
    let taken = Emulator::builder().role(Role::new("r").trust(Principal::Account)).spawn().unwrap();
    let port = taken.address().port().to_string();
    let outcome = run_in(&[], &["serve", "--port", &port]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains(&port), "{}", outcome.stderr);
}
