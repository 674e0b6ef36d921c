//! Multipart upload.

use futures_util::TryStreamExt as _;
use http::StatusCode;

use super::Call;
use super::answer::{Answer, empty, with_header, xml};
use super::document::{
    CompleteMultipartUpload, CompleteMultipartUploadResult, CompletedPart, CopyPartResult,
    InitiateMultipartUploadResult, KeyEncoding, ListPartsResult, ListedPart, iso_date, parse,
};
use super::object::{content_of, forbid_overwrite, with_version};
use super::range::Ranged;
use super::receive;
use crate::failure::Failure;
use crate::storage::{
    self, Draft, ObjectType, Part, PartRecord, Seconds, Upload, Written, blocking, combined_crc64,
    md5,
};

/// Every part but the last has this many bytes at least.
const MIN_PART: u64 = 100 << 10;

const MAX_PARTS: u16 = 10_000;

impl Call<'_> {
    pub(super) async fn initiate_multipart_upload(&mut self) -> Result<Answer, Failure> {
        let (bucket, key) = self.object_target()?;
        let encoding = KeyEncoding::of(self.head)?;
        let properties = self.head.properties()?;
        let is_forbidden = self.head.is_set("x-oss-forbid-overwrite")?;
        let existing = self.oss.store.object(&bucket, &key, None).ok();
        forbid_overwrite(is_forbidden, existing.as_deref())?;
        let now = Seconds::from(self.head.now);
        let store = self.oss.store.clone();
        let name = bucket.clone();
        let upload = blocking(move || store.new_upload(&name, &key, now, properties)).await?;
        xml(&InitiateMultipartUploadResult {
            encoding_type: encoding.name(),
            bucket,
            key: encoding.write(&upload.key),
            upload_id: upload.upload_id,
        })
    }

    pub(super) async fn upload_part(&mut self) -> Result<Answer, Failure> {
        let (number, _) = self.part_target()?;
        let bucket = self.bucket_target()?;
        let segment = self.oss.store.new_segment(&bucket).await?;
        let limit = self.oss.limits.object_bytes;
        let written = receive::store(self.body, self.head, segment, limit).await?;
        let record = self.put_part(number, written).await?;
        let answer = with_header(empty(StatusCode::OK), "etag", record.etag());
        Ok(with_header(answer, "x-oss-hash-crc64ecma", record.crc64.to_string()))
    }

    pub(super) async fn upload_part_copy(&mut self) -> Result<Answer, Failure> {
        let (number, _) = self.part_target()?;
        let source = self.copy_source()?;
        let content = content_of(&source)?;
        let range = self.head.header("x-oss-copy-source-range")?;
        let (start, length) = match Ranged::parse(range, content.length, true)? {
            Ranged::Whole => (0, content.length),
            Ranged::Part(range) => {
                let (first, last) = range.into_inner();
                (first, last.saturating_sub(first).saturating_add(1))
            }
        };
        let mut segment = self.oss.store.new_segment(&self.bucket_target()?).await?;
        let mut pieces = core::pin::pin!(storage::read(&source.body, start, length));
        while let Some(piece) = pieces.try_next().await? {
            segment.write(&piece).await?;
        }
        let record = self.put_part(number, segment.finish().await?).await?;
        xml(&CopyPartResult { last_modified: iso_date(record.last_modified), etag: record.etag() })
    }

    pub(super) async fn complete_multipart_upload(&mut self) -> Result<Answer, Failure> {
        let (bucket, key) = self.object_target()?;
        let encoding = KeyEncoding::of(self.head)?;
        let is_forbidden = self.head.is_set("x-oss-forbid-overwrite")?;
        let takes_all = self.head.header("x-oss-complete-all")?.is_some_and(|all| all == "yes");
        self.read_callback()?;
        let document = receive::read(self.body, self.head, self.oss.limits.document_bytes).await?;
        let upload = self.upload()?;
        let parts = match takes_all {
            true => upload.parts.values().cloned().collect(),
            false => chosen(&upload, &parse::<CompleteMultipartUpload>(&document)?.part)?,
        };
        check_sizes(&parts)?;
        let draft = draft(&upload, &parts, Seconds::from(self.head.now));
        let store = self.oss.store.clone();
        let name = bucket.clone();
        let object = blocking(move || {
            store.complete(&name, &upload, draft, &parts, |existing| {
                forbid_overwrite(is_forbidden, existing)
            })
        });
        let object = object.await?;
        let content = content_of(&object)?;
        let answer = match self.notes.callback {
            Some(_) => self.uploaded(),
            None => xml(&CompleteMultipartUploadResult {
                encoding_type: encoding.name(),
                location: self.location(&bucket, &key),
                key: encoding.write(&key),
                bucket,
                etag: content.etag.clone(),
            })?,
        };
        // The SDK for Node takes it from here, and not from the XML.
        let answer = with_header(answer, "etag", &content.etag);
        let answer = with_header(answer, "x-oss-hash-crc64ecma", content.crc64.to_string());
        Ok(with_version(answer, &object))
    }

    pub(super) async fn abort_multipart_upload(&mut self) -> Result<Answer, Failure> {
        let (bucket, key) = self.object_target()?;
        let upload_id = self.upload_id().to_owned();
        let store = self.oss.store.clone();
        blocking(move || store.abort(&bucket, &key, &upload_id)).await?;
        Ok(empty(StatusCode::NO_CONTENT))
    }

    pub(super) fn list_parts(&self) -> Result<Answer, Failure> {
        let upload = self.upload()?;
        let encoding = KeyEncoding::of(self.head)?;
        let marker: u16 = self.head.query.number("part-number-marker")?.unwrap_or_default();
        let max_parts: usize = self.head.query.number("max-parts")?.unwrap_or(1000).min(1000);
        let after = upload.parts.values().filter(|part| part.record.number > marker);
        let mut part: Vec<_> = after
            .take(max_parts.saturating_add(1))
            .map(|Part { record, .. }| ListedPart {
                part_number: record.number,
                last_modified: iso_date(record.last_modified),
                etag: record.etag(),
                crc64: record.crc64,
                size: record.length,
            })
            .collect();
        let is_truncated = part.len() > max_parts;
        part.truncate(max_parts);
        xml(&ListPartsResult {
            encoding_type: encoding.name(),
            bucket: self.bucket_target()?,
            key: encoding.write(&upload.record.key),
            upload_id: upload.record.upload_id,
            storage_class: upload.record.properties.storage_class,
            part_number_marker: marker,
            next_part_number_marker: part.last().map_or(marker, |part| part.part_number),
            max_parts,
            is_truncated,
            part,
        })
    }

    /// The number of the part that is uploaded, and the upload, which must be there before bytes are
    /// taken for it.
    fn part_target(&self) -> Result<(u16, Upload), Failure> {
        let number: u16 = self.head.query.number("partNumber")?.unwrap_or_default();
        if !(1..=MAX_PARTS).contains(&number) {
            return Err(Failure::invalid_argument("partNumber", number.to_string()));
        }
        Ok((number, self.upload()?))
    }

    fn upload_id(&self) -> &str {
        self.head.query.get("uploadId").unwrap_or_default()
    }

    fn upload(&self) -> Result<Upload, Failure> {
        let (bucket, key) = self.object_target()?;
        self.oss.store.upload(&bucket, &key, self.upload_id())
    }

    async fn put_part(&self, number: u16, written: Written) -> Result<PartRecord, Failure> {
        let (bucket, key) = self.object_target()?;
        let upload_id = self.upload_id().to_owned();
        let record = PartRecord {
            number,
            length: written.sums.length,
            md5: written.sums.md5,
            crc64: written.sums.crc64,
            last_modified: Seconds::from(self.head.now),
        };
        let (store, stored) = (self.oss.store.clone(), record.clone());
        blocking(move || store.put_part(&bucket, &key, &upload_id, stored, written)).await?;
        Ok(record)
    }
}

