//! Where a request goes: scheme, host, port and addressing. None of it is signed.

use core::net::Ipv4Addr;

use crate::encode::{decimal, percent_encoded, percent_encoded_path};
use crate::error::EndpointError;
use crate::region::Region;
use crate::resource::Resource;
use crate::sink::{Emit, Sink, text_output};
use crate::words::{position, position_of_either, split};

/// How bucket and key become host and path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[allow(clippy::exhaustive_enums, reason = "OSS has these three")]
pub enum Addressing {
    /// `https://BUCKET.oss-cn-hangzhou.aliyuncs.com/KEY`
    #[default]
    VirtualHosted,
    /// `https://oss-cn-hangzhou.aliyuncs.com/BUCKET/KEY`: for IP addresses and for gateways.
    PathStyle,
    /// `https://static.example.com/KEY`: a custom domain that is bound to the bucket.
    Cname,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Scheme {
    Http,
    Https,
}

/// A host in up to three pieces, so that a region can be in the middle of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Host<'a> {
    prefix: &'static str,
    name: &'a str,
    suffix: &'static str,
    is_ip: bool,
}

/// Scheme, host and port, and how bucket and key are put into host and path.
///
/// ```
/// use oss_sign::{Addressing, Endpoint, Region};
///
/// let region = Region::new("cn-hangzhou")?;
/// let public = Endpoint::public(&region);
/// let internal = Endpoint::internal(&region);
/// let emulator = Endpoint::parse("http://127.0.0.1:9000")?;
/// let custom = Endpoint::parse("https://static.example.com")?.with_addressing(Addressing::Cname);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Endpoint<'a> {
    scheme: Scheme,
    host: Host<'a>,
    port: Option<u16>,
    addressing: Addressing,
}

impl<'a> Endpoint<'a> {
    /// `https://oss-REGION.aliyuncs.com`
    #[must_use]
    pub fn public(region: &'a Region) -> Self {
        Self::of_oss("oss-", region.as_str(), ".aliyuncs.com")
    }

    /// `https://oss-REGION-internal.aliyuncs.com`: from within Alibaba Cloud, without traffic fees.
    #[must_use]
    pub fn internal(region: &'a Region) -> Self {
        Self::of_oss("oss-", region.as_str(), "-internal.aliyuncs.com")
    }

    /// `https://REGION.oss.aliyuncs.com`: IPv4 and IPv6.
    #[must_use]
    pub fn dual_stack(region: &'a Region) -> Self {
        Self::of_oss("", region.as_str(), ".oss.aliyuncs.com")
    }

    /// `https://oss-accelerate.aliyuncs.com`: transfer acceleration. V4 still signs the bucket's
    /// own region.
    #[must_use]
    pub fn accelerate() -> Self {
        Self::of_oss("", "oss-accelerate", ".aliyuncs.com")
    }

    /// `https://oss-accelerate-overseas.aliyuncs.com`: transfer acceleration outside the mainland.
    #[must_use]
    pub fn accelerate_overseas() -> Self {
        Self::of_oss("", "oss-accelerate-overseas", ".aliyuncs.com")
    }

