//! What the official SDKs signed, one record of each shape.

use std::collections::BTreeSet;
use std::error::Error;
use std::fs;
use std::path::Path;

use oss_sign_tests::record::{Record, read_lines};

use crate::{list, seed};

pub fn write() -> Result<(), Box<dyn Error>> {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/vectors");
    let mut files: Vec<_> = fs::read_dir(vectors)?
        .map(|file| file.map(|file| file.path()))
        .collect::<Result<_, _>>()?;
    files.sort();
    let mut written = BTreeSet::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.contains(".v4.") && !name.contains(".v1.") || name.contains("post_policy") {
            continue;
        }
        for line in read_lines(&path)? {
            let record: Record = serde_json::from_str(&line)?;
            let request = request(&record);
            let shape = (
                record.op.clone(),
                record.version.clone(),
                record.query.len().min(2),
                record.headers.len().min(2),
                record.security_token.is_some(),
                record.key.as_ref().is_some_and(|key| key.is_ascii()),
            );
            if record.key.is_none() || request.len() > 400 || !written.insert(shape) {
                continue;
            }
            for target in ["round_trip", "reference"] {
                seed(target, &record.id, &request)?;
            }
            seed("verify", &record.id, &received(&record))?;
        }
    }
    Ok(())
}

/// As `Input::read` reads it.
fn request(record: &Record) -> Vec<u8> {
    let mut request = vec![
        record.method.as_str(),
        if record.addressing == "path" { "path" } else { "virtual" },
        record.key.as_deref().unwrap_or_default(),
        record.security_token.as_deref().unwrap_or_default(),
        "",
    ];
    request.extend(record.additional_headers.iter().map(String::as_str));
    let query: Vec<&str> = record
        .query
        .iter()
        .flat_map(|(name, value)| [name.as_str(), value.as_deref().unwrap_or_default()])
        .collect();
    let headers: Vec<&str> =
        record.headers.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]).collect();
    [list(&request), list(&query), list(&headers)].join(&0xFE)
}

/// As the target `verify` reads it.
fn received(record: &Record) -> Vec<u8> {
    let url = record.expect.url.as_deref().unwrap_or_default();
    let (_, rest) = url.split_once("://").unwrap_or_default();
    let path_and_query = rest.find('/').map_or("/", |start| &rest[start..]);
    let mut elements = vec![record.method.as_str(), path_and_query];
    let sent = if record.op == "header" { &record.expect.headers } else { &record.headers };
    elements.extend(sent.iter().flat_map(|(name, value)| [name.as_str(), value.as_str()]));
    if let Some(authorization) = &record.expect.authorization {
        elements.extend(["authorization", authorization]);
    }
    list(&elements)
}
