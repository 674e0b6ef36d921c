/* What the library does when called from C: the signatures of the official SDKs, and every way to
 * call it wrongly. Prints what fails; the exit status says whether anything did. */
#include <stdio.h>
#include <string.h>

#include "oss_sign.h"

static int failures = 0;

#define CHECK(condition)                                                  \
    do {                                                                  \
        if (!(condition)) {                                               \
            printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
            failures++;                                                   \
        }                                                                 \
    } while (0)

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

/* tests/vectors: alibabacloud-oss-go-sdk-v2/p1001-01574 */
static const uint64_t NOW = 1540171300;
static const uint32_t EXPIRES = 456578;
static const oss_sign_credentials CREDENTIALS = {
    OSS_SIGN_TEXT("LTAI5tFakeFakeFakeFake01"),
    OSS_SIGN_TEXT("NotARealSecret/With+Base64Chars=="),
    {NULL, 0},
};
static const oss_sign_text REGION = OSS_SIGN_TEXT("cn-hangzhou");
static const oss_sign_text NOTHING = {NULL, 0};
static const oss_sign_pair QUERY[] = {
    {OSS_SIGN_TEXT("x-oss-traffic-limit"), OSS_SIGN_TEXT("250097118")},
};
static const oss_sign_pair HEADERS[] = {
    {OSS_SIGN_TEXT("Content-Type"),
     OSS_SIGN_TEXT("multipart/form-data; boundary=----FakeBoundary7MA4YWxk")},
    {OSS_SIGN_TEXT("Content-MD5"), OSS_SIGN_TEXT("VuxhlUUFMWptBqG0zyyRMw==")},
    {OSS_SIGN_TEXT("x-oss-meta-yfe"), OSS_SIGN_TEXT("mm-")},
    {OSS_SIGN_TEXT("X-OSS-META-NF"), OSS_SIGN_TEXT(":")},
};
static const oss_sign_request PUT = {
    OSS_SIGN_TEXT("PUT"),
    OSS_SIGN_TEXT("example-bucket-01"),
    OSS_SIGN_TEXT("\xe4\xb8\xad/\xe5\x9b\xbe\xe7\x89\x87/\xe7\xa4\xba\xe4\xbe\x8b.jpg"),
    OSS_SIGN_TEXT("image/resize,m_fill,h_100,w_100/format,webp"),
    {NULL, 0},
    QUERY,
    LENGTH(QUERY),
    HEADERS,
    LENGTH(HEADERS),
    NULL,
    0,
};
static const oss_sign_endpoint PLAIN_HTTP = {OSS_SIGN_TEXT("http://oss-cn-hangzhou.aliyuncs.com"),
                                             OSS_SIGN_ADDRESSING_VIRTUAL_HOSTED};
#define PUT_HOST "example-bucket-01.oss-cn-hangzhou.aliyuncs.com"
#define PUT_PATH_AND_QUERY                                                                  \
    "/%E4%B8%AD/%E5%9B%BE%E7%89%87/%E7%A4%BA%E4%BE%8B.jpg"                                  \
    "?x-oss-credential="                                                                    \
    "LTAI5tFakeFakeFakeFake01%2F20181022%2Fcn-hangzhou%2Foss%2Faliyun_v4_request"           \
    "&x-oss-date=20181022T012140Z&x-oss-expires=456578"                                     \
    "&x-oss-process=image%2Fresize%2Cm_fill%2Ch_100%2Cw_100%2Fformat%2Cwebp"                \
    "&x-oss-signature=256043f2988628764ff09791f975b77c8537258a596278420d97ce7eec456d0e"     \
    "&x-oss-signature-version=OSS4-HMAC-SHA256&x-oss-traffic-limit=250097118"

/* The rest of the memory is zeros, so it needs no initializer. */
static oss_sign_key key;

static int presign(const oss_sign_request *request, oss_sign_buffer *url)
{
    return oss_sign_presign(&key, &CREDENTIALS, request, &PLAIN_HTTP, NOW, EXPIRES, url);
}

