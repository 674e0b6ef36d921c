//! Requests that were signed and then broken, and what `explain` says of OSS's answer. The answer is
//! made by the core's own verification, from the request as it would arrive.

use oss_sign::v4::{Signer, SigningKey};
use oss_sign::{
    Bucket, Credentials, Endpoint, Expires, Method, ObjectKey, Region, Request, Resource,
    Timestamp, v1,
};
use quick_xml::escape::escape;

use super::error_answer::ErrorAnswer;
use super::meant::Meant;
use super::report::Report;
use crate::location::{Location, LocationArgs};
use crate::presented::Presented;

fn credentials() -> Credentials<'static> {
    Credentials::new("testak", "testsk").unwrap()
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(1_700_000_000).unwrap()
}

fn from_url(url: &str) -> Presented {
    Presented::from_url(url, &LocationArgs::default()).unwrap()
}

/// A presigned GET of V4.
pub(super) fn presigned(key: &str, query: &[(&str, &str)]) -> Presented {
    signed_as(credentials(), Method::Get, key, query, &[])
}

fn signed_as(
    credentials: Credentials<'_>,
    method: Method,
    key: &str,
    query: &[(&str, &str)],
    headers: &[(&str, &str)],
) -> Presented {
    let region = Region::new("cn-hangzhou").unwrap();
    let signing_key = SigningKey::derive(&credentials, &region, now());
    let bucket = Bucket::new("examplebucket").unwrap();
    let request = Request::new(method, Resource::Object(bucket, ObjectKey::new(key).unwrap()));
    let request = request.query(query).headers(headers);
    let signer = Signer::new(credentials, &signing_key);
    let endpoint = Endpoint::public(&region);
    let url = signer.presign(&request, &endpoint, now(), Expires::default()).unwrap();
    let mut presented = from_url(&url.to_string());
    presented.method = method.as_str().to_owned();
    for (name, value) in headers {
        presented.set_header(name, value);
    }
    presented
}

/// A presigned PUT of V1.
fn presigned_v1(key: &str, headers: &[(&str, &str)]) -> Presented {
    let region = Region::new("cn-hangzhou").unwrap();
    let bucket = Bucket::new("examplebucket").unwrap();
    let request = Request::new(Method::Put, Resource::Object(bucket, ObjectKey::new(key).unwrap()));
    let request = request.headers(headers);
    let url = v1::Signer::new(credentials())
        .presign(&request, &Endpoint::public(&region), now(), Expires::default())
        .unwrap();
    let mut presented = from_url(&url.to_string());
    presented.method = "PUT".to_owned();
    for (name, value) in headers {
        presented.set_header(name, value);
    }
    presented
}

/// OSS's answer to a request as it arrives.
fn mismatch(received: &Presented, has_canonical_request: bool) -> ErrorAnswer {
    let texts = received.with_parsed(|parsed, bucket| {
        let canonical_request = parsed.canonical_request(bucket).map(|text| text.to_string());
        (canonical_request, parsed.string_to_sign(bucket).to_string())
    });
    let (canonical_request, string_to_sign) = texts.unwrap().unwrap();
    let canonical_request = canonical_request.filter(|_| has_canonical_request);
    let canonical_request = canonical_request
        .map(|text| format!("<CanonicalRequest>{}</CanonicalRequest>", escape(text.as_str())))
        .unwrap_or_default();
    let provided = ["x-oss-signature", "Signature"];
    let provided = provided.iter().find_map(|name| received.parameter(name)).unwrap_or_default();
    answer(&format!(
        "<Code>SignatureDoesNotMatch</Code><Message>The request signature we calculated does not \
         match the signature you provided.</Message><OSSAccessKeyId>testak</OSSAccessKeyId>\
         <SignatureProvided>{}</SignatureProvided><StringToSign>{}</StringToSign>\
         {canonical_request}",
        escape(provided.as_str()),
        escape(string_to_sign.as_str())
    ))
}

fn answer(elements: &str) -> ErrorAnswer {
    ErrorAnswer::read(&format!("<?xml version=\"1.0\"?>\n<Error>{elements}</Error>")).unwrap()
}

fn explain(
    answer: &ErrorAnswer,
    request: Option<&Presented>,
    credentials: Option<&Credentials<'_>>,
) -> Report {
    Report::of(answer, request.cloned().map(Meant::from), credentials, now()).unwrap()
}

