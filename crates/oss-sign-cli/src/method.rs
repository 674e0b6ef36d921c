//! The HTTP method.

use oss_sign::Method;

use crate::mistake::{Mistake, Quoted};

const METHODS: [Method; 6] =
    [Method::Delete, Method::Get, Method::Head, Method::Options, Method::Post, Method::Put];

/// Reads a method in any case.
pub(crate) fn method(text: &str) -> Result<Method, Mistake> {
    if let Some(method) = METHODS.iter().find(|method| text.eq_ignore_ascii_case(method.as_str())) {
        return Ok(*method);
    }
    let remedy = if text.starts_with("oss://") {
        "write 'oss-sign presign oss://BUCKET/KEY' for a URL (ossutil's `sign`), or \
         'oss-sign sign GET oss://BUCKET/KEY' for headers"
    } else {
        "write GET, PUT, HEAD, POST, DELETE or OPTIONS"
    };
    Err(Mistake::new(format!("{} is not an HTTP method: {remedy}", Quoted(text))))
}
