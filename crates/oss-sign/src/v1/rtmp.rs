//! URLs for pushing a stream to a LiveChannel over RTMP.
//!
//! <https://www.alibabacloud.com/help/en/oss/developer-reference/rtmp-ingest-urls-and-signatures>

use super::{PARAMETERS, Signer, parameter};
use crate::canonical::{Form, Parameter, Text, emit_parameters};
use crate::credentials::Credentials;
use crate::encode::{long_decimal, percent_encoded_path};
use crate::endpoint::Endpoint;
use crate::error::SignError;
use crate::order::Order;
use crate::query::{KnownNames, Parameters};
use crate::request::{Expires, Method, Request};
use crate::resource::{Bucket, ObjectKey, Resource};
use crate::signature::Signature;
use crate::sink::{Emit, Sink, text_output};
use crate::time::Timestamp;

/// The parameters of the signature where there is no security token.
const PARAMETERS_WITHOUT_TOKEN: KnownNames = KnownNames {
    sorted: &["Expires", "OSSAccessKeyId", "Signature", "versionId", "x-oss-process"],
    version_id: 3,
    process: 4,
};

/// A LiveChannel of a bucket, and what to push with.
///
/// ```
/// use oss_sign::v1::{LiveChannel, Signer};
/// use oss_sign::{Bucket, Credentials, Endpoint, Expires, ObjectKey, Region, Timestamp};
///
/// let signer = Signer::new(Credentials::new("LTAI5tExampleKeyId", "example-secret")?);
/// let region = Region::new("cn-hangzhou")?;
/// let now = Timestamp::from_unix_seconds(1_700_000_000)?;
///
/// let channel = LiveChannel::new(Bucket::new("examplebucket")?, ObjectKey::new("test-channel")?)
///     .query(&[("playlistName", "playlist.m3u8")]);
/// let url = signer.presign_rtmp(
///     &channel,
///     &Endpoint::public(&region),
///     now,
///     Expires::after_seconds(3600),
/// )?;
/// assert!(url.to_string().starts_with(
///     "rtmp://examplebucket.oss-cn-hangzhou.aliyuncs.com/live/test-channel?Expires=1700003600&"
/// ));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct LiveChannel<'a>(Request<'a>);

impl<'a> LiveChannel<'a> {
    /// A channel, by the rules for object keys.
    #[must_use]
    pub const fn new(bucket: Bucket<'a>, channel: ObjectKey<'a>) -> Self {
        // No method is sent or signed.
        Self(Request::new(Method::Post, Resource::Object(bucket, channel)))
    }

    /// The parameters of the push, such as `playlistName`, in any order. All are signed.
    #[must_use]
    pub const fn query(self, parameters: &'a [(&'a str, &'a str)]) -> Self {
        Self(self.0.query(parameters))
    }
}

impl<'a> Signer<'a> {
    /// Makes a URL for pushing a stream over RTMP: whoever has it can push until it expires.
    /// [`LiveChannel`] has an example.
    ///
    /// With a temporary AccessKey the security token is sent but not signed. So says the
    /// documentation, and so does the Go SDK v1; oss2 signs it, and which of the two OSS takes is
    /// not known. To do as oss2 does, leave the token out of the credentials, and give it as the
    /// parameter `security-token`.
    ///
    /// # Errors
    ///
    /// A parameter cannot be signed, or the expiry is not in the future: see [`SignError`].
    pub fn presign_rtmp(
        &self,
        channel: &LiveChannel<'a>,
        endpoint: &Endpoint<'a>,
        now: Timestamp,
        expires: Expires,
    ) -> Result<RtmpUrl<'a>, SignError> {
        let (_, expires_at) = expires.resolve(now)?;
        let push = Push::new(channel.0, self.credentials, Timestamp::up_to_latest(expires_at))?;
        let signature = self.signature(|sink| push.emit_string_to_sign(sink));
        Ok(RtmpUrl { push, endpoint: *endpoint, signature })
    }
}