/// Breaks a request, and expects just this sentence, whether or not OSS tells its canonical request.
#[track_caller]
fn assert_broken(request: &Presented, breaks: impl Fn(&mut Presented), sentence: &str) {
    let mut received = request.clone();
    breaks(&mut received);
    for has_canonical_request in [true, false] {
        let report = explain(&mismatch(&received, has_canonical_request), Some(request), None);
        assert_eq!(report.causes, [sentence], "{has_canonical_request}\n{}", report.plain());
    }
}

#[test]
fn the_method() {
    let sentences = [
        (
            "HEAD",
            "The request was signed for GET, but OSS received HEAD, as of a client that asks \
                  for the size first: sign it for HEAD, or send GET.",
        ),
        (
            "PUT",
            "The request was signed for GET, but OSS received PUT: sign it for PUT, or send \
                 GET.",
        ),
    ];
    for (method, sentence) in sentences {
        let breaks = |request: &mut Presented| request.method = method.to_owned();
        assert_broken(&presigned("k", &[]), breaks, sentence);
    }
}

#[test]
fn the_content_type() {
    let add = |request: &mut Presented| request.set_header("Content-Type", "text/plain");
    let sentence = "The HTTP client added `Content-Type: text/plain`, which was not signed: sign \
                    with --header 'Content-Type: text/plain', or have the client send none.";
    assert_broken(&presigned("k", &[]), add, sentence);
    assert_broken(&presigned_v1("k", &[]), add, sentence);

    let with_type = [("content-type", "image/png")];
    let v4 = signed_as(credentials(), Method::Put, "k", &[], &with_type);
    for request in [&v4, &presigned_v1("k", &with_type)] {
        let drop = |request: &mut Presented| request.headers.retain(|(name, _)| name == "host");
        let change = |to: &'static str| {
            move |request: &mut Presented| {
                drop(request);
                request.set_header("content-type", to);
            }
        };
        let sentence = "The header `Content-Type` was signed, but not sent: send `Content-Type: \
                        image/png`, or sign without it.";
        assert_broken(request, drop, sentence);
        let sentence = "`Content-Type: image/png` was signed, but the HTTP client sent \
                        `image/jpeg`: send the one that was signed.";
        assert_broken(request, change("image/jpeg"), sentence);
        let sentence = "The HTTP client changed the charset of `Content-Type: image/png`: sign \
                        with --header 'Content-Type: image/png; charset=utf-8'.";
        assert_broken(request, change("image/png; charset=utf-8"), sentence);
    }
}

#[test]
fn headers_of_oss() {
    let headers = [("x-oss-meta-a", "1"), ("x-oss-meta-empty", "")];
    let request = signed_as(credentials(), Method::Put, "k", &[], &headers);
    let drop = |name: &'static str| {
        move |request: &mut Presented| request.headers.retain(|(other, _)| other != name)
    };
    assert_broken(
        &request,
        drop("x-oss-meta-a"),
        "The header `x-oss-meta-a` was signed, but not sent: send `x-oss-meta-a: 1`.",
    );
    assert_broken(
        &request,
        drop("x-oss-meta-empty"),
        "`x-oss-meta-empty` was signed empty, and clients do not send empty headers: do not sign \
         it.",
    );
    assert_broken(
        &request,
        |request| request.set_header("x-oss-range-behavior", "standard"),
        "The client or a proxy added `x-oss-range-behavior: standard` after signing: sign it too, \
         or have it removed.",
    );
}

#[test]
fn the_path() {
    let request = presigned("a b+c.txt", &[]);
    let replace = |from: &'static str, to: &'static str| {
        move |request: &mut Presented| request.path = request.path.replace(from, to)
    };
    let twice = "The path was percent-encoded twice on its way: have the client send the URL as it \
                 is.";
    let plus = "In the path a `+` turned into a blank: percent-encode it as `%2B`.";
    assert_broken(&request, replace("%", "%25"), twice);
    assert_broken(&request, replace("%2B", "%20"), plus);
    assert_broken(&presigned_v1("a b.txt", &[]), replace("%", "%25"), twice);
    assert_broken(&presigned_v1("a+b.txt", &[]), replace("%2B", "%20"), plus);
    assert_broken(
        &presigned("a b.txt", &[]),
        replace("%20", "+"),
        "In the path a blank turned into `+`: percent-encode it as `%20`.",
    );
    assert_broken(
        &presigned("a%20b.txt", &[]),
        replace("%25", "%"),
        "The key was percent-encoded before it was signed, so that it is encoded twice: sign the \
         raw key.",
    );
}

