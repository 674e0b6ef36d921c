//! Who calls: the AccessKey of a call and its signature, checked in the order of the service.

use core::time::Duration;
use std::sync::{Arc, PoisonError};

use oss_sign_credentials::{Credentials, rpc};

use super::Call;
use super::refusal::Refusal;
use crate::access_keys::AccessKey;
use crate::oss::ACCOUNT;
use crate::policy::Decision;
use crate::sessions::Session;

/// How far the time of a call may be from the clock.
pub(super) const MAX_SKEW: Duration = Duration::from_secs(15 * 60);

/// What RAM calls the one user by, who has all permanent AccessKeys.
pub(super) const USER_ID: &str = "200000000000000001";

/// Whose signature is on the call: the user's, or that of a session.
pub(super) struct Caller {
    access_key: Arc<AccessKey>,
    pub(super) session: Option<Arc<Session>>,
}

impl Caller {
    pub(super) fn arn(&self) -> String {
        match &self.session {
            None => format!("acs:ram::{ACCOUNT}:user/local"),
            Some(session) => session.arn.clone(),
        }
    }

    pub(super) fn principal_id(&self) -> String {
        self.session.as_ref().map_or_else(|| USER_ID.to_owned(), |session| session.id())
    }

    /// Whether a session's policy leaves it the right to an action.
    pub(super) fn may(&self, action: &str, arn: &str) -> bool {
        let policy = self.access_key.session_policy();
        policy.is_none_or(|policy| policy.decide(action, arn) == Decision::Allowed)
    }
}

impl Call<'_> {
    /// Who signed this call, if the signature holds.
    pub(super) fn caller(&self) -> Result<Caller, Refusal> {
        let id = self.received.access_key_id().ok_or(Refusal::Missing("AccessKeyId"))?;
        let access_key = self.sessions.access_keys().get(id);
        let access_key = access_key.ok_or(Refusal::UnknownAccessKeyId)?;
        if access_key.is_disabled() {
            return Err(Refusal::AccessKeyDisabled);
        }
        self.verify(&access_key)?;
        if access_key.has_expired(self.now) {
            return Err(Refusal::SecurityTokenExpired);
        }
        // Only now, lest a stranger use up the nonces of others.
        let nonce = self.received.nonce().unwrap_or_default();
        let mut nonces = self.sts.nonces.lock().unwrap_or_else(PoisonError::into_inner);
        if !nonces.take(&format!("{id} {nonce}"), self.now) {
            return Err(Refusal::NonceUsed);
        }
        Ok(Caller { session: self.sessions.find(id), access_key })
    }

    fn verify(&self, access_key: &AccessKey) -> Result<(), Refusal> {
        let known = access_key.credentials();
        let credentials = Credentials::new(
            known.access_key_id(),
            access_key.access_key_secret(),
            known.security_token(),
        );
        let credentials = credentials.map_err(|_| Refusal::InternalError)?;
        self.received.verify(&credentials, self.now, MAX_SKEW).map_err(|refusal| match refusal {
            rpc::Refusal::Signature => {
                Refusal::SignatureDoesNotMatch(self.received.string_to_sign())
            }
            other => Refusal::Call(other),
        })
    }
}
