//! Reads the signature of a request, and sorts what is signed.

use core::cmp::Ordering;

use super::field::Field;
use super::received::{Received, SignatureForm, Slot};
use super::refusal::{Part, Refusal};
use super::wire::Wire;
use super::{Parsed, Signed};
use crate::canonical::Text;
use crate::credentials::{MAX_ACCESS_KEY_ID, is_access_key_id};
use crate::encode::lower_case_order;
use crate::header::is_signed_by_default;
use crate::region::{Product, Region};
use crate::time::Timestamp;
use crate::v4::{self, CredentialScope};
use crate::words::{position, split, split_once};

/// The longest credential: AccessKey ID, date, region, product, terminator and four slashes.
const MAX_CREDENTIAL: usize = MAX_ACCESS_KEY_ID + 8 + 63 + 32 + v4::TERMINATOR.len() + 4;

/// The longest list of additional headers.
const MAX_ADDITIONAL_HEADERS: usize = 512;

pub(super) type AccessKeyId = heapless::String<MAX_ACCESS_KEY_ID>;

impl<'a> Received<'a> {
    /// Which signature the request has.
    ///
    /// # Errors
    ///
    /// It has none, two, or one of an unknown version.
    pub fn signature_form(&self) -> Result<SignatureForm, Refusal> {
        self.signature_form_with(self.parameters())
    }

    fn signature_form_with(
        &self,
        parameters: impl Iterator<Item = Slot<'a>>,
    ) -> Result<SignatureForm, Refusal> {
        let mut in_header = None;
        for authorization in self.values("authorization") {
            if in_header.is_some() {
                return Err(Refusal::Duplicate(Part::Authorization));
            }
            in_header = Some(match scheme(authorization) {
                b"OSS4-HMAC-SHA256" => SignatureForm::V4Header,
                b"OSS" => SignatureForm::V1Header,
                _ => return Err(Refusal::SignatureVersion),
            });
        }
        match (in_header, url_form(parameters)?) {
            (Some(_), Some(_)) => Err(Refusal::SignedTwice),
            (None, None) => Err(Refusal::Anonymous),
            (form, None) | (None, form) => form.ok_or(Refusal::Anonymous),
        }
    }

