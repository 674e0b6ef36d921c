//! The operations that are measured, each from its inputs to its result in a buffer.

use core::hint::black_box;

use oss_sign::v4::SigningKey;
use oss_sign::verify::{Parsed, Received, Refusal, Slot, Tolerance};
use oss_sign::{Endpoint, Expires, PresignedUrl, Resource, SignedHeaders, v1, v4};

use crate::inputs::{
    self, bucket, credentials, download, key as key_of_object, now, path_and_query, policy, region,
    upload,
};

/// What is run to be measured, once for each call.
pub type Run = Box<dyn FnMut()>;

/// An operation.
#[allow(missing_debug_implementations, reason = "a closure has nothing to show")]
pub struct Operation {
    /// What it does: a group, a comma, and a case of it.
    pub name: &'static str,
    /// The hash compressions in it.
    pub floor: Floor,
    /// By how much it may exceed its floor.
    pub target: f64,
    /// Runs it once.
    pub run: Run,
}

/// Hash compressions, one after the other: no implementation on the same hash gets below their time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "OSS has two signatures")]
pub enum Floor {
    /// Of SHA-256.
    V4(usize),
    /// Of SHA-1.
    V1(usize),
}

impl Floor {
    /// Runs the compressions, each starting from what the one before has left.
    // As the compressions of the library: next to other code they may be slow, see `scripts/native.sh`.
    #[inline(never)]
    pub fn run(self) {
        const BLOCKS: [[u8; 64]; 32] = [[0x5a; 64]; 32];
        match self {
            Self::V4(compressions) => {
                let mut state = black_box([0x6a09_e667; 8]);
                sha2::block_api::compress256(&mut state, black_box(&BLOCKS[..compressions]));
                black_box(state);
            }
            Self::V1(compressions) => {
                let mut state = black_box([0x6745_2301; 5]);
                sha1::block_api::compress(&mut state, black_box(&BLOCKS[..compressions]));
                black_box(state);
            }
        }
    }
}

/// How many compressions it takes to hash texts of these lengths.
fn compressions<const N: usize>(lengths: [usize; N]) -> usize {
    // A bit 1 and the length in 8 bytes follow the text, up to a whole block.
    lengths.iter().map(|length| (length + 9).div_ceil(64)).sum()
}

/// All operations.
#[must_use]
pub fn operations() -> Vec<Operation> {
    let mut operations = signing_v4();
    operations.extend(signing_v1());
    operations.extend(verifying());
    operations
}

/// Received requests that are made to cost as much as they can, and are refused: each a name, and what is run
/// once.
///
/// There is no floor to compare them with. They are counted, so that a cost that grows with the square of the
/// length, which no ordinary request shows, is noticed.
#[must_use]
pub fn hostile() -> Vec<(&'static str, Run)> {
    let (credentials, now) = (credentials(), now());
    let (region, bucket) = (leak(region()), Some(bucket()));
    let (endpoint, expires) = (Endpoint::public(region), Expires::after_seconds(3600));
    let key = SigningKey::derive(&credentials, region, now);
    let (v1, v4) = (v1::Signer::new(credentials), v4::Signer::new(credentials, &key));
    let v1 = v1.presign(leak(download()), &endpoint, now, expires).unwrap();
    let v4 = v4.presign(leak(download()), &endpoint, now, expires).unwrap();
    let (v1, v4) = (v1.path_and_query().to_string(), v4.path_and_query().to_string());

    // It was signed for GET, so that it is refused whatever is read of it.
    let refused = |name, path_and_query: String| {
        let arrived = Arrived::new("PUT", &path_and_query, []);
        let run = move || {
            let verdict = arrived.read(|parsed| {
                parsed.verify(bucket, black_box(&credentials), now, Tolerance::default()).map(drop)
            });
            assert!(verdict.is_err(), "{name}: it was not refused");
        };
        (name, Box::new(run) as Run)
    };
    let long = |text: &str| text.repeat(4096 / text.len());
    vec![
        refused("refused, names without values", format!("{v1}&{}", long("a&"))),
        refused("refused, ampersands", format!("{v1}{}", long("&"))),
        refused("refused, equals signs", format!("{v1}&{}", long("="))),
        refused("refused, parameters of the signature", format!("{v1}&{}", long("Expires=1&"))),
        refused("refused, escapes in the query", format!("{v1}&{}", long("%2B"))),
        refused("refused, additional headers", {
            format!("{v4}&x-oss-additional-headers={}", long("host%3B"))
        }),
        refused("refused, escapes in the path", long("/%2F") + &v1),
        refused("refused, slashes in the path", long("/") + &v1),
    ]
}

