//! Deletion of many objects at once.

use http::StatusCode;

use super::Call;
use super::answer::{Answer, empty, xml};
use super::document::{Delete, DeleteResult, Deleted, DeletedKey, KeyEncoding, parse};
use super::head::checked_key;
use super::operation::Operation;
use super::receive;
use crate::failure::Failure;
use crate::storage::{Seconds, blocking};

/// OSS takes no more at a time.
const MAX_KEYS: usize = 1000;

impl Call<'_> {
    pub(super) async fn delete_multiple_objects(&mut self) -> Result<Answer, Failure> {
        let bucket = self.bucket_target()?;
        let operation = Operation::DeleteMultipleObjects;
        self.permissions.check_anonymous(operation, self.bucket_record()?.acl, None)?;
        let encoding = KeyEncoding::of(self.head)?;
        let document = receive::read(self.body, self.head, self.oss.limits.document_bytes).await?;
        let Delete { quiet, object: objects } = parse(&document)?;
        if objects.is_empty() || objects.len() > MAX_KEYS {
            let message = "A request deletes 1 to 1000 objects.";
            return Err(Failure::bad_request("MalformedXML", message));
        }
        for DeletedKey { key, version_id } in &objects {
            checked_key(key)?;
            let action = Operation::DeleteObject.action_on(version_id.as_deref());
            self.permissions.check(&action, &bucket, Some(key))?;
        }
        let now = Seconds::from(self.head.now);
        let store = self.oss.store.clone();
        let delete = move || {
            let mut deleted = Vec::with_capacity(objects.len());
            for DeletedKey { key, version_id } in objects {
                let deletion = store.delete(&bucket, &key, version_id.as_deref(), now)?;
                let marker = deletion.version_id.filter(|_| deletion.is_delete_marker);
                deleted.push(Deleted {
                    key: encoding.write(&key),
                    version_id,
                    delete_marker: deletion.is_delete_marker.then_some(true),
                    delete_marker_version_id: marker,
                });
            }
            Ok(deleted)
        };
        let deleted = blocking(delete).await?;
        match quiet {
            true => Ok(empty(StatusCode::OK)),
            false => xml(&DeleteResult { encoding_type: encoding.name(), deleted }),
        }
    }
}
