//! Signed POST policies: the fields of the form.

use core::fmt;

use crate::base64::base64;
use crate::credentials::Credentials;
use crate::encode::json_escaped;
use crate::post_policy::PostPolicy;
use crate::signature::Signature;
use crate::sink::{Emit, Sink, text_output};
use crate::time::{Expiration, Timestamp};
use crate::v4::{self, CredentialScope};

/// A signed policy: the fields of a form that can be posted to the bucket until it expires.
///
/// The form goes to the URL of the bucket itself, [`Endpoint::url`](crate::Endpoint::url), as
/// `multipart/form-data`.
///
/// ```
/// # use oss_sign::v4::{Signer, SigningKey};
/// # use oss_sign::{Bucket, Condition, Credentials, Expires, PostPolicy, Region, Timestamp};
/// # let credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret")?;
/// # let now = Timestamp::from_unix_seconds(1_700_000_000)?;
/// # let key = SigningKey::derive(&credentials, &Region::new("cn-hangzhou")?, now);
/// # let signer = Signer::new(credentials, &key);
/// let policy = PostPolicy::new(Bucket::new("examplebucket")?)
///     .conditions(&[Condition::Equal("key", "cat.jpg")]);
/// let form = signer.sign_policy(&policy, now, Expires::after_seconds(600))?;
///
/// let names: Vec<&str> = form.fields().map(|(name, _)| name).collect();
/// assert_eq!(
///     names,
///     [
///         "key",
///         "x-oss-signature-version",
///         "x-oss-credential",
///         "x-oss-date",
///         "policy",
///         "x-oss-signature"
///     ]
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PolicyForm<'a> {
    document: Document<'a>,
    signature: Signature,
}

impl<'a> PolicyForm<'a> {
    pub(crate) fn new(document: Document<'a>, signature: Signature) -> Self {
        Self { document, signature }
    }

    /// All fields to send, but for those that the policy leaves to the holder of the form: those
    /// whose values the conditions fix, and those of the signature. `file` is to follow them, as
    /// the last one.
    pub fn fields(&self) -> impl Iterator<Item = (&'a str, FormValue<'a>)> + use<'a> {
        let signature = match self.document.version {
            Version::V4 { .. } => "x-oss-signature",
            #[cfg(feature = "v1")]
            Version::V1 => "Signature",
        };
        let fixed = self.document.fixed_fields().map(|(name, value)| (name, Plain::Text(value)));
        let plain = fixed.chain(self.document.own_fields());
        let plain = plain.map(|(name, value)| (name, Value::Plain(value)));
        let signed = [
            ("policy", Value::Policy(self.document)),
            (signature, Value::Signature(self.signature)),
        ];
        plain.chain(signed).map(|(name, value)| (name, FormValue(value)))
    }

    /// The value of the field `policy`: the base64 text that was signed. It is to be sent as it is.
    #[must_use]
    pub fn policy(&self) -> FormValue<'a> {
        FormValue(Value::Policy(self.document))
    }

    /// The policy in JSON, for reading.
    #[must_use]
    pub fn json(&self) -> PolicyJson<'a> {
        PolicyJson(self.document)
    }

    /// The signature.
    #[must_use]
    pub fn signature(&self) -> Signature {
        self.signature
    }

    /// When the form stops working; `None` for ready-made text, which is signed without being read.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        match self.document.content {
            Content::Conditions { expires_at, .. } => Some(expires_at),
            Content::Text(_) => None,
        }
    }
}

/// The value of a form field: raw text, to be escaped as HTML where it is put into HTML.
///
/// ```
/// # use oss_sign::v4::{Signer, SigningKey};
/// # use oss_sign::{Bucket, Credentials, Expires, PostPolicy, Region, Timestamp};
/// # let credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret")?;
/// # let now = Timestamp::from_unix_seconds(1_700_000_000)?;
/// # let key = SigningKey::derive(&credentials, &Region::new("cn-hangzhou")?, now);
/// # let signer = Signer::new(credentials, &key);
/// # let policy = PostPolicy::new(Bucket::new("examplebucket")?);
/// # let form = signer.sign_policy(&policy, now, Expires::after_seconds(600))?;
/// let mut buffer = [0; 1024];
/// let value: &str = form.policy().write_to_slice(&mut buffer)?;
/// assert_eq!(value.len(), form.policy().len());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy)]
pub struct FormValue<'a>(Value<'a>);

#[derive(Clone, Copy)]
enum Value<'a> {
    Plain(Plain<'a>),
    Policy(Document<'a>),
    Signature(Signature),
}

/// A value that can stand in the policy too.
#[derive(Clone, Copy)]
enum Plain<'a> {
    Credential(&'a str, &'a CredentialScope),
    Date(Timestamp),
    Text(&'a str),
}

impl Plain<'_> {
    /// As it stands in JSON.
    fn emit_escaped(&self, sink: &mut Sink<'_>) {
        match self {
            Self::Text(text) => json_escaped(text.as_bytes(), sink),
            // They consist of characters that are not escaped.
            Self::Credential(..) | Self::Date(_) => self.emit(sink),
        }
    }
}

