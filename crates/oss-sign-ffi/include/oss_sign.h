/* oss-sign: signs requests and presigns URLs for Alibaba Cloud OSS.
 *
 * No function allocates, keeps a pointer after it returns, reads a clock, or uses static memory.
 * All may be called from several threads at once, with a key that none of them changes.
 *
 * Texts are UTF-8 and have a length. OSS_SIGN_TEXT and oss_sign_text_of make them of strings. What
 * is left zero in a structure is not there. A pointer that is NULL is an error, unless it is said
 * otherwise; so is a buffer that overlaps an input. Functions return OSS_SIGN_OK or a negative
 * oss_sign_error, which oss_sign_strerror has in words.
 *
 * This file is made by cbindgen from the sources: do not edit it.
 */

#ifndef OSS_SIGN_H
#define OSS_SIGN_H

#include <stddef.h>
#include <stdint.h>

#if UINTPTR_MAX > 0xffffffff
#define OSS_SIGN_64_BIT
#else
#define OSS_SIGN_32_BIT
#endif

/* A signing key that is not derived yet, for initializers. */
#define OSS_SIGN_KEY_INIT {{0}}

/* The text of a string literal, for initializers. */
#define OSS_SIGN_TEXT(literal) {(literal), sizeof(literal) - 1}

/* A buffer that is an array of char, for initializers. */
#define OSS_SIGN_BUFFER(array) {(array), sizeof(array), 0}

/*
 Nothing is wrong.
 */
#define OSS_SIGN_OK 0

#if defined(OSS_SIGN_64_BIT)
/*
 The size of a signing key, in words of 64 bits.
 */
#define OSS_SIGN_KEY_WORDS 96
#endif

#if defined(OSS_SIGN_32_BIT)
/*
 The size of a signing key, in words of 64 bits. Here it has no ready-made texts.
 */
#define OSS_SIGN_KEY_WORDS 32
#endif

/*
 How many query parameters, headers, and conditions of a policy there may be: of each so many.
 They are gathered on the stack.
 */
#define OSS_SIGN_MAX_ENTRIES 16

/*
 How bucket and key become host and path.
 */
enum oss_sign_addressing
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /*
     `https://BUCKET.oss-cn-hangzhou.aliyuncs.com/KEY`
     */
    OSS_SIGN_ADDRESSING_VIRTUAL_HOSTED = 0,
    /*
     `https://oss-cn-hangzhou.aliyuncs.com/BUCKET/KEY`: for gateways.
     */
    OSS_SIGN_ADDRESSING_PATH_STYLE = 1,
    /*
     `https://static.example.com/KEY`: a custom domain that is bound to the bucket.
     */
    OSS_SIGN_ADDRESSING_CNAME = 2,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum oss_sign_addressing oss_sign_addressing;
#else
typedef int32_t oss_sign_addressing;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/*
 What a field of the form must meet.
 */
enum oss_sign_condition_kind
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    /*
     The field has just this `value`.
     */
    OSS_SIGN_CONDITION_KIND_EQUAL = 0,
    /*
     The field begins with `value`.
     */
    OSS_SIGN_CONDITION_KIND_STARTS_WITH = 1,
    /*
     The field is one of `values`.
     */
    OSS_SIGN_CONDITION_KIND_IN = 2,
    /*
     The field is none of `values`.
     */
    OSS_SIGN_CONDITION_KIND_NOT_IN = 3,
    /*
     The file has at least `min` and at most `max` bytes. There is no field.
     */
    OSS_SIGN_CONDITION_KIND_CONTENT_LENGTH_RANGE = 4,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum oss_sign_condition_kind oss_sign_condition_kind;
#else
typedef int32_t oss_sign_condition_kind;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/*
 What is wrong. `oss_sign_strerror` has it in words.
 */
enum oss_sign_error
#if defined(__cplusplus) || __STDC_VERSION__ >= 202311L
  : int32_t