    /// Reads `[http://|https://]HOST[:PORT][/]`; `https` if nothing else is said.
    ///
    /// An IP address is addressed in path style, everything else virtual-hosted: see
    /// [`with_addressing`](Self::with_addressing).
    ///
    /// # Errors
    ///
    /// The text has another scheme, no host or a wrong one, a wrong port, or anything more: bucket
    /// and key are inputs of their own.
    pub fn parse(text: &'a str) -> Result<Self, EndpointError> {
        let (scheme, rest) = match split_at(text, "://") {
            None => (Scheme::Https, text),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Scheme::Https, rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Scheme::Http, rest),
            Some(_) => return Err(EndpointError::Scheme),
        };
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        if position_of_either(authority.as_bytes(), 0, *b"/?#\\").is_some() {
            return Err(EndpointError::Path);
        }
        if position(authority.as_bytes(), 0, b'@').is_some() {
            return Err(EndpointError::UserInfo);
        }
        let (host, port) = split_port(authority)?;
        let host = Host::parse(host)?;
        Ok(Self { scheme, host, port, addressing: Addressing::VirtualHosted })
    }

    /// The same endpoint with another addressing.
    ///
    /// An IP address has no sub-domains: virtual-hosted becomes path style there, as in the
    /// official SDKs.
    #[must_use]
    pub fn with_addressing(self, addressing: Addressing) -> Self {
        Self { addressing, ..self }
    }

    /// The same endpoint over plain `http`.
    #[must_use]
    pub fn over_http(self) -> Self {
        Self { scheme: Scheme::Http, ..self }
    }

    /// The addressing that is in force.
    #[must_use]
    pub fn addressing(&self) -> Addressing {
        match self.addressing {
            Addressing::VirtualHosted if self.host.is_ip => Addressing::PathStyle,
            addressing => addressing,
        }
    }

    /// The value of the HTTP header `Host` for `resource`: host, and port if one was given.
    ///
    /// ```
    /// use oss_sign::{Bucket, Endpoint, Region, Resource};
    ///
    /// let region = Region::new("cn-hangzhou")?;
    /// let host = Endpoint::public(&region).host(Resource::Bucket(Bucket::new("examplebucket")?));
    /// assert_eq!(host.to_string(), "examplebucket.oss-cn-hangzhou.aliyuncs.com");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn host(&self, resource: Resource<'a>) -> HostHeader<'a> {
        HostHeader { endpoint: *self, resource }
    }

    /// The URL of a resource, without a query: that of a bucket is where its upload forms go.
    ///
    /// ```
    /// use oss_sign::{Bucket, Endpoint, Region, Resource};
    ///
    /// let region = Region::new("cn-hangzhou")?;
    /// let url = Endpoint::public(&region).url(Resource::Bucket(Bucket::new("examplebucket")?));
    /// assert_eq!(url.to_string(), "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn url(&self, resource: Resource<'a>) -> ResourceUrl<'a> {
        ResourceUrl { endpoint: *self, resource }
    }

    fn of_oss(prefix: &'static str, name: &'a str, suffix: &'static str) -> Self {
        let host = Host { prefix, name, suffix, is_ip: false };
        Self { scheme: Scheme::Https, host, port: None, addressing: Addressing::VirtualHosted }
    }

    pub(crate) fn emit_origin(&self, resource: Resource<'_>, sink: &mut Sink<'_>) {
        sink.write(match self.scheme {
            Scheme::Http => b"http://",
            Scheme::Https => b"https://",
        });
        self.emit_host(resource, sink);
    }

    fn emit_host(&self, resource: Resource<'_>, sink: &mut Sink<'_>) {
        if self.addressing() == Addressing::VirtualHosted
            && let Some(bucket) = resource.bucket()
        {
            sink.write(bucket.as_str().as_bytes());
            sink.write(b".");
        }
        for piece in [self.host.prefix, self.host.name, self.host.suffix] {
            sink.write(piece.as_bytes());
        }
        if let Some(port) = self.port {
            sink.write(b":");
            decimal(port.into(), sink);
        }
    }

    /// Whether the path has `%2F` for the slashes of the key.
    fn hides_dots(resource: Resource<'_>) -> bool {
        resource.key().is_some_and(|key| key.has_dot_segment())
    }

    /// Writes the path, and returns whether it [hides dots](Self::hides_dots).
    pub(crate) fn emit_path(&self, resource: Resource<'_>, sink: &mut Sink<'_>) -> bool {
        let hides_dots = Self::hides_dots(resource);
        sink.write(b"/");
        if self.addressing() == Addressing::PathStyle
            && let Some(bucket) = resource.bucket()
        {
            sink.write(bucket.as_str().as_bytes());
            sink.write(b"/");
        }
        match resource.key() {
            // Clients resolve `.` and `..` away and would ask for another key. Between encoded
            // slashes they see none; OSS decodes `%2F` to the same key (the Go SDK v1 and oss2
            // always send it so).
            Some(key) if hides_dots => {
                percent_encoded(key.as_str().as_bytes(), sink);
            }
            Some(key) => percent_encoded_path(key.as_str().as_bytes(), sink),
            None => {}
        }
        hides_dots
    }
}

