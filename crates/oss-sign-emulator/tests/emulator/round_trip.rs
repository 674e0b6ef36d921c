//! Any key goes to the emulator and back; any damage is refused.

use std::sync::LazyLock;

use oss_sign::Method;
use proptest::prelude::*;

use crate::client::{Asked, Client, object, start};

/// One each, as the tests look at what came last.
static STORING: LazyLock<Client> = LazyLock::new(start);
static REFUSING: LazyLock<Client> = LazyLock::new(start);

/// Keys of what goes wrong elsewhere, and of anything.
fn keys() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just("a"),
        Just("/"),
        Just("//"),
        Just(".."),
        Just("."),
        Just("/../"),
        Just(" "),
        Just("+"),
        Just("%"),
        Just("%2F"),
        Just("%20"),
        Just("?"),
        Just("#"),
        Just("&"),
        Just("="),
        Just(";"),
        Just("中文"),
        Just("😀"),
        Just("\u{301}"),
        Just("\\"),
        Just("\""),
        Just("<"),
        Just("*"),
        Just("~"),
    ];
    let awkward = proptest::collection::vec(piece, 1..8).prop_map(|pieces| pieces.concat());
    let any = proptest::collection::vec(any::<char>(), 1..40)
        .prop_map(|characters| characters.into_iter().collect::<String>());
    prop_oneof![2 => awkward, 1 => any]
        .prop_filter("is an object key", |key| oss_sign::ObjectKey::new(key).is_ok())
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 300,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn what_is_put_under_a_key_is_got(
        key in keys(),
        body in proptest::collection::vec(any::<u8>(), 0..200),
    ) {
        let put = STORING.put(&key, &body);
        prop_assert_eq!(put.status, 200, "{}", String::from_utf8_lossy(&put.body));
        let got = STORING.get(&key);
        prop_assert_eq!(got.status, 200);
        prop_assert_eq!(&got.body, &body);
        let asked = STORING.emulator.requests().pop().unwrap();
        prop_assert_eq!(asked.key.as_deref(), Some(key.as_str()));
        STORING.send(Asked::new(Method::Delete, object(&key)), b"");
        prop_assert_eq!(STORING.get(&key).status, 404);
    }

    /// One byte of a URL is another, in the path, in a value or in the signature.
    #[test]
    fn a_damaged_url_is_refused(
        key in "[a-zA-Z0-9 +%中]{1,20}",
        position in any::<prop::sample::Index>(),
        replacement in "[a-zA-Z0-9]",
    ) {
        let url = REFUSING.url(Asked::new(Method::Get, object(&key)));
        let path = url.find("examplebucket/").unwrap();
        let position = path + position.index(url.len() - path);
        let original = url.get(position..=position).unwrap();
        // Hexadecimal digits of an escape mean the same in either case.
        prop_assume!(!original.eq_ignore_ascii_case(&replacement));
        let mut damaged = url.clone();
        damaged.replace_range(position..=position, &replacement);
        let answer = REFUSING.send_to("GET", &damaged, &[], b"");
        prop_assert!((400..500).contains(&answer.status));
        // Had it been accepted, there would be no such key.
        prop_assert_ne!(answer.element("Code"), "NoSuchKey", "{}", damaged);
    }
}
