//! Two texts that were signed, compared part by part: headers and parameters by their names, so
//! that one more or less does not shift the others.

/// A part of a canonical request or of a string to sign.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    Algorithm,
    /// V4: the time of signing. V1: `Date`, or when the URL expires.
    Time,
    Scope,
    /// Of the canonical request.
    Hash,
    Method,
    Path,
    Parameter(String),
    Header(String),
    AdditionalHeaders,
    Payload,
}

/// A part on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub(crate) part: Part,
    /// What was signed.
    pub(crate) ours: Option<String>,
    /// What OSS received.
    pub(crate) theirs: Option<String>,
}

impl Line {
    pub(crate) fn differs(&self) -> bool {
        self.ours != self.theirs
    }
}

impl Part {
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Algorithm => "algorithm".to_owned(),
            Self::Time => "time".to_owned(),
            Self::Scope => "scope".to_owned(),
            Self::Hash => "hash".to_owned(),
            Self::Method => "method".to_owned(),
            Self::Path => "path".to_owned(),
            Self::Parameter(name) => format!("parameter {name}"),
            Self::Header(name) => format!("header {name}"),
            Self::AdditionalHeaders => "additional headers".to_owned(),
            Self::Payload => "payload".to_owned(),
        }
    }
}

/// Pairs the parts of two texts, in the order of the first; what only the second has follows its
/// neighbour there.
pub(crate) fn compare(ours: &[(Part, String)], theirs: &[(Part, String)]) -> Vec<Line> {
    // Each with the number of the line of ours that it is or follows.
    let mut lines = Vec::with_capacity(ours.len());
    for (index, (part, value)) in ours.iter().enumerate() {
        let other = theirs.iter().find(|(other, _)| other == part);
        let theirs = other.map(|(_, value)| value.clone());
        let line = Line { part: part.clone(), ours: Some(value.clone()), theirs };
        lines.push((index.saturating_add(1), line));
    }
    let mut neighbour = 0;
    for (part, value) in theirs {
        match ours.iter().position(|(other, _)| other == part) {
            Some(index) => neighbour = index.saturating_add(1),
            None => {
                let line = Line { part: part.clone(), ours: None, theirs: Some(value.clone()) };
                lines.push((neighbour, line));
            }
        }
    }
    lines.sort_by_key(|(number, _)| *number);
    lines.into_iter().map(|(_, line)| line).collect()
}

pub(crate) fn is_v4(string_to_sign: &str) -> bool {
    string_to_sign.starts_with("OSS4-HMAC-SHA256\n")
}

/// Method, path, query, headers up to an empty line, additional headers, payload.
pub(crate) fn parts_of_canonical_request(text: &str) -> Vec<(Part, String)> {
    let mut lines = text.split('\n');
    let mut next = || lines.next().unwrap_or_default().to_owned();
    let mut parts = vec![(Part::Method, next()), (Part::Path, next())];
    parts.extend(parameters(&next()));
    let mut rest: Vec<&str> = lines.collect();
    // From the end, as values of headers may hold anything but a line end.
    let payload = rest.pop().unwrap_or_default().to_owned();
    let additional = rest.pop().unwrap_or_default().to_owned();
    parts.extend(rest.iter().filter(|line| !line.is_empty()).map(|line| header(line)));
    parts.push((Part::AdditionalHeaders, additional));
    parts.push((Part::Payload, payload));
    parts
}

/// V4: algorithm, time, scope and hash. V1: method, `Content-MD5`, `Content-Type` and time; the
/// headers of OSS; the resource with its sub-resources.
pub(crate) fn parts_of_string_to_sign(text: &str) -> Vec<(Part, String)> {
    let mut lines: Vec<&str> = text.split('\n').collect();
    if is_v4(text) {
        let names = [Part::Algorithm, Part::Time, Part::Scope, Part::Hash];
        return names.into_iter().zip(lines).map(|(part, line)| (part, line.to_owned())).collect();
    }
    let resource = lines.pop().unwrap_or_default();
    let mut lines = lines.into_iter();
    let mut next = || lines.next().unwrap_or_default().to_owned();
    let mut parts = vec![(Part::Method, next())];
    // An absent header is an empty line.
    for name in ["content-md5", "content-type"] {
        let value = next();
        if !value.is_empty() {
            parts.push((Part::Header(name.to_owned()), value));
        }
    }
    parts.push((Part::Time, next()));
    parts.extend(lines.map(header));
    let (path, query) = resource.split_once('?').unwrap_or((resource, ""));
    parts.push((Part::Path, path.to_owned()));
    parts.extend(parameters(query));
    parts
}

