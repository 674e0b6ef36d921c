//! Signs and verifies the calls of STS that an SDK signed.

use core::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss_sign::{CredentialsError, Timestamp};
use oss_sign_credentials::Credentials;
use oss_sign_credentials::http::Method;
use oss_sign_credentials::rpc::{Key as _, Parameters, Received, Refusal};

use crate::conform::{Mismatch, Outcome, expected};
use crate::record::{Http, Record};

/// Of the calls that an SDK made, how far its clock and that of STS may be apart.
const TOLERANCE: Duration = Duration::from_secs(15 * 60);

/// Signs the same parameters.
#[must_use]
pub fn check(record: &Record) -> Outcome {
    let (string_to_sign, signature) = match sign(record) {
        Ok(signed) => signed,
        Err(error) => return failed(record, error, String::new()),
    };
    let expect = expected(record);
    if signature != expect.signature {
        let what = format!("signature {signature} instead of {}", expect.signature);
        return failed(record, what, string_to_sign);
    }
    match &expect.string_to_sign {
        Some(expected) if *expected != string_to_sign => {
            failed(record, "string to sign".to_owned(), string_to_sign)
        }
        _ => Outcome::Passed,
    }
}

/// Verifies the call that the SDK sent: one that deviates from the documented rule must be refused for
/// its signature.
#[must_use]
pub fn verify(record: &Record) -> Outcome {
    match (is_accepted(record), record.deviation.is_empty()) {
        (Ok(Ok(())), true) | (Ok(Err(Refusal::Signature)), false) => Outcome::Passed,
        (Ok(Ok(())), false) => {
            let what = format!("accepted in spite of {}", record.deviation.join(", "));
            failed(record, what, String::new())
        }
        (Ok(Err(refusal)), _) => failed(record, format!("refused: {refusal}"), String::new()),
        (Err(error), _) => failed(record, error, String::new()),
    }
}

fn sign(record: &Record) -> Result<(String, String), String> {
    let parameters =
        record.params.iter().fold(Parameters::default(), |parameters, (name, value)| {
            parameters.with(name.clone(), value)
        });
    let method = match record.method.as_str() {
        "GET" => Method::Get,
        "POST" => Method::Post,
        method => return Err(format!("unknown method {method}")),
    };
    let string_to_sign = parameters.string_to_sign(method);
    let credentials = credentials(record).map_err(|error| error.to_string())?;
    let signature = credentials.sign(&string_to_sign).map_err(|error| error.to_string())?;
    Ok((string_to_sign.to_string(), STANDARD.encode(signature)))
}

fn is_accepted(record: &Record) -> Result<Result<(), Refusal>, String> {
    let Http { method, path, body } =
        record.expect.http.as_ref().ok_or("what was sent is missing")?;
    let (_, query) = path.split_once('?').unwrap_or((path, ""));
    let credentials = credentials(record).map_err(|error| error.to_string())?;
    let now = Timestamp::from_unix_seconds(record.time_unix).map_err(|error| error.to_string())?;
    let received = Received::parse(method, query, body.as_bytes());
    Ok(received.and_then(|received| received.verify(&credentials, now, TOLERANCE)))
}

fn credentials(record: &Record) -> Result<Credentials, CredentialsError> {
    let Record { access_key_id, access_key_secret, security_token, .. } = record;
    Credentials::new(access_key_id, access_key_secret, security_token.as_deref())
}

fn failed(record: &Record, what: String, actual: String) -> Outcome {
    Outcome::Failed(Mismatch { what, expected: expected(record).text(), actual })
}
