//! `oss-sign callback`: did OSS itself send this upload callback?

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use oss_sign::{CallbackError, PublicKeyUrl};
use rsa::pkcs1v15::Signature;
use serde::Serialize;

use crate::answer::Answer;
use crate::document::to_json;
use crate::mistake::{Mistake, Quoted};
use crate::public_key::{self, PublicKey};
use crate::verdict::Verdict;

/// Verify an upload callback: did OSS itself send it?
///
/// Exit code 0 if it holds, 1 if it does not.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Callback {
    /// The header x-oss-pub-key-url
    #[arg(long, value_name = "BASE64", value_parser = public_key_url)]
    pub_key_url: PublicKeyUrl,

    /// The header Authorization
    #[arg(long, value_name = "BASE64", value_parser = signature)]
    authorization: Signature,

    /// Path and query as they stand in the request line
    #[arg(long, value_name = "PATH[?QUERY]")]
    path: String,

    /// The body as it was received, byte for byte; - is standard input [default: empty]
    #[arg(long, value_name = "FILE")]
    body: Option<PathBuf>,

    /// What was downloaded from the URL in x-oss-pub-key-url: PEM, or the base64 in it
    #[arg(long, value_name = "FILE")]
    public_key: PathBuf,

    /// Print a JSON document
    #[arg(long, help_heading = "Output")]
    json: bool,
}

const EXAMPLES: &str = "\
EXAMPLES:
  oss-sign callback --pub-key-url aHR0... --authorization kKQe... --path '/index.php?id=1' \\
    --body body.bin --public-key callback_pub_key_v1.pem";

/// Its fields are a promise.
#[derive(Serialize)]
struct Document<'a> {
    holds: bool,
    public_key_url: &'a str,
}

impl Callback {
    pub(crate) fn run(&self) -> Result<Verdict, Mistake> {
        let key = self.public_key()?;
        let holds = key.verify(&self.string_to_sign()?, &self.authorization);
        let document = Document { holds, public_key_url: self.pub_key_url.as_str() };
        let text = if self.json { to_json(&document)? } else { document.to_text() };
        Ok(Verdict { answer: Answer { text, warnings: Vec::new() }, holds })
    }

    fn string_to_sign(&self) -> Result<Vec<u8>, Mistake> {
        let path = Quoted(&self.path);
        if !self.path.starts_with('/') {
            return Err(Mistake::new(format!(
                "--path {path} does not begin with '/': give it as it stands in the request line"
            )));
        }
        let body = self.body.as_deref().map_or_else(|| Ok(Vec::new()), read)?;
        let callback = oss_sign::Callback::new(&self.path, &body)
            .map_err(|error| Mistake::new(format!("--path {path}: {error}: do not believe it")))?;
        Ok(callback.string_to_sign().collect())
    }

    fn public_key(&self) -> Result<PublicKey, Mistake> {
        let mistake = |problem: String| {
            let file = self.public_key.to_string_lossy();
            let url = self.pub_key_url.as_str();
            Mistake::new(format!("--public-key {} {problem}: download {url}", Quoted(&file)))
        };
        let text = fs::read_to_string(&self.public_key)
            .map_err(|error| mistake(format!("cannot be read ({error})")))?;
        PublicKey::read(&text)
            .ok_or_else(|| mistake("is no RSA public key in PEM or base64".to_owned()))
    }
}

impl Document<'_> {
    fn to_text(&self) -> String {
        if self.holds {
            format!("holds: yes, OSS sent this if the key is from {}\n", self.public_key_url)
        } else {
            "holds: no, this key did not sign this path, query and body\n".to_owned()
        }
    }
}

/// A file, or standard input.
fn read(file: &Path) -> Result<Vec<u8>, Mistake> {
    let mut bytes = Vec::new();
    let read = if file == Path::new("-") {
        io::stdin().lock().read_to_end(&mut bytes)
    } else {
        File::open(file).and_then(|mut file| file.read_to_end(&mut bytes))
    };
    read.map(|_| bytes).map_err(|error| {
        let file = file.to_string_lossy();
        Mistake::new(format!(
            "--body {} cannot be read ({error}): give a file, or -",
            Quoted(&file)
        ))
    })
}

fn public_key_url(header: &str) -> Result<PublicKeyUrl, Mistake> {
    PublicKeyUrl::from_header(header).map_err(|error| {
        let remedy = match error {
            CallbackError::PublicKeyUrlBase64 => "give it as it came",
            _ => "do not believe it",
        };
        Mistake::new(format!("{}: {error}: {remedy}", Quoted(header)))
    })
}

fn signature(header: &str) -> Result<Signature, Mistake> {
    public_key::signature(header).ok_or_else(|| {
        Mistake::new(format!(
            "{} is no signature in base64: give the header as it came",
            Quoted(header)
        ))
    })
}
