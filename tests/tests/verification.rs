//! What is signed verifies, however it is spelled; and after any change of what it means, it does
//! not.
#![cfg(test)]

use core::hint::black_box;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use allocation_counter::measure;
use oss_sign::v4::SigningKey;
use oss_sign::verify::{Parsed, Received, ReceivedForm, Refusal, SignatureForm, Slot, Tolerance};
use oss_sign::{
    Addressing, Bucket, Condition, Credentials, DateHeader, Endpoint, Expires, Method, ObjectKey,
    PostPolicy, Region, Request, Resource, Timestamp, v1, v4,
};
use oss_sign_tests::conform::Outcome;
use oss_sign_tests::record::read_lines;
use oss_sign_tests::verification::verify_line;
use percent_encoding::percent_decode_str;
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

const NOW: u64 = 1_700_000_000;

/// All that a caller can say, owned.
#[derive(Clone, Debug)]
struct Inputs {
    form: SignatureForm,
    method: Method,
    bucket: String,
    key: String,
    query: Vec<(String, String)>,
    headers: Vec<(String, String)>,
    /// Names of some of the headers.
    additional: Vec<String>,
    token: Option<String>,
    addressing: Addressing,
    date_header: DateHeader,
}

/// A request on its way.
#[derive(Clone, Debug)]
struct Sent {
    method: String,
    path_and_query: String,
    headers: Vec<(String, Vec<u8>)>,
    /// Of the host.
    bucket: Option<String>,
}

impl Inputs {
    fn credentials(&self) -> Credentials<'_> {
        let pair = Credentials::new("LTAI5tExampleKeyId", "example-secret").unwrap();
        match &self.token {
            Some(token) => pair.with_security_token(token).unwrap(),
            None => pair,
        }
    }

    fn is_url(&self) -> bool {
        matches!(self.form, SignatureForm::V4Url | SignatureForm::V1Url)
    }

    fn is_v1(&self) -> bool {
        matches!(self.form, SignatureForm::V1Header | SignatureForm::V1Url)
    }

    fn send(&self) -> Sent {
        let bucket = Bucket::new(&self.bucket).unwrap();
        let resource = Resource::Object(bucket, ObjectKey::verbatim(&self.key).unwrap());
        let (query, headers) = (borrowed(&self.query), borrowed(&self.headers));
        let additional: Vec<&str> = self.additional.iter().map(String::as_str).collect();
        let mut request = Request::new(self.method, resource).query(&query).headers(&headers);
        if !self.is_v1() {
            request = request.additional_headers(&additional);
        }
        let region = Region::new("cn-hangzhou").unwrap();
        let endpoint = Endpoint::public(&region).with_addressing(self.addressing);
        let (path_and_query, added) = self.sign(&request, &endpoint);
        let host = ("host".to_owned(), endpoint.host(resource).to_string());
        let sent = self.headers.iter().cloned().chain(added).chain([host]);
        Sent {
            method: self.method.as_str().to_owned(),
            path_and_query,
            headers: sent.map(|(name, value)| (name, value.into_bytes())).collect(),
            bucket: (self.addressing != Addressing::PathStyle).then(|| self.bucket.clone()),
        }
    }

    /// Path with query, and the headers that the signature adds.
    fn sign(&self, request: &Request<'_>, at: &Endpoint<'_>) -> (String, Vec<(String, String)>) {
        let key = signing_key(&self.credentials());
        let v4 = v4::Signer::new(self.credentials(), &key).with_date_header(self.date_header);
        let v1 = v1::Signer::new(self.credentials()).with_date_header(self.date_header);
        if self.is_url() {
            let url = match self.is_v1() {
                true => v1.presign(request, at, now(), Expires::default()),
                false => v4.presign(request, at, now(), Expires::default()),
            };
            return (url.unwrap().path_and_query().to_string(), Vec::new());
        }
        let signed = if self.is_v1() { v1.sign(request, now()) } else { v4.sign(request, now()) };
        let signed = signed.unwrap();
        let given: BTreeSet<&str> = self.headers.iter().map(|(name, _)| name.as_str()).collect();
        let added = signed.headers().filter(|(name, _)| !given.contains(name));
        let added = added.map(|(name, value)| (name.to_owned(), value.to_string())).collect();
        (signed.url(at).path_and_query().to_string(), added)
    }
}

