//! What STS answers, in JSON or XML.

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use serde::Serialize;

use super::refusal::Refusal;

/// The parameter `Format`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Format {
    Json,
    /// What RPC services answer in if nothing is said.
    #[default]
    Xml,
}

impl Format {
    pub(super) fn read(text: &str) -> Option<Self> {
        match text {
            _ if text.eq_ignore_ascii_case("json") => Some(Self::Json),
            _ if text.eq_ignore_ascii_case("xml") => Some(Self::Xml),
            _ => None,
        }
    }
}

/// Temporary credentials and whose they are.
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Session {
    pub(super) request_id: String,
    pub(super) assumed_role_user: AssumedRoleUser,
    pub(super) credentials: Credentials,
    #[serde(rename = "OIDCTokenInfo", skip_serializing_if = "Option::is_none")]
    pub(super) oidc_token_info: Option<OidcTokenInfo>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct AssumedRoleUser {
    pub(super) assumed_role_id: String,
    pub(super) arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Credentials {
    pub(super) access_key_id: String,
    pub(super) access_key_secret: String,
    pub(super) security_token: String,
    /// RFC 3339 in UTC.
    pub(super) expiration: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct OidcTokenInfo {
    pub(super) subject: String,
    pub(super) issuer: String,
    pub(super) client_ids: String,
    /// Not `Success` of a verification: the signature was not verified.
    pub(super) verification_info: &'static str,
}

/// Who calls.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Identity {
    pub(super) request_id: String,
    pub(super) identity_type: &'static str,
    pub(super) account_id: String,
    pub(super) principal_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) user_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) role_id: Option<String>,
    pub(super) arn: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct ErrorAnswer<'a> {
    request_id: &'a str,
    host_id: &'static str,
    code: String,
    message: String,
}

/// A successful answer: in XML its root is `ACTIONResponse`.
pub(super) fn success(action: &str, format: Format, answer: &impl Serialize) -> Response<Bytes> {
    write(StatusCode::OK, format, &format!("{action}Response"), answer)
}

pub(super) fn refusal(request_id: &str, format: Format, refusal: &Refusal) -> Response<Bytes> {
    let answer = ErrorAnswer {
        request_id,
        host_id: "sts.localhost",
        code: refusal.code(),
        message: refusal.to_string(),
    };
    write(refusal.status(), format, "Error", &answer)
}

fn write(
    status: StatusCode,
    format: Format,
    root: &str,
    answer: &impl Serialize,
) -> Response<Bytes> {
    let (content_type, text) = match format {
        Format::Json => ("application/json;charset=utf-8", serde_json::to_string(answer).ok()),
        Format::Xml => {
            let xml = quick_xml::se::to_string_with_root(root, answer).ok();
            let text = xml.map(|xml| format!("<?xml version='1.0' encoding='UTF-8'?>{xml}"));
            ("text/xml;charset=utf-8", text)
        }
    };
    // Strings and numbers can always be written; were they not, the client would see a fault.
    let status = if text.is_some() { status } else { StatusCode::INTERNAL_SERVER_ERROR };
    let mut response = Response::new(Bytes::from(text.unwrap_or_default()));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
