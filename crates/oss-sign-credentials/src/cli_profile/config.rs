//! The format of `~/.aliyun/config.json`, as the `aliyun` command writes it.

use serde::Deserialize;
use zeroize::Zeroizing;

/// A configuration file. What of it holds a secret is wiped when it is dropped.
#[derive(Default, Deserialize)]
pub(crate) struct Config {
    current: Option<String>,
    profiles: Option<Vec<Profile>>,
}

/// A profile. Texts that are empty count as absent: `aliyun` writes every field.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct Profile {
    name: Option<String>,
    mode: Option<String>,
    access_key_id: Option<String>,
    access_key_secret: Option<Zeroizing<String>>,
    sts_token: Option<Zeroizing<String>>,
    /// Unix seconds.
    sts_expiration: Option<i64>,
    sts_region: Option<String>,
    sts_endpoint: Option<String>,
    enable_vpc: Option<bool>,
    ram_role_name: Option<String>,
    ram_role_arn: Option<String>,
    ram_session_name: Option<String>,
    external_id: Option<String>,
    policy: Option<String>,
    expired_seconds: Option<i64>,
    source_profile: Option<String>,
    process_command: Option<Zeroizing<String>>,
    /// Its query can hold a secret.
    credentials_uri: Option<Zeroizing<String>>,
    oidc_provider_arn: Option<String>,
    oidc_token_file: Option<String>,
    cloud_sso_sign_in_url: Option<String>,
    cloud_sso_account_id: Option<String>,
    cloud_sso_access_config: Option<String>,
    access_token: Option<Zeroizing<String>>,
    /// Unix seconds.
    cloud_sso_access_token_expire: Option<i64>,
    oauth_site_type: Option<String>,
    bearer_token: Option<Zeroizing<String>>,
    private_key: Option<Zeroizing<String>>,
}

/// Where the text stops to be a configuration. Not what stands there: it can be a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NotAConfig {
    line: usize,
    column: usize,
}

impl NotAConfig {
    /// After the path of the file.
    pub(crate) fn problem(self) -> String {
        let Self { line, column } = self;
        format!("is not the JSON that `aliyun configure` writes (line {line}, column {column})")
    }
}

/// How a profile gets its credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Ak,
    StsToken,
    RamRoleArn,
    RamRoleArnWithEcs,
    EcsRamRole,
    Oidc,
    ChainableRamRoleArn,
    External,
    CredentialsUri,
    CloudSso,
    OAuth,
    BearerToken,
    RsaKeyPair,
    Anonymous,
}

/// `aliyun` compares without case, the SDKs with; the later name of `RamRoleArnWithEcs` is known too.
const MODES: [(&str, Mode); 15] = [
    ("AK", Mode::Ak),
    ("StsToken", Mode::StsToken),
    ("RamRoleArn", Mode::RamRoleArn),
    ("RamRoleArnWithEcs", Mode::RamRoleArnWithEcs),
    ("RamRoleArnWithRoleName", Mode::RamRoleArnWithEcs),
    ("EcsRamRole", Mode::EcsRamRole),
    ("OIDC", Mode::Oidc),
    ("ChainableRamRoleArn", Mode::ChainableRamRoleArn),
    ("External", Mode::External),
    ("CredentialsURI", Mode::CredentialsUri),
    ("CloudSSO", Mode::CloudSso),
    ("OAuth", Mode::OAuth),
    ("BearerToken", Mode::BearerToken),
    ("RsaKeyPair", Mode::RsaKeyPair),
    ("Anonymous", Mode::Anonymous),
];

impl Mode {
    fn parse(text: &str) -> Option<Self> {
        let found = MODES.iter().find(|(name, _)| name.eq_ignore_ascii_case(text));
        found.map(|(_, mode)| *mode)
    }
}

impl Config {
    /// A file that is `{}` or `null` is one without profiles.
    pub(crate) fn parse(text: &[u8]) -> Result<Self, NotAConfig> {
        serde_json::from_slice::<Option<Self>>(text)
            .map(Option::unwrap_or_default)
            .map_err(|error| NotAConfig { line: error.line(), column: error.column() })
    }

    /// The name of the profile that is used if nobody chooses one.
    pub(crate) fn current(&self) -> Option<&str> {
        given(self.current.as_deref())
    }

    pub(crate) fn has_profiles(&self) -> bool {
        self.profiles.as_ref().is_some_and(|profiles| !profiles.is_empty())
    }

    pub(crate) fn profile(&self, name: &str) -> Option<&Profile> {
        self.profiles.iter().flatten().find(|profile| profile.name.as_deref() == Some(name))
    }
}

macro_rules! texts {
    ($($field:ident),+ $(,)?) => {
        $(pub(crate) fn $field(&self) -> Option<&str> {
            given(self.$field.as_ref().map(|text| text.as_str()))
        })+
    };
}

impl Profile {
    texts! {
        access_key_id, access_key_secret, sts_token, sts_region, sts_endpoint, ram_role_name,
        ram_role_arn, ram_session_name, external_id, policy, source_profile, process_command,
        credentials_uri, oidc_provider_arn, oidc_token_file, cloud_sso_sign_in_url,
        cloud_sso_account_id, cloud_sso_access_config, access_token,
    }

    /// Where it was left out, that which its fields make likely; `Err` is a mode that nobody knows.
    pub(crate) fn mode(&self) -> Result<Option<Mode>, &str> {
        match given(self.mode.as_deref()) {
            Some(name) => Mode::parse(name).map(Some).ok_or(name),
            None => Ok(self.likely_mode()),
        }
    }

