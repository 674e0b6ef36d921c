//! What an error means: one sentence, the remedy in it. `Code` and the elements of the answer
//! decide; the words of `Message` tell the kinds of one `Code` apart, as nothing else does.

use oss_sign::Timestamp;

use super::error_answer::ErrorAnswer;
use super::gap;
use crate::facts::{Facts, instant_of};
use crate::problems::State;

/// What is known beside the answer.
pub(crate) struct Context<'c> {
    pub(crate) answer: &'c ErrorAnswer,
    pub(crate) facts: Option<&'c Facts>,
    pub(crate) now: Timestamp,
}

/// A sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cause {
    /// The answer says so itself.
    Certain(String),
    /// What the `Code` usually means.
    Usual(&'static str),
}

impl Context<'_> {
    pub(crate) fn cause(&self) -> Option<Cause> {
        let code = self.answer.code().unwrap_or_default();
        let certain = match code {
            "AccessDenied" => self.access_denied(),
            "InvalidAccessKeyId" => self.invalid_access_key_id(),
            "RequestTimeTooSkewed" => Some(self.skew()),
            "InvalidArgument" => self.invalid_argument(),
            "InvalidRequest" => self.invalid_request(),
            "SignatureDoesNotMatch" if self.is_of_sts() => Some(
                "STS computed another signature: check the secret of this AccessKey ID, then the \
                 code that signs; its message has the whole request in it, so show it to nobody."
                    .to_owned(),
            ),
            "SignatureDoesNotMatch" if self.answer.string_to_sign().is_some() => Some(
                "OSS computed another signature, from these lines: give the URL, or the request \
                 as JSON, to see where they differ."
                    .to_owned(),
            ),
            _ => None,
        };
        certain.map(Cause::Certain).or_else(|| usual(code, self.answer.message()).map(Cause::Usual))
    }

    fn has(&self, words: &str) -> bool {
        self.answer.message().to_ascii_lowercase().contains(words)
    }

    fn is_of_sts(&self) -> bool {
        let is_host = |host: &str| host.starts_with("sts.") || host.starts_with("sts-");
        self.answer.element("HostId").is_some_and(is_host) || self.has("specified signature")
    }

    fn is_signed(&self) -> bool {
        self.facts.is_some_and(|facts| facts.signature_version.is_some())
    }

    /// OSS's clock if the answer tells it, else ours.
    fn server_time(&self) -> Timestamp {
        self.answer.element("ServerTime").and_then(instant_of).unwrap_or(self.now)
    }

    fn access_denied(&self) -> Option<String> {
        if let Some(endpoint) = self.answer.element("Endpoint") {
            return Some(another_endpoint(endpoint));
        }
        if self.has("request has expired") {
            return Some(self.expired());
        }
        if self.answer.element("AccessDeniedDetail").is_some()
            || self.answer.element("NoPermissionType").is_some()
        {
            return Some(self.denied_by_policy());
        }
        self.denied_in_words().map(str::to_owned).or_else(|| self.too_early())
    }

    fn denied_in_words(&self) -> Option<&'static str> {
        const WORDS: &[(&str, &str)] = &[
            (
                "invalid date (should be seconds",
                "`Expires` is not a number: give Unix seconds, and sign again.",
            ),
            (
                "requires a valid date",
                "There is neither `Date` nor `x-oss-date`, or it is malformed: send `x-oss-date`, \
                 which browsers let through.",
            ),
            (
                "query string authentication requires",
                "Parts of the signature were lost from the URL: use the whole URL, in quotes where \
                 a shell reads it.",
            ),
            (
                "policy expired",
                "The policy of the form has expired: sign a new one, with its expiration in UTC.",
            ),
            (
                "invalid according to policy",
                "The form does not meet a condition of its policy, which the message names: change \
                 the form, or sign another policy.",
            ),
            (
                "bucket policy",
                "The bucket policy denies it, whoever signs: change its conditions (IP, VPC, \
                 Referer).",
            ),
            (
                "authorizer's policy",
                "The role may not do this, or the session policy does not let it: what is allowed \
                 is what both allow.",
            ),
            (
                "requester pay",
                "The requester pays for this bucket: sign and send `x-oss-request-payer: \
                 requester`.",
            ),
            (
                "does not belong to you",
                "The bucket is another account's: check bucket and host, then the permissions.",
            ),
        ];
        if self.has("anonymous") || self.has("because of bucket acl") {
            return Some(self.anonymous());
        }
        WORDS.iter().find(|(words, _)| self.has(words)).map(|(_, sentence)| *sentence)
    }

    fn anonymous(&self) -> &'static str {
        if self.has("anonymous") && self.is_signed() {
            return "The request was signed, but arrived without its signature: a proxy or a \
                    redirect dropped `Authorization` or the query; send it straight to OSS.";
        }
        if self.has("anonymous") {
            return "The request has no signature, and this is not public: sign it, and see that \
                    the client does not go on without credentials.";
        }
        "The ACL does not let this caller in: sign the request, and grant the action to who signs."
    }

    fn expired(&self) -> String {
        let expires = self.answer.element("Expires").and_then(instant_of);
        let expires = expires.or_else(|| self.time_of(|facts| &facts.expires_at));
        let since = expires.and_then(|expires| {
            self.server_time().unix_seconds().checked_sub(expires.unix_seconds())
        });
        match since {
            Some(seconds) => format!(
                "The URL expired {} before OSS received it: sign a new one, for longer; if it is \
                 new, set the clock of who signs.",
                gap(seconds)
            ),
            None => "The URL has expired: sign a new one, for longer; if it is new, set the clock \
                     of who signs."
                .to_owned(),
        }
    }

    fn too_early(&self) -> Option<String> {
        let facts = self.facts?;
        (State::of(facts, self.server_time()) == State::NotYetValid).then(|| {
            "The URL is not valid yet, its time of signing is in the future: set the clock of who \
             signs."
                .to_owned()
        })
    }

    fn time_of(&self, field: impl Fn(&Facts) -> &Option<String>) -> Option<Timestamp> {
        field(self.facts?).as_deref().and_then(instant_of)
    }

    fn denied_by_policy(&self) -> String {
        let kind = self.answer.element("NoPermissionType").unwrap_or_default();
        let policy = self.answer.element("PolicyType").unwrap_or("RAM policy");
        match kind {
            "ExplicitDeny" => format!(
                "The signature is right, but a policy ({policy}) denies it: remove the Deny."
            ),
            _ => format!(
                "The signature is right, but no policy ({policy}) allows it: add an Allow for the \
                 action."
            ),
        }
    }

    fn invalid_access_key_id(&self) -> Option<String> {
        if self.has("disabled") || self.has("inactive") {
            return Some(
                "The AccessKey is disabled, or may not be used from this address: enable it, or \
                 use another."
                    .to_owned(),
            );
        }
        let id = self.answer.element("OSSAccessKeyId");
        let id = id.or_else(|| self.facts?.access_key_id.as_deref())?;
        let has_token = self.facts.is_some_and(|facts| facts.security_token);
        match (id.starts_with("STS."), self.facts.is_some(), has_token) {
            (true, true, false) => Some(
                "The AccessKey is a temporary one, and its security token is missing: sign with \
                 the token too (OSS_SESSION_TOKEN)."
                    .to_owned(),
            ),
            (true, true, true) => Some(
                "The temporary AccessKey is unknown, as an expired one is: get new credentials, \
                 and sign again."
                    .to_owned(),
            ),
            (true, false, _) => Some(
                "The AccessKey is a temporary one: its security token is missing, or it has \
                 expired; sign with new credentials and their token."
                    .to_owned(),
            ),
            (false, _, true) => Some(
                "A long-term AccessKey came with a security token: remove the token \
                 (OSS_SESSION_TOKEN)."
                    .to_owned(),
            ),
            (false, _, false) => None,
        }
    }

    fn skew(&self) -> String {
        let requested = self.answer.element("RequestTime").and_then(instant_of);
        let requested = requested.or_else(|| self.time_of(|facts| &facts.signed_at));
        let server = self.answer.element("ServerTime").and_then(instant_of);
        let (Some(requested), Some(server)) = (requested, server) else {
            return "The clock of who signs is more than 15 minutes off: set it.".to_owned();
        };
        let (requested, server) = (requested.unix_seconds(), server.unix_seconds());
        let seconds = requested.abs_diff(server);
        let direction = if requested > server { "fast" } else { "slow" };
        match whole_hours(seconds) {
            Some(_) => format!(
                "The clock of who signs is {} {direction}, so local time was taken for UTC: set \
                 the time zone, or sign with UTC.",
                gap(seconds)
            ),
            None => format!(
                "The clock of who signs is {} {direction}, and OSS allows 15m: set it, or send \
                 the request at once.",
                gap(seconds)
            ),
        }
    }

    fn invalid_argument(&self) -> Option<String> {
        const WORDS: &[(&str, &str)] = &[
            (
                "signing region",
                "The region of the credential is not the bucket's: sign for the region ID, such as \
                 cn-hangzhou, without `oss-`.",
            ),
            (
                "signing product",
                "The product of the credential is wrong: sign for `oss`, and for `oss-cloudbox` on \
                 cloud boxes alone.",
            ),
            (
                "authorization header is invalid",
                "`Authorization` is malformed, or the service does not know this version of the \
                 signature: check it, or sign with the version that it knows.",
            ),
            (
                "requires a valid date",
                "There is neither `Date` nor `x-oss-date`, or it is malformed: send `x-oss-date` \
                 as 20260131T120000Z.",
            ),
            (
                "'ossaccesskeyid'",
                "The form has no AccessKey ID before its file: put all fields before `file`.",
            ),
            (
                "post request signature is empty",
                "The signature of the form is empty: sign the policy, and send the signature.",
            ),
            (
                "post request accesskeyid is empty",
                "The AccessKey ID of the form is empty: load the credentials before signing.",
            ),
        ];
        let known = WORDS.iter().find(|(words, _)| self.has(words));
        known.map(|(_, sentence)| (*sentence).to_owned()).or_else(|| {
            let name = self.answer.element("ArgumentName")?;
            Some(format!("OSS does not take the value of `{name}`: correct it, and sign again."))
        })
    }

    fn invalid_request(&self) -> Option<String> {
        if self.has("security-token") {
            return Some(
                "The signature is in the URL, the security token in a header: sign the token as a \
                 parameter of the URL."
                    .to_owned(),
            );
        }
        self.has("response headers")
            .then(|| "Parameters `response-*` need a signature: sign the URL with them.".to_owned())
    }
}