/// An endpoint in text of its own: for whoever keeps it.
///
/// `T` is what the text is kept in, such as `String` or `Box<str>`.
/// [`as_endpoint`](Self::as_endpoint) costs nothing.
///
/// ```
/// use oss_sign::{Endpoint, OwnedEndpoint, Region, Resource};
///
/// let kept = {
///     let region = Region::new("cn-hangzhou")?;
///     OwnedEndpoint::<String>::from(Endpoint::internal(&region))
/// };
/// let host = kept.as_endpoint().host(Resource::Service).to_string();
/// assert_eq!(host, "oss-cn-hangzhou-internal.aliyuncs.com");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct OwnedEndpoint<T> {
    name: T,
    rest: Endpoint<'static>,
}

impl<T: AsRef<str>> OwnedEndpoint<T> {
    /// The endpoint, to sign for.
    #[must_use]
    pub fn as_endpoint(&self) -> Endpoint<'_> {
        let host = Host { name: self.name.as_ref(), ..self.rest.host };
        Endpoint { host, ..self.rest }
    }
}

impl<'a, T: From<&'a str>> From<Endpoint<'a>> for OwnedEndpoint<T> {
    fn from(endpoint: Endpoint<'a>) -> Self {
        let Endpoint { scheme, host, port, addressing } = endpoint;
        let rest = Endpoint { scheme, host: Host { name: "", ..host }, port, addressing };
        Self { name: host.name.into(), rest }
    }
}

/// The value of the HTTP header `Host`.
#[derive(Clone, Copy, Debug)]
pub struct HostHeader<'a> {
    endpoint: Endpoint<'a>,
    resource: Resource<'a>,
}

impl Emit for HostHeader<'_> {
    fn emit(&self, sink: &mut Sink<'_>) {
        self.endpoint.emit_host(self.resource, sink);
    }
}

text_output!(HostHeader<'_>);

/// The URL of a resource, without a query.
#[derive(Clone, Copy, Debug)]
pub struct ResourceUrl<'a> {
    endpoint: Endpoint<'a>,
    resource: Resource<'a>,
}

impl Emit for ResourceUrl<'_> {
    fn emit(&self, sink: &mut Sink<'_>) {
        self.endpoint.emit_origin(self.resource, sink);
        self.endpoint.emit_path(self.resource, sink);
    }
}

text_output!(ResourceUrl<'_>);

impl<'a> Host<'a> {
    fn parse(name: &'a str) -> Result<Self, EndpointError> {
        let host = |is_ip| Self { prefix: "", name, suffix: "", is_ip };
        if let Some(address) = name.strip_prefix('[') {
            let address = address.strip_suffix(']').ok_or(EndpointError::Ipv6)?;
            return if is_ipv6(address) { Ok(host(true)) } else { Err(EndpointError::Ipv6) };
        }
        if name.is_empty() {
            return Err(EndpointError::EmptyHost);
        }
        if name.parse::<Ipv4Addr>().is_ok() {
            return Ok(host(true));
        }
        if name.len() > 253 || !split(name, b'.').all(is_label) {
            return Err(EndpointError::Host);
        }
        Ok(host(false))
    }
}

/// What is before and after the first `separator`, which begins with a colon.
fn split_at<'t>(text: &'t str, separator: &str) -> Option<(&'t str, &'t str)> {
    let mut start = 0;
    while let Some(colon) = position(text.as_bytes(), start, b':') {
        if let Some(rest) = text.get(colon..)?.strip_prefix(separator) {
            return Some((text.get(..colon)?, rest));
        }
        start = colon.saturating_add(1);
    }
    None
}

/// Whether it is an IPv6 address, in one of the forms of RFC 4291. The parser of the standard library has
/// paths to a panic.
fn is_ipv6(address: &str) -> bool {
    match split_at(address, "::") {
        None => groups(address, true) == Some(8),
        // The colons stand for one group at least.
        Some((head, tail)) => match (groups(head, false), groups(tail, true)) {
            (Some(head), Some(tail)) => head.saturating_add(tail) < 8,
            _ => false,
        },
    }
}

