//! What is signed with credentials that change.

use core::iter;
use std::sync::{Arc, Barrier};
use std::thread;

use oss_sign::v4::{self, SigningKey};
use oss_sign::{
    Addressing, Bucket, Condition, Endpoint, Expires, Method, ObjectKey, PostPolicy, Product,
    Region, Request, SignError, Timestamp, v1,
};
use oss_sign_credentials::{
    AsyncCached, AsyncSigner, Cached, Cause, Credentials, Presigned, Signer, SignerError, Version,
};

use crate::clock::Clock;
use crate::source::{Answer, Source, error, living};

fn region() -> Region {
    Region::new("cn-hangzhou").unwrap()
}

fn bucket() -> Bucket<'static> {
    Bucket::new("examplebucket").unwrap()
}

fn cat() -> Request<'static> {
    Request::get(bucket(), ObjectKey::new("photos/cat.jpg").unwrap()).process("image/resize,w_200")
}

fn hour() -> Expires {
    Expires::after_seconds(3600)
}

fn cached<F: Fn(usize) -> Answer + Send + Sync + 'static>(answer: F, clock: &Clock) -> Cached {
    Cached::new(Source::new(answer)).with_clock(clock.reading())
}

/// A signer with an AccessKey of no end.
fn permanent(clock: &Clock) -> Signer {
    let key = || Credentials::new("LTAI5tExampleKeyId", "example-secret", None).unwrap();
    Signer::new(cached(move |_| Ok(key()), clock), region())
}

/// A signer with credentials that are good for so many seconds.
fn temporary(seconds: i64, clock: &Clock) -> Signer {
    let of_source = clock.clone();
    Signer::new(cached(move |number| Ok(living(number, seconds, &of_source)), clock), region())
}

/// What the core makes of the same input, with a key of its own.
fn by_the_core(credentials: &Credentials, now: Timestamp, expires: Expires) -> String {
    let (credentials, region) = (credentials.borrow(), region());
    let key = SigningKey::derive(&credentials, &region, now);
    let signer = v4::Signer::new(credentials, &key);
    signer.presign(&cat(), &Endpoint::public(&region), now, expires).unwrap().to_string()
}

#[test]
fn a_url_is_that_of_the_core() {
    let clock = Clock::new();
    let signer = temporary(7200, &clock);
    let credentials = Arc::clone(signer.snapshot().unwrap().credentials());
    let Presigned { method, url, headers, expires_at, .. } =
        signer.presign(&cat(), hour()).unwrap();
    assert_eq!(url, by_the_core(&credentials, clock.now(), hour()));
    assert_eq!((method, headers, expires_at), (Method::Get, vec![], clock.after(3600)));
}

#[test]
fn a_task_gets_what_a_thread_gets() {
    let clock = Clock::new();
    let of_source = clock.clone();
    let source = Source::new(move |number| Ok(living(number, 7200, &of_source)));
    let cached = AsyncCached::new(source).with_clock(clock.reading());
    let tasks = AsyncSigner::new(cached, region());
    let threads = temporary(7200, &clock);
    let policy = PostPolicy::new(bucket());
    pollster::block_on(async {
        for _ in 0..2 {
            let presigned = tasks.presign(&cat(), hour()).await.unwrap();
            assert_eq!(presigned, threads.presign(&cat(), hour()).unwrap());
            let signed = tasks.sign(&cat()).await.unwrap();
            assert_eq!(signed.headers, threads.sign(&cat()).unwrap().headers);
            let form = tasks.sign_policy(&policy, hour()).await.unwrap();
            assert_eq!(form, threads.sign_policy(&policy, hour()).unwrap());
        }
        let credentials = Arc::clone(tasks.snapshot().await.unwrap().credentials());
        assert!(tasks.invalidate_after("SecurityTokenExpired", &credentials));
        let next = tasks.snapshot().await.unwrap();
        assert_eq!(next.credentials().access_key_id(), "STS.key2");
    });
}

#[test]
fn the_signing_key_follows_the_utc_day() {
    let clock = Clock::new();
    let signer = permanent(&clock);
    let credentials = Arc::clone(signer.snapshot().unwrap().credentials());
    // 23:59:59, 00:00:00, and back.
    for go in [6399, 1, -1, 86_400] {
        clock.go(go);
        let url = signer.presign(&cat(), hour()).unwrap().url;
        assert_eq!(url, by_the_core(&credentials, clock.now(), hour()));
    }
}

