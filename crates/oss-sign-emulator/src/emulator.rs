//! A running emulator, and how it is made.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::sync::atomic::AtomicU64;
use std::io;
use std::sync::Arc;
use std::thread;

use futures_util::StreamExt as _;
use futures_util::future::{BoxFuture, FutureExt as _};
use futures_util::stream::FuturesUnordered;
use oss_sign::{Bucket, BucketError, CredentialsError, Region, RegionError};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{oneshot, watch};

use crate::access_keys::{AccessKey, AccessKeys};
use crate::clock::Clock;
use crate::faults::Faults;
use crate::hosts::Hosts;
use crate::imds::ImdsMode;
use crate::issuers::{IssuerAddresses, Issuers};
use crate::limits::Limits;
use crate::oss::Oss;
use crate::record::{RequestRecord, Requests};
use crate::role::Role;
use crate::server::{Listener, serve_connection};
use crate::storage::{Acl, BucketRecord, Storage, StorageError, Store};
#[cfg(feature = "tls")]
use crate::tls::{Certificate, CertificateError};

/// A local OSS that is running. It ends when this is dropped.
///
/// In an asynchronous test, [`Builder::start`] runs it on the runtime of the test:
///
/// ```
/// use oss_sign_emulator::Emulator;
///
/// # tokio::runtime::Runtime::new()?.block_on(async {
/// let emulator = Emulator::builder()
///     .access_key("LTAI5tExampleKeyId", "example-secret")
///     .bucket("examplebucket")
///     .start()
///     .await?;
/// println!("listens at {}", emulator.endpoint());
/// emulator.shutdown().await;
/// # Ok::<(), oss_sign_emulator::StartError>(())
/// # })?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// In any other, [`Builder::spawn`] runs it on a thread of its own:
///
/// ```
/// use oss_sign_emulator::Emulator;
///
/// let emulator = Emulator::builder()
///     .access_key("LTAI5tExampleKeyId", "example-secret")
///     .bucket("examplebucket")
///     .spawn()?;
/// println!("listens at {}", emulator.endpoint());
/// # Ok::<(), oss_sign_emulator::StartError>(())
/// ```
pub struct Emulator {
    address: SocketAddr,
    issuers: Option<IssuerAddresses>,
    oss: Arc<Oss>,
    #[cfg(feature = "tls")]
    certificate: Option<String>,
    stop: watch::Sender<bool>,
    stopped: oneshot::Receiver<()>,
}

impl Emulator {
    /// Begins with an emulator that has no AccessKey and no bucket.
    #[must_use]
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// Address and port that it listens at.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its URL by address, such as `http://127.0.0.1:40123`: what
    /// [`Endpoint::parse`](oss_sign::Endpoint::parse) takes, which then addresses it in path style.
    #[must_use]
    pub fn endpoint(&self) -> String {
        format!("{}://{}", self.scheme(), self.address)
    }

    /// Its URL by name, such as `http://localhost:40123`, whose sub-domains are buckets. Not every
    /// system finds `BUCKET.localhost`; `curl` and browsers do.
    #[must_use]
    pub fn virtual_hosted_endpoint(&self) -> String {
        format!("{}://localhost:{}", self.scheme(), self.address.port())
    }

    /// Where temporary credentials are issued; `None` without a [`Builder::role`].
    #[must_use]
    pub fn issuers(&self) -> Option<IssuerAddresses> {
        self.issuers
    }

    /// The region that signatures must be for.
    #[must_use]
    pub fn region(&self) -> &Region {
        &self.oss.region
    }

    /// The AccessKeys that are accepted, to add more.
    #[must_use]
    pub fn access_keys(&self) -> &AccessKeys {
        &self.oss.access_keys
    }

    /// The clock, to move it.
    #[must_use]
    pub fn clock(&self) -> &Clock {
        &self.oss.clock
    }

