#!/usr/bin/env bash
# The core has no path to a panic: the program of tests/no-panic, which does all that it does, links. With an
# operation that can panic it must not.
set -euo pipefail
cd "$(dirname "$0")/../tests/no-panic"
# Flags of the caller would change what the compiler proves.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS
[[ $(uname -s) == Linux ]] || { echo "not run: the program wants the linker of Linux"; exit 0; }

log=$(mktemp)
trap 'rm -f "$log"' EXIT
cargo build --release --quiet --locked
if cargo build --release --quiet --locked --features control 2>"$log"; then
    echo "the control links, so this check sees nothing"
    exit 1
fi
grep -q there_is_a_path_to_a_panic "$log" || { cat "$log"; exit 1; }
echo "no path to a panic in the core; the control has one"
