//! POST policies, read back by parsers that know nothing of this library.

#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "this is a test")]

use std::collections::BTreeSet;
use std::path::Path;

use base64::{Engine, engine::general_purpose::STANDARD};
use oss_sign::{Bucket, Condition, Credentials, Expires, PostPolicy, Region, Timestamp, v1, v4};
use oss_sign_tests::record::{Record, read_lines};
use proptest::prelude::*;
use serde_json::{Value, json};

/// A condition that owns its texts.
#[derive(Clone, Debug)]
enum Owned {
    Equal(String, String),
    StartsWith(String, String),
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Range(u64, u64),
}

impl Owned {
    /// `None` for what the policy adds by itself.
    fn parse(condition: &Value) -> Option<Self> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let texts = |value: &Value| value.as_array().unwrap().iter().map(text).collect();
        let name = |value: &Value| text(value).strip_prefix('$').unwrap().to_owned();
        if let Some(field) = condition.as_object() {
            let (name, value) = field.iter().next().unwrap();
            let is_own = name == "bucket" || OWN.contains(&name.as_str());
            return (!is_own).then(|| Self::Equal(name.clone(), text(value)));
        }
        let [operator, field, value] = condition.as_array().unwrap().as_slice() else {
            panic!("{condition}")
        };
        Some(match operator.as_str().unwrap() {
            "eq" => Self::Equal(name(field), text(value)),
            "starts-with" => Self::StartsWith(name(field), text(value)),
            "in" => Self::In(name(field), texts(value)),
            "not-in" => Self::NotIn(name(field), texts(value)),
            _ => Self::Range(field.as_u64().unwrap(), value.as_u64().unwrap()),
        })
    }

    fn json(&self) -> Value {
        let field = |name: &str| format!("${name}");
        match self {
            Self::Equal(name, value) => json!(["eq", field(name), value]),
            Self::StartsWith(name, prefix) => json!(["starts-with", field(name), prefix]),
            Self::In(name, values) => json!(["in", field(name), values]),
            Self::NotIn(name, values) => json!(["not-in", field(name), values]),
            Self::Range(min, max) => json!(["content-length-range", min, max]),
        }
    }
}

/// What V4 adds.
const OWN: [&str; 4] =
    ["x-oss-credential", "x-oss-date", "x-oss-security-token", "x-oss-signature-version"];

/// Any text at all: control characters, quotes, what is not in the basic plane.
fn text() -> impl Strategy<Value = String> {
    let special = prop::sample::select(vec!['"', '\\', '$', '/', '\n', '\0', '\u{2028}', '😀']);
    let character = prop_oneof![any::<char>(), special];
    prop::collection::vec(character, 0..12).prop_map(String::from_iter)
}

fn name() -> impl Strategy<Value = String> {
    let allowed = |character: &char| !matches!(character, '\r' | '\n' | '\0');
    text().prop_map(move |text| format!("x:{}", text.chars().filter(allowed).collect::<String>()))
}

fn values() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec(text(), 1..4)
}

fn condition() -> impl Strategy<Value = Owned> {
    prop_oneof![
        (name(), text()).prop_map(|(name, value)| Owned::Equal(name, value)),
        (name(), text()).prop_map(|(name, prefix)| Owned::StartsWith(name, prefix)),
        (name(), values()).prop_map(|(name, values)| Owned::In(name, values)),
        (name(), values()).prop_map(|(name, values)| Owned::NotIn(name, values)),
        (any::<u32>(), any::<u64>())
            .prop_map(|(min, more)| Owned::Range(min.into(), more.max(min.into()))),
    ]
}

/// Conditions of which none sets what another one has set.
fn conditions() -> impl Strategy<Value = Vec<Owned>> {
    prop::collection::vec(condition(), 0..8).prop_map(|mut conditions| {
        let mut seen = Vec::new();
        conditions.retain(|condition| {
            let set = match condition {
                Owned::Equal(name, _) => name.to_ascii_lowercase(),
                Owned::Range(..) => String::new(),
                _ => return true,
            };
            let is_new = !seen.contains(&set);
            seen.push(set);
            is_new
        });
        conditions
    })
}