static void is_what_the_sdk_signs(void)
{
    char url_text[600], host_text[64], path_text[600];
    oss_sign_buffer url = OSS_SIGN_BUFFER(url_text);
    oss_sign_buffer host = OSS_SIGN_BUFFER(host_text);
    oss_sign_buffer path = OSS_SIGN_BUFFER(path_text);

    CHECK(presign(&PUT, &url) == OSS_SIGN_OK);
    CHECK(strcmp(url_text, "http://" PUT_HOST PUT_PATH_AND_QUERY) == 0);
    CHECK(url.length == strlen(url_text));

    CHECK(oss_sign_presign_parts(&key, &CREDENTIALS, &PUT, NULL, NOW, EXPIRES, &host, &path) ==
          OSS_SIGN_OK);
    CHECK(strcmp(host_text, PUT_HOST) == 0);
    CHECK(strcmp(path_text, PUT_PATH_AND_QUERY) == 0);
}

static void without_an_endpoint_it_is_the_public_one_of_the_region(void)
{
    char text[600];
    oss_sign_buffer url = OSS_SIGN_BUFFER(text);
    CHECK(oss_sign_presign(&key, &CREDENTIALS, &PUT, NULL, NOW, EXPIRES, &url) == OSS_SIGN_OK);
    CHECK(strcmp(text, "https://" PUT_HOST PUT_PATH_AND_QUERY) == 0);
}

/* tests/vectors: alibabacloud-oss-go-sdk-v2/p1001-01590 */
static void signs_by_headers(void)
{
    static const oss_sign_credentials temporary = {
        OSS_SIGN_TEXT("STS.FakeNVnHuAmNMYt9x"),
        OSS_SIGN_TEXT("FakeStsSecret9x8y7z6w5v4u3t2s1r"),
        OSS_SIGN_TEXT("fake%2Btoken&with=odd chars~!*'()"),
    };
    static const oss_sign_pair query[] = {{OSS_SIGN_TEXT("partNumber"), OSS_SIGN_TEXT("8597")}};
    static const oss_sign_pair headers[] = {
        {OSS_SIGN_TEXT("Content-Type"), OSS_SIGN_TEXT("text/plain")},
        {OSS_SIGN_TEXT("Content-MD5"), OSS_SIGN_TEXT("BKmzhTJSeSA6LLKQp/JjXg==")},
        {OSS_SIGN_TEXT("x-OSS-metA-Roa"), OSS_SIGN_TEXT("fBX mM:oMc")},
    };
    oss_sign_request request = {0};
    const uint64_t now = 1598413377;
    oss_sign_key its_key = OSS_SIGN_KEY_INIT;
    char authorization[200], date[17], host[64], path[128];
    oss_sign_signed_headers signed_headers = {OSS_SIGN_BUFFER(authorization), OSS_SIGN_BUFFER(date),
                                              OSS_SIGN_BUFFER(host), OSS_SIGN_BUFFER(path)};
    request.method = oss_sign_text_of("PUT");
    request.bucket = oss_sign_text_of("abc");
    request.key = oss_sign_text_of("dir/\xe5\x9b\xbe\xe7\x89\x87/\xe7\xa4\xba\xe4\xbe\x8b.jpg");
    request.query = query;
    request.query_length = LENGTH(query);
    request.headers = headers;
    request.headers_length = LENGTH(headers);

    CHECK(oss_sign_key_derive(&its_key, &temporary, REGION, NOTHING, now) == OSS_SIGN_OK);
    CHECK(oss_sign_headers(&its_key, &temporary, &request, NULL, now, &signed_headers) ==
          OSS_SIGN_OK);
    CHECK(strcmp(authorization,
                 "OSS4-HMAC-SHA256 Credential=STS.FakeNVnHuAmNMYt9x/20200826/cn-hangzhou/oss/"
                 "aliyun_v4_request,Signature="
                 "f30e672f296512c4f9d936f4283951d902f388b18cdbfb8b827ab4bede0808dd") == 0);
    CHECK(strcmp(date, "20200826T034257Z") == 0);
    CHECK(strcmp(host, "abc.oss-cn-hangzhou.aliyuncs.com") == 0);
    CHECK(strcmp(path, "/dir/%E5%9B%BE%E7%89%87/%E7%A4%BA%E4%BE%8B.jpg?partNumber=8597") == 0);
    oss_sign_key_wipe(&its_key);
}

