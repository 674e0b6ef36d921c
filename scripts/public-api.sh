#!/usr/bin/env bash
# The public API of the libraries is the one that is listed in tests/public-api: a change of it is seen.
#
#     scripts/public-api.sh            compares
#     scripts/public-api.sh --write    writes the lists anew
#
# Wants nightly Rust and `cargo install cargo-public-api`.
set -euo pipefail
cd "$(dirname "$0")/.."
rustup toolchain list 2>/dev/null | grep -q '^nightly' || { echo "not run: the list of the public API wants nightly Rust"; exit 0; }
cargo public-api --version >/dev/null 2>&1 || { echo "not run: the list of the public API wants cargo-public-api (cargo install cargo-public-api)"; exit 0; }

export RUSTFLAGS="" RUSTDOCFLAGS=""
failed=0 items=0
for package in oss-sign oss-sign-credentials oss-sign-emulator; do
    listed=tests/public-api/$package.txt
    # Without the automatic traits, of which nightly Rust has new ones now and then.
    api=$(cargo +nightly public-api --package "$package" --all-features --omit blanket-impls,auto-trait-impls 2>/dev/null)
    if [ "${1:-}" = --write ]; then
        mkdir -p "$(dirname "$listed")"
        printf '%s\n' "$api" >"$listed"
    fi
    if diff -u "$listed" <(printf '%s\n' "$api"); then
        echo "$package: $(wc -l <<<"$api")"
        items=$((items + $(wc -l <<<"$api")))
    else
        failed=1
        echo "$package: the public API is not the one that is listed: scripts/public-api.sh --write"
    fi
done
[ "$failed" -ne 0 ] || echo "$items public items, as listed"
exit "$failed"