    /// Reads the signature, and checks that its parts are of their form. `parameters` and `headers`
    /// are room for the parameters of the query and for the headers that are signed.
    ///
    /// # Errors
    ///
    /// The [`Refusal`] says which part is missing, twice there, or not of its form; or how many
    /// slots are needed.
    pub fn parse<'s>(
        &self,
        parameters: &'s mut [Slot<'a>],
        headers: &'s mut [Slot<'a>],
    ) -> Result<Parsed<'s, 'a>, Refusal> {
        let parameters = match fill(self.parameters(), parameters) {
            Ok(parameters) => parameters,
            Err(needed) => {
                self.signature_form()?;
                return Err(Refusal::ParameterSlots { needed });
            }
        };
        match self.signature_form_with(parameters.iter().copied())? {
            SignatureForm::V4Header => self.parse_v4_header(parameters, headers),
            SignatureForm::V4Url => self.parse_v4_url(parameters, headers),
            #[cfg(feature = "v1")]
            SignatureForm::V1Header => self.parse_v1_header(parameters, headers),
            #[cfg(feature = "v1")]
            SignatureForm::V1Url => self.parse_v1_url(parameters, headers),
            #[cfg(not(feature = "v1"))]
            SignatureForm::V1Header | SignatureForm::V1Url => Err(Refusal::V1NotAllowed),
            // The signature of a form is in its fields, and not in the request.
            SignatureForm::V4Post | SignatureForm::V1Post => Err(Refusal::Anonymous),
        }
    }

    fn parse_v4_header<'s>(
        &self,
        parameters: &'s mut [Slot<'a>],
        headers: &'s mut [Slot<'a>],
    ) -> Result<Parsed<'s, 'a>, Refusal> {
        let authorization = self.authorization()?;
        let (mut credential, mut additional, mut signature) = (None, None, None);
        for field in split(authorization, b',') {
            let malformed = Refusal::Malformed(Part::Authorization);
            let (name, value) = split_once(field.trim_ascii(), b'=').ok_or(malformed)?;
            let (part, place) = match name {
                "Credential" => (Part::Credential, &mut credential),
                "AdditionalHeaders" => (Part::AdditionalHeaders, &mut additional),
                "Signature" => (Part::Signature, &mut signature),
                _ => return Err(malformed),
            };
            set(place, Wire::raw(value.as_bytes()), part)?;
        }
        let (access_key_id, scope) = read_credential(required(credential, Part::Credential)?)?;
        let signature = required(signature, Part::Signature)?;
        let (signed_at, date) = self.date()?;
        check_scope_date(&scope, signed_at)?;
        if !self.values("x-oss-content-sha256").all(|hash| hash == v4::UNSIGNED_PAYLOAD.as_bytes())
        {
            return Err(Refusal::ContentSha256);
        }
        let headers = self.v4_headers(additional, headers)?;
        let parameters = sorted_parameters(parameters, Wire::encoded_order);
        check_headers_against_parameters(headers, parameters)?;
        let security_token = self.security_token_header()?;
        let signed = Signed::V4Header { scope, signed_at, date };
        Ok(Parsed {
            received: *self,
            parameters,
            headers,
            has_additional_headers: additional.is_some(),
            access_key_id,
            security_token,
            signature,
            signed,
        })
    }

    fn parse_v4_url<'s>(
        &self,
        parameters: &'s mut [Slot<'a>],
        headers: &'s mut [Slot<'a>],
    ) -> Result<Parsed<'s, 'a>, Refusal> {
        let (mut credential, mut date, mut expires) = (None, None, None);
        let (mut additional, mut security_token) = (None, None);
        let (mut signature, mut version) = (None, None);
        for slot in &*parameters {
            let (part, place) = match slot.field() {
                Some(Field::AdditionalHeaders) => (Part::AdditionalHeaders, &mut additional),
                Some(Field::Credential) => (Part::Credential, &mut credential),
                Some(Field::Date) => (Part::Date, &mut date),
                Some(Field::Expires) => (Part::Expires, &mut expires),
                Some(Field::SecurityToken) => (Part::SecurityToken, &mut security_token),
                Some(Field::Signature) => (Part::Signature, &mut signature),
                Some(Field::SignatureVersion) => (Part::SignatureVersion, &mut version),
                _ => continue,
            };
            set(place, slot.value(), part)?;
        }
        required(version, Part::SignatureVersion)?;
        let (access_key_id, scope) = read_credential(required(credential, Part::Credential)?)?;
        let signature = required(signature, Part::Signature)?;
        let signed_at = read_basic_date(required(date, Part::Date)?)?;
        check_scope_date(&scope, signed_at)?;
        let expires = read_number(required(expires, Part::Expires)?)?;
        if !(1..=v4::MAX_EXPIRES).contains(&expires) {
            return Err(Refusal::ExpiresOutOfRange);
        }
        let expires_at = signed_at.checked_add(expires).ok_or(Refusal::ExpiresOutOfRange)?;
        let headers = self.v4_headers(additional, headers)?;
        let signed = without(parameters, Field::Signature);
        let parameters = sorted_parameters(signed, Wire::encoded_order);
        check_headers_against_parameters(headers, parameters)?;
        let signed = Signed::V4Url { scope, signed_at, expires_at };
        Ok(Parsed {
            received: *self,
            parameters,
            headers,
            has_additional_headers: additional.is_some(),
            access_key_id,
            security_token,
            signature,
            signed,
        })
    }

    #[cfg(feature = "v1")]
    fn parse_v1_header<'s>(
        &self,
        parameters: &'s mut [Slot<'a>],
        headers: &'s mut [Slot<'a>],
    ) -> Result<Parsed<'s, 'a>, Refusal> {
        let malformed = Refusal::Malformed(Part::Authorization);
        let (id, signature) = split_once(self.authorization()?, b':').ok_or(malformed)?;
        let access_key_id = read_access_key_id(Wire::raw(id.as_bytes()))?;
        let signature = required(Some(Wire::raw(signature.as_bytes())), Part::Signature)?;
        let (signed_at, date) = self.date()?;
        Ok(Parsed {
            received: *self,
            parameters: sorted_parameters(parameters, Wire::decoded_order),
            headers: self.sorted_headers(headers, is_signed_by_default)?,
            has_additional_headers: false,
            access_key_id,
            security_token: self.security_token_header()?,
            signature,
            signed: Signed::V1Header { signed_at, date },
        })
    }

    #[cfg(feature = "v1")]
    fn parse_v1_url<'s>(
        &self,
        parameters: &'s mut [Slot<'a>],
        headers: &'s mut [Slot<'a>],
    ) -> Result<Parsed<'s, 'a>, Refusal> {
        let (mut id, mut expires, mut signature, mut security_token) = (None, None, None, None);
        for slot in &*parameters {
            let (part, place) = match slot.field() {
                Some(Field::V1AccessKeyId) => (Part::AccessKeyId, &mut id),
                Some(Field::V1Expires) => (Part::Expires, &mut expires),
                Some(Field::V1SecurityToken) => (Part::SecurityToken, &mut security_token),
                Some(Field::V1Signature) => (Part::Signature, &mut signature),
                _ => continue,
            };
            set(place, slot.value(), part)?;
        }
        let access_key_id = read_access_key_id(required(id, Part::AccessKeyId)?)?;
        let expires = required(expires, Part::Expires)?;
        let expires_at = Timestamp::UNIX_EPOCH.checked_add(read_number(expires)?);
        let expires_at = expires_at.ok_or(Refusal::Malformed(Part::Expires))?;
        Ok(Parsed {
            received: *self,
            parameters: sorted_parameters(parameters, Wire::decoded_order),
            headers: self.sorted_headers(headers, is_signed_by_default)?,
            has_additional_headers: false,
            access_key_id,
            security_token,
            signature: required(signature, Part::Signature)?,
            signed: Signed::V1Url { expires_at, expires },
        })
    }

    /// What follows the scheme.
    fn authorization(&self) -> Result<&'a str, Refusal> {
        let value = self.values("authorization").next().unwrap_or_default();
        let value = str::from_utf8(value).map_err(|_| Refusal::Malformed(Part::Authorization))?;
        let (_, fields) = split_once(value, b' ').ok_or(Refusal::Malformed(Part::Authorization))?;
        Ok(fields)
    }

    /// The time of signing, and its text, which is signed as it is: that of `x-oss-date` if there
    /// is one. OSS takes both its own form and that of HTTP.
    fn date(&self) -> Result<(Timestamp, &'a [u8]), Refusal> {
        for name in ["x-oss-date", "date"] {
            let mut values = self.values(name);
            let Some(date) = values.next() else { continue };
            if values.next().is_some() {
                return Err(Refusal::Duplicate(Part::Date));
            }
            let instant = Timestamp::from_basic(date).or_else(|| Timestamp::from_http_date(date));
            return Ok((instant.ok_or(Refusal::Malformed(Part::Date))?, date));
        }
        Err(Refusal::Missing(Part::Date))
    }

    fn security_token_header(&self) -> Result<Option<Wire<'a>>, Refusal> {
        let mut token = None;
        for value in self.values("x-oss-security-token") {
            set(&mut token, Wire::raw(value), Part::SecurityToken)?;
        }
        Ok(token)
    }

    /// The headers that V4 signs, with the list of additional ones checked.
    fn v4_headers<'s>(
        &self,
        additional: Option<Wire<'a>>,
        headers: &'s mut [Slot<'a>],
    ) -> Result<&'s [Slot<'a>], Refusal> {
        let Some(additional) = additional else {
            return self.sorted_headers(headers, is_signed_by_default);
        };
        let list = required(Some(additional), Part::AdditionalHeaders)?
            .decoded::<MAX_ADDITIONAL_HEADERS>()
            .ok_or(Refusal::Malformed(Part::AdditionalHeaders))?;
        let mut previous = "";
        for name in split(&list, b';') {
            if name.is_empty() {
                return Err(Refusal::Malformed(Part::AdditionalHeaders));
            }
            if name <= previous || name.bytes().any(|byte| byte.is_ascii_uppercase()) {
                return Err(Refusal::AdditionalHeadersOrder);
            }
            if name.contains('_') || self.values(name).next().is_none() {
                return Err(Refusal::AdditionalHeaderMissing);
            }
            previous = name;
        }
        self.sorted_headers(headers, |name| {
            is_signed_by_default(name)
                || split(&list, b';').any(|other| name.eq_ignore_ascii_case(other))
        })
    }

    fn sorted_headers<'s>(
        &self,
        slots: &'s mut [Slot<'a>],
        is_signed: impl Fn(&str) -> bool,
    ) -> Result<&'s [Slot<'a>], Refusal> {
        let slots = fill(self.headers(is_signed), slots)
            .map_err(|needed| Refusal::HeaderSlots { needed })?;
        Ok(sorted(slots, |left, right| lower_case_order(left.header_name(), right.header_name())))
    }
}

