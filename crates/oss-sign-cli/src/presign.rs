//! `oss-sign presign`: a URL that carries its signature.

use std::process::ExitCode;

use clap::Args;
use oss_sign::Method;

use crate::answer::{Answer, Form, FormArgs};
use crate::bulk::BulkArgs;
use crate::curl;
use crate::document::Document;
use crate::expires::ExpiresArgs;
use crate::method::method;
use crate::mistake::Mistake;
use crate::signing::SigningArgs;
use crate::warning;

/// Print a presigned URL: whoever has it can send this one request until it expires.
///
/// OSS signs the Content-Type, Content-MD5 and x-oss-* headers that the client sends: name them by
/// --header, or see that the client sends none.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Presign {
    /// The HTTP method that the URL is for
    #[arg(long, default_value = "GET", value_parser = method, help_heading = "Request")]
    method: Method,

    #[command(flatten)]
    signing: SigningArgs,

    #[command(flatten)]
    expires: ExpiresArgs,

    #[command(flatten)]
    form: FormArgs,

    #[command(flatten)]
    bulk: BulkArgs,
}

const EXAMPLES: &str = "\
EXAMPLES:
  oss-sign presign oss://examplebucket/cat.jpg --region cn-hangzhou
  oss-sign presign oss://examplebucket/cat.jpg --process image/resize,w_200 --expires 1h
  oss-sign presign oss://examplebucket/cat.jpg --method PUT --header 'Content-Type: image/jpeg'
  oss-sign presign oss://examplebucket/cat.jpg --endpoint static.example.com --addressing cname
  oss-sign presign oss://examplebucket/photos/ --from keys.txt --output urls.txt";

impl Presign {
    pub(crate) fn run(&self) -> Result<ExitCode, Mistake> {
        match self.bulk.bulk() {
            Some(bulk) => bulk.run(self.method, &self.signing, &self.expires),
            None => self.answer().map(Answer::print),
        }
    }

    fn answer(&self) -> Result<Answer, Mistake> {
        self.signing.prepare(self.method, |signing| {
            let url = signing.presign(self.expires.expires()).map_err(|error| {
                let refused = self.expires.refused(error, signing.now);
                refused.unwrap_or_else(|| signing.parts.refused(error))
            })?;
            let text = match self.form.form() {
                Form::Plain => format!("{url}\n"),
                Form::Curl => {
                    // Those that are not signed too: the user said that they will be sent.
                    let headers = signing.parts.headers().iter().copied();
                    curl::command(self.method, &url.to_string(), headers)
                }
                Form::Json => Document {
                    url: url.to_string(),
                    method: self.method.as_str(),
                    headers: url.required_headers().collect(),
                    expires_at: Some(url.expires_at().to_string()),
                    signature_version: signing.version.as_str(),
                }
                .to_json()?,
            };
            Ok(Answer { text, warnings: warning::of_presigned(signing, url.expires_at()) })
        })
    }
}
