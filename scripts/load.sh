#!/usr/bin/env bash
# Load on the local OSS over loopback: presigned GETs, beside the same GETs without a signature of an
# object that everyone may read. Shows errors, memory, and the ratio of the two.
#
#     scripts/load.sh [SECONDS] [ROUNDS]
set -euo pipefail
cd "$(dirname "$0")/.."

seconds=${1:-5} rounds=${2:-3}
if ! command -v wrk >/dev/null; then
    echo "not run: wrk is not installed"
    exit 0
fi

folder=$PWD/target/load
mkdir -p "$folder"
cargo build --release --quiet --locked -p oss-sign-cli
oss_sign=$PWD/target/release/oss-sign
unset OSS_ACCESS_KEY_ID OSS_ACCESS_KEY_SECRET OSS_SESSION_TOKEN OSS_ENDPOINT OSS_REGION "${!ALIBABA_CLOUD_@}"
"$oss_sign" serve --port 0 --public-bucket everyones >"$folder/exports" 2>/dev/null &
server=$!
trap 'kill "$server" 2>/dev/null || true' EXIT
for _ in {1..100}; do
    grep -q '^# ready' "$folder/exports" && break
    sleep 0.1
done
set -a
# shellcheck disable=SC1091
source "$folder/exports"
set +a

# 4 KiB: the time goes into the request, not into its body.
head -c 4096 /dev/urandom >"$folder/body"
curl --silent --show-error --fail --upload-file "$folder/body" "$("$oss_sign" presign oss://everyones/load --method PUT)"
url=$("$oss_sign" presign oss://everyones/load --expires 1h)
declare -A urls=([V4]=$url [V1]=$("$oss_sign" presign oss://everyones/load --expires 1h --signature-version v1) [unsigned]=${url%%\?*})

memory() { awk '/^VmRSS/ { print $2 }' "/proc/$server/status" 2>/dev/null || echo 0; }

# load NAME: sets `rate` to the requests a second; counts a run in which anything was no 200.
faults=0
load() {
    wrk --threads 1 --connections 16 --duration "${seconds}s" "${urls[$1]}" >"$folder/wrk"
    if grep -E 'Socket errors|Non-2xx' "$folder/wrk"; then faults=$((faults + 1)); fi
    rate=$(awk '/^Requests\/sec/ { print $2 }' "$folder/wrk")
}

declare -A sums=([V4]=0 [V1]=0 [unsigned]=0)
load unsigned
before=$(memory)
for ((round = 1; round <= rounds; round++)); do
    for name in unsigned V4 V1; do
        load "$name"
        sums[$name]=$(awk -v sum="${sums[$name]}" -v rate="$rate" 'BEGIN { print sum + rate }')
        printf 'round %s, %-8s %8.0f requests/s, memory %s KiB\n' "$round" "$name" "$rate" "$(memory)"
    done
done
after=$(memory)
for name in V4 V1; do
    awk -v name="$name" -v signed="${sums[$name]}" -v unsigned="${sums[unsigned]}" \
        'BEGIN { printf "%s presigned GETs: %.2f of the rate of unsigned ones\n", name, signed / unsigned }'
done
printf 'memory grew by %s KiB\n' "$((after - before))"
if ((faults > 0 || after > before + before / 4 + 4096)); then
    echo "there were errors, or the memory grew"
    exit 1
fi
echo "no errors, and the memory is flat"
