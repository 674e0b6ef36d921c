//! Which request has this hash, or this signature? Requests that are likely to have become one
//! another are tried until one fits: that names the fault with proof.

use oss_sign::Credentials;

use super::comparison::is_v4;
use crate::location::Location;
use crate::mistake::Mistake;
use crate::presented::Presented;

/// The request that OSS must have received, told by the hash in its string to sign (V4), or by the
/// string to sign itself (V1).
pub(crate) fn received_as(
    request: &Presented,
    string_to_sign: &str,
) -> Result<Option<Presented>, Mistake> {
    let wanted = fingerprint(string_to_sign);
    let fits = |variant: &Presented| {
        let text = variant.with_parsed(|parsed, bucket| parsed.string_to_sign(bucket).to_string());
        Ok(text?.is_ok_and(|text| fingerprint(&text) == wanted))
    };
    first(request, fits)
}

/// The request that was signed with these credentials, told by its signature.
pub(crate) fn signed_as(
    request: &Presented,
    credentials: &Credentials<'_>,
) -> Result<Option<Presented>, Mistake> {
    first(request, |variant| Ok(variant.verify(credentials, None)?.is_ok()))
}

/// Of V4 the hash of the canonical request: time and scope are compared for themselves.
fn fingerprint(string_to_sign: &str) -> &str {
    match is_v4(string_to_sign) {
        true => string_to_sign.rsplit('\n').next().unwrap_or_default(),
        false => string_to_sign,
    }
}

/// The first that fits: the request itself, else one change of it, else two.
fn first(
    request: &Presented,
    fits: impl Fn(&Presented) -> Result<bool, Mistake>,
) -> Result<Option<Presented>, Mistake> {
    if fits(request)? {
        return Ok(Some(request.clone()));
    }
    let variants = variants(request);
    for variant in &variants {
        if fits(variant)? {
            return Ok(Some(variant.clone()));
        }
    }
    if variants.len() > MAX_VARIANTS || request.length() > MAX_LENGTH {
        return Ok(None);
    }
    for variant in variants.iter().flat_map(self::variants) {
        if fits(&variant)? {
            return Ok(Some(variant));
        }
    }
    Ok(None)
}

/// Their pairs take about a second, which a fuzzer does not have.
const MAX_VARIANTS: usize = if cfg!(fuzzing) { 0 } else { 256 };

/// The bytes of a request whose pairs are tried: OSS takes no longer URL. A file may have a million.
const MAX_LENGTH: usize = 8 << 10;

const METHODS: [&str; 6] = ["GET", "HEAD", "PUT", "POST", "DELETE", "OPTIONS"];

/// What HTTP clients add by themselves, and what people upload.
const CONTENT_TYPES: [&str; 16] = [
    "application/octet-stream",
    "application/x-www-form-urlencoded",
    "application/json",
    "application/xml",
    "application/pdf",
    "application/zip",
    "text/plain",
    "text/html",
    "text/xml",
    "text/csv",
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "video/mp4",
    "audio/mpeg",
];

const CHARSETS: [&str; 4] =
    ["; charset=utf-8", ";charset=utf-8", "; charset=UTF-8", ";charset=UTF-8"];

/// What proxies and CDNs add.
/// <https://help.aliyun.com/zh/oss/support/0002-00000040>
const ADDED_HEADERS: [(&str, &str); 2] =
    [("x-oss-range-behavior", "standard"), ("x-oss-request-payer", "requester")];

/// The requests that are one change away.
fn variants(request: &Presented) -> Vec<Presented> {
    let changed = |change: &dyn Fn(&mut Presented)| {
        let mut variant = request.clone();
        change(&mut variant);
        variant
    };
    let mut variants = Vec::new();
    variants.extend(METHODS.map(|method| changed(&|variant| variant.method = method.to_owned())));
    variants.extend(content_types(request).iter().map(|content_type| {
        changed(&|variant| {
            without_header(variant, "content-type");
            variant.set_header("content-type", content_type);
        })
    }));
    variants.extend(
        signed_headers(request)
            .iter()
            .map(|name| changed(&|variant| without_header(variant, name))),
    );
    variants.extend(
        ADDED_HEADERS.map(|(name, value)| changed(&|variant| variant.set_header(name, value))),
    );
    variants.extend((0..request.query.len()).map(|index| {
        changed(&|variant| {
            variant.query.remove(index);
        })
    }));
    variants.extend(
        paths(&request.path).map(|path| changed(&|variant| variant.path.clone_from(&path))),
    );
    variants
        .extend(queries(request).map(|query| changed(&|variant| variant.query.clone_from(&query))));
    variants.extend(locations(request).into_iter().map(|(location, path)| {
        changed(&|variant| {
            variant.location = location.clone();
            variant.path.clone_from(&path);
        })
    }));
    variants.extend([changed(&with_host), changed(&without_host)]);
    variants
}

fn content_types(request: &Presented) -> Vec<String> {
    let mut types: Vec<String> = CONTENT_TYPES.map(str::to_owned).into();
    types.extend(request.header("content-type").map(bare).map(str::to_owned));
    let with_charsets: Vec<String> = types
        .iter()
        .flat_map(|bare| CHARSETS.iter().map(move |charset| format!("{bare}{charset}")))
        .collect();
    types.extend(with_charsets);
    types
}