    /// The faults, to switch them on.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.oss.faults
    }

    /// What came, the oldest first; the last 1000 requests are kept.
    #[must_use]
    pub fn requests(&self) -> Vec<RequestRecord> {
        self.oss.requests.all()
    }

    /// The certificate in PEM that clients must trust; `None` without [`Builder::https`].
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn certificate(&self) -> Option<&str> {
        self.certificate.as_deref()
    }

    /// Serves one connection over any stream, such as one side of [`tokio::io::duplex`], until it ends:
    /// for clients that take a stream instead of an address. HTTP/1.1 without TLS, and the same limits.
    ///
    /// ```
    /// use oss_sign_emulator::Emulator;
    /// use tokio::io::{AsyncReadExt, AsyncWriteExt};
    ///
    /// # tokio::runtime::Runtime::new()?.block_on(async {
    /// let emulator = Emulator::builder().bucket("examplebucket").start().await?;
    /// let (mut client, stream) = tokio::io::duplex(8192);
    /// let asking = async {
    ///     let request = "GET / HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n";
    ///     client.write_all(request.as_bytes()).await?;
    ///     let mut answer = String::new();
    ///     client.read_to_string(&mut answer).await.map(|_| answer)
    /// };
    /// let ((), answer) = tokio::join!(emulator.serve(stream), asking);
    /// assert!(answer?.starts_with("HTTP/1.1 403 Forbidden"));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// # })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub async fn serve(&self, stream: impl AsyncRead + AsyncWrite + Send + 'static) {
        serve_connection(self.oss.clone(), self.oss.limits, stream).await;
    }

    /// Ends it: requests that are being answered come to their end first, if that takes no longer
    /// than [`Limits::shutdown`].
    pub async fn shutdown(self) {
        self.stop.send_replace(true);
        // An error: it has ended already.
        let _ = self.stopped.await;
    }

    /// As [`shutdown`](Self::shutdown), for who has no runtime.
    ///
    /// # Panics
    ///
    /// In an asynchronous task, as it would hold up the others.
    pub fn shutdown_blocking(self) {
        self.stop.send_replace(true);
        let _ = self.stopped.blocking_recv();
    }

    fn scheme(&self) -> &'static str {
        #[cfg(feature = "tls")]
        if self.certificate.is_some() {
            return "https";
        }
        "http"
    }
}

impl fmt::Debug for Emulator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Emulator").field(&self.endpoint()).finish()
    }
}

/// An emulator that is about to be started.
#[derive(Clone, Debug)]
pub struct Builder {
    listen: SocketAddr,
    region: String,
    listen_issuers: Option<SocketAddr>,
    roles: Vec<Role>,
    imds: ImdsMode,
    access_keys: AccessKeys,
    permanent: Vec<Result<AccessKey, CredentialsError>>,
    buckets: Vec<(String, Acl)>,
    domains: Vec<String>,
    cnames: Vec<(String, String)>,
    clock: Clock,
    faults: Faults,
    limits: Limits,
    storage: Storage,
    #[cfg(feature = "tls")]
    https: bool,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0),
            region: "cn-hangzhou".to_owned(),
            listen_issuers: None,
            roles: Vec::new(),
            imds: ImdsMode::default(),
            access_keys: AccessKeys::default(),
            permanent: Vec::new(),
            buckets: Vec::new(),
            domains: Vec::new(),
            cnames: Vec::new(),
            clock: Clock::default(),
            faults: Faults::default(),
            limits: Limits::default(),
            storage: Storage::default(),
            #[cfg(feature = "tls")]
            https: false,
        }
    }
}

impl Builder {
    /// Where to listen. If nothing is said: at a free port of this machine alone. An address that
    /// others can reach is warned of.
    #[must_use]
    pub fn listen(self, address: SocketAddr) -> Self {
        Self { listen: address, ..self }
    }

    /// The region that signatures of V4 must be for: `cn-hangzhou` if nothing is said.
    #[must_use]
    pub fn region(self, region: &str) -> Self {
        Self { region: region.to_owned(), ..self }
    }

    /// A permanent AccessKey that is accepted.
    #[must_use]
    pub fn access_key(mut self, access_key_id: &str, access_key_secret: &str) -> Self {
        self.permanent.push(AccessKey::permanent(access_key_id, access_key_secret));
        self
    }

    /// A registry of AccessKeys that are accepted, which may be shared with who issues them.
    #[must_use]
    pub fn access_keys(self, access_keys: AccessKeys) -> Self {
        Self { access_keys, ..self }
    }

    /// A role that temporary credentials can be had for, which OSS then accepts until they expire.
    /// With one, STS, the metadata service of an ECS instance and a credentials URI are there, on an
    /// address of their own: see [`Emulator::issuers`].
    #[must_use]
    pub fn role(mut self, role: Role) -> Self {
        self.roles.push(role);
        self
    }

    /// How the metadata service answers.
    #[must_use]
    pub fn imds(self, mode: ImdsMode) -> Self {
        Self { imds: mode, ..self }
    }

