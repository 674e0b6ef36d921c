//! Uploads by HTML form.

use oss_sign::v4::{Signer, SigningKey};
use oss_sign::{Condition, Credentials, Expires, PostPolicy, Region, v1};

use crate::client::{Answer, Client, ID, NOW, SECRET, at, bucket, start};

const HOUR: Expires = Expires::after_seconds(3600);

type Fields = Vec<(String, String)>;

/// The fields of a form that is signed with V4 or V1.
fn signed(conditions: &[Condition<'_>], is_v1: bool) -> Fields {
    let credentials = Credentials::new(ID, SECRET).unwrap();
    let policy = PostPolicy::new(bucket()).conditions(conditions);
    let key = SigningKey::derive(&credentials, &Region::new("cn-hangzhou").unwrap(), at(NOW));
    let form = match is_v1 {
        true => v1::Signer::new(credentials).sign_policy(&policy, at(NOW), HOUR).unwrap(),
        false => Signer::new(credentials, &key).sign_policy(&policy, at(NOW), HOUR).unwrap(),
    };
    form.fields().map(|(name, value)| (name.to_owned(), value.to_string())).collect()
}

fn with(mut fields: Fields, name: &str, value: &str) -> Fields {
    fields.push((name.to_owned(), value.to_owned()));
    fields
}

fn post(client: &Client, fields: &Fields, file: &[u8]) -> Answer {
    let mut body = Vec::new();
    for (name, value) in fields {
        let part =
            format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend_from_slice(part.as_bytes());
    }
    body.extend_from_slice(
        b"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"cat.jpg\"\r\n\
          Content-Type: image/jpeg\r\n\r\n",
    );
    body.extend_from_slice(file);
    body.extend_from_slice(b"\r\n--b--\r\n");
    let url = format!("{}/examplebucket/", client.emulator.endpoint());
    let headers = [("content-type", "multipart/form-data; boundary=b")];
    client.send_to("POST", &url, &headers, &body)
}

#[test]
fn a_form_uploads_its_file() {
    let client = start();
    let conditions = [
        Condition::StartsWith("key", "user/"),
        Condition::Equal("x-oss-meta-author", "eric"),
        Condition::Equal("content-type", "image/jpeg"),
        Condition::ContentLengthRange { min: 1, max: 10 },
    ];
    for is_v1 in [false, true] {
        let fields = with(signed(&conditions, is_v1), "key", "user/${filename}");
        let posted = post(&client, &fields, b"1234").expect(204);
        assert!(!posted.header("x-oss-hash-crc64ecma").is_empty());
        let got = client.get("user/cat.jpg").expect(200);
        assert_eq!((got.text(), got.header("x-oss-meta-author")), ("1234", "eric"));
        assert_eq!(got.header("content-type"), "image/jpeg");
    }
}

#[test]
fn what_the_policy_does_not_allow_is_refused() {
    let client = start();
    let conditions = [
        Condition::StartsWith("key", "user/"),
        Condition::In("content-type", &["image/jpeg", "image/png"]),
        Condition::ContentLengthRange { min: 2, max: 4 },
    ];
    let form = |key: &str, kind: &str| {
        with(with(signed(&conditions, false), "key", key), "Content-Type", kind)
    };
    post(&client, &form("user/a", "image/png"), b"123").expect(204);
    let refused = post(&client, &form("other/a", "image/png"), b"123");
    let refused = refused.expect_error(403, "AccessDenied");
    assert!(refused.element("Message").contains("starts-with"), "{}", refused.text());
    post(&client, &form("user/a", "image/gif"), b"123").expect_error(403, "AccessDenied");
    post(&client, &form("user/b", "image/png"), b"1").expect_error(400, "EntityTooSmall");
    post(&client, &form("user/b", "image/png"), b"12345").expect_error(400, "EntityTooLarge");
    client.get("user/b").expect_error(404, "NoSuchKey");
    client.emulator.clock().set(at(NOW + 3601));
    let expired = post(&client, &form("user/a", "image/png"), b"123");
    assert_eq!(expired.expect_error(403, "AccessDenied").element("EC"), "0006-00000213");
}

#[test]
fn a_form_that_was_changed_is_refused() {
    let client = start();
    let fields = with(signed(&[], false), "key", "k");
    post(&client, &fields, b"1").expect(204);
    for (name, expected) in [
        ("policy", "SignatureDoesNotMatch"),
        ("x-oss-signature", "SignatureDoesNotMatch"),
        ("x-oss-credential", "InvalidAccessKeyId"),
        ("x-oss-date", "AccessDenied"),
    ] {
        let mut changed = fields.clone();
        let field = changed.iter_mut().find(|(other, _)| other == name).unwrap();
        field.1 = format!("x{}", field.1.get(1..).unwrap());
        let refused = post(&client, &changed, b"1");
        assert_eq!(refused.element("Code"), expected, "{name}");
        let without: Fields = fields.iter().filter(|(other, _)| other != name).cloned().collect();
        assert!(post(&client, &without, b"1").status >= 400, "{name}");
    }
    // Within its day, the time of signing is held by the policy alone.
    let mut later = fields.clone();
    later.iter_mut().find(|(name, _)| name == "x-oss-date").unwrap().1 =
        "20231114T221321Z".to_owned();
    post(&client, &later, b"1").expect_error(403, "AccessDenied");
}

#[test]
fn answers_that_a_form_can_ask_for() {
    let client = start();
    let form = |name, value| with(with(signed(&[], false), "key", "a b"), name, value);
    post(&client, &form("success_action_status", "200"), b"1").expect(200);
    let created = post(&client, &form("success_action_status", "201"), b"1").expect(201);
    assert_eq!((created.element("Bucket"), created.element("Key")), ("examplebucket", "a b"));
    let url = "http://example.com/done?x=1";
    let redirected = post(&client, &form("success_action_redirect", url), b"1").expect(303);
    let location = redirected.header("location");
    assert!(
        location.starts_with("http://example.com/done?x=1&bucket=examplebucket&key=a%20b&etag=")
    );
    post(&client, &form("x-oss-forbid-overwrite", "true"), b"1")
        .expect_error(409, "FileAlreadyExists");
}

#[test]
fn forms_that_are_none() {
    let client = start();
    let url = format!("{}/examplebucket/", client.emulator.endpoint());
    let send =
        |kind: &str, body: &[u8]| client.send_to("POST", &url, &[("content-type", kind)], body);
    send("text/plain", b"").expect_error(412, "PreconditionFailed");
    send("multipart/form-data; boundary=b", b"x").expect_error(400, "MalformedPOSTRequest");
    let without_file = b"--b\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--b--\r\n";
    let answer = send("multipart/form-data; boundary=b", without_file);
    answer.expect_error(400, "IncorrectNumberOfFilesInPOSTRequest");
    // Not signed, and the bucket is private.
    post(&client, &with(Vec::new(), "key", "k"), b"1").expect_error(403, "AccessDenied");
    post(&client, &signed(&[], false), b"1").expect_error(400, "InvalidArgument");
    let twice = with(with(signed(&[], false), "key", "k"), "Key", "k");
    post(&client, &twice, b"1").expect_error(400, "InvalidArgument");
}
