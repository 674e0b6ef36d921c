//! The error that OSS answered with: XML, JSON of its newer APIs, or `x-oss-err`.

use core::fmt;
use std::collections::BTreeMap;

use base64::Engine;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesRef, Event};
use quick_xml::{Reader, XmlVersion};
use serde_json::Value;

/// An error answer is a few KB. What is longer is something else.
pub(crate) const MAX_LENGTH: usize = 1 << 20;

/// OSS nests three deep.
const MAX_DEPTH: usize = 16;

/// The elements of an error answer by name. All names of OSS are unique; those of the outermost
/// level count.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ErrorAnswer(BTreeMap<String, Element>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Element {
    depth: usize,
    text: String,
}

/// Why a text is not an error answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AnswerError {
    Empty,
    TooLong,
    NotXml,
    CutShort,
    TooDeep,
    /// Entities of its own, which nobody needs and attackers use.
    DocumentType,
    Entity,
    NotAnError,
    NotKnown,
}

impl ErrorAnswer {
    /// Reads an answer in whichever form it is, also with the headers of HTTP before it.
    pub(crate) fn read(text: &str) -> Result<Self, AnswerError> {
        if text.len() > MAX_LENGTH {
            return Err(AnswerError::TooLong);
        }
        let text = text.trim_start_matches('\u{feff}').trim();
        if text.is_empty() {
            return Err(AnswerError::Empty);
        }
        let answer = match body(text) {
            xml if xml.starts_with('<') => Self::from_xml(xml)?,
            json if json.starts_with('{') => Self::from_json(json)?,
            encoded => Self::from_xml(decoded(encoded)?.trim())?,
        };
        let is_error = answer.code().is_some() || answer.element("Message").is_some();
        if is_error { Ok(answer) } else { Err(AnswerError::NotAnError) }
    }

    pub(crate) fn element(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(|element| element.text.as_str()).filter(|text| !text.is_empty())
    }

    pub(crate) fn code(&self) -> Option<&str> {
        self.element("Code")
    }

    pub(crate) fn message(&self) -> &str {
        self.element("Message").unwrap_or_default()
    }

    pub(crate) fn ec(&self) -> Option<&str> {
        self.element("EC")
    }

    /// The bytes count if they are there: pages and terminals show the text without its line ends.
    pub(crate) fn string_to_sign(&self) -> Option<String> {
        let bytes = self.element("StringToSignBytes").and_then(from_hex);
        bytes.or_else(|| self.element("StringToSign").map(with_line_ends))
    }

    /// OSS was seen to send it with V4, but does not promise to.
    pub(crate) fn canonical_request(&self) -> Option<String> {
        self.element("CanonicalRequest").map(with_line_ends)
    }

    fn from_xml(xml: &str) -> Result<Self, AnswerError> {
        let mut reader = Reader::from_str(xml);
        let mut answer = Self::default();
        let mut open: Vec<(String, String)> = Vec::new();
        let mut has_root = false;
        loop {
            match reader.read_event().map_err(|error| fault(&error))? {
                Event::Start(start) => {
                    if open.len() >= MAX_DEPTH {
                        return Err(AnswerError::TooDeep);
                    }
                    has_root = true;
                    open.push((start.local_name().as_ref().to_owned(), String::new()));
                }
                Event::End(_) => {
                    if let Some((name, text)) = open.pop() {
                        answer.insert(name, open.len(), text);
                    }
                }
                Event::Text(text) => append(&mut open, &text.xml_content(XmlVersion::Implicit1_0)),
                Event::CData(text) => append(&mut open, &text.xml_content(XmlVersion::Implicit1_0)),
                Event::GeneralRef(reference) => append(&mut open, &resolved(&reference)?),
                Event::DocType(_) => return Err(AnswerError::DocumentType),
                Event::Eof if !open.is_empty() => return Err(AnswerError::CutShort),
                Event::Eof if !has_root => return Err(AnswerError::NotXml),
                Event::Eof => return Ok(answer),
                Event::Empty(_) | Event::Decl(_) | Event::PI(_) | Event::Comment(_) => {}
            }
        }
    }

    /// `{"Error":{…}}` of the vectors API, `{"message":…}` of the tables API, and what STS answers.
    fn from_json(json: &str) -> Result<Self, AnswerError> {
        let value: Value = serde_json::from_str(json).map_err(|error| match error.is_eof() {
            true => AnswerError::CutShort,
            false => AnswerError::NotKnown,
        })?;
        let mut answer = Self::default();
        answer.insert_json(value.get("Error").unwrap_or(&value), 1);
        Ok(answer)
    }

