//! Every request in the vector files is signed as the official SDK signed it.
#![cfg(test)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use oss_sign_tests::conform::{Outcome, check_line};
use oss_sign_tests::record::read_lines;

/// The only groups of files whose records may be skipped, and why. Take a row out as soon as its
/// operation is built: then all of its records must pass.
const MAY_BE_SKIPPED: &[(&str, &str)] = &[
    ("header.v2", "the legacy signature v2 is out of scope"),
    ("presign.v2", "the legacy signature v2 is out of scope"),
    ("deviations.v2", "the legacy signature v2 is out of scope"),
];

/// A test for each group of files, which names the files and how many records each of them holds:
/// so a file or a record that is gone, or passed over, is noticed.
macro_rules! groups {
    ($($test:ident: $group:literal { $($file:literal: $records:literal,)+ })+) => {
        const FILES: &[&str] = &[$($($file,)+)+];

        $(
            #[test]
            fn $test() {
                $(check_file($group, $file, $records);)+
            }
        )+
    };
}

groups! {
    headers_of_v1_are_those_of_the_sdks: "header.v1" {
        "ali-oss.header.v1": 444,
        "alibabacloud-oss-go-sdk-v2.header.v1": 439,
        "alibabacloud-oss-v2.header.v1": 352,
        "aliyun-oss-c-sdk.header.v1": 308,
        "aliyun-oss-go-sdk.header.v1": 434,
        "aliyun-oss-java-sdk.header.v1": 442,
        "aliyun-oss-php-sdk.header.v1": 437,
        "aliyun-oss-ruby-sdk.header.v1": 418,
        "oss2.header.v1": 440,
    }
    headers_of_v4_are_those_of_the_sdks: "header.v4" {
        "ali-oss.header.v4": 447,
        "alibabacloud-oss-go-sdk-v2.header.v4": 449,
        "alibabacloud-oss-v2.header.v4": 445,
        "aliyun-oss-c-sdk.header.v4": 420,
        "aliyun-oss-go-sdk.header.v4": 448,
        "aliyun-oss-java-sdk.header.v4": 448,
        "aliyun-oss-php-sdk.header.v4": 448,
        "oss2.header.v4": 444,
    }
    urls_of_v1_are_those_of_the_sdks: "presign.v1" {
        "ali-oss.presign.v1": 403,
        "alibabacloud-oss-go-sdk-v2.presign.v1": 455,
        "alibabacloud-oss-v2.presign.v1": 393,
        "aliyun-oss-c-sdk.presign.v1": 285,
        "aliyun-oss-go-sdk.presign.v1": 381,
        "aliyun-oss-java-sdk.presign.v1": 458,
        "aliyun-oss-php-sdk.presign.v1": 454,
        "aliyun-oss-ruby-sdk.presign.v1": 200,
        "oss2.presign.v1": 456,
    }
    urls_of_v4_are_those_of_the_sdks: "presign.v4" {
        "ali-oss.presign.v4": 460,
        "alibabacloud-oss-go-sdk-v2.presign.v4": 465,
        "alibabacloud-oss-v2.presign.v4": 461,
        "aliyun-oss-c-sdk.presign.v4": 367,
        "aliyun-oss-go-sdk.presign.v4": 388,
        "aliyun-oss-java-sdk.presign.v4": 464,
        "aliyun-oss-php-sdk.presign.v4": 465,
        "oss2.presign.v4": 461,
    }
    policies_of_v1_are_those_of_the_sdks: "post_policy.v1" {
        "ali-oss.post_policy.v1": 300,
        "aliyun-oss-java-sdk.post_policy.v1": 300,
    }
    policies_of_v4_are_those_of_the_sdks: "post_policy.v4" {
        "ali-oss.post_policy.v4": 300,
        "aliyun-oss-java-sdk.post_policy.v4": 300,
    }
    calls_of_sts_are_those_of_the_sdks: "sts_rpc.rpc1.0" {
        "ali-oss.sts_rpc.rpc1.0": 90,
        "alibabacloud_credentials.sts_rpc.rpc1.0": 77,
        "alicloud-credentials.sts_rpc.rpc1.0": 300,
        "alicloud-pop-core.sts_rpc.rpc1.0": 300,
        "aliyun-oss-ruby-sdk.sts_rpc.rpc1.0": 36,
        "aliyun-python-sdk-core.sts_rpc.rpc1.0": 300,
    }
    headers_of_v2_are_out_of_scope: "header.v2" {
        "oss2.header.v2": 441,
    }
    urls_of_v2_are_out_of_scope: "presign.v2" {
        "oss2.presign.v2": 457,
    }
    v1_follows_the_documents_where_an_sdk_does_not: "deviations.v1" {
        "deviations.v1.1": 506,
    }
    v4_follows_the_documents_where_an_sdk_does_not: "deviations.v4" {
        "deviations.v4.1": 37,
    }
    deviations_from_v2_are_out_of_scope: "deviations.v2" {
        "deviations.v2.1": 8,
    }
    the_rpc_signature_follows_the_documents_where_an_sdk_does_not: "deviations.rpc1.0" {
        "deviations.rpc1.0.1": 277,
    }
}

#[test]
fn every_vector_file_has_its_test() {
    let named: BTreeSet<String> = FILES.iter().map(|file| format!("{file}.jsonl.gz")).collect();
    let present: BTreeSet<String> = fs::read_dir(vectors())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains(".jsonl"))
        .collect();
    assert_eq!(named, present);
}

fn vectors() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors")
}

fn check_file(group: &str, file: &str, records: usize) {
    let lines = read_lines(&vectors().join(format!("{file}.jsonl.gz"))).unwrap();
    assert_eq!(lines.len(), records, "records in {file}");
    let reason_to_skip =
        MAY_BE_SKIPPED.iter().find(|(skipped, _)| *skipped == group).map(|(_, reason)| *reason);
    for (number, line) in (1..).zip(&lines) {
        match (check_line(line), reason_to_skip) {
            (Outcome::Passed, _) => {}
            (Outcome::Skipped(actual), Some(reason)) if actual.contains(reason) => {}
            (outcome, _) => panic!("{file}:{number}: {outcome:#?}"),
        }
    }
}
