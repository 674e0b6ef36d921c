//! What a signed request says of itself, read as far as it can be read: without any secret, and
//! also where the signature is not of its form.

use oss_sign::Timestamp;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Iso8601;

use crate::location::Location;
use crate::presented::{Presented, decoded};

/// The parameters that are of the signature itself.
pub(crate) const SIGNATURE_PARAMETERS: [&str; 11] = [
    "Expires",
    "OSSAccessKeyId",
    "Signature",
    "security-token",
    "x-oss-additional-headers",
    "x-oss-credential",
    "x-oss-date",
    "x-oss-expires",
    "x-oss-security-token",
    "x-oss-signature",
    "x-oss-signature-version",
];

/// Fields of the JSON documents too: they are a promise.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Facts {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signature_version: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signature_place: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) access_key_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bucket: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bucket_from: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) region: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) product: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) signed_at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) expires_at: Option<String>,
    pub(crate) additional_headers: Vec<String>,
    pub(crate) security_token: bool,
}

/// Version and place of a signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    V4Url,
    V4Header,
    V1Url,
    V1Header,
}

impl Facts {
    pub(crate) fn of(request: &Presented) -> Self {
        let mut facts = match Form::of(request) {
            Some(form) => Self::signed(request, form),
            None => Self::default(),
        };
        let path = decoded(request.path.strip_prefix('/').unwrap_or(&request.path));
        let (bucket, from, key) = match &request.location {
            Location::Given(bucket) => (Some(bucket.as_str()), Some("flag"), path.as_str()),
            Location::Host(bucket) => (Some(bucket.as_str()), Some("host"), path.as_str()),
            Location::Path => {
                let (bucket, key) = path.split_once('/').unwrap_or((&path, ""));
                (Some(bucket).filter(|bucket| !bucket.is_empty()), Some("path"), key)
            }
            Location::Unknown => (None, None, path.as_str()),
        };
        facts.bucket_from = bucket.and(from);
        facts.bucket = bucket.map(str::to_owned);
        facts.key = Some(key.to_owned()).filter(|key| !key.is_empty());
        facts
    }

    fn signed(request: &Presented, form: Form) -> Self {
        let authorization = request.header("authorization").unwrap_or_default();
        let date = request.header("x-oss-date").or(request.header("date"));
        let (version, place) = match form {
            Form::V4Url => ("v4", "url"),
            Form::V4Header => ("v4", "header"),
            Form::V1Url => ("v1", "url"),
            Form::V1Header => ("v1", "header"),
        };
        let mut facts = Self {
            signature_version: Some(version),
            signature_place: Some(place),
            ..Self::default()
        };
        match form {
            Form::V4Url => {
                let date = request.parameter("x-oss-date");
                let expires = request.parameter("x-oss-expires");
                facts.expires_at = expires_at(date.as_deref(), expires.as_deref());
                facts.signed_at = date.as_deref().map(readable);
                facts.set_credential(request.parameter("x-oss-credential").as_deref());
                facts.set_additional(request.parameter("x-oss-additional-headers").as_deref());
                facts.security_token = request.parameter("x-oss-security-token").is_some();
            }
            Form::V4Header => {
                facts.signed_at = date.map(readable);
                facts.set_credential(field(authorization, "Credential"));
                facts.set_additional(field(authorization, "AdditionalHeaders"));
                facts.security_token = request.header("x-oss-security-token").is_some();
            }
            Form::V1Url => {
                facts.access_key_id = request.parameter("OSSAccessKeyId");
                facts.expires_at = request.parameter("Expires").map(|text| epoch(&text));
                facts.security_token = request.parameter("security-token").is_some();
            }
            Form::V1Header => {
                let id = authorization.strip_prefix("OSS ").unwrap_or_default();
                facts.access_key_id = id.split(':').next().map(str::to_owned);
                facts.signed_at = date.map(readable);
                facts.security_token = request.header("x-oss-security-token").is_some();
            }
        }
        facts
    }

    fn set_credential(&mut self, credential: Option<&str>) {
        let mut parts = credential.unwrap_or_default().split('/').map(str::to_owned);
        let mut next = || parts.next().filter(|part| !part.is_empty());
        self.access_key_id = next();
        self.day = next();
        self.region = next();
        self.product = next();
    }

    fn set_additional(&mut self, list: Option<&str>) {
        let names = list.unwrap_or_default().split(';').filter(|name| !name.is_empty());
        self.additional_headers = names.map(str::to_owned).collect();
    }

    /// Names and values as a person reads them, one a line.
    pub(crate) fn lines(&self) -> Vec<(&'static str, String)> {
        let version = self.signature_version.zip(self.signature_place);
        let version = version.map(|(version, place)| {
            let place = if place == "url" { "URL" } else { place };
            format!("{}, in the {place}", version.to_ascii_uppercase())
        });
        let bucket = self.bucket.as_ref().map(|bucket| match self.bucket_from {
            Some("flag") | None => bucket.clone(),
            Some(from) => format!("{bucket} (read off the {from})"),
        });
        let additional = self.additional_headers.join(", ");
        let additional = (!additional.is_empty()).then_some(additional);
        let token = if self.security_token { "yes" } else { "no" };
        let lines = [
            ("signature", version.or_else(|| Some("none".to_owned()))),
            ("AccessKey ID", self.access_key_id.clone()),
            ("security token", Some(token.to_owned())),
            ("bucket", bucket.or_else(|| Some("unknown".to_owned()))),
            ("key", self.key.clone()),
            ("day", self.day.clone()),
            ("region", self.region.clone()),
            ("product", self.product.clone()),
            ("additional headers", additional),
            ("signed at", self.signed_at.clone()),
            ("expires at", self.expires_at.clone()),
        ];
        lines.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect()
    }
}

impl Form {
    fn of(request: &Presented) -> Option<Self> {
        let authorization = request.header("authorization").unwrap_or_default();
        let has = |name: &str| request.parameter(name).is_some();
        if authorization.starts_with("OSS4-HMAC-SHA256") {
            Some(Self::V4Header)
        } else if authorization.starts_with("OSS ") {
            Some(Self::V1Header)
        } else if ["x-oss-signature-version", "x-oss-signature", "x-oss-credential"].map(has)
            != [false; 3]
        {
            Some(Self::V4Url)
        } else if ["OSSAccessKeyId", "Signature"].map(has) != [false; 2] {
            Some(Self::V1Url)
        } else {
            None
        }
    }
}

/// A field of `Authorization` in V4.
fn field<'a>(authorization: &'a str, name: &str) -> Option<&'a str> {
    let (_, fields) = authorization.split_once(' ')?;
    let mut fields = fields.split(',').filter_map(|field| field.trim().split_once('='));
    fields.find(|(other, _)| *other == name).map(|(_, value)| value)
}

/// An instant in the basic or the extended form of ISO 8601.
pub(crate) fn instant_of(text: &str) -> Option<Timestamp> {
    Timestamp::try_from(OffsetDateTime::parse(text, &Iso8601::DEFAULT).ok()?).ok()
}

fn readable(date: &str) -> String {
    instant_of(date).map_or_else(|| date.to_owned(), |instant| instant.to_string())
}

fn expires_at(date: Option<&str>, expires: Option<&str>) -> Option<String> {
    let seconds = expires?.parse().ok()?;
    Some(instant_of(date?)?.checked_add_seconds(seconds)?.to_string())
}

fn epoch(text: &str) -> String {
    let instant = text.parse().ok().and_then(|seconds| Timestamp::from_unix_seconds(seconds).ok());
    instant.map_or_else(|| text.to_owned(), |instant| instant.to_string())
}
