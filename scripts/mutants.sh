#!/usr/bin/env bash
# Mutation testing: changes the code in small ways and expects that a test fails.
#
#     scripts/mutants.sh [PACKAGE] [further arguments of cargo mutants]
#
# PACKAGE is oss-sign (the default) or oss-sign-credentials. What survives, and why it may, is listed in
# `.cargo/mutants.toml`. Wants `cargo install cargo-mutants`. It takes hours: `--shard 1/8` runs a part.
set -euo pipefail
cd "$(dirname "$0")/.."
package=${1:-oss-sign}
shift || true
cargo mutants --version >/dev/null 2>&1 || { echo "not run: mutation testing wants cargo-mutants (cargo install cargo-mutants)"; exit 0; }

output=${MUTANTS_OUT:-target/mutants-$package}
mkdir -p "$output"
status=0
cargo mutants --package "$package" --output "$output" --no-shuffle --timeout 120 "$@" || status=$?
count() { wc -l <"$output/mutants.out/$1.txt"; }
caught=$(count caught) missed=$(count missed) timeout=$(count timeout)
viable=$((caught + missed + timeout))
awk "BEGIN { printf \"%s: %d of %d viable mutants caught (%.1f %%), %d missed\\n\", \"$package\", $caught + $timeout, $viable, 100 * ($caught + $timeout) / ($viable ? $viable : 1), $missed }"
cat "$output/mutants.out/missed.txt"
# 2: some were missed, which is what the figure tells. Anything else is a failure of the run.
[ "$status" -eq 0 ] || [ "$status" -eq 2 ] || [ "$status" -eq 3 ]