#[test]
fn the_bucket() {
    assert_broken(
        &presigned("dir/k", &[]),
        |request| request.location = Location::Path,
        "OSS read the bucket off another place, as `/dir/k`: send to the host of the bucket, or to \
         a custom domain that is bound to it.",
    );
    let request = presigned("dir/k", &[]);
    let without = own_text(&request, |text| text.replacen("/examplebucket", "", 1));
    let report = Report::of(&mismatch(&request, false), Some(without), None, now()).unwrap();
    assert_eq!(
        report.causes,
        ["The bucket is missing from the signed resource `/dir/k`: sign `/BUCKET/KEY` also for a \
          custom domain (CNAME) and for path style."]
    );
}

/// A request whose sender's own code signed another canonical request.
fn own_text(request: &Presented, change: impl Fn(&str) -> String) -> Meant {
    let text = request.with_parsed(|parsed, bucket| {
        change(&parsed.canonical_request(bucket).unwrap().to_string())
    });
    let mut meant = Meant::from(request.clone());
    meant.canonical_request = Some(text.unwrap().unwrap());
    meant
}

#[test]
fn the_text_of_the_senders_own_code() {
    let mut request = presigned("k", &[]);
    request.set_header("x-oss-meta-a", "1");
    for (change, sentence) in [
        (
            (|text| text.replace("UNSIGNED-PAYLOAD", "e3b0c442")) as fn(&str) -> String,
            "OSS signs `UNSIGNED-PAYLOAD`, never a hash of the body: sign that, and send it as \
             `x-oss-content-sha256`.",
        ),
        (
            |text| text.replace("\n\n\n", "\n\n"),
            "The parts are the same, but not their order or the line ends: sort parameters and \
             headers by name, and end the headers with an empty line.",
        ),
    ] {
        for has_canonical_request in [true, false] {
            let answer = mismatch(&request, has_canonical_request);
            let meant = own_text(&request, change);
            let report = Report::of(&answer, Some(meant), None, now()).unwrap();
            assert_eq!(report.causes, [sentence], "{}", report.plain());
        }
    }
}

#[test]
fn the_query() {
    let request = presigned("k", &[("response-content-language", "a b+c"), ("acl", "")]);
    let append =
        |text: &'static str| move |request: &mut Presented| request.query.push(text.to_owned());
    let mut received = presigned("k", &[]);
    append("x-oss-process=image%2Finfo")(&mut received);
    let report = explain(&mismatch(&received, true), Some(&presigned("k", &[])), None);
    assert_eq!(
        report.causes,
        ["`x-oss-process` was appended to the URL after it was signed: give it when signing \
          (--process)."]
    );
    append("response-content-type=text%2Fplain")(&mut received);
    let report = explain(&mismatch(&received, true), Some(&presigned("k", &[])), None);
    assert!(report.causes.iter().any(|cause| cause.ends_with("give it when signing (--query).")));

    let name = "response-content-language";
    assert_broken(
        &request,
        |request| request.query.retain(|text| text != "acl"),
        "`acl` was signed, but did not arrive: send the URL whole, and in quotes where a shell \
         reads it.",
    );
    assert_broken(
        &request,
        |request| {
            for text in &mut request.query {
                *text = text.replace("%2B", "+");
            }
        },
        &format!("In `{name}` a `+` turned into a blank: percent-encode it as `%2B`."),
    );
    let mut received = request.clone();
    for text in received.query.iter_mut().filter(|text| text.starts_with(name)) {
        *text = text.replace('%', "%25");
    }
    let report = explain(&mismatch(&received, true), Some(&request), None);
    assert_eq!(
        report.causes,
        [format!(
            "`{name}` was percent-encoded twice on its way: have the client send the URL as it is."
        )]
    );
}

#[test]
fn two_faults_have_a_sentence_each() {
    let request = presigned("k", &[]);
    let mut received = request.clone();
    received.method = "PUT".to_owned();
    received.set_header("content-type", "image/jpeg");
    for has_canonical_request in [true, false] {
        let report = explain(&mismatch(&received, has_canonical_request), Some(&request), None);
        assert_eq!(report.causes.len(), 2, "{}", report.plain());
    }
}

#[test]
fn what_is_not_to_be_guessed_is_said_so() {
    let request = presigned("k", &[]);
    let mut received = request.clone();
    received.set_header("x-oss-meta-secret", "who would guess");
    let report = explain(&mismatch(&received, false), Some(&request), None);
    assert!(report.causes[0].starts_with("The canonical requests differ"), "{}", report.plain());
}

