//! Forms: the fields of an upload by HTML form (`PostObject`).

use core::fmt;

use super::check::{
    check_access_key_id, check_expiry, check_key, check_security_token, check_signature,
    check_start,
};
#[cfg(feature = "v1")]
use super::parse::read_access_key_id;
use super::parse::{
    AccessKeyId, check_scope_date, read_basic_date, read_credential, required, set,
};
use super::received::{SignatureForm, Tolerance};
use super::refusal::{Part, Refusal};
use super::wire::Wire;
use crate::credentials::Credentials;
use crate::signature::Signature;
use crate::time::Timestamp;
#[cfg(feature = "v1")]
use crate::v1;
use crate::v4::{self, CredentialScope, SigningKey};

/// The fields of a form as they arrived, in their order.
///
/// The signature of a form is over its policy, and over nothing else. The policy is base64 of JSON,
/// which is not read here: who stores the object must read it, and refuse the form if the policy's
/// `expiration` is over, or if a field, the bucket or the size of the file does not meet its
/// `conditions`. The fields of the signature must be among those: but for its day, nothing else
/// ties `x-oss-date` to the signature.
///
/// ```
/// use oss_sign::verify::{ReceivedForm, Tolerance};
/// use oss_sign::{Credentials, Timestamp};
/// # use oss_sign::v4::{Signer, SigningKey};
/// # use oss_sign::{Bucket, Condition, Expires, PostPolicy, Region};
///
/// let credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret")?;
/// let now = Timestamp::from_unix_seconds(1_700_000_000)?;
/// # let key = SigningKey::derive(&credentials, &Region::new("cn-hangzhou")?, now);
/// # let policy = PostPolicy::new(Bucket::new("examplebucket")?)
/// #     .conditions(&[Condition::Equal("key", "cat.jpg")]);
/// # let form = Signer::new(credentials, &key).sign_policy(&policy, now, Expires::default())?;
/// # let fields: Vec<_> = form.fields().map(|(name, value)| (name, value.to_string())).collect();
/// # let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
///
/// let parsed = ReceivedForm::new(&fields).parse()?;
/// assert_eq!(parsed.access_key_id(), "LTAI5tExampleKeyId");
/// parsed.verify(&credentials, now, Tolerance::default())?;
/// // Now the JSON in it can be trusted: decode it, and check expiration and conditions.
/// assert!(parsed.policy().starts_with("eyJleHBpcmF0aW9uIjoi"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct ReceivedForm<'a> {
    fields: &'a [(&'a str, &'a [u8])],
}

impl fmt::Debug for ReceivedForm<'_> {
    /// The names alone: among the values are the security token and the signature.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ReceivedForm")?;
        formatter.debug_list().entries(self.fields.iter().map(|(name, _)| name)).finish()
    }
}

/// The fields of a signature.
#[derive(Default)]
struct Fields<'a> {
    access_key_id: Option<Wire<'a>>,
    credential: Option<Wire<'a>>,
    date: Option<Wire<'a>>,
    policy: Option<Wire<'a>>,
    security_token: Option<Wire<'a>>,
    v1_signature: Option<Wire<'a>>,
    v4_signature: Option<Wire<'a>>,
    version: Option<Wire<'a>>,
}

impl<'a> ReceivedForm<'a> {
    /// Names and values of the fields. The case of names does not matter; fields from `file` on do
    /// not count, as OSS does not read them.
    #[must_use]
    pub const fn new(fields: &'a [(&'a str, &'a [u8])]) -> Self {
        Self { fields }
    }

    /// Which signature the form has.
    ///
    /// # Errors
    ///
    /// It has none, or one of an unknown version.
    pub fn signature_form(&self) -> Result<SignatureForm, Refusal> {
        self.fields()?.signature_form()
    }

    /// Reads the signature, and checks that its parts are of their form.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] says which field is missing, twice there, or not of its form.
    pub fn parse(&self) -> Result<ParsedForm<'a>, Refusal> {
        let fields = self.fields()?;
        match fields.signature_form()? {
            SignatureForm::V4Post => fields.parse_v4(),
            #[cfg(feature = "v1")]
            SignatureForm::V1Post => fields.parse_v1(),
            _ => Err(Refusal::V1NotAllowed),
        }
    }

    fn fields(&self) -> Result<Fields<'a>, Refusal> {
        let mut fields = Fields::default();
        for &(name, value) in self.fields {
            if name.eq_ignore_ascii_case("file") {
                break;
            }
            if let Some((part, place)) = fields.place(name) {
                set(place, Wire::raw(value), part)?;
            }
        }
        Ok(fields)
    }
}

