//! What is no mistake, but may not be what the user wants: a line each.

use std::io::{self, IsTerminal};

use oss_sign::{
    Addressing, Endpoint, Method, OpenEnd, PostPolicy, Request, Resource, Timestamp, v1,
};

use crate::mistake::Quoted;
use crate::signing::{Signatory, SignatureVersion, Signing};

/// The longest validity of a V4 URL with a temporary AccessKey: 12 hours.
const MAX_EXPIRES_WITH_TOKEN: u64 = 43_200;

pub(crate) fn of_presigned(signing: &Signing<'_>, expires_at: Timestamp) -> Vec<String> {
    let mut warnings = of_signed(signing);
    warnings.extend(expires_after_token(signing, expires_at));
    warnings.extend(expires_after_access_key(signing.credentials_expire_at, expires_at, "URL"));
    warnings
}

pub(crate) fn of_signed(signing: &Signing<'_>) -> Vec<String> {
    let warnings = [
        bucket_twice(&signing.endpoint, signing.parts.resource()),
        unsigned_parameters(signing),
        closed_version(signing.version, io::stderr().is_terminal()),
    ];
    warnings.into_iter().flatten().collect()
}

pub(crate) fn of_form(
    signatory: &Signatory<'_>,
    policy: &PostPolicy<'_>,
    bucket: Resource<'_>,
    expires_at: Option<Timestamp>,
) -> Vec<String> {
    let access_key = signatory.credentials_expire_at;
    let warnings = [
        bucket_twice(&signatory.endpoint, bucket),
        expires_at.and_then(|expires_at| expires_after_access_key(access_key, expires_at, "form")),
        closed_version(signatory.version, io::stderr().is_terminal()),
    ];
    policy.open_ends().map(open_end).chain(warnings.into_iter().flatten()).collect()
}

fn open_end(open_end: OpenEnd) -> String {
    match open_end {
        OpenEnd::AnyKey => format!("{open_end}: write oss://BUCKET/PREFIX/, or give --key"),
        OpenEnd::AnySize => format!("{open_end}: give --max-size"),
        _ => open_end.to_string(),
    }
}

/// <https://www.alibabacloud.com/help/en/oss/developer-reference/add-signatures-to-urls>
fn expires_after_token(signing: &Signing<'_>, expires_at: Timestamp) -> Option<String> {
    let validity = expires_at.unix_seconds().saturating_sub(signing.now.unix_seconds());
    let is_refused = signing.version == SignatureVersion::V4
        && signing.credentials.security_token().is_some()
        && validity > MAX_EXPIRES_WITH_TOKEN;
    is_refused.then(|| {
        "with a security token OSS refuses V4 URLs of more than 12 hours: give --expires 12h or less"
            .to_owned()
    })
}

/// A signature is worth nothing when its AccessKey is gone.
fn expires_after_access_key(
    access_key: Option<Timestamp>,
    expires_at: Timestamp,
    what: &str,
) -> Option<String> {
    let access_key = access_key.filter(|&access_key| access_key < expires_at)?;
    Some(format!(
        "the {what} stops to work at {access_key}, and not at {expires_at}, because then the \
         temporary AccessKey expires: give --expires-at {access_key}"
    ))
}

fn bucket_twice(endpoint: &Endpoint<'_>, resource: Resource<'_>) -> Option<String> {
    let bucket = resource.bucket()?.as_str();
    let host = endpoint.host(Resource::Service).to_string().to_ascii_lowercase();
    let is_in_host = host.strip_prefix(bucket).is_some_and(|rest| rest.starts_with('.'));
    (is_in_host && endpoint.addressing() == Addressing::VirtualHosted).then(|| {
        format!(
            "the bucket is twice in the host {}: give the --endpoint without it, or \
             --addressing cname",
            Quoted(&endpoint.host(resource).to_string())
        )
    })
}

fn unsigned_parameters(signing: &Signing<'_>) -> Option<String> {
    let any = signing.version == SignatureVersion::V1
        && signing.parts.parameters().any(|(name, _)| !is_signed_in_v1(signing, name));
    any.then(|| {
        "V1 leaves query parameters unsigned that are no sub-resources, so anybody can change \
         them: use --signature-version v4"
            .to_owned()
    })
}

/// Whether a parameter gets into what V1 signs.
fn is_signed_in_v1(signing: &Signing<'_>, name: &str) -> bool {
    let query = [(name, "")];
    let request = Request::new(Method::Get, Resource::Service).query(&query);
    let signed = v1::Signer::new(signing.credentials).sign(&request, signing.now);
    signed.is_ok_and(|signed| signed.string_to_sign().to_string().ends_with(&format!("/?{name}")))
}

fn closed_version(version: SignatureVersion, is_terminal: bool) -> Option<String> {
    // Scripts that use V1 know why.
    (version == SignatureVersion::V1 && is_terminal).then(|| {
        "V1 is closed to new accounts and new buckets since 2025: use --signature-version v4"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_people_are_told_that_v1_is_closed() {
        for (version, is_terminal, is_warned) in [
            (SignatureVersion::V1, true, true),
            (SignatureVersion::V1, false, false),
            (SignatureVersion::V4, true, false),
        ] {
            assert_eq!(closed_version(version, is_terminal).is_some(), is_warned);
        }
    }
}
