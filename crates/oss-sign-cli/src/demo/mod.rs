//! `oss-sign demo`: the main job from end to end, without an account.

mod local;
mod picture;
mod stage;

use std::process::ExitCode;

use clap::Args;
use oss_sign::{Bucket, Method, ObjectKey, Request, Resource};

use self::local::{Answer, Local, Signed, URL_SECONDS};
use self::stage::{Break, Stage};
use crate::explain;
use crate::mistake::Mistake;

/// Show it all on this machine: uploads and downloads by presigned URLs, and what OSS says to a URL
/// that is changed or has expired.
///
/// It takes no account and no network: OSS is the emulator of `oss-sign serve`, and the AccessKey is
/// made up for the occasion. The exit code is 0 if all was as it should be.
#[derive(Args)]
pub(crate) struct Demo {
    /// Leave the local OSS running until Ctrl-C, so that its URLs and commands can be pasted
    #[arg(long)]
    keep: bool,
}

const BUCKET: &str = "examplebucket";
/// With what is easy to get wrong: letters of another script, a blank, a plus.
const KEY: &str = "photos/日出 1+1.png";
const PNG: (&str, &str) = ("content-type", "image/png");

impl Demo {
    pub(crate) fn run(&self) -> Result<ExitCode, Mistake> {
        let mut stage = Stage::new();
        match self.play(&mut stage) {
            // The reader has had enough.
            Ok(()) | Err(Break::OutputGone) => Ok(stage.exit_code()),
            Err(Break::Mistake(mistake)) => Err(mistake),
        }
    }

    fn play(&self, stage: &mut Stage) -> Result<(), Break> {
        let bucket = Bucket::new(BUCKET).map_err(|error| Mistake::new(error.to_string()))?;
        let key = ObjectKey::new(KEY).map_err(|error| Mistake::new(error.to_string()))?;
        let local = Local::start(bucket)?;
        stage.say("A local OSS. It verifies every request, as the real one does.\n")?;
        stage.fact("endpoint", local.url())?;
        stage.fact("bucket", BUCKET)?;
        stage.fact("region", local.region().as_str())?;
        stage.fact("AccessKey ID", local.credentials().access_key_id())?;
        let mut demo = Scenes { stage, local: &local, bucket, key };
        demo.all()?;
        if self.keep {
            stage.say(&format!("The local OSS goes on at {}, until Ctrl-C.", local.url()))?;
            local.serve_on();
        }
        Ok(())
    }
}

struct Scenes<'a> {
    stage: &'a mut Stage,
    local: &'a Local,
    bucket: Bucket<'a>,
    key: ObjectKey<'a>,
}

impl<'a> Scenes<'a> {
    fn all(&mut self) -> Result<(), Break> {
        let (sunrise, sunset) = (drawn(7)?, drawn(18)?);
        self.versioning()?;
        let version_id = self.upload(&sunrise)?;
        let download = self.download(&sunrise)?;
        self.process()?;
        self.version(&sunrise, &sunset, &version_id)?;
        self.added_header(&sunrise)?;
        self.changed_character(&download)?;
        self.expired(&download)?;
        self.stage.end()
    }

