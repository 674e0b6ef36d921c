//! AccessKeys that KMS rotates: a RAM secret, read with a client key.

use core::time::Duration;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use oss_sign::Region;

use crate::answer::Refusal;
use crate::credentials::{Credentials, Lifetime};
use crate::error::{Cause, Error};
use crate::http::{Origin, Request, Response, TransportError};
use crate::kms::configuration::Settings;
use crate::kms::secret::Secret;
use crate::provider::{Provider, ProviderName};
use crate::rpc::Nonce;
use crate::step::Step;
use crate::surroundings::{Surroundings, Warning};

mod client_key;
mod configuration;
mod instance_gateway;
mod properties;
mod protobuf;
mod secret;
mod shared_gateway;

pub use client_key::{ClientKey, ClientKeyError};

const NAME: ProviderName = ProviderName::new("kms_ram_secret");

/// How long before its end the certificate of a client key is a reason to warn.
const EXPIRES_SOON: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The AccessKey pair in a RAM secret of KMS, which rotates by itself.
///
/// KMS is asked again after six hours, or some minutes after the next rotation if that is earlier
/// (`refresh_at` of the credentials). A rotation at once, by hand, is noticed only by OSS's refusal
/// (`InvalidAccessKeyId`): tell the cache by its `invalidate`.
///
/// ```no_run
/// use oss_sign::Region;
/// use oss_sign_credentials::{ClientKey, KmsGateway, KmsRamSecret};
///
/// // As the console of KMS let you download them.
/// let file = std::fs::read("clientKey_KAAP.example.json")?;
/// let password = std::fs::read_to_string("clientKey_KAAP.example_Password.txt")?;
/// let gateway = KmsGateway::shared(&Region::new("cn-hangzhou")?, false);
/// let secret = KmsRamSecret::new(ClientKey::open(&file, &password)?, gateway, "acs/ram/user/oss-app");
///
/// // Or as `secretsmanager.properties` and the environment have it.
/// let secret = KmsRamSecret::from_properties();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct KmsRamSecret {
    source: Source,
    secret_name: Option<String>,
    interval: Duration,
}

#[derive(Clone, Debug)]
enum Source {
    Given(Target),
    /// Of another file than the usual one.
    Properties(Option<PathBuf>),
}

/// Where a secret can be had, and with which key.
#[derive(Clone, Debug)]
struct Target {
    gateway: KmsGateway,
    client_key: Arc<ClientKey>,
}

/// Where KMS is asked.
#[derive(Clone, Debug)]
pub struct KmsGateway {
    origin: Origin,
    kind: Kind,
}

#[derive(Clone, Debug)]
enum Kind {
    Shared { region: String },
    Instance { certificate_authority: Option<String> },
}

impl KmsGateway {
    /// The shared gateway of a region, `kms.REGION.aliyuncs.com`; in a VPC without a way to the
    /// internet `kms-vpc.REGION.aliyuncs.com`.
    #[must_use]
    pub fn shared(region: &Region, is_in_vpc: bool) -> Self {
        let product = if is_in_vpc { "kms-vpc" } else { "kms" };
        let origin = Origin::of_product(product, region);
        Self { origin, kind: Kind::Shared { region: region.as_str().to_owned() } }
    }

    /// The gateway of a KMS instance, `kst-….cryptoservice.kms.aliyuncs.com`, with the certificate
    /// authority in PEM that the console let you download.
    #[must_use]
    pub fn instance(origin: Origin, certificate_authority: Option<String>) -> Self {
        Self { origin, kind: Kind::Instance { certificate_authority } }
    }

    /// The same gateway at another address.
    #[must_use]
    pub fn at(self, origin: Origin) -> Self {
        Self { origin, ..self }
    }
}

