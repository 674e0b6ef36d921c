//! What is measured of this library.

use std::hint::black_box;
use std::sync::OnceLock;
use std::time::SystemTime;

use oss_sign::v4::SigningKey;
use oss_sign::verify::{Parsed, Received, Slot, Tolerance};
use oss_sign::{
    Condition, Expires, ObjectKey, PostPolicy, Request, SignedHeaders, Timestamp, v1, v4,
};

use crate::case::{
    BATCH, EXPIRES, HOST, PATH, PROCESS, bucket, credentials, download, endpoint, now, region,
    upload,
};
use crate::check;
use crate::contestant::{Contestant, Group, Kind};
use crate::{floor, peers};

fn contestant<R>(name: &str, operation: impl FnMut() -> R + 'static) -> Contestant {
    Contestant::new(Kind::Ours, name, operation)
}

/// Compressions of an HMAC-SHA256 under a key of its own: two of the key, one of the text, one outer.
const HMAC_OF_SHORT_TEXT: usize = 4;

/// Of the signing key: HMACs of day, region, service and terminator, and its own two states.
const DERIVATION: usize = 4 * HMAC_OF_SHORT_TEXT + 2;

pub fn groups() -> Vec<Group> {
    vec![
        v4_presign(),
        v4_presign_uncached(),
        v4_presign_batch(),
        v4_header(),
        v1_presign(),
        v1_header(),
        verify_v4_url(),
        verify_v4_headers(),
        verify_v1_url(),
        v4_policy(),
        v1_policy(),
    ]
}

/// A signing key that lives as long as the process, as in a server.
fn signing_key() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| SigningKey::derive(&credentials(), region(), now()))
}

fn v4_signer() -> v4::Signer<'static> {
    v4::Signer::new(credentials(), signing_key())
}

fn expires() -> Expires {
    Expires::after_seconds(EXPIRES)
}

fn v4_url(signer: &v4::Signer<'_>, now: Timestamp, buffer: &mut [u8]) -> usize {
    let request = black_box(download());
    let url = signer.presign(&request, &endpoint(), black_box(now), expires()).unwrap();
    url.write_to_slice(buffer).unwrap().len()
}

/// Compressions of the canonical request and of the string to sign.
fn v4_compressions() -> (usize, usize) {
    let request = download();
    let signer = v4_signer();
    let url = signer.presign(&request, &endpoint(), now(), expires()).unwrap();
    let canonical_request = url.canonical_request().unwrap().len();
    (floor::blocks(canonical_request), floor::blocks(url.string_to_sign().len()) + 1)
}

fn v4_presign() -> Group {
    let (canonical_request, string_to_sign) = v4_compressions();
    let (now, mut buffer) = (now(), [0; 1024]);
    let fault = check::url(&v4_presigned());
    let mut contestants = vec![
        floor::sha256(canonical_request + string_to_sign),
        contestant("oss-sign, into a buffer", move || v4_url(&v4_signer(), now, &mut buffer))
            .checked(fault.clone()),
        contestant("oss-sign, into a buffer, clock read each time", move || {
            let now = Timestamp::try_from(SystemTime::now()).unwrap();
            v4_url(&v4_signer(), now, &mut buffer)
        })
        .checked(fault.clone()),
        contestant("oss-sign, to a String", v4_presigned).checked(fault),
    ];
    contestants.extend(peers::v4_presign());
    contestants.extend(peers::s3_presign());
    let floor = format!(
        "canonical request {canonical_request}, string to sign {} and 1",
        string_to_sign - 1
    );
    Group { name: "V4 presign, signing key cached", floor, contestants }
}

fn v4_presigned() -> String {
    v4_signer().presign(&download(), &endpoint(), now(), expires()).unwrap().to_string()
}

fn v4_presign_uncached() -> Group {
    let (canonical_request, string_to_sign) = v4_compressions();
    let (now, mut buffer) = (now(), [0; 1024]);
    let presign = move || {
        let key = SigningKey::derive(&black_box(credentials()), region(), black_box(now));
        v4_url(&v4::Signer::new(credentials(), &key), now, &mut buffer)
    };
    let contestants = vec![
        floor::sha256(DERIVATION + canonical_request + string_to_sign),
        contestant("oss-sign, into a buffer", presign).checked(check::url(&v4_presigned())),
    ];
    let floor = format!("the signing key {DERIVATION}, and as above");
    Group { name: "V4 presign, nothing cached", floor, contestants }
}

