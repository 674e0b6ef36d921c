//! What to do about a refusal of STS: the questions of its guide, answered where they arise.
//!
//! <https://www.alibabacloud.com/help/en/ram/developer-reference/api-sts-2015-04-01-errorcodes>

use std::borrow::Cow;

use oss_sign::Timestamp;

use super::call::Call;
use crate::answer::Refusal;
use crate::http::Response;

pub(super) fn remedy<T>(
    call: &Call<T>,
    refusal: &Refusal,
    response: &Response,
    string_to_sign: &str,
    now: Timestamp,
) -> Option<Cow<'static, str>> {
    let Some(code) = refusal.code.as_deref() else {
        return is_of_oss(response).then(|| {
            "that is an endpoint of OSS; the endpoint of STS is sts.aliyuncs.com, or \
             sts.cn-hangzhou.aliyuncs.com for a region"
                .into()
        });
    };
    let role = || call.parameters.get("RoleArn").unwrap_or("the role").to_owned();
    let access_key_id = || call.signer.as_ref().map_or("", |signer| signer.access_key_id());
    Some(match code {
        "NoPermission" | "AuthenticationFail.NoPermission" if call.signer.is_none() => format!(
            "look whether the identity provider is registered in RAM and its ARN right, and whether \
             the trust policy of {} names it",
            role()
        )
        .into(),
        "NoPermission" => format!(
            "look for one of three: the AccessKey {} is that of an account and not of a RAM user; the \
             RAM user has not the policy AliyunSTSAssumeRoleAccess; the trust policy of {} does not \
             name the user",
            masked(access_key_id()),
            role()
        )
        .into(),
        "InvalidParameter.DurationSeconds" => format!(
            "{} s were asked for; a role allows 3600 s until its maximum session duration is raised, to \
             43200 s at most",
            call.parameters.get("DurationSeconds").unwrap_or("3600")
        )
        .into(),
        "InvalidParameter.PolicyGrammar" => {
            "check the session policy: Version \"1\", and a list of Statement with Effect, Action and \
             Resource"
                .into()
        }
        "InvalidParameter.PolicySize" => {
            "make the session policy smaller: leave out blanks, or move a part into the role's own policy"
                .into()
        }
        "EntityNotExist.Role" => {
            format!("create {}, or correct its ARN; names of roles are case-sensitive", role()).into()
        }
        "InvalidAccessKeyId.NotFound" | "InvalidAccessKeyId.Inactive" => format!(
            "the AccessKey {} is deleted, disabled, or was copied with something around it; look it up \
             in the console of RAM",
            masked(access_key_id())
        )
        .into(),
        "SignatureDoesNotMatch"
            if !string_to_sign.is_empty() && refusal.message.contains(string_to_sign) => format!(
            "the AccessKey secret is not that of the AccessKey {}: STS was sent just what was signed",
            masked(access_key_id())
        )
        .into(),
        "SignatureDoesNotMatch" | "IncompleteSignature" => {
            "the call was changed on its way, by a proxy perhaps; else report this as a defect".into()
        }
        code if code.starts_with("InvalidTimeStamp") => clock(response, now).into(),
        "MissingSecurityToken" => {
            "the AccessKey is a temporary one: give its security token with it".into()
        }
        "InvalidSecurityToken.Expired" => "get new temporary credentials: these expired".into(),
        code if code.starts_with("InvalidSecurityToken") => {
            "AccessKey ID, secret and security token must come from one answer of STS, and whole".into()
        }
        code if code.starts_with("Throttling") => {
            "100 calls a second are allowed to an account: share one cached provider, rather than to ask \
             for each request"
                .into()
        }
        "AuthenticationFail.OIDCToken.AudienceNotMatch" => {
            "the audience of the token must be one that the identity provider in RAM lists: \
             sts.aliyuncs.com for RRSA"
                .into()
        }
        "AuthenticationFail.OIDCToken.Expired" => {
            "the token in the file is an old one: whoever writes it does not renew it any more".into()
        }
        "AuthenticationFail.OIDCToken.IssuerNotMatch" => {
            "the token was issued by another than the identity provider in RAM has".into()
        }
        "AuthenticationFail.OIDCToken.PublicKeyFingerprintMismatch" => {
            "the issuer has a new certificate: add its fingerprint to the identity provider in RAM".into()
        }
        code if code.starts_with("AuthenticationFail.OIDCToken") => {
            "the token must be the whole JSON Web Token that the issuer signed, three parts with dots \
             between"
                .into()
        }
        _ => return None,
    })
}

/// OSS answers a call of STS in XML, with EC 0017-00000001.
///
/// <https://www.alibabacloud.com/help/en/oss/user-guide/0017-00000001>
fn is_of_oss(response: &Response) -> bool {
    const EC: &[u8] = b"<EC>0017-";
    response.body().windows(EC.len()).any(|window| window == EC)
}

fn clock(response: &Response, now: Timestamp) -> String {
    match response.date() {
        Some(date) => format!(
            "set the clock: here it is {now}, and at STS {date}, {} s off",
            date.unix_seconds().abs_diff(now.unix_seconds())
        ),
        None => format!("set the clock: here it is {now}"),
    }
}

/// Enough of an AccessKey ID to know it by.
fn masked(access_key_id: &str) -> String {
    let length = access_key_id.len();
    match (access_key_id.get(..4), access_key_id.get(length.saturating_sub(4)..)) {
        (Some(start), Some(end)) if length >= 12 => format!("{start}…{end}"),
        _ => "in use".to_owned(),
    }
}
