//! The canonical form of a request: what is signed of it.
//!
//! It is written here once, for a request that is about to be signed and for one that was received
//! and is to be verified. What differs is where the parts come from: that is [`Subject`].

use crate::encode::{lower_cased, percent_encoded};
use crate::header::is_signed_by_default;
use crate::sink::Sink;

/// A request whose canonical form can be written. Parameters and signed headers come sorted.
pub(crate) trait Subject {
    /// Names and values of parameters that the signature has not added.
    type Text: Text;
    /// What the signature has added, by its index in a table.
    type Own: Copy;

    /// The method in capitals.
    fn method(&self) -> &str;

    /// `/`, `/BUCKET/` or `/BUCKET/KEY`, whatever the host.
    fn emit_resource(&self, form: Form, sink: &mut Sink<'_>);

    /// The parameters, but for the signature.
    fn parameters(&self) -> impl Iterator<Item = Parameter<Self::Own, Self::Text>>;

    /// Name and value of a parameter that the signature has added.
    fn emit_own_parameter(&self, own: Self::Own, form: Form, sink: &mut Sink<'_>);

    /// The headers that are signed.
    fn headers(&self) -> impl Iterator<Item = Header<'_, Self::Own>>;

    /// Whether any of them may be one that OSS does not sign by itself.
    fn may_have_additional_headers(&self) -> bool;

    /// The value of a header that the signature has added.
    fn emit_own_header(&self, own: Self::Own, sink: &mut Sink<'_>);
}

/// How V1 (raw) and V4 (encoded) sign names and values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    #[cfg(feature = "v1")]
    Raw,
    Encoded,
}

/// A name or a value: as the caller gave it, or as it came over the wire.
pub(crate) trait Text: Copy {
    /// What it means, byte for byte.
    #[cfg(any(feature = "v1", feature = "verify"))]
    fn bytes(self) -> impl Iterator<Item = u8>;
    /// Lets `read` read what it means, if that is at most `N` bytes.
    #[cfg(any(feature = "v1", feature = "verify"))]
    fn read<const N: usize, T>(self, read: impl FnOnce(&[u8]) -> Option<T>) -> Option<T>;
    fn is_empty(self) -> bool;
    fn emit(self, form: Form, sink: &mut Sink<'_>);
}

impl Text for &str {
    #[cfg(any(feature = "v1", feature = "verify"))]
    fn bytes(self) -> impl Iterator<Item = u8> {
        str::bytes(self)
    }

    #[cfg(any(feature = "v1", feature = "verify"))]
    fn read<const N: usize, T>(self, read: impl FnOnce(&[u8]) -> Option<T>) -> Option<T> {
        if self.len() <= N { read(self.as_bytes()) } else { None }
    }

    fn is_empty(self) -> bool {
        str::is_empty(self)
    }

    fn emit(self, form: Form, sink: &mut Sink<'_>) {
        match form {
            #[cfg(feature = "v1")]
            Form::Raw => sink.write(self.as_bytes()),
            Form::Encoded => percent_encoded(self.as_bytes(), sink),
        }
    }
}

/// A parameter of the query.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Parameter<O, T> {
    /// Added by the signature.
    Own(O),
    /// Name and value.
    Given(T, T),
}

/// A header that is signed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Header<'h, O> {
    /// Added by the signature: its name in lower case.
    Own(O, &'static str),
    /// Name in any case, and value without white space around it.
    Given(&'h str, &'h [u8]),
}

impl<'h, O> Header<'h, O> {
    pub(crate) fn name(&self) -> &'h str {
        match *self {
            Self::Own(_, name) => name,
            Self::Given(name, _) => name,
        }
    }
}

/// Parameters with `&` between them, and `first`, if any, before the first one.
///
/// An empty value is none: OSS signs `acl` for `acl=` too.
pub(crate) fn emit_parameters<O>(
    parameters: impl Iterator<Item = Parameter<O, impl Text>>,
    form: Form,
    first: Option<u8>,
    mut emit_own: impl FnMut(O, &mut Sink<'_>),
    sink: &mut Sink<'_>,
) {
    let mut separator = first;
    for parameter in parameters {
        if let Some(separator) = separator {
            sink.write(&[separator]);
        }
        separator = Some(b'&');
        match parameter {
            Parameter::Own(own) => emit_own(own, sink),
            Parameter::Given(name, value) => {
                name.emit(form, sink);
                if !value.is_empty() {
                    sink.write(b"=");
                    value.emit(form, sink);
                }
            }
        }
    }
}

/// The canonical headers whose names are `wanted`: a line each. The values of a header that occurs
/// more than once are joined by commas, as the Go SDK v2 does.
pub(crate) fn emit_headers<S: Subject>(
    subject: &S,
    wanted: impl Fn(&str) -> bool,
    sink: &mut Sink<'_>,
) {
    let mut previous: Option<&str> = None;
    for header in subject.headers().filter(|header| wanted(header.name())) {
        let name = header.name();
        if previous.is_some_and(|previous| previous.eq_ignore_ascii_case(name)) {
            sink.write(b",");
        } else {
            if previous.is_some() {
                sink.write(b"\n");
            }
            match header {
                Header::Own(_, name) => sink.write(name.as_bytes()),
                Header::Given(name, _) => lower_cased(name, sink),
            }
            sink.write(b":");
        }
        emit_header_value(subject, header, sink);
        previous = Some(name);
    }
    if previous.is_some() {
        sink.write(b"\n");
    }
}

pub(crate) fn emit_header_value<S: Subject>(
    subject: &S,
    header: Header<'_, S::Own>,
    sink: &mut Sink<'_>,
) {
    match header {
        Header::Own(own, _) => subject.emit_own_header(own, sink),
        Header::Given(_, value) => sink.write(value),
    }
}

/// Whether there are signed headers that OSS does not sign by itself.
pub(crate) fn has_additional_headers(subject: &impl Subject) -> bool {
    subject.may_have_additional_headers()
        && subject.headers().any(|header| !is_signed_by_default(header.name()))
}

/// The lower-case names of the signed headers that OSS does not sign by itself.
pub(crate) fn emit_additional_headers(subject: &impl Subject, sink: &mut Sink<'_>) {
    if !subject.may_have_additional_headers() {
        return;
    }
    let mut previous: Option<&str> = None;
    for header in subject.headers().filter(|header| !is_signed_by_default(header.name())) {
        match previous {
            Some(previous) if previous.eq_ignore_ascii_case(header.name()) => continue,
            Some(_) => sink.write(b";"),
            None => {}
        }
        lower_cased(header.name(), sink);
        previous = Some(header.name());
    }
}
