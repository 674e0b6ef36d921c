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
use crate::v4::{self, Prepared, PreparedQuery, SigningKey};

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
    V4(&'a SigningKey, Option<&'a Prepared>),
    #[cfg(feature = "v1")]
    V1(Signature),
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

    /// Writes the URL, and signs it on the way: the canonical request is hashed from the very text of
    /// the URL, and the signature is put into the place that was left for it.
    fn sign_to_slice<'b>(
        &self,
        key: &SigningKey,
        prepared: Option<&Prepared>,
        buffer: &'b mut [u8],
    ) -> Result<&'b [u8], BufferTooSmall> {
        let (request, resource) = (&self.signable.request, self.signable.request.resource());
        let (mut end, mut signature_start) = (None, 0);
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
                    url.write(b"x-oss-signature=");
                    signature_start = url.filled();
                    url.write(&[0; 64]);
                    start = url.filled();
                };
                match prepared.and_then(Prepared::query) {
                    Some(query) if PreparedQuery::IS_WANTED => query.emit(emit_signature, url),
                    _ => self.signable.emit_query(emit_signature, url),
                }
                canonical.write(url.since(start));
            });
            canonical.write(b"\n");
            v4::emit_after_query(&self.signable, canonical);
        });
        let signature = match prepared {
            Some(prepared) if PreparedQuery::IS_WANTED => key.sign_on(prepared.begun(), &hash),
            _ => key.sign_hash(&self.signable, &hash),
        };
        let place = buffer.get_mut(signature_start..).and_then(|rest| rest.get_mut(..64));
        sink::fill(place.unwrap_or_default(), |sink| signature.emit(sink));
        sink::written_to(buffer, end, || self.length())
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