fn header(line: &str) -> (Part, String) {
    let (name, value) = line.split_once(':').unwrap_or((line, ""));
    (Part::Header(name.to_owned()), value.to_owned())
}

fn parameters(query: &str) -> impl Iterator<Item = (Part, String)> {
    query.split('&').filter(|text| !text.is_empty()).map(|text| {
        let (name, value) = text.split_once('=').unwrap_or((text, ""));
        (Part::Parameter(name.to_owned()), value.to_owned())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owned(parts: &[(Part, &str)]) -> Vec<(Part, String)> {
        parts.iter().map(|(part, value)| (part.clone(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_canonical_request_in_parts() {
        let text = "PUT\n/b/k\nacl&x=1\ncontent-type:a:b\nhost:h\n\nhost\nUNSIGNED-PAYLOAD";
        assert_eq!(
            parts_of_canonical_request(text),
            owned(&[
                (Part::Method, "PUT"),
                (Part::Path, "/b/k"),
                (Part::Parameter("acl".to_owned()), ""),
                (Part::Parameter("x".to_owned()), "1"),
                (Part::Header("content-type".to_owned()), "a:b"),
                (Part::Header("host".to_owned()), "h"),
                (Part::AdditionalHeaders, "host"),
                (Part::Payload, "UNSIGNED-PAYLOAD"),
            ])
        );
    }

    #[test]
    fn strings_to_sign_in_parts() {
        assert_eq!(
            parts_of_string_to_sign("OSS4-HMAC-SHA256\n20231114T221320Z\ns\nh"),
            owned(&[
                (Part::Algorithm, "OSS4-HMAC-SHA256"),
                (Part::Time, "20231114T221320Z"),
                (Part::Scope, "s"),
                (Part::Hash, "h"),
            ])
        );
        assert_eq!(
            parts_of_string_to_sign("PUT\n\na/b\n1\nx-oss-a:1\n/b/k?acl&x=a=b"),
            owned(&[
                (Part::Method, "PUT"),
                (Part::Header("content-type".to_owned()), "a/b"),
                (Part::Time, "1"),
                (Part::Header("x-oss-a".to_owned()), "1"),
                (Part::Path, "/b/k"),
                (Part::Parameter("acl".to_owned()), ""),
                (Part::Parameter("x".to_owned()), "a=b"),
            ])
        );
    }

    #[test]
    fn texts_of_any_shape_are_taken() {
        for text in ["", "\n", "OSS4-HMAC-SHA256", "OSS4-HMAC-SHA256\n", "a\nb\nc", "\n\n\n\n\n\n"]
        {
            parts_of_string_to_sign(text);
            parts_of_canonical_request(text);
        }
    }

    #[test]
    fn one_header_more_shifts_nothing() {
        let header = |name: &str| Part::Header(name.to_owned());
        let ours = owned(&[(Part::Method, "PUT"), (header("x-oss-b"), "1"), (Part::Time, "1")]);
        let theirs = owned(&[
            (Part::Method, "PUT"),
            (header("x-oss-a"), "0"),
            (header("x-oss-b"), "1"),
            (Part::Time, "1"),
        ]);
        let lines = compare(&ours, &theirs);
        assert_eq!(lines.iter().filter(|line| line.differs()).count(), 1);
        assert_eq!(lines[1].part, header("x-oss-a"));
        assert_eq!((&lines[1].ours, lines[1].theirs.as_deref()), (&None, Some("0")));
        let lines = compare(&theirs, &ours);
        assert_eq!(lines.iter().filter(|line| line.differs()).count(), 1);
        assert_eq!(lines[1].theirs, None);
    }
}
