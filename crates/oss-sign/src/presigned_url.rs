//! Presigned URLs: the signature in the query.

use crate::endpoint::{Endpoint, HostHeader};
use crate::request::Method;
use crate::signable::{CanonicalRequest, PathAndQuery, RequestUrl, Signable, StringToSign};
use crate::signature::Signature;
use crate::sink::{Emit, Sink, text_output};
use crate::time::Timestamp;

/// A presigned URL.
///
/// The URL is the value's text: `{url}`, or [`write_to_slice`](Self::write_to_slice) and
/// [`to_heapless`](Self::to_heapless) where there is no heap. Its query is sorted; it is to be sent
/// as it is, neither decoded nor encoded again.
#[derive(Clone, Debug)]
pub struct PresignedUrl<'a> {
    pub(crate) signable: Signable<'a>,
    pub(crate) endpoint: Endpoint<'a>,
    pub(crate) expires_at: Timestamp,
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
        self.url().path_and_query()
    }

    /// The headers that the holder of the URL must send, with just these values; and no other
    /// `Content-Type`, `Content-MD5` or `x-oss-*`.
    pub fn required_headers(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.signable.callers_headers()
    }

    /// When the URL stops working.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.expires_at
    }

    /// The signature within the URL.
    #[must_use]
    pub fn signature(&self) -> Signature {
        self.signable.signature
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

    fn url(&self) -> RequestUrl<'_> {
        RequestUrl { signable: &self.signable, endpoint: self.endpoint }
    }
}

impl Emit for PresignedUrl<'_> {
    fn emit(&self, sink: &mut impl Sink) {
        self.url().emit(sink);
    }
}

text_output!(PresignedUrl<'_>);
