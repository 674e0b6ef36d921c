//! The signing key, and a small cache of them.

use core::fmt;

use super::texts::Texts;
use super::{CredentialScope, canonical_hash, emit_before_hash};
use crate::credentials::{Credentials, MAX_ACCESS_KEY_ID};
use crate::encode::hex;
use crate::hash::{Begun, HmacKey, Sha256};
use crate::region::{Product, Region};
use crate::signable::Signable;
use crate::signature::Signature;
use crate::sink::Sink;
use crate::time::Timestamp;

/// What V4 signs with: derived from the AccessKey secret for one UTC day, region and product.
///
/// Derivation is most of the work of a single signature; the key can be used for any number of them
/// within its day. It holds no secret but itself, is wiped on drop, and shows nothing in `Debug`.
///
/// ```
/// use oss_sign::v4::SigningKey;
/// use oss_sign::{Credentials, Region, Timestamp};
///
/// let credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret")?;
/// let region = Region::new("cn-hangzhou")?;
/// let mut now = Timestamp::from_unix_seconds(1_700_000_000)?;
/// let mut key = SigningKey::derive(&credentials, &region, now);
///
/// // Later: a no-op, but for the first call of a UTC day.
/// now = Timestamp::from_unix_seconds(1_700_100_000)?;
/// key.refresh(&credentials, now);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SigningKey {
    access_key_id: heapless::String<MAX_ACCESS_KEY_ID, u8>,
    scope: CredentialScope,
    texts: Texts,
    state: HmacKey<Sha256>,
}

impl SigningKey {
    /// Derives the key of the product `oss` for the UTC day of `now`.
    #[must_use]
    pub fn derive(credentials: &Credentials<'_>, region: &Region, now: Timestamp) -> Self {
        Self::derive_for(&Product::default(), credentials, region, now)
    }

    /// Derives the key of another product: a cloud box, table buckets.
    #[must_use]
    pub fn derive_for(
        product: &Product,
        credentials: &Credentials<'_>,
        region: &Region,
        now: Timestamp,
    ) -> Self {
        let scope =
            CredentialScope { date: now.date(), region: region.clone(), product: product.clone() };
        Self::derive_for_scope(scope, credentials)
    }

    pub(crate) fn derive_for_scope(scope: CredentialScope, credentials: &Credentials<'_>) -> Self {
        let secret = credentials.access_key_secret().as_bytes();
        let mut state = HmacKey::<Sha256>::new(&[b"aliyun_v4", secret]);
        for part in scope.parts() {
            state = state.derive(part);
        }
        // An AccessKey ID has at most as many bytes as there is room.
        let access_key_id =
            heapless::String::try_from(credentials.access_key_id()).unwrap_or_default();
        let texts = Texts::of(&access_key_id, &scope);
        Self { access_key_id, scope, texts, state }
    }

    /// Derives the key anew if it is of another UTC day than `now`, or of another AccessKey.
    pub fn refresh(&mut self, credentials: &Credentials<'_>, now: Timestamp) {
        if !self.is_of(credentials) || !self.is_of_day(now) {
            *self = Self::derive_for(self.product(), credentials, self.region(), now);
        }
    }

    /// The region that the key signs for.
    #[must_use]
    pub fn region(&self) -> &Region {
        self.scope.region()
    }

    /// The product that the key signs for.
    #[must_use]
    pub fn product(&self) -> &Product {
        self.scope.product()
    }

    /// The AccessKey ID that the key was derived for.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    pub(crate) fn is_of(&self, credentials: &Credentials<'_>) -> bool {
        self.access_key_id == credentials.access_key_id()
    }

    pub(crate) fn is_of_day(&self, now: Timestamp) -> bool {
        self.scope.date == now.date()
    }

    pub(crate) fn scope(&self) -> &CredentialScope {
        &self.scope
    }

    /// Signs a request.
    pub(crate) fn sign_request(&self, signable: &Signable<'_>) -> Signature {
        self.sign_hash(signable, &canonical_hash(signable))
    }

    /// Signs a request whose canonical request has this hash.
    // Its buffers are not on the stack while the canonical request is hashed.
    #[inline(never)]
    pub(crate) fn sign_hash(
        &self,
        signable: &Signable<'_>,
        canonical_hash: &[u8; 32],
    ) -> Signature {
        self.sign(|sink| {
            self.emit_before_hash(signable, sink);
            hex(canonical_hash, sink);
        })
    }

    /// Begins the signature of a request with what is before the hash in the string to sign, which does
    /// not depend on the resource.
    pub(super) fn begin(&self, signable: &Signable<'_>) -> Begun<Sha256> {
        self.state.begin(|sink| self.emit_before_hash(signable, sink))
    }

    fn emit_before_hash(&self, signable: &Signable<'_>, sink: &mut Sink<'_>) {
        emit_before_hash(|sink| signable.emit_date(sink), |sink| self.emit_scope(sink), sink);
    }

    /// Signs a request that was begun, and whose canonical request has this hash.
    pub(crate) fn sign_on(&self, begun: &Begun<Sha256>, canonical_hash: &[u8; 32]) -> Signature {
        Signature::v4(self.state.sign_on(begun, |sink| hex(canonical_hash, sink)))
    }

    /// The text of the scope.
    pub(super) fn emit_scope(&self, sink: &mut Sink<'_>) {
        self.texts.emit_scope(&self.scope, sink);
    }

    /// The value of `x-oss-credential` in a query.
    pub(super) fn emit_credential(&self, sink: &mut Sink<'_>) {
        self.texts.emit_credential(&self.access_key_id, &self.scope, sink);
    }

    /// Signs the text that `emit` writes.
    pub(crate) fn sign(&self, emit: impl FnOnce(&mut Sink<'_>)) -> Signature {
        Signature::v4(self.state.sign(emit))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SigningKey")
            .field("access_key_id", &self.access_key_id)
            .field("region", self.region())
            .field("product", self.product())
            .finish_non_exhaustive()
    }
}