#[test]
fn additional_headers() {
    let host = "examplebucket.oss-cn-hangzhou.aliyuncs.com";
    let region = Region::new("cn-hangzhou").unwrap();
    let signing_key = SigningKey::derive(&credentials(), &region, now());
    let bucket = Bucket::new("examplebucket").unwrap();
    let headers = [("host", host)];
    let request = Request::get(bucket, ObjectKey::new("k").unwrap())
        .headers(&headers)
        .additional_headers(&["host"]);
    let url = Signer::new(credentials(), &signing_key)
        .presign(&request, &Endpoint::public(&region), now(), Expires::default())
        .unwrap();
    let request = from_url(&url.to_string());
    let mut received = request.clone();
    received.set_header("Host", "proxy.example.com");
    let report = explain(&mismatch(&received, true), Some(&request), None);
    assert_eq!(
        report.causes,
        [format!(
            "The signature is for the host `{host}` alone, but OSS received `proxy.example.com`: \
             send to that host, or do not sign `host`."
        )]
    );
}

#[test]
fn scope_and_time_of_a_request_without_its_signature() {
    let answer = mismatch(&presigned("k", &[]), false);
    let json = |region: &str| {
        format!(
            r#"{{"url":"https://examplebucket.oss-cn-hangzhou.aliyuncs.com/k","region":"{region}"}}"#
        )
    };
    let args = crate::presented::PresentedArgs::default();
    let explain = |region| {
        let meant = Meant::read(&json(region), &args).unwrap();
        Report::of(&answer, Some(meant), None, now()).unwrap()
    };
    let report = explain("cn-beijing");
    assert!(
        report.causes.iter().any(|cause| cause.starts_with(
            "The region of the scope was signed as `cn-beijing`, but OSS read `cn-hangzhou`"
        )),
        "{}",
        report.plain()
    );
    let report = explain("oss-cn-hangzhou");
    assert_eq!(
        report.causes,
        ["The request that you gave cannot hold: the region 'oss-cn-hangzhou' is the start of a \
          host name: sign for 'cn-hangzhou'."]
    );
}

#[test]
fn the_signature_itself() {
    let request = presigned("k", &[]);
    let mut received = request.clone();
    for text in &mut received.query {
        if text.starts_with("x-oss-signature=") {
            text.truncate(40);
        }
    }
    let report = explain(&mismatch(&received, true), Some(&request), None);
    assert!(report.causes[0].starts_with("The signature itself was changed"), "{report}");

    let request = (0..)
        .map(|number| presigned_v1(&format!("k{number}"), &[]))
        .find(|request| request.path_and_query().contains("%2B"))
        .unwrap();
    let mut received = request.clone();
    for text in &mut received.query {
        *text = text.replace("%2B", "+");
    }
    let report = explain(&mismatch(&received, true), Some(&request), None);
    let sentence =
        "A `+` of the signature turned into a blank: percent-encode it in the URL as `%2B`.";
    assert_eq!(report.causes, [sentence]);
}

#[test]
fn the_secret() {
    let request = presigned("k", &[]);
    let answer = mismatch(&request, true);
    let causes = |request: &Presented, credentials: &Credentials<'_>| {
        explain(&answer, Some(request), Some(credentials)).causes.join(" ")
    };
    let without = explain(&answer, Some(&request), None).causes.join(" ");
    assert!(without.starts_with("Every line agrees, so the secret is not"), "{without}");
    let same = causes(&request, &credentials());
    assert!(same.contains("so OSS has another secret for this AccessKey ID"), "{same}");
    let another = causes(&request, &Credentials::new("testak", "another").unwrap());
    assert!(another.starts_with("The secret in the environment does not make"), "{another}");
    let other_id = causes(&request, &Credentials::new("otherak", "testsk").unwrap());
    assert!(other_id.starts_with("It was signed with another AccessKey ID"), "{other_id}");
    let with_token = credentials().with_security_token("token").unwrap();
    let with_token = causes(&request, &with_token);
    assert!(with_token.contains("the request has none"), "{with_token}");
}

