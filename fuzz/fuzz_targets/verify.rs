//! No request and no form makes the verification panic.
//!
//! Elements of the list: the method, path with query, and then names and values of headers, which
//! are fields of a form as well.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oss_sign::Bucket;
use oss_sign::verify::{Received, ReceivedForm, Slot, Tolerance};
use oss_sign_fuzz::{credentials, now};

fuzz_target!(|data: &[u8]| {
    let mut elements = data.split(|byte| *byte == 0xFF);
    let mut text = || elements.next().and_then(|element| str::from_utf8(element).ok());
    let (Some(method), Some(path_and_query)) = (text(), text()) else { return };
    let rest: Vec<&[u8]> = elements.collect();
    let headers: Vec<(&str, &[u8])> = rest
        .chunks(2)
        .filter_map(|pair| Some((str::from_utf8(pair[0]).ok()?, *pair.get(1)?)))
        .collect();

    let received = Received::new(method, path_and_query, &headers);
    let (mut parameters, mut signed) = ([Slot::default(); 32], [Slot::default(); 32]);
    if let Ok(parsed) = received.parse(&mut parameters, &mut signed) {
        for bucket in [Bucket::new("examplebucket").ok(), None] {
            let _ = parsed.verify(bucket, &credentials(), now(), Tolerance::default());
            let _ = parsed.string_to_sign(bucket).to_string();
            let _ = parsed.canonical_request(bucket).map(|text| text.to_string());
        }
    }
    if let Ok(parsed) = ReceivedForm::new(&headers).parse() {
        let _ = parsed.verify(&credentials(), now(), Tolerance::default());
    }
});
