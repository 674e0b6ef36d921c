//! `GetSecretValue` at the shared gateway: an RPC call, all in its query.
//!
//! <https://www.alibabacloud.com/help/en/kms/key-management-service/developer-reference/api-kms-2016-01-20-getsecretvalue>

use oss_sign::Timestamp;

use crate::error::Cause;
use crate::http::{Method, Origin, Request};
use crate::kms::client_key::ClientKey;
use crate::rpc::{Nonce, Parameters};

/// The request for the current value of a secret.
pub(crate) fn request(
    origin: Origin,
    region: &str,
    client_key: &ClientKey,
    secret_name: &str,
    now: Timestamp,
    nonce: Nonce,
) -> Result<Request, Cause> {
    let call = parameters(region, secret_name).sign(Method::Post, client_key, now, nonce)?;
    let query = call.parameters().encoded();
    Ok(Request::new(Method::Post, origin, ["/?", &query].concat()))
}

fn parameters(region: &str, secret_name: &str) -> Parameters {
    Parameters::of_action("GetSecretValue", "2016-01-20")
        .with("RegionId", region)
        .with("SecretName", secret_name)
        .with("VersionStage", "ACSCurrent")
        .with("FetchExtendedConfig", "True")
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::STANDARD;

    use super::*;

    #[test]
    fn t91_the_call_of_the_known_string_has_the_known_signature() {
        let file = include_bytes!("../../tests/data/kms/clientKey_legacy.json");
        let password = include_str!("../../tests/data/kms/clientKey_Password.txt");
        let text = include_str!("../../tests/data/kms/kms-getsecretvalue.string-to-sign.txt");
        let expected = include_str!("../../tests/data/kms/kms-getsecretvalue.signature.b64").trim();
        assert_eq!(STANDARD.decode(expected).unwrap().len(), 256);

        let key = ClientKey::open(file, password).unwrap();
        let now = Timestamp::from_unix_seconds(1_725_001_386).unwrap();
        let nonce = Nonce(0x3ee8_c1b8_83d3_44af_a94f_4e0a_d82f_d6cf);
        let call = parameters("cn-hangzhou", "acs/ram/user/oss app")
            .sign(Method::Post, &key, now, nonce)
            .unwrap();
        assert_eq!(call.string_to_sign(), text);
        assert_eq!(call.signature(), expected);
    }
}
