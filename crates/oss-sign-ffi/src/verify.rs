//! Verification of a request that was received.

use oss_sign::verify::{Slot, Tolerance};
use oss_sign::{Bucket, Timestamp};

use crate::error::{Error, code};
use crate::reader::{Pair, Reader, Text};
use crate::request::{Credentials, MAX_ENTRIES, collect};

/// How many query parameters a received request may have: those of a signature are among them.
const MAX_RECEIVED_PARAMETERS: usize = 32;

/// A request as it arrived, nothing of it decoded.
#[derive(Debug)]
#[repr(C)]
pub struct Received {
    /// As in the request line.
    pub method: Text,
    /// As in the request line: with at most 32 parameters.
    pub path_and_query: Text,
    /// All headers; their values need not be UTF-8.
    pub headers: *const Pair,
    /// How many.
    pub headers_length: usize,
}

/// Whether a request was signed with this AccessKey, V4 or V1, in the URL or by headers, and is valid
/// at `now` (seconds since 1970), give or take `tolerance_seconds`: OSS has 900.
///
/// `bucket` is the one that the host of the request stands for; empty where the path begins with it.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_sign_verify(
    credentials: *const Credentials,
    bucket: Text,
    received: *const Received,
    now: u64,
    tolerance_seconds: u32,
) -> i32 {
    let verify = || {
        let reader = Reader::default();
        // SAFETY: the caller promises it.
        let credentials = unsafe { Credentials::read(credentials, &reader)? };
        // SAFETY: the caller promises it.
        let bucket = match unsafe { reader.text(bucket)? } {
            "" => None,
            bucket => Some(Bucket::new(bucket)?),
        };
        // SAFETY: the caller promises it.
        let received = unsafe { reader.reference(received)? };
        // SAFETY: the caller promises it.
        let method = unsafe { reader.text(received.method)? };
        // SAFETY: the caller promises it.
        let path_and_query = unsafe { reader.text(received.path_and_query)? };
        // SAFETY: the caller promises it.
        let headers = unsafe { reader.slice(received.headers, received.headers_length)? };
        let headers: heapless::Vec<_, MAX_ENTRIES> =
            // SAFETY: the caller promises it.
            collect(headers.iter().map(|&header| unsafe { read_header(header, &reader) }))?;
        let received = oss_sign::verify::Received::new(method, path_and_query, &headers);
        let mut parameter_slots = [Slot::default(); MAX_RECEIVED_PARAMETERS];
        let mut header_slots = [Slot::default(); MAX_ENTRIES];
        let parsed = received.parse(&mut parameter_slots, &mut header_slots)?;
        let tolerance = Tolerance::from_seconds(tolerance_seconds);
        let now = Timestamp::from_unix_seconds(now)?;
        Ok(parsed.verify(bucket, &credentials, now, tolerance)?)
    };
    code(verify())
}

/// # Safety
///
/// The texts of the header are valid while `'a` lasts.
unsafe fn read_header<'a>(header: Pair, reader: &Reader) -> Result<(&'a str, &'a [u8]), Error> {
    // SAFETY: the caller promises it.
    let name = unsafe { reader.text(header.name)? };
    // SAFETY: the caller promises it; `c_char` is a byte.
    let value = unsafe { reader.slice(header.value.data.cast::<u8>(), header.value.length)? };
    Ok((name, value))
}
