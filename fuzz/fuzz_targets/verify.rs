//! No request makes the verification panic.

#![no_main]

use libfuzzer_sys::arbitrary::{self, Arbitrary};
use libfuzzer_sys::fuzz_target;
use oss_sign::verify::{Received, Slot, Tolerance};
use oss_sign::{Bucket, Credentials, Timestamp};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    method: &'a str,
    path_and_query: &'a str,
    headers: Vec<(&'a str, &'a [u8])>,
    now: u64,
}

fuzz_target!(|input: Input<'_>| {
    let received = Received::new(input.method, input.path_and_query, &input.headers);
    let (mut parameters, mut headers) = ([Slot::default(); 32], [Slot::default(); 32]);
    let Ok(parsed) = received.parse(&mut parameters, &mut headers) else { return };
    let Ok(now) = Timestamp::from_unix_seconds(input.now) else { return };
    let credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret").unwrap();
    let bucket = Bucket::new("examplebucket").ok();
    for bucket in [bucket, None] {
        let _ = parsed.verify(bucket, &credentials, now, Tolerance::default());
        let _ = parsed.string_to_sign(bucket).to_string();
        let _ = parsed.canonical_request(bucket).map(|text| text.to_string());
    }
});
