//! Copies: of an object, or of a part of one.

use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::Call;
use super::answer::{Answer, with_header, xml};
use super::condition::OF_COPY_SOURCE;
use super::document::{CopyObjectResult, iso_date};
use super::head::{checked_bucket, checked_key};
use super::object::{content_of, forbid_overwrite, with_version};
use crate::failure::Failure;
use crate::storage::{Draft, Object, ObjectType, Seconds, blocking};

impl Call<'_> {
    pub(super) async fn copy_object(&mut self) -> Result<Answer, Failure> {
        let (bucket, key) = self.object_target()?;
        let source = self.copy_source()?;
        let content = content_of(&source)?;
        OF_COPY_SOURCE.check(self.head, content, source.record.last_modified)?;
        let mut properties = self.head.properties()?;
        match self.head.header("x-oss-metadata-directive")?.unwrap_or("COPY") {
            "COPY" => properties.headers.clone_from(&content.properties.headers),
            "REPLACE" => {}
            other => return Err(Failure::invalid_argument("x-oss-metadata-directive", other)),
        }
        let is_forbidden = self.head.is_set("x-oss-forbid-overwrite")?;
        let draft = Draft {
            key,
            now: Seconds::from(self.head.now),
            object_type: ObjectType::Normal,
            etag: content.etag.clone(),
            md5: content.md5.clone(),
            crc64: content.crc64,
            properties,
        };
        let (store, original) = (self.oss.store.clone(), source.clone());
        let object = blocking(move || {
            store.copy(&bucket, draft, &original, |existing| {
                forbid_overwrite(is_forbidden, existing)
            })
        });
        let object = object.await?;
        let copied = content_of(&object)?;
        let answer = xml(&CopyObjectResult {
            last_modified: iso_date(object.record.last_modified),
            etag: copied.etag.clone(),
        })?;
        let answer = with_header(answer, "x-oss-hash-crc64ecma", copied.crc64.to_string());
        let answer = with_version(answer, &object);
        Ok(match source.record.is_versioned {
            true => with_header(answer, "x-oss-copy-source-version-id", source.record.version_id()),
            false => answer,
        })
    }

    /// The object that `x-oss-copy-source` names, as `/BUCKET/KEY?versionId=ID`, if the caller may
    /// read it.
    pub(super) fn copy_source(&self) -> Result<Arc<Object>, Failure> {
        let header = self.head.header("x-oss-copy-source")?.unwrap_or_default();
        let invalid = || Failure::invalid_argument("x-oss-copy-source", header);
        let (path, version_id) = match header.split_once("?versionId=") {
            Some((path, version_id)) => (path, Some(version_id)),
            None => (header, None),
        };
        let path = percent_decode_str(path).decode_utf8().map_err(|_| invalid())?;
        let path = path.strip_prefix('/').unwrap_or(&path);
        let (bucket, key) = path.split_once('/').ok_or_else(invalid)?;
        let (bucket, key) = (checked_bucket(bucket)?, checked_key(key)?);
        self.permissions.check("oss:GetObject", &bucket, Some(&key))?;
        let object = self.oss.store.object(&bucket, &key, version_id)?;
        // A delete marker cannot be read.
        content_of(&object)?;
        Ok(object)
    }
}
