//! `oss-sign serve`: a local OSS that verifies signatures, with STS and the metadata service beside
//! it.

use core::fmt::Write as _;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::time::Duration;
use std::fs;
use std::io::{self, IsTerminal as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use oss_sign::Timestamp;
use oss_sign_credentials::{Environment, ErrorKind};
use oss_sign_emulator::{
    AccessKey, Builder, Clock, Emulator, Faults, ImdsMode, OidcProvider, Principal, Role, Storage,
};

use crate::access_key::{mistake, provide};
use crate::answer;
use crate::instant::instant;
use crate::mistake::{Mistake, Quoted};
use crate::region::region;

/// Run a local OSS that verifies every signature, with STS, an ECS metadata service and a
/// credentials URI beside it.
///
/// Prints what to export, for `eval`, and a line for each request on standard error. Without an
/// AccessKey in the environment it makes one up. Ctrl-C ends it.
#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Serve {
    /// Where to listen; other machines reach another address than this
    #[arg(long, value_name = "IP", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    address: IpAddr,

    /// The port of OSS; 0 takes a free one. STS and the others get the next one
    #[arg(long, default_value_t = 9000)]
    port: u16,

    /// A bucket that is there from the start; may be repeated
    #[arg(long, value_name = "NAME", default_value = "examplebucket")]
    bucket: Vec<String>,

    /// A bucket whose objects everyone can read; may be repeated
    #[arg(long, value_name = "NAME")]
    public_bucket: Vec<String>,

    /// The region that signatures must be for [env: OSS_REGION] [default: cn-hangzhou]
    #[arg(long, value_name = "ID")]
    region: Option<String>,

    /// Keep the objects in a folder [default: in memory]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,

    /// What time it is at the start: Unix seconds or RFC 3339 [default: the clock]
    #[arg(long, value_name = "INSTANT", value_parser = instant)]
    now: Option<Timestamp>,

    /// Speak HTTPS, and write the certificate that is made for it into a file (PEM). STS is there
    /// over both
    #[arg(long, value_name = "CERTIFICATE")]
    https: Option<PathBuf>,

    /// The metadata service answers only with a token (HttpTokens=required)
    #[arg(long)]
    hardened_imds: bool,

    #[command(flatten)]
    faults: FaultArgs,
}

/// What goes wrong on purpose.
#[derive(Args)]
#[command(next_help_heading = "Faults")]
struct FaultArgs {
    /// Every request waits so long: 200ms, 2s
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    delay: Option<Duration>,

    /// So many requests are answered with status 500
    #[arg(long, value_name = "COUNT")]
    answer_500: Option<usize>,

    /// The connections of so many requests are reset
    #[arg(long, value_name = "COUNT")]
    reset: Option<usize>,

    /// So many downloads break off in the middle
    #[arg(long, value_name = "COUNT")]
    cut_short: Option<usize>,

    /// The clock of OSS is ahead of all others by so much: 20m
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration)]
    time_ahead: Option<Duration>,

    /// The clock of OSS is behind all others by so much
    #[arg(long, value_name = "DURATION", value_parser = humantime::parse_duration, conflicts_with = "time_ahead")]
    time_behind: Option<Duration>,
}

const EXAMPLES: &str = "\
EXAMPLES:
  oss-sign serve
  oss-sign serve --port 0 --data objects --bucket photos --bucket videos
  oss-sign serve --https certificate.pem --answer-500 2

IN ANOTHER SHELL, with what it printed:
  export OSS_ENDPOINT=http://127.0.0.1:9000 OSS_REGION=cn-hangzhou OSS_ACCESS_KEY_ID=... ...
  curl -T cat.jpg \"$(oss-sign presign oss://examplebucket/cat.jpg --method PUT)\"";

