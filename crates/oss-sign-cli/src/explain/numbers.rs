//! The numbers in the element `EC`. OSS says of them that they are for diagnosis only and may
//! change: so nothing is decided by them, they only say it more finely.
//!
//! <https://help.aliyun.com/zh/oss/support/error-codes>

/// What a number means, or at least which family it is of.
pub(crate) fn meaning(ec: &str) -> Option<&'static str> {
    let known = MEANINGS.iter().find(|(number, _)| *number == ec);
    known.map(|(_, meaning)| *meaning).or_else(|| family(ec))
}

/// For numbers that are not in the table: they are assigned by tens and hundreds.
fn family(ec: &str) -> Option<&'static str> {
    let number: u32 = ec.strip_prefix("0002-")?.parse().ok()?;
    Some(match number {
        1..=10 => "a fault of the security token: use ID, secret and token of one answer of STS",
        30..=38 => "the signature is in a place that this operation does not take: header or URL",
        39..=49 => "the V1 signature does not match: compare the string to sign",
        60..=79 => "the V1 signature is malformed: check Authorization or the query of the URL",
        80..=89 => "V1 is closed here: sign with V4",
        100..=199 => "a fault of the V2 signature: sign with V4",
        200..=299 => "a fault of the V4 signature: check Authorization or the query of the URL",
        300..=499 => "a fault of an S3 signature: sign with V4 of OSS",
        500..=599 => "a fault of the date: set the clock, send x-oss-date as 20260131T120000Z",
        600..=699 => "a fault of a URL that is bound to an IP address: sign for the right address",
        700..=799 => "a fault of the fields of a form: check policy, credential and signature",
        800..=899 => "a fault of an RTMP URL: sign it anew",
        900..=999 => "the AccessKey ID is not usable: check it in the RAM console",
        _ => return None,
    })
}

