"""PyPI `alibabacloud-oss-v2` against the local OSS: V4, with its CRC-64 checks on."""

import datetime
import json
import os
import pathlib
from urllib.parse import urlsplit

import alibabacloud_oss_v2 as oss
import requests

from checks import assert_equal, assert_raises, assert_refused, check, finish, resolve_localhost, variable

KEYS = json.loads(pathlib.Path(__file__).with_name("keys.json").read_text())
ENDPOINT = variable("OSS_ENDPOINT")
PORT = urlsplit(ENDPOINT).port
BUCKET = variable("E2E_BUCKET")
ID, SECRET = variable("OSS_ACCESS_KEY_ID"), variable("OSS_ACCESS_KEY_SECRET")

resolve_localhost()


def client(place, secret=SECRET):
    config = oss.config.load_default()
    config.region = variable("OSS_REGION")
    config.credentials_provider = oss.credentials.StaticCredentialsProvider(ID, secret)
    config.endpoint = ENDPOINT if place == "path-style" else f"http://localhost:{PORT}"
    config.retry_max_attempts = 1
    return oss.Client(config)


def is_code(code):
    def holds(error):
        cause = error.unwrap() if isinstance(error, oss.exceptions.OperationError) else error
        return isinstance(cause, oss.exceptions.ServiceError) and cause.code == code

    return holds


def get(client, key, **options):
    with client.get_object(oss.GetObjectRequest(bucket=BUCKET, key=key, **options)).body as body:
        return body.read()


def put(client, key, body, **options):
    return client.put_object(oss.PutObjectRequest(bucket=BUCKET, key=key, body=body, **options))


def round_trip(client, key):
    body = os.urandom(3000)
    assert put(client, key, body, metadata={"colour": "red"}).hash_crc64
    head = client.head_object(oss.HeadObjectRequest(bucket=BUCKET, key=key))
    assert_equal((head.content_length, head.metadata["colour"]), (len(body), "red"))
    assert_equal(get(client, key), body)
    client.delete_object(oss.DeleteObjectRequest(bucket=BUCKET, key=key))
    assert_raises(lambda: get(client, key), is_code("NoSuchKey"))


def presigned(client, key):
    request = oss.PutObjectRequest(bucket=BUCKET, key=key, content_type="text/plain", metadata={"a": "b"})
    url = client.presign(request, expires=datetime.timedelta(minutes=10))
    sent = requests.put(url.url, data=key.encode(), headers=url.signed_headers, timeout=20)
    assert_equal((sent.status_code, sent.text), (200, ""))
    got_url = client.presign(oss.GetObjectRequest(bucket=BUCKET, key=key), expires=datetime.timedelta(minutes=10))
    got = requests.get(got_url.url, timeout=20)
    assert_equal((got.status_code, got.content), (200, key.encode()))
    assert_refused(requests.put(url.url, data="x", timeout=20), "SignatureDoesNotMatch")
    assert_refused(requests.get(got_url.url + "&x=y", timeout=20), "SignatureDoesNotMatch")


def listing(client, prefix):
    names = sorted(prefix + "list/" + name for name in ["a", "b c", "d/e", "中", "e+f"])
    for name in names:
        put(client, name, name.encode())
    pages = client.list_objects_v2_paginator()
    request = oss.ListObjectsV2Request(bucket=BUCKET, prefix=prefix + "list/", max_keys=2)
    found = [found.key for page in pages.iter_page(request) for found in page.contents or []]
    assert_equal(sorted(found), names)
    folders = client.list_objects_v2(oss.ListObjectsV2Request(bucket=BUCKET, prefix=prefix + "list/", delimiter="/"))
    assert_equal([folder.prefix for folder in folders.common_prefixes], [prefix + "list/d/"])


def copying(client, prefix):
    put(client, prefix + "copy/源 1+1", b"to be copied")
    client.copy_object(oss.CopyObjectRequest(bucket=BUCKET, key=prefix + "copy/目标 2+2", source_bucket=BUCKET,
                                             source_key=prefix + "copy/源 1+1"))
    assert_equal(get(client, prefix + "copy/目标 2+2"), b"to be copied")


