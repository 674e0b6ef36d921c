//! The string to sign: what is signed of a request.

use super::sub_resource::is_sub_resource;
use crate::canonical::Canonical;
use crate::encode::{decimal, percent_encoded};
use crate::error::SignError;
use crate::header::{DateHeader, Headers, is_oss_header, is_signed_by_default};
use crate::order::Order;
use crate::query::{Parameter, Parameters};
use crate::request::Request;
use crate::signature::Signature;
use crate::sink::{Emit, Sink};
use crate::time::{HttpDate, Timestamp};

/// The parameters of a presigned URL, sorted; [`parameter`] has their indexes.
pub(crate) const PARAMETERS: &[&str] =
    &["Expires", "OSSAccessKeyId", "Signature", "security-token"];

mod parameter {
    pub(super) const EXPIRES: u8 = 0;
    pub(super) const ACCESS_KEY_ID: u8 = 1;
    pub(super) const SIGNATURE: u8 = 2;
    pub(super) const SECURITY_TOKEN: u8 = 3;
}

/// The headers that signing by headers adds and signs, sorted; [`header`] has their indexes.
pub(crate) const HEADERS: &[&str] = &["x-oss-date", "x-oss-security-token"];

mod header {
    pub(super) const DATE: u8 = 0;
    pub(super) const SECURITY_TOKEN: u8 = 1;
}

/// What V1 does in its own way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules<'a> {
    pub(super) placement: Placement,
    /// The caller's additions to the table of signed sub-resources.
    pub(super) sub_resources: &'a [&'a str],
}

/// Where the signature goes, and what stands in the line of the date.
#[derive(Clone, Copy, Debug)]
pub(super) enum Placement {
    /// Into the header `Authorization`; the time of signing.
    Header(DateHeader, Timestamp),
    /// Into the query; the instant at which the URL expires.
    Query(Timestamp),
}

