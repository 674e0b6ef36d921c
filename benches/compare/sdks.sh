#!/usr/bin/env bash
# Measures the Node and Python SDKs beside this library, in the same rounds. They come from npm and
# PyPI, into target/sdks. Flags are those of the comparison: sdks.sh --quick
set -euo pipefail
cd "$(dirname "$0")"
directory=$PWD/target/sdks
mkdir -p "$directory"

not_run() { printf 'not run: %s\n' "$*"; }

if ! command -v npm >/dev/null; then
    not_run "ali-oss: there is no npm"
elif [[ ! -d $directory/node_modules/ali-oss ]]; then
    npm install --silent --no-audit --no-fund --prefix "$directory" ali-oss@6.23.0 || not_run "ali-oss: npm cannot be reached"
fi
if ! command -v python3 >/dev/null; then
    not_run "oss2, alibabacloud-oss-v2: there is no Python"
elif [[ ! -x $directory/python/bin/python ]]; then
    python3 -m venv "$directory/python"
    "$directory/python/bin/python" -m pip install --quiet --disable-pip-version-check oss2==2.19.1 alibabacloud-oss-v2 || not_run "oss2, alibabacloud-oss-v2: PyPI cannot be reached"
fi

[[ ${1-} == --install-only ]] || cargo run --release --quiet -- --sdks "$directory" "$@"
