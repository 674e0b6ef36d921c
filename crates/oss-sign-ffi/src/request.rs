//! Who asks for what, and where.

use oss_sign::{Bucket, Method, ObjectKey, Resource};

use crate::error::Error;
use crate::reader::{Pair, Reader, Text};

/// How many query parameters, headers, and conditions of a policy there may be: of each so many.
/// They are gathered on the stack.
pub const MAX_ENTRIES: usize = 16;

/// An AccessKey pair, and the security token of a temporary one.
#[derive(Debug)]
#[repr(C)]
pub struct Credentials {
    /// The AccessKey ID.
    pub access_key_id: Text,
    /// The AccessKey secret.
    pub access_key_secret: Text,
    /// The security token; empty for a long-term AccessKey.
    pub security_token: Text,
}

impl Credentials {
    /// # Safety
    ///
    /// `credentials` is NULL or points to credentials whose texts are valid while `'a` lasts.
    pub(crate) unsafe fn read<'a>(
        credentials: *const Self,
        reader: &Reader,
    ) -> Result<oss_sign::Credentials<'a>, Error> {
        // SAFETY: the caller promises it.
        let credentials = unsafe { reader.reference(credentials)? };
        // SAFETY: the caller promises it.
        let id = unsafe { reader.text(credentials.access_key_id)? };
        // SAFETY: the caller promises it.
        let secret = unsafe { reader.text(credentials.access_key_secret)? };
        let pair = oss_sign::Credentials::new(id, secret)?;
        // SAFETY: the caller promises it.
        match unsafe { reader.text(credentials.security_token)? } {
            "" => Ok(pair),
            token => Ok(pair.with_security_token(token)?),
        }
    }
}

/// What is asked of OSS. What is left zero is not there.
#[derive(Debug)]
#[repr(C)]
pub struct Request {
    /// `GET`, `PUT` and so on, in capitals.
    pub method: Text,
    /// The bucket; empty for the service.
    pub bucket: Text,
    /// The object key, without any encoding; empty for the bucket itself.
    pub key: Text,
    /// The query parameter `x-oss-process`.
    pub process: Text,
    /// The query parameter `versionId`.
    pub version_id: Text,
    /// The other query parameters, in any order.
    pub query: *const Pair,
    /// How many.
    pub query_length: usize,
    /// The headers that will be sent, but for those that the signature adds.
    pub headers: *const Pair,
    /// How many.
    pub headers_length: usize,
    /// Names of headers that are to be signed though OSS does not demand it, in V4.
    pub additional_headers: *const Text,
    /// How many.
    pub additional_headers_length: usize,
}

/// A [`Request`] whose texts were read.
pub(crate) struct Parts<'a> {
    method: Method,
    resource: Resource<'a>,
    process: &'a str,
    version_id: &'a str,
    query: heapless::Vec<(&'a str, &'a str), MAX_ENTRIES>,
    headers: heapless::Vec<(&'a str, &'a str), MAX_ENTRIES>,
    additional_headers: heapless::Vec<&'a str, MAX_ENTRIES>,
}

impl Request {
    /// # Safety
    ///
    /// `request` is NULL or points to a request whose pointers are valid while `'a` lasts.
    pub(crate) unsafe fn read<'a>(
        request: *const Self,
        reader: &Reader,
    ) -> Result<Parts<'a>, Error> {
        // SAFETY: the caller promises it.
        let request = unsafe { reader.reference(request)? };
        // SAFETY: the caller promises it.
        let text = |text| unsafe { reader.text(text) };
        Ok(Parts {
            method: text(request.method)?.parse()?,
            resource: resource(text(request.bucket)?, text(request.key)?)?,
            process: text(request.process)?,
            version_id: text(request.version_id)?,
            // SAFETY: the caller promises it.
            query: unsafe { read_pairs(request.query, request.query_length, reader)? },
            // SAFETY: the caller promises it.
            headers: unsafe { read_pairs(request.headers, request.headers_length, reader)? },
            // SAFETY: the caller promises it.
            additional_headers: unsafe {
                read_texts(request.additional_headers, request.additional_headers_length, reader)?
            },
        })
    }
}

