//! `explain` and `inspect` take any text, and what they print is harmless to a terminal.
//!
//! Elements of the list: what OSS answered, and what was sent (a URL or JSON). Either may be empty.

#![no_main]

use libfuzzer_sys::fuzz_target;
use oss_sign::Credentials;
use oss_sign_cli::fuzzing::{explain, inspect};
use oss_sign_fuzz::{SECRET, credentials, has_secret, now, texts};

/// The colours of `explain`, by which it is told apart what OSS received.
const COLOURS: [&str; 4] = ["\u{1b}[0m", "\u{1b}[1m", "\u{1b}[31m", "\u{1b}[32m"];

fuzz_target!(|data: &[u8]| {
    let Some(texts) = texts(data) else { return };
    let mut texts = texts.into_iter().map(|text| Some(text).filter(|text| !text.is_empty()));
    let (answer, request) = (texts.next().flatten(), texts.next().flatten());
    let other = Credentials::new("LTAI5tExampleKeyId", SECRET).unwrap();
    for credentials in [None, Some(credentials()), Some(other)] {
        match explain(answer, request, credentials.as_ref(), now()) {
            Ok(text) => {
                is_harmless(&COLOURS.iter().fold(text.clone(), |text, it| text.replace(it, "")));
                assert!(has_secret(data) || !text.contains(SECRET), "{text}");
            }
            Err(line) => is_one_line(&line),
        }
    }
    if let Some(url) = request {
        for is_json in [false, true] {
            match inspect(url, now(), is_json) {
                Ok(text) if is_json => {
                    serde_json::from_str::<serde_json::Value>(&text).unwrap();
                }
                Ok(text) => is_harmless(&text),
                Err(line) => is_one_line(&line),
            }
        }
    }
});

fn is_harmless(text: &str) {
    assert!(
        !text.contains(|character: char| character != '\n' && character.is_control()),
        "{text:?}"
    );
}

fn is_one_line(text: &str) {
    assert!(!text.contains(char::is_control), "{text:?}");
}