/* tests/vectors: aliyun-oss-go-sdk/p1001-01573 */
static void signs_with_v1(void)
{
    char text[600];
    oss_sign_buffer url = OSS_SIGN_BUFFER(text);
    CHECK(oss_sign_v1_presign(&CREDENTIALS, &PUT, &PLAIN_HTTP, NOW, EXPIRES, &url) == OSS_SIGN_OK);
    CHECK(strstr(text, "&Signature=ncrFHCttPTnTbMx0DtCFj%2FC6E9I%3D&") != NULL);
    CHECK(oss_sign_v1_presign(&CREDENTIALS, &PUT, NULL, NOW, EXPIRES, &url) ==
          OSS_SIGN_ERROR_NULL_POINTER);
}

/* tests/vectors: ali-oss/p1001-02246 */
static void signs_forms(void)
{
    static const oss_sign_credentials pair = {
        OSS_SIGN_TEXT("LTAIFAKEfakeFAKE0001"),
        OSS_SIGN_TEXT("FakeSecretForTestVectors0000001"),
        {NULL, 0},
    };
    static const oss_sign_text bucket = OSS_SIGN_TEXT("example-bucket-01");
    static const oss_sign_text types[] = {OSS_SIGN_TEXT("image/jpeg"), OSS_SIGN_TEXT("image/png")};
    oss_sign_condition conditions[2] = {{0}, {0}};
    const uint64_t now = 1865091947;
    oss_sign_key its_key = OSS_SIGN_KEY_INIT;
    char policy[700], signature[65], credential[128], date[17];
    oss_sign_form form = {OSS_SIGN_BUFFER(policy), OSS_SIGN_BUFFER(signature),
                          OSS_SIGN_BUFFER(credential), OSS_SIGN_BUFFER(date)};

    CHECK(oss_sign_key_derive(&its_key, &pair, oss_sign_text_of("ap-southeast-1"), NOTHING, now) ==
          OSS_SIGN_OK);
    CHECK(oss_sign_post_policy(&its_key, &pair, bucket, NULL, 0, now, 413904, &form) ==
          OSS_SIGN_OK);
    CHECK(strcmp(signature, "0e495be10ff66f6af75d0fe2221486fa5f31f9b58a04342087555668f9a2cbac") ==
          0);
    CHECK(strcmp(credential, "LTAIFAKEfakeFAKE0001/20290206/ap-southeast-1/oss/aliyun_v4_request") ==
          0);
    CHECK(strcmp(date, "20290206T170547Z") == 0);
    CHECK(strncmp(policy, "eyJleHBpcmF0aW9uIjoiMjAyOS0wMi0xMVQxMjowNDoxMS4wMDBaIiwi", 56) == 0);

    conditions[0].kind = OSS_SIGN_CONDITION_KIND_IN;
    conditions[0].name = oss_sign_text_of("content-type");
    conditions[0].values = types;
    conditions[0].values_length = LENGTH(types);
    conditions[1].kind = OSS_SIGN_CONDITION_KIND_CONTENT_LENGTH_RANGE;
    conditions[1].min = 1;
    conditions[1].max = 1000;
    CHECK(oss_sign_post_policy(&its_key, &pair, bucket, conditions, 2, now, 600, &form) ==
          OSS_SIGN_OK);
    conditions[1].max = 0;
    CHECK(oss_sign_post_policy(&its_key, &pair, bucket, conditions, 2, now, 600, &form) ==
          OSS_SIGN_ERROR_CONDITION);
    conditions[1].kind = 99;
    CHECK(oss_sign_post_policy(&its_key, &pair, bucket, conditions, 2, now, 600, &form) ==
          OSS_SIGN_ERROR_CONDITION);
    CHECK(oss_sign_post_policy(&its_key, &pair, bucket, NULL, 1, now, 600, &form) ==
          OSS_SIGN_ERROR_NULL_POINTER);
    CHECK(oss_sign_post_policy(&its_key, &pair, bucket, NULL, 0, now, 600, NULL) ==
          OSS_SIGN_ERROR_NULL_POINTER);
}