impl Parts<'_> {
    pub(crate) fn request(&self) -> oss_sign::Request<'_> {
        let request = oss_sign::Request::new(self.method, self.resource)
            .query(&self.query)
            .headers(&self.headers)
            .additional_headers(&self.additional_headers);
        let request = match self.process {
            "" => request,
            style => request.process(style),
        };
        match self.version_id {
            "" => request,
            version_id => request.version_id(version_id),
        }
    }
}

fn resource<'a>(bucket: &'a str, key: &'a str) -> Result<Resource<'a>, Error> {
    match (bucket, key) {
        ("", "") => Ok(Resource::Service),
        ("", _) => Err(Error::ObjectKey),
        (bucket, "") => Ok(Resource::Bucket(Bucket::new(bucket)?)),
        (bucket, key) => Ok(Resource::Object(Bucket::new(bucket)?, ObjectKey::new(key)?)),
    }
}

/// # Safety
///
/// `data` is NULL, or points to so many pairs whose texts are valid while `'a` lasts.
pub(crate) unsafe fn read_pairs<'a>(
    data: *const Pair,
    length: usize,
    reader: &Reader,
) -> Result<heapless::Vec<(&'a str, &'a str), MAX_ENTRIES>, Error> {
    // SAFETY: the caller promises it.
    let pairs = unsafe { reader.slice(data, length)? };
    // SAFETY: the caller promises it.
    collect(pairs.iter().map(|&pair| unsafe { reader.pair(pair) }))
}

/// # Safety
///
/// `data` is NULL, or points to so many texts that are valid while `'a` lasts.
pub(crate) unsafe fn read_texts<'a>(
    data: *const Text,
    length: usize,
    reader: &Reader,
) -> Result<heapless::Vec<&'a str, MAX_ENTRIES>, Error> {
    // SAFETY: the caller promises it.
    let texts = unsafe { reader.slice(data, length)? };
    // SAFETY: the caller promises it.
    collect(texts.iter().map(|&text| unsafe { reader.text(text) }))
}

/// As many as there is room for.
pub(crate) fn collect<T, const N: usize>(
    entries: impl Iterator<Item = Result<T, Error>>,
) -> Result<heapless::Vec<T, N>, Error> {
    let mut collected = heapless::Vec::new();
    for entry in entries {
        collected.push(entry?).map_err(|_| Error::TooMany)?;
    }
    Ok(collected)
}

/// How bucket and key become host and path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "OSS has these three")]
#[repr(i32)]
pub enum Addressing {
    /// `https://BUCKET.oss-cn-hangzhou.aliyuncs.com/KEY`
    VirtualHosted = 0,
    /// `https://oss-cn-hangzhou.aliyuncs.com/BUCKET/KEY`: for gateways.
    PathStyle = 1,
    /// `https://static.example.com/KEY`: a custom domain that is bound to the bucket.
    Cname = 2,
}

/// Where a request goes. Where a pointer to one may be NULL, that is the public endpoint of the
/// key's region, over https.
#[derive(Debug)]
#[repr(C)]
pub struct Endpoint {
    /// `[http://|https://]HOST[:PORT]`
    pub url: Text,
    /// One of `oss_sign_addressing`; an IP address is addressed in path style anyway.
    pub addressing: i32,
}

impl Endpoint {
    /// # Safety
    ///
    /// The text of the endpoint is valid while `'a` lasts.
    pub(crate) unsafe fn read<'a>(&self, reader: &Reader) -> Result<oss_sign::Endpoint<'a>, Error> {
        let addressing = match self.addressing {
            0 => oss_sign::Addressing::VirtualHosted,
            1 => oss_sign::Addressing::PathStyle,
            2 => oss_sign::Addressing::Cname,
            _ => return Err(Error::Endpoint),
        };
        // SAFETY: the caller promises it.
        let url = unsafe { reader.text(self.url)? };
        Ok(oss_sign::Endpoint::parse(url)?.with_addressing(addressing))
    }
}
