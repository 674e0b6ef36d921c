//! The other libraries, each as its documentation has it.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use ali_oss_rs::presign_common::PresignGetOptionsBuilder;
use ali_oss_rs::request::{OssRequest, RequestMethod};
use aws_sigv4::http_request::{
    PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation, SigningParams,
    SigningSettings, UriPathNormalizationMode,
};
use reqsign_aliyun_oss::{Credential, RequestSigner, SigningVersion, StaticCredentialProvider};
use rusty_oss::OSSAction as _;
use rusty_s3::S3Action as _;

use crate::case::{
    ACCESS_KEY_ID, ACCESS_KEY_SECRET, BUCKET, ENDPOINT, EXPIRES, HEADERS, HOST, KEY, PATH, PROCESS,
    REGION,
};
use crate::check;
use crate::contestant::{Contestant, Kind};
use crate::ours::{V4_PRESIGN, at_this_moment};

/// `/` and `,` in the value encoded, as a signature wants it.
const ENCODED_PROCESS: &str = "x-oss-process=image%2Fresize%2Cw_200";

/// Those that do the same as an operation of ours.
pub fn of(operation: &str) -> Vec<Contestant> {
    match operation {
        V4_PRESIGN => vec![
            rusty_oss_presign(),
            reqsign_presign(SigningVersion::V4),
            ali_oss_rs_presign(),
            aliyun_oss_rs_presign(),
            rusty_s3_presign(),
            aws_sigv4_presign(),
        ],
        "v4 header, key cached" => {
            vec![reqsign_header(SigningVersion::V4), ali_oss_rs_header(), aws_sigv4_header()]
        }
        "v1 presign, key cached" => vec![reqsign_presign(SigningVersion::V1)],
        "v1 header, key cached" => vec![reqsign_header(SigningVersion::V1)],
        _ => Vec::new(),
    }
}

fn rusty_oss_presign() -> Contestant {
    let bucket = rusty_oss::Bucket::new(
        ENDPOINT.parse().unwrap(),
        rusty_oss::UrlStyle::VirtualHost,
        BUCKET,
        REGION,
    )
    .unwrap();
    let credentials = rusty_oss::Credentials::new(ACCESS_KEY_ID, ACCESS_KEY_SECRET);
    let presign = move || {
        let mut action = bucket.get_object(Some(&credentials), KEY);
        action.query_mut().insert(PROCESS.0, PROCESS.1);
        String::from(action.sign(EXPIRES))
    };
    let fault = check::url(&presign(), at_this_moment());
    Contestant::new(Kind::Peer, "rusty-oss", presign).checked(fault)
}

fn reqsign(version: SigningVersion) -> reqsign_core::Signer<Credential> {
    let builder = RequestSigner::new(BUCKET).with_region(REGION).with_signing_version(version);
    let provider = StaticCredentialProvider::new(ACCESS_KEY_ID, ACCESS_KEY_SECRET);
    reqsign_core::Signer::new(reqsign_core::Context::new(), provider, builder)
}

fn reqsign_presign(version: SigningVersion) -> Contestant {
    let signer = reqsign(version);
    let presign = move || {
        let uri = format!("https://{HOST}{PATH}?{ENCODED_PROCESS}");
        let (mut parts, ()) = http::Request::get(uri).body(()).unwrap().into_parts();
        pollster::block_on(signer.sign(&mut parts, Some(EXPIRES))).unwrap();
        parts.uri.to_string()
    };
    let fault = check::url(&presign(), at_this_moment());
    Contestant::new(Kind::Peer, "reqsign-aliyun-oss (path encoded beforehand)", presign)
        .checked(fault)
}

fn reqsign_header(version: SigningVersion) -> Contestant {
    let signer = reqsign(version);
    let mut request = http::Request::put(format!("https://{HOST}{PATH}"));
    for (name, value) in HEADERS {
        request = request.header(*name, *value);
    }
    let (parts, ()) = request.body(()).unwrap().into_parts();
    let sign = move || {
        let mut parts = parts.clone();
        pollster::block_on(signer.sign(&mut parts, None)).unwrap();
        parts.headers
    };
    let headers = sign();
    let fault = check::headers(
        headers.iter().map(|(name, value)| (name.as_str(), value.to_str().unwrap())),
        at_this_moment(),
    );
    Contestant::new(Kind::Peer, "reqsign-aliyun-oss (path encoded beforehand)", sign).checked(fault)
}

fn ali_oss_rs() -> ali_oss_rs::Client {
    ali_oss_rs::Client::new(
        ACCESS_KEY_ID,
        ACCESS_KEY_SECRET,
        REGION,
        "oss-cn-hangzhou.aliyuncs.com",
    )
}

fn ali_oss_rs_presign() -> Contestant {
    let client = ali_oss_rs();
    let presign = move || {
        let options = PresignGetOptionsBuilder::new(3600).process(PROCESS.1).build();
        client.presign_url(BUCKET, KEY, options)
    };
    let fault = check::url(&presign(), at_this_moment());
    Contestant::new(Kind::Peer, "ali-oss-rs", presign).checked(fault)
}

fn ali_oss_rs_header() -> Contestant {
    let client = ali_oss_rs();
    let sign = move || {
        let mut request = OssRequest::new().method(RequestMethod::Put).bucket(BUCKET).object(KEY);
        for (name, value) in HEADERS {
            request = request.add_header(*name, *value);
        }
        client.presign_raw_request(request)
    };
    let signed = sign();
    let fault = check::headers(
        signed.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())),
        at_this_moment(),
    );
    Contestant::new(Kind::Peer, "ali-oss-rs", sign).checked(fault)
}

