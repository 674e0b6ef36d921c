//! Many URLs of one kind.

use crate::presigned_url::PresignedUrl;
use crate::resource::Resource;

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
pub struct Batch<'a>(pub(super) PresignedUrl<'a>);

impl<'a> Batch<'a> {
    /// The URL of another resource; the one that the batch was made with does not matter.
    ///
    /// A [canonical resource](crate::Request::canonical_resource) of the caller's own stays as it is.
    #[must_use]
    pub fn url<'r>(&self, resource: Resource<'r>) -> PresignedUrl<'r>
    where
        'a: 'r,
    {
        let mut url: PresignedUrl<'r> = self.0.clone();
        url.signable.request = url.signable.request.with_resource(resource);
        url
    }
}
