//! Buckets.

use http::StatusCode;

use super::Call;
use super::answer::{Answer, empty};
use crate::failure::Failure;
use crate::storage::{Acl, BucketRecord, Seconds, blocking};

impl Call<'_> {
    pub(super) async fn put_bucket(&mut self) -> Result<Answer, Failure> {
        let name = self.bucket_target()?;
        let acl = match self.head.header("x-oss-acl")? {
            None => None,
            Some(text) => Some(parse_acl(text)?),
        };
        let record = match self.oss.store.bucket(&name) {
            // Made by the same owner, which is no error: it may set the ACL.
            Ok(record) => BucketRecord { acl: acl.unwrap_or(record.acl), ..record },
            Err(_) => BucketRecord::new(name, acl.unwrap_or(Acl::Private), self.head.now),
        };
        let store = self.oss.store.clone();
        blocking(move || store.save_bucket(record)).await?;
        Ok(empty(StatusCode::OK))
    }

    pub(super) async fn delete_bucket(&mut self) -> Result<Answer, Failure> {
        let name = self.bucket_target()?;
        let store = self.oss.store.clone();
        blocking(move || store.delete_bucket(&name)).await?;
        Ok(empty(StatusCode::NO_CONTENT))
    }
}

fn parse_acl(text: &str) -> Result<Acl, Failure> {
    let acl = Acl::parse(text).filter(|acl| *acl != Acl::Default);
    acl.ok_or_else(|| Failure::invalid_argument("x-oss-acl", text))
}

impl BucketRecord {
    pub(crate) fn new(name: String, acl: Acl, now: oss_sign::Timestamp) -> Self {
        Self {
            name,
            created_at: Seconds::from(now),
            acl,
            versioning: Default::default(),
            storage_class: "Standard".to_owned(),
        }
    }
}
