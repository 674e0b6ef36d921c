//! A RAM secret: an AccessKey pair that KMS rotates, and when it will do so next.
//!
//! <https://www.alibabacloud.com/help/en/kms/user-guide/manage-and-use-ram-secrets>

use core::time::Duration;

use oss_sign::Timestamp;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::credentials::Credentials;
use crate::rfc3339;

/// What KMS answers with, by either gateway.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Secret {
    pub(crate) secret_data: Zeroizing<String>,
    pub(crate) secret_data_type: String,
    pub(crate) next_rotation_date: Option<String>,
}

#[derive(Deserialize)]
struct Pair {
    #[serde(rename = "AccessKeyId")]
    access_key_id: String,
    #[serde(rename = "AccessKeySecret")]
    access_key_secret: Zeroizing<String>,
}

/// The new pair is there some minutes after the date of the rotation.
const AFTER_ROTATION: u64 = 5 * 60;
/// So that not every client asks at once.
const JITTER: u64 = 10 * 60;

impl Secret {
    /// The pair in it, and what is wrong with it otherwise. Nothing of it is in the error.
    pub(crate) fn credentials(&self) -> Result<Credentials, &'static str> {
        if self.secret_data_type == "binary" {
            return Err("is a binary secret: name a RAM secret");
        }
        let pair: Pair = serde_json::from_str(&self.secret_data).map_err(|_| {
            "is not that of a RAM secret, which has `AccessKeyId` and `AccessKeySecret`: name a RAM \
             secret"
        })?;
        Credentials::new(pair.access_key_id, pair.access_key_secret.as_str(), None)
            .map_err(|_| "has an AccessKey pair that is none: rotate the secret")
    }

    /// When to ask again: after `interval`, or soon after the next rotation if that is earlier.
    /// `random` spreads what would else come from all clients at once.
    pub(crate) fn refresh_at(
        &self,
        now: Timestamp,
        interval: Duration,
        random: u128,
    ) -> Option<Timestamp> {
        let by_interval = now.checked_add_seconds(interval.as_secs())?;
        let rotation = self.next_rotation_date.as_deref().and_then(rfc3339::parse);
        let jitter = u64::try_from(random % u128::from(JITTER + 1)).unwrap_or_default();
        let by_rotation = rotation
            .filter(|&rotation| rotation > now)
            .and_then(|rotation| rotation.checked_add_seconds(AFTER_ROTATION + jitter));
        Some(by_rotation.map_or(by_interval, |at| at.min(by_interval)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(data: &str) -> Secret {
        Secret { secret_data: Zeroizing::new(data.to_owned()), ..Secret::default() }
    }

    #[test]
    fn t92_a_secret_that_is_no_pair_is_refused_without_a_word_of_it() {
        let binary = Secret { secret_data_type: "binary".into(), ..secret("aHVzaGh1c2g=") };
        for secret in [
            binary,
            secret(r#"{"AccessKeyId":"hushhush"}"#),
            secret("hushhush"),
            secret("null"),
            secret(r#"{"AccessKeyId":"hushhush\n","AccessKeySecret":"hushhush"}"#),
        ] {
            let problem = secret.credentials().unwrap_err();
            assert!(!problem.contains("hush"), "{problem}");
        }
    }

    #[test]
    fn a_pair_has_no_token() {
        let data = r#"{"AccessKeyId":"id","AccessKeySecret":"secret","GenerateTimestamp":"x"}"#;
        let credentials = secret(data).credentials().unwrap();
        assert_eq!(credentials.access_key_id(), "id");
        assert_eq!(credentials.access_key_secret(), "secret");
        assert_eq!(credentials.security_token(), None);
    }

    #[test]
    fn t93_the_next_rotation_decides_if_it_is_soon() {
        let now = Timestamp::from_unix_seconds(1_700_000_000).unwrap();
        let six_hours = Duration::from_secs(6 * 3600);
        for (rotation, random, seconds) in [
            (None, 0, 21_600),
            // 2 hours later, exactly, and with the most of the jitter.
            (Some("2023-11-15T00:13:20Z"), 0, 7_500),
            (Some("2023-11-15T00:13:20Z"), 600, 8_100),
            (Some("2023-11-15T00:13:20Z"), 601, 7_500),
            // 30 days later, just now, an hour ago, and nonsense.
            (Some("2023-12-14T22:13:20Z"), 0, 21_600),
            (Some("2023-11-14T22:13:20Z"), 0, 21_600),
            (Some("2023-11-14T21:13:20Z"), 0, 21_600),
            (Some("soon"), 0, 21_600),
        ] {
            let secret =
                Secret { next_rotation_date: rotation.map(str::to_owned), ..Secret::default() };
            let at = secret.refresh_at(now, six_hours, random).unwrap();
            assert_eq!(at.unix_seconds() - now.unix_seconds(), seconds, "{rotation:?} {random}");
        }
    }
}
