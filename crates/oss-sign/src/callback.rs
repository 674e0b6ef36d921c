//! Upload callbacks: what OSS signs when it calls an application server.

use percent_encoding::percent_decode_str;

use crate::base64;
use crate::error::CallbackError;
use crate::words::position;

/// A callback as the application server received it, to be verified before it is believed.
///
/// OSS signs the path, the query and the body with RSASSA-PKCS1-v1_5 and MD5. That step is not in
/// this crate; it goes where the comment stands below.
///
/// ```
/// use oss_sign::{Callback, PublicKeyUrl};
///
/// // Of the request: target, body, and the header `x-oss-pub-key-url`.
/// let callback = Callback::new("/index.php?id=1&index=2", b"bucket=yonghu-test")?;
/// let header = "aHR0cDovL2dvc3NwdWJsaWMuYWxpY2RuLmNvbS9jYWxsYmFja19wdWJfa2V5X3YxLnBlbQ==";
/// let url = PublicKeyUrl::from_header(header)?;
/// assert_eq!(url.as_str(), "http://gosspublic.alicdn.com/callback_pub_key_v1.pem");
///
/// let text: Vec<u8> = callback.string_to_sign().collect();
/// assert_eq!(text, b"/index.php?id=1&index=2\nbucket=yonghu-test");
/// // Get the key from `url`, once, and keep it. Decode the header `Authorization` from base64: it
/// // is the signature. Then, with the crates `rsa` and `md-5` (OSS's key has 512 bits, which some
/// // constructors of `rsa` refuse):
/// // VerifyingKey::<Md5>::new(key).verify(&text, &signature)?;
/// # Ok::<(), oss_sign::CallbackError>(())
/// ```
///
/// <https://www.alibabacloud.com/help/en/oss/developer-reference/callback>
#[derive(Clone, Copy, Debug)]
pub struct Callback<'a> {
    path: &'a str,
    /// With the `?` before it; empty if there is none.
    query: &'a str,
    body: &'a [u8],
}

impl<'a> Callback<'a> {
    /// The target of the request as it stands in the request line, neither decoded nor rewritten by
    /// a proxy, and the body as it was received, before any parser.
    ///
    /// # Errors
    ///
    /// The path has an encoded line end. The text that is signed would have two readings then, with
    /// part of another callback's body in the path.
    pub fn new(target: &'a str, body: &'a [u8]) -> Result<Self, CallbackError> {
        let path_end = position(target.as_bytes(), 0, b'?').unwrap_or(target.len());
        let (path, query) = target.split_at_checked(path_end).unwrap_or((target, ""));
        if percent_decode_str(path).any(|byte| byte == b'\n') {
            return Err(CallbackError::PathLineEnd);
        }
        Ok(Self { path, query, body })
    }

    /// The bytes that OSS signed: the decoded path, the query as it is, a line end and the body as
    /// it is.
    pub fn string_to_sign(&self) -> impl Iterator<Item = u8> + use<'a> {
        percent_decode_str(self.path)
            .chain(self.query.bytes())
            .chain([b'\n'])
            .chain(self.body.iter().copied())
    }
}

/// The longest URL of a public key; OSS's own has 51 bytes.
const MAX_PUBLIC_KEY_URL: usize = 255;

/// Where OSS's public key is to be had: a URL that was checked to be one of OSS's own.
///
/// Without this check anybody could sign callbacks with a key of their own. The URL may be plain
/// `http`, as OSS sends it; the same path is there over `https`, which is the better way to get it.
///
/// ```
/// use oss_sign::{CallbackError, PublicKeyUrl};
///
/// // http://gosspublic.alicdn.com@evil.example/key.pem
/// let header = "aHR0cDovL2dvc3NwdWJsaWMuYWxpY2RuLmNvbUBldmlsLmV4YW1wbGUva2V5LnBlbQ==";
/// assert_eq!(PublicKeyUrl::from_header(header), Err(CallbackError::PublicKeyUrlHost));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PublicKeyUrl(heapless::String<MAX_PUBLIC_KEY_URL, u8>);

impl PublicKeyUrl {
    /// Decodes and checks the value of the header `x-oss-pub-key-url`.
    ///
    /// # Errors
    ///
    /// It is not base64, too long, not on `gosspublic.alicdn.com`, or has a character that a URL
    /// has no use for: see [`CallbackError`].
    pub fn from_header(value: &str) -> Result<Self, CallbackError> {
        if value.len() > MAX_PUBLIC_KEY_URL.div_ceil(3).saturating_mul(4) {
            return Err(CallbackError::PublicKeyUrlTooLong);
        }
        let url = base64::decode(value).ok_or(CallbackError::PublicKeyUrlBase64)?;
        let url =
            heapless::String::from_utf8(url).map_err(|_| CallbackError::PublicKeyUrlCharacter)?;
        if !PREFIXES.iter().any(|prefix| url.starts_with(prefix)) {
            return Err(CallbackError::PublicKeyUrlHost);
        }
        if !url.bytes().all(is_url_character) {
            return Err(CallbackError::PublicKeyUrlCharacter);
        }
        Ok(Self(url))
    }

