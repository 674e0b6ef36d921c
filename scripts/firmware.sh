#!/usr/bin/env bash
# Builds the firmware, runs it in QEMU, prints what it takes, and fails when a signature is wrong or a
# figure is above firmware/budgets.txt. docs/embedded.md says what the figures mean.
set -euo pipefail
cd "$(dirname "$0")/../firmware"
# Would replace the flags of .cargo/config.toml.
unset RUSTFLAGS CARGO_ENCODED_RUSTFLAGS CARGO_BUILD_RUSTFLAGS CARGO_TARGET_DIR
export CARGO_TERM_COLOR=never

not_run() { printf 'not run: %s\n' "$*"; }
have() { command -v "$1" >/dev/null; }
have_target() { rustup target list --installed 2>/dev/null | grep -qx "$1" || rustup target add "$1" >/dev/null 2>&1; }

# What is missing can be installed on a machine that is thrown away.
if [[ ${CI:-} == true && $EUID == 0 ]] && have apt-get && ! { have qemu-system-arm && have qemu-system-riscv32; }; then
    { apt-get update && apt-get install --yes --no-install-recommends qemu-system-arm qemu-system-misc; } >/dev/null 2>&1 || true
fi

# build TARGET PROFILE FEATURES
build() { cargo build --quiet --locked --target "$1" --profile "$2" --features "$3" --bins; }

program() { echo "target/$1/$2/$3"; }

# Name, type, size in hexadecimal and flags of each section.
sections_of() { readelf --section-headers --wide "$1" | sed -n 's/^ *\[ *[1-9][0-9]*\] //p' | awk '{ print $1, $2, $5, $7 }'; }

# Bytes of what is flashed: code, constants, and what initializes static RAM.
flash_of() {
    local type size flags sum=0
    while read -r _ type size flags; do
        if [[ $type == PROGBITS && $flags == *A* ]]; then sum=$((sum + 16#$size)); fi
    done < <(sections_of "$1")
    echo $sum
}

# Bytes of static RAM: what is left of it for stack and heap is a section too in some programs.
ram_of() {
    local name size flags sum=0
    while read -r name _ size flags; do
        if [[ $flags == WA* && $name != .stack && $name != .heap ]]; then sum=$((sum + 16#$size)); fi
    done < <(sections_of "$1")
    echo $sum
}

# Functions of core::panicking in a program.
panics_of() { readelf --symbols --wide "$1" | grep -c 'FUNC.*core9panicking' || true; }

# The firmware is not in the main workspace, so its formatting and lints are looked at here.
lint() {
    cargo fmt --check
    cargo clippy --quiet --locked --release --target "$1" --features "$2" -- -D warnings
}

failed=0
# budget FIGURE OPT_LEVEL VALUE
budget() {
    local most goal
    read -r most goal < <(awk -v figure="$1" -v level="$2" '$1 == figure && $2 == level { print $3, $4 }' budgets.txt)
    if (($3 > most)); then
        printf 'over budget: %s at opt-level %s is %d, and %d is allowed\n' "$1" "$2" "$3" "$most"
        failed=1
    elif (($3 > goal)); then
        printf 'above the goal: %s at opt-level %s is %d, the goal is %d\n' "$1" "$2" "$3" "$goal"
    fi
}

# measure TARGET FEATURES...: sizes, and what the program that compares says.
measure() {
    local target=$1 level profile base hash flash features presign
    shift
    for level in s z; do
        profile=release
        [[ $level == z ]] && profile=release-z
        echo
        echo "$target, opt-level \"$level\""
        printf '%-36s %8s %14s %6s %8s\n' "program: bytes" flash "without hash" RAM panics
        build "$target" "$profile" ""
        base=$(flash_of "$(program "$target" "$profile" empty)")
        hash=$(($(flash_of "$(program "$target" "$profile" hash)") - base))
        printf '%-36s %8d\n' "SHA-256 alone" "$hash"
        for features in "$@"; do
            build "$target" "$profile" "$features"
            presign=$(program "$target" "$profile" presign)
            flash=$(($(flash_of "$presign") - base))
            printf '%-36s %8d %14d %6d %8d\n' "V4 URL${features:+ + ${features//,/ + }}" "$flash" $((flash - hash)) "$(ram_of "$presign")" "$(panics_of "$presign")"
            compare "$target" "$profile"
            if [[ -z $features && $target == "$m4" ]]; then
                budget presign $level "$flash"
                budget presign-without-hash $level $((flash - hash))
                budget presign-stack $level "$(most presign stack)"
                budget static-ram $level "$(ram_of "$presign")"
            fi
            if [[ $target == "$m4" ]]; then
                budget panics $level "$(panics_of "$presign")"
            fi
        done
        # Of the last build, which has all features.
        printf '%-36s %8s %14s\n' "call" stack instructions
        for call in derive presign sign presign-v1 sign-policy verify; do
            printf '%-36s %8d %14d\n' "$call" "$(most $call stack)" "$(most $call instructions)"
        done
    done
}

# Runs the program that compares with the SDKs; `compared` is what it says.
compared=
compare() {
    local emulator
    compared=
    case $1 in
        thumb*) emulator=(qemu-system-arm -machine mps2-an386) ;;
        *) emulator=(qemu-system-riscv32 -machine virt -bios none) ;;
    esac
    if ! have "${emulator[0]}"; then
        not_run "the program for $1: ${emulator[0]} is not installed"
    elif ! compared=$(timeout 60 "${emulator[@]}" -icount shift=6 -nographic -semihosting-config enable=on,target=native -kernel "$(program "$1" "$2" check)" </dev/null); then
        printf '%s\n' "$compared"
        echo "failed: a signature on $1 is not that of the SDK"
        failed=1
    fi
}

# most CALL FIELD: the largest value of a field (stack, instructions) in what was `compared`.
most() { awk -v call="$1" -v field="$2" '$2 == call { for (i = 4; i <= NF; i++) { split($i, part, "="); if (part[1] == field && part[2] > most) most = part[2] } } END { print most + 0 }' <<<"$compared"; }

# The one that the budgets are for.
m4=thumbv7em-none-eabihf
all=v1,post-policy,verify
for target in "$m4" thumbv6m-none-eabi riscv32imac-unknown-none-elf; do
    if ! have_target "$target"; then
        not_run "the firmware for $target: the target cannot be installed here"
    elif [[ $target == "$m4" ]]; then
        if cargo clippy --version >/dev/null 2>&1 && cargo fmt --version >/dev/null 2>&1; then
            lint "$target" $all
        else
            not_run "the lints of the firmware: cargo clippy or cargo fmt is not installed"
        fi
        (cd example-embassy && cargo build --quiet --locked --release --target "$target")
        echo "the example with embassy and reqwless builds"
        measure "$target" "" str parse-endpoint v1 post-policy verify $all
    else
        measure "$target" "" $all
    fi
done
exit $failed
