//! The signature of Alibaba Cloud's RPC calls, version 1.0: those of STS and KMS.
//!
//! All parameters of a call, of its query and its body, are one set. What is signed is
//!
//! ```text
//! POST&%2F&AccessKeyId%3DLTAI5tExampleKeyId%26Action%3DAssumeRole%26…
//! ```
//!
//! the method, the path, and the parameters, sorted, encoded, joined, and encoded once more. Blanks are
//! `%20`; some SDKs write `+`, and fail as soon as a policy has one.
//!
//! <https://www.alibabacloud.com/help/doc-detail/127287.htm>

use core::fmt;
use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use oss_sign::Timestamp;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha1::Sha1;
use zeroize::Zeroizing;

use crate::credentials::Credentials;
use crate::error::Cause;
use crate::http::Method;

mod received;

pub use received::{Received, Refusal};

/// RFC 3986: all but `A-Z a-z 0-9 - . _ ~`.
pub(crate) const RESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

const SIGNATURE: &str = "Signature";

/// The parameters of a call, decoded, in the order in which they were given. `Debug` shows the names
/// alone, as tokens and policies are among the values.
#[derive(Clone, Default)]
pub struct Parameters(Vec<(Cow<'static, str>, Zeroizing<String>)>);

/// A number that no other call of this AccessKey has had, sent in the form of a UUID.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_structs, reason = "a number is all it is")]
pub struct Nonce(pub u128);

/// What calls are signed with. [`Credentials`] are such a key, by HMAC-SHA1.
pub trait Key {
    /// The parameter `AccessKeyId`.
    fn access_key_id(&self) -> &str;

    /// The parameter `SecurityToken`, if there is one.
    fn security_token(&self) -> Option<&str> {
        None
    }

    /// The parameter `SignatureMethod`.
    fn signature_method(&self) -> &'static str;

    /// The parameter `SignatureType`, if there is one.
    fn signature_type(&self) -> Option<&'static str> {
        None
    }

    /// The signature, before base64.
    ///
    /// # Errors
    ///
    /// The key cannot sign.
    fn sign(&self, string_to_sign: &str) -> Result<Vec<u8>, Cause>;
}

/// A call that is signed: the parameters to send, and the text that was signed. `Debug` shows
/// neither.
#[derive(Clone)]
pub struct SignedCall {
    parameters: Parameters,
    string_to_sign: Zeroizing<String>,
}

impl Parameters {
    /// Of a call of `action`, in this version of the API, to be answered in JSON.
    #[must_use]
    pub fn of_action(action: &'static str, version: &'static str) -> Self {
        Self::default().with("Action", action).with("Version", version).with("Format", "JSON")
    }

    /// The same parameters and another one.
    #[must_use]
    pub fn with(mut self, name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        self.0.push((name.into(), Zeroizing::new(value.into())));
        self
    }

    /// The same parameters and another one, if it has a value.
    #[must_use]
    pub fn with_optional(self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The first value of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> + Clone {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.as_str()))
    }

    /// `name=value&…`, percent-encoded: for a query, and for the body of a form.
    #[must_use]
    pub fn encoded(&self) -> Zeroizing<String> {
        joined(self.iter())
    }

    /// The same of the parameters whose names are wanted.
    pub(crate) fn encoded_if(&self, is_wanted: impl Fn(&str) -> bool + Clone) -> Zeroizing<String> {
        joined(self.iter().filter(|(name, _)| is_wanted(name)))
    }

    /// The text that is signed. A parameter `Signature` is no part of it.
    #[must_use]
    pub fn string_to_sign(&self, method: Method) -> Zeroizing<String> {
        let mut signed: Vec<_> = self.iter().filter(|(name, _)| *name != SIGNATURE).collect();
        signed.sort_unstable();
        let canonical = joined(signed.into_iter());
        let mut text = Zeroizing::new(String::with_capacity(3 * canonical.len() + 16));
        text.push_str(method.as_str());
        text.push_str("&%2F&");
        text.extend(utf8_percent_encode(&canonical, RESERVED));
        text
    }

    /// Adds who signs, when and how, and signs.
    ///
    /// # Errors
    ///
    /// The key cannot sign; [`Credentials`] always can.
    pub fn sign(
        self,
        method: Method,
        key: &impl Key,
        now: Timestamp,
        nonce: Nonce,
    ) -> Result<SignedCall, Cause> {
        let parameters = self
            .with("AccessKeyId", key.access_key_id())
            .with_optional("SecurityToken", key.security_token())
            .with("SignatureMethod", key.signature_method())
            .with_optional("SignatureType", key.signature_type())
            .with("SignatureVersion", "1.0")
            .with("SignatureNonce", nonce.to_string())
            .with("Timestamp", now.to_string());
        let string_to_sign = parameters.string_to_sign(method);
        let signature = STANDARD.encode(key.sign(&string_to_sign)?);
        Ok(SignedCall { parameters: parameters.with(SIGNATURE, signature), string_to_sign })
    }

    /// Reads a query or a form; in both, `+` is a blank.
    fn decode(text: &str) -> Option<Self> {
        let decoded = |text: &str| {
            let blanks = Zeroizing::new(text.replace('+', " "));
            percent_decode_str(&blanks).decode_utf8().ok().map(Cow::into_owned)
        };
        let pairs = text.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((Cow::Owned(decoded(name)?), Zeroizing::new(decoded(value)?)))
        });
        pairs.collect::<Option<_>>().map(Self)
    }
}