    fn likely_mode(&self) -> Option<Mode> {
        let has_pair = self.access_key_id().is_some() && self.access_key_secret().is_some();
        let is_set = |text: &Option<String>| given(text.as_deref()).is_some();
        let is_secret_set = |text: &Option<Zeroizing<String>>| {
            given(text.as_ref().map(|text| text.as_str())).is_some()
        };
        let likely = [
            (has_pair && self.sts_token().is_some(), Mode::StsToken),
            (has_pair && self.ram_role_arn().is_some(), Mode::RamRoleArn),
            (has_pair, Mode::Ak),
            (is_secret_set(&self.private_key), Mode::RsaKeyPair),
            (is_set(&self.ram_role_name), Mode::EcsRamRole),
            (self.process_command().is_some(), Mode::External),
            (self.credentials_uri().is_some(), Mode::CredentialsUri),
            (self.oidc_provider_arn().is_some(), Mode::Oidc),
            (self.cloud_sso_sign_in_url().is_some(), Mode::CloudSso),
            (is_set(&self.oauth_site_type), Mode::OAuth),
            (is_secret_set(&self.bearer_token), Mode::BearerToken),
        ];
        likely.into_iter().find(|(holds, _)| *holds).map(|(_, mode)| mode)
    }

    /// Unix seconds; 0 is what `aliyun` writes where there is none.
    pub(crate) fn sts_expiration(&self) -> Option<i64> {
        self.sts_expiration.filter(|&seconds| seconds != 0)
    }

    /// Unix seconds; 0 is what `aliyun` writes where there is none.
    pub(crate) fn cloud_sso_access_token_expire(&self) -> Option<i64> {
        self.cloud_sso_access_token_expire.filter(|&seconds| seconds != 0)
    }

    /// Seconds; 0 is what `aliyun` writes where there are none.
    pub(crate) fn expired_seconds(&self) -> Option<i64> {
        self.expired_seconds.filter(|&seconds| seconds != 0)
    }

    pub(crate) fn enable_vpc(&self) -> bool {
        self.enable_vpc.unwrap_or_default()
    }
}

fn given(text: Option<&str>) -> Option<&str> {
    text.filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(fields: &str) -> Profile {
        serde_json::from_str(&format!("{{{fields}}}")).unwrap()
    }

    #[test]
    fn t63_a_file_without_profiles_is_no_mistake() {
        for text in ["{}", "null", r#"{"profiles": null}"#, r#"{"profiles": []}"#] {
            assert!(!Config::parse(text.as_bytes()).unwrap().has_profiles(), "{text}");
        }
    }

    #[test]
    fn t63_a_text_that_is_no_configuration_is_not_quoted() {
        for text in ["hushhush", r#"{"current": "hushhush"#, r#"{"profiles": "hushhush"}"#] {
            let error = Config::parse(text.as_bytes()).err().unwrap();
            let problem = error.problem();
            assert!(!problem.contains("hushhush"), "{problem}");
        }
    }

    #[test]
    fn t63_a_file_as_aliyun_writes_it() {
        let text = r#"{
            "current": "default",
            "profiles": [
                {"name": "default", "mode": "AK", "access_key_id": "id", "access_key_secret": "secret",
                 "sts_token": "", "ram_role_name": "", "expired_seconds": 0, "enable_vpc": false,
                 "region_id": "cn-hangzhou", "output_format": "json", "retry_timeout": 0}
            ],
            "meta_path": ""
        }"#;
        let config = Config::parse(text.as_bytes()).unwrap();
        assert_eq!(config.current(), Some("default"));
        let profile = config.profile("default").unwrap();
        assert_eq!(profile.access_key_id(), Some("id"));
        assert_eq!(profile.access_key_secret(), Some("secret"));
        assert_eq!(profile.sts_token(), None);
        assert_eq!(profile.expired_seconds(), None);
        assert!(config.profile("other").is_none());
    }

    #[test]
    fn t70_modes_are_read_without_case() {
        for (name, mode) in MODES {
            for spelling in [name.to_owned(), name.to_lowercase(), name.to_uppercase()] {
                let profile = profile(&format!(r#""mode": "{spelling}""#));
                assert_eq!(profile.mode(), Ok(Some(mode)), "{spelling}");
            }
        }
        assert_eq!(profile(r#""mode": "Unsupported""#).mode(), Err("Unsupported"));
    }

    #[test]
    fn t70_a_mode_that_was_left_out_follows_from_the_fields() {
        let pair = r#""access_key_id": "id", "access_key_secret": "secret""#;
        for (fields, mode) in [
            ("", None),
            (r#""access_key_id": "id""#, None),
            (pair, Some(Mode::Ak)),
            (&format!(r#"{pair}, "sts_token": "token""#), Some(Mode::StsToken)),
            (&format!(r#"{pair}, "ram_role_arn": "arn""#), Some(Mode::RamRoleArn)),
            (r#""ram_role_name": "role""#, Some(Mode::EcsRamRole)),
            (r#""process_command": "tool""#, Some(Mode::External)),
            (r#""credentials_uri": "https://example.com""#, Some(Mode::CredentialsUri)),
            (r#""oidc_provider_arn": "arn""#, Some(Mode::Oidc)),
            (r#""cloud_sso_sign_in_url": "https://example.com""#, Some(Mode::CloudSso)),
            (r#""oauth_site_type": "CN""#, Some(Mode::OAuth)),
            (r#""bearer_token": "token""#, Some(Mode::BearerToken)),
            (r#""private_key": "key""#, Some(Mode::RsaKeyPair)),
        ] {
            assert_eq!(
                profile(&format!(
                    r#"{fields}{}"mode": """#,
                    if fields.is_empty() { "" } else { "," }
                ))
                .mode(),
                Ok(mode),
                "{fields}"
            );
        }
    }
}
