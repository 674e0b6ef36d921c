//! Help, for every width of the terminal.

use crate::run::{command, outcome, run_in};

#[test]
fn help_and_version_are_output() {
    for (arguments, text) in [
        (&["--help"][..], "EXAMPLES:"),
        (&["presign", "--help"], "EXAMPLES:"),
        (&["sign", "--help"], "EXAMPLES:"),
        (&["verify", "--help"], "EXAMPLES:"),
        (&["inspect", "--help"], "EXAMPLES:"),
        (&["explain", "--help"], "THE REQUEST AS JSON:"),
        (&["post", "--help"], "EXAMPLES:"),
        (&["credentials", "--help"], "EXAMPLES:"),
        (&["assume-role", "--help"], "EXAMPLES:"),
        #[cfg(feature = "callback")]
        (&["callback", "--help"], "EXAMPLES:"),
        (&["help", "sign"], "EXAMPLES:"),
        (&["--version"], concat!("oss-sign ", env!("CARGO_PKG_VERSION"), "\n")),
    ] {
        let outcome = run_in(&[], arguments);
        assert_eq!((outcome.code, outcome.stderr.as_str()), (Some(0), ""), "{arguments:?}");
        assert!(outcome.stdout.contains(text), "{arguments:?}: {}", outcome.stdout);
    }
}

#[test]
fn without_a_verb_help_is_an_answer_to_a_mistake() {
    let outcome = run_in(&[], &[]);
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(2), ""));
    assert!(outcome.stderr.contains("EXAMPLES:"), "{outcome:?}");
}

#[test]
fn help_does_not_show_the_environment() {
    let environment = [("OSS_REGION", "hush"), ("OSS_ENDPOINT", "hush")];
    assert!(!run_in(&environment, &["presign", "--help"]).stdout.contains("hush"));
}

#[test]
fn help_fits_a_narrow_terminal() {
    for columns in ["0", "1", "20", "40", "80", "1000", "-1", "wide"] {
        for arguments in [
            &["--help"][..],
            &["presign", "-h"],
            &["sign", "--help"],
            &["post", "--help"],
            &["explain", "--help"],
        ] {
            let outcome = outcome(command(&[], arguments).env("COLUMNS", columns));
            assert_eq!(outcome.code, Some(0), "{columns} {arguments:?} {outcome:?}");
        }
    }
}
