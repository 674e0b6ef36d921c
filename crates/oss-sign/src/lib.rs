#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![cfg_attr(docsrs, feature(doc_cfg))]

/// The guide to devices: its examples are compiled.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/embedded.md")]
mod embedded {}

#[cfg(feature = "alloc")]
extern crate alloc;

#[cfg(any(test, feature = "std"))]
#[cfg_attr(test, macro_use)]
extern crate std;

#[cfg(any(feature = "callback", feature = "post-policy", feature = "v1"))]
mod base64;
#[cfg(feature = "callback")]
mod callback;
mod canonical;
mod clock_offset;
mod credentials;
mod encode;
mod endpoint;
mod error;
mod hash;
mod header;
mod order;
#[cfg(feature = "post-policy")]
mod policy_form;
#[cfg(feature = "post-policy")]
mod post_policy;
mod presigned_url;
mod query;
mod region;
mod request;
mod resource;
mod signable;
mod signature;
mod signed_headers;
mod sink;
mod time;
#[cfg(feature = "v1")]
pub mod v1;
pub mod v4;
#[cfg(test)]
#[cfg(all(feature = "v1", feature = "verify"))]
mod vectors;
#[cfg(feature = "verify")]
pub mod verify;
mod words;

#[cfg(feature = "callback")]
pub use callback::{Callback, PublicKeyUrl};
pub use clock_offset::ClockOffset;
pub use credentials::{Credentials, OwnedCredentials};
pub use endpoint::{Addressing, Endpoint, HostHeader, OwnedEndpoint, ResourceUrl};
#[cfg(feature = "callback")]
pub use error::CallbackError;
#[cfg(feature = "post-policy")]
pub use error::PolicyError;
pub use error::{
    BucketError, BufferTooSmall, CredentialsError, EndpointError, MethodError, ObjectKeyError,
    ParameterPosition, ProductError, RegionError, SignError, TimestampError,
};
pub use header::DateHeader;
pub use order::{MAX_HEADERS, MAX_PARAMETERS};
#[cfg(feature = "post-policy")]
pub use policy_form::{FormValue, PolicyForm, PolicyJson};
#[cfg(feature = "post-policy")]
pub use post_policy::{Condition, OpenEnd, PostPolicy};
pub use presigned_url::PresignedUrl;
pub use region::{Product, Region};
pub use request::{Expires, Method, Request};
pub use resource::{Bucket, ObjectKey, Resource};
pub use signable::{CanonicalRequest, PathAndQuery, RequestUrl, StringToSign};
pub use signature::Signature;
pub use signed_headers::{HeaderValue, SignedHeaders};
pub use time::Timestamp;
