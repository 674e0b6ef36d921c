//! `oss-sign sign`: headers that carry the signature.

use core::convert::Infallible;

use clap::{Args, ValueEnum};
use oss_sign::{DateHeader, Method};

use crate::answer::{Answer, Form, FormArgs};
use crate::curl;
use crate::document::Document;
use crate::method::method;
use crate::mistake::{Mistake, Quoted};
use crate::signing::SigningArgs;
use crate::warning;

/// Print the headers of a signed request, one a line: to be sent within 15 minutes.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Sign {
    /// The HTTP method
    #[arg(value_parser = method)]
    method: Method,

    #[command(flatten)]
    signing: SigningArgs,

    /// Which header carries the time of signing [default: x-oss-date, in V1 date]
    #[arg(long, value_name = "NAME", help_heading = "Signature")]
    date_header: Option<DateHeaderName>,

    /// Known, so that `sign oss://BUCKET/KEY --timeout 60`, as ossutil has it, gets an answer
    #[arg(
        long = "timeout",
        aliases = ["expires", "expires-duration", "expires-at", "expires-date"],
        value_parser = no_expiry,
        hide = true
    )]
    _expires: Option<Infallible>,

    #[command(flatten)]
    form: FormArgs,
}

const EXAMPLES: &str = "\
EXAMPLES:
  oss-sign sign GET oss:// --region cn-hangzhou
  oss-sign sign PUT oss://examplebucket/cat.jpg --header 'Content-Type: image/jpeg' --curl
  oss-sign sign GET oss://examplebucket --query list-type=2 --query prefix=photos/ --json";

#[derive(Clone, Copy, ValueEnum)]
enum DateHeaderName {
    Date,
    XOssDate,
}

impl Sign {
    pub(crate) fn run(&self) -> Result<Answer, Mistake> {
        self.signing.prepare(self.method, |signing| {
            let signed = signing
                .sign(self.date_header.map(DateHeader::from))
                .map_err(|error| signing.parts.refused(error))?;
            let headers: Vec<_> =
                signed.headers().map(|(name, value)| (name, value.to_string())).collect();
            let headers = || headers.iter().map(|(name, value)| (*name, value.as_str()));
            let url = signed.url(&signing.endpoint).to_string();
            let text = match self.form.form() {
                Form::Plain => {
                    headers().map(|(name, value)| format!("{name}: {value}\n")).collect()
                }
                Form::Curl => curl::command(self.method, &url, headers()),
                Form::Json => Document {
                    url,
                    method: self.method.as_str(),
                    headers: headers().collect(),
                    expires_at: None,
                    signature_version: signing.version.as_str(),
                }
                .to_json()?,
            };
            Ok(Answer { text, warnings: warning::of_signed(signing) })
        })
    }
}

fn no_expiry(text: &str) -> Result<Infallible, Mistake> {
    Err(Mistake::new(format!(
        "{} is for presigned URLs: signed headers are good for 15 minutes; write \
         'oss-sign presign oss://BUCKET/KEY'",
        Quoted(text)
    )))
}

impl From<DateHeaderName> for DateHeader {
    fn from(name: DateHeaderName) -> Self {
        match name {
            DateHeaderName::Date => Self::Date,
            DateHeaderName::XOssDate => Self::XOssDate,
        }
    }
}
