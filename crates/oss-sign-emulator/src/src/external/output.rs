//! What a command prints that gives credentials, in either of the documented forms.

use core::fmt;

use serde::Deserialize;
use zeroize::Zeroizing;

/// Both forms at once: that of the SDKs and of `aliyun` has a `mode` and names in snake case, that of
/// the OSS SDK for Go v2 has neither.
#[derive(Deserialize)]
struct Document {
    mode: Option<String>,
    #[serde(alias = "AccessKeyId")]
    access_key_id: Option<Zeroizing<String>>,
    #[serde(alias = "AccessKeySecret")]
    access_key_secret: Option<Zeroizing<String>>,
    #[serde(alias = "SecurityToken")]
    sts_token: Option<Zeroizing<String>>,
    #[serde(alias = "Expiration")]
    expiration: Option<String>,
}

/// What was printed, with the parts that its form demands.
pub(crate) struct Printed {
    pub(crate) access_key_id: Zeroizing<String>,
    pub(crate) access_key_secret: Zeroizing<String>,
    pub(crate) security_token: Option<Zeroizing<String>>,
    /// As it was printed.
    pub(crate) expiration: Option<String>,
    /// A pair of which nothing says that it changes: the OSS SDK for Go v2 runs its command once then,
    /// all others run theirs for every use.
    pub(crate) is_permanent: bool,
}

/// Why an output gives no credentials. Holds nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutputError {
    NotJson,
    Mode,
    NoAccessKeyId,
    NoAccessKeySecret,
    NoSecurityToken,
}

impl fmt::Display for OutputError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotJson => {
                "the command did not print a JSON object of texts, and nothing but that, on its \
                 standard output"
            }
            Self::Mode => "`mode` is neither `AK` nor `StsToken`, which are all that a command may print",
            Self::NoAccessKeyId => "the command printed no `access_key_id` (or `AccessKeyId`)",
            Self::NoAccessKeySecret => {
                "the command printed no `access_key_secret` (or `AccessKeySecret`)"
            }
            Self::NoSecurityToken => "the command printed `mode` `StsToken` and no `sts_token`",
        })
    }
}

/// Reads an output. Empty texts count as absent.
pub(crate) fn read(output: &[u8]) -> Result<Printed, OutputError> {
    let document: Document = serde_json::from_slice(output).map_err(|_| OutputError::NotJson)?;
    let given = |text: &Zeroizing<String>| !text.is_empty();
    let access_key_id = document.access_key_id.filter(given).ok_or(OutputError::NoAccessKeyId)?;
    let access_key_secret =
        document.access_key_secret.filter(given).ok_or(OutputError::NoAccessKeySecret)?;
    let token = document.sts_token.filter(given);
    let expiration = document.expiration.filter(|text| !text.is_empty());
    let mode = document.mode.filter(|mode| !mode.is_empty());
    let security_token = match mode.as_deref() {
        None => token,
        // A token that is left over from another mode is not of this pair.
        Some("AK") => None,
        Some("StsToken") => Some(token.ok_or(OutputError::NoSecurityToken)?),
        Some(_) => return Err(OutputError::Mode),
    };
    let is_permanent = mode.is_none() && security_token.is_none() && expiration.is_none();
    Ok(Printed { access_key_id, access_key_secret, security_token, expiration, is_permanent })
}

#[cfg(test)]
mod tests {
    use super::*;

    type Parts = (String, String, Option<String>, Option<String>, bool);

    fn parts(output: &str) -> Result<Parts, OutputError> {
        read(output.as_bytes()).map(|printed| {
            (
                printed.access_key_id.to_string(),
                printed.access_key_secret.to_string(),
                printed.security_token.map(|token| token.to_string()),
                printed.expiration,
                printed.is_permanent,
            )
        })
    }

    fn expected(token: Option<&str>, expiration: Option<&str>, is_permanent: bool) -> Parts {
        let [token, expiration] = [token, expiration].map(|text| text.map(str::to_owned));
        ("id".into(), "secret".into(), token, expiration, is_permanent)
    }

    #[test]
    fn t56_the_form_of_the_sdks() {
        let pair = r#""access_key_id":"id","access_key_secret":"secret""#;
        let with = |rest: &str| parts(&format!("{{{pair}{rest}}}\n"));
        assert_eq!(with(r#","mode":"AK","sts_token":"old""#), Ok(expected(None, None, false)));
        assert_eq!(
            with(r#","mode":"StsToken","sts_token":"t","expiration":"2030-01-01T00:00:00Z","x":1"#),
            Ok(expected(Some("t"), Some("2030-01-01T00:00:00Z"), false))
        );
        assert_eq!(with(r#","mode":"StsToken","sts_token":"""#), Err(OutputError::NoSecurityToken));
        assert_eq!(with(r#","mode":"EcsRamRole""#), Err(OutputError::Mode));
    }

    #[test]
    fn t56_what_is_missing_is_named() {
        for (output, error) in [
            ("", OutputError::NotJson),
            ("not json", OutputError::NotJson),
            ("[]", OutputError::NotJson),
            ("null", OutputError::NotJson),
            (r#"{"access_key_id":1}"#, OutputError::NotJson),
            (r#"{"mode":"AK"}"#, OutputError::NoAccessKeyId),
            (r#"{"mode":"AK","access_key_id":"id"}"#, OutputError::NoAccessKeySecret),
        ] {
            assert_eq!(parts(output), Err(error), "{output}");
        }
    }

    #[test]
    fn t62_the_form_of_the_oss_sdk_for_go() {
        let pair = r#""AccessKeyId":"id","AccessKeySecret":"secret""#;
        let with = |rest: &str| parts(&format!("{{{pair}{rest}}}"));
        assert_eq!(with(""), Ok(expected(None, None, true)));
        assert_eq!(with(r#","SecurityToken":"t""#), Ok(expected(Some("t"), None, false)));
        assert_eq!(
            with(r#","SecurityToken":"t","Expiration":"2030-01-01T00:00:00Z""#),
            Ok(expected(Some("t"), Some("2030-01-01T00:00:00Z"), false))
        );
        assert_eq!(parts("{}"), Err(OutputError::NoAccessKeyId));
    }
}