#[test]
fn the_signing_key_follows_the_credentials() {
    let clock = Clock::new();
    let signer = temporary(3600, &clock);
    for number in 1..=3 {
        let expected = by_the_core(&living(number, 3600, &clock), clock.now(), hour());
        assert_eq!(signer.presign(&cat(), hour()).unwrap().url, expected);
        clock.go(2700);
    }
}

/// The ID stays, the secret does not: as when a wrong secret was put right.
#[test]
fn a_new_secret_of_the_same_id_is_used() {
    let clock = Clock::new();
    let secrets = ["wrong-secret", "example-secret"];
    let key =
        move |number: usize| Credentials::new("LTAI5tExampleKeyId", secrets[number - 1], None);
    let signer = Signer::new(cached(move |number| Ok(key(number).unwrap()), &clock), region());
    for number in [1, 2] {
        let signed = signer.presign(&cat(), hour()).unwrap();
        assert_eq!(signed.url, by_the_core(&key(number).unwrap(), clock.now(), hour()));
        let credentials = Arc::clone(signer.snapshot().unwrap().credentials());
        assert!(signer.invalidate_after("InvalidAccessKeyId", &credentials) || number == 2);
    }
}

#[test]
fn threads_see_one_midnight_and_one_rotation() {
    let clock = Clock::new();
    clock.go(6390);
    let signer = temporary(12, &clock);
    let tick = Barrier::new(8);
    thread::scope(|scope| {
        for number in 0..8 {
            let (signer, clock, tick) = (&signer, &clock, &tick);
            scope.spawn(move || {
                for _ in 0..20 {
                    let snapshot = signer.snapshot().unwrap();
                    let url = snapshot.presign(&cat(), Expires::after_seconds(1)).unwrap();
                    let expected =
                        by_the_core(snapshot.credentials(), clock.now(), Expires::after_seconds(1));
                    assert_eq!(url.to_string(), expected);
                    tick.wait();
                    if number == 0 {
                        clock.go(1);
                    }
                    tick.wait();
                }
            });
        }
    });
}

#[test]
fn no_url_outlives_its_credentials() {
    let clock = Clock::new();
    let signer = temporary(7200, &clock);
    for (go, seconds, left) in
        [(0, 3600, 3600), (0, 7200, 7200), (0, 7201, 7200), (5000, 3600, 2200), (0, 60, 60)]
    {
        clock.go(go);
        let presigned = signer.presign(&cat(), Expires::after_seconds(seconds)).unwrap();
        assert_eq!(presigned.expires_at, clock.after(left), "{seconds} s");
        assert!(presigned.url.contains(&format!("x-oss-expires={left}&")), "{}", presigned.url);
    }
    let late = Expires::at(clock.after(10_000));
    assert_eq!(signer.presign(&cat(), late).unwrap().expires_at, clock.after(2200));
}

#[test]
fn no_url_in_v1_and_no_form_outlives_its_credentials() {
    let clock = Clock::new();
    let end = clock.after(1800);
    let form = temporary(1800, &clock).sign_policy(&PostPolicy::new(bucket()), hour()).unwrap();
    assert_eq!(form.expires_at, end);
    let signer = temporary(1800, &clock).with_version(Version::V1);
    let presigned = signer.presign(&cat(), hour()).unwrap();
    assert_eq!(presigned.expires_at, end);
    assert!(presigned.url.contains(&format!("Expires={}&", end.unix_seconds())));
    let form = signer.sign_policy(&PostPolicy::new(bucket()), hour()).unwrap();
    assert_eq!(form.expires_at, end);
}

#[test]
fn what_would_be_shortened_can_be_refused() {
    let clock = Clock::new();
    let signer = temporary(1800, &clock).without_shortening();
    let refusal = SignerError::OutlivesCredentials(clock.after(1800));
    assert_eq!(signer.presign(&cat(), hour()).unwrap_err(), refusal);
    let expiry = clock.after(1800).to_string();
    assert!(refusal.to_string().contains(&expiry), "{refusal}");
    let policy = PostPolicy::new(bucket());
    assert_eq!(signer.sign_policy(&policy, hour()).unwrap_err(), refusal);
    let half = Expires::after_seconds(1800);
    assert_eq!(signer.presign(&cat(), half).unwrap().expires_at, clock.after(1800));
    assert_eq!(
        permanent(&clock).without_shortening().presign(&cat(), hour()).unwrap().expires_at,
        clock.after(3600)
    );
}