impl KmsRamSecret {
    /// The secret of this name.
    pub fn new(client_key: ClientKey, gateway: KmsGateway, secret_name: impl Into<String>) -> Self {
        let source = Source::Given(Target { gateway, client_key: Arc::new(client_key) });
        Self { secret_name: Some(secret_name.into()), ..Self::of(source) }
    }

    /// What `secretsmanager.properties` in the working directory says, or the environment variables
    /// of the same names, which take precedence; read at each use. Needed are `credentials_type`
    /// (`client_key`), `client_key_private_key_path`, a password, `cache_client_region_id` or
    /// `cache_client_dkms_config_info`, and `secret_names` with one name.
    #[must_use]
    pub fn from_properties() -> Self {
        Self::of(Source::Properties(None))
    }

    /// The same as [`from_properties`](Self::from_properties), of a file of another name.
    pub fn from_properties_file(path: impl Into<PathBuf>) -> Self {
        Self::of(Source::Properties(Some(path.into())))
    }

    fn of(source: Source) -> Self {
        Self { source, secret_name: None, interval: Duration::from_secs(6 * 60 * 60) }
    }

    /// The secret of this name, whatever `secret_names` says.
    #[must_use]
    pub fn with_secret_name(self, secret_name: impl Into<String>) -> Self {
        Self { secret_name: Some(secret_name.into()), ..self }
    }

    /// Asks KMS again after this time, and not after six hours.
    #[must_use]
    pub fn with_refresh_interval(self, interval: Duration) -> Self {
        Self { interval, ..self }
    }

    fn ask<'s>(&self, surroundings: &'s dyn Surroundings) -> Result<Step<'s, Credentials>, Error> {
        let (targets, secret_name) = match &self.source {
            Source::Given(target) => (vec![target.clone()], self.secret_name.clone()),
            Source::Properties(file) => {
                let settings = Settings::read(file.as_deref(), surroundings)
                    .map_err(|cause| Error::failed(NAME, cause))?;
                let targets = settings.targets().map_err(not_configured)?;
                let of_settings = || settings.secret_name().map(Some).map_err(not_configured);
                (targets, self.secret_name.clone().map_or_else(of_settings, |name| Ok(Some(name)))?)
            }
        };
        let secret_name = secret_name.unwrap_or_default();
        let asking = Asking { secret_name, interval: self.interval, surroundings };
        Ok(asking.next(targets.into_iter()))
    }
}

impl Provider for KmsRamSecret {
    fn name(&self) -> ProviderName {
        NAME
    }

    fn acquire<'s>(&self, surroundings: &'s dyn Surroundings) -> Step<'s, Credentials> {
        self.ask(surroundings).unwrap_or_else(Step::failed)
    }
}

/// What is needed for each target.
struct Asking<'s> {
    secret_name: String,
    interval: Duration,
    surroundings: &'s dyn Surroundings,
}

