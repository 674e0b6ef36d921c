//! `oss-sign post`: a form that uploads a file.

use clap::Args;
use oss_sign::{Bucket, Condition, PolicyError, PolicyForm, PostPolicy, Resource};

use crate::answer::Answer;
use crate::condition::Given;
use crate::curl;
use crate::document::FormDocument;
use crate::endpoint::EndpointArgs;
use crate::expires::ExpiresArgs;
use crate::html::Page;
use crate::mistake::{Mistake, Quoted};
use crate::signing::{Signatory, SignatureArgs};
use crate::size::size;
use crate::target;
use crate::warning;

/// Print the fields of an upload form, one a line: whoever has them can upload what the policy
/// allows, any number of times, until it expires.
///
/// After these fields comes `key`, if the target leaves it open, and `file` as the last one.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Post {
    /// oss://BUCKET/PREFIX/ for any key that begins so, oss://BUCKET/KEY for that key alone,
    /// oss://BUCKET for any key at all
    #[arg(value_name = "oss://BUCKET/PREFIX/")]
    target: String,

    #[command(flatten)]
    policy: PolicyArgs,

    #[command(flatten)]
    expires: ExpiresArgs,

    #[command(flatten)]
    endpoint: EndpointArgs,

    #[command(flatten)]
    signature: SignatureArgs,

    #[command(flatten)]
    output: OutputArgs,
}

const EXAMPLES: &str = "\
EXAMPLES:
  oss-sign post oss://examplebucket/user/eric/ --max-size 10MiB --region cn-hangzhou
  oss-sign post oss://examplebucket/avatars/eric.png --max-size 100KB --content-type image/png --html
  oss-sign post oss://examplebucket/user/eric/ --max-size 10MiB --expires 10m --curl";

#[derive(Args)]
#[command(next_help_heading = "Policy")]
struct PolicyArgs {
    /// The key of the object, also where it ends with /
    #[arg(long)]
    key: Option<String>,

    /// Take a key that begins with / or \, or that is longer than 1023 bytes
    #[arg(long)]
    verbatim_key: bool,

    /// The largest file: bytes, or 500KB, 10MiB
    #[arg(long, value_name = "SIZE", value_parser = size)]
    max_size: Option<u64>,

    /// The smallest file [default: 0]
    #[arg(long, value_name = "SIZE", value_parser = size, requires = "max_size")]
    min_size: Option<u64>,

    /// The Content-Type of the file: image/png, or image/ for all that begin so
    #[arg(long, value_name = "TYPE")]
    content_type: Option<String>,

    /// What OSS answers an upload with [default: 204]
    #[arg(long, value_name = "STATUS", value_parser = ["200", "201", "204"])]
    success_status: Option<String>,

    /// Where OSS sends the browser after an upload
    #[arg(long, value_name = "URL")]
    success_redirect: Option<String>,

    /// Who may read and write the object [default: as the bucket]
    #[arg(long, value_parser = ["default", "private", "public-read", "public-read-write"])]
    acl: Option<String>,

    /// Refuse the upload if there is an object of this key
    #[arg(long)]
    forbid_overwrite: bool,

    /// Metadata of the object, x-oss-meta-NAME; may be repeated
    #[arg(long, value_name = "NAME=VALUE")]
    meta: Vec<String>,

    /// Another condition, as it stands in a policy: '["eq", "$cache-control", "no-cache"]'; may be
    /// repeated
    #[arg(long, value_name = "JSON")]
    condition: Vec<String>,
}

#[derive(Args)]
#[command(next_help_heading = "Output")]
#[group(multiple = false)]
struct OutputArgs {
    /// Print a JSON document
    #[arg(long)]
    json: bool,

    /// Print a page with the form
    #[arg(long)]
    html: bool,

    /// Print a curl command for a POSIX shell; put your file in the place of FILE, and the rest of
    /// its Content-Type in the place of TYPE
    #[arg(long)]
    curl: bool,
}

