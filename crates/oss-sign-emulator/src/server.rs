//! Connections over HTTP/1.1, with their limits.

use core::net::SocketAddr;
use core::pin::Pin;
use core::sync::atomic::{AtomicBool, Ordering};
use core::task::{Context, Poll};
use core::time::Duration;
use std::io;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tokio_io_timeout::TimeoutStream;

use crate::limits::Limits;

/// The body of an answer.
pub(crate) type Body = UnsyncBoxBody<Bytes, io::Error>;

/// What answers requests.
pub(crate) trait Service: Send + Sync + 'static {
    /// An error resets the connection, without an answer.
    fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> impl Future<Output = Result<Response<Body>, Reset>> + Send;
}

/// The connection is to be reset.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reset;

impl core::fmt::Display for Reset {
    fn fmt(&self, formatter: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        formatter.write_str("the connection is reset, as a fault that was switched on")
    }
}

impl core::error::Error for Reset {}

/// A socket that waits for connections.
pub(crate) struct Listener {
    socket: TcpListener,
    address: SocketAddr,
    #[cfg(feature = "tls")]
    tls: Option<tokio_rustls::TlsAcceptor>,
}

impl Listener {
    pub(crate) async fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = TcpListener::bind(address).await?;
        Ok(Self {
            address: socket.local_addr()?,
            socket,
            #[cfg(feature = "tls")]
            tls: None,
        })
    }

    #[cfg(feature = "tls")]
    pub(crate) fn with_tls(self, config: Arc<rustls::ServerConfig>) -> Self {
        Self { tls: Some(config.into()), ..self }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until `stop` is told to, and then lets requests that are being answered come to their
    /// end, but no longer than [`Limits::shutdown`].
    pub(crate) async fn serve<S: Service>(
        self,
        service: Arc<S>,
        limits: Limits,
        mut stop: watch::Receiver<bool>,
    ) {
        let graceful = GracefulShutdown::new();
        let room = Arc::new(Semaphore::new(limits.connections));
        let mut connections = JoinSet::new();
        loop {
            tokio::select! {
                // Also an error: whoever could tell it to stop is gone.
                _ = stop.wait_for(|stop| *stop) => break,
                Some(_) = connections.join_next() => {}
                (stream, permit) = self.accept(&room) => {
                    let connection = Connection {
                        service: service.clone(),
                        limits,
                        watcher: graceful.watcher(),
                    };
                    #[cfg(feature = "tls")]
                    if let Some(tls) = self.tls.clone() {
                        connections.spawn(connection.serve_tls(tls, stream, permit));
                        continue;
                    }
                    connections.spawn(connection.serve_plain(stream, permit));
                }
            }
        }
        drop(self.socket);
        // Whoever is still there then is not waited for.
        let _ = tokio::time::timeout(limits.shutdown, graceful.shutdown()).await;
        // When all of them have ended, nobody has the folder of the storage any more.
        connections.shutdown().await;
    }

    async fn accept(&self, room: &Arc<Semaphore>) -> (TcpStream, Option<OwnedSemaphorePermit>) {
        // Never closed, so that there always is a permit.
        let permit = room.clone().acquire_owned().await.ok();
        loop {
            match self.socket.accept().await {
                Ok((stream, _)) => return (stream, permit),
                // Such as too many open files: it passes.
                Err(error) => {
                    tracing::warn!(%error, "a connection was not accepted");
                    tokio::time::sleep(RETRY_ACCEPT).await;
                }
            }
        }
    }
}

/// Serves one connection that came by no socket.
pub(crate) async fn serve_connection<S: Service>(
    service: Arc<S>,
    limits: Limits,
    stream: impl AsyncRead + AsyncWrite + Send + 'static,
) {
    let graceful = GracefulShutdown::new();
    let connection = Connection { service, limits, watcher: graceful.watcher() };
    // A reset is an end where there is no TCP.
    connection.serve(stream, Arc::default()).await;
}

const RETRY_ACCEPT: Duration = Duration::from_millis(50);

struct Connection<S> {
    service: Arc<S>,
    limits: Limits,
    watcher: Watcher,
}

impl<S: Service> Connection<S> {
    async fn serve_plain(self, stream: TcpStream, _permit: Option<OwnedSemaphorePermit>) {
        let (stream, is_reset) = Stream::new(stream);
        self.serve(stream, is_reset).await;
    }

    #[cfg(feature = "tls")]
    async fn serve_tls(
        self,
        tls: tokio_rustls::TlsAcceptor,
        stream: TcpStream,
        _permit: Option<OwnedSemaphorePermit>,
    ) {
        let (stream, is_reset) = Stream::new(stream);
        match tokio::time::timeout(self.limits.idle, tls.accept(stream)).await {
            Ok(Ok(stream)) => self.serve(stream, is_reset).await,
            Ok(Err(error)) => tracing::debug!(%error, "no TLS connection was made"),
            Err(_) => tracing::debug!("no TLS connection was made in time"),
        }
    }

    async fn serve(
        self,
        stream: impl AsyncRead + AsyncWrite + Send + 'static,
        is_reset: Arc<AtomicBool>,
    ) {
        let mut stream = TimeoutStream::new(stream);
        stream.set_read_timeout(Some(self.limits.idle));
        stream.set_write_timeout(Some(self.limits.idle));
        let service = service_fn(|request| {
            let (service, is_reset) = (self.service.clone(), is_reset.clone());
            async move {
                let answer = service.answer(request).await;
                is_reset.store(answer.is_err(), Ordering::Relaxed);
                answer
            }
        });
        let connection = http1::Builder::new()
            .timer(TokioTimer::new())
            .header_read_timeout(self.limits.idle)
            .max_headers(self.limits.headers)
            .max_buf_size(self.limits.header_bytes.max(8192))
            .serve_connection(TokioIo::new(Box::pin(stream)), service);
        if let Err(error) = self.watcher.watch(connection).await {
            tracing::debug!(%error, "a connection broke off");
        }
    }
}

/// A connection that can be reset: then its other side sees an error, and not its end.
struct Stream {
    stream: TcpStream,
    is_reset: Arc<AtomicBool>,
}

impl Stream {
    fn new(stream: TcpStream) -> (Self, Arc<AtomicBool>) {
        // Answers are written as a whole, so nothing is gained by waiting for more.
        let _ = stream.set_nodelay(true);
        let is_reset = Arc::new(AtomicBool::new(false));
        (Self { stream, is_reset: is_reset.clone() }, is_reset)
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.is_reset.load(Ordering::Relaxed) {
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A shutdown would tell the other side that all is well.
        match self.is_reset.load(Ordering::Relaxed) {
            true => Poll::Ready(Ok(())),
            false => Pin::new(&mut self.stream).poll_shutdown(context),
        }
    }
}
