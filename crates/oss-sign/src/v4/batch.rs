//! Many URLs of one kind.

use core::fmt;

use super::texts::Text;
use super::{SigningKey, emit_after_query};
use crate::encode::percent_encoded_path;
use crate::hash::{Begun, Sha256, hash};
use crate::presigned_url::{PresignedUrl, Signing, Unsigned};
use crate::resource::{Bucket, ObjectKey, Resource};
use crate::signature::Signature;
use crate::sink::{Emit, fill};

/// Presigned URLs for many resources: the same method, query, headers, expiry and time of signing.
///
/// The request is checked and sorted once. A batch can be shared by threads; each URL costs little
/// more than its hash.
///
/// ```
/// use oss_sign::v4::{Signer, SigningKey};
/// use oss_sign::{Bucket, Credentials, Endpoint, Expires, ObjectKey, Region, Request, Resource, Timestamp};
///
/// let credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret")?;
/// let region = Region::new("cn-hangzhou")?;
/// let now = Timestamp::from_unix_seconds(1_700_000_000)?;
/// let key = SigningKey::derive(&credentials, &region, now);
/// let signer = Signer::new(credentials, &key);
///
/// let bucket = Bucket::new("examplebucket")?;
/// let request = Request::get(bucket, ObjectKey::new("any")?).process("image/resize,w_200");
/// let batch = signer.batch(&request, &Endpoint::public(&region), now, Expires::after_seconds(3600))?;
/// let mut buffer = [0; 1024];
/// for name in ["cats/1.jpg", "cats/2.jpg"] {
///     let url = batch.url(Resource::Object(bucket, ObjectKey::new(name)?));
///     println!("{}", url.write_to_slice(&mut buffer)?);
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Batch<'a> {
    url: PresignedUrl<'a>,
    key: &'a SigningKey,
    prepared: Prepared<'a>,
}

impl<'a> Batch<'a> {
    pub(super) fn new(url: PresignedUrl<'a>, key: &'a SigningKey) -> Self {
        let (texts, begun) = (PreparedTexts::of(&url), key.begin(&url.signable));
        Self { url, key, prepared: Prepared { texts, begun } }
    }

    /// The URL of another resource; the one that the batch was made with does not matter.
    ///
    /// A [canonical resource](crate::Request::canonical_resource) of the caller's own stays as it is.
    #[must_use]
    pub fn url<'r>(&'r self, resource: Resource<'r>) -> PresignedUrl<'r> {
        let mut url: PresignedUrl<'r> = self.url.clone();
        url.signable.request = url.signable.request.with_resource(resource);
        url.signing = Signing::V4(self.key, Some(&self.prepared));
        url
    }
}

/// What does not depend on the key of the object, ready-made.
#[derive(Clone)]
pub(crate) struct Prepared<'a> {
    texts: Option<PreparedTexts<'a>>,
    begun: Begun<Sha256>,
}

impl Prepared<'_> {
    /// Whether there can be texts: so that small devices have no code for them.
    pub(crate) const HAS_TEXTS: bool = size_of::<usize>() >= 8;

    /// Writes the URL of a resource but for its signature; `None`, and nothing is written, if the texts do
    /// not do for the resource.
    pub(crate) fn write_unsigned(
        &self,
        resource: Resource<'_>,
        buffer: &mut [u8],
    ) -> Option<Unsigned> {
        match (&self.texts, resource) {
            (Some(texts), Resource::Object(bucket, key))
                if bucket == texts.bucket && !key.has_dot_segment() =>
            {
                Some(texts.write_unsigned(key, buffer))
            }
            _ => None,
        }
    }

    /// The signature, as far as the string to sign is known.
    pub(crate) fn begun(&self) -> &Begun<Sha256> {
        &self.begun
    }
}

impl fmt::Debug for Prepared<'_> {
    /// Without the texts, which may have a security token.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Prepared").finish_non_exhaustive()
    }
}

/// As much room, but for small devices, which write all of it anew for each URL.
const fn room(bytes: usize) -> usize {
    if Prepared::HAS_TEXTS { bytes } else { 0 }
}

/// What is before and after the key of an object, in the URL and in the canonical request.
#[derive(Clone)]
struct PreparedTexts<'a> {
    bucket: Bucket<'a>,
    /// The URL up to the key: as long as scheme, bucket, host and port may be.
    url_start: Text<{ room(400) }>,
    /// The canonical request up to the key.
    canonical_start: Text<{ room(80) }>,
    /// The query with the question mark, and what follows it in the canonical request: enough for a
    /// security token.
    rest: Text<{ room(1536) }>,
    /// Where the signature goes in the query.
    signature: usize,
    /// How long the query is after it.
    after: usize,
}