/// The signing key that was used last, and up to `N` others: for a server that signs for several
/// AccessKeys or regions, and does not want to think about the change of the day.
///
/// ```
/// use oss_sign::v4::{KeyCache, Signer};
/// use oss_sign::{Credentials, Product, Region, Timestamp};
///
/// let mut keys = KeyCache::<3>::new();
/// let credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret")?;
/// let region = Region::new("cn-hangzhou")?;
/// let now = Timestamp::from_unix_seconds(1_700_000_000)?;
///
/// let signer = Signer::new(credentials, keys.get(&credentials, &region, &Product::default(), now));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// A key is found by AccessKey ID, region and product: an AccessKey ID has one secret for all its
/// life. Where a secret was wrong and was put right, make a new cache.
#[derive(Debug, Default)]
pub struct KeyCache<const N: usize> {
    latest: Option<SigningKey>,
    others: heapless::Vec<SigningKey, N>,
    /// Which of the others makes room next.
    oldest: usize,
}

impl<const N: usize> KeyCache<N> {
    /// An empty cache.
    #[must_use]
    pub const fn new() -> Self {
        Self { latest: None, others: heapless::Vec::new(), oldest: 0 }
    }

    /// The key for the UTC day of `now`, derived if it is not here.
    pub fn get(
        &mut self,
        credentials: &Credentials<'_>,
        region: &Region,
        product: &Product,
        now: Timestamp,
    ) -> &SigningKey {
        let is_wanted = |key: &SigningKey| {
            key.is_of(credentials) && key.region() == region && key.product() == product
        };
        if !self.latest.as_ref().is_some_and(is_wanted) {
            match (self.others.iter_mut().find(|key| is_wanted(key)), &mut self.latest) {
                (Some(found), Some(latest)) => core::mem::swap(found, latest),
                _ => self.make_room(),
            }
        }
        let key = self
            .latest
            .get_or_insert_with(|| SigningKey::derive_for(product, credentials, region, now));
        key.refresh(credentials, now);
        key
    }

    /// Moves the latest key to the others.
    fn make_room(&mut self) {
        let Some(latest) = self.latest.take() else { return };
        if let Err(latest) = self.others.push(latest)
            && let Some(oldest) = self.others.get_mut(self.oldest)
        {
            *oldest = latest;
            self.oldest = self.oldest.saturating_add(1).checked_rem(N).unwrap_or(0);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use hmac::{Hmac, KeyInit, Mac};

    use super::*;
    use crate::sink::written;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds).unwrap()
    }

