//! Signs on the device what the official SDKs signed, compares, and says what it took: stack in
//! bytes, and instructions. The exit status is that of the comparison.
#![no_std]
#![no_main]

use core::hint::black_box;

use oss_sign_firmware::vectors::{GET_CHINESE, GET_PROCESSED, PUT, PUT_HEADERS, Vector};
use oss_sign_firmware::{calls, entry, instructions_of, stack};
use semihosting::process::ExitCode;
use semihosting::{eprintln, println};

#[panic_handler]
fn panic(info: &core::panic::PanicInfo<'_>) -> ! {
    eprintln!("{info}");
    ExitCode::from(101).exit_process()
}

#[entry]
fn main() -> ! {
    let mut passed = derivation();
    for vector in [GET_PROCESSED, GET_CHINESE, PUT] {
        passed &= presigning(&vector);
    }
    passed &= signing(&PUT_HEADERS);
    #[cfg(feature = "v1")]
    for vector in [oss_sign_firmware::vectors::V1_GET_PROCESSED, oss_sign_firmware::vectors::V1_PUT]
    {
        passed &= compared("presign-v1", &vector, |buffer| calls::presign_v1(&vector, buffer));
    }
    #[cfg(feature = "post-policy")]
    {
        passed &= form(&oss_sign_firmware::vectors::FORM);
    }
    #[cfg(feature = "verify")]
    for vector in [GET_PROCESSED, GET_CHINESE] {
        passed &= verification(&vector);
    }
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }.exit_process()
}

/// A key that cannot be had fails the others; here it is measured.
fn derivation() -> bool {
    measured("derive", GET_PROCESSED.name, || calls::derive(black_box(&GET_PROCESSED)).is_some())
}

fn presigning(vector: &Vector<'_>) -> bool {
    let Some(key) = calls::derive(vector) else { return false };
    compared("presign", vector, |buffer| calls::presign(vector, &key, buffer))
}

fn signing(vector: &Vector<'_>) -> bool {
    let Some(key) = calls::derive(vector) else { return false };
    compared("sign", vector, |buffer| calls::sign(vector, &key, buffer))
}

#[cfg(feature = "post-policy")]
fn form(vector: &Vector<'_>) -> bool {
    let Some(key) = calls::derive(vector) else { return false };
    compared("sign-policy", vector, |buffer| calls::sign_policy(vector, &[], &key, buffer))
}

/// A URL that an SDK signed passes, and does not at another bucket.
#[cfg(feature = "verify")]
fn verification(vector: &Vector<'_>) -> bool {
    let path = vector.expected.match_indices('/').nth(2).map_or(0, |(position, _)| position);
    let path_and_query = &vector.expected[path..];
    let elsewhere = Vector { bucket: "another-bucket", ..*vector };
    if calls::verify(&elsewhere, path_and_query) != Some(false) {
        println!("failed verify {}: it passes at another bucket", vector.name);
        return false;
    }
    measured("verify", vector.name, || calls::verify(vector, path_and_query) == Some(true))
}

/// Whether a call gives the text that the SDK had.
fn compared<F>(name: &str, vector: &Vector<'_>, call: F) -> bool
where
    F: for<'b> Fn(&'b mut [u8]) -> Option<&'b [u8]>,
{
    let mut buffer = [0; 1024];
    let text = call(&mut buffer);
    if text != Some(vector.expected.as_bytes()) {
        let text = text.and_then(|text| str::from_utf8(text).ok());
        println!("failed {name} {}: {text:?}", vector.name);
        return false;
    }
    measured(name, vector.name, || call(&mut buffer).is_some())
}

/// Whether a call succeeds; and what it takes.
fn measured(name: &str, vector: &str, mut call: impl FnMut() -> bool) -> bool {
    let mut passed = false;
    let stack = stack::used_by(|| passed = call());
    let instructions = instructions_of(|| passed &= call());
    let verdict = if passed { "passed" } else { "failed" };
    println!("{verdict} {name} {vector} stack={stack} instructions={instructions}");
    passed
}