impl<'a> PreparedTexts<'a> {
    /// `None` if there is no room for them, or if they are not what is around the key.
    fn of(url: &PresignedUrl<'a>) -> Option<Self> {
        let PresignedUrl { signable, endpoint, .. } = url;
        let request = &signable.request;
        let bucket = request.resource().bucket().filter(|_| Prepared::HAS_TEXTS)?;
        if request.overridden_canonical_resource().is_some() {
            return None;
        }
        let bucket_url = endpoint.url(Resource::Bucket(bucket));
        let url_start = Text::of(|sink| bucket_url.emit(sink))?;
        let canonical_start = Text::of(|sink| {
            for piece in [request.method().as_str(), "\n/", bucket.as_str(), "/"] {
                sink.write(piece.as_bytes());
            }
        })?;
        let (mut signature, mut after) = (0, 0);
        let rest = Text::of(|sink| {
            signable.emit_query(|sink| signature = sink.filled(), sink);
            after = sink.filled().wrapping_sub(signature);
            sink.write(b"\n");
            emit_after_query(signable, sink);
        })?;
        Some(Self { bucket, url_start, canonical_start, rest, signature, after })
    }

    fn write_unsigned(&self, key: ObjectKey<'_>, buffer: &mut [u8]) -> Unsigned {
        let (before, rest) =
            self.rest.as_bytes().split_at_checked(self.signature).unwrap_or_default();
        let (mut end, mut place) = (None, 0);
        let hash = hash::<Sha256>(|canonical| {
            end = fill(buffer, |url| {
                url.write(self.url_start.as_bytes());
                let encoded = url.filled();
                percent_encoded_path(key.as_str().as_bytes(), url);
                canonical.write(self.canonical_start.as_bytes());
                canonical.write(url.since(encoded));
                url.write(before);
                place = Signature::emit_place(url);
                url.write(rest.get(..self.after).unwrap_or_default());
            });
            canonical.write(b"\n");
            // The signature has a separator before it, and another after it.
            if let [b'?', parameters @ .., b'&'] = before {
                canonical.write(parameters);
            }
            canonical.write(rest);
        });
        Unsigned { end, place, hash }
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;
    use crate::credentials::Credentials;
    use crate::endpoint::Endpoint;
    use crate::region::Region;
    use crate::request::{Expires, Request};
    use crate::resource::{Bucket, ObjectKey};
    use crate::time::Timestamp;
    use crate::v4::Signer;

    /// Whether the texts are ready-made, are too long for that, or are not those around a key.
    #[test]
    fn a_url_of_a_batch_is_that_of_the_request() {
        let region = Region::new("cn-hangzhou").unwrap();
        let now = Timestamp::from_unix_seconds(1_700_000_000).unwrap();
        for length in [1, 500, 1000] {
            let token = "t+".repeat(length);
            let credentials =
                Credentials::new("testak", "testsk").unwrap().with_security_token(&token).unwrap();
            let key = SigningKey::derive(&credentials, &region, now);
            let (signer, endpoint) = (Signer::new(credentials, &key), Endpoint::public(&region));
            let bucket = Bucket::new("examplebucket").unwrap();
            let [one, other] = ["one", "the/./other"].map(|key| ObjectKey::new(key).unwrap());
            let request =
                |key| Request::get(bucket, key).process("p").query(&[("y", "1"), ("a", "")]);
            let expires = Expires::default();
            let batch = signer.batch(&request(one), &endpoint, now, expires).unwrap();
            let resources = [
                Resource::Object(bucket, one),
                Resource::Object(bucket, other),
                Resource::Object(Bucket::new("other-bucket").unwrap(), one),
                Resource::Bucket(bucket),
                Resource::Service,
            ];
            for resource in resources {
                let request = request(one).with_resource(resource);
                let url = signer.presign(&request, &endpoint, now, expires).unwrap();
                let in_batch = batch.url(resource);
                let mut buffer = vec![0; url.len()];
                assert_eq!(in_batch.write_to_slice(&mut buffer).unwrap(), url.to_string());
                assert_eq!(in_batch.to_string(), url.to_string());
            }
        }
    }

    #[test]
    fn debug_does_not_show_what_is_ready_made() {
        let credentials = Credentials::new("testak", "testsk").unwrap();
        let credentials = credentials.with_security_token("hushhush").unwrap();
        let region = Region::new("cn-hangzhou").unwrap();
        let now = Timestamp::from_unix_seconds(1_700_000_000).unwrap();
        let key = SigningKey::derive(&credentials, &region, now);
        let (signer, endpoint) = (Signer::new(credentials, &key), Endpoint::public(&region));
        let bucket = Bucket::new("examplebucket").unwrap();
        let request = Request::get(bucket, ObjectKey::new("any").unwrap());
        let batch = signer.batch(&request, &endpoint, now, Expires::default()).unwrap();
        let text = format!("{batch:?}");
        assert!(text.contains("Prepared { .. }") && !text.contains("hushhush"), "{text}");
    }
}