#endif // defined(__cplusplus) || __STDC_VERSION__ >= 202311L
 {
    OSS_SIGN_ERROR_NULL_POINTER = -1,
    OSS_SIGN_ERROR_UTF8 = -2,
    OSS_SIGN_ERROR_BUFFER_TOO_SMALL = -3,
    OSS_SIGN_ERROR_OVERLAP = -4,
    OSS_SIGN_ERROR_KEY_NOT_DERIVED = -5,
    OSS_SIGN_ERROR_TOO_MANY = -6,
    OSS_SIGN_ERROR_ACCESS_KEY_ID = -7,
    OSS_SIGN_ERROR_ACCESS_KEY_SECRET = -8,
    OSS_SIGN_ERROR_SECURITY_TOKEN = -9,
    OSS_SIGN_ERROR_REGION = -10,
    OSS_SIGN_ERROR_PRODUCT = -11,
    OSS_SIGN_ERROR_BUCKET = -12,
    OSS_SIGN_ERROR_OBJECT_KEY = -13,
    OSS_SIGN_ERROR_METHOD = -14,
    OSS_SIGN_ERROR_ENDPOINT = -15,
    OSS_SIGN_ERROR_TIME = -16,
    OSS_SIGN_ERROR_EXPIRES = -17,
    OSS_SIGN_ERROR_KEY_OF_ANOTHER_DAY = -18,
    OSS_SIGN_ERROR_KEY_OF_ANOTHER_ACCESS_KEY = -19,
    OSS_SIGN_ERROR_PARAMETER = -20,
    OSS_SIGN_ERROR_DUPLICATE_PARAMETER = -21,
    OSS_SIGN_ERROR_SIGNATURE_PARAMETER = -22,
    OSS_SIGN_ERROR_HEADER_NAME = -23,
    OSS_SIGN_ERROR_HEADER_VALUE = -24,
    OSS_SIGN_ERROR_SIGNATURE_HEADER = -25,
    OSS_SIGN_ERROR_HEADER_IS_PARAMETER = -26,
    OSS_SIGN_ERROR_ADDITIONAL_HEADER = -27,
    OSS_SIGN_ERROR_NOT_IN_V1 = -28,
    OSS_SIGN_ERROR_CONDITION = -29,
    OSS_SIGN_ERROR_NOT_SIGNED = -30,
    OSS_SIGN_ERROR_EXPIRED = -31,
    OSS_SIGN_ERROR_NOT_YET_VALID = -32,
    OSS_SIGN_ERROR_TIME_TOO_SKEWED = -33,
    OSS_SIGN_ERROR_SIGNATURE_DOES_NOT_MATCH = -34,
    OSS_SIGN_ERROR_OTHER = -35,
};
#ifndef __cplusplus
#if __STDC_VERSION__ >= 202311L
typedef enum oss_sign_error oss_sign_error;
#else
typedef int32_t oss_sign_error;
#endif // __STDC_VERSION__ >= 202311L
#endif // __cplusplus

/*
 A text: UTF-8, not ended by NUL. Empty if its length is 0, whatever `data` is.
 */
typedef struct oss_sign_text {
    /*
     The first byte.
     */
    const char *data;
    /*
     How many bytes.
     */
    size_t length;
} oss_sign_text;

/*
 A signing key: what V4 signs with, derived from the AccessKey secret for one UTC day, region and
 product. All zeros before it is derived, as static memory is; `OSS_SIGN_KEY_INIT` for others.

 It has no pointers: it may be copied and moved. Treat it as the secret that it is for a day.
 */
typedef struct oss_sign_key {
    /*
     Not for the caller.
     */
    uint64_t private_words[OSS_SIGN_KEY_WORDS];
} oss_sign_key;

/*
 An AccessKey pair, and the security token of a temporary one.
 */
typedef struct oss_sign_credentials {
    /*
     The AccessKey ID.
     */
    struct oss_sign_text access_key_id;
    /*
     The AccessKey secret.
     */
    struct oss_sign_text access_key_secret;
    /*
     The security token; empty for a long-term AccessKey.
     */
    struct oss_sign_text security_token;
} oss_sign_credentials;

/*
 A condition of a policy.
 */
typedef struct oss_sign_condition {
    /*
     One of `oss_sign_condition_kind`.
     */
    int32_t kind;
    /*
     The name of the form field, without `$`.
     */
    struct oss_sign_text name;
    /*
     For EQUAL and STARTS_WITH.
     */
    struct oss_sign_text value;
    /*
     For IN and NOT_IN: at most OSS_SIGN_MAX_ENTRIES, of one condition or of all.
     */
    const struct oss_sign_text *values;
    /*
     How many.
     */
    size_t values_length;
    /*
     For CONTENT_LENGTH_RANGE.
     */
    uint64_t min;
    /*
     For CONTENT_LENGTH_RANGE.
     */
    uint64_t max;
} oss_sign_condition;