/// `oss-cn-beijing.aliyuncs.com`
fn another_endpoint(endpoint: &str) -> String {
    let region = endpoint.strip_prefix("oss-").and_then(|rest| rest.split('.').next());
    let region = region.map(|region| region.strip_suffix("-internal").unwrap_or(region));
    match region {
        Some(region) => format!(
            "The bucket is in another region: send to `{endpoint}`, and sign for `{region}`."
        ),
        None => format!("The bucket is elsewhere: send to `{endpoint}`, and sign for its region."),
    }
}

/// Time zones are whole hours, or half ones, apart; clocks are some minutes off besides.
fn whole_hours(seconds: u64) -> Option<u64> {
    const HALF_HOUR: u64 = 1800;
    const SLACK: u64 = 120;
    let halves = seconds.saturating_add(SLACK) / HALF_HOUR;
    let rest = seconds.saturating_add(SLACK) % HALF_HOUR;
    (halves >= 2 && rest <= 2 * SLACK && halves <= 28).then_some(halves)
}

/// The usual cause by `Code`, those of STS too.
fn usual(code: &str, message: &str) -> Option<&'static str> {
    const CODES: &[(&str, &str)] = &[
        (
            "AccessDenied",
            "The signature is right, but its AccessKey may not do this: grant the action in RAM or \
             in the bucket policy.",
        ),
        (
            "AccessForbidden",
            "No CORS rule of the bucket allows it: add one; the signature is not at fault.",
        ),
        (
            "AccessKeyIdAndSecurityTokenNotMatch",
            "AccessKey ID and security token are of different answers of STS: keep ID, secret and \
             token together.",
        ),
        (
            "AuthenticationFail.NoPermission",
            "STS knows no such OIDC provider, or the role does not trust it: check the provider's \
             ARN and the role.",
        ),
        (
            "AuthenticationFail.OIDCToken.AudienceNotMatch",
            "The OIDC token is for another audience: have it issued for `sts.aliyuncs.com`.",
        ),
        (
            "AuthenticationFail.OIDCToken.Expired",
            "The OIDC token has expired: read its file again, and see that it is rotated.",
        ),
        (
            "AuthenticationFail.OIDCToken.PublicKeyFingerprintMismatch",
            "The certificate of the OIDC issuer has changed: update the fingerprint of the \
             provider.",
        ),
        ("BucketDisable", "The bucket is disabled: ask the support of Alibaba Cloud."),
        (
            "CallbackFailed",
            "The object is stored, but the application server did not answer the callback: see to \
             that server, not to the signature.",
        ),
        ("EntityNotExist.Role", "There is no such role: check its ARN."),
        ("IncompleteSignature", "Parts of the signature are missing: sign the request again."),
        (
            "InvalidAccessKeyId",
            "OSS knows no such AccessKey ID: check it for typos and blanks, for another site of \
             Alibaba Cloud, and whether it was deleted.",
        ),
        ("InvalidAccessKeyId.Inactive", "The AccessKey is disabled: enable it, or use another."),
        (
            "InvalidAccessKeyId.NotFound",
            "STS knows no such AccessKey ID: check it for typos and blanks.",
        ),
        (
            "InvalidArgument",
            "A part of the signature is not of its form: `oss-sign inspect` shows which.",
        ),
        (
            "InvalidBucketName",
            "The host does not begin with the name of a bucket: write BUCKET.ENDPOINT, with the \
             bucket once.",
        ),
        (
            "InvalidPolicyDocument",
            "The policy of the form is not the JSON that OSS takes: sign one with `expiration` and \
             `conditions`.",
        ),
        (
            "InvalidSecurityToken",
            "The security token is not the one that STS issued: use it whole, percent-encoded once, \
             with the AccessKey it came with.",
        ),
        (
            "InvalidSecurityToken.Expired",
            "The security token has expired: get new credentials, and sign again.",
        ),
        (
            "InvalidSecurityToken.Malformed",
            "The security token is not the one that STS issued: use it whole, and check it for \
             blanks.",
        ),
        (
            "InvalidSecurityToken.MismatchWithAccessKey",
            "AccessKey ID and security token are of different answers of STS: keep ID, secret and \
             token together.",
        ),
        ("InvalidTimeStamp.Expired", "The clock of who signs is off: set it."),
        (
            "InvalidTimeStamp.Format",
            "The time of the request to STS is malformed: write it as 2026-01-31T12:00:00Z.",
        ),
        (
            "MissingArgument",
            "A parameter, header or field that the operation needs is missing: add it, and sign \
             again.",
        ),
        (
            "MissingSecurityToken",
            "The AccessKey is a temporary one, and its security token is missing: send it too.",
        ),
        (
            "NoPermission",
            "The role may not be assumed: a root account may assume none, a RAM user needs \
             AliyunSTSAssumeRoleAccess, and the role must trust the caller.",
        ),
        (
            "NoSuchBucket",
            "There is no such bucket: check its name in the host; nothing is said of the \
             signature.",
        ),
        (
            "NoSuchKey",
            "The signature is right, but there is no such object: check the key, also whether it \
             is percent-encoded twice.",
        ),
        ("RequestTimeTooSkewed", "The clock of who signs is more than 15 minutes off: set it."),
        (
            "SecondLevelDomainForbidden",
            "The bucket is not in the host: send to BUCKET.ENDPOINT, or to a custom domain.",
        ),
        (
            "SecurityTokenExpired",
            "The security token has expired, and with it all URLs that it signed: get new \
             credentials, and sign again.",
        ),
        (
            "SecurityTokenNotSupported",
            "This operation takes no security token: sign with the AccessKey of a RAM user.",
        ),
        (
            "SignatureDoesNotMatch",
            "OSS computed another signature from what it received: give the URL, or the request as \
             JSON, to see where they differ.",
        ),
        ("SignatureNonceUsed", "The request to STS was sent twice: sign each attempt anew."),
        (
            "Throttling",
            "STS is asked too often: keep credentials until they expire, and share them.",
        ),
        (
            "UserDisable",
            "The account is disabled, overdue, or has not activated OSS: see to it in the console.",
        ),
    ];
    if message.contains("DurationSeconds") {
        return Some(
            "STS does not issue credentials for so long or so short: ask for 900 seconds up to the \
             maximum of the role (MaxSessionDuration).",
        );
    }
    // Some have a kind after a dot that is not listed here.
    let family = code.split('.').next().unwrap_or_default();
    let named = |name: &str| CODES.iter().find(|(known, _)| *known == name);
    let known = named(code).or_else(|| named(family));
    known.map(|(_, sentence)| *sentence).or_else(|| {
        let is_oidc = code.starts_with("AuthenticationFail.OIDCToken");
        is_oidc.then_some("STS does not accept the OIDC token: check its issuer and its signature.")
    })
}