impl Sent {
    fn parse<R>(
        &self,
        slots: [usize; 2],
        read: impl FnOnce(Result<&Parsed<'_, '_>, Refusal>) -> R,
    ) -> R {
        let headers: Vec<(&str, &[u8])> =
            self.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        let received = Received::new(&self.method, &self.path_and_query, &headers);
        let [mut parameters, mut signed] = slots.map(|count| vec![Slot::default(); count]);
        match received.parse(&mut parameters, &mut signed) {
            Ok(parsed) => read(Ok(&parsed)),
            Err(refusal) => read(Err(refusal)),
        }
    }

    fn verify(&self, credentials: &Credentials<'_>) -> Result<(), Refusal> {
        let bucket = self.bucket.as_deref().map(|name| Bucket::new(name).unwrap());
        self.parse([64, 64], |parsed| {
            parsed?.verify(bucket, credentials, now(), Tolerance::default())
        })
    }

    fn values(&self, name: &str) -> Vec<Vec<u8>> {
        let named = self.headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
        named.map(|(_, value)| trimmed(value)).collect()
    }

    /// Name and value of every parameter, decoded.
    fn parameters(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let (_, query) = self.path_and_query.split_once('?').unwrap_or_default();
        let decoded = |text: &str| percent_decode_str(&text.replace('+', "%20")).collect();
        let parameters = query.split('&').filter(|parameter| !parameter.is_empty());
        let mut parameters: Vec<_> = parameters
            .map(|parameter| parameter.split_once('=').unwrap_or((parameter, "")))
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect();
        parameters.sort();
        parameters
    }

    /// What of the request is signed, and its signature: decoded, in one order, and without what
    /// does not matter. Two requests that mean the same are both accepted or both refused.
    ///
    /// So these do not matter: the spelling of percent-encoding (`%2f`, `%2F`), `+` or `%20` for a
    /// blank in the query, `acl` or `acl=`, the letter case of header names, white space around
    /// their values, the order of parameters, and that of headers of unlike names; blanks around
    /// the fields of V4's `Authorization`; headers that are not signed; and in V1 parameters that
    /// are no sub-resources, and a `Content-Type` or `Content-MD5` that is empty.
    fn meaning(&self, form: SignatureForm) -> Meaning {
        let is_v1 = matches!(form, SignatureForm::V1Header | SignatureForm::V1Url);
        let path = self.path_and_query.split('?').next().unwrap();
        let mut parameters = self.parameters();
        let additional = self.additional_headers();
        let mut headers = BTreeMap::<String, Vec<Vec<u8>>>::new();
        for (name, value) in &self.headers {
            let name = name.to_ascii_lowercase();
            let is_default = name.starts_with("x-oss-")
                || ["content-type", "content-md5"].contains(&name.as_str());
            if is_default || (!is_v1 && additional.contains(&name)) {
                headers.entry(name).or_default().push(trimmed(value));
            }
        }
        if is_v1 {
            parameters.retain(|(name, _)| is_read_by_v1(name));
            let is_empty = |values: &[Vec<u8>]| values.iter().all(Vec::is_empty);
            headers.retain(|name, values| name.starts_with("x-oss-") || !is_empty(values));
        }
        let fields = |authorization: &Vec<u8>| -> Vec<String> {
            let text = String::from_utf8_lossy(authorization).into_owned();
            let (scheme, fields) = text.split_once(' ').unwrap_or((&text, ""));
            let mut fields: Vec<String> = match is_v1 {
                true => vec![fields.to_owned()],
                false => fields.split(',').map(|field| field.trim().to_owned()).collect(),
            };
            fields.sort();
            fields.insert(0, scheme.to_owned());
            fields
        };
        let is_url = matches!(form, SignatureForm::V4Url | SignatureForm::V1Url);
        let date = ["x-oss-date", "date"].iter().map(|name| self.values(name));
        Meaning {
            method: self.method.clone(),
            path: percent_decode_str(path).collect(),
            parameters,
            headers,
            date: date.filter(|_| !is_url).find(|values| !values.is_empty()),
            authorization: self.values("authorization").iter().map(fields).collect(),
        }
    }

    /// The names that the request itself says are signed.
    fn additional_headers(&self) -> Vec<String> {
        let from_query = self.parameters().into_iter();
        let from_query = from_query.filter(|(name, _)| name == b"x-oss-additional-headers");
        let from_query = from_query.map(|(_, value)| value);
        let from_header = self.values("authorization").into_iter().flat_map(|value| {
            let fields = String::from_utf8_lossy(&value).into_owned();
            let fields: Vec<String> =
                fields.split(',').map(|field| field.trim().to_owned()).collect();
            fields
        });
        let from_header = from_header.filter_map(|field| {
            field.split_once("AdditionalHeaders=").map(|(_, list)| list.to_owned())
        });
        let lists = from_query.map(|list| String::from_utf8_lossy(&list).into_owned());
        lists
            .chain(from_header)
            .flat_map(|list| list.split(';').map(str::to_owned).collect::<Vec<_>>())
            .collect()
    }

