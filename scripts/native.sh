#!/usr/bin/env bash
# Builds the benches as a user may build: -C target-cpu=native and fat LTO. Inlined next to AVX code, the
# SHA instructions take up to a hundred times as long on some CPUs: so they must stay in functions of
# their own. Then shows the ratios. Wants x86-64 with SHA instructions, and objdump.
set -euo pipefail
cd "$(dirname "$0")/.."
grep -qw sha_ni /proc/cpuinfo 2>/dev/null || { echo "not run: this CPU has no SHA instructions"; exit 0; }
command -v objdump >/dev/null || { echo "not run: objdump is not installed"; exit 0; }

export RUSTFLAGS="-C target-cpu=native" CARGO_PROFILE_RELEASE_LTO=fat CARGO_TARGET_DIR=target/native
cargo build --release --quiet -p oss-sign-benches --bin ratios
holders=$(objdump -d --no-show-raw-insn "$CARGO_TARGET_DIR/release/ratios" |
    awk '/^[0-9a-f]+ <.*>:$/ { name = $2 } /sha256rnds2|sha1rnds4/ { print name }' | sort -u)
echo "SHA instructions are in:"
echo "$holders"
if others=$(grep -vE 'compress|Floor' <<<"$holders"); then
    echo "they were inlined into: $others"
    exit 1
fi
"$CARGO_TARGET_DIR/release/ratios"
