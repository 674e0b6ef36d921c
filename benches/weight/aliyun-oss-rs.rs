use std::time::Duration;

fn main() {
    let client =
        aliyun_oss_rs::OssClient::new("LTAI5tExampleKeyId", "example-secret", "cn-hangzhou");
    let object = client.bucket("examplebucket").object("photos/cat picture+1.jpg");
    let expires = time::OffsetDateTime::now_utc() + Duration::from_secs(3600);
    println!("{}", object.get_object_url_sync().url(expires));
}
