//! Callbacks: OSS tells an application server of an upload. The emulator checks what was asked for,
//! and notes it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::Call;
use crate::failure::Failure;

impl Call<'_> {
    /// Notes the callback that headers or query ask for.
    pub(super) fn read_callback(&mut self) -> Result<(), Failure> {
        let header = self.head.header("x-oss-callback")?;
        let Some(encoded) = header.or_else(|| self.head.query.filled("callback")) else {
            return Ok(());
        };
        self.notes.callback = Some(callback(encoded)?);
        Ok(())
    }
}

/// Reads base64 of JSON that has a `callbackUrl` and a `callbackBody`.
pub(super) fn callback(encoded: &str) -> Result<String, Failure> {
    let json = STANDARD.decode(encoded).ok();
    let value: Option<Value> = json.and_then(|json| serde_json::from_slice(&json).ok());
    let is_text = |value: &Value, name| value.get(name).is_some_and(Value::is_string);
    match value {
        Some(value) if is_text(&value, "callbackUrl") && is_text(&value, "callbackBody") => {
            Ok(value.to_string())
        }
        _ => Err(Failure::bad_request(
            "InvalidArgument",
            "The callback configuration is not json format, or lacks callbackUrl or callbackBody.",
        )),
    }
}
