#!/usr/bin/env bash
# Real clients against the local OSS, over loopback: the official SDKs for Node and Python, and curl,
# fetch and requests with what the `oss-sign` command signed.
#
#     scripts/e2e.sh [OSS_SIGN]
#
# drives the command OSS_SIGN, or else the release build. Installs the SDKs from npm and PyPI into
# target/e2e, at the versions below. Where Node, Python or a registry is missing, their part is not run
# and says so. Ends with `P passed, F failed`.
set -euo pipefail
cd "$(dirname "$0")/.."

readonly npm_packages=(ali-oss@6.23.0)
readonly pypi_packages=(oss2==2.19.1 alibabacloud-oss-v2==1.4.1 alibabacloud_credentials==1.0.12 requests==2.34.2)
# Seconds: an installation, a driver.
readonly install_time=300 driver_time=300

readonly folder=$PWD/target/e2e
mkdir -p "$folder/scratch" "$folder/logs"
export E2E_SCRATCH=$folder/scratch E2E_BUCKET=examplebucket E2E_OSS_SIGN=${1:+$(realpath "$1")}
not_run() { printf 'not run: %s\n' "$*"; }

# Tries three times, as registries hiccup.
install() {
    local name=$1 stamp=$folder/$1.installed
    shift
    [[ -f $stamp && $(<"$stamp") == "$*" ]] && return 0
    printf 'installing into target/e2e: %s\n' "$*"
    local attempt
    for attempt in 1 2 3; do
        if "install_$name" "$@" >"$folder/logs/install-$name" 2>&1; then
            printf '%s' "$*" >"$stamp"
            return 0
        fi
        sleep $((attempt * 2))
    done
    return 1
}
install_npm() { timeout "$install_time" npm install --prefix "$folder/node" --no-audit --no-fund --no-save "$@"; }
install_pypi() {
    [[ -x $folder/python/bin/pip ]] || python3 -m venv "$folder/python"
    timeout "$install_time" "$folder/python/bin/pip" install --quiet --disable-pip-version-check "$@"
}

if [[ -z $E2E_OSS_SIGN ]]; then
    cargo build --release --quiet --locked -p oss-sign-cli
    E2E_OSS_SIGN=$PWD/target/release/oss-sign
fi
unset OSS_ACCESS_KEY_ID OSS_ACCESS_KEY_SECRET OSS_SESSION_TOKEN OSS_ENDPOINT OSS_REGION "${!ALIBABA_CLOUD_@}"
# Nothing may go elsewhere.
export NO_PROXY='*' no_proxy='*'

# serve NAME FLAG...: starts a local OSS on free ports, and exports what it says.
servers=()
trap 'kill "${servers[@]}" 2>/dev/null || true' EXIT
serve() {
    local exports=$folder/logs/$1.exports log=$folder/logs/$1 waited
    shift
    rm -f "$exports"
    env -u OSS_ACCESS_KEY_ID -u OSS_ACCESS_KEY_SECRET \
        "$E2E_OSS_SIGN" serve --port 0 --bucket "$E2E_BUCKET" "$@" >"$exports" 2>"$log" &
    servers+=($!)
    for waited in {1..100}; do
        grep -q '^# ready' "$exports" 2>/dev/null && break
        if ! kill -0 "${servers[-1]}" 2>/dev/null || ((waited == 100)); then
            printf 'the server did not start:\n'
            cat "$log"
            exit 1
        fi
        sleep 0.1
    done
    set -a
    # shellcheck disable=SC1090
    source "$exports"
    E2E_ROLE_ARN=$(sed -n 's/^# role: //p' "$exports")
    E2E_OIDC_PROVIDER_ARN=$(sed -n 's/^# OIDC provider: //p' "$exports")
    E2E_STS_HTTPS_ENDPOINT=$(sed -n 's/^# STS over HTTPS: //p' "$exports")
    set +a
}

# driver NAME COMMAND...: its checks are counted, and what failed is shown.
passed=0 failed=0
driver() {
    local name=$1 log=$folder/logs/$1 status=0 counted
    shift
    timeout "$driver_time" "$@" >"$log" 2>&1 || status=$?
    grep '^FAILED' "$log" || true
    if counted=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$log"); then
        passed=$((passed + ${counted%% *}))
        counted=${counted#*, }
        failed=$((failed + ${counted%% *}))
    fi
    printf '%-24s %s\n' "$name" "$(tail -n 1 "$log")"
    if ((status != 0)) && ! grep -q '^FAILED' "$log"; then
        failed=$((failed + 1))
        printf 'FAILED  %s ended with exit code %s; see target/e2e/logs/%s\n' "$name" "$status" "$name"
        tail -n 5 "$log"
    fi
}

serve http

if command -v curl >/dev/null; then
    driver curl scripts/e2e/curl.sh
else
    not_run "curl is not installed"
fi

if ! command -v node >/dev/null || ! command -v npm >/dev/null; then
    not_run "the clients for Node: node or npm is not installed"
elif (($(node -p 'process.versions.node.split(".")[0]') < 18)); then
    not_run "the clients for Node: node is older than 18"
else
    driver fetch node scripts/e2e/ours.mjs
    if install npm "${npm_packages[@]}"; then
        NODE_PATH=$folder/node/node_modules driver ali-oss node scripts/e2e/ali_oss.mjs
    else
        not_run "ali-oss cannot be installed from npm here"
    fi
fi

if ! python3 -c 'import sys, venv; sys.exit(sys.version_info < (3, 8))' 2>/dev/null; then
    not_run "the clients for Python: python3 3.8 with venv is not installed"
elif ! install pypi "${pypi_packages[@]}"; then
    not_run "the clients for Python cannot be installed from PyPI here"
else
    # Nothing is compiled into the source tree.
    export PYTHONDONTWRITEBYTECODE=1
    python=$folder/python/bin/python
    driver requests "$python" scripts/e2e/ours.py
    driver oss2 "$python" scripts/e2e/oss2_sdk.py
    driver alibabacloud-oss-v2 "$python" scripts/e2e/oss_v2_sdk.py
    serve https --https "$folder/certificate.pem"
    SSL_CERT_FILE=$folder/certificate.pem REQUESTS_CA_BUNDLE=$folder/certificate.pem \
        driver alibabacloud_credentials "$python" scripts/e2e/credentials_sdk.py
fi

for server in "${servers[@]}"; do
    if ! kill -0 "$server" 2>/dev/null; then
        failed=$((failed + 1))
        printf 'FAILED  a server is gone; see target/e2e/logs\n'
    fi
done
printf '%s passed, %s failed\n' "$passed" "$failed"
((failed == 0 && passed > 0))
