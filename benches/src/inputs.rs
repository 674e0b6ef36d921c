//! The requests that are measured.

use oss_sign::{Bucket, Condition, Credentials, ObjectKey, PostPolicy, Region, Request, Timestamp};

/// What a client sends by itself.
pub const CLIENTS_HEADERS: [(&str, &str); 3] = [
    ("host", "examplebucket.oss-cn-hangzhou.aliyuncs.com"),
    ("user-agent", "curl/8.5.0"),
    ("accept", "*/*"),
];

const HEADERS: &[(&str, &str)] = &[("content-type", "image/jpeg"), ("x-oss-meta-author", "alice")];

const CONDITIONS: &[Condition<'_>] = &[
    Condition::StartsWith("key", "user/eric/"),
    Condition::ContentLengthRange { min: 1, max: 10 << 20 },
    Condition::In("content-type", &["image/jpeg", "image/png"]),
];

/// An AccessKey ID of 24 and a secret of 30 characters.
#[must_use]
pub fn credentials() -> Credentials<'static> {
    let (id, secret) = ("LTAI5tBenchExampleKeyId1", "BenchExampleSecretNotARealOne1");
    assert_eq!((id.len(), secret.len()), (24, 30));
    Credentials::new(id, secret).unwrap()
}

/// The region of the bucket.
#[must_use]
pub fn region() -> Region {
    Region::new("cn-hangzhou").unwrap()
}

/// 2026-11-22T01:57:30Z
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_795_312_650).unwrap()
}

/// A key with a blank and a `+`.
#[must_use]
pub fn key() -> ObjectKey<'static> {
    ObjectKey::new("photos/2026/11/cat picture+1.jpg").unwrap()
}

/// The path of that key.
#[must_use]
pub fn path_and_query() -> &'static str {
    "/photos/2026/11/cat%20picture%2B1.jpg"
}

/// GET with `x-oss-process`.
#[must_use]
pub fn download() -> Request<'static> {
    Request::get(bucket(), key()).process("image/resize,w_200")
}

/// PUT with `content-type` and one `x-oss-meta-*`.
#[must_use]
pub fn upload() -> Request<'static> {
    Request::put(bucket(), key()).headers(HEADERS)
}

/// Pictures of one user, up to 10 MB.
#[must_use]
pub fn policy() -> PostPolicy<'static> {
    PostPolicy::new(bucket()).conditions(CONDITIONS)
}

/// The bucket.
#[must_use]
pub fn bucket() -> Bucket<'static> {
    Bucket::new("examplebucket").unwrap()
}
