//! Signs POST policies.

use super::Signer;
use crate::error::PolicyError;
use crate::policy_form::{Content, Document, PolicyForm, Version};
use crate::post_policy::PostPolicy;
use crate::request::Expires;
use crate::sink::Emit;
use crate::time::Timestamp;

impl<'a> Signer<'a> {
    /// Makes a form: whoever has it can upload what the policy allows, any number of times, until
    /// it expires.
    ///
    /// ```
    /// use oss_sign::v1::Signer;
    /// use oss_sign::{Bucket, Condition, Credentials, Expires, PostPolicy, Timestamp};
    ///
    /// let signer = Signer::new(Credentials::new("LTAI5tExampleKeyId", "example-secret")?);
    /// let now = Timestamp::from_unix_seconds(1_700_000_000)?;
    /// let policy = PostPolicy::new(Bucket::new("examplebucket")?)
    ///     .conditions(&[Condition::Equal("key", "cat.jpg")]);
    /// let form = signer.sign_policy(&policy, now, Expires::after_seconds(600))?;
    /// let names: Vec<&str> = form.fields().map(|(name, _)| name).collect();
    /// assert_eq!(names, ["key", "OSSAccessKeyId", "policy", "Signature"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// A condition is wrong, or the expiry is not in the future: see [`PolicyError`].
    pub fn sign_policy(
        &self,
        policy: &PostPolicy<'a>,
        now: Timestamp,
        expires: Expires,
    ) -> Result<PolicyForm<'a>, PolicyError> {
        let (_, expires_at) = expires.resolve(now)?;
        policy.check()?;
        Ok(self.sign_content(Content::Conditions {
            policy: *policy,
            expires_at: Timestamp::up_to_latest(expires_at),
        }))
    }

    /// Signs a policy that is ready-made JSON, without reading it.
    ///
    /// ```
    /// # use oss_sign::{Credentials, v1::Signer};
    /// # let signer = Signer::new(Credentials::new("LTAI5tExampleKeyId", "example-secret")?);
    /// let form = signer.sign_policy_text(
    ///     r#"{"expiration":"2023-11-15T00:00:00.000Z","conditions":[{"key":"cat.jpg"}]}"#,
    /// );
    /// assert_eq!(form.signature().to_string().len(), 28);
    /// # Ok::<(), oss_sign::CredentialsError>(())
    /// ```
    #[must_use]
    pub fn sign_policy_text(&self, json: &'a str) -> PolicyForm<'a> {
        self.sign_content(Content::Text(json))
    }

    fn sign_content(&self, content: Content<'a>) -> PolicyForm<'a> {
        let document = Document { content, credentials: self.credentials, version: Version::V1 };
        let signature = self.signature(|sink| document.emit(sink));
        PolicyForm::new(document, signature)
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;
    use crate::credentials::Credentials;
    use crate::error::SignError;
    use crate::post_policy::Condition::{ContentLengthRange, Equal};
    use crate::resource::Bucket;

    fn now() -> Timestamp {
        Timestamp::from_unix_seconds(1_700_000_000).unwrap()
    }

    fn credentials() -> Credentials<'static> {
        Credentials::new("testak", "testsk").unwrap()
    }

    fn policy() -> PostPolicy<'static> {
        PostPolicy::new(Bucket::new("examplebucket").unwrap())
            .conditions(&[ContentLengthRange { min: 0, max: 1 }, Equal("key", "a b.txt")])
    }

    /// What the Node SDK makes of the same policy.
    #[test]
    fn signs_as_the_node_sdk_does() {
        let json = concat!(
            r#"{"expiration":"2014-12-01T12:00:00.000Z","#,
            r#""conditions":[["content-length-range",0,104857600]]}"#
        );
        let form = Signer::new(credentials()).sign_policy_text(json);
        assert_eq!(
            form.policy().to_string(),
            "eyJleHBpcmF0aW9uIjoiMjAxNC0xMi0wMVQxMjowMDowMC4wMDBaIiwiY29uZGl0aW9ucyI6W1siY29udGVu\
             dC1sZW5ndGgtcmFuZ2UiLDAsMTA0ODU3NjAwXV19"
        );
        assert_eq!(form.signature().to_string(), "MDpoQl+bLlvMbyg77QGV69A0bIE=");
    }

    #[test]
    fn the_policy_has_no_conditions_but_the_callers() {
        let form = Signer::new(credentials())
            .sign_policy(&policy(), now(), Expires::after_seconds(1))
            .unwrap();
        assert_eq!(
            form.json().to_string(),
            concat!(
                r#"{"expiration":"2023-11-14T22:13:21.000Z","conditions":[{"bucket":"#,
                r#""examplebucket"},["content-length-range",0,1],["eq","$key","a b.txt"]]}"#
            )
        );
    }

    #[test]
    fn the_fields_of_the_form() {
        let credentials = credentials().with_security_token("token").unwrap();
        let form =
            Signer::new(credentials).sign_policy(&policy(), now(), Expires::default()).unwrap();
        let fields: Vec<(&str, String)> =
            form.fields().map(|(name, value)| (name, value.to_string())).collect();
        let (policy, signature) = (form.policy().to_string(), form.signature().to_string());
        let expected = [
            ("key", "a b.txt"),
            ("OSSAccessKeyId", "testak"),
            ("x-oss-security-token", "token"),
            ("policy", &policy),
            ("Signature", &signature),
        ];
        assert_eq!(fields, expected.map(|(name, value)| (name, value.to_owned())));
    }

    #[test]
    fn a_form_can_be_valid_for_more_than_seven_days() {
        let signer = Signer::new(credentials());
        assert!(signer.sign_policy(&policy(), now(), Expires::after_seconds(604_801)).is_ok());
    }

    #[test]
    fn a_wrong_expiry_or_condition_is_refused() {
        let signer = Signer::new(credentials());
        let result = signer.sign_policy(&policy(), now(), Expires::at(now()));
        assert_eq!(result.unwrap_err(), PolicyError::Sign(SignError::ExpiresInThePast));
        let policy = policy().conditions(&[Equal("OSSAccessKeyId", "")]);
        let result = signer.sign_policy(&policy, now(), Expires::default());
        assert_eq!(result.unwrap_err(), PolicyError::ReservedName(0));
    }
}