/// How many groups of 16 bits there are. The last two of an address may be an IPv4 address.
fn groups(text: &str, may_end_in_ipv4: bool) -> Option<usize> {
    if text.is_empty() {
        return Some(0);
    }
    let is_group = |group: &str| {
        (1..=4).contains(&group.len()) && group.bytes().all(|digit| digit.is_ascii_hexdigit())
    };
    let mut groups = split(text, b':').peekable();
    let mut count = 0_usize;
    while let Some(group) = groups.next() {
        let is_last = may_end_in_ipv4 && groups.peek().is_none();
        count = count.saturating_add(match is_group(group) {
            true => 1,
            false if is_last && group.parse::<Ipv4Addr>().is_ok() => 2,
            false => return None,
        });
    }
    Some(count)
}

/// Splits `HOST:PORT`; an IPv6 address has its colons in brackets.
fn split_port(authority: &str) -> Result<(&str, Option<u16>), EndpointError> {
    let last = |byte| authority.bytes().rposition(|other| other == byte);
    let is_outside = |colon: &usize| last(b']').is_none_or(|bracket| bracket < *colon);
    let Some((host, port)) = last(b':').filter(is_outside).and_then(|colon| {
        Some((authority.get(..colon)?, authority.get(colon.saturating_add(1)..)?))
    }) else {
        return Ok((authority, None));
    };
    if !port.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(EndpointError::Port);
    }
    match port.parse() {
        Ok(0) | Err(_) => Err(EndpointError::Port),
        Ok(port) => Ok((host, Some(port))),
    }
}

