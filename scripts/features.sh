#!/usr/bin/env bash
# Every set of features of every library builds without a warning. Wants `cargo install cargo-hack`.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo hack --version >/dev/null 2>&1 || { echo "not run: every set of features wants cargo-hack (cargo install cargo-hack)"; exit 0; }

export RUSTFLAGS="${RUSTFLAGS:--D warnings}"
for package in oss-sign oss-sign-credentials oss-sign-emulator; do
    cargo hack check --quiet --feature-powerset --no-dev-deps --package "$package"
    cargo hack check --feature-powerset --no-dev-deps --package "$package" --print-command-list |
        sed "s/.*/$package/" | uniq -c | sed 's/ *\([0-9]*\) \(.*\)/\2: \1 sets of features/'
done
