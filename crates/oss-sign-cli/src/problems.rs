//! What is likely to go wrong with a request, told from its text alone.

use oss_sign::Timestamp;
use oss_sign::verify::Refusal;

use crate::facts::{Facts, SIGNATURE_PARAMETERS, instant_of};
use crate::location::{Location, region_of_host};
use crate::mistake::{Mistake, Quoted};
use crate::presented::{Presented, decoded};

/// Whether a URL works at an instant, as far as its times say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    InTime,
    Expired,
    NotYetValid,
    Unknown,
}

impl State {
    /// OSS takes a URL up to 15 minutes before its time of signing (EC 0002-00000235).
    pub(crate) fn of(facts: &Facts, now: Timestamp) -> Self {
        const TOLERANCE: u64 = 900;
        let instant = |text: &Option<String>| text.as_deref().and_then(instant_of);
        let latest = now.checked_add_seconds(TOLERANCE).unwrap_or(now);
        match (instant(&facts.signed_at), instant(&facts.expires_at)) {
            (Some(signed_at), _) if signed_at > latest => Self::NotYetValid,
            (_, Some(expires_at)) if now > expires_at => Self::Expired,
            (_, Some(_)) => Self::InTime,
            // A signature in the header is good for 15 minutes.
            (Some(signed_at), None) if facts.signature_place == Some("header") => {
                let end = signed_at.checked_add_seconds(TOLERANCE).unwrap_or(signed_at);
                if now > end { Self::Expired } else { Self::InTime }
            }
            (_, None) => Self::Unknown,
        }
    }

    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::InTime => "in-time",
            Self::Expired => "expired",
            Self::NotYetValid => "not-yet-valid",
            Self::Unknown => "unknown",
        }
    }
}

/// A sentence each, the remedy in it.
pub(crate) fn of(request: &Presented, facts: &Facts) -> Result<Vec<String>, Mistake> {
    let problems = [
        escaped_ampersands(request),
        blank_in_signature(request),
        region_with_prefix(facts),
        region_of_another_host(request, facts),
        parameter_encoded_twice(request),
        key_encoded_twice(request),
        milliseconds(request),
        token_and_id(facts),
        too_long_with_token(request, facts),
        endpoint_without_bucket(request),
        unsigned_in_v1(request, facts),
        closed_version(facts),
    ];
    let mut problems: Vec<String> = problems.into_iter().flatten().collect();
    if problems.is_empty() {
        problems.extend(malformed(request)?);
    }
    Ok(problems)
}

fn malformed(request: &Presented) -> Result<Option<String>, Mistake> {
    let with_some_bucket = Presented { location: Location::Path, ..request.clone() };
    let refusal = with_some_bucket.with_parsed(|_, _| ())?.err();
    Ok(refusal.map(|refusal| match refusal {
        Refusal::AdditionalHeaderMissing => {
            "the URL signs headers that its holder must send: give them by --header".to_owned()
        }
        _ => format!("{refusal}: OSS would answer {}", refusal.code()),
    }))
}

fn escaped_ampersands(request: &Presented) -> Option<String> {
    let is_escaped = |text: &String| text.starts_with("amp;") || text.contains(r"\u0026");
    request.query.iter().any(is_escaped).then(|| {
        r"the URL was copied out of HTML or JSON, its `&` are `&amp;` or `\u0026`: write `&`"
            .to_owned()
    })
}

fn blank_in_signature(request: &Presented) -> Option<String> {
    let name = ["Signature", "security-token", "x-oss-security-token"]
        .into_iter()
        .find(|name| request.parameter(name).is_some_and(|value| value.contains(' ')))?;
    Some(format!("a `+` in `{name}` reads as a blank: percent-encode it as `%2B`"))
}

fn region_with_prefix(facts: &Facts) -> Option<String> {
    let region = facts.region.as_deref()?;
    let id = region.strip_prefix("oss-")?;
    let id = id.strip_suffix("-internal").unwrap_or(id);
    Some(format!(
        "the region {} is the start of a host name: sign for {}",
        Quoted(region),
        Quoted(id)
    ))
}

