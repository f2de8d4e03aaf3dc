#!/bin/bash
# run-lab.sh LAB REPORT [SHARE]: brings a lab up, runs its tests (SHARE `1/2`: half of its files), and takes it down again,
# whatever happens.
set -uo pipefail
lab=$1 report=$2 share=${3:-}
exports=$(mktemp)

# in the background, since bash puts a signal off until a program in front has ended
in_background() {
  "$@" &
  wait $!
}

take_down() {
  trap '' TERM
  npm run -s lab -- down "$lab" || echo "FAILED: the lab $lab did not go down"
  rm -f "$exports"
}
trap take_down EXIT
trap 'exit 143' TERM INT HUP

if ! in_background npm run -s lab -- up "$lab" >"$exports"; then
  echo "FAILED: the lab $lab did not start"
  exit 1
fi
set -a
eval "$(cat "$exports")"
set +a
in_background npx --no -- vitest run --config vitest.labs.config.ts "test/labs/$lab/" ${share:+"--shard=$share"} \
  --reporter=default --reporter=json --outputFile.json="$report"
