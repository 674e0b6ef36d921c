//! The V1 signature.

use oss_sign::v1::Signer;
use oss_sign::{Expires, Timestamp};

use crate::buffer::{Buffer, Output};
use crate::error::code;
use crate::reader::Reader;
use crate::request::{Credentials, Endpoint, Request};

/// Writes a presigned URL of V1, which OSS closed to new accounts and buckets in 2025. There is no
/// signing key, and `endpoint` must be given.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_sign_v1_presign(
    credentials: *const Credentials,
    request: *const Request,
    endpoint: *const Endpoint,
    now: u64,
    expires_seconds: u32,
    url: *mut Buffer,
) -> i32 {
    let presign = || {
        let mut reader = Reader::default();
        // SAFETY: the caller promises it.
        unsafe { reader.reserve_buffer(url)? };
        // SAFETY: the caller promises it.
        let credentials = unsafe { Credentials::read(credentials, &reader)? };
        // SAFETY: the caller promises it.
        let request = unsafe { Request::read(request, &reader)? };
        // SAFETY: the caller promises it.
        let endpoint = unsafe { reader.reference(endpoint)? };
        // SAFETY: the caller promises it.
        let endpoint = unsafe { endpoint.read(&reader)? };
        // SAFETY: it was reserved, so none of the inputs is in it.
        let output = unsafe { Output::new(url) };
        let now = Timestamp::from_unix_seconds(now)?;
        let expires = Expires::after_seconds(expires_seconds);
        let signer = Signer::new(credentials);
        let url = signer.presign(&request.request(), &endpoint, now, expires)?;
        output.write(|buffer| url.write_bytes_to_slice(buffer))
    };
    code(presign())
}
