//! Connections with the local OSS: requests one after the other, without a signature but for those in
//! forms and URLs.

use std::error::Error;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss_sign::v4::{Signer, SigningKey};
use oss_sign::{Bucket, Condition, Expires, PostPolicy, Region};
use oss_sign_fuzz::{credentials, now};

use crate::seed;

pub fn write() -> Result<(), Box<dyn Error>> {
    let write =
        |name: &str, requests: &[String]| seed("emulator", name, requests.concat().as_bytes());
    let get = |path: &str| request("GET", path, &[], "");
    let put = || request("PUT", "/examplebucket/cat.jpg", &["content-type: image/jpeg"], "cat");
    write(
        "get",
        &[
            put(),
            request(
                "GET",
                "/examplebucket/cat.jpg?response-content-type=a",
                &["range: bytes=0-1"],
                "",
            ),
            request("HEAD", "/examplebucket/cat.jpg", &["if-none-match: \"x\""], ""),
            get("/examplebucket/cat.jpg?objectMeta"),
            get("/examplebucket/cat.jpg?x-oss-process=image/resize,w_200"),
        ],
    )?;
    write(
        "acl",
        &[
            request(
                "PUT",
                "/everyones/k?x=1",
                &["x-oss-object-acl: private", "x-oss-meta-a: b"],
                "k",
            ),
            request("PUT", "/everyones/k?acl", &["x-oss-object-acl: public-read"], ""),
            get("/everyones/k?acl"),
            request("PUT", "/everyones?acl", &["x-oss-acl: public-read-write"], ""),
            get("/everyones?acl"),
            get("/everyones?bucketInfo"),
            get("/everyones?location"),
        ],
    )?;
    write(
        "append",
        &[
            request("POST", "/examplebucket/log?append&position=0", &[], "one"),
            request("POST", "/examplebucket/log?append&position=3", &["content-md5: x"], "two"),
            request("DELETE", "/examplebucket/log", &[], ""),
        ],
    )?;
    write(
        "copy",
        &[
            put(),
            request("PUT", "/everyones/k", &["x-oss-copy-source: /examplebucket/cat.jpg"], ""),
            get("/everyones/k"),
        ],
    )?;
    write(
        "versions",
        &[
            request("PUT", "/examplebucket?versioning", &[], VERSIONING),
            put(),
            put(),
            request("DELETE", "/examplebucket/cat.jpg", &[], ""),
            get("/examplebucket?versions&prefix=c&delimiter=/&encoding-type=url"),
            request("DELETE", "/examplebucket/cat.jpg?versionId=null", &[], ""),
        ],
    )?;
    write(
        "list",
        &[
            put(),
            get("/examplebucket?list-type=2&max-keys=1&start-after=a&fetch-owner=true"),
            get("/examplebucket?marker=a&prefix=c"),
            get("/?max-keys=1&prefix=e"),
            request("POST", "/examplebucket?delete", &[], DELETE),
        ],
    )?;
    write(
        "multipart",
        &[
            request("POST", "/examplebucket/big?uploads", &[], ""),
            request("PUT", &of_upload("partNumber=1"), &[], "part"),
            get(&of_upload("max-parts=1")),
            request("POST", &of_upload("x=1"), &[], COMPLETE),
            get("/examplebucket?uploads&delimiter=/"),
        ],
    )?;
    write(
        "multipart-copy",
        &[
            put(),
            request("POST", "/examplebucket/big?uploads", &[], ""),
            request(
                "PUT",
                &of_upload("partNumber=2"),
                &[
                    "x-oss-copy-source: /examplebucket/cat.jpg",
                    "x-oss-copy-source-range: bytes=0-1",
                ],
                "",
            ),
            request("POST", &of_upload("x=1"), &["x-oss-complete-all: yes"], ""),
            request("DELETE", &of_upload("x=1"), &[], ""),
        ],
    )?;
    write(
        "bucket",
        &[
            request("PUT", "/newbucket", &["x-oss-acl: public-read-write"], ""),
            request("PUT", "/newbucket/k", &["x-oss-forbid-overwrite: true"], "k"),
            request("DELETE", "/newbucket", &[], ""),
        ],
    )?;
    write(
        "chunked",
        &["PUT /examplebucket/k HTTP/1.1\r\nhost: localhost\r\n\
        transfer-encoding: chunked\r\nexpect: 100-continue\r\n\r\n3\r\ncat\r\n0\r\n\r\n"
            .to_owned()],
    )?;
    write(
        "virtual-hosted",
        &["GET /cat.jpg?x-oss-credential=a&Expires=1&Signature=b HTTP/1.1\r\n\
        host: examplebucket.oss-cn-hangzhou.aliyuncs.com:80\r\nauthorization: OSS a:b\r\n\r\n"
            .to_owned()],
    )?;
    write("form", &[form()?])
}

const VERSIONING: &str =
    "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
const DELETE: &str = "<Delete><Quiet>false</Quiet><Object><Key>cat.jpg</Key></Object></Delete>";
/// The MD5 is that of `part`.
const COMPLETE: &str = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber>\
    <ETag>\"F4C9385F1902F7334B00B9B4ECD164DE\"</ETag></Part></CompleteMultipartUpload>";

fn of_upload(query: &str) -> String {
    // Uploads are numbered.
    format!("/examplebucket/big?uploadId={:032X}&{query}", 1)
}

fn request(method: &str, path: &str, headers: &[&str], body: &str) -> String {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nhost: localhost\r\n{headers}content-length: {length}\r\n\r\n{body}"
    )
}

/// An upload by form, whose policy is signed.
fn form() -> Result<String, Box<dyn Error>> {
    let conditions = [Condition::StartsWith("key", "avatars/")];
    let policy = PostPolicy::new(Bucket::new("examplebucket")?).conditions(&conditions);
    let key = SigningKey::derive(&credentials(), &Region::new("cn-hangzhou")?, now());
    let signer = Signer::new(credentials(), &key);
    let form = signer.sign_policy(&policy, now(), Expires::default())?;
    let mut fields: Vec<(String, String)> =
        form.fields().map(|(name, value)| (name.to_owned(), value.to_string())).collect();
    fields.push(("key".to_owned(), "avatars/${filename}".to_owned()));
    fields.push(("success_action_status".to_owned(), "201".to_owned()));
    fields.push((
        "callback".to_owned(),
        STANDARD.encode(r#"{"callbackUrl":"a","callbackBody":"b"}"#),
    ));
    let mut body: String = fields
        .iter()
        .map(|(name, value)| {
            format!("--x\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        })
        .collect();
    body += "--x\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.jpg\"\r\n\r\ncat\r\n--x--\r\n";
    let content_type = "content-type: multipart/form-data; boundary=x";
    Ok(request("POST", "/examplebucket", &[content_type], &body))
}
