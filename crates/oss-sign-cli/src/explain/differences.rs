//! What a difference between the request that was signed and the one that OSS received means: one
//! sentence, the remedy in it.

use super::comparison::{Line, Part};
use super::gap;
use crate::facts::instant_of;
use crate::presented::decoded;
use crate::shown::{cut_short, harmless};

/// The sentence for a line that differs.
pub(crate) fn meaning(line: &Line) -> String {
    let (ours, theirs) = (line.ours.as_deref(), line.theirs.as_deref());
    let both = ours.unwrap_or_default();
    let other = theirs.unwrap_or_default();
    let sentence = match &line.part {
        Part::Method => method(both, other),
        Part::Path => path(both, other),
        Part::Parameter(name) => parameter(name, ours, theirs),
        Part::Header(name) => header(name, ours, theirs),
        Part::AdditionalHeaders => format!(
            "{} was signed as the list of additional headers, but OSS read {}: change nothing of \
             the signature after signing.",
            quoted(both),
            quoted(other)
        ),
        Part::Payload => "OSS signs `UNSIGNED-PAYLOAD`, never a hash of the body: sign that, and \
                          send it as `x-oss-content-sha256`."
            .to_owned(),
        Part::Algorithm => format!(
            "The request was signed by {}, but OSS read {}: sign with OSS4-HMAC-SHA256.",
            quoted(both),
            quoted(other)
        ),
        Part::Time => time(both, other),
        Part::Scope => scope(both, other),
        Part::Hash => "The canonical requests differ, in none of the ways that are likely: give \
                       the headers that were sent, or your own text as `canonical_request`."
            .to_owned(),
    };
    harmless(&sentence)
}

fn quoted(text: &str) -> String {
    match text.is_empty() {
        true => "nothing".to_owned(),
        false => format!("`{text}`"),
    }
}

fn method(ours: &str, theirs: &str) -> String {
    let why = match (ours, theirs) {
        ("GET", "HEAD") => ", as of a client that asks for the size first",
        ("HEAD", "GET") => ", as of a CDN that turns HEAD into GET",
        ("PUT" | "POST", "GET") => ", as of a client that follows a redirect",
        _ => "",
    };
    format!(
        "The request was signed for {ours}, but OSS received {theirs}{why}: sign it for {theirs}, \
         or send {ours}."
    )
}

fn path(ours: &str, theirs: &str) -> String {
    if decoded(theirs) == ours {
        return "The path was percent-encoded twice on its way: have the client send the URL as it \
                is."
            .to_owned();
    }
    if decoded(ours) == theirs {
        return "The key was percent-encoded before it was signed, so that it is encoded twice: \
                sign the raw key."
            .to_owned();
    }
    if let Some(sentence) = blank_and_plus(ours, theirs) {
        return format!("In the path {sentence}");
    }
    if is_bucket_before(theirs, ours) {
        return format!(
            "The bucket is missing from the signed resource {}: sign `/BUCKET/KEY` also for a \
             custom domain (CNAME) and for path style.",
            quoted(ours)
        );
    }
    if is_bucket_before(ours, theirs) {
        return format!(
            "OSS read the bucket off another place, as {}: send to the host of the bucket, or to \
             a custom domain that is bound to it.",
            quoted(theirs)
        );
    }
    format!(
        "The path {} was signed, but OSS received {}: send the URL as it was signed.",
        quoted(ours),
        quoted(theirs)
    )
}

fn is_bucket_before(long: &str, short: &str) -> bool {
    let before = long.strip_suffix(short).filter(|before| before.len() > 1);
    short.starts_with('/') && before.is_some_and(|before| before.rfind('/') == Some(0))
}

/// In a path `+` is itself, in a query a blank; clients and proxies mix them up.
fn blank_and_plus(ours: &str, theirs: &str) -> Option<String> {
    let with_blanks = |text: &str| text.replace("%2B", "%20").replace(['+', ' '], "%20");
    if with_blanks(ours) != with_blanks(theirs) {
        return None;
    }
    Some(match ours.contains("%2B") || ours.contains('+') {
        true => "a `+` turned into a blank: percent-encode it as `%2B`.".to_owned(),
        false => "a blank turned into `+`: percent-encode it as `%20`.".to_owned(),
    })
}