    fn get(&self) -> Request<'a> {
        Request::get(self.bucket, self.key)
    }

    fn put(&self) -> Request<'a> {
        Request::put(self.bucket, self.key).headers(&[PNG])
    }

    /// Signs, shows and sends a request.
    fn send(
        &mut self,
        request: &Request<'_>,
        method: Method,
        body: &[u8],
    ) -> Result<(Signed, Answer), Break> {
        let signed = self.local.presign(request, method)?;
        let answer = self.send_signed(&signed, body)?;
        Ok((signed, answer))
    }

    fn send_signed(&mut self, signed: &Signed, body: &[u8]) -> Result<Answer, Break> {
        self.stage.paste(&signed.url)?;
        self.stage.paste(&signed.curl())?;
        let answer = self.local.send(signed, body)?;
        self.stage.say(&format!(
            "\nOSS answers {}, {} bytes.",
            answer.status,
            answer.body.len()
        ))?;
        Ok(answer)
    }

    fn upload(&mut self, picture: &[u8]) -> Result<String, Break> {
        self.stage.step("A picture is uploaded by a presigned PUT URL")?;
        self.stage.say(&format!("It has {} bytes, and is called {KEY}.", picture.len()))?;
        let request = self.put();
        let (_, answer) = self.send(&request, Method::Put, picture)?;
        self.stage.expect("the picture is stored", answer.status.is_success())?;
        let version_id = answer.header("x-oss-version-id").unwrap_or_default();
        self.stage.expect("it has a version ID", !version_id.is_empty())?;
        Ok(version_id.to_owned())
    }

    fn download(&mut self, picture: &[u8]) -> Result<Signed, Break> {
        self.stage.step("It is downloaded by a presigned GET URL")?;
        let (signed, answer) = self.send(&self.get(), Method::Get, &[])?;
        self.stage.expect("it is the same, byte for byte", answer.body == picture)?;
        Ok(signed)
    }

    fn versioning(&mut self) -> Result<(), Break> {
        self.stage.step("The bucket is told to keep all versions of its objects")?;
        let request = Request::new(Method::Put, Resource::Bucket(self.bucket));
        let request = request.query(&[("versioning", "")]);
        let body = "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
        let (_, answer) = self.send(&request, Method::Put, body.as_bytes())?;
        self.stage.expect("the bucket does so", answer.status.is_success())
    }

    fn process(&mut self) -> Result<(), Break> {
        self.stage.step("The same, to be processed on the way out")?;
        let request = self.get().process("image/resize,w_200");
        let (_, answer) = self.send(&request, Method::Get, &[])?;
        let style = answer.header("x-oss-emulator-process").unwrap_or_default().to_owned();
        self.stage
            .say("OSS would make it smaller; the local one says what it read of the style,")?;
        self.stage.say(&format!("{style}, and sends the picture as it is."))?;
        self.stage.expect("the style is part of what is signed", !style.is_empty())
    }

    fn version(&mut self, first: &[u8], second: &[u8], version_id: &str) -> Result<(), Break> {
        self.stage.step("Another picture takes its place, and the first is still to be had")?;
        let (_, answer) = self.send(&self.put(), Method::Put, second)?;
        self.stage.expect("the new picture is stored", answer.status.is_success())?;
        let request = self.get();
        let (_, answer) = self.send(&request.version_id(version_id), Method::Get, &[])?;
        self.stage.expect("its version ID brings the first one back", answer.body == first)
    }

    fn added_header(&mut self, picture: &[u8]) -> Result<(), Break> {
        self.stage.step("The commonest mistake: the client sends a header that was not signed")?;
        let request = Request::put(self.bucket, self.key);
        let signed = self.local.presign(&request, Method::Put)?;
        let mut sent = signed.clone();
        sent.headers.push((PNG.0.to_owned(), PNG.1.to_owned()));
        self.refused(&signed, &sent, picture, "SignatureDoesNotMatch", "Content-Type: image/png")
    }

    fn changed_character(&mut self, signed: &Signed) -> Result<(), Break> {
        self.stage.step("One character of a URL is changed")?;
        let mut sent = signed.clone();
        sent.url = signed.url.replace("/photos/", "/photoz/");
        self.refused(signed, &sent, &[], "SignatureDoesNotMatch", "/photoz/")
    }

    fn expired(&mut self, signed: &Signed) -> Result<(), Break> {
        self.stage.step("A URL is used after it has expired")?;
        self.stage.say(&format!(
            "It was good for {URL_SECONDS} seconds; the clock of OSS is moved on."
        ))?;
        self.local.advance_clock(u64::from(URL_SECONDS) + 1);
        let told = self.refused(signed, signed, &[], "AccessDenied", "expired");
        self.local.set_clock_back();
        told
    }

    /// Sends what was signed otherwise, shows the refusal, and what `explain` makes of it.
    fn refused(
        &mut self,
        signed: &Signed,
        sent: &Signed,
        body: &[u8],
        code: &str,
        cause: &str,
    ) -> Result<(), Break> {
        let answer = self.send_signed(sent, body)?;
        let answer = answer.text();
        self.stage.quote(&answer)?;
        let is_refused = answer.contains(&format!("<Code>{code}</Code>"));
        self.stage.expect(&format!("refused: {code}"), is_refused)?;
        self.stage.say("\n`oss-sign explain` says of it:")?;
        let explanation =
            explain::explain(Some(&answer), Some(&signed.to_json()?), None, self.local.now())?;
        self.stage.quote(&explanation)?;
        self.stage.expect("it names the cause", explanation.contains(cause))
    }
}

fn drawn(hour: u8) -> Result<Vec<u8>, Mistake> {
    picture::draw(hour).map_err(|error| Mistake::new(format!("the picture: {error}")))
}
