#!/usr/bin/env bash
# Each package that is published has just what belongs in it.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0
for package in oss-sign oss-sign-credentials oss-sign-emulator oss-sign-cli oss-sign-ffi; do
    [ -d "crates/$package" ] || continue
    files=$(cargo package --list --allow-dirty --quiet --package "$package")
    # The sources, the header of the C library, examples, the manifest and the papers.
    strange=$(grep -vE '^(Cargo\.(toml|toml\.orig|lock)|\.cargo_vcs_info\.json|README\.md|LICENSE-(APACHE|MIT)|build\.rs|cbindgen\.toml|(src|include|examples)/.*\.(rs|h|c|txt|pem|html))$' <<<"$files" || true)
    missing=$(for file in README.md LICENSE-APACHE LICENSE-MIT; do grep -qx "$file" <<<"$files" || echo "$file"; done)
    if [ -n "$strange$missing" ]; then
        failed=1
        echo "$package: does not belong in it: ${strange:-nothing}; is missing: ${missing:-nothing}"
    else
        echo "$package: $(wc -l <<<"$files") files"
    fi
done
exit "$failed"
