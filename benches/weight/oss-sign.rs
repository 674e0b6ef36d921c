use std::time::SystemTime;

use oss_sign::v4::{Signer, SigningKey};
use oss_sign::{Bucket, Credentials, Endpoint, Expires, ObjectKey, Region, Request, Timestamp};

fn main() {
    let credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret").unwrap();
    let region = Region::new("cn-hangzhou").unwrap();
    let now = Timestamp::try_from(SystemTime::now()).unwrap();
    let key = SigningKey::derive(&credentials, &region, now);
    let object = ObjectKey::new("photos/cat picture+1.jpg").unwrap();
    let request = Request::get(Bucket::new("examplebucket").unwrap(), object)
        .process("image/resize,w_200");
    let signer = Signer::new(credentials, &key);
    let url =
        signer.presign(&request, &Endpoint::public(&region), now, Expires::after_seconds(3600));
    println!("{}", url.unwrap());
}
