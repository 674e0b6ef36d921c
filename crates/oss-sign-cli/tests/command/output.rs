//! Where the output goes, and what happens if it cannot.

use crate::run::{ENVIRONMENT, OBJECT, TOKEN, command, run};

#[test]
fn the_url_is_one_line() {
    let outcome = run(&["presign", OBJECT]);
    assert_eq!(outcome.stdout.lines().count(), 1);
    assert!(outcome.stdout.ends_with('\n'));
}

#[test]
fn a_reader_that_went_away_is_no_mistake() {
    let post = ["post", OBJECT, "--max-size", "1"];
    let verbs: [&[&str]; 4] = [&["presign", OBJECT], &["sign", "GET", OBJECT], &post, &["--help"]];
    for arguments in verbs {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let mut child = command(&ENVIRONMENT, arguments);
        let output = child.stdout(writer).stderr(std::process::Stdio::piped()).spawn().unwrap();
        let output = output.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert_eq!(String::from_utf8(output.stderr).unwrap(), "", "{arguments:?}");
    }
}

#[test]
fn a_closed_standard_error_is_no_panic() {
    for (arguments, code) in [(&["presign", OBJECT, "--expires", "7d"][..], 0), (&["presign"], 2)] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let environment = [&ENVIRONMENT[..], &[TOKEN]].concat();
        let status = command(&environment, arguments)
            .stdout(std::process::Stdio::null())
            .stderr(writer)
            .status()
            .unwrap();
        assert_eq!(status.code(), Some(code), "{arguments:?}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_an_error() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut child = command(&ENVIRONMENT, &["presign", OBJECT]);
    let output = child.stdout(full).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let output = output.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(output.stderr.starts_with(b"oss-sign: cannot write the output: "));
}

#[test]
fn flags_may_stand_before_the_target() {
    let before = run(&["presign", "--now", "1700000000", "--query", "acl", OBJECT]);
    let after = run(&["presign", OBJECT, "--query", "acl", "--now", "1700000000"]);
    assert_eq!(before.stdout, after.stdout);
}
