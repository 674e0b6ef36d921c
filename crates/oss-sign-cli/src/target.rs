//! `oss://BUCKET/KEY`, as ossutil writes it.

use oss_sign::{Bucket, ObjectKey, ObjectKeyError, Resource};

use crate::mistake::{Mistake, Quoted};

/// Reads `oss://`, `oss://BUCKET` or `oss://BUCKET/KEY`. The key is raw text, and not decoded.
pub(crate) fn resource(target: &str, verbatim_key: bool) -> Result<Resource<'_>, Mistake> {
    let Some(rest) = target.strip_prefix("oss://") else {
        return Err(Mistake::new(format!(
            "{} is not the address of an object: write oss://BUCKET/KEY",
            Quoted(target)
        )));
    };
    let (name, key) = rest.split_once('/').unwrap_or((rest, ""));
    if rest.is_empty() {
        return Ok(Resource::Service);
    }
    if name.is_empty() {
        return Err(Mistake::new(format!(
            "{} has no bucket: write oss://BUCKET/KEY",
            Quoted(target)
        )));
    }
    let bucket = Bucket::new(name)
        .map_err(|error| Mistake::new(format!("bucket {}: {error}", Quoted(name))))?;
    if key.is_empty() {
        return Ok(Resource::Bucket(bucket));
    }
    Ok(Resource::Object(bucket, object_key(key, verbatim_key)?))
}

pub(crate) fn object_key(key: &str, verbatim: bool) -> Result<ObjectKey<'_>, Mistake> {
    if verbatim { ObjectKey::verbatim(key) } else { ObjectKey::new(key) }
        .map_err(|error| wrong_key(key, error))
}

fn wrong_key(key: &str, error: ObjectKeyError) -> Mistake {
    let problem = match error {
        ObjectKeyError::TooLong => "is longer than 1023 bytes: shorten it",
        ObjectKeyError::LeadingSlash => "begins with '/': remove it",
        ObjectKeyError::LeadingBackslash => "begins with '\\': remove it",
        _ => return Mistake::new(format!("key {}: {error}", Quoted(key))),
    };
    Mistake::new(format!(
        "key {} {problem}, or give --verbatim-key if the object is really named so",
        Quoted(key)
    ))
}
