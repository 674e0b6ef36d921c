//! Signing keys live for a UTC day: what happens when it ends.
#![cfg(test)]

use oss_sign::v4::{KeyCache, Signer, SigningKey};
use oss_sign::{
    Bucket, Credentials, Endpoint, Expires, ObjectKey, Product, Region, Request, SignError,
    Timestamp,
};

/// 2023-11-14T23:59:59Z, and the second after it.
const BEFORE: u64 = 1_700_006_399;
const AFTER: u64 = 1_700_006_400;

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds).unwrap()
}

fn credentials(id: &str) -> Credentials<'_> {
    Credentials::new(id, "example-secret").unwrap()
}

fn hangzhou() -> Region {
    Region::new("cn-hangzhou").unwrap()
}

/// The URL of a request with any key, or why there is none.
fn presign(id: &str, key: &SigningKey, now: Timestamp) -> Result<String, SignError> {
    let bucket = Bucket::new("examplebucket").unwrap();
    let request = Request::get(bucket, ObjectKey::new("cat.jpg").unwrap());
    let expires = Expires::after_seconds(3600);
    Signer::new(credentials(id), key)
        .presign(&request, &Endpoint::accelerate(), now, expires)
        .map(|url| url.to_string())
}

fn presign_afresh(id: &str, now: Timestamp) -> String {
    presign(id, &SigningKey::derive(&credentials(id), &hangzhou(), now), now).unwrap()
}

#[test]
fn a_key_is_good_until_the_last_second_of_its_day() {
    let first_second = AFTER - 86_400;
    let key = SigningKey::derive(&credentials("alice"), &hangzhou(), at(first_second));
    assert_eq!(presign("alice", &key, at(BEFORE)), Ok(presign_afresh("alice", at(BEFORE))));
    for other_day in [first_second - 1, AFTER] {
        let refused = presign("alice", &key, at(other_day));
        assert_eq!(refused, Err(SignError::SigningKeyOfAnotherDay));
    }
}

#[test]
fn a_url_outlives_the_day_on_which_it_was_signed() {
    let url = presign_afresh("alice", at(BEFORE));
    assert!(url.contains("%2F20231114%2F"), "{url}");
    assert!(url.contains("x-oss-date=20231114T235959Z&x-oss-expires=3600"), "{url}");
}

#[test]
fn a_refreshed_key_signs_as_a_new_one_does() {
    let mut key = SigningKey::derive(&credentials("alice"), &hangzhou(), at(BEFORE));
    // And back again, as on a device whose clock is put right.
    for now in [BEFORE, AFTER, BEFORE] {
        key.refresh(&credentials("alice"), at(now));
        assert_eq!(presign("alice", &key, at(now)), Ok(presign_afresh("alice", at(now))));
    }
}

#[test]
fn a_key_signs_for_no_other_access_key() {
    let mut key = SigningKey::derive(&credentials("alice"), &hangzhou(), at(BEFORE));
    let refused = presign("bob", &key, at(BEFORE));
    assert_eq!(refused, Err(SignError::SigningKeyOfAnotherAccessKey));
    key.refresh(&credentials("bob"), at(BEFORE));
    assert_eq!(presign("bob", &key, at(BEFORE)), Ok(presign_afresh("bob", at(BEFORE))));
}

#[test]
fn a_cache_gives_keys_of_the_day_that_is_asked_for() {
    let mut keys = KeyCache::<1>::new();
    for now in [BEFORE, AFTER, BEFORE, AFTER] {
        // One key more than there is room for.
        for id in ["alice", "bob", "carol", "alice"] {
            let key = keys.get(&credentials(id), &hangzhou(), &Product::default(), at(now));
            assert_eq!(presign(id, key, at(now)), Ok(presign_afresh(id, at(now))), "{id} {now}");
        }
    }
}

#[test]
fn a_cache_without_room_for_others_still_gives_the_right_key() {
    let mut keys = KeyCache::<0>::new();
    for (id, now) in [("alice", BEFORE), ("bob", BEFORE), ("bob", AFTER), ("alice", AFTER)] {
        let key = keys.get(&credentials(id), &hangzhou(), &Product::default(), at(now));
        assert_eq!(presign(id, key, at(now)), Ok(presign_afresh(id, at(now))), "{id} {now}");
    }
}