impl<'a> Fields<'a> {
    fn place(&mut self, name: &str) -> Option<(Part, &mut Option<Wire<'a>>)> {
        let places = [
            ("OSSAccessKeyId", Part::AccessKeyId, &mut self.access_key_id),
            ("policy", Part::Policy, &mut self.policy),
            ("Signature", Part::Signature, &mut self.v1_signature),
            ("x-oss-credential", Part::Credential, &mut self.credential),
            ("x-oss-date", Part::Date, &mut self.date),
            ("x-oss-security-token", Part::SecurityToken, &mut self.security_token),
            ("x-oss-signature", Part::Signature, &mut self.v4_signature),
            ("x-oss-signature-version", Part::SignatureVersion, &mut self.version),
        ];
        let mut places = places.into_iter();
        let (_, part, place) = places.find(|(other, ..)| name.eq_ignore_ascii_case(other))?;
        Some((part, place))
    }

    /// A policy without a signature is one of V1: OSS then misses `OSSAccessKeyId`.
    fn signature_form(&self) -> Result<SignatureForm, Refusal> {
        match self.version {
            Some(version) if version.equals(v4::ALGORITHM) => return Ok(SignatureForm::V4Post),
            Some(_) => return Err(Refusal::SignatureVersion),
            None => {}
        }
        if self.v4_signature.or(self.credential).is_some() {
            return Ok(SignatureForm::V4Post);
        }
        if self.access_key_id.or(self.v1_signature).or(self.policy).is_some() {
            return Ok(SignatureForm::V1Post);
        }
        Err(Refusal::Anonymous)
    }

    fn parse_v4(&self) -> Result<ParsedForm<'a>, Refusal> {
        required_field(self.version, Part::SignatureVersion)?;
        let credential = required_field(self.credential, Part::Credential)?;
        let (access_key_id, scope) = read_credential(credential)?;
        let signed_at = read_basic_date(required_field(self.date, Part::Date)?)?;
        check_scope_date(&scope, signed_at)?;
        let signed = Signed::V4 { scope, signed_at };
        self.parsed(access_key_id, self.v4_signature, signed)
    }

    #[cfg(feature = "v1")]
    fn parse_v1(&self) -> Result<ParsedForm<'a>, Refusal> {
        let id = required_field(self.access_key_id, Part::AccessKeyId)?;
        self.parsed(read_access_key_id(id)?, self.v1_signature, Signed::V1)
    }

    fn parsed(
        &self,
        access_key_id: AccessKeyId,
        signature: Option<Wire<'a>>,
        signed: Signed,
    ) -> Result<ParsedForm<'a>, Refusal> {
        let policy = required_field(self.policy, Part::Policy)?;
        Ok(ParsedForm {
            policy: str::from_utf8(policy.text()).map_err(|_| Refusal::Malformed(Part::Policy))?,
            access_key_id,
            security_token: self.security_token,
            signature: required_field(signature, Part::Signature)?,
            signed,
        })
    }
}

/// A received form whose signature was read, but not yet verified.
#[derive(Clone)]
pub struct ParsedForm<'a> {
    policy: &'a str,
    access_key_id: AccessKeyId,
    security_token: Option<Wire<'a>>,
    signature: Wire<'a>,
    signed: Signed,
}

/// What the versions have each in its own way.
#[derive(Clone)]
enum Signed {
    V4 {
        scope: CredentialScope,
        signed_at: Timestamp,
    },
    #[cfg(feature = "v1")]
    V1,
}

impl<'a> ParsedForm<'a> {
    /// Version of the signature.
    #[must_use]
    pub fn form(&self) -> SignatureForm {
        match self.signed {
            Signed::V4 { .. } => SignatureForm::V4Post,
            #[cfg(feature = "v1")]
            Signed::V1 => SignatureForm::V1Post,
        }
    }

    /// Whose signature it claims to be.
    #[must_use]
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// The day, region and product that it claims to be signed for; `None` in V1.
    #[must_use]
    pub fn scope(&self) -> Option<&CredentialScope> {
        match &self.signed {
            Signed::V4 { scope, .. } => Some(scope),
            #[cfg(feature = "v1")]
            Signed::V1 => None,
        }
    }

    /// When it claims to have been signed; `None` in V1, which does not say.
    #[must_use]
    pub fn signed_at(&self) -> Option<Timestamp> {
        match self.signed {
            Signed::V4 { signed_at, .. } => Some(signed_at),
            #[cfg(feature = "v1")]
            Signed::V1 => None,
        }
    }

