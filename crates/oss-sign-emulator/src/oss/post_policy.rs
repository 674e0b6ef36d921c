//! Policies of upload forms: what the signer of a form allows its holder.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss_sign::Timestamp;
use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::failure::Failure;

/// A policy whose signature was verified, and which has not expired.
#[derive(Debug)]
pub(super) struct PostPolicy {
    conditions: Vec<Condition>,
}

#[derive(Debug)]
enum Condition {
    /// The field meets the test. Names are in lower case.
    Field {
        name: String,
        test: Test,
        text: String,
    },
    ContentLengthRange {
        min: u64,
        max: u64,
    },
}

#[derive(Debug)]
enum Test {
    Equal(String),
    StartsWith(String),
    In(Vec<String>),
    NotIn(Vec<String>),
}

/// Those that a form of V4 must have conditions on, or whoever has it could change them.
/// <https://www.alibabacloud.com/help/en/oss/developer-reference/signature-version-4-recommend>
const V4_FIELDS: [&str; 3] = ["x-oss-signature-version", "x-oss-credential", "x-oss-date"];

impl PostPolicy {
    /// Reads a policy in base64.
    pub(super) fn parse(encoded: &str, now: Timestamp) -> Result<Self, Failure> {
        let json = STANDARD.decode(encoded).map_err(|_| invalid("It is not base64."))?;
        let policy: Map<String, Value> =
            serde_json::from_slice(&json).map_err(|_| invalid("It is not JSON."))?;
        let expiration = policy.get("expiration").and_then(Value::as_str);
        let expiration = expiration.ok_or_else(|| invalid("It has no expiration."))?;
        let expires_at = OffsetDateTime::parse(expiration, &Rfc3339).ok();
        let expires_at = expires_at.and_then(|instant| Timestamp::try_from(instant).ok());
        let expires_at =
            expires_at.ok_or_else(|| invalid("Its expiration is not a time in GMT."))?;
        if now > expires_at {
            let message = "Invalid according to Policy: Policy expired.";
            return Err(Failure::access_denied(message).ec("0006-00000213"));
        }
        let conditions = policy.get("conditions").and_then(Value::as_array);
        let conditions = conditions.ok_or_else(|| invalid("It has no list of conditions."))?;
        let mut parsed = Vec::new();
        for condition in conditions {
            parsed.extend(
                Condition::parse(condition)
                    .ok_or_else(|| invalid(&format!("This is not a condition: {condition}")))?,
            );
        }
        Ok(Self { conditions: parsed })
    }

    /// Whether all fields of the signature are among the conditions, as a form of V4 must have it.
    pub(super) fn check_v4(&self) -> Result<(), Failure> {
        let is_restricted = |field: &&str| {
            self.conditions.iter().any(|condition| match condition {
                Condition::Field { name, .. } => name == field,
                Condition::ContentLengthRange { .. } => false,
            })
        };
        match V4_FIELDS.iter().find(|field| !is_restricted(field)) {
            None => Ok(()),
            Some(field) => Err(invalid(&format!("It has no condition on {field}."))),
        }
    }

    /// Whether the fields meet all conditions. Their names are in lower case; `bucket` is one of
    /// them.
    pub(super) fn check_fields(&self, fields: &BTreeMap<String, String>) -> Result<(), Failure> {
        for condition in &self.conditions {
            if let Condition::Field { name, test, text } = condition
                && !test.is_met(fields.get(name).map_or("", String::as_str))
            {
                let message =
                    format!("Invalid according to Policy: Policy Condition failed: {text}");
                return Err(Failure::access_denied(message).ec("0006-00000201"));
            }
        }
        Ok(())
    }

    /// The smallest and the largest size that the file may have.
    pub(super) fn size_range(&self) -> (u64, u64) {
        let ranges = self.conditions.iter().filter_map(|condition| match condition {
            Condition::ContentLengthRange { min, max } => Some((*min, *max)),
            Condition::Field { .. } => None,
        });
        ranges.fold((0, u64::MAX), |(low, high), (min, max)| (low.max(min), high.min(max)))
    }
}