    /// All that a byte can be changed of: method, path and query, header names and values.
    fn rows(&self) -> Vec<Vec<u8>> {
        let texts = [&self.method, &self.path_and_query].map(|text| text.clone().into_bytes());
        let headers = self.headers.iter().cloned();
        texts
            .into_iter()
            .chain(headers.flat_map(|(name, value)| [name.into_bytes(), value]))
            .collect()
    }

    fn len(&self) -> usize {
        self.rows().iter().map(Vec::len).sum()
    }

    /// The same request with another byte at this position; `None` if it is no text any more.
    fn with_byte(&self, position: usize, change: impl FnOnce(u8) -> u8) -> Option<Self> {
        let (mut rows, mut position) = (self.rows(), position);
        let row = rows.iter_mut().find(|row| {
            let is_here = position < row.len();
            position -= if is_here { 0 } else { row.len() };
            is_here
        })?;
        row[position] = change(row[position]);
        let mut rows = rows.into_iter();
        let mut text = || String::from_utf8(rows.next()?).ok();
        let (method, path_and_query) = (text()?, text()?);
        let mut headers = Vec::new();
        while let (Some(name), Some(value)) = (rows.next(), rows.next()) {
            headers.push((String::from_utf8(name).ok()?, value));
        }
        Some(Self { method, path_and_query, headers, bucket: self.bucket.clone() })
    }
}

#[derive(Clone, Debug, PartialEq)]
struct Meaning {
    method: String,
    path: Vec<u8>,
    parameters: Vec<(Vec<u8>, Vec<u8>)>,
    headers: BTreeMap<String, Vec<Vec<u8>>>,
    date: Option<Vec<Vec<u8>>>,
    authorization: Vec<Vec<String>>,
}

/// Whether a parameter is a sub-resource, which the signing side tells, or of the signature.
fn is_read_by_v1(name: &[u8]) -> bool {
    if name.starts_with(b"x-oss-") {
        return true;
    }
    let Ok(name) = str::from_utf8(name) else { return false };
    if ["Expires", "OSSAccessKeyId", "Signature", "security-token"].contains(&name) {
        return true;
    }
    let query = [(name, "")];
    let request = Request::new(Method::Get, Resource::Service).query(&query);
    let signer = v1::Signer::new(Credentials::new("id", "secret").unwrap());
    let signed = signer.sign(&request, now());
    signed.is_ok_and(|signed| signed.string_to_sign().to_string().ends_with(&format!("/?{name}")))
}

fn trimmed(value: &[u8]) -> Vec<u8> {
    let is_text = |byte: &u8| !matches!(byte, b' ' | b'\t');
    let start = value.iter().position(is_text).unwrap_or(value.len());
    let end = value.iter().rposition(is_text).map_or(start, |last| last + 1);
    value[start..end].to_vec()
}

