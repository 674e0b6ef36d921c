#!/usr/bin/env bash
# How fast `oss-sign presign --from` is, from a file to a file, and in how much memory.
#
#   scripts/bulk.sh [NUMBER OF KEYS]    1,000,000 if nothing is said
#   scripts/bulk.sh --quick             100,000, and the rate is not judged
#
# The Node and Python SDKs do a hundredth of the keys beside it, if benches/compare/sdks.sh has
# installed them. Exit code 1 if an output is not whole, or a target is missed: 1,000,000 URLs per
# second of CPU time, in less than 64 MiB however many there are.
set -euo pipefail
cd "$(dirname "$0")/.."
keys=${1:-1000000} min_rate=1000000 max_kib=65536
[[ $keys != --quick ]] || { keys=100000 min_rate=0; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export LC_ALL=C
export ACCESS_KEY_ID=LTAI5tBenchExampleKeyId1 ACCESS_KEY_SECRET=BenchExampleSecretNotARealOne1
export BUCKET=examplebucket REGION=cn-hangzhou ENDPOINT=https://oss-cn-hangzhou.aliyuncs.com
export PROCESS=image/resize,w_200 EXPIRES=3600
export OSS_ACCESS_KEY_ID=$ACCESS_KEY_ID OSS_ACCESS_KEY_SECRET=$ACCESS_KEY_SECRET OSS_REGION=$REGION

cargo build --release --quiet -p oss-sign-cli
oss_sign=$PWD/${CARGO_TARGET_DIR:-target}/release/oss-sign
awk -v keys="$keys" 'BEGIN { for (key = 0; key < keys; key++) printf "photos/2026/11/cat picture+%07d.jpg\n", key }' >"$work/keys"

# Nothing ever comes here: to wait without a process of its own, which would count as CPU time.
exec {nothing}<> <(:)

# Runs a command, and leaves `wall`, `cpu` (seconds) and `kib` (its peak, where /proc tells).
measure() {
    local before after
    kib=0
    before=$(cut -d' ' -f16,17 /proc/$$/stat 2>/dev/null || echo "0 0")
    local start=$EPOCHREALTIME
    "$@" &
    local process=$!
    local name value rest
    while { exec {status}<"/proc/$process/status"; } 2>/dev/null; do
        local peak=0
        while read -r -u "$status" name value rest; do
            [[ $name != VmHWM: ]] || peak=$value
        done
        exec {status}<&-
        # A process that has ended has no memory.
        ((peak > 0)) || break
        kib=$peak
        read -r -t 0.05 -u "$nothing" || true
    done
    wait "$process"
    wall=$(awk -v start="$start" -v end="$EPOCHREALTIME" 'BEGIN { print end - start }')
    after=$(cut -d' ' -f16,17 /proc/$$/stat 2>/dev/null || echo "0 0")
    cpu=$(awk -v before="$before" -v after="$after" -v hertz="$(getconf CLK_TCK)" \
        'BEGIN { split(before, b); split(after, a); print (a[1] + a[2] - b[1] - b[2]) / hertz }')
}

verdict=0
row() {
    local name=$1 count=$2 output=$3
    awk -v name="$name" -v count="$count" -v wall="$wall" -v cpu="$cpu" -v kib="$kib" \
        'BEGIN { printf "| %s | %d | %.2f | %d | %d | %.0f |\n", name, count, wall, count / wall, (cpu > 0) ? count / cpu : 0, kib / 1024 }'
    if (($(wc -l <"$output") != count)); then
        echo "missed: $name wrote $(wc -l <"$output") lines for $count keys"
        verdict=1
    fi
}
per_cpu_second() { awk -v count="$keys" -v cpu="$cpu" 'BEGIN { print (cpu > 0) ? int(count / cpu) : 0 }'; }

echo "| | keys | seconds | URLs a second | URLs a second of CPU time | peak, MiB |"
echo "|---|---:|---:|---:|---:|---:|"
for threads in 1 "$(getconf _NPROCESSORS_ONLN)"; do
    measure "$oss_sign" presign --from "$work/keys" --output "$work/urls" --threads "$threads" \
        "oss://$BUCKET" --process "$PROCESS" --expires "$EXPIRES"
    row "oss-sign, threads that presign: $threads" "$keys" "$work/urls"
    rate=$(per_cpu_second)
    ((rate >= min_rate)) || missed_rate=$rate
    ((kib <= max_kib)) || missed_kib=$kib
done
for url in "$(head -n 1 "$work/urls")" "$(tail -n 1 "$work/urls")"; do
    "$oss_sign" verify --bucket "$BUCKET" "$url" >/dev/null || { echo "missed: a URL does not hold"; verdict=1; }
done

few=$((keys / 100))
head -n "$few" "$work/keys" >"$work/few"
sdks=$PWD/benches/compare/target/sdks
sdk() {
    local name=$1
    shift
    measure "$@" "$work/few" "$work/sdk"
    row "$name" "$few" "$work/sdk"
}
if [[ -d $sdks/node_modules/ali-oss ]] && command -v node >/dev/null; then
    export NODE_PATH=$sdks/node_modules
    sdk "ali-oss (Node)" node benches/compare/sdks/presign.cjs v4
else
    echo "not run: ali-oss (Node): benches/compare/sdks.sh installs it"
fi
if [[ -x $sdks/python/bin/python ]]; then
    for name in oss2 oss-v2; do
        sdk "$name (Python)" "$sdks/python/bin/python" benches/compare/sdks/presign.py "$name-v4"
    done
else
    echo "not run: oss2, alibabacloud-oss-v2 (Python): benches/compare/sdks.sh installs them"
fi

if [[ -n ${missed_rate-} ]]; then
    echo "missed: $missed_rate URLs a second of CPU time, and not 1,000,000"
    verdict=1
fi
if [[ -n ${missed_kib-} ]]; then
    echo "missed: $((missed_kib / 1024)) MiB at the peak, and not $((max_kib / 1024))"
    verdict=1
fi
exit $verdict