/// A key takes the HMACs of its scope's four parts, each of one block under a key of one block, and
/// the two blocks of the key itself.
const DERIVATION: usize = 4 * 4 + 2;

fn signing_v4() -> Vec<Operation> {
    let (credentials, now) = (credentials(), now());
    let region = leak(region());
    let endpoint = Endpoint::public(region);
    let key = leak(SigningKey::derive(&credentials, region, now));
    let signer = v4::Signer::new(credentials, key);
    let expires = Expires::after_seconds(3600);

    let presign = move |key: &SigningKey, buffer: &mut [u8]| {
        let signer = v4::Signer::new(credentials, key);
        let url = signer.presign(black_box(&download()), &endpoint, black_box(now), expires);
        write_url(&url.unwrap(), buffer)
    };
    let sign = move |key: &SigningKey, buffer: &mut [u8]| {
        let signer = v4::Signer::new(credentials, key);
        write_headers(&signer.sign(black_box(&upload()), black_box(now)).unwrap(), buffer)
    };
    let derive = move || SigningKey::derive(black_box(&credentials), region, black_box(now));
    let sign_policy = move |buffer: &mut [u8]| {
        let form = signer.sign_policy(black_box(&policy()), black_box(now), expires).unwrap();
        form.fields().map(|(_, value)| value.write_to_slice(buffer).unwrap().len()).sum::<usize>()
    };

    let url = signer.presign(leak(download()), &endpoint, now, expires).unwrap();
    let url = compressions([url.canonical_request().unwrap().len(), url.string_to_sign().len()]);
    let batch = signer.batch(leak(download()), &endpoint, now, expires).unwrap();
    let headers = signer.sign(leak(upload()), now).unwrap();
    let headers =
        compressions([headers.canonical_request().unwrap().len(), headers.string_to_sign().len()]);
    let form = signer.sign_policy(leak(policy()), now, expires).unwrap();
    let form = compressions([form.policy().len()]);
    vec![
        operation("v4 presign, key cached", Floor::V4(url + 1), 1.25, move |buffer| {
            presign(black_box(key), buffer)
        }),
        operation(
            "v4 presign, key derived",
            Floor::V4(DERIVATION + url + 1),
            1.15,
            move |buffer| presign(&derive(), buffer),
        ),
        operation("v4 presign, batch", Floor::V4(url + 1), 1.25, move |buffer| {
            let url = batch.url(black_box(Resource::Object(bucket(), key_of_object())));
            write_url(&url, buffer)
        }),
        operation("v4 header, key cached", Floor::V4(headers + 1), 1.4, move |buffer| {
            sign(black_box(key), buffer)
        }),
        operation(
            "v4 header, key derived",
            Floor::V4(DERIVATION + headers + 1),
            1.4,
            move |buffer| sign(&derive(), buffer),
        ),
        operation("v4 policy, key cached", Floor::V4(form + 1), 2.0, sign_policy),
    ]
}

fn signing_v1() -> Vec<Operation> {
    let (credentials, now) = (credentials(), now());
    let endpoint = Endpoint::public(leak(region()));
    let signer = leak(v1::Signer::new(credentials));
    let expires = Expires::after_seconds(3600);

    let presign = move |signer: &v1::Signer<'static>, buffer: &mut [u8]| {
        let url = signer.presign(black_box(&download()), &endpoint, black_box(now), expires);
        write_url(&url.unwrap(), buffer)
    };
    let sign = move |signer: &v1::Signer<'static>, buffer: &mut [u8]| {
        write_headers(&signer.sign(black_box(&upload()), black_box(now)).unwrap(), buffer)
    };
    let sign_policy = move |buffer: &mut [u8]| {
        let form = signer.sign_policy(black_box(&policy()), black_box(now), expires).unwrap();
        form.fields().map(|(_, value)| value.write_to_slice(buffer).unwrap().len()).sum::<usize>()
    };

    let url = signer.presign(leak(download()), &endpoint, now, expires).unwrap();
    let url = compressions([url.string_to_sign().len()]);
    let headers = signer.sign(leak(upload()), now).unwrap();
    let headers = compressions([headers.string_to_sign().len()]);
    let form = signer.sign_policy(leak(policy()), now, expires).unwrap();
    let form = compressions([form.policy().len()]);
    vec![
        operation("v1 presign, key cached", Floor::V1(url + 1), 2.0, move |buffer| {
            presign(black_box(signer), buffer)
        }),
        operation("v1 presign, key derived", Floor::V1(2 + url + 1), 2.0, move |buffer| {
            presign(&v1::Signer::new(black_box(credentials)), buffer)
        }),
        operation("v1 header, key cached", Floor::V1(headers + 1), 2.0, move |buffer| {
            sign(black_box(signer), buffer)
        }),
        operation("v1 header, key derived", Floor::V1(2 + headers + 1), 2.0, move |buffer| {
            sign(&v1::Signer::new(black_box(credentials)), buffer)
        }),
        operation("v1 policy, key cached", Floor::V1(form + 1), 2.0, sign_policy),
    ]
}

