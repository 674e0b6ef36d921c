/* Mints a URL for one upload into a fixed buffer.
 *
 *     OSS_ACCESS_KEY_ID=... OSS_ACCESS_KEY_SECRET=... ./upload_url examplebucket sensor-7/0001.cbor
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "oss_sign.h"

/* Static, so that it outlives this call: it is good for a day. */
static oss_sign_key key;

int main(int argc, char **argv)
{
    static const oss_sign_text region = OSS_SIGN_TEXT("cn-hangzhou");
    static const oss_sign_text product = {NULL, 0};
    static const oss_sign_pair headers[] = {
        {OSS_SIGN_TEXT("content-type"), OSS_SIGN_TEXT("application/cbor")},
    };
    oss_sign_credentials credentials = {{NULL, 0}, {NULL, 0}, {NULL, 0}};
    oss_sign_request request = {0};
    char text[1024];
    oss_sign_buffer url = OSS_SIGN_BUFFER(text);
    uint64_t now = (uint64_t)time(NULL);
    int32_t result;

    if (argc != 3) {
        fprintf(stderr, "usage: %s BUCKET KEY\n", argv[0]);
        return 2;
    }
    credentials.access_key_id = oss_sign_text_of(getenv("OSS_ACCESS_KEY_ID"));
    credentials.access_key_secret = oss_sign_text_of(getenv("OSS_ACCESS_KEY_SECRET"));
    credentials.security_token = oss_sign_text_of(getenv("OSS_SESSION_TOKEN"));
    request.method = oss_sign_text_of("PUT");
    request.bucket = oss_sign_text_of(argv[1]);
    request.key = oss_sign_text_of(argv[2]);
    request.headers = headers;
    request.headers_length = 1;

    result = oss_sign_key_derive(&key, &credentials, region, product, now);
    if (result == OSS_SIGN_OK) {
        result = oss_sign_presign(&key, &credentials, &request, NULL, now, 600, &url);
    }
    if (result != OSS_SIGN_OK) {
        fprintf(stderr, "%s: %s\n", argv[0], oss_sign_strerror(result));
        return 1;
    }
    printf("%s\n", text);
    return 0;
}
