//! The AccessKey, from the environment alone: a command line is in the shell's history and in the
//! list of processes.

use oss_sign::{Credentials, CredentialsError};

use crate::environment::variable;
use crate::mistake::Mistake;

/// The names of the variables that hold an AccessKey.
struct Variables {
    id: &'static str,
    secret: &'static str,
    token: &'static str,
}

/// The first complete set is used: the names of the OSS SDKs and ossutil, then those of all of
/// Alibaba Cloud's SDKs, which Function Compute sets too.
const VARIABLES: [Variables; 2] = [
    Variables {
        id: "OSS_ACCESS_KEY_ID",
        secret: "OSS_ACCESS_KEY_SECRET",
        token: "OSS_SESSION_TOKEN",
    },
    Variables {
        id: "ALIBABA_CLOUD_ACCESS_KEY_ID",
        secret: "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
        token: "ALIBABA_CLOUD_SECURITY_TOKEN",
    },
];

/// An AccessKey, and the variables that it came from.
pub(crate) struct AccessKey {
    id: String,
    secret: String,
    token: Option<String>,
    variables: &'static Variables,
}

impl AccessKey {
    pub(crate) fn from_environment() -> Result<Self, Mistake> {
        Self::if_any()?.ok_or_else(|| {
            Mistake::new(
                "there is no AccessKey: set OSS_ACCESS_KEY_ID and OSS_ACCESS_KEY_SECRET \
                 (and OSS_SESSION_TOKEN if it is a temporary one)",
            )
        })
    }

    /// That of the environment, for verbs that can do without.
    pub(crate) fn if_any() -> Result<Option<Self>, Mistake> {
        for variables in &VARIABLES {
            if let Some(access_key) = Self::read(variables)? {
                return Ok(Some(access_key));
            }
        }
        Ok(None)
    }

    fn read(variables: &'static Variables) -> Result<Option<Self>, Mistake> {
        let Variables { id, secret, token } = variables;
        match (variable(id)?, variable(secret)?, variable(token)?) {
            (Some(id), Some(secret), token) => Ok(Some(Self { id, secret, token, variables })),
            (None, None, None) => Ok(None),
            (Some(_), None, _) => {
                Err(Mistake::new(format!("{id} is set, but {secret} is not: set both or none")))
            }
            (None, Some(_), _) => {
                Err(Mistake::new(format!("{secret} is set, but {id} is not: set both or none")))
            }
            (None, None, Some(_)) => Err(Mistake::new(format!(
                "{token} is set without an AccessKey: set {id} and {secret} too, or unset it"
            ))),
        }
    }

    pub(crate) fn credentials(&self) -> Result<Credentials<'_>, Mistake> {
        let pair = Credentials::new(&self.id, &self.secret);
        match &self.token {
            None => pair,
            Some(token) => pair.and_then(|pair| pair.with_security_token(token)),
        }
        .map_err(|error| Mistake::new(format!("{}: {error}", self.variable_of(error))))
    }

    /// ID and secret, for a server that is to know them.
    #[cfg(feature = "emulator")]
    pub(crate) fn permanent(&self) -> Result<(&str, &str), Mistake> {
        self.credentials()?;
        match &self.token {
            None => Ok((&self.id, &self.secret)),
            Some(_) => Err(Mistake::new(format!(
                "{}: the local OSS wants a permanent AccessKey, or none: unset it",
                self.variables.token
            ))),
        }
    }

    fn variable_of(&self, error: CredentialsError) -> &'static str {
        use CredentialsError::{
            AccessKeyIdCharacter, AccessKeyIdTooLong, EmptyAccessKeyId, EmptySecurityToken,
            SecurityTokenWhiteSpace,
        };
        match error {
            EmptyAccessKeyId | AccessKeyIdCharacter | AccessKeyIdTooLong => self.variables.id,
            EmptySecurityToken | SecurityTokenWhiteSpace => self.variables.token,
            _ => self.variables.secret,
        }
    }
}
