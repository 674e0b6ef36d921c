//! Where the request goes.

use clap::{Args, ValueEnum};
use oss_sign::{Addressing, Endpoint, EndpointError, Region};

use crate::environment::Given;
use crate::mistake::{Mistake, Quoted};

#[derive(Args)]
#[command(next_help_heading = "Endpoint")]
pub(crate) struct EndpointArgs {
    /// public, internal, accelerate, accelerate-overseas, dual-stack, or a URL such as
    /// https://static.example.com [env: OSS_ENDPOINT] [default: public]
    #[arg(long, value_name = "URL")]
    endpoint: Option<String>,

    /// Where the bucket is: in the host, in the path, or bound to the host (CNAME)
    #[arg(long, value_name = "STYLE")]
    addressing: Option<AddressingName>,
}

#[derive(Clone, Copy, ValueEnum)]
pub(crate) enum AddressingName {
    Virtual,
    Path,
    Cname,
}

impl EndpointArgs {
    pub(crate) fn given(&self) -> Result<Option<Given>, Mistake> {
        Given::read("--endpoint", self.endpoint.as_deref(), "OSS_ENDPOINT")
    }

    pub(crate) fn endpoint<'a>(
        &self,
        given: Option<&'a Given>,
        region: Option<&'a Region>,
    ) -> Result<Endpoint<'a>, Mistake> {
        let endpoint = find(given, region)?;
        Ok(match self.addressing {
            None => endpoint,
            Some(AddressingName::Virtual) => endpoint.with_addressing(Addressing::VirtualHosted),
            Some(AddressingName::Path) => endpoint.with_addressing(Addressing::PathStyle),
            Some(AddressingName::Cname) => endpoint.with_addressing(Addressing::Cname),
        })
    }
}

/// A ready-made endpoint by its name, or one by its URL.
fn find<'a>(given: Option<&'a Given>, region: Option<&'a Region>) -> Result<Endpoint<'a>, Mistake> {
    let name = given.map_or("public", |given| given.text.as_str());
    let of_region: fn(&'a Region) -> Endpoint<'a> = match name {
        "public" => Endpoint::public,
        "internal" => Endpoint::internal,
        "dual-stack" => Endpoint::dual_stack,
        "accelerate" => return Ok(Endpoint::accelerate()),
        "accelerate-overseas" => return Ok(Endpoint::accelerate_overseas()),
        url => return Endpoint::parse(url).map_err(|error| mistake(given, error)),
    };
    region.map(of_region).ok_or_else(|| {
        Mistake::new(format!(
            "the {name} endpoint needs a region: give --region cn-hangzhou, set OSS_REGION, or \
             give the URL of the --endpoint"
        ))
    })
}

fn mistake(given: Option<&Given>, error: EndpointError) -> Mistake {
    let Some(Given { source, text }) = given else { return Mistake::new(error.to_string()) };
    match error {
        // What stands before the `@` may be a password.
        _ if text.contains('@') => Mistake::new(format!("{source}: {error}")),
        EndpointError::Scheme => Mistake::new(format!(
            "{source} {}: {error}; write https://HOST, or http://HOST",
            Quoted(text)
        )),
        EndpointError::Host => Mistake::new(format!(
            "{source} {}: {error}; write for example https://oss-cn-hangzhou.aliyuncs.com",
            Quoted(text)
        )),
        _ => Mistake::new(format!("{source} {}: {error}", Quoted(text))),
    }
}