/// The URL as it was sent: all lines agree, but the secret tells what was signed.
#[test]
fn what_was_appended_is_found_by_the_signature() {
    let mut request = presigned("k", &[]);
    request.query.push("x-oss-process=image%2Finfo".to_owned());
    let report = explain(&mismatch(&request, true), Some(&request), Some(&credentials()));
    assert_eq!(
        report.causes,
        ["`x-oss-process` was appended to the URL after it was signed: give it when signing \
          (--process)."]
    );
}

#[test]
fn tokens_and_signatures_are_cut_short() {
    let token = "CAISexampletokenexampletoken";
    let credentials = credentials().with_security_token(token).unwrap();
    let request = signed_as(credentials, Method::Get, "k", &[], &[]);
    let mut received = request.clone();
    received.method = "HEAD".to_owned();
    let report = explain(&mismatch(&received, true), Some(&request), None);
    assert!(!report.plain().contains(token), "{}", report.plain());
    assert!(report.plain().contains("x-oss-security-token: CAISexam…"), "{}", report.plain());
}

/// Errors that say all by themselves.
#[test]
fn answers_alone() {
    let table = [
        ("<Code>InvalidAccessKeyId</Code>", "OSS knows no such AccessKey ID"),
        (
            "<Code>InvalidAccessKeyId</Code><OSSAccessKeyId>STS.example</OSSAccessKeyId>",
            "its security token is missing, or it has expired",
        ),
        (
            "<Code>InvalidAccessKeyId</Code><Message>The OSS Access Key Id you provided is disabled.</Message>",
            "is disabled",
        ),
        ("<Code>InvalidAccessKeyId.NotFound</Code>", "STS knows no such AccessKey ID"),
        ("<Code>InvalidAccessKeyId.Inactive</Code>", "is disabled"),
        ("<Code>SecurityTokenExpired</Code>", "has expired, and with it all URLs"),
        ("<Code>InvalidSecurityToken</Code>", "not the one that STS issued"),
        ("<Code>InvalidSecurityToken.Expired</Code>", "has expired"),
        ("<Code>AccessKeyIdAndSecurityTokenNotMatch</Code>", "different answers of STS"),
        ("<Code>SecurityTokenNotSupported</Code>", "takes no security token"),
        (
            "<Code>RequestTimeTooSkewed</Code><RequestTime>2023-11-15T06:13:30.000Z</RequestTime>\
             <ServerTime>2023-11-14T22:13:20.000Z</ServerTime>",
            "is 8h fast, so local time was taken for UTC",
        ),
        (
            "<Code>RequestTimeTooSkewed</Code><RequestTime>2023-11-14T21:53:20.000Z</RequestTime>\
             <ServerTime>2023-11-14T22:13:20.000Z</ServerTime>",
            "is 20m slow, and OSS allows 15m",
        ),
        ("<Code>RequestTimeTooSkewed</Code>", "more than 15 minutes off"),
        ("<Code>InvalidTimeStamp.Expired</Code>", "The clock of who signs is off"),
        ("<Code>InvalidTimeStamp.Format</Code>", "is malformed"),
        (
            "<Code>AccessDenied</Code><Message>Request has expired.</Message>\
             <Expires>2023-11-14T22:13:20.000Z</Expires>\
             <ServerTime>2023-11-14T23:14:20.000Z</ServerTime>",
            "The URL expired 1h 1m before",
        ),
        (
            "<Code>AccessDenied</Code><Message>Invalid date (should be seconds since epoch)</Message>",
            "give Unix seconds",
        ),
        (
            "<Code>AccessDenied</Code><Message>OSS authentication requires a valid Date.</Message>",
            "send `x-oss-date`",
        ),
        (
            "<Code>InvalidArgument</Code><Message>OSS authentication requires a valid Date.</Message>",
            "send `x-oss-date`",
        ),
        (
            "<Code>AccessDenied</Code><Message>Query string authentication requires the Signature, \
             Expires and OSSAccessKeyId parameters</Message>",
            "Parts of the signature were lost",
        ),
        (
            "<Code>AccessDenied</Code><Message>Anonymous access is forbidden for this operation.\
             </Message>",
            "The request has no signature",
        ),
        (
            "<Code>AccessDenied</Code><Message>You have no right to access this object because of \
             bucket acl.</Message>",
            "The ACL does not let this caller in",
        ),
        (
            "<Code>AccessDenied</Code><Message>m</Message><AccessDeniedDetail><NoPermissionType>\
             ExplicitDeny</NoPermissionType><PolicyType>AccountLevelIdentityBasedPolicy\
             </PolicyType></AccessDeniedDetail>",
            "a policy (AccountLevelIdentityBasedPolicy) denies it",
        ),
        (
            "<Code>AccessDenied</Code><AccessDeniedDetail><NoPermissionType>ImplicitDeny\
             </NoPermissionType></AccessDeniedDetail>",
            "add an Allow",
        ),
        (
            "<Code>AccessDenied</Code><Message>Access denied by bucket policy.</Message>",
            "The bucket policy denies it",
        ),
        (
            "<Code>AccessDenied</Code><Message>Access denied by authorizer's policy.</Message>",
            "what both allow",
        ),
        (
            "<Code>AccessDenied</Code><Message>The bucket you are attempting to access must be \
             addressed using the specified endpoint.</Message>\
             <Endpoint>oss-cn-beijing-internal.aliyuncs.com</Endpoint>",
            "send to `oss-cn-beijing-internal.aliyuncs.com`, and sign for `cn-beijing`",
        ),
        (
            "<Code>AccessDenied</Code><Message>The bucket you access does not belong to you.</Message>",
            "another account's",
        ),
        (
            "<Code>AccessDenied</Code><EC>0002-00000080</EC>",
            "V1 is closed to this account or bucket",
        ),
        ("<Code>AccessDenied</Code><EC>0002-00000235</EC>", "more than 15 minutes before"),
        ("<Code>AccessDenied</Code><EC>0003-00000301</EC>", "grant the action"),
        ("<Code>AccessDenied</Code>", "may not do this"),
        (
            "<Code>AccessDenied</Code><Message>Invalid according to Policy: Policy expired.</Message>",
            "policy of the form has expired",
        ),
        (
            "<Code>AccessDenied</Code><Message>Invalid according to Policy: x</Message>",
            "does not meet a condition",
        ),
        ("<Code>AccessForbidden</Code>", "CORS"),
        (
            "<Code>InvalidArgument</Code><Message>Invalid signing region in Authorization header.\
             </Message><Authorization/>",
            "sign for the region ID",
        ),
        (
            "<Code>InvalidArgument</Code><Message>The signing region in credential is invalid.</Message>",
            "sign for the region ID",
        ),
        (
            "<Code>InvalidArgument</Code><Message>Invalid signing product in Authorization header.</Message>",
            "sign for `oss`",
        ),
        (
            "<Code>InvalidArgument</Code><Message>Authorization header is invalid.</Message>",
            "malformed",
        ),
        (
            "<Code>InvalidArgument</Code><Message>m</Message><ArgumentName>x-oss-credential\
             </ArgumentName>",
            "does not take the value of `x-oss-credential`",
        ),
        ("<Code>InvalidArgument</Code><EC>0002-00000039</EC>", "one in the URL"),
        ("<Code>InvalidArgument</Code><EC>0002-00000214</EC>", "UNSIGNED-PAYLOAD"),
        ("<Code>InvalidArgument</Code><EC>0002-00000229</EC>", "a fault of the V4 signature"),
        (
            "<Code>InvalidRequest</Code><Message>Security-token must be provided by query string \
             parameter.</Message>",
            "sign the token as a parameter",
        ),
        (
            "<Code>InvalidRequest</Code><Message>Request specific response headers cannot be used \
             for anonymous GET requests.</Message>",
            "`response-*` need a signature",
        ),
        ("<Code>NoSuchBucket</Code>", "There is no such bucket"),
        ("<Code>NoSuchKey</Code>", "The signature is right"),
        ("<Code>InvalidBucketName</Code>", "BUCKET.ENDPOINT"),
        ("<Code>SecondLevelDomainForbidden</Code>", "BUCKET.ENDPOINT"),
        ("<Code>InvalidPolicyDocument</Code>", "`expiration` and `conditions`"),
        ("<Code>NoPermission</Code>", "AliyunSTSAssumeRoleAccess"),
        (
            "<Code>InvalidParameter</Code><Message>The Min/Max value of DurationSeconds is \
             15min/1hr</Message>",
            "MaxSessionDuration",
        ),
        ("<Code>Throttling.User</Code>", "STS is asked too often"),
        ("<Code>InvalidOperation</Code><EC>0017-00000001</EC>", "sts.REGION.aliyuncs.com"),
        (
            "<Code>SignatureDoesNotMatch</Code><HostId>sts.aliyuncs.com</HostId>",
            "STS computed another signature",
        ),
        ("<Code>AuthenticationFail.OIDCToken.AudienceNotMatch</Code>", "`sts.aliyuncs.com`"),
        ("<Code>AuthenticationFail.OIDCToken.Expired</Code>", "rotated"),
        ("<Code>AuthenticationFail.OIDCToken.IssuerNotMatch</Code>", "check its issuer"),
        ("<Code>AuthenticationFail.NoPermission</Code>", "OIDC provider"),
        ("<Code>SignatureDoesNotMatch</Code>", "give the URL, or the request as JSON"),
        ("<Code>NeverHeardOf</Code>", "not known here"),
    ];
    for (elements, expected) in table {
        let report = explain(&answer(elements), None, None);
        assert_eq!(report.causes.len(), 1, "{elements}");
        assert!(report.causes[0].contains(expected), "{elements}\n{report}");
        assert!(report.causes[0].contains([':', ';']), "no remedy: {report}");
    }
}

