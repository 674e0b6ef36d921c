//! The client key of an application access point (AAP): an ID and an RSA key in a PKCS#12 container.
//!
//! <https://www.alibabacloud.com/help/en/kms/key-management-service/developer-reference/create-access-credentials>

use core::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss_sign::Timestamp;
use p12_keystore::{Certificate, KeyStore, Pkcs12ImportPolicy, PrivateKeyChain};
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::RSA_PKCS1_SHA256;
use serde::Deserialize;
use zeroize::Zeroizing;

use crate::error::Cause;
use crate::rpc::Key;

/// A client key: what the console lets you download as `clientKey_….json`, opened by its password.
///
/// `Debug` shows its ID alone.
pub struct ClientKey {
    key_id: String,
    key_pair: KeyPair,
    expires_at: Option<Timestamp>,
}

/// Why a client key cannot be used. Holds nothing of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ClientKeyError {
    /// The file is not JSON with the texts `KeyId` and `PrivateKeyData`.
    NotAClientKey,
    /// `KeyId` is empty, or has a character that no ID has.
    KeyId,
    /// `PrivateKeyData` is not base64: the file was cut short or changed.
    NotBase64,
    /// `PrivateKeyData` is no PKCS#12 container that can be read.
    NotPkcs12,
    /// The password does not open the container.
    WrongPassword,
    /// The container has no RSA key of 2048 bits or more.
    NotRsa,
}

impl ClientKeyError {
    /// After "the KMS client key".
    pub(crate) fn problem(self) -> &'static str {
        match self {
            Self::NotAClientKey => "is not JSON with `KeyId` and `PrivateKeyData`",
            Self::KeyId => "has a `KeyId` that is none",
            Self::NotBase64 => "has a `PrivateKeyData` that is not base64",
            Self::NotPkcs12 => "has a `PrivateKeyData` that is no PKCS#12 container",
            Self::WrongPassword => "is not opened by its password",
            Self::NotRsa => "has no RSA key of 2048 bits or more",
        }
    }

    /// What to do about it.
    pub(crate) fn remedy(self) -> &'static str {
        match self {
            Self::NotAClientKey => {
                "give the clientKey_….json that the KMS console let you download"
            }
            Self::WrongPassword => {
                "give the password in clientKey_…_Password.txt that was downloaded with this key"
            }
            Self::KeyId | Self::NotBase64 | Self::NotPkcs12 | Self::NotRsa => {
                "create a client key anew, and download it"
            }
        }
    }
}

impl fmt::Display for ClientKeyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "the KMS client key {}; {}", self.problem(), self.remedy())
    }
}

impl core::error::Error for ClientKeyError {}

#[derive(Deserialize)]
struct File {
    #[serde(rename = "KeyId")]
    key_id: String,
    #[serde(rename = "PrivateKeyData")]
    private_key_data: Zeroizing<String>,
}

impl ClientKey {
    /// Opens the text of a client key file with its password. Line ends after the password are not
    /// of it.
    ///
    /// # Errors
    ///
    /// The text is no client key, or the password is not that of it.
    pub fn open(file: &[u8], password: &str) -> Result<Self, ClientKeyError> {
        let file: File = serde_json::from_slice(file).map_err(|_| ClientKeyError::NotAClientKey)?;
        // It goes into a header and a URL as an AccessKey ID does.
        oss_sign::Credentials::new(&file.key_id, "-").map_err(|_| ClientKeyError::KeyId)?;
        let container =
            STANDARD.decode(file.private_key_data.trim()).map_err(|_| ClientKeyError::NotBase64)?;
        let chain = open_container(&Zeroizing::new(container), password)?;
        let key_pair = KeyPair::from_pkcs8(chain.key().as_der());
        Ok(Self {
            key_id: file.key_id,
            key_pair: key_pair.map_err(|_| ClientKeyError::NotRsa)?,
            expires_at: chain.certs().first().and_then(not_after),
        })
    }

    /// Such as `KAAP.…`.
    #[must_use]
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// When its certificate ends, five years after it was created if nobody chose otherwise. KMS
    /// refuses it from then on.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }
}

impl Key for ClientKey {
    fn access_key_id(&self) -> &str {
        &self.key_id
    }