impl SignedCall {
    /// All that is sent, in the query or the body: the service takes them as one.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The parameter `Signature`.
    #[must_use]
    pub fn signature(&self) -> &str {
        self.parameters.get(SIGNATURE).unwrap_or_default()
    }

    /// The text that was signed. It holds the security token.
    #[must_use]
    pub fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }
}

impl Key for Credentials {
    fn access_key_id(&self) -> &str {
        self.access_key_id()
    }

    fn security_token(&self) -> Option<&str> {
        self.security_token()
    }

    fn signature_method(&self) -> &'static str {
        "HMAC-SHA1"
    }

    fn sign(&self, string_to_sign: &str) -> Result<Vec<u8>, Cause> {
        let signature = hmac_sha1(self.access_key_secret(), string_to_sign)?;
        Ok(signature.finalize().into_bytes().to_vec())
    }
}

/// The key is the secret with a `&` behind it.
fn hmac_sha1(secret: &str, string_to_sign: &str) -> Result<Hmac<Sha1>, Cause> {
    let key = Zeroizing::new([secret, "&"].concat());
    // A key of any length is one, but the type does not say so.
    let mut mac = Hmac::<Sha1>::new_from_slice(key.as_bytes())
        .map_err(|_| Cause::invalid("the AccessKey secret", "cannot be a key of HMAC"))?;
    mac.update(string_to_sign.as_bytes());
    Ok(mac)
}

fn joined<'p>(parameters: impl Iterator<Item = (&'p str, &'p str)> + Clone) -> Zeroizing<String> {
    let bytes = parameters.clone().map(|(name, value)| name.len() + value.len() + 2);
    // Room for all of it encoded, so that no copies are left behind while it grows.
    let mut text = Zeroizing::new(String::with_capacity(3 * bytes.sum::<usize>()));
    for (name, value) in parameters {
        if !text.is_empty() {
            text.push('&');
        }
        text.extend(utf8_percent_encode(name, RESERVED));
        text.push('=');
        text.extend(utf8_percent_encode(value, RESERVED));
    }
    text
}

impl fmt::Display for Nonce {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bits = |from: u32, mask: u128| (self.0 >> from) & mask;
        write!(
            formatter,
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            bits(96, 0xffff_ffff),
            bits(80, 0xffff),
            bits(64, 0xffff),
            bits(48, 0xffff),
            bits(0, 0xffff_ffff_ffff)
        )
    }
}

impl fmt::Debug for Parameters {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.iter().map(|(name, _)| name)).finish()
    }
}

