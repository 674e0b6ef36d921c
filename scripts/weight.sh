#!/usr/bin/env bash
# What a program that prints one presigned URL weighs, with this library and with its peers: crates,
# seconds to build from nothing, size. Needs the sources of the peers, and some minutes.
#
#   scripts/weight.sh            all
#   scripts/weight.sh oss-sign   this library alone
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# What other builds left behind is no help to these.
unset RUSTC_WRAPPER RUSTFLAGS CARGO_TARGET_DIR
max_crates=30

# Prints the row of one program, and leaves its numbers in `crates` and `bytes`.
weigh() {
    local name=$1 dependencies=$2 directory=$work/$1
    mkdir -p "$directory/src"
    cp "benches/weight/$name.rs" "$directory/src/main.rs"
    cat >"$directory/Cargo.toml" <<TOML
[package]
name = "hello-presign"
version = "0.0.0"
edition = "2024"

[workspace]

[dependencies]
$dependencies

[profile.release]
strip = true
TOML
    if ! (cd "$directory" && cargo fetch --quiet) 2>/dev/null; then
        printf 'not run: %s: its sources cannot be had\n' "$name"
        return 1
    fi
    crates=$(cd "$directory" && cargo tree --edges normal,build --prefix none --no-dedupe | awk 'NF && $1 != "hello-presign" { print $1, $2 }' | sort -u | wc -l)
    local start=$EPOCHREALTIME
    (cd "$directory" && cargo build --release --quiet --offline)
    local seconds
    seconds=$(awk -v start="$start" -v end="$EPOCHREALTIME" 'BEGIN { printf "%.1f", end - start }')
    bytes=$(wc -c <"$directory/target/release/hello-presign")
    printf '| %s | %d | %s | %d |\n' "$name" "$crates" "$seconds" $((bytes / 1024))
}

echo "| program | crates | clean build, s | stripped, KiB |"
echo "|---|---:|---:|---:|"
weigh empty ""
weigh oss-sign "oss-sign = { path = \"$root/crates/oss-sign\", features = [\"std\"] }"
our_crates=$crates our_bytes=$bytes

verdict=0
if ((our_crates > max_crates)); then
    echo "missed: oss-sign brings $our_crates crates, more than $max_crates"
    verdict=1
fi
[[ ${1-} == oss-sign ]] && exit $verdict

compare() {
    weigh "$1" "$2" || return 0
    if ((crates < our_crates || bytes < our_bytes)); then
        echo "missed: $1 is smaller than oss-sign"
        verdict=1
    fi
}
compare rusty-oss 'rusty-oss = { version = "=0.2.1", default-features = false }'
compare rusty-s3 'rusty-s3 = { version = "=0.11.0", default-features = false, features = ["rustcrypto"] }'
compare aws-sigv4 'aws-sigv4 = { version = "=1.6.4", default-features = false, features = ["sign-http", "http1"] }
aws-credential-types = { version = "1", features = ["hardcoded-credentials"] }
http = "1"'
compare reqsign-aliyun-oss 'reqsign-aliyun-oss = "=3.2.0"
reqsign-core = "3"
http = "1"
pollster = "0.4"'
compare aliyun-oss-rs 'aliyun-oss-rs = { version = "=0.3.0", default-features = false, features = ["sync"] }
time = { version = "0.3", features = ["std"] }'
compare ali-oss-rs 'ali-oss-rs = { version = "=0.3.1", default-features = false, features = ["async"] }'
exit $verdict
