#!/usr/bin/env bash
# The version numbers tell whether the public API broke since the last release, which is the newest tag
# `v*`. Wants `cargo install cargo-semver-checks`.
set -euo pipefail
cd "$(dirname "$0")/.."
release=$(git describe --tags --abbrev=0 --match 'v*' 2>/dev/null) || { echo "not run: there is no release yet to compare with"; exit 0; }
cargo semver-checks --version >/dev/null 2>&1 || { echo "not run: comparing with $release wants cargo-semver-checks (cargo install cargo-semver-checks)"; exit 0; }
cargo semver-checks --baseline-rev "$release" --package oss-sign --package oss-sign-credentials --package oss-sign-emulator
echo "the version numbers tell what changed since $release"
