//! `GetSecretValue` at the gateway of a KMS instance: Protocol Buffers, signed in headers.
//!
//! <https://help.aliyun.com/en/kms/key-management-service/developer-reference/common-error-codes-1>

use core::time::Duration;
use std::time::SystemTime;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss_sign::Timestamp;
use ring::digest::{SHA256, digest};
use zeroize::Zeroizing;

use crate::answer::Refusal;
use crate::error::Cause;
use crate::http::{Limits, Method, Origin, Request, Response};
use crate::kms::client_key::ClientKey;
use crate::kms::protobuf::{self, Malformed, Value};
use crate::kms::secret::Secret;
use crate::rpc::Key as _;

const PROTOBUF: &str = "application/x-protobuf";

/// The headers that are signed, in the order of their names. The three `c` are KMS's own.
const ACCESS_KEY_ID: &str = "x-kms-acccesskeyid";
const API_NAME: (&str, &str) = ("x-kms-apiname", "GetSecretValue");
const API_VERSION: (&str, &str) = ("x-kms-apiversion", "dkms-gcs-0.2");
const SIGNATURE_METHOD: (&str, &str) = ("x-kms-signaturemethod", "RSA_PKCS1_SHA_256");

/// The request for the current value of a secret; the error is that of
/// a system without random numbers.
pub(crate) fn request(
    origin: Origin,
    certificate_authority: Option<String>,
    client_key: &ClientKey,
    secret_name: &str,
    now: Timestamp,
) -> Result<Request, Cause> {
    let mut body = Vec::new();
    protobuf::write_text(&mut body, 1, secret_name);
    protobuf::write_text(&mut body, 2, "ACSCurrent");
    protobuf::write_bool(&mut body, 4, true);
    let content_sha256 = hex::encode_upper(digest(&SHA256, &body));
    let date =
        httpdate::fmt_http_date(SystemTime::UNIX_EPOCH + Duration::from_secs(now.unix_seconds()));
    let signed = [(ACCESS_KEY_ID, client_key.key_id()), API_NAME, API_VERSION, SIGNATURE_METHOD];
    let text = string_to_sign(&content_sha256, &date, &signed);
    let signature = STANDARD.encode(client_key.sign(&text)?);
    let limits = Limits { certificate_authority, ..Limits::default() };
    let request = Request::new(Method::Post, origin, "/".to_owned())
        .with_header("accept", PROTOBUF)
        .with_header("content-type", PROTOBUF)
        .with_header("content-sha256", content_sha256)
        .with_header("date", date)
        .with_header("authorization", format!("Bearer {signature}"))
        .with_body(body)
        .with_limits(limits);
    Ok(signed.into_iter().fold(request, |request, (name, value)| request.with_header(name, value)))
}

fn string_to_sign(content_sha256: &str, date: &str, signed: &[(&str, &str)]) -> String {
    let headers: String = signed.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    format!("POST\n{content_sha256}\n{PROTOBUF}\n{date}\n{headers}/")
}

/// Reads an answer of status 200.
pub(crate) fn read(response: &Response) -> Result<Secret, Malformed> {
    let mut secret = Secret::default();
    for field in protobuf::fields(response.body()) {
        match field? {
            (3, Value::Text(text)) => secret.secret_data = Zeroizing::new(text.to_owned()),
            (4, Value::Text(text)) => text.clone_into(&mut secret.secret_data_type),
            (10, Value::Text(text)) => secret.next_rotation_date = Some(text.to_owned()),
            _ => {}
        }
    }
    Ok(secret)
}

/// Reads an answer of another status.
pub(crate) fn read_refusal(response: &Response) -> Refusal {
    let mut refusal = Refusal::default();
    for field in protobuf::fields(response.body()) {
        match field {
            Ok((2, Value::Text(text))) => refusal.code = Some(text.to_owned()),
            Ok((4, Value::Text(text))) => refusal.request_id = Some(text.to_owned()),
            _ => {}
        }
    }
    refusal
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_string_to_sign_has_the_headers_in_their_order() {
        let signed = [(ACCESS_KEY_ID, "KAAP.x"), API_NAME, API_VERSION, SIGNATURE_METHOD];
        assert!(signed.is_sorted());
        assert_eq!(
            string_to_sign("ABCD", "Tue, 14 Nov 2023 22:13:20 GMT", &signed),
            "POST\nABCD\napplication/x-protobuf\nTue, 14 Nov 2023 22:13:20 GMT\n\
             x-kms-acccesskeyid:KAAP.x\nx-kms-apiname:GetSecretValue\n\
             x-kms-apiversion:dkms-gcs-0.2\nx-kms-signaturemethod:RSA_PKCS1_SHA_256\n/"
        );
    }

    #[test]
    fn an_answer_is_read_by_its_field_numbers() {
        let mut body = Vec::new();
        for (field, text) in [
            (1, "name"),
            (2, "RAMCredentials"),
            (3, "data"),
            (4, "text"),
            (5, "ACSCurrent"),
            (10, "date"),
        ] {
            protobuf::write_text(&mut body, field, text);
        }
        let secret = read(&Response::new(200, body)).unwrap();
        assert_eq!(secret.secret_data.as_str(), "data");
        assert_eq!(secret.secret_data_type, "text");
        assert_eq!(secret.next_rotation_date.as_deref(), Some("date"));
        assert!(read(&Response::new(200, "<html>")).is_err());
    }

    #[test]
    fn a_refusal_has_a_code_and_a_request_id() {
        let mut body = vec![0x08, 0x91, 0x03];
        for (field, text) in [(2, "SignatureNotMatch"), (3, "a message"), (4, "request")] {
            protobuf::write_text(&mut body, field, text);
        }
        let refusal = read_refusal(&Response::new(401, body));
        assert_eq!(refusal.code.as_deref(), Some("SignatureNotMatch"));
        assert_eq!(refusal.request_id.as_deref(), Some("request"));
        let refusal = read_refusal(&Response::new(502, "<html>"));
        assert_eq!((refusal.code, refusal.request_id), (None, None));
    }
}
