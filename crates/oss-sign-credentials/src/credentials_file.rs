//! The legacy file of the credentials tools, `~/.alibabacloud/credentials.ini`.

use std::path::PathBuf;

use crate::configuration_file::{self, ConfigurationFile, IGNORE_PROFILE, PROFILE};
use crate::credentials::Credentials;
use crate::credentials_file::ini::{Ini, Section};
use crate::ecs_ram_role::EcsRamRole;
use crate::error::{Cause, Error};
use crate::provider::{Provider, ProviderName};
use crate::role_settings::RoleSettings;
use crate::static_access_key::StaticAccessKey;
use crate::step::Step;
use crate::surroundings::Surroundings;

mod ini;

const NAME: ProviderName = ProviderName::new("profile");

const PATH: &str = "ALIBABA_CLOUD_CREDENTIALS_FILE";

/// The names of the file in `~/.alibabacloud`: that of the tools for Java and Python, then that of
/// those for Go and Node.js.
const FILE_NAMES: [&str; 2] = ["credentials.ini", "credentials"];

/// A section of `~/.alibabacloud/credentials.ini`, or else of `~/.alibabacloud/credentials`: the
/// legacy file of the credentials tools.
///
/// The file is that of `ALIBABA_CLOUD_CREDENTIALS_FILE`, if it is set; the section is that of
/// `ALIBABA_CLOUD_PROFILE`, or else `default`. `ALIBABA_CLOUD_IGNORE_PROFILE=true` switches it off.
///
/// ```ini
/// [default]
/// type = access_key
/// access_key_id = LTAI5tExampleKeyId
/// access_key_secret = example-secret
///
/// [reader]
/// type = ram_role_arn
/// access_key_id = LTAI5tExampleKeyId
/// access_key_secret = example-secret
/// role_arn = acs:ram::1234567890123456:role/oss-reader
/// role_session_name = reports
/// ```
///
/// The types are `access_key`, `sts` (with `security_token`), `ecs_ram_role` (`role_name`),
/// `ram_role_arn`, and `oidc_role_arn` (`role_arn`, `oidc_provider_arn`, `oidc_token_file_path`). OSS
/// has no signature for `bearer` and `rsa_key_pair`.
#[derive(Clone, Debug, Default)]
pub struct CredentialsFile {
    path: Option<PathBuf>,
    section: Option<String>,
}

impl CredentialsFile {
    /// The section that the environment chooses, or `default`, in the usual file.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same in this file.
    #[must_use]
    pub fn with_path(self, path: impl Into<PathBuf>) -> Self {
        Self { path: Some(path.into()), ..self }
    }

    /// The section of this name.
    #[must_use]
    pub fn with_section(self, section: impl Into<String>) -> Self {
        Self { section: Some(section.into()), ..self }
    }

    fn resolve(&self, surroundings: &dyn Surroundings) -> Result<Box<dyn Provider>, Error> {
        let failed = |cause| Error::failed(NAME, cause);
        configuration_file::check_switches(NAME, &[IGNORE_PROFILE], surroundings)?;
        let mut absent = configuration_file::no_home(NAME);
        for file in self.files(surroundings) {
            let text = surroundings.read_secret_text_if_any(&file.path).map_err(failed)?;
            let Some(text) = text else {
                absent = file.absent(NAME);
                continue;
            };
            let problem = |problem: String| failed(Cause::File(file.path.clone(), problem.into()));
            let ini = Ini::parse(&text).map_err(|error| problem(error.problem()))?;
            let chosen = self.section.clone().or_else(|| surroundings.variable(PROFILE));
            let name = chosen.as_deref().unwrap_or("default");
            return match ini.section(name) {
                Some(section) => Settings { section, name }.provider().map_err(problem),
                None if chosen.is_some() => Err(problem(format!("has no section `{name}`"))),
                None => {
                    let cause = Cause::File(file.path.clone(), "has no section `default`".into());
                    Err(Error::not_configured(NAME, cause))
                }
            };
        }
        Err(absent)
    }

    fn files(&self, surroundings: &dyn Surroundings) -> Vec<ConfigurationFile> {
        if let Some(file) = ConfigurationFile::chosen(self.path.clone(), &[PATH], surroundings) {
            return vec![file];
        }
        let home = surroundings.home_directory();
        let directory = home.map(|home| home.join(".alibabacloud"));
        let paths =
            directory.iter().flat_map(|directory| FILE_NAMES.map(|name| directory.join(name)));
        paths.map(ConfigurationFile::usual).collect()
    }
}

/// A section by its name. Errors come after the path of the file.
struct Settings<'a> {
    section: &'a Section,
    name: &'a str,
}

impl<'a> Settings<'a> {
    fn provider(&self) -> Result<Box<dyn Provider>, String> {
        match self.needed("type")? {
            "access_key" => self.access_key(None),
            "sts" => self.access_key(Some(self.needed("security_token")?)),
            "ecs_ram_role" => {
                Ok(Box::new(EcsRamRole::new().with_role_name(self.needed("role_name")?)))
            }
            "ram_role_arn" => {
                let source = self.access_key(self.section.get("security_token"))?;
                let role_arn = self.needed("role_arn")?;
                self.role()?.assumed_by(source, role_arn).map_err(|problem| self.wrong(&problem))
            }
            "oidc_role_arn" => {
                let role_arn = self.needed("role_arn")?;
                let provider_arn = self.needed("oidc_provider_arn")?;
                let token_file = self.needed("oidc_token_file_path")?;
                self.role()?
                    .assumed_with_oidc(role_arn, provider_arn, token_file)
                    .map_err(|problem| self.wrong(&problem))
            }
            kind @ ("bearer" | "rsa_key_pair") => {
                Err(self.wrong(&format!("OSS has no signature for the type `{kind}`")))
            }
            _ => Err(self.wrong(
                "its `type` is none of `access_key`, `sts`, `ecs_ram_role`, `ram_role_arn` and \
                 `oidc_role_arn`",
            )),
        }
    }

    fn access_key(&self, token: Option<&str>) -> Result<Box<dyn Provider>, String> {
        let id = self.needed("access_key_id")?;
        let secret = self.needed("access_key_secret")?;
        let credentials = Credentials::new(id, secret, token);
        let credentials = credentials.map_err(|error| self.wrong(&error.to_string()))?;
        Ok(Box::new(StaticAccessKey::from(credentials)))
    }

    fn role(&self) -> Result<RoleSettings<'a>, String> {
        let seconds = ["role_session_expiration", "session_expiration"];
        let seconds = seconds.iter().find_map(|name| self.section.get(name));
        let seconds = seconds.map(str::parse).transpose();
        Ok(RoleSettings {
            session_name: self.section.get("role_session_name"),
            policy: self.section.get("policy"),
            seconds: seconds.map_err(|_| self.wrong("the duration is no number of seconds"))?,
            ..RoleSettings::default()
        })
    }

    fn needed(&self, name: &str) -> Result<&'a str, String> {
        let missing = || format!("has a section `{}` without `{name}`", self.name);
        self.section.get(name).ok_or_else(missing)
    }

    fn wrong(&self, problem: &str) -> String {
        format!("has a wrong section `{}`: {problem}", self.name)
    }
}

impl Provider for CredentialsFile {
    fn name(&self) -> ProviderName {
        NAME
    }

    fn acquire<'s>(&self, surroundings: &'s dyn Surroundings) -> Step<'s, Credentials> {
        configuration_file::acquire(NAME, self.resolve(surroundings), surroundings)
    }
}