static void verifies(void)
{
    oss_sign_received received = {0};
    received.method = oss_sign_text_of("PUT");
    received.path_and_query = oss_sign_text_of(PUT_PATH_AND_QUERY);
    received.headers = HEADERS;
    received.headers_length = LENGTH(HEADERS);

    CHECK(oss_sign_verify(&CREDENTIALS, PUT.bucket, &received, NOW, 900) == OSS_SIGN_OK);
    CHECK(oss_sign_verify(&CREDENTIALS, PUT.bucket, &received, NOW + EXPIRES + 1, 900) ==
          OSS_SIGN_ERROR_EXPIRED);
    CHECK(oss_sign_verify(&CREDENTIALS, PUT.bucket, &received, NOW - 901, 900) ==
          OSS_SIGN_ERROR_NOT_YET_VALID);
    CHECK(oss_sign_verify(&CREDENTIALS, oss_sign_text_of("another-bucket"), &received, NOW, 900) ==
          OSS_SIGN_ERROR_SIGNATURE_DOES_NOT_MATCH);
    received.headers_length = 0;
    CHECK(oss_sign_verify(&CREDENTIALS, PUT.bucket, &received, NOW, 900) ==
          OSS_SIGN_ERROR_SIGNATURE_DOES_NOT_MATCH);
    received.path_and_query = oss_sign_text_of("/");
    CHECK(oss_sign_verify(&CREDENTIALS, PUT.bucket, &received, NOW, 900) ==
          OSS_SIGN_ERROR_NOT_SIGNED);
    CHECK(oss_sign_verify(&CREDENTIALS, PUT.bucket, NULL, NOW, 900) == OSS_SIGN_ERROR_NULL_POINTER);
}

static void a_key_is_of_a_day_and_an_access_key(void)
{
    char text[600];
    oss_sign_buffer url = OSS_SIGN_BUFFER(text);
    oss_sign_key its_key = OSS_SIGN_KEY_INIT;
    oss_sign_key copy;
    oss_sign_credentials others = CREDENTIALS;
    const uint64_t tomorrow = NOW + 86400;
    others.access_key_id = oss_sign_text_of("LTAI5tAnotherKeyId");

    CHECK(oss_sign_presign(&its_key, &CREDENTIALS, &PUT, NULL, NOW, 600, &url) ==
          OSS_SIGN_ERROR_KEY_NOT_DERIVED);
    CHECK(oss_sign_key_refresh(&its_key, &CREDENTIALS, NOW) == OSS_SIGN_ERROR_KEY_NOT_DERIVED);
    CHECK(oss_sign_key_derive(&its_key, &CREDENTIALS, REGION, NOTHING, NOW) == OSS_SIGN_OK);
    CHECK(oss_sign_presign(&its_key, &CREDENTIALS, &PUT, NULL, tomorrow, 600, &url) ==
          OSS_SIGN_ERROR_KEY_OF_ANOTHER_DAY);
    CHECK(oss_sign_presign(&its_key, &others, &PUT, NULL, NOW, 600, &url) ==
          OSS_SIGN_ERROR_KEY_OF_ANOTHER_ACCESS_KEY);
    CHECK(oss_sign_key_refresh(&its_key, &CREDENTIALS, tomorrow) == OSS_SIGN_OK);
    CHECK(oss_sign_presign(&its_key, &CREDENTIALS, &PUT, NULL, tomorrow, 600, &url) == OSS_SIGN_OK);

    copy = its_key;
    oss_sign_key_wipe(&its_key);
    CHECK(oss_sign_presign(&its_key, &CREDENTIALS, &PUT, NULL, tomorrow, 600, &url) ==
          OSS_SIGN_ERROR_KEY_NOT_DERIVED);
    CHECK(oss_sign_presign(&copy, &CREDENTIALS, &PUT, NULL, tomorrow, 600, &url) == OSS_SIGN_OK);
    oss_sign_key_wipe(&copy);
    oss_sign_key_wipe(NULL);
}

