use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    SignableBody, SignableRequest, SignatureLocation, SigningParams, SigningSettings, sign,
};

fn main() {
    let identity =
        Credentials::new("ExampleKeyId", "example-secret", None, None, "hello").into();
    let mut settings = SigningSettings::default();
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(Duration::from_secs(3600));
    let parameters = aws_sigv4::sign::v4::SigningParams::builder()
        .identity(&identity)
        .region("us-east-1")
        .name("s3")
        .time(SystemTime::now())
        .settings(settings)
        .build()
        .unwrap();
    let uri = "https://examplebucket.s3.us-east-1.amazonaws.com/photos/cat%20picture%2B1.jpg";
    let mut request = http::Request::get(uri).body(()).unwrap();
    let body = SignableBody::UnsignedPayload;
    let signable = SignableRequest::new("GET", uri, std::iter::empty(), body).unwrap();
    let signed = sign(signable, &SigningParams::from(parameters)).unwrap();
    signed.into_parts().0.apply_to_request_http1x(&mut request);
    println!("{}", request.uri());
}
