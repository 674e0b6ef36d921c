//! How to test a service that hands out upload URLs.
//!
//! `UploadService` stands for your own. Its tests need no account and no network: the emulator
//! verifies what it signs, as OSS would.
//!
//! ```sh
//! cargo run -p oss-sign-emulator --example test_your_uploads
//! ```

use core::error::Error;
use core::time::Duration;

use oss_sign::v4::{Signer, SigningKey};
use oss_sign::{Bucket, Credentials, Endpoint, Expires, ObjectKey, Region, Request, Timestamp};
use oss_sign_emulator::{Clock, Emulator};

type Result<T> = core::result::Result<T, Box<dyn Error>>;

/// Lets each user upload one picture, within ten minutes.
struct UploadService {
    endpoint: String,
}

impl UploadService {
    /// Where the user is to send the picture, with the header `Content-Type: image/png`.
    fn upload_url(&self, user: &str, now: Timestamp) -> Result<String> {
        let credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret")?;
        let key = SigningKey::derive(&credentials, &Region::new("cn-hangzhou")?, now);
        let object = format!("avatars/{user}.png");
        let request = Request::put(Bucket::new("examplebucket")?, ObjectKey::new(&object)?)
            .headers(&[("content-type", "image/png"), ("x-oss-forbid-overwrite", "true")]);
        let endpoint = Endpoint::parse(&self.endpoint)?;
        let expires = Expires::after_seconds(600);
        let url = Signer::new(credentials, &key).presign(&request, &endpoint, now, expires)?;
        Ok(url.to_string())
    }
}

/// What a browser would do. Gives the status, and the `Code` of the error.
fn upload(url: &str, content_type: &str) -> Result<(u16, String)> {
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let request = agent.put(url).header("content-type", content_type);
    let mut response = request.header("x-oss-forbid-overwrite", "true").send("a picture")?;
    let body = response.body_mut().read_to_string()?;
    let code = body.split(&['<', '>'][..]).skip_while(|text| *text != "Code").nth(1);
    Ok((response.status().as_u16(), code.unwrap_or_default().to_owned()))
}

fn main() -> Result<()> {
    let now = Timestamp::from_unix_seconds(1_700_000_000)?;
    let emulator = Emulator::builder()
        .access_key("LTAI5tExampleKeyId", "example-secret")
        .bucket("examplebucket")
        .clock(Clock::fixed(now))
        .spawn()?;
    let service = UploadService { endpoint: emulator.endpoint() };

    // The URL works once, as the service has it.
    let url = service.upload_url("eric", now)?;
    assert_eq!(upload(&url, "image/png")?, (200, String::new()));
    assert_eq!(upload(&url, "image/png")?, (409, "FileAlreadyExists".to_owned()));
    let came = emulator.requests();
    assert_eq!(came.first().and_then(|request| request.key.as_deref()), Some("avatars/eric.png"));

    // It is for a picture, and for nothing else.
    let url = service.upload_url("anna", now)?;
    assert_eq!(upload(&url, "text/html")?, (403, "SignatureDoesNotMatch".to_owned()));
    let of_eric = url.replace("anna", "eric");
    assert_eq!(upload(&of_eric, "image/png")?, (403, "SignatureDoesNotMatch".to_owned()));

    // It is over after ten minutes: no need to wait for them.
    emulator.clock().advance(Duration::from_secs(601));
    assert_eq!(upload(&url, "image/png")?, (403, "AccessDenied".to_owned()));

    // And when OSS fails, what does the client do? It could try again.
    let url = service.upload_url("anna", emulator.clock().now())?;
    emulator.faults().answer_500(1);
    assert_eq!(upload(&url, "image/png")?, (500, "InternalError".to_owned()));
    assert_eq!(upload(&url, "image/png")?, (200, String::new()));

    for request in emulator.requests() {
        println!("{request}");
    }
    Ok(())
}
