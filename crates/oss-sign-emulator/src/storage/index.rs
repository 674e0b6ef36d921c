//! Where everything is: in memory, whatever the storage.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::record::{BucketRecord, Object, Part, UploadRecord};
use super::segment::Segment;

#[derive(Debug, Default)]
pub(super) struct Index {
    pub(super) buckets: BTreeMap<String, Bucket>,
}

#[derive(Debug)]
pub(super) struct Bucket {
    pub(super) record: BucketRecord,
    /// The versions of each key: the oldest first, never none.
    pub(super) objects: BTreeMap<String, Vec<Arc<Object>>>,
    /// By key and upload ID, as they are listed.
    pub(super) uploads: BTreeMap<(String, String), Upload>,
}

#[derive(Clone, Debug)]
pub(crate) struct Upload {
    pub(crate) record: UploadRecord,
    pub(crate) parts: BTreeMap<u16, Part>,
}

impl Upload {
    /// Where it is among the uploads of its bucket.
    pub(super) fn place(&self) -> (String, String) {
        (self.record.key.clone(), self.record.upload_id.clone())
    }
}

impl Bucket {
    pub(super) fn new(record: BucketRecord) -> Self {
        Self { record, objects: BTreeMap::new(), uploads: BTreeMap::new() }
    }

    pub(super) fn versions(&self, key: &str) -> &[Arc<Object>] {
        self.objects.get(key).map(Vec::as_slice).unwrap_or_default()
    }

    /// The newest version of a key, which may be a delete marker.
    pub(super) fn newest(&self, key: &str) -> Option<&Arc<Object>> {
        self.versions(key).last()
    }

    pub(super) fn version(&self, key: &str, version_id: &str) -> Option<&Arc<Object>> {
        self.versions(key).iter().find(|object| object.record.version_id() == version_id)
    }

    /// Adds the newest version of a key, and gives those that it takes the place of: the one of its
    /// own version ID, which may be `null`.
    pub(super) fn insert(&mut self, object: Arc<Object>) -> Vec<Arc<Object>> {
        let versions = self.objects.entry(object.record.key.clone()).or_default();
        let id = object.record.version_id();
        let (replaced, kept) = core::mem::take(versions)
            .into_iter()
            .partition(|other| other.record.version_id() == id);
        *versions = kept;
        versions.push(object);
        versions.sort_by_key(|object| object.record.sequence);
        replaced
    }

    pub(super) fn remove(&mut self, object: &Object) {
        let Some(versions) = self.objects.get_mut(&object.record.key) else { return };
        versions.retain(|other| other.record.sequence != object.record.sequence);
        if versions.is_empty() {
            self.objects.remove(&object.record.key);
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.objects.is_empty() && self.uploads.is_empty()
    }

    pub(super) fn has_completed(&self, upload_id: &str) -> bool {
        self.objects.values().flatten().any(|object| {
            let content = object.record.content.as_ref();
            content.and_then(|content| content.upload_id.as_deref()) == Some(upload_id)
        })
    }

    pub(super) fn has(&self, segment: &Arc<Segment>) -> bool {
        self.segments().any(|other| Arc::ptr_eq(other, segment))
    }

    /// Everything that is stored, of objects and of uploads.
    pub(super) fn segments(&self) -> impl Iterator<Item = &Arc<Segment>> {
        let of_objects = self.objects.values().flatten().flat_map(|object| &object.body);
        let parts = self.uploads.values().flat_map(|upload| upload.parts.values());
        of_objects.chain(parts.map(|part| &part.body))
    }
}
