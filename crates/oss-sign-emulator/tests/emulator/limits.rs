//! What is too much.

use oss_sign::Method;
use oss_sign_emulator::Limits;

use crate::client::{Asked, Client, builder, object};

fn limited(change: impl FnOnce(&mut Limits)) -> Client {
    let mut limits = Limits::default();
    change(&mut limits);
    Client::of(builder().limits(limits).spawn().unwrap())
}

#[test]
fn objects_have_a_size() {
    let client = limited(|limits| limits.object_bytes = 10);
    client.put("k", b"0123456789").expect(200);
    client.put("k", b"0123456789A").expect_error(400, "EntityTooLarge");
    assert_eq!(client.get("k").text(), "0123456789");
}

#[test]
fn requests_have_so_many_headers() {
    let client = limited(|limits| limits.headers = 10);
    let url = client.url(Asked::new(Method::Get, object("k")));
    let names: Vec<_> = (0..20).map(|number| format!("a-{number}")).collect();
    let headers: Vec<_> = names.iter().map(|name| (name.as_str(), "1")).collect();
    assert_eq!(client.send_to("GET", &url, &headers, b"").status, 431);
    client.get("k").expect(404);
}

#[test]
fn headers_have_a_length() {
    let client = limited(|limits| limits.header_bytes = 8192);
    let url = client.url(Asked::new(Method::Get, object("k")));
    let long = "x".repeat(20_000);
    assert_eq!(client.send_to("GET", &url, &[("a", &long)], b"").status, 431);
}

#[test]
fn documents_have_a_length() {
    let client = limited(|limits| limits.document_bytes = 100);
    let asked = Asked::new(Method::Post, object("k")).query(&[("uploads", "")]);
    let upload = client.send(asked, b"").expect(200);
    let query = [("uploadId", upload.element("UploadId"))];
    let asked = Asked::new(Method::Post, object("k")).query(&query);
    client.send(asked, &[b' '; 200]).expect_error(400, "EntityTooLarge");
}

#[test]
fn more_connections_wait() {
    let client = limited(|limits| limits.connections = 1);
    // Each has a connection of its own; if the second never came to its turn, this would not end.
    let url = client.url(Asked::new(Method::Get, object("k")));
    for _ in 0..3 {
        let answer = client.send_to("GET", &url, &[("connection", "close")], b"");
        answer.expect(404);
    }
}