impl fmt::Debug for SignedCall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("SignedCall").field(&self.parameters).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of the invented AccessKey that the official SDKs' own tests use.
    fn parameters() -> Parameters {
        Parameters::of_action("AssumeRole", "2015-04-01")
            .with("RoleArn", "acs:ram::1234567890123456:role/demo")
            .with("RoleSessionName", "oss-rs")
            .with("DurationSeconds", "3600")
    }

    fn sign(parameters: Parameters, method: Method, credentials: &Credentials) -> SignedCall {
        let now = Timestamp::from_unix_seconds(1_725_001_386).unwrap();
        let nonce = Nonce(0x3ee8_c1b8_83d3_44af_a94f_4e0a_d82f_d6cf);
        parameters.sign(method, credentials, now, nonce).unwrap()
    }

    fn pair() -> Credentials {
        Credentials::new("testAccessKeyId", "testAccessKeySecret", None).unwrap()
    }

    /// Signatures of aliyun-python-sdk-core 2.16.1.
    #[test]
    fn t23_known_signatures() {
        let temporary =
            Credentials::new("STS.testKeyId", "testAccessKeySecret", Some("CAES+/tok=en=="));
        let policy = r#"{"Version": "1", "Statement": [{"Effect": "Allow", "Action": ["oss:*"], "Resource": ["acs:oss:*:*:bucket/~a b+c/中文*"]}]}"#;
        let with_policy = parameters().with("ExternalId", "ext+id=1,@:/-").with("Policy", policy);
        let identity = Parameters::of_action("GetCallerIdentity", "2015-04-01");
        for (call, expected) in [
            (sign(parameters(), Method::Get, &pair()), "FLCIyzePHRmpmPAXTJIVVtfNI8A="),
            (sign(parameters(), Method::Post, &pair()), "evPW2hkcOJPCICpFiEg/0L5RcxE="),
            (sign(parameters(), Method::Post, &temporary.unwrap()), "iLYWUTLqoqtoC8Qc19tRShBckB4="),
            (sign(with_policy, Method::Post, &pair()), "Ols2jJFWaohHx9uGv8Z+xho1Sv8="),
            (sign(identity, Method::Post, &pair()), "99T+VnFP46wF0mVFz3elOelkciU="),
        ] {
            assert_eq!(call.signature(), expected);
        }
    }

    #[test]
    fn t23_a_known_string_to_sign() {
        assert_eq!(
            sign(parameters(), Method::Post, &pair()).string_to_sign(),
            "POST&%2F&AccessKeyId%3DtestAccessKeyId%26Action%3DAssumeRole%26DurationSeconds%3D3600%26\
             Format%3DJSON%26RoleArn%3Dacs%253Aram%253A%253A1234567890123456%253Arole%252Fdemo%26\
             RoleSessionName%3Doss-rs%26SignatureMethod%3DHMAC-SHA1%26\
             SignatureNonce%3D3ee8c1b8-83d3-44af-a94f-4e0ad82fd6cf%26SignatureVersion%3D1.0%26\
             Timestamp%3D2024-08-30T07%253A03%253A06Z%26Version%3D2015-04-01"
        );
    }

    #[test]
    fn text_that_has_secrets_leaves_no_copies_behind_as_it_has_room_from_the_start() {
        let joined = joined([("%%%%%", ""), ("%", "")].into_iter());
        assert_eq!(&*joined, "%25%25%25%25%25=&%25=");
        assert_eq!(joined.capacity(), 3 * (7 + 3));
    }

    #[test]
    fn what_is_encoded_is_decoded() {
        let parameters = Parameters::default().with("a b", "+*~/%20=&").with("ü", "");
        assert_eq!(&*parameters.encoded(), "a%20b=%2B%2A~%2F%2520%3D%26&%C3%BC=");
        let decoded = Parameters::decode(&parameters.encoded()).unwrap();
        assert!(decoded.iter().eq(parameters.iter()));
    }
}
