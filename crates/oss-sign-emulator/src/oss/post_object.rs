//! Uploads by HTML form.

use std::collections::BTreeMap;

use http::StatusCode;
use http::header::LOCATION;
use http_body_util::BodyDataStream;
use multer::{Field, Multipart, parse_boundary};
use oss_sign::verify::SignatureForm;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::answer::{Answer, empty, with_header, xml};
use super::authenticate::Claim;
use super::authorize::Permissions;
use super::callback::callback;
use super::document::PostResponse;
use super::head::Head;
use super::head::checked_key;
use super::object::{checksums, content_of, forbid_overwrite, with_version};
use super::operation::Operation;
use super::post_policy::PostPolicy;
use super::properties::properties;
use super::receive::too_large;
use super::{Call, Oss};
use crate::failure::Failure;
use crate::storage::{Draft, Object, SegmentWriter, Written, blocking};

/// The fields before `file`, by their names in lower case.
type Fields = BTreeMap<String, String>;

/// A form that is allowed to upload its file.
struct Admitted {
    key: String,
    /// The smallest and the largest size of the file.
    size: (u64, u64),
}

impl Call<'_> {
    pub(super) async fn post_object(&mut self) -> Result<Answer, Failure> {
        let bucket = self.bucket_target()?;
        let content_type = self.head.header("content-type")?.unwrap_or_default();
        let boundary = parse_boundary(content_type).map_err(|_| {
            let message = "Bucket POST must be of the enclosure-type multipart/form-data.";
            Failure::new(StatusCode::PRECONDITION_FAILED, "PreconditionFailed", message)
        })?;
        let Self { oss, head, body, notes, .. } = self;
        let segment = oss.store.new_segment(&bucket).await?;
        let mut form = Multipart::new(BodyDataStream::new(&mut **body), boundary);
        let (fields, file) = read_fields(&mut form, oss.limits.form_bytes).await?;
        let admitted = admit(oss, head, &bucket, &fields, &file, &mut notes.claim)?;
        notes.callback = fields.get("callback").map(|text| callback(text)).transpose()?;
        // Before the file is read, as it can be large.
        let named = fields.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let properties = properties(named)?;
        let (min, max) = admitted.size;
        let written = store_file(file, segment, min, max.min(oss.limits.object_bytes)).await?;
        drop(form);
        let draft = Draft::of_one_piece(admitted.key, head.now, &written.sums, properties);
        let is_forbidden = fields
            .get("x-oss-forbid-overwrite")
            .is_some_and(|text| text.eq_ignore_ascii_case("true"));
        let (store, name) = (oss.store.clone(), bucket.clone());
        let object = blocking(move || {
            store.put(&name, draft, written, |existing| forbid_overwrite(is_forbidden, existing))
        });
        let object = object.await?;
        self.posted(&object, &bucket, &fields)
    }

    /// The answer that the form asks for.
    fn posted(&self, object: &Object, bucket: &str, fields: &Fields) -> Result<Answer, Failure> {
        let key = &object.record.key;
        let etag = &content_of(object)?.etag;
        let location = self.location(bucket, key);
        let field =
            |name: &str| fields.get(name).map(String::as_str).filter(|text| !text.is_empty());
        let mut answer = if self.notes.callback.is_some() {
            self.uploaded()
        } else if let Some(redirect) = field("success_action_redirect") {
            let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
            let separator = if redirect.contains('?') { '&' } else { '?' };
            let query = format!("bucket={bucket}&key={}&etag={}", encoded(key), encoded(etag));
            let redirect = format!("{redirect}{separator}{query}");
            with_header(empty(StatusCode::SEE_OTHER), LOCATION, redirect)
        } else {
            match field("success_action_status") {
                Some("200") => empty(StatusCode::OK),
                Some("201") => {
                    let mut answer = xml(&PostResponse {
                        bucket: bucket.to_owned(),
                        etag: etag.clone(),
                        location,
                        key: key.clone(),
                    })?;
                    *answer.status_mut() = StatusCode::CREATED;
                    answer
                }
                _ => empty(StatusCode::NO_CONTENT),
            }
        };
        for (name, value) in checksums(object) {
            answer = with_header(answer, name, value);
        }
        Ok(with_version(answer, object))
    }
}