impl Serve {
    pub(crate) fn run(&self) -> Result<ExitCode, Mistake> {
        let access_key = ServedKey::find()?;
        let builder = self.builder(&access_key)?;
        log_to_standard_error();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Mistake::new(format!("no threads: {error}")))?;
        runtime.block_on(async {
            let emulator = builder.start().await;
            let emulator = emulator.map_err(|error| Mistake::new(error.to_string()))?;
            self.save_certificate(&emulator)?;
            let code = answer::write(io::stdout().lock(), &self.exports(&emulator, &access_key));
            ended().await?;
            emulator.shutdown().await;
            Ok(code)
        })
    }

    fn builder(&self, access_key: &ServedKey) -> Result<Builder, Mistake> {
        let region = region(self.region.as_deref())?;
        let listen = SocketAddr::new(self.address, self.port);
        let mut builder = Emulator::builder()
            .listen(listen)
            .listen_issuers(SocketAddr::new(
                self.address,
                self.port.saturating_add(self.port.min(1)),
            ))
            .access_key(&access_key.id, &access_key.secret)
            .faults(self.faults.faults())
            .imds(if self.hardened_imds { ImdsMode::HardenedOnly } else { ImdsMode::Normal })
            .role(role());
        for bucket in &self.bucket {
            builder = builder.bucket(bucket);
        }
        for bucket in &self.public_bucket {
            builder = builder.public_bucket(bucket);
        }
        if let Some(region) = &region {
            builder = builder.region(region.as_str());
        }
        if let Some(folder) = &self.data {
            builder = builder.storage(Storage::folder(folder));
        }
        if let Some(now) = self.now {
            builder = builder.clock(Clock::running_from(now));
        }
        if self.https.is_some() {
            builder = builder.https();
        }
        Ok(builder)
    }

    fn save_certificate(&self, emulator: &Emulator) -> Result<(), Mistake> {
        let (Some(path), Some(pem)) = (&self.https, emulator.certificate()) else { return Ok(()) };
        fs::write(path, pem).map_err(|error| {
            Mistake::new(format!("--https {}: {error}", Quoted(&path.to_string_lossy())))
        })
    }

    /// Lines for a shell; what is not to be exported is a comment.
    fn exports(&self, emulator: &Emulator, access_key: &ServedKey) -> String {
        let mut text = String::new();
        let mut export = |name: &str, value: &str| {
            // Writing to a string does not fail. Nothing of it has a character of the shell's.
            let _ = writeln!(text, "export {name}={value}");
        };
        export("OSS_ENDPOINT", &emulator.endpoint());
        export("OSS_REGION", emulator.region().as_str());
        if access_key.is_invented {
            export("OSS_ACCESS_KEY_ID", &access_key.id);
            export("OSS_ACCESS_KEY_SECRET", &access_key.secret);
        }
        if let Some(issuers) = emulator.issuers() {
            let endpoint = issuers.endpoint();
            export("ALIBABA_CLOUD_STS_ENDPOINT", &endpoint);
            export("ALIBABA_CLOUD_ECS_METADATA_SERVICE_ENDPOINT", &endpoint);
            export("ALIBABA_CLOUD_CREDENTIALS_URI", &issuers.credentials_uri());
            let _ = writeln!(text, "# role: {}", role().arn());
            let _ = writeln!(text, "# OIDC provider: {}", oidc_provider().arn());
            if let Some(endpoint) = issuers.https_endpoint() {
                let _ = writeln!(text, "# STS over HTTPS: {endpoint}");
            }
        }
        text.push_str("# ready\n");
        text
    }
}

impl FaultArgs {
    fn faults(&self) -> Faults {
        let faults = Faults::default();
        faults.delay(self.delay.unwrap_or_default());
        faults.answer_500(self.answer_500.unwrap_or_default());
        faults.reset(self.reset.unwrap_or_default());
        faults.cut_short(self.cut_short.unwrap_or_default());
        if let Some(by) = self.time_ahead {
            faults.time_ahead(by);
        }
        if let Some(by) = self.time_behind {
            faults.time_behind(by);
        }
        faults
    }
}

/// The AccessKey that the local OSS knows.
struct ServedKey {
    id: String,
    secret: String,
    /// Nobody else knows it, so it must be told.
    is_invented: bool,
}

impl ServedKey {
    /// That of the environment, or else one that is made up.
    fn find() -> Result<Self, Mistake> {
        match provide(Box::new(Environment::new()))? {
            Ok(given) if given.security_token().is_some() => Err(Mistake::new(
                "the AccessKey in the environment is a temporary one: the local OSS wants a \
                 permanent one, or none",
            )),
            Ok(given) => Ok(Self {
                id: given.access_key_id().to_owned(),
                secret: given.access_key_secret().to_owned(),
                is_invented: false,
            }),
            Err(error) if error.kind() == ErrorKind::NotConfigured => Self::invent(),
            Err(error) => Err(mistake(&error)),
        }
    }

    fn invent() -> Result<Self, Mistake> {
        let made = AccessKey::random().map_err(|error| Mistake::new(error.to_string()))?;
        Ok(Self {
            id: made.credentials().access_key_id().to_owned(),
            secret: made.access_key_secret().to_owned(),
            is_invented: true,
        })
    }
}

fn role() -> Role {
    Role::new("local")
        .trust(Principal::Account)
        .trust(Principal::Ecs)
        .trust(Principal::Oidc(oidc_provider()))
        .max_session_seconds(43_200)
}

fn oidc_provider() -> OidcProvider {
    OidcProvider::new("local", "https://oidc.localhost", "sts.aliyuncs.com")
}

fn log_to_standard_error() {
    tracing_subscriber::fmt()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        .without_time()
        .init();
}

/// Returns when somebody wants it to end.
async fn ended() -> Result<(), Mistake> {
    let failed = |error| Mistake::new(format!("Ctrl-C cannot be waited for: {error}"));
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};

        let mut terminated = signal(SignalKind::terminate()).map_err(failed)?;
        tokio::select! {
            ended = tokio::signal::ctrl_c() => ended.map_err(failed),
            _ = terminated.recv() => Ok(()),
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await.map_err(failed)
}
