#!/usr/bin/env bash
# What the `oss-sign` command signed, sent by the curl commands that it prints: all of it must be
# accepted, and all that was damaged on the way refused.
set -euo pipefail
cd "$(dirname "$0")"

passed=0 failed=0
scratch=$E2E_SCRATCH/curl
mkdir -p "$scratch"
# Pasted into a POSIX shell, with the name of a file for `FILE`.
paste() { sh -c "${1/FILE/"$scratch/body"} --silent --show-error --max-time 20 --output '$scratch/answer' --write-out '%{http_code}'"; }

# expect NAME STATUS ANSWER COMMAND: the command's status, and what its answer contains.
expect() {
    local name=$1 status=$2 answer=$3 got
    got=$(paste "$4") || got="curl $?"
    if [[ $got == "$status" && $(tr -d '\0' <"$scratch/answer") == *"$answer"* ]]; then
        passed=$((passed + 1)); printf 'ok      %s\n' "$name"
    else
        failed=$((failed + 1)); printf 'FAILED  %s: %s %s\n' "$name" "$got" "$(head -c 300 "$scratch/answer" | tr '\n' ' ')"
    fi
}

# The command with the first character of its signature exchanged, for one that a signature can have too.
other_digit() { if [[ $1 == *ignature=a* ]]; then echo "${1/ignature=a/ignature=b}"; else sed -E 's/ignature=./ignature=a/' <<<"$1"; fi; }

# The keys of the list, and one with dot segments: `"` and `\` are the only escapes in it.
mapfile -t keys < <(sed -nE 's/^  "(.*)",?$/\1/p' keys.json | sed -E 's/\\(["\\])/\1/g')
keys+=("dots/../and/./here")

for version in v4 v1; do
    for key in "${keys[@]}"; do
        target=oss://$E2E_BUCKET/ours-curl/$version/$key
        name="curl, $version: '$key'"
        printf 'body of %s' "$key" >"$scratch/body"
        : >"$scratch/answer"
        signed=(--signature-version "$version")
        put=$("$E2E_OSS_SIGN" presign "$target" --method PUT --header 'content-type: text/x-e2e' --header 'x-oss-meta-a: b c' "${signed[@]}" --curl)
        get=$("$E2E_OSS_SIGN" presign "$target" "${signed[@]}" --curl)
        expect "$name presigned PUT" 200 "" "$put"
        expect "$name presigned GET" 200 "body of $key" "$get"
        expect "$name one character of the signature changed" 403 SignatureDoesNotMatch "$(other_digit "$get")"
        expect "$name one character of the key changed" 403 SignatureDoesNotMatch "${get/ours-curl/ours-curI}"
        expect "$name a header less" 403 SignatureDoesNotMatch "${put/-H \'x-oss-meta-a: b c\' /}"
        expect "$name another method" 403 SignatureDoesNotMatch "${get/curl /curl -X DELETE }"
        put=$("$E2E_OSS_SIGN" sign PUT "$target" --header 'content-type: text/x-e2e' "${signed[@]}" --curl)
        get=$("$E2E_OSS_SIGN" sign GET "$target" "${signed[@]}" --curl)
        expect "$name PUT by headers" 200 "" "$put"
        expect "$name GET by headers" 200 "body of $key" "$get"
        expect "$name another content-type" 403 SignatureDoesNotMatch "${put/text\/x-e2e/text\/plain}"
    done
    form=$("$E2E_OSS_SIGN" post "oss://$E2E_BUCKET/ours-curl-form/" --max-size 1KB --success-status 201 --signature-version "$version" --curl)
    expect "curl, $version: a form" 201 "<PostResponse>" "$form"
    expect "curl, $version: a form for another key" 403 "<Error>" "${form/key=ours-curl-form/key=elsewhere}"
done

echo "$passed passed, $failed failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