static void short_buffers_say_what_they_need(void)
{
    static const char expected[] = "http://" PUT_HOST PUT_PATH_AND_QUERY;
    char text[sizeof(expected)];
    char short_text[8];
    oss_sign_buffer url = OSS_SIGN_BUFFER(text);
    oss_sign_buffer short_url = OSS_SIGN_BUFFER(short_text);
    oss_sign_buffer no_url = {NULL, 0, 99};
    const size_t length = sizeof(expected) - 1;

    /* Just enough, and one byte less: for the NUL that ends it. */
    CHECK(presign(&PUT, &url) == OSS_SIGN_OK);
    CHECK(strcmp(text, expected) == 0);
    url.capacity = length;
    CHECK(presign(&PUT, &url) == OSS_SIGN_ERROR_BUFFER_TOO_SMALL);
    CHECK(url.length == length);
    CHECK(text[0] == '\0');

    CHECK(presign(&PUT, &short_url) == OSS_SIGN_ERROR_BUFFER_TOO_SMALL);
    CHECK(short_url.length == length);
    CHECK(short_text[0] == '\0');

    CHECK(presign(&PUT, &no_url) == OSS_SIGN_ERROR_BUFFER_TOO_SMALL);
    CHECK(no_url.length == length);
    no_url.capacity = 1;
    CHECK(presign(&PUT, &no_url) == OSS_SIGN_ERROR_NULL_POINTER);

    /* Of two buffers each says it. */
    short_url.length = 0;
    url.capacity = sizeof(text);
    CHECK(oss_sign_presign_parts(&key, &CREDENTIALS, &PUT, NULL, NOW, EXPIRES, &short_url, &url) ==
          OSS_SIGN_ERROR_BUFFER_TOO_SMALL);
    CHECK(short_url.length == strlen(PUT_HOST));
    CHECK(url.length == strlen(PUT_PATH_AND_QUERY));
}

static void null_is_an_error(void)
{
    char text[600];
    oss_sign_buffer url = OSS_SIGN_BUFFER(text);
    oss_sign_request request = PUT;
    oss_sign_key its_key = OSS_SIGN_KEY_INIT;

    CHECK(oss_sign_key_derive(NULL, &CREDENTIALS, REGION, NOTHING, NOW) ==
          OSS_SIGN_ERROR_NULL_POINTER);
    CHECK(oss_sign_key_derive(&its_key, NULL, REGION, NOTHING, NOW) == OSS_SIGN_ERROR_NULL_POINTER);
    CHECK(oss_sign_key_refresh(NULL, &CREDENTIALS, NOW) == OSS_SIGN_ERROR_NULL_POINTER);
    CHECK(oss_sign_presign(NULL, &CREDENTIALS, &PUT, NULL, NOW, 600, &url) ==
          OSS_SIGN_ERROR_NULL_POINTER);
    CHECK(oss_sign_presign(&key, NULL, &PUT, NULL, NOW, 600, &url) == OSS_SIGN_ERROR_NULL_POINTER);
    CHECK(oss_sign_presign(&key, &CREDENTIALS, NULL, NULL, NOW, 600, &url) ==
          OSS_SIGN_ERROR_NULL_POINTER);
    CHECK(oss_sign_presign(&key, &CREDENTIALS, &PUT, NULL, NOW, 600, NULL) ==
          OSS_SIGN_ERROR_NULL_POINTER);
    CHECK(oss_sign_headers(&key, &CREDENTIALS, &PUT, NULL, NOW, NULL) ==
          OSS_SIGN_ERROR_NULL_POINTER);

    request.query = NULL;
    CHECK(presign(&request, &url) == OSS_SIGN_ERROR_NULL_POINTER);
    request = PUT;
    request.headers = NULL;
    CHECK(presign(&request, &url) == OSS_SIGN_ERROR_NULL_POINTER);
    request = PUT;
    request.additional_headers_length = 1;
    CHECK(presign(&request, &url) == OSS_SIGN_ERROR_NULL_POINTER);
    request = PUT;
    request.method.data = NULL;
    CHECK(presign(&request, &url) == OSS_SIGN_ERROR_NULL_POINTER);
}

