#!/usr/bin/env bash
# Everything that must hold, one line each: its name, and the last line that it printed, which has its
# figure. What wants a tool that is missing says `not run`, and does not count as passed; what could run in
# part says `partly`, and below it what was left out.
#
#     scripts/check-all.sh [--mutants] [SECONDS FOR EACH FUZZ TARGET]
#
# The logs are in target/check-all. It takes an hour and a half; --mutants adds mutation testing, which takes
# three hours more.
set -uo pipefail
cd "$(dirname "$0")/.." || exit
mutants=false
if [ "${1:-}" = --mutants ]; then
    mutants=true
    shift
fi
seconds=${1:-60}
logs=target/check-all
mkdir -p "$logs"
verdicts=""

# check NAME COMMAND...
check() {
    local name=$1 log="$logs/${1//[ ,]/-}.log" verdict=ok last left_out
    shift
    "$@" >"$log" 2>&1 || verdict=FAILED
    last=$(grep -v '^ *$' "$log" | tail -n 1)
    left_out=$(grep '^not run' "$log" | grep -vxF "$last")
    if [[ $verdict == ok && $last == 'not run'* ]]; then
        verdict='not run'
    elif [[ $verdict == ok && -n $left_out ]]; then
        verdict=partly
    fi
    verdicts+=$verdict$'\n'
    printf '%-8s %-22s %s\n' "$verdict" "$name" "$(cut -c1-160 <<<"$last")"
    [ -z "$left_out" ] || sed 's/^/         /' <<<"$left_out"
}
count() { grep -cx "$1" <<<"$verdicts"; }

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
if "$mutants"; then
    check "mutants, core" scripts/mutants.sh oss-sign -j 2
    check "mutants, credentials" scripts/mutants.sh oss-sign-credentials -j 2
else
    check "mutants" echo "not run: mutation testing takes hours; --mutants runs it"
fi

printf '%d passed, %d failed, %d in part, %d not run\n' \
    "$(count ok)" "$(count FAILED)" "$(count partly)" "$(count 'not run')"
[ "$(count FAILED)" -eq 0 ]
