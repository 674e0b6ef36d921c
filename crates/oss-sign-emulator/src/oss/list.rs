//! Listings of a bucket.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE;

use super::Call;
use super::answer::{Answer, xml};
use super::document::{
    CommonPrefix, KeyEncoding, ListBucketResult, ListMultipartUploadsResult, ListVersionsResult,
    ListedObject, ListedUpload, OWNER, iso_date,
};
use crate::failure::Failure;
use crate::storage::{Entry, Object, Page, Query};

impl Call<'_> {
    pub(super) fn list_objects(&self) -> Result<Answer, Failure> {
        let query = self.query("marker", "max-keys", 100)?;
        let encoding = KeyEncoding::of(self.head)?;
        let page = self.oss.store.list(&self.bucket_target()?, &query)?;
        let next_marker = page.next.as_ref().map(|(key, _)| encoding.write(key));
        let marker = Some(encoding.write(&query.after));
        let result = self.list_bucket_result(&query, page, encoding, true)?;
        xml(&ListBucketResult { marker, next_marker, ..result })
    }

    pub(super) fn list_objects_v2(&self) -> Result<Answer, Failure> {
        let mut query = self.query("start-after", "max-keys", 100)?;
        let encoding = KeyEncoding::of(self.head)?;
        let start_after = Some(encoding.write(&query.after)).filter(|after| !after.is_empty());
        let continuation_token = self.head.query.filled("continuation-token").map(str::to_owned);
        if let Some(token) = &continuation_token {
            query.after = from_token(token)?;
        }
        let has_owner = self.head.query.get("fetch-owner") == Some("true");
        let page = self.oss.store.list(&self.bucket_target()?, &query)?;
        let next_continuation_token = page.next.as_ref().map(|(key, _)| to_token(key));
        let key_count = Some(page.entries.len());
        let result = self.list_bucket_result(&query, page, encoding, has_owner)?;
        xml(&ListBucketResult {
            start_after,
            continuation_token,
            next_continuation_token,
            key_count,
            ..result
        })
    }

    pub(super) fn list_object_versions(&self) -> Result<Answer, Failure> {
        let mut query = self.query("key-marker", "max-keys", 100)?;
        query.after_id = self.head.query.filled("version-id-marker").map(str::to_owned);
        let encoding = KeyEncoding::of(self.head)?;
        let name = self.bucket_target()?;
        let page = self.oss.store.list_versions(&name, &query)?;
        let (next_key_marker, next_version_id_marker) = match page.next.clone() {
            None => (None, None),
            Some((key, id)) => (Some(encoding.write(&key)), id),
        };
        let (versions, common_prefixes) = self.split(page, encoding);
        let (version, delete_marker): (Vec<_>, Vec<_>) =
            versions.into_iter().partition(|object| object.record.content.is_some());
        let listed = |objects: Vec<Arc<Object>>| {
            objects.into_iter().map(|object| self.listed_version(&name, &object, encoding))
        };
        xml(&ListVersionsResult {
            prefix: encoding.write(&query.prefix),
            key_marker: encoding.write(&query.after),
            version_id_marker: query.after_id.clone().unwrap_or_default(),
            max_keys: query.max,
            delimiter: encoding.write(&query.delimiter),
            encoding_type: encoding.name(),
            is_truncated: next_key_marker.is_some(),
            next_key_marker,
            next_version_id_marker,
            delete_marker: listed(delete_marker).collect(),
            version: listed(version).collect(),
            common_prefixes,
            name: name.clone(),
        })
    }

    pub(super) fn list_multipart_uploads(&self) -> Result<Answer, Failure> {
        let mut query = self.query("key-marker", "max-uploads", 1000)?;
        query.after_id = self.head.query.filled("upload-id-marker").map(str::to_owned);
        let encoding = KeyEncoding::of(self.head)?;
        let bucket = self.bucket_target()?;
        let page = self.oss.store.list_uploads(&bucket, &query)?;
        let is_truncated = page.next.is_some();
        let (next_key, next_upload_id) = page.next.clone().unwrap_or_default();
        let (uploads, common_prefixes) = self.split(page, encoding);
        let upload = uploads.into_iter().map(|upload| ListedUpload {
            key: encoding.write(&upload.key),
            upload_id: upload.upload_id,
            initiated: iso_date(upload.initiated_at),
            storage_class: upload.properties.storage_class,
        });
        xml(&ListMultipartUploadsResult {
            bucket,
            encoding_type: encoding.name(),
            key_marker: encoding.write(&query.after),
            upload_id_marker: query.after_id.unwrap_or_default(),
            next_key_marker: encoding.write(&next_key),
            next_upload_id_marker: next_upload_id.unwrap_or_default(),
            delimiter: encoding.write(&query.delimiter),
            prefix: encoding.write(&query.prefix),
            max_uploads: query.max,
            is_truncated,
            upload: upload.collect(),
            common_prefixes,
        })
    }

    /// What is asked for; the names of two parameters differ.
    fn query(
        &self,
        after: &'static str,
        max: &'static str,
        default: usize,
    ) -> Result<Query, Failure> {
        let text = |name| self.head.query.get(name).unwrap_or_default().to_owned();
        let max = match self.head.query.number(max)? {
            None => default,
            Some(number) if number <= 1000 => number,
            Some(number) => return Err(Failure::invalid_argument(max, number.to_string())),
        };
        Ok(Query {
            prefix: text("prefix"),
            delimiter: text("delimiter"),
            after: text(after),
            after_id: None,
            max,
        })
    }

    fn list_bucket_result(
        &self,
        query: &Query,
        page: Page<Arc<Object>>,
        encoding: KeyEncoding,
        has_owner: bool,
    ) -> Result<ListBucketResult, Failure> {
        let is_truncated = page.next.is_some();
        let (objects, common_prefixes) = self.split(page, encoding);
        let contents = objects.into_iter().map(|object| ListedObject {
            owner: has_owner.then_some(OWNER),
            ..listed(&object, encoding)
        });
        Ok(ListBucketResult {
            name: self.bucket_target()?,
            prefix: encoding.write(&query.prefix),
            marker: None,
            start_after: None,
            continuation_token: None,
            max_keys: query.max,
            delimiter: encoding.write(&query.delimiter),
            encoding_type: encoding.name(),
            is_truncated,
            next_marker: None,
            next_continuation_token: None,
            key_count: None,
            contents: contents.collect(),
            common_prefixes,
        })
    }

    fn split<T>(&self, page: Page<T>, encoding: KeyEncoding) -> (Vec<T>, Vec<CommonPrefix>) {
        let (mut items, mut prefixes) = (Vec::new(), Vec::new());
        for entry in page.entries {
            match entry {
                Entry::Item(item) => items.push(item),
                Entry::CommonPrefix(prefix) => {
                    prefixes.push(CommonPrefix { prefix: encoding.write(&prefix) });
                }
            }
        }
        (items, prefixes)
    }

    fn listed_version(&self, bucket: &str, object: &Object, encoding: KeyEncoding) -> ListedObject {
        let newest = self.oss.store.object(bucket, &object.record.key, None);
        let is_latest = newest.is_ok_and(|newest| newest.record.sequence == object.record.sequence);
        ListedObject {
            version_id: Some(object.record.version_id()),
            is_latest: Some(is_latest),
            owner: Some(OWNER),
            ..listed(object, encoding)
        }
    }
}

fn listed(object: &Object, encoding: KeyEncoding) -> ListedObject {
    let content = object.record.content.as_ref();
    ListedObject {
        key: encoding.write(&object.record.key),
        version_id: None,
        is_latest: None,
        last_modified: iso_date(object.record.last_modified),
        etag: content.map(|content| content.etag.clone()),
        r#type: content.map(|content| content.object_type.as_str()),
        size: content.map(|content| content.length),
        storage_class: content.map(|content| content.properties.storage_class.clone()),
        owner: None,
    }
}

/// Where a listing goes on: a text that clients give back as it is.
fn to_token(key: &str) -> String {
    URL_SAFE.encode(key)
}

fn from_token(token: &str) -> Result<String, Failure> {
    let key = URL_SAFE.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    key.ok_or_else(|| Failure::invalid_argument("continuation-token", token))
}
