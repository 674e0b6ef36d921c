//! RAM policies, of which a session policy is one: what a temporary AccessKey may do.

use core::fmt;

use serde::Deserialize;

/// The session policy of a temporary AccessKey: what it may do is what both its role and this policy
/// allow. The emulator's roles allow everything.
///
/// The elements `Version`, `Statement`, `Effect`, `Action` and `Resource` are understood, with the
/// wildcards `*` and `?`. Others, such as `Condition`, are refused: a restriction that is read and
/// not enforced would be worse.
///
/// ```
/// use oss_sign_emulator::Policy;
///
/// let policy = Policy::from_json(
///     r#"{
///         "Version": "1",
///         "Statement": [{
///             "Effect": "Allow",
///             "Action": ["oss:GetObject", "oss:PutObject"],
///             "Resource": "acs:oss:*:*:examplebucket/user/eric/*"
///         }]
///     }"#,
/// )?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
/// <https://www.alibabacloud.com/help/en/ram/policy-elements>
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct Policy {
    #[serde(rename = "Version")]
    _version: Version,
    statement: Vec<Statement>,
}

/// There is only this one.
#[derive(Clone, Copy, Debug, Deserialize)]
enum Version {
    #[serde(rename = "1")]
    One,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
struct Statement {
    effect: Effect,
    action: OneOrMany,
    resource: OneOrMany,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
enum Effect {
    Allow,
    Deny,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

/// What a policy says of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    Allowed,
    /// A statement denies it, whatever others allow.
    ExplicitDeny,
    /// No statement allows it.
    ImplicitDeny,
}

impl Policy {
    /// Reads a policy of at most 2048 characters, as STS has it.
    ///
    /// # Errors
    ///
    /// It is too long, not JSON, not a policy, or has an element that the emulator does not enforce.
    pub fn from_json(json: &str) -> Result<Self, PolicyError> {
        const MAX_LENGTH: usize = 2048;
        if json.chars().count() > MAX_LENGTH {
            return Err(PolicyError(Fault::TooLong));
        }
        serde_json::from_str(json).map_err(|error| PolicyError(Fault::Malformed(error)))
    }

    /// Whether `action`, such as `oss:GetObject`, is allowed on `resource`, such as
    /// `acs:oss:oss-cn-hangzhou:1234567890123456:examplebucket/cat.jpg`.
    pub(crate) fn decide(&self, action: &str, resource: &str) -> Decision {
        let applying = || self.statement.iter().filter(|other| other.applies(action, resource));
        if applying().any(|statement| statement.effect == Effect::Deny) {
            return Decision::ExplicitDeny;
        }
        match applying().next() {
            Some(_) => Decision::Allowed,
            None => Decision::ImplicitDeny,
        }
    }
}

impl Statement {
    fn applies(&self, action: &str, resource: &str) -> bool {
        let action = action.to_ascii_lowercase();
        self.action.iter().any(|pattern| matches(&pattern.to_ascii_lowercase(), &action))
            && self.resource.iter().any(|pattern| matches(pattern, resource))
    }
}

impl OneOrMany {
    fn iter(&self) -> core::slice::Iter<'_, String> {
        match self {
            Self::One(pattern) => core::slice::from_ref(pattern).iter(),
            Self::Many(patterns) => patterns.iter(),
        }
    }
}

/// Whether a text is of a pattern, in which `*` stands for any characters and `?` for one.
fn matches(pattern: &str, text: &str) -> bool {
    let (mut pattern, mut text) = (pattern.chars(), text.chars());
    // Where to go on if what follows the last `*` does not fit: with one more character under it.
    let mut retry = None;
    loop {
        let before = (pattern.clone(), text.clone());
        match (pattern.next(), text.next()) {
            (None, None) => return true,
            (Some('*'), _) => {
                text = before.1;
                retry = Some((pattern.clone(), text.clone()));
            }
            (Some('?'), Some(_)) => {}
            (Some(expected), Some(actual)) if expected == actual => {}
            _ => {
                let Some((after_star, mut under_star)) = retry.take() else { return false };
                if under_star.next().is_none() {
                    return false;
                }
                (pattern, text) = (after_star.clone(), under_star.clone());
                retry = Some((after_star, under_star));
            }
        }
    }
}

/// Why a text is not a policy that the emulator can enforce.
#[derive(Debug)]
pub struct PolicyError(Fault);

#[derive(Debug)]
enum Fault {
    TooLong,
    Malformed(serde_json::Error),
}

impl fmt::Display for PolicyError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Fault::TooLong => formatter.write_str("the policy is longer than 2048 characters"),
            Fault::Malformed(error) => write!(formatter, "not a policy that is enforced: {error}"),
        }
    }
}

impl core::error::Error for PolicyError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards() {
        for (pattern, text) in [
            ("", ""),
            ("*", ""),
            ("*", "a/b"),
            ("a*", "a"),
            ("a*c", "abbc"),
            ("a*bc*d", "a-bb-bc-d"),
            ("a?c", "a中c"),
            ("*.jpg", ".jpg.jpg"),
            ("**", "x"),
        ] {
            assert!(matches(pattern, text), "{pattern} {text}");
        }
        for (pattern, text) in
            [("", "a"), ("a", ""), ("?", ""), ("a*c", "abcd"), ("*a", "b"), ("a?c", "ac")]
        {
            assert!(!matches(pattern, text), "{pattern} {text}");
        }
    }

    #[test]
    fn a_long_pattern_is_matched_in_good_time() {
        assert!(!matches(&"*a".repeat(500), &"a".repeat(400)));
    }

    #[test]
    fn deny_beats_allow_and_silence_is_a_denial() {
        let policy = Policy::from_json(
            r#"{"Version":"1","Statement":[
                {"Effect":"Allow","Action":["oss:Get*"],"Resource":"acs:oss:*:*:b/*"},
                {"Effect":"Deny","Action":"oss:GetObject","Resource":["acs:oss:*:*:b/secret/*"]}
            ]}"#,
        )
        .unwrap();
        let decide = |action, key| policy.decide(action, &format!("acs:oss:oss-r:1:b/{key}"));
        assert_eq!(decide("oss:GetObject", "a"), Decision::Allowed);
        assert_eq!(decide("OSS:getobject", "a"), Decision::Allowed);
        assert_eq!(decide("oss:GetObject", "secret/a"), Decision::ExplicitDeny);
        assert_eq!(decide("oss:PutObject", "a"), Decision::ImplicitDeny);
    }

    #[test]
    fn what_is_not_enforced_is_refused() {
        let allow = r#""Effect":"Allow","Action":"*","Resource":"*""#;
        for json in [
            String::new(),
            "{}".to_owned(),
            format!(r#"{{"Version":"2","Statement":[{{{allow}}}]}}"#),
            format!(r#"{{"Version":"1","Statement":[{{{allow},"Condition":{{}}}}]}}"#),
            r#"{"Version":"1","Statement":[{"Effect":"Maybe","Action":"*","Resource":"*"}]}"#
                .to_owned(),
            format!(r#"{{"Version":"1","Statement":[{{{allow}}}]}}{}"#, " ".repeat(2048)),
        ] {
            assert!(Policy::from_json(&json).is_err(), "{json}");
        }
    }
}