#[test]
fn mistakes_of_the_caller_stay_what_they_are() {
    let clock = Clock::new();
    let signer = temporary(3600, &clock);
    let error = |expires| signer.presign(&cat(), expires).unwrap_err();
    assert_eq!(error(Expires::after_seconds(0)), SignerError::Sign(SignError::ExpiresZero));
    assert_eq!(error(Expires::at(clock.now())), SignerError::Sign(SignError::ExpiresInThePast));
    let week = Expires::after_seconds(604_801);
    let too_far = permanent(&clock).presign(&cat(), week).unwrap_err();
    assert_eq!(too_far, SignerError::Sign(SignError::ExpiresTooFar));
    assert_eq!(too_far.to_string(), SignError::ExpiresTooFar.to_string());
}

#[test]
fn debug_shows_for_which_region_is_signed() {
    let shown = format!("{:?}", permanent(&Clock::new()));
    assert!(shown.contains("region: Region") && shown.contains("cn-hangzhou"), "{shown}");
}

#[test]
fn without_credentials_nothing_is_signed() {
    let clock = Clock::new();
    let signer = Signer::new(cached(|_| Err(error("down")), &clock), region());
    for _ in 0..2 {
        let SignerError::Credentials(error) = signer.sign(&cat()).unwrap_err() else {
            panic!("another error")
        };
        assert_eq!(*error.cause(), Cause::Custom("down".into()));
    }
}

#[test]
fn an_upload_has_headers_to_send() {
    let clock = Clock::new();
    let headers =
        [("Content-Type", "image/jpeg"), ("x-oss-meta-author", "alice"), ("accept", "*/*")];
    let request = Request::put(bucket(), ObjectKey::new("cat.jpg").unwrap()).headers(&headers);
    let presigned = permanent(&clock).presign(&request, hour()).unwrap();
    assert_eq!(presigned.method, Method::Put);
    let required = [("content-type", "image/jpeg"), ("x-oss-meta-author", "alice")];
    let mut got: Vec<_> = presigned
        .headers
        .iter()
        .map(|(name, value)| (name.to_ascii_lowercase(), value.as_str()))
        .collect();
    got.sort();
    assert!(got.iter().map(|(name, value)| (name.as_str(), *value)).eq(required), "{got:?}");
}

#[test]
fn signed_headers_are_those_of_the_core() {
    let clock = Clock::new();
    let signer = temporary(3600, &clock);
    let signed = signer.sign(&cat()).unwrap();
    let (credentials, region) = (signed.credentials.borrow(), region());
    let key = SigningKey::derive(&credentials, &region, clock.now());
    let expected = v4::Signer::new(credentials, &key);
    let expected = expected.sign(&cat(), clock.now()).unwrap();
    let headers = expected.headers().map(|(name, value)| (name.to_owned(), value.to_string()));
    assert!(signed.headers.iter().cloned().eq(headers));
    assert_eq!(signed.url, expected.url(&Endpoint::public(&region)).to_string());
}

#[test]
fn v1_is_that_of_the_core() {
    let clock = Clock::new();
    let signer = permanent(&clock).with_version(Version::V1);
    let snapshot = signer.snapshot().unwrap();
    let (expected, region) = (v1::Signer::new(snapshot.credentials().borrow()), region());
    let endpoint = Endpoint::public(&region);
    let url = expected.presign(&cat(), &endpoint, clock.now(), hour()).unwrap();
    assert_eq!(signer.presign(&cat(), hour()).unwrap().url, url.to_string());
    let signed = signer.sign(&cat()).unwrap();
    let authorization = expected.sign(&cat(), clock.now()).unwrap().authorization().to_string();
    assert!(signed.headers.contains(&("authorization".to_owned(), authorization)));
}

#[test]
fn a_form_goes_to_the_bucket() {
    let clock = Clock::new();
    let policy = PostPolicy::new(bucket());
    let policy = policy.conditions(&[Condition::StartsWith("key", "avatars/")]);
    let form = permanent(&clock).sign_policy(&policy, hour()).unwrap();
    assert_eq!(form.url, "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/");
    assert_eq!(form.expires_at, clock.after(3600));
    let names: Vec<_> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
    let expected =
        ["x-oss-signature-version", "x-oss-credential", "x-oss-date", "policy", "x-oss-signature"];
    assert_eq!(names, expected);
}

