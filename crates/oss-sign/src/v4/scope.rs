//! The credential scope.

use crate::region::{Product, Region};
use crate::sink::{Emit, Sink, text_output};

/// The last part of the credential scope.
pub(crate) const TERMINATOR: &str = "aliyun_v4_request";

/// What a signing key is valid for: a UTC day, a region and a product.
///
/// Its text is `20231114/cn-hangzhou/oss/aliyun_v4_request`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialScope {
    pub(crate) date: [u8; 8],
    pub(crate) region: Region,
    pub(crate) product: Product,
}

impl CredentialScope {
    /// The region.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The product.
    #[must_use]
    pub fn product(&self) -> &Product {
        &self.product
    }

    /// What the key is derived from, in order.
    pub(super) fn parts(&self) -> [&[u8]; 4] {
        let (region, product) = (self.region.as_str(), self.product.as_str());
        [&self.date, region.as_bytes(), product.as_bytes(), TERMINATOR.as_bytes()]
    }

    pub(super) fn emit_with<const N: usize>(&self, separator: &[u8; N], sink: &mut Sink<'_>) {
        sink.write(&self.date);
        sink.write(separator);
        sink.write(self.region.as_str().as_bytes());
        sink.write(separator);
        sink.write(self.product.as_str().as_bytes());
        sink.write(separator);
        sink.write(TERMINATOR.as_bytes());
    }
}

impl Emit for CredentialScope {
    fn emit(&self, sink: &mut Sink<'_>) {
        self.emit_with(b"/", sink);
    }
}

text_output!(CredentialScope);