    fn insert_json(&mut self, value: &Value, depth: usize) {
        for (name, value) in value.as_object().into_iter().flatten() {
            match value {
                Value::String(text) => self.insert(capitalized(name), depth, text.clone()),
                Value::Number(number) => self.insert(capitalized(name), depth, number.to_string()),
                // The depth of JSON is bounded by its parser.
                Value::Object(_) => self.insert_json(value, depth.saturating_add(1)),
                _ => {}
            }
        }
    }

    fn insert(&mut self, name: String, depth: usize, text: String) {
        if self.0.get(&name).is_none_or(|known| depth < known.depth) {
            self.0.insert(name, Element { depth, text });
        }
    }
}

/// Of an answer with its headers the body; of a HEAD request, which has none, `x-oss-err`.
fn body(text: &str) -> &str {
    if text.starts_with(['<', '{']) {
        return text;
    }
    let mut lines = text.lines().filter_map(|line| line.split_once(':'));
    let header = lines.find(|(name, _)| name.trim().eq_ignore_ascii_case("x-oss-err"));
    if let Some((_, value)) = header {
        return value.trim();
    }
    let after_headers = text.split_once("\r\n\r\n").or_else(|| text.split_once("\n\n"));
    match after_headers {
        Some((headers, body)) if headers.starts_with("HTTP/") => body.trim(),
        _ => text,
    }
}

/// Clusters differ in the padding.
fn decoded(text: &str) -> Result<String, AnswerError> {
    const CONFIG: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let compact: String = text.split_ascii_whitespace().collect();
    let bytes = GeneralPurpose::new(&STANDARD, CONFIG).decode(compact);
    let bytes = bytes.map_err(|_| AnswerError::NotKnown)?;
    String::from_utf8(bytes).map_err(|_| AnswerError::NotKnown)
}

fn fault(error: &quick_xml::Error) -> AnswerError {
    match error {
        quick_xml::Error::Syntax(_) => AnswerError::CutShort,
        _ => AnswerError::NotXml,
    }
}

fn append(open: &mut [(String, String)], piece: &str) {
    if let Some((_, text)) = open.last_mut() {
        text.push_str(piece);
    }
}

/// The five entities of XML, and characters by number: no others.
fn resolved(reference: &BytesRef<'_>) -> Result<String, AnswerError> {
    if let Some(character) = reference.resolve_char_ref().map_err(|_| AnswerError::Entity)? {
        return Ok(character.to_string());
    }
    let name = reference.xml_content(XmlVersion::Implicit1_0);
    resolve_xml_entity(&name).map(str::to_owned).ok_or(AnswerError::Entity)
}

fn capitalized(name: &str) -> String {
    let mut characters = name.chars();
    let first = characters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(characters).collect()
}

/// `50 55 54 0A` in either case.
fn from_hex(text: &str) -> Option<String> {
    let bytes = text.split_ascii_whitespace().map(|pair| u8::from_str_radix(pair, 16));
    String::from_utf8(bytes.collect::<Result<Vec<u8>, _>>().ok()?).ok()
}

/// Logs and JSON show line ends as `\n`.
fn with_line_ends(text: &str) -> String {
    match text.contains('\n') {
        true => text.replace("\r\n", "\n"),
        false => text.replace(r"\n", "\n"),
    }
}

