//! What is asked of OSS: the flags that become a `Request`.

use clap::Args;
use oss_sign::{Method, ParameterPosition, Request, Resource};

use crate::mistake::{Mistake, Quoted};
use crate::target;

#[derive(Args)]
#[command(next_help_heading = "Request")]
pub(crate) struct RequestArgs {
    /// oss://BUCKET/KEY with the key as it is, not percent-encoded; oss://BUCKET for a bucket,
    /// oss:// for the service
    #[arg(value_name = "oss://BUCKET/KEY", help_heading = None)]
    target: String,

    /// Take a key that begins with / or \ (in V1 also ?), or that is longer than 1023 bytes
    #[arg(long)]
    verbatim_key: bool,

    /// Process the object on the way out: image/resize,w_200
    #[arg(long, value_name = "STYLE")]
    process: Option<String>,

    /// One version of the object
    #[arg(long, value_name = "ID")]
    version_id: Option<String>,

    /// A query parameter, raw; may be repeated
    #[arg(long, value_name = "NAME[=VALUE]")]
    query: Vec<String>,

    /// A query parameter as ossutil has it
    #[arg(long, value_name = "NAME:VALUE", hide = true)]
    query_param: Vec<String>,

    /// A header that will be sent; may be repeated
    #[arg(long, value_name = "NAME: VALUE")]
    header: Vec<String>,

    /// A header to sign though OSS does not demand it (V4); may be repeated. `host` pins a URL to
    /// its host
    #[arg(long, value_name = "NAME")]
    additional_header: Vec<String>,

    /// Sign another canonical resource than /BUCKET/KEY (V4): for vector and table buckets
    #[arg(long, value_name = "PATH")]
    canonical_resource: Option<String>,
}

impl RequestArgs {
    pub(crate) fn resource(&self) -> Result<Resource<'_>, Mistake> {
        target::resource(&self.target, self.verbatim_key)
    }

    pub(crate) fn is_key_verbatim(&self) -> bool {
        self.verbatim_key
    }

    /// The flags taken apart. `host` is what the header `Host` will be.
    pub(crate) fn parts<'a>(
        &'a self,
        resource: Resource<'a>,
        host: &'a str,
    ) -> Result<Parts<'a>, Mistake> {
        let query = self.query.iter().map(|text| name_and_value(text, &['=']));
        let query_param = self.query_param.iter().map(|text| name_and_value(text, &[':', '=']));
        let headers: Result<Vec<_>, _> = self.header.iter().map(|text| header(text)).collect();
        let mut parts = Parts {
            resource,
            process: self.process.as_deref(),
            version_id: self.version_id.as_deref(),
            query: query.chain(query_param).collect(),
            headers: headers?,
            additional_headers: self.additional_header.iter().map(String::as_str).collect(),
            canonical_resource: self.canonical_resource.as_deref(),
        };
        if parts.is_host_to_be_signed() && !parts.has_host() {
            // Every client sends it without being told.
            parts.headers.push(("host", host));
        }
        Ok(parts)
    }
}

/// The parts of a request, for the library to borrow.
pub(crate) struct Parts<'a> {
    resource: Resource<'a>,
    process: Option<&'a str>,
    version_id: Option<&'a str>,
    query: Vec<(&'a str, &'a str)>,
    headers: Vec<(&'a str, &'a str)>,
    additional_headers: Vec<&'a str>,
    canonical_resource: Option<&'a str>,
}

impl<'a> Parts<'a> {
    pub(crate) fn request(&'a self, method: Method) -> Request<'a> {
        self.request_for(method, self.resource)
    }

    /// The same request for another resource.
    pub(crate) fn request_for<'r>(&'r self, method: Method, resource: Resource<'r>) -> Request<'r> {
        let mut request = Request::new(method, resource)
            .query(&self.query)
            .headers(&self.headers)
            .additional_headers(&self.additional_headers);
        if let Some(style) = self.process {
            request = request.process(style);
        }
        if let Some(version_id) = self.version_id {
            request = request.version_id(version_id);
        }
        if let Some(resource) = self.canonical_resource {
            request = request.canonical_resource(resource);
        }
        request
    }

    /// With what one object of many has of its own.
    pub(crate) fn extended<'r>(
        &'r self,
        process: Option<&'r str>,
        version_id: Option<&'r str>,
        query: impl Iterator<Item = (&'r str, &'r str)>,
        headers: impl Iterator<Item = (&'r str, &'r str)>,
    ) -> Parts<'r> {
        Parts {
            resource: self.resource,
            process: process.or(self.process),
            version_id: version_id.or(self.version_id),
            query: self.query.iter().copied().chain(query).collect(),
            headers: self.headers.iter().copied().chain(headers).collect(),
            additional_headers: self.additional_headers.clone(),
            canonical_resource: self.canonical_resource,
        }
    }

    pub(crate) fn resource(&self) -> Resource<'a> {
        self.resource
    }

    pub(crate) fn headers(&self) -> &[(&'a str, &'a str)] {
        &self.headers
    }

    /// Every query parameter, those with flags of their own first.
    pub(crate) fn parameters(&self) -> impl Iterator<Item = (&'a str, &'a str)> {
        let process = self.process.map(|style| ("x-oss-process", style));
        let version_id = self.version_id.map(|version_id| ("versionId", version_id));
        process.into_iter().chain(version_id).chain(self.query.iter().copied())
    }

    pub(crate) fn parameter_name(&self, position: ParameterPosition) -> Quoted<'a> {
        Quoted(match position {
            ParameterPosition::Process => "x-oss-process",
            ParameterPosition::VersionId => "versionId",
            ParameterPosition::Query(index) => {
                self.query.get(index).map(|(name, _)| *name).unwrap_or_default()
            }
        })
    }

    pub(crate) fn header_name(&self, index: usize) -> Quoted<'a> {
        Quoted(self.headers.get(index).map(|(name, _)| *name).unwrap_or_default())
    }

    pub(crate) fn additional_header_name(&self, index: usize) -> Quoted<'a> {
        Quoted(self.additional_headers.get(index).copied().unwrap_or_default())
    }

    pub(crate) fn overridden_canonical_resource(&self) -> Quoted<'a> {
        Quoted(self.canonical_resource.unwrap_or_default())
    }

    fn is_host_to_be_signed(&self) -> bool {
        self.additional_headers.iter().any(|name| name.eq_ignore_ascii_case("host"))
    }

    fn has_host(&self) -> bool {
        self.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host"))
    }
}

/// Splits at the first separator; without one there is no value.
fn name_and_value<'a>(text: &'a str, separators: &[char]) -> (&'a str, &'a str) {
    text.split_once(separators).unwrap_or((text, ""))
}

pub(crate) fn header(text: &str) -> Result<(&str, &str), Mistake> {
    text.split_once(':').ok_or_else(|| {
        // The rest may be a value that is nobody's business, such as an encryption key.
        let name = text.split([' ', '=']).next().unwrap_or_default();
        Mistake::new(format!("--header {} has no colon: write 'Name: value'", Quoted(name)))
    })
}
