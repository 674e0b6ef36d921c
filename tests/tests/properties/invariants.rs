//! What holds of every request.

use std::collections::BTreeMap;

use oss_sign::{BufferTooSmall, CanonicalRequest, Method};
use percent_encoding::percent_decode_str;
use proptest::prelude::*;
use sha2::{Digest, Sha256};

use crate::inputs::{Inputs, Version, config, inputs, inputs_and_reordered, version};

/// All ways out give the same text, of the length that was foretold.
macro_rules! assert_same_text {
    ($value:expr) => {{
        let value = $value;
        let shown = value.to_string();
        prop_assert_eq!(value.len(), shown.len());
        let mut buffer = vec![0xaa; shown.len() + 1];
        prop_assert_eq!(value.write_to_slice(&mut buffer), Ok(shown.as_str()));
        prop_assert_eq!(buffer.last(), Some(&0xaa));
        prop_assert_eq!(value.write_to_slice(&mut buffer[..shown.len()]), Ok(shown.as_str()));
        let heapless = value.to_heapless::<8192>();
        prop_assert_eq!(heapless.as_deref(), Ok(shown.as_str()));
    }};
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn all_ways_out_of_a_url_give_the_same_text(inputs in inputs(), version in version()) {
        inputs.presign(version, |url| {
            assert_same_text!(url);
            assert_same_text!(url.path_and_query());
            assert_same_text!(url.host());
            assert_same_text!(url.signature());
            assert_same_text!(url.string_to_sign());
            if let Some(canonical_request) = url.canonical_request() {
                assert_same_text!(canonical_request);
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_batch_makes_the_same_urls(inputs in inputs()) {
        inputs.presign_in_batch(|url| {
            assert_same_text!(url);
            prop_assert_eq!(url.to_string(), inputs.url(Version::V4));
            Ok(())
        })?;
    }

    #[test]
    fn all_ways_out_of_headers_give_the_same_text(inputs in inputs(), version in version()) {
        inputs.sign(version, |signed| {
            for (_, value) in signed.headers() {
                assert_same_text!(value);
            }
            assert_same_text!(signed.authorization());
            assert_same_text!(signed.string_to_sign());
            if let Some(canonical_request) = signed.canonical_request() {
                assert_same_text!(canonical_request);
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_url_is_its_origin_and_its_path_and_query(inputs in inputs(), version in version()) {
        inputs.presign(version, |url| {
            let (scheme, _) = inputs.endpoint.split_once(':').unwrap();
            let parts = format!("{scheme}://{}{}", url.host(), url.path_and_query());
            prop_assert_eq!(url.to_string(), parts);
            Ok(())
        })?;
    }

    #[test]
    fn no_buffer_that_is_too_small_holds_half_a_text(inputs in inputs(), version in version()) {
        inputs.presign(version, |url| {
            let needed = url.len();
            let mut buffer = vec![0; needed];
            for capacity in 0..needed {
                let buffer = &mut buffer[..capacity];
                buffer.fill(0xaa);
                let refused = Err(BufferTooSmall { needed, capacity });
                prop_assert_eq!(url.write_to_slice(buffer), refused);
                prop_assert!(buffer.iter().all(|byte| *byte == 0), "{capacity} of {needed}");
            }
            prop_assert_eq!(url.to_heapless::<64>(), Err(BufferTooSmall { needed, capacity: 64 }));
            Ok(())
        })?;
    }

    #[test]
    fn a_url_has_no_line_end_no_blank_and_no_plus(inputs in inputs(), version in version()) {
        let url = inputs.url(version);
        prop_assert!(url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'+'), "{url}");
    }

    /// Nor does a client that follows the URL standard change anything of it.
    #[test]
    fn a_url_leads_to_the_host_of_the_caller(inputs in inputs(), version in version()) {
        let text = inputs.url(version);
        let url = url::Url::parse(&text).unwrap();
        prop_assert_eq!(url.authority(), inputs.authority());
        prop_assert_eq!(url.as_str(), &text);
        let uri: http::Uri = text.parse().unwrap();
        prop_assert_eq!(uri.authority().unwrap().as_str(), inputs.authority());
        prop_assert_eq!(uri.to_string(), text);
    }

    /// By the grammar of RFC 3986 itself, as libraries tolerate more.
    #[test]
    fn a_url_is_of_the_grammar(inputs in inputs(), version in version()) {
        let url = inputs.url(version);
        let (scheme, rest) = url.split_once("://").unwrap();
        prop_assert!(["http", "https"].contains(&scheme), "{url}");
        let (rest, query) = rest.split_once('?').unwrap();
        let (authority, path) = rest.split_once('/').unwrap();
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.ends_with(']') => (host, port),
            _ => (authority, ""),
        };
        prop_assert!(port.bytes().all(|byte| byte.is_ascii_digit()), "{url}");
        let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
        prop_assert!(host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-:".contains(&byte)));
        prop_assert!(is_pchars_and(path, b"/"), "{url}");
        prop_assert!(is_pchars_and(query, b"/?"), "{url}");
    }

    #[test]
    fn a_url_leads_to_the_key(inputs in inputs(), version in version()) {
        let url = url::Url::parse(&inputs.url(version)).unwrap();
        let path = percent_decode_str(url.path()).decode_utf8().unwrap();
        prop_assert_eq!(path, inputs.path());
    }

    #[test]
    fn a_url_has_the_query_of_the_caller(inputs in inputs(), version in version()) {
        let url = url::Url::parse(&inputs.url(version)).unwrap();
        let sent: BTreeMap<_, _> = url.query_pairs().into_owned().collect();
        let process = inputs.process.iter().map(|style| ("x-oss-process".to_owned(), style.clone()));
        for (name, value) in inputs.query.iter().cloned().chain(process) {
            prop_assert_eq!(sent.get(&name), Some(&value), "{}", name);
        }
        let added = match version { Version::V1 => 3, Version::V4 => 5 };
        let has_additional = inputs.additional.iter().any(|name| name.starts_with("h-"));
        let optional = usize::from(inputs.token.is_some())
            + usize::from(version == Version::V4 && has_additional)
            + usize::from(inputs.process.is_some());
        prop_assert_eq!(sent.len(), inputs.query.len() + added + optional);
    }

    #[test]
    fn headers_can_be_sent(inputs in inputs(), version in version()) {
        inputs.sign(version, |signed| {
            let sent: Vec<(String, String)> =
                signed.headers().map(|(name, value)| (name.to_owned(), value.to_string())).collect();
            for (name, value) in &sent {
                prop_assert!(http::HeaderName::from_bytes(name.as_bytes()).is_ok(), "{name}");
                prop_assert!(http::HeaderValue::from_bytes(value.as_bytes()).is_ok(), "{value:?}");
            }
            for (name, value) in &inputs.headers {
                let trimmed = (name.clone(), value.trim_matches(' ').to_owned());
                prop_assert!(sent.contains(&trimmed), "{name}");
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_url_demands_the_headers_that_it_signs(inputs in inputs(), version in version()) {
        inputs.presign(version, |url| {
            let is_signed = |name: &String| {
                let is_additional = version == Version::V4 && inputs.additional.contains(name);
                !name.starts_with("h-") || is_additional
            };
            let expected: Vec<(&str, &str)> = (inputs.headers.iter())
                .filter(|(name, _)| is_signed(name))
                .map(|(name, value)| (name.as_str(), value.trim_matches(' ')))
                .collect();
            // Both are sorted.
            prop_assert_eq!(url.required_headers().collect::<Vec<_>>(), expected);
            Ok(())
        })?;
    }

    #[test]
    fn the_order_of_the_input_does_not_matter(
        (inputs, reordered) in inputs_and_reordered(),
        version in version(),
    ) {
        prop_assert_eq!(inputs.url(version), reordered.url(version));
        prop_assert_eq!(inputs.authorization(version), reordered.authorization(version));
    }

    #[test]
    fn the_case_of_header_names_does_not_matter(inputs in inputs(), version in version()) {
        let headers = inputs.headers.iter().map(|(name, value)| (name.to_uppercase(), value.clone()));
        let additional = inputs.additional.iter().map(|name| name.to_ascii_uppercase());
        let upper = Inputs {
            headers: headers.collect(),
            additional: additional.collect(),
            ..inputs.clone()
        };
        for changed in [upper.clone(), Inputs { additional: inputs.additional.clone(), ..upper }] {
            prop_assert_eq!(inputs.url(version), changed.url(version));
            prop_assert_eq!(inputs.authorization(version), changed.authorization(version));
        }
    }

    #[test]
    fn v4_signs_every_part_of_a_request(inputs in inputs()) {
        let (by_url, by_headers) =
            (inputs.url_signature(Version::V4), inputs.header_signature(Version::V4));
        for (part, changed) in changed_in_one_part(&inputs) {
            prop_assert_ne!(&changed.url_signature(Version::V4), &by_url, "{}", part);
            prop_assert_ne!(&changed.header_signature(Version::V4), &by_headers, "{}", part);
        }
        for (part, changed) in changed_in_what_only_urls_sign(&inputs) {
            prop_assert_ne!(&changed.url_signature(Version::V4), &by_url, "{}", part);
        }
    }

    #[test]
    fn no_two_requests_have_the_same_canonical_request(inputs in inputs()) {
        let texts = |inputs: &Inputs| {
            let text = |text: Option<CanonicalRequest<'_>>| text.unwrap().to_string();
            let by_url = inputs.presign(Version::V4, |url| text(url.canonical_request()));
            (by_url, inputs.sign(Version::V4, |signed| text(signed.canonical_request())))
        };
        let (by_url, by_headers) = texts(&inputs);
        for (disguise, other) in disguised(&inputs) {
            let (other_by_url, other_by_headers) = texts(&other);
            prop_assert_ne!(&by_url, &other_by_url, "{}", disguise);
            prop_assert_ne!(&by_headers, &other_by_headers, "{}", disguise);
        }
    }

    #[test]
    fn where_it_is_sent_is_never_signed(
        inputs in inputs(),
        elsewhere in inputs(),
        version in version(),
    ) {
        let Inputs { endpoint, addressing, .. } = elsewhere;
        let moved = Inputs { endpoint, addressing, ..inputs.clone() };
        prop_assert_eq!(inputs.url_signature(version), moved.url_signature(version));
    }

    #[test]
    fn headers_that_nobody_wants_signed_are_not(inputs in inputs(), version in version()) {
        let mut more = inputs.clone();
        more.headers.push(("user-agent".to_owned(), "anything".to_owned()));
        prop_assert_eq!(inputs.url(version), more.url(version));
        prop_assert_eq!(inputs.authorization(version), more.authorization(version));
    }

    #[test]
    fn the_string_to_sign_of_v4_ends_with_the_hash_of_the_canonical_request(inputs in inputs()) {
        let check = |string_to_sign: String, canonical_request: String| {
            let hash = hex::encode(Sha256::digest(canonical_request));
            prop_assert_eq!(string_to_sign.lines().last(), Some(hash.as_str()));
            Ok(())
        };
        inputs.presign(Version::V4, |url| {
            let canonical_request = url.canonical_request().unwrap();
            check(url.string_to_sign().to_string(), canonical_request.to_string())
        })?;
        inputs.sign(Version::V4, |signed| {
            let canonical_request = signed.canonical_request().unwrap();
            check(signed.string_to_sign().to_string(), canonical_request.to_string())
        })?;
    }

    #[test]
    fn the_query_of_v4_is_sent_as_it_is_signed(inputs in inputs()) {
        inputs.presign(Version::V4, |url| {
            let sent = url.path_and_query().to_string();
            let (_, sent) = sent.split_once('?').unwrap();
            let signature = format!("&x-oss-signature={}", url.signature());
            let canonical_request = url.canonical_request().unwrap().to_string();
            prop_assert_eq!(canonical_request.split('\n').nth(2), Some(&*sent.replace(&signature, "")));
            let names: Vec<&str> =
                sent.split('&').map(|part| part.split('=').next().unwrap()).collect();
            prop_assert!(names.is_sorted(), "{names:?}");
            Ok(())
        })?;
    }
}

/// Whether the text is made of `pchar` of RFC 3986 and of `more`.
fn is_pchars_and(text: &str, more: &[u8]) -> bool {
    let mut bytes = text.bytes();
    while let Some(byte) = bytes.next() {
        let is_good = match byte {
            b'%' => [bytes.next(), bytes.next()]
                .iter()
                .all(|digit| digit.is_some_and(|digit| digit.is_ascii_hexdigit())),
            _ => {
                byte.is_ascii_alphanumeric()
                    || b"-._~!$&'()*+,;=:@".contains(&byte)
                    || more.contains(&byte)
            }
        };
        if !is_good {
            return false;
        }
    }
    true
}

/// Other requests that would have the same canonical text, were what separates its parts not
/// encoded.
fn disguised(inputs: &Inputs) -> Vec<(&'static str, Inputs)> {
    let mut all = Vec::new();
    let mut disguise = |how, change: &dyn Fn(&mut Inputs)| {
        let mut other = inputs.clone();
        change(&mut other);
        all.push((how, other));
    };
    disguise("`/` of the key within the bucket's part", &|inputs| inputs.key.insert(0, '/'));
    for (index, (name, value)) in inputs.query.iter().enumerate() {
        let whole = if value.is_empty() { name.clone() } else { format!("{name}={value}") };
        disguise("parameter within the key", &|inputs| {
            inputs.query.remove(index);
            inputs.key = format!("{}\n{whole}", inputs.key);
        });
        if !value.is_empty() {
            disguise("value within the name", &|inputs| {
                inputs.query[index] = (whole.clone(), String::new());
            });
        }
        for (earlier, (other_name, other_value)) in inputs.query[..index].iter().enumerate() {
            disguise("parameter within the value of another", &|inputs| {
                inputs.query[earlier] = (other_name.clone(), format!("{other_value}&{whole}"));
                inputs.query.remove(index);
            });
            disguise("parameter within the name of another", &|inputs| {
                let other = format!("{other_name}={other_value}&{name}");
                inputs.query[earlier] = (other, value.clone());
                inputs.query.remove(index);
            });
        }
        if let Some(style) = &inputs.process {
            disguise("parameter within the style", &|inputs| {
                inputs.process = Some(format!("{style}&{whole}"));
                inputs.query.remove(index);
            });
        }
        disguise("encoded once more", &|inputs| inputs.query[index].0 = format!("{name}%20"));
        disguise("not encoded", &|inputs| inputs.query[index].0 = format!("{name} "));
    }
    let is_signed = |name: &String| !name.starts_with("h-") || inputs.additional.contains(name);
    let signed: Vec<usize> =
        (0..inputs.headers.len()).filter(|index| is_signed(&inputs.headers[*index].0)).collect();
    for pair in signed.windows(2) {
        let (name, value) = &inputs.headers[pair[1]];
        disguise("header within the value of another", &|inputs| {
            let joined = format!("{} {name}:{value}", inputs.headers[pair[0]].1);
            inputs.headers[pair[0]].1 = joined;
            inputs.headers.remove(pair[1]);
            inputs.additional.retain(|other| other != name);
        });
    }
    all
}

/// Every way to change one part that V4 signs.
fn changed_in_one_part(inputs: &Inputs) -> Vec<(&'static str, Inputs)> {
    let mut all = Vec::new();
    let mut change = |part, change: &dyn Fn(&mut Inputs)| {
        let mut changed = inputs.clone();
        change(&mut changed);
        all.push((part, changed));
    };
    let other_method = if inputs.method == Method::Put { Method::Get } else { Method::Put };
    change("method", &|inputs| inputs.method = other_method);
    change("bucket", &|inputs| inputs.bucket.push('x'));
    change("key", &|inputs| inputs.key.push('x'));
    change("slash between bucket and key", &|inputs| inputs.key.insert(0, '/'));
    change("process", &|inputs| inputs.process.get_or_insert_default().push('x'));
    change("secret", &|inputs| inputs.secret.push('x'));
    change("token", &|inputs| inputs.token.get_or_insert_default().push('x'));
    change("region", &|inputs| inputs.region.push('x'));
    change("product", &|inputs| inputs.product.push('x'));
    change("second", &|inputs| inputs.now += 1);
    change("day", &|inputs| inputs.now += 86_400);
    let pair = |name: &str| (name.to_owned(), String::new());
    change("one parameter more", &|inputs| inputs.query.push(pair("one-more")));
    change("one header more", &|inputs| inputs.headers.push(pair("x-oss-one-more")));
    change("one additional header more", &|inputs| {
        inputs.headers.push(pair("one-more"));
        inputs.additional.push("one-more".to_owned());
    });
    for index in 0..inputs.query.len() {
        change("parameter name", &|inputs| inputs.query[index].0 = "renamed".to_owned());
        change("parameter value", &|inputs| inputs.query[index].1.push('x'));
        change("one parameter less", &|inputs| drop(inputs.query.remove(index)));
    }
    for (index, (name, _)) in inputs.headers.iter().enumerate() {
        if inputs.additional.contains(name) || !name.starts_with("h-") {
            change("header value", &|inputs| inputs.headers[index].1.push('x'));
            change("one header less", &|inputs| {
                let (name, _) = inputs.headers.remove(index);
                inputs.additional.retain(|other| *other != name);
            });
        }
    }
    for (index, name) in inputs.additional.iter().enumerate() {
        if name.starts_with("h-") {
            change("one additional header less", &|inputs| drop(inputs.additional.remove(index)));
        }
    }
    all
}

fn changed_in_what_only_urls_sign(inputs: &Inputs) -> [(&'static str, Inputs); 2] {
    let mut expires = inputs.clone();
    expires.expires = if inputs.expires == 1 { 2 } else { inputs.expires - 1 };
    let mut access_key_id = inputs.clone();
    access_key_id.access_key_id = format!("x{}", inputs.access_key_id.get(1..).unwrap());
    if access_key_id.access_key_id == inputs.access_key_id {
        access_key_id.access_key_id = "another".to_owned();
    }
    [("expiry", expires), ("AccessKey ID", access_key_id)]
}
