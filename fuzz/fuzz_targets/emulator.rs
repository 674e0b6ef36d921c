//! The local OSS answers whatever comes, with no error of its own, and nobody writes without a
//! signature.
//!
//! The bytes are those of a connection: HTTP requests one after the other. They are sent as they are
//! to an emulator that knows no signature of the seeds; and then, each signed anew, to another one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oss_sign::verify::{Received, Slot};
use oss_sign_emulator::{Clock, Emulator};
use oss_sign_fuzz::{credentials, now, signatory};
use oss_sign_tests::reference::{Signatory, sign_policy_v4};
use std::cell::RefCell;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
use tokio::runtime::{Builder, Runtime};

const ID: &str = "LTAI5tExampleKeyId";

thread_local! {
    /// With a clock that goes on when nothing else does: so silence ends at once.
    static RUNTIME: Runtime =
        Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    static LISTING: RefCell<Option<Vec<u8>>> = const { RefCell::new(None) };
}

fuzz_target!(|data: &[u8]| RUNTIME.with(|runtime| {
    runtime.block_on(async {
        nobody_writes(data).await;
        everything_is_answered(data).await;
    });
}));

/// An emulator that accepts this secret.
async fn start(secret: &str) -> Emulator {
    let emulator = Emulator::builder()
        .access_key(ID, secret)
        .bucket("examplebucket")
        .public_bucket("everyones")
        .cname("static.example.com", "examplebucket")
        .clock(Clock::fixed(now()));
    emulator.start().await.unwrap()
}

async fn nobody_writes(data: &[u8]) {
    let owner = Signatory { access_key_secret: "of nobody here".to_owned(), ..signatory() };
    let emulator = start(&owner.access_key_secret).await;
    for path in ["/examplebucket/cat.jpg", "/everyones/cat.jpg"] {
        let put = format!("PUT {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n\r\nx");
        ask(&emulator, &signed(put.as_bytes(), &owner)).await;
    }
    let before = emulator.requests().len();
    assert!(emulator.requests().iter().all(|request| request.status == 200));

    ask(&emulator, data).await;
    for request in emulator.requests().iter().skip(before) {
        let is_read = ["GET", "HEAD", "OPTIONS"].contains(&request.method.as_str());
        assert!(is_read || request.status >= 300, "{request}");
        assert!(request.status < 500 || request.status == 501, "{request}");
    }
    let mut listing = Vec::new();
    for query in [
        "/",
        "/examplebucket?versions",
        "/examplebucket?uploads",
        "/everyones?versions",
        "/everyones?uploads",
    ] {
        let get = format!("GET {query} HTTP/1.1\r\nhost: localhost\r\n\r\n");
        let answer = ask(&emulator, &signed(get.as_bytes(), &owner)).await;
        // Its head has the number of the request.
        let body = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        listing.extend_from_slice(&answer[body..]);
    }
    LISTING.with_borrow_mut(|first| {
        assert_eq!(listing, *first.get_or_insert_with(|| listing.clone()), "{}", text(&listing));
    });
}

async fn everything_is_answered(data: &[u8]) {
    let emulator = start("example-secret").await;
    ask(&emulator, &signed(data, &signatory())).await;
    for request in emulator.requests() {
        assert!(request.status < 500 || request.status == 501, "{request}");
    }
}

/// What is answered until the connection ends.
async fn ask(emulator: &Emulator, bytes: &[u8]) -> Vec<u8> {
    let (mut client, server) = duplex(64 << 10);
    let asking = async {
        // The other side may have had enough.
        let _ = client.write_all(bytes).await;
        let mut answers = Vec::new();
        let _ = client.read_to_end(&mut answers).await;
        answers
    };
    let ((), answers) = tokio::join!(emulator.serve(server), asking);
    answers
}

/// The same requests with a signature of V4 each, in path style; what is no request is left out.
fn signed(mut data: &[u8], signatory: &Signatory) -> Vec<u8> {
    let mut signed = Vec::new();
    loop {
        let mut headers = [httparse::EMPTY_HEADER; 32];
        let mut head = httparse::Request::new(&mut headers);
        let Ok(httparse::Status::Complete(length)) = head.parse(data) else { return signed };
        let (Some(method), Some(path)) = (head.method, head.path) else { return signed };
        let announced = head.headers.iter().find(|it| it.name.eq_ignore_ascii_case("content-length"));
        let announced = announced.and_then(|it| str::from_utf8(it.value).ok()?.parse().ok());
        let rest = &data[length..];
        let body = &rest[..rest.len().min(announced.unwrap_or(0))];
        sign(&mut signed, method, path, head.headers, body, signatory);
        data = &rest[body.len()..];
    }
}

fn sign(
    signed: &mut Vec<u8>,
    method: &str,
    path: &str,
    headers: &[httparse::Header<'_>],
    body: &[u8],
    signatory: &Signatory,
) {
    const REPLACED: [&str; 5] =
        ["authorization", "content-length", "host", "x-oss-content-sha256", "x-oss-date"];
    let date = now().to_string().replace(['-', ':'], "");
    let length = body.len().to_string();
    let scope = format!("{}/cn-hangzhou/oss/aliyun_v4_request", &date[..8]);
    let authorization = |signature: &str| {
        format!("OSS4-HMAC-SHA256 Credential={ID}/{scope},Signature={signature}")
    };
    let unsigned = authorization(&"0".repeat(64));
    let names = headers.iter().map(|header| (header.name.to_ascii_lowercase(), header.value));
    let kept: Vec<(String, &[u8])> =
        names.filter(|(name, _)| !REPLACED.contains(&name.as_str())).collect();
    let mut sent: Vec<(&str, &[u8])> =
        kept.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    sent.extend([
        ("host", &b"localhost"[..]),
        ("content-length", length.as_bytes()),
        ("x-oss-date", date.as_bytes()),
        ("x-oss-content-sha256", b"UNSIGNED-PAYLOAD"),
        ("authorization", unsigned.as_bytes()),
    ]);
    let (mut parameters, mut slots) = ([Slot::default(); 64], [Slot::default(); 64]);
    let received = Received::new(method, path, &sent);
    let Ok(parsed) = received.parse(&mut parameters, &mut slots) else { return };
    let signature = sign_policy_v4(&parsed.string_to_sign(None).to_string(), signatory);
    signed.extend_from_slice(format!("{method} {path} HTTP/1.1\r\n").as_bytes());
    for (name, value) in sent.split_last().map(|(_, others)| others).unwrap_or_default() {
        signed.extend_from_slice(&[name.as_bytes(), b": ", value, b"\r\n"].concat());
    }
    let authorization = authorization(&signature);
    signed.extend_from_slice(format!("authorization: {authorization}\r\n\r\n").as_bytes());
    signed.extend_from_slice(body);
}

fn text(bytes: &[u8]) -> std::borrow::Cow<'_, str> {
    String::from_utf8_lossy(bytes)
}
