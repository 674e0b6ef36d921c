//! What was meant to be sent: a presigned URL, or a request as JSON.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;

use super::comparison::is_v4;
use super::error_answer::ErrorAnswer;
use crate::location::LocationArgs;
use crate::mistake::Mistake;
use crate::presented::{Presented, PresentedArgs};
use crate::shown::harmless;

/// A request, and what its sender knows beyond it.
#[derive(Clone, Debug)]
pub(crate) struct Meant {
    pub(crate) request: Presented,
    /// Otherwise it is GET by default, and may not be what was signed.
    pub(crate) has_method: bool,
    region: Option<String>,
    additional_headers: Vec<String>,
    /// What the sender's own code signed.
    pub(crate) canonical_request: Option<String>,
    pub(crate) string_to_sign: Option<String>,
}

/// The document. What `presign --json` and `sign --json` print is one.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    url: String,
    method: Option<String>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    bucket: Option<String>,
    region: Option<String>,
    #[serde(default)]
    additional_headers: Vec<String>,
    canonical_request: Option<String>,
    string_to_sign: Option<String>,
    #[serde(rename = "expires_at")]
    _expires_at: Option<IgnoredAny>,
    #[serde(rename = "signature_version")]
    _signature_version: Option<IgnoredAny>,
}

impl Meant {
    pub(crate) fn read(text: &str, args: &PresentedArgs) -> Result<Self, Mistake> {
        let text = text.trim();
        if !text.starts_with('{') {
            let has_method = args.has_method();
            return Ok(Self { has_method, ..Self::from(args.presented(text)?) });
        }
        let document: Document = serde_json::from_str(text).map_err(|error| {
            Mistake::new(format!(
                "the request is not the JSON that explain reads: {}; see --help",
                harmless(&error.to_string())
            ))
        })?;
        let location = LocationArgs::new(document.bucket);
        let mut request = Presented::from_url(&document.url, location.or(&args.location))?;
        request.method = document.method.as_deref().unwrap_or("GET").to_ascii_uppercase();
        for (name, value) in &document.headers {
            request.set_header(name, value);
        }
        Ok(Self {
            request,
            has_method: document.method.is_some(),
            region: document.region,
            additional_headers: document.additional_headers,
            canonical_request: document.canonical_request,
            string_to_sign: document.string_to_sign,
        })
    }

    /// A request without its signature gets one of the form that OSS read, so that the rest of it
    /// can be compared. What the signature itself would be does not matter.
    pub(crate) fn signed_like(mut self, answer: &ErrorAnswer) -> Self {
        let Some(string_to_sign) = answer.string_to_sign() else { return self };
        let is_signed = ["x-oss-credential", "OSSAccessKeyId"]
            .iter()
            .any(|name| self.request.parameter(name).is_some());
        if is_signed || self.request.header("authorization").is_some() {
            return self;
        }
        let id = answer.element("OSSAccessKeyId").unwrap_or("unknown").to_owned();
        let lines: Vec<&str> = string_to_sign.split('\n').collect();
        match lines.as_slice() {
            [_, time, scope, ..] if is_v4(&string_to_sign) => self.sign_v4(&id, time, scope),
            [_, _, _, time, ..] => self.sign_v1(&id, time),
            _ => {}
        }
        self
    }

    fn sign_v4(&mut self, id: &str, time: &str, scope: &str) {
        let mut scope: Vec<&str> = scope.split('/').collect();
        if let (Some(region), Some(place)) = (&self.region, scope.get_mut(1)) {
            *place = region;
        }
        let scope = scope.join("/");
        let additional = match self.additional_headers.as_slice() {
            [] => String::new(),
            names => format!(",AdditionalHeaders={}", names.join(";")),
        };
        let authorization =
            format!("OSS4-HMAC-SHA256 Credential={id}/{scope}{additional},Signature=0");
        for (name, value) in [
            ("authorization", authorization.as_str()),
            ("x-oss-content-sha256", "UNSIGNED-PAYLOAD"),
            ("x-oss-date", time),
        ] {
            if self.request.header(name).is_none() {
                self.request.set_header(name, value);
            }
        }
    }

    fn sign_v1(&mut self, id: &str, time: &str) {
        if !time.is_empty() && time.bytes().all(|byte| byte.is_ascii_digit()) {
            let parameters = [
                format!("OSSAccessKeyId={id}"),
                format!("Expires={time}"),
                "Signature=0".to_owned(),
            ];
            return self.request.query.extend(parameters);
        }
        self.request.set_header("authorization", &format!("OSS {id}:0"));
        if ["date", "x-oss-date"].iter().all(|name| self.request.header(name).is_none()) {
            self.request.set_header("date", time);
        }
    }
}

impl From<Presented> for Meant {
    fn from(request: Presented) -> Self {
        Self {
            request,
            has_method: true,
            region: None,
            additional_headers: Vec::new(),
            canonical_request: None,
            string_to_sign: None,
        }
    }
}
