//! The library and the reference implementation agree: on every request, and on what the official
//! SDKs signed.

use std::fs;
use std::path::Path;

use oss_sign::{Bucket, Condition, Expires, PostPolicy, v1, v4};
use oss_sign_tests::record::{Record, read_lines};
use oss_sign_tests::reference::{
    Asked, Signatory, Signed, presign_v1, presign_v4, sign_headers_v1, sign_headers_v4,
    sign_policy_v1, sign_policy_v4,
};
use proptest::prelude::*;

use crate::inputs::{Inputs, Version, config, inputs, text, version};

fn asked(inputs: &Inputs, version: Version) -> Asked {
    let process = inputs.process.iter().map(|style| ("x-oss-process".to_owned(), style.clone()));
    Asked {
        method: inputs.method.as_str().to_owned(),
        bucket: Some(inputs.bucket.clone()),
        key: Some(inputs.key.clone()),
        query: inputs.query.iter().cloned().chain(process).collect(),
        headers: inputs.headers.clone(),
        additional_headers: match version {
            Version::V1 => Vec::new(),
            Version::V4 => inputs.additional.clone(),
        },
    }
}

fn signatory(inputs: &Inputs) -> Signatory {
    Signatory {
        access_key_id: inputs.access_key_id.clone(),
        access_key_secret: inputs.secret.clone(),
        security_token: inputs.token.clone(),
        region: inputs.region.clone(),
        product: inputs.product.clone(),
        now: inputs.now,
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn urls_are_signed_alike(inputs in inputs(), version in version()) {
        let (asked, signatory) = (asked(&inputs, version), signatory(&inputs));
        let expires = u64::from(inputs.expires);
        let reference = match version {
            Version::V1 => presign_v1(&asked, &signatory, inputs.now + expires),
            Version::V4 => presign_v4(&asked, &signatory, expires),
        };
        inputs.presign(version, |url| {
            let canonical_request = url.canonical_request().map(|text| text.to_string());
            prop_assert_eq!(canonical_request, reference.canonical_request);
            prop_assert_eq!(url.string_to_sign().to_string(), reference.string_to_sign);
            prop_assert_eq!(url.signature().to_string(), reference.signature);
            Ok(())
        })?;
    }

    #[test]
    fn headers_are_signed_alike(inputs in inputs(), version in version()) {
        let (asked, signatory) = (asked(&inputs, version), signatory(&inputs));
        let reference = match version {
            Version::V1 => sign_headers_v1(&asked, &signatory),
            Version::V4 => sign_headers_v4(&asked, &signatory),
        };
        inputs.sign(version, |signed| {
            let canonical_request = signed.canonical_request().map(|text| text.to_string());
            prop_assert_eq!(canonical_request, reference.canonical_request);
            prop_assert_eq!(signed.string_to_sign().to_string(), reference.string_to_sign);
            prop_assert_eq!(signed.signature().to_string(), reference.signature);
            Ok(())
        })?;
    }

    #[test]
    fn policies_are_signed_alike(inputs in inputs(), prefix in text()) {
        let conditions = [Condition::StartsWith("key", &prefix)];
        let policy = PostPolicy::new(Bucket::new(&inputs.bucket).unwrap()).conditions(&conditions);
        let credentials = inputs.credentials();
        let key = inputs.signing_key();
        let expires = Expires::after_seconds(inputs.expires);
        let v4 = v4::Signer::new(credentials, &key).sign_policy(&policy, inputs.now(), expires).unwrap();
        let v1 = v1::Signer::new(credentials).sign_policy(&policy, inputs.now(), expires).unwrap();
        let signatory = signatory(&inputs);
        prop_assert_eq!(
            v4.signature().to_string(), sign_policy_v4(&v4.policy().to_string(), &signatory)
        );
        prop_assert_eq!(
            v1.signature().to_string(), sign_policy_v1(&v1.policy().to_string(), &signatory)
        );
    }
}

/// What an SDK was given, for the reference.
fn by_the_reference(record: &Record) -> Option<Signed> {
    let query = record.query.iter().cloned();
    let asked = Asked {
        method: record.method.clone(),
        bucket: record.bucket.clone(),
        key: record.key.clone(),
        query: query.map(|(name, value)| (name, value.unwrap_or_default())).collect(),
        headers: record.headers.clone(),
        additional_headers: (record.additional_headers.iter())
            .filter(|name| record.headers.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)))
            .cloned()
            .collect(),
    };
    let signatory = Signatory {
        access_key_id: record.access_key_id.clone(),
        access_key_secret: record.access_key_secret.clone(),
        security_token: record.security_token.clone(),
        region: record.region.clone().unwrap_or_default(),
        product: record.product.clone().unwrap_or_else(|| "oss".to_owned()),
        now: record.time_unix,
    };
    let expires = u64::from(record.expires?);
    match record.version.as_str() {
        "v4" => Some(presign_v4(&asked, &signatory, expires)),
        "v1" => Some(presign_v1(&asked, &signatory, record.time_unix + expires)),
        _ => None,
    }
}

/// It would be no reference if it only agreed with the library.
#[test]
fn the_reference_signs_what_the_sdks_signed() {
    let mut checked = 0;
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.contains(".presign.v1.") && !name.contains(".presign.v4.") {
            continue;
        }
        for line in read_lines(&path).unwrap() {
            let record: Record = serde_json::from_str(&line).unwrap();
            let signed = by_the_reference(&record).unwrap();
            assert_eq!(signed.signature, record.expect.signature, "{name} {}", record.id);
            checked += 1;
        }
    }
    assert!(checked > 5000, "{checked}");
}
