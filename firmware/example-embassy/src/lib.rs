//! A microcontroller uploads what it measured, to a URL that it signed itself.
//!
//! A board brings its network driver, a random number for TLS, and temporary credentials that it got
//! from a server. The rest is here: the time, the signing key of the day, the URL and the upload.
#![no_std]

use embassy_net::Stack;
use embassy_net::dns::DnsSocket;
use embassy_net::tcp::client::{TcpClient, TcpClientState};
use embassy_time::Instant;
use oss_sign::v4::{Signer, SigningKey};
use oss_sign::{
    Bucket, BufferTooSmall, ClockOffset, Credentials, Endpoint, Expires, ObjectKey, Region,
    Request, Resource, SignError, Timestamp, TimestampError,
};
use reqwless::client::{HttpClient, TlsConfig, TlsVerify};
use reqwless::request::RequestBuilder;

/// What is signed is what must be sent.
const HEADERS: &[(&str, &str)] = &[("content-type", "application/cbor")];

/// Where a device uploads to, and as whom.
#[derive(Debug)]
pub struct Uploader<'a> {
    credentials: Credentials<'a>,
    region: &'a Region,
    bucket: Bucket<'a>,
    clock: ClockOffset,
    key: SigningKey,
}

/// Why an upload failed.
#[derive(Debug)]
pub enum UploadError {
    /// The clock is off the scale.
    Time(TimestampError),
    /// The request cannot be signed.
    Sign(SignError),
    /// The URL is longer than its buffer.
    Url(BufferTooSmall),
    /// OSS was not reached.
    Http(reqwless::Error),
    /// OSS answered with this status. `ServerTime` in the body of a 403 may put the clock right.
    Refused(u16),
}

/// How OSS is reached: a connection at a time. Some 28 KiB, best kept in a `static`.
pub struct Network<'a> {
    stack: Stack<'a>,
    /// For TLS, from a source of true random numbers.
    seed: u64,
    /// The root certificate that the chain of OSS ends in, as DER.
    authority: &'a [u8],
    tcp: TcpClientState<1, 2048, 2048>,
    answer: [u8; 2048],
    path_and_query: [u8; 768],
    /// A server may fill a TLS record: 16 KiB and what is around them.
    tls_read: [u8; 16_640],
    tls_write: [u8; 4096],
}

impl<'a> Network<'a> {
    /// Over a network stack that is up.
    #[must_use]
    pub const fn new(stack: Stack<'a>, seed: u64, authority: &'a [u8]) -> Self {
        Self {
            stack,
            seed,
            authority,
            tcp: TcpClientState::new(),
            answer: [0; 2048],
            path_and_query: [0; 768],
            tls_read: [0; 16_640],
            tls_write: [0; 4096],
        }
    }
}

/// TLS to a server whose certificate is checked, in the buffers of a [`Network`].
macro_rules! tls {
    ($network:ident) => {
        TlsConfig::new(
            $network.seed,
            &mut $network.tls_read,
            &mut $network.tls_write,
            TlsVerify::Certificate { ca: $network.authority, cert: None, key: None },
        )
    };
}

impl<'a> Uploader<'a> {
    /// With a clock that was set by an answer of OSS, or by SNTP.
    ///
    /// # Errors
    ///
    /// The clock is off the scale.
    pub fn new(
        credentials: Credentials<'a>,
        region: &'a Region,
        bucket: Bucket<'a>,
        clock: ClockOffset,
    ) -> Result<Self, TimestampError> {
        let key = SigningKey::derive(&credentials, region, clock.now(uptime())?);
        Ok(Self { credentials, region, bucket, clock, key })
    }

    /// Puts one object.
    ///
    /// # Errors
    ///
    /// It could not be signed, sent, or was refused.
    pub async fn upload(
        &mut self,
        network: &mut Network<'_>,
        object: ObjectKey<'_>,
        content: &[u8],
    ) -> Result<(), UploadError> {
        let now = self.now()?;
        self.key.refresh(&self.credentials, now);
        let endpoint = Endpoint::public(self.region);
        let request = Request::put(self.bucket, object).headers(HEADERS);
        let url = Signer::new(self.credentials, &self.key)
            .presign(&request, &endpoint, now, Expires::after_seconds(600))
            .map_err(UploadError::Sign)?;
        let path_and_query = url
            .path_and_query()
            .write_to_slice(&mut network.path_and_query)
            .map_err(UploadError::Url)?;
        let origin = endpoint.url(Resource::Bucket(self.bucket)).to_heapless::<128>();
        let origin = origin.map_err(UploadError::Url)?;

        let tcp = TcpClient::new(network.stack, &network.tcp);
        let dns = DnsSocket::new(network.stack);
        let mut client = HttpClient::new_with_tls(&tcp, &dns, tls!(network));
        // Host and path apart.
        let mut host =
            client.resource(origin.trim_end_matches('/')).await.map_err(UploadError::Http)?;
        let answer = host
            .put(path_and_query)
            .headers(HEADERS)
            .body(content)
            .send(&mut network.answer)
            .await
            .map_err(UploadError::Http)?;
        match answer.status.is_successful() {
            true => Ok(()),
            false => Err(UploadError::Refused(answer.status.0)),
        }
    }

    fn now(&self) -> Result<Timestamp, UploadError> {
        self.clock.now(uptime()).map_err(UploadError::Time)
    }
}

/// The time, from the header `Date` of any answer of OSS: even a refusal has one.
///
/// # Errors
///
/// OSS was not reached, or its answer has no date.
pub async fn learn_time(
    network: &mut Network<'_>,
    region: &Region,
) -> Result<ClockOffset, UploadError> {
    let tcp = TcpClient::new(network.stack, &network.tcp);
    let dns = DnsSocket::new(network.stack);
    let mut client = HttpClient::new_with_tls(&tcp, &dns, tls!(network));
    let url = Endpoint::public(region).url(Resource::Service).to_heapless::<128>();
    let url = url.map_err(UploadError::Url)?;
    let mut request =
        client.request(reqwless::request::Method::HEAD, &url).await.map_err(UploadError::Http)?;
    let answer = request.send(&mut network.answer).await.map_err(UploadError::Http)?;
    let date = answer.headers().find(|(name, _)| name.eq_ignore_ascii_case("date"));
    let date = date.and_then(|(_, value)| str::from_utf8(value).ok()).unwrap_or_default();
    ClockOffset::from_answer(uptime(), date).map_err(UploadError::Time)
}

/// Seconds since the device started.
fn uptime() -> u64 {
    Instant::now().as_secs()
}
