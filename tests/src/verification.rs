//! Verifies what an SDK signed, as a server would.

use core::error::Error;

use oss_sign::verify::{Received, ReceivedForm, Slot, Tolerance};
use oss_sign::{Bucket, Timestamp};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::conform::{Mismatch, Outcome, credentials, reason_to_skip};
use crate::record::{Expect, Record};
use crate::sts_rpc;

/// Verifies one line of a vector file: what the SDK sent must be accepted, and of URLs that deviate
/// from the documented rule those that a server by that rule would accept.
#[must_use]
pub fn verify_line(line: &str) -> Outcome {
    match serde_json::from_str::<Record>(line) {
        Ok(record) => verify(&record),
        Err(error) => Outcome::unreadable(line, &error),
    }
}

/// Verifies what the SDK made of a record.
#[must_use]
pub fn verify(record: &Record) -> Outcome {
    if let Some(reason) = reason_to_skip(&record.op, &record.version) {
        return Outcome::Skipped(reason);
    }
    if record.op == "sts_rpc" {
        return sts_rpc::verify(record);
    }
    if !record.deviation.is_empty() && record.valid_as_sent.is_none() {
        return Outcome::Skipped("it is not known whether OSS accepts it".to_owned());
    }
    if !record.deviation.is_empty() && target(record).1.contains('+') {
        // The reference takes it for itself. OSS was seen to read a blank: in a signature whose `+`
        // was not encoded, its `SignatureProvided` has one.
        return Outcome::Skipped("an unencoded `+` is not documented".to_owned());
    }
    let should_hold = record.valid_as_sent.unwrap_or(true);
    match (is_accepted(record), should_hold) {
        (Ok(()), true) | (Err(_), false) => Outcome::Passed,
        (Err(error), true) => Outcome::Failed(Mismatch {
            what: format!("refused: {error}"),
            expected: record.expect.text(),
            actual: canonical_text(record).unwrap_or_default(),
        }),
        (Ok(()), false) => Outcome::Failed(Mismatch {
            what: format!("accepted in spite of {}", record.deviation.join(", ")),
            expected: record.expect.text(),
            actual: String::new(),
        }),
    }
}

fn is_accepted(record: &Record) -> Result<(), Box<dyn Error>> {
    let credentials = credentials(record)?;
    let now = Timestamp::from_unix_seconds(record.time_unix)?;
    if record.op == "post_policy" {
        let form = form(record)?;
        let fields: Vec<(&str, &[u8])> =
            form.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        return Ok(ReceivedForm::new(&fields).parse()?.verify(
            &credentials,
            now,
            Tolerance::default(),
        )?);
    }
    with_parsed(record, |parsed, bucket| {
        Ok(parsed.verify(bucket, &credentials, now, Tolerance::default())?)
    })
}

/// The fields of the form that the SDK's policy and signature belong into.
fn form(record: &Record) -> Result<Vec<(&'static str, String)>, Box<dyn Error>> {
    let Expect { policy_base64, signature, .. } = &record.expect;
    let policy = policy_base64.clone().ok_or("the record has no policy")?;
    let mut form = vec![("policy", policy)];
    form.extend(record.security_token.clone().map(|token| ("x-oss-security-token", token)));
    if record.version == "v1" {
        form.push(("OSSAccessKeyId", record.access_key_id.clone()));
        form.push(("Signature", signature.clone()));
        return Ok(form);
    }
    let date = Timestamp::from_unix_seconds(record.time_unix)?.to_string().replace(['-', ':'], "");
    let (day, _) = date.split_once('T').ok_or("no time")?;
    let region = record.region.as_deref().unwrap_or_default();
    let product = record.product.as_deref().unwrap_or("oss");
    let credential = format!("{}/{day}/{region}/{product}/aliyun_v4_request", record.access_key_id);
    form.push(("x-oss-signature-version", "OSS4-HMAC-SHA256".to_owned()));
    form.push(("x-oss-credential", credential));
    form.push(("x-oss-date", date));
    form.push(("x-oss-signature", signature.clone()));
    Ok(form)
}

/// The canonical request in V4, the string to sign in V1, as the verification sees it.
fn canonical_text(record: &Record) -> Option<String> {
    with_parsed(record, |parsed, bucket| {
        let text = parsed.canonical_request(bucket).map(|text| text.to_string());
        Ok(text.unwrap_or_else(|| parsed.string_to_sign(bucket).to_string()))
    })
    .ok()
}

fn with_parsed<T>(
    record: &Record,
    act: impl FnOnce(&oss_sign::verify::Parsed<'_, '_>, Option<Bucket<'_>>) -> Result<T, Box<dyn Error>>,
) -> Result<T, Box<dyn Error>> {
    let (host, path_and_query) = target(record);
    let mut headers: Vec<(&str, &[u8])> = sent_headers(record)
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    if !headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host")) {
        headers.push(("host", host.as_bytes()));
    }
    if let Some(authorization) = &record.expect.authorization {
        headers.push(("authorization", authorization.as_bytes()));
    }
    let received = Received::new(&record.method, &path_and_query, &headers);
    let (mut parameters, mut signed) = ([Slot::default(); 64], [Slot::default(); 64]);
    let parsed = received.parse(&mut parameters, &mut signed)?;
    let bucket = match (record.addressing.as_str(), &record.bucket) {
        ("virtual" | "cname", Some(bucket)) => Some(Bucket::new(bucket)?),
        _ => None,
    };
    act(&parsed, bucket)
}

/// Of a presigned URL, what its holder sends.
fn sent_headers(record: &Record) -> &[(String, String)] {
    if record.op == "header" { &record.expect.headers } else { &record.headers }
}

/// Host, and path with query, of the request.
fn target(record: &Record) -> (String, String) {
    let url = match &record.expect.url {
        // The Java SDK moves the parameters of a POST into its body, after signing them.
        Some(url) if url.contains('?') || record.query.is_empty() => url.clone(),
        _ => built_url(record),
    };
    let (_, rest) = url.split_once("://").unwrap_or(("", &url));
    let end = rest.find(['/', '?']).unwrap_or(rest.len());
    let (host, path_and_query) = rest.split_at(end);
    let path_and_query = if path_and_query.is_empty() { "/" } else { path_and_query };
    (host.to_owned(), path_and_query.to_owned())
}

/// The URL of a request whose SDK does not tell it.
fn built_url(record: &Record) -> String {
    const RESERVED: &AsciiSet =
        &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
    let encoded = |text: &str| utf8_percent_encode(text, RESERVED).to_string();
    let bucket = record.bucket.as_deref().unwrap_or_default();
    let path = match record.addressing.as_str() {
        "path" | "ip" if record.bucket.is_some() => format!("{bucket}/"),
        _ => String::new(),
    };
    let key = encoded(record.key.as_deref().unwrap_or_default());
    let parameters: Vec<String> = record
        .query
        .iter()
        .map(|(name, value)| match value.as_deref() {
            None | Some("") => encoded(name),
            Some(value) => format!("{}={}", encoded(name), encoded(value)),
        })
        .collect();
    format!("{}://{}/{path}{key}?{}", record.scheme, record.endpoint, parameters.join("&"))
}
