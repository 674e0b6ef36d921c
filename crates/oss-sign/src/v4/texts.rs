//! What a signing key writes into every signature.

use super::CredentialScope;
use crate::encode::access_key_id_encoded;
#[cfg(target_pointer_width = "64")]
use crate::sink::fill;
use crate::sink::{Emit, Sink};

/// The texts, ready-made. Small devices have no room for them, and put them together each time.
#[derive(Clone)]
pub(super) struct Texts {
    /// As long as the longest region and product allow.
    #[cfg(target_pointer_width = "64")]
    scope: Text<123>,
    /// Three times the longest AccessKey ID, and the scope.
    #[cfg(target_pointer_width = "64")]
    credential: Text<324>,
}

#[cfg(target_pointer_width = "64")]
#[derive(Clone)]
struct Text<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

#[cfg(target_pointer_width = "64")]
impl<const N: usize> Text<N> {
    fn of(emit: impl FnOnce(&mut Sink<'_>)) -> Self {
        let mut bytes = [0; N];
        let length = fill(&mut bytes, emit).unwrap_or(0);
        Self { bytes, length }
    }

    fn emit(&self, sink: &mut Sink<'_>) {
        sink.write(self.bytes.get(..self.length).unwrap_or_default());
    }
}

#[cfg(target_pointer_width = "64")]
impl Texts {
    pub(super) fn of(access_key_id: &str, scope: &CredentialScope) -> Self {
        Self {
            scope: Text::of(|sink| scope.emit(sink)),
            credential: Text::of(|sink| emit_credential(access_key_id, scope, sink)),
        }
    }

    /// The credential scope.
    pub(super) fn emit_scope(&self, _: &CredentialScope, sink: &mut Sink<'_>) {
        self.scope.emit(sink);
    }

    /// The value of `x-oss-credential` in a query.
    pub(super) fn emit_credential(&self, _: &str, _: &CredentialScope, sink: &mut Sink<'_>) {
        self.credential.emit(sink);
    }
}

#[cfg(not(target_pointer_width = "64"))]
impl Texts {
    pub(super) fn of(_: &str, _: &CredentialScope) -> Self {
        Self {}
    }

    /// The credential scope.
    pub(super) fn emit_scope(&self, scope: &CredentialScope, sink: &mut Sink<'_>) {
        scope.emit(sink);
    }

    /// The value of `x-oss-credential` in a query.
    pub(super) fn emit_credential(
        &self,
        access_key_id: &str,
        scope: &CredentialScope,
        sink: &mut Sink<'_>,
    ) {
        emit_credential(access_key_id, scope, sink);
    }
}

fn emit_credential(access_key_id: &str, scope: &CredentialScope, sink: &mut Sink<'_>) {
    access_key_id_encoded(access_key_id, sink);
    sink.write(b"%2F");
    scope.emit_with(b"%2F", sink);
}
