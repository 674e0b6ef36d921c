//! Bytes that are stored: an object is a row of segments.

use core::sync::atomic::{AtomicBool, Ordering};
use std::fs;
use std::io::{self, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, Stream};
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt};

use super::checksum::{Checksum, Sums};

/// Bytes that were stored, and do not change.
#[derive(Debug)]
pub(crate) struct Segment {
    length: u64,
    place: Place,
}

#[derive(Debug)]
enum Place {
    Memory(Bytes),
    File(StoredFile),
}

/// A file that goes with the last of those who read it, once it is not needed any more.
#[derive(Debug)]
struct StoredFile {
    name: String,
    path: PathBuf,
    is_condemned: AtomicBool,
}

impl Drop for StoredFile {
    fn drop(&mut self) {
        if self.is_condemned.load(Ordering::Relaxed) {
            // What cannot be removed now is removed at the next start.
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Segment {
    pub(super) fn in_file(name: String, path: PathBuf, length: u64) -> Self {
        let file = StoredFile { name, path, is_condemned: AtomicBool::new(false) };
        Self { length, place: Place::File(file) }
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The name of its file; in memory it has none.
    pub(super) fn name(&self) -> Option<&str> {
        match &self.place {
            Place::Memory(_) => None,
            Place::File(file) => Some(&file.name),
        }
    }

    /// Frees its room as soon as nobody reads it any more.
    pub(super) fn condemn(&self) {
        if let Place::File(file) = &self.place {
            file.is_condemned.store(true, Ordering::Relaxed);
        }
    }

    /// The same bytes once more, with a life of their own. `path` is the file to be, in a folder.
    pub(super) fn duplicate(&self, name: String, path: PathBuf) -> io::Result<Self> {
        match &self.place {
            Place::Memory(bytes) => {
                Ok(Self { length: self.length, place: Place::Memory(bytes.clone()) })
            }
            Place::File(file) => {
                // Stored files never change, so two names for one will do where the file system
                // can do that.
                if fs::hard_link(&file.path, &path).is_err() {
                    fs::copy(&file.path, &path)?;
                    fs::File::open(&path)?.sync_all()?;
                }
                Ok(Self::in_file(name, path, self.length))
            }
        }
    }

    /// `length` bytes from `start` on, piece by piece.
    fn read(
        self: Arc<Self>,
        start: u64,
        length: u64,
    ) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
        stream::try_unfold(Reading::NotYet { segment: self, start, length }, Reading::next)
    }
}

/// Where the reading of a segment is.
enum Reading {
    NotYet { segment: Arc<Segment>, start: u64, length: u64 },
    File { segment: Arc<Segment>, file: File, left: u64 },
    Done,
}

impl Reading {
    /// Bytes that are read at a time, and so held in memory for a download.
    const PIECE: usize = 128 << 10;

    async fn next(self) -> io::Result<Option<(Bytes, Self)>> {
        match self {
            Self::Done => Ok(None),
            Self::NotYet { segment, start, length } => match &segment.place {
                Place::Memory(bytes) => {
                    let from = usize::try_from(start).unwrap_or(usize::MAX).min(bytes.len());
                    let to = usize::try_from(start.saturating_add(length)).unwrap_or(usize::MAX);
                    Ok(Some((bytes.slice(from..to.clamp(from, bytes.len())), Self::Done)))
                }
                Place::File(stored) => {
                    let mut file = File::open(&stored.path).await?;
                    file.seek(SeekFrom::Start(start)).await?;
                    Self::next_of_file(segment, file, length).await
                }
            },
            Self::File { segment, file, left } => Self::next_of_file(segment, file, left).await,
        }
    }

    async fn next_of_file(
        segment: Arc<Segment>,
        mut file: File,
        left: u64,
    ) -> io::Result<Option<(Bytes, Self)>> {
        let size = usize::try_from(left).unwrap_or(usize::MAX).min(Self::PIECE);
        if size == 0 {
            return Ok(None);
        }
        let mut piece = vec![0; size];
        file.read_exact(&mut piece).await?;
        let left = left.saturating_sub(u64::try_from(size).unwrap_or(u64::MAX));
        Ok(Some((piece.into(), Self::File { segment, file, left })))
    }
}

/// `length` bytes of a row of segments from `start` on.
pub(crate) fn read(
    segments: &[Arc<Segment>],
    start: u64,
    length: u64,
) -> impl Stream<Item = io::Result<Bytes>> + Send + use<> {
    let (mut skipped, mut left) = (start, length);
    let mut pieces = Vec::new();
    for segment in segments {
        if skipped >= segment.length {
            skipped = skipped.saturating_sub(segment.length);
            continue;
        }
        let size = segment.length.saturating_sub(skipped).min(left);
        if size > 0 {
            pieces.push(segment.clone().read(skipped, size));
        }
        skipped = 0;
        left = left.saturating_sub(size);
    }
    stream::StreamExt::flatten(stream::iter(pieces))
}

/// Writes a segment. If it is dropped before it is finished, nothing is left of it.
#[derive(Debug)]
pub(crate) struct SegmentWriter {
    place: Writing,
    checksum: Checksum,
}

#[derive(Debug)]
enum Writing {
    Memory(Vec<u8>),
    File { file: File, stored: StoredFile },
}

impl SegmentWriter {
    pub(super) fn in_memory() -> Self {
        Self { place: Writing::Memory(Vec::new()), checksum: Checksum::default() }
    }

    pub(super) async fn in_file(name: String, path: PathBuf) -> io::Result<Self> {
        let file = File::create_new(&path).await?;
        let stored = StoredFile { name, path, is_condemned: AtomicBool::new(true) };
        Ok(Self { place: Writing::File { file, stored }, checksum: Checksum::default() })
    }

    pub(crate) async fn write(&mut self, piece: &[u8]) -> io::Result<()> {
        self.checksum.update(piece);
        match &mut self.place {
            Writing::Memory(bytes) => bytes.extend_from_slice(piece),
            Writing::File { file, .. } => file.write_all(piece).await?,
        }
        Ok(())
    }

    /// How many bytes were written.
    pub(crate) fn length(&self) -> u64 {
        self.checksum.length()
    }

    /// Waits until the bytes are safe. The segment goes away again if nobody
    /// [keeps](Self::keep) it.
    pub(crate) async fn finish(self) -> io::Result<Written> {
        let sums = self.checksum.finish();
        let place = match self.place {
            Writing::Memory(bytes) => Place::Memory(bytes.into()),
            Writing::File { mut file, stored } => {
                file.flush().await?;
                file.sync_all().await?;
                Place::File(stored)
            }
        };
        Ok(Written { segment: Segment { length: sums.length, place }, sums })
    }
}

/// A segment that is written, but not yet part of anything.
#[derive(Debug)]
pub(crate) struct Written {
    segment: Segment,
    pub(crate) sums: Sums,
}

impl Written {
    /// It is to stay, as part of an object or an upload.
    pub(super) fn keep(self) -> Arc<Segment> {
        if let Place::File(file) = &self.segment.place {
            file.is_condemned.store(false, Ordering::Relaxed);
        }
        Arc::new(self.segment)
    }
}
