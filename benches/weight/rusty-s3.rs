use std::time::Duration;

use rusty_s3::{Bucket, Credentials, S3Action, UrlStyle};

fn main() {
    let endpoint = "https://s3.us-east-1.amazonaws.com".parse().unwrap();
    let bucket =
        Bucket::new(endpoint, UrlStyle::VirtualHost, "examplebucket", "us-east-1").unwrap();
    let credentials = Credentials::new("ExampleKeyId", "example-secret");
    let action = bucket.get_object(Some(&credentials), "photos/cat picture+1.jpg");
    println!("{}", action.sign(Duration::from_secs(3600)));
}
