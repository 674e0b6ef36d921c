//! The calls as C makes them, so that Miri can watch what they do to memory: `scripts/miri.sh`. What
//! they mean is tested in C.

use core::ffi::c_char;
use core::{ptr, str};
use std::path::Path;

use oss_sign_secrecy::Shown;

use crate::*;

/// tests/vectors: alibabacloud-oss-go-sdk-v2/p1001-01574
const NOW: u64 = 1_540_171_300;
const EXPIRES: u32 = 456_578;
const URL: &str = "http://example-bucket-01.oss-cn-hangzhou.aliyuncs.com/%E4%B8%AD/%E5%9B%BE%E7%89%87/%E7%A4%BA%E4%BE%8B.jpg?x-oss-credential=LTAI5tFakeFakeFakeFake01%2F20181022%2Fcn-hangzhou%2Foss%2Faliyun_v4_request&x-oss-date=20181022T012140Z&x-oss-expires=456578&x-oss-process=image%2Fresize%2Cm_fill%2Ch_100%2Cw_100%2Fformat%2Cwebp&x-oss-signature=256043f2988628764ff09791f975b77c8537258a596278420d97ce7eec456d0e&x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-traffic-limit=250097118";
const SECRET: &str = "NotARealSecret/With+Base64Chars==";

const NOTHING: Text = Text { data: ptr::null(), length: 0 };

fn text(of: &str) -> Text {
    Text { data: of.as_ptr().cast::<c_char>(), length: of.len() }
}

fn pair(name: &str, value: &str) -> Pair {
    Pair { name: text(name), value: text(value) }
}

fn credentials() -> Credentials {
    Credentials {
        access_key_id: text("LTAI5tFakeFakeFakeFake01"),
        access_key_secret: text(SECRET),
        security_token: NOTHING,
    }
}

fn endpoint() -> Endpoint {
    Endpoint { url: text("http://oss-cn-hangzhou.aliyuncs.com"), addressing: 0 }
}

/// `PUT`, with these parameters and headers.
fn request(query: &[Pair], headers: &[Pair]) -> Request {
    Request {
        method: text("PUT"),
        bucket: text("example-bucket-01"),
        key: text("中/图片/示例.jpg"),
        process: text("image/resize,m_fill,h_100,w_100/format,webp"),
        version_id: NOTHING,
        query: query.as_ptr(),
        query_length: query.len(),
        headers: headers.as_ptr(),
        headers_length: headers.len(),
        additional_headers: ptr::null(),
        additional_headers_length: 0,
    }
}

fn query() -> [Pair; 1] {
    [pair("x-oss-traffic-limit", "250097118")]
}

fn headers() -> [Pair; 4] {
    [
        pair("Content-Type", "multipart/form-data; boundary=----FakeBoundary7MA4YWxk"),
        pair("Content-MD5", "VuxhlUUFMWptBqG0zyyRMw=="),
        pair("x-oss-meta-yfe", "mm-"),
        pair("X-OSS-META-NF", ":"),
    ]
}

/// Memory of a key, as `OSS_SIGN_KEY_INIT` makes it.
fn zeros() -> Key {
    // SAFETY: zeros are a key that is not derived yet, as the header says.
    unsafe { core::mem::zeroed() }
}

fn derived() -> Key {
    let mut key = zeros();
    // SAFETY: all pointers are those of references.
    let code =
        unsafe { oss_sign_key_derive(&mut key, &credentials(), text("cn-hangzhou"), NOTHING, NOW) };
    assert_eq!(code, OK);
    key
}

fn buffer(memory: &mut [u8]) -> Buffer {
    Buffer { data: memory.as_mut_ptr().cast::<c_char>(), capacity: memory.len(), length: 0 }
}

/// What stands before the first zero.
fn written(memory: &[u8]) -> &str {
    str::from_utf8(memory.split(|&byte| byte == 0).next().unwrap()).unwrap()
}

fn presign(key: *const Key, url: *mut Buffer) -> i32 {
    let (query, headers) = (query(), headers());
    let (credentials, request, endpoint) = (credentials(), request(&query, &headers), endpoint());
    // SAFETY: the key and the buffer are those of the tests, all else is here.
    unsafe { oss_sign_presign(key, &credentials, &request, &endpoint, NOW, EXPIRES, url) }
}

#[test]
fn a_key_signs_and_so_does_a_copy_of_its_bytes() {
    let key = derived();
    // SAFETY: as C assigns one structure to another; a key has no pointers.
    let copy = unsafe { ptr::read(&key) };
    let mut memory = [0xff; 600];
    let mut url = buffer(&mut memory);
    assert_eq!(presign(&copy, &mut url), OK);
    assert_eq!(url.length, URL.len());
    assert_eq!(written(&memory), URL);
}

