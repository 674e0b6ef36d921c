//! Faults that are switched on.

use core::time::Duration;

use oss_sign::Method;

use crate::client::{Asked, Client, builder, object, start};
use crate::clients::fetch;

#[test]
fn so_many_requests_fail() {
    let client = start();
    client.emulator.faults().answer_500(2);
    client.put("k", b"1").expect_error(500, "InternalError");
    client.get("k").expect_error(500, "InternalError");
    // The first had no effect.
    client.get("k").expect_error(404, "NoSuchKey");
}

#[test]
fn so_many_connections_are_reset() {
    let client = start();
    client.emulator.faults().reset(1);
    let url = client.url(Asked::new(Method::Get, object("k")));
    let error = client.try_send("GET", &url, &[], b"").unwrap_err();
    assert!(matches!(error, ureq::Error::Io(_) | ureq::Error::Protocol(_)), "{error:?}");
    assert_eq!(client.emulator.requests().pop().unwrap().status, 0);
    client.get("k").expect_error(404, "NoSuchKey");
}

#[test]
fn downloads_break_off() {
    let client = start();
    client.put("k", &[b'x'; 1000]).expect(200);
    client.emulator.faults().cut_short(1);
    let url = client.url(Asked::new(Method::Get, object("k")));
    assert!(client.try_send("GET", &url, &[], b"").is_err());
    assert_eq!(client.get("k").expect(200).body.len(), 1000);
}

#[test]
fn a_wrong_time_is_told() {
    let client = start();
    let url = client.url(Asked::new(Method::Get, object("k")));
    client.emulator.faults().time_ahead(Duration::from_secs(3600));
    let refused = client.send_to("GET", &url, &[], b"").expect_error(403, "AccessDenied");
    assert_eq!(refused.element("ServerTime"), "2023-11-14T23:13:20.000Z");
    assert_eq!(refused.header("date"), "Tue, 14 Nov 2023 23:13:20 GMT");
    client.emulator.faults().time_behind(Duration::from_secs(3600));
    let refused = client.send_to("GET", &url, &[], b"").expect_error(403, "AccessDenied");
    assert_eq!(refused.element("ServerTime"), "2023-11-14T21:13:20.000Z");
    client.emulator.faults().clear();
    client.send_to("GET", &url, &[], b"").expect_error(404, "NoSuchKey");
}

/// The clock of the runtime is stopped, and is moved on only when all there is waits for it.
#[tokio::test(start_paused = true)]
async fn requests_are_delayed() {
    let client = Client::of(builder().start().await.unwrap());
    let delay = Duration::from_secs(30);
    client.emulator.faults().delay(delay);
    let url = client.url(Asked::new(Method::Get, object("k")));
    let (status, _) = fetch(reqwest::Method::GET, &url, &[]).await;
    assert_eq!(status, 404);
    assert_eq!(client.emulator.requests().pop().unwrap().took.as_secs(), delay.as_secs());
}
