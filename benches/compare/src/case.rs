//! The requests of `oss_sign_benches::inputs`, as other libraries take them. Whoever signs anything else
//! is not valid.

use std::time::Duration;

pub const ACCESS_KEY_ID: &str = "LTAI5tBenchExampleKeyId1";
pub const ACCESS_KEY_SECRET: &str = "BenchExampleSecretNotARealOne1";
pub const BUCKET: &str = "examplebucket";
pub const REGION: &str = "cn-hangzhou";
pub const ENDPOINT: &str = "https://oss-cn-hangzhou.aliyuncs.com";
pub const HOST: &str = "examplebucket.oss-cn-hangzhou.aliyuncs.com";
pub const KEY: &str = "photos/2026/11/cat picture+1.jpg";
pub const PATH: &str = "/photos/2026/11/cat%20picture%2B1.jpg";
pub const PROCESS: (&str, &str) = ("x-oss-process", "image/resize,w_200");
pub const EXPIRES: Duration = Duration::from_secs(3600);
pub const HEADERS: &[(&str, &str)] =
    &[("content-type", "image/jpeg"), ("x-oss-meta-author", "alice")];
