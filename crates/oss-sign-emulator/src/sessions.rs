//! Temporary AccessKeys: issued for a role, good until they expire.

use core::fmt;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss_sign::{CredentialsError, Timestamp};

use crate::access_keys::{AccessKey, AccessKeys};
use crate::policy::Policy;
use crate::role::Role;

/// Who assumed which role, and the credentials for it.
pub(crate) struct Session {
    pub(crate) access_key_id: String,
    pub(crate) access_key_secret: String,
    pub(crate) security_token: String,
    pub(crate) expires_at: Timestamp,
    pub(crate) role_id: String,
    /// The ARN of the role under its session name.
    pub(crate) arn: String,
    session_name: String,
}

impl Session {
    /// `ROLE_ID:SESSION_NAME`, as STS and RAM name a session.
    pub(crate) fn id(&self) -> String {
        format!("{}:{}", self.role_id, self.session_name)
    }
}

/// Neither secret nor token.
impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = formatter.debug_struct("Session");
        shown.field("access_key_id", &self.access_key_id).field("arn", &self.arn);
        shown.field("expires_at", &self.expires_at).finish_non_exhaustive()
    }
}

/// All sessions; their AccessKeys are among those that OSS accepts.
#[derive(Debug)]
pub(crate) struct Sessions {
    access_keys: AccessKeys,
    by_access_key_id: Mutex<HashMap<String, Arc<Session>>>,
}

/// For how long an expired session is told from one that never was: a day, in seconds.
const REMEMBERED_SECONDS: u64 = 86_400;

impl Sessions {
    pub(crate) fn new(access_keys: AccessKeys) -> Self {
        Self { access_keys, by_access_key_id: Mutex::default() }
    }

    pub(crate) fn access_keys(&self) -> &AccessKeys {
        &self.access_keys
    }

    /// Issues an AccessKey for so many seconds, which OSS accepts from now on.
    pub(crate) fn issue(
        &self,
        role: &Role,
        session_name: &str,
        seconds: u32,
        policy: Option<Policy>,
        now: Timestamp,
    ) -> Result<Arc<Session>, CredentialsError> {
        let session = Arc::new(Session {
            access_key_id: format!("STS.{}", letters::<18>()),
            access_key_secret: letters::<33>(),
            // With `+`, `/` and `=`, as real ones have them.
            security_token: random::<361>().map(|bytes| STANDARD.encode(bytes)).unwrap_or_default(),
            expires_at: now.checked_add_seconds(seconds.into()).unwrap_or(now),
            role_id: role.id(),
            arn: role.session_arn(session_name),
            session_name: session_name.to_owned(),
        });
        let access_key = AccessKey::temporary(
            &session.access_key_id,
            &session.access_key_secret,
            &session.security_token,
            session.expires_at,
        )?;
        self.access_keys.insert(match policy {
            None => access_key,
            Some(policy) => access_key.with_session_policy(policy),
        });
        self.remember(&session, now);
        Ok(session)
    }

    pub(crate) fn find(&self, access_key_id: &str) -> Option<Arc<Session>> {
        let sessions = self.by_access_key_id.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.get(access_key_id).cloned()
    }

    fn remember(&self, session: &Arc<Session>, now: Timestamp) {
        let mut sessions = self.by_access_key_id.lock().unwrap_or_else(PoisonError::into_inner);
        sessions.retain(|id, session| {
            let gone = now.unix_seconds().saturating_sub(session.expires_at.unix_seconds());
            let is_kept = gone <= REMEMBERED_SECONDS;
            if !is_kept {
                self.access_keys.remove(id);
            }
            is_kept
        });
        sessions.insert(session.access_key_id.clone(), Arc::clone(session));
    }
}

/// Random letters and digits, four for every three bytes. Without random numbers there are none, and
/// so no AccessKey.
pub(crate) fn letters<const BYTES: usize>() -> String {
    random::<BYTES>()
        .map(|bytes| STANDARD.encode(bytes).replace(['+', '/', '='], "x"))
        .unwrap_or_default()
}

/// Random bytes, unless the system has none.
pub(crate) fn random<const BYTES: usize>() -> Option<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    getrandom::fill(&mut bytes).is_ok().then_some(bytes)
}
