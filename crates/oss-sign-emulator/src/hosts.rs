//! Addressing: which bucket a host stands for.

use std::collections::HashMap;

use oss_sign::Region;

/// The hosts that the emulator answers for.
#[derive(Clone, Debug)]
pub(crate) struct Hosts {
    /// `DOMAIN` is addressed in path style, `BUCKET.DOMAIN` virtual-hosted.
    domains: Vec<String>,
    /// Custom domains and the buckets that they are bound to.
    cnames: HashMap<String, String>,
}

/// What a host stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host<'h> {
    /// The service: the path begins with the bucket.
    Service,
    /// A bucket, virtual-hosted or by CNAME.
    Bucket(&'h str),
}

impl Hosts {
    /// `localhost`, and the endpoints of OSS in the region, for clients whose requests are
    /// redirected on their way.
    pub(crate) fn new(region: &Region) -> Self {
        let domains = vec![
            "localhost".to_owned(),
            format!("oss-{region}.aliyuncs.com"),
            format!("oss-{region}-internal.aliyuncs.com"),
        ];
        Self { domains, cnames: HashMap::new() }
    }

    pub(crate) fn add_domain(&mut self, domain: &str) {
        self.domains.push(domain.to_ascii_lowercase());
    }

    pub(crate) fn add_cname(&mut self, host: &str, bucket: &str) {
        self.cnames.insert(host.to_ascii_lowercase(), bucket.to_owned());
    }

    /// All names, for a certificate.
    #[cfg(feature = "tls")]
    pub(crate) fn names(&self) -> impl Iterator<Item = String> {
        let domains =
            self.domains.iter().flat_map(|domain| [domain.clone(), format!("*.{domain}")]);
        domains.chain(self.cnames.keys().cloned())
    }

    /// What the host stands for, in lower case and without its port. One that is not known is the
    /// service: so the emulator can be reached under any name, in path style.
    pub(crate) fn find<'h>(&'h self, host: &'h str) -> Host<'h> {
        if let Some(bucket) = self.cnames.get(host) {
            return Host::Bucket(bucket);
        }
        let bucket_of = |domain: &String| host.strip_suffix(domain.as_str())?.strip_suffix('.');
        match self.domains.iter().find_map(bucket_of) {
            Some(bucket) => Host::Bucket(bucket),
            None => Host::Service,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_their_buckets() {
        let mut hosts = Hosts::new(&Region::new("cn-hangzhou").unwrap());
        hosts.add_domain("Emulator");
        hosts.add_cname("Static.example.com", "pictures");
        for (host, expected) in [
            ("localhost", Host::Service),
            ("127.0.0.1", Host::Service),
            ("[::1]", Host::Service),
            ("elsewhere", Host::Service),
            ("emulator", Host::Service),
            ("notlocalhost", Host::Service),
            ("examplebucket.localhost", Host::Bucket("examplebucket")),
            ("examplebucket.emulator", Host::Bucket("examplebucket")),
            ("examplebucket.oss-cn-hangzhou.aliyuncs.com", Host::Bucket("examplebucket")),
            ("examplebucket.oss-cn-hangzhou-internal.aliyuncs.com", Host::Bucket("examplebucket")),
            ("static.example.com", Host::Bucket("pictures")),
            ("a.b.localhost", Host::Bucket("a.b")),
        ] {
            assert_eq!(hosts.find(host), expected, "{host}");
        }
    }
}
