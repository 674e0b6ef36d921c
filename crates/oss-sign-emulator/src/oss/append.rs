//! Objects that grow at their end.

use http::StatusCode;

use super::Call;
use super::answer::{Answer, empty, with_header};
use super::object::{checksums, with_version};
use super::receive;
use crate::failure::Failure;
use crate::storage::{Draft, ObjectType, Seconds, blocking};

impl Call<'_> {
    pub(super) async fn append_object(&mut self) -> Result<Answer, Failure> {
        let (bucket, key) = self.object_target()?;
        let properties = self.head.properties()?;
        let Some(position) = self.head.query.number("position")? else {
            return Err(Failure::invalid_argument("position", ""));
        };
        let segment = self.oss.store.new_segment(&bucket).await?;
        let limit = self.oss.limits.object_bytes;
        let written = receive::store(self.body, self.head, segment, limit).await?;
        let draft = Draft {
            key,
            now: Seconds::from(self.head.now),
            object_type: ObjectType::Appendable,
            // That of the whole object, which the storage knows.
            etag: String::new(),
            md5: None,
            crc64: written.sums.crc64,
            properties,
        };
        let store = self.oss.store.clone();
        let object = blocking(move || store.append(&bucket, draft, written, position)).await?;
        let next = object.length().to_string();
        let mut answer = with_header(empty(StatusCode::OK), "x-oss-next-append-position", next);
        for (name, value) in checksums(&object) {
            answer = with_header(answer, name, value);
        }
        Ok(with_version(answer, &object))
    }
}
