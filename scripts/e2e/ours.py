"""What the `oss-sign` command signed, sent by `requests`: all of it must be accepted, and all that was
damaged on the way refused."""

import json
import os
import pathlib
import subprocess

import requests

from checks import assert_equal, assert_refused, check, finish, resolve_localhost, variable

KEYS = json.loads(pathlib.Path(__file__).with_name("keys.json").read_text()) + ["dots/../and/./here"]
COMMAND, BUCKET = variable("E2E_OSS_SIGN"), variable("E2E_BUCKET")
TIMEOUT = 20

resolve_localhost()


def oss_sign(*arguments):
    done = subprocess.run([COMMAND, *arguments, "--json"], capture_output=True, text=True, timeout=TIMEOUT, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def send(signed, body=None, **changes):
    request = {"method": signed["method"], "url": signed["url"], "headers": signed["headers"], **changes}
    return requests.request(request["method"], request["url"], headers=request["headers"], data=body, timeout=TIMEOUT)


def accepted(response, expected=None):
    assert response.status_code in (200, 201, 204), f"{response.status_code} {response.text}"
    if expected is not None:
        assert_equal(response.content, expected)


def replaced(url, old, new):
    assert old in url, f"{old} is not in the URL"
    return url.replace(old, new, 1)


def other_digit(text):
    """The text with its first character exchanged, for one that a signature can have too."""
    return ("b" if text[0] == "a" else "a") + text[1:]


def presigned(version, key):
    target, body = f"oss://{BUCKET}/ours/{version}/{key}", os.urandom(500)
    version = ("--signature-version", version)
    headers = ("--header", "content-type: text/x-e2e", "--header", "x-oss-meta-a: b c")
    put = oss_sign("presign", target, "--method", "PUT", *headers, *version)
    accepted(send(put, body), b"")
    query = ("--query", "response-content-disposition=attachment; filename=\"名 1+1.txt\"", "--process", "image/info")
    got = oss_sign("presign", target, *query, *version)
    accepted(send(got), body)
    head = oss_sign("presign", target, "--method", "HEAD", *version)
    accepted(send(head), b"")

    name, value = got["url"].split("ignature=", 1)
    damaged = [
        send(got, url=name + "ignature=" + other_digit(value)),
        send(got, url=replaced(got["url"], "ours", "ourz")),
        send(got, url=got["url"] + "&versionId=1"),
        send(got, url=replaced(got["url"], "image%2Finfo", "image%2Fnone")),
        send(got, method="PUT", body=b"x"),
        send(put, b"x", headers={}),
        send(put, b"x", headers={**put["headers"], "content-type": "text/plain"}),
        send(put, b"x", headers={**put["headers"], "x-oss-meta-a": "other"}),
        send(put, b"x", headers={**put["headers"], "x-oss-object-acl": "public-read"}),
    ]
    for response in damaged:
        assert_refused(response, "SignatureDoesNotMatch")
    old = oss_sign("presign", target, "--now", "2020-01-01T00:00:00Z", *version)
    assert_refused(send(old), "AccessDenied")
    accepted(send(got), body)


def by_headers(version, key):
    target, body = f"oss://{BUCKET}/ours-headers/{version}/{key}", os.urandom(500)
    version = ("--signature-version", version)
    put = oss_sign("sign", "PUT", target, "--header", "content-type: text/x-e2e", *version)
    accepted(send(put, body), b"")
    got = oss_sign("sign", "GET", target, *version)
    accepted(send(got), body)
    without = {name: value for name, value in put["headers"].items() if name != "content-type"}
    assert_refused(send(put, b"x", headers=without), "SignatureDoesNotMatch")
    assert_refused(send(got, url=got["url"] + "?acl"), "SignatureDoesNotMatch")
    date = next(name for name in ("x-oss-date", "date") if name in got["headers"])
    undated = {name: value for name, value in got["headers"].items() if name != date}
    assert_refused(send(got, headers=undated), "AccessDenied", "InvalidArgument")
    old = oss_sign("sign", "GET", target, "--now", "2020-01-01T00:00:00Z", *version)
    assert_refused(send(old), "RequestTimeTooSkewed")
    remove = oss_sign("sign", "DELETE", target, *version)
    accepted(send(remove), b"")
    assert_refused(send(got), "NoSuchKey")


def pinned_to_its_host():
    target = f"oss://{BUCKET}/ours/pinned"
    put = oss_sign("presign", target, "--method", "PUT", "--additional-header", "host")
    accepted(send(put, b"x"))
    # `headers` has the host too; requests sends that of the URL by itself.
    elsewhere = replaced(put["url"], "127.0.0.1", "localhost")
    assert_refused(send(put, b"x", url=elsewhere, headers={}), "SignatureDoesNotMatch")
    free = oss_sign("presign", target)
    accepted(send(free, url=replaced(free["url"], "127.0.0.1", "localhost")), b"x")


def with_a_wrong_secret(version):
    arguments = [COMMAND, "presign", f"oss://{BUCKET}/ours/pinned", "--json", "--signature-version", version]
    environment = {**os.environ, "OSS_ACCESS_KEY_SECRET": "wrong"}
    done = subprocess.run(arguments, capture_output=True, text=True, timeout=TIMEOUT, env=environment, check=True)
    assert_refused(send(json.loads(done.stdout)), "SignatureDoesNotMatch")


def post(form, key, content, **changes):
    fields = {**dict(form["fields"]), "key": key, **changes}
    files = [(name, (None, value)) for name, value in fields.items()]
    files.append(("file", ("file.txt", content, "text/plain")))
    return requests.post(form["url"], files=files, timeout=TIMEOUT)


def form(version):
    limits = ("--max-size", "1000", "--expires", "10m", "--success-status", "201")
    signed = oss_sign("post", f"oss://{BUCKET}/ours-form/", *limits, "--signature-version", version)
    for key in KEYS:
        accepted(post(signed, "ours-form/" + key, key.encode()))
        got = oss_sign("presign", f"oss://{BUCKET}/ours-form/{key}")
        accepted(send(got), key.encode())
    assert_refused(post(signed, "elsewhere/x", b"x"), "AccessDenied", "InvalidPolicyDocument")
    assert_refused(post(signed, "ours-form/x", b"x" * 1001), "EntityTooLarge")
    assert_refused(post(signed, "ours-form/x", b"x", success_action_status="204"), "AccessDenied")
    policy = dict(signed["fields"])["policy"]
    assert_refused(post(signed, "ours-form/x", b"x", policy=policy[:-4] + "fQ=="), "SignatureDoesNotMatch",
                   "InvalidPolicyDocument")
    name = "x-oss-signature" if version == "v4" else "Signature"
    value = dict(signed["fields"])[name]
    assert_refused(post(signed, "ours-form/x", b"x", **{name: other_digit(value)}), "SignatureDoesNotMatch")


for version in ["v4", "v1"]:
    for key in KEYS:
        shown = json.dumps(key, ensure_ascii=False)
        check(f"requests, {version}: presigned URLs {shown}", presigned, version, key)
        check(f"requests, {version}: signed headers {shown}", by_headers, version, key)
    check(f"requests, {version}: a wrong secret", with_a_wrong_secret, version)
    check(f"requests, {version}: an upload form", form, version)
check("requests, v4: a URL pinned to its host", pinned_to_its_host)

finish()