impl Post {
    pub(crate) fn run(&self) -> Result<Answer, Mistake> {
        let target = self.policy.target(&self.target)?;
        let given = self.policy.conditions(target)?;
        let values: Vec<Vec<&str>> = given.iter().map(Given::values).collect();
        let conditions: Vec<Condition<'_>> =
            given.iter().zip(&values).map(|(given, values)| given.condition(values)).collect();
        let policy = PostPolicy::new(target.bucket).conditions(&conditions);
        self.signature.prepare(&self.endpoint, |signatory| {
            let form = signatory
                .sign_policy(&policy, self.expires.expires())
                .map_err(|error| self.refused(error, &given, &signatory))?;
            let bucket = Resource::Bucket(target.bucket);
            let text = self.text(&form, &signatory, target)?;
            Ok(Answer {
                text,
                warnings: warning::of_form(&signatory, &policy, bucket, form.expires_at()),
            })
        })
    }

    fn text(
        &self,
        form: &PolicyForm<'_>,
        signatory: &Signatory<'_>,
        target: Target<'_>,
    ) -> Result<String, Mistake> {
        let url = signatory.endpoint.url(Resource::Bucket(target.bucket)).to_string();
        let fields: Vec<(&str, String)> =
            form.fields().map(|(name, value)| (name, value.to_string())).collect();
        if self.output.json {
            let expires_at = form.expires_at().map(|instant| instant.to_string());
            return FormDocument {
                url: &url,
                fields: &fields,
                expires_at: expires_at.unwrap_or_default(),
                signature_version: signatory.version.as_str(),
            }
            .to_json();
        }
        let is_key_fixed = fields.iter().any(|(name, _)| name.eq_ignore_ascii_case("key"));
        let key = target.left_open().filter(|_| !is_key_fixed);
        let key = key.as_deref().map(|value| ("key", value));
        let fixed = fields.iter().map(|(name, value)| (*name, value.as_str()));
        let content_type = self.policy.content_type();
        if self.output.html {
            let fields: Vec<(&str, &str)> = fixed.chain(key).collect();
            let accept = content_type.map(ContentType::pattern);
            let sends_content_type = matches!(content_type, Some(ContentType::Prefix(_)));
            let accept = accept.as_deref();
            return Ok(Page { url: &url, fields: &fields, accept, sends_content_type }.to_string());
        }
        if self.output.curl {
            let placeholder = content_type.and_then(ContentType::placeholder);
            let content_type = placeholder.as_deref().map(|value| ("content-type", value));
            return Ok(curl::form_command(&url, fixed.chain(key).chain(content_type)));
        }
        Ok(fixed.map(|(name, value)| format!("{name}: {value}\n")).collect())
    }

    /// What the library refuses, in the words of the flags.
    fn refused(&self, error: PolicyError, given: &[Given], signatory: &Signatory<'_>) -> Mistake {
        let (index, problem) = match error {
            PolicyError::Sign(error) => {
                let refused = self.expires.refused(error, signatory.now);
                return refused.unwrap_or_else(|| Mistake::new(error.to_string()));
            }
            PolicyError::EmptyName(index) => (index, "has no name: write NAME=VALUE"),
            PolicyError::DollarName(index) => (index, "has two '$' before the name: remove one"),
            PolicyError::NameControlCharacter(index) => {
                (index, "has a CR, LF or NUL in its name: remove it")
            }
            PolicyError::ReservedName(index) => {
                (index, "is on a field that the bucket, the file or the signature sets: remove it")
            }
            PolicyError::DuplicateCondition(index) => {
                (index, "sets what another flag sets: remove one")
            }
            PolicyError::EmptyList(index) => (index, "has an empty list: give it a value"),
            PolicyError::EmptyRange(index) => {
                (index, "is less than the smallest size: give a greater one")
            }
            _ => return Mistake::new(error.to_string()),
        };
        let flag = given.get(index).map(|given| given.flag.as_str()).unwrap_or_default();
        Mistake::new(format!("{flag} {problem}"))
    }
}

/// What may be uploaded where.
#[derive(Clone, Copy)]
struct Target<'a> {
    bucket: Bucket<'a>,
    key: Key<'a>,
}

#[derive(Clone, Copy)]
enum Key<'a> {
    Any,
    Prefix(&'a str),
    Exact(&'a str),
}

impl Target<'_> {
    /// The key that a form sends if the policy does not fix it. OSS puts the name of the file into
    /// it: <https://www.alibabacloud.com/help/en/oss/developer-reference/postobject>
    fn left_open(&self) -> Option<String> {
        match self.key {
            Key::Any => Some("${filename}".to_owned()),
            Key::Prefix(prefix) => Some(format!("{prefix}${{filename}}")),
            Key::Exact(_) => None,
        }
    }
}