    /// The URL.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

/// Each with the `/` that ends the host.
const PREFIXES: [&str; 2] = ["http://gosspublic.alicdn.com/", "https://gosspublic.alicdn.com/"];

/// The characters of RFC 3986, but for `@`, by which parsers of URLs come to different hosts, and for
/// the brackets of IPv6 addresses. So nothing can reach into the request for the key.
fn is_url_character(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~:/?#!$&'()*+,;=%".contains(&byte)
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use ::base64::{Engine, engine::general_purpose::STANDARD};

    use super::*;

    fn string_to_sign(target: &str, body: &[u8]) -> Vec<u8> {
        Callback::new(target, body).unwrap().string_to_sign().collect()
    }

    fn url(text: &str) -> Result<PublicKeyUrl, CallbackError> {
        let mut header = [0; 1024];
        let length = STANDARD.encode_slice(text, &mut header).unwrap();
        PublicKeyUrl::from_header(str::from_utf8(&header[..length]).unwrap())
    }

    /// The example of the documentation.
    #[test]
    fn the_text_of_a_callback_with_a_query() {
        let text = string_to_sign("/index.php?id=1&index=2", b"bucket=yonghu-test");
        assert_eq!(text, b"/index.php?id=1&index=2\nbucket=yonghu-test");
    }

    /// A callback that OSS really made: the body is signed as it is, not decoded.
    #[test]
    fn the_text_of_a_callback_without_a_query() {
        let body = b"filename=zmaplex%2F20210407_14%3A31%3A41_286180%2F20200130021612_pnfqp.jpg\
                     &size=112595";
        let mut expected = b"/api/File/15/upload_notify/\n".to_vec();
        expected.extend(body);
        assert_eq!(string_to_sign("/api/File/15/upload_notify/", body), expected);
    }

    #[test]
    fn only_the_path_is_decoded() {
        let text = string_to_sign("/%E4%B8%AD+%3f?a=%20", b"%20");
        assert_eq!(text, "/中+??a=%20\n%20".as_bytes());
    }

    #[test]
    fn the_body_need_not_be_text() {
        assert_eq!(string_to_sign("/", &[0xff, 0]), [b'/', b'\n', 0xff, 0]);
    }

    #[test]
    fn a_line_end_in_the_path_is_refused() {
        assert_eq!(Callback::new("/a%0ab", b"").unwrap_err(), CallbackError::PathLineEnd);
        assert!(Callback::new("/a?%0ab", b"").is_ok());
    }

    #[test]
    fn keys_of_oss() {
        for text in [
            "http://gosspublic.alicdn.com/callback_pub_key_v1.pem",
            "https://gosspublic.alicdn.com/callback_pub_key_v1.pem",
        ] {
            assert_eq!(url(text).unwrap().as_str(), text);
        }
    }

    #[test]
    fn keys_of_others() {
        for text in [
            "",
            "http://gosspublic.alicdn.com",
            "http://gosspublic.alicdn.com.evil.example/key.pem",
            "http://gosspublic.alicdn.com@evil.example/key.pem",
            "http://gosspublic.alicdn.com:80@evil.example/key.pem",
            "http://user@gosspublic.alicdn.com/key.pem",
            "http://evil.example/http://gosspublic.alicdn.com/",
            " http://gosspublic.alicdn.com/key.pem",
            "ftp://gosspublic.alicdn.com/key.pem",
            "HTTP://GOSSPUBLIC.ALICDN.COM/key.pem",
            "http:\\\\gosspublic.alicdn.com/key.pem",
        ] {
            assert_eq!(url(text), Err(CallbackError::PublicKeyUrlHost), "{text}");
        }
    }

    #[test]
    fn characters_that_no_url_has() {
        for character in ["\r\n", " ", "\0", "\u{7f}", "ä", "@", "\\", "`", "{", "|", "[", "\""] {
            let text = format!("http://gosspublic.alicdn.com/{character}");
            assert_eq!(url(&text), Err(CallbackError::PublicKeyUrlCharacter), "{character:?}");
        }
    }

    #[test]
    fn the_longest_url() {
        let longest = format!("{:a<255}", "http://gosspublic.alicdn.com/");
        assert_eq!(url(&longest).unwrap().as_str(), longest);
        assert_eq!(url(&format!("{longest}a")), Err(CallbackError::PublicKeyUrlTooLong));
    }

    #[test]
    fn what_is_not_base64() {
        for header in ["%", "aHR0cDovLw", "aHR0 cDo"] {
            let error = PublicKeyUrl::from_header(header).unwrap_err();
            assert_eq!(error, CallbackError::PublicKeyUrlBase64, "{header}");
        }
    }
}
