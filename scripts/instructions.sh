#!/usr/bin/env bash
# Counts the instructions of each operation, and fails where one takes more than was recorded in
# benches/instructions.toml, by a margin. Wants valgrind, and x86-64, where the counts were recorded.
set -euo pipefail
cd "$(dirname "$0")/.."
[[ $(uname -m) == x86_64 ]] || { echo "not run: the counts of instructions were recorded on x86-64"; exit 0; }
cargo run --release --quiet -p oss-sign-benches --bin instructions
