//! From a chunk of keys to a chunk of URLs.

use core::ops::ControlFlow;

use oss_sign::v4::Batch;
use oss_sign::{Bucket, Method, PresignedUrl, Request, Resource, SignError, Timestamp};

use crate::bulk::entry::{Entries, Entry, Options, Scalar};
use crate::bulk::format::{Format, Lines};
use crate::expires::ExpiresArgs;
use crate::method::method;
use crate::mistake::Mistake;
use crate::request::Parts;
use crate::signing::Signing;
use crate::target;

/// What all keys have in common.
pub(crate) struct Presigner<'a> {
    signing: &'a Signing<'a>,
    /// Prepared for keys that have nothing of their own; V4 alone has it.
    batch: Option<Batch<'a>>,
    bucket: Bucket<'a>,
    prefix: &'a str,
    method: Method,
    expires: &'a ExpiresArgs,
    is_key_verbatim: bool,
    is_strict: bool,
    entries: Entries<'a>,
    format: Format,
}

/// What became of a chunk.
pub(crate) struct Presigned {
    /// Whole lines.
    pub(crate) text: Vec<u8>,
    pub(crate) urls: u64,
    /// Which records of the chunk have no URL, and why.
    pub(crate) problems: Vec<(usize, Mistake)>,
    /// How many records the chunk has.
    pub(crate) records: usize,
    /// How many bytes the chunk has.
    pub(crate) read: usize,
    /// Whether it stops short at a problem, and all with it.
    pub(crate) is_strict_end: bool,
}

impl<'a> Presigner<'a> {
    /// # Errors
    ///
    /// What is wrong with the flags is wrong with every URL: it is told once, and before anything is
    /// written.
    pub(crate) fn new(
        signing: &'a Signing<'a>,
        method: Method,
        expires: &'a ExpiresArgs,
    ) -> Result<Self, Mistake> {
        let (bucket, prefix) = match signing.parts.resource() {
            Resource::Service => {
                return Err(Mistake::new("oss:// has no bucket: write oss://BUCKET with --from"));
            }
            Resource::Bucket(bucket) => (bucket, ""),
            Resource::Object(bucket, prefix) => (bucket, prefix.as_str()),
        };
        let batch = signing.batch(expires.expires());
        let batch = batch.map_err(|error| refused(error, signing, signing.parts, expires))?;
        Ok(Self {
            signing,
            batch,
            bucket,
            prefix,
            method,
            expires,
            is_key_verbatim: false,
            is_strict: false,
            entries: Entries::Lines,
            format: Format::Urls,
        })
    }

    pub(crate) fn verbatim_keys(self, is_key_verbatim: bool) -> Self {
        Self { is_key_verbatim, ..self }
    }

    /// Whether to stop at the first key that cannot be presigned.
    pub(crate) fn strict(self, is_strict: bool) -> Self {
        Self { is_strict, ..self }
    }

    pub(crate) fn reading(self, entries: Entries<'a>) -> Self {
        Self { entries, ..self }
    }

    pub(crate) fn writing(self, format: Format) -> Self {
        Self { format, ..self }
    }

