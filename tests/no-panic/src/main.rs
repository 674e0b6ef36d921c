//! Signing, V4 and V1, in a program that does not link if it can panic: its panic handler calls a
//! function that there is not, and is only left out where nothing leads to it.
//!
//! Endpoints that are parsed, POST policies and verification are not among them: `str::split`,
//! `str::find` and the engine of `base64` have panics in them that cannot be reached, but that the
//! compiler does not prove away. Tests of properties and fuzzing stand for those.
//!
//! `scripts/no-panic.sh` builds it, once as it is and once with an operation that can panic.

#![no_std]
#![no_main]

use core::hint::black_box;

use oss_sign::v4::{KeyCache, Signer, SigningKey};
use oss_sign::{
    Bucket, Credentials, Endpoint, Expires, Method, ObjectKey, Product, Region, Request, Resource,
    Timestamp, v1,
};

/// All that can be given, and nothing known of it.
struct Given<'a> {
    text: &'a str,
    #[cfg(feature = "control")]
    bytes: &'a [u8],
    pairs: &'a [(&'a str, &'a str)],
    names: &'a [&'a str],
    number: u64,
    seconds: u32,
}

#[inline(never)]
fn parse(given: &Given<'_>) -> bool {
    Bucket::new(given.text).is_ok()
        | ObjectKey::new(given.text).is_ok()
        | Region::new(given.text).is_ok()
        | Product::new(given.text).is_ok()
        | Timestamp::from_unix_seconds(given.number).is_ok()
        | given.text.parse::<Method>().is_ok()
        | Credentials::new(given.text, given.text).is_ok()
}

#[inline(never)]
fn derive(credentials: &Credentials<'_>, region: &Region, now: Timestamp) -> SigningKey {
    SigningKey::derive(credentials, region, now)
}

#[inline(never)]
fn cached(
    keys: &mut KeyCache<2>,
    credentials: &Credentials<'_>,
    region: &Region,
    now: Timestamp,
) -> bool {
    keys.get(credentials, region, &Product::default(), now).access_key_id().is_empty()
}

#[inline(never)]
fn presign_v4(
    given: &Given<'_>,
    resource: Resource<'_>,
    signer: &Signer<'_>,
    endpoint: &Endpoint<'_>,
    now: Timestamp,
    buffer: &mut [u8],
) -> usize {
    let request = Request::new(Method::Put, resource)
        .query(given.pairs)
        .headers(given.pairs)
        .additional_headers(given.names)
        .process(given.text);
    let expires = Expires::after_seconds(given.seconds);
    match signer.presign(&request, endpoint, now, expires) {
        Ok(url) => url.write_to_slice(buffer).map_or(0, str::len) + url.len(),
        Err(_) => 0,
    }
}

#[inline(never)]
fn sign_v4(
    given: &Given<'_>,
    resource: Resource<'_>,
    signer: &Signer<'_>,
    now: Timestamp,
    buffer: &mut [u8],
) -> usize {
    let request = Request::new(Method::Put, resource)
        .query(given.pairs)
        .headers(given.pairs)
        .additional_headers(given.names);
    let Ok(signed) = signer.sign(&request, now) else { return 0 };
    let mut written = signed.authorization().write_to_slice(buffer).map_or(0, str::len);
    for (_, value) in signed.headers() {
        written |= value.write_to_slice(buffer).map_or(0, str::len);
    }
    written
}

#[inline(never)]
fn presign_v1(
    given: &Given<'_>,
    resource: Resource<'_>,
    signer: &v1::Signer<'_>,
    endpoint: &Endpoint<'_>,
    now: Timestamp,
    buffer: &mut [u8],
) -> usize {
    let request = Request::new(Method::Put, resource).query(given.pairs).headers(given.pairs);
    match signer.presign(&request, endpoint, now, Expires::after_seconds(given.seconds)) {
        Ok(url) => url.write_to_slice(buffer).map_or(0, str::len) + url.len(),
        Err(_) => 0,
    }
}

/// What must not link: the index may be too large.
#[cfg(feature = "control")]
#[inline(never)]
fn control(given: &Given<'_>) -> u8 {
    given.bytes[given.seconds as usize]
}

// For `memcpy` and its like, and what calls `main`.
#[link(name = "c")]
unsafe extern "C" {}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    unsafe extern "C" {
        safe fn there_is_a_path_to_a_panic() -> !;
    }
    there_is_a_path_to_a_panic()
}

/// Text that the compiler knows nothing of.
fn unknown(text: &'static str) -> &'static str {
    black_box(text)
}

#[unsafe(no_mangle)]
extern "C" fn main() -> i32 {
    let text = unknown("examplebucket");
    let given = Given {
        text,
        #[cfg(feature = "control")]
        bytes: text.as_bytes(),
        pairs: black_box(&[("a", "b")]),
        names: black_box(&["a"]),
        number: black_box(1_700_000_000),
        seconds: black_box(3600),
    };
    let mut buffer = [0; 1024];
    black_box(parse(&given));
    let (Ok(credentials), Ok(region), Ok(now), Ok(bucket), Ok(key)) = (
        Credentials::new(unknown("LTAI5tExampleKeyId"), unknown("example-secret")),
        Region::new(unknown("cn-hangzhou")),
        Timestamp::from_unix_seconds(given.number),
        Bucket::new(text),
        ObjectKey::new(unknown("cat.jpg")),
    ) else {
        return 1;
    };
    let resource = Resource::Object(bucket, key);
    let endpoint = Endpoint::public(&region);
    let key = derive(&credentials, &region, now);
    let signer = Signer::new(credentials, &key);
    let v1 = v1::Signer::new(credentials);
    black_box(cached(&mut KeyCache::new(), &credentials, &region, now));
    black_box(presign_v4(&given, resource, &signer, &endpoint, now, &mut buffer));
    black_box(sign_v4(&given, resource, &signer, now, &mut buffer));
    black_box(presign_v1(&given, resource, &v1, &endpoint, now, &mut buffer));
    #[cfg(feature = "control")]
    black_box(control(&given));
    0
}
