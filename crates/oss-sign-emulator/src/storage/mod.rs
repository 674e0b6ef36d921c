//! What is stored, in memory or in a folder.

mod checksum;
mod folder;
mod index;
mod listing;
mod record;
mod segment;

use core::sync::atomic::{AtomicU64, Ordering};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

pub(crate) use checksum::{Sums, combined_crc64, md5};
use folder::Folder;
pub use folder::StorageError;
pub(crate) use index::Upload;
use index::{Bucket, Index};
pub(crate) use listing::{Entry, Page, Query};
pub(crate) use record::{
    Acl, BucketRecord, Content, Object, ObjectRecord, ObjectType, Part, PartRecord, Properties,
    Seconds, UploadRecord, Versioning, etag,
};
pub(crate) use segment::{SegmentWriter, Written, read};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss_sign::Timestamp;

use crate::failure::Failure;

/// Where the emulator keeps buckets and objects.
///
/// ```
/// use oss_sign_emulator::Storage;
///
/// let forgotten_at_the_end = Storage::memory();
/// let there_at_the_next_start = Storage::folder("/tmp/oss");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Storage(Option<PathBuf>);

impl Storage {
    /// In memory: fast, and gone at the end.
    #[must_use]
    pub fn memory() -> Self {
        Self(None)
    }

    /// In a folder, which is made if it is not there, and must be empty if it is new to the
    /// emulator. An upload is acknowledged once it is safe there; what a killed emulator leaves
    /// half done is removed at the next start.
    #[must_use]
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Self(Some(path.into()))
    }
}

/// The storage of a running emulator.
#[derive(Debug)]
pub(crate) struct Store {
    index: RwLock<Index>,
    /// Held while something is changed, so that changes follow each other, while reading goes on.
    changing: Mutex<()>,
    folder: Option<Folder>,
    /// Counts what is made: names of files, and the order of versions.
    sequence: AtomicU64,
}

/// What a new object is to have besides its body.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) key: String,
    pub(crate) now: Seconds,
    pub(crate) object_type: ObjectType,
    pub(crate) etag: String,
    /// In base64.
    pub(crate) md5: Option<String>,
    pub(crate) crc64: u64,
    pub(crate) properties: Properties,
}

impl Draft {
    /// Of an object whose bytes came all at once.
    pub(crate) fn of_one_piece(
        key: String,
        now: Timestamp,
        sums: &Sums,
        properties: Properties,
    ) -> Self {
        Self {
            key,
            now: Seconds::from(now),
            object_type: ObjectType::Normal,
            etag: etag(&sums.md5),
            md5: Some(STANDARD.encode(sums.md5)),
            crc64: sums.crc64,
            properties,
        }
    }
}

/// What became of a request to delete.
#[derive(Clone, Debug, Default)]
pub(crate) struct Deletion {
    /// Of the version that was deleted, or of the delete marker that was made.
    pub(crate) version_id: Option<String>,
    /// Whether a delete marker was made or deleted.
    pub(crate) is_delete_marker: bool,
}

impl Store {
    pub(crate) fn open(storage: &Storage) -> Result<Self, StorageError> {
        let (folder, index) = match &storage.0 {
            None => (None, Index::default()),
            Some(path) => {
                let (folder, index) = Folder::open(path)?;
                (Some(folder), index)
            }
        };
        let objects = index.buckets.values().flat_map(|bucket| bucket.objects.values().flatten());
        let segments = index.buckets.values().flat_map(Bucket::segments);
        let uploads = index.buckets.values().flat_map(|bucket| bucket.uploads.values());
        let numbers = objects
            .map(|object| object.record.sequence)
            .chain(segments.filter_map(|segment| number(segment.name()?)))
            .chain(uploads.filter_map(|upload| number(&upload.record.upload_id)));
        let last = numbers.max().unwrap_or_default();
        let sequence = AtomicU64::new(last.saturating_add(1));
        Ok(Self { index: RwLock::new(index), changing: Mutex::new(()), folder, sequence })
    }