    fn signature_method(&self) -> &'static str {
        "SHA256withRSA"
    }

    fn signature_type(&self) -> Option<&'static str> {
        Some("PRIVATEKEY")
    }

    /// PKCS #1 v1.5.
    fn sign(&self, string_to_sign: &str) -> Result<Vec<u8>, Cause> {
        let mut signature = vec![0; self.key_pair.public().modulus_len()];
        // The random numbers blind the key against timing; the signature has none of them.
        let random = SystemRandom::new();
        self.key_pair
            .sign(&RSA_PKCS1_SHA256, &random, string_to_sign.as_bytes(), &mut signature)
            .map(|()| signature)
            .map_err(|_| Cause::Random)
    }
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("ClientKey")
            .field("key_id", &self.key_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

fn open_container(container: &[u8], password: &str) -> Result<PrivateKeyChain, ClientKeyError> {
    let password = password.trim_end_matches(['\r', '\n']);
    let policy = Pkcs12ImportPolicy::Relaxed;
    let store =
        KeyStore::from_pkcs12(container, password, policy).map_err(|error| match error {
            p12_keystore::error::Error::MacError(_) => ClientKeyError::WrongPassword,
            _ => ClientKeyError::NotPkcs12,
        })?;
    let (_, chain) = store.private_key_chain().ok_or(ClientKeyError::NotRsa)?;
    Ok(chain.clone())
}

fn not_after(certificate: &Certificate) -> Option<Timestamp> {
    let (_, certificate) = x509_parser::parse_x509_certificate(certificate.as_der()).ok()?;
    Timestamp::try_from(certificate.validity().not_after.to_datetime()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEGACY: &[u8] = include_bytes!("../../tests/data/kms/clientKey_legacy.json");
    const MODERN: &[u8] = include_bytes!("../../tests/data/kms/clientKey_modern.json");
    const PASSWORD: &str = include_str!("../../tests/data/kms/clientKey_Password.txt");
    const PKCS8: &[u8] = include_bytes!("../../tests/data/kms/private-key.pk8");

    fn container(file: &[u8]) -> Vec<u8> {
        let file: File = serde_json::from_slice(file).unwrap();
        STANDARD.decode(file.private_key_data.as_str()).unwrap()
    }

    #[test]
    fn t90_both_forms_of_the_container_hold_the_same_key() {
        for file in [LEGACY, MODERN] {
            let chain = open_container(&container(file), PASSWORD).unwrap();
            assert!(chain.key().as_der() == PKCS8);
            let key = ClientKey::open(file, PASSWORD).unwrap();
            assert_eq!(key.key_id(), "KAAP.00000000-0000-0000-0000-000000000000");
            assert!(key.expires_at().is_some());
        }
    }

    #[test]
    fn t90_a_wrong_password_is_named() {
        for file in [LEGACY, MODERN] {
            for password in ["", "wrong"] {
                let error = ClientKey::open(file, password).unwrap_err();
                assert_eq!(error, ClientKeyError::WrongPassword);
            }
        }
    }

    #[test]
    fn an_error_says_what_is_wrong_and_what_to_do() {
        assert_eq!(
            ClientKeyError::WrongPassword.to_string(),
            "the KMS client key is not opened by its password; give the password in \
             clientKey_…_Password.txt that was downloaded with this key"
        );
    }

    #[test]
    fn t90_a_line_end_after_the_password_is_not_of_it() {
        assert!(ClientKey::open(LEGACY, &format!("{}\r\n", PASSWORD.trim())).is_ok());
    }

    #[test]
    fn t90_what_is_no_client_key_is_refused() {
        let text = core::str::from_utf8(LEGACY).unwrap();
        let data = text.split('"').nth(7).unwrap();
        let with = |data: &str| format!(r#"{{"KeyId":"KAAP.x","PrivateKeyData":"{data}"}}"#);
        for (file, expected) in [
            (String::new(), ClientKeyError::NotAClientKey),
            ("null".to_owned(), ClientKeyError::NotAClientKey),
            (r#"{"KeyId":"KAAP.x"}"#.to_owned(), ClientKeyError::NotAClientKey),
            (with(data).replace("KAAP.x", "KAAP\\r\\n"), ClientKeyError::KeyId),
            (with(data.get(..data.len() - 3).unwrap()), ClientKeyError::NotBase64),
            (with(data.get(..data.len() / 8 * 4).unwrap()), ClientKeyError::NotPkcs12),
            (with(""), ClientKeyError::NotPkcs12),
        ] {
            assert_eq!(ClientKey::open(file.as_bytes(), PASSWORD).unwrap_err(), expected);
        }
    }

    #[test]
    fn t91_the_signature_of_a_known_string() {
        let key = ClientKey::open(LEGACY, PASSWORD).unwrap();
        let text = include_str!("../../tests/data/kms/kms-getsecretvalue.string-to-sign.txt");
        let expected = include_str!("../../tests/data/kms/kms-getsecretvalue.signature.b64");
        assert_eq!(STANDARD.encode(key.sign(text).unwrap()), expected.trim());
    }

    #[test]
    fn debug_shows_no_key() {
        let shown = format!("{:?}", ClientKey::open(LEGACY, PASSWORD).unwrap());
        assert!(shown.starts_with("ClientKey { key_id: \"KAAP."), "{shown}");
        assert!(shown.len() < 160, "{shown}");
    }
}
