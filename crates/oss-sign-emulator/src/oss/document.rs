//! The XML documents of OSS: those it sends, and those it takes.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use quick_xml::de::from_str;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::ACCOUNT;
use super::authenticate::with_milliseconds;
use super::head::Head;
use crate::failure::Failure;
use crate::storage::Seconds;

/// Who owns everything here.
#[derive(Debug, Serialize)]
pub(super) struct Owner {
    #[serde(rename = "ID")]
    id: &'static str,
    #[serde(rename = "DisplayName")]
    display_name: &'static str,
}

pub(super) const OWNER: Owner = Owner { id: ACCOUNT, display_name: ACCOUNT };

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AccessControlList {
    grant: &'static str,
}

impl AccessControlList {
    pub(super) fn new(grant: &'static str) -> Self {
        Self { grant }
    }
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AccessControlPolicy {
    pub(super) owner: Owner,
    pub(super) access_control_list: AccessControlList,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListAllMyBucketsResult {
    pub(super) prefix: String,
    pub(super) marker: String,
    pub(super) max_keys: usize,
    pub(super) is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_marker: Option<String>,
    pub(super) owner: Owner,
    pub(super) buckets: Buckets,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Buckets {
    pub(super) bucket: Vec<Bucket>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Bucket {
    pub(super) name: String,
    pub(super) creation_date: String,
    pub(super) location: String,
    pub(super) region: String,
    pub(super) extranet_endpoint: String,
    pub(super) intranet_endpoint: String,
    pub(super) storage_class: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BucketInfo {
    pub(super) bucket: BucketDetails,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct BucketDetails {
    #[serde(flatten)]
    pub(super) bucket: Bucket,
    pub(super) owner: Owner,
    pub(super) access_control_list: AccessControlList,
    pub(super) data_redundancy_type: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) versioning: Option<&'static str>,
}

#[derive(Debug, Serialize)]
#[serde(rename = "LocationConstraint")]
pub(super) struct LocationConstraint(#[serde(rename = "$text")] pub(super) String);

#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct VersioningConfiguration {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CreateBucketConfiguration {
    pub(super) storage_class: Option<String>,
}

/// One line of a listing.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListedObject {
    pub(super) key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) is_latest: Option<bool>,
    pub(super) last_modified: String,
    #[serde(rename = "ETag", skip_serializing_if = "Option::is_none")]
    pub(super) etag: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) r#type: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) storage_class: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) owner: Option<Owner>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CommonPrefix {
    pub(super) prefix: String,
}

/// Of `ListObjects` and `ListObjectsV2`, which differ in how they go on.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListBucketResult {
    pub(super) name: String,
    pub(super) prefix: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) marker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) start_after: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) continuation_token: Option<String>,
    pub(super) max_keys: usize,
    pub(super) delimiter: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) encoding_type: Option<&'static str>,
    pub(super) is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_marker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_continuation_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) key_count: Option<usize>,
    pub(super) contents: Vec<ListedObject>,
    pub(super) common_prefixes: Vec<CommonPrefix>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListVersionsResult {
    pub(super) name: String,
    pub(super) prefix: String,
    pub(super) key_marker: String,
    pub(super) version_id_marker: String,
    pub(super) max_keys: usize,
    pub(super) delimiter: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) encoding_type: Option<&'static str>,
    pub(super) is_truncated: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_key_marker: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) next_version_id_marker: Option<String>,
    pub(super) delete_marker: Vec<ListedObject>,
    pub(super) version: Vec<ListedObject>,
    pub(super) common_prefixes: Vec<CommonPrefix>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListMultipartUploadsResult {
    pub(super) bucket: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) encoding_type: Option<&'static str>,
    pub(super) key_marker: String,
    pub(super) upload_id_marker: String,
    pub(super) next_key_marker: String,
    pub(super) next_upload_id_marker: String,
    pub(super) delimiter: String,
    pub(super) prefix: String,
    pub(super) max_uploads: usize,
    pub(super) is_truncated: bool,
    pub(super) upload: Vec<ListedUpload>,
    pub(super) common_prefixes: Vec<CommonPrefix>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListedUpload {
    pub(super) key: String,
    pub(super) upload_id: String,
    pub(super) initiated: String,
    pub(super) storage_class: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct InitiateMultipartUploadResult {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) encoding_type: Option<&'static str>,
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) upload_id: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListPartsResult {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) encoding_type: Option<&'static str>,
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) upload_id: String,
    pub(super) storage_class: String,
    pub(super) part_number_marker: u16,
    pub(super) next_part_number_marker: u16,
    pub(super) max_parts: usize,
    pub(super) is_truncated: bool,
    pub(super) part: Vec<ListedPart>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct ListedPart {
    pub(super) part_number: u16,
    pub(super) last_modified: String,
    #[serde(rename = "ETag")]
    pub(super) etag: String,
    #[serde(rename = "HashCrc64ecma")]
    pub(super) crc64: u64,
    pub(super) size: u64,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CompleteMultipartUpload {
    #[serde(default)]
    pub(super) part: Vec<CompletedPart>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CompletedPart {
    pub(super) part_number: u16,
    #[serde(rename = "ETag")]
    pub(super) etag: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CompleteMultipartUploadResult {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) encoding_type: Option<&'static str>,
    pub(super) location: String,
    pub(super) bucket: String,
    pub(super) key: String,
    #[serde(rename = "ETag")]
    pub(super) etag: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CopyObjectResult {
    pub(super) last_modified: String,
    #[serde(rename = "ETag")]
    pub(super) etag: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct CopyPartResult {
    pub(super) last_modified: String,
    #[serde(rename = "ETag")]
    pub(super) etag: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct PostResponse {
    pub(super) bucket: String,
    #[serde(rename = "ETag")]
    pub(super) etag: String,
    pub(super) location: String,
    pub(super) key: String,
}

/// What is to be deleted.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Delete {
    #[serde(default)]
    pub(super) quiet: bool,
    #[serde(default)]
    pub(super) object: Vec<DeletedKey>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeletedKey {
    pub(super) key: String,
    pub(super) version_id: Option<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct DeleteResult {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) encoding_type: Option<&'static str>,
    pub(super) deleted: Vec<Deleted>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Deleted {
    pub(super) key: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) version_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delete_marker: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delete_marker_version_id: Option<String>,
}

/// Reads a document.
pub(super) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    let malformed = || {
        let message = "The XML you provided was not well-formed or did not validate against our \
                       published schema.";
        Failure::bad_request("MalformedXML", message)
    };
    from_str(str::from_utf8(bytes).map_err(|_| malformed())?).map_err(|_| malformed())
}

/// How the keys of a document are written: not every key can be in XML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyEncoding {
    Plain,
    Url,
}

/// All but what RFC 3986 never reserves.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

impl KeyEncoding {
    pub(super) fn of(head: &Head) -> Result<Self, Failure> {
        match head.query.filled("encoding-type") {
            None => Ok(Self::Plain),
            Some("url") => Ok(Self::Url),
            Some(other) => Err(Failure::invalid_argument("encoding-type", other)),
        }
    }

    pub(super) fn write(self, key: &str) -> String {
        match self {
            Self::Plain => key.to_owned(),
            Self::Url => utf8_percent_encode(key, RESERVED).to_string(),
        }
    }

    /// The value of the element `EncodingType`.
    pub(super) fn name(self) -> Option<&'static str> {
        (self == Self::Url).then_some("url")
    }
}

/// `2023-11-14T22:13:20.000Z`
pub(super) fn iso_date(instant: Seconds) -> String {
    // Every instant that is stored was one.
    oss_sign::Timestamp::from_unix_seconds(instant.0).map(with_milliseconds).unwrap_or_default()
}
