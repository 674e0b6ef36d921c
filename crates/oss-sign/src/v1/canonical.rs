//! The string to sign.

use super::sub_resource::is_sub_resource;
use crate::canonical::{
    Form, Parameter, Subject, Text, emit_header_value, emit_headers, emit_parameters,
};
use crate::header::is_oss_header;
use crate::sink::{Emit, Sink};

/// Method, `Content-MD5`, `Content-Type` and date, a line each; the canonicalized OSS headers; the
/// canonicalized resource.
///
/// `extra` are the names of sub-resources beyond the table.
pub(crate) fn emit_string_to_sign<S: Subject>(
    subject: &S,
    date: &impl Emit,
    extra: &[&str],
    sink: &mut Sink<'_>,
) {
    sink.write(subject.method().as_bytes());
    sink.write(b"\n");
    emit_values(subject, "content-md5", sink);
    sink.write(b"\n");
    emit_values(subject, "content-type", sink);
    sink.write(b"\n");
    date.emit(sink);
    sink.write(b"\n");
    emit_headers(subject, is_oss_header, sink);
    subject.emit_resource(Form::Raw, sink);
    let sub_resources = subject.parameters().filter(|parameter| match parameter {
        // The security token: what else the signature adds is not among what is signed.
        Parameter::Own(_) => true,
        Parameter::Given(name, _) => {
            is_sub_resource(*name) || extra.iter().any(|extra| name.bytes().eq(extra.bytes()))
        }
    });
    emit_parameters(
        sub_resources,
        Form::Raw,
        Some(b'?'),
        |own, sink| subject.emit_own_parameter(own, Form::Raw, sink),
        sink,
    );
}

/// The values of a header, joined as in the canonical headers; nothing if there is none.
fn emit_values(subject: &impl Subject, name: &str, sink: &mut Sink<'_>) {
    let named = subject.headers().filter(|header| header.name().eq_ignore_ascii_case(name));
    for (position, header) in named.enumerate() {
        if position > 0 {
            sink.write(b",");
        }
        emit_header_value(subject, header, sink);
    }
}