#[test]
fn answers_about_a_request() {
    let temporary = Credentials::new("STS.example", "testsk").unwrap();
    let with_token = temporary.with_security_token("CAIS").unwrap();
    let stray_token = credentials().with_security_token("CAIS").unwrap();
    let get = |credentials| signed_as(credentials, Method::Get, "k", &[], &[]);
    let mut future = presigned("k", &[]);
    for text in &mut future.query {
        *text = text.replace("20231114", "20231116");
    }
    let unknown = "<Code>InvalidAccessKeyId</Code><Message>The OSS Access Key Id you provided does \
                   not exist in our records.</Message>";
    let denied = "<Code>AccessDenied</Code><Message>m</Message>";
    let anonymous = "<Code>AccessDenied</Code><Message>Anonymous access is forbidden for this \
                     operation.</Message>";
    for (elements, request, expected) in [
        (unknown, get(temporary), "its security token is missing"),
        (unknown, get(with_token), "is unknown, as an expired one is"),
        (unknown, get(stray_token), "remove the token"),
        (unknown, get(credentials()), "OSS knows no such AccessKey ID"),
        (denied, future, "its time of signing is in the future"),
        (denied, presigned("k", &[]), "may not do this"),
        (anonymous, presigned("k", &[]), "arrived without its signature"),
        (anonymous, from_url("https://b.oss-cn-hangzhou.aliyuncs.com/k"), "has no signature"),
    ] {
        let report = explain(&answer(elements), Some(&request), None);
        assert!(report.causes[0].contains(expected), "{expected}\n{report}");
    }
}

