//! Temporary AccessKeys, session policies, and ACLs.

use oss_sign::{Bucket, Credentials, Method, ObjectKey, Resource};
use oss_sign_emulator::{AccessKey, Policy};

use crate::client::{Asked, Client, NOW, at, bucket, builder, object, start};

const TEMPORARY: &str = "STS.ExampleKeyId";
const TOKEN: &str = "CAISexample+token/==";

fn temporary() -> AccessKey {
    AccessKey::temporary(TEMPORARY, "other-secret", TOKEN, at(NOW + 3600)).unwrap()
}

fn credentials<'a>(token: Option<&'a str>) -> Credentials<'a> {
    let pair = Credentials::new(TEMPORARY, "other-secret").unwrap();
    token.map_or(pair, |token| pair.with_security_token(token).unwrap())
}

fn get_with(client: &Client, token: Option<&str>) -> crate::client::Answer {
    let url = client.url_with(Asked::new(Method::Get, object("k")), credentials(token));
    client.send_to("GET", &url, &[], b"")
}

#[test]
fn a_temporary_access_key_is_good_with_its_token_until_it_expires() {
    let client = start();
    client.put("k", b"1").expect(200);
    get_with(&client, Some(TOKEN)).expect_error(403, "InvalidAccessKeyId");
    client.emulator.access_keys().insert(temporary());
    get_with(&client, Some(TOKEN)).expect(200);
    get_with(&client, Some("CAISother")).expect_error(403, "InvalidSecurityToken");
    get_with(&client, None).expect_error(403, "InvalidAccessKeyId");

    client.emulator.clock().set(at(NOW + 3600));
    get_with(&client, Some(TOKEN)).expect(200);
    client.emulator.clock().set(at(NOW + 3601));
    let expired = get_with(&client, Some(TOKEN)).expect_error(403, "SecurityTokenExpired");
    assert_eq!(expired.element("EC"), "0002-00000007");
}

#[test]
fn access_keys_are_disabled_and_removed() {
    let client = start();
    let keys = client.emulator.access_keys();
    keys.insert(temporary());
    keys.disable(TEMPORARY);
    let refused = get_with(&client, Some(TOKEN)).expect_error(403, "InvalidAccessKeyId");
    assert_eq!(refused.element("EC"), "0002-00000904");
    keys.remove(TEMPORARY);
    let refused = get_with(&client, Some(TOKEN)).expect_error(403, "InvalidAccessKeyId");
    assert_eq!(refused.element("EC"), "0002-00000902");
}

/// Sends with a temporary AccessKey that has this policy.
fn send_restricted(
    client: &Client,
    policy: &str,
    asked: Asked<'_>,
    body: &[u8],
) -> crate::client::Answer {
    let policy = Policy::from_json(policy).unwrap();
    client.emulator.access_keys().insert(temporary().with_session_policy(policy));
    let url = client.url_with(asked, credentials(Some(TOKEN)));
    client.send_to(asked.method.as_str(), &url, asked.headers, body)
}

#[test]
fn a_session_policy_is_enforced() {
    let client = start();
    client.put("user/eric/a", b"1").expect(200);
    client.put("user/anna/a", b"1").expect(200);
    let policy = r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":["oss:GetObject","oss:PutObject"],
         "Resource":"acs:oss:*:*:examplebucket/user/eric/*"},
        {"Effect":"Deny","Action":"oss:PutObject","Resource":"acs:oss:*:*:*/secret*"}]}"#;
    let send = |method, key, query: &[(&str, &str)], headers: &[(&str, &str)]| {
        let asked = Asked::new(method, object(key)).query(query).headers(headers);
        send_restricted(&client, policy, asked, b"1")
    };
    send(Method::Get, "user/eric/a", &[], &[]).expect(200);
    assert_eq!(send(Method::Head, "user/eric/a", &[], &[]).status, 200);
    send(Method::Put, "user/eric/b", &[], &[]).expect(200);
    send(Method::Post, "user/eric/c", &[("uploads", "")], &[]).expect(200);

    let denied = send(Method::Get, "user/anna/a", &[], &[]).expect_error(403, "AccessDenied");
    assert_eq!(denied.element("PolicyType"), "SessionPolicy");
    assert_eq!(denied.element("AuthAction"), "oss:GetObject");
    assert_eq!(denied.element("NoPermissionType"), "ImplicitDeny");
    let denied =
        send(Method::Put, "user/eric/x/secret", &[], &[]).expect_error(403, "AccessDenied");
    assert_eq!(denied.element("NoPermissionType"), "ExplicitDeny");
    send(Method::Delete, "user/eric/a", &[], &[]).expect_error(403, "AccessDenied");
    // The source of a copy must be readable.
    let source = [("x-oss-copy-source", "/examplebucket/user/anna/a")];
    send(Method::Put, "user/eric/d", &[], &source).expect_error(403, "AccessDenied");
    let source = [("x-oss-copy-source", "/examplebucket/user/eric/a")];
    send(Method::Put, "user/eric/d", &[], &source).expect(200);
    // Versions have actions of their own.
    send(Method::Get, "user/eric/a", &[("versionId", "null")], &[]).expect(403);

    let list = Asked::new(Method::Get, Resource::Bucket(bucket()));
    send_restricted(&client, policy, list, b"").expect_error(403, "AccessDenied");
    let buckets = Asked::new(Method::Get, Resource::Service);
    send_restricted(&client, policy, buckets, b"").expect_error(403, "AccessDenied");
    let delete = b"<Delete><Object><Key>user/eric/a</Key></Object></Delete>";
    let many = Asked::new(Method::Post, Resource::Bucket(bucket())).query(&[("delete", "")]);
    send_restricted(&client, policy, many, delete).expect_error(403, "AccessDenied");
    client.get("user/eric/a").expect(200);
}

