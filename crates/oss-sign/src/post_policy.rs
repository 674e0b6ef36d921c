//! What a form may upload: the conditions of a POST policy.

use core::fmt;

use crate::encode::{json_escaped, long_decimal};
use crate::error::PolicyError;
use crate::resource::Bucket;
use crate::sink::{Emit, Sink};
use crate::words::has_line_end;

/// What the holder of a form may upload with `PostObject`: into one bucket, until it expires, if
/// the fields of the form meet all conditions.
///
/// Whoever has the form can use it any number of times, with any fields on which there is no
/// condition. So restrict at least the key and the size: [`open_ends`](Self::open_ends) tells what
/// was left open.
///
/// ```
/// use oss_sign::v4::{Signer, SigningKey};
/// use oss_sign::{Bucket, Condition, Credentials, Expires, PostPolicy, Region, Timestamp};
///
/// let credentials = Credentials::new("LTAI5tExampleKeyId", "example-secret")?;
/// let now = Timestamp::from_unix_seconds(1_700_000_000)?;
/// let key = SigningKey::derive(&credentials, &Region::new("cn-hangzhou")?, now);
///
/// let policy = PostPolicy::new(Bucket::new("examplebucket")?).conditions(&[
///     Condition::StartsWith("key", "user/eric/"),
///     Condition::ContentLengthRange { min: 1, max: 10 << 20 },
///     Condition::In("content-type", &["image/jpeg", "image/png"]),
///     Condition::Equal("success_action_status", "201"),
/// ]);
/// assert_eq!(policy.open_ends().count(), 0);
///
/// let form = Signer::new(credentials, &key).sign_policy(&policy, now, Expires::after_seconds(600))?;
/// for (name, value) in form.fields() {
///     println!("{name}: {value}");
/// }
/// // Then `key`, which the policy leaves to the holder, and at last `file`.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct PostPolicy<'a> {
    bucket: Bucket<'a>,
    conditions: &'a [Condition<'a>],
}

impl<'a> PostPolicy<'a> {
    /// A policy that lets anything be uploaded into a bucket, under any key.
    #[must_use]
    pub const fn new(bucket: Bucket<'a>) -> Self {
        Self { bucket, conditions: &[] }
    }

    /// What the fields of the form must meet, besides those that the signature adds.
    #[must_use]
    pub const fn conditions(self, conditions: &'a [Condition<'a>]) -> Self {
        Self { conditions, ..self }
    }

    /// The bucket that is uploaded into.
    #[must_use]
    pub const fn bucket(&self) -> Bucket<'a> {
        self.bucket
    }

    /// What the policy should restrict, but does not: to warn of it.
    ///
    /// ```
    /// use oss_sign::{Bucket, Condition, OpenEnd, PostPolicy};
    ///
    /// let policy = PostPolicy::new(Bucket::new("examplebucket")?)
    ///     .conditions(&[Condition::Equal("key", "cat.jpg")]);
    /// assert!(policy.open_ends().eq([OpenEnd::AnySize]));
    /// # Ok::<(), oss_sign::BucketError>(())
    /// ```
    pub fn open_ends(&self) -> impl Iterator<Item = OpenEnd> + use<> {
        let any_key = !self.conditions.iter().any(Condition::restricts_key);
        let any_size = !self.conditions.iter().any(Condition::is_range);
        let open_ends = [any_key.then_some(OpenEnd::AnyKey), any_size.then_some(OpenEnd::AnySize)];
        open_ends.into_iter().flatten()
    }

    /// The fields whose values are fixed.
    pub(crate) fn fixed_fields(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.conditions.iter().filter_map(|condition| match *condition {
            Condition::Equal(name, value) => Some((name, value)),
            _ => None,
        })
    }

    pub(crate) fn check(&self) -> Result<(), PolicyError> {
        for (position, condition) in self.conditions.iter().enumerate() {
            condition.check(position)?;
            let mut before = self.conditions.iter().take(position);
            if before.any(|other| condition.repeats(other)) {
                return Err(PolicyError::DuplicateCondition(position));
            }
        }
        Ok(())
    }

    /// The elements of the list of conditions, `own` after the bucket.
    pub(crate) fn emit_conditions<'s>(
        &self,
        own: impl Iterator<Item = (&'s str, impl FnOnce(&mut Sink<'_>))>,
        sink: &mut Sink<'_>,
    ) {
        let bucket = |sink: &mut Sink<'_>| sink.write(self.bucket.as_str().as_bytes());
        emit_field("bucket", bucket, sink);
        for (name, value) in own {
            sink.write(b",");
            emit_field(name, value, sink);
        }
        for condition in self.conditions {
            sink.write(b",");
            condition.emit(sink);
        }
    }
}

