//! The requests that are measured.

use oss_sign::{Bucket, Credentials, ObjectKey, Region, Request, Timestamp};

const HEADERS: &[(&str, &str)] = &[("content-type", "image/jpeg"), ("x-oss-meta-author", "alice")];

pub(crate) fn credentials() -> Credentials<'static> {
    let (id, secret) = ("LTAI5tBenchExampleKeyId1", "BenchExampleSecretNotARealOne1");
    assert_eq!((id.len(), secret.len()), (24, 30));
    Credentials::new(id, secret).unwrap()
}

pub(crate) fn region() -> Region {
    Region::new("cn-hangzhou").unwrap()
}

pub(crate) fn now() -> Timestamp {
    // 2026-11-22T01:57:30Z
    Timestamp::from_unix_seconds(1_795_312_650).unwrap()
}

fn key() -> ObjectKey<'static> {
    ObjectKey::new("photos/2026/11/cat picture+1.jpg").unwrap()
}

pub(crate) fn download() -> Request<'static> {
    Request::get(bucket(), key()).process("image/resize,w_200")
}

pub(crate) fn upload() -> Request<'static> {
    Request::put(bucket(), key()).headers(HEADERS)
}

pub(crate) fn bucket() -> Bucket<'static> {
    Bucket::new("examplebucket").unwrap()
}
