//! A folder that outlives the emulator, and any way in which it ends.
//!
//! ```text
//! oss-sign-emulator.json            says that this folder is one, and locks it
//! buckets/BUCKET/bucket.json
//! buckets/BUCKET/objects/SEQUENCE.json      an object: its key and properties, and which bodies it has
//! buckets/BUCKET/uploads/ID/upload.json
//! buckets/BUCKET/uploads/ID/NUMBER.json     a part, and its body
//! buckets/BUCKET/bodies/SEQUENCE
//! ```
//!
//! No key is ever a path. Bodies are written and synchronized first; a file of JSON is written beside
//! its place, synchronized, and renamed into it: that moment an object exists, as a whole. What a
//! killed emulator leaves behind is a body that no JSON names, which the next start removes.

use core::fmt;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::index::{Bucket, Index, Upload};
use super::record::{BucketRecord, Object, ObjectRecord, Part, PartRecord, UploadRecord};
use super::segment::Segment;

/// The folder of a running emulator.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// Held until the end, so that no second emulator takes what this one writes for leftovers.
    _lock: File,
}

const MARKER: &str = "oss-sign-emulator.json";

/// What the marker says: the layout of the folder.
#[derive(Deserialize, Serialize)]
struct Layout {
    layout: Version,
}

#[derive(Deserialize, Serialize)]
enum Version {
    #[serde(rename = "1")]
    One,
}

/// An object in a file: in memory its segments have no names.
#[derive(Deserialize, Serialize)]
struct StoredObject<R> {
    record: R,
    bodies: Vec<StoredBody>,
}

#[derive(Deserialize, Serialize)]
struct StoredPart<R> {
    record: R,
    body: StoredBody,
}

#[derive(Deserialize, Serialize)]
struct StoredBody {
    name: String,
    length: u64,
}

impl StoredBody {
    fn of(segment: &Segment) -> Self {
        Self { name: segment.name().unwrap_or_default().to_owned(), length: segment.length() }
    }
}

impl Folder {
    /// Opens a folder, or makes one of it if it is empty or not there; and removes what a killed
    /// emulator left behind.
    pub(super) fn open(root: &Path) -> Result<(Self, Index), StorageError> {
        let failed = |error| StorageError::new(root, Fault::Io(error));
        fs::create_dir_all(root).map_err(failed)?;
        let marker = root.join(MARKER);
        if !marker.exists() {
            if fs::read_dir(root).map_err(failed)?.next().is_some() {
                return Err(StorageError::new(root, Fault::NotOurs));
            }
            write_json(&marker, &Layout { layout: Version::One }).map_err(failed)?;
        }
        let lock = File::open(&marker).map_err(failed)?;
        fs4::FileExt::try_lock(&lock).map_err(|_| StorageError::new(root, Fault::InUse))?;
        read_json::<Layout>(&marker)?;
        let folder = Self { root: root.to_owned(), _lock: lock };
        let index = folder.load()?;
        Ok((folder, index))
    }

    pub(super) fn body_path(&self, bucket: &str, name: &str) -> PathBuf {
        self.bodies(bucket).join(name)
    }

    pub(super) fn save_bucket(&self, record: &BucketRecord) -> io::Result<()> {
        for folder in
            [self.objects(&record.name), self.uploads(&record.name), self.bodies(&record.name)]
        {
            fs::create_dir_all(folder)?;
        }
        synchronize(&self.bucket(&record.name))?;
        synchronize(&self.buckets())?;
        write_json(&self.bucket(&record.name).join("bucket.json"), record)
    }

    pub(super) fn remove_bucket(&self, name: &str) -> io::Result<()> {
        remove(&self.bucket(name).join("bucket.json"))?;
        fs::remove_dir_all(self.bucket(name))
    }

    pub(super) fn save_object(
        &self,
        bucket: &str,
        record: &ObjectRecord,
        body: &[Arc<Segment>],
    ) -> io::Result<()> {
        // The bodies must be in their folder before the object says so.
        synchronize(&self.bodies(bucket))?;
        let bodies = body.iter().map(|segment| StoredBody::of(segment)).collect();
        write_json(&self.object(bucket, record.sequence), &StoredObject { record, bodies })
    }

    pub(super) fn remove_object(&self, bucket: &str, sequence: u64) -> io::Result<()> {
        remove(&self.object(bucket, sequence))
    }