    pub(crate) fn entries(&self) -> Entries<'a> {
        self.entries
    }

    pub(crate) fn heading(&self) -> &'static str {
        self.format.heading()
    }

    /// Presigns the target itself, and says until when the URLs work.
    pub(crate) fn try_out(&self) -> Result<Timestamp, Mistake> {
        let Self { signing, expires, .. } = self;
        self.url(&signing.request, signing.parts, expires).map(|url| url.expires_at())
    }

    /// Presigns each key of a chunk; `room` is that of lines that were written.
    pub(crate) fn presign(&self, chunk: &[u8], room: Vec<u8>) -> Presigned {
        let mut lines = Lines::new(self.format, self.signing.version.as_str(), room);
        let mut room = Room::default();
        let (mut urls, mut problems) = (0, Vec::new());
        let bucket = self.bucket.as_str();
        let end = self.entries.read(chunk, bucket, |index, entry| {
            let line = entry.and_then(|entry| self.line(&entry, &mut room, &mut lines));
            match line {
                Ok(()) => urls += 1,
                Err(problem) => problems.push((index, problem)),
            }
            if self.is_strict && !problems.is_empty() {
                return ControlFlow::Break(());
            }
            ControlFlow::Continue(())
        });
        Presigned {
            text: lines.into_text(),
            urls,
            problems,
            records: self.entries.count(chunk),
            read: chunk.len(),
            is_strict_end: end.is_break(),
        }
    }

    /// Appends the line of one object.
    fn line(
        &self,
        entry: &Entry<'_>,
        Room { key, url: room }: &mut Room,
        lines: &mut Lines,
    ) -> Result<(), Mistake> {
        // An empty key is none, whatever is put before it.
        target::object_key(entry.key(), true)?;
        key.clear();
        key.push_str(self.prefix);
        key.push_str(entry.key());
        let object = Resource::Object(self.bucket, target::object_key(key, self.is_key_verbatim)?);
        let Self { signing, expires, .. } = self;
        let request = || signing.parts.request_for(self.method, object);
        match (entry, &self.batch) {
            (Entry::Key(_), Some(batch)) => push(key, &batch.url(object), room, lines),
            (Entry::Key(_), None) => {
                push(key, &self.url(&request(), signing.parts, expires)?, room, lines)
            }
            (Entry::Version { version_id, .. }, _) => {
                let request = request().version_id(version_id);
                push(key, &self.url(&request, signing.parts, expires)?, room, lines)
            }
            (Entry::Options(options), _) => {
                let method = options.method.as_deref().map_or(Ok(self.method), method)?;
                let own_expires = options.expires_args()?;
                let expires = own_expires.as_ref().unwrap_or(expires);
                let parts = options.extend(signing.parts);
                let request = parts.request_for(method, object);
                push(key, &self.url(&request, &parts, expires)?, room, lines)
            }
        }
    }

    fn url<'r>(
        &'r self,
        request: &Request<'r>,
        parts: &Parts<'_>,
        expires: &ExpiresArgs,
    ) -> Result<PresignedUrl<'r>, Mistake> {
        let url = self.signing.presign_request(request, expires.expires());
        url.map_err(|error| refused(error, self.signing, parts, expires))
    }
}

fn refused(
    error: SignError,
    signing: &Signing<'_>,
    parts: &Parts<'_>,
    expires: &ExpiresArgs,
) -> Mistake {
    expires.refused(error, signing.now).unwrap_or_else(|| parts.refused(error))
}

/// What is used again for each key.
#[derive(Default)]
struct Room {
    key: String,
    url: Vec<u8>,
}

/// Appends the line of one URL.
fn push(
    key: &str,
    url: &PresignedUrl<'_>,
    room: &mut Vec<u8>,
    lines: &mut Lines,
) -> Result<(), Mistake> {
    match url.write_to_slice(room) {
        Ok(text) => lines.push(key, url, text),
        Err(too_small) => {
            room.resize(too_small.needed, 0);
            push(key, url, room, lines)
        }
    }
}

impl Options<'_> {
    fn expires_args(&self) -> Result<Option<ExpiresArgs>, Mistake> {
        let expires = self.expires.as_ref().map(Scalar::text);
        match (expires, self.expires_at.as_ref().map(Scalar::text)) {
            (None, None) => Ok(None),
            (Some(_), Some(_)) => {
                Err(Mistake::new("both `expires` and `expires_at` are given: remove one"))
            }
            (expires, expires_at) => {
                ExpiresArgs::parse(expires.as_deref(), expires_at.as_deref()).map(Some)
            }
        }
    }

    fn extend<'r>(&'r self, parts: &'r Parts<'_>) -> Parts<'r> {
        parts.extended(
            self.process.as_deref(),
            self.version_id.as_deref(),
            self.query.iter().map(|(name, value)| (name.as_str(), value.as_str())),
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())),
        )
    }
}
