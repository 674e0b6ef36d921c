//! What the library refuses, in the words of the command line: it knows places, the user names.

use oss_sign::SignError;

use crate::mistake::Mistake;
use crate::request::Parts;

impl Parts<'_> {
    pub(crate) fn refused(&self, error: SignError) -> Mistake {
        Mistake::new(match error {
            SignError::EmptyParameterName(_) => {
                "a query parameter has no name: write --query NAME or --query NAME=VALUE".to_owned()
            }
            SignError::ParameterControlCharacter(position) => format!(
                "query parameter {} has a CR, LF or NUL: remove it",
                self.parameter_name(position)
            ),
            SignError::DuplicateParameter(position) => format!(
                "query parameter {} is given twice, and OSS does not define what that means: \
                 remove one",
                self.parameter_name(position)
            ),
            SignError::SignatureParameter(position) => format!(
                "query parameter {} is one that the signature adds by itself: remove it",
                self.parameter_name(position)
            ),
            SignError::HeaderName(index) => format!(
                "header {} is not an HTTP header name: write --header 'Name: value'",
                self.header_name(index)
            ),
            SignError::HeaderValue(index) => {
                format!("header {} has a CR, LF or NUL: remove it", self.header_name(index))
            }
            SignError::SignatureHeader(index) => format!(
                "header {} is one that the signature adds by itself: remove it",
                self.header_name(index)
            ),
            SignError::HeaderIsParameter(index) => format!(
                "header {} has the name of a query parameter, which OSS refuses: remove one",
                self.header_name(index)
            ),
            SignError::AdditionalHeaderMissing(index) => format!(
                "additional header {} is not among the headers: give its value too, by \
                 --header 'NAME: VALUE'",
                self.additional_header_name(index)
            ),
            SignError::AdditionalHeaderUnderscore(index) => format!(
                "additional header {} has a '_' in its name, which OSS does not sign: remove it",
                self.additional_header_name(index)
            ),
            SignError::CanonicalResource => format!(
                "--canonical-resource {} does not begin with '/': write it in front",
                self.overridden_canonical_resource()
            ),
            SignError::CanonicalResourceInV1 => in_v4_only("--canonical-resource"),
            SignError::AdditionalHeadersInV1 => in_v4_only("--additional-header"),
            SignError::QuestionMarkKeyInV1 => {
                "the key begins with '?', which V1 cannot tell from a sub-resource of the bucket: \
                 use --signature-version v4, or --verbatim-key if nobody else chose the key"
                    .to_owned()
            }
            SignError::TooManyParameters | SignError::TooManyHeaders => {
                format!("{error}: remove some")
            }
            _ => error.to_string(),
        })
    }
}

/// Says that V1 does not know a flag.
pub(crate) fn in_v4_only(flag: &str) -> String {
    format!("{flag} is unknown to V1: remove it, or use --signature-version v4")
}
