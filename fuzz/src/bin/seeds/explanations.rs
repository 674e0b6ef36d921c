//! Answers of OSS to requests, as `explain` reads the two.

use std::error::Error;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use oss_sign::v4::{Signer, SigningKey};
use oss_sign::{
    Bucket, Endpoint, Expires, Method, ObjectKey, PresignedUrl, Region, Request, Resource, v1,
};
use oss_sign_fuzz::{credentials, now};

use crate::{list, seed};

pub fn write() -> Result<(), Box<dyn Error>> {
    let region = Region::new("cn-hangzhou")?;
    let resource = Resource::Object(Bucket::new("examplebucket")?, ObjectKey::new("a b/cat.jpg")?);
    let request = Request::new(Method::Put, resource)
        .query(&[("acl", ""), ("x", "1+2")])
        .headers(&[("content-type", "image/jpeg")]);
    let endpoint = Endpoint::public(&region);
    let key = SigningKey::derive(&credentials(), &region, now());
    let v4 = Signer::new(credentials(), &key);
    let v4 = v4.presign(&request, &endpoint, now(), Expires::default())?;
    let v1 = v1::Signer::new(credentials());
    let v1 = v1.presign(&request, &endpoint, now(), Expires::default())?;

    let write =
        |name: &str, answer: &str, request: &str| seed("explain", name, &list(&[answer, request]));
    let (of_v4, of_v1) = (mismatch(&v4), mismatch(&v1));
    write("v4", &of_v4, &v4.to_string())?;
    write("v4-with-a-style", &of_v4, &format!("{v4}&x-oss-process=image%2Finfo"))?;
    write("v4-escaped", &of_v4, &v4.to_string().replace('&', "&amp;"))?;
    write("v1", &of_v1, &v1.to_string())?;
    write("v1-of-a-header", &STANDARD.encode(&of_v1), &v1.to_string().replace("%2B", "+"))?;
    write("http", &format!("HTTP/1.1 403 Forbidden\r\nserver: AliyunOSS\r\n\r\n{of_v4}"), "")?;
    let document = serde_json::json!({
        "url": v4.to_string(),
        "method": "PUT",
        "headers": {"content-type": "image/jpeg", "host": "static.example.com"},
        "bucket": "examplebucket",
        "region": "cn-beijing",
        "additional_headers": ["host"],
        "canonical_request": v4.canonical_request().map(|text| text.to_string()),
        "string_to_sign": v4.string_to_sign().to_string(),
    });
    write("json", &of_v4, &document.to_string())?;
    let document = serde_json::json!({
        "url": "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/cat.jpg",
        "headers": {"date": "Tue, 14 Nov 2023 22:13:20 GMT"},
    });
    write("not-signed", &of_v1, &document.to_string())?;
    let skewed = "<Error><Code>RequestTimeTooSkewed</Code><Message>m</Message>\
        <RequestTime>2023-11-14T22:13:20.000Z</RequestTime>\
        <ServerTime>2023-11-14T23:13:20.000Z</ServerTime><EC>0002-00000504</EC></Error>";
    write("skewed", skewed, "")?;
    let of_sts = r#"{"Code":"SignatureDoesNotMatch","Message":"m","RequestId":"r"}"#;
    write("sts", of_sts, &v4.to_string())?;
    write("request-alone", "", &v4.to_string())
}

/// OSS received another method.
fn mismatch(url: &PresignedUrl<'_>) -> String {
    let escaped = |text: String| {
        let text = text.replacen("PUT", "GET", 1);
        text.replace('&', "&amp;").replace('<', "&lt;")
    };
    let request = url.canonical_request().map(|text| escaped(text.to_string()));
    format!(
        "<?xml version=\"1.0\"?>\n<Error><Code>SignatureDoesNotMatch</Code><Message>m</Message>\
         <RequestId>65541B9F0000000000000001</RequestId><OSSAccessKeyId>LTAI5tExampleKeyId\
         </OSSAccessKeyId><SignatureProvided>{}</SignatureProvided><StringToSign>{}</StringToSign>\
         <CanonicalRequest>{}</CanonicalRequest><EC>0002-00000201</EC></Error>",
        url.signature(),
        escaped(url.string_to_sign().to_string()),
        request.unwrap_or_default(),
    )
}