static void what_is_of_no_length_is_not_there(void)
{
    char text[600];
    oss_sign_buffer url = OSS_SIGN_BUFFER(text);
    oss_sign_request request = PUT;
    oss_sign_credentials credentials = CREDENTIALS;
    oss_sign_key its_key = OSS_SIGN_KEY_INIT;

    /* Wherever it points to. */
    request.query_length = 0;
    request.headers = (const oss_sign_pair *)text;
    request.headers_length = 0;
    request.process.length = 0;
    CHECK(presign(&request, &url) == OSS_SIGN_OK);
    CHECK(strstr(text, "x-oss-process") == NULL);
    CHECK(strstr(text, "x-oss-traffic-limit") == NULL);

    request.key.length = 0;
    CHECK(presign(&request, &url) == OSS_SIGN_OK);
    CHECK(strstr(text, PUT_HOST "/?") != NULL);
    request.bucket.length = 0;
    CHECK(presign(&request, &url) == OSS_SIGN_OK);
    CHECK(strstr(text, "http://oss-cn-hangzhou.aliyuncs.com/?") == text);
    request.key = PUT.key;
    CHECK(presign(&request, &url) == OSS_SIGN_ERROR_OBJECT_KEY);
    request = PUT;
    request.method.length = 0;
    CHECK(presign(&request, &url) == OSS_SIGN_ERROR_METHOD);

    credentials.access_key_id.length = 0;
    CHECK(oss_sign_key_derive(&its_key, &credentials, REGION, NOTHING, NOW) ==
          OSS_SIGN_ERROR_ACCESS_KEY_ID);
    credentials = CREDENTIALS;
    credentials.access_key_secret.length = 0;
    CHECK(oss_sign_key_derive(&its_key, &credentials, REGION, NOTHING, NOW) ==
          OSS_SIGN_ERROR_ACCESS_KEY_SECRET);
    CHECK(oss_sign_key_derive(&its_key, &CREDENTIALS, NOTHING, NOTHING, NOW) ==
          OSS_SIGN_ERROR_REGION);
    CHECK(oss_sign_text_of(NULL).length == 0);
}

