//! The `oss-sign` command: presigned URLs and signed requests for Alibaba Cloud OSS.
//!
//! One module per verb; the others are the flags and inputs that verbs share.

mod answer;
mod condition;
mod credentials;
mod curl;
mod document;
mod endpoint;
mod environment;
mod expires;
mod html;
mod instant;
mod method;
mod mistake;
mod post;
mod presign;
mod refusal;
mod region;
mod request;
mod sign;
mod signing;
mod size;
mod target;
mod warning;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::answer::Answer;
use crate::mistake::Mistake;

/// Presign URLs and sign requests for Alibaba Cloud OSS.
#[derive(Parser)]
#[command(name = "oss-sign", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    Presign(presign::Presign),
    Sign(sign::Sign),
    Post(post::Post),
}

const EXAMPLES: &str = "\
EXAMPLES:
  oss-sign presign oss://examplebucket/cat.jpg --region cn-hangzhou
  oss-sign sign GET oss://examplebucket --query acl --region cn-hangzhou

The AccessKey is read from OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET and OSS_SESSION_TOKEN, \
or else from the ALIBABA_CLOUD_ variables.";

fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => cli.verb.run().map_or_else(Mistake::report, Answer::print),
        Err(error) => usage(&error),
    }
}

impl Verb {
    fn run(&self) -> Result<Answer, Mistake> {
        match self {
            Self::Presign(presign) => presign.run(),
            Self::Sign(sign) => sign.run(),
            Self::Post(post) => post.run(),
        }
    }
}

/// Shows the help that was asked for, or what is wrong with the arguments.
fn usage(error: &clap::Error) -> ExitCode {
    use clap::error::ErrorKind;

    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            // A reader that went away has seen what it wanted.
            let _ = error.print();
            ExitCode::SUCCESS
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            let _ = error.print();
            mistake::EXIT_CODE.into()
        }
        _ => Mistake::from_usage(error).report(),
    }
}
