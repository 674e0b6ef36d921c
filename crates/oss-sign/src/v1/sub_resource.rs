//! Which query parameters V1 signs.

use crate::canonical::Text;

/// Sub-resources by the documentation and by the tables of the official SDKs, but for `x-oss-*`.
///
/// The documentation's own list lags behind the service: each SDK signs names that only its own
/// features need. The union of them is what the service must know for all of them to work. Not in
/// it is `regions`, which no SDK's table has.
const SUB_RESOURCES: &[&str] = &[
    "accessPoint",
    "accessPointConfigForObjectProcess",
    "accessPointForObjectProcess",
    "accessPointPolicy",
    "accessPointPolicyForObjectProcess",
    "acl",
    "append",
    "asyncFetch",
    "bucketArchiveDirectRead",
    "bucketInfo",
    "callback",
    "callback-var",
    "cleanRestoredObject",
    "cloudboxes",
    "cname",
    "comp",
    "continuation-token",
    "cors",
    "delete",
    "encryption",
    "endTime",
    "group",
    "httpsConfig",
    "img",
    "inventory",
    "inventoryId",
    "legalHold",
    "lifecycle",
    "link",
    "live",
    "location",
    "logging",
    "metaQuery",
    "objectInfo",
    "objectMeta",
    "objectWorm",
    "overwriteConfig",
    "partNumber",
    "policy",
    "policyStatus",
    "position",
    "processConfiguration",
    "publicAccessBlock",
    "qos",
    "qosInfo",
    "qosRequester",
    "redundancyTransition",
    "referer",
    "regionList",
    "replication",
    "replicationLocation",
    "replicationProgress",
    "requestPayment",
    "requesterQosInfo",
    "resourceGroup",
    "resourcePool",
    "resourcePoolBuckets",
    "resourcePoolInfo",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "responseHeader",
    "restore",
    "retention",
    "rtc",
    "seal",
    "security-token",
    "sequential",
    "startTime",
    "stat",
    "status",
    "style",
    "styleName",
    "symlink",
    "tagging",
    "transferAcceleration",
    "udf",
    "udfApplication",
    "udfApplicationLog",
    "udfId",
    "udfImage",
    "udfImageDesc",
    "udfName",
    "uploadId",
    "uploads",
    "userDefinedLogFieldsConfig",
    "versionId",
    "versioning",
    "versions",
    "vip",
    "vod",
    "vpcip",
    "website",
    "withHashContext",
    "worm",
    "wormExtend",
    "wormId",
];

/// Whether V1 signs a query parameter of this name.
///
/// The rule for `x-oss-*` is that of the SDKs v2 for Go, PHP and C#.
pub(super) fn is_sub_resource(name: impl Text) -> bool {
    name.bytes().take(6).eq(*b"x-oss-") || name.read::<LONGEST, _>(find).is_some()
}

/// The longest of the names.
const LONGEST: usize = "accessPointPolicyForObjectProcess".len();

fn find(name: &[u8]) -> Option<usize> {
    // Most are told apart by their first letters.
    let compare = |entry: &&str| {
        let entry = entry.as_bytes();
        entry.first().cmp(&name.first()).then_with(|| entry.cmp(name))
    };
    SUB_RESOURCES.binary_search_by(compare).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted() {
        assert!(SUB_RESOURCES.is_sorted_by(|left, right| left < right));
    }

    #[test]
    fn no_name_is_too_long_to_be_found() {
        assert!(SUB_RESOURCES.iter().all(|name| is_sub_resource(*name)));
    }

    #[test]
    fn names_are_compared_with_their_case() {
        assert!(is_sub_resource("versionId"));
        assert!(!is_sub_resource("versionid"));
        assert!(is_sub_resource("x-oss-process"));
        assert!(is_sub_resource("x-oss-not-yet-invented"));
        assert!(!is_sub_resource("prefix"));
        assert!(!is_sub_resource("regions"));
    }
}
