//! Where tokens of an identity provider come from.

use core::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::credentials::Credentials;
use crate::error::{Cause, Error};
use crate::provider::ProviderName;
use crate::step::Step;
use crate::sts::{AssumeRoleWithToken, Sts};
use crate::surroundings::Surroundings;

/// Where a token comes from. It is asked at each refresh, as tokens are short-lived. `Debug` shows the
/// path of a file and nothing else.
#[derive(Clone)]
pub struct TokenSource(Kind);

#[derive(Clone)]
enum Kind {
    File(PathBuf),
    Text(Zeroizing<String>),
    Closure(Arc<dyn Fn() -> Result<String, Error> + Send + Sync>),
}

impl TokenSource {
    /// A file, which somebody else keeps up to date.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self(Kind::File(path.into()))
    }

    /// A text, for a program that ends before the token does.
    pub fn text(token: impl Into<String>) -> Self {
        Self(Kind::Text(Zeroizing::new(token.into())))
    }

    /// A closure, which may block.
    pub fn from_fn(closure: impl Fn() -> Result<String, Error> + Send + Sync + 'static) -> Self {
        Self(Kind::Closure(Arc::new(closure)))
    }

    /// The credentials of a role for a token. It is read when everything else is known to be right, so
    /// that it goes to no wrong place.
    pub(crate) fn exchange<'s>(
        &self,
        call: &AssumeRoleWithToken,
        sts: &Sts,
        surroundings: &'s dyn Surroundings,
    ) -> Step<'s, Credentials> {
        let provider = call.provider();
        if let Err(cause) = sts.origin(surroundings) {
            return Step::failed(Error::failed(provider, cause));
        }
        match self.read(&provider, call.longest_token(), surroundings) {
            Ok(token) => sts
                .assume_role_with_token(call, &token, surroundings)
                .try_map(|role| Ok(role.into_credentials())),
            Err(error) => Step::failed(error),
        }
    }

    /// A token of 4 to `longest` characters, without the line end of its file.
    fn read(
        &self,
        provider: &ProviderName,
        longest: usize,
        surroundings: &dyn Surroundings,
    ) -> Result<Zeroizing<String>, Error> {
        let failed = |cause| Error::failed(provider.clone(), cause);
        let text = match &self.0 {
            Kind::File(path) => surroundings.read_text(path).map_err(failed)?,
            Kind::Text(token) => token.clone(),
            Kind::Closure(closure) => Zeroizing::new(closure()?),
        };
        let token = text.trim_end_matches(['\r', '\n']);
        let is_one = (4..=longest).contains(&token.len())
            && token.bytes().all(|byte| byte.is_ascii_graphic());
        match is_one {
            true => Ok(Zeroizing::new(token.to_owned())),
            false => Err(failed(self.no_token(longest))),
        }
    }

    fn no_token(&self, longest: usize) -> Cause {
        let problem = format!("is no token: it is not 4 to {longest} visible characters");
        match &self.0 {
            Kind::File(path) => Cause::File(path.clone(), problem.into()),
            Kind::Text(_) | Kind::Closure(_) => {
                Cause::invalid("what was given as a token", problem)
            }
        }
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::File(path) => write!(formatter, "File({})", path.display()),
            Kind::Text(_) => formatter.write_str("Text([redacted])"),
            Kind::Closure(_) => formatter.write_str("Closure"),
        }
    }
}