/// What a field of the form must meet. Names are those of the form fields, without `$`; OSS does
/// not mind their case.
///
/// The fields are `key`, `success_action_status`, `success_action_redirect`, `callback`, `x:*` for
/// the callback's variables, `content-type`, `cache-control`, `content-disposition`,
/// `content-encoding`, `expires`, `x-oss-object-acl`, `x-oss-forbid-overwrite`,
/// `x-oss-storage-class`, `x-oss-meta-*` and others:
/// <https://www.alibabacloud.com/help/en/oss/developer-reference/postobject>
///
/// ```
/// use oss_sign::{Bucket, Condition, PostPolicy};
///
/// let avatar = PostPolicy::new(Bucket::new("examplebucket")?).conditions(&[
///     Condition::Equal("key", "avatars/eric.png"),
///     Condition::Equal("content-type", "image/png"),
///     Condition::Equal("x-oss-forbid-overwrite", "true"),
///     Condition::ContentLengthRange { min: 1, max: 100_000 },
/// ]);
/// # Ok::<(), oss_sign::BucketError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Condition<'a> {
    /// The field has just this value; so it is among the [`fields`](crate::PolicyForm::fields) to
    /// send.
    Equal(&'a str, &'a str),
    /// The value of the field begins so. An empty prefix lets any value pass.
    StartsWith(&'a str, &'a str),
    /// The value of the field is one of these.
    In(&'a str, &'a [&'a str]),
    /// The value of the field is none of these.
    NotIn(&'a str, &'a [&'a str]),
    /// The size of the file is within this range, both ends included.
    ContentLengthRange {
        /// The smallest size in bytes; 1 keeps empty files out.
        min: u64,
        /// The largest size in bytes; OSS takes at most 5 GB.
        max: u64,
    },
}

impl<'a> Condition<'a> {
    fn name(&self) -> Option<&'a str> {
        match *self {
            Self::Equal(name, _)
            | Self::StartsWith(name, _)
            | Self::In(name, _)
            | Self::NotIn(name, _) => Some(name),
            Self::ContentLengthRange { .. } => None,
        }
    }

    fn is_range(&self) -> bool {
        matches!(self, Self::ContentLengthRange { .. })
    }

    fn restricts_key(&self) -> bool {
        match self {
            Self::Equal(name, _) | Self::In(name, _) => is_key(name),
            Self::StartsWith(name, prefix) => is_key(name) && !prefix.is_empty(),
            Self::NotIn(..) | Self::ContentLengthRange { .. } => false,
        }
    }

    /// Whether both set the same thing.
    fn repeats(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Equal(name, _), Self::Equal(other, _)) => name.eq_ignore_ascii_case(other),
            _ => self.is_range() && other.is_range(),
        }
    }

    fn check(&self, position: usize) -> Result<(), PolicyError> {
        if let Some(name) = self.name() {
            check_name(name, position)?;
        }
        match self {
            Self::In(_, []) | Self::NotIn(_, []) => Err(PolicyError::EmptyList(position)),
            Self::ContentLengthRange { min, max } if min > max => {
                Err(PolicyError::EmptyRange(position))
            }
            _ => Ok(()),
        }
    }
}

