#!/usr/bin/env bash
# Runs every fuzz target in turn: scripts/fuzz.sh [SECONDS EACH] [TARGET...]
#
# Wants nightly Rust, `cargo install cargo-fuzz` and a C++ compiler. What a target finds is left in
# fuzz/artifacts, and ends the run with an error.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=${1:-60}
shift || true

rustup toolchain list 2>/dev/null | grep -q '^nightly' || { echo "not run: fuzzing wants nightly Rust"; exit 0; }
cargo fuzz --version >/dev/null 2>&1 || { echo "not run: fuzzing wants cargo-fuzz (cargo install cargo-fuzz)"; exit 0; }
command -v c++ >/dev/null || { echo "not run: fuzzing wants a C++ compiler"; exit 0; }

targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(cargo +nightly fuzz list)
failed=0 total=0
for target in "${targets[@]}"; do
    mkdir -p "fuzz/corpus/$target"
    log=$(mktemp)
    # Without --release: that is optimized too, and has no checks of overflow. An input may take a minute,
    # so that a busy machine is no finding.
    if RUSTFLAGS="" cargo +nightly fuzz run "$target" "fuzz/corpus/$target" "fuzz/seeds/$target" -- \
        -max_total_time="$seconds" -max_len=4096 -timeout=60 -print_final_stats=1 >"$log" 2>&1; then
        runs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
        coverage=$(grep -o 'cov: [0-9]*' "$log" | tail -n 1 | cut -d' ' -f2)
        printf '%-16s %12s runs in %s s, %s edges, nothing found\n' "$target" "${runs:-?}" "$seconds" "${coverage:-?}"
        total=$((total + ${runs:-0}))
    else
        failed=1
        printf '%-16s FAILED\n' "$target"
        tail -n 40 "$log"
    fi
    rm -f "$log"
done
[ "$failed" -eq 0 ] && echo "${#targets[@]} targets, $total runs, nothing found"
exit "$failed"
