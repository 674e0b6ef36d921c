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
    #[test]
    fn known_names_are_sorted_and_have_their_indexes() {
        let all = [
            crate::v4::PARAMETERS,
            #[cfg(feature = "v1")]
            crate::v1::PARAMETERS,
        ];
        for known in all {
            assert!(known.sorted.is_sorted());
            assert_eq!(known.get(known.version_id), Some("versionId"));
            assert_eq!(known.get(known.process), Some("x-oss-process"));
            assert!(!known.has_own("x-oss-process") && !known.has_own("versionId"));
        }
    }
}