#[test]
fn what_the_server_says_cannot_command_the_terminal() {
    let elements = "<Code>Signature\u{1b}[2JDoesNotMatch</Code><Message>\u{1b}]0;x\u{7}</Message>\
                    <Endpoint>\u{1b}[31m</Endpoint><EC>\u{1b}[31m</EC>";
    let report = explain(&answer(elements), None, None);
    assert!(report.to_string().contains(r"\u{1b}[2J"), "{report}");
    assert!(!report.plain().contains('\u{1b}'));
    assert!(!report.to_string().contains("\u{1b}]"));
}

#[test]
fn spans_of_time() {
    for (seconds, text) in [
        (0, "0s"),
        (59, "59s"),
        (60, "1m"),
        (61, "1m 1s"),
        (3600, "1h"),
        (28_810, "8h"),
        (5400, "1h 30m"),
        (86_400, "1d"),
        (90_000, "1d 1h"),
    ] {
        assert_eq!(super::gap(seconds), text);
    }
}

/// Vector and table buckets answer in JSON, and do not say what they signed.
#[test]
fn answers_without_a_string_to_sign() {
    let answer = ErrorAnswer::read(
        r#"{"Error":{"Code":"SignatureDoesNotMatch","Message":"m","SignatureProvided":"0"}}"#,
    );
    let (answer, request) = (answer.unwrap(), presigned("k", &[]));
    let report = explain(&answer, Some(&request), None);
    assert!(report.causes[0].starts_with("OSS does not say here what it signed"), "{report}");
    let another = Credentials::new("testak", "another").unwrap();
    let report = explain(&answer, Some(&request), Some(&another));
    assert!(report.causes[0].starts_with("The secret in the environment does not"), "{report}");
}

#[test]
fn what_sts_signed_is_not_repeated() {
    let elements = "<Code>SignatureDoesNotMatch</Code><Message>Specified signature is not matched \
                    with our calculation. server string to sign is:GET&amp;SecurityToken%3Dhush\
                    </Message>";
    let report = explain(&answer(elements), None, None);
    assert!(report.causes[0].starts_with("STS computed another signature"), "{report}");
    assert!(!report.plain().contains("hush"), "{report}");
}

