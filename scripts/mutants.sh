#!/usr/bin/env bash
# Mutation testing: changes the code in small ways and expects that a test fails.
#
#     scripts/mutants.sh [PACKAGE] [further arguments of cargo mutants]
#
# PACKAGE is oss-sign (the default) or oss-sign-credentials. Of the core, first the tests next to the code are
# run, as they cost little; what survives them is run against the tests from outside. What must survive, and
# why, is listed in `.cargo/mutants.toml`. Wants `cargo install cargo-mutants`. It takes an hour and a half for
# each package: `--shard 1/8` runs a part, `--file` a file, `-j 2` two at a time.
set -euo pipefail
cd "$(dirname "$0")/.."
package=${1:-oss-sign}
shift || true
cargo mutants --version >/dev/null 2>&1 || { echo "not run: mutation testing wants cargo-mutants (cargo install cargo-mutants)"; exit 0; }

case $package in
oss-sign)
    timeout=120
    tests=(--cargo-arg=--lib)
    # The wiping of secrets is tested by the tests that look at memory.
    outside=(--test-package oss-sign-tests --test-package oss-sign-memory-tests --cargo-arg=--tests)
    ;;
oss-sign-credentials)
    timeout=20
    # Most of its tests are in front of its public items: by the others alone little is caught.
    tests=(--cargo-arg=--lib --cargo-arg=--test=rows --cargo-arg=--test=freshness)
    outside=()
    ;;
*) echo "oss-sign or oss-sign-credentials, not $package"; exit 1 ;;
esac
output=${MUTANTS_OUT:-target/mutants-$package}
rm -rf "$output"
mkdir -p "$output"
found=$output/mutants.out

# 2: some were missed; 3: some ran for too long, which a test would notice too. Anything else is a failure of
# the run.
run() {
    local status=0
    cargo mutants --package "$package" --output "$output" --no-shuffle --colors never --timeout $timeout "$@" || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || [ "$status" -eq 3 ]
}
count() { wc -l <"$found/$1.txt"; }

run "${tests[@]}" "$@"
before=0
if [ "${#outside[@]}" -gt 0 ]; then
    # What was caught or did not compile is not run again, what ran for too long is; the first results are in
    # mutants.out.old then.
    before=$(count caught)
    run --iterate "${outside[@]}" "$@"
fi
caught=$((before + $(count caught) + $(count timeout)))
missed=$(count missed)
cat "$found/missed.txt"
awk -v package="$package" -v caught="$caught" -v missed="$missed" 'BEGIN {
    viable = caught + missed
    printf "%s: %d of %d viable mutants caught (%.1f %%); %d missed\n",
        package, caught, viable, 100 * caught / (viable ? viable : 1), missed
}'
[ "$missed" -eq 0 ]
