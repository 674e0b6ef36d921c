//! Many keys at once: `presign --from`.

use core::sync::atomic::{AtomicU32, Ordering};
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use proptest::prelude::*;

use crate::run::{ENVIRONMENT, Outcome, before_query, command, print, run};

const BUCKET: &str = "oss://examplebucket";
const HOST: &str = "https://examplebucket.oss-cn-hangzhou.aliyuncs.com";

/// A file of this test alone.
fn file(name: &str) -> PathBuf {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(format!("bulk-{number}-{name}"))
}

/// The command with an input, at the time of the published vectors.
fn presign(target: &str, input: &[u8], flags: &[&str]) -> Outcome {
    let arguments = [&["presign", target, "--from", "-", "--now", "1700000000"], flags].concat();
    let mut child = command(&ENVIRONMENT, &arguments);
    let child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = child.spawn().unwrap();
    // Who reports a mistake does not read the keys.
    let _ = child.stdin.take().unwrap().write_all(input);
    let output = child.wait_with_output().unwrap();
    Outcome {
        code: output.status.code(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

/// What the command prints if there is nothing to complain.
#[track_caller]
fn urls(target: &str, input: &[u8], flags: &[&str]) -> String {
    let outcome = presign(target, input, flags);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{flags:?}");
    outcome.stdout
}

/// The URLs of these keys, one by one.
fn one_by_one(keys: &[&str], flags: &[&str]) -> String {
    let url = |key: &&str| print(&[&["presign", &format!("{BUCKET}/{key}")], flags].concat());
    keys.iter().map(url).collect()
}

#[test]
fn each_key_has_the_url_that_it_has_alone() {
    let keys = ["a", "dir/b c+d.jpg", "中", "a b", "%41", "x/../y"];
    let input = keys.join("\n");
    for flags in [
        &[][..],
        &["--process", "image/resize,w_200", "--expires", "1h"],
        &["--method", "PUT", "--header", "content-type: image/jpeg"],
        &["--additional-header", "host"],
        &["--signature-version", "v1"],
        &["--endpoint", "http://127.0.0.1:9000"],
    ] {
        assert_eq!(urls(BUCKET, input.as_bytes(), flags), one_by_one(&keys, flags), "{flags:?}");
    }
}

#[test]
fn the_prefix_of_the_target_is_put_before_each_key() {
    let expected = one_by_one(&["photos/a", "photos/b"], &[]);
    assert_eq!(urls("oss://examplebucket/photos/", b"a\nb\n", &[]), expected);
    assert_eq!(urls("oss://examplebucket/phot", b"os/a\nos/b\n", &[]), expected);
}

#[test]
fn lines_end_as_on_any_system_and_may_be_empty() {
    let expected = one_by_one(&["a", "b"], &[]);
    for input in ["a\nb\n", "a\nb", "a\r\nb\r\n", "\na\n\n\r\nb\n\n"] {
        assert_eq!(urls(BUCKET, input.as_bytes(), &[]), expected, "{input:?}");
    }
    assert_eq!(urls(BUCKET, b"", &[]), "");
}

#[test]
fn keys_that_end_with_nul_may_have_any_other_character() {
    let keys = ["a\nb", "c\r", " d"];
    for input in ["a\nb\0c\r\0 d\0", "a\nb\0c\r\0 d"] {
        for flags in [&["-0"][..], &["--null"], &["--from-format", "nul"]] {
            assert_eq!(urls(BUCKET, input.as_bytes(), flags), one_by_one(&keys, &[]), "{input:?}");
        }
    }
}

#[test]
fn a_line_of_json_has_options_of_its_own() {
    for (line, flags) in [
        (r#"{"key": "a"}"#, &[][..]),
        (r#"{"key": "a", "expires": 60}"#, &["--expires", "60"]),
        (r#"{"key": "a", "expires": "1h"}"#, &["--expires", "1h"]),
        (r#"{"key": "a", "expires_at": 1700000060}"#, &["--expires-at", "1700000060"]),
        (
            r#"{"key": "a", "expires_at": "2023-11-15T00:00:00Z"}"#,
            &["--expires-at", "2023-11-15T00:00:00Z"],
        ),
        (r#"{"key": "a", "method": "put"}"#, &["--method", "PUT"]),
        (r#"{"key": "a", "process": "image/info"}"#, &["--process", "image/info"]),
        (r#"{"key": "a", "version_id": "v1"}"#, &["--version-id", "v1"]),
        (
            r#"{"key": "a", "query": {"acl": "", "x": "y z"}}"#,
            &["--query", "acl", "--query", "x=y z"],
        ),
        (r#"{"key": "a", "headers": {"content-type": "b/c"}}"#, &["--header", "content-type: b/c"]),
    ] {
        let flags_of_json = ["--from-format", "jsonl", "--query", "response-expires=0"];
        let flags = [flags, &["--query", "response-expires=0"]].concat();
        assert_eq!(
            urls(BUCKET, line.as_bytes(), &flags_of_json),
            one_by_one(&["a"], &flags),
            "{line}"
        );
    }
}

#[test]
fn a_key_in_json_may_have_escapes() {
    let input = br#"{"key":"a\nb\u4e2d\/c"}"#;
    assert_eq!(urls(BUCKET, input, &["--from-format", "jsonl"]), one_by_one(&["a\nb中/c"], &[]));
}

/// Rows as the documentation of the inventory has them: keys URL-encoded, ETags in quotes.
const INVENTORY: &str = "\
\"examplebucket\",\"photos/cat%20picture%2B1.jpg\",\"CAEQ1\",\"true\",\"false\",\"18\",\"Standard\"
\"examplebucket\",\"a%2Cb%22c%E4%B8%AD\",,\"true\",\"false\",\"0\",\"IA\"
examplebucket,plain,CAEQ3,true,false,7,Archive
";

#[test]
fn the_keys_of_an_inventory_are_decoded() {
    let keys = ["photos/cat picture+1.jpg", "a,b\"c中", "plain"];
    let printed = urls(BUCKET, INVENTORY.as_bytes(), &["--from-format", "inventory"]);
    assert_eq!(printed, one_by_one(&keys, &[]));
    let blank = urls(BUCKET, b"examplebucket,a+b%2B\n", &["--from-format", "inventory"]);
    assert_eq!(blank, one_by_one(&["a b+"], &[]));
}

#[test]
fn the_versions_of_an_inventory_are_signed() {
    let schema = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, StorageClass";
    let flags = ["--from-format", "inventory", "--inventory-columns", schema];
    let expected = [
        one_by_one(&["photos/cat picture+1.jpg"], &["--version-id", "CAEQ1"]),
        one_by_one(&["a,b\"c中"], &[]),
        one_by_one(&["plain"], &["--version-id", "CAEQ3"]),
    ];
    assert_eq!(urls(BUCKET, INVENTORY.as_bytes(), &flags), expected.concat());
}

#[test]
fn an_object_of_another_bucket_is_not_presigned() {
    let outcome = presign(BUCKET, b"other,a\nexamplebucket,b\n", &["--from-format", "inventory"]);
    assert_eq!(outcome.stdout, one_by_one(&["b"], &[]));
    assert!(
        outcome.stderr.starts_with("oss-sign: line 1: this is an object of the bucket 'other'")
    );
    assert_eq!(outcome.code, Some(1));
}

#[test]
fn json_lines_are_what_json_prints_and_the_key() {
    let flags = ["--method", "PUT", "--header", "Content-Type: a/b"];
    let line = urls(
        "oss://examplebucket/dir/",
        "k\"中\n".as_bytes(),
        &[&flags[..], &["--format", "jsonl"]].concat(),
    );
    let alone = [&["presign", "oss://examplebucket/dir/k\"中", "--json"], &flags[..]].concat();
    let mut expected: serde_json::Value = serde_json::from_str(&print(&alone)).unwrap();
    expected["key"] = "dir/k\"中".into();
    assert_eq!(line.lines().count(), 1);
    assert_eq!(serde_json::from_str::<serde_json::Value>(&line).unwrap(), expected);
}

#[test]
fn csv_has_the_key_the_url_and_its_end() {
    let printed = urls(BUCKET, b"a,\"b\nc\0d\0", &["-0", "--format", "csv"]);
    let (first, second) = (one_by_one(&["a,\"b\nc"], &[]), one_by_one(&["d"], &[]));
    let expected = format!(
        "key,url,expires_at\n\"a,\"\"b\nc\",{},2023-11-14T22:43:20Z\nd,{},2023-11-14T22:43:20Z\n",
        first.trim_end(),
        second.trim_end()
    );
    assert_eq!(printed, expected);
    assert_eq!(urls(BUCKET, b"", &["--format", "csv"]), "key,url,expires_at\n");
}

#[test]
fn a_bad_key_is_told_by_its_line_and_the_rest_is_done() {
    let outcome = presign(BUCKET, b"a\n/b\n\n\xff\nc\n", &[]);
    assert_eq!(outcome.stdout, one_by_one(&["a", "c"], &[]));
    assert_eq!(
        outcome.stderr,
        "oss-sign: line 2: key '/b' begins with '/': remove it, or give --verbatim-key if the \
         object is really named so\n\
         oss-sign: line 4: key '\u{fffd}' is not UTF-8, as the keys of OSS are\n\
         oss-sign: 2 of 4 keys could not be presigned\n"
    );
    assert_eq!(outcome.code, Some(1));
}

#[test]
fn lines_are_counted_through_all_chunks() {
    let many = "a/long/key/to/fill/the/chunks\n".repeat(10_000);
    let input = format!("{many}/bad\n{many}/bad too");
    let outcome = presign(BUCKET, input.as_bytes(), &["--threads", "3"]);
    assert!(outcome.stderr.contains("oss-sign: line 10001: key '/bad' "), "{}", outcome.stderr);
    assert!(outcome.stderr.contains("oss-sign: line 20002: key '/bad too' "), "{}", outcome.stderr);
    assert_eq!(outcome.stdout.lines().count(), 20_000);
}

#[test]
fn strict_stops_at_the_first_bad_key() {
    let many = "a/long/key/to/fill/the/chunks\n".repeat(10_000);
    let input = format!("a\n{many}/b\n{many}/c\n");
    let outcome = presign(BUCKET, input.as_bytes(), &["--strict", "--threads", "3"]);
    assert_eq!(outcome.stdout.lines().count(), 10_001);
    assert!(outcome.stderr.starts_with("oss-sign: line 10002: key '/b' "), "{}", outcome.stderr);
    assert_eq!(outcome.stderr.lines().count(), 1);
    assert_eq!(outcome.code, Some(1));
}

#[test]
fn bad_records_say_what_to_do() {
    for (input, flags, remedy) in [
        ("{}", &["--from-format", "jsonl"][..], "line 1: missing field `key`"),
        ("{\"key\": \"a\"", &["--from-format", "jsonl"], "line 1: this is not a JSON object"),
        (
            r#"{"key":"a","expire":1}"#,
            &["--from-format", "jsonl"],
            "line 1: unknown field `expire`",
        ),
        (r#"{"key":"a","headers":{"b":["hush"]}}"#, &["--from-format", "jsonl"], "wrong type"),
        (r#"{"key":"a","expires":0}"#, &["--from-format", "jsonl"], "at least 1 second"),
        (r#"{"key":"a","expires":1,"expires_at":2}"#, &["--from-format", "jsonl"], "remove one"),
        (r#"{"key":"a","method":"PATCH"}"#, &["--from-format", "jsonl"], "'PATCH'"),
        (r#"{"key":"a","query":{"x-oss-date":"1"}}"#, &["--from-format", "jsonl"], "'x-oss-date'"),
        (r#"{"key":""}"#, &["--from-format", "jsonl"], "key ''"),
        ("examplebucket", &["--from-format", "inventory"], "no column 2"),
        ("examplebucket,%FF", &["--from-format", "inventory"], "not UTF-8"),
        ("a\0\0", &["-0"], "key 2: key ''"),
        ("?acl", &["--signature-version", "v1"], "begins with '?'"),
    ] {
        let outcome = presign(BUCKET, input.as_bytes(), flags);
        assert_eq!(outcome.code, Some(1), "{input}: {outcome:?}");
        assert!(outcome.stderr.contains(remedy), "{remedy}: {outcome:?}");
        assert!(!outcome.stderr.contains("hush"), "{outcome:?}");
    }
}

#[test]
fn an_empty_key_is_none_even_behind_a_prefix() {
    let outcome = presign("oss://examplebucket/dir/", b"a\0\0b\0", &["-0"]);
    assert_eq!(outcome.stdout, one_by_one(&["dir/a", "dir/b"], &[]));
    assert_eq!(outcome.code, Some(1));
}

#[test]
fn a_mistake_in_the_flags_is_told_once() {
    for (target, flags, remedy) in [
        (BUCKET, &["--query", "a", "--query", "a"][..], "given twice"),
        (BUCKET, &["--expires", "8d"], "7 days"),
        ("oss://", &[], "write oss://BUCKET"),
        (BUCKET, &["--json"], "'--json'"),
        (BUCKET, &["--canonical-resource", "/x"], "'--canonical-resource <PATH>'"),
        (BUCKET, &["--inventory-columns", "Bucket"], "no column Key"),
        (BUCKET, &["--threads", "0"], "--threads"),
        (BUCKET, &["-0", "--from-format", "jsonl"], "'--from-format <FORMAT>'"),
    ] {
        let outcome = presign(target, b"a\nb\n", flags);
        assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""), "{outcome:?}");
        assert_eq!(outcome.stderr.lines().count(), 1, "{outcome:?}");
        assert!(outcome.stderr.contains(remedy), "{remedy}: {outcome:?}");
    }
    let without = run(&["presign", BUCKET, "--strict"]);
    assert!(without.stderr.contains("--from <FILE>"), "{without:?}");
    let missing = run(&["presign", BUCKET, "--from", "/nonexistent"]);
    assert!(missing.stderr.contains("cannot read --from '/nonexistent'"), "{missing:?}");
    assert_eq!(missing.code, Some(2));
}

#[test]
fn warnings_are_told_once() {
    let environment = [&ENVIRONMENT[..], &[crate::run::TOKEN]].concat();
    let keys = file("keys");
    fs::write(&keys, "a\nb\n").unwrap();
    let arguments = ["presign", BUCKET, "--from", keys.to_str().unwrap(), "--expires", "7d"];
    let outcome = crate::run::run_in(&environment, &arguments);
    assert_eq!(outcome.stderr.matches("12 hours").count(), 1, "{outcome:?}");
    assert_eq!(outcome.stdout.lines().count(), 2);
}

#[test]
fn output_goes_to_a_file_and_replaces_what_was_there() {
    let (keys, output) = (file("keys"), file("urls"));
    fs::write(&keys, "a\nb\n").unwrap();
    fs::write(&output, "much longer than two URLs\n".repeat(1000)).unwrap();
    let (from, to) = (keys.to_str().unwrap(), output.to_str().unwrap());
    assert_eq!(print(&["presign", BUCKET, "--from", from, "--output", to]), "");
    assert_eq!(fs::read_to_string(&output).unwrap(), one_by_one(&["a", "b"], &[]));
}

#[test]
fn the_file_of_keys_is_not_overwritten() {
    let keys = file("keys");
    fs::write(&keys, "a\n").unwrap();
    let path = keys.to_str().unwrap();
    let outcome = run(&["presign", BUCKET, "--from", path, "--output", path]);
    assert_eq!(outcome.code, Some(2));
    assert!(outcome.stderr.contains("give another"), "{outcome:?}");
    assert_eq!(fs::read_to_string(&keys).unwrap(), "a\n");
}

#[test]
fn order_is_kept_whatever_the_number_of_threads() {
    let keys: Vec<String> = (0..20_000).map(|number| format!("key/{number}")).collect();
    for threads in ["1", "2", "7"] {
        let printed = urls(BUCKET, keys.join("\n").as_bytes(), &["--threads", threads]);
        let paths = printed.lines().map(|url| before_query(url).strip_prefix(HOST).unwrap());
        assert!(paths.eq(keys.iter().map(|key| format!("/{key}"))), "{threads}");
    }
}

#[test]
fn who_types_keys_sees_urls_at_once() {
    use std::io::{BufRead as _, BufReader};

    let arguments = ["presign", BUCKET, "--from", "-", "--now", "1700000000"];
    let mut child = command(&ENVIRONMENT, &arguments);
    let mut child = child.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let (mut stdin, mut stdout) =
        (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
    for key in ["a", "b"] {
        writeln!(stdin, "{key}").unwrap();
        let mut line = String::new();
        stdout.read_line(&mut line).unwrap();
        assert_eq!(line, one_by_one(&[key], &[]));
    }
    drop(stdin);
    assert!(child.wait().unwrap().success());
}

/// Keys without an end: whoever stops, it is not for want of them.
fn endless() -> Command {
    let mut yes = Command::new("yes");
    yes.arg("a/key").stdout(Stdio::piped());
    yes
}

#[cfg(unix)]
#[test]
fn a_reader_that_went_away_ends_it() {
    let mut keys = endless().spawn().unwrap();
    let (reader, output) = std::io::pipe().unwrap();
    let mut child = command(&ENVIRONMENT, &["presign", BUCKET, "--from", "-"]);
    child.stdin(keys.stdout.take().unwrap()).stdout(output).stderr(Stdio::piped());
    let spawned = child.spawn().unwrap();
    // It has copies of the ends of the pipes.
    drop(child);
    drop(reader);
    let output = spawned.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
    keys.wait().unwrap();
}

#[cfg(unix)]
#[test]
fn an_interrupt_leaves_whole_lines() {
    use std::io::{BufRead as _, BufReader, Read as _};

    for signal in ["-INT", "-TERM"] {
        let mut keys = endless().spawn().unwrap();
        let mut child = command(&ENVIRONMENT, &["presign", BUCKET, "--from", "-"]);
        child.stdin(keys.stdout.take().unwrap()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut spawned = child.spawn().unwrap();
        drop(child);
        let mut stdout = BufReader::new(spawned.stdout.take().unwrap());
        let mut text = String::new();
        stdout.read_line(&mut text).unwrap();
        let killed = Command::new("kill").arg(signal).arg(spawned.id().to_string()).status();
        assert!(killed.unwrap().success());
        stdout.read_to_string(&mut text).unwrap();
        let output = spawned.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{signal}");
        assert!(
            String::from_utf8(output.stderr).unwrap().contains("interrupted after"),
            "{signal}"
        );
        assert!(text.ends_with("x-oss-signature-version=OSS4-HMAC-SHA256\n"), "{signal}");
        keys.wait().unwrap();
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let keys = file("keys");
    fs::write(&keys, "a\n").unwrap();
    let from = keys.to_str().unwrap();
    let outcome = run(&["presign", BUCKET, "--from", from, "--output", "/dev/full"]);
    assert_eq!(outcome.code, Some(1));
    assert!(outcome.stderr.starts_with("oss-sign: cannot write the output: "), "{outcome:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_keys_they_have_the_urls_of_the_library(
        keys in prop::collection::vec("[^\0/\\\\][^\0]{0,40}", 1..40),
        threads in 1_usize..4,
    ) {
        let threads = threads.to_string();
        let printed = urls(BUCKET, keys.join("\0").as_bytes(), &["-0", "--threads", &threads]);
        prop_assert_eq!(printed, keys.iter().map(|key| of_the_library(key)).collect::<String>());

        let json: String = keys.iter().map(|key| format!("{}\n", serde_json::json!({ "key": key }))).collect();
        let printed = urls(BUCKET, json.as_bytes(), &["--from-format", "jsonl", "--threads", &threads]);
        prop_assert_eq!(printed, keys.iter().map(|key| of_the_library(key)).collect::<String>());
    }
}

/// The line of one key, without the command.
fn of_the_library(key: &str) -> String {
    use oss_sign::v4::{Signer, SigningKey};
    use oss_sign::{Bucket, Credentials, Endpoint, Expires, ObjectKey, Region, Request, Timestamp};

    let credentials = Credentials::new("testak", "testsk").unwrap();
    let region = Region::new("cn-hangzhou").unwrap();
    let now = Timestamp::from_unix_seconds(1_700_000_000).unwrap();
    let signing_key = SigningKey::derive(&credentials, &region, now);
    let request = Request::get(Bucket::new("examplebucket").unwrap(), ObjectKey::new(key).unwrap());
    let signer = Signer::new(credentials, &signing_key);
    let url = signer.presign(&request, &Endpoint::public(&region), now, Expires::default());
    format!("{}\n", url.unwrap())
}