impl Emit for Condition<'_> {
    fn emit(&self, sink: &mut Sink<'_>) {
        match *self {
            Self::Equal(name, value) => {
                emit_operator("eq", name, sink);
                emit_string(value, sink);
            }
            Self::StartsWith(name, prefix) => {
                emit_operator("starts-with", name, sink);
                emit_string(prefix, sink);
            }
            Self::In(name, values) => {
                emit_operator("in", name, sink);
                emit_list(values, sink);
            }
            Self::NotIn(name, values) => {
                emit_operator("not-in", name, sink);
                emit_list(values, sink);
            }
            Self::ContentLengthRange { min, max } => {
                sink.write(br#"["content-length-range","#);
                long_decimal(min, sink);
                sink.write(b",");
                long_decimal(max, sink);
            }
        }
        sink.write(b"]");
    }
}

/// What a policy leaves to the holder of the form. Its text is a warning.
///
/// ```
/// use oss_sign::{Bucket, PostPolicy};
///
/// for open_end in PostPolicy::new(Bucket::new("examplebucket")?).open_ends() {
///     eprintln!("warning: {open_end}");
/// }
/// # Ok::<(), oss_sign::BucketError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OpenEnd {
    /// Objects can be uploaded under any key, and all objects of the bucket overwritten.
    AnyKey,
    /// Files of any size can be uploaded, up to the 5 GB that OSS takes.
    AnySize,
}

impl fmt::Display for OpenEnd {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::AnyKey => {
                "the policy has no condition on `key`: the holder can upload under any key, \
                 and overwrite any object of the bucket"
            }
            Self::AnySize => {
                "the policy has no `content-length-range`: the holder can upload files of any size"
            }
        })
    }
}

/// What the bucket, the caller and the signature put into the form by themselves. All of both
/// versions: fields of the other one would make OSS read the form by its rules.
const RESERVED: [&str; 10] = [
    "bucket",
    "file",
    "OSSAccessKeyId",
    "policy",
    "Signature",
    "x-oss-credential",
    "x-oss-date",
    "x-oss-security-token",
    "x-oss-signature",
    "x-oss-signature-version",
];

fn check_name(name: &str, position: usize) -> Result<(), PolicyError> {
    if name.is_empty() {
        return Err(PolicyError::EmptyName(position));
    }
    if name.starts_with('$') {
        return Err(PolicyError::DollarName(position));
    }
    // It stands in a header of the form.
    if has_line_end(name) {
        return Err(PolicyError::NameControlCharacter(position));
    }
    if RESERVED.iter().any(|reserved| name.eq_ignore_ascii_case(reserved)) {
        return Err(PolicyError::ReservedName(position));
    }
    Ok(())
}

fn is_key(name: &str) -> bool {
    name.eq_ignore_ascii_case("key")
}

