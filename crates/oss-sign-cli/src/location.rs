//! Which bucket a URL is about: what a person reads off its host.
//!
//! Signing never does so: a host may be anything. Who has only a URL in hand has nothing else.

use core::net::IpAddr;

use clap::Args;

use crate::endpoint::AddressingName;
use crate::mistake::{Mistake, Quoted};

#[derive(Args, Default)]
pub(crate) struct LocationArgs {
    /// The bucket, if the host does not say it: behind a custom domain (CNAME)
    #[arg(long, value_name = "NAME")]
    bucket: Option<String>,

    /// Where the bucket is: the first label of the host, the start of the path, or bound to the
    /// host (CNAME)
    #[arg(long, value_name = "STYLE")]
    addressing: Option<AddressingName>,
}

/// Where the bucket of a request is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Location {
    /// The user said so.
    Given(String),
    /// Read off the host.
    Host(String),
    /// The path begins with it, or the request is about no bucket.
    Path,
    Unknown,
}

impl LocationArgs {
    pub(crate) fn new(bucket: Option<String>) -> Self {
        Self { bucket, addressing: None }
    }

    /// `self` where it says anything, else `other`.
    pub(crate) fn or<'a>(&'a self, other: &'a Self) -> &'a Self {
        if self.bucket.is_none() && self.addressing.is_none() { other } else { self }
    }

    pub(crate) fn location(&self, host: &str) -> Location {
        let host = without_port(host);
        let given = self.bucket.clone().map(Location::Given);
        match self.addressing {
            Some(AddressingName::Path) => Location::Path,
            Some(AddressingName::Cname) => given.unwrap_or(Location::Unknown),
            Some(AddressingName::Virtual) => given.unwrap_or_else(|| first_label(host)),
            None if is_ip_address(host) => Location::Path,
            None => given.unwrap_or_else(|| read(host)),
        }
    }
}

impl Location {
    /// The bucket that the host stands for.
    pub(crate) fn bucket(&self, host: &str) -> Result<Option<String>, Mistake> {
        match self {
            Self::Given(bucket) | Self::Host(bucket) => Ok(Some(bucket.clone())),
            Self::Path => Ok(None),
            Self::Unknown => Err(Mistake::new(format!(
                "the host {} does not say its bucket: give --bucket NAME, or --addressing path if \
                 the path begins with it",
                Quoted(host)
            ))),
        }
    }
}

/// The region that a public host name of Alibaba Cloud has in it.
pub(crate) fn region_of_host(host: &str) -> Option<&str> {
    let name = without_port(host).strip_suffix(".aliyuncs.com")?;
    let region = match name.strip_suffix(".oss") {
        Some(dual_stack) => dual_stack.rsplit('.').next()?,
        None => name.rsplit('.').next()?.strip_prefix("oss-")?,
    };
    let region = region.strip_suffix("-internal").unwrap_or(region);
    (!region.starts_with("accelerate")).then_some(region)
}

/// <https://www.alibabacloud.com/help/en/oss/user-guide/regions-and-endpoints>
fn read(host: &str) -> Location {
    let Some(name) = host.strip_suffix(".aliyuncs.com") else { return Location::Unknown };
    let labels: Vec<&str> = name.split('.').collect();
    match labels.as_slice() {
        [bucket, _region, "oss"] => Location::Host((*bucket).to_owned()),
        [bucket, endpoint] if endpoint.starts_with("oss-") => Location::Host((*bucket).to_owned()),
        [_region, "oss"] => Location::Path,
        [endpoint] if endpoint.starts_with("oss-") => Location::Path,
        _ => Location::Unknown,
    }
}

fn first_label(host: &str) -> Location {
    match host.split_once('.') {
        Some((bucket, _)) => Location::Host(bucket.to_owned()),
        None => Location::Unknown,
    }
}

fn is_ip_address(host: &str) -> bool {
    host.trim_matches(['[', ']']).parse::<IpAddr>().is_ok()
}

/// Of `[::1]:80` and `host:80` what is before the port.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn location_of(host: &str) -> Location {
        LocationArgs::default().location(host)
    }

    #[test]
    fn hosts_of_alibaba_cloud_say_their_bucket() {
        for host in [
            "b-1.oss-cn-hangzhou.aliyuncs.com",
            "b-1.oss-cn-hangzhou-internal.aliyuncs.com:443",
            "b-1.oss-accelerate.aliyuncs.com",
            "b-1.oss-accelerate-overseas.aliyuncs.com",
            "b-1.cn-hangzhou.oss.aliyuncs.com",
        ] {
            assert_eq!(location_of(host), Location::Host("b-1".to_owned()), "{host}");
        }
    }

    #[test]
    fn endpoints_and_ip_addresses_leave_it_to_the_path() {
        for host in [
            "oss-cn-hangzhou.aliyuncs.com",
            "cn-hangzhou.oss.aliyuncs.com",
            "192.0.2.1:80",
            "[::1]:80",
        ] {
            assert_eq!(location_of(host), Location::Path, "{host}");
        }
    }

    #[test]
    fn other_hosts_do_not_say_it() {
        for host in ["static.example.com", "b.example.aliyuncs.com", "aliyuncs.com"] {
            assert_eq!(location_of(host), Location::Unknown, "{host}");
            assert!(Location::Unknown.bucket(host).is_err());
        }
    }

    #[test]
    fn what_the_user_says_counts() {
        let args = LocationArgs::new(Some("given".to_owned()));
        assert_eq!(args.location("static.example.com"), Location::Given("given".to_owned()));
        let path = LocationArgs { bucket: None, addressing: Some(AddressingName::Path) };
        assert_eq!(path.location("b.oss-cn-hangzhou.aliyuncs.com"), Location::Path);
        let first = LocationArgs { bucket: None, addressing: Some(AddressingName::Virtual) };
        assert_eq!(first.location("b.oss.example"), Location::Host("b".to_owned()));
    }

    #[test]
    fn regions_of_hosts() {
        for (host, region) in [
            ("b.oss-cn-hangzhou-internal.aliyuncs.com", Some("cn-hangzhou")),
            ("b.cn-hangzhou.oss.aliyuncs.com:80", Some("cn-hangzhou")),
            ("oss-cn-hangzhou.aliyuncs.com", Some("cn-hangzhou")),
            ("b.oss-accelerate.aliyuncs.com", None),
            ("static.example.com", None),
        ] {
            assert_eq!(region_of_host(host), region, "{host}");
        }
    }
}
