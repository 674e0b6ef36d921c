//! A request that is about to be signed.

use crate::canonical::{Form, Header, Parameter, Subject, emit_parameters};
use crate::credentials::{Credentials, Redacted};
use crate::encode::percent_encoded_path;
use crate::endpoint::{Endpoint, HostHeader};
use crate::error::SignError;
use crate::header::Headers;
use crate::order::Order;
use crate::query::{KnownNames, Parameters};
use crate::request::Request;
use crate::signature::Signature;
use crate::sink::{Emit, Sink, text_output};
#[cfg(feature = "v1")]
use crate::v1;
use crate::v4;

/// A request and those who sign it: checked, and sorted as it is signed.
#[derive(Clone, Debug)]
pub(crate) struct Signable<'a> {
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

impl<'a> Signable<'a> {
    /// Neither checked nor sorted yet: [`sort`](Self::sort) does it where the value is, as small
    /// devices have little stack for moves.
    pub(crate) fn unsorted(
        request: &Request<'a>,
        credentials: &Credentials<'a>,
        rules: Rules<'a>,
    ) -> Self {
        Self {
            request: *request,
            access_key_id: credentials.access_key_id(),
            security_token: credentials.security_token().map(Redacted),
            rules,
            query: Order::empty(),
            headers: Order::empty(),
        }
    }

    /// Checks the request, and sorts its query and its headers.
    pub(crate) fn sort(&mut self) -> Result<(), SignError> {
        let Self { request, security_token, rules, query, headers, .. } = self;
        let has_token = security_token.is_some();
        match rules {
            Rules::V4(rules) => rules.check(request, has_token, query, headers),
            #[cfg(feature = "v1")]
            Rules::V1(rules) => rules.check(request, has_token, query, headers),
        }
    }

    /// The caller's headers that are signed.
    pub(crate) fn callers_headers(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let headers = Headers { own: self.own_headers(), request: &self.request };
        self.headers.iter().filter_map(move |index| headers.callers(index))
    }

    /// The query with all that is sent, a question mark before it.
    pub(crate) fn emit_query(
        &self,
        mut emit_signature: impl FnMut(&mut Sink<'_>),
        sink: &mut Sink<'_>,
    ) {
        match &self.rules {
            Rules::V4(rules) => {
                let emit_own = |own, sink: &mut Sink<'_>| match v4::Rules::is_signature(own) {
                    true => emit_signature(sink),
                    false => rules.emit_parameter(self, own, sink),
                };
                let parameters = self.parameters_among(v4::PARAMETERS);
                emit_parameters(parameters, Form::Encoded, Some(b'?'), emit_own, sink);
            }
            #[cfg(feature = "v1")]
            Rules::V1(rules) => {
                let emit_own = |own, sink: &mut Sink<'_>| match v1::Rules::is_signature(own) {
                    true => emit_signature(sink),
                    false => rules.emit_parameter(self, own, Form::Encoded, sink),
                };
                let parameters = self.parameters_among(v1::PARAMETERS);
                emit_parameters(parameters, Form::Encoded, Some(b'?'), emit_own, sink);
            }
        }
    }

    pub(crate) fn emit_string_to_sign(&self, sink: &mut Sink<'_>) {
        match &self.rules {
            Rules::V4(rules) => rules.emit_string_to_sign(&v4::canonical_hash(self), sink),
            #[cfg(feature = "v1")]
            Rules::V1(rules) => rules.emit_string_to_sign(self, sink),
        }
    }

    pub(crate) fn emit_authorization(&self, signature: &Signature, sink: &mut Sink<'_>) {
        match &self.rules {
            Rules::V4(rules) => rules.emit_authorization(self, signature, sink),
            #[cfg(feature = "v1")]
            Rules::V1(_) => v1::emit_authorization(self, signature, sink),
        }
    }

    /// The security token; nothing if there is none.
    pub(crate) fn security_token(&self) -> &'a str {
        self.security_token.map_or("", |Redacted(token)| token)
    }

    /// The time of signing, in the form of the header that carries it.
    pub(crate) fn emit_date(&self, sink: &mut Sink<'_>) {
        match &self.rules {
            Rules::V4(rules) => rules.date().emit(sink),
            #[cfg(feature = "v1")]
            Rules::V1(rules) => rules.emit(sink),
        }
    }

    /// The header that carries the time of signing.
    pub(crate) fn date_header(&self) -> &'static str {
        match &self.rules {
            Rules::V4(rules) => rules.date_header(),
            #[cfg(feature = "v1")]
            Rules::V1(rules) => rules.date_header(),
        }
    }

    /// The value of `x-oss-content-sha256`, which V1 does not have.
    pub(crate) fn content_sha256(&self) -> Option<&'static str> {
        match &self.rules {
            Rules::V4(_) => Some(v4::UNSIGNED_PAYLOAD),
            #[cfg(feature = "v1")]
            Rules::V1(_) => None,
        }
    }

    fn all_parameters(&self) -> impl Iterator<Item = Parameter<u8, &'a str>> {
        let known = match &self.rules {
            Rules::V4(_) => v4::PARAMETERS,
            #[cfg(feature = "v1")]
            Rules::V1(_) => v1::PARAMETERS,
        };
        self.parameters_among(known)
    }

    fn parameters_among(&self, known: KnownNames) -> impl Iterator<Item = Parameter<u8, &'a str>> {
        let parameters = Parameters { known, request: &self.request };
        self.query.iter().map(move |index| parameters.parameter(index))
    }

    fn own_headers(&self) -> &'static [&'static str] {
        match &self.rules {
            Rules::V4(_) => v4::HEADERS,
            #[cfg(feature = "v1")]
            Rules::V1(_) => v1::HEADERS,
        }
    }
}

