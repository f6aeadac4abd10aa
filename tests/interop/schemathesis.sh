#!/usr/bin/env bash
# Holds password-bearer-api against its own OpenAPI document: Schemathesis (from PyPI, in a virtual
# environment under target/) makes requests of every kind out of the document, and no answer may be a
# 5xx or one that the document does not know.
#
#   tests/interop/schemathesis.sh [options of `schemathesis run`]
#
# Where Python or PyPI is missing it says so and is skipped; with REQUIRE_INTEROP=1 that is a failure.
set -euo pipefail
cd "$(dirname "$0")/../.."

target="$(realpath -m "${CARGO_TARGET_DIR:-target}")"
venv="$target/schemathesis"
version=4.32.5

skip() {
    echo "SKIPPED: Schemathesis: $1" >&2
    exit "${REQUIRE_INTEROP:-0}"
}

if [ ! -x "$venv/bin/schemathesis" ] || ! "$venv/bin/schemathesis" --version | grep -qF "$version"; then
    python3 -m venv "$venv" || skip "Python 3 with venv is missing"
    "$venv/bin/pip" install --quiet --disable-pip-version-check "schemathesis==$version" ||
        skip "PyPI cannot be reached"
fi

cargo build --quiet --locked -p password-bearer-api
api="$target/debug/password-bearer-api"

data="$(mktemp -d)"
server=
finish() {
    status=$?
    [ -z "$server" ] || kill "$server" 2>/dev/null || true
    # The log says what a 5xx was about.
    [ "$status" -eq 0 ] || grep -E 'ERROR|panicked' "$data/log" >&2 || true
    rm -rf "$data"
    exit "$status"
}
trap finish EXIT
# Schemathesis leaves its notes where it runs.
cd "$data"

export DATA_DIR="$data" LISTEN=127.0.0.1:0
# Requests are to reach the routes, not the throttles.
export LOGINS_PER_ACCOUNT=1000000 LOGINS_PER_PEER=1000000 REGISTRATIONS_PER_PEER=1000000
echo 'correct horse' | "$api" createuser --username root --password-stdin --scope 'me items admin'
NO_COLOR=1 RUST_LOG=info "$api" --dev 2>"$data/log" &
server=$!
for _ in $(seq 100); do
    url="$(sed -nE 's/.*listening on (http:[^ ]+).*/\1/p' "$data/log")"
    [ -z "$url" ] || break
    sleep 0.1
done
[ -n "$url" ] || { cat "$data/log" >&2; exit 1; }

login='
import json, sys, urllib.parse, urllib.request
form = {"username": "root", "password": "correct horse", "scope": "me items admin"}
answer = urllib.request.urlopen(sys.argv[1] + "/token", urllib.parse.urlencode(form).encode())
print(json.load(answer)["access_token"])'

run() {
    local token
    token="$("$venv/bin/python" -c "$login" "$url")"
    # No document can say that a password is the right one and not everybody's first guess, or that a
    # form has no parameter twice: that a request fits the document does not mean that it is accepted.
    "$venv/bin/schemathesis" --no-color run "$url/openapi.json" -H "Authorization: Bearer $token" \
        --exclude-checks positive_data_acceptance "$@"
}

# What ends the login comes last, so that the other routes are reached with a token that is good.
run --exclude-operation-id logout --exclude-operation-id delete_me "$@"
run --include-operation-id logout "$@"
run --include-operation-id delete_me "$@"
