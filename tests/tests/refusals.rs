//! Every refusal, from a request that is broken in just that way, and what OSS answers.
#![cfg(test)]
#![allow(unused_qualifications, reason = "refusals, parts and types share names")]

use std::collections::BTreeSet;

use oss_sign::v4::SigningKey;
use oss_sign::verify::{Part, Received, ReceivedForm, Refusal, SignatureForm, Slot, Tolerance};
use oss_sign::{
    Bucket, Condition, Credentials, Endpoint, Expires, ObjectKey, PostPolicy, Product, Region,
    Request, Timestamp, v1, v4,
};

use Part::*;
use Refusal::*;
use SignatureForm::*;

/// Tue, 14 Nov 2023 22:13:20 GMT.
const NOW: u64 = 1_700_000_000;

const TOKEN: &str = "CAISexample";

fn at(seconds: u64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds).unwrap()
}

fn credentials() -> Credentials<'static> {
    Credentials::new("testak", "testsk").unwrap().with_security_token(TOKEN).unwrap()
}

fn region() -> Region {
    Region::new("cn-hangzhou").unwrap()
}

fn key() -> SigningKey {
    SigningKey::derive(&credentials(), &region(), at(NOW))
}

/// What arrives, as text: a line for the request, and one for each header; or one for each field of
/// a form.
fn arrived(form: SignatureForm) -> String {
    let bucket = Bucket::new("examplebucket").unwrap();
    let request = Request::get(bucket, ObjectKey::new("cat.jpg").unwrap())
        .headers(&[("host", "h"), ("range", "r")]);
    let pinned = request.additional_headers(&["host", "range"]);
    let endpoint = Endpoint::parse("https://h").unwrap();
    let key = key();
    let v4 = v4::Signer::new(credentials(), &key);
    let v1 = v1::Signer::new(credentials());
    let hour = Expires::after_seconds(3600);
    let conditions = [Condition::StartsWith("key", "cat")];
    let policy = PostPolicy::new(bucket).conditions(&conditions);
    let url = |url: oss_sign::PresignedUrl<'_>| {
        format!("GET {}\nhost: h\nrange: r\n", url.path_and_query())
    };
    let headers = |headers: oss_sign::SignedHeaders<'_>| {
        let added = headers.headers().filter(|(name, _)| !["host", "range"].contains(name));
        let lines = added.map(|(name, value)| format!("{name}: {value}\n"));
        format!("GET /cat.jpg\nhost: h\nrange: r\n{}", lines.collect::<String>())
    };
    let fields = |form: oss_sign::PolicyForm<'_>| {
        let lines = form.fields().map(|(name, value)| format!("{name}: {value}\n"));
        format!("key: cat.jpg\n{}file: it\n", lines.collect::<String>())
    };
    match form {
        V4Header => headers(v4.sign(&pinned, at(NOW)).unwrap()),
        V1Header => headers(v1.sign(&request, at(NOW)).unwrap()),
        V4Url => url(v4.presign(&pinned, &endpoint, at(NOW), hour).unwrap()),
        V1Url => url(v1.presign(&request, &endpoint, at(NOW), hour).unwrap()),
        V4Post => fields(v4.sign_policy(&policy, at(NOW), hour).unwrap()),
        V1Post => fields(v1.sign_policy(&policy, at(NOW), hour).unwrap()),
    }
}

fn named(lines: &str) -> Vec<(&str, &[u8])> {
    let pairs = lines.lines().map(|line| line.split_once(": ").unwrap());
    pairs.map(|(name, value)| (name, value.as_bytes())).collect()
}

fn verify(form: SignatureForm, text: &str, now: Timestamp) -> Result<(), Refusal> {
    if matches!(form, V4Post | V1Post) {
        let fields = named(text);
        let parsed = ReceivedForm::new(&fields).parse()?;
        return parsed.verify(&credentials(), now, Tolerance::default());
    }
    with_request(text, |parsed| {
        let bucket = Some(Bucket::new("examplebucket").unwrap());
        parsed.verify(bucket, &credentials(), now, Tolerance::default())
    })
}