/// The parts that are listed, in ascending order, with their ETags.
fn chosen(upload: &Upload, listed: &[CompletedPart]) -> Result<Vec<Part>, Failure> {
    if listed.is_empty() {
        return Err(Failure::bad_request("MalformedXML", "The list of parts is empty."));
    }
    if !listed.is_sorted_by(|one, next| one.part_number < next.part_number) {
        let message = "The list of parts was not in ascending order.";
        return Err(Failure::bad_request("InvalidPartOrder", message));
    }
    let bare = |etag: &str| etag.trim_matches('"').to_ascii_uppercase();
    let found = listed.iter().map(|listed| {
        let part = upload.parts.get(&listed.part_number);
        let part = part.filter(|part| bare(&part.record.etag()) == bare(&listed.etag));
        part.cloned().ok_or_else(|| {
            let message = "One or more of the specified parts could not be found or the specified \
                           entity tag might not have matched the part's entity tag.";
            Failure::bad_request("InvalidPart", message)
                .element("PartNumber", listed.part_number.to_string())
        })
    });
    found.collect()
}

fn check_sizes(parts: &[Part]) -> Result<(), Failure> {
    let all_but_last = parts.split_last().map(|(_, others)| others).unwrap_or_default();
    match all_but_last.iter().find(|part| part.record.length < MIN_PART) {
        None => Ok(()),
        Some(part) => {
            let message = "Your proposed upload is smaller than the minimum allowed size.";
            Err(Failure::bad_request("EntityTooSmall", message)
                .element("MinSizeAllowed", MIN_PART.to_string())
                .element("ProposedSize", part.record.length.to_string())
                .element("PartNumber", part.record.number.to_string()))
        }
    }
}

fn draft(upload: &Upload, parts: &[Part], now: Seconds) -> Draft {
    let sums: Vec<u8> = parts.iter().flat_map(|part| part.record.md5).collect();
    let crc64 = parts
        .iter()
        .map(|part| &part.record)
        .fold(0, |crc64, part| combined_crc64(crc64, part.crc64, part.length));
    Draft {
        key: upload.record.key.clone(),
        now,
        object_type: ObjectType::Multipart,
        // No MD5 of the whole: its bytes came in any order.
        etag: format!("\"{}-{}\"", hex::encode_upper(md5(&sums)), parts.len()),
        md5: None,
        crc64,
        properties: upload.record.properties.clone(),
    }
}