impl fmt::Display for AnswerError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Empty => "is empty: give the body that OSS answered, or its header x-oss-err",
            Self::TooLong => "is longer than 1 MiB, which no error of OSS is: give its body alone",
            Self::NotXml => "is not well-formed XML: give the body just as it came",
            Self::CutShort => "is cut short: give the whole body",
            Self::TooDeep => "is nested deeper than any error of OSS: give the body that OSS sent",
            Self::DocumentType => {
                "declares a document type, which no error of OSS does: give the body that OSS sent"
            }
            Self::Entity => "has an entity that is not of XML itself: give the body that OSS sent",
            Self::NotAnError => {
                "has neither Code nor Message: give the body that OSS answered with the error"
            }
            Self::NotKnown => {
                "is neither XML nor JSON nor base64 of XML: give the body just as it came"
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error \
        xmlns=\"http://doc.oss-cn-hangzhou.aliyuncs.com\">\n  <Code>SignatureDoesNotMatch</Code>\n  \
        <Message>a &lt; b &amp;amp; c&#33;</Message>\n  <StringToSign>GET\n\n\n1\n/b/k?a=1&amp;b=2\
        </StringToSign>\n  <EC>0002-00000040</EC>\n  <Detail><Code>inner</Code></Detail>\n</Error>";

    /// The same, as the header of an answer to HEAD.
    fn x_oss_err(padding: bool) -> String {
        let encoded = base64::engine::general_purpose::STANDARD.encode(XML);
        if padding { encoded } else { encoded.trim_end_matches('=').to_owned() }
    }

    #[test]
    fn xml() {
        let answer = ErrorAnswer::read(XML).unwrap();
        assert_eq!(answer.code(), Some("SignatureDoesNotMatch"));
        assert_eq!(answer.message(), "a < b &amp; c!");
        assert_eq!(answer.string_to_sign().as_deref(), Some("GET\n\n\n1\n/b/k?a=1&b=2"));
        assert_eq!(answer.ec(), Some("0002-00000040"));
        assert_eq!(answer.element("RequestId"), None);
    }

    #[test]
    fn every_form_of_the_same_answer() {
        let expected = ErrorAnswer::read(XML).unwrap();
        for text in [
            format!("\u{feff}{XML}\r\n"),
            format!("HTTP/1.1 403 Forbidden\r\nserver: AliyunOSS\r\n\r\n{XML}"),
            x_oss_err(true),
            x_oss_err(false),
            format!("HTTP/1.1 403 Forbidden\r\nX-Oss-Err: {}\r\nx-oss-ec: 1\r\n", x_oss_err(true)),
            format!("x-oss-err: {}", x_oss_err(false)),
        ] {
            assert_eq!(ErrorAnswer::read(&text).as_ref(), Ok(&expected), "{text}");
        }
    }

    #[test]
    fn json() {
        let answer = ErrorAnswer::read(r#"{"Error":{"Code":"C","Message":"m","EC":"e"}}"#).unwrap();
        assert_eq!((answer.code(), answer.message(), answer.ec()), (Some("C"), "m", Some("e")));
        let answer = ErrorAnswer::read(r#"{"message":"m"}"#).unwrap();
        assert_eq!((answer.code(), answer.message()), (None, "m"));
    }

    #[test]
    fn the_bytes_count_more_than_the_text() {
        let xml = "<Error><Code>c</Code><StringToSign>PUT 1</StringToSign>\
                   <StringToSignBytes>50 55 54 0a 31 </StringToSignBytes></Error>";
        assert_eq!(ErrorAnswer::read(xml).unwrap().string_to_sign().as_deref(), Some("PUT\n1"));
        let xml = xml.replace("50 55", "XX 55");
        assert_eq!(ErrorAnswer::read(&xml).unwrap().string_to_sign().as_deref(), Some("PUT 1"));
        let xml = r"<Error><Code>c</Code><StringToSign>PUT\n1</StringToSign></Error>";
        assert_eq!(ErrorAnswer::read(xml).unwrap().string_to_sign().as_deref(), Some("PUT\n1"));
    }

    #[test]
    fn what_is_no_answer() {
        let bomb = "<!DOCTYPE lolz [<!ENTITY lol \"lol\"><!ENTITY lol2 \"&lol;&lol;\">]>\
                    <Error><Code>&lol2;</Code></Error>";
        let file = "<!DOCTYPE e [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Error>&x;</Error>";
        let deep = format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000));
        let json_deep = format!("{}1{}", "{\"a\":".repeat(1000), "}".repeat(1000));
        for (text, error) in [
            ("", AnswerError::Empty),
            (" \n", AnswerError::Empty),
            (bomb, AnswerError::DocumentType),
            (file, AnswerError::DocumentType),
            (&deep, AnswerError::TooDeep),
            ("<Error><Code>&lol;</Code></Error>", AnswerError::Entity),
            ("<Error><Code>&#0;</Code></Error>", AnswerError::Entity),
            ("<Error><Code>&#xFFFFFFFF;</Code></Error>", AnswerError::Entity),
            (XML.get(..200).unwrap(), AnswerError::CutShort),
            ("<Error><Code>c</Co", AnswerError::CutShort),
            ("<Error><![CDATA[x", AnswerError::CutShort),
            ("<Error><!-- x", AnswerError::CutShort),
            ("<Error><Code>c</Error>", AnswerError::NotXml),
            ("<!-- nothing -->", AnswerError::NotXml),
            ("<html><body>502</body></html>", AnswerError::NotAnError),
            ("{\"a\":1}", AnswerError::NotAnError),
            ("{\"Error\":{\"Code\":\"c", AnswerError::CutShort),
            (&json_deep, AnswerError::NotKnown),
            ("502 Bad Gateway", AnswerError::NotKnown),
            ("////", AnswerError::NotKnown),
            (&"x".repeat(MAX_LENGTH + 1), AnswerError::TooLong),
        ] {
            let start: String = text.chars().take(60).collect();
            assert_eq!(ErrorAnswer::read(text), Err(error), "{start}");
        }
    }
}
