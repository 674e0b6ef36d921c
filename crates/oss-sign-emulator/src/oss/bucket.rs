//! Buckets.

use http::StatusCode;

use super::Call;
use super::answer::{Answer, empty, xml};
use super::document::{
    AccessControlList, AccessControlPolicy, Bucket, BucketDetails, BucketInfo, Buckets,
    CreateBucketConfiguration, ListAllMyBucketsResult, LocationConstraint, OWNER,
    VersioningConfiguration, iso_date, parse,
};
use super::receive;
use crate::failure::Failure;
use crate::storage::{Acl, BucketRecord, Seconds, Versioning, blocking};

impl BucketRecord {
    pub(crate) fn new(name: String, acl: Acl, now: oss_sign::Timestamp) -> Self {
        Self {
            name,
            created_at: Seconds::from(now),
            acl,
            versioning: Versioning::Never,
            storage_class: "Standard".to_owned(),
        }
    }
}

impl Call<'_> {
    pub(super) fn list_buckets(&self) -> Result<Answer, Failure> {
        let query = &self.head.query;
        let prefix = query.get("prefix").unwrap_or_default();
        let marker = query.get("marker").unwrap_or_default();
        let max_keys: usize = query.number("max-keys")?.unwrap_or(100).min(1000);
        let buckets = self.oss.store.buckets().into_iter();
        let mut buckets: Vec<_> = buckets
            .filter(|bucket| bucket.name.starts_with(prefix) && bucket.name.as_str() > marker)
            .take(max_keys.saturating_add(1))
            .map(|bucket| self.described_bucket(&bucket))
            .collect();
        let is_truncated = buckets.len() > max_keys;
        buckets.truncate(max_keys);
        xml(&ListAllMyBucketsResult {
            prefix: prefix.to_owned(),
            marker: marker.to_owned(),
            max_keys,
            is_truncated,
            next_marker: buckets.last().filter(|_| is_truncated).map(|bucket| bucket.name.clone()),
            owner: OWNER,
            buckets: Buckets { bucket: buckets },
        })
    }

    pub(super) async fn put_bucket(&mut self) -> Result<Answer, Failure> {
        let name = self.bucket_target()?;
        let acl = match self.head.header("x-oss-acl")? {
            None => None,
            Some(text) => Some(parse_acl(text)?),
        };
        let document = receive::read(self.body, self.head, self.oss.limits.document_bytes).await?;
        let class = match document.as_slice() {
            [] => None,
            bytes => parse::<CreateBucketConfiguration>(bytes)?.storage_class,
        };
        let record = match self.oss.store.bucket(&name) {
            // Made by the same owner, which is no error: it may set the ACL.
            Ok(record) => BucketRecord { acl: acl.unwrap_or(record.acl), ..record },
            Err(_) => {
                let record = BucketRecord::new(name, acl.unwrap_or(Acl::Private), self.head.now);
                BucketRecord { storage_class: class.unwrap_or(record.storage_class), ..record }
            }
        };
        self.save(record).await
    }

    pub(super) async fn delete_bucket(&mut self) -> Result<Answer, Failure> {
        let name = self.bucket_target()?;
        let store = self.oss.store.clone();
        blocking(move || store.delete_bucket(&name)).await?;
        Ok(empty(StatusCode::NO_CONTENT))
    }

    pub(super) fn get_bucket_info(&self) -> Result<Answer, Failure> {
        let record = self.bucket_record()?;
        xml(&BucketInfo {
            bucket: BucketDetails {
                bucket: self.described_bucket(&record),
                owner: OWNER,
                access_control_list: AccessControlList::new(record.acl.as_str()),
                data_redundancy_type: "LRS",
                versioning: record.versioning.status(),
            },
        })
    }

    pub(super) fn get_bucket_location(&self) -> Result<Answer, Failure> {
        xml(&LocationConstraint(format!("oss-{}", self.oss.region)))
    }

    pub(super) fn get_bucket_acl(&self) -> Result<Answer, Failure> {
        let access_control_list = AccessControlList::new(self.bucket_record()?.acl.as_str());
        xml(&AccessControlPolicy { owner: OWNER, access_control_list })
    }

    pub(super) async fn put_bucket_acl(&mut self) -> Result<Answer, Failure> {
        let acl = self.head.header("x-oss-acl")?.unwrap_or_default();
        let record = BucketRecord { acl: parse_acl(acl)?, ..self.bucket_record()? };
        self.save(record).await
    }

    pub(super) fn get_bucket_versioning(&self) -> Result<Answer, Failure> {
        let status = self.bucket_record()?.versioning.status().map(str::to_owned);
        xml(&VersioningConfiguration { status })
    }

    pub(super) async fn put_bucket_versioning(&mut self) -> Result<Answer, Failure> {
        let document = receive::read(self.body, self.head, self.oss.limits.document_bytes).await?;
        let versioning = match parse::<VersioningConfiguration>(&document)?.status.as_deref() {
            Some("Enabled") => Versioning::Enabled,
            Some("Suspended") => Versioning::Suspended,
            other => return Err(Failure::invalid_argument("Status", other.unwrap_or_default())),
        };
        let record = BucketRecord { versioning, ..self.bucket_record()? };
        self.save(record).await
    }

    async fn save(&self, record: BucketRecord) -> Result<Answer, Failure> {
        let store = self.oss.store.clone();
        blocking(move || store.save_bucket(record)).await?;
        Ok(empty(StatusCode::OK))
    }

    pub(super) fn bucket_record(&self) -> Result<BucketRecord, Failure> {
        self.oss.store.bucket(&self.bucket_target()?)
    }

    fn described_bucket(&self, record: &BucketRecord) -> Bucket {
        let region = &self.oss.region;
        Bucket {
            name: record.name.clone(),
            creation_date: iso_date(record.created_at),
            location: format!("oss-{region}"),
            region: region.to_string(),
            extranet_endpoint: format!("oss-{region}.aliyuncs.com"),
            intranet_endpoint: format!("oss-{region}-internal.aliyuncs.com"),
            storage_class: record.storage_class.clone(),
        }
    }
}

impl Versioning {
    /// As the documents have it: nothing before it was ever switched on.
    fn status(self) -> Option<&'static str> {
        match self {
            Self::Never => None,
            Self::Enabled => Some("Enabled"),
            Self::Suspended => Some("Suspended"),
        }
    }
}

fn parse_acl(text: &str) -> Result<Acl, Failure> {
    let acl = Acl::parse(text).filter(|acl| *acl != Acl::Default);
    acl.ok_or_else(|| Failure::invalid_argument("x-oss-acl", text))
}
