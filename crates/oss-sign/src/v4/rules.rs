//! What signing adds to a request, and what it refuses.

use super::{ALGORITHM, SigningKey, UNSIGNED_PAYLOAD, emit_string_to_sign};
use crate::canonical::{emit_additional_headers, has_additional_headers};
use crate::encode::{decimal, encoded_order, percent_encoded};
use crate::error::SignError;
use crate::header::{DateHeader, Headers, is_signed_by_default};
use crate::order::Order;
use crate::query::{KnownNames, Parameters};
use crate::request::Request;
use crate::signable::Signable;
use crate::signature::Signature;
use crate::sink::{Emit, Sink, encoded};
use crate::time::DateText;

/// The parameters of a presigned URL, sorted; [`parameter`] has the indexes of those that are the
/// signature's.
pub(crate) const PARAMETERS: KnownNames = KnownNames {
    sorted: &[
        "versionId",
        "x-oss-additional-headers",
        "x-oss-credential",
        "x-oss-date",
        "x-oss-expires",
        "x-oss-process",
        "x-oss-security-token",
        "x-oss-signature",
        "x-oss-signature-version",
    ],
    version_id: 0,
    process: 5,
};

mod parameter {
    pub(super) const ADDITIONAL_HEADERS: u8 = 1;
    pub(super) const CREDENTIAL: u8 = 2;
    pub(super) const DATE: u8 = 3;
    pub(super) const EXPIRES: u8 = 4;
    pub(super) const SECURITY_TOKEN: u8 = 6;
    pub(super) const SIGNATURE: u8 = 7;
    pub(super) const SIGNATURE_VERSION: u8 = 8;

    /// A bit for each that is in every presigned URL.
    pub(super) const ALWAYS: u16 =
        1 << CREDENTIAL | 1 << DATE | 1 << EXPIRES | 1 << SIGNATURE | 1 << SIGNATURE_VERSION;
}

/// The headers that signing by headers adds and signs, sorted; [`header`] has their indexes.
pub(crate) const HEADERS: &[&str] = &["x-oss-content-sha256", "x-oss-date", "x-oss-security-token"];

mod header {
    pub(super) const CONTENT_SHA256: u8 = 0;
    pub(super) const DATE: u8 = 1;
    pub(super) const SECURITY_TOKEN: u8 = 2;
}

/// What V4 does in its own way.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules<'a> {
    pub(super) key: &'a SigningKey,
    /// The time of signing, in the form of what carries it: signed as it is sent.
    pub(super) date: DateText,
    pub(super) placement: Placement,
}

