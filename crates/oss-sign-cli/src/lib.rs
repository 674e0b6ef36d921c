//! The `oss-sign` command: presigned URLs and signed requests for Alibaba Cloud OSS.
//!
//! A library, so that the fuzz targets reach what reads other people's text. The command is what is
//! promised, and this is not: libraries are `oss-sign` and its kin.
//!
//! One module per verb; the others are the flags and inputs that verbs share.

mod access_key;
mod answer;
mod assume_role;
mod bulk;
#[cfg(feature = "callback")]
mod callback;
mod condition;
mod credentials;
mod curl;
#[cfg(feature = "emulator")]
mod demo;
mod document;
mod endpoint;
mod environment;
mod expires;
mod explain;
mod exported;
mod facts;
#[doc(hidden)]
pub mod fuzzing;
mod html;
mod inspect;
mod instant;
mod location;
mod method;
mod mistake;
mod post;
mod presented;
mod presign;
mod problems;
#[cfg(feature = "callback")]
mod public_key;
mod refusal;
mod region;
mod request;
#[cfg(feature = "emulator")]
mod serve;
mod shown;
mod sign;
mod signing;
mod size;
mod surroundings;
mod target;
mod verdict;
mod verify;
mod warning;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::answer::Answer;
use crate::explain::Explanation;
use crate::mistake::Mistake;
use crate::verdict::Verdict;

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
    Verify(verify::Verify),
    Inspect(inspect::Inspect),
    Explain(explain::Explain),
    Post(post::Post),
    Credentials(credentials::CredentialsVerb),
    AssumeRole(assume_role::AssumeRole),
    #[cfg(feature = "emulator")]
    Serve(serve::Serve),
    #[cfg(feature = "emulator")]
    Demo(demo::Demo),
    #[cfg(feature = "callback")]
    Callback(callback::Callback),
}

const EXAMPLES: &str = "\
EXAMPLES:
  oss-sign presign oss://examplebucket/cat.jpg --region cn-hangzhou
  oss-sign sign GET oss://examplebucket --query acl --region cn-hangzhou
  oss-sign explain --error body.xml 'https://examplebucket.oss-cn-hangzhou.aliyuncs.com/...'

The AccessKey is read from OSS_ACCESS_KEY_ID, OSS_ACCESS_KEY_SECRET and OSS_SESSION_TOKEN, \
or else from the ALIBABA_CLOUD_ variables, ~/.aliyun/config.json, or whatever --credentials says: \
see 'oss-sign credentials show'.";

/// Does what the arguments of this process say, and gives its exit code.
#[must_use]
pub fn main() -> ExitCode {
    match Cli::try_parse() {
        Ok(cli) => cli.verb.run().unwrap_or_else(Mistake::report),
        Err(error) => usage(&error),
    }
}

impl Verb {
    fn run(&self) -> Result<ExitCode, Mistake> {
        match self {
            Self::Presign(presign) => presign.run(),
            Self::Sign(sign) => sign.run().map(Answer::print),
            Self::Verify(verify) => verify.run().map(Verdict::print),
            Self::Inspect(inspect) => inspect.run().map(Answer::print),
            Self::Explain(explain) => explain.run().map(Explanation::print),
            Self::Post(post) => post.run().map(Answer::print),
            Self::Credentials(credentials) => credentials.run().map(Answer::print),
            Self::AssumeRole(role) => role.run().map(Answer::print),
            #[cfg(feature = "emulator")]
            Self::Serve(serve) => serve.run(),
            #[cfg(feature = "emulator")]
            Self::Demo(demo) => demo.run(),
            #[cfg(feature = "callback")]
            Self::Callback(callback) => callback.run().map(Verdict::print),
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