impl<'a> Subject for Signable<'a> {
    type Text = &'a str;
    type Own = u8;

    fn method(&self) -> &str {
        self.request.method().as_str()
    }

    fn emit_resource(&self, form: Form, sink: &mut Sink<'_>) {
        if let Some(resource) = self.request.overridden_canonical_resource() {
            return percent_encoded_path(resource.as_bytes(), sink);
        }
        sink.write(b"/");
        if let Some(bucket) = self.request.resource().bucket() {
            sink.write(bucket.as_str().as_bytes());
            sink.write(b"/");
        }
        match (self.request.resource().key(), form) {
            (None, _) => {}
            (Some(key), Form::Encoded) => percent_encoded_path(key.as_str().as_bytes(), sink),
            #[cfg(feature = "v1")]
            (Some(key), Form::Raw) => sink.write(key.as_str().as_bytes()),
        }
    }

    fn parameters(&self) -> impl Iterator<Item = Parameter<u8, &'a str>> {
        self.all_parameters().filter(|parameter| match (parameter, &self.rules) {
            (Parameter::Given(..), _) => true,
            (Parameter::Own(own), Rules::V4(_)) => !v4::Rules::is_signature(*own),
            #[cfg(feature = "v1")]
            (Parameter::Own(own), Rules::V1(_)) => v1::Rules::is_signed(*own),
        })
    }

    fn emit_own_parameter(&self, own: u8, form: Form, sink: &mut Sink<'_>) {
        match (&self.rules, form) {
            (Rules::V4(rules), _) => rules.emit_parameter(self, own, sink),
            #[cfg(feature = "v1")]
            (Rules::V1(rules), form) => rules.emit_parameter(self, own, form, sink),
        }
    }

    fn headers(&self) -> impl Iterator<Item = Header<'_, u8>> {
        let headers = Headers { own: self.own_headers(), request: &self.request };
        self.headers.iter().map(move |index| headers.header(index))
    }

    fn may_have_additional_headers(&self) -> bool {
        !self.request.all_additional_headers().is_empty()
    }

    fn emit_own_header(&self, own: u8, sink: &mut Sink<'_>) {
        match &self.rules {
            Rules::V4(rules) => rules.emit_header(self, own, sink),
            #[cfg(feature = "v1")]
            Rules::V1(rules) => rules.emit_header(self, own, sink),
        }
    }
}

/// The URL of a request, with the query just as it is signed.
#[derive(Clone, Copy, Debug)]
pub struct RequestUrl<'s> {
    pub(crate) signable: &'s Signable<'s>,
    pub(crate) endpoint: Endpoint<'s>,
    pub(crate) signature: Signature,
}

impl<'s> RequestUrl<'s> {
    /// The path and the query: for HTTP clients that take them apart from the host.
    #[must_use]
    pub fn path_and_query(&self) -> PathAndQuery<'s> {
        PathAndQuery(*self)
    }

    /// The host, and the port if the endpoint has one.
    #[must_use]
    pub fn host(&self) -> HostHeader<'s> {
        self.endpoint.host(self.signable.request.resource())
    }
}

impl Emit for RequestUrl<'_> {
    fn emit(&self, sink: &mut Sink<'_>) {
        self.endpoint.emit_origin(self.signable.request.resource(), sink);
        self.path_and_query().emit(sink);
    }
}

text_output!(RequestUrl<'_>);

/// The path and the query of a request, just as they are sent.
#[derive(Clone, Copy, Debug)]
pub struct PathAndQuery<'s>(RequestUrl<'s>);

impl Emit for PathAndQuery<'_> {
    fn emit(&self, sink: &mut Sink<'_>) {
        let RequestUrl { signable, endpoint, signature } = &self.0;
        endpoint.emit_path(signable.request.resource(), sink);
        signable.emit_query(|sink| signature.emit_parameter(sink), sink);
    }
}

text_output!(PathAndQuery<'_>);

/// The canonical request of V4, whose hash is signed: for reading, and for comparing with the
/// `CanonicalRequest` that OSS sends with `SignatureDoesNotMatch`.
#[derive(Clone, Copy, Debug)]
pub struct CanonicalRequest<'s>(&'s Signable<'s>);

impl<'s> CanonicalRequest<'s> {
    /// `None` for V1, which has none.
    pub(crate) fn of(signable: &'s Signable<'s>) -> Option<Self> {
        match &signable.rules {
            Rules::V4(_) => Some(Self(signable)),
            #[cfg(feature = "v1")]
            Rules::V1(_) => None,
        }
    }
}

impl Emit for CanonicalRequest<'_> {
    fn emit(&self, sink: &mut Sink<'_>) {
        v4::emit_canonical_request(self.0, sink);
    }
}

text_output!(CanonicalRequest<'_>);

/// The text that is signed: for reading, and for comparing with the `StringToSign` that OSS sends
/// with `SignatureDoesNotMatch`.
#[derive(Clone, Copy, Debug)]
pub struct StringToSign<'s>(pub(crate) &'s Signable<'s>);

impl Emit for StringToSign<'_> {
    fn emit(&self, sink: &mut Sink<'_>) {
        self.0.emit_string_to_sign(sink);
    }
}

text_output!(StringToSign<'_>);