#[test]
fn a_key_is_refreshed_and_wiped() {
    let mut key = derived();
    let mut memory = [0; 600];
    let mut url = buffer(&mut memory);
    // SAFETY: all pointers are those of references.
    unsafe {
        assert_eq!(oss_sign_key_refresh(&mut key, &credentials(), NOW + 86_400), OK);
        assert_eq!(presign(&key, &mut url), Error::KeyOfAnotherDay as i32);
        assert_eq!(oss_sign_key_refresh(&mut key, &credentials(), NOW), OK);
        assert_eq!(presign(&key, &mut url), OK);
        oss_sign_key_wipe(&mut key);
        assert_eq!(
            oss_sign_key_refresh(&mut key, &credentials(), NOW),
            Error::KeyNotDerived as i32
        );
        oss_sign_key_wipe(ptr::null_mut());
    }
    assert_eq!(presign(&key, &mut url), Error::KeyNotDerived as i32);
}

#[test]
fn a_buffer_is_as_large_as_the_text_and_its_nul_or_too_small() {
    let key = derived();
    for (capacity, expected) in [
        (URL.len() + 1, OK),
        (URL.len(), Error::BufferTooSmall as i32),
        (1, Error::BufferTooSmall as i32),
        (0, Error::BufferTooSmall as i32),
    ] {
        let mut memory = vec![0xff; capacity];
        let mut url = buffer(&mut memory);
        assert_eq!(presign(&key, &mut url), expected, "{capacity}");
        assert_eq!(url.length, URL.len());
    }
    let mut nowhere = Buffer { data: ptr::null_mut(), capacity: 0, length: 0 };
    assert_eq!(presign(&key, &mut nowhere), Error::BufferTooSmall as i32);
    nowhere.capacity = 1;
    assert_eq!(presign(&key, &mut nowhere), Error::NullPointer as i32);
}

#[test]
fn null_is_refused_where_something_must_be() {
    let (key, mut memory) = (derived(), [0; 600]);
    let mut url = buffer(&mut memory);
    let null = Error::NullPointer as i32;
    assert_eq!(presign(ptr::null(), &mut url), null);
    assert_eq!(presign(&key, ptr::null_mut()), null);
    let (credentials, endpoint) = (credentials(), endpoint());
    let absent = Text { data: ptr::null(), length: 1 };
    let without_query = Request { query: ptr::null(), query_length: 1, ..request(&[], &[]) };
    let without_method = Request { method: absent, ..request(&[], &[]) };
    // SAFETY: NULL, or those of references.
    unsafe {
        for request in [ptr::null(), &raw const without_query, &raw const without_method] {
            let code =
                oss_sign_presign(&key, &credentials, request, &endpoint, NOW, EXPIRES, &mut url);
            assert_eq!(code, null);
        }
        let form = ptr::null_mut();
        let code =
            oss_sign_post_policy(&key, &credentials, NOTHING, ptr::null(), 0, NOW, EXPIRES, form);
        assert_eq!(code, null);
        let headers = ptr::null_mut();
        assert_eq!(
            oss_sign_headers(&key, &credentials, &without_query, &endpoint, NOW, headers),
            null
        );
        assert_eq!(
            oss_sign_key_derive(ptr::null_mut(), &credentials, text("cn-hangzhou"), NOTHING, NOW),
            null
        );
        assert_eq!(oss_sign_verify(&credentials, NOTHING, ptr::null(), NOW, 0), null);
        assert_eq!(oss_sign_clock_now(0, NOW, ptr::null_mut()), null);
        assert_eq!(oss_sign_text_of(ptr::null()).length, 0);
    }
}

#[test]
fn an_input_in_the_memory_of_an_output_is_refused() {
    let key = derived();
    let mut memory = *b"cn-hangzhou, and room for more.";
    let region = Text { data: memory.as_ptr().cast::<c_char>(), length: 11 };
    let mut url = buffer(&mut memory);
    let (query, headers) = (query(), headers());
    let within = Request { version_id: region, ..request(&query, &headers) };
    let (credentials, endpoint) = (credentials(), endpoint());
    // SAFETY: all pointers are those of references, or into the memory above.
    let code =
        unsafe { oss_sign_presign(&key, &credentials, &within, &endpoint, NOW, EXPIRES, &mut url) };
    assert_eq!(code, Error::Overlap as i32);
    assert_eq!(url.length, 0, "nothing was written");
}

