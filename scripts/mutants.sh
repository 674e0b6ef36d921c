#!/usr/bin/env bash
# Mutation testing: changes the code in small ways and expects that a test fails.
#
#     scripts/mutants.sh [PACKAGE] [further arguments of cargo mutants]
#
# PACKAGE is oss-sign (the default) or oss-sign-credentials. First the tests next to the code are run, as
# they cost little; what survives them is run against the tests from outside. What must survive, and why,
# is listed in `.cargo/mutants.toml`. Wants `cargo install cargo-mutants`. It takes an hour for the core and
# several for the credentials: `--shard 1/8` runs a part, `--file` a file, `-j 2` two at a time.
set -euo pipefail
cd "$(dirname "$0")/.."
package=${1:-oss-sign}
shift || true
cargo mutants --version >/dev/null 2>&1 || { echo "not run: mutation testing wants cargo-mutants (cargo install cargo-mutants)"; exit 0; }

case $package in
oss-sign)
    # The wiping of secrets is tested by the tests that look at memory.
    outside=(--test-package oss-sign-tests --test-package oss-sign-memory-tests --cargo-arg=--tests)
    ;;
oss-sign-credentials) outside=(--cargo-arg=--test=rows --cargo-arg=--test=freshness) ;;
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
    cargo mutants --package "$package" --output "$output" --no-shuffle --colors never --timeout 120 "$@" || status=$?
    [ "$status" -eq 0 ] || [ "$status" -eq 2 ] || [ "$status" -eq 3 ]
}
count() { wc -l <"$1/$2.txt"; }

run --cargo-arg=--lib "$@"
by_units=$(count "$found" caught)
# What was caught or did not compile is not run again; the first results are in mutants.out.old then.
run --iterate "${outside[@]}" "$@"
from_outside=$(($(count "$found" caught) + $(count "$found" timeout)))
missed=$(count "$found" missed)
cat "$found/missed.txt"
awk -v package="$package" -v units="$by_units" -v outside="$from_outside" -v missed="$missed" 'BEGIN {
    caught = units + outside; viable = caught + missed
    printf "%s: %d of %d viable mutants caught (%.1f %%): %d by unit tests, %d from outside; %d missed\n",
        package, caught, viable, 100 * caught / (viable ? viable : 1), units, outside, missed
}'