impl Condition {
    /// Reads `{"NAME": "VALUE", …}` or `["OPERATOR", "$NAME", VALUE]`.
    fn parse(condition: &Value) -> Option<Vec<Self>> {
        if let Some(fields) = condition.as_object() {
            let equal = |(name, value): (&String, &Value)| {
                let test = Test::Equal(value.as_str()?.to_owned());
                Some(Self::field(name, test, condition))
            };
            return fields.iter().map(equal).collect();
        }
        let [operator, first, second] = condition.as_array()?.as_slice() else { return None };
        let operator = operator.as_str()?;
        if operator == "content-length-range" {
            let (min, max) = (first.as_u64()?, second.as_u64()?);
            return Some(vec![Self::ContentLengthRange { min, max }]);
        }
        let text = || second.as_str().map(str::to_owned);
        let list = || {
            let texts = second.as_array()?.iter().map(|text| text.as_str().map(str::to_owned));
            texts.collect::<Option<Vec<_>>>()
        };
        let test = match operator {
            "eq" => Test::Equal(text()?),
            "starts-with" => Test::StartsWith(text()?),
            "in" => Test::In(list()?),
            "not-in" => Test::NotIn(list()?),
            _ => return None,
        };
        Some(vec![Self::field(first.as_str()?.strip_prefix('$')?, test, condition)])
    }

    fn field(name: &str, test: Test, condition: &Value) -> Self {
        Self::Field { name: name.to_ascii_lowercase(), test, text: condition.to_string() }
    }
}

impl Test {
    /// A field that is not there has no value, as an empty one.
    fn is_met(&self, value: &str) -> bool {
        match self {
            Self::Equal(expected) => value == expected,
            Self::StartsWith(prefix) => value.starts_with(prefix),
            Self::In(values) => values.iter().any(|other| value == other),
            Self::NotIn(values) => !values.iter().any(|other| value == other),
        }
    }
}

fn invalid(reason: &str) -> Failure {
    Failure::bad_request("InvalidPolicyDocument", format!("Invalid Policy: {reason}"))
        .ec("0006-00000201")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        Timestamp::from_unix_seconds(1_700_000_000).unwrap()
    }

    fn parse(json: &str) -> Result<PostPolicy, Failure> {
        PostPolicy::parse(&STANDARD.encode(json), now())
    }

    fn policy(conditions: &str) -> Result<PostPolicy, Failure> {
        parse(&format!(
            r#"{{"expiration":"2023-11-14T22:13:20.000Z","conditions":[{conditions}]}}"#
        ))
    }

    fn meets(conditions: &str, key: &str) -> bool {
        let fields = BTreeMap::from([("key".to_owned(), key.to_owned())]);
        policy(conditions).unwrap().check_fields(&fields).is_ok()
    }

    #[test]
    fn conditions_on_a_field() {
        for (conditions, met, failed) in [
            (r#"{"key":"a"}"#, "a", "b"),
            (r#"["eq","$key","a"]"#, "a", ""),
            (r#"["eq","$KEY","a"]"#, "a", "A"),
            (r#"["starts-with","$key","a/"]"#, "a/b", "a"),
            (r#"["in","$key",["a","b"]]"#, "b", "c"),
            (r#"["not-in","$key",["a","b"]]"#, "c", "b"),
            (r#"["eq","$key","\u0024a"]"#, "$a", "a"),
        ] {
            assert!(meets(conditions, met), "{conditions}");
            assert!(!meets(conditions, failed), "{conditions}");
        }
    }

    #[test]
    fn sizes() {
        assert_eq!(policy("").unwrap().size_range(), (0, u64::MAX));
        let two = r#"["content-length-range",1,10],["content-length-range",5,20]"#;
        assert_eq!(policy(two).unwrap().size_range(), (5, 10));
    }

    #[test]
    fn what_is_no_policy() {
        for json in [
            "",
            "[]",
            "{}",
            r#"{"expiration":"2023-11-14T22:13:20.000Z"}"#,
            r#"{"expiration":1,"conditions":[]}"#,
            r#"{"expiration":"tomorrow","conditions":[]}"#,
        ] {
            assert_eq!(parse(json).unwrap_err().code, "InvalidPolicyDocument", "{json}");
        }
        for condition in [
            "1",
            r#"["eq","$key"]"#,
            r#"["eq","key","a"]"#,
            r#"["is","$key","a"]"#,
            r#"["in","$key","a"]"#,
            r#"{"key":1}"#,
            r#"["content-length-range","1","2"]"#,
        ] {
            assert_eq!(policy(condition).unwrap_err().code, "InvalidPolicyDocument", "{condition}");
        }
        let not_base64 = PostPolicy::parse("{}", now()).unwrap_err();
        assert_eq!(not_base64.code, "InvalidPolicyDocument");
    }

    #[test]
    fn the_last_second_counts() {
        let later = Timestamp::from_unix_seconds(1_700_000_001).unwrap();
        let json = r#"{"expiration":"2023-11-14T22:13:20.000Z","conditions":[]}"#;
        assert!(PostPolicy::parse(&STANDARD.encode(json), now()).is_ok());
        let expired = PostPolicy::parse(&STANDARD.encode(json), later).unwrap_err();
        assert_eq!((expired.code, expired.ec), ("AccessDenied", Some("0006-00000213")));
    }
}
