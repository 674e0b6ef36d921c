use std::time::Duration;

use rusty_oss::{Bucket, Credentials, OSSAction, UrlStyle};

fn main() {
    let endpoint = "https://oss-cn-hangzhou.aliyuncs.com".parse().unwrap();
    let bucket =
        Bucket::new(endpoint, UrlStyle::VirtualHost, "examplebucket", "cn-hangzhou").unwrap();
    let credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret");
    let mut action = bucket.get_object(Some(&credentials), "photos/cat picture+1.jpg");
    action.query_mut().insert("x-oss-process", "image/resize,w_200");
    println!("{}", action.sign(Duration::from_secs(3600)));
}
