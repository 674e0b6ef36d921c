//! Forms for uploads.

use oss_sign::v4::Signer;
use oss_sign::{Bucket, BufferTooSmall, Expires, PolicyForm, PostPolicy, Timestamp};

use crate::buffer::{Buffer, Output};
use crate::error::{Error, code};
use crate::key::Key;
use crate::reader::{Reader, Text};
use crate::request::{Credentials, MAX_ENTRIES, collect, read_texts};

/// What a field of the form must meet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(clippy::exhaustive_enums, reason = "OSS has these")]
#[repr(i32)]
pub enum ConditionKind {
    /// The field has just this `value`.
    Equal = 0,
    /// The field begins with `value`.
    StartsWith = 1,
    /// The field is one of `values`.
    In = 2,
    /// The field is none of `values`.
    NotIn = 3,
    /// The file has at least `min` and at most `max` bytes. There is no field.
    ContentLengthRange = 4,
}

/// A condition of a policy.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Condition {
    /// One of `oss_sign_condition_kind`.
    pub kind: i32,
    /// The name of the form field, without `$`.
    pub name: Text,
    /// For EQUAL and STARTS_WITH.
    pub value: Text,
    /// For IN and NOT_IN: at most OSS_SIGN_MAX_ENTRIES, of one condition or of all.
    pub values: *const Text,
    /// How many.
    pub values_length: usize,
    /// For CONTENT_LENGTH_RANGE.
    pub min: u64,
    /// For CONTENT_LENGTH_RANGE.
    pub max: u64,
}

impl Condition {
    /// Reads the condition, and its list off the start of `values`.
    ///
    /// # Safety
    ///
    /// The texts of the condition are valid while `'a` lasts.
    unsafe fn read<'a>(
        &self,
        values: &mut &'a [&'a str],
        reader: &Reader,
    ) -> Result<oss_sign::Condition<'a>, Error> {
        // SAFETY: the caller promises it.
        let name = unsafe { reader.text(self.name)? };
        // SAFETY: the caller promises it.
        let value = unsafe { reader.text(self.value)? };
        Ok(match self.kind {
            0 => oss_sign::Condition::Equal(name, value),
            1 => oss_sign::Condition::StartsWith(name, value),
            2 | 3 => {
                let (own, others) =
                    values.split_at_checked(self.values_length).ok_or(Error::TooMany)?;
                *values = others;
                match self.kind {
                    2 => oss_sign::Condition::In(name, own),
                    _ => oss_sign::Condition::NotIn(name, own),
                }
            }
            4 => oss_sign::Condition::ContentLengthRange { min: self.min, max: self.max },
            _ => return Err(Error::Condition),
        })
    }

    /// Whether it has a list of values.
    fn has_list(&self) -> bool {
        matches!(self.kind, 2 | 3)
    }
}

/// The form fields that `oss_sign_post_policy` writes. Besides them go those whose values the
/// conditions fix, `x-oss-signature-version: OSS4-HMAC-SHA256`, with a temporary AccessKey
/// `x-oss-security-token`, and at last `file`.
#[derive(Debug)]
#[repr(C)]
pub struct Form {
    /// `policy`
    pub policy: Buffer,
    /// `x-oss-signature`
    pub signature: Buffer,
    /// `x-oss-credential`
    pub credential: Buffer,
    /// `x-oss-date`
    pub date: Buffer,
}

/// Signs a policy with V4: whoever has the form can upload to the bucket what the conditions let
/// pass, any number of times, from `now` (seconds since 1970) until it expires (1 to 604800 seconds
/// later). Restrict at least `key` and the size.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn oss_sign_post_policy(
    key: *const Key,
    credentials: *const Credentials,
    bucket: Text,
    conditions: *const Condition,
    conditions_length: usize,
    now: u64,
    expires_seconds: u32,
    form: *mut Form,
) -> i32 {
    let sign = || {
        if form.is_null() {
            return Err(Error::NullPointer);
        }
        // SAFETY: the caller promises it; no reference is made.
        let buffers = unsafe {
            [
                &raw mut (*form).policy,
                &raw mut (*form).signature,
                &raw mut (*form).credential,
                &raw mut (*form).date,
            ]
        };
        let mut reader = Reader::default();
        for buffer in buffers {
            // SAFETY: the caller promises it.
            unsafe { reader.reserve_buffer(buffer)? };
        }
        // SAFETY: the caller promises it.
        let key = unsafe { reader.reference(key)? }.derived()?;
        // SAFETY: the caller promises it.
        let credentials = unsafe { Credentials::read(credentials, &reader)? };
        // SAFETY: the caller promises it.
        let bucket = Bucket::new(unsafe { reader.text(bucket)? })?;
        // SAFETY: the caller promises it.
        let conditions = unsafe { reader.slice(conditions, conditions_length)? };
        // SAFETY: the caller promises it.
        let values = unsafe { read_values(conditions, &reader)? };
        let mut values = values.as_slice();
        let conditions: heapless::Vec<_, MAX_ENTRIES> =
            // SAFETY: the caller promises it.
            collect(conditions.iter().map(|condition| unsafe { condition.read(&mut values, &reader) }))?;
        // SAFETY: they were reserved, so none of the inputs is in them, nor one in another.
        let outputs = buffers.map(|buffer| unsafe { Output::new(buffer) });
        let policy = PostPolicy::new(bucket).conditions(&conditions);
        let now = Timestamp::from_unix_seconds(now)?;
        let expires = Expires::after_seconds(expires_seconds);
        let form = Signer::new(credentials, key).sign_policy(&policy, now, expires)?;
        write(&form, outputs)
    };
    code(sign())
}

/// The lists of all conditions, one after the other.
///
/// # Safety
///
/// The texts of the conditions are valid while `'a` lasts.
unsafe fn read_values<'a>(
    conditions: &[Condition],
    reader: &Reader,
) -> Result<heapless::Vec<&'a str, MAX_ENTRIES>, Error> {
    let mut values = heapless::Vec::new();
    for condition in conditions.iter().filter(|condition| condition.has_list()) {
        // SAFETY: the caller promises it.
        let list = unsafe { read_texts(condition.values, condition.values_length, reader)? };
        values.extend_from_slice(&list).map_err(|_| Error::TooMany)?;
    }
    Ok(values)
}

fn write(form: &PolicyForm<'_>, outputs: [Output<'_>; 4]) -> Result<(), Error> {
    let [policy, signature, credential, date] = outputs;
    // All lengths are told, even if one does not fit.
    let results = [
        policy.write(|buffer| form.policy().write_bytes_to_slice(buffer)),
        signature.write(|buffer| form.signature().write_bytes_to_slice(buffer)),
        credential.write(|buffer| write_field(form, "x-oss-credential", buffer)),
        date.write(|buffer| write_field(form, "x-oss-date", buffer)),
    ];
    results.into_iter().collect()
}

fn write_field<'b>(
    form: &PolicyForm<'_>,
    name: &str,
    buffer: &'b mut [u8],
) -> Result<&'b [u8], BufferTooSmall> {
    // The conditions fix no field of a signature, so there is one of this name.
    match form.fields().find(|(other, _)| *other == name) {
        Some((_, value)) => value.write_bytes_to_slice(buffer),
        None => Ok(&[]),
    }
}