/// Which signature the query has.
fn url_form<'a>(
    parameters: impl Iterator<Item = Slot<'a>>,
) -> Result<Option<SignatureForm>, Refusal> {
    let mut form = None;
    for slot in parameters {
        match slot.field() {
            Some(Field::SignatureVersion) => {
                return match slot.value().equals(v4::ALGORITHM) {
                    true => Ok(Some(SignatureForm::V4Url)),
                    false => Err(Refusal::SignatureVersion),
                };
            }
            Some(Field::Signature | Field::Credential) => form = Some(SignatureForm::V4Url),
            Some(Field::V1AccessKeyId | Field::V1Signature) => {
                form = form.or(Some(SignatureForm::V1Url));
            }
            _ => {}
        }
    }
    Ok(form)
}

/// The parameters but for `field`, which is dropped.
fn without<'s, 'a>(parameters: &'s mut [Slot<'a>], field: Field) -> &'s mut [Slot<'a>] {
    match parameters.iter().position(|slot| slot.field() == Some(field)) {
        None => parameters,
        Some(position) => {
            shift(parameters.get_mut(position..).unwrap_or_default());
            parameters.split_last_mut().map_or(Default::default(), |(_, others)| others)
        }
    }
}

/// Brings the first slot to the end.
fn shift(slots: &mut [Slot<'_>]) {
    if let Some((first, others)) = slots.split_first_mut() {
        others.iter_mut().rev().for_each(|other| core::mem::swap(first, other));
    }
}

fn sorted_parameters<'s, 'a>(
    parameters: &'s mut [Slot<'a>],
    compare: impl Fn(Wire<'a>, Wire<'a>) -> Ordering,
) -> &'s [Slot<'a>] {
    sorted(parameters, |left, right| {
        compare(left.name(), right.name()).then_with(|| compare(left.value(), right.value()))
    })
}

