#!/usr/bin/env bash
# Licences, sources, duplicate versions and advisories of all dependencies, by deny.toml. Wants
# `cargo install cargo-deny`; the advisories want the network besides.
set -euo pipefail
cd "$(dirname "$0")/.."
cargo deny --version >/dev/null 2>&1 || { echo "not run: the check of dependencies wants cargo-deny (cargo install cargo-deny)"; exit 0; }
cargo deny --log-level error check bans licenses sources
dependencies=$(cargo tree --workspace --all-features --target all --prefix none 2>/dev/null | cut -d' ' -f1,2 | sort -u | grep -cv '^oss-sign\|^$')
if cargo deny --log-level error fetch db >/dev/null 2>&1; then
    cargo deny --log-level error check advisories
else
    echo "not run: the advisories, as their database cannot be fetched"
fi
echo "the $dependencies dependencies are as deny.toml wants them"
