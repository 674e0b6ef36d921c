#!/usr/bin/env bash
# Undefined behaviour: Miri interprets the calls of the C library, which has the only `unsafe` of the
# project, and the vectors of the core with what it stores them in. It cannot do so with the tests that
# look at memory, as they look at what was left uninitialized, too. Wants nightly Rust with its component
# `miri`.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo +nightly miri --version >/dev/null 2>&1 || { echo "not run: Miri wants nightly Rust (rustup +nightly component add miri rust-src)"; exit 0; }

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target/miri} RUSTFLAGS="" CARGO_INCREMENTAL=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
interpret() { cargo +nightly miri test --quiet "$@" | tee -a "$log"; }

interpret --package oss-sign-ffi --lib
interpret --package oss-sign --all-features --lib -- vectors order query header
awk '/^test result: ok/ { passed += $4 } END { print passed " tests, without undefined behaviour" }' "$log"