fn with_request(
    text: &str,
    read: impl FnOnce(&oss_sign::verify::Parsed<'_, '_>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    let (line, headers) = text.split_once('\n').unwrap();
    let (method, target) = line.split_once(' ').unwrap();
    let headers = named(headers);
    let (mut parameters, mut signed) = ([Slot::default(); 16], [Slot::default(); 16]);
    read(&Received::new(method, target, &headers).parse(&mut parameters, &mut signed)?)
}

/// The form that is broken, the text that is replaced and what by, and what comes of it: the
/// refusal, its `Code`, and its `EC` where OSS documents it.
type Row = (SignatureForm, &'static str, &'static str, Refusal, &'static str, Option<&'static str>);

const DENIED: &str = "AccessDenied";
const INVALID: &str = "InvalidArgument";

/// `…` in the text to be replaced stands for the rest of a value.
const ROWS: &[Row] = &[
    // No signature, or more than one.
    (V4Header, "authorization: …\n", "", Anonymous, DENIED, None),
    (V4Url, "/cat.jpg?…\n", "/cat.jpg\n", Anonymous, DENIED, None),
    (V4Header, "cat.jpg", "cat.jpg?Signature=a", SignedTwice, INVALID, Some("0002-00000039")),
    (V1Header, "cat.jpg", "cat.jpg?x-oss-signature=a", SignedTwice, INVALID, Some("0002-00000039")),
    (V4Header, "OSS4-HMAC-SHA256", "OSS4", Refusal::SignatureVersion, INVALID, None),
    (V1Header, "OSS ", "AWS ", Refusal::SignatureVersion, INVALID, None),
    (V4Url, "=OSS4-HMAC-SHA256", "=OSS2", Refusal::SignatureVersion, INVALID, None),
    (V4Post, ": OSS4-HMAC-SHA256", ": OSS2", Refusal::SignatureVersion, INVALID, None),
    // Parts that occur twice.
    (V4Header, "range", "authorization: OSS a:b\nrange", Duplicate(Authorization), INVALID, None),
    (V4Header, ",Signature", ",Credential=a,Signature", Duplicate(Credential), INVALID, None),
    (V4Header, ",Signature", ",Signature=a,Signature", Duplicate(Signature), INVALID, None),
    (
        V4Header,
        "Additional",
        "AdditionalHeaders=a,Additional",
        Duplicate(AdditionalHeaders),
        INVALID,
        None,
    ),
    (V4Header, "x-oss-date", "x-oss-date: a\nx-oss-date", Duplicate(Date), INVALID, None),
    (
        V4Header,
        "x-oss-sec",
        "x-oss-security-token: a\nx-oss-sec",
        Duplicate(SecurityToken),
        INVALID,
        None,
    ),
    (V4Url, "&x-oss-date", "&x-oss-credential&x-oss-date", Duplicate(Credential), INVALID, None),
    (V4Url, "&x-oss-date", "&x-oss-date=a&x-oss-date", Duplicate(Date), INVALID, None),
    (V4Url, "&x-oss-date", "&x-oss-expires=1&x-oss-date", Duplicate(Part::Expires), INVALID, None),
    (V4Url, "&x-oss-date", "&x-oss-signature=1&x-oss-date", Duplicate(Signature), INVALID, None),
    (
        V4Url,
        "\nhost",
        "&x-oss-signature-version=a\nhost",
        Duplicate(Part::SignatureVersion),
        INVALID,
        None,
    ),
    (V1Url, "Expires", "Expires=1&Expires", Duplicate(Part::Expires), INVALID, None),
    (V1Url, "Expires", "OSSAccessKeyId=a&Expires", Duplicate(Part::AccessKeyId), INVALID, None),
    (V1Url, "Expires", "security-token=a&Expires", Duplicate(SecurityToken), INVALID, None),
    (V4Post, "policy", "policy: a\nPolicy", Duplicate(Policy), INVALID, None),
    (
        V1Post,
        "OSSAccessKeyId",
        "OSSAccessKeyId: a\nossaccesskeyid",
        Duplicate(Part::AccessKeyId),
        INVALID,
        None,
    ),
    // Parts that are missing.
    (V4Header, "Credential=…,Add", "Add", Missing(Credential), INVALID, None),
    (V4Header, ",Signature=…\n", "\n", Missing(Signature), DENIED, None),
    (V4Header, "x-oss-date: …\n", "", Missing(Date), DENIED, Some("0002-00000503")),
    (V1Header, "date: …\n", "", Missing(Date), DENIED, Some("0002-00000503")),
    (V4Url, "x-oss-credential=…&", "", Missing(Credential), INVALID, None),
    (V4Url, "x-oss-date=…&", "", Missing(Date), DENIED, None),
    (V4Url, "x-oss-expires=…&", "", Missing(Part::Expires), DENIED, None),
    (V4Url, "x-oss-signature=…&", "", Missing(Signature), DENIED, None),
    (V4Url, "&x-oss-signature-version=…\n", "\n", Missing(Part::SignatureVersion), INVALID, None),
    (V1Url, "Expires=…&", "", Missing(Part::Expires), DENIED, Some("0002-00000067")),
    (V1Url, "OSSAccessKeyId=…&", "", Missing(Part::AccessKeyId), DENIED, Some("0002-00000071")),
    (V1Url, "Signature=…&", "", Missing(Signature), DENIED, Some("0002-00000074")),
    (V4Post, "policy: …\n", "", MissingField(Policy), INVALID, Some("0002-00000702")),
    (V1Post, "policy: …\n", "", MissingField(Policy), INVALID, Some("0002-00000702")),
    (V4Post, "x-oss-signature: …\n", "", MissingField(Signature), INVALID, Some("0002-00000703")),
    (V1Post, "Signature: …\n", "", MissingField(Signature), INVALID, Some("0002-00000703")),
    (
        V1Post,
        "OSSAccessKeyId: …\n",
        "",
        MissingField(Part::AccessKeyId),
        INVALID,
        Some("0002-00000706"),
    ),
    (V1Post, "policy", "file: it\npolicy", MissingField(Policy), INVALID, Some("0002-00000702")),
    (V4Post, "x-oss-credential: …\n", "", MissingField(Credential), INVALID, None),
    (V4Post, "x-oss-date: …\n", "", MissingField(Date), INVALID, None),
    (
        V4Post,
        "x-oss-signature-version: …\n",
        "",
        MissingField(Part::SignatureVersion),
        INVALID,
        None,
    ),
    // Parts that are empty.
    (V4Header, "Credential=…,Add", "Credential=,Add", Empty(Credential), INVALID, None),
    (V4Header, "Credential=testak", "Credential=", Empty(Part::AccessKeyId), INVALID, None),
    (
        V4Header,
        "AdditionalHeaders=…,",
        "AdditionalHeaders=,",
        Empty(AdditionalHeaders),
        INVALID,
        None,
    ),
    (V4Header, "Signature=…\n", "Signature=\n", Empty(Signature), INVALID, None),
    (V1Header, "OSS testak", "OSS ", Empty(Part::AccessKeyId), INVALID, Some("0002-00000063")),
    (V1Header, "testak:…\n", "testak:\n", Empty(Signature), INVALID, Some("0002-00000065")),
    (V4Url, "x-oss-date=…&", "x-oss-date&", Empty(Date), INVALID, None),
    (V4Url, "x-oss-expires=…&", "x-oss-expires=&", Empty(Part::Expires), DENIED, None),
    (V1Url, "Expires=…&", "Expires=&", Empty(Part::Expires), DENIED, Some("0002-00000068")),
    (V4Post, "policy: …\n", "policy: \n", Empty(Policy), INVALID, None),
    (
        V4Post,
        "x-oss-signature: …\n",
        "x-oss-signature: \n",
        Empty(Signature),
        INVALID,
        Some("0002-00000704"),
    ),
    (V1Post, "Signature: …\n", "Signature: \n", Empty(Signature), INVALID, Some("0002-00000704")),
    (V1Post, "testak", "", Empty(Part::AccessKeyId), INVALID, Some("0002-00000707")),
    // Parts that are not of their form.
    (V4Header, "Credential=", "Credential", Malformed(Authorization), INVALID, None),
    (V4Header, ",Signature", ",Sign=a,Signature", Malformed(Authorization), INVALID, None),
    (V1Header, "testak:", "testak", Malformed(Authorization), INVALID, Some("0002-00000062")),
    (V4Header, "/aliyun_v4_request", "", Malformed(Credential), INVALID, None),
    (V4Url, "aliyun_v4_request", "aws4_request", Malformed(Credential), INVALID, None),
    (V4Post, "/aliyun_v4_request", "/aliyun_v4_request/", Malformed(Credential), INVALID, None),
    (V1Header, "OSS testak", "OSS test!ak", Malformed(Part::AccessKeyId), INVALID, None),
    (V4Header, "=host;range", "=host;range;", Malformed(AdditionalHeaders), INVALID, None),
    (V4Header, "-date: 2", "-date: 1x", Malformed(Date), DENIED, Some("0002-00000502")),
    (V1Header, "date: Tue", "date: Tuesday", Malformed(Date), DENIED, Some("0002-00000502")),
    (V4Url, "-date=2", "-date=2x", Malformed(Date), DENIED, None),
    (V4Post, "-date: 2", "-date: 2x", Malformed(Date), DENIED, None),
    (V4Url, "-expires=", "-expires=1e", Malformed(Part::Expires), DENIED, None),
    (V1Url, "Expires=", "Expires=%2B", Malformed(Part::Expires), DENIED, Some("0002-00000070")),
    // The scope, and what is beside the signature.
    (V4Header, "/20231114/", "/20231113/", ScopeDate, INVALID, None),
    (V4Url, "%2F20231114%2F", "%2F20231115%2F", ScopeDate, INVALID, None),
    (V4Post, "/20231114/", "/20231115/", ScopeDate, INVALID, None),
    (V4Header, "/cn-hangzhou/", "/oss-cn-hangzhou/", ScopeRegion, INVALID, Some("0002-00000226")),
    (V4Post, "/cn-hangzhou/", "/CN/", ScopeRegion, INVALID, Some("0002-00000715")),
    (V4Url, "cn-hangzhou", "", ScopeRegion, INVALID, None),
    (V4Header, "/oss/", "/O_S/", ScopeProduct, INVALID, Some("0002-00000227")),
    (V4Header, "=host;range", "=range;host", AdditionalHeadersOrder, INVALID, None),
    (V4Header, "=host;range", "=host;host", AdditionalHeadersOrder, INVALID, None),
    (V4Url, "host%3Brange", "Host%3Brange", AdditionalHeadersOrder, INVALID, None),
    (V4Header, "=host;range", "=host;rangy", AdditionalHeaderMissing, INVALID, None),
    (V4Url, "range: r\n", "", AdditionalHeaderMissing, INVALID, None),
    (V4Header, "UNSIGNED-PAYLOAD", "e3b0c442", ContentSha256, INVALID, None),
    (V4Header, "cat.jpg", "cat.jpg?host=other", HeaderIsParameter, INVALID, None),
    (V4Url, "-expires=3600", "-expires=0", ExpiresOutOfRange, INVALID, None),
    (V4Url, "-expires=3600", "-expires=604801", ExpiresOutOfRange, INVALID, None),
    // Who, and what.
    (
        V4Header,
        "=testak",
        "=other",
        Refusal::AccessKeyId,
        "InvalidAccessKeyId",
        Some("0002-00000902"),
    ),
    (V1Url, "=testak", "=other", Refusal::AccessKeyId, "InvalidAccessKeyId", Some("0002-00000902")),
    (V1Post, "testak", "other", Refusal::AccessKeyId, "InvalidAccessKeyId", Some("0002-00000902")),
    (V4Header, "x-oss-security-token: …\n", "", SecurityTokenMissing, "InvalidAccessKeyId", None),
    (V1Url, "&security-token=…\n", "\n", SecurityTokenMissing, "InvalidAccessKeyId", None),
    (V4Post, "x-oss-security-token: …\n", "", SecurityTokenMissing, "InvalidAccessKeyId", None),
    (
        V4Url,
        TOKEN,
        "CAISother",
        SecurityTokenMismatch,
        "InvalidSecurityToken",
        Some("0002-00000006"),
    ),
    (V1Post, TOKEN, "", SecurityTokenMismatch, "InvalidSecurityToken", Some("0002-00000006")),
    (V4Header, "GET", "PUT", SignatureDoesNotMatch, "SignatureDoesNotMatch", Some("0002-00000201")),
    (V4Url, "cat", "dog", SignatureDoesNotMatch, "SignatureDoesNotMatch", Some("0002-00000201")),
    (V1Header, "cat", "dog", SignatureDoesNotMatch, "SignatureDoesNotMatch", Some("0002-00000040")),
    (V1Url, "cat", "dog", SignatureDoesNotMatch, "SignatureDoesNotMatch", Some("0002-00000040")),
    (V4Post, "policy: ", "policy: a", SignatureDoesNotMatch, "SignatureDoesNotMatch", None),
    (V1Post, "policy: ", "policy: a", SignatureDoesNotMatch, "SignatureDoesNotMatch", None),
];

/// The text with the first occurrence replaced.
fn broken(text: &str, old: &str, new: &str) -> String {
    let Some((start, end)) = old.split_once('…') else {
        assert!(text.contains(old), "{old:?} is not in {text}");
        return text.replacen(old, new, 1);
    };
    let (before, rest) = text.split_once(start).unwrap_or_else(|| panic!("{start:?} in {text}"));
    let (_, after) = rest.split_once(end).unwrap_or_else(|| panic!("{end:?} in {text}"));
    format!("{before}{new}{after}")
}

#[test]
fn what_is_not_broken_is_accepted() {
    for form in [V4Header, V4Url, V1Header, V1Url, V4Post, V1Post] {
        assert_eq!(verify(form, &arrived(form), at(NOW)), Ok(()), "{form:?}");
    }
}

#[test]
fn what_is_broken_in_one_way_is_refused_for_that() {
    for &(form, old, new, refusal, code, ec) in ROWS {
        let text = broken(&arrived(form), old, new);
        assert_eq!(verify(form, &text, at(NOW)), Err(refusal), "{form:?} {old:?} {new:?}");
        assert_answer(refusal, form, code, ec);
    }
}

fn assert_answer(refusal: Refusal, form: SignatureForm, code: &str, ec: Option<&str>) {
    assert_eq!((refusal.code(), refusal.ec(form)), (code, ec), "{refusal:?} {form:?}");
    let status = if ["InvalidArgument", "InvalidPolicyDocument", "InvalidRequest"].contains(&code) {
        400
    } else {
        403
    };
    assert_eq!(refusal.status(), status, "{refusal:?}");
    let message = refusal.to_string();
    assert!(!message.is_empty() && !message.contains('{'), "{message}");
}

/// Those whose time is over or not yet come, to the second.
#[test]
fn the_edges_of_time() {
    const WEEK: u64 = 604_800;
    let expired_v1 = Some("0002-00000069");
    let skewed = Some("0002-00000504");
    for (form, accepted, refused, refusal, code, ec) in [
        (V4Header, NOW - 900, NOW - 901, RequestTimeTooSkewed, "RequestTimeTooSkewed", skewed),
        (V4Header, NOW + 900, NOW + 901, RequestTimeTooSkewed, "RequestTimeTooSkewed", skewed),
        (V1Header, NOW - 900, NOW - 901, RequestTimeTooSkewed, "RequestTimeTooSkewed", skewed),
        (V1Header, NOW + 900, NOW + 901, RequestTimeTooSkewed, "RequestTimeTooSkewed", skewed),
        (V4Url, NOW - 900, NOW - 901, NotYetValid, DENIED, None),
        (V4Url, NOW + 3600, NOW + 3601, Expired, DENIED, None),
        (V1Url, NOW + 3600, NOW + 3601, Expired, DENIED, expired_v1),
        (V4Post, NOW - 900, NOW - 901, NotYetValid, DENIED, None),
        (V4Post, NOW + WEEK, NOW + WEEK + 1, Expired, DENIED, None),
    ] {
        let text = arrived(form);
        assert_eq!(verify(form, &text, at(accepted)), Ok(()), "{form:?} {accepted}");
        assert_eq!(verify(form, &text, at(refused)), Err(refusal), "{form:?} {refused}");
        assert_answer(refusal, form, code, ec);
    }
    // V1 says of a URL only when it ends, and of a form nothing: its policy does.
    assert_eq!(verify(V1Url, &arrived(V1Url), at(0)), Ok(()));
    for now in [0, NOW, 253_402_300_799] {
        assert_eq!(verify(V1Post, &arrived(V1Post), at(now)), Ok(()));
    }
}

#[test]
fn the_tolerance_is_the_servers() {
    let strict = |text: &str, now, tolerance| {
        with_request(text, |parsed| {
            let bucket = Some(Bucket::new("examplebucket").unwrap());
            parsed.verify(bucket, &credentials(), now, Tolerance::from_seconds(tolerance))
        })
    };
    let text = arrived(V4Header);
    assert_eq!(strict(&text, at(NOW + 1), 0), Err(RequestTimeTooSkewed));
    assert_eq!(strict(&text, at(NOW), 0), Ok(()));
    assert_eq!(strict(&text, at(0), u32::MAX), Ok(()));
    // A tolerance does not prolong a URL.
    assert_eq!(strict(&arrived(V4Url), at(NOW + 3601), u32::MAX), Err(Expired));
}

/// What expired is not looked at further, as OSS has it: neither who signed it, nor whether.
#[test]
fn the_time_is_checked_first_and_the_signature_last() {
    let late = at(NOW + 604_801);
    for form in [V4Url, V1Url, V4Post] {
        let text = broken(&arrived(form), "testak", "other");
        assert_eq!(verify(form, &text, late), Err(Expired), "{form:?}");
        let text = broken(&text, TOKEN, "CAISother");
        assert_eq!(verify(form, &text, at(NOW)), Err(Refusal::AccessKeyId), "{form:?}");
    }
}

#[test]
fn a_signing_key_of_another_scope_is_told_apart() {
    let other_id = Credentials::new("other", "testsk").unwrap();
    let beijing = Region::new("cn-beijing").unwrap();
    let cloud_box = Product::cloud_box();
    let (other, tomorrow) = (Refusal::AccessKeyId, at(NOW + 86_400));
    for (key, expected) in [
        (key(), Ok(())),
        (SigningKey::derive(&other_id, &region(), at(NOW)), Err(other)),
        (SigningKey::derive(&credentials(), &beijing, at(NOW)), Err(ScopeRegion)),
        (SigningKey::derive_for(&cloud_box, &credentials(), &region(), at(NOW)), Err(ScopeProduct)),
        (SigningKey::derive(&credentials(), &region(), tomorrow), Err(ScopeDate)),
    ] {
        for form in [V4Header, V4Url] {
            let verified = with_request(&arrived(form), |parsed| {
                let bucket = Some(Bucket::new("examplebucket").unwrap());
                parsed.verify_with_key(bucket, &key, at(NOW), Tolerance::default())
            });
            assert_eq!(verified, expected, "{form:?}");
        }
        let text = arrived(V4Post);
        let fields = named(&text);
        let parsed = ReceivedForm::new(&fields).parse().unwrap();
        assert_eq!(parsed.verify_with_key(&key, at(NOW), Tolerance::default()), expected);
    }
}

#[test]
fn v1_has_no_signing_key() {
    for form in [V1Header, V1Url] {
        let verified = with_request(&arrived(form), |parsed| {
            parsed.verify_with_key(None, &key(), at(NOW), Tolerance::default())
        });
        assert_eq!(verified, Err(V1NotAllowed));
        assert_answer(V1NotAllowed, form, DENIED, Some("0002-00000080"));
    }
    let text = arrived(V1Post);
    let fields = named(&text);
    let parsed = ReceivedForm::new(&fields).parse().unwrap();
    let verified = parsed.verify_with_key(&key(), at(NOW), Tolerance::default());
    assert_eq!(verified, Err(V1NotAllowed));
    assert_answer(V1NotAllowed, V1Post, DENIED, None);
}

#[test]
fn a_policy_that_is_no_text_is_malformed() {
    let fields: [(&str, &[u8]); 3] =
        [("OSSAccessKeyId", b"testak"), ("policy", b"\xff"), ("Signature", b"a")];
    let refusal = ReceivedForm::new(&fields).parse().unwrap_err();
    assert_eq!(refusal, Malformed(Policy));
    assert_answer(refusal, V1Post, "InvalidPolicyDocument", Some("0006-00000201"));
}

#[test]
fn a_form_without_fields_of_a_signature_is_anonymous() {
    for fields in [&[][..], &[("key", &b"cat.jpg"[..]), ("file", b""), ("policy", b"a")]] {
        let form = ReceivedForm::new(fields);
        assert_eq!(form.parse().unwrap_err(), Anonymous);
        assert_eq!(form.signature_form(), Err(Anonymous));
    }
    // A policy alone is one of V1, whose AccessKey ID OSS then misses.
    let fields = [("policy", &b"a"[..])];
    assert_eq!(ReceivedForm::new(&fields).signature_form(), Ok(V1Post));
    assert_eq!(ReceivedForm::new(&fields).parse().unwrap_err(), MissingField(Part::AccessKeyId));
}

#[test]
fn too_few_slots() {
    for (slots, refusal) in
        [([0, 16], ParameterSlots { needed: 7 }), ([16, 0], HeaderSlots { needed: 2 })]
    {
        let text = arrived(V4Url);
        let (line, headers) = text.split_once('\n').unwrap();
        let headers = named(headers);
        let [mut parameters, mut signed] = slots.map(|count| vec![Slot::default(); count]);
        let received = Received::new("GET", line.split_once(' ').unwrap().1, &headers);
        let refused = received.parse(&mut parameters, &mut signed).unwrap_err();
        assert_eq!(refused, refusal);
        assert_answer(refused, V4Url, "InvalidRequest", None);
    }
}

/// The name of a refusal, and its part.
fn name(refusal: Refusal) -> String {
    format!("{refusal:?}").split(['(', ' ']).next().unwrap().to_owned()
}

/// Who keeps the AccessKeys answers with these.
#[test]
fn what_only_the_keeper_of_access_keys_can_refuse() {
    for (refusal, code, ec) in [
        (AccessKeyDisabled, "InvalidAccessKeyId", "0002-00000904"),
        (SecurityTokenExpired, "SecurityTokenExpired", "0002-00000007"),
    ] {
        assert_eq!((refusal.code(), refusal.status()), (code, 403));
        assert_eq!(refusal.ec(V4Header), Some(ec));
    }
}

/// So that a refusal that is new has its row.
#[test]
fn every_refusal_and_every_part_is_in_the_table() {
    let elsewhere = [
        "AccessKeyDisabled",
        "Expired",
        "HeaderSlots",
        "NotYetValid",
        "ParameterSlots",
        "RequestTimeTooSkewed",
        "SecurityTokenExpired",
        "V1NotAllowed",
    ];
    let in_table = ROWS.iter().map(|&(_, _, _, refusal, ..)| name(refusal));
    let names: BTreeSet<String> = in_table.chain(elsewhere.map(str::to_owned)).collect();
    let source = include_str!("../../crates/oss-sign/src/verify/refusal.rs");
    let (_, variants) = source.split_once("pub enum Refusal {").unwrap();
    let (variants, _) = variants.split_once("\n}").unwrap();
    let variants = variants.lines().filter_map(|line| line.strip_prefix("    "));
    let variants =
        variants.filter(|line| line.starts_with(|first: char| first.is_ascii_uppercase()));
    let variants: BTreeSet<String> =
        variants.map(|line| line.split(['(', ',', ' ']).next().unwrap().to_owned()).collect();
    assert_eq!(names, variants);

    let parts: BTreeSet<String> = ROWS
        .iter()
        .filter_map(|&(_, _, _, refusal, ..)| match refusal {
            Duplicate(part) | Missing(part) | MissingField(part) | Empty(part)
            | Malformed(part) => Some(format!("{part:?}")),
            _ => None,
        })
        .collect();
    let all = [
        Authorization,
        Credential,
        Part::AccessKeyId,
        Signature,
        AdditionalHeaders,
        Date,
        Part::Expires,
        SecurityToken,
        Part::SignatureVersion,
        Policy,
    ];
    for part in all {
        // Of this `match` nothing can be left out: a part that is new has its row too.
        match part {
            Authorization
            | Credential
            | Part::AccessKeyId
            | Signature
            | AdditionalHeaders
            | Date
            | Part::Expires
            | SecurityToken
            | Part::SignatureVersion
            | Policy => {}
        }
        assert!(parts.contains(&format!("{part:?}")), "{part:?}");
    }
}
