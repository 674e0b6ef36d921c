//! The V4 signature.

use oss_sign::v4::{Signer, SigningKey};
use oss_sign::{Expires, PresignedUrl, Timestamp};

use crate::buffer::{Buffer, Output};
use crate::error::{Error, code};
use crate::key::Key;
use crate::reader::Reader;
use crate::request::{Credentials, Endpoint, Parts, Request};

/// What all functions that sign with V4 are given.
struct Inputs<'a> {
    key: &'a SigningKey,
    credentials: oss_sign::Credentials<'a>,
    request: Parts<'a>,
    endpoint: oss_sign::Endpoint<'a>,
}

impl<'a> Inputs<'a> {
    /// # Safety
    ///
    /// Pointers are NULL, or valid while `'a` lasts, as all that they point to.
    unsafe fn read(
        key: *const Key,
        credentials: *const Credentials,
        request: *const Request,
        endpoint: *const Endpoint,
        reader: &Reader,
    ) -> Result<Self, Error> {
        // SAFETY: the caller promises it.
        let key = unsafe { reader.reference(key)? }.derived()?;
        // SAFETY: the caller promises it.
        let credentials = unsafe { Credentials::read(credentials, reader)? };
        // SAFETY: the caller promises it.
        let request = unsafe { Request::read(request, reader)? };
        // SAFETY: the caller promises it.
        let endpoint = match unsafe { reader.optional(endpoint)? } {
            // SAFETY: the caller promises it.
            Some(endpoint) => unsafe { endpoint.read(reader)? },
            None => oss_sign::Endpoint::public(key.region()),
        };
        Ok(Self { key, credentials, request, endpoint })
    }

    /// Hands the presigned URL to `use_it`.
    fn presign(
        &self,
        now: u64,
        expires_seconds: u32,
        use_it: impl FnOnce(&PresignedUrl<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let now = Timestamp::from_unix_seconds(now)?;
        let expires = Expires::after_seconds(expires_seconds);
        let signer = Signer::new(self.credentials, self.key);
        use_it(&signer.presign(&self.request.request(), &self.endpoint, now, expires)?)
    }
}

/// Writes a presigned URL: whoever has it can send this request, and no other, from `now` (seconds
/// since 1970) until it expires (1 to 604800 seconds later). Its holder must send those of the
/// request's headers that are signed: Content-Type, Content-MD5, every x-oss-*, and the additional
/// ones. `endpoint` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_sign_presign(
    key: *const Key,
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
        let inputs = unsafe { Inputs::read(key, credentials, request, endpoint, &reader)? };
        // SAFETY: it was reserved, so none of the inputs is in it.
        let output = unsafe { Output::new(url) };
        inputs.presign(now, expires_seconds, |url| {
            output.write(|buffer| url.write_bytes_to_slice(buffer))
        })
    };
    code(presign())
}

/// As `oss_sign_presign`, for HTTP clients that take the host apart from path and query.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_sign_presign_parts(
    key: *const Key,
    credentials: *const Credentials,
    request: *const Request,
    endpoint: *const Endpoint,
    now: u64,
    expires_seconds: u32,
    host: *mut Buffer,
    path_and_query: *mut Buffer,
) -> i32 {
    let presign = || {
        let mut reader = Reader::default();
        for buffer in [host, path_and_query] {
            // SAFETY: the caller promises it.
            unsafe { reader.reserve_buffer(buffer)? };
        }
        // SAFETY: the caller promises it.
        let inputs = unsafe { Inputs::read(key, credentials, request, endpoint, &reader)? };
        // SAFETY: it was reserved, so none of the inputs is in it.
        let host = unsafe { Output::new(host) };
        // SAFETY: as above; and not the other output either.
        let path_and_query = unsafe { Output::new(path_and_query) };
        inputs.presign(now, expires_seconds, |url| {
            // Both lengths are told, even if the first does not fit.
            let host = host.write(|buffer| url.host().write_bytes_to_slice(buffer));
            path_and_query
                .write(|buffer| url.path_and_query().write_bytes_to_slice(buffer))
                .and(host)
        })
    };
    code(presign())
}

/// What `oss_sign_headers` writes.
#[derive(Debug)]
#[repr(C)]
pub struct SignedHeaders {
    /// The value of Authorization.
    pub authorization: Buffer,
    /// The value of x-oss-date: 16 characters.
    pub date: Buffer,
    /// The value of Host.
    pub host: Buffer,
    /// What to ask for.
    pub path_and_query: Buffer,
}

/// Signs a request by headers, to be sent within 15 minutes of `now` (seconds since 1970).
///
/// To be sent are those of the request, `Authorization`, `x-oss-date`, `x-oss-content-sha256:
/// UNSIGNED-PAYLOAD`, and with a temporary AccessKey `x-oss-security-token`. `endpoint` may be NULL.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_sign_headers(
    key: *const Key,
    credentials: *const Credentials,
    request: *const Request,
    endpoint: *const Endpoint,
    now: u64,
    headers: *mut SignedHeaders,
) -> i32 {
    // SAFETY: the caller promises it.
    code(unsafe { sign_headers(key, credentials, request, endpoint, now, headers) })
}

/// # Safety
///
/// As [`oss_sign_headers`].
unsafe fn sign_headers(
    key: *const Key,
    credentials: *const Credentials,
    request: *const Request,
    endpoint: *const Endpoint,
    now: u64,
    headers: *mut SignedHeaders,
) -> Result<(), Error> {
    if headers.is_null() {
        return Err(Error::NullPointer);
    }
    // SAFETY: the caller promises it; no reference is made.
    let buffers = unsafe {
        [
            &raw mut (*headers).authorization,
            &raw mut (*headers).date,
            &raw mut (*headers).host,
            &raw mut (*headers).path_and_query,
        ]
    };
    let mut reader = Reader::default();
    for buffer in buffers {
        // SAFETY: the caller promises it.
        unsafe { reader.reserve_buffer(buffer)? };
    }
    // SAFETY: the caller promises it.
    let inputs = unsafe { Inputs::read(key, credentials, request, endpoint, &reader)? };
    // SAFETY: they were reserved, so none of the inputs is in them, nor one in another.
    let [authorization, date, host, path_and_query] =
        buffers.map(|buffer| unsafe { Output::new(buffer) });
    let request = inputs.request.request();
    let signer = Signer::new(inputs.credentials, inputs.key);
    let signed = signer.sign(&request, Timestamp::from_unix_seconds(now)?)?;
    let url = signed.url(&inputs.endpoint);
    // All lengths are told, even if one does not fit.
    let results = [
        authorization.write(|buffer| signed.authorization().write_bytes_to_slice(buffer)),
        date.write(|buffer| write_date(&signed, buffer)),
        host.write(|buffer| url.host().write_bytes_to_slice(buffer)),
        path_and_query.write(|buffer| url.path_and_query().write_bytes_to_slice(buffer)),
    ];
    results.into_iter().collect()
}

/// The value of `x-oss-date`.
fn write_date<'b>(
    signed: &oss_sign::SignedHeaders<'_>,
    buffer: &'b mut [u8],
) -> Result<&'b [u8], oss_sign::BufferTooSmall> {
    match signed.headers().find(|(name, _)| *name == "x-oss-date") {
        Some((_, date)) => date.write_bytes_to_slice(buffer),
        None => Ok(&[]),
    }
}
