//! Environment variables, and inputs that come from a flag or else from a variable.

use std::env::{self, VarError};

use crate::mistake::Mistake;

/// The value of a variable; an empty one counts as unset, as in Alibaba Cloud's own tools.
pub(crate) fn variable(name: &str) -> Result<Option<String>, Mistake> {
    match env::var(name) {
        Ok(value) => Ok(Some(value).filter(|value| !value.is_empty())),
        Err(VarError::NotPresent) => Ok(None),
        Err(VarError::NotUnicode(_)) => {
            Err(Mistake::new(format!("{name} is not UTF-8: set it again, or unset it")))
        }
    }
}

/// An input, and what it came from.
pub(crate) struct Given {
    pub(crate) source: &'static str,
    pub(crate) text: String,
}

impl Given {
    /// The flag if it was given, else the variable.
    pub(crate) fn read(
        flag: &'static str,
        value: Option<&str>,
        name: &'static str,
    ) -> Result<Option<Self>, Mistake> {
        if let Some(text) = value {
            return Ok(Some(Self { source: flag, text: text.to_owned() }));
        }
        Ok(variable(name)?.map(|text| Self { source: name, text }))
    }
}
