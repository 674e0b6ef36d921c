#!/usr/bin/env bash
# Does the time of a verification tell how much of a signature is right? A statistical test; it fails
# where |t| is beyond 10, and where the control, a comparison that does tell, is not found out.
set -euo pipefail
cd "$(dirname "$0")/.."

output=$(cargo run --release --quiet --manifest-path benches/constant-time/Cargo.toml 2>/dev/null)
# bench v4 seeded with 0x…: n == +0.099M, max t = -1.23456, max tau = …, (5/tau)^2 = …
figure() { sed -n "s/.*bench $1 .*max t = *[+-]*\([0-9.]*\),.*/\1/p" <<<"$output"; }

failed=0
control=$(figure control)
echo "control: |t| = ${control:?no figure} (must be beyond 10)"
awk "BEGIN { exit !($control > 10) }" || failed=1
for name in v4 v1; do
    t=$(figure "$name")
    echo "$name: |t| = ${t:?no figure} (must not be beyond 10)"
    awk "BEGIN { exit !($t <= 10) }" || failed=1
done
exit "$failed"
