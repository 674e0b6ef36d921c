//! Temporary credentials, to be handed on.

use oss_sign_credentials::Credentials;
use serde::Serialize;

use crate::curl::ShellWord;
use crate::document::to_json;
use crate::mistake::Mistake;

/// Temporary credentials. The JSON document is that of STS, of credentials URIs, and of commands that
/// the OSS SDK for Go v2 runs.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Exported<'a> {
    access_key_id: &'a str,
    access_key_secret: &'a str,
    security_token: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiration: Option<String>,
}

impl<'a> Exported<'a> {
    /// Long-term ones stay where they are.
    pub(crate) fn new(credentials: &'a Credentials) -> Result<Self, Mistake> {
        let security_token = credentials.security_token().ok_or_else(|| {
            Mistake::new(
                "this is a long-term AccessKey, which is not exported: get a temporary one by \
                 'oss-sign assume-role'",
            )
        })?;
        Ok(Self {
            access_key_id: credentials.access_key_id(),
            access_key_secret: credentials.access_key_secret(),
            security_token,
            expiration: credentials.expires_at().map(|expiry| expiry.to_string()),
        })
    }

    pub(crate) fn to_json(&self) -> Result<String, Mistake> {
        to_json(self)
    }

    /// Assignments for a POSIX shell.
    pub(crate) fn to_shell(&self) -> String {
        let variables = [
            ("OSS_ACCESS_KEY_ID", self.access_key_id),
            ("OSS_ACCESS_KEY_SECRET", self.access_key_secret),
            ("OSS_SESSION_TOKEN", self.security_token),
        ];
        variables.map(|(name, value)| format!("export {name}={}\n", ShellWord(value))).concat()
    }
}