fn borrowed<'a>(conditions: &'a [Owned], lists: &'a [Vec<&'a str>]) -> Vec<Condition<'a>> {
    let pairs = conditions.iter().zip(lists);
    pairs
        .map(|(condition, list)| match condition {
            Owned::Equal(name, value) => Condition::Equal(name, value),
            Owned::StartsWith(name, prefix) => Condition::StartsWith(name, prefix),
            Owned::In(name, _) => Condition::In(name, list),
            Owned::NotIn(name, _) => Condition::NotIn(name, list),
            Owned::Range(min, max) => Condition::ContentLengthRange { min: *min, max: *max },
        })
        .collect()
}

fn lists(conditions: &[Owned]) -> Vec<Vec<&str>> {
    conditions
        .iter()
        .map(|condition| match condition {
            Owned::In(_, values) | Owned::NotIn(_, values) => {
                values.iter().map(String::as_str).collect()
            }
            _ => Vec::new(),
        })
        .collect()
}

fn parsed(base64: &str) -> Value {
    serde_json::from_slice(&STANDARD.decode(base64).unwrap()).unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000).unwrap()
}

/// Conditions in any order, all in the form with an operator; without the bucket, on which some of
/// the SDKs' policies have no condition.
fn meaning(policy: &Value) -> BTreeSet<String> {
    let conditions = policy["conditions"].as_array().unwrap().iter();
    conditions
        .map(|condition| match condition.as_object().and_then(|field| field.iter().next()) {
            Some((name, value)) => json!(["eq", format!("${name}"), value]).to_string(),
            None => condition.to_string(),
        })
        .filter(|condition| !condition.contains(r#""$bucket""#))
        .collect()
}

/// Builds the policy of each record anew from its conditions.
fn check_records(file: &str, sign: impl Fn(&Record, &PostPolicy<'_>) -> String) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors").join(file);
    let lines = read_lines(&path).unwrap();
    assert!(!lines.is_empty());
    for line in lines {
        let record: Record = serde_json::from_str(&line).unwrap();
        let expected: Value = serde_json::from_str(record.policy_input.as_ref().unwrap()).unwrap();
        let conditions = expected["conditions"].as_array().unwrap().iter();
        let conditions: Vec<Owned> = conditions.filter_map(Owned::parse).collect();
        let lists = lists(&conditions);
        let borrowed = borrowed(&conditions, &lists);
        let bucket = Bucket::new(record.bucket.as_ref().unwrap()).unwrap();
        let actual = parsed(&sign(&record, &PostPolicy::new(bucket).conditions(&borrowed)));
        assert_eq!(meaning(&actual), meaning(&expected), "{}", record.id);
        assert_eq!(actual["expiration"], expected["expiration"], "{}", record.id);
    }
}

fn credentials(record: &Record) -> Credentials<'_> {
    let pair = Credentials::new(&record.access_key_id, &record.access_key_secret).unwrap();
    match &record.security_token {
        Some(token) => pair.with_security_token(token).unwrap(),
        None => pair,
    }
}

#[test]
fn the_sdks_v4_policies_can_be_built() {
    check_records("ali-oss.post_policy.v4.jsonl.gz", |record, policy| {
        let now = Timestamp::from_unix_seconds(record.time_unix).unwrap();
        let region = Region::new(record.region.as_ref().unwrap()).unwrap();
        let key = v4::SigningKey::derive(&credentials(record), &region, now);
        let expires = Expires::after_seconds(record.expires.unwrap());
        let signer = v4::Signer::new(credentials(record), &key);
        signer.sign_policy(policy, now, expires).unwrap().policy().to_string()
    });
}

#[test]
fn the_sdks_v1_policies_can_be_built() {
    check_records("ali-oss.post_policy.v1.jsonl.gz", |record, policy| {
        let now = Timestamp::from_unix_seconds(record.time_unix).unwrap();
        let expires = Expires::after_seconds(record.expires.unwrap());
        let signer = v1::Signer::new(credentials(record));
        signer.sign_policy(policy, now, expires).unwrap().policy().to_string()
    });
}

proptest! {
    #[test]
    fn a_v4_policy_says_what_the_conditions_say(conditions in conditions(), token in "[!-~]{1,20}") {
        let credentials =
            Credentials::new("testak", "testsk").unwrap().with_security_token(&token).unwrap();
        let region = Region::new("cn-hangzhou").unwrap();
        let key = v4::SigningKey::derive(&credentials, &region, now());
        let lists = lists(&conditions);
        let borrowed = borrowed(&conditions, &lists);
        let policy = PostPolicy::new(Bucket::new("examplebucket").unwrap()).conditions(&borrowed);
        let form = v4::Signer::new(credentials, &key)
            .sign_policy(&policy, now(), Expires::default())
            .unwrap();
        let mut expected = vec![
            json!({"bucket": "examplebucket"}),
            json!({"x-oss-signature-version": "OSS4-HMAC-SHA256"}),
            json!({"x-oss-credential": "testak/20231114/cn-hangzhou/oss/aliyun_v4_request"}),
            json!({"x-oss-date": "20231114T221320Z"}),
            json!({"x-oss-security-token": token}),
        ];
        expected.extend(conditions.iter().map(Owned::json));
        prop_assert_eq!(
            parsed(&form.policy().to_string()),
            json!({"expiration": "2023-11-14T22:43:20.000Z", "conditions": expected})
        );
    }

    #[test]
    fn a_v1_policy_says_what_the_conditions_say(conditions in conditions()) {
        let credentials = Credentials::new("testak", "testsk").unwrap();
        let lists = lists(&conditions);
        let borrowed = borrowed(&conditions, &lists);
        let policy = PostPolicy::new(Bucket::new("examplebucket").unwrap()).conditions(&borrowed);
        let form = v1::Signer::new(credentials)
            .sign_policy(&policy, now(), Expires::default())
            .unwrap();
        let mut expected = vec![json!({"bucket": "examplebucket"})];
        expected.extend(conditions.iter().map(Owned::json));
        prop_assert_eq!(
            parsed(&form.policy().to_string()),
            json!({"expiration": "2023-11-14T22:43:20.000Z", "conditions": expected})
        );
    }

    #[test]
    fn the_policy_is_the_base64_of_its_json(json in text()) {
        let signer = v1::Signer::new(Credentials::new("testak", "testsk").unwrap());
        let form = signer.sign_policy_text(&json);
        prop_assert_eq!(form.policy().to_string(), STANDARD.encode(&json));
        prop_assert_eq!(form.json().to_string(), json);
    }

    #[test]
    fn the_fields_that_are_fixed_are_sent(conditions in conditions()) {
        let lists = lists(&conditions);
        let borrowed = borrowed(&conditions, &lists);
        let policy = PostPolicy::new(Bucket::new("examplebucket").unwrap()).conditions(&borrowed);
        let form = v1::Signer::new(Credentials::new("testak", "testsk").unwrap())
            .sign_policy(&policy, now(), Expires::default())
            .unwrap();
        let sent: Vec<_> = form.fields().map(|(name, value)| (name, value.to_string())).collect();
        let fixed: Vec<_> = conditions
            .iter()
            .filter_map(|condition| match condition {
                Owned::Equal(name, value) => Some((name.as_str(), value.clone())),
                _ => None,
            })
            .collect();
        prop_assert_eq!(sent.get(..fixed.len()), Some(&fixed[..]));
        prop_assert_eq!(sent.len(), fixed.len() + 3);
    }
}