    /// Where temporary credentials are issued. If nothing is said: at a free port of the address
    /// that OSS listens at.
    #[must_use]
    pub fn listen_issuers(self, address: SocketAddr) -> Self {
        Self { listen_issuers: Some(address), ..self }
    }

    /// A bucket that is there from the start, and private. One that the storage has stays as it is.
    #[must_use]
    pub fn bucket(mut self, name: &str) -> Self {
        self.buckets.push((name.to_owned(), Acl::Private));
        self
    }

    /// A bucket that is there from the start, whose objects everyone can read (`public-read`).
    #[must_use]
    pub fn public_bucket(mut self, name: &str) -> Self {
        self.buckets.push((name.to_owned(), Acl::PublicRead));
        self
    }

    /// A domain whose sub-domains are buckets, besides `localhost`: such as the name of a container.
    #[must_use]
    pub fn domain(mut self, domain: &str) -> Self {
        self.domains.push(domain.to_owned());
        self
    }

    /// A custom domain, without port, that stands for a bucket.
    #[must_use]
    pub fn cname(mut self, host: &str, bucket: &str) -> Self {
        self.cnames.push((host.to_owned(), bucket.to_owned()));
        self
    }

    /// The clock: that of the machine if nothing is said.
    #[must_use]
    pub fn clock(self, clock: Clock) -> Self {
        Self { clock, ..self }
    }

    /// Faults that are switched on from the start.
    #[must_use]
    pub fn faults(self, faults: Faults) -> Self {
        Self { faults, ..self }
    }

    /// What it takes at most.
    #[must_use]
    pub fn limits(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Where objects are kept: in memory if nothing is said.
    #[must_use]
    pub fn storage(self, storage: Storage) -> Self {
        Self { storage, ..self }
    }

    /// Over HTTPS, with a certificate that it makes for itself: clients must be told to trust
    /// [`Emulator::certificate`].
    #[cfg(feature = "tls")]
    #[must_use]
    pub fn https(self) -> Self {
        Self { https: true, ..self }
    }

    /// Starts it on the runtime that this is called on.
    ///
    /// # Errors
    ///
    /// The address cannot be listened at, the storage cannot be used, or a name is not valid.
    pub async fn start(self) -> Result<Emulator, StartError> {
        let (emulator, serving) = self.listening().await?;
        tokio::spawn(serving);
        Ok(emulator)
    }

    /// Starts it on a thread of its own, and returns when it listens.
    ///
    /// # Errors
    ///
    /// As [`start`](Self::start); or the system has no thread for it.
    pub fn spawn(self) -> Result<Emulator, StartError> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .map_err(StartError::Thread)?;
        let (emulator, serving) = runtime.block_on(self.listening())?;
        let thread = thread::Builder::new().name("oss-sign-emulator".to_owned());
        thread.spawn(move || runtime.block_on(serving)).map_err(StartError::Thread)?;
        Ok(emulator)
    }

    /// The emulator, and what it does until it ends.
    async fn listening(self) -> Result<(Emulator, impl Future<Output = ()> + Send), StartError> {
        let (listen, limits) = (self.listen, self.limits);
        #[cfg(feature = "tls")]
        let https = self.https;
        let listen_issuers = self.listen_issuers.unwrap_or(SocketAddr::new(listen.ip(), 0));
        let issuers = self.issuers().map(Arc::new);
        let oss = Arc::new(self.oss()?);
        let (stop, stopping) = watch::channel(false);
        let serving = FuturesUnordered::<BoxFuture<'static, ()>>::new();

        let listener = bind(listen).await?;
        #[cfg(feature = "tls")]
        let certificate = match https {
            false => None,
            true => Some(Certificate::new(oss.hosts.names()).map_err(StartError::Certificate)?),
        };
        #[cfg(feature = "tls")]
        let listener = match &certificate {
            Some(certificate) => listener.with_tls(certificate.config.clone()),
            None => listener,
        };
        let address = listener.address();
        if !address.ip().is_loopback() {
            tracing::warn!(%address, "other machines may reach this emulator");
        }
        serving.push(listener.serve(oss.clone(), limits, stopping.clone()).boxed());

        let issuers = match issuers {
            None => None,
            Some(issuers) => {
                let listener = bind(listen_issuers).await?;
                let http = listener.address();
                serving.push(listener.serve(issuers.clone(), limits, stopping.clone()).boxed());
                #[cfg(feature = "tls")]
                let https = match &certificate {
                    None => None,
                    Some(certificate) => {
                        let listener = bind(next_port(listen_issuers)).await?;
                        let listener = listener.with_tls(certificate.config.clone());
                        let https = listener.address();
                        serving.push(listener.serve(issuers, limits, stopping).boxed());
                        Some(https)
                    }
                };
                #[cfg(not(feature = "tls"))]
                let https = None;
                Some(IssuerAddresses { http, https })
            }
        };

        let (has_stopped, stopped) = oneshot::channel();
        let serving = async move {
            serving.collect::<()>().await;
            // An error: nobody waits for it.
            let _ = has_stopped.send(());
        };
        let emulator = Emulator {
            address,
            issuers,
            oss,
            #[cfg(feature = "tls")]
            certificate: certificate.map(|certificate| certificate.pem),
            stop,
            stopped,
        };
        Ok((emulator, serving))
    }

