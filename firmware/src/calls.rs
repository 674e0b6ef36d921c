//! The calls that are measured: each as a device makes it, from plain text to plain text.
//!
//! A mistake in an input is `None` here: what was wrong is in the errors of `oss-sign`, whose texts a
//! device need not carry.

use oss_sign::v4::{Signer, SigningKey};
use oss_sign::{
    Bucket, Credentials, Endpoint, Expires, Method, ObjectKey, Region, Request, Resource, Timestamp,
};

use crate::vectors::Vector;

impl<'a> Vector<'a> {
    fn credentials(&self) -> Option<Credentials<'a>> {
        let pair = Credentials::new(self.access_key_id, self.access_key_secret).ok()?;
        match self.security_token {
            Some(token) => pair.with_security_token(token).ok(),
            None => Some(pair),
        }
    }

    fn now(&self) -> Option<Timestamp> {
        Timestamp::from_unix_seconds(self.now).ok()
    }

    fn request(&self) -> Option<Request<'a>> {
        let method = if self.is_put { Method::Put } else { Method::Get };
        let bucket = Bucket::new(self.bucket).ok()?;
        let resource = Resource::Object(bucket, ObjectKey::new(self.key).ok()?);
        let request = Request::new(method, resource)
            .query(self.query)
            .headers(self.headers)
            .additional_headers(self.additional_headers);
        Some(self.process.map_or(request, |style| request.process(style)))
    }

    /// The public endpoint of the vector's region.
    #[cfg(not(feature = "parse-endpoint"))]
    fn endpoint<'r>(&self, region: &'r Region) -> Option<Endpoint<'r>> {
        let endpoint = Endpoint::public(region);
        Some(if self.over_http { endpoint.over_http() } else { endpoint })
    }

    /// The public endpoint of the vector's region, written out.
    #[cfg(feature = "parse-endpoint")]
    fn endpoint(&self, _: &Region) -> Option<Endpoint<'a>> {
        Endpoint::parse(self.endpoint).ok()
    }
}

/// Once a day.
#[inline(never)]
pub fn derive(vector: &Vector<'_>) -> Option<SigningKey> {
    let region = Region::new(vector.region).ok()?;
    Some(SigningKey::derive(&vector.credentials()?, &region, vector.now()?))
}

/// A URL with a key that is at hand.
#[inline(never)]
pub fn presign<'b>(
    vector: &Vector<'_>,
    key: &SigningKey,
    buffer: &'b mut [u8],
) -> Option<&'b [u8]> {
    let request = vector.request()?;
    let signer = Signer::new(vector.credentials()?, key);
    let endpoint = vector.endpoint(key.region())?;
    let expires = Expires::after_seconds(vector.expires);
    let Ok(url) = signer.presign(&request, &endpoint, vector.now()?, expires) else { return None };
    // An HTTP client may want a `&str`, which takes a check that the bytes are UTF-8.
    #[cfg(feature = "str")]
    return url.write_to_slice(buffer).ok().map(str::as_bytes);
    #[cfg(not(feature = "str"))]
    url.write_bytes_to_slice(buffer).ok()
}

/// The value of `Authorization`.
#[inline(never)]
pub fn sign<'b>(vector: &Vector<'_>, key: &SigningKey, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    let request = vector.request()?;
    let signer = Signer::new(vector.credentials()?, key);
    signer.sign(&request, vector.now()?).ok()?.authorization().write_bytes_to_slice(buffer).ok()
}

/// The signature of a URL in V1.
#[cfg(feature = "v1")]
#[inline(never)]
pub fn presign_v1<'b>(vector: &Vector<'_>, buffer: &'b mut [u8]) -> Option<&'b [u8]> {
    use oss_sign::v1::Signer;

    let request = vector.request()?;
    let region = Region::new(vector.region).ok()?;
    let endpoint = vector.endpoint(&region)?;
    let signer = Signer::new(vector.credentials()?);
    let expires = Expires::after_seconds(vector.expires);
    let url = signer.presign(&request, &endpoint, vector.now()?, expires).ok()?;
    url.write_bytes_to_slice(buffer).ok()?;
    url.signature().write_bytes_to_slice(buffer).ok()
}

/// The policy of a form, then a blank and its signature.
#[cfg(feature = "post-policy")]
#[inline(never)]
pub fn sign_policy<'b>(
    vector: &Vector<'_>,
    conditions: &[oss_sign::Condition<'_>],
    key: &SigningKey,
    buffer: &'b mut [u8],
) -> Option<&'b [u8]> {
    let policy = oss_sign::PostPolicy::new(Bucket::new(vector.bucket).ok()?).conditions(conditions);
    let signer = Signer::new(vector.credentials()?, key);
    let expires = Expires::after_seconds(vector.expires);
    let form = signer.sign_policy(&policy, vector.now()?, expires).ok()?;
    let length = form.policy().write_bytes_to_slice(buffer).ok()?.len();
    let (blank, rest) = buffer.get_mut(length..)?.split_first_mut()?;
    *blank = b' ';
    let end = length + 1 + form.signature().write_bytes_to_slice(rest).ok()?.len();
    buffer.get(..end)
}

/// Whether a URL of [`presign`] is what it claims to be.
#[cfg(feature = "verify")]
#[inline(never)]
pub fn verify(vector: &Vector<'_>, path_and_query: &str) -> Option<bool> {
    use oss_sign::verify::{Received, Slot, Tolerance};

    let mut parameters = [Slot::default(); 16];
    let mut headers = [Slot::default(); 8];
    let method = if vector.is_put { "PUT" } else { "GET" };
    let received = Received::new(method, path_and_query, &[]);
    let parsed = received.parse(&mut parameters, &mut headers).ok()?;
    let bucket = Bucket::new(vector.bucket).ok();
    let verdict =
        parsed.verify(bucket, &vector.credentials()?, vector.now()?, Tolerance::default());
    Some(verdict.is_ok())
}
