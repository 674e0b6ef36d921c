//! All that the library does, in a program that does not link if it can panic: its panic handler calls a
//! function that there is not, and is only left out where nothing leads to it.
//!
//! `scripts/no-panic.sh` builds it, once as it is and once with an operation that can panic.

#![no_std]
#![no_main]

use core::hint::black_box;

use oss_sign::v4::{KeyCache, Signer, SigningKey};
use oss_sign::verify::{Received, ReceivedForm, Slot, Tolerance};
use oss_sign::{
    Bucket, Callback, ClockOffset, Condition, Credentials, Endpoint, Expires, Method, ObjectKey,
    PolicyForm, PostPolicy, PresignedUrl, Product, PublicKeyUrl, Region, Request, Resource,
    Timestamp, v1,
};

/// All that can be given, and nothing known of it.
struct Given<'a> {
    text: &'a str,
    bytes: &'a [u8],
    fields: &'a [(&'a str, &'a [u8])],
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
        | Endpoint::parse(given.text).is_ok()
        | PublicKeyUrl::from_header(given.text).is_ok()
        | ClockOffset::from_answer(given.number, given.text).is_ok()
}

#[inline(never)]
fn callback(given: &Given<'_>) -> usize {
    Callback::new(given.text, given.bytes).map_or(0, |callback| callback.string_to_sign().count())
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
    let url = signer.presign(&request, endpoint, now, Expires::after_seconds(given.seconds));
    url.map_or(0, |url| write_url(&url, buffer))
}

fn write_url(url: &PresignedUrl<'_>, buffer: &mut [u8]) -> usize {
    url.write_to_slice(buffer).map_or(0, str::len) + url.len()
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
    let url = signer.presign(&request, endpoint, now, Expires::after_seconds(given.seconds));
    url.map_or(0, |url| write_url(&url, buffer))
}

#[inline(never)]
fn presign_rtmp(
    given: &Given<'_>,
    bucket: Bucket<'_>,
    channel: ObjectKey<'_>,
    signer: &v1::Signer<'_>,
    endpoint: &Endpoint<'_>,
    now: Timestamp,
    buffer: &mut [u8],
) -> usize {
    let channel = v1::LiveChannel::new(bucket, channel).query(given.pairs);
    match signer.presign_rtmp(&channel, endpoint, now, Expires::after_seconds(given.seconds)) {
        Ok(url) => url.write_to_slice(buffer).map_or(0, str::len) + url.len(),
        Err(_) => 0,
    }
}

#[inline(never)]
fn sign_policy_v4(
    policy: &PostPolicy<'_>,
    given: &Given<'_>,
    signer: &Signer<'_>,
    now: Timestamp,
    buffer: &mut [u8],
) -> usize {
    let form = signer.sign_policy(policy, now, Expires::after_seconds(given.seconds));
    let text = signer.sign_policy_text(given.text, now);
    form.map_or(0, |form| write_form(&form, buffer))
        + text.map_or(0, |form| write_form(&form, buffer))
}

#[inline(never)]
fn sign_policy_v1(
    policy: &PostPolicy<'_>,
    given: &Given<'_>,
    signer: &v1::Signer<'_>,
    now: Timestamp,
    buffer: &mut [u8],
) -> usize {
    let form = signer.sign_policy(policy, now, Expires::after_seconds(given.seconds));
    let text = signer.sign_policy_text(given.text);
    form.map_or(0, |form| write_form(&form, buffer)) + write_form(&text, buffer)
}

fn write_form(form: &PolicyForm<'_>, buffer: &mut [u8]) -> usize {
    let mut written = form.json().write_to_slice(buffer).map_or(0, str::len);
    for (_, value) in form.fields() {
        written |= value.write_to_slice(buffer).map_or(0, str::len) + value.len();
    }
    written
}

#[inline(never)]
fn verify(
    given: &Given<'_>,
    bucket: Bucket<'_>,
    credentials: &Credentials<'_>,
    key: &SigningKey,
    now: Timestamp,
) -> bool {
    let received = Received::new(given.text, given.text, given.fields);
    let (mut parameters, mut headers) = ([Slot::default(); 8], [Slot::default(); 8]);
    let Ok(parsed) = received.parse(&mut parameters, &mut headers) else { return false };
    let tolerance = Tolerance::from_seconds(given.seconds);
    let bucket = (given.seconds > 0).then_some(bucket);
    parsed.expires_at().is_some()
        | parsed.verify(bucket, credentials, now, tolerance).is_ok()
        | parsed.verify_with_key(bucket, key, now, tolerance).is_ok()
}

#[inline(never)]
fn verify_form(
    given: &Given<'_>,
    credentials: &Credentials<'_>,
    key: &SigningKey,
    now: Timestamp,
) -> bool {
    let Ok(parsed) = ReceivedForm::new(given.fields).parse() else { return false };
    let tolerance = Tolerance::from_seconds(given.seconds);
    parsed.verify(credentials, now, tolerance).is_ok()
        | parsed.verify_with_key(key, now, tolerance).is_ok()
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
        bytes: text.as_bytes(),
        fields: black_box(&[("a", b"b")]),
        pairs: black_box(&[("a", "b")]),
        names: black_box(&["a"]),
        number: black_box(1_700_000_000),
        seconds: black_box(3600),
    };
    let mut buffer = [0; 1024];
    black_box(parse(&given));
    let (Ok(credentials), Ok(region), Ok(now), Ok(bucket), Ok(object)) = (
        Credentials::new(unknown("LTAI5tExampleKeyId"), unknown("example-secret")),
        Region::new(unknown("cn-hangzhou")),
        Timestamp::from_unix_seconds(given.number),
        Bucket::new(text),
        ObjectKey::new(unknown("cat.jpg")),
    ) else {
        return 1;
    };
    let resource = Resource::Object(bucket, object);
    let endpoint = Endpoint::public(&region);
    let key = derive(&credentials, &region, now);
    let signer = Signer::new(credentials, &key);
    let v1 = v1::Signer::new(credentials);
    black_box(cached(&mut KeyCache::new(), &credentials, &region, now));
    black_box(presign_v4(&given, resource, &signer, &endpoint, now, &mut buffer));
    black_box(sign_v4(&given, resource, &signer, now, &mut buffer));
    black_box(presign_v1(&given, resource, &v1, &endpoint, now, &mut buffer));
    black_box(presign_rtmp(&given, bucket, object, &v1, &endpoint, now, &mut buffer));
    let conditions = black_box([
        Condition::Equal(text, text),
        Condition::StartsWith(text, text),
        Condition::In(text, given.names),
        Condition::NotIn(text, given.names),
        Condition::ContentLengthRange { min: given.number, max: given.number },
    ]);
    let policy = PostPolicy::new(bucket).conditions(&conditions);
    black_box(sign_policy_v4(&policy, &given, &signer, now, &mut buffer));
    black_box(sign_policy_v1(&policy, &given, &v1, now, &mut buffer));
    black_box(verify(&given, bucket, &credentials, &key, now));
    black_box(verify_form(&given, &credentials, &key, now));
    black_box(callback(&given));
    #[cfg(feature = "control")]
    black_box(control(&given));
    0
}
