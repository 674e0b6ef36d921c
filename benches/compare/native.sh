#!/usr/bin/env bash
# Shows that `-C target-cpu=native` together with fat LTO does not slow this library down: measures it
# built as usual, then built so, and compares the two. Exit code 1 if it does.
set -euo pipefail
cd "$(dirname "$0")"
cargo build --release --quiet
RUSTFLAGS="${RUSTFLAGS-} -C target-cpu=native" cargo build --release --quiet --target-dir target/native
figures=$PWD/target/as-usual.csv
target/release/oss-sign-compare --ours --csv "$figures" "$@" >/dev/null || true
echo "native, fat LTO; against the build as usual:"
target/native/release/oss-sign-compare --ours --against "$figures" "$@"
