//! The operations of OSS, by their names in its documentation.

use http::{Method, StatusCode};

use super::head::{Head, Target};
use crate::failure::Failure;

macro_rules! operations {
    ($($name:ident needs $action:literal),* $(,)?) => {
        /// What a request asks for.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Operation {
            $($name),*
        }

        impl Operation {
            /// Its name in the documentation.
            pub(super) fn name(self) -> &'static str {
                match self {
                    $(Self::$name => stringify!($name)),*
                }
            }

            /// The action that a policy must allow for it.
            pub(super) fn action(self) -> &'static str {
                match self {
                    $(Self::$name => concat!("oss:", $action)),*
                }
            }
        }
    };
}

operations! {
    AbortMultipartUpload needs "AbortMultipartUpload",
    AppendObject needs "PutObject",
    CompleteMultipartUpload needs "PutObject",
    CopyObject needs "PutObject",
    DeleteBucket needs "DeleteBucket",
    // Each of its objects needs it for itself.
    DeleteMultipleObjects needs "DeleteObject",
    DeleteObject needs "DeleteObject",
    GetBucketAcl needs "GetBucketAcl",
    GetBucketInfo needs "GetBucketInfo",
    GetBucketLocation needs "GetBucketLocation",
    GetBucketVersioning needs "GetBucketVersioning",
    GetObject needs "GetObject",
    GetObjectAcl needs "GetObjectAcl",
    GetObjectMeta needs "GetObject",
    HeadObject needs "GetObject",
    InitiateMultipartUpload needs "PutObject",
    // Of all buckets: the name of the operation is that of the service.
    ListBuckets needs "ListBuckets",
    ListMultipartUploads needs "ListMultipartUploads",
    ListObjectVersions needs "ListObjectVersions",
    ListObjects needs "ListObjects",
    ListObjectsV2 needs "ListObjects",
    ListParts needs "ListParts",
    PostObject needs "PutObject",
    PutBucket needs "PutBucket",
    PutBucketAcl needs "PutBucketAcl",
    PutBucketVersioning needs "PutBucketVersioning",
    PutObject needs "PutObject",
    PutObjectAcl needs "PutObjectAcl",
    UploadPart needs "PutObject",
    UploadPartCopy needs "PutObject",
}

/// Sub-resources of OSS that ask for another operation, which is none of the above. Ignored, they
/// would do something else than was asked for.
const NOT_IMPLEMENTED: [&str; 41] = [
    "accessPoint",
    "accessPointPolicy",
    "asyncFetch",
    "bucketArchiveDirectRead",
    "cleanRestoredObject",
    "cname",
    "comp",
    "cors",
    "encryption",
    "httpsConfig",
    "inventory",
    "legalHold",
    "lifecycle",
    "live",
    "logging",
    "metaQuery",
    "objectWorm",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "qosInfo",
    "redundancyTransition",
    "referer",
    "replication",
    "replicationLocation",
    "replicationProgress",
    "requestPayment",
    "resourceGroup",
    "restore",
    "retention",
    "rtc",
    "seal",
    "stat",
    "style",
    "symlink",
    "tagging",
    "transferAcceleration",
    "website",
    "worm",
    "x-oss-async-process",
    "x-oss-rename",
];

impl Operation {
    /// The action that a policy must allow for it; versions have actions of their own.
    pub(super) fn action_on(self, version_id: Option<&str>) -> String {
        match (self, version_id) {
            (Self::GetObject | Self::HeadObject | Self::DeleteObject, Some(_))
            | (Self::GetObjectAcl | Self::PutObjectAcl, Some(_)) => {
                self.action().replace("Object", "ObjectVersion")
            }
            _ => self.action().to_owned(),
        }
    }

    /// Whether bucket and key of the request tell all of what is to be allowed; else the body does.
    pub(super) fn is_decided_by_its_target(self) -> bool {
        !matches!(self, Self::DeleteMultipleObjects | Self::PostObject)
    }

    pub(super) fn of(head: &Head) -> Result<Self, Failure> {
        if let Some(name) = head.query.names().find(|name| NOT_IMPLEMENTED.contains(name)) {
            let message = format!("The emulator does not have the sub-resource {name}.");
            return Err(not_implemented(message));
        }
        let operation = match head.target {
            Target::Service => Self::of_service(head),
            Target::Bucket(_) => Self::of_bucket(head),
            Target::Object(..) => Self::of_object(head),
        };
        operation.ok_or_else(|| {
            let message = "The specified method is not allowed against this resource.";
            Failure::new(StatusCode::METHOD_NOT_ALLOWED, "MethodNotAllowed", message)
                .element("Method", head.method.as_str())
        })
    }

    fn of_service(head: &Head) -> Option<Self> {
        (head.method == Method::GET).then_some(Self::ListBuckets)
    }

    fn of_bucket(head: &Head) -> Option<Self> {
        let has = |name| head.query.has(name);
        Some(match head.method {
            Method::GET | Method::HEAD => match () {
                () if has("acl") => Self::GetBucketAcl,
                () if has("bucketInfo") => Self::GetBucketInfo,
                () if has("location") => Self::GetBucketLocation,
                () if has("uploads") => Self::ListMultipartUploads,
                () if has("versioning") => Self::GetBucketVersioning,
                () if has("versions") => Self::ListObjectVersions,
                () if head.query.get("list-type") == Some("2") => Self::ListObjectsV2,
                () => Self::ListObjects,
            },
            Method::PUT if has("acl") => Self::PutBucketAcl,
            Method::PUT if has("versioning") => Self::PutBucketVersioning,
            Method::PUT => Self::PutBucket,
            Method::DELETE => Self::DeleteBucket,
            Method::POST if has("delete") => Self::DeleteMultipleObjects,
            Method::POST => Self::PostObject,
            _ => return None,
        })
    }

    fn of_object(head: &Head) -> Option<Self> {
        let has = |name| head.query.has(name);
        let has_source = head.headers.contains_key("x-oss-copy-source");
        Some(match head.method {
            Method::GET if has("uploadId") => Self::ListParts,
            Method::GET if has("acl") => Self::GetObjectAcl,
            Method::GET | Method::HEAD if has("objectMeta") => Self::GetObjectMeta,
            Method::GET => Self::GetObject,
            Method::HEAD => Self::HeadObject,
            Method::PUT if has("acl") => Self::PutObjectAcl,
            Method::PUT if has("uploadId") && has_source => Self::UploadPartCopy,
            Method::PUT if has("uploadId") => Self::UploadPart,
            Method::PUT if has_source => Self::CopyObject,
            Method::PUT => Self::PutObject,
            Method::DELETE if has("uploadId") => Self::AbortMultipartUpload,
            Method::DELETE => Self::DeleteObject,
            Method::POST if has("append") => Self::AppendObject,
            Method::POST if has("uploads") => Self::InitiateMultipartUpload,
            Method::POST if has("uploadId") => Self::CompleteMultipartUpload,
            _ => return None,
        })
    }
}

pub(super) fn not_implemented(message: String) -> Failure {
    let status = StatusCode::NOT_IMPLEMENTED;
    Failure::new(status, "NotImplemented", message)
}
