//! OIDC tokens, read as far as they can be without the key of their issuer: the signature is not
//! verified.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use oss_sign::Timestamp;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::refusal::OidcRefusal;
use crate::role::OidcProvider;

/// What a token says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct OidcToken {
    #[serde(rename = "sub")]
    pub(super) subject: String,
    #[serde(rename = "iss")]
    pub(super) issuer: String,
    #[serde(rename = "aud")]
    audience: Audience,
    #[serde(rename = "exp")]
    expires_at: u64,
}

/// One client ID, or several: <https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3>
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Header {
    alg: String,
}

impl OidcToken {
    /// Reads a token that `provider` must have issued, and that must be in time.
    pub(super) fn read(
        token: &str,
        provider: &OidcProvider,
        now: Timestamp,
    ) -> Result<Self, OidcRefusal> {
        let mut parts = token.trim().split('.');
        let (Some(header), Some(payload), Some(_signature), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(OidcRefusal::NotThreeParts);
        };
        let header: Header = part(header)?;
        if !["RS256", "RS384", "RS512", "ES256"].contains(&header.alg.as_str()) {
            return Err(OidcRefusal::UnknownAlgorithm);
        }
        let token: Self = part(payload)?;
        if token.issuer != provider.issuer() {
            return Err(OidcRefusal::IssuerNotMatch);
        }
        if !token.client_ids().iter().any(|id| id == provider.client_id()) {
            return Err(OidcRefusal::AudienceNotMatch);
        }
        if token.expires_at <= now.unix_seconds() {
            return Err(OidcRefusal::Expired);
        }
        Ok(token)
    }

    pub(super) fn client_ids(&self) -> &[String] {
        match &self.audience {
            Audience::One(id) => core::slice::from_ref(id),
            Audience::Many(ids) => ids,
        }
    }
}

fn part<T: DeserializeOwned>(text: &str) -> Result<T, OidcRefusal> {
    let json =
        URL_SAFE_NO_PAD.decode(text.trim_end_matches('=')).map_err(|_| OidcRefusal::NotBase64)?;
    serde_json::from_slice(&json).map_err(|_| OidcRefusal::UnknownContent)
}
