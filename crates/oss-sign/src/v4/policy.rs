//! Signs POST policies.

use super::{Signer, within_max_expires};
use crate::error::PolicyError;
use crate::policy_form::{Content, Document, PolicyForm, Version};
use crate::post_policy::PostPolicy;
use crate::request::Expires;
use crate::sink::Emit;
use crate::time::Timestamp;

impl<'a> Signer<'a> {
    /// Makes a form: whoever has it can upload what the policy allows, any number of times, until
    /// it expires. [`PostPolicy`] has an example.
    ///
    /// # Errors
    ///
    /// A condition is wrong, the expiry is not within 1 to 604,800 seconds, or the signing key is
    /// of another day or AccessKey: see [`PolicyError`].
    pub fn sign_policy(
        &self,
        policy: &PostPolicy<'a>,
        now: Timestamp,
        expires: Expires,
    ) -> Result<PolicyForm<'a>, PolicyError> {
        let (seconds, expires_at) = expires.resolve(now)?;
        within_max_expires(seconds)?;
        policy.check()?;
        self.sign_content(
            Content::Conditions {
                policy: *policy,
                expires_at: Timestamp::up_to_latest(expires_at),
            },
            now,
        )
    }

    /// Signs a policy that is ready-made JSON, without reading it.
    ///
    /// Among its conditions must be those on `x-oss-signature-version`, `x-oss-credential`,
    /// `x-oss-date` and, with a temporary AccessKey, `x-oss-security-token`, with the values of the
    /// form's [`fields`](PolicyForm::fields).
    ///
    /// ```
    /// # use oss_sign::v4::{Signer, SigningKey};
    /// # use oss_sign::{Credentials, Region, Timestamp};
    /// # let credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret")?;
    /// # let now = Timestamp::from_unix_seconds(1_700_000_000)?;
    /// # let key = SigningKey::derive(&credentials, &Region::new("cn-hangzhou")?, now);
    /// let json = r#"{"expiration":"2023-11-15T00:00:00.000Z","conditions":[
    ///     ["starts-with", "$key", "user/eric/"],
    ///     {"x-oss-signature-version": "OSS4-HMAC-SHA256"},
    ///     {"x-oss-credential": "LTAI5tExampleKeyId/20231114/cn-hangzhou/oss/aliyun_v4_request"},
    ///     {"x-oss-date": "20231114T221320Z"}
    /// ]}"#;
    /// let form = Signer::new(credentials, &key).sign_policy_text(json, now)?;
    /// assert_eq!(form.json().to_string(), json);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// The signing key is of another day or AccessKey.
    pub fn sign_policy_text(
        &self,
        json: &'a str,
        now: Timestamp,
    ) -> Result<PolicyForm<'a>, PolicyError> {
        self.sign_content(Content::Text(json), now)
    }

    fn sign_content(
        &self,
        content: Content<'a>,
        signed_at: Timestamp,
    ) -> Result<PolicyForm<'a>, PolicyError> {
        self.check_key(signed_at)?;
        let version = Version::V4 { scope: self.key.scope(), signed_at };
        let document = Document { content, credentials: self.credentials, version };
        let signature = self.key.sign(|sink| document.emit(sink));
        Ok(PolicyForm::new(document, signature))
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;
    use crate::credentials::Credentials;
    use crate::error::SignError;
    use crate::post_policy::Condition::{ContentLengthRange, Equal, In, NotIn, StartsWith};
    use crate::region::Region;
    use crate::resource::Bucket;
    use crate::v4::SigningKey;

    const SIGNATURE: &str = "20be70195d4fa71e66bec4e96e67a90a8687d64e28d3cbbc0c7b126f945ebff8";
    const JSON: &str = concat!(
        r#"{"expiration":"2023-11-15T00:00:00.000Z","conditions":[{"bucket":"examplebucket"},"#,
        r#"{"x-oss-signature-version":"OSS4-HMAC-SHA256"},"#,
        r#"{"x-oss-credential":"testak/20231114/cn-hangzhou/oss/aliyun_v4_request"},"#,
        r#"{"x-oss-date":"20231114T221320Z"},["content-length-range",1,10],"#,
        r#"["eq","$success_action_status","201"],["starts-with","$key","user/eric/"],"#,
        r#"["in","$content-type",["image/jpg","image/png"]],"#,
        r#"["not-in","$cache-control",["no-cache"]]]}"#
    );

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_unix_seconds(seconds).unwrap()
    }

    fn now() -> Timestamp {
        at(1_700_000_000)
    }

    fn credentials() -> Credentials<'static> {
        Credentials::new("testak", "testsk").unwrap()
    }

    fn key() -> SigningKey {
        SigningKey::derive(&credentials(), &Region::new("cn-hangzhou").unwrap(), now())
    }

    fn policy() -> PostPolicy<'static> {
        PostPolicy::new(Bucket::new("examplebucket").unwrap()).conditions(&[
            ContentLengthRange { min: 1, max: 10 },
            Equal("success_action_status", "201"),
            StartsWith("key", "user/eric/"),
            In("content-type", &["image/jpg", "image/png"]),
            NotIn("cache-control", &["no-cache"]),
        ])
    }

    /// What the Node SDK makes of the same policy.
    #[test]
    fn signs_as_the_node_sdk_does() {
        let key = key();
        let midnight = at(1_700_006_400);
        let signer = Signer::new(credentials(), &key);
        let form = signer.sign_policy(&policy(), now(), Expires::at(midnight)).unwrap();
        assert_eq!(form.json().to_string(), JSON);
        assert_eq!(form.signature().to_string(), SIGNATURE);
        assert_eq!(form.expires_at(), Some(midnight));
    }

    #[test]
    fn signs_ready_made_text() {
        let key = key();
        let form = Signer::new(credentials(), &key).sign_policy_text(JSON, now()).unwrap();
        assert_eq!(form.json().to_string(), JSON);
        assert_eq!(form.signature().to_string(), SIGNATURE);
        assert_eq!(form.expires_at(), None);
    }

    #[test]
    fn the_fields_of_the_form() {
        let key = key();
        let credentials = credentials().with_security_token("tok\"en").unwrap();
        let signer = Signer::new(credentials, &key);
        let form = signer.sign_policy(&policy(), now(), Expires::default()).unwrap();
        let fields: Vec<(&str, String)> =
            form.fields().map(|(name, value)| (name, value.to_string())).collect();
        let (policy, signature) = (form.policy().to_string(), form.signature().to_string());
        let expected = [
            ("success_action_status", "201"),
            ("x-oss-signature-version", "OSS4-HMAC-SHA256"),
            ("x-oss-credential", "testak/20231114/cn-hangzhou/oss/aliyun_v4_request"),
            ("x-oss-date", "20231114T221320Z"),
            ("x-oss-security-token", "tok\"en"),
            ("policy", &policy),
            ("x-oss-signature", &signature),
        ];
        assert_eq!(fields, expected.map(|(name, value)| (name, value.to_owned())));
    }

    #[test]
    fn the_security_token_is_a_condition() {
        let key = key();
        let credentials = credentials().with_security_token("tok\"en").unwrap();
        let signer = Signer::new(credentials, &key);
        let form = signer.sign_policy(&policy(), now(), Expires::default()).unwrap();
        let json = form.json().to_string();
        assert!(json.contains(r#",{"x-oss-security-token":"tok\"en"},["content"#), "{json}");
    }

    #[test]
    fn the_signature_is_over_the_field() {
        let key = key();
        let signer = Signer::new(credentials(), &key);
        let form = signer.sign_policy(&policy(), now(), Expires::default()).unwrap();
        let policy = form.policy().to_string();
        assert_eq!(form.signature(), key.sign(|sink| sink.write(policy.as_bytes())));
    }

    #[test]
    fn wrong_expiries() {
        let key = key();
        let signer = Signer::new(credentials(), &key);
        for (expires, error) in [
            (Expires::after_seconds(0), SignError::ExpiresZero),
            (Expires::at(now()), SignError::ExpiresInThePast),
            (Expires::after_seconds(604_801), SignError::ExpiresTooFar),
        ] {
            let result = signer.sign_policy(&policy(), now(), expires);
            assert_eq!(result.unwrap_err(), PolicyError::Sign(error));
        }
        assert!(signer.sign_policy(&policy(), now(), Expires::after_seconds(604_800)).is_ok());
    }

    #[test]
    fn a_key_that_does_not_fit_is_refused() {
        let key = key();
        let other = Credentials::new("otherak", "testsk").unwrap();
        let error = Signer::new(other, &key).sign_policy_text(JSON, now()).unwrap_err();
        assert_eq!(error, PolicyError::Sign(SignError::SigningKeyOfAnotherAccessKey));
        let tomorrow = at(1_700_006_400);
        let error = Signer::new(credentials(), &key)
            .sign_policy(&policy(), tomorrow, Expires::default())
            .unwrap_err();
        assert_eq!(error, PolicyError::Sign(SignError::SigningKeyOfAnotherDay));
    }

    #[test]
    fn a_wrong_condition_is_refused() {
        let key = key();
        let policy = policy().conditions(&[Equal("policy", "")]);
        let result =
            Signer::new(credentials(), &key).sign_policy(&policy, now(), Expires::default());
        assert_eq!(result.unwrap_err(), PolicyError::ReservedName(0));
    }

    #[test]
    fn debug_does_not_show_a_value() {
        let key = key();
        let form = Signer::new(credentials(), &key).sign_policy_text(JSON, now()).unwrap();
        assert_eq!(format!("{:?}", form.policy()), "FormValue(..)");
    }
}