    /// The policy as it arrived, which is what is signed: base64 of JSON, if it is what it should
    /// be. Trust it after [`verify`](Self::verify), and not before.
    #[must_use]
    pub fn policy(&self) -> &'a str {
        self.policy
    }

    /// Whether it comes with a security token, as forms of temporary AccessKeys do.
    #[must_use]
    pub fn has_security_token(&self) -> bool {
        self.security_token.is_some()
    }

    /// The signature as it arrived: OSS shows it so in the `SignatureProvided` of an error.
    #[must_use]
    pub fn signature_provided(&self) -> impl fmt::Display + use<'a> {
        self.signature
    }

    /// Verifies the form with an AccessKey.
    ///
    /// In V4 a form is valid for at most 7 days from its time of signing; V1 has no time outside of
    /// the policy. When the policy itself expires is in its JSON, which is the caller's to check,
    /// as are its conditions.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] says why OSS would not accept the form: first its time, then its AccessKey
    /// ID, its security token, and last its signature.
    pub fn verify(
        &self,
        credentials: &Credentials<'_>,
        now: Timestamp,
        tolerance: Tolerance,
    ) -> Result<(), Refusal> {
        self.check_time(now, tolerance)?;
        check_access_key_id(self.access_key_id(), credentials.access_key_id())?;
        check_security_token(self.security_token, credentials.security_token())?;
        check_signature(self.signature, &self.signature_of(credentials))
    }

    /// Verifies a form of V4 with a signing key that is at hand, and saves its derivation. The
    /// security token is not looked at: a signing key does not know it.
    ///
    /// # Errors
    ///
    /// As [`verify`](Self::verify); and the key is of another AccessKey or credential scope, or the
    /// form is signed with V1.
    pub fn verify_with_key(
        &self,
        key: &SigningKey,
        now: Timestamp,
        tolerance: Tolerance,
    ) -> Result<(), Refusal> {
        self.check_time(now, tolerance)?;
        let scope = self.scope().ok_or(Refusal::V1NotAllowed)?;
        check_key(self.access_key_id(), scope, key)?;
        check_signature(self.signature, &self.signature_with(key))
    }

    /// <https://www.alibabacloud.com/help/en/oss/developer-reference/signature-version-4-recommend>
    fn check_time(&self, now: Timestamp, tolerance: Tolerance) -> Result<(), Refusal> {
        let Some(signed_at) = self.signed_at() else { return Ok(()) };
        check_start(signed_at, now, tolerance)?;
        match signed_at.checked_add(v4::MAX_EXPIRES) {
            Some(latest) => check_expiry(latest, now),
            // There is no later time than the end of the year 9999.
            None => Ok(()),
        }
    }

    fn signature_of(&self, credentials: &Credentials<'_>) -> Signature {
        match &self.signed {
            Signed::V4 { scope, .. } => {
                self.signature_with(&SigningKey::derive_for_scope(scope.clone(), credentials))
            }
            #[cfg(feature = "v1")]
            Signed::V1 => {
                let signer = v1::Signer::new(*credentials);
                signer.signature(|sink| sink.write(self.policy.as_bytes()))
            }
        }
    }

    fn signature_with(&self, key: &SigningKey) -> Signature {
        key.sign(|sink| sink.write(self.policy.as_bytes()))
    }
}

impl fmt::Debug for ParsedForm<'_> {
    /// Without security token, signature and policy, which has the token in base64: whoever has them
    /// can send the form.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ParsedForm")
            .field("form", &self.form())
            .field("access_key_id", &self.access_key_id)
            .finish_non_exhaustive()
    }
}

/// OSS answers otherwise than for a part that is missing from a request: the field may be there,
/// but after `file`.
fn required_field(value: Option<Wire<'_>>, part: Part) -> Result<Wire<'_>, Refusal> {
    let value = value.ok_or(Refusal::MissingField(part))?;
    required(Some(value), part)
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    const FIELDS: &[(&str, &[u8])] = &[
        ("x-oss-signature-version", b"OSS4-HMAC-SHA256"),
        ("x-oss-credential", b"testak/20231114/cn-hangzhou/oss/aliyun_v4_request"),
        ("x-oss-date", b"20231114T221320Z"),
        ("policy", b"e30="),
        ("x-oss-signature", b"5a"),
    ];

    #[test]
    fn the_policy_is_shown_as_it_arrived() {
        assert_eq!(ReceivedForm::new(FIELDS).parse().unwrap().policy(), "e30=");
    }

    #[test]
    fn a_form_has_a_security_token_or_has_none() {
        let token: (&str, &[u8]) = ("x-oss-security-token", b"CAISexample");
        let with_token: Vec<_> = FIELDS.iter().copied().chain([token]).collect();
        assert!(!ReceivedForm::new(FIELDS).parse().unwrap().has_security_token());
        assert!(ReceivedForm::new(&with_token).parse().unwrap().has_security_token());
    }

    #[test]
    fn debug_of_a_form_shows_the_names_of_its_fields() {
        let text = format!("{:?}", ReceivedForm::new(&FIELDS[2..4]));
        assert_eq!(text, r#"ReceivedForm["x-oss-date", "policy"]"#);
    }

    #[test]
    fn debug_of_a_parsed_form_shows_who_signed_it_and_how() {
        let text = format!("{:?}", ReceivedForm::new(FIELDS).parse().unwrap());
        assert_eq!(text, r#"ParsedForm { form: V4Post, access_key_id: "testak", .. }"#);
    }
}