#[test]
fn signed_headers_are_verified() {
    let key = derived();
    let (query, headers) = (query(), headers());
    let (credentials, request) = (credentials(), request(&query, &headers));
    let mut memory = [[0; 400]; 4];
    let [authorization, date, host, path_and_query] = memory.each_mut().map(|it| buffer(it));
    let mut signed = SignedHeaders { authorization, date, host, path_and_query };
    // SAFETY: all pointers are those of references, and no endpoint is the public one.
    let code =
        unsafe { oss_sign_headers(&key, &credentials, &request, ptr::null(), NOW, &mut signed) };
    assert_eq!(code, OK);
    let [authorization, date, host, path_and_query] = memory.each_ref().map(|it| written(it));
    assert_eq!(
        (date, host),
        ("20181022T012140Z", "example-bucket-01.oss-cn-hangzhou.aliyuncs.com")
    );
    let of_signature = [
        pair("authorization", authorization),
        pair("x-oss-date", date),
        pair("x-oss-content-sha256", "UNSIGNED-PAYLOAD"),
    ];
    let headers = [&headers[..], &of_signature[..]].concat();
    let received = Received {
        method: text("PUT"),
        path_and_query: text(path_and_query),
        headers: headers.as_ptr(),
        headers_length: headers.len(),
    };
    let bucket = text("example-bucket-01");
    // SAFETY: all pointers are those of references.
    unsafe {
        assert_eq!(oss_sign_verify(&credentials, bucket, &received, NOW, 0), OK);
        let late = oss_sign_verify(&credentials, bucket, &received, NOW + 3600, 0);
        assert_eq!(late, Error::TimeTooSkewed as i32);
    }
}

#[test]
fn v1_urls_forms_and_clocks() {
    let key = derived();
    let (credentials, endpoint, request) = (credentials(), endpoint(), request(&[], &[]));
    let mut memory = [[0; 600]; 4];
    let [mut url, ..] = memory.each_mut().map(|it| buffer(it));
    // SAFETY: all pointers are those of references.
    let code =
        unsafe { oss_sign_v1_presign(&credentials, &request, &endpoint, NOW, EXPIRES, &mut url) };
    assert_eq!(code, OK);
    assert!(written(&memory[0]).contains("&Signature="));
    let names = [text("image/png"), text("image/jpeg")];
    let conditions = [Condition {
        kind: ConditionKind::In as i32,
        name: text("content-type"),
        value: NOTHING,
        values: names.as_ptr(),
        values_length: names.len(),
        min: 0,
        max: 0,
    }];
    let [policy, signature, credential, date] = memory.each_mut().map(|it| buffer(it));
    let mut form = Form { policy, signature, credential, date };
    let (mut offset, mut now) = (0, 0);
    // SAFETY: all pointers are those of references.
    unsafe {
        let bucket = text("example-bucket-01");
        let code = oss_sign_post_policy(
            &key,
            &credentials,
            bucket,
            conditions.as_ptr(),
            1,
            NOW,
            EXPIRES,
            &mut form,
        );
        assert_eq!(code, OK);
        assert_eq!(form.signature.length, 64);
        let date = oss_sign_text_of(c"Mon, 22 Oct 2018 01:21:40 GMT".as_ptr());
        assert_eq!(oss_sign_clock_offset(100, date, &mut offset), OK);
        assert_eq!(oss_sign_clock_now(offset, 100, &mut now), OK);
    }
    assert_eq!(now, NOW);
}

#[test]
#[cfg_attr(miri, ignore = "nothing in it is unsafe, and it reads files")]
fn no_type_shows_a_secret() {
    let mut shown = Shown::default();
    let (query, headers, key) = (query(), headers(), derived());
    let mut memory = SECRET.as_bytes().to_vec();
    let mut four = || [(); 4].map(|()| buffer(&mut memory));
    let [authorization, date, host, path_and_query] = four();
    shown.debug(&SignedHeaders { authorization, date, host, path_and_query });
    let [policy, signature, credential, date] = four();
    shown.debug(&Form { policy, signature, credential, date });
    shown.debug(&buffer(&mut memory));
    shown.debug(&text(SECRET));
    shown.debug(&pair("x-oss-security-token", SECRET));
    shown.debug(&credentials());
    shown.debug(&key);
    shown.debug(&request(&query, &headers));
    shown.debug(&endpoint());
    shown.debug(&Addressing::Cname);
    shown.debug(&ConditionKind::Equal);
    shown.debug(&Condition {
        kind: 0,
        name: text("x-oss-security-token"),
        value: text(SECRET),
        values: ptr::null(),
        values_length: 0,
        min: 0,
        max: 0,
    });
    shown.debug(&Received {
        method: text("GET"),
        path_and_query: text(SECRET),
        headers: headers.as_ptr(),
        headers_length: headers.len(),
    });
    for error in [Error::AccessKeySecret, Error::SignatureDoesNotMatch] {
        shown.debug(&error);
    }
    shown.assert_hides([SECRET.as_bytes()]);
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    shown.assert_has_every_type_of("oss_sign", &sources, &[]);
}