/// Puts `items` into `slots`. An error is how many slots it takes.
fn fill<'s, 'a>(
    items: impl Iterator<Item = Slot<'a>>,
    slots: &'s mut [Slot<'a>],
) -> Result<&'s mut [Slot<'a>], usize> {
    let mut needed = 0_usize;
    for item in items {
        if let Some(slot) = slots.get_mut(needed) {
            *slot = item;
        }
        needed = needed.saturating_add(1);
    }
    slots.get_mut(..needed).ok_or(needed)
}

/// Sorts; equal ones stay in their order. What is sorted already is compared once.
fn sorted<'s, 'a>(
    slots: &'s mut [Slot<'a>],
    compare: impl Fn(&Slot<'a>, &Slot<'a>) -> Ordering,
) -> &'s [Slot<'a>] {
    for length in 1..slots.len() {
        let Some((item, before)) = slots.get(..=length).and_then(<[_]>::split_last) else { break };
        if before.last().is_none_or(|last| compare(last, item).is_le()) {
            continue;
        }
        let position = before.partition_point(|other| compare(other, item).is_le());
        let mut carried = *item;
        for slot in slots.iter_mut().take(length.saturating_add(1)).skip(position) {
            core::mem::swap(slot, &mut carried);
        }
    }
    slots
}

fn scheme(authorization: &[u8]) -> &[u8] {
    let end = position(authorization, 0, b' ').unwrap_or(authorization.len());
    authorization.get(..end).unwrap_or_default()
}

pub(super) fn set<'a>(
    place: &mut Option<Wire<'a>>,
    value: Wire<'a>,
    part: Part,
) -> Result<(), Refusal> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(Refusal::Duplicate(part)),
    }
}