impl Rules<'_> {
    /// Checks a request, and sorts its query and its signed headers.
    pub(crate) fn check(
        &self,
        request: &Request<'_>,
        has_token: bool,
    ) -> Result<(Order, Order), SignError> {
        if request.overridden_canonical_resource().is_some() {
            return Err(SignError::CanonicalResourceInV1);
        }
        if !request.all_additional_headers().is_empty() {
            return Err(SignError::AdditionalHeadersInV1);
        }
        let key = request.resource().key();
        if key.is_some_and(|key| key.as_str().starts_with('?') && !key.is_verbatim()) {
            return Err(SignError::QuestionMarkKeyInV1);
        }
        if let Some(position) = self.sub_resources.iter().position(|name| name.is_empty()) {
            return Err(SignError::EmptySubResource(position));
        }
        Ok((self.sorted_query(request, has_token)?, self.sorted_headers(request, has_token)?))
    }

    fn sorted_query(&self, request: &Request<'_>, has_token: bool) -> Result<Order, SignError> {
        let present = match self.placement {
            Placement::Header(..) => [None; 4],
            Placement::Query(_) => [
                Some(parameter::EXPIRES),
                Some(parameter::ACCESS_KEY_ID),
                Some(parameter::SIGNATURE),
                has_token.then_some(parameter::SECURITY_TOKEN),
            ],
        };
        let parameters = Parameters { own: PARAMETERS, request };
        parameters.sorted(present.into_iter().flatten(), str::cmp)
    }

    fn sorted_headers(&self, request: &Request<'_>, has_token: bool) -> Result<Order, SignError> {
        let token = has_token.then_some(header::SECURITY_TOKEN);
        let (present, reserved): ([Option<u8>; 2], &[&str]) = match self.placement {
            Placement::Query(_) => ([None; 2], &["authorization"]),
            Placement::Header(DateHeader::Date, _) => {
                ([None, token], &["authorization", "date", "x-oss-date", "x-oss-security-token"])
            }
            Placement::Header(DateHeader::XOssDate, _) => (
                [Some(header::DATE), token],
                &["authorization", "x-oss-date", "x-oss-security-token"],
            ),
        };
        let headers = Headers { own: HEADERS, request };
        headers.sorted(present.into_iter().flatten(), reserved, is_signed_by_default)
    }

    pub(crate) fn emit_string_to_sign(&self, canonical: &Canonical<'_>, sink: &mut impl Sink) {
        sink.write(canonical.request.method().as_str().as_bytes());
        for name in ["content-md5", "content-type"] {
            sink.write(b"\n");
            emit_values(canonical, name, sink);
        }
        sink.write(b"\n");
        match self.placement {
            Placement::Header(_, signed_at) => HttpDate(signed_at).emit(sink),
            Placement::Query(expires_at) => decimal(expires_at.unix_seconds(), sink),
        }
        sink.write(b"\n");
        canonical.emit_headers(is_oss_header, sink);
        self.emit_canonicalized_resource(canonical, sink);
    }

    /// Bucket, key and sub-resources as raw text: V1 encodes nothing.
    fn emit_canonicalized_resource(&self, canonical: &Canonical<'_>, sink: &mut impl Sink) {
        sink.write(b"/");
        if let Some(bucket) = canonical.request.resource().bucket() {
            sink.write(bucket.as_str().as_bytes());
            sink.write(b"/");
        }
        if let Some(key) = canonical.request.resource().key() {
            sink.write(key.as_str().as_bytes());
        }
        let mut separator: &[u8] = b"?";
        for parameter in canonical.parameters() {
            let (name, value) = match parameter {
                Parameter::Own(parameter::SECURITY_TOKEN, name) => {
                    (name, canonical.security_token.unwrap_or_default().0)
                }
                Parameter::Own(..) => continue,
                Parameter::Callers(name, value) => (name, value),
            };
            if !is_sub_resource(name) && !self.sub_resources.contains(&name) {
                continue;
            }
            sink.write(separator);
            separator = b"&";
            sink.write(name.as_bytes());
            if !value.is_empty() {
                sink.write(b"=");
                sink.write(value.as_bytes());
            }
        }
    }

    pub(crate) fn emit_parameter(
        &self,
        canonical: &Canonical<'_>,
        index: u8,
        signature: Option<&Signature>,
        sink: &mut impl Sink,
    ) {
        match (index, self.placement, signature) {
            (parameter::EXPIRES, Placement::Query(expires_at), _) => {
                decimal(expires_at.unix_seconds(), sink);
            }
            (parameter::ACCESS_KEY_ID, ..) => percent_encoded(canonical.access_key_id, sink),
            (parameter::SIGNATURE, _, Some(signature)) => signature.emit_percent_encoded(sink),
            _ => percent_encoded(canonical.security_token.unwrap_or_default().0, sink),
        }
    }

    pub(crate) fn emit_header(&self, canonical: &Canonical<'_>, index: u8, sink: &mut impl Sink) {
        match (index, self.placement) {
            (header::DATE, Placement::Header(_, signed_at)) => HttpDate(signed_at).emit(sink),
            _ => sink.write(canonical.security_token.unwrap_or_default().0.as_bytes()),
        }
    }
}

pub(crate) fn emit_authorization(
    canonical: &Canonical<'_>,
    signature: &Signature,
    sink: &mut impl Sink,
) {
    sink.write(b"OSS ");
    sink.write(canonical.access_key_id.as_bytes());
    sink.write(b":");
    signature.emit(sink);
}

/// The values of a header, joined as in the canonical headers; nothing if there is none.
fn emit_values(canonical: &Canonical<'_>, name: &str, sink: &mut impl Sink) {
    let named = canonical.headers().filter(|header| header.name().eq_ignore_ascii_case(name));
    for (position, header) in named.enumerate() {
        if position > 0 {
            sink.write(b",");
        }
        canonical.emit_header_value(header, sink);
    }
}
