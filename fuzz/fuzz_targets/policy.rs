//! A POST policy is JSON that says what was meant, and its form verifies.
//!
//! Elements of the list: for each condition its kind, the name of the field, and a value.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oss_sign::v4::SigningKey;
use oss_sign::verify::{ReceivedForm, Tolerance};
use oss_sign::{Bucket, Condition, Expires, PolicyForm, PostPolicy, Region, v1, v4};
use oss_sign_fuzz::{credentials, now, texts};
use serde_json::{Value, json};

fuzz_target!(|data: &[u8]| {
    let Some(texts) = texts(data) else { return };
    let values: Vec<[&str; 1]> = texts.chunks_exact(3).map(|texts| [texts[2]]).collect();
    let conditions: Vec<Condition<'_>> = texts
        .chunks_exact(3)
        .zip(&values)
        .map(|(texts, values)| match texts[0] {
            "eq" => Condition::Equal(texts[1], texts[2]),
            "in" => Condition::In(texts[1], values),
            "not-in" => Condition::NotIn(texts[1], values),
            "range" => Condition::ContentLengthRange { min: 0, max: texts[2].len() as u64 },
            _ => Condition::StartsWith(texts[1], texts[2]),
        })
        .collect();
    let policy = PostPolicy::new(Bucket::new("examplebucket").unwrap()).conditions(&conditions);
    let signing_key =
        SigningKey::derive(&credentials(), &Region::new("cn-hangzhou").unwrap(), now());
    let signer = v4::Signer::new(credentials(), &signing_key);
    if let Ok(form) = signer.sign_policy(&policy, now(), Expires::default()) {
        holds(&form, &conditions);
    }
    let signer = v1::Signer::new(credentials());
    if let Ok(form) = signer.sign_policy(&policy, now(), Expires::default()) {
        holds(&form, &conditions);
    }
});

fn holds(form: &PolicyForm<'_>, conditions: &[Condition<'_>]) {
    let json: Value = serde_json::from_str(&form.json().to_string()).unwrap();
    let written = json["conditions"].as_array().unwrap();
    for condition in conditions {
        let expected = match *condition {
            Condition::Equal(name, value) => json!(["eq", format!("${name}"), value]),
            Condition::In(name, values) => json!(["in", format!("${name}"), values]),
            Condition::NotIn(name, values) => json!(["not-in", format!("${name}"), values]),
            Condition::StartsWith(name, prefix) => {
                json!(["starts-with", format!("${name}"), prefix])
            }
            Condition::ContentLengthRange { min, max } => {
                json!(["content-length-range", min, max])
            }
            _ => unreachable!("a condition that this target does not make"),
        };
        assert!(written.contains(&expected), "{expected} in {json}");
    }
    let fields: Vec<(&str, String)> =
        form.fields().map(|(name, value)| (name, value.to_string())).collect();
    let fields: Vec<(&str, &[u8])> =
        fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
    let parsed = ReceivedForm::new(&fields).parse().unwrap();
    parsed.verify(&credentials(), now(), Tolerance::default()).unwrap();
}
