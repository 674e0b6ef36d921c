//! The canonical request and the string to sign.

use super::{ALGORITHM, CredentialScope, UNSIGNED_PAYLOAD};
use crate::canonical::{Form, Subject, emit_additional_headers, emit_headers, emit_parameters};
use crate::encode::hex;
use crate::hash::{Sha256, hash};
use crate::sink::{Emit, Sink};

/// Six parts, a line end between them. The canonical headers end with a line end of their own, so
/// an empty line follows them.
pub(crate) fn emit_canonical_request(subject: &impl Subject, sink: &mut Sink<'_>) {
    sink.write(subject.method().as_bytes());
    sink.write(b"\n");
    subject.emit_resource(Form::Encoded, sink);
    sink.write(b"\n");
    emit_parameters(
        subject.parameters(),
        Form::Encoded,
        None,
        |own, sink| subject.emit_own_parameter(own, Form::Encoded, sink),
        sink,
    );
    sink.write(b"\n");
    emit_after_query(subject, sink);
}

/// The last three parts of the canonical request.
pub(crate) fn emit_after_query(subject: &impl Subject, sink: &mut Sink<'_>) {
    emit_headers(subject, |_| true, sink);
    sink.write(b"\n");
    emit_additional_headers(subject, sink);
    sink.write(b"\n");
    sink.write(UNSIGNED_PAYLOAD.as_bytes());
}

/// The hash of the canonical request.
pub(crate) fn canonical_hash(subject: &impl Subject) -> [u8; 32] {
    hash::<Sha256>(|sink| emit_canonical_request(subject, sink))
}

/// Algorithm, time of signing, credential scope, and the hash of the canonical request.
pub(crate) fn emit_string_to_sign(
    date: &[u8],
    scope: &CredentialScope,
    canonical_hash: &[u8; 32],
    sink: &mut Sink<'_>,
) {
    emit_before_hash(|sink| sink.write(date), |sink| scope.emit(sink), sink);
    hex(canonical_hash, sink);
}

/// The string to sign up to the hash.
pub(crate) fn emit_before_hash(
    emit_date: impl FnOnce(&mut Sink<'_>),
    emit_scope: impl FnOnce(&mut Sink<'_>),
    sink: &mut Sink<'_>,
) {
    sink.write(ALGORITHM.as_bytes());
    sink.write(b"\n");
    emit_date(sink);
    sink.write(b"\n");
    emit_scope(sink);
    sink.write(b"\n");
}
