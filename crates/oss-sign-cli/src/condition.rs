//! Conditions of a POST policy, by the flags that they come from.

use std::collections::BTreeMap;

use oss_sign::Condition;
use serde::Deserialize;

use crate::mistake::{Mistake, Quoted};

/// A condition, and the flag that it comes from.
pub(crate) struct Given {
    pub(crate) flag: String,
    condition: Owned,
}

enum Owned {
    Equal(String, String),
    StartsWith(String, String),
    In(String, Vec<String>),
    NotIn(String, Vec<String>),
    Range { min: u64, max: u64 },
}

impl Given {
    pub(crate) fn equal(flag: &str, name: &str, value: &str) -> Self {
        Self::new(flag, Owned::Equal(name.to_owned(), value.to_owned()))
    }

    pub(crate) fn starts_with(flag: &str, name: &str, prefix: &str) -> Self {
        Self::new(flag, Owned::StartsWith(name.to_owned(), prefix.to_owned()))
    }

    pub(crate) fn range(flag: &str, min: u64, max: u64) -> Self {
        Self::new(flag, Owned::Range { min, max })
    }

    /// Reads a condition as it stands in a policy.
    pub(crate) fn json(text: &str) -> Result<Self, Mistake> {
        let flag = format!("--condition {}", Quoted(text));
        let mistake = || {
            Mistake::new(format!(
                "{flag} is not a condition: write [\"eq\", \"$NAME\", \"VALUE\"], \
                 [\"starts-with\", \"$NAME\", \"PREFIX\"], [\"in\", \"$NAME\", [\"VALUE\"]], \
                 [\"not-in\", \"$NAME\", [\"VALUE\"]] or [\"content-length-range\", MIN, MAX]"
            ))
        };
        let written: Written = serde_json::from_str(text).map_err(|_| mistake())?;
        let condition = written.condition().ok_or_else(mistake)?;
        Ok(Self::new(&flag, condition))
    }

    fn new(flag: &str, condition: Owned) -> Self {
        Self { flag: flag.to_owned(), condition }
    }

    /// The list of values, for [`condition`](Self::condition) to borrow.
    pub(crate) fn values(&self) -> Vec<&str> {
        match &self.condition {
            Owned::In(_, values) | Owned::NotIn(_, values) => {
                values.iter().map(String::as_str).collect()
            }
            Owned::Equal(..) | Owned::StartsWith(..) | Owned::Range { .. } => Vec::new(),
        }
    }

    pub(crate) fn condition<'a>(&'a self, values: &'a [&'a str]) -> Condition<'a> {
        match &self.condition {
            Owned::Equal(name, value) => Condition::Equal(name, value),
            Owned::StartsWith(name, prefix) => Condition::StartsWith(name, prefix),
            Owned::In(name, _) => Condition::In(name, values),
            Owned::NotIn(name, _) => Condition::NotIn(name, values),
            Owned::Range { min, max } => Condition::ContentLengthRange { min: *min, max: *max },
        }
    }

    /// Whether it fixes a field that no form can carry: on more than one line, or with a name that
    /// ends too early.
    pub(crate) fn is_no_field(&self) -> bool {
        let Owned::Equal(name, value) = &self.condition else { return false };
        name.contains(['=', '"']) || value.contains(['\r', '\n', '\0'])
    }
}

/// The shapes of a condition in JSON.
#[derive(Deserialize)]
#[serde(untagged)]
enum Written {
    Field(BTreeMap<String, String>),
    Range(String, u64, u64),
    Text(String, String, String),
    List(String, String, Vec<String>),
}

impl Written {
    fn condition(self) -> Option<Owned> {
        match self {
            Self::Field(fields) => {
                let mut fields = fields.into_iter();
                let (name, value) = fields.next()?;
                fields.next().is_none().then_some(Owned::Equal(name, value))
            }
            Self::Range(operator, min, max) => {
                (operator == "content-length-range").then_some(Owned::Range { min, max })
            }
            Self::Text(operator, field, text) => {
                let name = field.strip_prefix('$')?.to_owned();
                match operator.as_str() {
                    "eq" => Some(Owned::Equal(name, text)),
                    "starts-with" => Some(Owned::StartsWith(name, text)),
                    _ => None,
                }
            }
            Self::List(operator, field, values) => {
                let name = field.strip_prefix('$')?.to_owned();
                match operator.as_str() {
                    "in" => Some(Owned::In(name, values)),
                    "not-in" => Some(Owned::NotIn(name, values)),
                    _ => None,
                }
            }
        }
    }
}
