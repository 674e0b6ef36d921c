//! What a signing key writes into every signature.

use super::CredentialScope;
use crate::encode::access_key_id_encoded;
use crate::sink::{Emit, Sink, fill};

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

/// A text that is kept.
#[derive(Clone)]
pub(super) struct Text<const N: usize> {
    bytes: [u8; N],
    length: usize,
}

impl<const N: usize> Text<N> {
    #[cfg(target_pointer_width = "64")]
    const EMPTY: Self = Self { bytes: [0; N], length: 0 };

    /// The text that `emit` writes, if it is no longer than `N`.
    pub(super) fn of(emit: impl FnOnce(&mut Sink<'_>)) -> Option<Self> {
        let mut bytes = [0; N];
        let length = fill(&mut bytes, emit)?;
        Some(Self { bytes, length })
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

#[cfg(target_pointer_width = "64")]
impl Texts {
    pub(super) fn of(access_key_id: &str, scope: &CredentialScope) -> Self {
        Self {
            scope: Text::of(|sink| scope.emit(sink)).unwrap_or(Text::EMPTY),
            credential: Text::of(|sink| emit_credential(access_key_id, scope, sink))
                .unwrap_or(Text::EMPTY),
        }
    }

    /// The credential scope.
    pub(super) fn emit_scope(&self, _: &CredentialScope, sink: &mut Sink<'_>) {
        sink.write(self.scope.as_bytes());
    }

    /// The value of `x-oss-credential` in a query.
    pub(super) fn emit_credential(&self, _: &str, _: &CredentialScope, sink: &mut Sink<'_>) {
        sink.write(self.credential.as_bytes());
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
