//! Where STS is.

use oss_sign::Region;

use super::InputError;
use crate::error::Cause;
use crate::http::Origin;
use crate::surroundings::Surroundings;

/// The endpoint of STS. All have the same roles and give the same credentials.
///
/// <https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-endpoint>
///
/// ```
/// use oss_sign::Region;
/// use oss_sign_credentials::sts::StsEndpoint;
///
/// let central = StsEndpoint::default();
/// let near = StsEndpoint::regional(&Region::new("cn-hangzhou")?);
/// let within_a_vpc = StsEndpoint::vpc(&Region::new("cn-hangzhou")?);
/// assert_eq!(StsEndpoint::parse("sts-vpc.cn-hangzhou.aliyuncs.com")?, within_a_vpc);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct StsEndpoint(Origin);

impl StsEndpoint {
    /// `sts.REGION.aliyuncs.com`
    #[must_use]
    pub fn regional(region: &Region) -> Self {
        Self(Origin::of_product("sts", region))
    }

    /// `sts-vpc.REGION.aliyuncs.com`: from within a VPC, without the internet.
    #[must_use]
    pub fn vpc(region: &Region) -> Self {
        Self(Origin::of_product("sts-vpc", region))
    }

    /// Reads a host, or `https://HOST[:PORT][/]`; blanks around it are passed over. Plain `http` is for
    /// emulators on `127.0.0.1` and `[::1]` alone.
    ///
    /// # Errors
    ///
    /// It has a user name, a path, a query or a fragment, is not `https`, or is an endpoint of OSS.
    pub fn parse(text: &str) -> Result<Self, InputError> {
        let origin = Origin::parse(text.trim()).map_err(InputError::Endpoint)?;
        if !origin.is_confidential() {
            return Err(InputError::PlainHttp);
        }
        match origin.as_str().starts_with("https://oss-") {
            true => Err(InputError::OssEndpoint),
            false => Ok(Self(origin)),
        }
    }

    /// What the environment says: `ALIBABA_CLOUD_STS_ENDPOINT`, which ACK sets in pods; else
    /// `ALIBABA_CLOUD_STS_REGION` with `ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED`; else the central one.
    pub(crate) fn from_environment(surroundings: &dyn Surroundings) -> Result<Self, Cause> {
        if let Some(endpoint) = surroundings.variable("ALIBABA_CLOUD_STS_ENDPOINT") {
            return Ok(Self::parse(&endpoint)?);
        }
        let is_vpc = surroundings.is_switched_on("ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED")?;
        let Some(region) = surroundings.variable("ALIBABA_CLOUD_STS_REGION") else {
            return if is_vpc {
                Err(InputError::VpcWithoutRegion.into())
            } else {
                Ok(Self::default())
            };
        };
        let region = Region::new(&region)
            .map_err(|_| Cause::invalid("ALIBABA_CLOUD_STS_REGION", "is not a region ID"))?;
        Ok(if is_vpc { Self::vpc(&region) } else { Self::regional(&region) })
    }

    /// Scheme, host and port.
    #[must_use]
    pub fn origin(&self) -> &Origin {
        &self.0
    }
}

impl Default for StsEndpoint {
    /// `sts.aliyuncs.com`, which is in Hangzhou.
    fn default() -> Self {
        Self(Origin::of_host("sts.aliyuncs.com"))
    }
}
