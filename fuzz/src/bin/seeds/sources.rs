//! Sources of credentials: environment, file and answers, as the target `credentials` reads them.

use std::error::Error;

use crate::{list, seed};

pub fn write() -> Result<(), Box<dyn Error>> {
    for (number, (source, environment, file, answers)) in SOURCES.iter().enumerate() {
        let elements: Vec<&str> =
            [*source, environment, file].into_iter().chain(answers.iter().copied()).collect();
        let name = format!("{:02}-{}", number + 1, source.replace(' ', "-"));
        seed("credentials", &name, &list(&elements))?;
    }
    seed("credentials", "kms-instance", &of_instance())
}

/// Source, environment, file, answers.
type Seed = (&'static str, &'static str, &'static str, &'static [&'static str]);

const SOURCES: &[Seed] = &[
    (
        "default",
        "OSS_ACCESS_KEY_ID=id\nOSS_ACCESS_KEY_SECRET=secret\nOSS_SESSION_TOKEN=token",
        "",
        &[],
    ),
    ("default", "ALIBABA_CLOUD_ECS_METADATA=reader", "{}", &["200 token", CODED]),
    ("official", "ALIBABA_CLOUD_CREDENTIALS_URI=http://127.0.0.1/x", "{}", &["!", "!", CODED]),
    ("function", "accessKeyID=id\naccessKeySecret=secret\nsecurityToken=token", "", &[]),
    (
        "config.json",
        "",
        r#"{"current":"a","profiles":[{"name":"a","mode":"AK","access_key_id":"id","access_key_secret":"secret"}]}"#,
        &[],
    ),
    (
        "config.json",
        "ALIBABA_CLOUD_PROFILE=a",
        r#"{"profiles":[{"name":"a","mode":"ChainableRamRoleArn","source_profile":"b","ram_role_arn":"acs:ram::1:role/x","expired_seconds":900,"sts_region":"cn-hangzhou","policy":"{}"},{"name":"b","mode":"RamRoleArn","access_key_id":"id","access_key_secret":"secret","ram_role_arn":"acs:ram::1:role/y","ram_session_name":"s","external_id":"xx"}]}"#,
        &[STS, STS],
    ),
    (
        "config.json",
        "",
        r#"{"current":"a","profiles":[{"name":"a","mode":"CloudSSO","cloud_sso_sign_in_url":"https://signin-cn-shanghai.alibabacloudsso.com/start/login","cloud_sso_account_id":"1","cloud_sso_access_config":"ac-1","access_token":"token","cloud_sso_access_token_expire":1900000000}]}"#,
        &[
            r#"200 {"CloudCredential":{"AccessKeyId":"STS.sso","AccessKeySecret":"hush/+hush","SecurityToken":"token","Expiration":"2030-01-01T00:00:00Z"}}"#,
        ],
    ),
    (
        "config.json",
        "",
        r#"{"current":"a","profiles":[{"name":"a","mode":"StsToken","access_key_id":"STS.id","access_key_secret":"secret","sts_token":"token","sts_expiration":1900000000}]}"#,
        &[],
    ),
    (
        "config.json",
        "",
        r#"{"current":"a","profiles":[{"name":"a","mode":"External","process_command":"tool 'a b' \"c\\\\\""},{"name":"b","mode":"OIDC","oidc_provider_arn":"acs:ram::1:oidc-provider/x","oidc_token_file":"/token","ram_role_arn":"acs:ram::1:role/x"}]}"#,
        &[
            r#"{"mode":"StsToken","access_key_id":"id","access_key_secret":"hush/+hush","sts_token":"t","expiration":"2030-01-01T00:00:00Z"}"#,
        ],
    ),
    (
        "credentials.ini",
        "",
        "[default] # comment\ntype = access_key\naccess_key_id = id\naccess_key_secret = secret\n",
        &[],
    ),
    (
        "credentials.ini",
        "ALIBABA_CLOUD_PROFILE=r",
        "[r]\ntype=ram_role_arn\naccess_key_id=id\naccess_key_secret=secret\nrole_arn=acs:ram::1:role/x\npolicy = {\n\t}\nrole_session_expiration=900\n",
        &[STS],
    ),
    ("credentials.ini", "", "[default]\ntype=ecs_ram_role\nrole_name=reader\n", &["404 ", CODED]),
    ("ecs", "", "", &["200 metadata-token", "200 oss-reader", CODED]),
    ("ecs", "ALIBABA_CLOUD_IMDSV1_DISABLED=true", "", &["403 "]),
    ("uri", "", "https://example.com/credentials?a=b#c", &[CODED]),
    (
        "uri",
        "",
        "http://[::1]:8080",
        &[r#"403 {"Code":"Forbidden","Message":"hush/+hush","RequestId":"r"}"#],
    ),
    (
        "command",
        "",
        r#"tool --profile "a b" c\ d"#,
        &[r#"{"AccessKeyId":"id","AccessKeySecret":"hush/+hush"}"#],
    ),
    (
        "oidc",
        "ALIBABA_CLOUD_ROLE_ARN=acs:ram::1:role/x\nALIBABA_CLOUD_OIDC_PROVIDER_ARN=acs:ram::1:oidc-provider/y\nALIBABA_CLOUD_OIDC_TOKEN_FILE=/token\nALIBABA_CLOUD_STS_REGION=cn-hangzhou\nALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=true",
        "a.b.c",
        &[STS],
    ),
    ("saml", "", "PD94bWw=", &["500 ", STS]),
    (
        "ram",
        "ALIBABA_CLOUD_ROLE_ARN=acs:ram::1:role/x\nALIBABA_CLOUD_STS_ENDPOINT=sts.cn-beijing.aliyuncs.com",
        "",
        &[r#"400 {"Code":"SignatureDoesNotMatch","Message":"hush/+hush","RequestId":"r"}"#],
    ),
    ("role", "", "", &[STS]),
    ("role", "", "", &[r#"400 {"Code":"InvalidTimeStamp.Expired","Message":"m"}"#]),
    (
        "caller",
        "",
        "",
        &[
            r#"200 {"IdentityType":"RAMUser","AccountId":"1","Arn":"acs:ram::1:user/a","PrincipalId":"2"}"#,
        ],
    ),
    ("inputs", "", "acs:ram::1234567890123456:role/oss-reader", &[]),
    ("inputs", "", r#"{"Version":"1","Statement":[]}"#, &[]),
    (
        "rpc",
        "",
        "Action=AssumeRole&Version=2015-04-01&AccessKeyId=LTAI5tExampleKeyId&SignatureMethod=HMAC-SHA1&SignatureVersion=1.0&SignatureNonce=1&Timestamp=2023-11-14T22%3A13%3A20Z&Signature=AAAA",
        &["RoleArn=a%2Fb"],
    ),
    ("client key", "", r#"{"KeyId":"KAAP.x","PrivateKeyData":"MIIB"}"#, &[]),
    (
        "kms",
        "",
        "",
        &[
            r#"200 {"RequestId":"r","SecretName":"n","SecretDataType":"text","NextRotationDate":"2023-11-15T00:13:20Z","SecretData":"{\"AccessKeyId\":\"id\",\"AccessKeySecret\":\"hush/+hush\"}"}"#,
        ],
    ),
    (
        "kms properties",
        "client_key_password=x",
        "credentials_type=client_key # comment\nclient_key_private_key_path=/clientKey.json\nclient_key_password_from_file_path=/password.txt\ncache_client_region_id=[{\"regionId\":\"cn-hangzhou\",\"vpc\":true}]\nsecret_names=a\n",
        &["503 ", "200 {}"],
    ),
    (
        "kms properties",
        "",
        "cache_client_dkms_config_info=[{\"endpoint\":\"kst.example.com\",\"clientKeyFile\":\"/clientKey.json\",\"passwordFromFilePath\":\"/password.txt\",\"caFilePath\":\"/ca.pem\"}]\nsecret_names=a\n",
        &["!"],
    ),
];

/// Of the metadata service and of credentials URIs.
const CODED: &str = r#"200 {"Code":"Success","AccessKeyId":"STS.id","AccessKeySecret":"hush/+hush","SecurityToken":"token","Expiration":"2030-01-01T00:00:00Z"}"#;

const STS: &str = r#"200 {"RequestId":"r","AssumedRoleUser":{"Arn":"a"},"Credentials":{"AccessKeyId":"STS.id","AccessKeySecret":"hush/+hush","SecurityToken":"token","Expiration":"2030-01-01T08:00:00.5+08:00"}}"#;

/// Protocol Buffers: the fields 3, 4 and 10.
fn of_instance() -> Vec<u8> {
    let data = r#"{"AccessKeyId":"id","AccessKeySecret":"hush/+hush"}"#;
    let mut bytes = list(&["kms instance", "", "", "200 "]);
    for (tag, text) in [(0x1a, data), (0x22, "text"), (0x52, "2023-11-15T00:13:20Z")] {
        bytes.push(tag);
        bytes.extend(u8::try_from(text.len()));
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes
}