    pub(crate) fn buckets(&self) -> Vec<BucketRecord> {
        self.read().buckets.values().map(|bucket| bucket.record.clone()).collect()
    }

    pub(crate) fn bucket(&self, name: &str) -> Result<BucketRecord, Failure> {
        self.read().bucket(name).map(|bucket| bucket.record.clone())
    }

    /// Makes a bucket, or changes one that is there, as `PutBucket` does.
    pub(crate) fn save_bucket(&self, record: BucketRecord) -> Result<(), Failure> {
        let _changing = self.change();
        if let Some(folder) = &self.folder {
            folder.save_bucket(&record)?;
        }
        match self.write().buckets.entry(record.name.clone()) {
            std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut().record = record,
            std::collections::btree_map::Entry::Vacant(entry) => {
                entry.insert(Bucket::new(record));
            }
        }
        Ok(())
    }

    pub(crate) fn delete_bucket(&self, name: &str) -> Result<(), Failure> {
        let _changing = self.change();
        if !self.read().bucket(name)?.is_empty() {
            let message = "The bucket has objects or uploads. Delete them first.";
            return Err(Failure::conflict("BucketNotEmpty", message).element("BucketName", name));
        }
        if let Some(folder) = &self.folder {
            folder.remove_bucket(name)?;
        }
        self.write().buckets.remove(name);
        Ok(())
    }

    /// The newest version of an object, or the one that is asked for.
    pub(crate) fn object(
        &self,
        bucket: &str,
        key: &str,
        version_id: Option<&str>,
    ) -> Result<Arc<Object>, Failure> {
        let index = self.read();
        let bucket = index.bucket(bucket)?;
        match version_id {
            None => bucket.newest(key).cloned().ok_or_else(|| Failure::no_such_key(key)),
            Some(id) => {
                bucket.version(key, id).cloned().ok_or_else(|| Failure::no_such_version(key, id))
            }
        }
    }

    pub(crate) fn list(&self, bucket: &str, query: &Query) -> Result<Page<Arc<Object>>, Failure> {
        let index = self.read();
        let objects = &index.bucket(bucket)?.objects;
        Ok(listing::page(objects, query, |versions| {
            versions.last().filter(|object| object.record.content.is_some()).into_iter()
        }))
    }

    /// Lists all versions, the newest of a key first.
    pub(crate) fn list_versions(
        &self,
        bucket: &str,
        query: &Query,
    ) -> Result<Page<Arc<Object>>, Failure> {
        let index = self.read();
        let objects = &index.bucket(bucket)?.objects;
        Ok(listing::page(objects, query, |versions| versions.iter().rev()))
    }

    pub(crate) fn list_uploads(
        &self,
        bucket: &str,
        query: &Query,
    ) -> Result<Page<UploadRecord>, Failure> {
        let index = self.read();
        let mut uploads: BTreeMap<String, Vec<UploadRecord>> = BTreeMap::new();
        for upload in index.bucket(bucket)?.uploads.values() {
            uploads.entry(upload.record.key.clone()).or_default().push(upload.record.clone());
        }
        Ok(listing::page(&uploads, query, |uploads| uploads.iter()))
    }

    /// Room for bytes that are about to arrive.
    pub(crate) async fn new_segment(&self, bucket: &str) -> Result<SegmentWriter, Failure> {
        let Some(folder) = &self.folder else { return Ok(SegmentWriter::in_memory()) };
        let name = self.new_name();
        let path = folder.body_path(bucket, &name);
        Ok(SegmentWriter::in_file(name, path).await?)
    }

    /// Stores an object, if `guard` has nothing against it: it is shown the newest version. Gives
    /// the object, with its version ID if the bucket has versions.
    pub(crate) fn put(
        &self,
        bucket: &str,
        draft: Draft,
        body: Written,
        guard: impl FnOnce(Option<&Object>) -> Result<(), Failure>,
    ) -> Result<Arc<Object>, Failure> {
        let _changing = self.change();
        self.read().bucket(bucket)?.check(&draft.key, guard)?;
        self.insert(bucket, draft, vec![body.keep()], None)
    }

