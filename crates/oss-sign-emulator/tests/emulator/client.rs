//! A client that signs with `oss-sign`, and an emulator for it.

use std::collections::BTreeMap;

use oss_sign::v4::{Signer, SigningKey};
use oss_sign::{
    Bucket, Credentials, Endpoint, Expires, Method, ObjectKey, Region, Request, Resource, Timestamp,
};
use oss_sign_emulator::{Builder, Clock, Emulator};

pub(crate) const ID: &str = "LTAI5tExampleKeyId";
pub(crate) const SECRET: &str = "example-secret";
pub(crate) const BUCKET: &str = "examplebucket";

/// Tue, 14 Nov 2023 22:13:20 GMT.
pub(crate) const NOW: u64 = 1_700_000_000;

pub(crate) fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds).unwrap()
}

/// An emulator with one AccessKey and one bucket, whose clock stands still.
pub(crate) fn builder() -> Builder {
    Emulator::builder().access_key(ID, SECRET).bucket(BUCKET).clock(Clock::fixed(at(NOW)))
}

pub(crate) fn start() -> Client {
    Client::of(builder().spawn().unwrap())
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: BTreeMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }

    pub(crate) fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap()
    }

    /// The text of the first element of this name in the XML.
    pub(crate) fn element(&self, name: &str) -> &str {
        element(self.text(), name)
    }

    /// The texts of all elements of this name in the XML.
    pub(crate) fn elements(&self, name: &str) -> Vec<&str> {
        let (start, end) = (format!("<{name}>"), format!("</{name}>"));
        let parts = self.text().split(&start).skip(1);
        parts.map(|part| part.split(&end).next().unwrap()).collect()
    }

    /// Fails unless the status is as expected.
    #[track_caller]
    pub(crate) fn expect(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self
    }

    /// Fails unless it is this error.
    #[track_caller]
    pub(crate) fn expect_error(self, status: u16, code: &str) -> Self {
        let answer = self.expect(status);
        assert_eq!(answer.element("Code"), code);
        answer
    }
}

pub(crate) fn element<'x>(xml: &'x str, name: &str) -> &'x str {
    let after = xml.split(&format!("<{name}>")).nth(1).unwrap_or_default();
    after.split(&format!("</{name}>")).next().unwrap()
}

/// A request that is to be signed with V4, in its URL.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) method: Method,
    pub(crate) resource: Resource<'a>,
    pub(crate) query: &'a [(&'a str, &'a str)],
    pub(crate) headers: &'a [(&'a str, &'a str)],
}

pub(crate) fn bucket() -> Bucket<'static> {
    Bucket::new(BUCKET).unwrap()
}

pub(crate) fn object(key: &str) -> Resource<'_> {
    Resource::Object(bucket(), ObjectKey::new(key).unwrap())
}

impl<'a> Asked<'a> {
    pub(crate) fn new(method: Method, resource: Resource<'a>) -> Self {
        Self { method, resource, query: &[], headers: &[] }
    }

    pub(crate) fn query(self, query: &'a [(&'a str, &'a str)]) -> Self {
        Self { query, ..self }
    }

    pub(crate) fn headers(self, headers: &'a [(&'a str, &'a str)]) -> Self {
        Self { headers, ..self }
    }
}

/// A URL that is signed with V4.
pub(crate) fn presigned(
    endpoint: &str,
    asked: Asked<'_>,
    credentials: Credentials<'_>,
    now: Timestamp,
) -> String {
    let key = SigningKey::derive(&credentials, &Region::new("cn-hangzhou").unwrap(), now);
    let request =
        Request::new(asked.method, asked.resource).query(asked.query).headers(asked.headers);
    let endpoint = Endpoint::parse(endpoint).unwrap();
    let signer = Signer::new(credentials, &key);
    signer.presign(&request, &endpoint, now, Expires::default()).unwrap().to_string()
}

/// Takes any answer as one, and follows no redirect.
pub(crate) fn agent() -> ureq::Agent {
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    config.build().into()
}

pub(crate) fn send_by(
    agent: &ureq::Agent,
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Result<Answer, ureq::Error> {
    let mut request = http::Request::builder().method(method).uri(url);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let mut response = match method {
        "PUT" | "POST" => agent.run(request.body(body).unwrap())?,
        _ => agent.run(request.body(()).unwrap())?,
    };
    let headers = response.headers().iter().map(|(name, value)| {
        (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned())
    });
    Ok(Answer {
        status: response.status().as_u16(),
        headers: headers.collect(),
        body: response.body_mut().with_config().limit(1 << 30).read_to_vec()?,
    })
}

pub(crate) struct Client {
    pub(crate) emulator: Emulator,
    agent: ureq::Agent,
}

impl Client {
    pub(crate) fn of(emulator: Emulator) -> Self {
        Self { emulator, agent: agent() }
    }

    /// The URL, signed now with the first AccessKey.
    pub(crate) fn url(&self, asked: Asked<'_>) -> String {
        self.url_with(asked, Credentials::new(ID, SECRET).unwrap())
    }

    pub(crate) fn url_with(&self, asked: Asked<'_>, credentials: Credentials<'_>) -> String {
        let now = self.emulator.clock().now();
        presigned(&self.emulator.endpoint(), asked, credentials, now)
    }

    /// Sends a signed request.
    pub(crate) fn send(&self, asked: Asked<'_>, body: &[u8]) -> Answer {
        self.send_to(asked.method.as_str(), &self.url(asked), asked.headers, body)
    }

    /// Sends a request as it is.
    pub(crate) fn send_to(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        self.try_send(method, url, headers, body).unwrap()
    }

    pub(crate) fn try_send(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Answer, ureq::Error> {
        send_by(&self.agent, method, url, headers, body)
    }

    pub(crate) fn put(&self, key: &str, body: &[u8]) -> Answer {
        self.send(Asked::new(Method::Put, object(key)), body)
    }

    pub(crate) fn get(&self, key: &str) -> Answer {
        self.send(Asked::new(Method::Get, object(key)), b"")
    }
}