pub(super) fn required(value: Option<Wire<'_>>, part: Part) -> Result<Wire<'_>, Refusal> {
    match value {
        None => Err(Refusal::Missing(part)),
        Some(value) if value.is_empty() => Err(Refusal::Empty(part)),
        Some(value) => Ok(value),
    }
}

/// `LTAI…/20231114/cn-hangzhou/oss/aliyun_v4_request`
pub(super) fn read_credential(
    credential: Wire<'_>,
) -> Result<(AccessKeyId, CredentialScope), Refusal> {
    let malformed = Refusal::Malformed(Part::Credential);
    let read = credential.read::<MAX_CREDENTIAL, _>(|credential| {
        let mut parts = split(str::from_utf8(credential).ok()?, b'/');
        let (id, date, region, product) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        if parts.next()? != v4::TERMINATOR || parts.next().is_some() {
            return None;
        }
        let date = date.as_bytes().try_into().ok()?;
        let scope = read_scope(date, region, product);
        Some(scope.and_then(|scope| Ok((access_key_id(id)?, scope))))
    });
    read.ok_or(malformed)?
}

fn read_scope(date: [u8; 8], region: &str, product: &str) -> Result<CredentialScope, Refusal> {
    Ok(CredentialScope {
        date,
        region: Region::new(region).map_err(|_| Refusal::ScopeRegion)?,
        product: Product::new(product).map_err(|_| Refusal::ScopeProduct)?,
    })
}

#[cfg(feature = "v1")]
pub(super) fn read_access_key_id(id: Wire<'_>) -> Result<AccessKeyId, Refusal> {
    let read = id.read::<MAX_ACCESS_KEY_ID, _>(|id| str::from_utf8(id).ok().map(access_key_id));
    read.ok_or(Refusal::Malformed(Part::AccessKeyId))?
}

fn access_key_id(id: &str) -> Result<AccessKeyId, Refusal> {
    if id.is_empty() {
        return Err(Refusal::Empty(Part::AccessKeyId));
    }
    let id = if is_access_key_id(id) { id.try_into().ok() } else { None };
    id.ok_or(Refusal::Malformed(Part::AccessKeyId))
}

/// The key that signs is derived for the day that the scope names.
pub(super) fn check_scope_date(
    scope: &CredentialScope,
    signed_at: Timestamp,
) -> Result<(), Refusal> {
    match scope.date == signed_at.date() {
        true => Ok(()),
        false => Err(Refusal::ScopeDate),
    }
}

/// `20231114T221320Z`
pub(super) fn read_basic_date(date: Wire<'_>) -> Result<Timestamp, Refusal> {
    date.read::<16, _>(Timestamp::from_basic).ok_or(Refusal::Malformed(Part::Date))
}

/// A decimal number without sign, of at most 20 digits.
fn read_number(value: Wire<'_>) -> Result<u64, Refusal> {
    let number = value.read::<20, _>(|digits| {
        digits.iter().try_fold(0_u64, |number, digit| {
            let value = digit.checked_sub(b'0').filter(|value| *value < 10)?;
            number.checked_mul(10)?.checked_add(value.into())
        })
    });
    number.ok_or(Refusal::Malformed(Part::Expires))
}

/// OSS refuses a header that is a query parameter too, with another value.
fn check_headers_against_parameters(
    headers: &[Slot<'_>],
    parameters: &[Slot<'_>],
) -> Result<(), Refusal> {
    let contradicts = |header: &Slot<'_>, parameter: &Slot<'_>| {
        let name = header.header_name();
        // Decoding makes nothing longer.
        let same_name = parameter.name().text().len() >= name.len()
            && parameter.name().bytes().eq(name.bytes().map(|b| b.to_ascii_lowercase()));
        same_name && !parameter.value().bytes().eq(header.value().bytes())
    };
    let is_contradicted =
        |header| parameters.iter().any(|parameter| contradicts(header, parameter));
    match headers.iter().any(is_contradicted) {
        true => Err(Refusal::HeaderIsParameter),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use std::prelude::v1::*;

    use super::*;

    /// One whose parts are all as long as they may be, but for `more` bytes of its AccessKey ID.
    fn longest_credential(more: usize) -> String {
        let (id, region, product) = ("A".repeat(64 + more), "r".repeat(63), "p".repeat(32));
        format!("{id}/20231114/{region}/{product}/aliyun_v4_request")
    }

    #[test]
    fn the_longest_credential() {
        let text = longest_credential(0);
        for credential in [Wire::raw(text.as_bytes()), Wire::query(text.as_bytes())] {
            let (id, scope) = read_credential(credential).unwrap();
            assert_eq!(id.as_str(), "A".repeat(64));
            assert_eq!(scope.region().as_str(), "r".repeat(63));
            assert_eq!(scope.product().as_str(), "p".repeat(32));
        }
    }

    /// Its parts are not looked at, so that nothing longer need be decoded.
    #[test]
    fn a_longer_credential_is_malformed_as_a_whole() {
        let text = longest_credential(1);
        let refusal = read_credential(Wire::raw(text.as_bytes())).unwrap_err();
        assert_eq!(refusal, Refusal::Malformed(Part::Credential));
    }

    #[test]
    fn numbers_are_digits_and_have_64_bits() {
        let number = |text: &str| read_number(Wire::query(text.as_bytes()));
        assert_eq!(number("18446744073709551615"), Ok(u64::MAX));
        for text in ["+1", "1:", "1/", "1e1", "18446744073709551616", "000000000000000000001"] {
            assert_eq!(number(text), Err(Refusal::Malformed(Part::Expires)), "{text}");
        }
    }
}
