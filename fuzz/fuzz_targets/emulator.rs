//! The local OSS answers whatever comes, with no error of its own, and nobody writes without a
//! signature.
//!
//! The bytes are those of a connection: HTTP requests one after the other. They are sent as they are
//! to an emulator that knows no signature of the seeds; and then, each signed anew, to another one.

#![no_main]

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use libfuzzer_sys::fuzz_target;
use oss_sign::verify::{Received, Slot};
use oss_sign_emulator::{Clock, Emulator};
use oss_sign_fuzz::{now, signatory};
use oss_sign_tests::reference::{Signatory, sign_policy_v4};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
use tokio::runtime::{Builder, Runtime};

const ID: &str = "LTAI5tExampleKeyId";

thread_local! {
    /// With a clock that goes on when nothing else does: so silence ends at once.
    static RUNTIME: Runtime =
        Builder::new_current_thread().enable_all().start_paused(true).build().unwrap();
    static UNSIGNED: RefCell<Option<Rc<Unsigned>>> = const { RefCell::new(None) };
}

/// An emulator that nobody writes to.
struct Unsigned {
    emulator: Emulator,
    listing: Vec<u8>,
    uses: Cell<usize>,
}

/// Then there is a new one: its record of requests would grow long.
const MOST_USES: usize = 20;

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
    let unsigned = match UNSIGNED.take() {
        Some(unsigned) if unsigned.uses.get() < MOST_USES => unsigned,
        _ => Rc::new(Unsigned::start().await),
    };
    unsigned.uses.set(unsigned.uses.get() + 1);
    UNSIGNED.set(Some(Rc::clone(&unsigned)));
    let Unsigned { emulator, listing, .. } = &*unsigned;

    let before = emulator.requests().len();
    ask(emulator, data).await;
    for request in emulator.requests().iter().skip(before) {
        let is_read = ["GET", "HEAD"].contains(&request.method.as_str());
        assert!(is_read || request.status >= 300, "{request}");
        assert!(request.status < 500 || request.status == 501, "{request}");
    }
    assert!(list(emulator).await == *listing, "something was written");
}

impl Unsigned {
    async fn start() -> Self {
        let emulator = start(&owner().access_key_secret).await;
        for path in ["/examplebucket/cat.jpg", "/everyones/cat.jpg"] {
            let put =
                format!("PUT {path} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 1\r\n\r\nx");
            ask(&emulator, &signed(put.as_bytes(), &owner())).await;
        }
        assert!(emulator.requests().iter().all(|request| request.status == 200));
        let listing = list(&emulator).await;
        Self { emulator, listing, uses: Cell::new(0) }
    }
}

/// Whose secret is in no seed.
fn owner() -> Signatory {
    Signatory { access_key_secret: "of nobody here".to_owned(), ..signatory() }
}

/// All versions of all objects.
async fn list(emulator: &Emulator) -> Vec<u8> {
    let mut listing = Vec::new();
    for bucket in ["examplebucket", "everyones"] {
        let get = format!("GET /{bucket}?versions HTTP/1.1\r\nhost: localhost\r\n\r\n");
        let answer = ask(emulator, &signed(get.as_bytes(), &owner())).await;
        // The head has the number of the request.
        let head = answer.windows(4).position(|window| window == b"\r\n\r\n").unwrap();
        listing.extend_from_slice(&answer[head..]);
    }
    assert!(listing.windows(5).filter(|window| window == b"<Key>").count() == 2);
    listing
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
        let announced =
            head.headers.iter().find(|it| it.name.eq_ignore_ascii_case("content-length"));
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
    let authorization =
        |signature: &str| format!("OSS4-HMAC-SHA256 Credential={ID}/{scope},Signature={signature}");
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