/// The flag `--content-type`.
#[derive(Clone, Copy)]
enum ContentType<'a> {
    Exact(&'a str),
    Prefix(&'a str),
}

impl ContentType<'_> {
    /// As the attribute `accept` has it.
    fn pattern(self) -> String {
        match self {
            Self::Exact(value) => value.to_owned(),
            Self::Prefix(prefix) => format!("{prefix}*"),
        }
    }

    /// What the holder of the form has to complete.
    fn placeholder(self) -> Option<String> {
        match self {
            Self::Exact(_) => None,
            Self::Prefix(prefix) => Some(format!("{prefix}TYPE")),
        }
    }
}

impl PolicyArgs {
    fn target<'a>(&'a self, target: &'a str) -> Result<Target<'a>, Mistake> {
        match (target::resource(target, self.verbatim_key)?, self.key.as_deref()) {
            (Resource::Bucket(bucket), None) => Ok(Target { bucket, key: Key::Any }),
            (Resource::Bucket(bucket), Some(key)) => {
                target::object_key(key, self.verbatim_key)?;
                Ok(Target { bucket, key: Key::Exact(key) })
            }
            (Resource::Object(bucket, key), None) => {
                let key = key.as_str();
                let key = if key.ends_with('/') { Key::Prefix(key) } else { Key::Exact(key) };
                Ok(Target { bucket, key })
            }
            (Resource::Object(..), Some(_)) => Err(Mistake::new(format!(
                "{} has a key, and --key is another: write oss://BUCKET, or remove --key",
                Quoted(target)
            ))),
            (_, _) => Err(Mistake::new(format!(
                "{} has no bucket: write oss://BUCKET/PREFIX/",
                Quoted(target)
            ))),
        }
    }

    fn conditions(&self, target: Target<'_>) -> Result<Vec<Given>, Mistake> {
        let mut given = Vec::new();
        match target.key {
            Key::Any => {}
            Key::Prefix(prefix) => given.push(Given::starts_with("the target", "key", prefix)),
            Key::Exact(key) => given.push(Given::equal("the key", "key", key)),
        }
        if let Some(max) = self.max_size {
            given.push(Given::range("--max-size", self.min_size.unwrap_or(0), max));
        }
        given.extend(self.content_type().map(|content_type| match content_type {
            ContentType::Exact(value) => Given::equal("--content-type", "content-type", value),
            ContentType::Prefix(prefix) => {
                Given::starts_with("--content-type", "content-type", prefix)
            }
        }));
        let forbid_overwrite = self.forbid_overwrite.then(|| "true".to_owned());
        for (flag, name, value) in [
            ("--success-status", "success_action_status", &self.success_status),
            ("--success-redirect", "success_action_redirect", &self.success_redirect),
            ("--acl", "x-oss-object-acl", &self.acl),
            ("--forbid-overwrite", "x-oss-forbid-overwrite", &forbid_overwrite),
        ] {
            given.extend(value.as_deref().map(|value| Given::equal(flag, name, value)));
        }
        for meta in &self.meta {
            given.push(metadata(meta)?);
        }
        for condition in &self.condition {
            given.push(Given::json(condition)?);
        }
        match given.iter().find(|given| given.is_no_field()) {
            None => Ok(given),
            Some(Given { flag, .. }) => Err(Mistake::new(format!(
                "{flag} has a CR, LF or NUL in its value, or a '=' or '\"' in its name: remove it"
            ))),
        }
    }

    /// `image/` and `image/*` mean the same.
    fn content_type(&self) -> Option<ContentType<'_>> {
        let text = self.content_type.as_deref()?;
        let prefix = text.strip_suffix('*').unwrap_or(text);
        Some(match prefix.ends_with('/') {
            true => ContentType::Prefix(prefix),
            false => ContentType::Exact(text),
        })
    }
}

/// OSS takes letters, digits and hyphens in the names of metadata.
fn metadata(text: &str) -> Result<Given, Mistake> {
    let (name, value) = text.split_once('=').unwrap_or((text, ""));
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
    if name.is_empty() || !text.contains('=') || !name.bytes().all(is_name) {
        return Err(Mistake::new(format!(
            "--meta {} is not of the form NAME=VALUE, with letters, digits and hyphens in NAME",
            Quoted(text)
        )));
    }
    let flag = format!("--meta {}", Quoted(name));
    Ok(Given::equal(&flag, &format!("x-oss-meta-{name}"), value))
}
