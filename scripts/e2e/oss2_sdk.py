"""PyPI `oss2` against the local OSS: V1 and V4, with its CRC-64 checks on."""

import json
import os
import pathlib
from urllib.parse import urlsplit

import oss2
import requests

from checks import assert_equal, assert_raises, assert_refused, check, finish, resolve_localhost, variable

KEYS = json.loads(pathlib.Path(__file__).with_name("keys.json").read_text())
ENDPOINT = variable("OSS_ENDPOINT")
PORT = urlsplit(ENDPOINT).port
REGION = variable("OSS_REGION")
BUCKET = variable("E2E_BUCKET")
ID, SECRET = variable("OSS_ACCESS_KEY_ID"), variable("OSS_ACCESS_KEY_SECRET")

resolve_localhost()

AUTHS = {"V1": oss2.Auth, "V4": oss2.AuthV4}
# oss2 takes every `localhost` and IP address for path-style; a bucket's host goes as a CNAME.
PLACES = {
    "path-style": (ENDPOINT, False),
    "BUCKET.localhost": (f"http://{BUCKET}.localhost:{PORT}", True),
}


def bucket(version, place="path-style", secret=SECRET, access_key_id=ID):
    endpoint, is_cname = PLACES[place]
    auth = AUTHS[version](access_key_id, secret)
    return oss2.Bucket(auth, endpoint, BUCKET, is_cname=is_cname, region=REGION, enable_crc=True)


def is_code(code):
    return lambda error: isinstance(error, oss2.exceptions.ServerError) and error.code == code


def is_gone(error):
    return isinstance(error, oss2.exceptions.NotFound)


def round_trip(oss, name):
    body = os.urandom(3000)
    put = oss.put_object(name, body, headers={"x-oss-meta-colour": "red"})
    assert put.crc is not None, "the CRC was not checked"
    head = oss.head_object(name)
    assert_equal(head.content_length, len(body))
    assert_equal(head.headers["x-oss-meta-colour"], "red")
    got = oss.get_object(name)
    assert_equal(got.read(), body)
    assert_equal(got.client_crc, got.server_crc)
    oss.delete_object(name)
    assert_raises(lambda: oss.get_object(name), is_gone)


def ranges(oss, prefix):
    oss.put_object(prefix + "range", b"0123456789")
    assert_equal(oss.get_object(prefix + "range", byte_range=(2, 5)).read(), b"2345")


def listing(oss, prefix):
    names = sorted(prefix + "list/" + name for name in ["a", "b c", "d/e", "中", "e+f", "g\x07h"])
    for name in names:
        oss.put_object(name, name)
    assert_equal(sorted(o.key for o in oss2.ObjectIterator(oss, prefix=prefix + "list/", max_keys=2)), names)
    assert_equal(sorted(o.key for o in oss2.ObjectIteratorV2(oss, prefix=prefix + "list/", max_keys=2)), names)
    folders = oss.list_objects_v2(prefix + "list/", delimiter="/")
    assert_equal(folders.prefix_list, [prefix + "list/d/"])


def copying(oss, prefix):
    oss.put_object(prefix + "copy/源 1+1", "to be copied")
    oss.copy_object(BUCKET, prefix + "copy/源 1+1", prefix + "copy/目标 2+2")
    assert_equal(oss.get_object(prefix + "copy/目标 2+2").read(), b"to be copied")


def multipart(oss, prefix):
    name, body = prefix + "multipart 1+1", os.urandom(300 * 1024 + 7)
    upload_id = oss.init_multipart_upload(name).upload_id
    parts = []
    for number, start in enumerate(range(0, len(body), 128 * 1024), 1):
        chunk = body[start : start + 128 * 1024]
        done = oss.upload_part(name, upload_id, number, chunk)
        parts.append(oss2.models.PartInfo(number, done.etag, size=len(chunk), part_crc=done.crc))
    assert_equal([part.part_number for part in oss2.PartIterator(oss, name, upload_id)], [1, 2, 3])
    oss.complete_multipart_upload(name, upload_id, parts)
    assert_equal(oss.get_object(name).read(), body)


def resumable(oss, prefix, folder):
    body = os.urandom(400 * 1024)
    source = folder / "source"
    source.write_bytes(body)
    name = prefix + "resumable 中"
    oss2.resumable_upload(oss, name, str(source), multipart_threshold=1, part_size=128 * 1024, num_threads=2,
                          store=oss2.ResumableStore(root=str(folder)))
    target = folder / "target"
    oss2.resumable_download(oss, name, str(target), multiget_threshold=1, part_size=128 * 1024, num_threads=2,
                            store=oss2.ResumableDownloadStore(root=str(folder)))
    assert_equal(target.read_bytes(), body)


