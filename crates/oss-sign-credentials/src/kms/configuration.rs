//! `secretsmanager.properties`, and the environment variables of the same names.

use std::path::Path;
use std::sync::Arc;

use serde::Deserialize;
use zeroize::Zeroizing;

use crate::error::Cause;
use crate::http::Origin;
use crate::kms::client_key::ClientKey;
use crate::kms::properties::Properties;
use crate::kms::{KmsGateway, Target, client_key_failed};
use crate::surroundings::Surroundings;

/// What the secrets manager client reads, in the working directory.
pub(crate) const FILE: &str = "secretsmanager.properties";

const TYPE: &str = "credentials_type";
const REGIONS: &str = "cache_client_region_id";
const INSTANCES: &str = "cache_client_dkms_config_info";
const KEY_FILE: &str = "client_key_private_key_path";
const PASSWORD_VARIABLE: &str = "client_key_password_from_env_variable";
const PASSWORD_FILE: &str = "client_key_password_from_file_path";
const PASSWORD: &str = "client_key_password";
const SECRET_NAMES: &str = "secret_names";

/// What is said for [`REGIONS`].
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SharedRegion {
    region_id: String,
    endpoint: Option<String>,
    #[serde(default)]
    vpc: bool,
}

/// What is said for [`INSTANCES`].
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[derive(Default)]
struct Instance {
    endpoint: String,
    client_key_file: String,
    password_from_file_path: Option<String>,
    password_from_env_variable: Option<String>,
    ca_file_path: Option<String>,
    ignore_ssl_certs: Option<serde_json::Value>,
}

/// The settings: those of the environment, then those of the file.
pub(crate) struct Settings<'s> {
    properties: Properties,
    surroundings: &'s dyn Surroundings,
}

impl<'s> Settings<'s> {
    /// Those of `file`, or else of [`FILE`] where there is one.
    pub(crate) fn read(
        file: Option<&Path>,
        surroundings: &'s dyn Surroundings,
    ) -> Result<Self, Cause> {
        let text = match file {
            Some(path) => Some(surroundings.read_secret_text(path)?),
            None => surroundings.read_secret_text_if_any(Path::new(FILE))?,
        };
        let properties = Properties::parse(text.as_ref().map_or("", |text| text.as_str()));
        Ok(Self { properties, surroundings })
    }

    fn get(&self, name: &str) -> Option<Zeroizing<String>> {
        let property = || self.properties.get(name).map(|value| Zeroizing::new(value.to_owned()));
        self.surroundings.variable(name).map(Zeroizing::new).or_else(property)
    }

    fn list<T: for<'de> Deserialize<'de>>(&self, name: &'static str) -> Result<Vec<T>, Cause> {
        let Some(text) = self.get(name) else { return Ok(Vec::new()) };
        serde_json::from_str(&text)
            .map_err(|_| Cause::invalid(name, "is not the JSON list that it should be"))
    }

    /// The one secret that is named there.
    pub(crate) fn secret_name(&self) -> Result<String, Cause> {
        let names = self.get(SECRET_NAMES).ok_or(Cause::missing(SECRET_NAMES))?;
        match names.split(',').map(str::trim).collect::<Vec<_>>()[..] {
            [name] => Ok(name.to_owned()),
            _ => Err(Cause::invalid(SECRET_NAMES, "has several names: say which one to use")),
        }
    }

    /// Where the secret can be had, in the order in which it is tried: `Missing` if nothing is said.
    pub(crate) fn targets(&self) -> Result<Vec<Target>, Cause> {
        let mut targets = Vec::new();
        let regions: Vec<SharedRegion> = self.list(REGIONS)?;
        if !regions.is_empty() {
            let client_key = Arc::new(self.client_key()?);
            for region in regions {
                targets.push(Target { gateway: region.gateway()?, client_key: client_key.clone() });
            }
        }
        for instance in self.list::<Instance>(INSTANCES)? {
            targets.push(self.instance(&instance)?);
        }
        if targets.is_empty() { Err(Cause::missing(REGIONS)) } else { Ok(targets) }
    }

    /// The client key of the shared gateway.
    fn client_key(&self) -> Result<ClientKey, Cause> {
        let kind = self.get(TYPE).ok_or(Cause::missing(TYPE))?;
        if kind.as_str() != "client_key" {
            return Err(Cause::invalid(TYPE, "is not `client_key`, the only one that is served"));
        }
        let path = self.get(KEY_FILE).ok_or(Cause::missing(KEY_FILE))?;
        let [variable, file] = [PASSWORD_VARIABLE, PASSWORD_FILE].map(|name| self.get(name));
        let [variable, file] =
            [&variable, &file].map(|text| text.as_ref().map(|text| text.as_str()));
        self.open(&path, variable, file)
    }

    fn instance(&self, instance: &Instance) -> Result<Target, Cause> {
        let ignores = instance.ignore_ssl_certs.as_ref().map(ToString::to_string);
        if ignores.is_some_and(|text| text.trim_matches('"').eq_ignore_ascii_case("true")) {
            let problem = "ignores certificates (`ignoreSslCerts`), so anybody could read the \
                           secret: give the CA of the instance as `caFilePath`";
            return Err(Cause::invalid(INSTANCES, problem));
        }
        let certificate_authority = match &instance.ca_file_path {
            Some(path) => Some(self.surroundings.read_text(Path::new(path))?.as_str().to_owned()),
            None => None,
        };
        let origin = Origin::parse(&instance.endpoint).map_err(|error| {
            Cause::invalid(INSTANCES, format!("has an `endpoint` that is none: {error}"))
        })?;
        let gateway = KmsGateway::instance(origin, certificate_authority);
        let variable = instance.password_from_env_variable.as_deref();
        let file = instance.password_from_file_path.as_deref();
        let client_key = Arc::new(self.open(&instance.client_key_file, variable, file)?);
        Ok(Target { gateway, client_key })
    }

    fn open(
        &self,
        key_file: &str,
        password_variable: Option<&str>,
        password_file: Option<&str>,
    ) -> Result<ClientKey, Cause> {
        let path = Path::new(key_file);
        let file = self.surroundings.read_secret_text(path)?;
        let password = self.password(password_variable, password_file)?;
        ClientKey::open(file.as_bytes(), &password).map_err(|error| client_key_failed(path, error))
    }

    fn password(
        &self,
        variable: Option<&str>,
        file: Option<&str>,
    ) -> Result<Zeroizing<String>, Cause> {
        let of_variable = |name| self.surroundings.variable(name).map(Zeroizing::new);
        if let Some(password) = variable.and_then(of_variable) {
            return Ok(password);
        }
        if let Some(path) = file {
            return self.surroundings.read_secret_text(Path::new(path));
        }
        of_variable(PASSWORD).ok_or(Cause::missing(PASSWORD))
    }
}

impl SharedRegion {
    fn gateway(self) -> Result<KmsGateway, Cause> {
        let Self { region_id, endpoint, vpc } = self;
        let region = oss_sign::Region::new(&region_id).map_err(|error| {
            Cause::invalid(REGIONS, format!("has a `regionId` that is none: {error}"))
        })?;
        let gateway = KmsGateway::shared(&region, vpc);
        match endpoint.filter(|text| !text.is_empty()) {
            None => Ok(gateway),
            Some(endpoint) => {
                Origin::parse(&endpoint).map(|origin| gateway.at(origin)).map_err(|error| {
                    Cause::invalid(REGIONS, format!("has an `endpoint` that is none: {error}"))
                })
            }
        }
    }
}
