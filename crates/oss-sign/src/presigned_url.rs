//! Presigned URLs: the signature in the query.

use crate::canonical::{Form, Subject};
use crate::endpoint::{Addressing, Endpoint, HostHeader};
use crate::error::BufferTooSmall;
use crate::hash::{Sha256, hash};
use crate::request::Method;
use crate::signable::{CanonicalRequest, PathAndQuery, RequestUrl, Signable, StringToSign};
use crate::signature::Signature;
use crate::sink::{self, Emit, Sink, text_output};
use crate::time::Timestamp;
use crate::v4::{self, Prepared, SigningKey};

/// A presigned URL.
///
/// The URL is the value's text: `{url}`, or [`write_to_slice`](Self::write_to_slice) and
/// [`to_heapless`](Self::to_heapless) where there is no heap. Its query is sorted; it is to be sent
/// as it is, neither decoded nor encoded again.
#[derive(Clone, Debug)]
pub struct PresignedUrl<'a> {
    pub(crate) signable: Signable<'a>,
    pub(crate) endpoint: Endpoint<'a>,
    pub(crate) expires_at: u64,
    pub(crate) signing: Signing<'a>,
}

/// Where the signature comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Signing<'a> {
    /// It is made while the URL is written.
    V4(&'a SigningKey, Option<&'a Prepared<'a>>),
    #[cfg(feature = "v1")]
    V1(Signature),
}

/// What is known of a URL that was written without its signature.
pub(crate) struct Unsigned {
    /// Where it ends; `None` if there is no room for it.
    pub(crate) end: Option<usize>,
    /// Where the signature goes.
    pub(crate) place: usize,
    /// That of the canonical request.
    pub(crate) hash: [u8; 32],
}

impl<'a> PresignedUrl<'a> {
    /// The method that was signed; no other works.
    #[must_use]
    pub fn method(&self) -> Method {
        self.signable.request.method()
    }

    /// The host, and the port if the endpoint has one: for HTTP clients that take it apart from the
    /// path, and for the header `Host`.
    #[must_use]
    pub fn host(&self) -> HostHeader<'a> {
        self.endpoint.host(self.signable.request.resource())
    }

    /// The path and the query: for HTTP clients that take them apart from the host.
    #[must_use]
    pub fn path_and_query(&self) -> PathAndQuery<'_> {
        self.url(self.signature()).path_and_query()
    }

    /// The headers that the holder of the URL must send, with just these values; and no other
    /// `Content-Type`, `Content-MD5` or `x-oss-*`.
    pub fn required_headers(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.signable.callers_headers()
    }

    /// When the URL stops working.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        Timestamp::up_to_latest(self.expires_at)
    }

    /// The signature within the URL.
    #[must_use]
    pub fn signature(&self) -> Signature {
        match self.signing {
            Signing::V4(key, _) => key.sign_request(&self.signable),
            #[cfg(feature = "v1")]
            Signing::V1(signature) => signature,
        }
    }

    /// The canonical request, for reading; `None` in V1, which has none.
    #[must_use]
    pub fn canonical_request(&self) -> Option<CanonicalRequest<'_>> {
        CanonicalRequest::of(&self.signable)
    }

    /// The string to sign, for reading.
    #[must_use]
    pub fn string_to_sign(&self) -> StringToSign<'_> {
        StringToSign(&self.signable)
    }

    fn url(&self, signature: Signature) -> RequestUrl<'_> {
        RequestUrl { signable: &self.signable, endpoint: self.endpoint, signature }
    }

    /// Writes the URL, and signs it on the way.
    fn sign_to_slice<'b>(
        &self,
        key: &SigningKey,
        prepared: Option<&Prepared<'_>>,
        buffer: &'b mut [u8],
    ) -> Result<&'b [u8], BufferTooSmall> {
        let prepared = if Prepared::HAS_TEXTS { prepared } else { None };
        let resource = self.signable.request.resource();
        let Unsigned { end, place, hash } = prepared
            .and_then(|prepared| prepared.write_unsigned(resource, buffer))
            .unwrap_or_else(|| self.write_unsigned(buffer));
        let signature = match prepared {
            Some(prepared) => key.sign_on(prepared.begun(), &hash),
            None => key.sign_hash(&self.signable, &hash),
        };
        let place = buffer.get_mut(place..).and_then(|rest| rest.get_mut(..64));
        sink::fill(place.unwrap_or_default(), |sink| signature.emit(sink));
        sink::written_to(buffer, end, || self.length())
    }

    /// Writes the URL but for its signature. The canonical request is hashed from the very text of the URL.
    fn write_unsigned(&self, buffer: &mut [u8]) -> Unsigned {
        let (request, resource) = (&self.signable.request, self.signable.request.resource());
        let (mut end, mut place) = (None, 0);
        let hash = hash::<Sha256>(|canonical| {
            canonical.write(request.method().as_str().as_bytes());
            canonical.write(b"\n");
            end = sink::fill(buffer, |url| {
                self.endpoint.emit_origin(resource, url);
                let path = url.filled();
                let hides_dots = self.endpoint.emit_path(resource, url);
                let path = (!hides_dots).then(|| url.since(path));
                self.emit_resource(path, canonical);
                canonical.write(b"\n");
                // After the question mark.
                let mut start = url.filled().wrapping_add(1);
                let emit_signature = |url: &mut Sink<'_>| {
                    // There are parameters before it, and a separator.
                    canonical.write(url.since(start).split_last().map_or(&[], |(_, text)| text));
                    place = Signature::emit_place(url);
                    start = url.filled();
                };
                self.signable.emit_query(emit_signature, url);
                canonical.write(url.since(start));
            });
            canonical.write(b"\n");
            v4::emit_after_query(&self.signable, canonical);
        });
        Unsigned { end, place, hash }
    }

    /// The canonical resource of a URL with this path; `None` where dots are hidden in it.
    fn emit_resource(&self, path: Option<&[u8]>, sink: &mut Sink<'_>) {
        let request = &self.signable.request;
        let (Some(path), None) = (path, request.overridden_canonical_resource()) else {
            return self.signable.emit_resource(Form::Encoded, sink);
        };
        if self.endpoint.addressing() != Addressing::PathStyle
            && let Some(bucket) = request.resource().bucket()
        {
            sink.write(b"/");
            sink.write(bucket.as_str().as_bytes());
        }
        sink.write(path);
    }
}

