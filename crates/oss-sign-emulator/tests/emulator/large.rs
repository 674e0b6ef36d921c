//! Large objects take no memory.

use std::io::{self, Read as _};

use oss_sign::Method;

use crate::client::agent;
use crate::process::Server;

#[test]
fn an_object_is_not_held_in_memory() {
    const SIZE: u64 = 128 << 20;
    let folder = tempfile::tempdir().unwrap();
    let server = Server::start(folder.path());
    let before = server.most_memory();
    let mut body = io::repeat(b'x').take(SIZE);
    let put = http::Request::put(server.url(Method::Put, "large", &[]))
        .body(ureq::SendBody::from_reader(&mut body))
        .unwrap();
    assert_eq!(agent().run(put).unwrap().status(), 200);
    let got = agent().get(server.url(Method::Get, "large", &[])).call().unwrap();
    let mut body = got.into_body().into_reader();
    assert_eq!(io::copy(&mut body, &mut io::sink()).unwrap(), SIZE);
    let grown = server.most_memory().saturating_sub(before);
    assert!(grown < SIZE / 4, "grown by {grown} bytes");
}