/// The code alone may be vague where the request is not.
#[test]
fn likely_problems_are_noted() {
    let mut request = presigned("k", &[]);
    for text in &mut request.query {
        *text = text.replace("cn-hangzhou", "cn-beijing");
    }
    let report = explain(&answer("<Code>InvalidArgument</Code>"), Some(&request), None);
    assert!(report.notes.iter().any(|note| note.contains("the host is in 'cn-hangzhou'")));
}

#[test]
fn an_answer_of_many_lines_is_cut() {
    let query: Vec<String> = (0..10_000).map(|number| format!("a{number}")).collect();
    let elements = format!(
        "<Code>SignatureDoesNotMatch</Code><StringToSign>PUT\n\n\n1\n/k?{}</StringToSign>",
        query.join("&amp;")
    );
    let report = explain(&answer(&elements), Some(&presigned_v1("k", &[])), None);
    assert_eq!(report.lines.len(), 300);
    assert!(report.notes.iter().any(|note| note.starts_with("the first 300 of 10")), "{report}");
}

/// A request as JSON, without the signature that its sender's code made.
#[test]
fn requests_without_their_signature() {
    let url = "https://examplebucket.oss-cn-hangzhou.aliyuncs.com/k";
    let v1 = "PUT\n\ntext/plain\nTue, 14 Nov 2023 22:13:20 GMT\nx-oss-meta-a:1\n/examplebucket/k";
    let v1_url = "PUT\n\ntext/plain\n1700001800\nx-oss-meta-a:1\n/examplebucket/k";
    let v4 = "OSS4-HMAC-SHA256\n20231114T221320Z\n20231114/cn-hangzhou/oss/aliyun_v4_request\n00\
              </StringToSign><CanonicalRequest>PUT\n/examplebucket/k\n\ncontent-type:text/plain\n\
              x-oss-content-sha256:UNSIGNED-PAYLOAD\nx-oss-date:20231114T221320Z\n\
              x-oss-meta-a:1\n\n\nUNSIGNED-PAYLOAD</CanonicalRequest><StringToSign>";
    for string_to_sign in [v1, v1_url, v4] {
        let answer = answer(&format!(
            "<Code>SignatureDoesNotMatch</Code><StringToSign>{string_to_sign}</StringToSign>"
        ));
        let explain = |headers: &str| {
            let json = format!(r#"{{"url":"{url}","method":"put","headers":{{{headers}}}}}"#);
            let meant = Meant::read(&json, &crate::presented::PresentedArgs::default());
            Report::of(&answer, Some(meant.unwrap()), None, now()).unwrap()
        };
        let report = explain(r#""Content-Type":"text/plain","X-Oss-Meta-A":"1""#);
        assert!(report.causes[0].starts_with("Every line agrees"), "{}", report.plain());
        let report = explain(r#""x-oss-meta-a":"1""#);
        assert!(
            report.causes[0].starts_with("The HTTP client added `Content-Type: text/plain`"),
            "{}",
            report.plain()
        );
    }
}

/// A request that is signed by its headers.
#[test]
fn signed_by_headers() {
    let region = Region::new("cn-hangzhou").unwrap();
    let signing_key = SigningKey::derive(&credentials(), &region, now());
    let bucket = Bucket::new("examplebucket").unwrap();
    let request = Request::put(bucket, ObjectKey::new("k").unwrap());
    let mut presented = from_url("https://examplebucket.oss-cn-hangzhou.aliyuncs.com/k");
    presented.method = "PUT".to_owned();
    let v4 = Signer::new(credentials(), &signing_key).sign(&request, now()).unwrap();
    let v1 = v1::Signer::new(credentials()).sign(&request, now()).unwrap();
    for signed in [v4, v1] {
        let mut presented = presented.clone();
        for (name, value) in signed.headers() {
            presented.set_header(name, &value.to_string());
        }
        assert_broken(
            &presented,
            |request| request.set_header("x-oss-request-payer", "requester"),
            "The client or a proxy added `x-oss-request-payer: requester` after signing: sign it \
             too, or have it removed.",
        );
        assert_broken(
            &presented,
            |request| request.method = "GET".to_owned(),
            "The request was signed for PUT, but OSS received GET, as of a client that follows a \
             redirect: sign it for GET, or send PUT.",
        );
    }
}
