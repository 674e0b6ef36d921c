//! Region and product: the parts of the credential scope that the caller knows.

use core::fmt;

use crate::error::{ProductError, RegionError};
use crate::words::position_outside;

/// A region ID such as `cn-hangzhou`: that of the *bucket*, also behind the accelerate endpoint or
/// a CNAME. For a cloud box it is the ID of the cloud box.
///
/// ```
/// use oss_sign::{Region, RegionError};
///
/// assert!(Region::new("cn-hangzhou").is_ok());
/// assert_eq!(Region::new("oss-cn-hangzhou"), Err(RegionError::OssPrefix));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Region(heapless::String<63, u8>);

impl Region {
    /// Checks a region ID.
    ///
    /// # Errors
    ///
    /// It is empty, longer than 63 bytes, begins with `oss-` or has a character outside
    /// `[a-z0-9-]`.
    pub fn new(id: &str) -> Result<Self, RegionError> {
        if id.is_empty() {
            return Err(RegionError::Empty);
        }
        if id.starts_with("oss-") {
            return Err(RegionError::OssPrefix);
        }
        if !is_name(id) {
            return Err(RegionError::Character);
        }
        heapless::String::try_from(id).map(Self).map_err(|_| RegionError::TooLong)
    }

    /// The region ID.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

impl fmt::Display for Region {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

/// The product of the credential scope: `oss` for all but a few.
///
/// ```
/// use oss_sign::Product;
///
/// assert_eq!(Product::default().as_str(), "oss");
/// assert_eq!(Product::cloud_box().as_str(), "oss-cloudbox");
/// assert_eq!(Product::new("osstables")?.as_str(), "osstables");
/// # Ok::<(), oss_sign::ProductError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Product(heapless::String<32, u8>);

impl Product {
    /// Checks a product.
    ///
    /// # Errors
    ///
    /// It is empty, longer than 32 bytes or has a character outside `[a-z0-9-]`.
    pub fn new(product: &str) -> Result<Self, ProductError> {
        if product.is_empty() {
            return Err(ProductError::Empty);
        }
        if !is_name(product) {
            return Err(ProductError::Character);
        }
        heapless::String::try_from(product).map(Self).map_err(|_| ProductError::TooLong)
    }

    /// `oss-cloudbox`, with the ID of the cloud box as region.
    #[must_use]
    pub fn cloud_box() -> Self {
        Self::known("oss-cloudbox")
    }

    /// `osstables`, for table buckets.
    #[must_use]
    pub fn tables() -> Self {
        Self::known("osstables")
    }

    /// The product.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    fn known(product: &'static str) -> Self {
        // The names above are shorter than 32 bytes.
        Self(heapless::String::try_from(product).unwrap_or_default())
    }
}

impl Default for Product {
    /// `oss`
    fn default() -> Self {
        Self::known("oss")
    }
}

impl fmt::Display for Product {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.as_str())
    }
}

fn is_name(text: &str) -> bool {
    position_outside(text.as_bytes(), 0, [(b'-', b'-'), (b'0', b'9'), (b'a', b'z')]).is_none()
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    #[test]
    fn regions() {
        assert_eq!(Region::new(""), Err(RegionError::Empty));
        assert_eq!(Region::new("oss-cn-hangzhou"), Err(RegionError::OssPrefix));
        assert_eq!(Region::new("cn_hangzhou"), Err(RegionError::Character));
        assert_eq!(Region::new("CN-hangzhou"), Err(RegionError::Character));
        assert_eq!(Region::new(&"a".repeat(64)), Err(RegionError::TooLong));
        assert_eq!(Region::new("cn-wuhan-lr").unwrap().as_str(), "cn-wuhan-lr");
    }

    #[test]
    fn products() {
        assert_eq!(Product::new(""), Err(ProductError::Empty));
        assert_eq!(Product::new("OSS"), Err(ProductError::Character));
        assert_eq!(Product::new(&"a".repeat(33)), Err(ProductError::TooLong));
        assert_eq!(Product::tables().as_str(), "osstables");
    }
}
