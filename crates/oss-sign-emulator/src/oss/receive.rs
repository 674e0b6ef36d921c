//! Bodies of requests.

use core::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::StatusCode;
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};

use super::head::Head;
use crate::failure::Failure;
use crate::storage::{SegmentWriter, Written, md5};

/// Stores a whole body, of at most `limit` bytes, and checks the `Content-MD5` that was announced.
pub(super) async fn store(
    body: &mut Incoming,
    head: &Head,
    mut segment: SegmentWriter,
    limit: u64,
) -> Result<Written, Failure> {
    let announced = content_md5(head)?;
    // No length and no chunks: then hyper takes the body to be empty.
    let has_length = head.headers.contains_key(http::header::CONTENT_LENGTH)
        || head.headers.contains_key(http::header::TRANSFER_ENCODING);
    if !has_length {
        let message = "You must provide the Content-Length HTTP header.";
        return Err(Failure::new(StatusCode::LENGTH_REQUIRED, "MissingContentLength", message));
    }
    if body.size_hint().lower() > limit {
        return Err(too_large(limit));
    }
    while let Some(piece) = next(body).await? {
        segment.write(&piece).await?;
        if segment.length() > limit {
            return Err(too_large(limit));
        }
    }
    let written = segment.finish().await?;
    check_md5(announced, written.sums.md5)?;
    Ok(written)
}

/// Reads a body of at most `limit` bytes, and checks the `Content-MD5` that was announced.
pub(super) async fn read(
    body: &mut Incoming,
    head: &Head,
    limit: usize,
) -> Result<Vec<u8>, Failure> {
    let announced = content_md5(head)?;
    let mut bytes = Vec::new();
    while let Some(piece) = next(body).await? {
        if bytes.len().saturating_add(piece.len()) > limit {
            let message = "The XML you provided is too large.";
            return Err(Failure::bad_request("EntityTooLarge", message));
        }
        bytes.extend_from_slice(&piece);
    }
    check_md5(announced, md5(&bytes))?;
    Ok(bytes)
}

/// Reads what is left of a body that nobody wants, so that its sender comes to read the answer; but
/// not for long.
pub(super) async fn drain(body: &mut Incoming) {
    const BYTES: usize = 16 << 20;
    const TIME: Duration = Duration::from_secs(5);
    let mut left = BYTES;
    let reading = async {
        while let Ok(Some(piece)) = next(body).await
            && left > piece.len()
        {
            left = left.saturating_sub(piece.len());
        }
    };
    // Time is over: the connection will be closed.
    let _ = tokio::time::timeout(TIME, reading).await;
}

async fn next(body: &mut Incoming) -> Result<Option<Bytes>, Failure> {
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(|_| {
            Failure::bad_request("IncompleteBody", "The request body ended before it was complete.")
        })?;
        // Others are trailers.
        if let Ok(piece) = frame.into_data() {
            return Ok(Some(piece));
        }
    }
    Ok(None)
}

pub(super) fn too_large(limit: u64) -> Failure {
    let message = "Your proposed upload exceeds the maximum allowed size.";
    Failure::bad_request("EntityTooLarge", message).element("MaxSizeAllowed", limit.to_string())
}

fn content_md5(head: &Head) -> Result<Option<[u8; 16]>, Failure> {
    let Some(text) = head.header("content-md5")? else { return Ok(None) };
    let decoded = STANDARD.decode(text).ok().and_then(|bytes| bytes.try_into().ok());
    decoded.map(Some).ok_or_else(invalid_digest)
}

fn check_md5(announced: Option<[u8; 16]>, actual: [u8; 16]) -> Result<(), Failure> {
    match announced {
        Some(announced) if announced != actual => Err(invalid_digest()),
        _ => Ok(()),
    }
}

fn invalid_digest() -> Failure {
    Failure::bad_request("InvalidDigest", "The Content-MD5 you specified was invalid.")
}