    fn issuers(&self) -> Option<Issuers> {
        let issuers = || {
            let (access_keys, clock) = (self.access_keys.clone(), self.clock.clone());
            Issuers::new(self.roles.clone(), self.imds, access_keys, clock)
        };
        (!self.roles.is_empty()).then(issuers)
    }

    fn oss(self) -> Result<Oss, StartError> {
        let region = Region::new(&self.region).map_err(StartError::Region)?;
        for access_key in self.permanent {
            self.access_keys.insert(access_key.map_err(StartError::AccessKey)?);
        }
        let mut hosts = Hosts::new(&region);
        for domain in &self.domains {
            hosts.add_domain(domain);
        }
        for (host, bucket) in &self.cnames {
            Bucket::new(bucket).map_err(StartError::Bucket)?;
            hosts.add_cname(host, bucket);
        }
        let store = Store::open(&self.storage).map_err(StartError::Storage)?;
        for (name, acl) in self.buckets {
            Bucket::new(&name).map_err(StartError::Bucket)?;
            if store.bucket(&name).is_err() {
                let record = BucketRecord::new(name, acl, self.clock.now());
                store.save_bucket(record).map_err(|failure| StartError::NewBucket(failure.code))?;
            }
        }
        Ok(Oss {
            access_keys: self.access_keys,
            clock: self.clock,
            faults: self.faults,
            hosts,
            limits: self.limits,
            region,
            requests: Requests::default(),
            store: Arc::new(store),
            request_count: AtomicU64::new(1),
        })
    }
}

async fn bind(address: SocketAddr) -> Result<Listener, StartError> {
    Listener::bind(address).await.map_err(|error| StartError::Listen(address, error))
}

/// Port 0 stands for any free one, and stays so.
#[cfg(feature = "tls")]
fn next_port(address: SocketAddr) -> SocketAddr {
    SocketAddr::new(address.ip(), address.port().saturating_add(address.port().min(1)))
}

/// Why an emulator was not started.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// The address cannot be listened at.
    Listen(SocketAddr, io::Error),
    /// The system has no thread or no runtime for it.
    Thread(io::Error),
    /// The folder of the storage cannot be used.
    Storage(StorageError),
    /// A bucket could not be made; this is the `Code` of OSS.
    NewBucket(&'static str),
    /// The region is not a region ID.
    Region(RegionError),
    /// The name of a bucket breaks OSS's rules.
    Bucket(BucketError),
    /// An AccessKey is not one.
    AccessKey(CredentialsError),
    /// No certificate could be made.
    #[cfg(feature = "tls")]
    Certificate(CertificateError),
}

impl fmt::Display for StartError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Listen(address, error) => {
                write!(formatter, "cannot listen at {address}: {error}")
            }
            Self::Thread(error) => write!(formatter, "the emulator has no thread: {error}"),
            Self::Storage(error) => write!(formatter, "the storage cannot be used: {error}"),
            Self::NewBucket(code) => write!(formatter, "a bucket could not be made: {code}"),
            Self::Region(error) => write!(formatter, "the region: {error}"),
            Self::Bucket(error) => write!(formatter, "the name of a bucket: {error}"),
            Self::AccessKey(error) => write!(formatter, "an AccessKey: {error}"),
            #[cfg(feature = "tls")]
            Self::Certificate(error) => write!(formatter, "no certificate could be made: {error}"),
        }
    }
}

impl core::error::Error for StartError {}