def appending(oss, prefix):
    name = prefix + "log " + os.urandom(4).hex()
    first = oss.append_object(name, 0, "one,", init_crc=0)
    oss.append_object(name, first.next_position, "two", init_crc=first.crc)
    assert_equal(oss.get_object(name).read(), b"one,two")
    assert_raises(lambda: oss.append_object(name, 1, "x"), is_code("PositionNotEqualToLength"))


def deleting(oss, prefix):
    names = [prefix + "many/" + name for name in ["x 1", "x+2", "x中"]]
    for name in names:
        oss.put_object(name, "x")
    assert_equal(sorted(oss.batch_delete_objects(names).deleted_keys), sorted(names))
    assert not any(oss.object_exists(name) for name in names)


def refusals(version, place):
    oss = bucket(version, place, secret="not-the-secret")
    code = is_code("SignatureDoesNotMatch")
    assert_raises(lambda: oss.put_object("refused", "x"), code)
    assert_raises(lambda: oss.head_object("refused"), code)
    unknown = bucket(version, place, access_key_id="LTAI5tNobody")
    assert_raises(lambda: unknown.get_object("refused"), is_code("InvalidAccessKeyId"))


def presigned(oss, name):
    headers = {"content-type": "text/plain", "x-oss-meta-a": "b"}
    url = oss.sign_url("PUT", name, 600, headers=headers, slash_safe=True)
    put = requests.put(url, data=name.encode(), headers=headers, timeout=20)
    assert_equal((put.status_code, put.text), (200, ""))
    url = oss.sign_url("GET", name, 600, params={"response-content-type": "text/x-other"}, slash_safe=True)
    got = requests.get(url, timeout=20)
    assert_equal((got.status_code, got.content), (200, name.encode()))
    assert_equal(got.headers["content-type"], "text/x-other")
    assert_refused(requests.get(url + "&versionId=x", timeout=20), "SignatureDoesNotMatch")
    assert_refused(requests.put(url, data="x", timeout=20), "SignatureDoesNotMatch")
    without = oss.sign_url("PUT", name, 600, headers=headers, slash_safe=True)
    assert_refused(requests.put(without, data="x", headers={"content-type": "text/plain"}, timeout=20),
                   "SignatureDoesNotMatch")


def buckets(version):
    service = oss2.Service(AUTHS[version](ID, SECRET), ENDPOINT, region=REGION)
    assert BUCKET in [found.name for found in oss2.BucketIterator(service)]
    name = f"e2e-{version.lower()}-{os.urandom(4).hex()}"
    oss = oss2.Bucket(AUTHS[version](ID, SECRET), ENDPOINT, name, region=REGION)
    oss.create_bucket()
    oss.put_object("x", "x")
    assert_raises(oss.delete_bucket, is_code("BucketNotEmpty"))
    oss.delete_object("x")
    oss.delete_bucket()
    assert_raises(lambda: oss.get_object("x"), is_code("NoSuchBucket"))


folder = pathlib.Path(variable("E2E_SCRATCH")) / "oss2"
folder.mkdir(parents=True, exist_ok=True)
for version in AUTHS:
    check(f"oss2 {version}: buckets", buckets, version)
    for place in PLACES:
        oss = bucket(version, place)
        prefix = f"oss2-{version}-{place}/"
        name = f"oss2 {version} {place}"
        for key in KEYS:
            shown = json.dumps(key, ensure_ascii=False)
            check(f"{name}: put, head, get, delete with CRC {shown}", round_trip, oss, prefix + key)
            check(f"{name}: presigned PUT and GET by requests {shown}", presigned, oss, prefix + key)
        check(f"{name}: get a range", ranges, oss, prefix)
        check(f"{name}: list, both ways, page by page", listing, oss, prefix)
        check(f"{name}: copy", copying, oss, prefix)
        check(f"{name}: multipart upload with CRC", multipart, oss, prefix)
        check(f"{name}: resumable upload and download", resumable, oss, prefix, folder)
        check(f"{name}: append with CRC", appending, oss, prefix)
        check(f"{name}: delete many at once", deleting, oss, prefix)
        check(f"{name}: a wrong secret or ID is refused", refusals, version, place)

finish()
