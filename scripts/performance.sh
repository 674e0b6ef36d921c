#!/usr/bin/env bash
# Measures all that docs/performance.md shows, and writes it there. For a machine that does nothing else.
#
#   scripts/performance.sh [PART...]    compare native parameters signer bulk weight; all if nothing is said
set -euo pipefail
cd "$(dirname "$0")/.."
document=docs/performance.md
output=$(mktemp)
trap 'rm -f "$output"' EXIT

# Puts what the last command printed between the marks of a part.
insert() {
    awk -v name="$1" -v file="$output" '
        $0 == "<!-- end " name " -->" { while ((getline line < file) > 0) print line; skipping = 0 }
        !skipping
        $0 == "<!-- begin " name " -->" { skipping = 1; print "" }
    ' "$document" >"$document.new"
    mv "$document.new" "$document"
}

fenced() { printf '```text\n' && cat && printf '```\n\n'; }

part() {
    case $1 in
    compare) benches/compare/sdks.sh | sed '/^\(met\|missed\) /,$d' ;;
    native) scripts/native.sh | fenced ;;
    parameters)
        cargo run --release --quiet -p oss-sign-benches --bin curve | tee "$output.curve" | fenced
        cargo run --release --quiet --manifest-path benches/compare/Cargo.toml --bin plot docs/parameters.svg <"$output.curve"
        rm "$output.curve"
        ;;
    signer) cargo bench --quiet -p oss-sign-benches --bench signer | fenced ;;
    bulk) scripts/bulk.sh 10000000 | sed 's/^missed/\n&/' && echo ;;
    weight) scripts/weight.sh | sed 's/^missed/\n&/' && echo ;;
    *) echo "$1 is no part" >&2 && exit 2 ;;
    esac
}

for name in "${@:-compare native parameters signer bulk weight}"; do
    for each in $name; do
        part "$each" >"$output" || echo "$each: a target is missed, or something failed: see $document"
        insert "$each"
    done
done