    /// Stores a copy of an object. Its bytes are not copied.
    pub(crate) fn copy(
        &self,
        bucket: &str,
        draft: Draft,
        source: &Object,
        guard: impl FnOnce(Option<&Object>) -> Result<(), Failure>,
    ) -> Result<Arc<Object>, Failure> {
        let _changing = self.change();
        self.read().bucket(bucket)?.check(&draft.key, guard)?;
        let mut body = Vec::with_capacity(source.body.len());
        for segment in &source.body {
            let name = self.new_name();
            let path = self.folder.as_ref().map(|folder| folder.body_path(bucket, &name));
            body.push(Arc::new(segment.duplicate(name, path.unwrap_or_default())?));
        }
        self.insert(bucket, draft, body, None)
    }

    /// Appends to an object, which is made if there is none. `position` is to be its length.
    pub(crate) fn append(
        &self,
        bucket: &str,
        draft: Draft,
        body: Written,
        position: u64,
    ) -> Result<Arc<Object>, Failure> {
        let _changing = self.change();
        let newest = self.read().bucket(bucket)?.newest(&draft.key).cloned();
        let existing = newest.filter(|object| object.record.content.is_some());
        let length = existing.as_ref().map_or(0, |object| object.length());
        let content = existing.as_ref().and_then(|object| object.record.content.as_ref());
        if content.is_some_and(|content| content.object_type != ObjectType::Appendable) {
            let message = "The object is not appendable.";
            return Err(Failure::conflict("ObjectNotAppendable", message));
        }
        if position != length {
            let message = "Position is not equal to file length.";
            return Err(Failure::conflict("PositionNotEqualToLength", message)
                .element("Position", position.to_string()));
        }
        let (Some(existing), Some(content)) = (&existing, content) else {
            let etag = appendable_etag(draft.crc64, body.sums.length);
            return self.insert(bucket, Draft { etag, ..draft }, vec![body.keep()], None);
        };
        let sums = body.sums;
        let crc64 = combined_crc64(content.crc64, sums.crc64, sums.length);
        let length = length.saturating_add(sums.length);
        let etag = appendable_etag(crc64, length);
        let content = Content { crc64, length, etag, ..content.clone() };
        let record = ObjectRecord {
            content: Some(content),
            last_modified: draft.now,
            ..existing.record.clone()
        };
        let body = existing.body.iter().cloned().chain([body.keep()]).collect();
        self.replace(bucket, Object { record, body })
    }

    /// Changes what is known of an object, but not its bytes.
    pub(crate) fn update(
        &self,
        bucket: &str,
        key: &str,
        version_id: Option<&str>,
        change: impl FnOnce(&mut Content),
    ) -> Result<Arc<Object>, Failure> {
        let _changing = self.change();
        let object = self.object(bucket, key, version_id)?;
        let mut record = object.record.clone();
        change(record.content.as_mut().ok_or_else(|| Failure::no_such_key(key))?);
        self.replace(bucket, Object { record, body: object.body.clone() })
    }

    /// Deletes an object: what that means depends on the versioning of the bucket. One that is not
    /// there is no error.
    pub(crate) fn delete(
        &self,
        bucket: &str,
        key: &str,
        version_id: Option<&str>,
        now: Seconds,
    ) -> Result<Deletion, Failure> {
        let _changing = self.change();
        let versioning = self.bucket(bucket)?.versioning;
        if let Some(version_id) = version_id {
            let version = self.read().bucket(bucket)?.version(key, version_id).cloned();
            let is_delete_marker =
                version.as_ref().is_some_and(|version| version.record.content.is_none());
            if let Some(version) = version {
                self.remove(bucket, &version)?;
            }
            return Ok(Deletion { version_id: Some(version_id.to_owned()), is_delete_marker });
        }
        if versioning == Versioning::Never {
            let object = self.read().bucket(bucket)?.newest(key).cloned();
            if let Some(object) = object {
                self.remove(bucket, &object)?;
            }
            return Ok(Deletion::default());
        }
        let record = ObjectRecord {
            sequence: self.next(),
            key: key.to_owned(),
            is_versioned: versioning == Versioning::Enabled,
            last_modified: now,
            content: None,
        };
        let version_id = record.version_id();
        self.replace(bucket, Object { record, body: Vec::new() })?;
        Ok(Deletion { version_id: Some(version_id), is_delete_marker: true })
    }

