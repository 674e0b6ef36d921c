//! The requests that every contestant signs.

use std::sync::OnceLock;
use std::time::SystemTime;

use oss_sign::{Bucket, Credentials, Endpoint, ObjectKey, Region, Request, Timestamp};

pub const ACCESS_KEY_ID: &str = "LTAI5tBenchExampleKeyId1";
pub const ACCESS_KEY_SECRET: &str = "BenchExampleSecretNotARealOne1";
pub const BUCKET: &str = "examplebucket";
pub const REGION: &str = "cn-hangzhou";
pub const ENDPOINT: &str = "https://oss-cn-hangzhou.aliyuncs.com";
pub const HOST: &str = "examplebucket.oss-cn-hangzhou.aliyuncs.com";
pub const KEY: &str = "photos/2026/11/cat picture+1.jpg";
pub const PATH: &str = "/photos/2026/11/cat%20picture%2B1.jpg";
pub const PROCESS: (&str, &str) = ("x-oss-process", "image/resize,w_200");
pub const EXPIRES: u32 = 3600;
pub const HEADERS: &[(&str, &str)] =
    &[("content-type", "image/jpeg"), ("x-oss-meta-author", "alice")];

/// How many keys are presigned in one second, in the case of a batch.
pub const BATCH: u32 = 64;

pub fn credentials() -> Credentials<'static> {
    Credentials::new(ACCESS_KEY_ID, ACCESS_KEY_SECRET).unwrap()
}

pub fn region() -> &'static Region {
    static REGION_ID: OnceLock<Region> = OnceLock::new();
    REGION_ID.get_or_init(|| Region::new(REGION).unwrap())
}

pub fn endpoint() -> Endpoint<'static> {
    Endpoint::public(region())
}

pub fn bucket() -> Bucket<'static> {
    Bucket::new(BUCKET).unwrap()
}

pub fn download() -> Request<'static> {
    Request::get(bucket(), ObjectKey::new(KEY).unwrap()).process(PROCESS.1)
}

pub fn upload() -> Request<'static> {
    Request::put(bucket(), ObjectKey::new(KEY).unwrap()).headers(HEADERS)
}

/// Most peers read the clock themselves, so all signatures are of the time at which this runs.
pub fn now() -> Timestamp {
    Timestamp::try_from(SystemTime::now()).unwrap()
}
