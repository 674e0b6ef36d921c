//! Buckets and their versions.

use oss_sign::{Bucket, Method, Resource};

use crate::client::{Asked, BUCKET, Client, bucket, object, start};

fn of_bucket(
    client: &Client,
    method: Method,
    query: &[(&str, &str)],
    body: &[u8],
) -> crate::client::Answer {
    client.send(Asked::new(method, Resource::Bucket(bucket())).query(query), body)
}

#[test]
fn a_bucket_is_made_listed_and_deleted() {
    let client = start();
    let new = Resource::Bucket(Bucket::new("new-bucket").unwrap());
    client.send(Asked::new(Method::Put, new), b"").expect(200);
    let listed = client.send(Asked::new(Method::Get, Resource::Service), b"").expect(200);
    assert_eq!(listed.elements("Name"), [BUCKET, "new-bucket"]);
    client.send(Asked::new(Method::Delete, new), b"").expect(204);
    client.send(Asked::new(Method::Get, new), b"").expect_error(404, "NoSuchBucket");

    client.put("k", b"1").expect(200);
    of_bucket(&client, Method::Delete, &[], b"").expect_error(409, "BucketNotEmpty");
}

#[test]
fn what_is_known_of_a_bucket() {
    let client = start();
    let get = |name| of_bucket(&client, Method::Get, &[(name, "")], b"").expect(200);
    let info = get("bucketInfo");
    assert_eq!((info.element("Name"), info.element("Grant")), (BUCKET, "private"));
    assert_eq!(info.element("CreationDate"), "2023-11-14T22:13:20.000Z");
    assert_eq!(get("location").element("LocationConstraint"), "oss-cn-hangzhou");
    assert_eq!(get("acl").element("Grant"), "private");
    let headers = [("x-oss-acl", "public-read")];
    let put = Asked::new(Method::Put, Resource::Bucket(bucket())).query(&[("acl", "")]);
    client.send(put.headers(&headers), b"").expect(200);
    assert_eq!(get("acl").element("Grant"), "public-read");
}

fn set_versioning(client: &Client, status: &str) {
    let document =
        format!("<VersioningConfiguration><Status>{status}</Status></VersioningConfiguration>");
    of_bucket(client, Method::Put, &[("versioning", "")], document.as_bytes()).expect(200);
}

fn get_version(client: &Client, key: &str, id: &str) -> crate::client::Answer {
    client.send(Asked::new(Method::Get, object(key)).query(&[("versionId", id)]), b"")
}

#[test]
fn versions_are_kept_once_that_is_enabled() {
    let client = start();
    client.put("k", b"0").expect(200);
    set_versioning(&client, "Enabled");
    let versioning = of_bucket(&client, Method::Get, &[("versioning", "")], b"");
    assert_eq!(versioning.element("Status"), "Enabled");

    let first = client.put("k", b"1").expect(200).header("x-oss-version-id").to_owned();
    let second = client.put("k", b"2").expect(200).header("x-oss-version-id").to_owned();
    assert!(!first.is_empty() && first != second);
    assert_eq!(client.get("k").header("x-oss-version-id"), second);
    for (id, body) in [("null", "0"), (&first, "1"), (&second, "2")] {
        assert_eq!(get_version(&client, "k", id).expect(200).text(), body);
    }
    get_version(&client, "k", "other").expect_error(404, "NoSuchVersion");

    // A deletion without a version hides the object.
    let deleted = client.send(Asked::new(Method::Delete, object("k")), b"").expect(204);
    assert_eq!(deleted.header("x-oss-delete-marker"), "true");
    let marker = deleted.header("x-oss-version-id").to_owned();
    client.get("k").expect_error(404, "NoSuchKey");
    get_version(&client, "k", &marker).expect_error(405, "MethodNotAllowed");

    let listed = of_bucket(&client, Method::Get, &[("versions", "")], b"").expect(200);
    assert_eq!(
        listed.elements("VersionId"),
        [marker.as_str(), second.as_str(), first.as_str(), "null"]
    );
    assert_eq!(listed.elements("IsLatest"), ["true", "false", "false", "false"]);

    // Without the marker it is there again.
    let delete = |id: &str| {
        let query = [("versionId", id)];
        client.send(Asked::new(Method::Delete, object("k")).query(&query), b"").expect(204)
    };
    delete(&marker);
    assert_eq!(client.get("k").expect(200).text(), "2");
    delete(&second);
    assert_eq!(client.get("k").expect(200).text(), "1");
}

#[test]
fn a_suspended_bucket_has_one_version_without_id() {
    let client = start();
    set_versioning(&client, "Enabled");
    let first = client.put("k", b"1").expect(200).header("x-oss-version-id").to_owned();
    set_versioning(&client, "Suspended");
    client.put("k", b"2").expect(200);
    client.put("k", b"3").expect(200);
    assert_eq!(client.get("k").expect(200).text(), "3");
    assert_eq!(get_version(&client, "k", &first).expect(200).text(), "1");
    let listed = of_bucket(&client, Method::Get, &[("versions", "")], b"").expect(200);
    assert_eq!(listed.elements("VersionId"), ["null", &first]);
}

#[test]
fn many_objects_are_deleted_at_once() {
    let client = start();
    for key in ["a", "b&<c>", "d"] {
        client.put(key, b"1").expect(200);
    }
    let document = "<Delete><Object><Key>a</Key></Object><Object><Key>b&amp;&lt;c&gt;</Key></Object>\
                    <Object><Key>none</Key></Object></Delete>";
    let deleted = of_bucket(&client, Method::Post, &[("delete", "")], document.as_bytes());
    let deleted = deleted.expect(200);
    assert_eq!(deleted.elements("Key"), ["a", "b&amp;&lt;c&gt;", "none"]);
    let listed = of_bucket(&client, Method::Get, &[], b"").expect(200);
    assert_eq!(listed.elements("Key"), ["d"]);

    let quiet = b"<Delete><Quiet>true</Quiet><Object><Key>d</Key></Object></Delete>";
    let deleted = of_bucket(&client, Method::Post, &[("delete", "")], quiet).expect(200);
    assert_eq!(deleted.text(), "");
    client.get("d").expect(404);

    for wrong in ["", "<Delete/>", "<Delete><Object>", "<!DOCTYPE x><Delete>&x;</Delete>"] {
        let answer = of_bucket(&client, Method::Post, &[("delete", "")], wrong.as_bytes());
        answer.expect_error(400, "MalformedXML");
    }
}
