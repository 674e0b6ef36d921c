use std::time::Duration;

use reqsign_aliyun_oss::{RequestSigner, SigningVersion, StaticCredentialProvider};
use reqsign_core::{Context, Signer};

fn main() {
    let builder = RequestSigner::new("examplebucket")
        .with_region("cn-hangzhou")
        .with_signing_version(SigningVersion::V4);
    let provider = StaticCredentialProvider::new("LTAI5tExampleKeyId", "example-secret");
    let signer = Signer::new(Context::new(), provider, builder);
    let uri = "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/photos/cat%20picture%2B1.jpg?x-oss-process=image%2Fresize%2Cw_200";
    let (mut parts, ()) = http::Request::get(uri).body(()).unwrap().into_parts();
    pollster::block_on(signer.sign(&mut parts, Some(Duration::from_secs(3600)))).unwrap();
    println!("{}", parts.uri);
}