    fn credentials(id: &'static str) -> Credentials<'static> {
        Credentials::new(id, "testsk").unwrap()
    }

    fn hangzhou() -> Region {
        Region::new("cn-hangzhou").unwrap()
    }

    /// What a key signs tells it from others.
    fn mark(key: &SigningKey) -> [u8; 32] {
        key.state.sign(|sink| sink.write(b"mark"))
    }

    /// The checkpoint of the specification: the HMAC state is that of the published key.
    #[test]
    fn derives_the_published_key() {
        let mut published = [0; 32];
        let text = "d823a1748483d841038b72d1eabae4c808bcca63c2e9888f6d8684dd32aaa7ef";
        hex::decode_to_slice(text, &mut published).unwrap();
        let expected = HmacKey::<Sha256>::new(&[&published]);
        let key = SigningKey::derive(&credentials("testak"), &hangzhou(), at(1_700_000_000));
        assert_eq!(mark(&key), expected.sign(|sink| sink.write(b"mark")));
    }

    #[test]
    fn a_key_says_what_it_is_for() {
        let product = Product::cloud_box();
        let key = SigningKey::derive_for(&product, &credentials("testak"), &hangzhou(), at(0));
        assert_eq!(key.access_key_id(), "testak");
        assert_eq!((key.region(), key.product()), (&hangzhou(), &product));
        let text = format!("{key:?}");
        assert!(["testak", "cn-hangzhou", "oss-cloudbox"].iter().all(|part| text.contains(part)));
    }

    #[test]
    fn a_secret_longer_than_a_block_is_hashed_first() {
        let secret = "s".repeat(200);
        let long = Credentials::new("ak", &secret).unwrap();
        let joined = format!("aliyun_v4{secret}");
        let mut expected = Hmac::<sha2::Sha256>::new_from_slice(joined.as_bytes()).unwrap();
        expected.update(b"mark");
        let actual = HmacKey::<Sha256>::new(&[b"aliyun_v4", long.access_key_secret().as_bytes()]);
        assert_eq!(actual.sign(|sink| sink.write(b"mark")), *expected.finalize().into_bytes());
    }

    /// Of every length that a part of a scope may have: the padding fits into its block, or not.
    #[test]
    fn a_derived_key_is_the_hmac_of_the_text() {
        let key = HmacKey::<Sha256>::new(&[b"key"]);
        for length in 0..=70 {
            let text = "t".repeat(length);
            let mut expected = Hmac::<sha2::Sha256>::new_from_slice(b"key").unwrap();
            expected.update(text.as_bytes());
            let expected = HmacKey::<Sha256>::new(&[&expected.finalize().into_bytes()]);
            let mark = |key: HmacKey<Sha256>| key.sign(|sink| sink.write(b"mark"));
            assert_eq!(mark(key.derive(text.as_bytes())), mark(expected), "{length}");
        }
    }

    #[test]
    fn a_text_that_was_begun_is_signed_as_a_whole() {
        let key = HmacKey::<Sha256>::new(&[b"key"]);
        let text = [b't'; 150];
        for start in 0..=text.len() {
            let (before, after) = text.split_at(start);
            let begun = key.begin(|sink| sink.write(before));
            let signed = key.sign_on(&begun, |sink| sink.write(after));
            assert_eq!(signed, key.sign(|sink| sink.write(&text)), "{start}");
        }
    }

    #[test]
    fn the_longest_texts_are_whole() {
        let id = "=".repeat(MAX_ACCESS_KEY_ID);
        let credentials = Credentials::new(&id, "testsk").unwrap();
        let region = Region::new(&"r".repeat(63)).unwrap();
        let product = Product::new(&"p".repeat(32)).unwrap();
        let key = SigningKey::derive_for(&product, &credentials, &region, at(1_700_000_000));
        let scope = format!("20231114/{}/{}/aliyun_v4_request", region.as_str(), product.as_str());
        assert_eq!(written(|sink| key.emit_scope(sink)), scope.as_bytes());
        let credential = format!("{}%2F{}", "%3D".repeat(64), scope.replace('/', "%2F"));
        assert_eq!(written(|sink| key.emit_credential(sink)), credential.as_bytes());
    }

    #[test]
    fn refresh_follows_the_day_and_the_access_key() {
        let (before, after) = (at(1_700_006_399), at(1_700_006_400));
        let mut key = SigningKey::derive(&credentials("a"), &hangzhou(), before);
        assert!(key.is_of_day(before) && !key.is_of_day(after));
        key.refresh(&credentials("a"), after);
        assert!(key.is_of_day(after));
        key.refresh(&credentials("b"), after);
        assert!(key.is_of(&credentials("b")));
        assert_eq!(mark(&key), mark(&SigningKey::derive(&credentials("b"), &hangzhou(), after)));
    }

    #[test]
    fn the_cache_gives_the_key_that_was_asked_for() {
        let mut cache = KeyCache::<1>::new();
        let regions = ["cn-hangzhou", "cn-beijing", "us-east-1"].map(|id| Region::new(id).unwrap());
        let days = [at(1_700_000_000), at(1_700_086_400)];
        // More combinations than fit, twice, so that keys are found, moved, evicted and refreshed.
        for _ in 0..2 {
            for now in days {
                for region in &regions {
                    for id in ["a", "b"] {
                        for product in [Product::default(), Product::cloud_box()] {
                            let derived =
                                SigningKey::derive_for(&product, &credentials(id), region, now);
                            for _ in 0..2 {
                                let key = cache.get(&credentials(id), region, &product, now);
                                assert_eq!(mark(key), mark(&derived));
                            }
                        }
                    }
                }
            }
        }
        assert_eq!(cache.others.len(), 1);
    }

    #[test]
    fn a_key_that_is_here_is_not_derived_again() {
        let mut cache = KeyCache::<1>::new();
        let now = at(1_700_000_000);
        cache.get(&credentials("a"), &hangzhou(), &Product::default(), now);
        cache.get(&credentials("b"), &hangzhou(), &Product::default(), now);
        // The same AccessKey ID with another secret shows whether the old key is used.
        let other_secret = Credentials::new("a", "other").unwrap();
        let expected = mark(&SigningKey::derive(&credentials("a"), &hangzhou(), now));
        assert_eq!(mark(cache.get(&other_secret, &hangzhou(), &Product::default(), now)), expected);
    }

    #[test]
    fn debug_shows_no_key() {
        let key = SigningKey::derive(&credentials("testak"), &hangzhou(), at(1_700_000_000));
        assert_eq!(
            format!("{key:?}"),
            "SigningKey { access_key_id: \"testak\", region: Region(\"cn-hangzhou\"), \
             product: Product(\"oss\"), .. }"
        );
    }
}