fn verifying() -> Vec<Operation> {
    let (credentials, now) = (credentials(), now());
    let region = leak(region());
    let endpoint = Endpoint::public(region);
    let key = leak(SigningKey::derive(&credentials, region, now));
    let v4 = v4::Signer::new(credentials, key);
    let v1 = leak(v1::Signer::new(credentials));
    let expires = Expires::after_seconds(3600);
    let bucket = Some(bucket());

    let at_hand = move |parsed: &Parsed<'_, '_>| {
        parsed.verify_with_key(bucket, black_box(key), now, Tolerance::default()).map(drop)
    };
    let derived = move |parsed: &Parsed<'_, '_>| {
        parsed.verify(bucket, black_box(&credentials), now, Tolerance::default()).map(drop)
    };

    let url = v4.presign(leak(download()), &endpoint, now, expires).unwrap();
    let blocks = compressions([url.canonical_request().unwrap().len(), url.string_to_sign().len()]);
    let v4_url = leak(Arrived::new("GET", &url.path_and_query().to_string(), []));
    let headers = v4.sign(leak(upload()), now).unwrap();
    let header_blocks =
        compressions([headers.canonical_request().unwrap().len(), headers.string_to_sign().len()]);
    let headers = headers.headers().map(|(name, value)| (name.to_owned(), value.to_string()));
    let v4_headers = leak(Arrived::new("PUT", path_and_query(), headers));
    let url = v1.presign(leak(download()), &endpoint, now, expires).unwrap();
    let v1_blocks = compressions([url.string_to_sign().len()]);
    let v1_url = leak(Arrived::new("GET", &url.path_and_query().to_string(), []));
    vec![
        operation("verify, v4 url, key cached", Floor::V4(blocks + 1), 1.4, move |_| {
            v4_url.read(at_hand).unwrap()
        }),
        operation(
            "verify, v4 url, key derived",
            Floor::V4(DERIVATION + blocks + 1),
            1.4,
            move |_| v4_url.read(derived).unwrap(),
        ),
        operation("verify, v4 header, key cached", Floor::V4(header_blocks + 1), 1.4, move |_| {
            v4_headers.read(at_hand).unwrap()
        }),
        operation("verify, v1 url", Floor::V1(2 + v1_blocks + 1), 1.4, move |_| {
            v1_url.read(derived).unwrap()
        }),
    ]
}

fn operation(
    name: &'static str,
    floor: Floor,
    target: f64,
    run: impl Fn(&mut [u8]) -> usize + 'static,
) -> Operation {
    let mut buffer = [0; 1024];
    let run = Box::new(move || {
        black_box(run(black_box(&mut buffer)));
    });
    Operation { name, floor, target, run }
}

fn write_url(url: &PresignedUrl<'_>, buffer: &mut [u8]) -> usize {
    url.write_to_slice(buffer).unwrap().len()
}

/// Writes what the signature adds; returns how much it is.
fn write_headers(signed: &SignedHeaders<'_>, buffer: &mut [u8]) -> usize {
    let added = signed.headers().take_while(|(name, _)| *name != "content-type");
    added.map(|(_, value)| value.write_to_slice(buffer).unwrap().len()).sum()
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
        path_and_query: &str,
        headers: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        let clients =
            inputs::CLIENTS_HEADERS.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let headers = clients.into_iter().chain(headers).collect();
        Self { method, path_and_query: path_and_query.to_owned(), headers }
    }

    /// Parses and verifies it; returns how long it is.
    fn read(
        &self,
        verify: impl Fn(&Parsed<'_, '_>) -> Result<(), Refusal>,
    ) -> Result<usize, Refusal> {
        let mut headers = [("", &b""[..]); 16];
        for (place, (name, value)) in headers.iter_mut().zip(&self.headers) {
            *place = (name, value.as_bytes());
        }
        let headers = &headers[..self.headers.len()];
        let received = Received::new(self.method, black_box(&self.path_and_query), headers);
        let (mut parameters, mut signed) = ([Slot::default(); 32], [Slot::default(); 16]);
        // Looked at where it is: to move it is nothing that a server does.
        match &received.parse(&mut parameters, &mut signed) {
            Ok(parsed) => verify(parsed)?,
            Err(refusal) => return Err(*refusal),
        }
        Ok(self.path_and_query.len())
    }
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}
