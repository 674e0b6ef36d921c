//! The JSON in which the metadata service and a credentials URI give out credentials.

use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use oss_sign::{CredentialsError, Timestamp};
use serde::Serialize;

use crate::sessions::Session;

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document<'a> {
    code: &'static str,
    access_key_id: &'a str,
    access_key_secret: &'a str,
    security_token: &'a str,
    expiration: String,
    last_updated: String,
}

/// The document of what was issued.
pub(crate) fn answer(
    session: Result<Arc<Session>, CredentialsError>,
    now: Timestamp,
) -> Response<Bytes> {
    let Ok(session) = session else {
        let mut response = Response::new(Bytes::new());
        *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        return response;
    };
    let document = Document {
        code: "Success",
        access_key_id: &session.access_key_id,
        access_key_secret: &session.access_key_secret,
        security_token: &session.security_token,
        expiration: session.expires_at.to_string(),
        last_updated: now.to_string(),
    };
    // Strings can always be written.
    let json = serde_json::to_vec(&document).unwrap_or_default();
    let mut response = Response::new(Bytes::from(json));
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(header::CONTENT_TYPE, json);
    response
}
