//! Who may do what: the owner everything, a temporary AccessKey what its session policy allows, and
//! anyone what the ACLs of bucket and object allow.

use super::ACCOUNT;
use super::authenticate::Caller;
use super::operation::Operation;
use crate::failure::Failure;
use crate::policy::{Decision, Policy};
use crate::storage::{Acl, Object};

/// Whose permission is asked, in which region.
#[derive(Clone, Debug)]
pub(super) struct Permissions {
    pub(super) caller: Caller,
    pub(super) region: String,
}

impl Permissions {
    /// Whether the session policy of the caller, if it has one, allows an action. For the ACLs see
    /// [`check_anonymous`](Self::check_anonymous).
    pub(super) fn check(
        &self,
        action: &str,
        bucket: &str,
        key: Option<&str>,
    ) -> Result<(), Failure> {
        let Caller::AccessKey(access_key) = &self.caller else { return Ok(()) };
        let Some(policy) = access_key.session_policy() else { return Ok(()) };
        let name = match key {
            None => bucket.to_owned(),
            Some(key) => format!("{bucket}/{key}"),
        };
        let resource = format!("acs:oss:oss-{}:{ACCOUNT}:{name}", self.region);
        check_policy(policy, action, &resource)
    }

    pub(super) fn is_anonymous(&self) -> bool {
        matches!(self.caller, Caller::Anonymous)
    }

    /// Whether anyone may do it, if the caller is anyone. `object` is the one that is there.
    pub(super) fn check_anonymous(
        &self,
        operation: Operation,
        bucket: Acl,
        object: Option<&Object>,
    ) -> Result<(), Failure> {
        if !self.is_anonymous() {
            return Ok(());
        }
        let of_object = object.and_then(|object| object.record.content.as_ref());
        let acl = match of_object.map(|content| content.properties.acl) {
            None | Some(Acl::Default) => bucket,
            Some(acl) => acl,
        };
        match operation {
            Operation::GetObject | Operation::HeadObject | Operation::GetObjectMeta
                if acl.lets_anyone_read() =>
            {
                Ok(())
            }
            Operation::PutObject
            | Operation::PostObject
            | Operation::AppendObject
            | Operation::InitiateMultipartUpload
            | Operation::UploadPart
            | Operation::CompleteMultipartUpload
            | Operation::DeleteObject
                if bucket.lets_anyone_write() =>
            {
                Ok(())
            }
            Operation::GetObject | Operation::HeadObject | Operation::GetObjectMeta => {
                Err(Failure::access_denied(
                    "You have no right to access this object because of bucket acl.",
                )
                .ec("0003-00000001"))
            }
            Operation::PutBucket | Operation::ListBuckets => {
                Err(Failure::access_denied("Anonymous access is forbidden for this operation.")
                    .ec("0003-00001201"))
            }
            _ => Err(Failure::access_denied("Anonymous user has no right to access this bucket.")
                .ec("0003-00000001")),
        }
    }
}

fn check_policy(policy: &Policy, action: &str, resource: &str) -> Result<(), Failure> {
    let (kind, ec) = match policy.decide(action, resource) {
        Decision::Allowed => return Ok(()),
        Decision::ExplicitDeny => ("ExplicitDeny", "0003-00000201"),
        Decision::ImplicitDeny => ("ImplicitDeny", "0003-00000001"),
    };
    let message = "You have no right to access this object.";
    Err(Failure::access_denied(message).ec(ec).nested(
        "AccessDeniedDetail",
        vec![
            ("PolicyType", "SessionPolicy".to_owned()),
            ("AuthAction", action.to_owned()),
            ("AuthPrincipalOwnerId", ACCOUNT.to_owned()),
            ("AuthPrincipalType", "AssumedRoleUser".to_owned()),
            ("NoPermissionType", kind.to_owned()),
        ],
    ))
}
