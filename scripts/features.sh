#!/usr/bin/env bash
# Every set of features of every crate builds without a warning. Wants `cargo install cargo-hack`.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo hack --version >/dev/null 2>&1 || { echo "not run: every set of features wants cargo-hack (cargo install cargo-hack)"; exit 0; }

export RUSTFLAGS="${RUSTFLAGS:--D warnings}"
sets=0
for package in oss-sign oss-sign-credentials oss-sign-emulator oss-sign-cli oss-sign-ffi; do
    # `default` is a set of others.
    powerset=(hack check --feature-powerset --exclude-features default --no-dev-deps --package "$package")
    # Without `std` the C library has a panic handler of its own, and nothing to unwind with.
    [ "$package" != oss-sign-ffi ] || powerset+=(--profile embedded)
    count=$(cargo "${powerset[@]}" --print-command-list | wc -l)
    cargo "${powerset[@]}" --quiet
    echo "$package: $count"
    sets=$((sets + count))
done
echo "$sets sets of features build without a warning"