fn v4_presign_batch() -> Group {
    let (canonical_request, string_to_sign) = v4_compressions();
    let (now, mut buffer) = (now(), [0; 1024]);
    let keys: Vec<String> =
        (0..BATCH).map(|number| format!("photos/2026/11/cat {number:06}+1.jpg")).collect();
    let presign = move || {
        for key in &keys {
            let key = ObjectKey::new(black_box(key)).unwrap();
            let request = Request::get(bucket(), key).process(PROCESS.1);
            let url = v4_signer().presign(&request, &endpoint(), now, expires()).unwrap();
            black_box(url.write_to_slice(&mut buffer).unwrap().len());
        }
    };
    let contestants = vec![
        floor::sha256(canonical_request + string_to_sign - 1),
        contestant("oss-sign, one key after the other", presign).operations(BATCH),
    ];
    let floor =
        "as above, but the first block of the string to sign is that of the second".to_owned();
    Group { name: "V4 presign, 64 keys in one second, a key", floor, contestants }
}

/// Writes what the signature adds; returns how much it is.
fn write_out(signed: &SignedHeaders<'_>, buffer: &mut [u8]) -> usize {
    let added = signed.headers().take_while(|(name, _)| *name != "content-type");
    added.map(|(_, value)| value.write_to_slice(buffer).unwrap().len()).sum()
}

fn check_headers(signed: &SignedHeaders<'_>) -> Result<(), String> {
    let headers: Vec<_> = signed.headers().map(|(name, value)| (name, value.to_string())).collect();
    check::headers(headers.iter().map(|(name, value)| (*name, value.as_str())))
}

fn v4_header() -> Group {
    let request = upload();
    let signer = v4_signer();
    let signed = signer.sign(&request, now()).unwrap();
    let compressions = floor::blocks(signed.canonical_request().unwrap().len())
        + floor::blocks(signed.string_to_sign().len())
        + 1;
    let (now, mut buffer) = (now(), [0; 1024]);
    let sign = move || {
        let request = black_box(upload());
        write_out(&v4_signer().sign(&request, black_box(now)).unwrap(), &mut buffer)
    };
    let mut contestants = vec![
        floor::sha256(compressions),
        contestant("oss-sign, into a buffer", sign).checked(check_headers(&signed)),
    ];
    contestants.extend(peers::v4_header());
    contestants.extend(peers::s3_header());
    Group {
        name: "V4 header, signing key cached",
        floor: "of this request".to_owned(),
        contestants,
    }
}

fn v1_signer() -> &'static v1::Signer<'static> {
    static SIGNER: OnceLock<v1::Signer<'static>> = OnceLock::new();
    SIGNER.get_or_init(|| v1::Signer::new(credentials()))
}

fn v1_presign() -> Group {
    let (request, now, mut buffer) = (download(), now(), [0; 1024]);
    let url = v1_signer().presign(&request, &endpoint(), now, expires()).unwrap();
    let compressions = floor::blocks(url.string_to_sign().len()) + 1;
    let presign = move || {
        let request = black_box(download());
        let url = v1_signer().presign(&request, &endpoint(), black_box(now), expires()).unwrap();
        url.write_to_slice(&mut buffer).unwrap().len()
    };
    let mut contestants = vec![
        floor::sha1(compressions),
        contestant("oss-sign, into a buffer", presign).checked(check::url(&url.to_string())),
    ];
    contestants.extend(peers::v1_presign());
    Group { name: "V1 presign", floor: "of this request".to_owned(), contestants }
}

fn v1_header() -> Group {
    let (request, now, mut buffer) = (upload(), now(), [0; 1024]);
    let signed = v1_signer().sign(&request, now).unwrap();
    let compressions = floor::blocks(signed.string_to_sign().len()) + 1;
    let sign = move || {
        let request = black_box(upload());
        write_out(&v1_signer().sign(&request, black_box(now)).unwrap(), &mut buffer)
    };
    let mut contestants = vec![
        floor::sha1(compressions),
        contestant("oss-sign, into a buffer", sign).checked(check_headers(&signed)),
    ];
    contestants.extend(peers::v1_header());
    Group { name: "V1 header", floor: "of this request".to_owned(), contestants }
}

/// A request as a server has it.
struct Arrived {
    method: &'static str,
    path_and_query: String,
    headers: Vec<(String, String)>,
}

impl Arrived {
    fn new(
        method: &'static str,
        path_and_query: String,
        headers: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let clients = [("host", HOST), ("user-agent", "curl/8.5.0"), ("accept", "*/*")];
        let clients = clients.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let headers = clients.into_iter().chain(headers).collect();
        Self { method, path_and_query, headers }
    }

    fn verified(
        self,
        verify: impl Fn(&Parsed<'_, '_>) -> Result<(), String> + 'static,
    ) -> Contestant {
        let verdict = self.read(&verify);
        contestant("oss-sign", move || self.read(&verify)).checked(verdict)
    }

    fn read(&self, verify: impl Fn(&Parsed<'_, '_>) -> Result<(), String>) -> Result<(), String> {
        let mut headers = [("", &b""[..]); 16];
        for (place, (name, value)) in headers.iter_mut().zip(&self.headers) {
            *place = (name, value.as_bytes());
        }
        let received = Received::new(
            self.method,
            black_box(&self.path_and_query),
            &headers[..self.headers.len()],
        );
        let (mut parameters, mut signed) = ([Slot::default(); 32], [Slot::default(); 16]);
        verify(
            &received.parse(&mut parameters, &mut signed).map_err(|refusal| refusal.to_string())?,
        )
    }
}

