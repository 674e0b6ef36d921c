//! The canonical request and the string to sign.

use hmac::digest::Digest as _;
use sha2::Sha256;

use super::{ALGORITHM, UNSIGNED_PAYLOAD};
use crate::canonical::{Form, Subject, emit_additional_headers, emit_headers, emit_parameters};
use crate::signature::emit_hex;
use crate::sink::{Digest, Emit, Sink};

/// Six parts, a line end between them. The canonical headers end with a line end of their own, so
/// an empty line follows them.
pub(crate) fn emit_canonical_request(subject: &impl Subject, sink: &mut impl Sink) {
    sink.write(subject.method().as_bytes());
    sink.write(b"\n");
    subject.emit_resource(Form::Encoded, sink);
    sink.write(b"\n");
    emit_parameters(
        subject.parameters(),
        Form::Encoded,
        b"",
        |own, sink| subject.emit_own_parameter(own, Form::Encoded, sink),
        sink,
    );
    sink.write(b"\n");
    emit_headers(subject, |_| true, sink);
    sink.write(b"\n");
    emit_additional_headers(subject, b";", sink);
    sink.write(b"\n");
    sink.write(UNSIGNED_PAYLOAD.as_bytes());
}

/// Algorithm, time of signing, credential scope, and the hash of the canonical request.
pub(crate) fn emit_string_to_sign(
    subject: &impl Subject,
    time: &impl Emit,
    scope: &impl Emit,
    sink: &mut impl Sink,
) {
    sink.write(ALGORITHM.as_bytes());
    sink.write(b"\n");
    time.emit(sink);
    sink.write(b"\n");
    scope.emit(sink);
    sink.write(b"\n");
    let mut hash = Sha256::new();
    emit_canonical_request(subject, &mut Digest(&mut hash));
    emit_hex(&hash.finalize().into(), sink);
}