impl Emit for Plain<'_> {
    fn emit(&self, sink: &mut Sink<'_>) {
        match self {
            Self::Credential(access_key_id, scope) => {
                sink.write(access_key_id.as_bytes());
                sink.write(b"/");
                scope.emit(sink);
            }
            Self::Date(instant) => sink.write(instant.basic()),
            Self::Text(text) => sink.write(text.as_bytes()),
        }
    }
}

impl Emit for FormValue<'_> {
    fn emit(&self, sink: &mut Sink<'_>) {
        match &self.0 {
            Value::Plain(value) => value.emit(sink),
            Value::Policy(document) => document.emit(sink),
            Value::Signature(signature) => signature.emit(sink),
        }
    }
}

text_output!(FormValue<'_>);

impl fmt::Debug for FormValue<'_> {
    /// Without the value: it may be the security token.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("FormValue").finish_non_exhaustive()
    }
}

/// A policy in JSON.
///
/// ```
/// # use oss_sign::v4::{Signer, SigningKey};
/// # use oss_sign::{Bucket, Credentials, Expires, PostPolicy, Region, Timestamp};
/// # let credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret")?;
/// # let now = Timestamp::from_unix_seconds(1_700_000_000)?;
/// # let key = SigningKey::derive(&credentials, &Region::new("cn-hangzhou")?, now);
/// # let signer = Signer::new(credentials, &key);
/// # let policy = PostPolicy::new(Bucket::new("examplebucket")?);
/// let form = signer.sign_policy(&policy, now, Expires::after_seconds(600))?;
/// let json = form.json().to_string();
/// assert!(json.starts_with(r#"{"expiration":"2023-11-14T22:23:20.000Z","conditions":["#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PolicyJson<'a>(Document<'a>);

impl Emit for PolicyJson<'_> {
    fn emit(&self, sink: &mut Sink<'_>) {
        self.0.emit_json(sink);
    }
}

text_output!(PolicyJson<'_>);

/// What is signed. Its text is the base64 of the policy.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Document<'a> {
    pub(crate) content: Content<'a>,
    pub(crate) credentials: Credentials<'a>,
    pub(crate) version: Version<'a>,
}

/// Where the JSON comes from.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Content<'a> {
    Conditions {
        policy: PostPolicy<'a>,
        expires_at: Timestamp,
    },
    /// Ready-made.
    Text(&'a str),
}

/// By which version the form is signed.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Version<'a> {
    V4 {
        scope: &'a CredentialScope,
        signed_at: Timestamp,
    },
    #[cfg(feature = "v1")]
    V1,
}

impl<'a> Document<'a> {
    fn emit_json(&self, sink: &mut Sink<'_>) {
        let (policy, expires_at) = match &self.content {
            Content::Conditions { policy, expires_at } => (policy, *expires_at),
            Content::Text(text) => return sink.write(text.as_bytes()),
        };
        sink.write(br#"{"expiration":""#);
        Expiration(expires_at).emit(sink);
        sink.write(br#"","conditions":["#);
        match self.version {
            // V4 wants them in the policy, so that nobody can sign it into another scope.
            Version::V4 { .. } => {
                let own = self.own_fields();
                let own = own.map(|(name, value)| {
                    (name, move |sink: &mut Sink<'_>| value.emit_escaped(sink))
                });
                policy.emit_conditions(own, sink);
            }
            #[cfg(feature = "v1")]
            Version::V1 => {
                policy.emit_conditions(core::iter::empty::<(&str, fn(&mut Sink<'_>))>(), sink);
            }
        }
        sink.write(b"]}");
    }

    fn fixed_fields(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        let policy = match self.content {
            Content::Conditions { policy, .. } => Some(policy),
            Content::Text(_) => None,
        };
        policy.into_iter().flat_map(|policy| policy.fixed_fields())
    }

    /// The fields that say who signed, when and how.
    fn own_fields(&self) -> impl Iterator<Item = (&'a str, Plain<'a>)> + use<'a> {
        let access_key_id = self.credentials.access_key_id();
        let token = self.credentials.security_token();
        let token = token.map(|token| ("x-oss-security-token", Plain::Text(token)));
        let fields = match self.version {
            Version::V4 { scope, signed_at } => [
                Some(("x-oss-signature-version", Plain::Text(v4::ALGORITHM))),
                Some(("x-oss-credential", Plain::Credential(access_key_id, scope))),
                Some(("x-oss-date", Plain::Date(signed_at))),
                token,
            ],
            #[cfg(feature = "v1")]
            Version::V1 => {
                [Some(("OSSAccessKeyId", Plain::Text(access_key_id))), token, None, None]
            }
        };
        fields.into_iter().flatten()
    }
}

impl Emit for Document<'_> {
    fn emit(&self, sink: &mut Sink<'_>) {
        base64(sink, |sink| self.emit_json(sink));
    }
}
