//! The OSS part: what is asked for, by whom, whether that is allowed, and the answer.

mod answer;
mod append;
mod authenticate;
mod authorize;
mod bucket;
mod callback;
mod condition;
mod copy;
mod delete_multiple;
mod document;
mod head;
mod list;
mod multipart;
mod object;
mod object_acl;
mod operation;
mod post_object;
mod post_policy;
mod properties;
mod range;
mod receive;

use core::sync::atomic::{AtomicU64, Ordering};
use std::sync::Arc;

use http::header::{DATE, EXPECT, SERVER};
use http::{Method, Request, StatusCode};
use hyper::body::Incoming;
use oss_sign::{Region, Timestamp};
use tokio::time::Instant;

use answer::{Answer, with_header};
use authenticate::{Caller, Claim, Verifier};
use authorize::Permissions;
use condition::http_date;
use head::{Head, Target};
use operation::Operation;

use crate::access_keys::AccessKeys;
use crate::clock::Clock;
use crate::failure::Failure;
use crate::faults::{Fault, Faults};
use crate::hosts::Hosts;
use crate::limits::Limits;
use crate::record::{RequestRecord, Requests, redacted};
use crate::server::{Reset, Service};
use crate::storage::{Seconds, Store};

/// The emulator's only account, which owns all buckets.
pub(crate) const ACCOUNT: &str = "1234567890123456";

/// The service.
#[derive(Debug)]
pub(crate) struct Oss {
    pub(crate) access_keys: AccessKeys,
    pub(crate) clock: Clock,
    pub(crate) faults: Faults,
    pub(crate) hosts: Hosts,
    pub(crate) limits: Limits,
    pub(crate) region: Region,
    pub(crate) requests: Requests,
    pub(crate) store: Arc<Store>,
    pub(crate) request_count: AtomicU64,
}

/// A request that is being answered.
struct Call<'c> {
    oss: &'c Oss,
    head: &'c Head,
    permissions: &'c Permissions,
    body: &'c mut Incoming,
    notes: &'c mut Notes,
}

/// What is remembered of a request.
#[derive(Debug, Default)]
struct Notes {
    target: Option<Target>,
    operation: Option<Operation>,
    claim: Claim,
    callback: Option<String>,
}

impl Service for Oss {
    async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Result<Answer, Reset> {
        let started = Instant::now();
        let delay = self.faults.delay_of_next();
        // A timer ends with a whole millisecond, even one of nothing.
        if !delay.is_zero() {
            tokio::time::sleep(delay).await;
        }
        let now = self.faults.apply_to(self.clock.now());
        let request_id = self.new_request_id(now);
        let (parts, mut body) = request.into_parts();
        let is_head = parts.method == Method::HEAD;
        let expects_continue = parts.headers.contains_key(EXPECT);
        let host = head::host(&parts);
        let mut record = RequestRecord {
            at: now,
            request_id: request_id.clone(),
            method: parts.method.as_str().to_owned(),
            host: host.clone(),
            path_and_query: redacted(head::path_and_query(&parts)),
            bucket: None,
            key: None,
            operation: None,
            access_key_id: None,
            signature_form: None,
            status: 0,
            code: None,
            callback: None,
            took: started.elapsed(),
        };
        let mut notes = Notes::default();
        let result = match self.faults.next() {
            Some(Fault::Reset) => {
                self.note(record, started);
                return Err(Reset);
            }
            Some(Fault::Answer500) => Err(internal_error()),
            None => match Head::new(parts, &self.hosts, now) {
                Ok(head) => self.fulfil(&head, &mut body, &mut notes).await,
                Err(failure) => Err(failure),
            },
        };
        record.bucket = notes.target.as_ref().and_then(Target::bucket).map(str::to_owned);
        record.key = notes.target.as_ref().and_then(Target::key).map(str::to_owned);
        record.operation = notes.operation.map(Operation::name);
        record.access_key_id = notes.claim.access_key_id;
        record.signature_form = notes.claim.form;
        record.callback = notes.callback;
        let answer = result.unwrap_or_else(|failure| {
            record.code = Some(failure.code);
            answer::failure(&failure, is_head, &request_id, &host)
        });
        record.status = answer.status().as_u16();
        // Who waits to be told to go on with the body will not send it.
        if record.code.is_some() && !expects_continue {
            receive::drain(&mut body).await;
        }
        self.note(record, started);
        let answer = with_header(answer, SERVER, "AliyunOSS");
        let answer = with_header(answer, DATE, http_date(Seconds::from(now)));
        Ok(with_header(answer, "x-oss-request-id", request_id))
    }
}

