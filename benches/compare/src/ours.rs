//! What is measured of this library: all operations of its own benches, each beside its floor, and a
//! presigned URL as one gets it without thinking about speed.

use std::time::SystemTime;

use oss_sign::v4::SigningKey;
use oss_sign::{Endpoint, Expires, SignedHeaders, Timestamp, v1, v4};
use oss_sign_benches::inputs::{credentials, download, now, policy, region, upload};
use oss_sign_benches::{Floor, Operation, operations};

use crate::case::EXPIRES;
use crate::check::{self, Fault};
use crate::contestant::{Contestant, Group, Kind};
use crate::peers;

/// The group that the peers are in: whose signing key is cached.
pub const V4_PRESIGN: &str = "v4 presign, key cached";

pub fn groups() -> Vec<Group> {
    operations().into_iter().map(group).collect()
}

fn group(operation: Operation) -> Group {
    let Operation { name, floor, target, run } = operation;
    let mut contestants = vec![
        Contestant::new(Kind::Floor, floor_name(floor), move || floor.run()),
        Contestant::new(Kind::Ours, "oss-sign", run).checked(check(name)),
    ];
    if name == V4_PRESIGN {
        contestants.extend([with_clock(), to_string()]);
    }
    contestants.extend(peers::of(name));
    Group { name, target, contestants }
}

fn floor_name(floor: Floor) -> String {
    match floor {
        Floor::V4(compressions) => format!("floor: {compressions} compressions of SHA-256"),
        Floor::V1(compressions) => format!("floor: {compressions} compressions of SHA-1"),
    }
}

fn with_clock() -> Contestant {
    let mut buffer = [0; 1024];
    Contestant::new(Kind::Ours, "oss-sign, clock read each time", move || {
        v4_url(at_this_moment(), |url| url.write_to_slice(&mut buffer).unwrap().len())
    })
}

fn to_string() -> Contestant {
    let now = at_this_moment();
    Contestant::new(Kind::Ours, "oss-sign, to a String", move || {
        v4_url(now, |url| String::from(&url))
    })
}

pub fn at_this_moment() -> Timestamp {
    Timestamp::try_from(SystemTime::now()).unwrap()
}

/// With a signing key that lives as long as the process.
fn v4_url<R>(now: Timestamp, read: impl FnOnce(oss_sign::PresignedUrl<'_>) -> R) -> R {
    thread_local! {
        static KEY: SigningKey = SigningKey::derive(&credentials(), &region(), at_this_moment());
    }
    KEY.with(|key| {
        let (region, request) = (region(), download());
        let signer = v4::Signer::new(credentials(), key);
        let expires = Expires::after_seconds(3600);
        read(signer.presign(&request, &Endpoint::public(&region), now, expires).unwrap())
    })
}

/// Whether what an operation makes is valid. Those that verify see to it by themselves.
fn check(name: &str) -> Fault {
    let (credentials, region, now) = (credentials(), region(), now());
    let key = SigningKey::derive(&credentials, &region, now);
    let (v4, v1) = (v4::Signer::new(credentials, &key), v1::Signer::new(credentials));
    let endpoint = Endpoint::public(&region);
    let expires = Expires::after_seconds(u32::try_from(EXPIRES.as_secs()).unwrap());
    let (download, upload, policy) = (download(), upload(), policy());
    let url = |url: oss_sign::PresignedUrl<'_>| check::url(&url.to_string(), now);
    match name.split(',').next().unwrap_or_default() {
        "v4 presign" => url(v4.presign(&download, &endpoint, now, expires).unwrap()),
        "v1 presign" => url(v1.presign(&download, &endpoint, now, expires).unwrap()),
        "v4 header" => headers(&v4.sign(&upload, now).unwrap(), now),
        "v1 header" => headers(&v1.sign(&upload, now).unwrap(), now),
        "v4 policy" => check::form(&v4.sign_policy(&policy, now, expires).unwrap(), now),
        "v1 policy" => check::form(&v1.sign_policy(&policy, now, expires).unwrap(), now),
        "verify" => Ok(()),
        other => Err(format!("there is no check of {other}")),
    }
}

fn headers(signed: &SignedHeaders<'_>, now: Timestamp) -> Fault {
    let headers: Vec<_> = signed.headers().map(|(name, value)| (name, value.to_string())).collect();
    check::headers(headers.iter().map(|(name, value)| (*name, value.as_str())), now)
}
