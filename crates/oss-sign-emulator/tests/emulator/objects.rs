//! Upload, download and deletion of single objects.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss_sign::Method;
use oss_sign::verify::SignatureForm;

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

#[test]
fn parts_are_got_by_range() {
    let client = start();
    client.put("k", b"0123456789").expect(200);
    let ranged = |headers: &[(&str, &str)]| {
        client.send(Asked::new(Method::Get, object("k")).headers(headers), b"")
    };
    let part = ranged(&[("range", "bytes=2-4")]).expect(206);
    assert_eq!((part.text(), part.header("content-range")), ("234", "bytes 2-4/10"));
    assert_eq!(part.header("content-length"), "3");
    assert_eq!(ranged(&[("range", "bytes=-3")]).expect(206).text(), "789");
    // What OSS does with a range that is not within the object, and what HTTP says.
    assert_eq!(ranged(&[("range", "bytes=8-12")]).expect(200).text(), "0123456789");
    let standard = ("x-oss-range-behavior", "standard");
    assert_eq!(ranged(&[("range", "bytes=8-12"), standard]).expect(206).text(), "89");
    ranged(&[("range", "bytes=10-"), standard]).expect_error(416, "InvalidRange");
}

#[test]
fn headers_of_the_answer_can_be_set_by_the_url() {
    let client = start();
    client.put("k", b"1").expect(200);
    let query = [
        ("response-content-type", "text/html"),
        ("response-content-disposition", "attachment; filename=\"图.jpg\""),
    ];
    let get = client.send(Asked::new(Method::Get, object("k")).query(&query), b"").expect(200);
    assert_eq!(get.header("content-type"), "text/html");
    assert_eq!(get.header("content-disposition"), "attachment; filename=\"图.jpg\"");
}

#[test]
fn a_process_is_told_and_not_done() {
    let client = start();
    client.put("k", b"1").expect(200);
    let query = [("x-oss-process", "image/resize,w_200")];
    let get = client.send(Asked::new(Method::Get, object("k")).query(&query), b"").expect(200);
    assert_eq!(get.text(), "1");
    assert_eq!(get.header("x-oss-emulator-process"), "image: resize w=200");
}

#[test]
fn conditions_on_what_is_there() {
    let client = start();
    let etag = client.put("k", b"1").expect(200).header("etag").to_owned();
    let get = |headers: &[(&str, &str)]| {
        client.send(Asked::new(Method::Get, object("k")).headers(headers), b"").status
    };
    let bare = etag.trim_matches('"').to_owned();
    let (now, before) = ("Tue, 14 Nov 2023 22:13:20 GMT", "Tue, 14 Nov 2023 22:13:19 GMT");
    assert_eq!(get(&[("if-match", &etag)]), 200);
    assert_eq!(get(&[("if-match", &bare)]), 200);
    assert_eq!(get(&[("if-match", "\"00\"")]), 412);
    assert_eq!(get(&[("if-none-match", &etag)]), 304);
    assert_eq!(get(&[("if-none-match", "\"00\"")]), 200);
    assert_eq!(get(&[("if-modified-since", now)]), 304);
    assert_eq!(get(&[("if-modified-since", before)]), 200);
    assert_eq!(get(&[("if-unmodified-since", now)]), 200);
    assert_eq!(get(&[("if-unmodified-since", before)]), 412);
}

#[test]
fn an_object_can_be_kept_from_being_overwritten() {
    let client = start();
    let headers = [("x-oss-forbid-overwrite", "true")];
    let put = || client.send(Asked::new(Method::Put, object("k")).headers(&headers), b"1");
    put().expect(200);
    put().expect_error(409, "FileAlreadyExists");
    client.put("k", b"2").expect(200);
    assert_eq!(client.get("k").text(), "2");
}

#[test]
fn bytes_that_do_not_have_the_announced_md5_are_not_stored() {
    let client = start();
    let put = |md5: &str| {
        let headers = [("content-md5", md5)];
        client.send(Asked::new(Method::Put, object("k")).headers(&headers), b"123456789")
    };
    put("JfnnlDI7RTiF9RgfG2JNCA==").expect_error(400, "InvalidDigest");
    put("not base64").expect_error(400, "InvalidDigest");
    client.get("k").expect_error(404, "NoSuchKey");
    put("JfnnlDI7RTiF9RgfG2JNCw==").expect(200);
}

