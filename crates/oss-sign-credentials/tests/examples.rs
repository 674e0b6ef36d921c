//! The examples, run as programs on loopback.
#![cfg(feature = "reqwest")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

#[path = "rows/support/server.rs"]
#[allow(dead_code, reason = "other tests use the rest of it")]
mod server;

use core::time::Duration;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use oss_sign::verify::{Slot, Tolerance};
use oss_sign::{Bucket, Timestamp};
use oss_sign_credentials::rpc::Received;
use oss_sign_credentials::{Credentials, Surroundings, System};
use serde_json::{Value, json};

use crate::server::{Answer, Asked, Server};

const ID: &str = "LTAI5tExampleKeyId";
const SECRET: &str = "example-secret";

/// An example that runs, until this is dropped.
struct Example {
    child: Child,
    address: String,
}

/// What it answered.
struct Answered {
    head: String,
    body: String,
}

impl Example {
    /// Runs an example with no files of its user, and with nothing in its environment but `variables`. It prints its URL.
    fn run(name: &str, arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut child = Command::new(program(name))
            .args(arguments)
            .env_clear()
            .env("HOME", "/nowhere")
            .envs(variables.iter().copied())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut url).unwrap();
        let address = url.trim_end().trim_start_matches("http://").trim_end_matches("/sts");
        let address = address.to_owned();
        Self { child, address }
    }

    fn get(&self, path: &str) -> Answered {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        Answered { head: head.to_owned(), body: body.to_owned() }
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Answered {
    fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    fn header(&self, name: &str) -> Option<&str> {
        let headers = self.head.lines().filter_map(|line| line.split_once(": "));
        headers.filter(|(other, _)| *other == name).map(|(_, value)| value).next()
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }
}

/// Where `cargo test` has built an example.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let examples = test.parent().unwrap().parent().unwrap().join("examples");
    let program = examples.join(name).with_extension(std::env::consts::EXE_EXTENSION);
    assert!(program.exists(), "`cargo test` without `--test` builds the examples");
    program
}

fn own() -> Credentials {
    Credentials::new(ID, SECRET, None).unwrap()
}

/// STS, as far as it is needed: it checks the signature and the policy.
fn answer_of_sts(asked: &Asked) -> Answer {
    let call = Received::parse(&asked.method, &asked.query, &asked.body).unwrap();
    call.verify(&own(), System.now(), Duration::from_secs(900)).unwrap();
    assert_eq!(call.action(), Some("AssumeRole"));
    assert_eq!(call.parameter("RoleArn"), Some("acs:ram::1234567890123456:role/oss-uploader"));
    assert_eq!(call.parameter("DurationSeconds"), Some("900"));
    let policy: Value = serde_json::from_str(call.parameter("Policy").unwrap()).unwrap();
    assert_eq!(policy["Statement"][0]["Resource"], "acs:oss:*:*:examplebucket/uploads/*");
    let expiration = System.now().checked_add_seconds(900).unwrap().to_string();
    Answer::json(
        json!({
            "RequestId": "3D57EAD2-8723-1F26-B69C-F8707D8B565D",
            "AssumedRoleUser": {
                "Arn": "acs:ram::1234567890123456:role/oss-uploader/token-server",
                "AssumedRoleId": "300000000000000000:token-server",
            },
            "Credentials": {
                "AccessKeyId": "STS.ExampleKeyId",
                "AccessKeySecret": "example-temporary-secret",
                "SecurityToken": "CAISexample+token/==",
                "Expiration": expiration,
            },
        })
        .to_string(),
    )
}

fn token_server(sts: &Server) -> Example {
    let arguments = ["acs:ram::1234567890123456:role/oss-uploader", "examplebucket", "127.0.0.1:0"];
    let url = sts.url();
    let variables = [
        ("OSS_ACCESS_KEY_ID", ID),
        ("OSS_ACCESS_KEY_SECRET", SECRET),
        ("ALIBABA_CLOUD_STS_ENDPOINT", &url),
    ];
    Example::run("token_server", &arguments, &variables)
}

#[test]
fn the_token_server_hands_out_what_sts_gives() {
    let sts = Server::start(answer_of_sts);
    let answered = token_server(&sts).get("/sts");
    assert_eq!(answered.status(), "200");
    assert_eq!(answered.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answered.header("cache-control"), Some("no-store"));
    let token = answered.json();
    assert_eq!(token["AccessKeyId"], "STS.ExampleKeyId");
    assert_eq!(token["AccessKeySecret"], "example-temporary-secret");
    assert_eq!(token["SecurityToken"], "CAISexample+token/==");
    assert!(token["Expiration"].as_str().unwrap().ends_with('Z'));
}

#[test]
fn the_token_server_tells_browsers_nothing_of_failures() {
    let refusal = r#"{"Code":"NoPermission","Message":"m","RequestId":"r"}"#;
    let sts = Server::start(move |_| Answer::new(403, refusal));
    let answered = token_server(&sts).get("/sts");
    assert_eq!(answered.status(), "502");
    assert_eq!(answered.json(), json!({ "error": "no token can be had at the moment" }));
    assert_eq!(answered.header("access-control-allow-origin"), Some("*"));
}

fn presigning_server() -> Example {
    let variables = [("OSS_ACCESS_KEY_ID", ID), ("OSS_ACCESS_KEY_SECRET", SECRET)];
    Example::run("presigning_server", &["cn-hangzhou", "examplebucket", "127.0.0.1:0"], &variables)
}

/// Verifies a URL as OSS does.
fn verify(method: &str, url: &str, headers: &[(&str, &[u8])]) {
    let origin = "https://examplebucket.oss-cn-hangzhou.aliyuncs.com";
    let path_and_query = url.strip_prefix(origin).unwrap();
    let received = oss_sign::verify::Received::new(method, path_and_query, headers);
    let (mut parameters, mut slots) = ([Slot::default(); 32], [Slot::default(); 16]);
    let parsed = received.parse(&mut parameters, &mut slots).unwrap();
    let (credentials, now): (_, Timestamp) = (own(), System.now());
    let bucket = Some(Bucket::new("examplebucket").unwrap());
    parsed.verify(bucket, &credentials.borrow(), now, Tolerance::default()).unwrap();
}

#[test]
fn the_presigning_server_sends_downloads_on() {
    let answered = presigning_server().get("/download/photos/cat%201.jpg");
    assert_eq!(answered.status(), "302");
    let url = answered.header("location").unwrap();
    assert!(url.contains("/photos/cat%201.jpg?"), "{url}");
    verify("GET", url, &[]);
}

#[test]
fn the_presigning_server_says_how_to_upload() {
    let server = presigning_server();
    let upload = server.get("/upload/photos/cat.jpg?type=image/jpeg").json();
    assert_eq!(upload["method"], "PUT");
    assert_eq!(upload["headers"], json!({ "content-type": "image/jpeg" }));
    verify("PUT", upload["url"].as_str().unwrap(), &[("content-type", b"image/jpeg")]);
    let form = server.get("/form/avatars/").json();
    assert_eq!(form["url"], "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/");
    assert!(form["fields"]["x-oss-signature"].is_string());
}

#[test]
fn the_presigning_server_says_what_it_cannot_do() {
    assert_eq!(presigning_server().get("/download/%2Fcat.jpg").status(), "400");
    let nobody = ["cn-hangzhou", "examplebucket", "127.0.0.1:0"];
    let nobody = Example::run("presigning_server", &nobody, &[]);
    let answered = nobody.get("/download/cat.jpg");
    assert_eq!(answered.status(), "503");
    assert_eq!(answered.body, "no credentials at the moment\n");
}