fn region_of_another_host(request: &Presented, facts: &Facts) -> Option<String> {
    let (signed, hosts) = (facts.region.as_deref()?, region_of_host(&request.host)?);
    (signed != hosts && !signed.starts_with("oss-")).then(|| {
        format!(
            "it is signed for {}, and the host is in {}: sign for the region of the bucket, and \
             send to it",
            Quoted(signed),
            Quoted(hosts)
        )
    })
}

fn parameter_encoded_twice(request: &Presented) -> Option<String> {
    let (name, _) = request.parameters().find(|(name, value)| {
        SIGNATURE_PARAMETERS.contains(&name.as_str()) && decoded(value) != *value
    })?;
    Some(format!("`{name}` is percent-encoded twice: encode the URL once"))
}

fn key_encoded_twice(request: &Presented) -> Option<String> {
    let once = decoded(&request.path);
    let twice = decoded(&once);
    (once != twice).then(|| {
        format!(
            "the key reads {}: if it is really {}, it was percent-encoded before it was signed; \
             sign the key as it is",
            Quoted(once.trim_start_matches('/')),
            Quoted(twice.trim_start_matches('/'))
        )
    })
}

/// OSS takes them for seconds of the far future.
fn milliseconds(request: &Presented) -> Option<String> {
    let expires: u64 = request.parameter("Expires")?.parse().ok()?;
    (expires >= 1_000_000_000_000).then(|| {
        "`Expires` is in milliseconds, so the URL does not expire for millennia: give seconds"
            .to_owned()
    })
}

/// The AccessKey ID of STS begins with `STS.`.
fn token_and_id(facts: &Facts) -> Option<String> {
    let is_temporary = facts.access_key_id.as_deref()?.starts_with("STS.");
    match (is_temporary, facts.security_token) {
        (true, false) => Some(
            "the AccessKey is a temporary one, and its security token is missing: sign with the \
             token that came with it"
                .to_owned(),
        ),
        (true, true) => {
            Some("it stops working when the security token does, if that is earlier".to_owned())
        }
        _ => None,
    }
}

/// <https://www.alibabacloud.com/help/en/oss/developer-reference/add-signatures-to-urls>
fn too_long_with_token(request: &Presented, facts: &Facts) -> Option<String> {
    let seconds: u64 = request.parameter("x-oss-expires")?.parse().ok()?;
    (facts.security_token && seconds > 43_200).then(|| {
        "with a security token OSS refuses V4 URLs of more than 12 hours: sign for less".to_owned()
    })
}

fn endpoint_without_bucket(request: &Presented) -> Option<String> {
    let is_public = request.host.ends_with(".aliyuncs.com");
    (is_public && request.location == Location::Path && request.path != "/").then(|| {
        "the bucket is not in the host, which OSS's own endpoints refuse: send to \
         BUCKET.ENDPOINT"
            .to_owned()
    })
}

fn unsigned_in_v1(request: &Presented, facts: &Facts) -> Option<String> {
    if facts.signature_version != Some("v1") {
        return None;
    }
    let before = request.with_parsed(|parsed, bucket| parsed.string_to_sign(bucket).to_string());
    let before = before.ok()?.ok()?;
    let unsigned = request.parameters().enumerate().find(|(index, (name, _))| {
        let mut without = request.clone();
        without.query.remove(*index);
        let after = without.with_parsed(|parsed, bucket| parsed.string_to_sign(bucket).to_string());
        let is_same = after.is_ok_and(|after| after.is_ok_and(|after| after == before));
        is_same && !SIGNATURE_PARAMETERS.contains(&name.as_str())
    });
    let (_, (name, _)) = unsigned?;
    Some(format!("V1 does not sign {}, so anybody can change it: use V4", Quoted(&name)))
}

fn closed_version(facts: &Facts) -> Option<String> {
    (facts.signature_version == Some("v1"))
        .then(|| "V1 is closed to new accounts and new buckets since 2025: use V4".to_owned())
}
