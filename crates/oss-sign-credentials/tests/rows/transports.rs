//! The two HTTP clients keep to the limits of a request.

use core::time::Duration;
use std::io::{self, Write as _};
use std::net::TcpListener;
use std::thread;

use oss_sign_credentials::http::{
    AsyncTransport, Limits, Method, Origin, Request, Response, Transport, TransportError,
};
use oss_sign_credentials::{Reqwest, Ureq};

use crate::support::{Answer, Server, block_on, nobody};

/// What becomes of the request: over `ureq`, and over `reqwest`.
fn send(request: &Request) -> [Result<Response, TransportError>; 2] {
    send_with(request, &Ureq::new().without_proxy(), &Reqwest::new().without_proxy())
}

fn send_with(
    request: &Request,
    ureq: &Ureq,
    reqwest: &Reqwest,
) -> [Result<Response, TransportError>; 2] {
    [ureq.send(request), block_on(reqwest.send(request))]
}

fn get(url: &str) -> Request {
    Request::new(Method::Get, Origin::parse(url).unwrap(), "/path?query=1".to_owned())
}

fn limits(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits);
    limits
}

fn assert_errors(request: &Request, expected: &[TransportError]) {
    for result in send(request) {
        let error = result.unwrap_err();
        assert!(expected.contains(&error), "{error:?} is none of {expected:?}");
    }
}

#[test]
fn method_path_query_headers_and_body_arrive() {
    let server = Server::start(|_| {
        let date = "Fri, 30 Aug 2024 07:03:06 GMT".to_owned();
        Answer::Whole(201, vec![("date", date)], b"answer".to_vec())
    });
    for (method, body) in [(Method::Get, ""), (Method::Post, "a=b"), (Method::Put, "")] {
        let origin = Origin::parse(&server.url()).unwrap();
        let request = Request::new(method, origin, "/path%20a?query=%2B".to_owned())
            .with_header("x-test", "value")
            .with_body(body);
        for result in send(&request) {
            let answer = result.unwrap();
            assert_eq!((answer.status(), answer.body()), (201, &b"answer"[..]));
            assert_eq!(answer.date().unwrap().unix_seconds(), 1_725_001_386);
        }
        for asked in server.take_asked() {
            assert_eq!(asked.method, method.as_str());
            assert_eq!((asked.path.as_str(), asked.query.as_str()), ("/path%20a", "query=%2B"));
            assert_eq!(asked.header("x-test"), Some("value"));
            assert_eq!(asked.body, body.as_bytes());
        }
    }
}

#[test]
fn every_status_is_an_answer_and_redirects_are_not_followed() {
    let elsewhere = Server::start(|_| Answer::new(200, "elsewhere"));
    let to = elsewhere.url();
    let server = Server::start(move |asked| match asked.query("status").unwrap().as_str() {
        "302" => Answer::redirect(to.clone()),
        status => Answer::new(status.parse().unwrap(), "body"),
    });
    for status in [302, 400, 404, 500] {
        let origin = Origin::parse(&server.url()).unwrap();
        let request = Request::new(Method::Get, origin, format!("/?status={status}"));
        for answer in send(&request) {
            assert_eq!(answer.unwrap().status(), status);
        }
    }
    assert!(elsewhere.asked().is_empty());
}

#[test]
fn a_port_at_which_nobody_listens_is_unreachable() {
    assert_errors(&get(&nobody()), &[TransportError::Unreachable]);
}

#[test]
fn an_answer_that_breaks_off_is_none() {
    let server = Server::start(|_| Answer::Cut(b"{\"AccessKeyId\":".to_vec()));
    assert_errors(&get(&server.url()), &[TransportError::BrokenOff]);
}

#[test]
fn what_is_not_http_is_no_answer() {
    let server = Server::start(|_| Answer::Raw(b"\x16\x03\x01 no HTTP\r\n\r\n".to_vec()));
    // `reqwest` does not tell it from other errors.
    let errors = send(&get(&server.url())).map(Result::unwrap_err);
    assert_eq!(errors, [TransportError::NotHttp, TransportError::Other]);
}

