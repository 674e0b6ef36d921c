#!/usr/bin/env bash
# Builds the C library and tests it from C: with gcc, under valgrind and the sanitizers, by CMake and
# pkg-config, and on a simulated Cortex-M4.
set -euo pipefail
cd "$(dirname "$0")/.."
export CARGO_TERM_COLOR=never CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}

not_run() { printf 'not run: %s\n' "$*"; }
have() { command -v "$1" >/dev/null; }
have_target() { rustup target list --installed 2>/dev/null | grep -qx "$1" || rustup target add "$1" >/dev/null 2>&1; }

# What is missing can be installed on a machine that is thrown away.
if [[ ${CI:-} == true && $EUID == 0 ]] && have apt-get && ! { have gcc && have valgrind && have cmake && have pkg-config && have arm-none-eabi-gcc && have qemu-system-arm; }; then
    { apt-get update && apt-get install --yes --no-install-recommends gcc valgrind cmake make pkg-config gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm; } >/dev/null 2>&1 || true
fi

crate=crates/oss-sign-ffi
made=$(mktemp -d)
trap 'rm -rf "$made"' EXIT
strict=(-std=c99 -pedantic -Wall -Wextra -Werror -I "$crate/include")

cargo build --quiet --locked --release --package oss-sign-ffi
libraries=$CARGO_TARGET_DIR/release

if ! have gcc; then
    not_run "the C tests: gcc is not installed"
    exit 0
fi

echo "C99, statically linked:"
gcc "${strict[@]}" -O1 -g $crate/tests/c/test.c "$libraries/liboss_sign.a" -lm -o "$made/static"
"$made/static"

echo "dynamically linked:"
gcc "${strict[@]}" $crate/tests/c/test.c -L "$libraries" -loss_sign -o "$made/dynamic"
LD_LIBRARY_PATH=$libraries "$made/dynamic"

if have valgrind; then
    echo "valgrind:"
    valgrind --quiet --error-exitcode=1 --leak-check=full --errors-for-leak-kinds=all "$made/static"
else
    not_run "the C tests under valgrind: it is not installed"
fi

if echo 'int main(void) { return 0; }' | gcc -fsanitize=address,undefined -x c - -o "$made/probe" 2>/dev/null && "$made/probe"; then
    echo "address and undefined behaviour sanitizers:"
    gcc "${strict[@]}" -g -fsanitize=address,undefined -fno-sanitize-recover=all $crate/tests/c/test.c "$libraries/liboss_sign.a" -lm -o "$made/sanitized"
    "$made/sanitized"
else
    not_run "the C tests with sanitizers: gcc has none here"
fi

# The example prints a URL with this beginning.
is_url() { [[ $1 == https://examplebucket.oss-cn-hangzhou.aliyuncs.com/sensor-7/0001.cbor\?x-oss-credential=LTAI5tExampleKeyId%2F* ]] || { echo "not the URL that was asked for: $1"; return 1; }; }
mint() { OSS_ACCESS_KEY_ID=LTAI5tExampleKeyId OSS_ACCESS_KEY_SECRET=example-secret "$1" examplebucket sensor-7/0001.cbor; }

if have cmake && have make; then
    cmake -S $crate -B "$made/cmake" -DCMAKE_INSTALL_PREFIX="$made/prefix" >/dev/null
    cmake --build "$made/cmake" >/dev/null 2>&1
    cmake --install "$made/cmake" >/dev/null
    cmake -S $crate/examples -B "$made/example" -DCMAKE_PREFIX_PATH="$made/prefix" >/dev/null
    cmake --build "$made/example" >/dev/null
    is_url "$(mint "$made/example/upload_url")"
    is_url "$(mint "$made/example/upload_url_shared")"
    echo "the example builds with the CMake package, and mints a URL"
    if have pkg-config; then
        export PKG_CONFIG_PATH
        PKG_CONFIG_PATH=$(dirname "$(find "$made/prefix" -name oss-sign.pc)")
        # shellcheck disable=SC2046 # these are flags, one by one
        gcc -std=c99 $crate/examples/upload_url.c $(pkg-config --cflags --libs oss-sign) -o "$made/upload_url"
        is_url "$(LD_LIBRARY_PATH=$(pkg-config --variable=libdir oss-sign) mint "$made/upload_url")"
        echo "and with pkg-config"
    else
        not_run "the example with pkg-config: it is not installed"
    fi
else
    not_run "the example with the CMake package: cmake or make is not installed"
fi

target=thumbv7em-none-eabihf
if ! have arm-none-eabi-gcc || ! have qemu-system-arm; then
    not_run "the C tests on a Cortex-M4: arm-none-eabi-gcc or qemu-system-arm is not installed"
elif ! have_target $target; then
    not_run "the C tests on a Cortex-M4: the target $target cannot be installed here"
else
    echo "on a Cortex-M4 in QEMU:"
    export RUSTFLAGS='-D warnings --cfg sha2_backend="soft" --cfg sha2_backend_soft="compact"'
    for features in "" v1 post-policy verify v1,post-policy,verify; do
        cargo rustc --quiet --locked --package oss-sign-ffi --profile embedded --crate-type staticlib --no-default-features --features "$features" --target $target
    done
    arm-none-eabi-gcc "${strict[@]}" -Os -mcpu=cortex-m4 -mthumb -mfloat-abi=hard -mfpu=fpv4-sp-d16 --specs=nano.specs --specs=rdimon.specs -Wl,--gc-sections,-z,noexecstack -T $crate/tests/c/mps2/mps2.ld $crate/tests/c/mps2/start.c $crate/tests/c/test.c "$CARGO_TARGET_DIR/$target/embedded/liboss_sign.a" -o "$made/arm.elf"
    timeout 60 qemu-system-arm -machine mps2-an386 -nographic -semihosting-config enable=on,target=native -kernel "$made/arm.elf" </dev/null
fi

target=riscv32imac-unknown-none-elf
if have_target $target; then
    RUSTFLAGS="-D warnings" cargo rustc --quiet --locked --package oss-sign-ffi --profile embedded --crate-type staticlib --no-default-features --target $target
    echo "the library builds for $target"
else
    not_run "the C library for $target: the target cannot be installed here"
fi