impl Emit for PresignedUrl<'_> {
    fn emit(&self, sink: &mut Sink<'_>) {
        self.url(self.signature()).emit(sink);
    }

    fn length(&self) -> usize {
        match self.signing {
            // All signatures of V4 have the same length.
            Signing::V4(..) => self.url(Signature::v4([0; 32])).length(),
            #[cfg(feature = "v1")]
            Signing::V1(signature) => self.url(signature).length(),
        }
    }

    fn write_to<'b>(&self, buffer: &'b mut [u8]) -> Result<&'b [u8], BufferTooSmall> {
        match self.signing {
            Signing::V4(key, prepared) => self.sign_to_slice(key, prepared, buffer),
            #[cfg(feature = "v1")]
            Signing::V1(signature) => self.url(signature).write_to(buffer),
        }
    }
}

text_output!(PresignedUrl<'_>);

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;
    use crate::v4::Signer;
    use crate::{Bucket, Credentials, Expires, ObjectKey, Region, Request};

    /// Hands out a URL of V4, on 2023-11-14.
    fn with_url(
        request: Request<'_>,
        addressing: Addressing,
        use_it: impl FnOnce(PresignedUrl<'_>),
    ) {
        let credentials = Credentials::new("testak", "testsk").unwrap();
        let region = Region::new("cn-hangzhou").unwrap();
        let now = Timestamp::from_unix_seconds(1_700_000_000).unwrap();
        let key = SigningKey::derive(&credentials, &region, now);
        let endpoint = Endpoint::public(&region).with_addressing(addressing);
        let signer = Signer::new(credentials, &key);
        use_it(signer.presign(&request, &endpoint, now, Expires::default()).unwrap());
    }

    fn get(key: &str) -> Request<'_> {
        Request::get(Bucket::new("examplebucket").unwrap(), ObjectKey::new(key).unwrap())
    }

    /// In a slice the canonical request is taken from the URL, elsewhere it is written anew.
    #[test]
    fn both_ways_to_sign_give_the_same_url() {
        let requests =
            [get("a/b c.txt"), get("a/../b"), get("k").canonical_resource("/other/resource")];
        for request in requests {
            for addressing in [Addressing::VirtualHosted, Addressing::PathStyle, Addressing::Cname]
            {
                with_url(request, addressing, |url| {
                    let mut buffer = [0; 512];
                    let written = url.write_to_slice(&mut buffer).unwrap();
                    assert_eq!(written, url.to_string());
                    assert_eq!(url.len(), written.len());
                });
            }
        }
    }

    #[test]
    fn headers_that_are_signed_must_be_sent() {
        let headers = [("x-oss-meta-a", "1"), ("Content-Type", "text/plain"), ("user-agent", "x")];
        with_url(get("k").headers(&headers), Addressing::VirtualHosted, |url| {
            let required: Vec<_> = url.required_headers().collect();
            assert_eq!(required, [("Content-Type", "text/plain"), ("x-oss-meta-a", "1")]);
            let canonical_request = url.canonical_request().unwrap().to_string();
            let signed = "\ncontent-type:text/plain\nx-oss-meta-a:1\n\n\nUNSIGNED-PAYLOAD";
            assert!(canonical_request.ends_with(signed), "{canonical_request}");
        });
    }
}
