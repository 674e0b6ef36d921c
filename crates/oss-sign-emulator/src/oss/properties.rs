//! What the headers of an upload say of the object.

use super::head::Head;
use crate::failure::Failure;
use crate::storage::{Acl, Properties};

/// Headers that are kept, and sent with the object.
const KEPT: [&str; 6] = [
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
];

const META: &str = "x-oss-meta-";

/// All `x-oss-meta-*` together: names and values.
const MAX_META: usize = 8 << 10;

const STORAGE_CLASSES: [&str; 5] = ["Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"];

impl Head {
    /// Reads the properties of the object that is to be.
    pub(super) fn properties(&self) -> Result<Properties, Failure> {
        let mut fields = Vec::with_capacity(self.headers.len());
        for (name, value) in &self.headers {
            // The others are not looked at.
            if is_property(name.as_str()) {
                let value = str::from_utf8(value.as_bytes());
                let value = value.map_err(|_| invalid("(not UTF-8)"))?;
                fields.push((name.as_str(), value));
            }
        }
        properties(fields.into_iter())
    }
}

fn is_property(name: &str) -> bool {
    KEPT.contains(&name)
        || name.starts_with(META)
        || matches!(name, "x-oss-object-acl" | "x-oss-storage-class")
}

/// Reads the properties of an object from headers, or from the fields of a form.
pub(super) fn properties<'f>(
    fields: impl Iterator<Item = (&'f str, &'f str)>,
) -> Result<Properties, Failure> {
    let mut properties = Properties { storage_class: "Standard".to_owned(), ..Default::default() };
    let mut meta = 0_usize;
    for (name, value) in fields {
        let name = name.to_ascii_lowercase();
        match name.as_str() {
            "x-oss-object-acl" => properties.acl = parse_acl(value)?,
            "x-oss-storage-class" => {
                if !STORAGE_CLASSES.contains(&value) {
                    return Err(Failure::invalid_argument("x-oss-storage-class", value));
                }
                value.clone_into(&mut properties.storage_class);
            }
            other if is_property(other) => {
                // As in a header, so that it can be one again.
                if http::HeaderValue::from_bytes(value.as_bytes()).is_err() {
                    return Err(invalid(value));
                }
                if other.starts_with(META) {
                    meta = meta.saturating_add(name.len()).saturating_add(value.len());
                }
                properties.headers.insert(name, value.to_owned());
            }
            _ => {}
        }
    }
    if meta > MAX_META {
        let message = "Your metadata headers exceed the maximum allowed metadata size.";
        return Err(Failure::bad_request("MetadataTooLarge", message));
    }
    let headers = &mut properties.headers;
    headers
        .entry("content-type".to_owned())
        .or_insert_with(|| "application/octet-stream".to_owned());
    Ok(properties)
}

pub(super) fn parse_acl(value: &str) -> Result<Acl, Failure> {
    Acl::parse(value).ok_or_else(|| Failure::invalid_argument("x-oss-object-acl", value))
}

fn invalid(value: &str) -> Failure {
    Failure::invalid_argument("a header of the object", value)
}
