//! A folder outlives the emulator.

use std::fs;
use std::path::Path;

use oss_sign::{Method, Resource};
use oss_sign_emulator::{Emulator, Storage};

use crate::client::{Asked, Client, bucket, builder, object};

fn open(folder: &Path) -> Client {
    Client::of(builder().storage(Storage::folder(folder)).spawn().unwrap())
}

/// The files of the folder, whatever their names.
fn count(folder: &Path, kind: &str) -> usize {
    fs::read_dir(folder.join("buckets/examplebucket").join(kind)).unwrap().count()
}

#[test]
fn everything_is_there_again() {
    let folder = tempfile::tempdir().unwrap();
    let client = open(folder.path());
    let headers = [("content-type", "text/plain"), ("x-oss-meta-a", "中")];
    client.send(Asked::new(Method::Put, object("a/../b 中")).headers(&headers), b"1").expect(200);
    let append = [("append", ""), ("position", "0")];
    client.send(Asked::new(Method::Post, object("log")).query(&append), b"12").expect(200);
    let asked = Asked::new(Method::Post, object("big")).query(&[("uploads", "")]);
    let upload = client.send(asked, b"").expect(200).element("UploadId").to_owned();
    let query = [("partNumber", "1"), ("uploadId", upload.as_str())];
    let part = client.send(Asked::new(Method::Put, object("big")).query(&query), b"123");
    let etag = part.expect(200).header("etag").to_owned();
    client.emulator.shutdown_blocking();

    let client = open(folder.path());
    let got = client.get("a/../b 中").expect(200);
    assert_eq!((got.text(), got.header("x-oss-meta-a")), ("1", "中"));
    let append = [("append", ""), ("position", "2")];
    client.send(Asked::new(Method::Post, object("log")).query(&append), b"34").expect(200);
    assert_eq!(client.get("log").text(), "1234");
    let document = format!(
        "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber><ETag>{etag}</ETag></Part>\
         </CompleteMultipartUpload>"
    );
    let query = [("uploadId", upload.as_str())];
    let asked = Asked::new(Method::Post, object("big")).query(&query);
    client.send(asked, document.as_bytes()).expect(200);
    assert_eq!(client.get("big").text(), "123");
}

#[test]
fn versions_are_there_again_in_their_order() {
    let folder = tempfile::tempdir().unwrap();
    let client = open(folder.path());
    let document = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    let put = Asked::new(Method::Put, Resource::Bucket(bucket())).query(&[("versioning", "")]);
    client.send(put, document).expect(200);
    let first = client.put("k", b"1").expect(200).header("x-oss-version-id").to_owned();
    client.put("k", b"2").expect(200);
    client.emulator.shutdown_blocking();
    let client = open(folder.path());
    assert_eq!(client.get("k").text(), "2");
    let third = client.put("k", b"3").expect(200).header("x-oss-version-id").to_owned();
    assert!(third > first);
    assert_eq!(client.get("k").text(), "3");
}

#[test]
fn nothing_is_left_of_what_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let client = open(folder.path());
    client.put("k", b"1").expect(200);
    client.put("k", b"2").expect(200);
    let headers = [("x-oss-copy-source", "/examplebucket/k")];
    client.send(Asked::new(Method::Put, object("copy")).headers(&headers), b"").expect(200);
    let headers = [("content-md5", "JfnnlDI7RTiF9RgfG2JNCA==")];
    client.send(Asked::new(Method::Put, object("bad")).headers(&headers), b"1").expect(400);
    assert_eq!((count(folder.path(), "objects"), count(folder.path(), "bodies")), (2, 2));
    client.send(Asked::new(Method::Delete, object("k")), b"").expect(204);
    assert_eq!(client.get("copy").text(), "2");
    client.send(Asked::new(Method::Delete, object("copy")), b"").expect(204);
    assert_eq!((count(folder.path(), "objects"), count(folder.path(), "bodies")), (0, 0));
    client.send(Asked::new(Method::Delete, Resource::Bucket(bucket())), b"").expect(204);
    assert_eq!(fs::read_dir(folder.path().join("buckets")).unwrap().count(), 0);
}

#[test]
fn leftovers_of_a_killed_emulator_are_removed() {
    let folder = tempfile::tempdir().unwrap();
    let client = open(folder.path());
    client.put("k", b"1").expect(200);
    client.emulator.shutdown_blocking();
    let of_bucket = folder.path().join("buckets/examplebucket");
    fs::write(of_bucket.join("bodies/00000000000000ff"), "half").unwrap();
    fs::write(of_bucket.join("objects/00000000000000ff.tmp"), "{").unwrap();
    fs::create_dir_all(of_bucket.join("uploads/00000000000000000000000000000001")).unwrap();
    fs::create_dir_all(folder.path().join("buckets/half-made/objects")).unwrap();
    let client = open(folder.path());
    assert_eq!(client.get("k").text(), "1");
    for (kind, expected) in [("objects", 1), ("bodies", 1), ("uploads", 0)] {
        assert_eq!(count(folder.path(), kind), expected, "{kind}");
    }
    assert!(!folder.path().join("buckets/half-made").exists());
}

fn error_of(folder: &Path) -> String {
    let started = Emulator::builder().storage(Storage::folder(folder)).spawn();
    started.unwrap_err().to_string()
}

#[test]
fn a_folder_of_others_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("mine.txt"), "1").unwrap();
    assert!(error_of(folder.path()).contains("not of the emulator"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_folder_is_of_one_emulator_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let client = open(folder.path());
    assert!(error_of(folder.path()).contains("another emulator"));
    client.emulator.shutdown_blocking();
    open(folder.path());
}

#[test]
fn a_file_that_was_changed_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let client = open(folder.path());
    client.put("k", b"1234").expect(200);
    client.emulator.shutdown_blocking();
    let bodies = folder.path().join("buckets/examplebucket/bodies");
    let body = fs::read_dir(bodies).unwrap().next().unwrap().unwrap().path();
    fs::write(body, "12").unwrap();
    assert!(error_of(folder.path()).contains("was changed"));
}