fn parameter(name: &str, ours: Option<&str>, theirs: Option<&str>) -> String {
    let is_token = name.ends_with("security-token");
    match (ours, theirs) {
        (None, _) if name.starts_with("amp%3B") || name.starts_with("amp;") => {
            "The `&` of the URL were escaped as `&amp;`: use the URL as it was signed.".to_owned()
        }
        (None, _) if name == "x-oss-process" => {
            "`x-oss-process` was appended to the URL after it was signed: give it when signing \
             (--process)."
                .to_owned()
        }
        (None, _) => format!(
            "`{name}` was appended to the URL after it was signed: give it when signing (--query)."
        ),
        (Some(_), None) if is_token => {
            "The security token was signed, but not sent: send the URL whole.".to_owned()
        }
        (Some(_), None) => format!(
            "`{name}` was signed, but did not arrive: send the URL whole, and in quotes where a \
             shell reads it."
        ),
        (Some(ours), Some(theirs)) => {
            if let Some(sentence) = blank_and_plus(ours, theirs) {
                return format!("In `{name}` {sentence}");
            }
            if decoded(theirs) == ours {
                return format!(
                    "`{name}` was percent-encoded twice on its way: have the client send the URL \
                     as it is."
                );
            }
            if is_token {
                return "OSS received another security token than was signed: send the one that \
                        was."
                    .to_owned();
            }
            format!(
                "`{name}` was changed after signing, from {} to {}: send the URL as it was signed.",
                quoted(ours),
                quoted(theirs)
            )
        }
    }
}

fn header(name: &str, ours: Option<&str>, theirs: Option<&str>) -> String {
    match name {
        "content-type" => return content_type(ours, theirs),
        "host" => {
            return format!(
                "The signature is for the host {} alone, but OSS received {}: send to that host, or \
                 do not sign `host`.",
                quoted(ours.unwrap_or_default()),
                quoted(theirs.unwrap_or_default())
            );
        }
        "x-oss-date" => return time(ours.unwrap_or_default(), theirs.unwrap_or_default()),
        "x-oss-content-sha256" => {
            return "OSS takes `x-oss-content-sha256: UNSIGNED-PAYLOAD` alone: sign and send that."
                .to_owned();
        }
        _ => {}
    }
    let shown = |value: &str| match name.ends_with("security-token") {
        true => cut_short(value),
        false => value.to_owned(),
    };
    match (ours, theirs) {
        (None, theirs) => format!(
            "The client or a proxy added `{name}: {}` after signing: sign it too, or have it \
             removed.",
            shown(theirs.unwrap_or_default())
        ),
        (Some(""), None) => format!(
            "`{name}` was signed empty, and clients do not send empty headers: do not sign it."
        ),
        (Some(ours), None) => {
            format!("The header `{name}` was signed, but not sent: send `{name}: {}`.", shown(ours))
        }
        (Some(ours), Some(theirs)) => format!(
            "`{name}` was signed as {}, but sent as {}: send what was signed.",
            quoted(ours),
            quoted(theirs)
        ),
    }
}

fn content_type(ours: Option<&str>, theirs: Option<&str>) -> String {
    match (ours, theirs) {
        (None, theirs) => format!(
            "The HTTP client added `Content-Type: {0}`, which was not signed: sign with \
             --header 'Content-Type: {0}', or have the client send none.",
            theirs.unwrap_or_default()
        ),
        (Some(ours), None) => format!(
            "The header `Content-Type` was signed, but not sent: send `Content-Type: {ours}`, or \
             sign without it."
        ),
        (Some(ours), Some(theirs)) if same_type(ours, theirs) => format!(
            "The HTTP client changed the charset of `Content-Type: {ours}`: sign with \
             --header 'Content-Type: {theirs}'."
        ),
        (Some(ours), Some(theirs)) => format!(
            "`Content-Type: {ours}` was signed, but the HTTP client sent `{theirs}`: send the one \
             that was signed."
        ),
    }
}

fn same_type(ours: &str, theirs: &str) -> bool {
    let bare = |text: &str| text.split(';').next().map(|bare| bare.trim().to_ascii_lowercase());
    bare(ours) == bare(theirs)
}

fn time(ours: &str, theirs: &str) -> String {
    let by = match (instant_of(ours), instant_of(theirs)) {
        (Some(ours), Some(theirs)) => {
            format!(", {} off", gap(ours.unix_seconds().abs_diff(theirs.unix_seconds())))
        }
        _ => String::new(),
    };
    format!(
        "The time {} was signed, but OSS received {}{by}: send the very date that was signed.",
        quoted(ours),
        quoted(theirs)
    )
}

/// `20231114/cn-hangzhou/oss/aliyun_v4_request`
fn scope(ours: &str, theirs: &str) -> String {
    let part = |scope: &str, index| scope.split('/').nth(index).unwrap_or_default().to_owned();
    let names = ["day", "region", "product", "last part"];
    let differs = |index: &usize| part(ours, *index) != part(theirs, *index);
    let index = (0..names.len()).find(differs).unwrap_or_default();
    let (signed, received) = (part(ours, index), part(theirs, index));
    if index == 1 && signed.strip_prefix("oss-") == Some(&received) {
        return format!("The region was signed as `{signed}`: sign for `{received}`.");
    }
    let name = names.get(index).copied().unwrap_or_default();
    format!(
        "The {name} of the scope was signed as {}, but OSS read {}: derive the signing key of the \
         very scope that is sent.",
        quoted(&signed),
        quoted(&received)
    )
}