static void overlap_is_an_error(void)
{
    /* Room for an input, with a URL written over it. */
    char text[600] = "photos/cat.jpg";
    oss_sign_buffer url = OSS_SIGN_BUFFER(text);
    oss_sign_request request = PUT;
    union {
        oss_sign_request request;
        oss_sign_pair pairs[1];
        oss_sign_credentials credentials;
        oss_sign_key key;
        char text[600];
    } shared;
    oss_sign_buffer over_shared = OSS_SIGN_BUFFER(shared.text);

    request.key.data = text;
    request.key.length = strlen(text);
    CHECK(presign(&request, &url) == OSS_SIGN_ERROR_OVERLAP);
    CHECK(strcmp(text, "photos/cat.jpg") == 0);
    /* The last byte of the input is the first of the buffer; then the two only touch. */
    url.data = text + 13;
    url.capacity = sizeof(text) - 13;
    CHECK(presign(&request, &url) == OSS_SIGN_ERROR_OVERLAP);
    url.data = text + 14;
    url.capacity = sizeof(text) - 14;
    CHECK(presign(&request, &url) == OSS_SIGN_OK);

    memset(&shared, 0, sizeof(shared));
    shared.request = PUT;
    CHECK(presign(&shared.request, &over_shared) == OSS_SIGN_ERROR_OVERLAP);
    shared.pairs[0] = QUERY[0];
    request = PUT;
    request.query = shared.pairs;
    CHECK(presign(&request, &over_shared) == OSS_SIGN_ERROR_OVERLAP);
    shared.credentials = CREDENTIALS;
    CHECK(oss_sign_presign(&key, &shared.credentials, &PUT, NULL, NOW, 600, &over_shared) ==
          OSS_SIGN_ERROR_OVERLAP);
    CHECK(oss_sign_key_derive(&shared.key, &shared.credentials, REGION, NOTHING, NOW) ==
          OSS_SIGN_ERROR_OVERLAP);
    shared.key = key;
    CHECK(oss_sign_presign(&shared.key, &CREDENTIALS, &PUT, NULL, NOW, 600, &over_shared) ==
          OSS_SIGN_ERROR_OVERLAP);

    /* Two buffers in one another, one twice, and one over its own structure. */
    url.data = text;
    url.capacity = 300;
    over_shared.data = text + 299;
    over_shared.capacity = 300;
    CHECK(oss_sign_presign_parts(&key, &CREDENTIALS, &PUT, NULL, NOW, 600, &url, &over_shared) ==
          OSS_SIGN_ERROR_OVERLAP);
    CHECK(oss_sign_presign_parts(&key, &CREDENTIALS, &PUT, NULL, NOW, 600, &url, &url) ==
          OSS_SIGN_ERROR_OVERLAP);
    url.data = (char *)&url;
    url.capacity = sizeof(url);
    CHECK(presign(&PUT, &url) == OSS_SIGN_ERROR_OVERLAP);
}

static void wrong_inputs_are_told_apart(void)
{
    static const oss_sign_pair twice[] = {{OSS_SIGN_TEXT("acl"), {NULL, 0}},
                                          {OSS_SIGN_TEXT("acl"), {NULL, 0}}};
    static const oss_sign_text missing[] = {OSS_SIGN_TEXT("range")};
    static const oss_sign_endpoint wrong = {OSS_SIGN_TEXT("https://host/bucket"), 0};
    static const oss_sign_endpoint unknown = {OSS_SIGN_TEXT("https://static.example.com"), 3};
    oss_sign_pair many[OSS_SIGN_MAX_ENTRIES + 1];
    char names[OSS_SIGN_MAX_ENTRIES + 1];
    char text[2000];
    oss_sign_buffer url = OSS_SIGN_BUFFER(text);
    oss_sign_request request = PUT;
    size_t index;

    request.key = oss_sign_text_of("caf\xe9.jpg");
    CHECK(presign(&request, &url) == OSS_SIGN_ERROR_UTF8);
    request = PUT;
    request.bucket = oss_sign_text_of("Example");
    CHECK(presign(&request, &url) == OSS_SIGN_ERROR_BUCKET);
    request = PUT;
    request.method = oss_sign_text_of("put");
    CHECK(presign(&request, &url) == OSS_SIGN_ERROR_METHOD);
    request = PUT;
    request.query = twice;
    request.query_length = 2;
    CHECK(presign(&request, &url) == OSS_SIGN_ERROR_DUPLICATE_PARAMETER);
    request = PUT;
    request.additional_headers = missing;
    request.additional_headers_length = 1;
    CHECK(presign(&request, &url) == OSS_SIGN_ERROR_ADDITIONAL_HEADER);
    CHECK(oss_sign_presign(&key, &CREDENTIALS, &PUT, &wrong, NOW, 600, &url) ==
          OSS_SIGN_ERROR_ENDPOINT);
    CHECK(oss_sign_presign(&key, &CREDENTIALS, &PUT, &unknown, NOW, 600, &url) ==
          OSS_SIGN_ERROR_ENDPOINT);
    CHECK(oss_sign_presign(&key, &CREDENTIALS, &PUT, NULL, NOW, 0, &url) == OSS_SIGN_ERROR_EXPIRES);
    CHECK(oss_sign_presign(&key, &CREDENTIALS, &PUT, NULL, NOW, 604801, &url) ==
          OSS_SIGN_ERROR_EXPIRES);
    CHECK(url.length == 0 && text[0] == '\0');

    for (index = 0; index < LENGTH(many); index++) {
        names[index] = (char)('a' + index);
        many[index].name.data = &names[index];
        many[index].name.length = 1;
        many[index].value = NOTHING;
    }
    request = PUT;
    request.query = many;
    request.query_length = OSS_SIGN_MAX_ENTRIES;
    CHECK(presign(&request, &url) == OSS_SIGN_OK);
    request.query_length = OSS_SIGN_MAX_ENTRIES + 1;
    CHECK(presign(&request, &url) == OSS_SIGN_ERROR_TOO_MANY);
}

