#!/usr/bin/env bash
# Each package that is published has just what belongs in it.
set -euo pipefail
cd "$(dirname "$0")/.."

failed=0 packages=0 total=0
for package in oss-sign oss-sign-credentials oss-sign-emulator oss-sign-cli oss-sign-ffi; do
    files=$(cargo package --list --allow-dirty --quiet --package "$package")
    # The sources, the header of the C library, examples, the manifest and the papers.
    strange=$(grep -vE '^(Cargo\.(toml|toml\.orig|lock)|\.cargo_vcs_info\.json|README\.md|LICENSE-(APACHE|MIT)|build\.rs|cbindgen\.toml|(src|include|examples)/.*\.(rs|h|c|txt|pem|html))$' <<<"$files" || true)
    missing=$(for file in README.md LICENSE-APACHE LICENSE-MIT; do grep -qx "$file" <<<"$files" || echo "$file"; done)
    if [ -n "$strange$missing" ]; then
        failed=1
        echo "$package: does not belong in it: ${strange:-nothing}; is missing: ${missing:-nothing}"
    else
        count=$(wc -l <<<"$files")
        echo "$package: $count files"
        packages=$((packages + 1)) total=$((total + count))
    fi
done
[ "$failed" -ne 0 ] || echo "$packages packages, $total files, with nothing strange and nothing missing"
exit "$failed"