def uploading(client, prefix, folder):
    body = os.urandom(700 * 1024 + 7)
    source = folder / "source"
    source.write_bytes(body)
    uploader = client.uploader(part_size=256 * 1024, parallel_num=2)
    request = oss.PutObjectRequest(bucket=BUCKET, key=prefix + "multipart 1+1")
    assert uploader.upload_file(request, str(source)).upload_id
    target = folder / "target"
    downloader = client.downloader(part_size=256 * 1024, parallel_num=2)
    request = oss.GetObjectRequest(bucket=BUCKET, key=prefix + "multipart 1+1")
    downloader.download_file(request, str(target))
    assert_equal(target.read_bytes(), body)


def aborting(client, prefix):
    key = prefix + "aborted"
    started = client.initiate_multipart_upload(oss.InitiateMultipartUploadRequest(bucket=BUCKET, key=key))
    client.upload_part(oss.UploadPartRequest(bucket=BUCKET, key=key, upload_id=started.upload_id, part_number=1,
                                             body=b"x" * 102400))
    uploads = client.list_multipart_uploads(oss.ListMultipartUploadsRequest(bucket=BUCKET, prefix=key))
    assert started.upload_id in [upload.upload_id for upload in uploads.uploads]
    client.abort_multipart_upload(oss.AbortMultipartUploadRequest(bucket=BUCKET, key=key, upload_id=started.upload_id))
    assert_raises(lambda: client.list_parts(oss.ListPartsRequest(bucket=BUCKET, key=key, upload_id=started.upload_id)),
                  is_code("NoSuchUpload"))
    assert_raises(lambda: get(client, key), is_code("NoSuchKey"))


def appending(client, prefix):
    key = prefix + "log " + os.urandom(4).hex()
    first = client.append_object(oss.AppendObjectRequest(bucket=BUCKET, key=key, position=0, body=b"one,",
                                                         init_hash_crc64="0"))
    client.append_object(oss.AppendObjectRequest(bucket=BUCKET, key=key, position=first.next_position, body=b"two",
                                                 init_hash_crc64=first.hash_crc64))
    assert_equal(get(client, key), b"one,two")


def deleting(client, prefix):
    names = [prefix + "many/" + name for name in ["x 1", "x+2", "x中"]]
    for name in names:
        put(client, name, b"x")
    request = oss.DeleteMultipleObjectsRequest(bucket=BUCKET, objects=[oss.DeleteObject(key=name) for name in names])
    deleted = client.delete_multiple_objects(request).deleted_objects
    assert_equal(sorted(found.key for found in deleted), sorted(names))
    assert not any(client.is_object_exist(BUCKET, name) for name in names)


def refusals(place):
    wrong = client(place, secret="not-the-secret")
    assert_raises(lambda: put(wrong, "refused", b"x"), is_code("SignatureDoesNotMatch"))
    request = oss.HeadObjectRequest(bucket=BUCKET, key="refused")
    assert_raises(lambda: wrong.head_object(request), is_code("SignatureDoesNotMatch"))


folder = pathlib.Path(variable("E2E_SCRATCH")) / "oss-v2"
folder.mkdir(parents=True, exist_ok=True)
for place in ["path-style", "BUCKET.localhost"]:
    connected = client(place)
    prefix = f"oss-v2-{place}/"
    name = f"alibabacloud-oss-v2 {place}"
    for key in KEYS:
        shown = json.dumps(key, ensure_ascii=False)
        check(f"{name}: put, head, get, delete with CRC {shown}", round_trip, connected, prefix + key)
        check(f"{name}: presigned PUT and GET by requests {shown}", presigned, connected, prefix + key)
    check(f"{name}: list, page by page", listing, connected, prefix)
    check(f"{name}: copy", copying, connected, prefix)
    check(f"{name}: upload and download a file in parts with CRC", uploading, connected, prefix, folder)
    check(f"{name}: an upload that is given up leaves nothing", aborting, connected, prefix)
    check(f"{name}: append with CRC", appending, connected, prefix)
    check(f"{name}: delete many at once", deleting, connected, prefix)
    check(f"{name}: a wrong secret is refused", refusals, place)

finish()