/// `{"name":"value"}`, of a value that `emit` writes with what is to be escaped in it escaped.
fn emit_field(name: &str, emit: impl FnOnce(&mut Sink<'_>), sink: &mut Sink<'_>) {
    sink.write(br#"{""#);
    sink.write(name.as_bytes());
    sink.write(br#"":""#);
    emit(sink);
    sink.write(br#""}"#);
}

/// `["operator","$name",`
fn emit_operator(operator: &str, name: &str, sink: &mut Sink<'_>) {
    sink.write(br#"[""#);
    sink.write(operator.as_bytes());
    sink.write(br#"","$"#);
    json_escaped(name.as_bytes(), sink);
    sink.write(br#"","#);
}

/// `["value","value"]`
fn emit_list(values: &[&str], sink: &mut Sink<'_>) {
    let mut separator: &[u8] = b"[";
    for value in values {
        sink.write(separator);
        separator = b",";
        emit_string(value, sink);
    }
    sink.write(b"]");
}

fn emit_string(text: &str, sink: &mut Sink<'_>) {
    sink.write(b"\"");
    json_escaped(text.as_bytes(), sink);
    sink.write(b"\"");
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use Condition::{ContentLengthRange, Equal, In, NotIn, StartsWith};

    use super::*;

    fn policy<'a>(conditions: &'a [Condition<'a>]) -> PostPolicy<'a> {
        PostPolicy::new(Bucket::new("examplebucket").unwrap()).conditions(conditions)
    }

    fn json(condition: Condition<'_>) -> heapless::String<64> {
        condition.to_string_of().unwrap()
    }

    #[test]
    fn conditions_in_json() {
        for (condition, expected) in [
            (Equal("key", "a"), r#"["eq","$key","a"]"#),
            (StartsWith("key", ""), r#"["starts-with","$key",""]"#),
            (In("content-type", &["a", "b"]), r#"["in","$content-type",["a","b"]]"#),
            (NotIn("cache-control", &["no"]), r#"["not-in","$cache-control",["no"]]"#),
            (ContentLengthRange { min: 1, max: 10 }, r#"["content-length-range",1,10]"#),
        ] {
            assert_eq!(json(condition), expected);
        }
    }

    #[test]
    fn only_the_dollar_before_the_name_is_bare() {
        assert_eq!(json(Equal("x:$a", "$1")), r#"["eq","$x:\u0024a","\u00241"]"#);
    }

    #[test]
    fn quotes_do_not_end_a_string() {
        assert_eq!(json(In("a\"", &["\"]"])), r#"["in","$a\"",["\"]"]]"#);
    }

    #[test]
    fn what_is_left_open() {
        use OpenEnd::{AnyKey, AnySize};

        let size = ContentLengthRange { min: 0, max: 1 };
        for (conditions, expected) in [
            (&[][..], &[AnyKey, AnySize][..]),
            (&[size], &[AnyKey]),
            (&[Equal("key", "a")], &[AnySize]),
            (&[StartsWith("KEY", "a/"), size], &[]),
            (&[In("key", &["a"]), size], &[]),
            (&[StartsWith("key", ""), size], &[AnyKey]),
            (&[NotIn("key", &["a"]), size], &[AnyKey]),
            (&[Equal("x-oss-object-acl", "private"), size], &[AnyKey]),
        ] {
            let actual: Vec<OpenEnd> = policy(conditions).open_ends().collect();
            assert_eq!(actual, expected, "{conditions:?}");
        }
        assert!(AnyKey.to_string().contains("no condition on `key`"));
        assert!(AnySize.to_string().contains("no `content-length-range`"));
    }

    #[test]
    fn wrong_conditions() {
        let range = |min, max| ContentLengthRange { min, max };
        for (wrong, error) in [
            (Equal("", "a"), PolicyError::EmptyName(1)),
            (StartsWith("$key", "a"), PolicyError::DollarName(1)),
            (In("a\nb", &["a"]), PolicyError::NameControlCharacter(1)),
            (NotIn("file", &["a"]), PolicyError::ReservedName(1)),
            (Equal("Success_Action_Status", "a"), PolicyError::DuplicateCondition(1)),
            (In("key", &[]), PolicyError::EmptyList(1)),
            (NotIn("key", &[]), PolicyError::EmptyList(1)),
            (range(2, 1), PolicyError::EmptyRange(1)),
        ] {
            let conditions = [Equal("success_action_status", "200"), wrong];
            assert_eq!(policy(&conditions).check(), Err(error), "{wrong:?}");
        }
        assert_eq!(policy(&[range(1, 1)]).check(), Ok(()));
        let ranges = [range(0, 1), range(0, 2)];
        assert_eq!(policy(&ranges).check(), Err(PolicyError::DuplicateCondition(1)));
    }

    #[test]
    fn no_field_of_a_signature_can_have_a_condition() {
        for name in RESERVED {
            let name = name.to_ascii_uppercase();
            let conditions = [StartsWith(&name, "")];
            assert_eq!(policy(&conditions).check(), Err(PolicyError::ReservedName(0)), "{name}");
        }
    }

    #[test]
    fn a_field_can_have_several_conditions() {
        let conditions = [StartsWith("key", "a/"), NotIn("key", &["a/b"]), StartsWith("key", "a")];
        assert_eq!(policy(&conditions).check(), Ok(()));
    }
}
