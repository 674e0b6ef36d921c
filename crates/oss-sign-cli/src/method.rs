//! The HTTP method.

use oss_sign::Method;

use crate::mistake::{Mistake, Quoted};

/// Reads a method in any case.
pub(crate) fn method(text: &str) -> Result<Method, Mistake> {
    if let Ok(method) = text.to_ascii_uppercase().parse() {
        return Ok(method);
    }
    let remedy = if text.starts_with("oss://") {
        "write 'oss-sign presign oss://BUCKET/KEY' for a URL (ossutil's `sign`), or \
         'oss-sign sign GET oss://BUCKET/KEY' for headers"
    } else {
        "write GET, PUT, HEAD, POST, DELETE or OPTIONS"
    };
    Err(Mistake::new(format!("{} is not an HTTP method: {remedy}", Quoted(text))))
}