fn borrowed(pairs: &[(String, String)]) -> Vec<(&str, &str)> {
    pairs.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

fn now() -> Timestamp {
    Timestamp::from_unix_seconds(NOW).unwrap()
}

fn signing_key(credentials: &Credentials<'_>) -> SigningKey {
    SigningKey::derive(credentials, &Region::new("cn-hangzhou").unwrap(), now())
}

/// Text with much of what makes encoding difficult.
fn text() -> impl Strategy<Value = String> {
    let special: Vec<char> = " +%/?#&=.~-_!*'()\"<>\\^`{|}:;,@$[]\u{7f}中é😀".chars().collect();
    let character = prop_oneof![2 => proptest::char::range('a', 'z'), 1 => select(special)];
    vec(character, 0..10).prop_map(String::from_iter)
}

fn key() -> impl Strategy<Value = String> {
    text().prop_filter("cannot be sent", |key| !["", ".", ".."].contains(&key.as_str()))
}

fn query() -> impl Strategy<Value = Vec<(String, String)>> {
    let known = select(vec!["acl", "uploads", "versionId", "x-oss-traffic-limit", "prefix"]);
    let name = prop_oneof![known.prop_map(str::to_owned), text()];
    let name = name.prop_filter("is another's", |name| !name.is_empty());
    btree_map(name, text(), 0..4).prop_map(Vec::from_iter)
}

/// Headers, in any case, and some of their names.
fn headers() -> impl Strategy<Value = (Vec<(String, String)>, Vec<String>)> {
    let name = prop_oneof!["x-oss-meta-[a-z]", "content-(type|md5)", "h-[a-z]"];
    let value = prop_oneof!["[ -~]{0,8}", " ?[ -~é]{0,8}\t?"];
    btree_map(name, (value, any::<bool>(), any::<bool>()), 0..4).prop_map(|headers| {
        let additional = headers.iter().filter(|(_, (_, is_additional, _))| *is_additional);
        let additional = additional.map(|(name, _)| name.clone()).collect();
        let headers = headers.into_iter().map(|(name, (value, _, is_upper))| {
            (if is_upper { name.to_ascii_uppercase() } else { name }, value)
        });
        (headers.collect(), additional)
    })
}

fn inputs() -> impl Strategy<Value = Inputs> {
    use Addressing::{Cname, PathStyle, VirtualHosted};
    use Method::{Delete, Get, Head, Options, Post, Put};
    use SignatureForm::{V1Header, V1Url, V4Header, V4Url};
    let what = (
        select(vec![V4Header, V4Url, V1Header, V1Url]),
        select(vec![Delete, Get, Head, Options, Post, Put]),
        "[a-z0-9]{3,9}",
        key(),
    );
    let how = (
        query(),
        headers(),
        option::of("[!-~]{1,20}"),
        select(vec![VirtualHosted, PathStyle, Cname]),
        select(vec![DateHeader::Date, DateHeader::XOssDate]),
    );
    (what, how).prop_map(|((form, method, bucket, key), how)| {
        let (query, (headers, additional), token, addressing, date_header) = how;
        Inputs {
            form,
            method,
            bucket,
            key,
            query,
            headers,
            additional,
            token,
            addressing,
            date_header,
        }
    })
}

/// A request, and the same with parameters and headers in another order.
fn sent_and_reordered() -> impl Strategy<Value = (Inputs, Sent)> {
    inputs().prop_flat_map(|inputs| {
        let sent = inputs.send();
        let (path, query) =
            sent.path_and_query.split_once('?').unwrap_or((&sent.path_and_query, ""));
        let path = path.to_owned();
        let parameters: Vec<String> = query.split('&').map(str::to_owned).collect();
        let shuffled = (Just(parameters).prop_shuffle(), Just(sent.headers.clone()).prop_shuffle());
        shuffled.prop_map(move |(parameters, headers)| {
            let path_and_query = format!("{path}?{}", parameters.join("&"));
            (inputs.clone(), Sent { path_and_query, headers, ..sent.clone() })
        })
    })
}

/// The same text in another spelling, byte by byte as `choices` say.
fn respelled(text: &str, is_query: bool, choices: &[u8]) -> String {
    let mut choices = choices.iter().cycle();
    let mut choose = || *choices.next().unwrap();
    let mut respelled = String::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = if first == '%' { 3 } else { first.len_utf8() };
        let (piece, tail) = rest.split_at(length);
        rest = tail;
        match (piece, choose() % 4) {
            ("%20", 0 | 1) if is_query => respelled.push('+'),
            (_, 0) if first == '%' => respelled.push_str(&piece.to_ascii_lowercase()),
            (_, 1) if first.is_ascii_alphanumeric() => {
                respelled.push_str(&format!("%{:02X}", u32::from(first)));
            }
            _ => respelled.push_str(piece),
        }
    }
    respelled
}

fn respelled_request(sent: &Sent, choices: &[u8]) -> Sent {
    let (path, query) = sent.path_and_query.split_once('?').unwrap_or((&sent.path_and_query, ""));
    let parameters = query.split('&').filter(|parameter| !parameter.is_empty());
    let parameters: Vec<String> = parameters
        .zip(choices.iter().cycle())
        .map(|(parameter, choice)| match parameter.split_once('=') {
            Some((name, value)) => {
                format!("{}={}", respelled(name, true, choices), respelled(value, true, choices))
            }
            None if choice % 2 == 0 => format!("{parameter}="),
            None => format!("{parameter}&"),
        })
        .collect();
    let headers = sent.headers.iter().zip(choices.iter().cycle()).map(|((name, value), choice)| {
        let (before, after): (&[u8], &[u8]) =
            if choice % 3 == 0 { (b" \t", b" ") } else { (b"", b"") };
        let name = if choice % 2 == 0 { name.to_ascii_uppercase() } else { name.clone() };
        (name, [before, value, after].concat())
    });
    Sent {
        path_and_query: format!("{}?{}", respelled(path, false, choices), parameters.join("&")),
        headers: headers.collect(),
        ..sent.clone()
    }
}

