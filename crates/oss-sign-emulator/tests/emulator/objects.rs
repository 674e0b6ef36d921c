//! Upload, download and deletion of single objects.

use oss_sign::Method;

use crate::client::{Asked, NOW, at, object, start};

#[test]
fn what_was_put_is_got() {
    let client = start();
    let headers = [("content-type", "text/plain"), ("x-oss-meta-author", "阿里")];
    let put =
        client.send(Asked::new(Method::Put, object("a/b.txt")).headers(&headers), b"123456789");
    let put = put.expect(200);
    assert_eq!(put.header("etag"), "\"25F9E794323B453885F5181F1B624D0B\"");
    assert_eq!(put.header("x-oss-hash-crc64ecma"), "11051210869376104954");

    let get = client.get("a/b.txt").expect(200);
    assert_eq!(get.body, b"123456789");
    for (name, value) in [
        ("content-type", "text/plain"),
        ("x-oss-meta-author", "阿里"),
        ("content-md5", "JfnnlDI7RTiF9RgfG2JNCw=="),
        ("etag", "\"25F9E794323B453885F5181F1B624D0B\""),
        ("x-oss-hash-crc64ecma", "11051210869376104954"),
        ("last-modified", "Tue, 14 Nov 2023 22:13:20 GMT"),
        ("date", "Tue, 14 Nov 2023 22:13:20 GMT"),
        ("server", "AliyunOSS"),
        ("x-oss-object-type", "Normal"),
        ("content-length", "9"),
    ] {
        assert_eq!(get.header(name), value, "{name}");
    }
    assert_eq!(get.header("x-oss-request-id").len(), 24);
}

#[test]
fn head_has_the_headers_of_get() {
    let client = start();
    client.put("k", b"1234").expect(200);
    let head = client.send(Asked::new(Method::Head, object("k")), b"").expect(200);
    assert_eq!(head.header("content-length"), "4");
    assert_eq!(head.header("etag"), client.get("k").header("etag"));
}

#[test]
fn what_was_deleted_is_gone() {
    let client = start();
    client.put("k", b"1").expect(200);
    client.send(Asked::new(Method::Delete, object("k")), b"").expect(204);
    let gone = client.get("k").expect_error(404, "NoSuchKey");
    assert_eq!(gone.element("Key"), "k");
    assert_eq!(gone.header("x-oss-ec"), "0026-00000001");
    // Once more is no error.
    client.send(Asked::new(Method::Delete, object("k")), b"").expect(204);
}

#[test]
fn a_url_expires_when_the_clock_says_so() {
    let client = start();
    client.put("k", b"1").expect(200);
    let url = client.url(Asked::new(Method::Get, object("k")));
    client.emulator.clock().set(at(NOW + 1800));
    client.send_to("GET", &url, &[], b"").expect(200);
    client.emulator.clock().set(at(NOW + 1801));
    let expired = client.send_to("GET", &url, &[], b"").expect_error(403, "AccessDenied");
    assert_eq!(expired.element("Message"), "Request has expired.");
    assert_eq!(expired.element("ServerTime"), "2023-11-14T22:43:21.000Z");
}
