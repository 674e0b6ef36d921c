//! What a [`Signer`](crate::Signer) gives: results that own their text.

use core::fmt;
use std::sync::Arc;

use oss_sign::{Method, Timestamp};

use crate::credentials::Credentials;

/// A presigned URL, and what is to be sent with it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Presigned {
    /// The method that was signed; no other works.
    pub method: Method,
    /// The URL, to be sent as it is.
    pub url: String,
    /// The headers that the holder of the URL must send, with just these values; and no other
    /// `Content-Type`, `Content-MD5` or `x-oss-*`.
    pub headers: Vec<(String, String)>,
    /// When the URL stops working: never after the credentials do that signed it.
    pub expires_at: Timestamp,
}

/// A request that was signed by headers.
#[derive(Clone)]
#[non_exhaustive]
pub struct Signed {
    /// Where to send the request.
    pub url: String,
    /// All headers to send: `authorization`, the others of the signature, the caller's.
    pub headers: Vec<(String, String)>,
    /// What it was signed with: for [`invalidate_after`](crate::Signer::invalidate_after).
    pub credentials: Arc<Credentials>,
}

/// A form with which a browser can upload.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct UploadForm {
    /// Where the form goes, as `multipart/form-data`.
    pub url: String,
    /// The fields to send; after them those that the policy leaves to the holder of the form, and
    /// `file` as the last one.
    pub fields: Vec<(String, String)>,
    /// When the form stops working: never after the credentials do that signed it.
    pub expires_at: Timestamp,
}

/// A name and a value in text of their own.
pub(crate) fn owned((name, value): (&str, impl fmt::Display)) -> (String, String) {
    (name.to_owned(), value.to_string())
}

/// Whoever has the URL can do what it was signed for.
impl fmt::Debug for Presigned {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Presigned")
            .field("method", &self.method)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Whoever has the headers can do what they were signed for.
impl fmt::Debug for Signed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Signed")
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

/// Whoever has the fields can upload.
impl fmt::Debug for UploadForm {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("UploadForm")
            .field("url", &self.url)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}