/// Where the signature goes, and with it the time of signing.
#[derive(Clone, Copy, Debug)]
pub(super) enum Placement {
    /// Into the header `Authorization`.
    Header(DateHeader),
    /// Into the query, with the validity in seconds.
    Query { expires: u32 },
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
        if request.overridden_canonical_resource().is_some_and(|text| !text.starts_with('/')) {
            return Err(SignError::CanonicalResource);
        }
        let has_additional_headers = check_additional_headers(request)?;
        self.sort_query(request, has_token, has_additional_headers, query)?;
        self.sort_headers(request, has_token, headers)?;
        check_headers_against_query(request, query)
    }

    fn sort_query(
        &self,
        request: &Request<'_>,
        has_token: bool,
        has_additional_headers: bool,
        order: &mut Order,
    ) -> Result<(), SignError> {
        let added = match self.placement {
            Placement::Header(_) => 0,
            Placement::Query { .. } => {
                // An empty list is an error to OSS (EC 0002-00000076).
                parameter::ALWAYS
                    | u16::from(has_additional_headers) << parameter::ADDITIONAL_HEADERS
                    | u16::from(has_token) << parameter::SECURITY_TOKEN
            }
        };
        let parameters = Parameters { known: PARAMETERS, request };
        parameters
            .sorted(order, added, |left, right| encoded_order(left.as_bytes(), right.as_bytes()))
    }

    fn sort_headers(
        &self,
        request: &Request<'_>,
        has_token: bool,
        order: &mut Order,
    ) -> Result<(), SignError> {
        let (present, reserved): ([Option<u8>; 3], &[&str]) = match self.placement {
            // A presigned URL signs those too if the holder is to send them, as any `x-oss-*`.
            Placement::Query { .. } => ([None; 3], &["authorization"]),
            Placement::Header(date_header) => (
                [
                    Some(header::CONTENT_SHA256),
                    (date_header == DateHeader::XOssDate).then_some(header::DATE),
                    has_token.then_some(header::SECURITY_TOKEN),
                ],
                match date_header {
                    DateHeader::XOssDate => &[
                        "authorization",
                        "x-oss-content-sha256",
                        "x-oss-date",
                        "x-oss-security-token",
                    ],
                    DateHeader::Date => &[
                        "authorization",
                        "date",
                        "x-oss-content-sha256",
                        "x-oss-date",
                        "x-oss-security-token",
                    ],
                },
            ),
        };
        Headers { own: HEADERS, request }.sorted(
            order,
            present.into_iter().flatten(),
            reserved,
            |name| is_signed(request, name),
        )
    }

    pub(crate) fn emit_string_to_sign(&self, canonical_hash: &[u8; 32], sink: &mut Sink<'_>) {
        emit_string_to_sign(self.date.as_bytes(), self.key.scope(), canonical_hash, sink);
    }

    /// The time of signing, in the form of what carries it.
    pub(crate) fn date(&self) -> &DateText {
        &self.date
    }

    pub(crate) fn date_header(&self) -> &'static str {
        match self.placement {
            Placement::Header(date_header) => date_header.name(),
            Placement::Query { .. } => DateHeader::XOssDate.name(),
        }
    }

    pub(crate) fn is_signature(own: u8) -> bool {
        own == parameter::SIGNATURE
    }

    /// Name and value; the values of V4 are signed as they are sent.
    pub(crate) fn emit_parameter(&self, signable: &Signable<'_>, own: u8, sink: &mut Sink<'_>) {
        match own {
            parameter::ADDITIONAL_HEADERS => {
                sink.write(b"x-oss-additional-headers=");
                // A name may have characters that a URL may not: RFC 9110 lets `|` and others be.
                encoded::<64>(sink, percent_encoded, |sink| {
                    emit_additional_headers(signable, sink);
                });
            }
            parameter::CREDENTIAL => {
                sink.write(b"x-oss-credential=");
                self.key.emit_credential(sink);
            }
            parameter::DATE => {
                sink.write(b"x-oss-date=");
                self.date.emit(sink);
            }
            parameter::EXPIRES => {
                sink.write(b"x-oss-expires=");
                if let Placement::Query { expires } = self.placement {
                    decimal(expires, sink);
                }
            }
            parameter::SECURITY_TOKEN => {
                sink.write(b"x-oss-security-token=");
                percent_encoded(signable.security_token().as_bytes(), sink);
            }
            _ => {
                sink.write(b"x-oss-signature-version=");
                sink.write(ALGORITHM.as_bytes());
            }
        }
    }

    pub(crate) fn emit_header(&self, signable: &Signable<'_>, own: u8, sink: &mut Sink<'_>) {
        match own {
            header::CONTENT_SHA256 => sink.write(UNSIGNED_PAYLOAD.as_bytes()),
            header::DATE => self.date.emit(sink),
            _ => sink.write(signable.security_token().as_bytes()),
        }
    }

    pub(crate) fn emit_authorization(
        &self,
        signable: &Signable<'_>,
        signature: &Signature,
        sink: &mut Sink<'_>,
    ) {
        sink.write(ALGORITHM.as_bytes());
        sink.write(b" Credential=");
        sink.write(signable.access_key_id.as_bytes());
        sink.write(b"/");
        self.key.emit_scope(sink);
        // An empty list is an error to OSS (EC 0002-00000209).
        if has_additional_headers(signable) {
            sink.write(b",AdditionalHeaders=");
            emit_additional_headers(signable, sink);
        }
        sink.write(b",Signature=");
        signature.emit(sink);
    }
}

/// Each additional header must be there to be signed, but for those that are signed anyway and so
/// are not listed. Returns whether any is to be listed.
fn check_additional_headers(request: &Request<'_>) -> Result<bool, SignError> {
    let mut any = false;
    for (position, name) in request.all_additional_headers().iter().enumerate() {
        if is_signed_by_default(name) {
            continue;
        }
        if name.bytes().any(|byte| byte == b'_') {
            return Err(SignError::AdditionalHeaderUnderscore(position));
        }
        if !request.all_headers().iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
            return Err(SignError::AdditionalHeaderMissing(position));
        }
        any = true;
    }
    Ok(any)
}

/// Whether a header of the caller's is signed.
fn is_signed(request: &Request<'_>, name: &str) -> bool {
    let is_same = |other: &&str| name.eq_ignore_ascii_case(other);
    is_signed_by_default(name) || request.all_additional_headers().iter().any(is_same)
}

/// OSS refuses a signed header that is a query parameter too, with another value.
fn check_headers_against_query(request: &Request<'_>, query: &Order) -> Result<(), SignError> {
    let parameters = Parameters { known: PARAMETERS, request };
    for (position, (name, _)) in request.all_headers().iter().enumerate() {
        let mut names = query.iter().map(|index| parameters.name(index));
        if is_signed(request, name) && names.any(|other| other.eq_ignore_ascii_case(name)) {
            return Err(SignError::HeaderIsParameter(position));
        }
    }
    Ok(())
}
