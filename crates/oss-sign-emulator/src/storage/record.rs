//! What is known of buckets, objects and uploads: in a folder, one file of JSON for each.

use std::collections::BTreeMap;
use std::sync::Arc;

use oss_sign::Timestamp;
use serde::{Deserialize, Serialize};

use super::segment::Segment;

/// Who may do what without an AccessKey.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Acl {
    /// As the bucket has it; for a bucket, as `Private`.
    #[default]
    Default,
    Private,
    PublicRead,
    PublicReadWrite,
}

impl Acl {
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let all = [Self::Default, Self::Private, Self::PublicRead, Self::PublicReadWrite];
        all.into_iter().find(|acl| acl.as_str() == text)
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Private => "private",
            Self::PublicRead => "public-read",
            Self::PublicReadWrite => "public-read-write",
        }
    }

    pub(crate) fn lets_anyone_read(self) -> bool {
        matches!(self, Self::PublicRead | Self::PublicReadWrite)
    }

    pub(crate) fn lets_anyone_write(self) -> bool {
        self == Self::PublicReadWrite
    }
}

/// Whether a bucket keeps what is overwritten and deleted.
#[derive(Clone, Copy, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) enum Versioning {
    #[default]
    Never,
    Enabled,
    Suspended,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct BucketRecord {
    pub(crate) name: String,
    pub(crate) created_at: Seconds,
    pub(crate) acl: Acl,
    pub(crate) versioning: Versioning,
    pub(crate) storage_class: String,
}

/// Seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub(crate) struct Seconds(pub(crate) u64);

impl From<Timestamp> for Seconds {
    fn from(instant: Timestamp) -> Self {
        Self(instant.unix_seconds())
    }
}

/// What an uploader says of an object besides its bytes.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) struct Properties {
    /// `content-type` and the like, and `x-oss-meta-*`; names in lower case.
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) acl: Acl,
    pub(crate) storage_class: String,
}

/// How an object came to be: the header `x-oss-object-type`.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub(crate) enum ObjectType {
    Normal,
    Multipart,
    Appendable,
}

impl ObjectType {
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Normal => "Normal",
            Self::Multipart => "Multipart",
            Self::Appendable => "Appendable",
        }
    }
}

/// The bytes of an object, and what was computed of them.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct Content {
    pub(crate) object_type: ObjectType,
    pub(crate) length: u64,
    /// With its quotes.
    pub(crate) etag: String,
    pub(crate) crc64: u64,
    /// In base64; only of objects that were uploaded in one piece.
    pub(crate) md5: Option<String>,
    pub(crate) properties: Properties,
    /// The multipart upload that it was.
    pub(crate) upload_id: Option<String>,
}

/// One version of an object.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct ObjectRecord {
    /// Counts up: the newest version of a key has the highest.
    pub(crate) sequence: u64,
    pub(crate) key: String,
    /// Whether it has a version ID. If not, OSS calls it `null`, and there is one at most.
    pub(crate) is_versioned: bool,
    pub(crate) last_modified: Seconds,
    /// `None` for a delete marker.
    pub(crate) content: Option<Content>,
}

impl ObjectRecord {
    pub(crate) fn version_id(&self) -> String {
        match self.is_versioned {
            true => format!("CAEQARiBgID{:021X}", self.sequence),
            false => "null".to_owned(),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Object {
    pub(crate) record: ObjectRecord,
    pub(crate) body: Vec<Arc<Segment>>,
}

/// A multipart upload that is under way.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct UploadRecord {
    pub(crate) upload_id: String,
    pub(crate) key: String,
    pub(crate) initiated_at: Seconds,
    pub(crate) properties: Properties,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
pub(crate) struct PartRecord {
    pub(crate) number: u16,
    pub(crate) length: u64,
    pub(crate) md5: [u8; 16],
    pub(crate) crc64: u64,
    pub(crate) last_modified: Seconds,
}

impl PartRecord {
    pub(crate) fn etag(&self) -> String {
        etag(&self.md5)
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) record: PartRecord,
    pub(crate) body: Arc<Segment>,
}

/// The ETag of bytes that were uploaded in one piece.
pub(crate) fn etag(md5: &[u8; 16]) -> String {
    format!("\"{}\"", hex::encode_upper(md5))
}
