//! The local OSS, and an HTTP client for it.

use core::error::Error;
use core::time::Duration;

use oss_sign::v4::{Signer, SigningKey};
use oss_sign::{Bucket, Credentials, Endpoint, Expires, Method, Region, Request, Timestamp};
use oss_sign_emulator::{AccessKey, AccessKeys, Emulator};
use ureq::Agent;
use ureq::http;

use crate::curl;
use crate::document::Document;
use crate::mistake::Mistake;

/// How long the URLs work, in seconds.
pub(super) const URL_SECONDS: u32 = 600;

/// No request of the demo is larger or slower.
const TIME_OUT: Duration = Duration::from_secs(20);
const MAX_ANSWER_BYTES: u64 = 1 << 20;

/// A local OSS with a bucket, and an AccessKey that nobody has used before.
pub(super) struct Local {
    emulator: Emulator,
    url: String,
    started_at: Timestamp,
    access_key: AccessKey,
    client: Agent,
}

/// A presigned request: its URL and the headers that must be sent with it.
#[derive(Clone)]
pub(super) struct Signed {
    pub(super) method: Method,
    pub(super) url: String,
    pub(super) headers: Vec<(String, String)>,
}

impl Signed {
    fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The command that sends it.
    pub(super) fn curl(&self) -> String {
        curl::command(self.method, &self.url, self.headers())
    }

    /// What `oss-sign presign --json` prints of it, and `oss-sign explain` reads.
    pub(super) fn to_json(&self) -> Result<String, Mistake> {
        let document = Document {
            url: self.url.clone(),
            method: self.method.as_str(),
            headers: self.headers().collect(),
            expires_at: None,
            signature_version: "v4",
        };
        document.to_json()
    }
}

/// What OSS answered.
pub(super) struct Answer {
    pub(super) status: http::StatusCode,
    pub(super) headers: http::HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }
}

impl Local {
    pub(super) fn start(bucket: Bucket<'_>) -> Result<Self, Mistake> {
        let access_key = AccessKey::random().map_err(|error| unexpected(&error))?;
        let access_keys = AccessKeys::default();
        access_keys.insert(access_key.clone());
        let emulator = Emulator::builder().access_keys(access_keys).bucket(bucket.as_str()).spawn();
        let emulator = emulator.map_err(|error| unexpected(&error))?;
        let client = Agent::config_builder()
            // It is to reach this machine, whatever the environment says.
            .proxy(None)
            .max_redirects(0)
            .http_status_as_error(false)
            .timeout_global(Some(TIME_OUT))
            .build();
        Ok(Self {
            url: emulator.endpoint(),
            started_at: emulator.clock().now(),
            emulator,
            access_key,
            client: client.into(),
        })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn region(&self) -> &Region {
        self.emulator.region()
    }

    pub(super) fn credentials(&self) -> Credentials<'_> {
        self.access_key.credentials()
    }

    /// What time it is for the local OSS.
    pub(super) fn now(&self) -> Timestamp {
        self.emulator.clock().now()
    }

    pub(super) fn advance_clock(&self, seconds: u64) {
        self.emulator.clock().advance(Duration::from_secs(seconds));
    }

    pub(super) fn set_clock_back(&self) {
        self.emulator.clock().set(self.started_at);
    }

    /// Serves until the process is ended.
    pub(super) fn serve_on(&self) -> ! {
        loop {
            std::thread::park();
        }
    }

    pub(super) fn presign(&self, request: &Request<'_>, method: Method) -> Result<Signed, Mistake> {
        let now = self.now();
        let key = SigningKey::derive(&self.credentials(), self.region(), now);
        let endpoint = Endpoint::parse(&self.url).map_err(|error| unexpected(&error))?;
        let url = Signer::new(self.credentials(), &key)
            .presign(request, &endpoint, now, Expires::after_seconds(URL_SECONDS))
            .map_err(|error| unexpected(&error))?;
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        Ok(Signed {
            method,
            url: url.to_string(),
            headers: url.required_headers().map(owned).collect(),
        })
    }

    /// Sends a request just as it stands.
    pub(super) fn send(&self, signed: &Signed, body: &[u8]) -> Result<Answer, Mistake> {
        let mut request = http::Request::builder().method(signed.method.as_str()).uri(&signed.url);
        for (name, value) in &signed.headers {
            request = request.header(name, value);
        }
        let response = match signed.method {
            Method::Put => request.body(body).map(|request| self.client.run(request)),
            _ => request.body(()).map(|request| self.client.run(request)),
        };
        let response = response.map_err(|error| unexpected(&error))?;
        let mut response = response.map_err(|error| unexpected(&error))?;
        let body = response.body_mut().with_config().limit(MAX_ANSWER_BYTES).read_to_vec();
        Ok(Answer {
            status: response.status(),
            headers: response.headers().clone(),
            body: body.map_err(|error| unexpected(&error))?,
        })
    }
}

/// On one machine and with inputs of its own, nothing of this should go wrong.
fn unexpected(error: &dyn Error) -> Mistake {
    Mistake::new(format!("the demo cannot go on: {error}"))
}