#[test]
fn endpoint_and_product_can_be_others() {
    let clock = Clock::new();
    let start = |signer: Signer| signer.presign(&cat(), hour()).unwrap().url;
    let region = region();
    let internal = start(permanent(&clock).with_endpoint(Endpoint::internal(&region)));
    assert!(
        internal.starts_with("https://examplebucket.oss-cn-hangzhou-internal.aliyuncs.com/photos/")
    );
    let domain = String::from("https://static.example.com");
    let domain = Endpoint::parse(&domain).unwrap().with_addressing(Addressing::Cname);
    let cname = start(permanent(&clock).with_endpoint(domain));
    assert!(cname.starts_with("https://static.example.com/photos/"), "{cname}");
    let signer = permanent(&clock);
    let oss = signer.presign(&cat(), hour()).unwrap().url;
    // The key that was derived for the other product is not used.
    let cloud_box = start(signer.with_product(Product::cloud_box()));
    assert!(oss.contains("%2Foss%2F") && cloud_box.contains("%2Foss-cloudbox%2F"), "{cloud_box}");
    let fresh = start(permanent(&clock).with_product(Product::cloud_box()));
    assert_eq!(cloud_box, fresh);
}

#[test]
fn credentials_are_dropped_after_the_two_codes_alone() {
    let clock = Clock::new();
    let signer = temporary(3600, &clock);
    let signed = signer.sign(&cat()).unwrap();
    for code in ["AccessDenied", "SignatureDoesNotMatch", "", "securitytokenexpired"] {
        assert!(!signer.invalidate_after(code, &signed.credentials), "{code}");
    }
    for (number, code) in [(2, "SecurityTokenExpired"), (3, "InvalidAccessKeyId")] {
        let signed = signer.sign(&cat()).unwrap();
        assert!(signer.invalidate_after(code, &signed.credentials));
        let id = signer.sign(&cat()).unwrap().credentials.access_key_id().to_owned();
        assert_eq!(id, format!("STS.key{number}"));
    }
}

#[test]
fn signers_of_two_regions_share_credentials() {
    let clock = Clock::new();
    let of_source = clock.clone();
    let source = Source::new(move |number| Ok(living(number, 3600, &of_source)));
    let cached = Cached::new(Arc::clone(&source)).with_clock(clock.reading());
    let beijing = Region::new("cn-beijing").unwrap();
    for signer in [Signer::new(cached.clone(), region()), Signer::new(cached, beijing)] {
        signer.presign(&cat(), hour()).unwrap();
    }
    assert_eq!(source.fetches(), 1);
}

#[test]
fn a_url_takes_one_allocation() {
    let clock = Clock::new();
    let signer = temporary(3600, &clock);
    let presign = || drop(signer.presign(&cat(), hour()).unwrap());
    // Also after the rotation, when the key has been derived anew.
    for _ in 0..2 {
        presign();
        assert_eq!(allocation_counter::measure(presign).count_total, 1);
        clock.go(2700);
    }
    presign();
    let borrowed = || {
        let snapshot = signer.snapshot().unwrap();
        let url = snapshot.presign(&cat(), hour()).unwrap();
        url.write_to_slice(&mut [0; 1024]).unwrap();
    };
    assert_eq!(allocation_counter::measure(borrowed).count_total, 0);
}

#[test]
fn t94_debug_shows_nothing_that_lets_others_in() {
    let clock = Clock::new();
    let signer = temporary(3600, &clock);
    let snapshot = signer.snapshot().unwrap();
    let (presigned, signed) =
        (signer.presign(&cat(), hour()).unwrap(), signer.sign(&cat()).unwrap());
    let form = signer.sign_policy(&PostPolicy::new(bucket()), hour()).unwrap();
    let signature = snapshot.presign(&cat(), hour()).unwrap().signature().to_string();
    let texts = iter::empty()
        .chain([format!("{signer:?}"), format!("{snapshot:?}"), format!("{presigned:?}")])
        .chain([format!("{signed:?}"), format!("{form:?}")]);
    for text in texts {
        for secret in ["example-secret", "example-token", "x-oss-signature=", &signature] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}