    pub(crate) fn new_upload(
        &self,
        bucket: &str,
        key: &str,
        now: Seconds,
        properties: Properties,
    ) -> Result<UploadRecord, Failure> {
        let _changing = self.change();
        self.bucket(bucket)?;
        let upload_id = format!("{:032X}", self.next());
        let record = UploadRecord { upload_id, key: key.to_owned(), initiated_at: now, properties };
        if let Some(folder) = &self.folder {
            folder.save_upload(bucket, &record)?;
        }
        let upload = Upload { record: record.clone(), parts: BTreeMap::new() };
        self.write().bucket_mut(bucket)?.uploads.insert(upload.place(), upload);
        Ok(record)
    }

    pub(crate) fn upload(
        &self,
        bucket: &str,
        key: &str,
        upload_id: &str,
    ) -> Result<Upload, Failure> {
        let index = self.read();
        let upload = index.bucket(bucket)?.uploads.get(&(key.to_owned(), upload_id.to_owned()));
        upload.cloned().ok_or_else(|| Failure::no_such_upload(upload_id))
    }

    pub(crate) fn put_part(
        &self,
        bucket: &str,
        key: &str,
        upload_id: &str,
        record: PartRecord,
        body: Written,
    ) -> Result<(), Failure> {
        let _changing = self.change();
        let upload = self.upload(bucket, key, upload_id)?;
        let number = record.number;
        let part = Part { record, body: body.keep() };
        if let Some(folder) = &self.folder {
            folder.save_part(bucket, upload_id, &part).inspect_err(|_| part.body.condemn())?;
        }
        let place = upload.place();
        if let Some(upload) = self.write().bucket_mut(bucket)?.uploads.get_mut(&place)
            && let Some(replaced) = upload.parts.insert(number, part)
        {
            replaced.body.condemn();
        }
        Ok(())
    }

    /// Makes an object of the parts of an upload, in their order.
    pub(crate) fn complete(
        &self,
        bucket: &str,
        upload: &Upload,
        draft: Draft,
        parts: &[Part],
        guard: impl FnOnce(Option<&Object>) -> Result<(), Failure>,
    ) -> Result<Arc<Object>, Failure> {
        let _changing = self.change();
        let upload_id = &upload.record.upload_id;
        // It may have been completed or aborted meanwhile, or a part replaced.
        let now = self.upload(bucket, &draft.key, upload_id)?;
        let is_there = |part: &Part| {
            let there = now.parts.get(&part.record.number);
            there.is_some_and(|there| Arc::ptr_eq(&there.body, &part.body))
        };
        if !parts.iter().all(is_there) {
            return Err(Failure::no_such_upload(upload_id));
        }
        self.read().bucket(bucket)?.check(&draft.key, guard)?;
        let body: Vec<_> = parts.iter().map(|part| part.body.clone()).collect();
        let object = self.insert(bucket, draft, body, Some(upload_id.clone()))?;
        self.remove_upload(bucket, &now)?;
        for part in now.parts.values().filter(|part| !parts.iter().any(|used| used.is(part))) {
            part.body.condemn();
        }
        Ok(object)
    }

    pub(crate) fn abort(&self, bucket: &str, key: &str, upload_id: &str) -> Result<(), Failure> {
        let _changing = self.change();
        let upload = self.upload(bucket, key, upload_id)?;
        self.remove_upload(bucket, &upload)?;
        for part in upload.parts.values() {
            part.body.condemn();
        }
        Ok(())
    }