const MEANINGS: &[(&str, &str)] = &[
    (
        "0002-00000001",
        "this operation takes no security token: sign with the AccessKey of a RAM user",
    ),
    ("0002-00000002", "a long-term AccessKey came with a security token: remove the token"),
    (
        "0002-00000003",
        "a temporary AccessKey came without its security token: sign with all three of its parts",
    ),
    (
        "0002-00000005",
        "the signature is in the URL, the security token in a header: put it into the query, signed",
    ),
    (
        "0002-00000006",
        "the security token is not the one that STS issued: use it whole, percent-encoded once",
    ),
    ("0002-00000007", "the security token has expired: get new credentials, and sign again"),
    (
        "0002-00000008",
        "token and AccessKey are of different answers of STS: keep the three together",
    ),
    ("0002-00000009", "a request by S3's rules has OSS's token header: use x-amz-security-token"),
    ("0002-00000010", "the security token is in the query and in a header: keep one"),
    ("0002-00000031", "S3 signatures are not enabled here: sign with V4 of OSS"),
    ("0002-00000034", "a cloud box takes V4 in the header alone: sign so, for oss-cloudbox"),
    ("0002-00000037", "this operation wants its signature in the URL: presign it"),
    (
        "0002-00000038",
        "the signature is in the wrong place for this operation: swap header and URL",
    ),
    (
        "0002-00000039",
        "there is a signature in the header and one in the URL: strip Authorization from requests \
         for presigned URLs",
    ),
    ("0002-00000040", "the V1 signature does not match: compare the string to sign line by line"),
    ("0002-00000061", "Authorization has an unknown scheme: OSS or OSS4-HMAC-SHA256"),
    ("0002-00000062", "Authorization has no colon: write OSS ID:SIGNATURE"),
    ("0002-00000063", "the AccessKey ID in Authorization is empty: load the credentials first"),
    ("0002-00000064", "the AccessKey ID has a character that none has: trim it"),
    ("0002-00000065", "the signature in Authorization is empty: sign again"),
    ("0002-00000066", "x-oss-signature-version is unknown: write OSS4-HMAC-SHA256"),
    ("0002-00000067", "the URL has no Expires: use the whole URL, in quotes"),
    ("0002-00000068", "Expires is empty: sign again"),
    ("0002-00000069", "the URL has expired: sign a new one"),
    ("0002-00000070", "Expires is not a number: give Unix seconds"),
    ("0002-00000071", "the URL has no OSSAccessKeyId: use the whole URL, in quotes"),
    ("0002-00000072", "OSSAccessKeyId is empty: load the credentials first"),
    ("0002-00000073", "the AccessKey ID has a character that none has: trim it"),
    ("0002-00000074", "the URL has no Signature: use the whole URL, in quotes"),
    ("0002-00000075", "Signature is empty: sign again"),
    ("0002-00000076", "x-oss-additional-headers is empty: leave it out"),
    (
        "0002-00000077",
        "x-oss-additional-headers names a header that was not sent: send it, or do not sign it",
    ),
    (
        "0002-00000080",
        "V1 is closed to this account or bucket: sign with V4 (--signature-version v4)",
    ),
    ("0002-00000101", "the V2 signature does not match: sign with V4"),
    ("0002-00000201", "the V4 signature does not match: compare the canonical request"),
    ("0002-00000202", "Authorization is not of V4's form: Credential=…,Signature=…"),
    ("0002-00000205", "Authorization has no Credential: sign again"),
    ("0002-00000206", "the AccessKey ID has a character that none has, such as CR: trim it"),
    ("0002-00000207", "Authorization has no Signature: sign again"),
    ("0002-00000208", "the signature in Authorization is empty: sign again"),
    ("0002-00000209", "AdditionalHeaders is empty: leave it out"),
    ("0002-00000210", "AdditionalHeaders has an empty name: no ; at the end"),
    (
        "0002-00000211",
        "AdditionalHeaders names a header that was not sent, or has a _: send it, or do not sign it",
    ),
    ("0002-00000212", "the day of the credential is not that of x-oss-date: write it as 20260131"),
    ("0002-00000213", "the credential is not ID/DAY/REGION/oss/aliyun_v4_request: sign again"),
    (
        "0002-00000214",
        "x-oss-content-sha256 is not UNSIGNED-PAYLOAD: OSS takes no hash of the body",
    ),
    ("0002-00000215", "the URL has no x-oss-expires: use the whole URL, in quotes"),
    ("0002-00000216", "x-oss-expires is empty: sign again"),
    ("0002-00000217", "the URL has no x-oss-credential: use the whole URL, in quotes"),
    ("0002-00000218", "x-oss-credential is empty: sign again"),
    ("0002-00000219", "the URL has no x-oss-signature: use the whole URL, in quotes"),
    ("0002-00000220", "x-oss-signature is empty: sign again"),
    ("0002-00000222", "the AccessKey ID has a character that none has, such as CR: trim it"),
    ("0002-00000223", "the day of the credential is malformed: write it as 20260131"),
    ("0002-00000224", "x-oss-credential is malformed: percent-encode its / as %2F, once"),
    ("0002-00000226", "the region of the credential is not the bucket's: write cn-hangzhou"),
    ("0002-00000227", "the product of the credential is wrong: oss for all but cloud boxes"),
    ("0002-00000228", "the region of the credential is not the bucket's: write cn-hangzhou"),
    ("0002-00000232", "x-oss-expires is not within 1 to 604800 seconds: sign for 7 days at most"),
    (
        "0002-00000235",
        "the URL is used more than 15 minutes before its x-oss-date: set the clock of who signs",
    ),
    ("0002-00000236", "the URL has expired: sign a new one"),
    ("0002-00000502", "the date is malformed: Date as HTTP has it, x-oss-date as 20260131T120000Z"),
    ("0002-00000503", "there is neither Date nor x-oss-date: send x-oss-date"),
    ("0002-00000504", "the clocks differ by more than 15 minutes: set that of who signs"),
    ("0002-00000602", "the URL is bound to an IP address, and came from another: sign for that"),
    ("0002-00000701", "the form's x-oss-signature-version is unknown: write OSS4-HMAC-SHA256"),
    ("0002-00000702", "the form has no policy: send the one that was signed"),
    ("0002-00000703", "the form has no signature: x-oss-signature in V4, Signature in V1"),
    ("0002-00000704", "the form's signature is empty: sign again"),
    ("0002-00000705", "the form's signature does not match: sign the very text of field policy"),
    ("0002-00000706", "the form has no AccessKey ID: put the field before file"),
    ("0002-00000707", "the form's AccessKey ID is empty: load the credentials first"),
    ("0002-00000708", "the form's AccessKey ID has a character that none has: trim it"),
    ("0002-00000709", "the day of the form's credential is not today in UTC: sign again"),
    ("0002-00000710", "the form's credential is malformed: sign again"),
    ("0002-00000715", "the region of the form's credential is not the bucket's: sign for that"),
    ("0002-00000802", "the AccessKey ID of the RTMP URL is not usable: check it"),
    ("0002-00000901", "the AccessKey ID has a character that none has: trim it"),
    ("0002-00000902", "there is no such AccessKey ID: use one that exists"),
    ("0002-00000904", "the AccessKey is disabled: enable it, or use another"),
    ("0003-00000001", "the policies allow this to nobody here: grant the action"),
    ("0003-00000002", "this operation wants a signature: sign the request"),
    ("0003-00000005", "the ACL of the object forbids it: sign, or change the ACL"),
    ("0003-00000101", "the bucket policy denies it, whoever signs: change the policy"),
    ("0003-00000201", "a RAM policy denies it: remove the Deny, or add an Allow"),
    ("0003-00000301", "the AccessKey may not do this: grant the action"),
    (
        "0003-00000602",
        "no CORS rule of the bucket allows it: add one; the signature is not at fault",
    ),
    ("0003-00000703", "the requester pays: send x-oss-request-payer, signed"),
    ("0003-00000801", "the account is disabled or overdue: see to it in the console"),
    ("0003-00000905", "the caller may not use this bucket: check the host, then the permissions"),
    ("0003-00001201", "this operation refuses requests that are not signed: sign it"),
    ("0003-00001403", "the bucket is in another region: send to the endpoint that OSS names"),
    ("0006-00000208", "the policy has no expiration: give 2026-01-31T12:00:00.000Z"),
    ("0006-00000209", "the policy has neither expiration nor conditions: give both"),
    ("0006-00000210", "the policy's expiration is no text: give 2026-01-31T12:00:00.000Z"),
    ("0006-00000211", "the policy's expiration is empty: give 2026-01-31T12:00:00.000Z"),
    ("0006-00000213", "the policy has expired: sign a new one, in UTC"),
    ("0006-00000218", "a condition of the policy has the wrong shape: [\"eq\", \"$key\", \"…\"]"),
    (
        "0017-00000001",
        "OSS knows no such operation: a request for STS goes to sts.REGION.aliyuncs.com; else check \
         method and sub-resource",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_sorted_and_none_is_twice() {
        assert!(MEANINGS.is_sorted_by(|(left, _), (right, _)| left < right));
    }

    #[test]
    fn every_meaning_has_a_remedy_or_a_pointer() {
        for (number, meaning) in MEANINGS {
            assert!(meaning.contains(": "), "{number}");
        }
    }

    #[test]
    fn unknown_numbers_fall_back_to_their_family() {
        assert_eq!(meaning("0002-00000233"), family("0002-00000233"));
        assert!(meaning("0002-00000233").is_some_and(|meaning| meaning.contains("V4")));
        assert!(meaning("0002-00000107").is_some_and(|meaning| meaning.contains("V2")));
        for unknown in ["0002-00009999", "0099-00000001", "0002-", "", "x"] {
            assert_eq!(meaning(unknown), None, "{unknown}");
        }
    }
}
