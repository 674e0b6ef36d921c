#!/usr/bin/env bash
# Kills the emulator 200 times (or as often as the first argument says) during uploads, and checks
# after each that no object was lost and none is half.
set -euo pipefail
cd "$(dirname "$0")/.."
OSS_SIGN_EMULATOR_TEST_KILLS=${1:-200} cargo test --quiet -p oss-sign-emulator --test emulator -- \
    --exact --nocapture killed::a_killed_emulator_loses_nothing_that_it_acknowledged | grep '^killed'
