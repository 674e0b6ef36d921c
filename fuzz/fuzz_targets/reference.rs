//! The library signs what the reference implementation signs.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oss_sign::v4::SigningKey;
use oss_sign::{
    Bucket, Endpoint, Expires, ObjectKey, PresignedUrl, Region, Request, Resource, SignedHeaders,
    v1, v4,
};
use oss_sign_fuzz::{Input, NOW, now};
use oss_sign_tests::reference::{Signed, presign_v1, presign_v4, sign_headers_v1, sign_headers_v4};

fuzz_target!(|data: &[u8]| {
    let Some(input) = Input::read(data) else { return };
    let Some(credentials) = input.credentials() else { return };
    let Ok(key) = ObjectKey::verbatim(input.key) else { return };
    let resource = Resource::Object(Bucket::new("examplebucket").unwrap(), key);
    let region = Region::new("cn-hangzhou").unwrap();
    let endpoint = Endpoint::public(&region);
    let mut request =
        Request::new(input.method, resource).query(&input.query).headers(&input.headers);
    if let Some(style) = input.process {
        request = request.process(style);
    }
    let asked = input.asked("examplebucket");
    let signatory = input.signatory();
    let expires = Expires::after_seconds(3600);

    let signer = v1::Signer::new(credentials);
    if let Ok(url) = signer.presign(&request, &endpoint, now(), expires) {
        urls_agree(&url, &presign_v1(&asked, &signatory, NOW + 3600));
    }
    if let Ok(signed) = signer.sign(&request, now()) {
        headers_agree(&signed, &sign_headers_v1(&asked, &signatory));
    }
    let request = request.additional_headers(&input.additional_headers);
    let signing_key = SigningKey::derive(&credentials, &region, now());
    let signer = v4::Signer::new(credentials, &signing_key);
    if let Ok(url) = signer.presign(&request, &endpoint, now(), expires) {
        urls_agree(&url, &presign_v4(&asked, &signatory, 3600));
    }
    if let Ok(signed) = signer.sign(&request, now()) {
        headers_agree(&signed, &sign_headers_v4(&asked, &signatory));
    }
});

fn urls_agree(url: &PresignedUrl<'_>, reference: &Signed) {
    let canonical_request = url.canonical_request().map(|text| text.to_string());
    assert_eq!(canonical_request, reference.canonical_request);
    assert_eq!(url.string_to_sign().to_string(), reference.string_to_sign);
    assert_eq!(url.signature().to_string(), reference.signature);
}

fn headers_agree(signed: &SignedHeaders<'_>, reference: &Signed) {
    let canonical_request = signed.canonical_request().map(|text| text.to_string());
    assert_eq!(canonical_request, reference.canonical_request);
    assert_eq!(signed.string_to_sign().to_string(), reference.string_to_sign);
    assert_eq!(signed.signature().to_string(), reference.signature);
}
