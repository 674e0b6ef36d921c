//! Many URLs of one kind.

use core::fmt;

use super::SigningKey;
use crate::hash::{Begun, Sha256};
use crate::presigned_url::{PresignedUrl, Signing};
use crate::resource::Resource;
use crate::signable::Signable;
use crate::sink::{Sink, fill};

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
    prepared: Prepared,
}

impl<'a> Batch<'a> {
    pub(super) fn new(url: PresignedUrl<'a>, key: &'a SigningKey) -> Self {
        let (query, begun) = (PreparedQuery::of(&url.signable), key.begin(&url.signable));
        Self { url, key, prepared: Prepared { query, begun } }
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

/// What does not depend on the resource, ready-made.
#[derive(Clone)]
pub(crate) struct Prepared {
    query: Option<PreparedQuery>,
    begun: Begun<Sha256>,
}

impl Prepared {
    /// The query, if there is room for it.
    pub(crate) fn query(&self) -> Option<&PreparedQuery> {
        self.query.as_ref()
    }

    /// The signature, as far as the string to sign is known.
    pub(crate) fn begun(&self) -> &Begun<Sha256> {
        &self.begun
    }
}

impl fmt::Debug for Prepared {
    /// Without the query, which may have a security token.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Prepared").finish_non_exhaustive()
    }
}

/// Enough for a query with a security token. Small devices write it anew for each URL.
const QUERY: usize = if size_of::<usize>() < 8 { 0 } else { 1536 };

/// A query, and where the signature is to go in it.
#[derive(Clone)]
pub(crate) struct PreparedQuery {
    text: [u8; QUERY],
    length: usize,
    signature: usize,
}

impl PreparedQuery {
    /// Whether there can be one: so that small devices have no code for it.
    pub(crate) const IS_WANTED: bool = QUERY > 0;

    fn of(signable: &Signable<'_>) -> Option<Self> {
        let (mut text, mut signature) = ([0; QUERY], 0);
        let length = fill(&mut text, |sink| {
            signable.emit_query(|sink| signature = sink.filled(), sink);
        })?;
        Some(Self { text, length, signature })
    }

    /// The query, with a question mark before it, and with what `emit_signature` writes in its place.
    pub(crate) fn emit(&self, emit_signature: impl FnOnce(&mut Sink<'_>), sink: &mut Sink<'_>) {
        let text = self.text.get(..self.length).unwrap_or_default();
        let (before, after) = text.split_at_checked(self.signature).unwrap_or_default();
        sink.write(before);
        emit_signature(sink);
        sink.write(after);
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

    /// Whether the query is ready-made or too long for that.
    #[test]
    fn a_url_of_a_batch_is_that_of_the_request() {
        let region = Region::new("cn-hangzhou").unwrap();
        let now = Timestamp::from_unix_seconds(1_700_000_000).unwrap();
        for length in [1, QUERY.saturating_sub(500), QUERY + 1] {
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
            for key in [one, other] {
                let url = signer.presign(&request(key), &endpoint, now, expires).unwrap();
                let in_batch = batch.url(Resource::Object(bucket, key));
                let mut buffer = vec![0; url.len()];
                assert_eq!(in_batch.write_to_slice(&mut buffer).unwrap(), url.to_string());
                assert_eq!(in_batch.to_string(), url.to_string());
            }
        }
    }
}