fn is_label(label: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    (1..=63).contains(&label.len()) && label.bytes().all(allowed) && !label.starts_with('-')
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;
    use crate::resource::{Bucket, ObjectKey};

    fn object(key: &str) -> Resource<'_> {
        Resource::Object(Bucket::new("examplebucket").unwrap(), ObjectKey::verbatim(key).unwrap())
    }

    fn url(endpoint: &str, addressing: Addressing, resource: Resource<'_>) -> String {
        Endpoint::parse(endpoint).unwrap().with_addressing(addressing).url(resource).to_string()
    }

    use Addressing::{Cname, PathStyle, VirtualHosted};

    #[test]
    fn addressing_puts_the_bucket_in_host_or_path() {
        let host = "oss-cn-hangzhou.aliyuncs.com";
        let key = object("a/b c.txt");
        let bucket = Resource::Bucket(Bucket::new("examplebucket").unwrap());
        for (addressing, resource, expected) in [
            (VirtualHosted, key, "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/a/b%20c.txt"),
            (PathStyle, key, "https://oss-cn-hangzhou.aliyuncs.com/examplebucket/a/b%20c.txt"),
            (Cname, key, "https://oss-cn-hangzhou.aliyuncs.com/a/b%20c.txt"),
            (VirtualHosted, bucket, "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/"),
            (PathStyle, bucket, "https://oss-cn-hangzhou.aliyuncs.com/examplebucket/"),
            (Cname, bucket, "https://oss-cn-hangzhou.aliyuncs.com/"),
            (VirtualHosted, Resource::Service, "https://oss-cn-hangzhou.aliyuncs.com/"),
            (PathStyle, Resource::Service, "https://oss-cn-hangzhou.aliyuncs.com/"),
        ] {
            assert_eq!(url(host, addressing, resource), expected);
        }
    }

    #[test]
    fn an_ip_address_is_addressed_in_path_style() {
        let key = object("k");
        assert_eq!(
            url("http://192.168.1.1:3128", VirtualHosted, key),
            "http://192.168.1.1:3128/examplebucket/k"
        );
        assert_eq!(
            url("http://[::1]:9000/", VirtualHosted, key),
            "http://[::1]:9000/examplebucket/k"
        );
        assert_eq!(url("[::1]", VirtualHosted, key), "https://[::1]/examplebucket/k");
        assert_eq!(url("http://127.0.0.1", Cname, key), "http://127.0.0.1/k");
    }

    #[test]
    fn ready_made_endpoints() {
        let region = Region::new("cn-hangzhou").unwrap();
        let host = |endpoint: Endpoint<'_>| endpoint.host(Resource::Service).to_string();
        assert_eq!(host(Endpoint::public(&region)), "oss-cn-hangzhou.aliyuncs.com");
        assert_eq!(host(Endpoint::internal(&region)), "oss-cn-hangzhou-internal.aliyuncs.com");
        assert_eq!(host(Endpoint::dual_stack(&region)), "cn-hangzhou.oss.aliyuncs.com");
        assert_eq!(host(Endpoint::accelerate()), "oss-accelerate.aliyuncs.com");
        assert_eq!(host(Endpoint::accelerate_overseas()), "oss-accelerate-overseas.aliyuncs.com");
    }

    #[test]
    fn owned_endpoints_are_lent_as_they_were() {
        let region = Region::new("cn-hangzhou").unwrap();
        for endpoint in [
            Endpoint::public(&region),
            Endpoint::dual_stack(&region).over_http(),
            Endpoint::parse("http://127.0.0.1:9000").unwrap(),
            Endpoint::parse("static.example.com").unwrap().with_addressing(Cname),
        ] {
            let shown = |endpoint: Endpoint<'_>| endpoint.url(object("k")).to_string();
            let kept = OwnedEndpoint::<String>::from(endpoint);
            assert_eq!(shown(kept.as_endpoint()), shown(endpoint));
        }
    }

    #[test]
    fn no_key_leaves_the_host() {
        let host = "https://oss-cn-hangzhou.aliyuncs.com";
        let at = |key| url(host, VirtualHosted, object(key));
        let origin = "https://examplebucket.oss-cn-hangzhou.aliyuncs.com";
        assert_eq!(at("//evil.example/x"), format!("{origin}///evil.example/x"));
        assert_eq!(at("../a"), format!("{origin}/..%2Fa"));
        assert_eq!(at("a/./b"), format!("{origin}/a%2F.%2Fb"));
        assert_eq!(at("%2e%2e/a"), format!("{origin}/%252e%252e/a"));
        assert_eq!(at("@evil.example"), format!("{origin}/%40evil.example"));
        assert_eq!(at("\\evil.example"), format!("{origin}/%5Cevil.example"));
    }

    /// All texts of up to six of these parts: with and without `::`, in the end an IPv4 address or not.
    #[test]
    fn ipv6_addresses_are_those_of_the_standard_library() {
        let parts = [":", "::", "1", "00fF", "12345", "1.2.3.4", "1:2:3"];
        let (mut texts, mut addresses) = (vec![String::new()], 0);
        for _ in 0..6 {
            texts =
                texts.iter().flat_map(|text| parts.map(|part| format!("{text}{part}"))).collect();
            for text in &texts {
                let expected = text.parse::<core::net::Ipv6Addr>().is_ok();
                assert_eq!(is_ipv6(text), expected, "{text}");
                addresses += usize::from(expected);
            }
        }
        assert!(addresses > 1000, "{addresses}");
        assert!(!is_ipv6("") && !is_ipv6("::g") && !is_ipv6("fe80::1%eth0"));
    }

    #[test]
    fn wrong_endpoints() {
        for (text, error) in [
            ("ftp://host", EndpointError::Scheme),
            ("", EndpointError::EmptyHost),
            ("https://", EndpointError::EmptyHost),
            ("https://:80", EndpointError::EmptyHost),
            ("https://host/bucket", EndpointError::Path),
            ("https://host?x", EndpointError::Path),
            ("https://user:pw@host", EndpointError::UserInfo),
            ("https://ho st", EndpointError::Host),
            ("https://host..com", EndpointError::Host),
            ("https://höst", EndpointError::Host),
            ("https://host:0", EndpointError::Port),
            ("https://host:65536", EndpointError::Port),
            ("https://host:+80", EndpointError::Port),
            ("https://host:", EndpointError::Port),
            ("https://[::1", EndpointError::Ipv6),
            ("https://[evil.example]", EndpointError::Ipv6),
            ("https://host:80:90", EndpointError::Host),
        ] {
            assert_eq!(Endpoint::parse(text), Err(error), "{text}");
        }
    }
}
