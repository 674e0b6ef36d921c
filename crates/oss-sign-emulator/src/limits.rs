//! What the emulator takes at most.

use core::time::Duration;

/// What the emulator takes at most, so that no client can exhaust the machine.
///
/// ```
/// use oss_sign_emulator::Limits;
///
/// let mut limits = Limits::default();
/// limits.object_bytes = 10 << 20;
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Limits {
    /// Connections that are served at a time; more wait. 256.
    pub connections: usize,
    /// Headers of a request. 100.
    pub headers: usize,
    /// Bytes of a request line and its headers: at least 8192. 64 KiB.
    pub header_bytes: usize,
    /// Bytes of an object, or of one part of it. 5 GiB, as in OSS.
    pub object_bytes: u64,
    /// Bytes of the XML in a request. 8 MiB.
    pub document_bytes: usize,
    /// Bytes of all fields of an upload form, without the file. 4 MiB.
    pub form_bytes: usize,
    /// How long a connection may be silent. 60 seconds.
    pub idle: Duration,
    /// How long requests that are being answered may go on after a shutdown. 10 seconds.
    pub shutdown: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 256,
            headers: 100,
            header_bytes: 64 << 10,
            object_bytes: 5 << 30,
            document_bytes: 8 << 20,
            form_bytes: 4 << 20,
            idle: Duration::from_secs(60),
            shutdown: Duration::from_secs(10),
        }
    }
}