fn bare(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

/// Those that OSS signs if they are sent.
fn signed_headers(request: &Presented) -> Vec<String> {
    let names = request.headers.iter().map(|(name, _)| name.to_ascii_lowercase());
    let is_signed = |name: &String| {
        name.starts_with("x-oss-") || name == "content-type" || name == "content-md5"
    };
    names.filter(is_signed).collect()
}

fn without_header(request: &mut Presented, name: &str) {
    request.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
}

/// Encoded once more and once less; with `+` for a blank and the reverse.
fn paths(path: &str) -> [String; 4] {
    [
        path.replace('%', "%25"),
        path.replace("%25", "%"),
        path.replace("%2B", "%20").replace('+', "%20"),
        path.replace("%20", "%2B"),
    ]
}

fn queries(request: &Presented) -> impl Iterator<Item = Vec<String>> {
    let each = |change: fn(&str) -> String| request.query.iter().map(|text| change(text)).collect();
    [
        each(|text| text.replace("%2B", "%20").replace("%2b", "%20")),
        each(|text| text.replace('+', "%2B")),
        each(|text| text.replace("%25", "%")),
        each(|text| text.replace('%', "%25")),
    ]
    .into_iter()
}

/// With the bucket, and without it: CNAME and path style are mixed up.
fn locations(request: &Presented) -> Vec<(Location, String)> {
    let path = request.path.as_str();
    match &request.location {
        Location::Given(bucket) | Location::Host(bucket) => {
            let mut locations = vec![
                (Location::Path, path.to_owned()),
                (request.location.clone(), format!("/{bucket}{path}")),
            ];
            let without =
                path.strip_prefix('/').and_then(|path| path.strip_prefix(bucket.as_str()));
            if let Some(without) = without.filter(|path| path.starts_with('/')) {
                locations.push((request.location.clone(), without.to_owned()));
            }
            locations
        }
        Location::Path => {
            let without = path.trim_start_matches('/').split_once('/');
            let without = without.map(|(_, key)| (Location::Path, format!("/{key}")));
            without.into_iter().collect()
        }
        Location::Unknown => Vec::new(),
    }
}

fn with_host(request: &mut Presented) {
    set_additional(request, "host");
}

fn without_host(request: &mut Presented) {
    set_additional(request, "");
}

/// Replaces the list of additional headers where the signature has it.
fn set_additional(request: &mut Presented, list: &str) {
    const PARAMETER: &str = "x-oss-additional-headers=";
    for (name, value) in &mut request.headers {
        if name.eq_ignore_ascii_case("authorization") {
            let fields = value.split(',').filter(|field| !field.contains("AdditionalHeaders="));
            let fields: Vec<&str> = fields.collect();
            let item = format!(",AdditionalHeaders={list}");
            *value = fields.join(",") + if list.is_empty() { "" } else { &item };
            return;
        }
    }
    request.query.retain(|text| !text.starts_with(PARAMETER));
    if !list.is_empty() {
        request.query.push(format!("{PARAMETER}{list}"));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::explain::tests::presigned;

    fn string_to_sign(request: &Presented) -> String {
        let text = request.with_parsed(|parsed, bucket| parsed.string_to_sign(bucket).to_string());
        text.unwrap().unwrap()
    }

    /// Whatever happened to it on its way, the hash tells.
    #[test]
    fn every_change_is_found_by_its_hash() {
        let mut request = presigned("a b+c.txt", &[("x-oss-process", "image/info")]);
        request.set_header("x-oss-meta-a", "1");
        let changes: [&dyn Fn(&mut Presented); 12] = [
            &|_| {},
            &|request| request.method = "HEAD".to_owned(),
            &|request| request.set_header("content-type", "text/plain;charset=UTF-8"),
            &|request| without_header(request, "x-oss-meta-a"),
            &|request| request.set_header("x-oss-range-behavior", "standard"),
            &|request| request.path = request.path.replace('%', "%25"),
            &|request| request.path = request.path.replace("%2B", "%20"),
            &|request| request.query.retain(|text| !text.starts_with("x-oss-process")),
            &|request| request.location = Location::Path,
            &|request| request.path = format!("/examplebucket{}", request.path),
            &with_host,
            &|request| {
                request.method = "PUT".to_owned();
                request.set_header("content-type", "image/jpeg");
            },
        ];
        for (index, change) in changes.iter().enumerate() {
            let mut changed = request.clone();
            change(&mut changed);
            let found = received_as(&request, &string_to_sign(&changed)).unwrap();
            let found = found.map(|found| string_to_sign(&found));
            assert_eq!(found, Some(string_to_sign(&changed)), "{index}");
        }
    }

    #[test]
    fn what_nobody_would_guess_is_not_found() {
        let request = presigned("k", &[]);
        let mut changed = request.clone();
        changed.set_header("x-oss-meta-b", "not to be guessed");
        assert_eq!(received_as(&request, &string_to_sign(&changed)).unwrap(), None);
    }

    #[test]
    fn the_pairs_of_a_long_request_are_not_tried() {
        let found = |value: &str| {
            let request = presigned("k", &[("x", value)]);
            let mut changed = request.clone();
            changed.method = "PUT".to_owned();
            changed.set_header("content-type", "image/jpeg");
            received_as(&request, &string_to_sign(&changed)).unwrap().is_some()
        };
        assert!(found("short"));
        assert!(!found(&"long".repeat(MAX_LENGTH / 4)));
    }

    #[test]
    fn the_signature_tells_what_was_signed() {
        let credentials = Credentials::new("testak", "testsk").unwrap();
        let request = presigned("k", &[]);
        let mut appended = request.clone();
        appended.query.push("response-content-type=text%2Fplain".to_owned());
        assert_eq!(signed_as(&appended, &credentials).unwrap(), Some(request.clone()));
        let other = Credentials::new("testak", "another").unwrap();
        assert_eq!(signed_as(&request, &other).unwrap(), None);
    }
}
