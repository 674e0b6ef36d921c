#!/usr/bin/env bash
# Everything that must hold, one line each: its name, and the last line that it printed, which has its
# figure. What wants a tool that is missing says `not run`, and does not count as passed.
#
#     scripts/check-all.sh [SECONDS FOR EACH FUZZ TARGET]
#
# The logs are in target/check-all. Mutation testing takes hours and is not among these: scripts/mutants.sh
set -uo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
logs=target/check-all
mkdir -p "$logs"
passed=0 failed=0 not_run=0

# check NAME COMMAND...
check() {
    local name=$1 log="$logs/${1// /-}.log" verdict
    shift
    if ! "$@" >"$log" 2>&1; then
        verdict=FAILED failed=$((failed + 1))
    elif grep -q '^not run' "$log"; then
        verdict='not run' not_run=$((not_run + 1))
    else
        verdict=ok passed=$((passed + 1))
    fi
    printf '%-8s %-22s %s\n' "$verdict" "$name" "$(grep -v '^ *$' "$log" | tail -n 1 | cut -c1-160)"
}

check "what CI runs" .ci/run
check "sets of features" scripts/features.sh
check "minimal versions" scripts/minimal-versions.sh
check "fuzzing" scripts/fuzz.sh "$seconds"
check "constant time" scripts/constant-time.sh
check "undefined behaviour" scripts/miri.sh
check "packages" scripts/packages.sh
check "public API" scripts/public-api.sh
check "semver" scripts/semver.sh
check "supply chain" scripts/supply-chain.sh

printf '%d passed, %d failed, %d not run\n' "$passed" "$failed" "$not_run"
[ "$failed" -eq 0 ]
