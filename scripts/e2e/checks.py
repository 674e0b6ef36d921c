"""Checks that are counted: each says whether it passed, and none stops the others."""

import os
import re
import socket
import sys

passed = 0
failed = 0


def check(name, run, *arguments):
    """Runs one check and says how it went."""
    global passed, failed
    try:
        run(*arguments)
    except Exception as error:  # whatever a client throws, the other checks go on
        failed += 1
        text = " ".join(str(error).split())[:400]
        print(f"FAILED  {name}: {type(error).__name__} {text}", flush=True)
    else:
        passed += 1
        print(f"ok      {name}", flush=True)


def finish():
    """Prints the count and ends the process: exit code 1 if a check failed."""
    print(f"{passed} passed, {failed} failed", flush=True)
    sys.exit(0 if failed == 0 and passed > 0 else 1)


def variable(name):
    """A variable of the environment that must be there."""
    value = os.environ.get(name)
    if not value:
        sys.exit(f"{name} is not set")
    return value


def assert_equal(actual, expected):
    assert actual == expected, f"{actual!r}, and not {expected!r}"


def assert_refused(response, *codes):
    """The answer must be a refusal of OSS with one of these codes."""
    found = re.search(r"<Code>([\w.]+)</Code>", response.text)
    code = found.group(1) if found else None
    assert response.status_code >= 400, f"accepted with {response.status_code}"
    assert code in codes, f"{response.status_code} {code}, and not {' or '.join(codes)}"


def assert_raises(run, is_expected):
    """`run` must raise an error of which `is_expected` holds."""
    try:
        run()
    except Exception as error:
        assert is_expected(error), f"another error: {type(error).__name__} {error}"
        return
    raise AssertionError("accepted")


def resolve_localhost():
    """Names below `localhost` are this machine (RFC 6761). systemd, browsers and curl know it; the
    resolver of glibc, which Python asks, does not everywhere."""
    resolve = socket.getaddrinfo

    def getaddrinfo(host, *rest, **options):
        is_local = isinstance(host, str) and host.endswith(".localhost")
        return resolve("127.0.0.1" if is_local else host, *rest, **options)

    socket.getaddrinfo = getaddrinfo