fn config() -> ProptestConfig {
    // A case that fails belongs into the code, as a test of its own.
    ProptestConfig { failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn what_is_signed_verifies(inputs in inputs()) {
        let sent = inputs.send();
        prop_assert_eq!(sent.verify(&inputs.credentials()), Ok(()));
        let (form, id) = sent.parse([64, 64], |parsed| {
            parsed.map(|parsed| (parsed.form(), parsed.access_key_id().to_owned())).unwrap()
        });
        prop_assert_eq!(form, inputs.form);
        prop_assert_eq!(id, "LTAI5tExampleKeyId");
    }

    #[test]
    fn what_is_signed_verifies_with_a_key_that_is_at_hand(inputs in inputs()) {
        let sent = inputs.send();
        let key = signing_key(&inputs.credentials());
        let bucket = sent.bucket.as_deref().map(|name| Bucket::new(name).unwrap());
        let verified = sent.parse([64, 64], |parsed| {
            parsed.unwrap().verify_with_key(bucket, &key, now(), Tolerance::default())
        });
        let expected = if inputs.is_v1() { Err(Refusal::V1NotAllowed) } else { Ok(()) };
        prop_assert_eq!(verified, expected);
    }

    /// For each byte of the request another one that was drawn, and the same letter in the other
    /// case: accepted if and only if the request still means the same.
    #[test]
    fn a_change_of_any_byte_is_noticed_unless_it_means_the_same(
        inputs in inputs(),
        drawn in vec(prop_oneof![
            2 => select(b" +%/?#&=.;,:_-~\t0aA".to_vec()),
            1 => b' '..0x7f,
            1 => 0x80_u8..,
        ], 7),
    ) {
        let (sent, credentials) = (inputs.send(), inputs.credentials());
        let meaning = sent.meaning(inputs.form);
        for position in 0..sent.len() {
            let other = drawn[position % drawn.len()];
            let changes: [Box<dyn Fn(u8) -> u8>; 2] =
                [Box::new(|_| other), Box::new(|byte| byte ^ 0x20 & byte.wrapping_shr(1))];
            for change in changes {
                let Some(changed) = sent.with_byte(position, change) else { continue };
                let is_same = changed.meaning(inputs.form) == meaning;
                let verified = changed.verify(&credentials);
                prop_assert_eq!(verified.is_ok(), is_same, "{:?} {:?}", changed, verified);
            }
        }
    }

    #[test]
    fn the_order_on_the_wire_does_not_matter((inputs, reordered) in sent_and_reordered()) {
        prop_assert_eq!(reordered.verify(&inputs.credentials()), Ok(()), "{:?}", reordered);
    }

    #[test]
    fn spelling_does_not_matter(inputs in inputs(), choices in vec(any::<u8>(), 13)) {
        let respelled = respelled_request(&inputs.send(), &choices);
        prop_assert_eq!(respelled.verify(&inputs.credentials()), Ok(()), "{:?}", respelled);
    }

    #[test]
    fn another_secret_another_bucket_and_another_method_are_refused(inputs in inputs()) {
        let sent = inputs.send();
        let credentials = Credentials::new("LTAI5tExampleKeyId", "another-secret").unwrap();
        let credentials = match &inputs.token {
            Some(token) => credentials.with_security_token(token).unwrap(),
            None => credentials,
        };
        prop_assert_eq!(sent.verify(&credentials), Err(Refusal::SignatureDoesNotMatch));
        let elsewhere = Sent { bucket: Some("another".to_owned()), ..sent.clone() };
        let nowhere = Sent { method: "PATCH".to_owned(), ..sent };
        for sent in [elsewhere, nowhere] {
            let verified = sent.verify(&inputs.credentials());
            prop_assert_eq!(verified, Err(Refusal::SignatureDoesNotMatch));
        }
    }

    #[test]
    fn each_version_refuses_the_signature_of_the_other(inputs in inputs()) {
        use SignatureForm::{V1Header, V1Url, V4Header, V4Url};
        let pair = if inputs.is_url() { [V4Url, V1Url] } else { [V4Header, V1Header] };
        let [v4, v1] = pair.map(|form| Inputs { form, ..inputs.clone() }.send());
        let [v4_signature, v1_signature] = [&v4, &v1].map(signature);
        for (sent, own, other) in
            [(&v4, &v4_signature, &v1_signature), (&v1, &v1_signature, &v4_signature)]
        {
            let swapped = Sent {
                path_and_query: sent.path_and_query.replace(own, other),
                headers: sent.headers.iter().map(|(name, value)| match name.as_str() {
                    "authorization" => {
                        let value = String::from_utf8(value.clone()).unwrap();
                        (name.clone(), value.replace(own, other).into_bytes())
                    }
                    _ => (name.clone(), value.clone()),
                }).collect(),
                ..sent.clone()
            };
            let verified = swapped.verify(&inputs.credentials());
            prop_assert_eq!(verified, Err(Refusal::SignatureDoesNotMatch));
        }
    }

    #[test]
    fn too_few_slots_are_answered_with_just_how_many_it_takes(inputs in inputs()) {
        let sent = inputs.send();
        let mut slots = [0, 0];
        let needed = loop {
            match sent.parse(slots, |parsed| parsed.map(|_| ())) {
                Ok(()) => break slots,
                Err(Refusal::ParameterSlots { needed }) => {
                    prop_assert!(needed > slots[0]);
                    slots[0] = needed;
                }
                Err(Refusal::HeaderSlots { needed }) => {
                    prop_assert!(needed > slots[1]);
                    slots[1] = needed;
                }
                Err(other) => panic!("{other}"),
            }
        };
        for index in [0, 1] {
            let mut fewer = needed;
            let Some(one_less) = fewer[index].checked_sub(1) else { continue };
            fewer[index] = one_less;
            let refused = sent.parse(fewer, |parsed| parsed.map(|_| ()).unwrap_err());
            let expected = [
                Refusal::ParameterSlots { needed: needed[0] },
                Refusal::HeaderSlots { needed: needed[1] },
            ];
            prop_assert_eq!(refused, expected[index]);
        }
    }

    #[test]
    fn parsing_and_verifying_allocate_nothing(inputs in inputs()) {
        let (sent, credentials) = (inputs.send(), inputs.credentials());
        let bucket = sent.bucket.as_deref().map(|name| Bucket::new(name).unwrap());
        let headers: Vec<(&str, &[u8])> =
            sent.headers.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        let info = measure(|| {
            let received = Received::new(&sent.method, &sent.path_and_query, &headers);
            let (mut parameters, mut signed) = ([Slot::default(); 32], [Slot::default(); 16]);
            let parsed = received.parse(&mut parameters, &mut signed).unwrap();
            parsed.verify(bucket, &credentials, now(), Tolerance::default()).unwrap();
            black_box(&parsed);
        });
        prop_assert_eq!((info.count_total, info.bytes_total), (0, 0));
    }

    #[test]
    fn nothing_that_arrives_makes_it_panic(
        method in any::<String>(),
        path in any::<String>(),
        parameters in vec((parameter_name(), any::<String>()), 0..8),
        headers in vec((header_name(), vec(any::<u8>(), 0..40)), 0..8),
        bucket in any::<bool>(),
    ) {
        let query: Vec<String> =
            parameters.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let sent = Sent {
            method,
            path_and_query: format!("{path}?{}", query.join("&")),
            headers,
            bucket: bucket.then(|| "examplebucket".to_owned()),
        };
        read_all(&sent);
    }

    /// Nearer to what is accepted than arbitrary bytes ever come.
    #[test]
    fn nothing_that_arrives_broken_makes_it_panic(
        inputs in inputs(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
    ) {
        let mut sent = inputs.send();
        for (index, byte) in changes {
            let position = index.index(sent.len());
            sent = sent.with_byte(position, |_| byte).unwrap_or(sent);
        }
        read_all(&sent);
    }

    #[test]
    fn no_form_that_arrives_makes_it_panic(
        fields in vec((field_name(), vec(any::<u8>(), 0..80)), 0..10),
    ) {
        let fields: Vec<(&str, &[u8])> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
        if let Ok(parsed) = ReceivedForm::new(&fields).parse() {
            let credentials = Credentials::new("id", "secret").unwrap();
            let verified = parsed.verify(&credentials, now(), Tolerance::default());
            prop_assert!(verified.is_err());
        }
    }

    /// Any byte of a field of the signature, but for the hour in `x-oss-date`: it is in the policy,
    /// which nobody reads here. The letter case of names does not matter.
    #[test]
    fn a_change_of_any_byte_of_a_form_is_noticed(is_v1 in any::<bool>(), byte in b' '..0x7f) {
        let fields = form(is_v1, now());
        prop_assert_eq!(verify_form(&fields, now()), Ok(()));
        for (index, (name, value)) in fields.iter().enumerate() {
            for at in 0..value.len() {
                let mut changed = fields.clone();
                let mut bytes = value.clone().into_bytes();
                let is_same = bytes[at] == byte;
                bytes[at] = byte;
                changed[index].1 = String::from_utf8(bytes).unwrap();
                let verified = verify_form(&changed, now());
                match name.as_str() {
                    "x-oss-date" if at > "20231114".len() => {}
                    "key" => prop_assert_eq!(verified, Ok(())),
                    _ => prop_assert_eq!(verified.is_ok(), is_same, "{} {}", name, at),
                }
            }
            let mut renamed = fields.clone();
            renamed[index].0 = name.to_ascii_uppercase();
            prop_assert_eq!(verify_form(&renamed, now()), Ok(()));
        }
    }
}

/// The text of the signature, as it was sent.
fn signature(sent: &Sent) -> String {
    let query = sent.path_and_query.split(['?', '&']);
    let in_query = query.filter_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        ["Signature", "x-oss-signature"].contains(&name).then(|| value.to_owned())
    });
    let in_header = sent.values("authorization").into_iter().filter_map(|value| {
        let value = String::from_utf8(value).unwrap();
        let v4 = value.split_once("Signature=").map(|(_, signature)| signature.to_owned());
        v4.or_else(|| value.split_once(':').map(|(_, signature)| signature.to_owned()))
    });
    in_query.chain(in_header).next().unwrap()
}

