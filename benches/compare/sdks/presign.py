"""Presigns with a Python SDK: prints a URL, then for each number that it reads how many nanoseconds
so many URLs took. With a file of keys: a URL a line, and nothing else."""

import datetime
import os
import sys
import time

ACCESS_KEY_ID = os.environ["ACCESS_KEY_ID"]
ACCESS_KEY_SECRET = os.environ["ACCESS_KEY_SECRET"]
BUCKET = os.environ["BUCKET"]
REGION = os.environ["REGION"]
ENDPOINT = os.environ["ENDPOINT"]
PROCESS = os.environ["PROCESS"]
EXPIRES = int(os.environ["EXPIRES"])


def of_oss2(version):
    import oss2

    auth = {"v4": oss2.AuthV4, "v1": oss2.Auth}[version](ACCESS_KEY_ID, ACCESS_KEY_SECRET)
    bucket = oss2.Bucket(auth, ENDPOINT, BUCKET, region=REGION)
    parameters = {"x-oss-process": PROCESS}
    return lambda key: bucket.sign_url("GET", key, EXPIRES, params=parameters, slash_safe=True)


def of_oss_v2(version):
    import alibabacloud_oss_v2 as oss

    config = oss.config.load_default()
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(
        ACCESS_KEY_ID, ACCESS_KEY_SECRET
    )
    config.region = REGION
    config.signature_version = version
    client = oss.Client(config)
    expires = datetime.timedelta(seconds=EXPIRES)

    def presign(key):
        request = oss.GetObjectRequest(bucket=BUCKET, key=key, process=PROCESS)
        return client.presign(request, expires=expires).url

    return presign


sdk, version = sys.argv[1].rsplit("-", 1)
presign = {"oss2": of_oss2, "oss-v2": of_oss_v2}[sdk](version)

if len(sys.argv) > 2:
    with open(sys.argv[2]) as keys, open(sys.argv[3], "w") as urls:
        for key in keys:
            urls.write(presign(key.rstrip("\n")) + "\n")
else:
    key = os.environ["KEY"]
    print(presign(key), flush=True)
    for line in sys.stdin:
        start = time.perf_counter_ns()
        for _ in range(int(line)):
            presign(key)
        print(time.perf_counter_ns() - start, flush=True)