    pub(super) fn save_upload(&self, bucket: &str, record: &UploadRecord) -> io::Result<()> {
        let folder = self.upload(bucket, &record.upload_id);
        fs::create_dir_all(&folder)?;
        synchronize(&self.uploads(bucket))?;
        write_json(&folder.join("upload.json"), record)
    }

    pub(super) fn save_part(&self, bucket: &str, upload_id: &str, part: &Part) -> io::Result<()> {
        synchronize(&self.bodies(bucket))?;
        let path = self.upload(bucket, upload_id).join(format!("{:05}.json", part.record.number));
        let stored = StoredPart { record: &part.record, body: StoredBody::of(&part.body) };
        write_json(&path, &stored)
    }

    pub(super) fn remove_upload(&self, bucket: &str, upload_id: &str) -> io::Result<()> {
        let folder = self.upload(bucket, upload_id);
        remove(&folder.join("upload.json"))?;
        fs::remove_dir_all(folder)
    }

    fn buckets(&self) -> PathBuf {
        self.root.join("buckets")
    }

    fn bucket(&self, bucket: &str) -> PathBuf {
        self.buckets().join(bucket)
    }

    fn bodies(&self, bucket: &str) -> PathBuf {
        self.bucket(bucket).join("bodies")
    }

    fn objects(&self, bucket: &str) -> PathBuf {
        self.bucket(bucket).join("objects")
    }

    fn object(&self, bucket: &str, sequence: u64) -> PathBuf {
        self.objects(bucket).join(format!("{sequence:016x}.json"))
    }

    fn uploads(&self, bucket: &str) -> PathBuf {
        self.bucket(bucket).join("uploads")
    }

    fn upload(&self, bucket: &str, upload_id: &str) -> PathBuf {
        self.uploads(bucket).join(upload_id)
    }

    fn load(&self) -> Result<Index, StorageError> {
        let mut index = Index::default();
        fs::create_dir_all(self.buckets())
            .map_err(|error| StorageError::new(&self.root, Fault::Io(error)))?;
        for path in entries(&self.buckets())? {
            // It was about to be made, or about to be removed.
            if !path.join("bucket.json").exists() {
                fs::remove_dir_all(&path)
                    .map_err(|error| StorageError::new(&path, Fault::Io(error)))?;
                continue;
            }
            let record: BucketRecord = read_json(&path.join("bucket.json"))?;
            let bucket = self.load_bucket(record)?;
            index.buckets.insert(bucket.record.name.clone(), bucket);
        }
        Ok(index)
    }

    fn load_bucket(&self, record: BucketRecord) -> Result<Bucket, StorageError> {
        let name = record.name.clone();
        let mut bucket = Bucket::new(record);
        let mut objects = Vec::new();
        for path in json_files(&self.objects(&name))? {
            let stored: StoredObject<ObjectRecord> = read_json(&path)?;
            objects.push(self.load_object(&name, stored)?);
        }
        objects.sort_by_key(|object| object.record.sequence);
        for object in objects {
            // An object that was overwritten, when the emulator ended before it was removed.
            for replaced in bucket.insert(object) {
                let path = self.object(&name, replaced.record.sequence);
                remove(&path).map_err(|error| StorageError::new(&path, Fault::Io(error)))?;
            }
        }
        for path in entries(&self.uploads(&name))? {
            let is_whole = path.join("upload.json").exists();
            match is_whole.then(|| self.load_upload(&name, &path)).transpose()? {
                // An upload that was completed.
                Some(upload) if !bucket.has_completed(&upload.record.upload_id) => {
                    bucket.uploads.insert(upload.place(), upload);
                }
                _ => fs::remove_dir_all(&path)
                    .map_err(|error| StorageError::new(&path, Fault::Io(error)))?,
            }
        }
        self.remove_unused_bodies(&bucket)?;
        Ok(bucket)
    }

    fn load_object(
        &self,
        bucket: &str,
        stored: StoredObject<ObjectRecord>,
    ) -> Result<Arc<Object>, StorageError> {
        let body = stored.bodies.iter().map(|body| self.load_body(bucket, body));
        Ok(Arc::new(Object { record: stored.record, body: body.collect::<Result<_, _>>()? }))
    }