static void every_code_has_words(void)
{
    int32_t code;
    CHECK(strcmp(oss_sign_strerror(OSS_SIGN_OK), "success") == 0);
    for (code = OSS_SIGN_ERROR_OTHER; code < 0; code++) {
        CHECK(strcmp(oss_sign_strerror(code), oss_sign_strerror(1)) != 0);
    }
    CHECK(strcmp(oss_sign_strerror(OSS_SIGN_ERROR_OTHER - 1), oss_sign_strerror(1)) == 0);
}

static void a_device_without_a_clock_learns_the_time(void)
{
    int64_t offset = 0;
    uint64_t now = 0;
    CHECK(oss_sign_clock_offset(42, oss_sign_text_of("Tue, 14 Nov 2023 22:13:20 GMT"), &offset) ==
          OSS_SIGN_OK);
    CHECK(oss_sign_clock_now(offset, 52, &now) == OSS_SIGN_OK);
    CHECK(now == 1700000010);
    CHECK(oss_sign_clock_offset(42, oss_sign_text_of("2023-11-14T22:13:20.000Z"), &offset) ==
          OSS_SIGN_OK);
    CHECK(offset == 1699999958);
    CHECK(oss_sign_clock_offset(42, oss_sign_text_of("yesterday"), &offset) == OSS_SIGN_ERROR_TIME);
    CHECK(oss_sign_clock_offset(42, oss_sign_text_of("Tue, 14 Nov 2023 22:13:20 GMT"), NULL) ==
          OSS_SIGN_ERROR_NULL_POINTER);
    CHECK(oss_sign_clock_now(-1, 0, &now) == OSS_SIGN_ERROR_TIME);
    CHECK(oss_sign_clock_now(0, 0, NULL) == OSS_SIGN_ERROR_NULL_POINTER);
}

int main(void)
{
    CHECK(oss_sign_key_derive(&key, &CREDENTIALS, REGION, NOTHING, NOW) == OSS_SIGN_OK);
    is_what_the_sdk_signs();
    without_an_endpoint_it_is_the_public_one_of_the_region();
    signs_by_headers();
    signs_with_v1();
    signs_forms();
    verifies();
    a_key_is_of_a_day_and_an_access_key();
    short_buffers_say_what_they_need();
    null_is_an_error();
    what_is_of_no_length_is_not_there();
    overlap_is_an_error();
    wrong_inputs_are_told_apart();
    every_code_has_words();
    a_device_without_a_clock_learns_the_time();
    printf("%s\n", failures == 0 ? "all C tests passed" : "C tests failed");
    return failures != 0;
}