/// Reads what comes before the file. Fields after it do not count.
async fn read_fields<'f>(
    form: &mut Multipart<'f>,
    limit: usize,
) -> Result<(Fields, Field<'f>), Failure> {
    let mut fields = Fields::new();
    let mut left = limit;
    while let Some(mut field) = form.next_field().await.map_err(malformed)? {
        let name = field.name().unwrap_or_default().to_ascii_lowercase();
        if name == "file" {
            return Ok((fields, field));
        }
        let mut value = Vec::new();
        while let Some(piece) = field.chunk().await.map_err(malformed)? {
            left = left.checked_sub(piece.len()).ok_or_else(|| {
                let message = "Your POST request fields preceding the upload file were too large.";
                Failure::bad_request("MaxPOSTPreDataLengthExceeded", message)
            })?;
            value.extend_from_slice(&piece);
        }
        let value = String::from_utf8(value).map_err(|_| {
            Failure::bad_request("InvalidArgument", "A field of the form is not UTF-8.")
        })?;
        if let Some(first) = fields.insert(name.clone(), value) {
            let message = format!("The form has the field {name} twice.");
            return Err(Failure::bad_request("InvalidArgument", message)
                .element("ArgumentName", name)
                .element("ArgumentValue", first));
        }
    }
    let message = "POST requires exactly one file upload per request.";
    Err(Failure::bad_request("IncorrectNumberOfFilesInPOSTRequest", message))
}

/// Verifies the signature of the form, and checks that its policy allows what it wants.
fn admit(
    oss: &Oss,
    head: &Head,
    bucket: &str,
    fields: &Fields,
    file: &Field<'_>,
    claim: &mut Claim,
) -> Result<Admitted, Failure> {
    let listed: Vec<_> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let (caller, policy) = oss.verifier(head.now).verify_form(&listed, claim)?;
    let Some(key) = fields.get("key") else {
        let message = "Bucket POST must contain a field named 'key'. If it is specified, please \
                       check the order of the fields.";
        return Err(Failure::bad_request("InvalidArgument", message).element("ArgumentName", "key"));
    };
    let key = checked_key(&key.replace("${filename}", file.file_name().unwrap_or_default()))?;
    let mut size = (0, u64::MAX);
    if let Some(policy) = policy {
        let policy = PostPolicy::parse(policy, head.now)?;
        if claim.form == Some(SignatureForm::V4Post) {
            policy.check_v4()?;
        }
        let mut fields = fields.clone();
        fields.insert("bucket".to_owned(), bucket.to_owned());
        fields.insert("key".to_owned(), key.clone());
        policy.check_fields(&fields)?;
        size = policy.size_range();
    }
    let permissions = Permissions { caller, region: oss.region.to_string() };
    permissions.check(Operation::PostObject.action(), bucket, Some(&key))?;
    permissions.check_anonymous(Operation::PostObject, oss.store.bucket(bucket)?.acl, None)?;
    Ok(Admitted { key, size })
}

async fn store_file(
    mut file: Field<'_>,
    mut segment: SegmentWriter,
    min: u64,
    max: u64,
) -> Result<Written, Failure> {
    while let Some(piece) = file.chunk().await.map_err(malformed)? {
        segment.write(&piece).await?;
        if segment.length() > max {
            return Err(too_large(max));
        }
    }
    if segment.length() < min {
        let message = "Your proposed upload is smaller than the minimum allowed size.";
        return Err(Failure::bad_request("EntityTooSmall", message)
            .element("MinSizeAllowed", min.to_string())
            .element("ProposedSize", segment.length().to_string()));
    }
    Ok(segment.finish().await?)
}

#[allow(clippy::needless_pass_by_value, reason = "as `map_err` gives it")]
fn malformed(_: multer::Error) -> Failure {
    let message = "The body of your POST request is not well-formed multipart/form-data.";
    Failure::bad_request("MalformedPOSTRequest", message)
}