/// Verifies with the signing key at hand.
fn with_key(now: Timestamp) -> impl Fn(&Parsed<'_, '_>) -> Result<(), String> {
    move |parsed| {
        let verdict = parsed.verify_with_key(
            Some(bucket()),
            black_box(signing_key()),
            now,
            Tolerance::default(),
        );
        verdict.map_err(|refusal| refusal.to_string())
    }
}

fn verify_v4_url() -> Group {
    let (request, now, signer) = (download(), now(), v4_signer());
    let url = signer.presign(&request, &endpoint(), now, expires()).unwrap();
    let (canonical_request, string_to_sign) = v4_compressions();
    let arrived = Arrived::new("GET", url.path_and_query().to_string(), []);
    let contestants =
        vec![floor::sha256(canonical_request + string_to_sign), arrived.verified(with_key(now))];
    Group {
        name: "verify a V4 URL, signing key cached",
        floor: "as signing it".to_owned(),
        contestants,
    }
}

fn verify_v4_headers() -> Group {
    let (request, now, signer) = (upload(), now(), v4_signer());
    let signed = signer.sign(&request, now).unwrap();
    let compressions = floor::blocks(signed.canonical_request().unwrap().len())
        + floor::blocks(signed.string_to_sign().len())
        + 1;
    let headers = signed.headers().map(|(name, value)| (name.to_owned(), value.to_string()));
    let arrived = Arrived::new("PUT", PATH.to_owned(), headers);
    let contestants = vec![floor::sha256(compressions), arrived.verified(with_key(now))];
    Group {
        name: "verify V4 headers, signing key cached",
        floor: "as signing them".to_owned(),
        contestants,
    }
}

fn verify_v1_url() -> Group {
    let (request, now) = (download(), now());
    let url = v1_signer().presign(&request, &endpoint(), now, expires()).unwrap();
    // Nothing is kept between two verifications, so the two states of the secret are of each.
    let compressions = 2 + floor::blocks(url.string_to_sign().len()) + 1;
    let arrived = Arrived::new("GET", url.path_and_query().to_string(), []);
    let verify = move |parsed: &Parsed<'_, '_>| {
        let verdict =
            parsed.verify(Some(bucket()), &black_box(credentials()), now, Tolerance::default());
        verdict.map_err(|refusal| refusal.to_string())
    };
    let contestants = vec![floor::sha1(compressions), arrived.verified(verify)];
    Group {
        name: "verify a V1 URL",
        floor: "as signing it, and 2 for the secret".to_owned(),
        contestants,
    }
}

const CONDITIONS: &[Condition<'_>] = &[
    Condition::StartsWith("key", "avatars/"),
    Condition::ContentLengthRange { min: 1, max: 10 << 20 },
    Condition::In("content-type", &["image/jpeg", "image/png"]),
    Condition::Equal("success_action_status", "201"),
];

fn policy() -> PostPolicy<'static> {
    PostPolicy::new(bucket()).conditions(CONDITIONS)
}

fn v4_policy() -> Group {
    let (now, mut buffer) = (now(), [0; 1024]);
    let policy_of_case = policy();
    let form = v4_signer().sign_policy(&policy_of_case, now, expires()).unwrap();
    let compressions = floor::blocks(form.policy().to_string().len()) + 1;
    let sign = move || {
        let policy = black_box(policy());
        let form = v4_signer().sign_policy(&policy, black_box(now), expires()).unwrap();
        let fields =
            form.fields().map(|(_, value)| value.write_to_slice(&mut buffer).unwrap().len());
        fields.sum::<usize>()
    };
    let contestants = vec![
        floor::sha256(compressions),
        contestant("oss-sign, fields into a buffer", sign).checked(check::form(&form)),
    ];
    Group {
        name: "V4 POST policy, signing key cached",
        floor: "of the policy in base64".to_owned(),
        contestants,
    }
}

fn v1_policy() -> Group {
    let (now, mut buffer) = (now(), [0; 1024]);
    let policy_of_case = policy();
    let form = v1_signer().sign_policy(&policy_of_case, now, expires()).unwrap();
    let compressions = floor::blocks(form.policy().to_string().len()) + 1;
    let sign = move || {
        let policy = black_box(policy());
        let form = v1_signer().sign_policy(&policy, black_box(now), expires()).unwrap();
        let fields =
            form.fields().map(|(_, value)| value.write_to_slice(&mut buffer).unwrap().len());
        fields.sum::<usize>()
    };
    let contestants = vec![
        floor::sha1(compressions),
        contestant("oss-sign, fields into a buffer", sign).checked(check::form(&form)),
    ];
    Group { name: "V1 POST policy", floor: "of the policy in base64".to_owned(), contestants }
}