impl Oss {
    async fn fulfil(
        &self,
        head: &Head,
        body: &mut Incoming,
        notes: &mut Notes,
    ) -> Result<Answer, Failure> {
        notes.target = Some(head.target.clone());
        let operation = Operation::of(head)?;
        notes.operation = Some(operation);
        // OSS looks for the bucket before it looks at the signature.
        let bucket = match (head.target.bucket(), operation) {
            (Some(bucket), operation) if operation != Operation::PutBucket => {
                Some(self.store.bucket(bucket)?)
            }
            _ => None,
        };
        let caller = match operation {
            // Its signature is in the form; others in header or URL do not count.
            Operation::PostObject => Caller::Anonymous,
            _ => self.verifier(head.now).verify(head, &mut notes.claim)?,
        };
        let permissions = Permissions { caller, region: self.region.to_string() };
        if operation.is_decided_by_its_target() {
            let name = head.target.bucket().unwrap_or("*");
            let (key, version_id) = (head.target.key(), head.query.filled("versionId"));
            let action = operation.action_on(version_id);
            permissions.check(&action, name, key)?;
            let object = key.and_then(|key| self.store.object(name, key, version_id).ok());
            let acl = bucket.map(|bucket| bucket.acl).unwrap_or_default();
            permissions.check_anonymous(operation, acl, object.as_deref())?;
        }
        let mut call = Call { oss: self, head, permissions: &permissions, body, notes };
        call.fulfil(operation).await
    }

    fn verifier(&self, now: Timestamp) -> Verifier<'_> {
        Verifier { access_keys: &self.access_keys, region: &self.region, now }
    }

    /// 24 digits, as OSS has them: the time, and which request it is.
    fn new_request_id(&self, now: Timestamp) -> String {
        let count = self.request_count.fetch_add(1, Ordering::Relaxed);
        format!("{:08X}{count:016X}", now.unix_seconds())
    }

    fn note(&self, mut record: RequestRecord, started: Instant) {
        record.took = started.elapsed();
        tracing::info!(target: "oss_sign_emulator", "{record}");
        self.requests.push(record);
    }
}

impl Call<'_> {
    async fn fulfil(&mut self, operation: Operation) -> Result<Answer, Failure> {
        match operation {
            Operation::AbortMultipartUpload => self.abort_multipart_upload().await,
            Operation::AppendObject => self.append_object().await,
            Operation::CompleteMultipartUpload => self.complete_multipart_upload().await,
            Operation::CopyObject => self.copy_object().await,
            Operation::DeleteBucket => self.delete_bucket().await,
            Operation::DeleteMultipleObjects => self.delete_multiple_objects().await,
            Operation::DeleteObject => self.delete_object().await,
            Operation::GetBucketAcl => self.get_bucket_acl(),
            Operation::GetBucketInfo => self.get_bucket_info(),
            Operation::GetBucketLocation => self.get_bucket_location(),
            Operation::GetBucketVersioning => self.get_bucket_versioning(),
            Operation::GetObject | Operation::HeadObject => self.get_object(),
            Operation::GetObjectAcl => self.get_object_acl(),
            Operation::GetObjectMeta => self.get_object_meta(),
            Operation::InitiateMultipartUpload => self.initiate_multipart_upload().await,
            Operation::ListBuckets => self.list_buckets(),
            Operation::ListMultipartUploads => self.list_multipart_uploads(),
            Operation::ListObjectVersions => self.list_object_versions(),
            Operation::ListObjects => self.list_objects(),
            Operation::ListObjectsV2 => self.list_objects_v2(),
            Operation::ListParts => self.list_parts(),
            Operation::PostObject => self.post_object().await,
            Operation::PutBucket => self.put_bucket().await,
            Operation::PutBucketAcl => self.put_bucket_acl().await,
            Operation::PutBucketVersioning => self.put_bucket_versioning().await,
            Operation::PutObject => self.put_object().await,
            Operation::PutObjectAcl => self.put_object_acl().await,
            Operation::UploadPart => self.upload_part().await,
            Operation::UploadPartCopy => self.upload_part_copy().await,
        }
    }

    /// The URL of an object, as OSS tells it.
    fn location(&self, bucket: &str, key: &str) -> String {
        format!("http://{bucket}.oss-{}.aliyuncs.com/{key}", self.oss.region)
    }

    fn bucket_target(&self) -> Result<String, Failure> {
        let bucket = self.head.target.bucket().map(str::to_owned);
        bucket.ok_or_else(|| Failure::bad_request("InvalidRequest", "The bucket is missing."))
    }

    fn object_target(&self) -> Result<(String, String), Failure> {
        match &self.head.target {
            Target::Object(bucket, key) => Ok((bucket.clone(), key.clone())),
            _ => Err(Failure::bad_request("InvalidRequest", "The object is missing.")),
        }
    }
}

fn internal_error() -> Failure {
    let message = "We encountered an internal error. Please try again.";
    Failure::new(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", message)
}