    fn load_upload(&self, bucket: &str, path: &Path) -> Result<Upload, StorageError> {
        let record: UploadRecord = read_json(&path.join("upload.json"))?;
        let mut parts = BTreeMap::new();
        for path in json_files(path)?.into_iter().filter(|path| !path.ends_with("upload.json")) {
            let stored: StoredPart<PartRecord> = read_json(&path)?;
            let body = self.load_body(bucket, &stored.body)?;
            parts.insert(stored.record.number, Part { record: stored.record, body });
        }
        Ok(Upload { record, parts })
    }

    fn load_body(&self, bucket: &str, body: &StoredBody) -> Result<Arc<Segment>, StorageError> {
        let path = self.body_path(bucket, &body.name);
        match fs::metadata(&path) {
            Ok(metadata) if metadata.len() == body.length => {
                Ok(Arc::new(Segment::in_file(body.name.clone(), path, body.length)))
            }
            Ok(_) => Err(StorageError::new(&path, Fault::Length)),
            Err(error) => Err(StorageError::new(&path, Fault::Io(error))),
        }
    }

    fn remove_unused_bodies(&self, bucket: &Bucket) -> Result<(), StorageError> {
        let used: BTreeSet<_> = bucket.segments().filter_map(|segment| segment.name()).collect();
        for path in entries(&self.bodies(&bucket.record.name))? {
            let name = path.file_name().and_then(|name| name.to_str());
            if !name.is_some_and(|name| used.contains(name)) {
                fs::remove_file(&path)
                    .map_err(|error| StorageError::new(&path, Fault::Io(error)))?;
            }
        }
        Ok(())
    }
}

/// Either the old text is there, or the new one.
fn write_json(path: &Path, value: &impl Serialize) -> io::Result<()> {
    let beside = path.with_extension("tmp");
    let mut file = File::create(&beside)?;
    file.write_all(&serde_json::to_vec(value)?)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    path.parent().map_or(Ok(()), synchronize)
}

fn remove(path: &Path) -> io::Result<()> {
    fs::remove_file(path)?;
    path.parent().map_or(Ok(()), synchronize)
}

/// Waits until the names in a folder are safe. Not every system has that.
fn synchronize(folder: &Path) -> io::Result<()> {
    match cfg!(unix) {
        true => File::open(folder)?.sync_all(),
        false => Ok(()),
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, StorageError> {
    let failed = |error| StorageError::new(folder, Fault::Io(error));
    let entries = fs::read_dir(folder).map_err(failed)?;
    entries.map(|entry| entry.map(|entry| entry.path()).map_err(failed)).collect()
}

/// The files of JSON in a folder; what was not finished is removed.
fn json_files(folder: &Path) -> Result<Vec<PathBuf>, StorageError> {
    let (files, unfinished): (Vec<_>, Vec<_>) = entries(folder)?
        .into_iter()
        .partition(|path| path.extension().is_some_and(|extension| extension == "json"));
    for path in unfinished {
        fs::remove_file(&path).map_err(|error| StorageError::new(&path, Fault::Io(error)))?;
    }
    Ok(files)
}

fn read_json<T: DeserializeOwned>(path: &Path) -> Result<T, StorageError> {
    let text = fs::read(path).map_err(|error| StorageError::new(path, Fault::Io(error)))?;
    serde_json::from_slice(&text).map_err(|error| StorageError::new(path, Fault::Malformed(error)))
}

/// Why a folder cannot be used.
#[derive(Debug)]
pub struct StorageError {
    path: PathBuf,
    fault: Fault,
}

#[derive(Debug)]
enum Fault {
    Io(io::Error),
    Malformed(serde_json::Error),
    Length,
    NotOurs,
    InUse,
}

impl StorageError {
    fn new(path: &Path, fault: Fault) -> Self {
        Self { path: path.to_owned(), fault }
    }
}

impl fmt::Display for StorageError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: ", self.path.display())?;
        match &self.fault {
            Fault::Io(error) => write!(formatter, "{error}"),
            Fault::Malformed(error) => {
                write!(formatter, "this file was changed by others: {error}")
            }
            Fault::Length => {
                formatter.write_str("this file was changed by others: its length is wrong")
            }
            Fault::NotOurs => formatter.write_str(
                "the folder has files that are not of the emulator: give one that is empty or new",
            ),
            Fault::InUse => formatter.write_str("another emulator uses this folder"),
        }
    }
}

impl core::error::Error for StorageError {}
