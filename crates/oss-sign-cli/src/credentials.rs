//! `oss-sign credentials`: which AccessKey is used, and whose it is.

use clap::{Args, Subcommand};
use oss_sign_credentials::{Cause, Credentials};
use serde::Serialize;

use crate::access_key::{CredentialsArgs, mistake, provide};
use crate::answer::Answer;
use crate::document::to_json;
use crate::exported::Exported;
use crate::mistake::Mistake;

/// Tell which AccessKey is used, and where it comes from.
#[derive(Args)]
#[command(after_help = EXAMPLES, subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct CredentialsVerb {
    #[command(subcommand)]
    action: Action,
}

const EXAMPLES: &str = "\
EXAMPLES:
  oss-sign credentials show
  oss-sign credentials show --profile deploy
  eval \"$(oss-sign credentials show --credentials ecs --export)\"";

#[derive(Subcommand)]
enum Action {
    Show(Show),
}

/// Show where the AccessKey comes from, its ID, and until when it holds; never the secret.
///
/// If there is none, shows for each place why not.
#[derive(Args)]
struct Show {
    #[command(flatten)]
    credentials: CredentialsArgs,

    /// Print a JSON document
    #[arg(long, help_heading = "Output")]
    json: bool,

    /// Print temporary credentials, the secret too, as variables for a POSIX shell; with --json as a
    /// JSON document
    #[arg(long, help_heading = "Output")]
    export: bool,
}

/// Its fields are a promise.
#[derive(Serialize)]
struct Document<'a> {
    provider: &'a str,
    access_key_id: &'a str,
    is_temporary: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_at: Option<String>,
}

impl CredentialsVerb {
    pub(crate) fn run(&self) -> Result<Answer, Mistake> {
        match &self.action {
            Action::Show(show) => show.run(),
        }
    }
}

impl Show {
    fn run(&self) -> Result<Answer, Mistake> {
        let credentials = provide(self.credentials.provider()?)?.map_err(|error| {
            match error.cause() {
                // Each place has a line of its own.
                Cause::Chain(_) => Mistake::new(error.cause().to_string()),
                _ => mistake(&error),
            }
        })?;
        let text = match (self.export, self.json) {
            (true, true) => Exported::new(&credentials)?.to_json()?,
            (true, false) => Exported::new(&credentials)?.to_shell(),
            (false, true) => to_json(&Document::new(&credentials))?,
            (false, false) => Document::new(&credentials).to_text(),
        };
        Ok(Answer { text, warnings: Vec::new() })
    }
}

impl<'a> Document<'a> {
    fn new(credentials: &'a Credentials) -> Self {
        Self {
            provider: credentials.provider().as_str(),
            access_key_id: credentials.access_key_id(),
            is_temporary: credentials.security_token().is_some(),
            expires_at: credentials.expires_at().map(|expiry| expiry.to_string()),
        }
    }

    fn to_text(&self) -> String {
        let Self { provider, access_key_id, is_temporary, expires_at } = self;
        let until = match (is_temporary, expires_at) {
            (_, Some(expiry)) => expiry,
            (true, None) => "not known",
            (false, None) => "never",
        };
        let kind = if *is_temporary { "temporary" } else { "long-term" };
        format!(
            "source: {provider}\nAccessKey ID: {access_key_id}\nkind: {kind}\nexpires at: {until}\n"
        )
    }
}
