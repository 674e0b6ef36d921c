//! What is signed of a request, whichever the version of the signature.

use crate::credentials::Redacted;
use crate::encode::lower_cased;
use crate::error::SignError;
use crate::header::{Header, Headers};
use crate::order::Order;
use crate::query::{Parameter, Parameters, emit_parameter};
use crate::request::Request;
use crate::signature::Signature;
use crate::sink::{Emit, Sink, text_output};
#[cfg(feature = "v1")]
use crate::v1;
use crate::{Credentials, v4};

/// A request and those who sign it: checked, and sorted as it is signed.
#[derive(Clone, Debug)]
pub(crate) struct Canonical<'a> {
    pub(crate) request: Request<'a>,
    pub(crate) access_key_id: &'a str,
    pub(crate) security_token: Option<Redacted<'a>>,
    pub(crate) rules: Rules<'a>,
    query: Order,
    headers: Order,
}

/// What the versions of the signature do in different ways.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rules<'a> {
    V4(v4::Rules<'a>),
    #[cfg(feature = "v1")]
    V1(v1::Rules<'a>),
}

impl<'a> Canonical<'a> {
    pub(crate) fn new(
        request: &Request<'a>,
        credentials: &Credentials<'a>,
        rules: Rules<'a>,
    ) -> Result<Self, SignError> {
        let has_token = credentials.security_token().is_some();
        let (query, headers) = match &rules {
            Rules::V4(rules) => rules.check(request, has_token)?,
            #[cfg(feature = "v1")]
            Rules::V1(rules) => rules.check(request, has_token)?,
        };
        Ok(Self {
            request: *request,
            access_key_id: credentials.access_key_id(),
            security_token: credentials.security_token().map(Redacted),
            rules,
            query,
            headers,
        })
    }

    pub(crate) fn parameters(&self) -> impl Iterator<Item = Parameter<'a>> {
        let own = match &self.rules {
            Rules::V4(_) => v4::PARAMETERS,
            #[cfg(feature = "v1")]
            Rules::V1(_) => v1::PARAMETERS,
        };
        let parameters = Parameters { own, request: &self.request };
        self.query.iter().map(move |index| parameters.parameter(index))
    }

    pub(crate) fn headers(&self) -> impl Iterator<Item = Header<'a>> {
        let own = match &self.rules {
            Rules::V4(_) => v4::HEADERS,
            #[cfg(feature = "v1")]
            Rules::V1(_) => v1::HEADERS,
        };
        let headers = Headers { own, request: &self.request };
        self.headers.iter().map(move |index| headers.header(index))
    }

    /// The caller's headers that are signed.
    pub(crate) fn callers_headers(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.headers().filter_map(|header| match header {
            Header::Own(..) => None,
            Header::Callers(name, value) => Some((name, value)),
        })
    }

    /// The query as it is sent; without a signature as V4 signs it.
    pub(crate) fn emit_query(&self, signature: Option<&Signature>, sink: &mut impl Sink) {
        let mut separator: &[u8] = b"";
        for parameter in self.parameters() {
            if signature.is_none() && parameter.name() == v4::SIGNATURE_PARAMETER {
                continue;
            }
            sink.write(separator);
            separator = b"&";
            match parameter {
                Parameter::Own(index, name) => {
                    sink.write(name.as_bytes());
                    sink.write(b"=");
                    match &self.rules {
                        Rules::V4(rules) => rules.emit_parameter(self, index, signature, sink),
                        #[cfg(feature = "v1")]
                        Rules::V1(rules) => rules.emit_parameter(self, index, signature, sink),
                    }
                }
                Parameter::Callers(name, value) => emit_parameter(name, value, sink),
            }
        }
    }

    /// The canonical headers whose names are `wanted`: a line each. The values of a header that
    /// occurs more than once are joined by commas, as the Go SDK v2 does.
    pub(crate) fn emit_headers(&self, wanted: impl Fn(&str) -> bool, sink: &mut impl Sink) {
        let mut previous: Option<&str> = None;
        for header in self.headers().filter(|header| wanted(header.name())) {
            let name = header.name();
            if previous.is_some_and(|previous| previous.eq_ignore_ascii_case(name)) {
                sink.write(b",");
            } else {
                if previous.is_some() {
                    sink.write(b"\n");
                }
                lower_cased(name, sink);
                sink.write(b":");
            }
            self.emit_header_value(header, sink);
            previous = Some(name);
        }
        if previous.is_some() {
            sink.write(b"\n");
        }
    }

    pub(crate) fn emit_header_value(&self, header: Header<'_>, sink: &mut impl Sink) {
        match (header, &self.rules) {
            (Header::Callers(_, value), _) => sink.write(value.as_bytes()),
            (Header::Own(index, _), Rules::V4(rules)) => rules.emit_header(self, index, sink),
            #[cfg(feature = "v1")]
            (Header::Own(index, _), Rules::V1(rules)) => rules.emit_header(self, index, sink),
        }
    }

    pub(crate) fn emit_string_to_sign(&self, sink: &mut impl Sink) {
        match &self.rules {
            Rules::V4(rules) => rules.emit_string_to_sign(self, sink),
            #[cfg(feature = "v1")]
            Rules::V1(rules) => rules.emit_string_to_sign(self, sink),
        }
    }

    pub(crate) fn emit_authorization(&self, signature: &Signature, sink: &mut impl Sink) {
        match &self.rules {
            Rules::V4(rules) => rules.emit_authorization(self, signature, sink),
            #[cfg(feature = "v1")]
            Rules::V1(_) => v1::emit_authorization(self, signature, sink),
        }
    }
}

/// The canonical request of V4, whose hash is signed: for reading, and for comparing with the
/// `CanonicalRequest` that OSS sends with `SignatureDoesNotMatch`.
#[derive(Clone, Copy, Debug)]
pub struct CanonicalRequest<'s> {
    canonical: &'s Canonical<'s>,
    rules: &'s v4::Rules<'s>,
}

impl<'s> CanonicalRequest<'s> {
    /// `None` for V1, which has none.
    pub(crate) fn of(canonical: &'s Canonical<'s>) -> Option<Self> {
        match &canonical.rules {
            Rules::V4(rules) => Some(Self { canonical, rules }),
            #[cfg(feature = "v1")]
            Rules::V1(_) => None,
        }
    }
}

impl Emit for CanonicalRequest<'_> {
    fn emit(&self, sink: &mut impl Sink) {
        self.rules.emit_canonical_request(self.canonical, sink);
    }
}

text_output!(CanonicalRequest<'_>);

/// The text that is signed: for reading, and for comparing with the `StringToSign` that OSS sends
/// with `SignatureDoesNotMatch`.
#[derive(Clone, Copy, Debug)]
pub struct StringToSign<'s>(pub(crate) &'s Canonical<'s>);

impl Emit for StringToSign<'_> {
    fn emit(&self, sink: &mut impl Sink) {
        self.0.emit_string_to_sign(sink);
    }
}

text_output!(StringToSign<'_>);
