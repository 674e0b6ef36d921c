//! A credentials URI: temporary credentials for everybody who asks, as containers and tools offer
//! them.
//!
//! <https://www.alibabacloud.com/help/en/sdk/developer-reference/v2-manage-access-credentials>

use bytes::Bytes;
use http::Response;
use oss_sign::Timestamp;

use crate::issued;
use crate::role::Role;
use crate::sessions::Sessions;

pub(crate) const PATH: &str = "/credentials";

const SESSION_SECONDS: u32 = 3600;

/// New credentials of `role`.
pub(crate) fn answer(role: &Role, sessions: &Sessions, now: Timestamp) -> Response<Bytes> {
    issued::answer(sessions.issue(role, "credentials-uri", SESSION_SECONDS, None, now), now)
}