#[test]
fn an_answer_may_have_as_many_bytes_as_the_limit_and_no_more() {
    let server = Server::start(|_| Answer::new(200, vec![b'x'; 2 << 20]));
    assert_errors(&get(&server.url()), &[TransportError::TooLarge]);
    let exact = get(&server.url()).with_limits(limits(|limits| limits.answer_bytes = 2 << 20));
    for answer in send(&exact) {
        assert_eq!(answer.unwrap().body().len(), 2 << 20);
    }
}

#[test]
fn silence_ends_with_the_time_limit() {
    let server = Server::start(|_| Answer::Silence);
    let limits = limits(|limits| limits.total = Duration::from_millis(100));
    assert_errors(&get(&server.url()).with_limits(limits), &[TransportError::TimedOut]);
}

#[test]
fn a_plain_server_fails_the_tls_handshake() {
    let server = Server::start(|_| Answer::new(200, ""));
    let https = server.url().replace("http:", "https:");
    // The server hangs up on what it takes for a request.
    assert_errors(
        &get(&https),
        &[TransportError::Tls, TransportError::BrokenOff, TransportError::Unreachable],
    );
}

/// It answers before it was asked, in plain text, and hangs up after the client.
#[test]
fn an_answer_that_is_no_tls_fails_the_handshake() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let server = thread::spawn(move || {
        for stream in listener.incoming().take(2) {
            let mut stream = stream.unwrap();
            stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").unwrap();
            // The client may break off.
            let _ = io::copy(&mut stream, &mut io::sink());
        }
    });
    assert_errors(&get(&url), &[TransportError::Tls]);
    server.join().unwrap();
}

/// `reqwest` asks a proxy for a whole URL, `ureq` for a connection.
#[test]
fn a_proxy_is_used_where_the_request_allows_it() {
    let proxy = Server::start(|_| Answer::new(200, ""));
    let server = Server::start(|_| Answer::new(200, ""));
    let (ureq, reqwest) =
        (Ureq::new().with_proxy(proxy.url()), Reqwest::new().with_proxy(proxy.url()));
    let request = get(&server.url());
    let _ = send_with(&request, &ureq, &reqwest);
    let methods: Vec<String> = proxy.take_asked().into_iter().map(|asked| asked.method).collect();
    assert_eq!(methods, ["CONNECT", "GET"]);
    assert!(server.asked().is_empty());

    let direct = request.with_limits(limits(|limits| limits.may_use_proxy = false));
    for answer in send_with(&direct, &ureq, &reqwest) {
        assert_eq!(answer.unwrap().status(), 200);
    }
    assert!(proxy.asked().is_empty());
}

#[test]
fn a_proxy_that_is_no_url_and_an_authority_that_is_no_pem_are_errors() {
    let server = Server::start(|_| Answer::new(200, ""));
    let request = get(&server.url());
    let url = "http://user:secret@ no url";
    let (ureq, reqwest) = (Ureq::new().with_proxy(url), Reqwest::new().with_proxy(url));
    for shown in [format!("{ureq:?}"), format!("{reqwest:?}")] {
        assert!(shown.contains("has_own_proxy: true") && !shown.contains("secret"), "{shown}");
    }
    for result in send_with(&request, &ureq, &reqwest) {
        assert_eq!(result.unwrap_err(), TransportError::Proxy);
    }
    const AUTHORITY: &str = include_str!("../data/authority.pem");
    let ureq = Ureq::new().without_proxy().with_certificate_authority(AUTHORITY);
    let reqwest = Reqwest::new().without_proxy().with_certificate_authority(AUTHORITY);
    for result in send_with(&request, &ureq, &reqwest) {
        assert_eq!(result.unwrap().status(), 200);
    }
    server.take_asked();
    let ureq = Ureq::new().with_certificate_authority("no PEM");
    let reqwest = Reqwest::new().with_certificate_authority("no PEM");
    for result in send_with(&request, &ureq, &reqwest) {
        assert_eq!(result.unwrap_err(), TransportError::CertificateAuthority);
    }
    assert!(server.asked().is_empty());
}
