//! The query in the order in which it is signed.

use core::cmp::Ordering;

use crate::MAX_PARAMETERS;
use crate::canonical::Parameter;
use crate::error::{ParameterPosition, SignError};
use crate::order::Order;
use crate::request::Request;
use crate::words::has_line_end;

/// What tells OSS that a URL is signed, and with which version. A caller's would contradict the
/// signature, whatever its version and wherever it is.
const MARKS_OF_SIGNED_URLS: [&str; 5] = [
    "OSSAccessKeyId",
    "Signature",
    "x-oss-credential",
    "x-oss-signature",
    "x-oss-signature-version",
];

/// The parameters by index: first those that the signature may add, by the table of their names,
/// then the caller's.
#[derive(Clone, Copy)]
pub(crate) struct Parameters<'r, 'a> {
    pub(crate) own: &'static [&'static str],
    pub(crate) request: &'r Request<'a>,
}

impl<'a> Parameters<'_, 'a> {
    /// Sorts into `order` by `compare` the caller's parameters and those of the signature that are `present`, by
    /// their indexes in ascending order. The caller may give none that the signature may
    /// add, nor those of the other version.
    pub(crate) fn sorted(
        self,
        order: &mut Order,
        present: impl IntoIterator<Item = u8>,
        compare: impl Fn(&str, &str) -> Ordering,
    ) -> Result<(), SignError> {
        if self.request.parameters().count() > MAX_PARAMETERS {
            return Err(SignError::TooManyParameters);
        }
        for index in present {
            order.push(index);
        }
        for (position, (name, value)) in self.request.parameters() {
            if name.is_empty() {
                return Err(SignError::EmptyParameterName(position));
            }
            if has_line_end(name) || has_line_end(value) {
                return Err(SignError::ParameterControlCharacter(position));
            }
            if self.own.contains(&name) || MARKS_OF_SIGNED_URLS.contains(&name) {
                return Err(SignError::SignatureParameter(position));
            }
            order
                .insert(self.index(position), &mut |other| compare(self.name(other), name))
                .map_err(|_| SignError::DuplicateParameter(position))?;
        }
        Ok(())
    }

    pub(crate) fn parameter(self, index: u8) -> Parameter<u8, &'a str> {
        if usize::from(index) < self.own.len() {
            return Parameter::Own(index);
        }
        let position = match usize::from(index).saturating_sub(self.own.len()) {
            0 => ParameterPosition::Process,
            1 => ParameterPosition::VersionId,
            slot => ParameterPosition::Query(slot.saturating_sub(2)),
        };
        let (name, value) = self.request.parameter(position);
        Parameter::Given(name, value)
    }

    pub(crate) fn name(self, index: u8) -> &'a str {
        match self.parameter(index) {
            Parameter::Own(index) => self.own.get(usize::from(index)).copied().unwrap_or_default(),
            Parameter::Given(name, _) => name,
        }
    }

    fn index(self, position: ParameterPosition) -> u8 {
        let slot = match position {
            ParameterPosition::Process => 0,
            ParameterPosition::VersionId => 1,
            ParameterPosition::Query(index) => index.saturating_add(2),
        };
        // At most the signature's own and `MAX_PARAMETERS`.
        u8::try_from(self.own.len().saturating_add(slot)).unwrap_or(u8::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;
    use crate::v4::{Signer, SigningKey};
    use crate::{Bucket, Credentials, MAX_HEADERS, ObjectKey, Region, Timestamp};

    fn sign(query: &[(&str, &str)], headers: &[(&str, &str)]) -> Result<(), SignError> {
        let credentials = Credentials::new("testak", "testsk").unwrap();
        let now = Timestamp::from_unix_seconds(1_700_000_000).unwrap();
        let key = SigningKey::derive(&credentials, &Region::new("cn-hangzhou").unwrap(), now);
        let bucket = Bucket::new("examplebucket").unwrap();
        let request = Request::get(bucket, ObjectKey::new("k").unwrap());
        let request = request.query(query).headers(headers);
        Signer::new(credentials, &key).sign(&request, now).map(|_| ())
    }

    #[test]
    fn as_many_parameters_and_headers_as_the_limit_and_no_more() {
        let names: Vec<String> =
            (0..=MAX_PARAMETERS.max(MAX_HEADERS)).map(|n| format!("p{n}")).collect();
        let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
        assert_eq!(sign(&pairs[..MAX_PARAMETERS], &[]), Ok(()));
        assert_eq!(sign(&pairs[..=MAX_PARAMETERS], &[]), Err(SignError::TooManyParameters));
        assert_eq!(sign(&[], &pairs[..MAX_HEADERS]), Ok(()));
        assert_eq!(sign(&[], &pairs[..=MAX_HEADERS]), Err(SignError::TooManyHeaders));
    }

    #[test]
    fn a_line_end_is_refused_in_a_name_and_in_a_value() {
        let position = ParameterPosition::Query(0);
        for parameter in [("a\n", "b"), ("a", "b\r"), ("a", "\0"), ("\n", "\n")] {
            let refused = Err(SignError::ParameterControlCharacter(position));
            assert_eq!(sign(&[parameter], &[]), refused, "{parameter:?}");
        }
    }
}