#[test]
fn a_copy_has_the_bytes_and_properties_of_its_source() {
    let client = start();
    let headers = [("content-type", "text/plain"), ("x-oss-meta-a", "1")];
    client.send(Asked::new(Method::Put, object("源 1")).headers(&headers), b"1234").expect(200);
    let copy = |headers: &[(&str, &str)]| {
        client.send(Asked::new(Method::Put, object("copy")).headers(headers), b"")
    };
    let source = ("x-oss-copy-source", "/examplebucket/%E6%BA%90%201");
    let copied = copy(&[source]).expect(200);
    assert_eq!(copied.element("LastModified"), "2023-11-14T22:13:20.000Z");
    client.send(Asked::new(Method::Delete, object("源 1")), b"").expect(204);
    let got = client.get("copy").expect(200);
    assert_eq!((got.text(), got.header("x-oss-meta-a")), ("1234", "1"));

    let itself = ("x-oss-copy-source", "/examplebucket/copy");
    let replace = [itself, ("x-oss-metadata-directive", "REPLACE"), ("x-oss-meta-b", "2")];
    copy(&replace).expect(200);
    let got = client.get("copy").expect(200);
    assert_eq!((got.text(), got.header("x-oss-meta-a")), ("1234", ""));
    assert_eq!(got.header("x-oss-meta-b"), "2");

    copy(&[itself, ("x-oss-copy-source-if-match", "\"0\"")])
        .expect_error(412, "PreconditionFailed");
    copy(&[("x-oss-copy-source", "/examplebucket/none")]).expect_error(404, "NoSuchKey");
    copy(&[("x-oss-copy-source", "nonsense")]).expect_error(400, "InvalidArgument");
}

#[test]
fn an_object_grows_by_appending() {
    let client = start();
    let append = |position: &str, body: &[u8]| {
        let query = [("append", ""), ("position", position)];
        client.send(Asked::new(Method::Post, object("log")).query(&query), body)
    };
    assert_eq!(append("0", b"1234").expect(200).header("x-oss-next-append-position"), "4");
    let appended = append("4", b"56789").expect(200);
    // The CRC-64 is that of the whole object.
    assert_eq!(appended.header("x-oss-hash-crc64ecma"), "11051210869376104954");
    append("4", b"x").expect_error(409, "PositionNotEqualToLength");
    let got = client.get("log").expect(200);
    assert_eq!((got.text(), got.header("x-oss-object-type")), ("123456789", "Appendable"));

    client.put("normal", b"1").expect(200);
    let query = [("append", ""), ("position", "1")];
    let append = client.send(Asked::new(Method::Post, object("normal")).query(&query), b"2");
    append.expect_error(409, "ObjectNotAppendable");
}

#[test]
fn a_callback_is_noted_and_answered() {
    let client = start();
    let json = r#"{"callbackUrl":"http://example.com/","callbackBody":"key=${object}"}"#;
    let encoded = STANDARD.encode(json);
    let headers = [("x-oss-callback", encoded.as_str())];
    let put = client.send(Asked::new(Method::Put, object("k")).headers(&headers), b"1").expect(200);
    assert_eq!(put.text(), r#"{"Status":"OK"}"#);
    let noted = client.emulator.requests().pop().unwrap().callback.unwrap();
    assert!(noted.contains("http://example.com/"), "{noted}");

    let headers = [("x-oss-callback", "e30=")];
    let put = client.send(Asked::new(Method::Put, object("k")).headers(&headers), b"1");
    put.expect_error(400, "InvalidArgument");
}

#[test]
fn requests_are_recorded() {
    let client = start();
    client.put("a b", b"1").expect(200);
    client.get("none").expect(404);
    let requests = client.emulator.requests();
    let [put, get] = requests.as_slice() else { panic!("{requests:?}") };
    assert_eq!((put.method.as_str(), put.operation), ("PUT", Some("PutObject")));
    assert_eq!((put.bucket.as_deref(), put.key.as_deref()), (Some("examplebucket"), Some("a b")));
    assert_eq!(put.access_key_id.as_deref(), Some("LTAI5tExampleKeyId"));
    assert_eq!(put.signature_form, Some(SignatureForm::V4Url));
    assert_eq!((put.status, put.code), (200, None));
    assert_eq!((get.status, get.code), (404, Some("NoSuchKey")));
    // Whoever reads the record cannot send the request again.
    let signature = put.path_and_query.split("x-oss-signature=").nth(1).unwrap();
    assert_eq!(signature.split('&').next().unwrap().chars().count(), 7);
}

#[test]
fn what_the_emulator_does_not_have_is_said() {
    let client = start();
    let query = [("tagging", "")];
    let answer = client.send(Asked::new(Method::Get, object("k")).query(&query), b"");
    let answer = answer.expect_error(501, "NotImplemented");
    assert!(answer.element("Message").contains("tagging"));
    let answer = client.send(Asked::new(Method::Options, object("k")), b"");
    answer.expect_error(405, "MethodNotAllowed");
}

#[test]
fn object_acl_and_meta() {
    let client = start();
    client.put("k", b"1234").expect(200);
    let acl = [("acl", "")];
    let get = || client.send(Asked::new(Method::Get, object("k")).query(&acl), b"").expect(200);
    assert_eq!(get().element("Grant"), "default");
    let headers = [("x-oss-object-acl", "public-read")];
    let put = Asked::new(Method::Put, object("k")).query(&acl).headers(&headers);
    client.send(put, b"").expect(200);
    assert_eq!(get().element("Grant"), "public-read");
    let meta = Asked::new(Method::Head, object("k")).query(&[("objectMeta", "")]);
    let meta = client.send(meta, b"").expect(200);
    assert_eq!((meta.header("content-length"), meta.header("content-type")), ("4", ""));
}
