//! Single objects: upload, download, deletion.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, ETAG, LAST_MODIFIED};
use http::{Method, Response, StatusCode};
use http_body_util::{BodyExt as _, StreamBody};
use hyper::body::Frame;

use super::Call;
use super::answer::{Answer, empty, with_body, with_header};
use super::condition::{OF_OBJECT, http_date};
use super::range::Ranged;
use super::receive;
use crate::failure::Failure;
use crate::storage::{self, Content, Draft, Object, ObjectType, Seconds, Versioning, blocking};

/// The headers of an answer that a query may set.
const OVERRIDES: [(&str, &str); 6] = [
    ("response-cache-control", "cache-control"),
    ("response-content-disposition", "content-disposition"),
    ("response-content-encoding", "content-encoding"),
    ("response-content-language", "content-language"),
    ("response-content-type", "content-type"),
    ("response-expires", "expires"),
];

impl Call<'_> {
    pub(super) async fn put_object(&mut self) -> Result<Answer, Failure> {
        let (bucket, key) = self.object_target()?;
        let properties = self.head.properties()?;
        let is_forbidden = self.head.is_set("x-oss-forbid-overwrite")?;
        self.read_callback()?;
        let segment = self.oss.store.new_segment(&bucket).await?;
        let limit = self.oss.limits.object_bytes;
        let written = receive::store(self.body, self.head, segment, limit).await?;
        let draft = Draft::of_one_piece(key, self.head.now, &written.sums, properties);
        let store = self.oss.store.clone();
        let object = blocking(move || {
            store.put(&bucket, draft, written, |existing| forbid_overwrite(is_forbidden, existing))
        });
        let object = object.await?;
        let mut answer = self.uploaded();
        for (name, value) in checksums(&object) {
            answer = with_header(answer, name, value);
        }
        Ok(with_version(answer, &object))
    }

    pub(super) fn get_object(&self) -> Result<Answer, Failure> {
        let object = self.existing_object()?;
        let content = content_of(&object)?;
        OF_OBJECT.check(self.head, content, object.record.last_modified)?;
        let is_standard = self.head.header("x-oss-range-behavior")? == Some("standard");
        let range = Ranged::parse(self.head.header("range")?, content.length, is_standard)?;
        let mut answer = with_headers(self.described(&object, content)?, content);
        let (start, length) = match range {
            Ranged::Whole => (0, content.length),
            Ranged::Part(range) => {
                let (first, last) = range.into_inner();
                let text = format!("bytes {first}-{last}/{}", content.length);
                *answer.status_mut() = StatusCode::PARTIAL_CONTENT;
                answer = with_header(answer, CONTENT_RANGE, text);
                (first, last.saturating_sub(first).saturating_add(1))
            }
        };
        answer = self.overridden(answer)?;
        answer = with_header(answer, CONTENT_LENGTH, length.to_string());
        if self.head.method == Method::HEAD {
            return Ok(answer);
        }
        if let Some(style) = self.head.query.filled("x-oss-process") {
            answer = with_header(answer, "x-oss-emulator-process", parsed_style(style));
        }
        let is_cut_short = self.oss.faults.next_is_cut_short();
        let sent = if is_cut_short { length / 2 } else { length };
        let pieces = storage::read(&object.body, start, sent);
        // Then the connection breaks off, as fewer bytes came than were announced.
        let breaking = is_cut_short.then(|| Err(std::io::Error::other("cut short, as a fault")));
        let pieces = pieces.chain(stream::iter(breaking)).map(|piece| piece.map(Frame::data));
        let (parts, _) = answer.into_parts();
        Ok(Response::from_parts(parts, StreamBody::new(pieces).boxed_unsync()))
    }

    /// Length, time and ETag alone.
    pub(super) fn get_object_meta(&self) -> Result<Answer, Failure> {
        let object = self.existing_object()?;
        let content = content_of(&object)?;
        let answer = empty(StatusCode::OK);
        let answer = with_header(answer, CONTENT_LENGTH, content.length.to_string());
        let answer = with_header(answer, ETAG, &content.etag);
        let answer = with_header(answer, LAST_MODIFIED, http_date(object.record.last_modified));
        let [_, crc64] = checksums(&object);
        let answer = with_header(answer, crc64.0, crc64.1);
        Ok(with_version(answer, &object))
    }

    pub(super) async fn delete_object(&mut self) -> Result<Answer, Failure> {
        let (bucket, key) = self.object_target()?;
        let version_id = self.head.query.filled("versionId").map(str::to_owned);
        let now = Seconds::from(self.head.now);
        let store = self.oss.store.clone();
        let deletion =
            blocking(move || store.delete(&bucket, &key, version_id.as_deref(), now)).await?;
        let mut answer = empty(StatusCode::NO_CONTENT);
        if let Some(version_id) = deletion.version_id {
            answer = with_header(answer, "x-oss-version-id", version_id);
        }
        if deletion.is_delete_marker {
            answer = with_header(answer, "x-oss-delete-marker", "true");
        }
        Ok(answer)
    }

    /// The object, in the version that is asked for.
    ///
    /// # Errors
    ///
    /// There is none; or the newest version is a delete marker, which is not to be had.
    pub(super) fn existing_object(&self) -> Result<Arc<Object>, Failure> {
        let (bucket, key) = self.object_target()?;
        let version_id = self.head.query.filled("versionId");
        let object = self.oss.store.object(&bucket, &key, version_id)?;
        if object.record.content.is_some() {
            return Ok(object);
        }
        match version_id {
            None => Err(Failure::no_such_key(&key)),
            Some(_) => {
                let message = "The specified method is not allowed against a delete marker.";
                Err(Failure::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message))
            }
        }
    }

    /// The answer to an upload: what the application server would say if a callback was asked for.
    pub(super) fn uploaded(&self) -> Answer {
        match self.notes.callback {
            None => empty(StatusCode::OK),
            Some(_) => {
                let answer = with_body(StatusCode::OK, Bytes::from_static(br#"{"Status":"OK"}"#));
                with_header(answer, "content-type", "application/json")
            }
        }
    }

    /// What is said of an object with its bytes.
    fn described(&self, object: &Object, content: &Content) -> Result<Answer, Failure> {
        let mut answer = empty(StatusCode::OK);
        for (name, value) in checksums(object) {
            answer = with_header(answer, name, value);
        }
        if let Some(md5) = &content.md5 {
            answer = with_header(answer, "content-md5", md5);
        }
        if content.object_type == ObjectType::Appendable {
            let position = content.length.to_string();
            answer = with_header(answer, "x-oss-next-append-position", position);
        }
        let answer = with_header(answer, LAST_MODIFIED, http_date(object.record.last_modified));
        let answer = with_header(answer, ACCEPT_RANGES, "bytes");
        let answer = with_header(answer, "x-oss-object-type", content.object_type.as_str());
        let class = &content.properties.storage_class;
        let answer = with_header(answer, "x-oss-storage-class", class);
        let bucket = self.oss.store.bucket(self.head.target.bucket().unwrap_or_default())?;
        Ok(match bucket.versioning {
            Versioning::Never => answer,
            _ => with_header(answer, "x-oss-version-id", object.record.version_id()),
        })
    }

    fn overridden(&self, mut answer: Answer) -> Result<Answer, Failure> {
        for (parameter, header) in OVERRIDES {
            let Some(value) = self.head.query.get(parameter) else { continue };
            if self.permissions.is_anonymous() {
                let message = "Request specific response headers cannot be used for anonymous GET \
                               requests.";
                return Err(Failure::bad_request("InvalidRequest", message));
            }
            if http::HeaderValue::from_bytes(value.as_bytes()).is_err() {
                return Err(Failure::invalid_argument(parameter, value));
            }
            answer = with_header(answer, header, value);
        }
        Ok(answer)
    }
}

pub(super) fn content_of(object: &Object) -> Result<&Content, Failure> {
    object.record.content.as_ref().ok_or_else(|| Failure::no_such_key(&object.record.key))
}

/// ETag and CRC-64.
pub(super) fn checksums(object: &Object) -> [(&'static str, String); 2] {
    let content = object.record.content.as_ref();
    let (etag, crc64) =
        content.map(|content| (content.etag.clone(), content.crc64)).unwrap_or_default();
    [("etag", etag), ("x-oss-hash-crc64ecma", crc64.to_string())]
}

pub(super) fn with_version(answer: Answer, object: &Object) -> Answer {
    match object.record.is_versioned {
        true => with_header(answer, "x-oss-version-id", object.record.version_id()),
        false => answer,
    }
}

fn with_headers(mut answer: Answer, content: &Content) -> Answer {
    for (name, value) in &content.properties.headers {
        answer = with_header(answer, name.as_str(), value);
    }
    answer
}

/// `x-oss-forbid-overwrite: true`
pub(super) fn forbid_overwrite(
    is_forbidden: bool,
    existing: Option<&Object>,
) -> Result<(), Failure> {
    match existing {
        Some(_) if is_forbidden => {
            let message = "The object you specified already exists and can not be overwritten.";
            Err(Failure::conflict("FileAlreadyExists", message))
        }
        _ => Ok(()),
    }
}

/// `image/resize,w_200,m_fill/rotate,90` as `image: resize w=200 m=fill; rotate 90`.
fn parsed_style(style: &str) -> String {
    let (kind, operations) = style.split_once('/').unwrap_or((style, ""));
    let operations = operations.split('/').filter(|operation| !operation.is_empty());
    let parsed = operations.map(|operation| {
        let mut words = operation.split(',');
        let name = words.next().unwrap_or_default();
        words.fold(name.to_owned(), |text, word| format!("{text} {}", word.replacen('_', "=", 1)))
    });
    format!("{kind}: {}", parsed.collect::<Vec<_>>().join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles() {
        assert_eq!(
            parsed_style("image/resize,w_200,m_fill/rotate,90"),
            "image: resize w=200 m=fill; rotate 90"
        );
        assert_eq!(parsed_style("style/small"), "style: small");
        assert_eq!(parsed_style("image"), "image: ");
    }
}