#[test]
fn an_explicit_denial_is_told() {
    let client = start();
    let policy = r#"{"Version":"1","Statement":[
        {"Effect":"Allow","Action":"*","Resource":"*"},
        {"Effect":"Deny","Action":"oss:Put*","Resource":"acs:oss:*:*:examplebucket/secret*"}]}"#;
    let asked = Asked::new(Method::Put, object("secret/a"));
    let denied = send_restricted(&client, policy, asked, b"1").expect_error(403, "AccessDenied");
    assert_eq!(denied.element("NoPermissionType"), "ExplicitDeny");
    assert_eq!(denied.element("EC"), "0003-00000201");
    let asked = Asked::new(Method::Put, object("other"));
    send_restricted(&client, policy, asked, b"1").expect(200);
}

#[test]
fn anyone_may_read_what_is_public() {
    let client = Client::of(builder().public_bucket("public-bucket").spawn().unwrap());
    let public = Bucket::new("public-bucket").unwrap();
    let key = ObjectKey::new("k").unwrap();
    client.send(Asked::new(Method::Put, Resource::Object(public, key)), b"1").expect(200);
    let url = |path: &str| format!("{}{path}", client.emulator.endpoint());
    let get = |path| client.send_to("GET", &url(path), &[], b"");
    assert_eq!(get("/public-bucket/k").expect(200).text(), "1");
    get("/public-bucket/k?response-content-type=a").expect_error(400, "InvalidRequest");
    get("/public-bucket/").expect_error(403, "AccessDenied");
    get("/").expect_error(403, "AccessDenied");
    client.send_to("PUT", &url("/public-bucket/k"), &[], b"2").expect_error(403, "AccessDenied");
    client.send_to("DELETE", &url("/public-bucket/k"), &[], b"").expect_error(403, "AccessDenied");
    client.send_to("PUT", &url("/new-bucket"), &[], b"").expect_error(403, "AccessDenied");

    // In a private bucket, objects can be public; in a public one, private.
    let headers = [("x-oss-object-acl", "public-read")];
    client.send(Asked::new(Method::Put, object("k")).headers(&headers), b"1").expect(200);
    get("/examplebucket/k").expect(200);
    get("/examplebucket/none").expect_error(403, "AccessDenied");
    let headers = [("x-oss-object-acl", "private")];
    let asked = Asked::new(Method::Put, Resource::Object(public, key)).headers(&headers);
    client.send(asked, b"1").expect(200);
    get("/public-bucket/k").expect_error(403, "AccessDenied");
}

#[test]
fn anyone_may_write_where_that_is_public() {
    let client = start();
    let headers = [("x-oss-acl", "public-read-write")];
    let acl = Asked::new(Method::Put, Resource::Bucket(bucket())).query(&[("acl", "")]);
    client.send(acl.headers(&headers), b"").expect(200);
    let url = format!("{}/examplebucket/k", client.emulator.endpoint());
    client.send_to("PUT", &url, &[], b"1").expect(200);
    client.send_to("GET", &url, &[], b"").expect(200);
    client.send_to("DELETE", &url, &[], b"").expect(204);
}