/*
 Where a function writes a text. The text is ended by NUL; so a buffer must have one byte more
 than the text.
 */
typedef struct oss_sign_buffer {
    /*
     The first byte; may be NULL if `capacity` is 0, to ask for the length.
     */
    char *data;
    /*
     How many bytes there are.
     */
    size_t capacity;
    /*
     Set by the function: how long the text is, without the NUL that ends it. With
     OSS_SIGN_ERROR_BUFFER_TOO_SMALL, how long it would be: `data` is then empty. With another
     error, 0.
     */
    size_t length;
} oss_sign_buffer;

/*
 The form fields that `oss_sign_post_policy` writes. Besides them go those whose values the
 conditions fix, `x-oss-signature-version: OSS4-HMAC-SHA256`, with a temporary AccessKey
 `x-oss-security-token`, and at last `file`.
 */
typedef struct oss_sign_form {
    /*
     `policy`
     */
    struct oss_sign_buffer policy;
    /*
     `x-oss-signature`
     */
    struct oss_sign_buffer signature;
    /*
     `x-oss-credential`
     */
    struct oss_sign_buffer credential;
    /*
     `x-oss-date`
     */
    struct oss_sign_buffer date;
} oss_sign_form;

/*
 A query parameter, or a header: name and value as they are, without any encoding.
 */
typedef struct oss_sign_pair {
    /*
     The name.
     */
    struct oss_sign_text name;
    /*
     The value; empty for a query parameter without one.
     */
    struct oss_sign_text value;
} oss_sign_pair;

/*
 What is asked of OSS. What is left zero is not there.
 */
typedef struct oss_sign_request {
    /*
     `GET`, `PUT` and so on, in capitals.
     */
    struct oss_sign_text method;
    /*
     The bucket; empty for the service.
     */
    struct oss_sign_text bucket;
    /*
     The object key, without any encoding; empty for the bucket itself.
     */
    struct oss_sign_text key;
    /*
     The query parameter `x-oss-process`.
     */
    struct oss_sign_text process;
    /*
     The query parameter `versionId`.
     */
    struct oss_sign_text version_id;
    /*
     The other query parameters, in any order.
     */
    const struct oss_sign_pair *query;
    /*
     How many.
     */
    size_t query_length;
    /*
     The headers that will be sent, but for those that the signature adds.
     */
    const struct oss_sign_pair *headers;
    /*
     How many.
     */
    size_t headers_length;
    /*
     Names of headers that are to be signed though OSS does not demand it, in V4.
     */
    const struct oss_sign_text *additional_headers;
    /*
     How many.
     */
    size_t additional_headers_length;
} oss_sign_request;

/*
 Where a request goes. Where a pointer to one may be NULL, that is the public endpoint of the
 key's region, over https.
 */
typedef struct oss_sign_endpoint {
    /*
     `[http://|https://]HOST[:PORT]`
     */
    struct oss_sign_text url;
    /*
     One of `oss_sign_addressing`; an IP address is addressed in path style anyway.
     */
    int32_t addressing;
} oss_sign_endpoint;

/*
 What `oss_sign_headers` writes.
 */
typedef struct oss_sign_signed_headers {
    /*
     The value of Authorization.
     */
    struct oss_sign_buffer authorization;
    /*
     The value of x-oss-date: 16 characters.
     */
    struct oss_sign_buffer date;
    /*
     The value of Host.
     */
    struct oss_sign_buffer host;
    /*
     What to ask for.
     */
    struct oss_sign_buffer path_and_query;
} oss_sign_signed_headers;

/*
 A request as it arrived, nothing of it decoded.
 */
typedef struct oss_sign_received {
    /*
     As in the request line.
     */
    struct oss_sign_text method;
    /*
     As in the request line: with at most 32 parameters.
     */
    struct oss_sign_text path_and_query;
    /*
     All headers; their values need not be UTF-8.
     */
    const struct oss_sign_pair *headers;
    /*
     How many.
     */
    size_t headers_length;
} oss_sign_received;

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/*
 Sets `offset` to what is to be added to the device's own count of seconds to have the time, from
 what an answer of OSS says that arrived at `own_seconds`: the header Date, or ServerTime in the
 XML of an error.
 */
int32_t oss_sign_clock_offset(uint64_t own_seconds, struct oss_sign_text date, int64_t *offset);

/*
 Sets `now` to the seconds since 1970 at which the device's own count is `own_seconds`.
 */
