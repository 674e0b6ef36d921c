#!/usr/bin/env bash
# The oldest versions of direct dependencies that the manifests allow are enough. Wants nightly Rust.
set -euo pipefail
cd "$(dirname "$0")/.."
rustup toolchain list 2>/dev/null | grep -q '^nightly' || { echo "not run: minimal versions want nightly Rust"; exit 0; }

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target/minimal-versions} RUSTFLAGS=""
# In a copy, as the lock file changes.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
git ls-files -z --cached --others --exclude-standard | tar --null -cf - -T - 2>/dev/null | tar -xf - -C "$copy"
cd "$copy"
cargo +nightly update --quiet -Z direct-minimal-versions
packages=(--package oss-sign --package oss-sign-credentials --package oss-sign-emulator --package oss-sign-cli --package oss-sign-ffi)
cargo check --quiet "${packages[@]}" --all-features
dependencies=$(cargo tree "${packages[@]}" --all-features --depth 1 --edges normal --prefix none 2>/dev/null | sort -u | grep -cv '^oss-sign\|^$')
echo "builds with the oldest versions of its $dependencies direct dependencies"
