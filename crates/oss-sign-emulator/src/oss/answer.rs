//! Answers, and the XML in them.

use std::io;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use serde::Serialize;

use crate::failure::Failure;
use crate::server::Body;

pub(super) type Answer = Response<Body>;

/// An answer without a body.
pub(super) fn empty(status: StatusCode) -> Answer {
    with_body(status, Bytes::new())
}

/// An answer of XML.
pub(super) fn xml(document: &impl Serialize) -> Result<Answer, Failure> {
    let document = quick_xml::se::to_string(document).map_err(io::Error::other)?;
    let text = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{document}");
    Ok(with_header(with_body(StatusCode::OK, text.into()), CONTENT_TYPE, "application/xml"))
}

pub(super) fn with_body(status: StatusCode, bytes: Bytes) -> Answer {
    let mut answer = Response::new(Full::new(bytes).map_err(|never| match never {}).boxed_unsync());
    *answer.status_mut() = status;
    answer
}

/// Adds a header. A value that no header can have is left out: it came from a header or was checked.
pub(super) fn with_header(
    mut answer: Answer,
    name: impl TryInto<HeaderName>,
    value: impl AsRef<[u8]>,
) -> Answer {
    if let (Ok(name), Ok(value)) = (name.try_into(), HeaderValue::from_bytes(value.as_ref())) {
        answer.headers_mut().insert(name, value);
    }
    answer
}

/// The error, in the body; for HEAD in the header `x-oss-err`, in base64.
pub(super) fn failure(failure: &Failure, is_head: bool, request_id: &str, host: &str) -> Answer {
    let answer = match (failure.status, is_head) {
        (StatusCode::NOT_MODIFIED, _) => empty(failure.status),
        (status, is_head) => {
            let xml = failure.to_xml(request_id, host);
            let answer = match is_head {
                true => with_header(empty(status), "x-oss-err", STANDARD.encode(&xml)),
                false => {
                    let length = xml.len().to_string();
                    with_header(with_body(status, xml.into()), CONTENT_LENGTH, length)
                }
            };
            with_header(answer, CONTENT_TYPE, "application/xml")
        }
    };
    match failure.ec {
        Some(ec) => with_header(answer, "x-oss-ec", ec),
        None => answer,
    }
}