int32_t oss_sign_clock_now(int64_t offset, uint64_t own_seconds, uint64_t *now);

/*
 Says in English what a code means. The string is static, and never NULL.
 */
const char *oss_sign_strerror(int32_t code);

/*
 Derives the signing key for the UTC day of `now`, which is in seconds since 1970. `product` is
 `oss` if it is empty.
 */
int32_t oss_sign_key_derive(struct oss_sign_key *key,
                            const struct oss_sign_credentials *credentials,
                            struct oss_sign_text region,
                            struct oss_sign_text product,
                            uint64_t now);

/*
 Derives the key anew if it is of another UTC day than `now`, or of another AccessKey.
 */
int32_t oss_sign_key_refresh(struct oss_sign_key *key,
                             const struct oss_sign_credentials *credentials,
                             uint64_t now);

/*
 Overwrites the key with zeros. NULL is let pass.
 */
void oss_sign_key_wipe(struct oss_sign_key *key);

/*
 Signs a policy with V4: whoever has the form can upload to the bucket what the conditions let
 pass, any number of times, from `now` (seconds since 1970) until it expires (1 to 604800 seconds
 later). Restrict at least `key` and the size.
 */
int32_t oss_sign_post_policy(const struct oss_sign_key *key,
                             const struct oss_sign_credentials *credentials,
                             struct oss_sign_text bucket,
                             const struct oss_sign_condition *conditions,
                             size_t conditions_length,
                             uint64_t now,
                             uint32_t expires_seconds,
                             struct oss_sign_form *form);

/*
 The text of a string that ends with NUL; an empty one for NULL.
 */
struct oss_sign_text oss_sign_text_of(const char *string);

/*
 Writes a presigned URL of V1, which OSS closed to new accounts and buckets in 2025. There is no
 signing key, and `endpoint` must be given.
 */
int32_t oss_sign_v1_presign(const struct oss_sign_credentials *credentials,
                            const struct oss_sign_request *request,
                            const struct oss_sign_endpoint *endpoint,
                            uint64_t now,
                            uint32_t expires_seconds,
                            struct oss_sign_buffer *url);

/*
 Writes a presigned URL: whoever has it can send this request, and no other, from `now` (seconds
 since 1970) until it expires (1 to 604800 seconds later). Its holder must send those of the
 request's headers that are signed: Content-Type, Content-MD5, every x-oss-*, and the additional
 ones. `endpoint` may be NULL.
 */
int32_t oss_sign_presign(const struct oss_sign_key *key,
                         const struct oss_sign_credentials *credentials,
                         const struct oss_sign_request *request,
                         const struct oss_sign_endpoint *endpoint,
                         uint64_t now,
                         uint32_t expires_seconds,
                         struct oss_sign_buffer *url);

/*
 As `oss_sign_presign`, for HTTP clients that take the host apart from path and query.
 */
int32_t oss_sign_presign_parts(const struct oss_sign_key *key,
                               const struct oss_sign_credentials *credentials,
                               const struct oss_sign_request *request,
                               const struct oss_sign_endpoint *endpoint,
                               uint64_t now,
                               uint32_t expires_seconds,
                               struct oss_sign_buffer *host,
                               struct oss_sign_buffer *path_and_query);

/*
 Signs a request by headers, to be sent within 15 minutes of `now` (seconds since 1970).

 To be sent are those of the request, `Authorization`, `x-oss-date`, `x-oss-content-sha256:
 UNSIGNED-PAYLOAD`, and with a temporary AccessKey `x-oss-security-token`. `endpoint` may be NULL.
 */
int32_t oss_sign_headers(const struct oss_sign_key *key,
                         const struct oss_sign_credentials *credentials,
                         const struct oss_sign_request *request,
                         const struct oss_sign_endpoint *endpoint,
                         uint64_t now,
                         struct oss_sign_signed_headers *headers);

/*
 Whether a request was signed with this AccessKey, V4 or V1, in the URL or by headers, and is valid
 at `now` (seconds since 1970), give or take `tolerance_seconds`: OSS has 900.

 `bucket` is the one that the host of the request stands for; empty where the path begins with it.
 */
int32_t oss_sign_verify(const struct oss_sign_credentials *credentials,
                        struct oss_sign_text bucket,
                        const struct oss_sign_received *received,
                        uint64_t now,
                        uint32_t tolerance_seconds);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* OSS_SIGN_H */
