//! Multipart upload.

use oss_sign::{Method, Resource};

use crate::client::{Answer, Asked, Client, bucket, object, start};

const PART: usize = 100 << 10;

fn initiate(client: &Client, key: &str) -> String {
    let asked = Asked::new(Method::Post, object(key)).query(&[("uploads", "")]);
    client.send(asked, b"").expect(200).element("UploadId").to_owned()
}

fn put_part(client: &Client, key: &str, upload: &str, number: &str, body: &[u8]) -> Answer {
    let query = [("partNumber", number), ("uploadId", upload)];
    client.send(Asked::new(Method::Put, object(key)).query(&query), body)
}

fn complete(client: &Client, key: &str, upload: &str, parts: &[(&str, &str)]) -> Answer {
    let parts = parts.iter().map(|(number, etag)| {
        format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>")
    });
    let document =
        format!("<CompleteMultipartUpload>{}</CompleteMultipartUpload>", parts.collect::<String>());
    let query = [("uploadId", upload)];
    let asked = Asked::new(Method::Post, object(key)).query(&query);
    client.send(asked, document.as_bytes())
}

fn etag(answer: Answer) -> String {
    answer.expect(200).header("etag").to_owned()
}

#[test]
fn parts_become_an_object() {
    let client = start();
    let (first, last) = (vec![b'a'; PART], b"end".to_vec());
    let whole = [first.as_slice(), &last].concat();
    let crc64 = client.put("whole", &whole).expect(200).header("x-oss-hash-crc64ecma").to_owned();

    let asked = Asked::new(Method::Post, object("k")).query(&[("uploads", "")]);
    let headers = [("content-type", "text/plain")];
    let upload = client.send(asked.headers(&headers), b"").expect(200);
    let upload = upload.element("UploadId");
    let two = etag(put_part(&client, "k", upload, "2", &last));
    let stale = etag(put_part(&client, "k", upload, "1", b"stale"));
    let one = etag(put_part(&client, "k", upload, "1", &first));
    put_part(&client, "k", upload, "7", b"not needed").expect(200);

    let query = [("uploadId", upload)];
    let listed = Asked::new(Method::Get, object("k")).query(&query);
    let listed = client.send(listed, b"").expect(200);
    assert_eq!(listed.elements("PartNumber"), ["1", "2", "7"]);
    assert_eq!(listed.elements("Size"), ["102400", "3", "10"]);

    let wrong = complete(&client, "k", upload, &[("1", &stale)]);
    wrong.expect_error(400, "InvalidPart");
    let wrong = complete(&client, "k", upload, &[("2", &two), ("1", &one)]);
    wrong.expect_error(400, "InvalidPartOrder");

    let done = complete(&client, "k", upload, &[("1", &one), ("2", &two)]).expect(200);
    assert!(done.element("ETag").ends_with("-2\""), "{}", done.element("ETag"));
    assert_eq!(done.header("x-oss-hash-crc64ecma"), crc64);
    let got = client.get("k").expect(200);
    assert!(got.body == whole);
    assert_eq!(got.header("content-type"), "text/plain");
    assert_eq!(got.header("x-oss-object-type"), "Multipart");
    // Across the end of the first part.
    let asked = Asked::new(Method::Get, object("k")).headers(&[("range", "bytes=102398-102401")]);
    assert_eq!(client.send(asked, b"").expect(206).text(), "aaen");

    complete(&client, "k", upload, &[("1", &one)]).expect_error(404, "NoSuchUpload");
}

#[test]
fn small_parts_are_refused_but_for_the_last() {
    let client = start();
    let upload = initiate(&client, "k");
    let one = etag(put_part(&client, "k", &upload, "1", b"small"));
    let two = etag(put_part(&client, "k", &upload, "2", b"small"));
    let refused = complete(&client, "k", &upload, &[("1", &one), ("2", &two)]);
    refused.expect_error(400, "EntityTooSmall");
    complete(&client, "k", &upload, &[("2", &two)]).expect(200);
}

#[test]
fn an_upload_is_listed_until_it_is_aborted() {
    let client = start();
    let (first, second) = (initiate(&client, "a"), initiate(&client, "b"));
    let listed = || {
        let asked = Asked::new(Method::Get, Resource::Bucket(bucket())).query(&[("uploads", "")]);
        client.send(asked, b"").expect(200)
    };
    assert_eq!(listed().elements("UploadId"), [first.as_str(), second.as_str()]);
    let abort = || {
        let query = [("uploadId", first.as_str())];
        let asked = Asked::new(Method::Delete, object("a")).query(&query);
        client.send(asked, b"")
    };
    abort().expect(204);
    abort().expect_error(404, "NoSuchUpload");
    assert_eq!(listed().elements("UploadId"), [second.as_str()]);
    put_part(&client, "a", &first, "1", b"1").expect_error(404, "NoSuchUpload");
    // It is of another key.
    put_part(&client, "a", &second, "1", b"1").expect_error(404, "NoSuchUpload");
}

#[test]
fn numbers_of_parts() {
    let client = start();
    let upload = initiate(&client, "k");
    for number in ["0", "10001", "-1", "x"] {
        put_part(&client, "k", &upload, number, b"1").expect_error(400, "InvalidArgument");
    }
    put_part(&client, "k", &upload, "10000", b"1").expect(200);
}

#[test]
fn a_part_can_be_copied() {
    let client = start();
    client.put("source", b"0123456789").expect(200);
    let upload = initiate(&client, "k");
    let query = [("partNumber", "1"), ("uploadId", upload.as_str())];
    let headers =
        [("x-oss-copy-source", "/examplebucket/source"), ("x-oss-copy-source-range", "bytes=2-4")];
    let asked = Asked::new(Method::Put, object("k")).query(&query).headers(&headers);
    let copied = client.send(asked, b"").expect(200);
    complete(&client, "k", &upload, &[("1", copied.element("ETag"))]).expect(200);
    assert_eq!(client.get("k").text(), "234");
}

#[test]
fn all_parts_can_be_taken() {
    let client = start();
    let upload = initiate(&client, "k");
    put_part(&client, "k", &upload, "3", b"3").expect(200);
    let query = [("uploadId", upload.as_str())];
    let asked = Asked::new(Method::Post, object("k")).query(&query);
    client.send(asked.headers(&[("x-oss-complete-all", "yes")]), b"").expect(200);
    assert_eq!(client.get("k").text(), "3");
}