/// A presigned URL for pushing a stream over RTMP. Its text is the URL.
#[derive(Clone, Debug)]
pub struct RtmpUrl<'a> {
    push: Push<'a>,
    endpoint: Endpoint<'a>,
    signature: Signature,
}

impl RtmpUrl<'_> {
    /// When the URL stops working.
    #[must_use]
    pub fn expires_at(&self) -> Timestamp {
        self.push.expires_at
    }

    /// The signature within the URL.
    #[must_use]
    pub fn signature(&self) -> Signature {
        self.signature
    }
}

impl Emit for RtmpUrl<'_> {
    fn emit(&self, sink: &mut Sink<'_>) {
        let resource = self.push.request.resource();
        sink.write(b"rtmp://");
        self.endpoint.host(resource).emit(sink);
        // The bucket stands before `live` where it is not in the host, as in oss2.
        let bucket = resource.bucket().map_or(Resource::Service, Resource::Bucket);
        self.endpoint.emit_path(bucket, sink);
        sink.write(b"live/");
        if let Some(channel) = resource.key() {
            percent_encoded_path(channel.as_str().as_bytes(), sink);
        }
        self.push.emit_query(&self.signature, sink);
    }
}

text_output!(RtmpUrl<'_>);

/// What is signed: checked, and sorted by name.
#[derive(Clone, Debug)]
struct Push<'a> {
    /// The channel stands for the object.
    request: Request<'a>,
    credentials: Credentials<'a>,
    expires_at: Timestamp,
    order: Order,
}

impl<'a> Push<'a> {
    fn new(
        request: Request<'a>,
        credentials: Credentials<'a>,
        expires_at: Timestamp,
    ) -> Result<Self, SignError> {
        let mut push = Self { request, credentials, expires_at, order: Order::empty() };
        let parameters = Parameters { known: push.known(), request: &request };
        let token = credentials.security_token().map_or(0, |_| 1 << parameter::SECURITY_TOKEN);
        parameters.sorted(&mut push.order, parameter::ALWAYS | token, str::cmp)?;
        Ok(push)
    }

    fn known(&self) -> KnownNames {
        match self.credentials.security_token() {
            Some(_) => PARAMETERS,
            None => PARAMETERS_WITHOUT_TOKEN,
        }
    }

