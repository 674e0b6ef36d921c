//! Whether a signature is valid: as a server sees it.

use oss_sign::verify::{Received, ReceivedForm, Slot, Tolerance};
use oss_sign::{PolicyForm, Timestamp};
use oss_sign_benches::inputs::{bucket, credentials};

use crate::case::{HOST, KEY, PATH, PROCESS};

pub type Fault = Result<(), String>;

/// A presigned GET of the case.
pub fn url(url: &str, now: Timestamp) -> Fault {
    url_with(url, PROCESS, now)
}

/// The same where the peer has no means to send `x-oss-process`, but another parameter.
pub fn url_with(url: &str, (name, value): (&str, &str), now: Timestamp) -> Fault {
    let rest = url.strip_prefix("https://").ok_or("the URL does not begin with https://")?;
    let slash = rest.find('/').ok_or("the URL has no path")?;
    let (host, path_and_query) = rest.split_at(slash);
    if host != HOST {
        return Err(format!("the host is {host}"));
    }
    verify("GET", path_and_query, &[("host", host)], now)?;
    if url.bytes().any(|byte| !byte.is_ascii_graphic()) {
        return Err("the signature is right, but the URL has blanks in it".to_owned());
    }
    let (path, query) = path_and_query.split_once('?').unwrap_or_default();
    if path.contains('+') {
        return Err("the signature is right, but a `+` in the URL is not encoded".to_owned());
    }
    let decoded = |text: &str| {
        text.replace("%20", " ").replace("%2B", "+").replace("%2C", ",").replace("%2F", "/")
    };
    if decoded(path) != format!("/{KEY}") {
        return Err(format!("the path is {path}"));
    }
    let is_there =
        query.split('&').any(|parameter| decoded(parameter) == format!("{name}={value}"));
    if is_there { Ok(()) } else { Err(format!("the URL has no {name}")) }
}

/// A signed PUT of the case.
pub fn headers<'h>(headers: impl IntoIterator<Item = (&'h str, &'h str)>, now: Timestamp) -> Fault {
    let headers: Vec<_> =
        headers.into_iter().filter(|(name, _)| *name != "host").chain([("host", HOST)]).collect();
    verify("PUT", PATH, &headers, now)
}

pub fn form(form: &PolicyForm<'_>, now: Timestamp) -> Fault {
    let fields: Vec<_> = form.fields().map(|(name, value)| (name, value.to_string())).collect();
    let fields: Vec<_> = fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    let parsed = ReceivedForm::new(&fields).parse().map_err(|refusal| refusal.to_string())?;
    let verdict = parsed.verify(&credentials(), now, Tolerance::default());
    verdict.map_err(|refusal| refusal.to_string())
}

fn verify(method: &str, path_and_query: &str, headers: &[(&str, &str)], now: Timestamp) -> Fault {
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    let received = Received::new(method, path_and_query, &headers);
    let (mut parameters, mut signed) = ([Slot::default(); 64], [Slot::default(); 64]);
    let parsed =
        received.parse(&mut parameters, &mut signed).map_err(|refusal| refusal.to_string())?;
    let verdict = parsed.verify(Some(bucket()), &credentials(), now, Tolerance::default());
    verdict.map_err(|refusal| refusal.to_string())
}