fn parameter_name() -> impl Strategy<Value = String> {
    let known = select(vec![
        "x-oss-additional-headers",
        "x-oss-credential",
        "x-oss-date",
        "x-oss-expires",
        "x-oss-signature",
        "x-oss-signature-version=OSS4-HMAC-SHA256&a",
        "Expires",
        "OSSAccessKeyId",
        "Signature",
        "security-token",
    ]);
    prop_oneof![3 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

fn header_name() -> impl Strategy<Value = String> {
    let known = select(vec!["authorization", "date", "x-oss-date", "x-oss-security-token"]);
    prop_oneof![3 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

fn field_name() -> impl Strategy<Value = String> {
    let known = select(vec![
        "OSSAccessKeyId",
        "Signature",
        "policy",
        "x-oss-credential",
        "x-oss-date",
        "x-oss-signature",
        "file",
    ]);
    prop_oneof![5 => known.prop_map(str::to_owned), 1 => any::<String>()]
}

/// Does with a request all that can be done.
fn read_all(sent: &Sent) {
    let bucket = sent.bucket.as_deref().map(|name| Bucket::new(name).unwrap());
    let credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret").unwrap();
    let key = signing_key(&credentials);
    for slots in [[64, 64], [3, 64], [64, 2], [0, 0]] {
        sent.parse(slots, |parsed| match parsed {
            Ok(parsed) => {
                black_box(parsed.canonical_request(bucket).map(|text| text.to_string()));
                black_box(parsed.string_to_sign(bucket).to_string());
                let tolerance = Tolerance::from_seconds(u32::MAX);
                let _ = black_box(parsed.verify(bucket, &credentials, now(), tolerance));
                let _ = black_box(parsed.verify_with_key(bucket, &key, now(), tolerance));
            }
            Err(refusal) => {
                black_box((refusal.to_string(), refusal.code(), refusal.status()));
            }
        });
    }
}

/// The fields of a signed form, as they arrive.
fn form(is_v1: bool, signed_at: Timestamp) -> Vec<(String, String)> {
    let credentials = form_credentials();
    let key = SigningKey::derive(&credentials, &Region::new("cn-hangzhou").unwrap(), signed_at);
    let conditions = [
        Condition::StartsWith("key", "user/eric/"),
        Condition::ContentLengthRange { min: 1, max: 10 << 20 },
    ];
    let policy = PostPolicy::new(Bucket::new("examplebucket").unwrap()).conditions(&conditions);
    let expires = Expires::after_seconds(600);
    let form = match is_v1 {
        true => v1::Signer::new(credentials).sign_policy(&policy, signed_at, expires),
        false => v4::Signer::new(credentials, &key).sign_policy(&policy, signed_at, expires),
    };
    let form = form.unwrap();
    let key = [("key".to_owned(), "user/eric/cat.jpg".to_owned())];
    let signed = form.fields().map(|(name, value)| (name.to_owned(), value.to_string()));
    key.into_iter().chain(signed).collect()
}

fn form_credentials() -> Credentials<'static> {
    let pair = Credentials::new("LTAI5tExampleKeyId", "example-secret").unwrap();
    pair.with_security_token("CAISexample+token/==").unwrap()
}

fn verify_form(fields: &[(String, String)], now: Timestamp) -> Result<(), Refusal> {
    let fields: Vec<(&str, &[u8])> =
        fields.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    let parsed = ReceivedForm::new(&fields).parse()?;
    parsed.verify(&form_credentials(), now, Tolerance::default())
}

#[test]
fn a_form_says_who_signed_it_and_when() {
    for is_v1 in [false, true] {
        let fields = form(is_v1, now());
        let fields: Vec<(&str, &[u8])> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let parsed = ReceivedForm::new(&fields).parse().unwrap();
        assert_eq!(parsed.access_key_id(), "LTAI5tExampleKeyId");
        assert!(parsed.has_security_token());
        assert!(parsed.policy().starts_with("eyJleHBpcmF0aW9uIjoi"));
        let scope = parsed.scope().map(ToString::to_string);
        let v4 = ("20231114/cn-hangzhou/oss/aliyun_v4_request".to_owned(), now());
        let (form, v4) = match is_v1 {
            true => (SignatureForm::V1Post, None),
            false => (SignatureForm::V4Post, Some(v4)),
        };
        assert_eq!((parsed.form(), scope.zip(parsed.signed_at())), (form, v4));
        let key = signing_key(&form_credentials());
        let verified = parsed.verify_with_key(&key, now(), Tolerance::default());
        assert_eq!(verified, if is_v1 { Err(Refusal::V1NotAllowed) } else { Ok(()) });
    }
}

#[test]
fn debug_of_a_form_shows_neither_token_nor_signature() {
    for is_v1 in [false, true] {
        let fields = form(is_v1, now());
        let fields: Vec<(&str, &[u8])> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let received = ReceivedForm::new(&fields);
        let shown = format!("{received:?} {:?}", received.parse().unwrap());
        let is_hidden = |name: &str| name.ends_with("token") || name.ends_with("ignature");
        for (_, value) in fields.iter().filter(|(name, _)| is_hidden(name)) {
            let as_text = str::from_utf8(value).unwrap();
            let as_bytes = format!("{value:?}");
            assert!(!shown.contains(as_text) && !shown.contains(&as_bytes), "{shown}");
        }
        assert!(shown.contains("LTAI5tExampleKeyId"), "{shown}");
    }
}

#[test]
fn a_form_allocates_nothing() {
    for is_v1 in [false, true] {
        let fields = form(is_v1, now());
        let fields: Vec<(&str, &[u8])> =
            fields.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
        let info = measure(|| {
            let parsed = ReceivedForm::new(&fields).parse().unwrap();
            parsed.verify(&form_credentials(), now(), Tolerance::default()).unwrap();
        });
        assert_eq!((info.count_total, info.bytes_total), (0, 0));
    }
}

#[test]
fn what_is_no_path_does_not_prolong_the_bucket() {
    let sent = |path: &str, bucket: &str| Sent {
        method: "GET".to_owned(),
        path_and_query: format!(
            "{path}?Expires={NOW}&OSSAccessKeyId=id&Signature=VRlRHXdpDCLTRDCNhCJNCoV5yYE%3D"
        ),
        headers: Vec::new(),
        bucket: Some(bucket.to_owned()),
    };
    let text = |sent: Sent| {
        let bucket = Bucket::new(sent.bucket.as_ref().unwrap()).unwrap();
        sent.parse([8, 8], |parsed| parsed.unwrap().string_to_sign(Some(bucket)).to_string())
    };
    assert!(text(sent("/cat", "examplebucket")).ends_with("\n/examplebucket/cat"));
    assert!(text(sent("bucket/cat", "example")).ends_with("\n/example/bucket/cat"));
    assert!(text(sent("", "example")).ends_with("\n/example/"));
}

#[test]
fn what_the_sdks_sent_is_accepted() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let mut passed = 0;
    for entry in fs::read_dir(vectors).unwrap() {
        let path = entry.unwrap().path();
        if !path.to_string_lossy().contains(".jsonl") {
            continue;
        }
        for (number, line) in (1..).zip(read_lines(&path).unwrap()) {
            match verify_line(&line) {
                Outcome::Passed => passed += 1,
                Outcome::Skipped(_) => {}
                Outcome::Failed(mismatch) => panic!("{}:{number}: {mismatch:#?}", path.display()),
            }
        }
    }
    assert_eq!(passed, 17_123);
}