    fn insert(
        &self,
        bucket: &str,
        draft: Draft,
        body: Vec<Arc<segment::Segment>>,
        upload_id: Option<String>,
    ) -> Result<Arc<Object>, Failure> {
        let is_versioned = self.bucket(bucket)?.versioning == Versioning::Enabled;
        let record = ObjectRecord {
            sequence: self.next(),
            key: draft.key,
            is_versioned,
            last_modified: draft.now,
            content: Some(Content {
                object_type: draft.object_type,
                length: body.iter().map(|segment| segment.length()).sum(),
                etag: draft.etag,
                crc64: draft.crc64,
                md5: draft.md5,
                properties: draft.properties,
                upload_id,
            }),
        };
        self.replace(bucket, Object { record, body })
    }

    /// Stores a version, and forgets the one that it takes the place of.
    fn replace(&self, bucket: &str, object: Object) -> Result<Arc<Object>, Failure> {
        let object = Arc::new(object);
        if let Some(folder) = &self.folder
            && let Err(error) = folder.save_object(bucket, &object.record, &object.body)
        {
            let index = self.read();
            let is_used = |segment: &Arc<segment::Segment>| {
                index.bucket(bucket).is_ok_and(|bucket| bucket.has(segment))
            };
            object.body.iter().filter(|it| !is_used(it)).for_each(|it| it.condemn());
            return Err(error.into());
        }
        let replaced = self.write().bucket_mut(bucket)?.insert(object.clone());
        for replaced in replaced {
            if let Some(folder) = &self.folder
                && replaced.record.sequence != object.record.sequence
            {
                folder.remove_object(bucket, replaced.record.sequence)?;
            }
            let is_kept = |segment: &&Arc<segment::Segment>| {
                object.body.iter().any(|other| Arc::ptr_eq(other, segment))
            };
            replaced.body.iter().filter(|segment| !is_kept(segment)).for_each(|it| it.condemn());
        }
        Ok(object)
    }

    fn remove(&self, bucket: &str, object: &Object) -> Result<(), Failure> {
        if let Some(folder) = &self.folder {
            folder.remove_object(bucket, object.record.sequence)?;
        }
        self.write().bucket_mut(bucket)?.remove(object);
        object.body.iter().for_each(|segment| segment.condemn());
        Ok(())
    }

    fn remove_upload(&self, bucket: &str, upload: &Upload) -> Result<(), Failure> {
        if let Some(folder) = &self.folder {
            folder.remove_upload(bucket, &upload.record.upload_id)?;
        }
        self.write().bucket_mut(bucket)?.uploads.remove(&upload.place());
        Ok(())
    }

    fn next(&self) -> u64 {
        self.sequence.fetch_add(1, Ordering::Relaxed)
    }

    fn new_name(&self) -> String {
        format!("{:016x}", self.next())
    }

    fn change(&self) -> std::sync::MutexGuard<'_, ()> {
        self.changing.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Index {
    fn bucket(&self, name: &str) -> Result<&Bucket, Failure> {
        self.buckets.get(name).ok_or_else(|| Failure::no_such_bucket(name))
    }

    fn bucket_mut(&mut self, name: &str) -> Result<&mut Bucket, Failure> {
        self.buckets.get_mut(name).ok_or_else(|| Failure::no_such_bucket(name))
    }
}

impl Bucket {
    /// Shows `guard` the object that is about to be overwritten.
    fn check(
        &self,
        key: &str,
        guard: impl FnOnce(Option<&Object>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let newest = self.newest(key).map(|object| &**object);
        guard(newest.filter(|object| object.record.content.is_some()))
    }
}

impl Object {
    pub(crate) fn length(&self) -> u64 {
        self.record.content.as_ref().map_or(0, |content| content.length)
    }
}

impl Part {
    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.body, &other.body)
    }
}

/// OSS's is not an MD5 either: the bytes before are not read again.
fn appendable_etag(crc64: u64, length: u64) -> String {
    format!("\"{crc64:016X}{length:016X}\"")
}

/// The number that a name was made of.
fn number(name: &str) -> Option<u64> {
    u64::from_str_radix(name, 16).ok()
}

/// Runs what may wait for a disk where waiting holds nobody up.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(Failure::from(io::Error::other(error))),
    }
}
