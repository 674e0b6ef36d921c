//! POST policies, read back by parsers that know nothing of this library.

#![allow(clippy::unwrap_used, reason = "this is a test")]

use base64::{Engine, engine::general_purpose::STANDARD};
use oss_sign::{Bucket, Condition, Credentials, Expires, PostPolicy, Region, Timestamp, v1, v4};
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