/// It cannot set `x-oss-process`: another parameter has the same value.
fn aliyun_oss_rs_presign() -> Contestant {
    let client = aliyun_oss_rs::OssClient::new(ACCESS_KEY_ID, ACCESS_KEY_SECRET, REGION);
    let object = client.bucket(BUCKET).object(KEY);
    let presign = move || {
        let expires = time::OffsetDateTime::now_utc() + EXPIRES;
        object.get_object_url_sync().set_response_mime(PROCESS.1, None::<&str>).url(expires)
    };
    let fault = check::url_with(&presign(), ("response-content-type", PROCESS.1), at_this_moment());
    Contestant::new(Kind::Peer, "aliyun-oss-rs (response-content-type for x-oss-process)", presign)
        .checked(fault)
}

const S3_REGION: &str = "us-east-1";
const S3_HOST: &str = "examplebucket.s3.us-east-1.amazonaws.com";

fn rusty_s3_url(sign: impl FnOnce(&rusty_s3::actions::GetObject<'_>) -> String) -> String {
    static BUCKET_OF_S3: OnceLock<(rusty_s3::Bucket, rusty_s3::Credentials)> = OnceLock::new();
    let (bucket, credentials) = BUCKET_OF_S3.get_or_init(|| {
        let endpoint = "https://s3.us-east-1.amazonaws.com".parse().unwrap();
        let style = rusty_s3::UrlStyle::VirtualHost;
        let bucket = rusty_s3::Bucket::new(endpoint, style, BUCKET, S3_REGION).unwrap();
        (bucket, rusty_s3::Credentials::new(ACCESS_KEY_ID, ACCESS_KEY_SECRET))
    });
    let mut action = bucket.get_object(Some(credentials), KEY);
    action.query_mut().insert(PROCESS.0, PROCESS.1);
    sign(&action)
}

fn rusty_s3_presign() -> Contestant {
    Contestant::new(Kind::Relative, "rusty-s3 (S3)", || {
        rusty_s3_url(|action| String::from(action.sign(EXPIRES)))
    })
    .checked(rusty_s3_and_aws_sigv4_agree())
}

fn aws_sigv4_presign() -> Contestant {
    Contestant::new(Kind::Relative, "aws-sigv4 (S3; URI at hand)", || {
        aws_sigv4_url(SystemTime::now())
    })
    .checked(rusty_s3_and_aws_sigv4_agree())
}

fn aws_sigv4_url(time: SystemTime) -> String {
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.signature_location = SignatureLocation::QueryParams;
    settings.expires_in = Some(EXPIRES);
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let uri = format!("https://{S3_HOST}{PATH}?{ENCODED_PROCESS}");
    let mut request = http::Request::get(&uri).body(()).unwrap();
    let signable =
        SignableRequest::new("GET", &uri, std::iter::empty(), SignableBody::UnsignedPayload);
    let signed = aws_sigv4_sign(signable.unwrap(), settings, time);
    signed.apply_to_request_http1x(&mut request);
    request.uri().to_string()
}

fn aws_sigv4_header() -> Contestant {
    Contestant::new(Kind::Relative, "aws-sigv4 (S3; URI at hand)", || {
        let uri = format!("https://{S3_HOST}{PATH}");
        let mut request = http::Request::put(&uri).body(()).unwrap();
        let headers = HEADERS.iter().copied();
        let signable =
            SignableRequest::new("PUT", &uri, headers, SignableBody::UnsignedPayload).unwrap();
        let signed = aws_sigv4_sign(signable, SigningSettings::default(), SystemTime::now());
        signed.apply_to_request_http1x(&mut request);
        request
    })
}

fn aws_sigv4_sign(
    request: SignableRequest<'_>,
    settings: SigningSettings,
    time: SystemTime,
) -> aws_sigv4::http_request::SigningInstructions {
    use aws_credential_types::Credentials;
    static IDENTITY: OnceLock<aws_smithy_runtime_api::client::identity::Identity> = OnceLock::new();

    let identity = IDENTITY.get_or_init(|| {
        Credentials::new(ACCESS_KEY_ID, ACCESS_KEY_SECRET, None, None, "compare").into()
    });
    let parameters = aws_sigv4::sign::v4::SigningParams::builder()
        .identity(identity)
        .region(S3_REGION)
        .name("s3")
        .time(time)
        .settings(settings)
        .build()
        .unwrap();
    let parameters = SigningParams::from(parameters);
    aws_sigv4::http_request::sign(request, &parameters).unwrap().into_parts().0
}

/// Nothing here verifies for S3, so two libraries that share no code vouch for each other.
fn rusty_s3_and_aws_sigv4_agree() -> Result<(), String> {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(1_795_312_650);
    let signature = |url: &str| {
        let parameter =
            url.split(['?', '&']).find(|parameter| parameter.starts_with("X-Amz-Signature="));
        parameter.map(str::to_owned)
    };
    let timestamp = jiff::Timestamp::try_from(time).unwrap();
    let rusty_s3 = rusty_s3_url(|action| String::from(action.sign_with_time(EXPIRES, &timestamp)));
    let aws_sigv4 = aws_sigv4_url(time);
    match (signature(&rusty_s3), signature(&aws_sigv4)) {
        (Some(one), Some(other)) if one == other => Ok(()),
        _ => Err("rusty-s3 and aws-sigv4 do not sign the same".to_owned()),
    }
}
