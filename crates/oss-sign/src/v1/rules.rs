//! What signing adds to a request, and what it refuses.

use super::emit_string_to_sign;
use crate::canonical::{Form, Subject, Text};
use crate::encode::long_decimal;
use crate::error::SignError;
use crate::header::{DateHeader, Headers, is_signed_by_default};
use crate::order::Order;
use crate::query::{KnownNames, Parameters};
use crate::request::Request;
use crate::signable::Signable;
use crate::signature::Signature;
use crate::sink::{Emit, Sink};
use crate::time::{HttpDate, Timestamp};

/// The parameters of a presigned URL, sorted; [`parameter`] has the indexes of those that are the
/// signature's.
pub(crate) const PARAMETERS: KnownNames = KnownNames {
    sorted: &[
        "Expires",
        "OSSAccessKeyId",
        "Signature",
        "security-token",
        "versionId",
        "x-oss-process",
    ],
    version_id: 4,
    process: 5,
};

pub(super) mod parameter {
    pub(in crate::v1) const EXPIRES: u8 = 0;
    pub(in crate::v1) const ACCESS_KEY_ID: u8 = 1;
    pub(in crate::v1) const SIGNATURE: u8 = 2;
    pub(in crate::v1) const SECURITY_TOKEN: u8 = 3;

    /// A bit for each that is in every presigned URL.
    pub(in crate::v1) const ALWAYS: u16 = 1 << EXPIRES | 1 << ACCESS_KEY_ID | 1 << SIGNATURE;
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
    /// Into the query; the instant at which the URL expires, in seconds since 1970.
    Query(u64),
}

impl Rules<'_> {
    /// Checks a request, and sorts its query and its signed headers.
    pub(crate) fn check(
        &self,
        request: &Request<'_>,
        has_token: bool,
        query: &mut Order,
        headers: &mut Order,
    ) -> Result<(), SignError> {
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
        self.sort_query(request, has_token, query)?;
        self.sort_headers(request, has_token, headers)
    }

    fn sort_query(
        &self,
        request: &Request<'_>,
        has_token: bool,
        order: &mut Order,
    ) -> Result<(), SignError> {
        let added = match self.placement {
            Placement::Header(..) => 0,
            Placement::Query(_) => {
                parameter::ALWAYS | u16::from(has_token) << parameter::SECURITY_TOKEN
            }
        };
        let parameters = Parameters { known: PARAMETERS, request };
        parameters.sorted(order, added, str::cmp)
    }

    fn sort_headers(
        &self,
        request: &Request<'_>,
        has_token: bool,
        order: &mut Order,
    ) -> Result<(), SignError> {
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
        headers.sorted(order, present.into_iter().flatten(), reserved, is_signed_by_default)
    }

    pub(crate) fn emit_string_to_sign(&self, subject: &impl Subject, sink: &mut Sink<'_>) {
        emit_string_to_sign(subject, self, self.sub_resources, sink);
    }

    pub(crate) fn date_header(&self) -> &'static str {
        match self.placement {
            Placement::Header(date_header, _) => date_header.name(),
            Placement::Query(_) => DateHeader::Date.name(),
        }
    }

    pub(crate) fn is_signature(own: u8) -> bool {
        own == parameter::SIGNATURE
    }

    /// The security token is; the others stand in other places of the string to sign, or are known
    /// by the signature itself.
    pub(crate) fn is_signed(own: u8) -> bool {
        own == parameter::SECURITY_TOKEN
    }

    pub(crate) fn emit_parameter(
        &self,
        signable: &Signable<'_>,
        own: u8,
        form: Form,
        sink: &mut Sink<'_>,
    ) {
        sink.write(PARAMETERS.get(own).unwrap_or_default().as_bytes());
        sink.write(b"=");
        match own {
            parameter::EXPIRES => self.emit(sink),
            parameter::ACCESS_KEY_ID => Text::emit(signable.access_key_id, form, sink),
            _ => Text::emit(signable.security_token(), form, sink),
        }
    }

    pub(crate) fn emit_header(&self, signable: &Signable<'_>, own: u8, sink: &mut Sink<'_>) {
        match own {
            header::DATE => self.emit(sink),
            _ => sink.write(signable.security_token().as_bytes()),
        }
    }
}

impl Emit for Rules<'_> {
    /// The line of the date.
    fn emit(&self, sink: &mut Sink<'_>) {
        match self.placement {
            Placement::Header(_, signed_at) => HttpDate(signed_at).emit(sink),
            Placement::Query(expires_at) => long_decimal(expires_at, sink),
        }
    }
}

pub(crate) fn emit_authorization(
    signable: &Signable<'_>,
    signature: &Signature,
    sink: &mut Sink<'_>,
) {
    sink.write(b"OSS ");
    sink.write(signable.access_key_id.as_bytes());
    sink.write(b":");
    signature.emit(sink);
}
