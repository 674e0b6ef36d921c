//! Who may do what with a single object.

use http::StatusCode;

use super::Call;
use super::answer::{Answer, empty, xml};
use super::document::{AccessControlList, AccessControlPolicy, OWNER};
use super::object::content_of;
use super::properties::parse_acl;
use crate::failure::Failure;
use crate::storage::blocking;

impl Call<'_> {
    pub(super) fn get_object_acl(&self) -> Result<Answer, Failure> {
        let object = self.existing_object()?;
        let acl = content_of(&object)?.properties.acl;
        let access_control_list = AccessControlList::new(acl.as_str());
        xml(&AccessControlPolicy { owner: OWNER, access_control_list })
    }

    pub(super) async fn put_object_acl(&mut self) -> Result<Answer, Failure> {
        let (bucket, key) = self.object_target()?;
        let acl = parse_acl(self.head.header("x-oss-object-acl")?.unwrap_or_default())?;
        let version_id = self.head.query.filled("versionId").map(str::to_owned);
        let store = self.oss.store.clone();
        let change = move || {
            let version_id = version_id.as_deref();
            store.update(&bucket, &key, version_id, |content| content.properties.acl = acl)
        };
        blocking(change).await?;
        Ok(empty(StatusCode::OK))
    }
}