impl<'s> Asking<'s> {
    /// Asks the first target; the next one if that cannot answer.
    fn next(self, mut targets: std::vec::IntoIter<Target>) -> Step<'s, Credentials> {
        let Some(target) = targets.next() else {
            return Step::failed(not_configured(Cause::missing("a gateway of KMS")));
        };
        let request = match self.request(&target) {
            Ok(request) => request,
            Err(error) => return Step::failed(error),
        };
        let may_go_on = targets.len() > 0;
        Step::send(request, move |answer| match answer {
            Err(_) if may_go_on => self.next(targets),
            Ok(response) if may_go_on && response.status() >= 500 => self.next(targets),
            answer => Step::Done(self.read(&target.gateway, answer)),
        })
    }

    fn request(&self, target: &Target) -> Result<Request, Error> {
        let Target { gateway: KmsGateway { origin, kind }, client_key } = target;
        let now = self.surroundings.now();
        if let Some(expiry) = client_key.expires_at() {
            if expiry <= now {
                let cause = Cause::invalid("the KMS client key", format!("expired at {expiry}"));
                return Err(Error::failed(NAME, cause).with_remedy("create a new client key"));
            }
            if now.checked_add_seconds(EXPIRES_SOON.as_secs()).is_some_and(|soon| expiry <= soon) {
                self.surroundings.warn(&Warning::ClientKeyExpires(expiry));
            }
        }
        if !origin.is_confidential() {
            let cause = Cause::invalid("the endpoint of KMS", "is not https");
            return Err(Error::failed(NAME, cause).with_remedy("a secret travels on https alone"));
        }
        let request = match kind {
            Kind::Shared { region } => {
                let random = self.surroundings.random().map_err(|_| Cause::Random);
                random.and_then(|random| {
                    let nonce = Nonce(random);
                    let name = &self.secret_name;
                    shared_gateway::request(origin.clone(), region, client_key, name, now, nonce)
                })
            }
            Kind::Instance { certificate_authority } => {
                let authority = certificate_authority.clone();
                let name = &self.secret_name;
                instance_gateway::request(origin.clone(), authority, client_key, name, now)
            }
        };
        request.map_err(|cause| Error::failed(NAME, cause))
    }

    fn read(
        &self,
        KmsGateway { origin, kind }: &KmsGateway,
        answer: Result<Response, TransportError>,
    ) -> Result<Credentials, Error> {
        let failed = |cause| Error::failed(NAME, cause);
        let response = answer.map_err(|error| failed(Cause::Transport(origin.clone(), error)))?;
        if response.status() != 200 {
            let refusal = match kind {
                Kind::Shared { .. } => Refusal::read(&response),
                Kind::Instance { .. } => instance_gateway::read_refusal(&response),
            };
            let remedy = refusal.code.as_deref().and_then(remedy);
            let error = failed(refusal.cause(origin, response.status()));
            return Err(match remedy {
                Some(remedy) => error.with_remedy(remedy),
                None => error,
            });
        }
        let secret: Option<Secret> = match kind {
            Kind::Shared { .. } => serde_json::from_slice(response.body()).ok(),
            Kind::Instance { .. } => instance_gateway::read(&response).ok(),
        };
        let problem = |problem| failed(Cause::Answer(origin.clone(), problem));
        let secret = secret.ok_or_else(|| problem("is not that of GetSecretValue".into()))?;
        let credentials = secret.credentials().map_err(|text| problem(text.into()))?;
        let random = self.surroundings.random().map_err(|_| failed(Cause::Random))?;
        let refresh_at = secret.refresh_at(self.surroundings.now(), self.interval, random);
        let credentials = credentials.with_provider(NAME).with_lifetime(Lifetime::Permanent);
        Ok(match refresh_at {
            Some(refresh_at) => credentials.with_refresh_at(refresh_at),
            None => credentials,
        })
    }
}

/// <https://www.alibabacloud.com/help/doc-detail/601449.html>
fn remedy(code: &str) -> Option<&'static str> {
    match code {
        "InvalidAccessKeyId.NotFound" | "InvalidAccessKeyId.Inactive" => {
            Some("the client key is deleted: create one in the application access point of KMS")
        }
        "Forbidden.ResourceNotFound" => {
            Some("there is no such secret in this region, or it is not of this instance of KMS")
        }
        "IllegalTimestamp" | "RequestTimeTooSkewed" => Some("set the clock of this machine"),
        code if code.starts_with("Forbidden") => Some(
            "give the application access point a permission policy that names this secret: \
             `SecretUser`, or `CryptoServiceSecretUser` for an instance of KMS",
        ),
        _ => None,
    }
}

/// What is missing in the settings is no mistake yet: another provider may be meant.
fn not_configured(cause: Cause) -> Error {
    match cause {
        Cause::Missing(_) => Error::not_configured(NAME, cause),
        _ => Error::failed(NAME, cause),
    }
}

fn client_key_failed(path: &Path, error: ClientKeyError) -> Cause {
    Cause::File(path.to_owned(), format!("{}; {}", error.problem(), error.remedy()).into())
}
