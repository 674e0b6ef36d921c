use ali_oss_rs::presign_common::PresignGetOptionsBuilder;

fn main() {
    let endpoint = "oss-cn-hangzhou.aliyuncs.com";
    let client =
        ali_oss_rs::Client::new("LTAI5tExampleKeyId", "example-secret", "cn-hangzhou", endpoint);
    let options = PresignGetOptionsBuilder::new(3600).process("image/resize,w_200").build();
    println!("{}", client.presign_url("examplebucket", "photos/cat picture+1.jpg", options));
}
