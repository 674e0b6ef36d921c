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

/// The names of parameters that are known beforehand, sorted: those that the signature may add, and
/// those of the caller's that a [`Request`] has a method for. So these need not be sorted each time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KnownNames {
    pub(crate) sorted: &'static [&'static str],
    /// The index of `versionId`, which is the caller's.
    pub(crate) version_id: u8,
    /// The index of `x-oss-process`, which is the caller's.
    pub(crate) process: u8,
}

impl KnownNames {
    /// The name at `index`, if it is known.
    pub(crate) fn get(&self, index: u8) -> Option<&'static str> {
        self.sorted.get(usize::from(index)).copied()
    }

    fn has_own(&self, name: &str) -> bool {
        let is_own = |index| index != self.version_id && index != self.process;
        (0..).zip(self.sorted).any(|(index, own)| *own == name && is_own(index))
    }
}

/// The parameters by index: first the known ones, then the others of the caller.
#[derive(Clone, Copy)]
pub(crate) struct Parameters<'r, 'a> {
    pub(crate) known: KnownNames,
    pub(crate) request: &'r Request<'a>,
}

impl<'a> Parameters<'_, 'a> {
    /// Sorts into `order` by `compare` the caller's parameters and those that the signature adds: a bit for
    /// each index. The caller may give none that the signature may add, nor those of the other version.
    pub(crate) fn sorted(
        self,
        order: &mut Order,
        added: u16,
        compare: impl Fn(&str, &str) -> Ordering,
    ) -> Result<(), SignError> {
        let others = self.request.other_parameters();
        let (version_id, process) = (self.request.version_id_value(), self.request.process_value());
        if version_id.is_some_and(has_line_end) {
            return Err(SignError::ParameterControlCharacter(ParameterPosition::VersionId));
        }
        if process.is_some_and(has_line_end) {
            return Err(SignError::ParameterControlCharacter(ParameterPosition::Process));
        }
        let known = added
            | u16::from(version_id.is_some()) << self.known.version_id
            | u16::from(process.is_some()) << self.known.process;
        let given = usize::from(version_id.is_some()) + usize::from(process.is_some());
        let count = others.len().saturating_add(given);
        if count > MAX_PARAMETERS {
            return Err(SignError::TooManyParameters);
        }
        for index in (0..).take(self.known.sorted.len()) {
            if known >> index & 1 == 1 {
                order.push(index);
            }
        }
        for (index, (name, value)) in (0..).zip(others) {
            let position = ParameterPosition::Query(index);
            if name.is_empty() {
                return Err(SignError::EmptyParameterName(position));
            }
            if has_line_end(name) || has_line_end(value) {
                return Err(SignError::ParameterControlCharacter(position));
            }
            if self.known.has_own(name) || MARKS_OF_SIGNED_URLS.contains(name) {
                return Err(SignError::SignatureParameter(position));
            }
            // At most the known ones and `MAX_PARAMETERS`.
            let index = u8::try_from(self.known.sorted.len().saturating_add(index));
            order
                .insert(index.unwrap_or(u8::MAX), &mut |other| compare(self.name(other), name))
                .map_err(|_| SignError::DuplicateParameter(position))?;
        }
        Ok(())
    }

    #[cfg_attr(target_pointer_width = "64", inline)]
    #[cfg_attr(not(target_pointer_width = "64"), inline(never))]
    pub(crate) fn parameter(self, index: u8) -> Parameter<u8, &'a str> {
        let (name, value) = if index == self.known.process {
            ("x-oss-process", self.request.process_value().unwrap_or_default())
        } else if index == self.known.version_id {
            ("versionId", self.request.version_id_value().unwrap_or_default())
        } else if usize::from(index) < self.known.sorted.len() {
            return Parameter::Own(index);
        } else {
            self.other(index)
        };
        Parameter::Given(name, value)
    }

    pub(crate) fn name(self, index: u8) -> &'a str {
        self.known.get(index).unwrap_or_else(|| self.other(index).0)
    }

    /// A parameter that is not known.
    fn other(self, index: u8) -> (&'a str, &'a str) {
        let index = usize::from(index).wrapping_sub(self.known.sorted.len());
        self.request.other_parameters().get(index).copied().unwrap_or_default()
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

    /// Those of each version.
    const ALL_KNOWN_NAMES: &[KnownNames] = &[
        crate::v4::PARAMETERS,
        #[cfg(feature = "v1")]
        crate::v1::PARAMETERS,
    ];

    #[test]
    fn known_names_are_sorted_and_have_their_indexes() {
        for known in ALL_KNOWN_NAMES {
            assert!(known.sorted.is_sorted());
            assert_eq!(known.get(known.version_id), Some("versionId"));
            assert_eq!(known.get(known.process), Some("x-oss-process"));
            assert!(!known.has_own("x-oss-process") && !known.has_own("versionId"));
        }
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

    /// The names in the order in which they are signed.
    fn sorted<'a>(known: &KnownNames, request: &Request<'a>) -> Result<Vec<&'a str>, SignError> {
        let parameters = Parameters { known: *known, request };
        let mut order = Order::empty();
        parameters.sorted(&mut order, 0, str::cmp)?;
        Ok(order.iter().map(|index| parameters.name(index)).collect())
    }

    fn get() -> Request<'static> {
        Request::get(Bucket::new("examplebucket").unwrap(), ObjectKey::new("k").unwrap())
    }

    #[test]
    fn parameters_with_a_method_of_their_own_are_sorted_among_the_others() {
        let request = get().query(&[("z", ""), ("w", ""), ("a", "")]);
        for known in ALL_KNOWN_NAMES {
            assert_eq!(sorted(known, &request).unwrap(), ["a", "w", "z"]);
            let process = request.process("style/small");
            assert_eq!(sorted(known, &process).unwrap(), ["a", "w", "x-oss-process", "z"]);
            let version = request.version_id("CAEQ");
            assert_eq!(sorted(known, &version).unwrap(), ["a", "versionId", "w", "z"]);
            let both = process.version_id("CAEQ");
            let expected = ["a", "versionId", "w", "x-oss-process", "z"];
            assert_eq!(sorted(known, &both).unwrap(), expected);
        }
    }

    #[test]
    fn parameters_with_a_method_of_their_own_count() {
        let names: Vec<String> = (0..MAX_PARAMETERS).map(|n| format!("p{n}")).collect();
        let pairs: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "")).collect();
        let one_is_free = get().query(&pairs[1..]);
        let (process, version) = (one_is_free.process("p"), one_is_free.version_id("v"));
        let both = process.version_id("v");
        let count = |request| sorted(&crate::v4::PARAMETERS, request).map(|names| names.len());
        assert_eq!(count(&process), Ok(MAX_PARAMETERS));
        assert_eq!(count(&version), Ok(MAX_PARAMETERS));
        assert_eq!(count(&both), Err(SignError::TooManyParameters));
    }
}
