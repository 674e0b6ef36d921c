//! Secrets are wiped from memory when what held them is dropped.

use oss_sign::v4::{Signer, SigningKey};
use oss_sign::{
    Bucket, Credentials, Endpoint, Expires, ObjectKey, OwnedCredentials, Region, Request,
    Timestamp, v1,
};
use oss_sign_credentials::Credentials as Kept;
use oss_sign_memory_tests::{Watching, before_and_after_drop, blocks_with_secret, contains};
use sha2::block_api::compress256;
use zeroize::Zeroizing;

const SECRET: &str = "hushhush-example-secret";

#[global_allocator]
static ALLOCATOR: Watching = Watching { secret: b"hushhush" };

/// The state of SHA-256 after the inner padding of the published signing key: what the key holds.
fn state_of_the_published_key() -> [u32; 8] {
    const INITIAL: [u32; 8] = [
        0x6a09_e667,
        0xbb67_ae85,
        0x3c6e_f372,
        0xa54f_f53a,
        0x510e_527f,
        0x9b05_688c,
        0x1f83_d9ab,
        0x5be0_cd19,
    ];
    // Of the secret `testsk` on 2023-11-14 in cn-hangzhou.
    let key = "d823a1748483d841038b72d1eabae4c808bcca63c2e9888f6d8684dd32aaa7ef";
    let mut block = [0x36; 64];
    for (index, byte) in block.iter_mut().take(32).enumerate() {
        *byte ^= u8::from_str_radix(&key[2 * index..2 * index + 2], 16).unwrap();
    }
    let mut state = INITIAL;
    compress256(&mut state, &[block]);
    state
}

#[test]
fn a_signing_key_is_wiped() {
    let credentials = Credentials::new("testak", "testsk").unwrap();
    let region = Region::new("cn-hangzhou").unwrap();
    let now = Timestamp::from_unix_seconds(1_700_000_000).unwrap();
    let key = SigningKey::derive(&credentials, &region, now);
    assert_wiped(before_and_after_drop(key), &state_of_the_published_key());
}

/// What it keeps of the HMAC that was begun would be enough to sign.
#[test]
fn a_batch_is_wiped() {
    let mut state = state_of_the_published_key();
    let start = b"OSS4-HMAC-SHA256\n20231114T221320Z\n20231114/cn-hangzhou/oss/aliyu";
    compress256(&mut state, &[*start]);

    let credentials = Credentials::new("testak", "testsk").unwrap();
    let region = Region::new("cn-hangzhou").unwrap();
    let now = Timestamp::from_unix_seconds(1_700_000_000).unwrap();
    let key = SigningKey::derive(&credentials, &region, now);
    let (signer, endpoint) = (Signer::new(credentials, &key), Endpoint::public(&region));
    let request =
        Request::get(Bucket::new("examplebucket").unwrap(), ObjectKey::new("any").unwrap());
    let batch = signer.batch(&request, &endpoint, now, Expires::default()).unwrap();
    assert_wiped(before_and_after_drop(batch), &state);
}

/// The words were there, and are not any more.
fn assert_wiped((before, after): (Vec<u8>, Vec<u8>), words: &[u32]) {
    for word in words {
        assert!(contains(&before, &word.to_ne_bytes()), "the test looks at the wrong thing");
        assert!(!contains(&after, &word.to_ne_bytes()), "a secret is left");
    }
}

#[test]
fn the_signer_of_v1_is_wiped() {
    let mut block = [0x36; 64];
    block.iter_mut().zip(SECRET.bytes()).for_each(|(byte, secret)| *byte ^= secret);
    let mut state = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];
    sha1::block_api::compress(&mut state, &[block]);

    let signer = v1::Signer::new(Credentials::new("ak", SECRET).unwrap());
    assert_wiped(before_and_after_drop(signer), &state);
}

#[test]
fn the_watching_allocator_sees_what_is_left() {
    assert_eq!(blocks_with_secret(|| drop(SECRET.to_owned())), 1);
}

#[test]
fn owned_credentials_are_wiped() {
    let wiped = blocks_with_secret(|| {
        let text = |text: &str| Zeroizing::new(text.to_owned());
        let owned = OwnedCredentials::new(text("ak"), text(SECRET), Some(text(SECRET))).unwrap();
        drop(owned.clone());
    });
    assert_eq!(wiped, 0);
}

#[test]
fn kept_credentials_are_wiped() {
    let wiped = blocks_with_secret(|| {
        let kept = Kept::new("ak", SECRET, Some(SECRET)).unwrap();
        drop(kept.clone());
        // Errors drop what was given, too.
        assert!(Kept::new("not an ID", SECRET, Some(SECRET)).is_err());
        assert!(Kept::new("ak", SECRET, Some("")).is_err());
    });
    assert_eq!(wiped, 0);
}