    fn parameters(&self) -> impl Iterator<Item = Parameter<u8, &'a str>> {
        let parameters = Parameters { known: self.known(), request: &self.request };
        self.order.iter().map(move |index| parameters.parameter(index))
    }

    /// Expiry, the caller's parameters and the channel, as raw text. The resource is without the
    /// `/live` of the URL.
    fn emit_string_to_sign(&self, sink: &mut Sink<'_>) {
        long_decimal(self.expires_at.unix_seconds(), sink);
        sink.write(b"\n");
        for parameter in self.parameters() {
            if let Parameter::Given(name, value) = parameter {
                sink.write(name.as_bytes());
                sink.write(b":");
                sink.write(value.as_bytes());
                sink.write(b"\n");
            }
        }
        if let Resource::Object(bucket, channel) = self.request.resource() {
            for part in [bucket.as_str(), channel.as_str()] {
                sink.write(b"/");
                sink.write(part.as_bytes());
            }
        }
    }

    fn emit_query(&self, signature: &Signature, sink: &mut Sink<'_>) {
        let emit_own = |own, sink: &mut Sink<'_>| self.emit_own(own, signature, sink);
        emit_parameters(self.parameters(), Form::Encoded, Some(b'?'), emit_own, sink);
    }

    fn emit_own(&self, own: u8, signature: &Signature, sink: &mut Sink<'_>) {
        if own == parameter::SIGNATURE {
            return signature.emit_parameter(sink);
        }
        sink.write(self.known().get(own).unwrap_or_default().as_bytes());
        sink.write(b"=");
        match own {
            parameter::EXPIRES => long_decimal(self.expires_at.unix_seconds(), sink),
            parameter::ACCESS_KEY_ID => self.credentials.access_key_id().emit(Form::Encoded, sink),
            _ => self.credentials.security_token().unwrap_or_default().emit(Form::Encoded, sink),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;
    use crate::error::ParameterPosition;

    const TOKEN: &str = "CAIS+tok/en==";
    const UNSIGNED_TOKEN: &str = "9QHYwXeEKixs+HKAReGdzJ8iEkE=";
    const SIGNED_TOKEN: &str = "iHPadIqVIGt5FMnuVqqsyw2wWHQ=";

    fn credentials() -> Credentials<'static> {
        Credentials::new("testak", "testsk").unwrap()
    }

    fn presign<'a>(
        credentials: Credentials<'a>,
        query: &'a [(&'a str, &'a str)],
        endpoint: &'a str,
        expires: Expires,
    ) -> Result<RtmpUrl<'a>, SignError> {
        let bucket = Bucket::new("examplebucket").unwrap();
        let channel = LiveChannel::new(bucket, ObjectKey::new("test-channel").unwrap());
        let endpoint = Endpoint::parse(endpoint).unwrap();
        let now = Timestamp::from_unix_seconds(1_700_000_000).unwrap();
        Signer::new(credentials).presign_rtmp(&channel.query(query), &endpoint, now, expires)
    }

    fn url<'a>(credentials: Credentials<'a>, query: &'a [(&'a str, &'a str)]) -> RtmpUrl<'a> {
        let endpoint = "oss-cn-hangzhou.aliyuncs.com";
        presign(credentials, query, endpoint, Expires::after_seconds(3600)).unwrap()
    }

    /// What oss2, the Go SDK v1, the Node and the PHP SDK make of it.
    #[test]
    fn signs_as_the_sdks_do() {
        let url = url(credentials(), &[("playlistName", "playlist.m3u8")]);
        assert_eq!(url.signature().to_string(), UNSIGNED_TOKEN);
        assert_eq!(
            url.to_string(),
            "rtmp://examplebucket.oss-cn-hangzhou.aliyuncs.com/live/test-channel?\
             Expires=1700003600&OSSAccessKeyId=testak&\
             Signature=9QHYwXeEKixs%2BHKAReGdzJ8iEkE%3D&playlistName=playlist.m3u8"
        );
        assert_eq!(url.expires_at().unix_seconds(), 1_700_003_600);
    }

    /// As the documentation has it, and the Go SDK v1.
    #[test]
    fn the_security_token_is_sent_but_not_signed() {
        let credentials = credentials().with_security_token(TOKEN).unwrap();
        let url = url(credentials, &[("playlistName", "playlist.m3u8")]);
        assert_eq!(url.signature().to_string(), UNSIGNED_TOKEN);
        assert!(url.to_string().ends_with("&security-token=CAIS%2Btok%2Fen%3D%3D"), "{url}");
    }

    /// As in oss2.
    #[test]
    fn a_security_token_among_the_parameters_is_signed() {
        let query = [("security-token", TOKEN), ("playlistName", "playlist.m3u8")];
        assert_eq!(url(credentials(), &query).signature().to_string(), SIGNED_TOKEN);
    }

    #[test]
    fn the_bucket_is_in_the_path_if_not_in_the_host() {
        let url = presign(credentials(), &[], "127.0.0.1:1935", Expires::default()).unwrap();
        let start = "rtmp://127.0.0.1:1935/examplebucket/live/test-channel?Expires=";
        assert!(url.to_string().starts_with(start), "{url}");
    }

    #[test]
    fn parameters_of_the_signature_are_refused() {
        let token = credentials().with_security_token(TOKEN).unwrap();
        for (credentials, name) in [
            (credentials(), "Expires"),
            (credentials(), "OSSAccessKeyId"),
            (credentials(), "Signature"),
            (token, "security-token"),
        ] {
            let query = [(name, "")];
            let error = presign(credentials, &query, "host", Expires::default()).unwrap_err();
            assert_eq!(error, SignError::SignatureParameter(ParameterPosition::Query(0)), "{name}");
        }
    }

    #[test]
    fn a_wrong_expiry_is_refused() {
        let error = presign(credentials(), &[], "host", Expires::after_seconds(0)).unwrap_err();
        assert_eq!(error, SignError::ExpiresZero);
    }
}
